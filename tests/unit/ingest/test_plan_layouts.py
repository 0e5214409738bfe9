"""Goals and links of made plans in many layouts, written by hand by the look of published ones."""

from __future__ import annotations

import pytest
from tests.plan_layouts import layout_names, layout_table, measure_layouts


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    return list(measure_layouts(tmp_path_factory.mktemp("layouts")))


def test_at_least_nine_of_ten_goals_are_candidates(results):
    found, goals = sum(r.found for r in results), sum(r.goals for r in results)
    assert goals > 100
    assert found / goals >= 0.9, [r.missed for r in results]


def test_no_layout_fails_as_a_whole(results):
    assert [r.name for r in results] == layout_names()
    for result in results:
        assert result.found >= 0.8 * result.goals, (result.name, result.missed)


def test_nine_of_ten_links_are_among_the_first_three(results):
    linked, links = sum(r.linked for r in results), sum(r.links for r in results)
    assert linked / links >= 0.9, [r.unlinked for r in results]


def test_candidates_that_count_are_few_more_than_the_goals(results):
    assert sum(r.candidates for r in results) <= 1.15 * sum(r.goals for r in results)


def test_the_page_on_the_method_tells_these_figures(results, root):
    assert layout_table(results) in (root / "docs/method/plans.md").read_text(encoding="utf-8")
