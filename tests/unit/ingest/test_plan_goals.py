"""Goal candidates: every way plans label their goals, and what stands beside them."""

from __future__ import annotations

import pytest

from plankompass.ingest.plans.goal_candidates import find_goals, find_points
from plankompass.ingest.plans.goal_facts import parse_amount, row_sums, sdg_mentions
from plankompass.ingest.plans.labels import read_label
from plankompass.ingest.plans.models import Block
from plankompass.ingest.plans.plaintext import read_text


def goals_of(text):
    return find_goals(read_text(text.encode(), markdown=True).blocks)


def counted(text):
    return [(c.number, c.text) for c in goals_of(text) if c.counts]


def test_main_goal_with_sub_goals_counts_the_sub_goals_and_one_without_counts_itself():
    found = goals_of(
        "# Plan\n## Satsingsområder\n### Trygg oppvekst\nHovedmål: Alle barn har det godt.\n\n#### Delmål\n"
        "1.1 Flere fullfører skolen\n\n1.2 Ingen barn blir mobbet\n\n#### Strategier\n- Vi samarbeider med foreldre\n\n"
        "### Levende bygder\nHovedmål: Folk vil bo i bygdene våre.\n"
    )
    levels = [(c.level, c.number, c.text, c.counts) for c in found]
    assert levels == [
        ("area", "", "Trygg oppvekst", False), ("main_goal", "", "Alle barn har det godt.", False),
        ("sub_goal", "1.1", "Flere fullfører skolen", True), ("sub_goal", "1.2", "Ingen barn blir mobbet", True),
        ("strategy", "", "Vi samarbeider med foreldre", False), ("area", "", "Levende bygder", False),
        ("main_goal", "", "Folk vil bo i bygdene våre.", True),
    ]  # fmt: skip
    assert [found[c.parent].text if c.parent >= 0 else "" for c in found[:4]] == [
        "", "Trygg oppvekst", "Alle barn har det godt.", "Alle barn har det godt."]  # fmt: skip
    assert found[2].area == "Trygg oppvekst"


@pytest.mark.parametrize(
    ("text", "goals"),
    [
        # the goal on the line under its label, strategies as inline bullets
        ("6.1.1 SLIK VIL VI HA DET:\nBygda er trygg å bo i for alle\nSLIK VIL VI GJØRE DET: • Sikrer gode veier • Måker snø\n",
         [("6.1.1", "Bygda er trygg å bo i for alle")]),
        # numbered sub-goals that go on after the strategies of the first
        ("HOVEDMÅL 2.1. Byen er åpen for alle.\n\nSÅNN VIL VI HA DET\n2.1.1. Vi har små forskjeller.\n\nBYEN KOMMUNE SKAL:\n"
         "- Hjelpe de som trenger det.\n\n2.1.2. Alle har et sted å bo.\n\n- Bygge boliger.\n",
         [("2.1.1", "Vi har små forskjeller."), ("2.1.2", "Alle har et sted å bo.")]),
        # bullets that lost their marks
        ("Delmål: Kommunen skal ha godt omdømme. Kommunen skal vokse sakte. Vi skal være åpne om valg.\n",
         [("", "Kommunen skal ha godt omdømme."), ("", "Kommunen skal vokse sakte."), ("", "Vi skal være åpne om valg.")]),
        # several numbers in one paragraph
        ("Mål 1. Bygda skal ha 5000\ninnbyggjarar 2. Bygda skal vere knutepunkt 3. Bygda skal kutte utslepp\n",
         [("1", "Bygda skal ha 5000 innbyggjarar"), ("2", "Bygda skal vere knutepunkt"), ("3", "Bygda skal kutte utslepp")]),
        # a number by itself, the goal on the next lines
        ("Mål 1\nInnbyggerne opplever mestring og\ngod helse i alle år\n\nStrategiske føringer:\nTjenestene er nær folk.\n",
         [("1", "Innbyggerne opplever mestring og god helse i alle år")]),
        # themes with their goals as bullets
        ("Slik vil vi ha det – Bygda..\nTrygg oppvekst\n• Har gode barnehager for alle.\nJobbe forebyggende\n• Gir hjelp så tidlig som råd.\n",
         [("", "Har gode barnehager for alle."), ("", "Gir hjelp så tidlig som råd.")]),
        # no word for goals at all
        ("# Plan\n## Våre satsinger\n### Oppvekst\nAlle barn skal ha en trygg voksen. Skolen ligger ved elva.\n",
         [("", "Alle barn skal ha en trygg voksen.")]),
    ],
)  # fmt: skip
def test_goals_as_plans_really_write_them(text, goals):
    assert counted(text) == goals


