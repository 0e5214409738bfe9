"""The steering chain: goals found again by number, heading and meaning, in both written norms."""

from __future__ import annotations

import pytest

from plankompass.ingest.plans.chain import COUPLING, ChainGoal, ChainIndex, Passage, passages_of
from plankompass.ingest.plans.models import Block
from plankompass.ingest.plans.words import content_lemmas, lemma, related


def index(kind, *blocks):
    made = [Block(1 + i // 10, i % 10, k, v, t) for i, (k, v, t) in enumerate(blocks)]
    return ChainIndex(made, kind)


PLAN = (
    ("heading", 1, "Innledning"),
    ("paragraph", 0, "Planen følger opp målene i samfunnsdelen de neste fire årene."),
    ("heading", 1, "Tiltak for oppvekst"),
    ("table_row", 0, "Mål | Tiltak | 2023 | 2024 | 2025 | 2026"),
    ("table_row", 0, "1.1 | Los for elever som står i fare for å slutte | 500 | 600 | 0 | 0"),
    ("table_row", 0, "1.2 | Åpent ungdomshus fire kvelder | innenfor ramme | | |"),
    ("table_row", 0, "2.1 | Ny gang- og sykkelvei ved skolen | 0 | 0 | 0 | 0"),
    ("heading", 1, "Andre tiltak"),
    ("list_item", 0, "Retningslinje om utlysing av hele stillinger"),
    ("list_item", 0, "To kommunale fastlegehjemler"),
)


def first(plan, **goal):
    found = plan.search(
        ChainGoal(goal.get("goal", "g"), goal.get("number", ""), goal["text"], goal.get("area", ""))
    )
    return found[0] if found else None


def test_a_cited_number_finds_the_measure_with_other_words():
    found = first(
        index("okonomiplan", *PLAN),
        number="1.1",
        text="Flere unge skal fullføre videregående opplæring",
    )
    assert "Los for elever" in found.quotation
    assert found.suggested and found.coupling == "with_money" and "number" in found.reasons


def test_within_the_frame_and_zero_sums_are_no_money():
    plan = index("okonomiplan", *PLAN)
    assert first(plan, number="1.2", text="Ungdom skal ha møteplasser").coupling == "with_measure"
    assert (
        first(plan, number="2.1", text="Det skal være trygt å gå til skolen").coupling
        == "with_measure"
    )


def test_meaning_finds_compounds_and_the_other_written_norm():
    plan = index("handlingsdel", *PLAN)
    assert "fastlege" in first(plan, text="Ansette to nye fastleger").quotation
    assert "sykkelvei" in first(plan, text="Det skal vere trygt å gå og sykle til skulen").quotation
    assert (
        "hele stillinger"
        in first(plan, text="Lyse ut alle stillingar som heile stillingar").quotation
    )


def test_the_same_theme_alone_is_no_suggestion():
    found = first(
        index("handlingsdel", *PLAN),
        text="Elevene skal oppleve mestring gjennom kunst og musikk i skolen",
    )
    assert found is None or not found.suggested


def test_a_goal_told_again_in_an_introduction_is_mentioned_only():
    plan = index("handlingsdel", ("heading", 1, "Innledning"),
                 ("paragraph", 0, "I samfunnsdelen står det at ungdom skal ha møteplasser som ikke koster penger."))  # fmt: skip
    found = first(plan, text="Ungdom skal ha møteplasser som ikke koster penger")
    assert found.suggested and found.coupling == "mentioned"


@pytest.mark.parametrize(
    ("text", "coupling"),
    [
        ("Ungdom skal ha møteplasser som ikke koster penger (mål 1.2).", "mentioned"),
        (
            "Møteplassen for ungdom holdt åpent tre kvelder i uka, én færre enn planlagt (mål 1.2).",
            "reported",
        ),
        ("310 ungdommer brukte møteplassen (mål 1.2).", "reported"),
        ("Sykefraværet var 8,9 prosent (mål 1.2).", "reported"),
    ],
)
def test_an_annual_report_reports_only_with_status_or_result(text, coupling):
    found = first(index("arsmelding", ("paragraph", 0, text)), number="1.2",
                  text="Ungdom skal ha møteplasser som ikke koster penger")  # fmt: skip
    assert found.coupling == coupling


def test_a_number_is_not_found_inside_another_number():
    plan = index("handlingsdel", ("table_row", 0, "Mål | Tiltak"), ("table_row", 0, "11.1 | Noe helt annet"),
                 ("paragraph", 0, "Renten er 1.15 prosent."))  # fmt: skip
    assert first(plan, number="1.1", text="Bussen skal gå oftere") is None


def test_passages_know_their_headings_and_table_header():
    passages = passages_of([Block(1, i, k, v, t) for i, (k, v, t) in enumerate(PLAN)])
    row = next(p for p in passages if "Los for" in p.text)
    assert row.headings == ("Tiltak for oppvekst",) and row.header.startswith("Mål | Tiltak")
    assert row.is_measure and row.sums == (500.0, 600.0, 0.0, 0.0)
    assert not any(p.text.startswith("Mål | Tiltak") for p in passages)


def test_an_empty_document_gives_nothing():
    assert ChainIndex([], "handlingsdel").search(ChainGoal("g", "1.1", "Flere skal fullføre")) == []


def test_lemmas_of_both_norms_meet():
    assert lemma("skulane") == lemma("skolene") == "skole"
    assert content_lemmas("Kommunen skal ha gode skoler") == ("skole",)
    assert related("fastlege", "fastlegehjemmel") == 0.7 and related("skole", "skole") == 1.0
    assert related("barn", "barnehage") == 0.0


@pytest.mark.parametrize(
    ("kind", "header", "text", "money"),
    [
        ("list_item", "", "Tetting av gammelt deponi ved fjorden, 4 mill. kroner i 2022", True),
        ("paragraph", "", "Landstrøm på kaia er lagt inn med 11,5 millioner kroner.", True),
        ("paragraph", "", "Det settes av 600 000 kroner årlig til turveier.", True),
        ("table_row", "Tiltak | Kostnad", "Familieteam | 1 900", True),
        ("table_row", "Tiltak | Kostnad", "Kompetanseplan | 0", False),
        (
            "table_row",
            "Tiltak | Ansvar | 2021 | 2022 | 2023 | 2024",
            "Turnus | Helse | 0 | 0 | 0 | 0",
            False,
        ),
        (
            "list_item",
            "",
            "Digital byggesak løses innenfor rammen, anslått til 300 000 kroner",
            False,
        ),
        ("list_item", "", "Vedtatt i 2022 for 12 400 innbyggere", False),
        ("list_item", "", "Kostnaden er 0 kr", False),
    ],
)
def test_what_counts_as_money(kind, header, text, money):
    assert Passage(1, 0, kind, text, header=header).has_money is money


def test_coupling_is_ordinal():
    assert COUPLING == ("none", "mentioned", "with_measure", "with_money", "reported")
