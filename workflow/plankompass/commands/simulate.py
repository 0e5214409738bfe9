"""Simulation with planted truth: coverage of intervals and false flags, as a report in docs/method."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

REPORT = Path("docs/method/simulation.md")
LOW, HIGH = 0.93, 0.99
MOST_FALSE = 0.10
SHOWN_FROM = 8
"""Answers from which the codebook shows councillors' numbers; of a gap, five from the smaller group."""

GAP_SHOWN_FROM = 5
ROUNDS = {"means": 5000, "mixes": 600, "gaps": 500, "panel": 150, "election": 500, "flags": 100}
OTHER_NETWORKS = {
    "no council split or near consensus": (0.7, 0.3, 0.0, 0.0),
    "every second near consensus": (0.3, 0.1, 0.5, 0.1),
    "every second split": (0.3, 0.1, 0.1, 0.5),
}

_INTRO = """# Simulation: do intervals and flags keep what they say?

Written by `./plankompass simulate`; do not edit by hand. Seed {seed}; the same numbers come out on every run.

Every councillor's answer is made up and known here; some of them answer, each with the same chance; the pipeline's
own functions then estimate the mean of the whole council, and the truth is looked up. Councils have {sizes} members,
and {responses} per cent of them answer. Four shapes: *ordinary* (members differ, most between 2 and 5), *skewed*
(most agree fully, with a tail), *near consensus* (nearly all answer 4, about one in ten clearly less) and *split*
(two camps around 1.6 and 4.4, the smaller at least a third). In the main tables {mix} of the councils have these
shapes; each council answers one item and a scale of four items.

Only what may be shown counts for the criteria: from {shown} answers for councillors (the codebook's limit).
"""

_MEANS = """## Means

Share of intervals that hold the council's mean. *As printed*: limits rounded to one decimal, as everything that leaves
the pipeline; where nearly all have answered an interval is narrower than that rounding, and loses a little by it.
The other columns are rules that were not chosen: the council's *own spread* fails near consensus, the *pooled spread*
fails in split councils, and the own spread with a *floor* (half the pooled variance) holds in both but would, under
15 answers, tell what each one answered. The chosen rule takes one of a few multiples of the pooled spread there
(`statistics/spread.py`), so that the width of an interval tells a class of spread and no more.
"""

_CELLS = """### By size and response

Per cent held. *n* is the number of answers; numbers in brackets are not shown in any report (under {shown} answers).
Above 99 stand councils near consensus with few answers: a narrower interval would tell that the answers are alike.
"""

_LIMITS = """## What this does not show

Everybody answers with the same chance here. If those who are silent think otherwise, no interval of this kind holds;
the worst-case bounds (`finite_population.worst_case_bounds`) say how far they could move a number. Answers of one
member go together over items, but nobody's choice to answer depends on that of others, as it may within a party group.
"""


@dataclass
class Verdicts:
    """Criteria and whether they held.

    Attributes:
        rows: Lines of the table.
        held: Whether all held so far.
    """

    rows: list[str] = field(default_factory=list)
    held: bool = True

    def between(self, what: str, low: float, high: float) -> None:
        """Note a criterion of coverage.

        Args:
            what: What was covered.
            low: Lowest coverage found.
            high: Highest coverage found.
        """
        self._add(
            what,
            "93 to 99 %",
            f"{_percent(low)} to {_percent(high)} %",
            low >= LOW and high <= HIGH,
        )

    def at_least(self, what: str, found: float, limit: float) -> None:
        """Note a criterion with a lower limit.

        Args:
            what: What was covered.
            found: Lowest coverage found.
            limit: The limit.
        """
        self._add(what, f"at least {limit:.0%}", f"{100 * found:.2f} %", found >= limit)

    def at_most(self, what: str, found: float, limit: float) -> None:
        """Note a criterion with an upper limit.

        Args:
            what: What was counted.
            found: Share found.
            limit: The limit.
        """
        self._add(what, f"at most {limit:.0%}", f"{_percent(found)} %", found <= limit)

    def _add(self, what: str, asked: str, found: str, held: bool) -> None:
        self.rows.append(f"| {what} | {asked} | {found} | {'yes' if held else '**no**'} |")
        self.held &= held


def simulate(root: Path, *, check_only: bool = False) -> int:
    """Simulate and write the report, or tell whether the one that is there is true.

    Args:
        root: The checkout.
        check_only: Write nothing.

    Returns:
        0 when all criteria hold and, with ``check_only``, the report is what comes out.
    """
    text, held = report(root)
    path = root / REPORT
    if check_only:
        same = path.is_file() and path.read_text(encoding="utf-8") == text
        print(f"{REPORT}: {'what comes out now' if same else 'not what comes out now'}")
        return 0 if held and same else 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    print(text[text.index("## Criteria") : text.index("## Means")].strip())
    print(f"\nwritten to {REPORT}")
    return 0 if held else 1


