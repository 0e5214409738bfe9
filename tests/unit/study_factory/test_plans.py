"""Plan documents say what the goal register says they say, on the page it says."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import docx
import pandas as pd
import pypdfium2
from tests.study_factory import MadeStudy, make_study
from tests.study_factory.plan_appendix import APPENDIX_PAGES


@cache
def _pages(path: Path) -> tuple[str, ...]:
    """Text by page; a DOCX is one page."""
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(path) as pdf:
            raw = [page.get_textpage().get_text_bounded() for page in pdf]
        return tuple(_plain(t) for t in raw)
    book = docx.Document(path)
    cells = [c.text for t in book.tables for r in t.rows for c in r.cells]
    return (_plain(" ".join([*(p.text for p in book.paragraphs), *cells])),)


def _plain(text: str) -> str:
    """Text without line breaks and the hyphens at line ends."""
    return re.sub(r"\s+", "", re.sub(r"[\u00ad\ufffe\u0002]\s*|(?<=\w)-\s*\n", "", text)).replace(
        "-", ""
    )


def _register(made: MadeStudy) -> pd.DataFrame:
    return pd.read_csv(made.raw / "plans/goal_register.csv", dtype=str).fillna("")


def _documents(made: MadeStudy) -> pd.DataFrame:
    return pd.read_csv(made.raw / "plans/documents.csv", dtype=str).fillna("")


def test_every_document_is_listed_and_has_few_pages(made: MadeStudy):
    listed = _documents(made)
    found = {p.relative_to(made.raw).as_posix() for p in (made.raw / "plans").glob("99*/*")}
    assert set(listed["file"]) == found
    assert max(len(_pages(made.raw / f)) for f in found) <= 12
    text = {f for f in found if f.endswith(".pdf")}
    assert text and {Path(f).suffix for f in found} == {".pdf", ".docx"}


def test_goals_stand_on_the_page_of_the_register(made: MadeStudy):
    rows = _register(made).drop_duplicates(["kommune_id", "register", "goal_id"])
    checked = 0
    for row in rows.itertuples():
        path = made.raw / row.document
        pages = _pages(path)
        if not any(pages):
            continue  # the scan: only people can read it
        if row.page:
            assert _plain(row.goal_text) in pages[int(row.page) - 1], (row.document, row.goal_id)
            checked += 1
        else:
            assert path.suffix == ".docx" and _plain(row.goal_text) in pages[0]
    assert checked > 80


def _budget(made: MadeStudy, kommune: str) -> Path:
    listed = _documents(made)
    own = listed[(listed["kommune_id"] == kommune) & (listed["kind"] == "okonomiplan")]
    return made.raw / own["file"].item()


def test_evidence_stands_where_it_is_said_and_only_then(made: MadeStudy):
    """Measures with sums stand in the budget plan exactly where the truth has a budget line."""
    actions = {}
    for fact in made.facts:
        for goal in (*fact.goals, *fact.points):
            actions[(fact.municipality.kommune_id, goal.register, goal.id)] = goal
    rows = _register(made).drop_duplicates(["kommune_id", "register", "goal_id", "measure_id"])
    lines = 0
    for row in rows.itertuples():
        goal = actions[(row.kommune_id, row.register, row.goal_id)]
        path = _budget(made, row.kommune_id)
        pages = _pages(path)
        if "" in list(pages[2:]):
            continue  # the file with a page as picture
        everything = "".join(pages)
        if row.measure_id in ("mal_med_budsjettlinje", "plattform_med_budsjettlinje"):
            said = _plain(goal.action) in everything
            if goal.links[row.measure_id]:
                sums = _plain("".join(f"{a:,}".replace(",", " ") for a in goal.amounts))
                assert said and sums in everything
                if row.evidence_page:
                    assert _plain(goal.action) in pages[int(row.evidence_page) - 1]
                lines += 1
        elif row.measure_id in ("mal_i_handlingsdel", "plattform_i_handlingsdel"):
            assert (_plain(goal.action) in everything) == goal.links[row.measure_id]
    assert lines > 40


def test_scan_and_mixed_file_lack_text_where_planted(made: MadeStudy):
    scan = _pages(made.raw / "plans/9905/samfunnsdel.pdf")
    assert len(scan) >= 4 and not any(scan)
    mixed = _pages(made.raw / "plans/9906/handlings_og_okonomiplan.pdf")
    assert [bool(p) for p in mixed].count(False) == 1
    assert (made.raw / "plans/9905/samfunnsdel.pdf").stat().st_size < 400_000


def test_goals_and_points_are_as_many_and_as_various_as_reports_need(made: MadeStudy):
    rows = _register(made).drop_duplicates(["kommune_id", "register", "goal_id"])
    goals = rows[rows["register"] == "samfunnsdel"]
    points = rows[rows["register"] == "plattform"]
    assert (
        goals.groupby("kommune_id").size().between(6, 12).all()
        and goals["kommune_id"].nunique() == 9
    )
    assert (
        points.groupby("kommune_id").size().between(8, 12).all()
        and points["kommune_id"].nunique() == 10
    )
    assert goals["goal_text"].nunique() > 35
    assert (
        rows.groupby("kommune_id")["goal_text"].nunique().equals(rows.groupby("kommune_id").size())
    )


def test_shares_of_the_truth_follow_from_the_register(made: MadeStudy):
    """Counted anew from the CSV by another road than the factory's."""
    rows = _register(made)
    rows = rows[
        ~((rows["measure_id"] == "plattform_med_budsjettlinje") & (rows["needs_money"] == "0"))
    ]
    said = made.truth.facts["goal_shares"]
    for (kommune, measure), own in rows.groupby(["kommune_id", "measure_id"]):
        votes = own.groupby("goal_id")["confirmed"].agg(lambda v: set(v) - {""})
        complete = votes.map(len).eq(1).all()
        entry = said[kommune][measure]
        assert entry["denominator"] == len(votes)
        if complete:
            assert entry["share"] == votes.map(lambda v: v == {"1"}).mean()
        else:
            assert entry["share"] is None
    double = rows.groupby(["kommune_id", "register", "goal_id"])["coder"].nunique().eq(2).mean()
    assert double >= 0.2
    assert rows["confirmed"].eq("").sum() > 0


