"""What a user gets wrong: one clear message, a failing exit code, and earlier results untouched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.workflow.checkout import digests, plankompass

RAW = Path("data/raw/eksempel")


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}; mend the test"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _empty_survey(root: Path) -> None:
    path = root / RAW / "surveys/innbyggere_T2.csv"
    header = path.read_bytes().split(b"\n", 1)[0]
    path.write_bytes(header + b"\n")


def _unknown_column(root: Path) -> None:
    path = root / RAW / "surveys/innbyggere_T2.csv"
    header, rest = path.read_bytes().split(b"\n", 1)
    renamed = header.replace(b"bg_kjonn", b"bg_ukjent")
    assert renamed != header
    path.write_bytes(renamed + b"\n" + rest)


def _first(root: Path, pattern: str) -> Path:
    return sorted((root / RAW).glob(pattern))[0]


CASES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "missing survey": (
        lambda r: (r / RAW / "surveys/folkevalgte_T1.sav").unlink(),
        ["surveys/folkevalgte_T1.sav", "does not exist"],
    ),
    "unknown column": (_unknown_column, ["surveys/innbyggere_T2.csv", "bg_ukjent"]),
    "config typo": (
        lambda r: _edit(r / "config.yaml", "respondent_key:", "respondent_ky:"),
        ["config.yaml", "surveys.0.respondent_ky", "did you mean 'respondent_key'?"],
    ),
    "unquoted code": (
        lambda r: _edit(r / "config.yaml", "codebook: codebook", "codebook: 0301"),
        ["config.yaml", "line ", '"0301"'],
    ),
    "empty survey": (_empty_survey, ["surveys/innbyggere_T2.csv"]),
    "corrupt sav": (
        lambda r: _truncate(r / RAW / "surveys/folkevalgte_T2.sav"),
        ["surveys/folkevalgte_T2.sav"],
    ),
    "corrupt qdpx": (lambda r: _truncate(_first(r, "interviews/*.qdpx")), [".qdpx"]),
    "corrupt pdf": (
        lambda r: _first(r, "plans/*/*.pdf").write_bytes(b"%PDF-1.7\nnothing more\n"),
        [".pdf"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(CASES))
def test_bad_input(name: str, checkout: Path):
    spoil, said = CASES[name]
    before = digests(checkout / "reports")
    spoil(checkout)
    done = plankompass(checkout, "build")
    told = done.stdout + done.stderr
    assert done.returncode != 0, told[-2000:]
    for words in said:
        assert words in told, told[-3000:]
    assert "Traceback" not in told, told[-3000:]
    assert digests(checkout / "reports") == before
    again = plankompass(checkout, "build")
    assert again.returncode != 0, "the second run must fail too, not find nothing to do"


@pytest.mark.parametrize("name", ["missing survey", "corrupt sav", "corrupt pdf", "config typo"])
def test_check_tells_the_same_without_building(name: str, checkout: Path):
    spoil, said = CASES[name]
    spoil(checkout)
    done = plankompass(checkout, "check")
    told = done.stdout + done.stderr
    assert done.returncode != 0
    for words in said:
        assert words in told, told[-3000:]
    assert "Traceback" not in told


def test_check_lists_problems_of_several_stages_at_once(checkout: Path):
    for name in ("corrupt sav", "corrupt qdpx", "corrupt pdf"):
        CASES[name][0](checkout)
    told = plankompass(checkout, "check").stdout
    assert "folkevalgte_T2.sav" in told
    assert ".qdpx" in told
    assert ".pdf" in told


def test_a_healthy_study_passes_the_check(checkout: Path):
    done = plankompass(checkout, "check")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "Nothing stands in the way" in done.stdout


def test_a_mended_file_builds_again(checkout: Path):
    path = checkout / RAW / "surveys/folkevalgte_T2.sav"
    good = path.read_bytes()
    before = digests(checkout / "reports")
    _truncate(path)
    assert plankompass(checkout, "build").returncode != 0
    path.write_bytes(good)
    done = plankompass(checkout, "build")
    assert done.returncode == 0, done.stderr[-3000:]
    assert digests(checkout / "reports") == before
