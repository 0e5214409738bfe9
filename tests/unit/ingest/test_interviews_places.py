"""Municipality codes of interviews that only the dated register knows."""

from __future__ import annotations

import pytest
from tests.unit.ingest.test_interviews import Study

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
