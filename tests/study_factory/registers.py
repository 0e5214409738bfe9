"""The CSV registers: municipalities, codes, councils, frames, gatherings, attendance, plan dates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
from tests.study_factory.answer_model import AnswerModel
from tests.study_factory.design import Municipality, StudyDesign
from tests.study_factory.files import write_csv
from tests.study_factory.populations import asked, population_size
from tests.study_factory.randomness import stream

from plankompass.study.codebook import Codebook

# What a real frame knows: parties of the council, and the population register's age and gender
MARGIN_ITEMS = {"folkevalgte": ("bg_posisjon",), "innbyggere": ("bg_aldersgruppe", "bg_kjonn")}


def attendance_of(design: StudyDesign, m: Municipality) -> list[dict[str, object]]:
    """Who came to each gathering and when homework was delivered: one mapping a gathering.

    ``in_time`` says whether the homework counts as delivered (before the next gathering).
    """
    result = []
    for position, gathering in enumerate(design.gatherings):
        rng = stream(design.seed, "attendance", m.kommune_id, gathering.id)
        invited = not (m.has("split") and gathering.id == "s2")
        political = int(rng.choice([0, 1, 2, 3], p=[0.12, 0.3, 0.38, 0.2])) if invited else 0
        administrative = int(rng.choice([0, 1, 2, 3], p=[0.08, 0.3, 0.4, 0.22])) if invited else 0
        delivered, in_time = None, False
        if gathering.homework_given and invited and rng.random() < 0.75:
            following = design.gatherings[position + 1].held_on
            late = rng.random() < 0.12
            days = int(rng.integers(5, 40))
            delivered = (
                following + timedelta(days=days) if late else following - timedelta(days=days)
            )
            in_time = not late
        result.append({
            "gathering": gathering.id, "invited": invited, "political_leaders": political,
            "administrative_leaders": administrative, "homework_delivered_on": delivered,
            "homework_given": gathering.homework_given, "in_time": in_time,
        })  # fmt: skip
    return result


def write_registers(folder: Path, design: StudyDesign, plan_dates: list[tuple]) -> None:
    """Write every register of a study.

    Args:
        folder: ``registers/`` of the raw folder.
        design: The study.
        plan_dates: Rows of ``plan_dates.csv``.
    """
    ms = design.municipalities
    write_csv(
        folder / "participants.csv",
        ("kommune_id", "code", "name", "county", "peer_group", "size_class", "language"),
        [
            (m.kommune_id, m.code, m.name, m.county, m.peer_group, m.size_class, m.language)
            for m in ms
        ],
    )
    write_csv(
        folder / "codes.csv",
        ("code", "name", "official_name", "valid_from", "valid_to"),
        design.codes,
    )
    write_csv(
        folder / "code_changes.csv",
        ("old_code", "old_name", "new_code", "new_name", "change_date"),
        design.code_changes,
    )
    write_csv(
        folder / "councils.csv",
        ("kommune_id", "term", "seats", "constituted_on"),
        [
            (m.kommune_id, term, m.seats[term], m.constituted[term])
            for m in ms
            for term in sorted(m.seats)
        ],
    )
    frames = [
        (
            m.kommune_id,
            wave,
            group,
            gathering,
            population_size(m, group, wave, gathering, design.seed),
        )
        for m in ms
        for group, wave, gathering in asked(design)
        if group != "folkevalgte"
    ]
    write_csv(
        folder / "frames.csv", ("kommune_id", "wave", "group", "gathering", "population"), frames
    )
    write_csv(
        folder / "gatherings.csv",
        ("gathering", "wave", "held_on", "homework_given", "first"),
        [
            (
                g.id,
                g.wave,
                g.held_on,
                "yes" if g.homework_given else "no",
                "yes" if g.first else "no",
            )
            for g in design.gatherings
        ],
    )
    write_csv(
        folder / "attendance.csv",
        (
            "kommune_id",
            "gathering",
            "invited",
            "political_leaders",
            "administrative_leaders",
            "homework_delivered_on",
        ),
        [
            (
                m.kommune_id,
                a["gathering"],
                "yes" if a["invited"] else "no",
                a["political_leaders"],
                a["administrative_leaders"],
                a["homework_delivered_on"],
            )
            for m in ms
            for a in attendance_of(design, m)
        ],
    )
    write_csv(
        folder / "plan_dates.csv",
        ("kommune_id", "document_kind", "event", "date", "source"),
        plan_dates,
    )


def write_margins(folder: Path, design: StudyDesign, codebook: Codebook) -> None:
    """Write what the frame knows of everybody asked, answered or not: ``margins.csv``.

    Args:
        folder: ``registers/`` of the raw folder.
        design: The study.
        codebook: The instrument.
    """
    model = AnswerModel(design, codebook)
    rows = []
    for group, wave, gathering in asked(design):
        counts = {item: np.zeros(len(codebook.items[item].options) + 1, dtype=int)
                  for item in MARGIN_ITEMS.get(group, ())}  # fmt: skip
        for m in design.municipalities if counts else ():
            size = population_size(m, group, wave, gathering, design.seed)
            background = model.background(m, group, wave, size)
            for item, total in counts.items():
                total += np.bincount(background[item], minlength=len(total))
        for item, total in counts.items():
            if item == "bg_kjonn":
                # the population register knows women and men only
                total[1] += total[3:].sum() // 2
                total[2] += total[3:].sum() - total[3:].sum() // 2
                total = total[:3]
            options = [option.id for option in codebook.items[item].options]
            rows += [
                (wave, group, item, option, int(count))
                for option, count in zip(options, total[1:], strict=False)
            ]
    write_csv(folder / "margins.csv", ("wave", "group", "item", "category", "population"), rows)
