"""The reports' one visual language: colours, type, lines, markers.

Rules that the tests hold: text colours reach 4.5:1 on their background, everything drawn that carries
meaning reaches 3:1 on white, the colours of the groups stay apart under three kinds of colour
blindness, and each group has a marker of its own so that a grey print says the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Plankompass Sans"
FACES = {
    400: FONTS / "PlankompassSans-Regular.ttf",
    600: FONTS / "PlankompassSans-Semibold.ttf",
}

# Text and surfaces
INK = "#16232b"
MUTED = "#4a5862"
PAPER = "#ffffff"
WASH = "#eef3f4"  # quiet surface behind boxes and header rows
RULE = "#c9d3d8"  # hairlines that carry no meaning
FJORD = "#00546b"  # the municipality itself; headings
NIGHT = "#0a3d4d"  # front band
FOAM = "#cfe3e8"  # text and lines on the front band

# Drawn things
AXIS = "#6f7c85"  # ticks, outlines of bands, ranges
RANGE = "#e3e8eb"  # fill of a range; always outlined with AXIS
MIDDLE = "#b9c6cd"  # fill of a middle half; always outlined with AXIS
FLOW = "#cfe3e8"  # fill of the flow of goals; always outlined with FJORD
MISSING = "#8a2f16"  # a goal that is not found again; always with an open ring

GROUP_COLOURS = {
    "folkevalgte": FJORD,
    "administrasjon": "#b4500c",
    "innbyggere": "#7a4aa0",
    "deltakere": "#2a8578",
    "intervju": "#2a8578",
    "dokument": "#3f4c55",
    "kilder": "#3f4c55",
}
# Marker names of the canvas
GROUP_MARKERS = {
    "folkevalgte": "circle",
    "administrasjon": "square",
    "innbyggere": "triangle",
    "deltakere": "diamond",
    "intervju": "diamond",
    "dokument": "square",
    "kilder": "circle",
}

# Answers from lowest to highest; each segment is outlined and the order carries the meaning too.
DIVERGING = ("#a34213", "#e5b394", "#dde3e6", "#93bfcb", "#00546b")
DIVERGING_TEXT = ("#ffffff", "#16232b", "#16232b", "#16232b", "#ffffff")

TONE_MARKS = {"positive": "▲", "negative": "◆", "neutral": "●"}
TONE_COLOURS = {"positive": FJORD, "negative": "#b4500c", "neutral": MUTED}
VERDICT_MARKS = {"above": "▲", "below": "▼", "indistinguishable": "○"}

TEXT_COLOURS = (INK, MUTED, FJORD, *TONE_COLOURS.values())
MEANING_COLOURS = (INK, FJORD, AXIS, MISSING, *GROUP_COLOURS.values())

# Sizes in points; a figure as wide as the text is 180 mm on A4
FULL_WIDTH = 510.0


@dataclass(frozen=True)
class Type:
    """Sizes of type in figures, in points."""

    label: float = 8.6
    small: float = 7.8
    head: float = 8.2


TYPE = Type()


def group_rank(group: str) -> int:
    """Place of a group among the others, the same in every figure and table.

    Args:
        group: Group id.

    Returns:
        A sorting key.
    """
    order = list(GROUP_MARKERS)
    return order.index(group) if group in order else len(order)


def group_colour(group: str) -> str:
    """Colour of a group; ink for one that is not known.

    Args:
        group: Group id.

    Returns:
        A colour as ``#rrggbb``.
    """
    return GROUP_COLOURS.get(group, INK)


def group_marker(group: str) -> str:
    """Marker of a group; a circle for one that is not known.

    Args:
        group: Group id.

    Returns:
        A marker name of the canvas.
    """
    return GROUP_MARKERS.get(group, "circle")
