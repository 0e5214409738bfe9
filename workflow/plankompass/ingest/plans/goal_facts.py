"""What stands beside a goal: indicator, responsible unit, deadline, sums of four years, UN goals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plankompass.ingest.plans.labels import (
    GOAL_LEVELS,
    Codes,
    is_bare_code,
    read_label,
    split_items,
    split_number,
)
from plankompass.ingest.plans.models import Block

if TYPE_CHECKING:
    from plankompass.ingest.plans.goal_candidates import GoalCandidate

_YEAR = re.compile(r"\b20[1-5]\d\b")
_YEAR_CELL = re.compile(
    r"^\W*(?:budsjett|bud\.?|øp|økonomiplan|plan|b|øk\.? ?plan)?\W*(20[1-5]\d)\W*$", re.IGNORECASE
)
_NUMBER_CELL = re.compile(
    r"^[-–−+]?\s?\d{1,3}(?:[\s.\u00a0]?\d{3})*(?:,\d+)?\s?(?:%|kr|mill\.?|000)?$"
)
_DEADLINE = re.compile(
    r"\b(?:innen|innan|før|seinest|senest|i løpet av|fram til|frem til|ferdig(?:stilt)?(?: i)?|frist:?)\s+(?:utgangen av |slutten av |1\. |2\. )?"
    r"(?:\w+ )?(20[2-6]\d|\d{1,2}\.\s?\w+ 20[2-6]\d)", re.IGNORECASE,
)  # fmt: skip
_SDG_MENTION = re.compile(
    r"(?:bærekrafts?-?mål(?:ene|et)?|berekrafts?-?mål(?:a|et)?|fns? (?:bærekrafts|berekrafts)?-?mål|sdg)[\s:]*(?:nr\.?|nummer)?[\s:]*"
    r"((?:\d{1,2}(?:\.\d)?(?:\s*(?:,|og|–|-|\+|&)\s*)?)+)", re.IGNORECASE,
)  # fmt: skip
_NOT_RESPONSIBLE = {"kommunen", "alle", "kommune", "heile kommunen", "hele kommunen", ""}
_WORDLESS = re.compile(r"^[\W\d_]*$")
_GOAL_COLUMNS = ("main_goal", "goal", "sub_goal")
_COLUMNS = {
    "sub_goal": "sub_goal", "main_goal": "main_goal", "goal": "goal", "wish": "strategy", "strategy": "strategy", "measure": "measure",
    "indicator": "indicator", "responsible": "responsible", "deadline": "deadline", "area": "area",
}  # fmt: skip


@dataclass
class TableEntry:
    """One goal, strategy or measure that a table row holds."""

    level: str
    number: str
    text: str
    block: Block
    indicator: str = ""
    responsible: str = ""
    deadline: str = ""
    sums: tuple[float, ...] = ()


def split_cells(text: str) -> list[str]:
    """The cells of a table row's text, empty ones kept."""
    return [cell.strip() for cell in re.split(r"\s*\|\s*", text)]


def parse_amount(cell: str) -> float | None:
    """The number in a cell of sums; None when it holds none. A dash is zero."""
    text = cell.strip().replace("\u2212", "-").replace("–", "-")
    if text in ("-", "--"):
        return 0.0
    if not _NUMBER_CELL.match(text):
        return None
    digits = re.sub(r"[^\d,\-]", "", text).replace(",", ".")
    try:
        return float(digits)
    except ValueError:
        return None


def row_sums(cells: Sequence[str]) -> tuple[float, ...]:
    """Sums of four years at the end of a row: the last four numbers in a run, or none."""
    numbers: list[float] = []
    for cell in reversed(cells):
        amount = parse_amount(cell)
        if amount is None:
            if numbers:
                break
            continue
        numbers.append(amount)
    numbers.reverse()
    if len(numbers) == 5 and abs(sum(numbers[:4]) - numbers[4]) < 1:
        numbers = numbers[:4]  # a column with the sum of the period
    return tuple(numbers) if len(numbers) == 4 else ()


def table_candidates(rows: Sequence[Block], codes: Codes | None = None) -> list[TableEntry]:
    """Goals, strategies and measures of one table, by the words of its header.

    Args:
        rows: The table's rows in order; a header may come again.
        codes: The codes by which the plan numbers its goals, when it has such codes.

    Returns:
        Entries in order. Without a header that names such a column, rows whose first cell carries a
        label («Tiltak: ...»), or that end in four sums, give entries.
    """
    entries: list[TableEntry] = []
    header: list[str] = []
    carried: dict[str, str] = {}
    for row in rows:
        cells = split_cells(row.text)
        if found := _header(cells):
            header, carried = found, {}
            continue
        if header and len(cells) == len(header):
            entries += _by_header(row, cells, header, carried)
        else:
            entries += _without_header(row, cells, codes or Codes(()))
    return entries


def _header(cells: Sequence[str]) -> list[str]:
    columns = []
    for cell in cells:
        year = _YEAR_CELL.match(cell)
        label = read_label(cell)
        if year:
            columns.append("year")
        elif (
            label
            and (not label.rest or len(cell) < 30)
            and label.level in _COLUMNS
            and not label.number
        ):
            columns.append(_COLUMNS[label.level])
        else:
            columns.append("")
    named = [c for c in columns if c]
    return (
        columns
        if len(named) >= 2 and any(c in (*_GOAL_COLUMNS, "strategy", "measure") for c in named)
        else []
    )


