"""Numbers, intervals, shares and dates as a reader sees them, in Bokmål, Nynorsk and English.

No locale of the machine is used, so the same number gives the same text everywhere.
"""

from __future__ import annotations

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

NARROW_SPACE = "\u202f"  # between groups of digits
SPACE = "\u00a0"  # between a number and its unit: no line break there
EN_DASH = "–"
MINUS = "\u2212"

_MONTHS = {
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "nn": "januar februar mars april mai juni juli august september oktober november desember",
    "en": "January February March April May June July August September October November December",
}
_PER_CENT = {"nb": "prosent", "nn": "prosent", "en": "per cent"}
_OF = {"nb": "av", "nn": "av", "en": "of"}
_TO = {"nb": "til", "nn": "til", "en": "to"}

# Norwegian order: æ, ø, å last; Sami letters beside their Latin ones.
_ORDER = str.maketrans("æøåáčđŋšŧžäöï", "{|}acdnstz{|i")


@lru_cache(maxsize=1 << 14)
def rounded(value: float, places: int = 1) -> float:
    """Round half away from zero on the decimal digits that the number is written with.

    Args:
        value: A finite number.
        places: Decimals to keep.

    Returns:
        The rounded number; never negative zero.
    """
    exact = Decimal(repr(float(value)))
    result = float(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))
    return result + 0.0 if result else 0.0


@lru_cache(maxsize=1 << 14)
def number(value: float, language: str, places: int = 1, *, signed: bool = False) -> str:
    """A number: decimal comma (point in English), thin space in thousands, true minus sign.

    Args:
        value: A finite number.
        language: ``nb``, ``nn`` or ``en``.
        places: Decimals shown.
        signed: Whether a positive number carries a plus sign.

    Returns:
        The text, for instance ``"3,4"``, ``"−0,2"`` or ``"12 345"``.
    """
    amount = rounded(value, places)
    text = f"{abs(amount):,.{places}f}"
    whole, _, decimals = text.partition(".")
    # Four digits stand together in Norwegian; a space enters from five.
    whole = whole.replace(",", NARROW_SPACE if len(whole.replace(",", "")) > 4 else "")
    if language == "en":
        whole = whole.replace(NARROW_SPACE, ",")
    sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    mark = "." if language == "en" else ","
    return f"{sign}{whole}{mark}{decimals}" if decimals else f"{sign}{whole}"


def interval(lower: float, upper: float, language: str, places: int = 1) -> str:
    """An interval: ``"2,9–3,8"``, or with the word where a limit is negative: ``"−0,4 til 0,3"``.

    Args:
        lower: Lower limit.
        upper: Upper limit.
        language: ``nb``, ``nn`` or ``en``.
        places: Decimals shown.

    Returns:
        The text, without line break inside.
    """
    low, high = number(lower, language, places), number(upper, language, places)
    if low.startswith(MINUS) or high.startswith(MINUS):
        return f"{low}{SPACE}{_TO[language]}{SPACE}{high}"
    return f"{low}{EN_DASH}{high}"


def per_cent(share: float, language: str) -> str:
    """A share in whole per cent with the word: ``"62 prosent"``.

    Args:
        share: Between 0 and 1.
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        The text.
    """
    return f"{number(100 * share, language, 0)}{SPACE}{_PER_CENT[language]}"


def per_cent_sign(share: float, language: str) -> str:
    """A share in whole per cent with the sign, for tables and charts: ``"62 %"``.

    Args:
        share: Between 0 and 1.
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        The text; English has no space before the sign.
    """
    space = "" if language == "en" else SPACE
    return f"{number(100 * share, language, 0)}{space}%"


def count_of(count: int, total: int, language: str) -> str:
    """A count of a total: ``"7 av 11"``.

    Args:
        count: How many.
        total: Of how many.
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        The text, without line break inside.
    """
    parts = (number(count, language, 0), _OF[language], number(total, language, 0))
    return SPACE.join(parts)


def share(count: int, total: int, language: str, *, per_cent_from: int = 20) -> str:
    """A share by the codebook's rule: whole per cent, but count of count when the total is small.

    Args:
        count: How many.
        total: Of how many.
        language: ``nb``, ``nn`` or ``en``.
        per_cent_from: Smallest total that per cent is used for (level_rules.rounding).

    Returns:
        ``"7 av 11"`` or ``"62 prosent"``.
    """
    if total < per_cent_from:
        return count_of(count, total, language)
    return per_cent(count / total, language)


def sample_size(n: int, language: str) -> str:
    """``"n = 14"``.

    Args:
        n: Number of respondents, interviews or goals.
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        The text, without line break inside.
    """
    return f"n{SPACE}={SPACE}{number(n, language, 0)}"


def long_date(day: date, language: str) -> str:
    """A date written out: ``"17. juni 2020"``, English ``"17 June 2020"``.

    Args:
        day: The date.
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        The text, without line break inside.
    """
    dot = "" if language == "en" else "."
    month = _MONTHS[language].split()[day.month - 1]
    return f"{day.day}{dot}{SPACE}{month}{SPACE}{day.year}"


def month_year(day: date, language: str) -> str:
    """Month and year: ``"juni 2020"``.

    Args:
        day: A date in the month.
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        The text, without line break inside.
    """
    return f"{_MONTHS[language].split()[day.month - 1]}{SPACE}{day.year}"


def law(reference: str) -> str:
    """A reference to the law whose sections stay with their sign: ``"pbl § 10-1"``.

    Args:
        reference: The law and its sections.

    Returns:
        The text, without line break after the sign.
    """
    return reference.replace("§ ", f"§{SPACE}")


def joined(words: list[str], language: str) -> str:
    """Words as a list in a sentence: ``"a, b og c"``.

    Args:
        words: The words in order.
        language: ``nb``, ``nn`` or ``en``.

    Returns:
        The text; empty for no words.
    """
    conjunction = "and" if language == "en" else "og"
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def norwegian_order(name: str) -> str:
    """A sorting key that puts names in Norwegian alphabetical order.

    Args:
        name: A name.

    Returns:
        The key; equal in every locale.
    """
    return name.casefold().translate(_ORDER)


def sentence_join(parts: list[str]) -> str:
    """Short statements after each other, the first with a capital: ``"Innen fristen; revidert"``.

    Args:
        parts: The statements; empty ones are left out.

    Returns:
        The text.
    """
    text = "; ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]
