"""Figures: clean SVG that may stand inside a page, drawn alike each time, hidden means absent."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import accumulate

import pytest
from tests.unit.reports.sample import sample_report
from tests.unit.reports.sample_network import sample_network

from plankompass.reports.catalogue import catalogue
from plankompass.reports.charts import (
    CELL_SIZE,
    LABEL_SIZE,
    chart_table,
    column_widths,
    spine_heights,
)
from plankompass.reports.figures import draw_chart, draw_multiples, parts
from plankompass.reports.figures.canvas import Canvas, text_width, wrap
from plankompass.reports.figures.parts import Scale, make_chart
from plankompass.reports.figures.spine import draw_spine, spine_keys
from plankompass.reports.schema_blocks import FigureBlock, SmallMultiples
from plankompass.reports.schema_parts import Column, Row, Shown, Table
from plankompass.reports.style import FULL_WIDTH
from plankompass.reports.view import all_sections, section_blocks

TEXT = catalogue("nb")


def blocks() -> dict[str, FigureBlock]:
    return {
        block.kind: block
        for report in (sample_report(), sample_network())
        for section in all_sections(report)
        for block in section_blocks(section)
        if isinstance(block, FigureBlock)
    }


BLOCKS = blocks()
CHARTS = sorted(kind for kind in BLOCKS if kind != "small_multiples")


def pieces(block: FigureBlock) -> list[str]:
    if isinstance(block, SmallMultiples):
        return [d.svg for d in draw_multiples(block, TEXT, block.id)]
    chart = chart_table(block, TEXT).chart
    return [part.svg for part in chart.parts] + ([chart.head] if chart.head else [])


def test_every_kind_of_figure_is_in_the_sample():
    assert set(BLOCKS) == {
        "answer_distribution", "bars", "change", "gaps", "ranked_barriers", "small_multiples",
        "steering_chain", "timeline", "who_decides",
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(BLOCKS))
def test_svg_may_stand_inside_a_page(kind):
    for svg in pieces(BLOCKS[kind]):
        root = ET.fromstring(svg)  # well-formed
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "<style" not in svg
        assert "metadata" not in svg
        assert not re.search(r"20\d\d-\d\d-\d\dT", svg)
        ids = re.findall(r'\bid="([^"]+)"', svg)
        assert len(ids) == len(set(ids))
        assert all(i.startswith(BLOCKS[kind].id) for i in ids)
        for target in re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg):
            assert (target[0] or target[1]) in ids


@pytest.mark.parametrize("kind", sorted(BLOCKS))
def test_drawn_twice_is_equal(kind):
    assert pieces(BLOCKS[kind]) == pieces(BLOCKS[kind])


@pytest.mark.parametrize("kind", CHARTS)
def test_columns_fill_the_page_and_no_word_is_broken(kind):
    item = chart_table(BLOCKS[kind], TEXT)
    assert sum(item.widths) == pytest.approx(FULL_WIDTH, abs=0.1)
    assert len(item.heights) == len(item.table.rows)
    for i, column in enumerate(item.table.columns):
        words = [w for row in item.table.rows for w in row.cells[i].split(" ")]
        words += column.label.split(" ")
        assert max(text_width(w, CELL_SIZE) for w in words) <= item.widths[i + 2] - 6, column.label


def test_a_hidden_value_draws_no_mark():
    block = BLOCKS["gaps"]
    heights = [20.0] * len(block.rows)
    drawn = "".join(p.svg for p in draw_chart(block, TEXT, heights).parts)
    hide = Shown(text="For få svar", status="hidden")
    rows = [
        row.model_copy(
            update={"values": [v.model_copy(update={"shown": hide}) for v in row.values]}
        )
        for row in block.rows
    ]
    hidden = block.model_copy(update={"rows": rows})
    blank = "".join(p.svg for p in draw_chart(hidden, TEXT, heights).parts)
    assert drawn.count("<use") > 0
    assert blank.count("<use") == 0


def test_parts_keep_a_heading_with_its_first_row():
    chart = make_chart("x", 50, [20.0] * 10, lambda c, i, y: None, together=60, glued={2, 5})
    ends = []
    at = 0
    for part in chart.parts:
        at += len(part.heights)
        ends.append(at - 1)
    assert at == 10
    assert not {2, 5} & set(ends)


def test_scale_holds_values_inside_and_is_linear():
    scale = Scale(1, 5, 10, 110)
    assert [scale(v) for v in (1, 3, 5)] == [10, 60, 110]
    assert scale(9) == 110
    assert scale.steps() == [1, 2, 3, 4, 5]
    assert Scale(0, 100, 0, 1).steps() == [0, 20, 40, 60, 80, 100]


def test_wrap_keeps_every_word_until_the_last_line():
    text = "Uklare roller mellom folkevalgte og administrasjon i kommunen"
    lines = wrap(text, 90, 8.4, 400, 9)
    assert " ".join(lines) == text
    assert all(text_width(line, 8.4) <= 90 for line in lines)
    assert wrap(text, 90, 8.4, 400, 2)[-1].endswith("…")


def test_marks_that_would_hide_each_other_stand_apart():
    from plankompass.reports.figures.groups import _apart

    assert _apart([10.0, 40.0, 90.0]) == [0.0, 0.0, 0.0]
    first, far, second = _apart([50.0, 100.0, 52.0])
    assert far == 0.0
    assert first == -second != 0.0
    assert len(set(_apart([50.0, 50.0]))) == 2


def test_room_left_over_goes_to_cells_of_many_lines_before_it_goes_to_labels():
    dates = "17. desember 2019, 8. desember 2020, 14. desember 2021 og 13. desember 2022"
    table = Table(
        caption="Plikter", corner="Plikt", columns=[Column(label="Vedteke"), Column(label="Status")],
        rows=[Row(header="Konstituerande møte", cells=[dates, "Vedteken i perioden"])],
    )  # fmt: skip
    widths = column_widths(table, 280)
    assert sum(widths) == pytest.approx(FULL_WIDTH, abs=0.1)
    label = text_width("Konstituerande møte", LABEL_SIZE)
    assert widths[0] >= label + 6
    # the last cell needs no third line while the label has room that it does not need
    assert text_width("Vedteken i", CELL_SIZE) <= widths[3] - 6


def test_the_legend_of_the_profile_explains_the_open_mark():
    own = [key for key in spine_keys(catalogue("nb")) if key.marker in ("interval", "circle")]
    assert [key.filled for key in own] == [True, False]


def test_no_mark_reaches_into_another_row(monkeypatch):
    """In HTML each row is a window on the chart: what reaches over its edge shows in the next one."""
    drawn = []

    class Watched(Canvas):
        def __init__(self, width, height):
            super().__init__(width, height)
            self.marks = []
            drawn.append(self)

        def marker(self, x, y, kind, colour, size=8.0, **more):
            self.marks.append((y - size / 2, y + size / 2))
            super().marker(x, y, kind, colour, size, **more)

    monkeypatch.setattr(parts, "Canvas", Watched)
    groups = sample_report().profile.groups
    charts = [lambda g=g: draw_spine(g, TEXT, "profil", spine_heights(g)) for g in groups]
    charts += [lambda kind=kind: chart_table(BLOCKS[kind], TEXT).chart for kind in CHARTS]
    marks = 0
    for draw in charts:
        drawn.clear()
        for part, canvas in zip(
            draw().parts, drawn, strict=False
        ):  # after the parts comes the head
            edges = list(accumulate(part.heights[:-1]))
            assert not [e for e in edges for top, foot in canvas.marks if top < e < foot]
            marks += len(canvas.marks)
    assert marks > 50
