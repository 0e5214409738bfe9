"""Kind, draft and period of documents by the titles that municipalities print."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.unit.ingest.plan_titles import TITLES

from plankompass.ingest.plans.identity import find_period, is_draft_title, suggest_kind


@pytest.mark.parametrize(("title", "kind", "draft", "period"), TITLES, ids=[t[0] for t in TITLES])
def test_title(title, kind, draft, period):
    suggested = suggest_kind(title) or "other"
    assert (suggested, is_draft_title(title), find_period(title)) == (kind, draft, period)


def test_most_real_titles():
    path = Path(__file__).with_name("real_titles.yaml")
    key = yaml.safe_load(path.read_text(encoding="utf-8"))
    right = [
        ((suggest_kind(title) or "other"), is_draft_title(title)) == (kind, draft)
        for kind, draft, title in key
    ]
    assert len(key) == 46
    assert sum(right) >= 40, f"{sum(right)} of 46"
