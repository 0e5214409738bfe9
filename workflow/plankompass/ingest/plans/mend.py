"""Mending extracted text: lost ligatures, soft hyphens, words broken over lines, spaced-out letters.

Every repair has exactly one possible result; what is not certain is left as it stands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LOST = "\ufffd"
"""Stands where a glyph had no text; the replacement character of Unicode."""

SOFT_HYPHEN = "\u00ad"
BREAK_MARKS = "\ufffe\u0002"  # what the PDF library leaves for a hyphen at the end of a line
_LIGATURES = ("ti", "tt", "ft", "fi", "ff", "fl", "ffi", "tti", "fj", "fft", "tf")
_UNSEEN = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u0000\u0001\u0003-\u0008\u000b\u000e-\u001f]")
_SPACES = re.compile("[ \t\u00a0\u2000-\u200a\u202f\u205f\u3000]+")
_LETTER = r"[^\W\d_]"
_SPACED = re.compile(rf"(?<!\S)(?:{_LETTER} ){{3,}}{_LETTER}(?!\S)")
_SPACED_GAP = re.compile(r" {2,}")
_BULLET_ONLY = re.compile(r"^[\s•●○◦▪■□▫–\-*‣⁃]+$")
_BROKEN_END = re.compile(rf"({_LETTER}{{2,}})[-\u2010{SOFT_HYPHEN}{BREAK_MARKS}]\s*$")
_HYPHENS = f"-\u2010{SOFT_HYPHEN}"
_CLEAN = re.compile(
    r"[A-Za-zÆØÅæøåÄÖäöÉéÈèÓóÜü0-9.,:;!?()\[\]/%«»\"'–—•&+*=§-]+(?: [A-Za-zÆØÅæøåÄÖäöÉéÈèÓóÜü0-9.,:;!?()\[\]/%«»\"'–—•&+*=§-]+)*"
)
_UNCLEAN = re.compile(
    rf"[^A-Za-zÆØÅæøåÄÖäöÉéÈèÓóÜü0-9.,:;!?()\[\]/%«»\"'–—•&+*=§ \r\n{BREAK_MARKS}-]"
)
_TWO_LETTERS = re.compile(r" \w \w ")  # found in a fourth of the time, and nearly never there
_SINGLE_LETTERS = re.compile(r"(?<!\S)\w \w \w \w(?!\S)")
_LANGUAGES = ("nb", "nn")


@lru_cache(maxsize=65_536)
def known_word(word: str) -> bool:
    """Whether a word stands in the Norwegian word lists (bokmål or nynorsk)."""
    from simplemma import is_known

    return is_known(word.lower(), lang=_LANGUAGES)


@lru_cache(maxsize=8_192)
def _with_ligature(word: str) -> str:
    """A word with :data:`LOST` in it, mended when exactly one ligature makes it a known word."""
    if word.count(LOST) != 1 or len(word) < 4:
        return word
    made = {word.replace(LOST, piece) for piece in _LIGATURES}
    known = sorted(w for w in made if known_word(w))
    if not known and len(word) > 8:  # compounds: the longest known beginning decides
        for cut in range(len(word), 5, -1):
            heads = {m for m in made if known_word(m[:cut])}
            if heads:
                known = sorted(heads)
                break
    return known[0] if len(known) == 1 else word


def _join_spaced(match: re.Match[str]) -> str:
    letters = match.group().split(" ")
    return "".join(letters)


def mend_characters(text: str, *, breaks_are_hyphens: bool = True) -> str:
    """Mend single characters of one line: spaces, invisible characters, ligatures, spaced letters.

    Args:
        text: One extracted line.
        breaks_are_hyphens: Whether the library's mark at the line's end is a hyphen (PDF).

    Returns:
        The line in NFC. A hyphen mark at the end is kept as a soft hyphen for :func:`join_lines`; a
        mark inside a word is a lost ligature and is mended when only one reading is a known word.
    """
    if text.isalnum() and text.isascii():
        return text  # one plain word, as most cells of tables
    stripped = text.strip()
    if _CLEAN.fullmatch(stripped) and not _SINGLE_LETTERS.search(stripped):
        return stripped  # nearly every line; the rest of this function is slow
    stripped = unicodedata.normalize("NFC", text).rstrip()
    if breaks_are_hyphens and stripped and stripped[-1] in BREAK_MARKS:
        stripped = stripped[:-1] + SOFT_HYPHEN
    for mark in BREAK_MARKS:
        stripped = stripped.replace(mark, LOST)
    for ligature, plain in (("ﬀ", "ff"), ("ﬁ", "fi"), ("ﬂ", "fl"), ("ﬃ", "ffi"), ("ﬄ", "ffl"),
                            ("ﬅ", "st"), ("ﬆ", "st")):  # fmt: skip
        stripped = stripped.replace(ligature, plain)
    stripped = _UNSEEN.sub("", stripped)
    if _SPACED.search(stripped):
        # letter by letter: two spaces between words, one between letters
        parts = _SPACED_GAP.split(stripped)
        stripped = " ".join(_SPACED.sub(_join_spaced, part) for part in parts)
    stripped = _SPACES.sub(" ", stripped).strip()
    if LOST in stripped:
        stripped = " ".join(
            re.sub(rf"[\w{LOST}]+", lambda m: _with_ligature(m.group()), word)
            for word in stripped.split(" ")
        )
    inner, last = stripped[:-1], stripped[-1:]
    return inner.replace(SOFT_HYPHEN, "") + last


def needs_no_mending(text: str) -> bool:
    """Whether no line of a page needs :func:`mend_characters` but those with a break mark inside.

    Args:
        text: The page's text, its lines parted by line breaks.

    Returns:
        True when all other characters are plain and no word is spaced out; true of most pages.
    """
    if "  " in text or _UNCLEAN.search(text):
        return False
    return not (_TWO_LETTERS.search(text) and _SINGLE_LETTERS.search(text))


def join_lines(lines: Iterable[str]) -> str:
    """Join the lines of one block to running text, mending words broken over lines.

    A soft hyphen is always taken away. A hyphen is taken away when the next line goes on with a small
    letter, and kept where the hyphen belongs to the text: before «og», «eller», «til» («barne- og
    ungdomsskole»), and in compounds whose second part has a capital or is a number.

    Args:
        lines: Lines in order, each mended by :func:`mend_characters`.

    Returns:
        The text on one line.
    """
    parts: list[str] = []
    for line in lines:
        line = line.strip()
        if not line:
            continue
        if parts:
            parts[-1], glue = _joint(parts[-1], line)
            parts.append(glue + line)
        else:
            parts.append(line)
    return "".join(parts).replace(SOFT_HYPHEN, "")


def _joint(before: str, line: str) -> tuple[str, str]:
    """How one line goes on in the next: the line as it stays, and what stands between them."""
    last = before[-1]
    if last in _HYPHENS:
        broken = _BROKEN_END.search(before[-80:])
        soft = last == SOFT_HYPHEN
        goes_on = bool(broken) and (soft or _continues_word(line))
        if broken and goes_on and (soft or not broken.group(1).isupper()):
            return before.rstrip(f"{_HYPHENS} "), ""
        if broken and (goes_on or line[:1].isupper()):
            return before, ""
    if last == "/" or (last in "–-" and before[-2:-1].isdigit() and line[0].isdigit()):
        return before, ""
    return before, " "


_KEEPS_HYPHEN = {"og", "eller", "til", "samt", "både", "som", "men", "i", "på", "for", "med", "av"}


def _continues_word(line: str) -> bool:
    first = re.match(r"[\wæøåÆØÅ]+", line)
    if not first or not first.group()[0].islower():
        return False
    return first.group() not in _KEEPS_HYPHEN


def is_bullet_only(text: str) -> bool:
    """Whether a line holds nothing but a bullet."""
    return bool(text) and bool(_BULLET_ONLY.match(text))
