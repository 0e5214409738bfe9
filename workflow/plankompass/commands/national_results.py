"""What the national benchmark keeps of each study, and the tables it makes of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from plankompass.commands.measuring import exponent
from plankompass.commands.measuring_engines import SYSTEM_BUILT

STAGES = ("ingest", "indicators", "disclosure", "reports")
REAL = 356  # municipalities there were in 2023, the year of the second wave; 357 came in 2024
_LARGEST = 12
_NOT = "not measured"
_FROM = 60  # exponents are of the sizes from here on; below, fixed costs hide the growth


@dataclass
class Build:
    """One measured build.

    Attributes:
        wall, cpu: Seconds of the whole, children included.
        memory: Largest single process in MB.
        jobs: Entry function to its calls: ``jobs``, ``wall``, ``cpu``, ``imports`` (CPU seconds) and
            ``memory`` (the largest, in MB).
    """

    wall: float
    cpu: float
    memory: float
    jobs: dict[str, dict[str, float]]

    @property
    def count(self) -> int:
        """Jobs that were done."""
        return int(sum(job["jobs"] for job in self.jobs.values()))

    def stage(self, name: str) -> dict[str, float]:
        """One stage: its jobs, wall and CPU seconds and the largest memory of a worker in it."""
        own = [job for entry, job in self.jobs.items() if entry.split(".")[0] == name]
        found = {key: sum(job[key] for job in own) for key in ("jobs", "wall", "cpu")}
        return found | {"memory": max((job["memory"] for job in own), default=0.0)}

    @property
    def engine(self) -> float:
        """CPU seconds that are not the stages' own: the workflow engine, start of processes."""
        return self.cpu - sum(job["cpu"] + job["imports"] for job in self.jobs.values())


@dataclass
class National:
    """All that was measured of one study.

    Attributes:
        municipalities: Its size.
        program: The program's tree in git (`git rev-parse HEAD:workflow`).
        counts: Reports, filled-in forms by group, answers, interviews, documents and their pages.
        first: The build from nothing.
        later: Builds after it: nothing changed, an answer file, a formula, a template.
        bare: CPU seconds of each bare engine on the same raw files and reports.
        long_documents: Whether its plan documents are as long as real ones.
    """

    municipalities: int
    program: str
    counts: dict[str, int]
    first: Build
    later: dict[str, Build] = field(default_factory=dict)
    bare: dict[str, float] = field(default_factory=dict)
    long_documents: bool = False

    @property
    def name(self) -> str:
        """Its column in the tables."""
        return f"{self.municipalities}{', long documents' * self.long_documents}"


def kept(path: Path) -> list[National]:
    """What was measured so far, the smallest study first, those with long documents last."""
    if not path.is_file():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    return [
        National(**{**one, "first": Build(**one["first"]),
                    "later": {name: Build(**build) for name, build in one["later"].items()}})
        for one in sorted(found, key=_order)
    ]  # fmt: skip


def keep(path: Path, measured: National) -> None:
    """Note what was measured of one study in place of what was noted of it before."""
    others = [one for one in kept(path) if one.name != measured.name]
    every = sorted(map(asdict, [*others, measured]), key=_order)
    lines = [json.dumps(one, sort_keys=False) for one in every]
    path.parent.mkdir(exist_ok=True)
    path.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def _order(one: Mapping[str, Any]) -> tuple[bool, int]:
    return one.get("long_documents", False), one["municipalities"]