def test_dates_of_the_truth_follow_from_the_registers(made: MadeStudy):
    dates = pd.read_csv(made.raw / "registers/plan_dates.csv", parse_dates=["date"])
    councils = pd.read_csv(made.raw / "registers/councils.csv", parse_dates=["constituted_on"])
    start = councils[councils["term"] == "2019-2023"].set_index("kommune_id")["constituted_on"]
    assert start.dt.strftime("%Y-%m").eq("2019-10").all()
    late = []
    for kommune, timing in made.truth.facts["timing"].items():
        own = dates[(dates["kommune_id"] == kommune) & (dates["event"] == "adopted")]
        strategy = own.loc[own["document_kind"] == "planstrategi", "date"]
        first = strategy[strategy > start[kommune]].min()
        on_time = first <= start[kommune] + pd.DateOffset(years=1)
        assert on_time == timing["strategy_within_one_year"]
        late += [] if on_time else [kommune]
        part = own.loc[own["document_kind"] == "samfunnsdel", "date"]
        after = part[part > start[kommune]]
        if timing["months_to_community_part"] is None:
            assert after.empty
        else:
            whole = timing["months_to_community_part"]
            assert start[kommune] + pd.DateOffset(months=whole) <= after.min()
            assert start[kommune] + pd.DateOffset(months=whole + 1) > after.min()
    assert late == ["k10"]


def test_attendance_of_the_truth_follows_from_the_registers(made: MadeStudy):
    came = pd.read_csv(made.raw / "registers/attendance.csv", parse_dates=["homework_delivered_on"])
    held = pd.read_csv(made.raw / "registers/gatherings.csv", parse_dates=["held_on"]).set_index(
        "gathering"
    )
    order = list(held.index)
    for kommune, said in made.truth.facts["attendance"].items():
        own = came[(came["kommune_id"] == kommune) & (came["invited"] == "yes")]
        both = (own["political_leaders"] > 0) & (own["administrative_leaders"] > 0)
        assert (said["attended"], said["invited"]) == (both.sum(), len(own))
        given = own[own["gathering"].map(held["homework_given"]) == "yes"]
        following = given["gathering"].map(lambda g: held["held_on"].iloc[order.index(g) + 1])
        assert said["homework_given"] == len(given)
        assert said["homework_delivered"] == (given["homework_delivered_on"] < following).sum()


def test_an_appendix_makes_documents_longer_and_moves_no_goal(made: MadeStudy, tmp_path):
    long = make_study(tmp_path / "raw", real_lengths=True, manifest=False)
    assert _documents(long).equals(_documents(made))
    # a longer contents list may move what follows by a page; what is said stays
    assert _register(long).drop(columns="page").equals(_register(made).drop(columns="page"))
    grown = {}
    for row in _documents(made).itertuples():
        before, after = _pages(made.raw / row.file), _pages(long.raw / row.file)
        if row.file.endswith(".pdf") and row.kind != "plattform" and "Vedlegg1" in "".join(after):
            grown[row.file] = (len(after) - len(before)) / APPENDIX_PAGES[row.kind]
        elif row.kind == "plattform":
            assert after == before
    assert len(grown) > 30
    assert all(0.8 <= more <= 1.2 for more in grown.values()), grown
