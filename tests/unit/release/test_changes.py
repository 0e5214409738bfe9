"""Planted differences between two deliveries are found, each once and under its right name."""

from __future__ import annotations

import json
import random
import stat

import pandas as pd
import pytest

from plankompass.release.changes import (
    KEPT,
    compare_deliveries,
    deliveries,
    keep_delivery,
    read_kept,
    write_changes,
)
from plankompass.study.problems import PlankompassError
from plankompass.tables import CONTRACTS, check_table, write_table


def estimate(component, value, **changes):
    row = {
        "level": "municipality", "unit": "k01", "wave": "T2", "group": "folkevalgte", "gathering": "",
        "indicator": "interplay_quality", "component": component, "value": value, "class_value": "",
        "lower": None, "upper": None, "se": None, "n": 16, "population": 27, "dont_know": None,
        "method": "made", "status": "published" if value is not None else "hidden",
        "reason": "" if value is not None else "secondary", "display": "",
    }  # fmt: skip
    return row | changes


def tables(estimates, response=16, peer_mean=3.2):
    rows = {
        "estimates": estimates,
        "comparisons": [
            {"kommune_id": "k01", "wave": "T2", "group": "folkevalgte", "gathering": "", "peers": 6,
             "indicator": "interplay_quality", "component": "total", "peer_mean": peer_mean,
             "difference": 0.4, "lower": 0.2, "upper": 0.6, "p_value": None, "verdict": "above"}
        ],
        "response": [
            {"kommune_id": "k01", "wave": "T2", "group": "folkevalgte", "gathering": "",
             "population": 27, "n": response, "rate": 0.59,
             "status": "hidden" if response is None else "published"}
        ],
    }  # fmt: skip
    return {
        name: check_table(
            contract,
            pd.DataFrame(rows[name], columns=[c.name for c in CONTRACTS[contract].columns]),
        )
        for name, contract in KEPT.items()
    }


def found(before, after):
    changes = compare_deliveries(before, after)
    return {
        (r.change, r.table, r.component, r.column, r.before, r.after) for r in changes.itertuples()
    }


def test_equal_tables_have_no_change():
    same = tables([estimate("total", 3.4)])
    assert compare_deliveries(same, same).empty


def test_each_planted_difference_is_found_once():
    before = tables(
        [estimate("total", 3.4), estimate("a", 3.1), estimate("b", None), estimate("c", None), estimate("gone", 2.0)],
    )  # fmt: skip
    after = tables(
        [estimate("total", 3.6), estimate("a", None, n=None), estimate("b", 2.5),
         estimate("c", None, reason="too_few_answers"), estimate("fresh", 4.0, n=12)],
        response=17, peer_mean=3.3,
    )  # fmt: skip
    assert found(before, after) == {
        ("changed", "estimates", "total", "value", "3.4", "3.6"),
        ("withdrawn", "estimates", "a", "value", "3.1", ""),
        ("withdrawn", "estimates", "a", "n", "16", ""),
        ("new", "estimates", "b", "value", "", "2.5"),
        ("reason", "estimates", "c", "reason", "secondary", "too_few_answers"),
        ("withdrawn", "estimates", "gone", "value", "2", ""),
        ("withdrawn", "estimates", "gone", "n", "16", ""),
        ("withdrawn", "estimates", "gone", "population", "27", ""),
        ("new", "estimates", "fresh", "value", "", "4"),
        ("new", "estimates", "fresh", "n", "", "12"),
        ("new", "estimates", "fresh", "population", "", "27"),
        ("changed", "comparisons", "total", "peer_mean", "3.2", "3.3"),
        ("changed", "response", "", "n", "16", "17"),
    }


def test_changes_of_a_random_table_turn_it_into_the_other():
    """Applying what the list says to the first table gives the second: nothing is missed."""
    chance = random.Random(20190510)

    def draw():
        return {
            name: (None if (v := chance.randint(0, 6)) < 2 else v / 2 + 1)
            for name in chance.sample("abcdefghijklmnopqrstuvwxyz", 18)
        }

    for _ in range(40):
        first, second = draw(), draw()
        changes = compare_deliveries(*(tables([estimate(c, v) for c, v in x.items()]) for x in (first, second)))  # fmt: skip
        values = {c: v for c, v in first.items() if v is not None}
        for row in changes[changes["column"] == "value"].itertuples():
            assert values.pop(row.component, None) == (float(row.before) if row.before else None)
            if row.after:
                values[row.component] = float(row.after)
        assert values == {c: v for c, v in second.items() if v is not None}


def test_the_weightiest_changes_stand_first():
    before = tables([estimate("a", 3.1), estimate("b", None), estimate("z", 3.4)])
    after = tables([estimate("a", None), estimate("b", 2.5), estimate("z", 3.6)])
    kinds = list(compare_deliveries(before, after)["change"])
    assert kinds == sorted(kinds, key=["changed", "withdrawn", "new", "reason"].index)
    assert kinds[0] == "changed"


@pytest.fixture
def publishable(tmp_path):
    folder = tmp_path / "publishable"
    for name, frame in tables([estimate("total", 3.4)]).items():
        write_table(KEPT[name], frame, folder / f"{name}.parquet")
    return folder


def test_a_kept_delivery_reads_back_equal_and_only_the_owner_reads_it(publishable, tmp_path):
    folder = tmp_path / "deliveries"
    changes = compare_deliveries(read_kept(publishable), read_kept(publishable))
    for number in (1, 2):
        kept = keep_delivery(publishable, folder, changes, {"sha256": f"{number}" * 64})
        assert kept.number == number
    assert [d.sha256[0] for d in deliveries(folder)] == ["1", "2"]
    assert compare_deliveries(read_kept(kept.folder), read_kept(publishable)).empty
    for path in (folder, *folder.rglob("*")):
        allowed = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == allowed, path
    assert not list(folder.glob(".partial*"))


def test_the_written_list_reads_back(tmp_path):
    changes = compare_deliveries(tables([estimate("total", 3.4)]), tables([estimate("total", 3.6)]))
    path = tmp_path / "d" / "preview.csv"
    write_changes(changes, path)
    back = pd.read_csv(path, sep=";", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    assert back.to_dict("list") == changes.to_dict("list")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_broken_record_is_named(publishable, tmp_path):
    folder = tmp_path / "deliveries"
    empty = compare_deliveries(read_kept(publishable), read_kept(publishable))
    keep_delivery(publishable, folder, empty, {"sha256": "a"})
    (folder / "0001/delivery.json").write_text(json.dumps(["ikke en post"]))
    with pytest.raises(PlankompassError, match=r"0001/delivery\.json: cannot be read"):
        deliveries(folder)


def test_a_missing_table_is_named(publishable):
    (publishable / "response.parquet").unlink()
    with pytest.raises(PlankompassError, match=r"response\.parquet"):
        read_kept(publishable)