def table(measured: Sequence[National]) -> list[str]:
    """The measured tables.

    Args:
        measured: One a size, the smallest first.

    Returns:
        Lines of Markdown.
    """
    head = " | ".join(m.name for m in measured)
    rule = "|---|" + "---|" * len(measured)

    def row(name: str, cost: Callable[[National], float], form: str = "{:.1f} s") -> str:
        cells = " | ".join(form.format(cost(m)) for m in measured)
        return f"| {name} | {cells} | {_growth(measured, cost)} |"

    lines = [
        "CPU seconds, wall seconds and largest memory of a worker in each stage by number of "
        f"municipalities, and the growth exponent of the CPU seconds from {_FROM} municipalities on "
        "(1 is linear). Wall seconds also hold what else was at work on the machine.",
        "",
        f"| stage | {head} | exponent |",
        rule + "---|",
    ]
    for stage in STAGES:
        of = [m.first.stage(stage) for m in measured]
        cells = " | ".join(f"{s['cpu']:.1f}, {s['wall']:.1f} s, {s['memory']:.0f} MB" for s in of)
        power = _growth(measured, lambda m, stage=stage: m.first.stage(stage)["cpu"])
        lines.append(f"| {stage} ({of[-1]['jobs']:.0f} jobs) | {cells} | {power} |")
    lines += [
        row("Snakemake, start of processes, CPU", lambda m: m.first.engine),
        row("their share of all CPU", lambda m: m.first.engine / m.first.cpu, "{:.0%}"),
        row("all, CPU", lambda m: m.first.cpu),
        row("all, wall", lambda m: m.first.wall),
        row("largest process", lambda m: m.first.memory, "{:.0f} MB"),
        "",
        f"| the {_LARGEST} largest jobs, CPU | {head} | exponent |",
        rule + "---|",
    ]
    jobs = measured[-1].first.jobs
    for entry in sorted(jobs, key=lambda e: -jobs[e]["cpu"])[:_LARGEST]:
        name = f"{entry} ({jobs[entry]['jobs']:.0f})"
        lines.append(row(name, lambda m, e=entry: m.first.jobs.get(e, {"cpu": 0.0})["cpu"]))
    lines += ["", f"| built again after | {head} |", rule]
    for name in dict.fromkeys(name for m in measured for name in m.later):
        cells = " | ".join(_again(m.later.get(name)) for m in measured)
        lines.append(f"| {name} | {cells} |")
    lines += ["", f"| bare engine, CPU seconds | {head} |", rule]
    for engine in dict.fromkeys(engine for m in measured for engine in m.bare):
        cells = " | ".join(f"{m.bare[engine]:.1f}" if m.bare else _NOT for m in measured)
        lines.append(f"| {engine} | {cells} |")
    sums = [sum(m.bare.values()) for m in measured]
    lines.append("| sum | " + " | ".join(f"{s:.1f}" if s else _NOT for s in sums) + " |")
    lines += [
        _times_engines("the whole line in sums of its engines", measured, set()),
        _times_engines(
            "the same, the building of the linear system not counted as an engine",
            measured,
            {SYSTEM_BUILT},
        ),
        "",
        "The bare engines have their tables in memory. Disclosure begins with the rows that the rules "
        "have marked; its system is built once for suppression and once for the attack. Statistics are "
        "the operators alone, without the reliability of scales and the agreement of coders. Python looks "
        "for garbage in them as it always does; in the workers it waits until a job is done.",
        "",
        f"A study of all municipalities has {REAL}: codes and names are real from {_FROM} on, and so many "
        "were there at the second wave's day in 2023; 357 came in 2024. Answers and documents are made; "
        "documents are PDF and DOCX of a few pages; long documents are about as long as real ones (a "
        "strategy some 20 pages, a budget 60). Pages are those of PDF. The bare engine takes out their "
        "text; the line makes blocks of it and tells words, language and reading ease too. The program is what `git rev-parse HEAD:workflow` says.",
        "",
    ]
    for m in measured:
        counts = ", ".join(f"{v:,} {k}".replace(",", " ") for k, v in m.counts.items())
        lines.append(
            f"- {m.municipalities} municipalities{', long documents' * m.long_documents}, program {m.program}: {counts}."
        )
    return lines


def _times_engines(name: str, measured: Sequence[National], without: set[str]) -> str:
    """A row of the table: CPU seconds of the whole line, divided by those of its engines."""
    cells = []
    for m in measured:
        engines = sum(cpu for engine, cpu in m.bare.items() if engine not in without)
        cells.append(f"**{m.first.cpu / engines:.2f}**" if engines else _NOT)
    return f"| {name} | {' | '.join(cells)} |"


def _again(build: Build | None) -> str:
    if build is None:
        return _NOT
    return f"{build.wall:.1f} s, {build.cpu:.1f} CPU, {build.count} jobs"


def _growth(measured: Sequence[National], cost: Callable[[National], float]) -> str:
    big = [m for m in measured if m.municipalities >= _FROM and not m.long_documents]
    return f"{exponent([m.municipalities for m in big], [cost(m) for m in big]):.2f}"
