"""A study's registers: who takes part, their councils, populations, gatherings and plan dates."""

from __future__ import annotations

import csv
import logging
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter

from plankompass.ingest.register_tables import RegisterTable
from plankompass.study.config_models import RegisterFiles, Wave, WaveConfig
from plankompass.study.problems import PlankompassError, ProblemLog
from plankompass.study.register import MunicipalityRegister, load_register
from plankompass.tables import empty_table, write_table

log = logging.getLogger(__name__)

REFERENCE = Path(__file__).parents[2] / "reference"

_WAVES = TypeAdapter(dict[Wave, WaveConfig])
_FRAME_GROUPS = ("administrasjon", "innbyggere", "deltakere")
_DATED = ("adopted", "readopted", "continued", "public_from", "published")
_EVENTS = (*_DATED, "absent", "not_collected")


def parse_waves(waves: Mapping[str, Any]) -> dict[str, WaveConfig]:
    """The configuration's waves as models.

    Args:
        waves: Wave id to plain values or models.

    Returns:
        Wave id to :class:`WaveConfig`.
    """
    return _WAVES.validate_python(dict(waves))


def study_register(raw: Path, files: RegisterFiles) -> MunicipalityRegister:
    """The municipality register a study uses: its own, or the national one.

    Args:
        raw: The raw folder.
        files: The configured registers.

    Returns:
        The register.

    Raises:
        PlankompassError: A file is missing or has errors.
    """
    codes = raw / files.codes if files.codes else REFERENCE / "municipalities.csv"
    changes = (
        raw / files.code_changes if files.code_changes else REFERENCE / "municipality_changes.csv"
    )
    return load_register(codes, changes)


