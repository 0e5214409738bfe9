"""A number's way back: ten numbers of one report, drawn by lot, traced and worked out anew from the rows."""

from __future__ import annotations

import math
import random
import re

import pandas as pd
import pytest
import yaml

from plankompass.commands.trace import trace
from plankompass.study.problems import PlankompassError

CODE, UNIT, WAVE, DRAWS = "9901", "k01", "T2", 10
MEANS = ("mean_of_items", "profile_of_means", "ranked_means")


@pytest.fixture
def study(verified, monkeypatch):
    monkeypatch.chdir(verified.folder)
    return Study(verified.folder)


class Study:
    """The example's tables, and plain arithmetic that shares no code with the program."""

    def __init__(self, folder):
        self.folder = folder
        book = yaml.safe_load((folder / "codebook/indicators.yaml").read_text("utf-8"))
        self.indicators = {i["id"]: i for i in book["indicators"]}
        items = yaml.safe_load((folder / "codebook/items.yaml").read_text("utf-8"))["items"]
        self.reversed = {i["id"] for i in items if i.get("reverse")}
        processed = folder / "data/processed/eksempel"
        self.estimates = pd.read_parquet(processed / "publishable/estimates.parquet")
        tidy = {n: pd.read_parquet(processed / f"tidy/{n}.parquet")
                for n in ("answers", "respondents", "goal_links", "goals")}  # fmt: skip
        self.respondents, self.links = tidy["respondents"], tidy["goal_links"]
        here = self.respondents[
            (self.respondents["kommune_id"] == UNIT) & (self.respondents["wave"] == WAVE)
        ]
        valid = tidy["answers"][tidy["answers"]["missing"] == "valid"]
        answers = valid.merge(here[["respondent", "group", "weight"]], on="respondent")
        self.answers = dict(list(answers.groupby(["item", "group"])))
        self.nothing = answers.iloc[:0]

    def rows(self, item, group):
        return self.answers.get((item, group), self.nothing)

    def mean(self, item, group):
        rows = self.rows(item, group)
        return (rows["value"] * rows["weight"]).sum() / rows["weight"].sum()

    def scale(self, indicator, group):
        people: dict[str, list[float]] = {}
        weight = {}
        for item in indicator["inputs"]["items"]:
            for row in self.rows(item, group).itertuples():
                value = 6 - row.value if item in self.reversed else row.value
                people.setdefault(row.respondent, []).append(value)
                weight[row.respondent] = row.weight
        enough = {p: v for p, v in people.items() if len(v) >= indicator["min_valid_items"]}
        top = sum(weight[p] * sum(v) / len(v) for p, v in enough.items())
        return top / sum(weight[p] for p in enough)

    def work_out(self, row):
        """The number anew, or None for a kind that this test cannot work out."""
        indicator, component, group = self.indicators[row.indicator], row.component, row.group
        operator = indicator["operator"]
        items = indicator["inputs"].get("items", [])
        if operator == "mean_of_items" and component == "total":
            return self.scale(indicator, group)
        if operator in MEANS and component in items:
            return self.mean(component, group)
        if operator == "group_difference" and component.partition("|")[0] in items:
            item, _, other = component.partition("|")
            return self.mean(item, group) - self.mean(item, other)
        if (
            operator in ("share_at_least", "ranked_means")
            and component.removeprefix("share:") in items
        ):
            values = self.rows(component.removeprefix("share:"), group)["value"]
            return (values >= indicator["params"]["threshold"]).mean()
        if operator == "share_selected" and "__" in component:
            return self.rows(component, group)["value"].mean()
        if operator == "ratio" and component in indicator["inputs"]["measures"]:
            links = self.links[
                (self.links["kommune_id"] == UNIT) & (self.links["measure"] == component)
            ]
            if indicator["id"] == "goal_chain_share":
                return links["confirmed"].fillna(False).sum() / len(links)
        return None

    def published(self):
        e = self.estimates
        here = e[
            (e["unit"] == UNIT)
            & (e["wave"] == WAVE)
            & (e["status"] == "published")
            & e["value"].notna()
        ]
        known = ((row, self.work_out(row)) for row in here.itertuples() if not row.display)
        return [row for row, anew in known if anew is not None and not math.isnan(anew)]


def _agree(published, anew, decimals):
    rounded = math.floor(abs(anew) * 10**decimals + 0.5 + 1e-9) / 10**decimals
    return math.isclose(published, math.copysign(rounded, anew), abs_tol=1e-9) or math.isclose(
        published, anew, abs_tol=1e-9
    )


def test_ten_numbers_by_lot_are_traced_and_worked_out_anew(study, capsys):
    candidates = study.published()
    assert len(candidates) > 60
    drawn = random.Random(20190510).sample(candidates, DRAWS)
    assert len({study.indicators[row.indicator]["operator"] for row in drawn}) >= 3
    for row in drawn:
        assert trace("eksempel", study.folder, municipality=CODE, indicator=row.indicator,
                     group=row.group, component=row.component) == 0  # fmt: skip
        said = capsys.readouterr().out
        assert f"value {row.value:g}" in said, row
        assert f"n {int(row.n)}" in said
        shares = ("share_at_least", "share_selected", "ratio")
        is_share = (
            study.indicators[row.indicator]["operator"] in shares or "share:" in row.component
        )
        assert _agree(row.value, study.work_out(row), 2 if is_share else 1), row
        for title in ("In the reports", "Published", "Formula", "Rows", "Raw files", "Program"):
            assert f"\n{title}\n" in said
        assert re.search(r"rapport\.json  sha256 [0-9a-f]{64}", said)
        assert re.search(r"line \d+: ", said), "the line in the report's own table of numbers"
        assert re.search(r"(surveys|plans)/\S+  sha256 [0-9a-f]{64}", said)
        assert re.search(r"operators/\w+\.py:\d+", said)


