"""A drawing surface in points on a bare matplotlib figure, and clean SVG from it.

No axes and no pyplot: an axis costs ten times what its lines and labels cost, and every label here
stands where the layout says. Origin is the upper left corner, y grows downwards.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from functools import cache, lru_cache

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from plankompass.reports.style import AXIS, FACES, FAMILY, INK, PAPER, TYPE

_MARKERS = {"circle": "o", "square": "s", "triangle": "^", "down": "v", "diamond": "D"}
# Markers of one nominal size look equally large when the pointed ones are drawn a little larger.
_MARKER_SCALE = {"circle": 1.0, "square": 0.9, "triangle": 1.12, "down": 1.12, "diamond": 0.84}
_SVG_SETTINGS = {"svg.fonttype": "none", "svg.hashsalt": "plankompass", "path.simplify": False}
_ELLIPSIS = "…"
# Set once, not around each of a report's fifty figures: nothing else in the program draws.
mpl.rcParams.update(_SVG_SETTINGS)
# Figures that are drawn and empty again; making one costs more than a short strip's lines.
_idle: list[Figure] = []


@cache
def _registered() -> None:
    for path in FACES.values():
        fontManager.addfont(str(path))


@cache
def _font(size: float, weight: int) -> FontProperties:
    _registered()
    return FontProperties(family=FAMILY, size=size, weight=weight)


@cache
def _advance(character: str, weight: int) -> float:
    font = _face(weight)
    glyph = font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
    return glyph.linearHoriAdvance / 65536 / 100


@cache
def _face(weight: int) -> FT2Font:
    font = FT2Font(str(FACES[weight]))
    font.set_size(100, 72)
    return font


@lru_cache(maxsize=1 << 14)
def text_width(text: str, size: float, weight: int = 400) -> float:
    """Width of a line of text.

    Args:
        text: The text.
        size: Type size in points.
        weight: 400 or 600.

    Returns:
        Width in points, kerning left out.
    """
    return size * sum(_advance(c, weight) for c in text)


def wrap(text: str, width: float, size: float, weight: int = 400, lines: int = 3) -> list[str]:
    """Break a text into lines that fit.

    Args:
        text: The text.
        width: Width of a line in points.
        size: Type size in points.
        weight: 400 or 600.
        lines: Most lines; a longer text ends in an ellipsis (the table beside has all of it).

    Returns:
        The lines, at least one.
    """
    result: list[str] = []
    line = ""
    for word in text.split(" "):
        trial = f"{line} {word}" if line else word
        if text_width(trial, size, weight) <= width:
            line = trial
            continue
        if line:
            result.append(line)
        line = word
        while text_width(line, size, weight) > width and len(line) > 4:
            cut = next(
                n
                for n in range(len(line) - 1, 0, -1)
                if text_width(line[:n] + "-", size, weight) <= width or n == 1
            )
            result.append(line[:cut] + "-")
            line = line[cut:]
    result.append(line)
    if len(result) > lines:
        last = result[lines - 1]
        while last and text_width(last + _ELLIPSIS, size, weight) > width:
            last = last[:-1]
        result = [*result[: lines - 1], last.rstrip(" ,.") + _ELLIPSIS]
    return result


def _figure(width: float, height: float) -> Figure:
    """An empty figure of a size in points."""
    inches = (width / 72, height / 72)
    try:
        figure = _idle.pop()
    except IndexError:
        figure = Figure(figsize=inches, dpi=72, facecolor="none")
        figure.patch.set_visible(False)
        FigureCanvasSVG(figure)
    else:
        figure.set_size_inches(*inches)
    return figure


class Canvas:
    """One figure; it can be drawn on until :meth:`svg` is called.

    Args:
        width: Width in points.
        height: Height in points.
    """

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._figure = _figure(width, height)
        self._count = 0
        self._to_page = Affine2D().scale(1, -1).translate(0, height)

    def _add(self, artist) -> None:
        artist.set_transform(self._to_page)
        self._count += 1
        artist.set_zorder(self._count)  # what comes later lies above
        self._figure.add_artist(artist)

    def line(
        self, xs: Sequence[float], ys: Sequence[float], colour: str = AXIS, width: float = 0.8,
        *, dashes: tuple[float, float] | None = None, round_ends: bool = False,
    ) -> None:  # fmt: skip
        """A line through points; NaN interrupts it.

        Args:
            xs: Abscissas in points.
            ys: Ordinates in points.
            colour: Line colour.
            width: Line width in points.
            dashes: Lengths on and off.
            round_ends: Whether the ends are round.
        """
        cap = "round" if round_ends else "butt"
        artist = Line2D(xs, ys, color=colour, linewidth=width, solid_capstyle=cap)
        if dashes:
            artist.set_linestyle((0, dashes))
        self._add(artist)

    def box(
        self, x: float, y: float, width: float, height: float, fill: str = "none",
        edge: str | None = None, line: float = 0.7, hatch: str | None = None,
    ) -> None:  # fmt: skip
        """A rectangle.

        Args:
            x: Left.
            y: Top.
            width: Width.
            height: Height.
            fill: Fill colour.
            edge: Outline colour; none when left out.
            line: Width of the outline.
            hatch: A matplotlib hatch pattern.
        """
        self._add(
            Rectangle((x, y), width, height, facecolor=fill, edgecolor=edge or "none",
                      linewidth=line if edge else 0, hatch=hatch)
        )  # fmt: skip

    def polygon(
        self, points: Sequence[tuple[float, float]], fill: str, edge: str | None = None
    ) -> None:
        """A filled polygon.

        Args:
            points: Corners.
            fill: Fill colour.
            edge: Outline colour; none when left out.
        """
        self._add(
            Polygon(points, closed=True, facecolor=fill, edgecolor=edge or "none",
                    linewidth=0.8 if edge else 0)
        )  # fmt: skip

    def marker(
        self, x: float, y: float, kind: str, colour: str, size: float = 8.0, *, filled: bool = True
    ) -> None:
        """A mark at a point.

        Args:
            x: Abscissa.
            y: Ordinate.
            kind: ``circle``, ``square``, ``triangle``, ``down`` or ``diamond``.
            colour: Colour of fill, or of the outline of an open mark.
            size: Diameter in points.
            filled: Whether the mark is filled.
        """
        scaled = size * _MARKER_SCALE[kind]
        edge = PAPER if filled else colour
        self._add(
            Line2D([x], [y], linestyle="none", marker=_MARKERS[kind], markersize=scaled,
                   markerfacecolor=colour if filled else PAPER, markeredgecolor=edge,
                   markeredgewidth=0.8 if filled else 1.5)
        )  # fmt: skip

    def text(
        self, x: float, y: float, text: str, size: float = TYPE.label, *, colour: str = INK,
        weight: int = 400, align: str = "left",
    ) -> float:  # fmt: skip
        """One line of text on a baseline.

        Args:
            x: Anchor: left, centre or right by ``align``.
            y: Baseline.
            text: The text.
            size: Type size.
            colour: Text colour.
            weight: 400 or 600.
            align: ``left``, ``center`` or ``right``.

        Returns:
            Width of the text in points.
        """
        if text:
            self._add(
                Text(x, y, text, fontproperties=_font(size, weight), color=colour,
                     horizontalalignment=align, verticalalignment="baseline", parse_math=False)
            )  # fmt: skip
        return text_width(text, size, weight)

    def paragraph(
        self, x: float, middle: float, lines: Sequence[str], size: float = TYPE.label,
        *, colour: str = INK, weight: int = 400, align: str = "left",
    ) -> None:  # fmt: skip
        """Lines of text set around a height.

        Args:
            x: Anchor.
            middle: Height of the middle of the lines.
            lines: The lines.
            size: Type size.
            colour: Text colour.
            weight: 400 or 600.
            align: ``left``, ``center`` or ``right``.
        """
        leading = size * 1.18
        # A line's visual middle lies 0.33 em above its baseline (half the x-height and a little).
        first = middle - leading * (len(lines) - 1) / 2 + size * 0.33
        for i, line in enumerate(lines):
            self.text(x, first + i * leading, line, size, colour=colour, weight=weight, align=align)

    def svg(self, prefix: str) -> str:
        """The figure as SVG for use inside a page.

        Args:
            prefix: Makes ids unique on the page.

        Returns:
            An ``<svg>`` element without style sheet, metadata, clock or ids of its own.
        """
        buffer = io.StringIO()
        self._figure.canvas.print_svg(buffer, metadata={"Date": None, "Creator": None})  # type: ignore[attr-defined]
        self._figure.artists.clear()
        _idle.append(self._figure)
        del self._figure
        return _clean(buffer.getvalue(), prefix)


_GROUP_ID = re.compile(r'<g id="(?:figure|patch|line2d|text|axes)_\d+">')
_HEAD = re.compile(
    r'(?:<metadata>.*?</metadata>|<defs>\s*<style type="text/css">.*?</style>\s*</defs>|<!--.*?-->)\s*',
    re.S,
)
_FINER = re.compile(r"(\.\d\d)\d+")
_TURNED_BY_NOTHING = re.compile(r' transform="rotate\(-0 [^"]*"')
_DEEPEST = 12  # steps of matplotlib's indentation


def _clean(text: str, prefix: str) -> str:
    """Strip what matplotlib adds for a file of its own, and make the ids unique on a page."""
    # The style sheet holds for every element of the page it is put into.
    text = _HEAD.sub("", text[text.index("<svg") :])
    text = _GROUP_ID.sub("<g>", text)
    text = text.replace(' id="', f' id="{prefix}-')
    text = text.replace('xlink:href="#', f'href="#{prefix}-').replace("url(#", f"url(#{prefix}-")
    text = text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    text = _FINER.sub(r"\1", text)
    text = _TURNED_BY_NOTHING.sub("", text)
    # one line: plain replacements, since patterns over every blank cost as much as a chart
    for step in "LCMQz":
        text = text.replace(f" \n{step}", step)
    for depth in range(_DEEPEST):
        text = text.replace(f">\n{' ' * depth}<", "><")
    return text.strip()
