"""How answers spread: own where enough may be shown, else the network's; the figure says what the table says."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from plankompass.reports.catalogue import catalogue
from plankompass.reports.charts import chart_table
from plankompass.reports.distributions import MOST_ROWS, own_answers
from plankompass.reports.publishable import NETWORK, Estimate, Key
from plankompass.reports.wording import Voice
from plankompass.reports.writer import Writer
from plankompass.study.codebook import load_codebook

SCALE = "plan_steering_use"
MEMBERS = "folkevalgte"


@pytest.fixture(scope="module")
def book(root):
    return load_codebook(root / "codebook")


def _estimate(level: str, item: str, part: str, share: float | None, n: int, scale: str = SCALE):
    unit = NETWORK if level == NETWORK else "k01"
    key = Key(scale, level, unit, "T2", MEMBERS, "", f"answers:{part}|{item}")
    status = "hidden" if share is None else "published"
    reason = "count_at_edge" if share is None else ""
    return Estimate(key, share, None, None, n, None, 0.1, "", status, reason, "")


def _writer(book, estimates: list[Estimate], language: str = "nb") -> Writer:
    found = {e.key: e for e in estimates}
    data = SimpleNamespace(
        own=lambda kid, i, wave, group, c: found.get(
            Key(i, "municipality", kid, wave, group, "", c)
        ),
        network=lambda i, wave, group, c: found.get(Key(i, NETWORK, NETWORK, wave, group, "", c)),
        comparison=lambda estimate: None,
    )
    params = {"statistics": {"dont_know_flag": 0.25}}
    return Writer(data, Voice.of(language, book), params, "T2", "k01", "Eksempelvik")  # type: ignore[arg-type]


def _item(level: str, item: str, shares, n: int, scale: str = SCALE) -> list[Estimate]:
    parts = ("lower", "middle", "upper")
    return [_estimate(level, item, p, s, n, scale) for p, s in zip(parts, shares, strict=True)]


def test_own_answers_are_shown_and_the_hidden_counted(book):
    items = book.indicators[SCALE].inputs.items
    rows = _item("municipality", items[0], (0.25, 0.25, 0.5), 40)
    rows += _item("municipality", items[1], (4 / 16, 5 / 16, 7 / 16), 16)
    rows += _item("municipality", items[2], (None, None, None), 40)
    block = own_answers(_writer(book, rows), "answers", [SCALE], MEMBERS)
    assert block is not None
    assert [row.texts for row in block.rows] == [
        ["10\u00a0av\u00a040", "10\u00a0av\u00a040", "20\u00a0av\u00a040"],
        ["4\u00a0av\u00a016", "5\u00a0av\u00a016", "7\u00a0av\u00a016"],
    ]  # one chart has one measure: where few answered one item, all are told as counts
    assert [row.n for row in block.rows] == ["", ""]  # "7 av 16" says its n itself
    assert block.notes[0].startswith("1 av 3 påstander vises ikke")
    assert block.intro == []
    item = chart_table(block, catalogue("nb"))
    drawn = "".join(part.svg for part in item.chart.parts)
    assert "%" not in drawn
    assert [row.header for row in item.table.rows] == [book.items[i].nb for i in items[:2]]


def test_where_all_items_have_answers_enough_they_are_per_cent(book):
    items = book.indicators[SCALE].inputs.items
    rows = [e for i in items for e in _item("municipality", i, (0.25, 0.25, 0.5), 40)]
    block = own_answers(_writer(book, rows), "answers", [SCALE], MEMBERS)
    assert block is not None
    assert {text for row in block.rows for text in row.texts} == {"25\u00a0%", "50\u00a0%"}
    assert {row.n for row in block.rows} == {"40"}


def test_a_share_of_the_network_is_no_count_of_a_count(book):
    items = book.indicators[SCALE].inputs.items
    rows = [e for i in items for e in _item(NETWORK, i, (0.2, 0.4, 0.4), 15)]
    block = own_answers(_writer(book, rows), "answers", [SCALE], MEMBERS)
    assert block is not None
    assert {text for row in block.rows for text in row.texts} == {"20\u00a0%", "40\u00a0%"}
    assert {row.n for row in block.rows} == {"15"}


def test_with_too_few_of_its_own_the_network_is_shown_and_said_to_be(book):
    items = book.indicators[SCALE].inputs.items
    rows = _item("municipality", items[0], (0.25, 0.25, 0.5), 40)
    rows += [e for i in items for e in _item(NETWORK, i, (0.2, 0.3, 0.5), 205)]
    block = own_answers(_writer(book, rows), "answers", [SCALE], MEMBERS)
    assert block is not None
    assert len(block.rows) == len(items)
    assert block.group.endswith("hele nettverket")
    assert block.intro[0].trace.rule == "network_only"
    assert block.intro[0].trace.indicator == SCALE
    assert own_answers(_writer(book, []), "answers", [SCALE], MEMBERS) is None


def test_one_report_shows_the_clearest_answers_and_says_how_many_more(book):
    scales = [i.id for i in book.indicators.values() if i.operator == "mean_of_items"]
    scales = [s for s in scales if MEMBERS in book.indicators[s].groups]
    pairs = [(s, item) for s in scales for item in book.indicators[s].inputs.items]
    rows = []
    for k, (scale, item) in enumerate(pairs):
        lean = k / 100
        rows += _item("municipality", item, (0.3 - lean, 0.4, 0.3 + lean), 40, scale)
    block = own_answers(_writer(book, rows, "nn"), "answers", scales, MEMBERS)
    assert block is not None
    assert [row.label for row in block.rows] == [
        book.items[item].nn for _, item in pairs[-MOST_ROWS:]
    ]
    assert str(len(pairs) - MOST_ROWS) in block.notes[0]