def _by_header(
    row: Block, cells: Sequence[str], header: Sequence[str], carried: dict[str, str]
) -> list[TableEntry]:
    values: dict[str, str] = {}
    for column, cell in zip(header, cells, strict=True):
        named = column in ("indicator", "responsible", "deadline") and bool(cell)
        wanted = column not in ("", "year") and column not in values
        if wanted and (named or not _WORDLESS.match(cell)):
            values[column] = cell
    years = [cell for column, cell in zip(header, cells, strict=True) if column == "year"]
    amounts = [parse_amount(c) for c in years]
    sums = (
        tuple(a or 0.0 for a in amounts)
        if len(amounts) == 4 and any(a is not None for a in amounts)
        else ()
    )
    made = []
    code = next((c for c in cells if is_bare_code(c) and re.search(r"[A-ZÆØÅ]|\d\.\d", c)), "")
    ranked = (*_GOAL_COLUMNS, "strategy", "measure")
    lowest = next((c for c in reversed(ranked) if c in values), "")
    pieces = [(column, piece) for column in ranked for piece in split_items(values.get(column, ""))]
    for column, text in pieces:
        if not text or values[column] == carried.get(column) or is_bare_code(text):
            continue
        if re.match(r"^(?:sum|totalt?|i alt)\b", text, re.IGNORECASE):
            continue
        label = read_label(text)
        if label and not label.rest and label.level in GOAL_LEVELS:
            continue  # «Mål 1» points to a goal, it does not say it
        number, rest = split_number(text)
        if label and label.rest:
            number, rest = label.number, label.rest
        level = (
            label.level
            if label and label.rest and label.level in (*GOAL_LEVELS, column)
            else column
        )
        if column in _GOAL_COLUMNS and not number:
            number, code = code, ""
        entry = TableEntry(level, number, rest, row)
        if column == lowest:
            entry.indicator = values.get("indicator", "")
            entry.responsible = _responsible(values.get("responsible", ""))
            entry.deadline = values.get("deadline", "")
            entry.sums = sums
        made.append(entry)
    carried.update({column: values[column] for column in _GOAL_COLUMNS if column in values})
    return made


def _without_header(row: Block, cells: Sequence[str], codes: Codes) -> list[TableEntry]:
    made = []
    beside = next((cell for cell in cells[1:] if not _WORDLESS.match(cell)), "")
    named = read_label(cells[0]) if cells else None
    if named and not named.rest and beside and named.level in (*GOAL_LEVELS, "strategy", "measure"):
        # a label in the first cell, what it names in the next
        return [TableEntry(named.level, named.number, piece, row) for piece in split_items(beside)]
    if coded := codes.read(f"{cells[0]} {beside}" if is_bare_code(cells[0]) else cells[0]):
        return [TableEntry(*coded, row)] if coded[2] else []
    for cell in cells:
        label = read_label(cell)
        if label and label.rest and label.level in (*GOAL_LEVELS, "strategy", "measure"):
            made.append(TableEntry(label.level, label.number, label.rest, row))
    sums = row_sums(cells)
    if sums and not made and not _WORDLESS.match(cells[0]):
        number, rest = split_number(cells[0])
        if not re.match(r"^(?:sum|totalt?|i alt|netto|brutto)\b", rest, re.IGNORECASE):
            made.append(TableEntry("measure", number, rest, row, sums=sums))
    return made


def attach_facts(candidates: Sequence[GoalCandidate], blocks: Sequence[Block]) -> None:
    """Attach to each candidate what its own block and the blocks up to the next one say.

    Args:
        candidates: Candidates in reading order; changed in place.
        blocks: The document's blocks without running heads and contents.
    """
    places = {(b.page, b.order): i for i, b in enumerate(blocks)}
    starts = [places.get((c.page, c.order), -1) for c in candidates]
    for position, candidate in enumerate(candidates):
        start = starts[position]
        if start < 0:
            continue
        later = [s for s in starts[position + 1 :] if s > start]
        end = min([*later, start + 8, len(blocks)])
        _from_text(candidate, blocks[start].text, own=True)
        for block in blocks[start + 1 : end]:
            if block.kind == "heading" and read_label(block.text) is None:
                break
            _from_text(candidate, block.text, own=False)


def _from_text(candidate: GoalCandidate, text: str, *, own: bool) -> None:
    for cell in split_cells(text) if " | " in text else [text]:
        for part in re.split(r"(?<=[.;])\s+|\n", cell):
            label = read_label(part)
            if label is None or not label.rest:
                continue
            if label.level == "indicator":
                candidate.indicator = candidate.indicator or label.rest.rstrip(".")
            elif label.level == "responsible":
                candidate.responsible = candidate.responsible or _responsible(
                    label.rest.rstrip(".")
                )
            elif label.level == "deadline" and _YEAR.search(label.rest):
                candidate.deadline = candidate.deadline or label.rest.rstrip(".")
    if own and not candidate.deadline and (match := _DEADLINE.search(text)):
        candidate.deadline = match.group(1)
    if mentioned := sdg_mentions(text):
        candidate.sdg = tuple(sorted({*candidate.sdg, *mentioned}))


def _responsible(text: str) -> str:
    """A named body, unit or post; «kommunen» and «alle» name nobody."""
    return "" if text.strip().casefold().rstrip(".") in _NOT_RESPONSIBLE else text.strip()


def sdg_mentions(text: str) -> tuple[int, ...]:
    """Numbers of the UN's 17 goals that a text names.

    Args:
        text: For instance «Bærekraftsmål 3, 4 og 11».

    Returns:
        The numbers in order.
    """
    found: set[int] = set()
    for match in _SDG_MENTION.finditer(text):
        found |= {
            int(n) for n in re.findall(r"\d+(?![\d.]*\.\d)", match.group(1)) if 1 <= int(n) <= 17
        }
    return tuple(sorted(found))
