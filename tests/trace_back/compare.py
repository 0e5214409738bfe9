"""A number worked out anew, held against the number as it is printed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean

from tests.trace_back.printed import OWN, PEERS, WORDS, YES_NO, Printed
from tests.trace_back.raw_files import NotNamedError, RawFiles
from tests.trace_back.recompute import Recompute
from tests.trace_back.surveys import GROUPS, NETWORK, Found, Place

SAME, DIFFERENT, FOLLOWED = "same", "DIFFERENT", "not worked out"
_FILE = re.compile(r"^  (\S+)  sha256 ([0-9a-f]{64})$", re.MULTILINE)
_ROUND = "n is published as a round number"
_SIX_DIGITS = 6e-6
_LOW, _HALF, _HIGH, _FEW = 0.20, 0.50, 0.80, 3
_COUNTS_BELOW = 20
"""Answers under which a share of persons is published as a count of a count, unrounded."""
_LEVELS = {
    "lav": 0, "låg": 0, "low": 0, "middels": 1, "medium": 1, "høy": 2, "høg": 2, "high": 2,
    "samsvar": 0, "delvis samsvar": 1, "sprik": 2, "utilstrekkelig": 3, "utilstrekkeleg": 3,
}  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What became of one number.

    Attributes:
        printed: The number.
        verdict: Same, different, or not worked out.
        found: The number worked out anew, where it was.
        said: Why, in words.
        files: Raw files opened for it.
    """

    printed: Printed
    verdict: str
    found: Found | None
    said: str
    files: tuple[str, ...]


def as_printed(value: float, like: str, *, percent: bool) -> str:
    """A number in the digits of a printed one, halves away from zero.

    Args:
        value: The number, unrounded.
        like: The printed number, for its decimals.
        percent: Whether it is printed in percent.
    """
    decimals = len(like.partition(",")[2])
    scale = 10**decimals
    whole = math.floor(abs(value) * (100 if percent else 1) * scale + 0.5 + 1e-9)
    sign = "-" if value < 0 and whole else ""
    return f"{sign}{whole / scale:.{decimals}f}".replace(".", ",")


def named_files(trace: str) -> dict[str, str]:
    """Raw files that a trace names, with sha256."""
    return dict(_FILE.findall(trace.partition("\nRaw files\n")[2].partition("\nProgram\n")[0]))


def before_rounding(trace: str, printed: Printed) -> float | None:
    """The value before rounding as ``trace`` tells it; None for a number put in words or hidden."""
    name = re.escape(printed.row_name)
    found = re.search(rf"^  +{name}: (-?[\d.e+-]+) before rounding", trace, re.MULTILINE)
    return float(found[1]) if found else None


def peer_count(trace: str) -> int | None:
    """How many others the mean of the others is of, as ``trace`` tells it."""
    found = re.search(r"mean of the (\d+) others whose number is published", trace)
    return int(found[1]) if found else None


def judge(
    printed: Printed, trace: str | None, root: Path, others: Sequence[Printed],
    cache: Callable[[RawFiles], Recompute] = Recompute,
) -> Outcome:  # fmt: skip
    """Work a number out from the raw files that its trace names, and compare.

    Args:
        printed: The number.
        trace: What ``./plankompass trace`` said of it; None when it was not asked, and ``cache`` gives
            raw files of its own.
        root: The checkout.
        others: The other municipalities' printed numbers of the same kind, for their mean.
        cache: Makes the working out of raw files.
    """
    raw = RawFiles(root, named_files(trace or ""))
    work = cache(raw)
    try:
        if printed.quantity == PEERS:
            found, said = _peers(printed, trace, others, work)
        else:
            found = work.work_out(printed.place, printed.component)
            said = _wrong(printed, trace, found)
    except NotNamedError as error:
        return Outcome(printed, DIFFERENT, None, str(error), tuple(sorted(raw.opened)))
    verdict = FOLLOWED if found is None else DIFFERENT if said else SAME
    return Outcome(printed, verdict, found, said, tuple(sorted(raw.opened)))