def test_every_number_this_test_knows_is_worked_out_alike(study):
    wrong = []
    for row in study.published():
        decimals = 2 if row.value <= 1 and "share" in row.method else 1
        if study.indicators[row.indicator]["operator"] == "ratio":
            decimals = 2
        if not _agree(row.value, study.work_out(row), decimals):
            wrong.append((row.indicator, row.group, row.component, row.value, study.work_out(row)))
    assert wrong == []


def test_the_sentence_is_found_with_its_rule(study, capsys):
    trace("eksempel", study.folder, municipality=CODE, indicator="goal_chain_share")
    said = capsys.readouterr().out
    assert re.search(r"s-\d+ at sections\[1\]\S+: «.+ av målene i samfunnsdelen", said)
    assert "said by rule goals_followed" in said
    assert re.search(r"mal_i_handlingsdel: \d+ of \d+ confirmed by people", said)


def test_trace_tells_what_the_number_is_made_with(study, capsys):
    def said(**asked):
        trace("eksempel", study.folder, **asked)
        return capsys.readouterr().out

    residents = said(municipality=CODE, indicator="citizen_influence")
    assert "weight in vekt" in residents and "in_kontakt recoded -1 to 9" in residents
    assert "registers/code_changes.csv  sha256" in residents
    assert re.search(r"mean of the 11 others whose number is published \d", residents)
    group = {"group": "administrasjon", "indicator": "role_clarity"}
    shown = said(municipality=CODE, **group)
    profile = [line for line in shown.splitlines() if "profile." in line and ".own: " in line]
    assert len(profile) == 1, "the group's own row of the profile, and no other"
    network = said(municipality="nettverk", **group)
    assert "n is published as a round number" in network
    lines = re.findall(r"  line \d+: administrasjon T2 total: ", network)
    assert len(lines) == 1, "the network's own line, and no municipality's"
    several = said(municipality=CODE, indicator="plan_use_convergence")
    for file in (
        "surveys/folkevalgte_T2.sav",
        "plans/goal_register.csv",
        "interviews/koder_A.qdpx",
    ):
        assert f"{file}  sha256" in several, "the files of the indicators it is made of"
    assert "surveys/administrasjon_T2.sav" not in several
    gathering = {"indicator": "gathering_value", "gathering": "s1", "wave": "T0"}
    first = said(municipality="nettverk", **gathering)
    assert "deltakere T0 s1 total" in first and "T0 s2" not in first
    assert "registers/gatherings.csv  sha256" in first


def test_a_hidden_number_is_not_told_and_nobody_is_named(study, capsys):
    e = study.estimates
    hidden = e[(e["unit"] == UNIT) & (e["wave"] == WAVE) & (e["status"] == "hidden")]
    told = 0
    for (indicator, group), rows in list(hidden.groupby(["indicator", "group"]))[:6]:
        path = f"data/processed/eksempel/indicators/{indicator}.parquet"
        restricted = pd.read_parquet(study.folder / path)
        for component in sorted(set(rows["component"]))[:1]:
            trace("eksempel", study.folder, municipality=CODE, indicator=indicator, group=group,
                  component=component)  # fmt: skip
            said = capsys.readouterr().out
            assert "not shown here, since it is hidden" in said
            assert "is not counted here" in said and "valid answers" not in said
            row = restricted[(restricted["unit"] == UNIT) & (restricted["wave"] == WAVE)
                             & (restricted["group"] == group) & (restricted["component"] == component)]  # fmt: skip
            value = row["value"].iloc[0]
            if pd.notna(value):
                assert "before rounding" not in said
                told += 1
            assert not set(study.respondents["respondent"]) & set(re.findall(r"[0-9a-f]{20}", said))
    assert told > 2


def test_changes_gaps_and_the_network_are_traced(study, capsys):
    e = study.estimates
    shown = e[(e["unit"] == UNIT) & (e["status"] == "published")]
    change = shown[shown["component"].str.startswith("change:")].iloc[0]
    trace("eksempel", study.folder, municipality=CODE, indicator=change["indicator"],
          group=change["group"], wave=change["wave"], component=change["component"])  # fmt: skip
    said = capsys.readouterr().out
    earlier = change["component"].removeprefix("change:").partition("|")[0]
    for wave in (earlier, change["wave"]):
        assert re.search(rf"valid answers to \w+, {change['group']} {wave}", said)
    trace(
        "eksempel",
        study.folder,
        municipality="nettverk",
        indicator="implementation_interview_share",
    )
    assert "coded passages" in capsys.readouterr().out
    trace("eksempel", study.folder, municipality="nettverk", indicator="barrier_agreement")
    assert "trace it with --indicator barrier_severity_ranking" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"municipality": "0301"}, "does not take part"),
        ({"indicator": "goal_chain"}, "no such indicator"),
        ({"group": "innbyggere"}, "no number for that group and wave; there are: --group dokument"),
        ({"component": "mal"}, "no such component; there are: "),
    ],
)
def test_what_is_not_there_is_told(study, changes, said):
    asked = {"municipality": CODE, "indicator": "goal_chain_share", **changes}
    with pytest.raises(PlankompassError, match=re.escape(said)):
        trace("eksempel", study.folder, **asked)
