"""Documents of one municipality: which is coded, and cases D1 to D4 of the catalogue."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.ingest.plan_files import PlanStudy, make_docx, make_pdf, samfunnsdel_source

from plankompass.ingest.plans.identity import (
    adoption_dates,
    find_period,
    identify,
    is_draft_title,
    parse_dates,
    suggest_kind,
)
from plankompass.ingest.plans.models import Block
from plankompass.study.problems import StageFailedError


@pytest.fixture(scope="module")
def pdf(tmp_path_factory):
    return make_pdf(tmp_path_factory.mktemp("pdf") / "samfunnsdel.pdf", samfunnsdel_source())


@pytest.fixture
def study(tmp_path, root):
    return PlanStudy(tmp_path, root / "codebook")


def cases(avvik, case):
    return avvik[avvik["case"] == case]


def test_an_adopted_document_is_read_whole(study, pdf):
    study.add(
        "plans/9901/samfunnsdel.pdf",
        path=pdf,
        kind="samfunnsdel",
        adopted_on="2020-12-17",
        status="adopted",
    )
    documents, blocks, avvik = study.run()
    row = documents.iloc[0]
    assert (row["kind"], row["used"], row["reason"], row["pages"], row["language"]) == (
        "samfunnsdel", True, "", 5, "nb")  # fmt: skip
    assert row["title"] == "Kommuneplanens samfunnsdel 2020–2032" and row["period"] == "2020–2032"
    assert row["adopted_on"] == pd.Timestamp("2020-12-17")
    assert set(blocks["document"]) == {row["document"]}
    assert avvik.empty


def test_two_runs_give_the_same_bytes(study, pdf):
    study.add("plans/9901/samfunnsdel.pdf", path=pdf, kind="samfunnsdel", adopted_on="2020-12-17")
    study.run()
    first = {p.name: p.read_bytes() for p in study.out.iterdir()}
    study.run()
    assert first == {p.name: p.read_bytes() for p in study.out.iterdir()}


def test_D1_a_draft_delivered_as_the_plan_is_left_out(study, tmp_path):
    draft = make_pdf(tmp_path / "x.pdf", samfunnsdel_source().replace(
        "Vedtatt av Eksempelvik kommunestyre 17.12.2020, sak 112/20.", "Høringsutkast mars 2020"))  # fmt: skip
    study.add(
        "plans/9901/Samfunnsdel_høringsforslag_2020.pdf",
        path=draft,
        kind="samfunnsdel",
        status="adopted",
    )
    documents, _, avvik = study.run()
    assert (documents.iloc[0]["status"], documents.iloc[0]["used"], documents.iloc[0]["reason"]) == (
        "draft", False, "draft")  # fmt: skip
    assert list(cases(avvik, "D1")["severity"]) == ["reject"]


def test_D1_people_win_with_an_adoption_date_and_the_words_are_noted(study, pdf):
    study.add("plans/9901/Samfunnsdel_høringsforslag_2020.pdf", path=pdf, kind="samfunnsdel",
              adopted_on="2020-12-17", status="adopted")  # fmt: skip
    documents, _, avvik = study.run()
    assert bool(documents.iloc[0]["used"])
    assert list(cases(avvik, "D1")["severity"]) == ["repair"]


def test_D2_a_scan_keeps_its_page_count_and_has_no_reading_ease(study, tmp_path):
    scan = make_pdf(
        tmp_path / "scan.pdf",
        "#set page(width: 10cm, height: 10cm)\n" + "#rect()\n#pagebreak()\n" * 3 + "Kort",
    )
    study.add(
        "plans/9901/scan.pdf",
        path=scan,
        kind="samfunnsdel",
        adopted_on="2020-12-17",
        title="Samfunnsdel",
    )
    documents, _, avvik = study.run()
    row = documents.iloc[0]
    assert (row["pages"], row["pages_with_text"], bool(row["used"])) == (4, 1, True)
    assert pd.isna(row["lix"])
    assert list(cases(avvik, "D2")["count"]) == [4]


def test_D2_single_pages_without_text_are_named(study, tmp_path):
    source = samfunnsdel_source().replace(
        "= Attraktive bygder", "#page(header: none, footer: none)[#rect()]\n= Attraktive bygder"
    )
    study.add(
        "plans/9901/m.pdf",
        path=make_pdf(tmp_path / "m.pdf", source),
        kind="samfunnsdel",
        adopted_on="2020-12-17",
    )
    documents, _, avvik = study.run()
    row = documents.iloc[0]
    assert row["pages"] - row["pages_with_text"] == 1
    found = cases(avvik, "D2").iloc[0]
    assert found["count"] == 1 and found["row_key"].startswith("pages ")


def test_D3_dates_that_disagree_leave_the_date_missing(study, pdf):
    study.add("plans/9901/s.pdf", path=pdf, kind="samfunnsdel", adopted_on="2020-12-17")
    study.register_date("samfunnsdel", "2021-02-01")
    documents, _, avvik = study.run()
    assert pd.isna(documents.iloc[0]["adopted_on"]) and bool(documents.iloc[0]["used"])
    assert "missing until confirmed" in " ".join(cases(avvik, "D3")["rule"])


def test_D3_the_councils_record_decides(study, pdf):
    study.add("plans/9901/s.pdf", path=pdf, kind="samfunnsdel", adopted_on="2020-12-10")
    study.register_date("samfunnsdel", "2020-12-17", "møteprotokoll, kommunestyret")
    documents, _, avvik = study.run()
    assert documents.iloc[0]["adopted_on"] == pd.Timestamp("2020-12-17")
    assert len(cases(avvik, "D3")) == 2  # the text gives another date, too


def test_D3_a_strategy_older_than_the_council_is_left_out(study, tmp_path):
    source = "= Planstrategi 2016–2019\nVedtatt av kommunestyret 14.06.2016."
    study.add(
        "plans/9901/p.pdf",
        path=make_pdf(tmp_path / "p.pdf", source),
        kind="planstrategi",
        adopted_on="2016-06-14",
    )
    documents, _, avvik = study.run()
    assert (documents.iloc[0]["used"], documents.iloc[0]["reason"]) == (False, "before_council")
    assert "reject" in set(cases(avvik, "D3")["severity"])


def _two(study, tmp_path, first, second, **status):
    for name, day in (("a", first), ("b", second)):
        path = make_pdf(tmp_path / f"{name}.pdf", f"= Kommuneplanens samfunnsdel {name}\nTekst.")
        study.add(f"plans/9901/{name}.pdf", path=path, kind="samfunnsdel", adopted_on=day, **status)


def test_D4_plans_of_merged_municipalities_are_all_left_out(tmp_path, root):
    study = PlanStudy(tmp_path, root / "codebook", merged=True)
    _two(study, tmp_path, "2014-06-17", "2016-03-15")
    documents, _, avvik = study.run()
    assert list(documents["reason"]) == ["several_plans_in_force"] * 2
    assert list(cases(avvik, "D4")["count"]) == [2]


def test_D4_a_common_plan_after_the_merger_replaces_them(tmp_path, root):
    study = PlanStudy(tmp_path, root / "codebook", merged=True)
    _two(study, tmp_path, "2016-03-15", "2021-03-15")
    documents, _, avvik = study.run()
    assert sorted(zip(documents["file"], documents["reason"], strict=True)) == [
        ("plans/9901/a.pdf", "not_in_force"), ("plans/9901/b.pdf", "")]  # fmt: skip
    assert cases(avvik, "D4").empty


def test_a_document_adopted_after_the_cut_off_date_is_not_coded(study, tmp_path):
    _two(study, tmp_path, "2014-06-17", "2023-06-15")
    documents, _, _ = study.run()
    assert dict(zip(documents["file"], documents["reason"], strict=True)) == {
        "plans/9901/a.pdf": "", "plans/9901/b.pdf": "after_cut_off"}  # fmt: skip


def test_human_line_wins_over_kind_and_period_and_the_difference_is_noted(study, tmp_path):
    study.add("plans/9901/h.docx", path=make_docx(tmp_path / "h.docx"), kind="arsmelding", period="2021",
              adopted_on="2022-12-13")  # fmt: skip
    documents, _, avvik = study.run()
    assert (documents.iloc[0]["kind"], documents.iloc[0]["period"]) == ("arsmelding", "2021")
    assert set(cases(avvik, "DOC")["column"]) == {"kind", "period"}


def test_a_file_that_no_line_names_is_shown_and_not_used(study, pdf, tmp_path):
    study.add("plans/9901/s.pdf", path=pdf, kind="samfunnsdel", adopted_on="2020-12-17")
    make_docx(study.raw / "plans/9901/hop.docx")
    documents, _, avvik = study.run()
    extra = documents[documents["file"].str.endswith("hop.docx")].iloc[0]
    assert (extra["kind"], extra["used"], extra["reason"]) == ("okonomiplan", False, "not_listed")
    assert len(cases(avvik, "LIST")) == 1


def test_all_errors_come_at_once_with_file_place_and_hint(study, tmp_path):
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\n")
    study.add("plans/9901/broken.pdf", path=broken, kind="samfunnsdel", adopted_on="2020-12-17")
    study.add("plans/9901/missing.pdf", kind="arsmelding", adopted_on="17.12.2020")
    study.add("plans/9901/kind.pdf", kind="reguleringsplan")
    with pytest.raises(StageFailedError) as failure:
        study.run()
    text = str(failure.value)
    assert "plans/9901/broken.pdf: the document cannot be read" in text
    assert (
        "line 3: the document does not exist" in text and "adopted_on, line 3: not a date" in text
    )
    assert "kind, line 4" in text
    assert not (study.out / "documents.parquet").exists()


TITLES = [
    ("Kommuneplanens samfunnsdel 2020-2032", "samfunnsdel", False),
    ("Kommuneplan tekstdel", "samfunnsdel", False),
    ("Vedtak planstrategi", "planstrategi", False),
    ("Samfunnsdel_høringsforslag_2020", "samfunnsdel", True),
    ("Planprogram for kommuneplanens samfunnsdel", "planprogram", False),
    ("Handlingsdel til kommuneplanens samfunnsdel", "handlingsdel", False),
    ("Handlings- og økonomiplan 2023-2026", "okonomiplan", False),
    ("Årsbudsjett 2023 og økonomiplan 2023-2026", "okonomiplan", False),
    ("Høyringsframlegg: Årsbudsjett 2023", "arsbudsjett", True),
    ("Kommunedirektørens forslag til økonomiplan", "okonomiplan", True),
    ("Årsmelding og årsrekneskap 2022", "arsmelding", False),
    ("Samarbeidsavtale mellom Ap, Sp og SV 2019-2023", "plattform", False),
    ("Kommuneplanens samfunnsdel - endelig vedtatt etter høring", "samfunnsdel", False),
    ("Kommunedelplan for idrett", "other", False),
    ("Kommuneplanens arealdel", "other", False),
]


@pytest.mark.parametrize(("title", "kind", "draft"), TITLES)
def test_kind_and_draft_by_title(title, kind, draft):
    assert (suggest_kind(title), is_draft_title(title)) == (kind, draft)


@pytest.mark.parametrize(
    ("text", "period"),
    [("Planen 2023-2035", "2023-2035"), ("2022-34", "2022-34"), ("mot 2040", "mot 2040"), ("sak 2020-04", ""),
     ("uten tall", ""), ("Kommuneplan 2018 – 2030 for", "2018 – 2030")],
)  # fmt: skip
def test_period_as_printed(text, period):
    assert find_period(text) == period


def test_dates_in_every_way_of_writing():
    text = "17.12.2020, 3. mars 2021, 2022-06-14, 1/2-19 og 31.02.2020"
    assert [d.isoformat() for d in parse_dates(text)] == [
        "2020-12-17",
        "2021-03-03",
        "2022-06-14",
        "2019-02-01",
    ]


def test_adoption_date_of_the_council_comes_before_hearing_and_committee():
    blocks = [
        Block(1, 0, "heading", 1, "Planstrategi"),
        Block(1, 1, "paragraph", 0, "Vedtatt lagt ut på høring av formannskapet 01.03.2020. "
              "Planen ble vedtatt av kommunestyret 23. september 2020 (sak 45/20)."),
    ]  # fmt: skip
    found = adoption_dates(blocks)
    assert [(d.day.isoformat(), d.council) for d in found] == [
        ("2020-09-23", True),
        ("2020-03-01", False),
    ]
    assert found[0].sentence.startswith("Planen ble vedtatt") and found[0].page == 1
    assert identify("Vedtak.pdf", blocks).kind == "planstrategi"


def _scan_study(study, tmp_path):
    source = "#set page(width: 10cm, height: 10cm)\n#rect(width: 100%, height: 100%)\n#pagebreak()\n#rect(width: 90%)"
    study.add(
        "plans/9901/scan.pdf",
        path=make_pdf(tmp_path / "scan.pdf", source),
        kind="samfunnsdel",
        adopted_on="2020-12-17",
    )
    plans = study.plans()
    study.plans = lambda: {**plans, "ocr": True}
    return study.run()


def test_D2_pages_read_by_ocr_feed_suggestions_and_no_count(study, tmp_path, monkeypatch):
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nif [ \"$1\" = --list-langs ]; then echo nor; exit; fi\ntest -s \"$1\" || exit 1\n"
                       "printf 'Alle barn skal ha det\\ngodt hjemme.\\n\\nNytt avsnitt.\\n'\n")  # fmt: skip
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    documents, blocks, avvik = _scan_study(study, tmp_path)
    assert [(p, t) for p, t in zip(blocks["page"], blocks["text"], strict=True)] == [
        (1, "Alle barn skal ha det godt hjemme."), (1, "Nytt avsnitt."),
        (2, "Alle barn skal ha det godt hjemme."), (2, "Nytt avsnitt.")]  # fmt: skip
    row = documents.iloc[0]
    assert row["words"] == 0 and row["pages_with_text"] == 0 and pd.isna(row["lix"])
    assert any("by OCR, for suggestions only" in rule for rule in cases(avvik, "D2")["rule"])


def test_D2_it_is_said_plainly_when_tesseract_is_not_installed(study, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    _, blocks, avvik = _scan_study(study, tmp_path)
    assert blocks.empty
    assert any("Tesseract is not installed" in rule for rule in cases(avvik, "D2")["rule"])
