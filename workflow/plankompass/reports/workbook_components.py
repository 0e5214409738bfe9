"""What a row of numbers is about: an estimate's component taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from plankompass.reports.publishable import TOTAL

PREFIXES = ("share", "rank", "level", "source")
#: Kinds of component in the order of the rows.
KINDS = ("own", "answers", "share", "rank", "level", "gap", "source", "change")


@dataclass(frozen=True)
class Part:
    """A component taken apart.

    Attributes:
        kind: ``own``, ``answers``, ``share``, ``rank``, ``level``, ``gap``, ``source``, ``change``.
        base: What it is about.
        before: Earlier wave of a change.
        other: Group of a gap; part of the scale of a distribution.
    """

    kind: str
    base: str
    before: str = ""
    other: str = ""


@lru_cache(maxsize=4096)
def part_of(component: str) -> Part:
    """Take a component apart, as docs/contracts.md writes them.

    Args:
        component: Component of an estimate.

    Returns:
        Its parts; a change of a part is a change.
    """
    prefix, colon, rest = component.partition(":")
    if colon and prefix == "change":
        before, _, base = rest.partition("|")
        return Part("change", base or TOTAL, before=before)
    if colon and prefix == "answers":
        scale_part, _, base = rest.partition("|")
        return Part("answers", base, other=scale_part)
    if colon and prefix in PREFIXES:
        return Part(prefix, rest)
    base, bar, other = component.partition("|")
    return Part("gap", base, other=other) if bar else Part("own", component)
