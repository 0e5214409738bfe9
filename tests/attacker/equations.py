"""Published rows as equations over what each group answered on average."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

from tests.attacker.reading import GONE, Book, Row

MEANS = ("mean_of_items", "ranked_means", "profile_of_means", "group_difference")
SHARES = ("share_at_least", "share_selected", "share_of_interviews_with_code")
LEFT = 0.25  # share of the scale that must stay open
GUESS = 4  # answers of a group that is hidden because too few answered

Key = tuple  # (about, unit, wave, group, gathering, release)


@dataclass
class Equation:
    """One published number: coefficients over unknowns, and the interval it leaves.

    A guess is what the attacker supposes, for instance that nobody came to a group that is hidden in
    both releases; it is dropped where it cannot be true.
    """

    row: dict[Key, float]
    low: float
    high: float
    label: str
    guess: bool = False


@dataclass
class Problem:
    """Everything that was published, and what should have stayed hidden.

    Attributes:
        equations: What was published.
        bounds: Lowest and highest value of each unknown.
        targets: Hidden numbers: label to coefficients, with the width of their scale.
        sizes: Persons behind each unknown, guessed where that was not said.
        said: Unknowns whose number of persons was said.
        points: Values that the reason of the hiding allows, where it tells.
    """

    equations: list[Equation] = field(default_factory=list)
    bounds: dict[Key, tuple[float, float]] = field(default_factory=dict)
    targets: dict[str, tuple[dict[Key, float], float]] = field(default_factory=dict)
    sizes: dict[Key, int] = field(default_factory=dict)
    said: set[Key] = field(default_factory=set)
    points: dict[str, list[float]] = field(default_factory=dict)


def about_of(row: Row, book: Book) -> tuple[str, ...] | None:
    """What was asked behind a row that stands by itself."""
    operator, component = book.operators[row.indicator], row.component
    head, colon, rest = component.partition(":")
    if (head in ("change", "rank", "source", "sensitivity") and colon) or "|" in component:
        return None
    if operator in SHARES or (colon and head == "share"):
        return ("share", row.indicator, rest or component)
    if operator in MEANS:
        name = rest if head == "level" and colon else component
        return ("mean", name if name != "total" else f"total {row.indicator}")
    return None


def range_of(about: tuple[str, ...], book: Book) -> tuple[float, float]:
    """Lowest and highest value of what was asked."""
    if about[0] == "share":
        return 0.0, 1.0
    name = about[1]
    first = book.parallel.get(name, (name,))[0]
    if name.startswith("total "):
        first = book.items[name.removeprefix("total ")][0]
    return book.ranges.get(first, (1.0, 5.0))


def build(rows: list[Row], book: Book, release: int = 0, into: Problem | None = None) -> Problem:
    """Turn one release into equations.

    Args:
        rows: What was published.
        book: The codebook.
        release: Its number; unknowns of two releases are different until said otherwise.
        into: Equations to add to.

    Returns:
        The problem.
    """
    problem = into or Problem()
    cells: dict[tuple, dict[str, Key]] = defaultdict(dict)
    known_n: dict[Key, int | None] = {}
    sizes: dict[tuple, int] = {}
    single = [(row, about_of(row, book)) for row in rows]
    for row, about in single:
        # a gap's row says how large the smaller of its two groups is
        if row.size and about is not None:
            sizes[(row.unit, *row.place)] = row.size
    # rows that say how many answered first
    for row, about in sorted(single, key=lambda pair: pair[0].n is None):
        if about is None or row.unit == "network":
            continue
        key = (about, row.unit, *row.place, release)
        if known_n.get(key) is not None and row.n is not None and known_n[key] != row.n:
            about = (*about, row.indicator)
            key = (about, row.unit, *row.place, release)
        row.extra["about"] = about
        known_n.setdefault(key, row.n)
        cells[(about, *row.place)][row.unit] = key
        problem.bounds.setdefault(key, range_of(about, book))
        problem.sizes.setdefault(key, row.n or GUESS)
        if row.n is not None:
            problem.said.add(key)
    for row, about in single:
        _one(problem, row, row.extra.get("about", about), cells, sizes, book, release)
    _scales(problem, cells, known_n, book)
    return problem


def _one(problem, row: Row, about, cells, sizes, book: Book, release: int) -> None:
    coefficients = _coefficients(row, about, cells, sizes, release)
    if not coefficients:
        return
    label = f"{row.unit} {' '.join(p for p in row.place if p)} {row.indicator} {row.component}"
    share = book.operators[row.indicator] in SHARES or row.component.startswith("change:share:")
    low, high = range_of(about, book) if about else ((0.0, 1.0) if share else (1.0, 5.0))
    scale = (high - low) * (1 if about else 2)
    if not math.isnan(row.value):
        half = _half(row, about) if about or not share else 0.005
        problem.equations.append(Equation(coefficients, row.value - half, row.value + half, label))
    elif row.reason in GONE:
        problem.targets[f"release {release} {label}"] = (coefficients, scale)
        # an aggregate's class only bounds a sum, which is no equation
        if row.display and not row.n and len(coefficients) == 1:
            # the class alone says as much as it says; found is what leaves less than one person's step
            few, edge = row.display.startswith("under"), int(row.display[-2:]) / 100
            ends = (0.0, edge) if few else (edge, 1.0)
            (key,) = coefficients
            problem.bounds[key] = ends
            step = 1 / max(row.size or sizes.get((row.unit, *row.place), 1), 1)
            problem.targets[f"release {release} {label}"] = (coefficients, step / LEFT)
        if row.display and row.n and len(coefficients) == 1:
            few = row.display.startswith("under")
            points = [c / row.n if few else 1 - c / row.n for c in range(3)]
            problem.points[f"release {release} {label}"] = points
            (key,) = coefficients
            problem.bounds[key] = (min(points), max(points))


def _half(row: Row, about) -> float:
    if about and about[0] == "share":
        few = row.n is not None and row.n < 20 and row.unit != "network"
        return 1e-9 if few else 0.005
    return 0.05


def _coefficients(row: Row, about, cells, sizes, release: int) -> dict[Key, float]:
    head, _, rest = row.component.partition(":")
    if head == "change":
        before, _, base = rest.partition("|")
        return _difference(row, base, (before, row.group, row.gathering), cells, sizes)
    if "|" in row.component:
        base, _, other = row.component.partition("|")
        return _difference(row, base, (row.wave, other, row.gathering), cells, sizes)
    if about is None:
        return {}
    if row.unit != "network":
        key = (about, row.unit, *row.place, release)
        return {key: 1.0}
    return _weighted(cells.get((about, *row.place), {}), row, sizes)


def _weighted(members: dict[str, Key], row: Row, sizes) -> dict[Key, float]:
    """The network's number: municipalities by their number of persons, as the reports say."""
    weights = {u: sizes.get((u, *row.place)) for u in members}
    if not members or any(w is None for w in weights.values()):
        return {}
    total = sum(weights.values())
    if row.size is not None and total != row.size:
        return {}  # someone is in it who has no row
    return {members[u]: w / total for u, w in weights.items()}