def _wrong(printed: Printed, trace: str | None, found: Found | None) -> str:
    """What does not agree; empty when all does."""
    if found is None:
        return "followed with trace, but not worked out a second way"
    wrong = []
    percent = printed.measured_in.startswith("prosent")
    if printed.quantity == WORDS:
        wrong += _wrong_words(printed.text, found)
    elif (anew := as_printed(found.value, printed.text, percent=percent)) != printed.text:
        wrong.append(f"printed {printed.text}, worked out anew {anew}")
    told = before_rounding(trace, printed) if trace is not None else found.value
    if told is not None and not math.isclose(told, found.value, rel_tol=_SIX_DIGITS, abs_tol=1e-9):
        wrong.append(f"trace says {told} before rounding, worked out anew {found.value}")
    if told is None and printed.quantity != WORDS:
        wrong.append("trace does not tell the value before rounding")
    for name, said, anew in (
        ("n", printed.n, found.n),
        ("N", printed.population, found.population),
    ):
        rounded = _ROUND in trace if trace is not None else printed.unit == NETWORK
        round_number = name == "n" and rounded and said and int(said) <= (anew or 0)
        if said and anew is not None and said != str(anew) and not round_number:
            wrong.append(f"{name} printed {said}, worked out anew {anew}")
    if printed.quantity == OWN and " av " in printed.words and found.count is not None:
        counted = f"{found.count} av {found.n}"
        if counted != printed.words:
            wrong.append(f"printed {printed.words}, worked out anew {counted}")
    return "; ".join(wrong)


def _wrong_words(text: str, found: Found) -> list[str]:
    """A number put in words: under or over a limit, a place within a stretch, or a month's least."""
    numbers = [int(n) for n in re.findall(r"\d+", text)]
    lower = text.casefold()
    if "intervju" in lower or "færre" in lower:
        right = (found.count or 0) >= _FEW if "minst" in lower else (found.count or 0) < _FEW
    elif lower.startswith("under"):
        right = found.value < (_LOW if numbers else _HALF)
    elif lower.startswith("over"):
        right = found.value > (_HIGH if numbers else _HALF)
    elif lower in _LEVELS:
        right = found.value == _LEVELS[lower]
    elif len(numbers) in (1, 2) and re.fullmatch(r"\d+(–\d+)?", text):
        right = numbers[0] <= found.value <= numbers[-1]
    elif lower in YES_NO:
        right = found.value == YES_NO[lower]
    elif numbers:
        right = found.value == numbers[0]
    else:
        return [f"no rule for the words «{text}»"]
    return [] if right else [f"printed «{text}», worked out anew {found.value:g}"]


def _peers(
    printed: Printed, trace: str | None, others: Sequence[Printed], work: Recompute
) -> tuple[Found | None, str]:
    """The mean of the others' published numbers, each worked out anew and rounded as published."""
    values = []
    for other in others:
        place = Place(other.unit, other.indicator, other.group, other.wave, other.gathering)
        found = work.work_out(place, other.component)
        if found is None:
            return None, "followed with trace, but not worked out a second way"
        if other.text in YES_NO:
            if found.value != YES_NO[other.text]:
                return found, f"{other.code} printed {other.text}, worked out anew {found.value:g}"
            values.append(found.value)
            continue
        percent = other.measured_in.startswith("prosent")
        rounded = as_printed(found.value, other.text, percent=percent)
        if rounded != other.text:
            return found, f"{other.code} printed {other.text}, worked out anew {rounded}"
        counted = other.group in GROUPS and found.count is not None
        exact = percent and counted and (found.n or 0) < _COUNTS_BELOW
        number = float(rounded.replace(",", "."))
        values.append(found.value if exact else number / (100 if percent else 1))
    if not values:
        return None, "no other municipality prints such a number"
    mean = Found(fmean(values), len(values))
    anew = as_printed(mean.value, printed.text, percent=printed.measured_in.startswith("prosent"))
    wrong = [] if anew == printed.text else [f"printed {printed.text}, worked out anew {anew}"]
    if trace is not None and peer_count(trace) != len(values):
        wrong.append(f"trace tells of {peer_count(trace)} others, {len(values)} are published")
    return mean, "; ".join(wrong)
