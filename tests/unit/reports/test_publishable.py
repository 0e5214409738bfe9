"""The publishable tables as reports look them up: every row found, and a nation's table not all held."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.unit.reports.made_publishable import estimate

from plankompass.reports import publishable
from plankompass.reports.publishable import NETWORK, TABLES, Key, Publishable
from plankompass.tables import check_table, empty_table

TOWNS = [f"k{number:03d}" for number in range(40)]
ITEMS = ("total", "hi_tid", "share:hi_tid")
NAMES = list(Key._fields)


def _rows() -> list[dict]:
    rows = []
    for place, town in enumerate(TOWNS):
        for step, item in enumerate(ITEMS):
            row = estimate("barrier_severity_ranking", item, unit=town, n=10 + place)
            number = (place * 7 % 40) / 10 + step
            row |= {"value": number, "lower": number - 1, "upper": number + 1}
            if place % 9 == 0:
                row |= {"status": "hidden", "reason": "secondary", "value": None}
            rows.append(row)
    network = {"level": NETWORK, "unit": NETWORK, "value": 2.5, "n": 400}
    rows += [estimate("barrier_severity_ranking", item, **network) for item in ITEMS]
    rows.append(estimate("barrier_severity_ranking", **network, gathering="s1"))
    return rows


@pytest.fixture(scope="module")
def frame():
    return check_table("publishable_estimates", pd.DataFrame(_rows()))


@pytest.fixture
def data(frame):
    empty = {name: empty_table(contract) for name, contract in TABLES.items()}
    return Publishable(empty | {"estimates": frame})


def _found(data, row):
    if row.level == NETWORK:
        return data.network(row.indicator, row.wave, row.group, row.component, row.gathering)
    return data.own(row.unit, row.indicator, row.wave, row.group, row.component)


def _plain(value):
    return None if pd.isna(value) else float(value)


def test_every_row_is_found_with_its_numbers(data, frame):
    for row in frame.itertuples(index=False):
        found = _found(data, row)
        assert found.key == Key(*(getattr(row, name) for name in NAMES))
        numbers = [found.value, found.lower, found.upper, found.n, found.population]
        wanted = [row.value, row.lower, row.upper, row.n, row.population]
        assert numbers == [_plain(value) for value in wanted]
        assert (found.status, found.reason, found.display) == (row.status, row.reason, row.display)


def test_what_has_no_row_is_none(data):
    assert data.own("k999", "barrier_severity_ranking", "T2", "folkevalgte") is None
    assert data.own(TOWNS[0], "barrier_severity_ranking", "T1", "folkevalgte") is None
    assert data.own(TOWNS[0], "interplay_quality", "T2", "folkevalgte") is None
    assert data.network("barrier_severity_ranking", "T2", "folkevalgte", gathering="s9") is None
    assert data.components("barrier_severity_ranking", "municipality", "k999", "T2", "x") == []
    assert data.estimates_of("k999") == []


@pytest.mark.parametrize("unit", [TOWNS[0], TOWNS[-1], NETWORK])
def test_a_units_rows_are_in_the_tables_order(data, frame, unit):
    rows = frame[frame["unit"] == unit]
    wanted = [Key(*row) for row in rows[NAMES].itertuples(index=False)]
    assert [found.key for found in data.estimates_of(unit)] == wanted
    place = ("barrier_severity_ranking", rows["level"].iloc[0], unit, "T2", "folkevalgte")
    assert data.components(*place) == rows["component"].tolist()


@pytest.mark.parametrize("town", [TOWNS[0], TOWNS[5]])
@pytest.mark.parametrize("item", ITEMS)
def test_peers_are_the_others_that_are_shown_lowest_first(data, frame, town, item):
    others = frame[
        (frame["level"] == "municipality")
        & (frame["component"] == item)
        & (frame["unit"] != town)
        & (frame["status"] == "published")
    ]
    own = data.own(town, "barrier_severity_ranking", "T2", "folkevalgte", item)
    assert data.peer_values(own) == sorted(others["value"].dropna())
    assert len(data.peer_values(own)) > 30


def test_only_the_last_municipalities_estimates_are_kept(data, frame, monkeypatch):
    made = []
    plain = publishable.Estimate
    monkeypatch.setattr(publishable, "Estimate", lambda *a: made.append(a[0]) or plain(*a))
    for town in TOWNS:
        own = data.own(town, "barrier_severity_ranking", "T2", "folkevalgte")
        data.peer_values(own)
        assert data.own(town, "barrier_severity_ranking", "T2", "folkevalgte") is own
    assert len(made) == len(TOWNS)  # one each: the peers' are read from their column
    assert len(data._estimates._made) == publishable._UNITS_KEPT
