"""Wording reruns the reports and nothing else; a formula reruns its indicator and nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plankompass.jobs import codebook_parts
from plankompass.study.codebook import Codebook, read_codebook_files


def _edited(root: Path, tmp_path: Path, file: str, old: str, new: str) -> Codebook:
    folder = tmp_path / "codebook"
    shutil.copytree(root / "codebook", folder, dirs_exist_ok=True)
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in {file}; mend the test"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return Codebook(read_codebook_files(folder))


@pytest.fixture(scope="module")
def book(root: Path) -> Codebook:
    return Codebook(read_codebook_files(root / "codebook"))


def _changed(before: Codebook, after: Codebook) -> set[str]:
    return {
        i
        for i in before.indicators
        if codebook_parts.indicator_part(before, i) != codebook_parts.indicator_part(after, i)
    }


def test_wording_of_an_item_changes_no_indicator(root, tmp_path, book):
    after = _edited(root, tmp_path, "items.yaml", "Det går for lang tid", "Det går altfor lang tid")
    assert _changed(book, after) == set()
    assert codebook_parts.whole(book) != codebook_parts.whole(after)


def test_a_threshold_changes_its_own_indicator(root, tmp_path, book):
    after = _edited(root, tmp_path, "indicators.yaml", "deadline_months: 12", "deadline_months: 18")
    assert _changed(book, after) == {"planning_strategy_on_time"}


def test_reversing_an_item_changes_the_indicators_that_use_it(root, tmp_path, book):
    after = _edited(
        root, tmp_path, "items.yaml",
        "{id: pu_moter_tidlig, battery: politikkutvikling, groups: [folkevalgte, administrasjon], rq: RQ3, scale: likert5, reverse: false",
        "{id: pu_moter_tidlig, battery: politikkutvikling, groups: [folkevalgte, administrasjon], rq: RQ3, scale: likert5, reverse: true",
    )  # fmt: skip
    users = {i.id for i in book.indicators.values() if "pu_moter_tidlig" in i.inputs.items}
    assert users and _changed(book, after) == users
