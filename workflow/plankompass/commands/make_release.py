"""Release: the record that tells others what was released, and lets them check it."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from plankompass import __version__
from plankompass.commands.build import build, config_of_study
from plankompass.disclosure.ledger import read_ledger
from plankompass.jobs.fingerprint import value_fingerprint
from plankompass.jobs.ledger_file import ledger_path
from plankompass.jobs.report_jobs import DELIVERY, INDEX, report_jobs
from plankompass.jobs.study_plan import StudyPlan, plan_study
from plankompass.release.delivery import for_readers
from plankompass.release.manifest import MANIFEST, PUBLISHABLE, REPORTS, RawFile
from plankompass.release.record import (
    Made,
    changed_numbers,
    changed_workflow,
    changelog_entry,
    release_numbers,
    write_changelog,
    write_release,
)
from plankompass.study.hashing import hash_file
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

RELEASES = "releases"
LOCK = "requirements.lock"
CHANGES = "changes.csv"
_LINES = 20


def study_plan(study: str, root: Path) -> StudyPlan:
    """The validated study, with the hashes of its raw files.

    Args:
        study: The study's id.
        root: The checkout; made the working folder.

    Returns:
        The plan.

    Raises:
        PlankompassError: There is no such study, or it is not ready.
    """
    config = config_of_study(study, root)
    os.chdir(root)
    return plan_study(load_yaml(config, name=config.name), configfiles=[str(config)])


def delivered_files(plan: StudyPlan, publishable: Path, reports: Path) -> dict[str, Path]:
    """Every file of a release, by its path in the release.

    Args:
        plan: The study.
        publishable: Folder of the publishable tables.
        reports: The study's folder of reports.

    Returns:
        Path in the release to file.
    """
    files = {f"{PUBLISHABLE}/{p.name}": p for p in sorted(publishable.glob("*")) if p.is_file()}
    documents, last = report_jobs(plan.config, plan.participants, plan.hashes)
    for job in [*(job for jobs in documents for job in jobs), *last]:
        files |= {f"{REPORTS}/{file}": reports / file for file in job.outputs.values()}
    if (reports / INDEX).is_file():
        # readers get the index without its links to pages that stay with the researchers
        index = reports.parents[1] / ".plankompass" / f"index-{plan.config.study}.html"
        index.parent.mkdir(exist_ok=True)
        index.write_bytes(for_readers(INDEX, reports / INDEX))
        files[f"{REPORTS}/{INDEX}"] = index
    return files


def commit_of(root: Path) -> str:
    """The program's commit, marked when files differ from it; ``unknown`` outside a repository."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=root, capture_output=True, text=True, check=False
        )
        return done.stdout.strip() if done.returncode == 0 else ""

    if not (root / ".git").exists() or shutil.which("git") is None:
        return "unknown"
    commit = git("rev-parse", "HEAD")
    changed = git("status", "--porcelain", "--", ".", f":!{RELEASES}")
    return f"{commit} with changes that are not committed" if changed else commit or "unknown"


def environment(root: Path) -> dict[str, Any]:
    """What the program ran on: commit, Python, platform and libraries.

    Args:
        root: The checkout.

    Returns:
        Plain values; no name of the machine or its user.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [re.split(r"[<>=! ]", line)[0] for line in project["dependencies"]]
    libraries = {}
    for name in wanted:
        try:
            libraries[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return {
        "commit": commit_of(root),
        "lock_sha256": hash_file(root / LOCK),
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "libraries": libraries,
    }


def public_config(plan: StudyPlan) -> dict[str, Any]:
    """The merged configuration without what only concerns the machine it ran on.

    Args:
        plan: The study.

    Returns:
        Plain values; folders outside the checkout and the salt's place are not told.
    """
    config = plan.config.model_dump(mode="json", exclude_none=True)
    if config.get("salt_file"):
        config["salt_file"] = "not in the release"
    for key in ("raw", "codebook"):
        if Path(config[key]).is_absolute():
            config[key] = Path(config[key]).name
    return config


def raw_files(hashes: Mapping[str, str], raw: Path) -> dict[str, RawFile]:
    """The raw files as a release names them: by hash and size."""
    return {
        name: RawFile(sha256=digest, bytes=(raw / name).stat().st_size)
        for name, digest in hashes.items()
    }


def deliveries_noted(processed: Path) -> int:
    """How many deliveries a study's ledger holds.

    Args:
        processed: The study's folder of processed data.
    """
    ledger = read_ledger(ledger_path(processed))
    return int(ledger["release"].max()) if len(ledger) else 0


def release(study: str, root: Path, *, replace: bool = False, crate: Path | None = None) -> int:
    """Build a study and write the record of its release.

    Args:
        study: The study's id.
        root: The checkout.
        replace: Write the last release anew instead of making the next one.
        crate: Also write the replication crate here: a folder, or a ``.zip``.

    Returns:
        Exit code: 0 when all went well.

    Raises:
        PlankompassError: There is no such study, or files are missing.
    """
    from plankompass.commands.deliver import change_lines

    crate = crate and crate.absolute()
    plan = study_plan(study, root)
    processed, reports = Path("data/processed") / study, Path("reports") / study
    earlier_deliveries = deliveries_noted(processed)
    if plan.config.example and earlier_deliveries:
        raise PlankompassError(
            f"{ledger_path(processed).as_posix()}: holds {earlier_deliveries} deliveries; the example's "
            "release must be one that anyone can make from its raw files alone: move the folder away first"
        )
    if code := build([(reports / DELIVERY).as_posix()], root):
        return code
    folder = Path(RELEASES) / study
    numbers = release_numbers(folder)
    number = numbers[-1] if replace and numbers else (numbers[-1] if numbers else 0) + 1
    earlier = [n for n in numbers if n < number]
    made = Made(
        config=public_config(plan),
        version=__version__,
        input_hash=value_fingerprint(dict(plan.hashes)),
        inputs=raw_files(plan.hashes, Path(plan.config.raw)),
        files=delivered_files(plan, processed / PUBLISHABLE, reports),
        codebook=Path(plan.config.codebook),
        environment=environment(root),
        earlier_deliveries=earlier_deliveries,
    )
    manifest = write_release(made, folder, number)
    here = folder / str(number)
    before = folder / str(earlier[-1]) if earlier else here
    changes = changed_numbers(before, here)
    if earlier:
        changes.to_csv(here / CHANGES, sep=";", index=False, lineterminator="\n", encoding="utf-8")
    results = change_lines(changes, _LINES) if earlier else []
    workflow = changed_workflow(before, here) if earlier else []
    write_changelog(folder, study, number, changelog_entry(manifest, results, workflow, changes))
    print(
        f"\nRelease {number} of {study}: {len(manifest.files)} files; {here.as_posix()}/{MANIFEST}"
    )
    print("Commit that folder; anyone can then check with: ./plankompass verify " + study)
    if crate is not None:
        from plankompass.commands.make_crate import make_crate

        return make_crate(study, root, here, crate)
    return 0
