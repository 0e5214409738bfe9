"""Paragraph styles of a Word document, each looked up once, and the numbering that they bring."""

from __future__ import annotations

from typing import Any

from plankompass.ingest.plans.docx_elements import VAL, W

_STYLE = f"{W}pPr"
_NUMBERING, _IDENTITY, _LEVEL = f"{W}numPr", f"{W}numId", f"{W}ilvl"
_MOST_STEPS = 12
_Numbering = tuple[str | None, int | None]


class DocxStyle:
    """A paragraph style.

    Args:
        style: The style as python-docx gives it, None when the document has none.

    Attributes:
        name: The style's name, empty when it has none.
    """

    def __init__(self, style: Any) -> None:
        self.name: str = (style.name if style is not None else "") or ""
        self._style = style
        self._numbering: dict[tuple[bool, bool], _Numbering] = {}

    def complete(self, identity: str | None, level: int | None) -> _Numbering:
        """Add what a paragraph's own numbering lacks, from its style and those that one builds on.

        Args:
            identity: The paragraph's list, None when it names none.
            level: Its level in the list, None when it names none.

        Returns:
            The list and the level, None for what no style says either.
        """
        lacks = identity is None, level is None  # how far the walk goes depends on nothing else
        if lacks not in self._numbering:
            self._numbering[lacks] = self._walk(identity, level)
        from_identity, from_level = self._numbering[lacks]
        return (
            from_identity if identity is None else identity,
            from_level if level is None else level,
        )

    def _walk(self, identity: str | None, level: int | None) -> _Numbering:
        style, steps = self._style, 0
        while style is not None and steps < _MOST_STEPS and (identity is None or level is None):
            from_style = _read(style.element.find(_STYLE))
            identity = identity if identity is not None else from_style[0]
            level = level if level is not None else from_style[1]
            style, steps = style.base_style, steps + 1
        return identity, level


class DocxStyles:
    """The paragraph styles of a document.

    python-docx walks through all styles whenever it is asked for one; here it is asked once for each.

    Args:
        part: The document's main part as python-docx opened it.
    """

    def __init__(self, part: Any) -> None:
        self._part = part
        self._styles: dict[str | None, DocxStyle] = {}

    def of(self, paragraph: Any) -> DocxStyle:
        """The style of a paragraph.

        Args:
            paragraph: The element ``w:p``.

        Returns:
            The style that the paragraph names, or the default one.
        """
        from docx.enum.style import WD_STYLE_TYPE

        identity = paragraph.style
        style = self._styles.get(identity)
        if style is None:
            style = DocxStyle(self._part.get_style(identity, WD_STYLE_TYPE.PARAGRAPH))
            self._styles[identity] = style
        return style


def numbering_of(paragraph: Any, style: DocxStyle) -> tuple[str, int] | None:
    """The numbered list that a paragraph belongs to.

    Args:
        paragraph: The element ``w:p``.
        style: Its style.

    Returns:
        The list's ``numId`` and the level in it, None outside lists.
    """
    identity, level = style.complete(*_read(paragraph.find(_STYLE)))
    if identity is None or identity == "0":
        return None
    return identity, level or 0


def _read(properties: Any) -> _Numbering:
    numbering = properties.find(_NUMBERING) if properties is not None else None
    if numbering is None:
        return None, None
    identity, level = numbering.find(_IDENTITY), numbering.find(_LEVEL)
    number = level.get(VAL, "") if level is not None else ""
    return (
        identity.get(VAL) if identity is not None else None,
        int(number) if number.isdigit() else None,
    )
