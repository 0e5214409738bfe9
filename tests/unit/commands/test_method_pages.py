"""Method pages: every operator and every fixed name is worked out, and a wrong example stops."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plankompass.commands.method_pages import (
    operator_examples,
    operator_page,
    statistics_examples,
    statistics_page,
)
from plankompass.study.codebook import load_codebook

ROOT = Path(__file__).parents[3]
NAMED_BY_THE_PROJECT = {
    "cronbach_alpha", "rwg_j", "icc_one_two", "mean_fpc", "share_interval", "fay_herriot",
    "krippendorff_alpha",
}  # fmt: skip


def test_every_operator_has_its_definition_formulas_and_example():
    book = load_codebook(ROOT / "codebook")
    page = operator_page(book)
    assert set(operator_examples.EXAMPLES) == set(book.operators)
    for operator, words in book.operators.items():
        section = page.split(f"## `{operator}`")[1].split("\n## ")[0]
        assert words in section
        assert "*Worked example.*" in section
    for indicator in book.indicators.values():
        assert f"| `{indicator.id}` | {indicator.formula} |" in page


def test_methods_have_source_and_example():
    page = statistics_page()
    assert set(statistics_examples.EXAMPLES) >= NAMED_BY_THE_PROJECT
    for name in statistics_examples.EXAMPLES:
        section = page.split(f"### `{name}(")[1].split("\n### ")[0]
        assert "*Worked example.*" in section
    assert "Feldt 1965" in page and "Prasad and Rao 1990" in page
    assert "Args:" not in page


@pytest.mark.parametrize("examples", [statistics_examples.EXAMPLES, operator_examples.EXAMPLES])
def test_an_example_that_is_wrong_stops(examples):
    for make in examples.values():
        example = make()
        assert example.lines()
        wrong = replace(example, by_hand=(example.by_hand[0] + 0.001, *example.by_hand[1:]))
        with pytest.raises(ValueError, match="by hand"):
            wrong.lines()
