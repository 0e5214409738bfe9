"""Knowing a plan document: kind, title, period, draft or adopted, candidates for the adoption date.

All of it is a suggestion; a line in the study's ``documents.csv`` always wins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from plankompass.ingest.plans.language import split_sentences
from plankompass.ingest.plans.models import Block

_S = r"[\s\-–—]*"
# Kinds by the words of a title, in the order they are tried; the first that fits decides.
_KINDS: tuple[tuple[str, str], ...] = (
    ("planprogram", r"plan-? ?program\b|planprogrammet"),
    ("other", r"\b(?:kommunedelplan|kommundelplan|kdp|områdeplan|områderegulering|detaljregulering|"
     r"reguleringsplan|reguleringsbestemmelser|temaplan|sektorplan|verbalvedtak|planregister|"
     r"folkehelseoversikt|kunnskapsgrunnlag|planveileder|årshjul|strategiplan|næringsplan|"
     r"saksframlegg|saksfremlegg|særutskrift|sluttbehandling|bakgrunn(?:sdokument\w*)? for|bakgrunnsdokument|statistikk\w*|medvirkningsrapport|ros-analyse|protokoll|tertialrapport|\d\. ?tertial|"
     r"konsekvensutredning|planbeskrivelse|regional planstrategi|regional plan\b)"),
    ("plattform", r"plattform|samarbeidsavtale|samarbeidserklæring|samarbeidsdokument|valg?program|partiprogram|"
     r"fellesprogram|politisk erklæring|flertallserklæring|fleirtalserklæring|fleirtalsavtale|flertallsavtale|"
     r"posisjonsavtale|budsjettavtale|posisjonserklæring|byrådserklæring|politisk avtale|politisk samarbeid|valgløfte|valløfte|"
     r"handlingsprogram for .*(?:høyre|arbeiderparti|senterparti|venstre|frp|krf|\bsv\b|\bmdg\b|rødt)"),
    ("planstrategi", r"plan-? ?strategi|plánastrategi"),
    ("arsmelding", r"års-? ?melding|årsberetning|årsrapport|årsmelding|årsrekneskap|årsregnskap|\baarsmelding|jahkedieđáhus"),
    ("okonomiplan", r"økonomi-? ?plan|økonomi" + _S + r"og" + _S + r"handlings|handlings-?" + _S
     + r"og" + _S + r"økonomi|\bhøp\b|\bh\.?ø\.?p\b|økonomi- ?og ?handlingsprogram|økonomiprogram|ekonomiijaplán|langtidsplan|langtidsbudsjett|mål- ?og ?budsjettdokument|budsjett.{0,12}handlingsplan"),
    ("samfunnsdel_first", r"samfunns-? ?del(?:en)?.{0,20}\bmed\b.{0,20}handlings"),
    ("handlingsdel", r"handlings-? ?del|handlings-? ?program|(?:kommuneplan\w*|samfunns\w*)" + _S
     + r"handlingsplan|handlingsplan.{0,40}(?:kommuneplan|samfunns)"),
    ("arsbudsjett", r"års-? ?budsjett|\bbudsjett\b|driftsbudsjett|budsjettdokument"),
    ("samfunnsdel", r"samfunns-? ?del|samfunns-? ?plan|kommune-? ?plan\w*.{0,40}(?:tekst-? ?del|samfunn)|samfunnsutvikling.{0,20}kommuneplan|"
     r"kommune-? ?plan\w*.{0,20}langsiktige? del|servodatoass|servodatplán"),
    ("other", r"areal-? ?del|arealplan|plankart|reguler"),
    ("samfunnsdel", r"\bkommune-? ?plan(?:en)?\b|tekst-? ?del"),
)  # fmt: skip
_KIND_PATTERNS = tuple(
    (kind.removesuffix("_first"), re.compile(p, re.IGNORECASE)) for kind, p in _KINDS
)
_DRAFT = re.compile(
    r"høring|høyring|utkast|framlegg\b|fremlegg\b|(?<!vedtatt )forslag|offentli?e?g ettersyn|"
    r"(?:1|første|fyrste)\.? ?gan?gs? ?(?:s )?behandling|foreløpig|førebels|under arbeid|\bdraft\b|til behandling|"
    r"formannskapets innstilling|formannskapet si innstilling|versjon 0|arbeidsversjon|ikke vedtatt|ikkje vedteke",
    re.IGNORECASE,
)
_NOT_DRAFT_CONTEXT = re.compile(
    r"(?:etter|under|på|gjennom|fra|frå|i|høringsinnspill|innspill til|merknader? (?:til|ved)|forslag til "
    r"(?:vedtak|tiltak|løsning|mål|endring)\w*)\b.{0,12}(?:høring|høyring|ettersyn)|høringsinnspill|høyringsinnspel|"
    r"høringsuttale|høyringsuttale|høringsfrist|høyringsfrist|innbyggerforslag|forslagskasse|endringsforslag|"
    r"forslag (?:fra|frå)",
    re.IGNORECASE,
)
_ADOPTED_NAME = re.compile(
    r"vedtatt|vedteke|vedteken|vedtak\b|endelig|endeleg|godkjent|godkjend", re.IGNORECASE
)
_PERIOD = re.compile(
    r"(?<!\d)((?:19|20)\d\d)\s?(?:[-–—/]|til|t\.o\.m\.?)\s?((?:20)?\d\d)(?![\d.]|\s?(?:kr|mill|prosent|%))"
)
_TOWARDS = re.compile(r"\b((?:fram |frem )?mot|til|innen) (20[2-9]\d)\b", re.IGNORECASE)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("januar jan", "februar feb", "mars mar", "april apr", "mai", "juni jun", "juli jul",
         "august aug", "september sept sep", "oktober okt", "november nov", "desember des"), start=1,
    )
    for name in names.split()
}  # fmt: skip
_DATE = re.compile(
    r"(?<!\d)(\d{1,2})\s?[./-]\s?(\d{1,2})\s?[./-]\s?((?:19|20)\d\d|\d\d)(?!\d)|"
    r"(?<!\d)((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)|"
    r"(?<!\d)(\d{1,2})\.?\s?(" + "|".join(sorted(_MONTHS, key=lambda m: (-len(m), m))) + r")\.?\s((?:19|20)\d\d)",
    re.IGNORECASE,
)  # fmt: skip
_ADOPTING = re.compile(
    r"\bvedtatt|\bvedteke|\bvedteken|\bvedtok|\bvedtak(?:et)?\b|\bgodkjent|\bgodkjend|\bvedtas\b|vedtaksdato",
    re.IGNORECASE,
)
_COUNCIL = re.compile(
    r"kommunestyr|bystyr|heradsstyr|herredsstyr|\bk-?sak|\bks[- ]?sak|\bkst\b|\bKS\b|\bPS\b ?\d|fellesnemnd",
    re.IGNORECASE,
)
_NOT_COUNCIL = re.compile(
    r"formannskap|formannskab|utvalg|utval\b|høring|høyring|ettersyn|planprogram|oppstart|publiser|revideres|rulleres",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class DateCandidate:
    """A date that may be the adoption date.

    Attributes:
        day: The date.
        page: Page of the sentence.
        sentence: The sentence it stands in.
        council: Whether the sentence names the council's decision.
    """

    day: date
    page: int
    sentence: str
    council: bool


@dataclass(frozen=True)
class PlanIdentity:
    """What the machine takes a document for.

    Attributes:
        kind: Kind of document; ``planprogram`` and ``other`` are no kinds of the codebook; empty
            when nothing tells.
        title: Title as printed; the file's name when there is none.
        period: Planning period as printed, empty when there is none.
        draft_signs: Where words for a draft stand: ``name``, ``page 1`` ...
        adopted_named: Whether title or name says that it is adopted.
        dates: Candidates for the adoption date, the best first.
    """

    kind: str
    title: str
    period: str
    draft_signs: tuple[str, ...]
    adopted_named: bool
    dates: tuple[DateCandidate, ...]

    @property
    def draft(self) -> bool:
        """Words for a draft, and no adoption date by the council in the text (case D1)."""
        return bool(self.draft_signs) and not any(d.council for d in self.dates)


def suggest_kind(text: str) -> str:
    """Tell the kind of document from a title or file name.

    Args:
        text: The title or name.

    Returns:
        A kind of the codebook, ``planprogram``, ``other``, or empty when nothing tells.
    """
    plain = _spread(text)
    for kind, pattern in _KIND_PATTERNS:
        if pattern.search(plain):
            if kind == "planprogram" and re.search(
                r"plan-? ?strategi.{0,12}(?:og|med|/|inkl)", plain, re.I
            ):
                return "planstrategi"
            return kind
    return ""


def is_draft_title(text: str) -> bool:
    """Whether a title or file name says that the document is a draft.

    Args:
        text: The title or name.

    Returns:
        True with words for a draft and none that say it was adopted.
    """
    plain = _spread(text)
    if _ADOPTED_NAME.search(plain) and not re.search(
        r"ikkj?e (?:vedt|godkj)", plain, re.IGNORECASE
    ):
        return False
    return bool(_DRAFT.search(_NOT_DRAFT_CONTEXT.sub(" ", plain)))


def find_period(text: str) -> str:
    """The planning period in a text, as printed; empty when there is none."""
    for match in _PERIOD.finditer(text):
        first = int(match.group(1))
        last = (
            int(match.group(2))
            if len(match.group(2)) == 4
            else first // 100 * 100 + int(match.group(2))
        )
        if 0 < last - first <= 30:
            return match.group().strip()
    if match := _TOWARDS.search(text):
        return match.group()
    return ""


def parse_dates(text: str) -> list[date]:
    """All dates written out in a text, in order; impossible ones are left out."""
    found = []
    for match in _DATE.finditer(text):
        parts = match.groups()
        if parts[0]:
            day, month, year = int(parts[0]), int(parts[1]), int(parts[2])
            year += 2000 if year < 100 else 0
        elif parts[3]:
            year, month, day = int(parts[3]), int(parts[4]), int(parts[5])
        else:
            day, month, year = int(parts[6]), _MONTHS[parts[7].lower()], int(parts[8])
        try:
            found.append(date(year, month, day))
        except ValueError:
            continue
    return found


def identify(name: str, blocks: Sequence[Block]) -> PlanIdentity:
    """Tell what a document is.

    Args:
        name: The file's name.
        blocks: Its blocks.

    Returns:
        The suggestion.
    """
    front = [b for b in blocks if b.page <= 3 and b.kind != "contents"]
    if len({b.page for b in blocks}) <= 1:
        front = front[:40]
    title = _title(front)
    stem = re.sub(r"\.[A-Za-z]{2,5}$", "", name)
    named = suggest_kind(title) if title else ""
    by_name = suggest_kind(stem)
    kind = named if named not in ("", "other") else by_name or named
    if not kind:
        kind = _kind_of_front(front)
    period = find_period(title) or find_period(_spread(stem))
    for block in front[:25]:
        period = period or find_period(block.text)
    signs = ["name"] if is_draft_title(stem) else []
    for page in (1, 2, 3):
        heads = [b for b in front if b.page == page and b.kind in ("heading", "running_head")]
        short = [b for b in front if b.page == page and b.kind == "paragraph" and len(b.text) < 90]
        if any(is_draft_title(b.text) for b in heads) or any(_short_draft(b.text) for b in short):
            signs.append(f"page {page}")
    adopted = bool(_ADOPTED_NAME.search(_spread(stem)) or _ADOPTED_NAME.search(title))
    return PlanIdentity(
        kind, title or _spread(stem), period, tuple(signs), adopted, tuple(adoption_dates(blocks))
    )


def _short_draft(text: str) -> bool:
    """A short line by itself on a cover: «Høringsutkast 12.03.2020»."""
    return bool(re.match(r"\W*(?:(?:høri|høyri)ngs?\w*|utkast|forslag|kommunedirektørens|kommunedirektøren sitt|"
                         r"rådmannens|rådmannen sitt|foreløpig|førebels)\b", text, re.I)) and is_draft_title(text)  # fmt: skip


def adoption_dates(blocks: Sequence[Block]) -> list[DateCandidate]:
    """Candidates for the adoption date with the sentence they stand in.

    Sentences of the first five pages and the last page that speak of a decision; those that name the
    council come first, those about hearing or the executive committee do not count as the council's.

    Args:
        blocks: The document's blocks.

    Returns:
        Candidates, the best first, one a date.
    """
    last = max((b.page for b in blocks), default=0)
    found: dict[date, DateCandidate] = {}
    for block in blocks:
        if not (block.page <= 5 or block.page == last) or block.kind == "contents":
            continue
        low = block.text.lower()
        if "vedt" not in low and "godkj" not in low:  # no word of _ADOPTING
            continue
        for sentence in split_sentences(block.text) or [block.text]:
            verb = _ADOPTING.search(sentence)
            if not verb:
                continue
            council = bool(_COUNCIL.search(sentence)) and not _NOT_COUNCIL.search(sentence)
            for day in parse_dates(sentence):
                candidate = DateCandidate(day, block.page, sentence[:300], council)
                if day not in found or (council and not found[day].council):
                    found[day] = candidate
    return sorted(found.values(), key=lambda c: (not c.council, c.page, c.day))


def _title(front: Sequence[Block]) -> str:
    """The title: the highest heading on the first pages that names a kind of plan, else the first."""
    headings = [b for b in front if b.kind == "heading"]
    if not headings:
        paragraphs = [b for b in front if b.kind == "paragraph" and len(b.text) <= 150]
        named = [b for b in paragraphs[:6] if suggest_kind(b.text) not in ("", "other")]
        return named[0].text if named else ""
    first_page = headings[0].page
    cover = [b for b in headings if b.page == first_page]
    top = min(b.level for b in cover)
    best = [b for b in cover if b.level == top]
    naming = [b for b in best if suggest_kind(b.text)] or [b for b in cover if suggest_kind(b.text)]
    chosen = naming[0] if naming else best[0]
    parts = [chosen.text]
    if not find_period(chosen.text):
        nearby = [
            b for b in front
            if b.page == first_page and 0 < b.order - chosen.order <= 2 and len(b.text) <= 60
        ]  # fmt: skip
        parts += [
            b.text for b in nearby if re.fullmatch(r"[\W\d]*" + _PERIOD.pattern + r"\W*", b.text)
        ][:1]
    return " ".join(parts)[:300]


def _kind_of_front(front: Sequence[Block]) -> str:
    counts: dict[str, int] = {}
    for block in front[:30]:
        kind = suggest_kind(block.text) if len(block.text) < 200 else ""
        if kind and kind != "other":
            counts[kind] = counts.get(kind, 0) + 1
    return min(counts, key=lambda k: (-counts[k], k)) if counts else ""


def _spread(name: str) -> str:
    """A file name as words: separators to spaces, camel case parted, æøå written out restored."""
    text = re.sub(r"[_+]+|%20", " ", name)
    text = re.sub(r"(?<=[a-zæøå])(?=[A-ZÆØÅ])", " ", text)
    text = re.sub(r"\b[Oo]e?konomi", "økonomi", text)
    text = re.sub(r"\b[Aa]a?rs(?=meld|budsj|rapp|bere|regn|rekn)", "års", text)
    return re.sub(r"\b[Hh](?:oe|o)(?=ring|yring|yringsu)", "hø", text)
