"""What a contract of a table is, and the columns that many tables share.

Types: ``text``, ``integer`` (may be missing), ``number`` (float; NaN is missing), ``flag`` (true,
false or missing) and ``day`` (date). Text that is not nullable may be the empty string.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

ColumnType = Literal["text", "integer", "number", "flag", "day"]

MISSING_KINDS = ("valid", "dont_know", "no_answer", "not_relevant", "not_asked", "system")
STATUSES = ("published", "hidden", "not_collected", "not_applicable", "not_yet_due", "unreliable")
LEVELS = ("municipality", "peer_group", "network")
GROUPS = (
    "folkevalgte",
    "administrasjon",
    "innbyggere",
    "deltakere",
    "intervju",
    "dokument",
    "kilder",
)


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: Column name.
        type: See the module's docstring.
        description: What a value means, with its unit.
        nullable: Whether a value may be missing.
        values: The closed set of values, when there is one.
        minimum, maximum: Closed range of numbers.
    """

    name: str
    type: ColumnType
    description: str
    nullable: bool = False
    values: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Contract:
    """One table.

    Attributes:
        name: Table name.
        stage: Stage that writes it.
        grain: What one row is.
        columns: Columns in order.
        key: Columns that identify a row and give the order of rows.
        restricted: Whether the table may show single persons or small cells.
    """

    name: str
    stage: str
    grain: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = field(default=())
    restricted: bool = True


def text(name: str, description: str, **rest) -> Column:
    """A column of text; further arguments as of :class:`Column`."""
    return Column(name, "text", description, **rest)


KOMMUNE = text("kommune_id", "The participating municipality's own id; never a name or bare code")
WAVE = text("wave", "Wave id (T0, T1, T2)")
GROUP = text("group", "Group of respondents or kind of source", values=GROUPS)