def _difference(row: Row, base: str, place, cells, sizes) -> dict[Key, float]:
    for about in _names(row, base):
        first, second = cells.get((about, *row.place), {}), cells.get((about, *place), {})
        both = sorted(first.keys() & second.keys())
        if row.unit != "network":
            if row.unit in both:
                return {first[row.unit]: 1.0, second[row.unit]: -1.0}
            continue
        change = row.component.startswith("change:")
        weight = {u: (sizes.get((u, *row.place)), sizes.get((u, *place))) for u in both}
        if not both or any(None in w for w in weight.values()):
            continue
        one = sum(w[0] for w in weight.values())
        two = one if change else sum(w[1] for w in weight.values())
        found = {first[u]: weight[u][0] / one for u in both}
        return found | {second[u]: -weight[u][0 if change else 1] / two for u in both}
    return {}


def _names(row: Row, base: str) -> list[tuple[str, ...]]:
    base = base.partition(":")[2] or base
    mean = ("mean", base if base != "total" else f"total {row.indicator}")
    return [mean, (*mean, row.indicator), ("share", row.indicator, base)]


def _scales(problem: Problem, cells, known_n, book: Book) -> None:
    """A scale is the mean of its items, exactly where all of them have the same number of answers."""
    scales = [(f"total {i}", items) for i, items in book.items.items()
              if book.operators[i] == "mean_of_items"]  # fmt: skip
    scales += list(book.parallel.items())
    for about, *place in list(cells):
        for name, items in scales:
            if about != ("mean", name) or len(items) < 2:
                continue
            for unit, whole in cells[(about, *place)].items():
                members = [cells.get((("mean", i), *place), {}).get(unit) for i in items]
                if None in members:
                    continue
                counts = {known_n[k] for k in (whole, *members)}
                if len(counts) > 1 or None in counts:
                    continue
                row = {m: (-1.0 if i in book.reverse else 1.0) / len(items)
                       for i, m in zip(items, members, strict=True)}  # fmt: skip
                turned = sum(sum(range_of(("mean", i), book)) for i in items if i in book.reverse)
                row[whole] = -1.0
                at = -turned / len(items)
                slack = 0.25  # those who skipped an item count in some of the means
                problem.equations.append(Equation(row, at - slack, at + slack, f"scale {name}"))
