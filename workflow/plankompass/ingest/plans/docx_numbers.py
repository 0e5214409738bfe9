"""Numbers that Word writes by itself before headings and list items («1.2»), which the text lacks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from plankompass.ingest.plans.docx_elements import VAL, W
from plankompass.ingest.plans.docx_styles import DocxStyle, numbering_of

_MOST_LEVELS = 9


class DocxNumbers:
    """Counts a document's numbered paragraphs, in reading order.

    Args:
        document: The document as python-docx opened it.
    """

    def __init__(self, document: Any) -> None:
        self._abstract: dict[str, str] = {}
        self._levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self._counts: dict[str, list[int]] = {}
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return
        for num in root.findall(f"{W}num"):
            target = num.find(f"{W}abstractNumId")
            if target is not None:
                self._abstract[num.get(f"{W}numId", "")] = target.get(VAL, "")
        for abstract in root.findall(f"{W}abstractNum"):
            self._levels[abstract.get(f"{W}abstractNumId", "")] = dict(_levels(abstract))

    def number(self, paragraph: Any, style: DocxStyle) -> str | None:
        """Count a paragraph.

        Args:
            paragraph: The element of the next paragraph in reading order.
            style: Its style.

        Returns:
            Its number as Word shows it, empty for a bullet, None when it is not numbered.
        """
        found = numbering_of(paragraph, style)
        if found is None:
            return None
        identity, level = found
        abstract = self._abstract.get(identity)
        levels = self._levels.get(abstract or "", {})
        if abstract is None or level not in levels or level >= _MOST_LEVELS:
            return "" if identity != "0" else None
        counts = self._counts.setdefault(abstract, [0] * _MOST_LEVELS)
        style, text, start = levels[level]
        counts[level] = counts[level] + 1 if counts[level] else start
        counts[level + 1 :] = [0] * (_MOST_LEVELS - level - 1)
        if style in ("bullet", "none"):
            return ""

        def shown(match: re.Match[str]) -> str:
            place = int(match.group(1)) - 1
            kind = levels.get(place, ("decimal", "", 1))[0]
            return _shown(counts[place] or levels.get(place, ("", "", 1))[2], kind)

        return re.sub(r"%(\d)", shown, text).strip()


def _levels(abstract: Any) -> Iterable[tuple[int, tuple[str, str, int]]]:
    for level in abstract.findall(f"{W}lvl"):
        number = level.get(f"{W}ilvl", "0")
        style, text, start = (level.find(f"{W}{n}") for n in ("numFmt", "lvlText", "start"))
        first = start.get(VAL, "1") if start is not None else "1"
        yield (
            int(number) if number.isdigit() else 0,
            (
                style.get(VAL, "decimal") if style is not None else "decimal",
                text.get(VAL, "") if text is not None else "",
                int(first) if first.isdigit() else 1,
            ),
        )


def _shown(count: int, style: str) -> str:
    if style in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26)
        return letter if style == "lowerLetter" else letter.upper()
    if style in ("lowerRoman", "upperRoman"):
        roman = _roman(count)
        return roman if style == "lowerRoman" else roman.upper()
    return str(count)


def _roman(count: int) -> str:
    text = ""
    for value, letters in (
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        while count >= value:
            text, count = text + letters, count - value
    return text
