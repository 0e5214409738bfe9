"""Contrast of two colours, and the nearest darker or lighter one that can be read."""

from __future__ import annotations

TEXT = 4.5
"""Least contrast of text (WCAG 2.1, 1.4.3)."""


def channels(colour: str) -> tuple[float, float, float]:
    """Linear red, green and blue of a colour.

    Args:
        colour: ``#rrggbb``.

    Returns:
        Each between 0 and 1.
    """
    plain = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in plain)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours (WCAG 2.1).

    Args:
        one: ``#rrggbb``.
        other: ``#rrggbb``.

    Returns:
        Between 1 and 21.
    """
    first, second = (
        sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels(colour), strict=True)) + 0.05
        for colour in (one, other)
    )
    return max(first, second) / min(first, second)


def readable(colour: str, ground: str, least: float = TEXT) -> str:
    """A colour of the same hue that reaches a contrast, as near to the given one as may be.

    Args:
        colour: ``#rrggbb``.
        ground: What it stands on.
        least: The contrast.

    Returns:
        The colour itself when it does; else darker on a light ground, lighter on a dark one.
    """
    end = 0 if contrast(ground, "#000000") > contrast(ground, "#ffffff") else 255
    plain = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    for step in range(101):
        mixed = "#" + "".join(f"{round(c + (end - c) * step / 100):02x}" for c in plain)
        if contrast(mixed, ground) >= least:
            return mixed
    return "#ffffff" if end else "#000000"
