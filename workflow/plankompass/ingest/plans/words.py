"""Content words of Norwegian text: lemmas of bokmål and nynorsk brought together, without stop words."""

from __future__ import annotations

from functools import lru_cache

from plankompass.ingest.plans.language import WORD

_STOP = frozenset(
    # function words of both norms, and words that stand in every plan and tell nothing apart
    [
        "og",
        "i",
        "på",
        "til",
        "for",
        "av",
        "som",
        "er",
        "det",
        "de",
        "den",
        "en",
        "et",
        "ei",
        "å",
        "at",
        "med",
        "om",
        "ikke",
        "ikkje",
        "har",
        "kan",
        "skal",
        "vil",
        "må",
        "bli",
        "blir",
        "blitt",
        "bør",
        "være",
        "vere",
        "vært",
        "vore",
        "ha",
        "hadde",
        "få",
        "får",
        "fikk",
        "fekk",
        "gi",
        "gir",
        "ga",
        "gjøre",
        "gjør",
        "gjere",
        "gjer",
        "vi",
        "oss",
        "vår",
        "vårt",
        "våre",
        "du",
        "deg",
        "din",
        "dine",
        "han",
        "hun",
        "hennes",
        "ham",
        "seg",
        "sin",
        "sitt",
        "sine",
        "sjølv",
        "selv",
        "dette",
        "disse",
        "desse",
        "dei",
        "dem",
        "deres",
        "deira",
        "denne",
        "der",
        "her",
        "da",
        "då",
        "når",
        "nå",
        "no",
        "så",
        "men",
        "eller",
        "enn",
        "etter",
        "før",
        "ved",
        "fra",
        "frå",
        "inn",
        "ut",
        "opp",
        "ned",
        "over",
        "under",
        "mellom",
        "gjennom",
        "uten",
        "utan",
        "innen",
        "innan",
        "mot",
        "hos",
        "hva",
        "kva",
        "hvor",
        "kor",
        "hvem",
        "kven",
        "hvilke",
        "kva",
        "hvordan",
        "korleis",
        "hver",
        "kvar",
        "hvert",
        "kvart",
        "alle",
        "all",
        "alt",
        "mange",
        "mer",
        "meir",
        "mest",
        "flere",
        "fleire",
        "noe",
        "noko",
        "noen",
        "nokon",
        "nokre",
        "andre",
        "annen",
        "annet",
        "anna",
        "egen",
        "eigen",
        "eget",
        "eige",
        "egne",
        "eigne",
        "samme",
        "same",
        "slik",
        "slike",
        "også",
        "òg",
        "bare",
        "berre",
        "både",
        "samt",
        "eks",
        "bl",
        "ett",
        "én",
        "ein",
        "eit",
        "eg",
        "jeg",
        "man",
        "ein",
        "mellom",
        "langs",
        "omkring",
        "rundt",
        "innenfor",
        "innanfor",
        "knyttet",
        "knytt",
        "gjelder",
        "gjeld",
        "nye",
        "ny",
        "nytt",
        "god",
        "godt",
        "gode",
        "bedre",
        "betre",
        "stor",
        "stort",
        "store",
        "større",
        "ulike",
        "forskjellige",
        "kommune",
        "kommunen",
        "kommunal",
        "kommunale",
        "kommunene",
        "kommunane",
        "innbygger",
        "innbyggar",
        "mål",
        "målet",
        "tiltak",
        "plan",
        "planen",
        "område",
        "arbeide",
        "arbeid",
        "arbeider",
        "skape",
        "sikre",
        "legge",
        "rette",
        "bidra",
        "sørge",
        "ivareta",
        "øke",
        "auke",
        "styrke",
        "utvikle",
        "videre",
        "vidare",
        "år",
        "periode",
        "perioden",
        "tid",
        "første",
        "gang",
        "del",
        "deler",
        "sted",
        "stad",
    ]
)
# Nynorsk to bokmål where lemmas differ and the words are common in plans; the rest is left to the
# character n-grams. Both sides are lemmas.
_SAME = {
    "skule": "skole", "heim": "hjem", "heime": "hjemme", "bu": "bo", "bustad": "bolig", "veg": "vei",
    "sjukeheim": "sykehjem", "sjuk": "syk", "sjukefråvær": "sykefravær", "tilsett": "ansatt", "tilsette": "ansette",
    "tilbod": "tilbud", "verksemd": "virksomhet", "teneste": "tjeneste", "næringsliv": "næringsliv",
    "born": "barn", "vaksen": "voksen", "elev": "elev", "ungdom": "ungdom", "medverknad": "medvirkning",
    "berekraft": "bærekraft", "berekraftig": "bærekraftig", "utdanning": "utdanning", "opplæring": "opplæring",
    "vidaregåande": "videregående", "tryggleik": "trygghet", "likeverd": "likeverd", "utsleppa": "utslipp",
    "utslepp": "utslipp", "straum": "strøm", "vatn": "vann", "sykkel": "sykkel", "gjere": "gjøre", "bygge": "bygge",
    "byggje": "bygge", "auke": "øke", "redusere": "redusere", "inntekt": "inntekt", "eigedomsskatt": "eiendomsskatt",
    "eigedom": "eiendom", "symjehall": "svømmehall", "symje": "svømme", "lækjar": "lege", "lærar": "lærer",
    "arbeidsplass": "arbeidsplass", "innvandrar": "innvandrer", "brukar": "bruker", "leiar": "leder", "eining": "enhet",
    "heil": "hel", "heilskap": "helhet", "helse": "helse", "framtid": "fremtid", "fremtid": "fremtid",
    "møteplass": "møteplass", "skilnad": "forskjell", "halde": "holde", "kome": "komme", "starte": "starte",
    "sjå": "se", "seie": "si", "leggje": "legge", "søndag": "søndag", "veke": "uke", "vekes": "uke", "månad": "måned",
    "einsam": "ensom", "einsemd": "ensomhet", "frivillig": "frivillig", "lågterskel": "lavterskel", "låg": "lav",
    "fråfall": "frafall", "oppvekst": "oppvekst", "kvardag": "hverdag", "meistring": "mestring", "tilhøyrsle": "tilhørighet",
    "talet": "antall", "tal": "tall", "ope": "åpen", "open": "åpen", "opne": "åpne", "skyss": "skyss", "bil": "bil",
}  # fmt: skip


