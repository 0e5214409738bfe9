"""Verify: make a release again in a clean folder and hold every file against the release manifest."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from plankompass.commands.build import config_of_study
from plankompass.commands.make_release import LOCK, RELEASES, delivered_files, study_plan
from plankompass.disclosure.ledger import TABLE, read_ledger
from plankompass.jobs.ledger_file import ledger_path
from plankompass.jobs.pool import WarmPool
from plankompass.jobs.report_jobs import DELIVERY, ReportJob, report_jobs, run_report_job
from plankompass.jobs.study_plan import Participant, StudyPlan
from plankompass.release.manifest import (
    PUBLISHABLE,
    REPORTS,
    Finding,
    Manifest,
    Released,
    compare_files,
    compare_inputs,
    read_manifest,
)
from plankompass.release.record import CODEBOOK, CONFIG, ENVIRONMENT, last_release
from plankompass.study.codebook import load_codebook
from plankompass.study.config import validate_config
from plankompass.study.problems import PlankompassError, StageFailedError
from plankompass.study.strict_yaml import load_yaml
from plankompass.tables import read_table, write_table

#: What of a checkout the program consists of; nothing that was ever made from data.
PROGRAM = ("plankompass", "Snakefile", "pyproject.toml", LOCK, "workflow", "profiles")
_MARKS = {"same": "same     ", "different": "DIFFERENT", "missing": "MISSING  ", "new": "NEW      "}


def verify(
    study: str,
    root: Path,
    *,
    release: Path | None = None,
    bundle: Path | None = None,
    keep: Path | None = None,
) -> int:
    """Make a release again and tell, file by file, whether it is the same.

    Args:
        study: The study's id.
        root: The checkout.
        release: Folder of the release, or its manifest; the study's last one when left out.
        bundle: A public bundle (folder or zip): reports are made again from its publishable tables,
            since the raw files are not at hand, and disclosure is audited.
        keep: Folder to work in, kept afterwards; it must not exist.

    Returns:
        0 when every file is the same, 1 when not.

    Raises:
        PlankompassError: There is no release, or the study cannot be built.
    """
    if keep is not None and keep.exists():
        raise PlankompassError(f"{keep.as_posix()}: exists already; name a folder that does not")
    bundle, keep, release = (p and p.resolve() for p in (bundle, keep, release))
    with _clean_folder(keep) as folder:
        if bundle is not None:
            return _verify_bundle(bundle, folder, root)
        found = release or last_release(root / RELEASES / study, study)
        return _verify_raw(study, root, found, folder)


@contextmanager
def _clean_folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True)
        yield keep
        print(f"What was made stands in {keep.as_posix()}")
        return
    with tempfile.TemporaryDirectory(prefix="plankompass-verify-") as folder:
        yield Path(folder)


def clean_copy(plan: StudyPlan, study: str, root: Path, folder: Path) -> None:
    """Copy the program, configuration and codebook; raw files are linked and never written to.

    Args:
        plan: The study.
        study: Its id.
        root: The checkout.
        folder: An empty folder.
    """
    config = config_of_study(study, root)
    relative = [config.relative_to(root).as_posix(), plan.config.codebook]
    skip = shutil.ignore_patterns("__pycache__", "*.pyc", ".snakemake")
    for name in dict.fromkeys([*PROGRAM, *relative]):
        source, target = root / name, folder / name
        if Path(name).is_absolute() or not (source.exists() or source.is_symlink()):
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, target, symlinks=True, ignore=skip)
        else:
            shutil.copy2(source, target, follow_symlinks=False)
    for name in filter(None, (plan.config.raw, plan.config.salt_file)):
        if not Path(name).is_absolute():
            link = folder / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to((root / name).resolve())


def _copy_ledger(manifest: Manifest, processed: Path, target: Path) -> None:
    """Give the clean folder the deliveries that the release was attacked together with, no later ones."""
    count = manifest.earlier_deliveries
    if not count:
        return
    ledger = read_ledger(ledger_path(processed))
    kept = ledger[ledger["release"] <= count]
    if kept.empty or kept["release"].max() < count:
        raise PlankompassError(
            f"{ledger_path(processed).as_posix()}: the release was attacked together with {count} earlier "
            "deliveries, and their ledger is not here; without it other numbers would be hidden"
        )
    write_table(TABLE, kept, ledger_path(target))


def _build_again(study: str, folder: Path) -> None:
    kept = {k: v for k, v in os.environ.items() if k not in ("SNAKEMAKE_PROFILE", "PYTHONHOME")}
    environment = kept | {
        "PYTHONPATH": str(folder / "workflow"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "plankompass", "build", f"reports/{study}/{DELIVERY}"],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        tail = "\n".join((done.stdout + done.stderr).strip().splitlines()[-25:])
        raise PlankompassError(f"{study} could not be built again from its raw files:\n{tail}")


def _verify_raw(study: str, root: Path, release: Path, folder: Path) -> int:
    manifest = read_manifest(release)
    if manifest.study != study:
        raise PlankompassError(
            f"{release.as_posix()}: is a release of {manifest.study}, not {study}"
        )
    released = Released(release if release.is_dir() else release.parent)
    plan = study_plan(study, root)
    inputs = compare_inputs(manifest, root / plan.config.raw, plan.hashes)
    _say_inputs(inputs)
    print(f"Building {study} from its raw files in a clean folder ...", flush=True)
    clean_copy(plan, study, root, folder)
    _copy_ledger(manifest, root / "data/processed" / study, folder / "data/processed" / study)
    _build_again(study, folder)
    made = delivered_files(
        plan, folder / "data/processed" / study / PUBLISHABLE, folder / "reports" / study
    )
    return _tell(manifest, compare_files(manifest, released, made), inputs)


def _say_inputs(findings: Sequence[Finding]) -> None:
    other = [f for f in findings if f.state != "same"]
    print(f"Raw files: {len(findings) - len(other)} same, {len(other)} not as in the release")
    for finding in other:
        print(f"  {_MARKS[finding.state]} {finding.path}")


def _tell(manifest: Manifest, findings: Sequence[Finding], inputs: Sequence[Finding] = ()) -> int:
    for finding in findings:
        where = f"  ({finding.where})" if finding.where else ""
        print(f"{_MARKS[finding.state]} {finding.path}{where}")
    counts = {state: sum(f.state == state for f in findings) for state in _MARKS}
    said = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    print(f"\nRelease {manifest.release} of {manifest.study}: {len(findings)} files: {said}")
    if counts["same"] == len(findings) and all(f.state == "same" for f in inputs):
        print("Every file is the same.")
        return 0
    return 1


@contextmanager
def _unpacked(bundle: Path, folder: Path) -> Iterator[Path]:
    """The bundle's folder; a zip is unpacked first."""
    if bundle.is_dir():
        yield bundle
        return
    target = folder / "bundle"
    try:
        with zipfile.ZipFile(bundle) as archive:
            for name in archive.namelist():
                if name.startswith("/") or ".." in Path(name).parts:
                    raise PlankompassError(f"{bundle.name}: a member lies outside the bundle")
            archive.extractall(target)
    except (OSError, zipfile.BadZipFile):
        raise PlankompassError(f"{bundle.name}: is neither a folder nor a zip file") from None
    inner = [p for p in target.iterdir() if p.is_dir()] if target.is_dir() else []
    yield inner[0] if len(inner) == 1 and not (target / "manifest.json").exists() else target


