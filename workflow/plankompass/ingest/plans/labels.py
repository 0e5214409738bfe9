"""The words by which plans label areas, goals, strategies and measures, and what a label says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal[
    "area", "main_goal", "goal", "sub_goal", "strategy", "wish", "measure", "vision", "indicator",
    "responsible", "deadline", "other",
]  # fmt: skip
GOAL_LEVELS = ("main_goal", "goal", "sub_goal")

_NUMBER = r"(?:[A-ZÆØÅ]?\d{1,2}(?:\.\d{1,2}){0,3}|[A-ZÆØÅ])(?![A-Za-zæøåÆØÅ\d])"
_ADJECTIVES = (
    r"(?:overordna|lokale?|lokalt|overordnede?|overordnet|langsiktige?|langsiktig|kortsiktige?|strategiske?|konkrete?|felles|"
    r"våre?|vårt|sentrale|prioriterte|viktigste|kommunale?|kommunens|utvalgte|nye|de|dei|det|følgende|følgjande)"
)
_WORDS: tuple[tuple[Level, str], ...] = (
    ("sub_goal", r"del-?mål(?:ene|a|et)?|undermål(?:ene|a|et)?|resultatmål(?:ene|a|et)?|effektmål(?:ene|a|et)?|del-?målsett?ing(?:er|ar)?"),
    ("main_goal", r"hove?d-?mål(?:ene|a|et)?|hovudmål(?:a|et)?|hovedmålsett?ing(?:er|en)?|hovudmålsett?ing(?:ar|a)?|overordn\w+ (?:mål|målsett?ing)\w*|satsingsmål|"
     r"samfunnsmål|visjonsmål|hovedsatsing(?:er|en)?"),
    ("goal", r"mål(?:et|ene|a)?(?: (?:vårt|våre|vår))? er(?: at)?|(?:vi|me) (?:vil|ønsker|ønskjer|ynskjer) at|mål(?:ene|a|et)?(?: (?:vårt|våre))?|målsett?ing(?:er|ar|en|a)?|målsetning(?:er|en)?|målbilde(?:t)?|målbilete(?:t)?|mål\s+og\s+(?:delmål|ambisjoner)|"
     r"ambisjon(?:er|ar|en)?|(?:slik|sånn|sådan|dette|det|dit|her)\s+(?:vil|skal|ønsker|ønskjer|ynskjer)\s+(?:vi|me)(?:\s+å)?(?:\s+(?:at det skal (?:være|vere)|ha det|være|vere|oppnå|nå|ha|til))?(?: i 20\d\d| innen 20\d\d)?|framtidsbilde(?:t)?|framtidsbilete(?:t)?|"
     r"(?:hva|kva) (?:vil|skal|ønsker|ønskjer) (?:vi|me)(?: å)?(?: oppnå| ha)?\??|(?:hvor|kor|kvar) (?:vil|skal) (?:vi|me)\??|ønsket situasjon|ønska situasjon|"
     r"i 20\d\d (?:er|har|skal|vil) (?:det slik|(?:vi|me)(?: ha| være| vere| at)?(?: (?:fått|fatt|oppnådd|nådd)(?: til)?)?|\w+)"),
    ("strategy", r"strategi(?:er|ar|ene|ane|en)?|strategiske (?:føringer|føringar|grep|valg|val)|delstrategi(?:er|ar)?|hovedstrategi(?:er)?|hovudstrategi(?:ar)?|utviklingsstrategi\w*|(?:slik|sånn|dette|det)\s+(?:gj[øe]r|må|skal|vil)\s+(?:vi|me)(?:\s+gj[øe]re?)?(?:\s+det)?|(?:slik|sånn) (?:får|kommer|kjem|når|lykkes|lukkast|bidrar|jobber|arbeider|arbeider|arbeidar|arbeidjer) (?:vi|me)\b.*|"
     r"prioritering(?:er|ar)?|prioriterte (?:oppgaver|oppgåver|grep|tiltak)|hovedgrep|hovudgrep|dette må (?:gjøres|gjerast|til)|slik (?:skal|vil) (?:vi|me) (?:få|nå|gj[øe]re?|kome|komme|jobbe|arbeide)\b.*|hvordan (?:nå|skal|når|gjør|vil|kommer)\b.*|korleis (?:nå|skal|gjer|når|vil|kjem)\b.*|"
     r"ve(?:i|g)(?:en)? (?:dit|mot målet)|grep|strategiske grep|veivalg|vegval|retningsval\w*|for å (?:nå|få|lykkes|lukkast|oppnå)\b.*|"
     r"arealstrategi\w*|føringer|føringar"),
    ("wish", r"(?:vi|me|(?:[\w-]+ ){0,2}(?:kommune|kommunen|kommuna)) (?:skal|vil|må|ønsker å|ønskjer å)(?: derfor| difor| blant annet| mellom anna)?"),
    ("measure", r"tiltak(?:ene|a|et)?|aktivitet(?:er|ar)?|handling(?:er|ar)|investering(?:er|ar)|oppfølging(?:spunkt)?(?:er)?|oppfølgingstiltak"),
    ("vision", r"visjon(?:en)?|verdi(?:er|ar|ene|ane)|verdigrunnlag|slagord|motto"),
    ("indicator", r"indikator(?:er|ar|ene|ane|en)?|måleindikator\w*|måltall|måltal|styringsindikator\w*|måles ved|måling|resultatindikator\w*|nøkkeltall|nøkkeltal|suksesskriterier"),
    ("responsible", r"ansvar(?:lig(?:e)?|leg(?:e)?|shavande|shavende|senhet|seining)?(?:\s+(?:enhet|eining|avdeling|sektor|organ|leder|leiar|for \w+))?|hvem"),
    ("deadline", r"(?:tids)?frist|tidsplan|tidspunkt|når|gjennomføres|ferdig|oppstart|start|tidsrom"),
    ("area", r"(?:satsing|satsning|innsats|fokus|hovedsatsing|hovudsatsing|samfunns|mål|tema|innsats|strategi|utviklings|prioriterte?)\s?-?s?område(?:t|ne|ni|r)?|"
     r"satsing(?:er|ar)?|fokusområde|hovedtema|hovudtema|gjennomgående tema|gjennomgåande tema"),
    ("other", r"utfordring(?:er|ar|ene|ane)?|status|situasjon(?:en)?|bakgrunn|nå-?situasjon(?:en)?|no-?situasjon(?:en)?|innledning|innleiing|om planen|"
     r"kunnskapsgrunnlag|utviklingstrekk|medvirkning|medverknad|planprosess(?:en)?|føresetnader|forutsetninger|risiko|konsekvens(?:er)?|vedlegg|"
     r"muligheter|moglegheiter|utfordringer og muligheter|rammer|budsjett|forord|sammendrag|samandrag|referanser|kilder|kjelder"),
)  # fmt: skip
_LABELS = tuple(
    (
        level,
        re.compile(
            rf"^\W*(?:(?P<before>{_NUMBER})[.):]?\s+)?(?:{_ADJECTIVES}\s+){{0,2}}(?P<word>{words})(?![^\W\d_])"
            rf"(?:\s*(?:nr\.?\s*)?(?P<number>{_NUMBER})\.?)?"
            r"(?P<of>\s+(?:for|i|innen|innan|innenfor|til|fram|mot|og|knyttet|knytt|20\d\d|\(?\d{4}\s?[-–]\s?\d{2,4}\)?)\b[^:.]{0,60})?"
            r"\s*(?P<mark>[:.–—-]|$)?\s*(?P<rest>.*)$",
            re.IGNORECASE | re.DOTALL,
        ),
    )
    for level, words in _WORDS
)
_BESIDE = re.compile(r"(?:Hove?dmål|Hovudmål|Delmål|Mål) [A-ZÆØÅ][a-zæøå]+ (?:\S+ ){2}")
"""A label and its goal in one line, as where two columns were joined: «Mål Alle barn har ...»."""
_PLAIN_NUMBER = re.compile(
    r"^\s*(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})[.):]?\s+(?P<rest>\S.*)$", re.DOTALL
)


@dataclass(frozen=True)
class Label:
    """What a text's first words say it is.

    Attributes:
        level: What it labels.
        number: The number beside the label, empty when there is none.
        rest: The text after the label; empty when the text is nothing but a label.
    """

    level: Level
    number: str
    rest: str


def read_label(text: str) -> Label | None:
    """Read the label a text begins with.

    Args:
        text: Heading, paragraph, list item or table cell.

    Returns:
        The label; None when the text begins with none. Running text that merely begins with such a
        word («Mål er viktig for oss») is no label: what follows the word must be a number, a colon or
        dash, or nothing.
    """
    for level, pattern in _LABELS:
        match = pattern.match(text)
        if not match:
            continue
        number = match["number"] or ""
        rest = match["rest"].strip()
        of = (match["of"] or "").strip()
        mark = match["mark"] or ""
        named_area = level == "area" and rest[:1].isupper() and len(rest) < 80
        beside = level in GOAL_LEVELS and bool(_BESIDE.match(text))
        marked = mark in (":", "–", "—", "-")
        if rest and not number and not marked and not named_area and not beside:
            continue
        if rest and number and mark == "" and rest[:1].islower():
            continue  # «mål 4 i planen» in running text
        if of and not rest and len(of.split()) > 6:
            continue
        if (
            of
            and (rest or number)
            and mark not in (":", "–", "—")
            and not re.match(r"\(?\d{4}", of)
        ):
            continue
        if (rest.endswith(("..", "…")) and len(rest.split()) <= 3) or (
            rest.endswith(":") and len(rest) < 40
        ):
            rest = ""  # «Slik vil vi ha det – kommunen ...», «Strategi – slik gjør vi det:»
        if not rest and mark == "." and level != "area" and not number:
            continue  # a short sentence
        return Label(level, number, rest)  # what stands before «Delmål» numbers the chapter
    return None


_CODE = re.compile(
    r"^\s*(?P<code>(?P<letters>[A-ZÆØÅ]{1,2})\s?\d{1,2}(?:\.\d{1,2}){0,3})[.):]?(?:\s+(?P<rest>\S.*))?$",
    re.DOTALL,
)
_CODED: dict[str, Level] = {
    "H": "main_goal", "HM": "main_goal", "M": "goal", "D": "sub_goal", "DM": "sub_goal",
    "S": "strategy", "ST": "strategy", "T": "measure",
}  # fmt: skip
_BULLET_INSIDE = re.compile(r"\s*[•●○▪■◦]\s+")


class Codes:
    """The codes by which a plan numbers its goals («H1», «D1.2»), when it has such codes.

    Args:
        texts: The beginnings of its blocks and cells.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        matches = [m for text in texts if (m := _CODE.match(text))]
        counts = Counter(m["letters"] for m in matches)
        goals = [c for c, level in _CODED.items() if level in GOAL_LEVELS and counts[c] >= 2]
        self._levels = {c: level for c, level in _CODED.items() if counts[c]} if goals else {}

    def read(self, text: str) -> tuple[Level, str, str] | None:
        """Level, code and rest of a text that begins with one of the plan's codes."""
        match = _CODE.match(text) if self._levels else None
        if match is None or match["letters"] not in self._levels:
            return None
        return self._levels[match["letters"]], match["code"], (match["rest"] or "").strip()


def is_bare_code(text: str) -> bool:
    """Whether a text is a number or code («D1.1», «2.3») and nothing else."""
    match = _CODE.match(text)
    return bool(match and not match["rest"]) or bool(re.fullmatch(r"\s*[\d.]+\s*", text))


def split_items(text: str) -> list[str]:
    """Part a cell or run of text that holds several goals: at bullets inside it.

    Args:
        text: The text.

    Returns:
        The items; the text alone when it holds one.
    """
    items = [item.strip() for item in _BULLET_INSIDE.split(text)]
    return [item for item in items if item] or [text]


def split_number(text: str) -> tuple[str, str]:
    """Part a leading section or item number from a text.

    Args:
        text: For instance ``1.2 Flere fullfører skolen``.

    Returns:
        The number, empty when there is none, and the rest.
    """
    match = _PLAIN_NUMBER.match(text)
    if not match or re.match(r"^\d{4}\b", text):
        return "", text
    return match["number"], match["rest"].strip()
