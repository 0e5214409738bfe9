"""The sheet of numbers: one row a publishable estimate, as the report shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from plankompass.reports import formats
from plankompass.reports.formats import norwegian_order
from plankompass.reports.profile import profile_numbers
from plankompass.reports.publishable import NETWORK, TOTAL, Estimate, Key, Publishable
from plankompass.reports.schema_parts import Shown
from plankompass.reports.wording import COUNT, GAP, MEAN, MONTHS, RANK, unit_of
from plankompass.reports.workbook_components import KINDS, PREFIXES, Part, part_of
from plankompass.reports.workbook_sheets import Cell, Number, SheetColumn, SheetRow
from plankompass.reports.writer import Writer

RESEARCH_QUESTIONS = ("RQ1", "RQ2", "RQ3", "RQ4")
# In every table of numbers that n and N may stand beside a value: persons asked, and goals counted.
_COUNTED = ("folkevalgte", "administrasjon", "innbyggere", "deltakere", "dokument")
PER_CENT_UNITS = ("share", "index", "yes_no")
_PLACES = {MEAN: 1, GAP: 1, "correlation": 2}
_SOURCES = {
    "survey": "sources.survey",
    "interview_balance": "sources.interviews",
    "document": "sources.documents",
}
# The reports do not show what a class would be under other cut points; nor does the workbook.
_NOT_SHOWN = "sensitivity:"

#: Name of the message, width, whether long text is broken into lines, whether it is printed.
COLUMNS: tuple[tuple[str, float, bool, bool], ...] = (
    ("question", 18, True, False),
    ("indicator", 24, True, True),
    ("component", 36, True, True),
    ("kind", 18, True, True),
    ("group", 15, True, True),
    ("wave", 6, False, True),
    ("gathering", 9, False, True),
    ("unit", 12, True, True),
    ("value", 8, False, True),
    ("lower", 8, False, True),
    ("upper", 8, False, True),
    ("n", 7, False, True),
    ("population", 8, False, True),
    ("status", 17, True, True),
    ("words", 16, True, True),
    ("peer_mean", 8, False, True),
    ("verdict", 18, True, True),
    ("network", 11, False, True),
    ("code", 11, False, False),
    ("municipality", 20, False, False),
    ("indicator_id", 30, False, False),
    ("component_id", 30, False, False),
    ("reason_id", 22, False, False),
    ("note", 14, False, False),
)


@dataclass(frozen=True)
class _About:
    """What a row says of its number, whatever municipality it is of.

    Attributes:
        place: Decides the order of rows.
        part: The component taken apart.
        unit: Unit of the value.
        cells: The row's first cells, up to the unit.
    """

    place: tuple[Any, ...]
    part: Part
    unit: str
    cells: tuple[Cell, ...]


_networks: WeakKeyDictionary[Publishable, dict[tuple[str, ...], Cell]] = WeakKeyDictionary()
# By language and waves: the same for every municipality that this process makes a workbook for.
_abouts: WeakKeyDictionary[Publishable, dict[Any, dict[tuple[str, ...], _About]]] = (
    WeakKeyDictionary()
)


class NumberRows:
    """Makes the rows of one workbook.

    Args:
        writer: The report's writer.
        note: Word that every row carries when the data are made up; else empty.
    """

    def __init__(self, writer: Writer, note: str = "") -> None:
        self.writer = writer
        self.note = note
        book = writer.book
        self._indicators = {name: place for place, name in enumerate(book.indicators)}
        self._groups = {
            g: n for n, g in enumerate([*book.groups, "intervju", "dokument", "kilder"])
        }
        self._waves = {w: -n for n, w in enumerate(sorted(writer.params["waves"]))}
        self._parts: dict[str, dict[str, int]] = {}
        # the same for every municipality that this process makes a workbook for
        self._of_network = _networks.setdefault(writer.data, {})
        waves = tuple((w, str(v["as_of"])) for w, v in writer.params["waves"].items())
        known = _abouts.setdefault(writer.data, {})
        self._known = known.setdefault((writer.voice.language, id(book), waves), {})

    def _about(self, key: Key) -> _About:
        """What the row of an estimate says of its number; worked out once for all municipalities."""
        name = key[0], key[3], key[4], key[5], key[6]
        found = self._known.get(name)
        if found is None:
            voice, book = self.writer.voice, self.writer.book
            part = part_of(key.component)
            unit = unit_of(book, key.indicator, key.component)
            cells = (
                voice.say(f"section.{book.indicators[key.indicator].rq}"),
                voice.indicator(key.indicator),
                voice.say(_SOURCES[part.base])
                if part.kind == "source"
                else voice.component(key.indicator, part.base),
                self._kind(key.group, part, unit),
                voice.group(key.group),
                Number(int(self._year(key.wave))),
                key.gathering,
                self._unit(key.indicator, part, unit),
            )
            found = self._known[name] = _About(self._place(key, part), part, unit, cells)
        return found

    def _place(self, key: Key, part: Part) -> tuple[Any, ...]:
        entry = self.writer.book.indicators[key.indicator]
        if key.indicator not in self._parts:
            inputs = [*entry.inputs.items, *entry.inputs.codes, *entry.inputs.measures]
            order = [c for i in inputs for c in self._columns_of(i)]
            self._parts[key.indicator] = {name: n for n, name in enumerate([TOTAL, *order])}
        order_of = self._parts[key.indicator]
        return (
            RESEARCH_QUESTIONS.index(entry.rq),
            self._indicators[key.indicator],
            KINDS.index(part.kind),
            order_of.get(part.base, len(order_of)),
            key.component,
            self._groups.get(key.group, len(self._groups)),
            self._waves.get(key.wave, 1),
            key.gathering,
        )

    def _columns_of(self, item: str) -> list[str]:
        return self.writer.book.answer_columns(item) if item in self.writer.book.items else [item]

    def of_municipality(self, kommune_id: str) -> list[SheetRow]:
        """Every number of a municipality, hidden ones with the reason in words.

        Args:
            kommune_id: The municipality.

        Returns:
            The rows by research question and indicator; the newest wave first.
        """
        wanted = [
            e
            for e in self.writer.data.estimates_of(kommune_id)
            if not e.key.component.startswith(_NOT_SHOWN) and e.reason != "network_only"
        ]
        return self._rows(wanted, self.writer.data.municipality(kommune_id))

    def of_network(self) -> list[SheetRow]:
        """Every number of the network, then the profile of each municipality in the report's wave.

        Returns:
            The rows; municipalities by name.
        """
        data = self.writer.data
        wanted = [
            e for e in data.estimates_of(NETWORK) if not e.key.component.startswith(_NOT_SHOWN)
        ]
        rows = self._rows(wanted, None)
        for town in sorted(
            data.rows("municipalities"), key=lambda r: (norwegian_order(r.name), r.code)
        ):
            rows += self._rows(profile_estimates(self.writer, town.kommune_id), town)
        return rows

    def _rows(self, estimates: Iterable[Estimate], town: Any) -> list[SheetRow]:
        rows = sorted(((self._about(e.key), e) for e in estimates), key=lambda row: row[0].place)
        return [self._row(about, estimate, town) for about, estimate in rows]

    def _row(self, about: _About, estimate: Estimate, town: Any) -> SheetRow:
        key, voice = estimate.key, self.writer.voice
        part, unit = about.part, about.unit
        shown = voice.shown(estimate, unit)
        value, words = value_cells(self.writer, estimate, shown, unit, part)
        visible = shown.status in ("published", "class")
        numbered = estimate.shown and not estimate.display and key.group in _COUNTED
        comparison = self.writer.comparison(estimate)
        mean = voice.peer_mean(comparison, key.indicator, key.component)
        verdict, verdict_words = voice.verdict(comparison, estimate)
        places = _PLACES.get(unit, 0)
        cells: tuple[Cell, ...] = (
            *about.cells,
            value,
            _limit(shown.lower, places),
            _limit(shown.upper, places),
            _count(estimate.n if numbered else None),
            _count(estimate.population if numbered else None),
            voice.say("status.published") if visible else shown.text,
            words,
            peer_cell(mean, unit),
            verdict_words if verdict not in ("none", "hidden") else "",
            self._network(estimate, unit) if town is not None else None,
            town.code if town is not None else "",
            town.name if town is not None else voice.say("index.network"),
            key.indicator,
            key.component,
            "" if estimate.shown else estimate.reason,
            self.note,
        )
        return SheetRow(cells, marked=visible and key.component == TOTAL, muted=not visible)

    def _year(self, wave: str) -> str:
        return str(self.writer.params["waves"][wave]["as_of"])[:4]

    def _kind(self, group: str, part: Part, unit: str) -> str:
        voice = self.writer.voice
        if part.kind == "gap":
            names = {"first": voice.group(group), "second": voice.group(part.other).lower()}
            return voice.say("gap.label", **names)
        if part.kind == "change":
            return voice.say("workbook.kind_change", year=self._year(part.before))
        if part.kind == "answers":
            return voice.say(f"workbook.kind_answers_{part.other}")
        if part.kind in PREFIXES and part.kind != "level":
            return voice.say(f"workbook.kind_{part.kind}")
        return voice.say(f"workbook.kind_{'share' if unit in PER_CENT_UNITS else unit}")

    def _unit(self, indicator: str, part: Part, unit: str) -> str:
        voice = self.writer.voice
        if unit in PER_CENT_UNITS:
            return voice.say(
                "workbook.unit_change_share" if part.kind == "change" else "profile_text.unit_share"
            )
        if unit == MONTHS:
            return voice.say("profile_text.unit_months")
        if part.kind in ("change", "gap") or unit not in (MEAN, GAP):
            return voice.say(
                f"workbook.unit_{'points' if part.kind in ('change', 'gap') else unit}"
            )
        book = self.writer.book
        low, high = book.indicators[indicator].range
        if part.kind == "level":
            # a gap's range reaches below zero; the groups' means stand on the scale of the answers
            values = book.scales[
                book.items[book.indicators[indicator].inputs.items[0]].scale
            ].values
            low, high = values[0], values[-1]
        return f"{low}{formats.EN_DASH}{high}"

    def _network(self, estimate: Estimate, unit: str) -> Cell:
        key = estimate.key
        about = key[0], key[3], key[4], key[5], key[6]
        known = self._of_network
        if about not in known:
            found = self.writer.data.network(
                key.indicator, key.wave, key.group, key.component, key.gathering
            )
            known[about] = None
            if found is not None and found.shown:
                shown = self.writer.voice.shown(found)
                part = part_of(key.component)
                known[about] = value_cells(self.writer, found, shown, unit, part)[0]
        return known[about]


def profile_estimates(writer: Writer, kommune_id: str) -> list[Estimate]:
    """The numbers of a municipality's profile in the report's wave.

    Args:
        writer: The report's writer.
        kommune_id: The municipality.

    Returns:
        Those that have a row in the tables.
    """
    found = (
        writer.data.own(kommune_id, indicator, writer.wave, group, component)
        for indicator, group, component in profile_numbers(writer)
    )
    return [e for e in found if e is not None and e.reason != "network_only"]


def value_cells(
    writer: Writer, estimate: Estimate, shown: Shown, unit: str, part: Part
) -> tuple[Cell, str]:
    """The number of an estimate and, where the report shows something else than a number, the words.

    Args:
        writer: The report's writer.
        estimate: The estimate.
        shown: The same as the reader of the report sees it.
        unit: Unit of its value.
        part: Its component taken apart.

    Returns:
        The number in its unit (shares as per cent), or None, and the words, or an empty text. A rank
        is shown as an interval alone, a share of a small count as count of count, a deadline as yes
        or no.
    """
    if not estimate.shown and not estimate.display:
        return None, ""
    if unit == RANK:
        ends = (estimate.lower, estimate.upper)
        return None, writer.voice.interval(*ends, unit) or shown.text
    if shown.value is None:
        return None, shown.text
    places = _PLACES.get(unit, 0)
    if unit not in PER_CENT_UNITS or "%" in shown.text or part.kind == "change":
        return Number(shown.value, 1 if shown.value % 1 and not places else places), ""
    if not any(letter.isdigit() for letter in shown.text):
        return None, shown.text
    return Number(shown.value, 1 if shown.value % 1 else 0), shown.text


def peer_cell(mean: Shown | None, unit: str) -> Cell:
    """The others' mean as the report shows it."""
    if mean is None or mean.value is None:
        return None
    return Number(mean.value, 1 if unit in (COUNT, MONTHS) else _PLACES.get(unit, 0))


def _limit(value: float | None, places: int) -> Cell:
    return None if value is None else Number(value, places)


def _count(value: int | None) -> Cell:
    return None if value is None else Number(value)


def number_columns(writer: Writer) -> tuple[SheetColumn, ...]:
    """The columns of the sheet of numbers; the ids of the codebook stand last and are not printed.

    Args:
        writer: The report's writer.

    Returns:
        The columns from the left.
    """
    say = writer.voice.say
    return tuple(
        SheetColumn(say(f"workbook.col_{name}"), width, wrap, printed)
        for name, width, wrap, printed in COLUMNS
    )