def _verify_bundle(bundle: Path, folder: Path, root: Path) -> int:
    from plankompass.commands.audit import audit_published

    with _unpacked(bundle, folder) as release:
        manifest = read_manifest(release)
        print(f"Raw files: not in the bundle, {len(manifest.inputs)} are named by their hashes")
        whole = {path: release / path for path in manifest.files if (release / path).is_file()}
        as_kept = [f for f in compare_files(manifest, Released(release), whole) if f.path in whole]
        broken = [f for f in as_kept if f.state != "same"]
        print(f"The bundle's own files: {len(as_kept) - len(broken)} whole, {len(broken)} changed")
        for finding in broken:
            print(f"  {_MARKS[finding.state]} {finding.path}")
        tables = release / PUBLISHABLE
        print("Making the reports again from publishable/ ...", flush=True)
        reports = folder / REPORTS
        render_again(release, manifest, reports)
        made = {
            path: (reports / path.removeprefix(f"{REPORTS}/")) if path.startswith(REPORTS) else release / path
            for path in manifest.files
        }  # fmt: skip
        code = _tell(manifest, compare_files(manifest, Released(release), made))
        print("\nAuditing what is published:")
        audit = audit_published(tables, release / CODEBOOK)
        return 1 if broken or code or audit else 0


def render_again(release: Path, manifest: Manifest, reports: Path) -> None:
    """Make every reader's file again from a release's publishable tables.

    Args:
        release: Folder of the release, with ``publishable/``, ``config.yaml`` and ``codebook/``.
        manifest: Its manifest.
        reports: Folder to write in.

    Raises:
        StageFailedError: Reports could not be made; all problems are listed.
    """
    document = load_yaml(release / CONFIG, name=CONFIG)
    document["codebook"] = str(release / CODEBOOK)
    config = validate_config(document, file=CONFIG)
    load_codebook(release / CODEBOOK)
    table = read_table("municipalities", release / PUBLISHABLE / "municipalities.parquet")
    rows = table[["code", "kommune_id", "language"]].itertuples(index=False, name=None)
    participants = [Participant(k, code, language) for code, k, language in sorted(rows)]
    hashes = {name: entry.sha256 for name, entry in manifest.inputs.items()}
    documents, last = report_jobs(config, participants, hashes)
    publishable = release / PUBLISHABLE
    workers = os.cpu_count() or 1
    pool = WarmPool(workers)

    def document_again(jobs: Sequence[ReportJob]) -> list[str]:
        calls = (pool.call(run_report_job, job, publishable, reports) for job in jobs)
        return [problem for problem in calls if problem]

    try:
        with ThreadPoolExecutor(workers) as threads:
            problems = [p for found in threads.map(document_again, documents) for p in found]
        if not problems:
            problems = document_again(last)
    finally:
        pool.close()
    if problems:
        hint = f"{ENVIRONMENT} names the commit that made this release: use the program of the bundle or of that commit"
        raise StageFailedError("reports", [*problems, hint])