def report(root: Path) -> tuple[str, bool]:
    """The report.

    Args:
        root: The checkout; its codebook is used for comparisons.

    Returns:
        Markdown, and whether all criteria held.
    """
    from plankompass.commands.simulation import councils, coverage, flags, shares
    from plankompass.study.codebook import load_codebook

    seed = coverage.SETTINGS.seed
    verdicts = Verdicts()
    means = coverage.means(ROUNDS["means"], seed)
    mixes = {k: coverage.means(ROUNDS["mixes"], seed + 1, m) for k, m in OTHER_NETWORKS.items()}
    gaps = coverage.differences(ROUNDS["gaps"], seed + 2)
    panel = coverage.changes(ROUNDS["panel"], seed + 3, same_council=True)
    election = coverage.changes(ROUNDS["election"], seed + 4, same_council=False)
    exact = shares.enumerate_shares()
    book = load_codebook(root / "codebook")
    alike = flags.flags(ROUNDS["flags"], seed + 5, book)
    apart = flags.flags(ROUNDS["flags"] // 3, seed + 6, book, planted=0.8)

    body = [
        *_means_section(means, mixes, verdicts),
        *_shares_section(exact, verdicts),
        *_pairs_section(gaps, panel, election, verdicts),
        *_flags_section(alike, apart, verdicts),
        _LIMITS,
    ]
    intro = _INTRO.format(
        seed=seed,
        sizes=_listed(councils.SIZES),
        responses=_listed(f"{100 * r:.0f}" for r in councils.RESPONSE),
        mix=_listed(f"{100 * m:.0f}" for m in councils.USUAL) + " per cent",
        shown=SHOWN_FROM,
    )
    criteria = [
        "## Criteria\n",
        "| what | asked | found | held |",
        "|---|---|---|---|",
        *verdicts.rows,
        "",
    ]
    lines = [intro, *criteria, *body]
    return "\n".join(
        line.rstrip() for line in "\n".join(lines).splitlines()
    ).rstrip() + "\n", verdicts.held


def _means_section(
    means: pd.DataFrame, mixes: dict[str, pd.DataFrame], verdicts: Verdicts
) -> list[str]:
    from plankompass.commands.simulation.councils import RESPONSE, SHAPES, SIZES

    shown = means[means["n"] >= SHOWN_FROM]
    for by, word in (("shape", "shape"), ("size", "size"), ("response", "response")):
        found = shown.groupby(by)["held"].mean()
        verdicts.between(f"means, by {word} of the council", found.min(), found.max())
    lines = [
        _MEANS,
        "| shape | held | as printed | own spread | pooled | own with floor | mean width |",
        "|---|---|---|---|---|---|---|",
    ]
    rules = ["held", "printed", "own", "pooled", "floored"]
    for shape in SHAPES:
        rows = shown[shown["shape"] == shape]
        cells = " | ".join(_percent(rows[rule].mean()) for rule in rules)
        lines.append(f"| {shape} | {cells} | {rows['width'].mean():.2f} |")
    lines += ["", _CELLS.format(shown=SHOWN_FROM)]
    numbers = means.groupby(["size", "response"])["n"].first()
    grid = [(size, share) for size in SIZES for share in RESPONSE]
    lines += [
        f"| members | {' | '.join(str(size) for size, _ in grid)} |",
        f"|---|{'---|' * len(grid)}",
        f"| response | {' | '.join(f'{100 * share:.0f}' for _, share in grid)} |",
        f"| *n* | {' | '.join(str(numbers[cell]) for cell in grid)} |",
    ]
    held = means.groupby(["shape", "size", "response"])["held"].mean()
    for shape in SHAPES:
        cells = [_percent(held[(shape, *cell)]) for cell in grid]
        cells = [
            c if numbers[g] >= SHOWN_FROM else f"({c})" for c, g in zip(cells, grid, strict=True)
        ]
        lines.append(f"| {shape} | {' | '.join(cells)} |")
    inside = held[[numbers[cell[1:]] >= SHOWN_FROM for cell in held.index]]
    per_cell = len(means) / len(held)
    low, high = (inside < LOW), (inside > HIGH)
    lines += [
        "",
        f"Of {len(inside)} cells that are shown, {int((~low & ~high).sum())} lie from 93 to 99; "
        f"{int(low.sum())} below (lowest {_percent(inside.min())}), {int(high.sum())} above, "
        f"{int(high[high].index.get_level_values('shape').isin(['near consensus']).sum())} of them near "
        f"consensus. A cell rests on {per_cell:.0f} intervals on average.",
        "",
        "### Other networks",
        "",
        "The pooled spread depends on what the other councils are like.",
        "",
        f"| network | {' | '.join(SHAPES)} |",
        f"|---|{'---|' * len(SHAPES)}",
    ]
    for name, found in mixes.items():
        found = found[found["n"] >= SHOWN_FROM].groupby("shape")["held"].mean()
        cells = [_percent(found[s]) if s in found else "–" for s in SHAPES]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return [*lines, ""]


def _shares_section(exact: pd.DataFrame, verdicts: Verdicts) -> list[str]:
    verdicts.at_least("shares, lowest coverage of all cases", exact["lowest"].min(), 0.95)
    bands = pd.cut(exact["size"], [16, 26, 42, 59], labels=["17–26", "27–42", "43–59"])
    response = pd.cut(
        exact["response"], [0, 0.4, 0.6, 0.75, 1], labels=["20–40", "–60", "–75", "–90"]
    )
    cases = int((exact["size"] + 1).sum())
    lines = [
        "## Shares\n",
        f"Nothing is drawn here: for every council size from {exact['size'].min()} to {exact['size'].max()}, every number "
        f"of answers from 20 to 90 per cent and every true number of persons, {cases} cases, the coverage of the exact "
        "hypergeometric interval is summed up. It is never under 95 per cent; the mean over the true numbers stands beside.\n",
        "| members | response, per cent | lowest | mean | mean width |",
        "|---|---|---|---|---|",
    ]
    for (size, share), rows in exact.groupby([bands, response], observed=True):
        lines.append(
            f"| {size} | {share} | {100 * rows['lowest'].min():.2f} | {_percent(rows['mean'].mean())} "
            f"| {rows['width'].mean():.2f} |"
        )
    return [*lines, ""]


def _pairs_section(
    gaps: pd.DataFrame, panel: pd.DataFrame, election: pd.DataFrame, verdicts: Verdicts
) -> list[str]:
    from plankompass.commands.simulation.councils import SHAPES

    lines = [
        "## Differences and changes\n",
        "A *difference* is councillors less administration (8 to 30 persons, same shapes), from "
        f"{GAP_SHOWN_FROM} answers in the smaller group. A *change* is one wave less the wave before: within a term the "
        "same members are asked again, many of them answer twice, and most answers stay; across an election the council "
        f"is a new one. From {SHOWN_FROM} answers in both waves.\n",
        f"| number | {' | '.join(SHAPES)} | all | as printed |",
        f"|---|{'---|' * (len(SHAPES) + 2)}",
    ]
    tables = [
        ("difference of means", gaps[gaps["n"] >= GAP_SHOWN_FROM]),
        ("change of means within a term", panel[~panel["variable"].str.startswith("share")]),
        (
            "change of means across an election",
            election[~election["variable"].str.startswith("share")],
        ),
        ("change of shares within a term", panel[panel["variable"].str.startswith("share")]),
        (
            "change of shares across an election",
            election[election["variable"].str.startswith("share")],
        ),
    ]
    for name, found in tables:
        rows = found[found["n"] >= (GAP_SHOWN_FROM if "difference" in name else SHOWN_FROM)]
        by_shape = rows.groupby("shape")["held"].mean()
        cells = [_percent(by_shape[s]) for s in SHAPES]
        lines.append(
            f"| {name} | {' | '.join(cells)} | {_percent(rows['held'].mean())} | {_percent(rows['printed'].mean())} |"
        )
        verdicts.between(f"{name}, by shape", by_shape.min(), by_shape.max())
    lines += ["", "| method of a change | intervals | held |", "|---|---|---|"]
    both = pd.concat([panel, election])
    for method, rows in both[both["n"] >= SHOWN_FROM].groupby("method"):
        lines.append(f"| `{method}` | {len(rows)} | {_percent(rows['held'].mean())} |")
    return [*lines, ""]


def _flags_section(alike: object, apart: object, verdicts: Verdicts) -> list[str]:
    verdicts.at_most("reports with a false flag against peers", alike.false, MOST_FALSE)
    verdicts.at_most("the same where some municipalities differ", apart.false, MOST_FALSE)
    return [
        "## Flags against peers\n",
        "Networks of 30 municipalities with twelve means and eight shares each, compared as in the reports, from numbers "
        "rounded as they are published and with small groups hidden. First no municipality differs from the others in "
        "anything; then one in ten lies 0.8 points above the others on every mean.\n",
        "| | nobody differs | one in ten differs |",
        "|---|---|---|",
        f"| reports | {alike.reports} | {apart.reports} |",
        f"| comparisons a report | {alike.comparisons:.1f} | {apart.comparisons:.1f} |",
        f"| reports with a false flag, per cent | {_percent(alike.false)} | {_percent(apart.false)} |",
        f"| the same had every p < 0.05 been a flag | {_percent(alike.unadjusted)} | {_percent(apart.unadjusted)} |",
        f"| false ones among all flags, per cent | – | {_percent(apart.false_among_flags)} |",
        f"| planted differences found, per cent | – | {_percent(apart.found)} |",
        "",
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def _listed(parts: object) -> str:
    *first, last = [str(p) for p in parts]
    return f"{', '.join(first)} and {last}"
