"""Kind, draft and period of documents by the titles that municipalities print."""

from __future__ import annotations

import pytest
from tests.unit.ingest.plan_titles import TITLES

from plankompass.ingest.plans.identity import find_period, is_draft_title, suggest_kind


@pytest.mark.parametrize(("title", "kind", "draft", "period"), TITLES, ids=[t[0] for t in TITLES])
def test_title(title, kind, draft, period):
    suggested = suggest_kind(title) or "other"
    assert (suggested, is_draft_title(title), find_period(title)) == (kind, draft, period)
