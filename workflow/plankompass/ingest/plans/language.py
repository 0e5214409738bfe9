"""Language of a document (bokmål or nynorsk), its words, and its reading ease (LIX)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from plankompass.ingest.plans.models import Block

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?]+(?=[\s»\"”)\]]|$)")
# What follows belongs to it, whatever it begins with: «jf. Prop. 91», «kl. 12», «nr. 3», «bl.a. Oslo».
_FOLLOWED = """
    bl.a f.eks eks t.d t.o.m f.o.m tom fom dvs d.v.s jf jfr jmf sml kap nr bnr gnr pkt ca kl evt ev inkl ekskl eksl pr
    prof dr ing cand st st.meld st.prp ot.prp prp meld innst prop dok tlf tel mob vedr iht ift ihht mht mtp pga ifm
    ifb i.h.t i.f.t p.g.a m.h.t ref fig tab adm avd maks gj.sn jan feb febr aug sept okt nov des
    a b c d e f g h i j k l m n o p q r s t u v w x y z æ ø å
"""
# May end a sentence: what follows begins the next one with a capital, but not with a number («kr. 500»).
_ENDING = "mv m.v mm m.m mfl m.fl fl osv osb o.s.v etc o.l ol o.a e.l el.l kr mill mrd pst"
_ABBREVIATIONS, _ENDING_ABBREVIATIONS = (frozenset(words.split()) for words in (_FOLLOWED, _ENDING))
# «5. trinn», «12. 3. 2020», and a number that begins a sentence: «3. Kommunen skal».
_ORDINAL = re.compile(r"\d{1,3}(?:\.\d{1,2})*")
_PARTS_OF_WORDS = '(«"/–-'
"""Signs that what stands before a full stop begins after, as after a space."""
_LONGEST_ABBREVIATION = 24
_WORD_BEFORE = re.compile(r"[^\W\d_]")
_CLOSING = re.compile(r"[ »\"”)\]]*")
_LONG_WORD = 7
_LEAST_WORDS = 1000
_LEAST_LIST_ITEM = 5
# Words that stand in one of the two languages only, and often; used where both word lists agree.
_NB_MARKS = frozenset(
    [
        "ikke",
        "jeg",
        "en",
        "et",
        "fra",
        "hvordan",
        "hva",
        "hvor",
        "noe",
        "noen",
        "være",
        "blir",
        "gjøre",
        "mer",
        "også",
        "eller",
        "hvilke",
        "gjennom",
        "mellom",
        "kommunene",
        "innbyggere",
        "innbyggerne",
        "målene",
        "tjenester",
        "ungdommer",
        "utvikling",
        "hver",
        "hvert",
        "begge",
        "selv",
        "uke",
        "skole",
        "øke",
        "tilbud",
        "deres",
        "bare",
        "siden",
        "gjennomføre",
    ]
)
_NN_MARKS = frozenset(
    [
        "ikkje",
        "eg",
        "ein",
        "eit",
        "frå",
        "korleis",
        "kva",
        "kvar",
        "noko",
        "nokon",
        "vere",
        "vert",
        "gjere",
        "meir",
        "òg",
        "kommunane",
        "innbyggjarar",
        "innbyggjarane",
        "måla",
        "tenester",
        "ungdomar",
        "utviklinga",
        "kvart",
        "begge",
        "sjølv",
        "veke",
        "skule",
        "auke",
        "tilbod",
        "deira",
        "berre",
        "sidan",
        "gjennomføre",
        "dei",
        "korleis",
        "saman",
        "framtida",
        "vidare",
        "heile",
        "eigen",
    ]
)
_NB_ONLY, _NN_ONLY = _NB_MARKS - _NN_MARKS, _NN_MARKS - _NB_MARKS
_MARKS = _NB_ONLY | _NN_ONLY
_BOTH = ("nb", "nn")


@lru_cache(maxsize=8_192)
def _words(text: str) -> tuple[str, ...]:
    """The words of one block; counts, language and reading ease all ask for them."""
    return tuple(WORD.findall(text))


def count_words(blocks: Iterable[Block]) -> int:
    """Words of the text layer: runs of letters, in every block but running heads."""
    return sum(len(_words(b.text)) for b in blocks if b.kind != "running_head")


def tell_language(blocks: Sequence[Block]) -> str:
    """Tell bokmål from nynorsk.

    Words that only one of the two uses decide; where there are few of them, the share of words known
    to each word list does.

    Args:
        blocks: The document's blocks.

    Returns:
        ``nb``, ``nn``, ``other`` (most words unknown to both), or ``none`` without words.
    """
    texts = (_words(b.text) for b in blocks if b.kind not in ("running_head", "contents"))
    words = list(map(str.lower, itertools.chain.from_iterable(texts)))
    if not words:
        return "none"
    marks = list(filter(_MARKS.__contains__, words))
    bokmaal = sum(map(_NB_ONLY.__contains__, marks))
    nynorsk = len(marks) - bokmaal
    sample = words if len(words) <= 4000 else words[:: len(words) // 4000 + 1]
    if (bokmaal + nynorsk) < 0.02 * len(words) and _known(sample, _BOTH) < 0.5:
        return "other"
    if max(bokmaal, nynorsk) >= 3 and bokmaal != nynorsk:
        return "nb" if bokmaal > nynorsk else "nn"
    return "nn" if _known(sample, ("nn",)) > _known(sample, ("nb",)) else "nb"


def _known(words: Sequence[str], languages: tuple[str, ...]) -> float:
    """Share of words that the word lists know; they are large and only loaded when asked."""
    from simplemma import in_target_language

    return in_target_language(" ".join(words), lang=languages)


def running_text(blocks: Sequence[Block], without_pages: frozenset[int] = frozenset()) -> list[str]:
    """The running text that readability is counted on, one string a block.

    Tables, list items under five words, headings, running heads and contents are left out; a
    paragraph that goes on over a page break is joined to its beginning.

    Args:
        blocks: The document's blocks.
        without_pages: Pages to leave out (read by OCR).

    Returns:
        The texts in order.
    """
    texts: list[str] = []
    open_end = False
    for block in blocks:
        if block.page in without_pages or block.kind in ("running_head", "contents", "table_row"):
            continue
        if block.kind == "heading":
            open_end = False
            continue
        if block.kind == "list_item" and len(_words(block.text)) < _LEAST_LIST_ITEM:
            open_end = False
            continue
        if open_end and block.kind == "paragraph" and block.text[:1].islower():
            texts[-1] = f"{texts[-1]} {block.text}"
        else:
            texts.append(block.text)
        open_end = block.kind == "paragraph" and not block.text.endswith((".", "!", "?", ":"))
    return texts


def split_sentences(text: str) -> list[str]:
    """Part a text at its full stops, question and exclamation marks.

    Stops after abbreviations, initials and numbers inside a sentence part nothing.

    Args:
        text: Running text.

    Returns:
        The sentences in order, without empty ones.
    """
    parts = (text[start:end].strip() for start, end in sentence_spans(text))
    return [s for s in parts if WORD.search(s)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where :func:`split_sentences` parts a text.

    Args:
        text: Running text.

    Returns:
        Start and end of each part; together they cover the text.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _SENTENCE_END.finditer(text):
        begins = _CLOSING.match(text, match.end()).end()  # type: ignore[union-attr]
        after = text[begins : begins + 1]
        if match.group() == "." and after:
            if after.islower():
                continue
            before = text[max(start, match.start() - _LONGEST_ABBREVIATION) : match.start()]
            last = _last_word(before)
            short = last.lower()
            if short in _ABBREVIATIONS:
                continue
            if (
                last[:1].isdigit()
                and _ORDINAL.fullmatch(last)
                and (not after.isupper() or not _WORD_BEFORE.search(text, start, match.start()))
            ):
                continue
            if short in _ENDING_ABBREVIATIONS and after.isdigit():
                continue
        spans.append((start, match.end()))
        start = match.end()
    if start < len(text):
        spans.append((start, len(text)))
    return spans


def _last_word(text: str) -> str:
    """What stands after the last space or sign that parts words; empty after a space."""
    text = text.removesuffix("\n")
    if not text or text[-1].isspace():
        return ""
    last = text.split()[-1]
    for sign in _PARTS_OF_WORDS:
        if sign in last:
            last = last.rpartition(sign)[2]
    return last


def reading_ease(texts: Sequence[str], *, least_words: int = _LEAST_WORDS) -> float | None:
    """LIX (lesbarhetsindeks): words a sentence plus per cent words of seven letters or more.

    Source: Björnsson 1968, as the codebook's measure ``lix`` defines it.

    Args:
        texts: Running text, see :func:`running_text`.
        least_words: Fewest words; under it the value is missing.

    Returns:
        LIX, or None with too few words.
    """
    words = 0
    long_words = 0
    sentences = 0
    for text in texts:
        found = _words(text)
        if not found:
            continue
        words += len(found)
        long = [w for w in found if len(w) >= _LONG_WORD]
        whole = sum(map(str.isalpha, long))
        if whole < len(long):  # with a hyphen or an apostrophe: letters alone count
            whole = sum(sum(map(str.isalpha, w)) >= _LONG_WORD for w in long)
        long_words += whole
        spans = sentence_spans(text)
        sentences += len(spans) == 1 or sum(bool(WORD.search(text, *span)) for span in spans)
    if words < least_words or sentences == 0:
        return None
    return words / sentences + 100 * long_words / words
