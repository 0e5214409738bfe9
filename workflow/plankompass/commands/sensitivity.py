"""Sensitivity: how each published verdict changes when a choice of the method is another.

A reviewer's first question. Nothing new is published: for the numbers that disclosure control has let
through the estimates are made again under another choice, compared again, and only the verdicts are
shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from plankompass.disclosure.rounding import round_published
from plankompass.disclosure.row_rules import row_units
from plankompass.disclosure.rules import RuleBook
from plankompass.indicators.comparisons import compare
from plankompass.indicators.compute import needed_inputs, operator_function
from plankompass.indicators.task import StudyTables, Task
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.study.codebook_models import Indicator
from plankompass.study.config_models import StatisticsConfig, StudyConfig
from plankompass.study.problems import PlankompassError
from plankompass.tables import read_table

JUDGED = ("above", "below", "indistinguishable")
NOT_JUDGED = "not judged"
KEY = ["kommune_id", "group", "gathering", "indicator", "component"]
_CELL = ["level", "unit", "wave", "group", "gathering", "indicator", "component"]
_NUMBERS = ["value", "lower", "upper", "se", "n", "method"]
_SURVEY_OPERATORS = {
    "mean_of_items", "profile_of_means", "ranked_means", "share_at_least", "share_selected",
    "group_difference",
}  # fmt: skip
_FEWEST_DRAWS = 100
"""Ranks are not compared; the bootstrap behind them may be short."""

Change = Callable[[Indicator], Indicator]


@dataclass(frozen=True)
class Scenario:
    """One choice made otherwise.

    Attributes:
        name: What is otherwise, in words.
        settings: Keys of the statistics that are otherwise.
        indicator: Change of an indicator, such as its fewest valid items; None for none.
        unweighted: Whether residents count alike.
        peers: Column of the municipalities whose value peers share; None for all others.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    indicator: Change | None = None
    unweighted: bool = False
    peers: str | None = None

    @property
    def estimates_anew(self) -> bool:
        """Whether the estimates themselves are other ones."""
        return self.unweighted or self.indicator is not None or "pooled_sd_below" in self.settings


def _fewest_items(step: int | None) -> Change:
    def changed(indicator: Indicator) -> Indicator:
        if indicator.operator not in ("mean_of_items", "ranked_means"):
            return indicator
        most = len(indicator.inputs.items)
        wanted = most if step is None else min(max(indicator.min_valid_items + step, 1), most)
        return indicator.model_copy(update={"min_valid_items": wanted})

    return changed


SCENARIOS = (
    Scenario("one valid item fewer is enough for a scale", indicator=_fewest_items(-1)),
    Scenario("all items of a scale must be valid", indicator=_fewest_items(None)),
    Scenario("residents unweighted", unweighted=True),
    Scenario("own spread from 8 answers", {"pooled_sd_below": 8}),
    Scenario("steps of the pooled spread always", {"pooled_sd_below": 10_000}),
    Scenario("peers of the same peer group", {"min_peers": 3}, peers="peer_group"),
    Scenario("peers of the same size", {"min_peers": 3}, peers="size_class"),
    Scenario("false discovery rate 5 %", {"false_discovery_rate": 0.05}),
    Scenario("false discovery rate 20 %", {"false_discovery_rate": 0.20}),
)


class _Unweighted(StudyTables):
    """The study's tables with every respondent's weight set to one."""

    def table(self, name: str, *, only: Mapping[str, Iterable[str]] | None = None) -> pd.DataFrame:
        """As of a study, with weights of one."""
        found = super().table(name, only=only)
        return found.assign(weight=1.0) if name == "respondents" else found


@dataclass(frozen=True)
class Verdicts:
    """Verdicts of the reports and under every scenario.

    Attributes:
        reported: Verdict by ``KEY``, as the reports have it; only those that judge.
        otherwise: Scenario to its verdicts; what cannot be judged then is ``not judged``.
        classes: Published classes of agreement between sources by shift of the cut points, with how
            many are another class then; empty when none is published.
    """

    reported: pd.Series
    otherwise: dict[str, pd.Series]
    classes: pd.DataFrame


