"""How the answers to the items of some scales spread: of a council, of residents, of the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from plankompass.reports import formats
from plankompass.reports.publishable import NETWORK, Estimate
from plankompass.reports.schema_blocks import AnswerDistribution, DistributionRow
from plankompass.reports.wording import PER_CENT_FROM
from plankompass.reports.writer import Writer

PARTS = ("lower", "middle", "upper")
#: Scales of each research question whose answers are shown, in the order of the questions.
SCALES = {
    "RQ1": ("policy_implementation_capacity", "budget_cycle_latitude"),
    "RQ2": ("plan_steering_use", "political_ownership", "goal_follow_up"),
    "RQ3": ("role_clarity", "interplay_quality", "policy_codevelopment"),
}
MOST_ROWS = 12  # of one municipality's report; the workbook has them all
FEWEST_ROWS = 2  # with fewer of its own, a municipality is shown the network's
_Find = Callable[[str, str, str], Estimate | None]


def own_answers(
    writer: Writer, block_id: str, indicators: Sequence[str], group: str
) -> AnswerDistribution | None:
    """How a municipality's group answered, or the whole network where its own may not be shown.

    Args:
        writer: The report's writer.
        block_id: Anchor of the block.
        indicators: Scales whose items are shown.
        group: Group of respondents.

    Returns:
        The block; None when neither may be shown. Items that are not shown are counted in a note.
    """
    say = writer.voice.say
    rows, gone = _rows(writer, indicators, group, writer.own)
    if len(rows) < FEWEST_ROWS:
        block = network_answers(writer, block_id, indicators, group, clearest=True)
        if block is None:
            return None
        first = next(
            e
            for i in indicators
            for item in writer.book.indicators[i].inputs.items
            if (e := writer.network(i, group, f"answers:{PARTS[-1]}|{item}")) is not None
            and e.shown
        )
        return block.model_copy(update={"intro": [writer.rule("network_only", first)]})
    gone_note = [say("answers_text.gone", count=gone, total=gone + len(rows))] if gone else []
    rows, notes = _clearest(writer, rows)
    rows = _one_measure(writer, rows)
    return _block(writer, block_id, group, rows, [*notes, *gone_note], writer.name)


def _clearest(
    writer: Writer, rows: list[DistributionRow]
) -> tuple[list[DistributionRow], list[str]]:
    """The rows where most are of one mind, as many as a report has room for, and a note on the rest."""
    notes = []
    if len(rows) > MOST_ROWS:
        rest = len(rows) - MOST_ROWS
        notes = [writer.voice.say("answers_text.most", count=MOST_ROWS, rest=rest)]
        clearest = sorted(rows, key=lambda row: (-_leaning(row), row.label))[:MOST_ROWS]
        rows = [row for row in rows if row in clearest]
    return [row.model_copy(update={"group": ""}) for row in rows], notes


def network_answers(
    writer: Writer,
    block_id: str,
    indicators: Sequence[str],
    group: str,
    *,
    clearest: bool = False,
) -> AnswerDistribution | None:
    """How a group answered in the whole network.

    Args:
        writer: The report's writer.
        block_id: Anchor of the block.
        indicators: Scales whose items are shown.
        group: Group of respondents.
        clearest: Only the items with the clearest answers, as many as a municipality's report holds.

    Returns:
        The block, or None when nothing may be shown.
    """
    rows, _ = _rows(writer, indicators, group, writer.network)
    if not rows:
        return None
    rows, notes = _clearest(writer, rows) if clearest else (rows, [])
    network = writer.voice.say("index.network")
    return _block(writer, block_id, group, rows, notes, network[0].lower() + network[1:])


def _rows(
    writer: Writer, indicators: Sequence[str], group: str, find: _Find
) -> tuple[list[DistributionRow], int]:
    """Items whose distribution is shown, and how many are not."""
    rows: list[DistributionRow] = []
    gone = 0
    for indicator in indicators:
        for item in writer.book.indicators[indicator].inputs.items:
            parts = [find(indicator, group, f"answers:{part}|{item}") for part in PARTS]
            row = _row(writer, indicator, item, [p for p in parts if p is not None])
            if row is not None:
                rows.append(row)
            elif any(parts):
                gone += 1
    return rows, gone


def _one_measure(writer: Writer, rows: list[DistributionRow]) -> list[DistributionRow]:
    """Rows told in one measure: where one must be counts, since few answered, all are.

    A share of less than a hundred answers, in whole per cent, is of one count only.
    """
    sizes = [int(row.n) if row.n.isdigit() else 0 for row in rows]
    if all(sizes) or not any(sizes):
        return rows
    told = []
    for row, n in zip(rows, sizes, strict=True):
        shares = row.shares or []
        counts = [round(share * n / 100) for share in shares]
        exact = (
            all(abs(100 * c / n - s) <= 0.5 for c, s in zip(counts, shares, strict=True))
            if n
            else False
        )
        texts = [formats.count_of(count, n, writer.language) for count in counts]
        told.append(row.model_copy(update={"texts": texts, "n": ""}) if exact else row)
    return told


def _leaning(row: DistributionRow) -> float:
    """How far agreement and disagreement lie apart."""
    shares = row.shares or [0.0]
    return abs(shares[-1] - shares[0])


def _row(
    writer: Writer, indicator: str, item: str, parts: list[Estimate]
) -> DistributionRow | None:
    shown = [writer.shown(part) for part in parts]
    values = [s.value for s in shown if s.value is not None]
    if not shown or len(values) < len(shown):
        return None
    n, unsure = parts[0].n, parts[0].dont_know
    few = parts[0].key.level != NETWORK and n is not None and n < PER_CENT_FROM
    return DistributionRow(
        label=writer.voice.item(item),
        group=writer.voice.indicator(indicator),
        shares=[float(v) for v in values],
        texts=[s.text for s in shown],
        n="" if n is None or few else formats.number(n, writer.language, 0),
        dont_know="" if unsure is None else formats.per_cent_sign(unsure, writer.language),
    )


def _block(
    writer: Writer, block_id: str, group: str, rows: list[DistributionRow], notes: list[str],
    place: str,
) -> AnswerDistribution:  # fmt: skip
    say, named = writer.voice.say, writer.voice.group_named(group)
    most = max(rows, key=lambda row: (row.shares or [0])[-1])
    fewest = min(rows, key=lambda row: (row.shares or [0])[-1])
    return AnswerDistribution(
        id=block_id,
        title=say("answers_text.title", group=named),
        alt=say(
            "answers_text.alt", count=len(rows), group=named, place=place,
            most=most.label, high=most.texts[-1], fewest=fewest.label, low=fewest.texts[-1],
        ),
        group=f"{writer.voice.group(group)}, {place}",
        categories=[say(f"answers_text.{part}") for part in PARTS],
        rows=rows,
        notes=notes,
    )  # fmt: skip
