"""What a row's component says: an item, a change, a gap, a level, a rank, a share, a class of sources."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

TOTAL = "total"
ANSWERS = "answers"
# parts of a group by party: party:<party>|<base>, block:<block>|<base>, gender_party:<both>|<base>
PARTY = ("party", "block", "gender_party")
_PREFIXES = (*PARTY, ANSWERS, "level", "share", "rank", "source", "sensitivity", "pooled")


@dataclass(frozen=True)
class Part:
    """A component taken apart.

    Attributes:
        kind: ``own``, ``party``, ``block``, ``gender_party``, ``answers``, ``change``, ``gap``, ``level``, ``share``, ``rank``, ``source``,
            ``sensitivity`` or ``pooled``.
        base: The item, option, code, measure, set or ``total`` it is about; of ``answers`` the part of
            the scale and the item, ``lower|<item>``.
        before: Earlier wave of a change.
        other: Second group of a gap.
    """

    kind: str
    base: str
    before: str = ""
    other: str = ""


def is_known(component: str) -> bool:
    """Whether a component is of a kind that the rules know; a new kind of number must not slip by."""
    prefix, colon, _ = component.partition(":")
    return not colon or prefix == "change" or prefix in _PREFIXES


@lru_cache(maxsize=4096)
def part_of(component: str) -> Part:
    """Take a component apart.

    Args:
        component: As in the table ``estimates``.

    Returns:
        Its parts.
    """
    prefix, colon, rest = component.partition(":")
    if colon and prefix == "change":
        before, _, base = rest.partition("|")
        return Part("change", base, before=before)
    if colon and prefix in _PREFIXES:
        return Part(prefix, rest)
    base, bar, other = component.partition("|")
    return Part("gap", base, other=other) if bar else Part("own", component)


def answered_item(component: str) -> str:
    """The item whose answers a component spreads out; empty for other components."""
    return component.partition("|")[2] if component.startswith(f"{ANSWERS}:") else ""
