"""What a source is: codes that only the dated register knows, kinds of sources, listed words."""

from __future__ import annotations

import pytest
from tests.unit.ingest.test_interviews import WAVES, Study, municipalities

from plankompass.ingest.interviews.cases import SourceReader
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import InterviewConfig, WaveConfig

REGISTERS = {
    "codes.csv": "code,name,official_name,valid_from,valid_to\n"
    "9901,Eksempelvik,Eksempelvik,2020-01-01,2024-01-01\n9951,Eksempelvik,Eksempelvik,2024-01-01,\n"
    "9902,Prøvestad,Prøvestad,2020-01-01,\n9903,Utafor,Utafor,2020-01-01,\n",
    "changes.csv": "old_code,old_name,new_code,new_name,change_date\n"
    "9901,Eksempelvik,9951,Eksempelvik,2024-01-01\n",
}


@pytest.mark.parametrize(("code", "kept"), [("9951", True), ("9903", False), ("9999", False)])
def test_K2_code_from_after_the_cut_off_date_is_read_by_the_register(tmp_path, root, code, kept):
    study = Study(tmp_path, root)
    folder = study.tmp / "raw"
    folder.mkdir(exist_ok=True)
    for name, text in REGISTERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    unused = dict.fromkeys(
        ("participants", "councils", "frames", "gatherings", "attendance", "plan_dates"), "x.csv"
    )
    study.a.sources[2].variables["kommune"] = code
    without = study.run()
    assert len(without["interviews"]) == 3
    registers = unused | {"codes": "codes.csv", "code_changes": "changes.csv"}
    study.more = {"registers": registers, "report_wave": "T2"}
    tables = study.run()
    assert len(tables["interviews"]) == 3 + kept
    rows = tables["avvik"][tables["avvik"]["column"] == "kommune_id"]
    assert rows["severity"].tolist() == ["repair" if kept else "reject"]
    assert rows["case"].tolist() == ["K2"]
    if kept:
        role = tables["interviews"].set_index("role").loc["kommunedirektor"]
        assert role["kommune_id"] == "k01"


@pytest.mark.parametrize(
    ("text", "kind", "severity"),
    [
        ("interview", "interview", None),
        ("Intervju", "interview", "repair"),
        ("Innledning", "presentation", "repair"),
        ("ERFARINGAR OG AMBISJONAR", "presentation", "repair"),
        ("homework", "homework", None),
        ("workshop", "workshop", None),
        ("kaffepause", None, "reject"),
    ],
)
def test_kinds_of_sources_and_how_researchers_write_them(tmp_path, root, text, kind, severity):
    study = Study(tmp_path, root)
    study.config["source_kind"] = "kilde"
    source = study.a.sources[3]
    source.variables["kilde"] = text
    if kind not in ("interview", None):
        del source.variables["rolle"]  # nobody was interviewed
    tables = study.run()
    assert sorted(tables["interviews"]["source_kind"]) == sorted(
        ["interview"] * 3 + ([kind] if kind else [])
    )
    rows = tables["avvik"][tables["avvik"]["column"] == "source_kind"]
    assert rows["severity"].tolist() == ([severity] if severity else [])
    assert text not in tables["avvik"].to_csv() or text in ("interview", "homework", "workshop")


def test_every_listed_word_for_a_kind_and_a_role_is_read(root):
    book = load_codebook(root / "codebook")
    waves = {"T2": WaveConfig.model_validate(WAVES["T2"])}
    reader = SourceReader(
        InterviewConfig(projects=["x"], source_kind="kilde"), book, municipalities(), waves
    )
    assert set(book.source_kinds) == {"interview", "presentation", "homework", "workshop"}
    for kind, words in book.source_kinds.items():
        for word in (kind, *words):
            assert reader.kind({"kilde": {word.upper()}}).value == kind
    for role, words in book.role_synonyms.items():
        for word in (role, *words):
            assert reader.role({"rolle": {word.upper()}}, "interview").value == role
