"""Development in the whole network: each scale in every wave, and whether the last change is sure."""

from __future__ import annotations

from plankompass.reports.distributions import SCALES
from plankompass.reports.schema_blocks import Change, ChangeRow, WavePoint
from plankompass.reports.writer import Writer

GROUPS = ("folkevalgte", "administrasjon")


def network_change(writer: Writer) -> Change | None:
    """The network's wave means of every scale.

    Args:
        writer: The report's writer.

    Returns:
        The block; None with fewer than two waves.
    """
    say = writer.voice.say
    years = {
        wave: str(writer.params["waves"][wave]["as_of"])[:4] for wave in writer.params["waves"]
    }
    waves = [wave for wave in sorted(years) if wave <= writer.wave]
    rows = [
        row
        for scales in SCALES.values()
        for scale in scales
        for group in GROUPS
        if (row := _row(writer, scale, group, waves, years)) is not None
    ]
    if len(waves) < 2 or not rows:
        return None
    sure = sum(row.verdict == "clear" for row in rows)
    return Change(
        id="changes",
        title=say("network_text.change"),
        alt=say("network_text.change_alt", count=len(rows), waves=len(waves), sure=sure),
        waves=[years[wave] for wave in waves],
        rows=rows,
        notes=[say("network_text.change_note"), say("change_text.note")],
    )


def _row(
    writer: Writer, scale: str, group: str, waves: list[str], years: dict[str, str]
) -> ChangeRow | None:
    voice = writer.voice
    found = [(wave, writer.data.network(scale, wave, group)) for wave in waves]
    points = [
        WavePoint(wave=years[wave], shown=voice.shown(estimate))
        for wave, estimate in found
        if estimate is not None and estimate.shown
    ]
    if len(points) < 2:
        return None
    sure = None
    for wave in reversed(waves[:-1]):  # the change from the wave before, or the one before that
        sure = writer.sure(writer.network(scale, group, f"change:{wave}|total"))
        if sure is not None:
            break
    verdict = "none" if sure is None else "clear" if sure else "unclear"
    words = voice.say("common.none") if sure is None else voice.say(f"change.{verdict}")
    low, high = (float(end) for end in writer.book.indicators[scale].range)
    return ChangeRow(
        label=voice.indicator(scale),
        sub=voice.group(group),
        scale_min=low,
        scale_max=high,
        points=points,
        verdict=verdict,  # type: ignore[arg-type]
        verdict_text=words,
    )