def test_vision_strategies_and_talk_about_goals_are_no_goals():
    text = (
        "# Visjon\nSammen om framtida.\n\n# Om planen\nMål er det vi vil nå. Målene skal være tydelige.\n\n# Mål\n- Ingen skal være ensomme\n\n"
        "# Strategier\n- Vi skal lytte mer\n"
    )
    assert counted(text) == [("", "Ingen skal være ensomme")]


def test_table_of_goals_strategies_and_measures_with_sums():
    rows = [
        "Mål | Tiltak | Ansvar | Frist | 2023 | 2024 | 2025 | 2026",
        "1.1 Flere fullfører skolen | Los for elever | Oppvekst | 2024 | 500 | 1 000 | 0 | -250",
        " | Flere lærere | Alle | | 0 | 0 | 0 | 0",
        "Sum | | | | 500 | 1 000 | 0 | -250",
    ]
    blocks = [Block(7, i, "table_row", 0, text) for i, text in enumerate(rows)]
    found = find_goals(blocks)
    assert [(c.level, c.number, c.text) for c in found] == [
        ("goal", "1.1", "Flere fullfører skolen"), ("measure", "", "Los for elever"), ("measure", "", "Flere lærere")]  # fmt: skip
    first, second = found[1], found[2]
    assert (first.responsible, first.deadline, first.sums) == (
        "Oppvekst",
        "2024",
        (500.0, 1000.0, 0.0, -250.0),
    )
    assert second.responsible == "" and second.parent == 0  # «alle» names nobody
    assert {c.page for c in found} == {7}


def test_what_stands_beside_a_goal_belongs_to_it_and_not_to_the_next():
    found = goals_of(
        "# Delmål\n1.1 Flere går til skolen\n\nIndikator: Andel elever som går\n\nAnsvarlig: Plansjefen\n\nFrist: innen 2028\n\n"
        "FNs bærekraftsmål: nr. 3 og 11\n\n1.2 Bussen er et reelt valg innen 2030\n\nAnsvarlig: kommunen\n"
    )
    one, two = [c for c in found if c.counts]
    assert (one.indicator, one.responsible, one.deadline, one.sdg) == (
        "Andel elever som går", "Plansjefen", "innen 2028", (3, 11))  # fmt: skip
    assert (two.indicator, two.responsible, two.deadline, two.sdg) == ("", "", "2030", ())


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("FNs bærekraftsmål 3, 4 og 11", (3, 4, 11)), ("berekraftsmål nr. 8", (8,)), ("SDG 17", (17,)),
     ("bærekraftsmål 18", ()), ("mål 3 i planen", ()), ("delmål 4.2", ())],
)  # fmt: skip
def test_un_goals_are_read_by_number(text, numbers):
    assert sdg_mentions(text) == numbers


def test_amounts_as_they_are_printed():
    assert [parse_amount(t) for t in ("1 200", "−450", "12,5", "–", "0", "kap. 3", "2023-26", "")] == [
        1200.0, -450.0, 12.5, 0.0, 0.0, None, None, None]  # fmt: skip
    assert row_sums(["Skole", "1", "2", "3", "4"]) == (1, 2, 3, 4)
    assert row_sums(["Skole", "1", "2", "3", "4", "10"]) == (1, 2, 3, 4)  # the sum of the period
    assert row_sums(["Skole", "1", "2"]) == ()


@pytest.mark.parametrize(
    ("text", "label"),
    [("Mål for området:", ("goal", "", "")), ("Delmål 1.1: Flere", ("sub_goal", "1.1", "Flere")),
     ("Satsingsområde 2: Natur", ("area", "2", "Natur")), ("Slik gjer vi det", ("strategy", "", "")),
     ("Mål er viktig for oss", None), ("Mål 4 i planen sier at", None), ("Tiltak 2023-2026", ("measure", "", "")),
     ("Eksempelvik kommune skal:", ("wish", "", "")), ("Målbevisst arbeid", None)],
)  # fmt: skip
def test_labels(text, label):
    found = read_label(text)
    assert (found and (found.level, found.number, found.rest)) == label


def test_points_of_a_platform_are_commitments_and_no_beliefs():
    blocks = [
        Block(1, 0, "heading", 1, "Innledning"), Block(1, 1, "paragraph", 0, "Vi vil samarbeide i fire år."),
        Block(1, 2, "heading", 1, "Oppvekst"), Block(1, 3, "list_item", 0, "Innføre gratis skolefrukt"),
        Block(1, 4, "list_item", 0, "Vi tror på fellesskapet"), Block(1, 5, "list_item", 0, "Ikke øke eiendomsskatten"),
        Block(1, 6, "paragraph", 0, "Skolen er viktig. Vi skal bygge ny skole på Nes."),
    ]  # fmt: skip
    assert [p.text for p in find_points(blocks)] == [
        "Innføre gratis skolefrukt", "Ikke øke eiendomsskatten", "Vi skal bygge ny skole på Nes."]  # fmt: skip