def study_verdicts(folder: Path, config: StudyConfig, codebook: Codebook) -> Verdicts:
    """Compare a built study again under every scenario.

    Args:
        folder: The study's processed data.
        config: The study.
        codebook: The codebook.

    Returns:
        The verdicts.

    Raises:
        PlankompassError: The study has not been built.
    """
    primary_path = folder / "disclosure" / "primary.parquet"
    if not primary_path.is_file():
        raise PlankompassError(
            f"{config.study}: nothing to compare yet; run ./plankompass build {config.study} first"
        )
    primary = read_table("publishable_estimates", primary_path)
    towns = read_table("municipalities", folder / "tidy" / "municipalities.parquet")
    rules = RuleBook.of(config.disclosure, codebook)

    def judged(rows: pd.DataFrame, settings: StatisticsConfig, peers: str | None) -> pd.Series:
        groups = (
            None if peers is None else dict(zip(towns["kommune_id"], towns[peers], strict=True))
        )
        table = compare(
            rows, sorted(towns["kommune_id"]), codebook, settings,
            wave=config.report.wave, peer_groups=groups,
        )  # fmt: skip
        verdict = table.set_index(KEY)["verdict"]
        return verdict[verdict.isin(JUDGED)].sort_index()

    reported = judged(primary, config.statistics, None)
    otherwise = {}
    for scenario in SCENARIOS:
        settings = config.statistics.model_copy(update=dict(scenario.settings))
        rows = primary
        if scenario.estimates_anew:
            rows = _replaced(
                primary, _estimates(folder, config, codebook, scenario, settings), rules
            )
        found = judged(rows, settings, scenario.peers)
        otherwise[scenario.name] = found.reindex(reported.index).fillna(NOT_JUDGED)
    return Verdicts(reported, otherwise, _shifted_classes(primary, config.report.wave))


def _estimates(
    folder: Path,
    config: StudyConfig,
    codebook: Codebook,
    scenario: Scenario,
    settings: StatisticsConfig,
) -> pd.DataFrame:
    """Estimates of the survey's indicators under a scenario."""
    from importlib import import_module

    waves = dict(sorted(config.waves.items(), key=lambda wave: wave[1].as_of))
    settings = settings.model_copy(update={"bootstrap_draws": _FEWEST_DRAWS})
    parts = []
    for indicator in codebook.indicators.values():
        if indicator.operator not in _SURVEY_OPERATORS or "municipality" not in indicator.levels:
            continue
        paths = {t: folder / "tidy" / f"{t}.parquet" for t in needed_inputs(indicator, codebook)}
        tables = _Unweighted(paths) if scenario.unweighted else StudyTables(paths)
        used = scenario.indicator(indicator) if scenario.indicator else indicator
        task = Task(used, codebook, tables, waves, config.report.wave, settings)
        module, _, function = operator_function(indicator.operator).partition(":")
        parts.append(getattr(import_module(module), function)(task).frame())
    return pd.concat(parts, ignore_index=True)


def _replaced(primary: pd.DataFrame, anew: pd.DataFrame, rules: RuleBook) -> pd.DataFrame:
    """Publishable rows with their numbers made anew; a hidden number stays hidden."""
    rounded = round_published(anew, row_units(anew, rules))
    found = primary[_CELL].merge(rounded[[*_CELL, *_NUMBERS]], on=_CELL, how="left")
    shown = (primary["status"] == "published").to_numpy() & found["value"].notna().to_numpy()
    shown &= primary["value"].notna().to_numpy()
    out = primary.copy()
    for column in _NUMBERS:
        out[column] = out[column].where(~shown, found[column].to_numpy())
    kept_back = shown & primary["se"].isna().to_numpy()
    out.loc[kept_back, ["lower", "upper", "se"]] = np.nan
    out["n"] = out["n"].astype("Int64")
    return out


