"""Answer keys of real plans: goals known by page and hash, none of their text."""

from __future__ import annotations

import yaml
from tests.plan_real import KEYS, goal_hash, measure_links, measure_real
from tests.plan_real.__main__ import link_table, real_table

GOALS = ["Alle barn skal ha en venn i gata", "Ingen skal gå hjem uten middag"]


def test_goals_are_told_by_how_they_begin_and_plans_that_are_not_there_are_passed_over(tmp_path):
    text = f"# Samfunnsdel 2024\n\n## Mål\n\n- {GOALS[0]}.\n- Vi skal være snille mot hverandre.\n"
    (tmp_path / "plan.md").write_text(text, encoding="utf-8")
    hashes = [goal_hash(goal) for goal in GOALS]
    keys = {"plans": {"plan.md": {"name": "Plan", "goals": {3: hashes}},
                      "away.pdf": {"name": "Away", "goals": {1: hashes}}}}  # fmt: skip
    (tmp_path / "keys.yaml").write_text(yaml.safe_dump(keys), encoding="utf-8")
    (result,) = measure_real(tmp_path, tmp_path / "keys.yaml")
    assert (result.goals, result.among, result.counting, result.candidates) == (2, 1, 1, 2)
    assert "| **all** | 2 | 1 (0.50) | 1 | 2 |" in real_table([result])


def test_the_answer_keys_hold_hashes_and_no_text():
    keys = yaml.safe_load(KEYS.read_text(encoding="utf-8"))["plans"]
    goals = [goal for key in keys.values() for page in key["goals"].values() for goal in page]
    assert len(goals) == len(set(goals)) == 70
    assert all(len(goal) == 16 and int(goal, 16) for goal in goals)


def test_links_are_told_by_page_and_looked_for_again_without_the_goals_own_lines(tmp_path):
    (tmp_path / "goals.txt").write_text("\n".join(GOALS) + "\n", encoding="utf-8")
    pages = [
        f"I samfunnsdelen står det: {GOALS[0]}, og det gjelder.\n\nTiltak:\n\nKommunen bygger lekeplasser i hver gata, for alle barn og en venn.\n",
        f"I samfunnsdelen står det: {GOALS[1]}, og det gjelder.\n\nTiltak:\n\nVeier asfalteres i nord.\n",
        *(f"Vann og avløp fornyes i sone {n}.\n" for n in range(5)),
    ]
    text = "".join(f"<!-- side {n} -->\n\n{page}\n" for n, page in enumerate(pages, start=1))
    (tmp_path / "action.md").write_text(text, encoding="utf-8")
    key = {"name": "Plan", "register": "goals.txt", "action_plan": "action.md",
           "pages": {1: [goal_hash(GOALS[0])], 2: [goal_hash(GOALS[1])]}}  # fmt: skip
    away = key | {"register": "away.txt"}
    (tmp_path / "keys.yaml").write_text(
        yaml.safe_dump({"plans": {}, "links": [key, away]}), encoding="utf-8"
    )
    (result,) = measure_links(tmp_path, tmp_path / "keys.yaml")
    assert (result.links, result.among, result.measures_only, result.pages) == (2, 2, 1, 2)
    assert "| Plan | 2 | 2 (1.00) | 1 (0.50) | 2 |" in link_table([result])


def test_the_keys_of_links_hold_hashes_and_no_text():
    (key,) = yaml.safe_load(KEYS.read_text(encoding="utf-8"))["links"]
    goals = [goal for page in key["pages"].values() for goal in page]
    assert len(goals) == len(set(goals)) == 24
    assert all(len(goal) == 16 and int(goal, 16) for goal in goals)
