"""Texts that hold several goals or labels, parted to one piece each; what an introduction announces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from plankompass.ingest.plans.labels import Label, Level, read_label, split_number
from plankompass.ingest.plans.language import WORD, split_sentences
from plankompass.ingest.plans.models import Block

WISH = re.compile(r"\b(?:skal|vil|ønsker å|ønskjer å|må)\b", re.IGNORECASE)
_LABEL_INSIDE = re.compile(r"(?<=[.;])\s+(?=(?:delmål|hovedmål|hovudmål|mål)\s*\d)", re.IGNORECASE)
_INLINE_LABEL = re.compile(
    r"(?<=[.!?:;»)])\s+(?=(?:Overordn\w+ |Våre |Langsiktige? )?"
    r"(?:(?:Hove?d|Hovud|Del|Resultat)?-?[Mm]ål(?:ene|a|et)?|Målsett?ing(?:er|ar)?|Strategi(?:er|ar)?|Tiltak|Ambisjon(?:er|ar)?|"
    r"Satsingsområde\w*|Innsatsområde\w*|Visjon|Indikator(?:er|ar)?|Status|Utfordring(?:er|ar)|Slik \w+ (?:vi|me)\b[^:.]{0,30})"
    r"(?:\s*(?:nr\.?\s*)?\d[\d.]*)?\s*[:–])"
)
_CHAPTER_INSIDE = re.compile(
    r"(?<=[.!?:;»)\d])\s+(?=\d{1,2}(?:\.\d{1,2})?\.?\s+[A-ZÆØÅ]{4}[A-ZÆØÅ ,-]*\s)"
)
_CODE_INSIDE = re.compile(r"\s+(?=[HDMST][MT]?\s?\d{1,2}\.\d{1,2}\.?\s+[A-ZÆØÅ])")


def label_pieces(label: Label) -> list[tuple[Label, str]]:
    """Part what follows one label: «Mål 1. A 2. B», «Hovedmål: A. Delmål 1: B», «Delmål: A. B. C.».

    Args:
        label: The label with the text after it.

    Returns:
        Each goal's label and text, in order.
    """
    parts = _LABEL_INSIDE.split(label.rest)
    pieces: list[tuple[Label, str]] = []
    for position, part in enumerate(parts):
        inner = label if position == 0 else read_label(part)
        if inner is None or not inner.rest:
            continue
        text = part if position == 0 else inner.rest
        run = _numbered_run(text, inner.number)
        if len(run) > 1:
            pieces += [(Label(inner.level, number, piece), piece) for number, piece in run]
            continue
        sentences = split_sentences(text)
        wishes = sum(bool(WISH.search(s)) for s in sentences)
        several = wishes >= 0.6 * len(sentences) or (
            inner.level in ("sub_goal", "strategy", "wish", "measure")
            and max(map(len, sentences), default=0) <= 140
        )
        if not inner.number and len(sentences) >= 2 and several:
            pieces += [(inner, s) for s in sentences if len(WORD.findall(s)) >= 3]
        elif len(text) > 220 and len(sentences) >= 2 and len(WORD.findall(sentences[0])) >= 4:
            pieces.append((inner, sentences[0]))  # the goal, then its explanation
        else:
            pieces.append((inner, text))
    return pieces


def unfold_blocks(blocks: Sequence[Block]) -> list[Block]:
    """Part paragraphs that hold several labels, as in texts whose lines and headings were lost.

    Args:
        blocks: Blocks in order.

    Returns:
        Blocks in order; the parts of one paragraph have its place.
    """
    out: list[Block] = []
    for block in blocks:
        parts = [block.text]
        if block.kind == "paragraph" and len(_CODE_INSIDE.findall(block.text)) >= 2:
            parts = _CODE_INSIDE.split(block.text)
        elif block.kind == "paragraph" and len(_INLINE_LABEL.findall(block.text)) >= 2:
            parts = [
                piece
                for part in _INLINE_LABEL.split(block.text)
                for piece in _CHAPTER_INSIDE.split(part)
            ]
        out += [replace(block, text=part) if len(parts) > 1 else block for part in parts]
    return out


def _numbered_run(text: str, first: str) -> list[tuple[str, str]]:
    """«A 2. B 3. C» after number 1, as (number, text); one entry when the numbers do not run on."""
    if not first.isdigit():
        return [(first, text)]
    run: list[tuple[str, str]] = []
    number, rest = int(first), text
    while match := re.search(rf"\s{number + 1}[.)]\s+(?=[A-ZÆØÅ])", rest):
        run.append((str(number), rest[: match.start()].strip()))
        number, rest = number + 1, rest[match.end() :]
    run.append((str(number), rest.strip()))
    return run


def announced_level(text: str) -> Level | None:
    """What an introduction that ends with a colon announces.

    Args:
        text: For instance «Målene for området er:» or «For å nå målene skal vi:».

    Returns:
        The level of what follows; None when it announces nothing of the kind.
    """
    low = text.casefold()
    if re.search(
        r"handler om|handlar om|omfatter|omfattar|betyr|består av|er følgende områder", low
    ):
        return None
    if re.search(
        r"\bfor å (?:nå|få|lykkes|lukkast|oppnå)|strategi|slik (?:skal|vil) vi (?:nå|få)", low
    ):
        return "strategy"
    if re.search(r"\btiltak\b|\baktivitet", low):
        return "measure"
    if re.search(r"\bdelmål", low):
        return "sub_goal"
    if re.search(r"\bhov[eu]d?d?mål|\bhovedmål|\bhovudmål", low):
        return "main_goal"
    if re.search(r"\bmål(?:ene|a|et)?\b|\bmålsetting", low):
        return "goal"
    if re.search(r"\b(?:skal|vil|må)\W*(?:blant annet|mellom anna|derfor|difor)?\s*:\s*$", low):
        return "wish"
    return None


def without_area_word(text: str) -> str:
    """A heading without the word for area and without its number."""
    label = read_label(text)
    if label and label.level == "area" and label.rest:
        return label.rest
    return split_number(text)[1]
