"""The interview benchmark measures what it says, on a small project too."""

from __future__ import annotations

from plankompass.commands import measuring_interviews as bench
from plankompass.ingest.interviews.codes import code_guid
from plankompass.study.codebook import load_codebook


def test_small_projects_are_written_read_and_compared(tmp_path, root, monkeypatch):
    for name, value in {"INTERVIEWS": 6, "CHARACTERS": 2_000, "CODINGS": 240, "DRAWS": 100}.items():
        monkeypatch.setattr(bench, name, value)
    book = load_codebook(root / "codebook")
    codes = {code_guid(c.id): c.nb for c in book.codes.values() if not c.descriptive}
    bench.write_projects(tmp_path, codes)
    found = bench.measure(tmp_path, root / "codebook")
    assert found["codes"] == len(book.codes)
    assert 150 < found["codings"] <= 240
    assert found["package"]["difference"] < 1e-12
    text = "\n".join(bench.summarise(found))
    assert "6 interviews of 2 000 characters, two coders" in text
    assert "times" in text
    assert "no ratio" in "\n".join(bench.summarise(found | {"package": None}))