def ingest_registers(
    inputs: Mapping[str, Any], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Read the CSV registers into the tables that describe the study.

    Args:
        inputs: Raw files, for the workflow engine only; paths come from the parameters.
        outputs: municipalities, councils, frames, gatherings, attendance, plan_dates, avvik; margins
            where they are asked for.
        params: raw, registers, waves, report_wave.

    Raises:
        StageFailedError: Listing everything that is wrong in all registers; nothing is written.
    """
    raw = Path(params["raw"])
    files = RegisterFiles.model_validate(dict(params["registers"]))
    waves = parse_waves(params["waves"])
    problems = ProblemLog("ingest registers")
    tables = read_registers(raw, files, waves, waves[params["report_wave"]].as_of, problems)
    problems.raise_failures()
    for name, frame in tables.items():
        if name in outputs or name != "margins":
            write_table(name, frame, outputs[name])
    write_table("avvik", problems.frame(), outputs["avvik"])
    log.info(
        "%d municipalities, %d gatherings",
        *(len(tables[t]) for t in ("municipalities", "gatherings")),
    )


def read_registers(
    raw: Path,
    files: RegisterFiles,
    waves: Mapping[str, WaveConfig],
    as_of: date,
    problems: ProblemLog,
) -> dict[str, pd.DataFrame]:
    """Read and check all registers.

    Args:
        raw: The raw folder.
        files: The configured registers.
        waves: Waves by id.
        as_of: The report wave's cut-off date.
        problems: Where everything found goes.

    Returns:
        Table name to frame; to be used only when ``problems`` has no failures.
    """

    def table(name: str, columns: str) -> RegisterTable:
        shown = getattr(files, name)
        return RegisterTable(raw / shown, shown, tuple(columns.split()), problems)

    try:
        register = study_register(raw, files)
    except PlankompassError as error:
        register = None
        places = {Path(f).name: f for f in (files.codes, files.code_changes) if f}
        for line in str(error).splitlines():
            name, _, rule = line.partition(": ")
            problems.add("register", "fail", places.get(name, name), rule)
    first_day = min(wave.first_day for wave in waves.values())
    participants = table(
        "participants", "kommune_id code name county peer_group size_class language"
    )
    municipalities = _municipalities(participants, register, as_of, first_day)
    known = {row["kommune_id"] for _, row in participants}
    gatherings = _gatherings(
        table("gatherings", "gathering wave held_on homework_given first"), waves
    )
    held = set(gatherings["gathering"])
    return {
        "municipalities": municipalities,
        "councils": _councils(table("councils", "kommune_id term seats constituted_on"), known),
        "frames": _frames(
            table("frames", "kommune_id wave group gathering population"), known, waves, held
        ),
        "margins": _margins(table("margins", "wave group item category population"), waves)
        if files.margins
        else empty_table("margins"),
        "gatherings": gatherings,
        "attendance": _attendance(
            table(
                "attendance",
                "kommune_id gathering invited political_leaders administrative_leaders "
                "homework_delivered_on",
            ),
            known,
            held,
        ),
        "plan_dates": _plan_dates(
            table("plan_dates", "kommune_id document_kind event date source"), known
        ),
    }


def _municipalities(
    table: RegisterTable, register: MunicipalityRegister | None, as_of: date, first_day: date
) -> pd.DataFrame:
    table.unique("kommune_id")
    table.unique("code")
    table.one_of("language", ("nb", "nn"), "language")
    names = ("kommune_id", "code", "name", "county", "peer_group", "size_class", "language")
    data: dict[str, list] = {name: table.text(name) for name in names}
    data["peer_group"] = _peer_groups(table, as_of)
    extra = ("official_name", "territory_from", "territory_note", "before_codes", "splits_on")
    data |= {name: [] for name in extra}
    for line, row in table:
        facts = dict.fromkeys(extra, "") | {"territory_from": as_of, "splits_on": None}
        code = row["code"]
        period = register.period(code, as_of) if register else None
        if not (len(code) == 4 and code.isdigit()):
            table.fail(
                "a municipality code is not four digits", line=line, column="code",
                hint="write the code as text with its leading zero",
            )  # fmt: skip
        elif register and period is None:
            rule = f"code {code} was not valid on the cut-off date {as_of}"
            hint = "use the code valid on the report wave's as_of"
            table.fail(rule, line=line, column="code", hint=hint)
        elif register and code not in {p.code for p in register.by_name(row["name"])}:
            rule = f"code and name disagree: {code} is {period.official_name} in the register"
            table.log.add("K5", "fail", table.shown, rule, row_key=f"line {line}", column="name")
        elif register:
            facts = _territory(register, code, as_of, first_day)
            facts["official_name"] = period.official_name
        for name in extra:
            data[name].append(facts[name])
    return pd.DataFrame(data)


def _peer_groups(table: RegisterTable, as_of: date) -> list[str]:
    """Peer groups as written, or derived where the register says from what."""
    groups = []
    kostra: dict[str, str] | None = None
    for line, row in table:
        word = row["peer_group"]
        if word in ("county", "size_class"):
            word = row[word]
        elif word == "kostra":
            kostra = kostra_groups(as_of) if kostra is None else kostra
            word = kostra.get(row["code"], "")
            if not word:
                hint = "write the peer group itself"
                table.fail("no KOSTRA group is known", line=line, column="peer_group", hint=hint)
        groups.append(word)
    return groups


def kostra_groups(as_of: date) -> dict[str, str]:
    """KOSTRA group of 2024 by the codes valid on a day.

    Args:
        as_of: The day.

    Returns:
        Code to group; a code that has become several municipalities of different groups has none.
    """
    register = load_register(
        REFERENCE / "municipalities.csv", REFERENCE / "municipality_changes.csv"
    )
    with (REFERENCE / "municipalities.csv").open(encoding="utf-8") as file:
        known = {
            row["code"]: row["kostra_group_2024"]
            for row in csv.DictReader(file)
            if row["kostra_group_2024"]
        }
    day = max(period.valid_from for period in register.codes)
    groups = {}
    for period in register.in_force(as_of):
        found = {known.get(code, "") for code in register.image(period.code, as_of, day)}
        if len(found) == 1:
            groups[period.code] = found.pop()
    return groups


def _territory(
    register: MunicipalityRegister, code: str, as_of: date, first_day: date
) -> dict[str, Any]:
    """What happened to a municipality's territory and code, as the municipalities table says it."""
    changes = register.territory_changes(code, as_of)
    latest = changes[0] if changes else None
    before: set[str] = set()
    current = {code}
    for day in reversed([d for d in register.change_days() if d <= as_of]):
        current = set().union(*(register.predecessors(c, day, _day_before(day)) for c in current))
        before |= current
    oldest = min(p.valid_from for p in register.codes)
    in_study = latest is not None and latest.day > first_day
    return {
        "territory_from": latest.day if latest else oldest,
        "territory_note": latest.kind if in_study else "",
        "before_codes": " ".join(sorted(before - {code})),
        "splits_on": register.first_split(code, as_of),
    }


def _day_before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)