@lru_cache(maxsize=200_000)
def lemma(word: str) -> str:
    """The lemma of a word, bokmål first, with common nynorsk lemmas brought to bokmål's.

    Args:
        word: A word in lower case.

    Returns:
        The lemma; the word itself when the lists do not know it.
    """
    from simplemma import is_known, lemmatize

    found = (
        lemmatize(word, lang="nb")
        if is_known(word, lang="nb")
        else lemmatize(word, lang=("nn", "nb"))
    )
    found = found.lower()
    return _SAME.get(found, _SAME.get(word, found))


@lru_cache(maxsize=100_000)
def content_lemmas(text: str) -> tuple[str, ...]:
    """Lemmas of a text's content words, in order, repeated words kept.

    Args:
        text: Any text.

    Returns:
        Lemmas of two letters or more that are no stop words.
    """
    found = []
    for raw in WORD.findall(text):
        word = raw.lower()
        if len(word) < 2 or word in _STOP:
            continue
        base = lemma(word)
        if base not in _STOP and len(base) >= 2:
            found.append(base)
    return tuple(found)


def related(a: str, b: str) -> float:
    """How far two lemmas name the same thing: 1 equal, 0.7 one is a part of the other compound.

    Args:
        a: One lemma.
        b: The other.

    Returns:
        1, 0.7 or 0. Only beginnings and ends of at least five letters count: «barnehageplass» and
        «barnehage», «fastlege» and «fastlegehjemmel».
    """
    if a == b:
        return 1.0
    short, long = sorted((a, b), key=len)
    if len(short) >= 5 and (long.startswith(short) or long.endswith(short)):
        return 0.7
    stem = min(len(short), 7)
    if len(short) >= 7 and short[:stem] == long[:stem] and len(long) - len(short) <= 6:
        return 0.6
    return 0.0