def _shifted_classes(primary: pd.DataFrame, wave: str) -> pd.DataFrame:
    """How many published classes of agreement are another one when cut points are moved."""
    rows = primary[
        (primary["wave"] == wave)
        & (primary["status"] == "published")
        & (primary["class_value"] != "")
    ]
    key = ["indicator", "level", "unit", "group"]
    total = rows[rows["component"] == "total"].set_index(key)["class_value"]
    moved = rows[rows["component"].str.startswith("sensitivity:")].copy()
    moved["shift"] = moved["component"].str.removeprefix("sensitivity:")
    usual = total.reindex(pd.MultiIndex.from_frame(moved[key])).to_numpy()
    moved["other"] = (moved["class_value"].to_numpy() != usual) & ~pd.isna(usual)
    return (
        moved.groupby(["indicator", "shift"], observed=True)["other"]
        .agg(["size", "sum"])
        .rename(columns={"size": "classes", "sum": "other"})
        .reset_index()
    )


def describe(verdicts: Verdicts, study: str) -> str:
    """The report.

    Args:
        verdicts: From ``study_verdicts``.
        study: The study's id.

    Returns:
        Markdown.
    """
    counts = verdicts.reported.value_counts()
    total = len(verdicts.reported)
    lines = [
        f"# Sensitivity of the verdicts: {study}\n",
        "Written by `./plankompass sensitivity`. Every comparison with peers that the reports judge, made again with "
        "one choice of the method otherwise. Hidden numbers stay hidden and are in no line.\n",
        "| choice | above | below | not distinguishable | not judged | other verdict | turned round |",
        "|---|---|---|---|---|---|---|",
        f"| as reported | {' | '.join(str(counts.get(v, 0)) for v in JUDGED)} | 0 | 0 | 0 |",
    ]
    for name, found in verdicts.otherwise.items():
        now = found.value_counts()
        changed = int((found != verdicts.reported).sum())
        cells = [str(now.get(v, 0)) for v in (*JUDGED, NOT_JUDGED)]
        lines.append(
            f"| {name} | {' | '.join(cells)} | {changed} ({changed / max(total, 1):.0%}) "
            f"| {_turned(verdicts.reported, found)} |"
        )
    table = pd.DataFrame(verdicts.otherwise)
    stable = (table.eq(verdicts.reported, axis=0) | (table == NOT_JUDGED)).all(axis=1)
    flags = verdicts.reported.isin(["above", "below"])
    lines += [
        "",
        f"Of {int(flags.sum())} verdicts above or below, {int((flags & stable).sum())} stand under every choice that judges them; of "
        f"{int((~flags).sum())} not distinguishable, {int((~flags & stable).sum())} do. *Turned round*: above became below "
        "or the other way.",
        "",
    ]
    if len(verdicts.classes):
        lines += [
            "## Agreement between sources when cut points are moved\n",
            "| indicator | shift | classes published | another class |",
            "|---|---|---|---|",
            *(
                f"| `{r.indicator}` | {r.shift} | {r.classes} | {r.other} |"
                for r in verdicts.classes.itertuples(index=False)
            ),
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _turned(reported: pd.Series, found: pd.Series) -> int:
    opposite = {"above": "below", "below": "above"}
    return int((found == reported.map(opposite)).sum())


def run_sensitivity(study: str, root: Path) -> int:
    """Report how the verdicts of a built study depend on choices of the method.

    Args:
        study: The study's id.
        root: The checkout.

    Returns:
        0 when it was reported.

    Raises:
        PlankompassError: There is no such study, or it has not been built.
    """
    from plankompass.commands.build import config_of_study
    from plankompass.study.config import validate_config
    from plankompass.study.strict_yaml import load_yaml

    file = config_of_study(study, root)
    config = validate_config(load_yaml(file, name=file.name), file=file.name)
    folder = root / "data" / "processed" / config.study
    verdicts = study_verdicts(folder, config, load_codebook(root / config.codebook))
    text = describe(verdicts, config.study)
    target = folder / "sensitivity"
    target.mkdir(parents=True, exist_ok=True)
    (target / "sensitivity.md").write_text(text, encoding="utf-8")
    table = pd.DataFrame({"reported": verdicts.reported, **verdicts.otherwise}).reset_index()
    table.to_csv(target / "verdicts.csv", index=False, lineterminator="\n")
    print(text)
    print(f"verdict by verdict: {(target / 'verdicts.csv').relative_to(root)}")
    return 0
