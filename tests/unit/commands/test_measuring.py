"""What the benchmark writes: sections kept apart, figures from what was measured."""

from __future__ import annotations

import numpy as np
import pytest

from plankompass.commands import measuring, measuring_plans, measuring_statistics
from plankompass.statistics.cells import means_by_cell


def test_a_section_leaves_the_others_alone(tmp_path):
    measuring.write_section(tmp_path, "example", ["first"])
    measuring.write_section(tmp_path, "statistics", ["second"])
    measuring.write_section(tmp_path, "example", ["third"])
    text = (tmp_path / measuring.RESULTS).read_text(encoding="utf-8")
    assert "first" not in text
    assert text.index("third") < text.index("second")
    assert text.count("<!-- example: begin -->") == text.count("<!-- example: end -->") == 1


def test_ratio_and_differences_come_from_what_was_measured():
    ours = {
        "steps": {"one item, as R has it below": (0.02, 0.01)},
        "memory": 100.0,
        "growth": {"100": 0.001, "200": 0.002},
    }
    theirs = {
        "seconds": 20.0, "R": "4", "survey": "4", "cells": 7, "estimate": 2e-15, "se": 3e-9,
    }  # fmt: skip
    text = "\n".join(measuring_statistics.summarise(ours, theirs))
    assert "**2000 times**" in text
    assert "3.0e-09" in text
    assert "10.0, 10.0 microseconds a row" in text
    assert "no ratio" in "\n".join(measuring_statistics.summarise(ours, None))


def test_made_answers_are_a_national_studys():
    values, codes, sizes = measuring_statistics.made_answers(rows=40_000)
    assert values.shape == (40_000, 60)
    assert codes.max() < len(sizes) == 2_142
    assert (np.bincount(codes, minlength=2_142) < sizes).all()
    assert 0.02 < np.isnan(values).mean() < 0.04
    again = measuring_statistics.made_answers(rows=40_000)[0]
    assert np.array_equal(values, again, equal_nan=True)


def test_r_gives_the_same_means_where_it_is_installed(tmp_path, monkeypatch):
    values, codes, sizes = measuring_statistics.made_answers(rows=3_000)
    codes, sizes = codes % 40, np.full(40, 200.0)
    ours = means_by_cell(values[:, 0], codes, sizes)
    known = ~np.isnan(values[:, 0])
    table = np.column_stack([codes, np.full(3_000, 200.0), values[:, 0]])[known]
    np.savetxt(tmp_path / "answers.csv", table, delimiter=",", header="cell,size,y", comments="")
    np.savez(tmp_path / "ours.npz", estimate=ours.estimate, se=ours.se)
    found = measuring_statistics.ask_r(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert measuring_statistics.ask_r(tmp_path) is None
    if found is not None:
        assert found["cells"] == 40
        assert found["estimate"] < 1e-8
        assert found["se"] == pytest.approx(0, abs=1e-8)


def test_plan_reading_is_told_core_for_core_and_by_the_clock():
    study = {
        "documents": 2, "pages": 100, "bare": 0.2, "bare_cpu": 0.1, "first": 0.25, "first_cpu": 0.4,
        "again": 0.0, "one": 0.1, "anew": 1,
    }  # fmt: skip
    larger = study | {"pages": 1000, "first_cpu": 4.0}
    text = "\n".join(
        measuring_plans.summarise(
            {
                "cores": 4,
                "studies": [larger, study],
                "lengths": [(60, 0.004)],
                "alone": [(1, 8.0), (4, 2.5)],
            }
        )
    )
    assert "| 2 | 100 | 1000 | 250 | **0.25** | 500 | 400 | 0.0 s | 0.1 s, 1 read |" in text
    assert "60 pages 4.00" in text
    assert "take 360 CPU seconds, 90 s on 4 free cores" in text
    assert "as an exponent (1: in proportion): 1.00" in text
    assert "1 core 8.0 s, 4 cores 2.5 s" in text


def test_made_documents_differ_and_have_the_wanted_pages(root, tmp_path):
    sources = sorted((root / "data/raw/eksempel/plans/9901").glob("*.pdf"))[:2]
    made = measuring_plans.made_documents(sources, 3, 5)
    assert len(set(made)) == 3
    paths = []
    for number, content in enumerate(made):
        paths.append(tmp_path / f"{number}.pdf")
        paths[-1].write_bytes(content)
    assert measuring_plans.extract_bare(paths) == 15