def _councils(table: RegisterTable, known: set[str]) -> pd.DataFrame:
    table.unique("kommune_id", "term")
    table.one_of("kommune_id", known, "kommune_id")
    return pd.DataFrame(
        {
            "kommune_id": table.text("kommune_id"),
            "term": table.text("term"),
            "seats": table.whole_numbers("seats", minimum=1),
            "constituted_on": table.days("constituted_on"),
        }
    )


def _frames(
    table: RegisterTable, known: set[str], waves: Mapping[str, WaveConfig], held: set[str]
) -> pd.DataFrame:
    table.unique("kommune_id", "wave", "group", "gathering")
    table.one_of("kommune_id", known, "kommune_id")
    table.one_of("wave", waves, "wave")
    table.one_of("group", _FRAME_GROUPS, "group")
    for line, row in table:
        participants = row["group"] == "deltakere"
        if participants and row["gathering"] not in held:
            table.fail("unknown gathering", line=line, column="gathering")
        if not participants and row["gathering"]:
            table.fail("only group deltakere has a gathering", line=line, column="gathering")
    names = ("kommune_id", "wave", "group")
    data: dict[str, list] = {name: table.text(name) for name in names}
    data["gathering"] = table.text("gathering", optional=True)
    data["population"] = table.whole_numbers("population")
    return pd.DataFrame(data)


def _margins(table: RegisterTable, waves: Mapping[str, WaveConfig]) -> pd.DataFrame:
    table.unique("wave", "group", "item", "category")
    table.one_of("wave", waves, "wave")
    table.one_of("group", ("folkevalgte", "administrasjon", "innbyggere"), "group")
    names = ("wave", "group", "item", "category")
    data: dict[str, list] = {name: table.text(name) for name in names}
    data["population"] = table.whole_numbers("population")
    return pd.DataFrame(data)


def _gatherings(table: RegisterTable, waves: Mapping[str, WaveConfig]) -> pd.DataFrame:
    table.unique("gathering")
    table.one_of("wave", waves, "wave")
    return pd.DataFrame(
        {
            "gathering": table.text("gathering"),
            "wave": table.text("wave"),
            "held_on": table.days("held_on"),
            "homework_given": table.flags("homework_given"),
            "first": table.flags("first"),
        }
    )


def _attendance(table: RegisterTable, known: set[str], held: set[str]) -> pd.DataFrame:
    table.unique("kommune_id", "gathering")
    table.one_of("kommune_id", known, "kommune_id")
    table.one_of("gathering", held, "gathering")
    return pd.DataFrame(
        {
            "kommune_id": table.text("kommune_id"),
            "gathering": table.text("gathering"),
            "invited": table.flags("invited"),
            "political_leaders": table.whole_numbers("political_leaders"),
            "administrative_leaders": table.whole_numbers("administrative_leaders"),
            "homework_delivered_on": table.days("homework_delivered_on", optional=True),
        }
    )


def _plan_dates(table: RegisterTable, known: set[str]) -> pd.DataFrame:
    table.unique("kommune_id", "document_kind", "event", "date")
    table.one_of("kommune_id", known, "kommune_id")
    table.one_of("event", _EVENTS, "event")
    days = table.days("date", optional=True)
    for (line, row), day in zip(table, days, strict=True):
        if row["event"] in _DATED and day is None and not row["date"]:
            table.fail(f"{row['event']} without a date", line=line, column="date")
    return pd.DataFrame(
        {
            "kommune_id": table.text("kommune_id"),
            "document_kind": table.text("document_kind"),
            "event": table.text("event"),
            "date": days,
            "source": table.text("source", optional=True),
        }
    )
