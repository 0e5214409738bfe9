"""Small builders for made-up report documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from plankompass.reports import formats
from plankompass.reports.schema import Meta, Municipality
from plankompass.reports.schema_parts import Sentence, Shown, Trace

NB = "nb"


def mean(value: float, half: float | None = 0.3, n: int | None = 19, language: str = NB) -> Shown:
    """A mean with interval."""
    low = high = None
    words = ""
    if half is not None:
        low, high = formats.rounded(value - half), formats.rounded(value + half)
        words = formats.interval(value - half, value + half, language)
    return Shown(
        text=formats.number(value, language),
        value=formats.rounded(value),
        lower=low,
        upper=high,
        interval=words,
        n="" if n is None else formats.sample_size(n, language),
    )


def signed(value: float, half: float, language: str = NB) -> Shown:
    """A difference with interval."""
    return Shown(
        text=formats.number(value, language, signed=True),
        value=formats.rounded(value),
        lower=formats.rounded(value - half),
        upper=formats.rounded(value + half),
        interval=formats.interval(value - half, value + half, language),
    )


def share(count: int, total: int, language: str = NB) -> Shown:
    """A share by the codebook's rounding rule."""
    return Shown(
        text=formats.share(count, total, language),
        value=formats.rounded(100 * count / total, 0),
        n=formats.sample_size(total, language),
    )


def rank(place: int, low: int, high: int) -> Shown:
    """A rank with its interval."""
    words = str(low) if low == high else f"{low}–{high}"
    return Shown(text=words, value=place, lower=low, upper=high, interval=words)


def few(words: str = "For få svar") -> Shown:
    """A hidden number."""
    return Shown(text=words, status="hidden")


class Sentences:
    """Makes sentences with running ids."""

    def __init__(self) -> None:
        self._numbers: Iterator[int] = iter(range(1, 10_000))

    def __call__(
        self, text: str, rule: str, indicator: str = "", name: str = "", group: str = "",
        value: str = "", interval: str = "", n: str = "", tone: str = "neutral",
    ) -> Sentence:  # fmt: skip
        """One sentence."""
        return Sentence(
            id=f"s-{next(self._numbers):03d}",
            text=text,
            tone=tone,
            trace=Trace(
                rule=rule, indicator=indicator, indicator_name=name, group=group, wave="T2",
                value=value, interval=interval, n=n,
            ),
        )  # fmt: skip


def meta(title: str, language: str = NB, *, example: bool = True, **rest) -> Meta:
    """Meta of a document."""
    values = {
        "study": "eksempel",
        "study_title": "Kommuneplan som bedre politisk styringsverktøy",
        "title": title,
        "language": language,
        "wave": "T2",
        "wave_text": "Andre halvdel av perioden, våren 2023",
        "as_of": date(2023, 5, 31),
        "as_of_text": formats.long_date(date(2023, 5, 31), language),
        "dated": date(2023, 9, 15),
        "dated_text": formats.long_date(date(2023, 9, 15), language),
        "example": example,
        "example_word": "eksempeldata" if example else "",
        "publisher": "Plankompass",
        "contact": "folgeforskning@eksempel.no",
        "version": "0.1.0",
        "commit": "5bfc2e0",
        "input_hash": "sha256:9f2c41d07ab3e6c58812",
    }
    return Meta(**(values | rest))


def municipality(name: str = "Mønsterdal", official: str | None = None) -> Municipality:
    """The municipality of a report."""
    return Municipality(
        kommune_id="k03",
        code="9903",
        name=name,
        official_name=official or name,
        county="Eksempelfylket",
        peer_group="Mindre distriktskommuner",
        territory="",
    )
