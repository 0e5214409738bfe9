"""Check: configuration, codebook and raw files, without building; every problem at once."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import yaml

from plankompass.commands.build import config_of_study
from plankompass.jobs.fingerprint import code_fingerprint
from plankompass.jobs.study_plan import StudyPlan, plan_study
from plankompass.jobs.worker import describe_crash
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

MANIFEST = "manifest.yaml"


def manifest_problems(plan: StudyPlan) -> list[str]:
    """Compare the raw files with the study's manifest.

    Args:
        plan: The study.

    Returns:
        One line a file that changed, is not listed, or is listed and gone. A study without a
        manifest gives one line that says how to make it.
    """
    raw = Path(plan.config.raw)
    if not (raw / MANIFEST).is_file():
        return [f"{raw}/{MANIFEST}: not made yet; run the check with --update-manifest"]
    listed = load_yaml(raw / MANIFEST, name=f"{raw}/{MANIFEST}").get("files", {})
    lines = []
    for file, digest in plan.hashes.items():
        if file not in listed:
            lines.append(f"{raw}/{file}: not in {MANIFEST}; add it with --update-manifest")
        elif listed[file].get("sha256") != digest:
            lines.append(
                f"{raw}/{file}: the bytes differ from {MANIFEST}; raw files are not changed: restore "
                "the file, or run with --update-manifest when a new delivery replaced it"
            )
    return lines


def write_manifest(plan: StudyPlan) -> None:
    """Write today's hashes to the manifest; what it says of origin, date and licence is kept.

    Args:
        plan: The study.
    """
    path = Path(plan.config.raw) / MANIFEST
    known: dict[str, Any] = load_yaml(path) if path.is_file() else {}
    before = known.get("files", {})
    unsaid = {"origin": "to be filled in", "date": "to be filled in", "licence": "to be filled in"}
    known["files"] = {
        file: {**unsaid, **before.get(file, {}), "sha256": digest}
        for file, digest in sorted(plan.hashes.items())
    }
    text = yaml.safe_dump(known, allow_unicode=True, sort_keys=False, width=100)
    path.write_text(text, encoding="utf-8")


class _Trial:
    """Runs ingest in a folder that is thrown away, and notes what it says."""

    def __init__(self, plan: StudyPlan, folder: Path) -> None:
        self.plan = plan
        self.folder = folder
        self.failures: list[str] = []

    def run(
        self, entry: str, inputs: dict[str, Any], outputs: list[str], place: str = "", **params
    ) -> bool:
        """Run one entry function; outputs lie in the folder under their names."""
        targets = {
            name: self.folder / place / f"{name}.{'csv' if name == 'avvik' else 'parquet'}"
            for name in outputs
        }
        for path in targets.values():
            path.parent.mkdir(parents=True, exist_ok=True)
        module, function = f"plankompass.ingest.{entry}".split(":")
        config = self.plan.config
        shared = {
            "raw": config.raw,
            "study": config.study,
            "waves": self.plan.part("waves"),
            "report_wave": config.report.wave,
            "registers": self.plan.part("registers"),
            "limits": self.plan.part("limits"),
            "codebook": config.codebook,
        }
        try:
            getattr(import_module(module), function)(inputs, targets, shared | params)
        except PlankompassError as error:
            self.failures.append(str(error))
            return False
        except Exception as error:
            self.failures.append(f"{entry}: {describe_crash(error)}")
            return False
        return True

    def tidy(self, name: str, place: str = "") -> Path:
        """A table made before."""
        return self.folder / place / f"{name}.parquet"


def _ingest_everything(trial: _Trial) -> None:
    plan = trial.plan
    registers = ["municipalities", "councils", "frames", "gatherings", "attendance", "plan_dates"]
    if not trial.run("registers:ingest_registers", {}, [*registers, "avvik"], "registers"):
        trial.failures.append("surveys, interviews and plans wait until the registers can be read")
        return
    known = {name: trial.tidy(name, "registers") for name in registers}
    trial.run(
        "surveys.answers:ingest_surveys", known, ["respondents", "answers", "avvik"], "surveys",
        surveys=plan.part("surveys"), salt_file=plan.config.salt_file,
    )  # fmt: skip
    trial.run(
        "interviews.projects:ingest_interviews", known, ["interviews", "segments", "consensus", "avvik"], "interviews",
        interviews=plan.part("interviews"),
    )  # fmt: skip
    documents = []
    processed = Path("data/processed") / plan.config.study
    texts = {  # what a build has read before
        "read_texts": str(processed / "read_texts") if processed.is_dir() else None,
        "reader": code_fingerprint("plankompass.ingest.plans.reader"),
    }
    for person in plan.participants:
        good = trial.run(
            "plans.documents:read_plan_documents", known, ["documents", "blocks", "avvik"], f"plans/{person.code}",
            plans=plan.part("plans"), kommune_id=person.kommune_id, **texts,
        )  # fmt: skip
        documents += [trial.tidy("documents", f"plans/{person.code}")] if good else []
    if len(documents) == len(plan.participants):
        trial.run(
            "plans.goal_register:ingest_goal_register", {**known, "documents": documents},
            ["goals", "goal_links", "measures", "goal_agreement", "avvik"], "goals", plans=plan.part("plans"),
        )  # fmt: skip


def _noted(folder: Path) -> Iterator[tuple[str, str, int]]:
    from plankompass.tables import read_table

    for path in sorted(folder.rglob("avvik.csv")):
        with contextlib.suppress(PlankompassError):
            for row in read_table("avvik", path).itertuples():
                yield row.severity, f"{row.file}: {row.rule} [{row.case}]", int(row.count)


def check_study(study: str, root: Path, *, update_manifest: bool = False) -> int:
    """Check a study and print what was found.

    Args:
        study: The study's id.
        root: The checkout.
        update_manifest: Write today's hashes to the manifest first.

    Returns:
        0 when the study can be built, 1 when something must be mended.

    Raises:
        PlankompassError: Configuration, codebook, registers or raw files are not usable at all;
            everything found is listed.
    """
    config = config_of_study(study, root)
    os.chdir(root)
    plan = plan_study(load_yaml(config, name=config.name), configfiles=[str(config)])
    if update_manifest:
        write_manifest(plan)
        print(f"{plan.config.raw}/{MANIFEST} written for {len(plan.hashes)} files")
    with tempfile.TemporaryDirectory() as name:
        trial = _Trial(plan, Path(name))
        _ingest_everything(trial)
        noted = list(_noted(Path(name)))
    print(
        f"{study}: configuration and codebook are valid; {len(plan.participants)} municipalities, "
        f"{len(plan.hashes)} raw files"
    )
    for severity, title in (("repair", "Repaired on the way"), ("reject", "Left out")):
        lines = Counter()
        for found, text, count in noted:
            if found == severity:
                lines[text] += count
        if lines:
            print(f"\n{title} (the build goes on; the raw files are not touched):")
            for text, count in sorted(lines.items()):
                print(f"  {count:>5}  {text}")
    problems = [*manifest_problems(plan), *trial.failures]
    if problems:
        print("\nMust be mended:")
        for text in problems:
            print(f"\n{text}")
        return 1
    print(f"\nNothing stands in the way. Build with: ./plankompass build {study}")
    return 0
