"""Build: the workflow with the default profile, one build at a time, and its problems in plain words."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from plankompass.jobs import runner
from plankompass.jobs.build_lock import LOCK, only_build
from plankompass.jobs.earlier import (
    drop_put_back,
    keep_earlier,
    put_back,
    put_back_pending,
    result_folders,
    sweep_partial,
)
from plankompass.jobs.engine import OBJECTS_BETWEEN_COLLECTIONS
from plankompass.jobs.progress import show_progress
from plankompass.jobs.storage import describe_storage_error, storage_problems, sweep_caches
from plankompass.study.problems import PlankompassError

EXAMPLE_CONFIG = "config.yaml"
#: Where the workflow engine keeps its records.
ENGINE_FOLDER = Path(".snakemake")


def config_of_study(study: str, root: Path) -> Path:
    """The configuration file of a study.

    Args:
        study: The study's id.
        root: The checkout.

    Returns:
        ``config/<study>.yaml`` when it is there, else ``config.yaml`` when that is the study's.

    Raises:
        PlankompassError: There is no such study.
    """
    from plankompass.study.strict_yaml import load_yaml

    own = root / "config" / f"{study}.yaml"
    if own.is_file():
        return own
    shipped = root / EXAMPLE_CONFIG
    if load_yaml(shipped, name=EXAMPLE_CONFIG).get("study") == study:
        return shipped
    known = sorted(p.stem for p in (root / "config").glob("*.yaml"))
    raise PlankompassError(
        f"{study}: no such study; known: {', '.join(['eksempel', *known])}. "
        f"Lay one out with: ./plankompass new {study}"
    )


def _is_report(path: str) -> bool:
    return Path(path).suffix in (".html", ".pdf") and Path(path).name.startswith("rapport")


def split_targets(targets: Sequence[str], root: Path) -> tuple[Path, list[str]]:
    """Find the study that targets belong to, and name them as the workflow does.

    Args:
        targets: ``STUDY``, ``STUDY/CODE``, ``STUDY/CODE/rapport.pdf`` or a path of an output.
        root: The checkout.

    Returns:
        The configuration file, and the workflow's targets; none means everything.

    Raises:
        PlankompassError: The study is unknown, or targets of several studies were given.
    """
    if not targets:
        return root / EXAMPLE_CONFIG, []
    studies: set[str] = set()
    paths: list[str] = []
    for target in targets:
        parts = Path(target).parts
        if not parts:
            raise PlankompassError("an empty target; name a study, for instance eksempel")
        if parts[0] == "reports" or parts[:2] == ("data", "processed"):
            skip = 1 if parts[0] == "reports" else 2
            if len(parts) <= skip:
                raise PlankompassError(f"{target}: name a study, for instance eksempel")
            studies.add(parts[skip])
            paths.append(target)
            continue
        studies.add(parts[0])
        if len(parts) == 2 and not Path(parts[1]).suffix:
            paths += [f"reports/{parts[0]}/{parts[1]}/rapport.{kind}" for kind in ("html", "pdf")]
        elif len(parts) > 1:
            paths.append("/".join(("reports", *parts)))
    if any(Path(path).parts[0] == "reports" or "publishable" in Path(path).parts for path in paths):
        # the engine takes a report for up to date when a table behind it is gone: it must look
        models = {f"{Path(p).parent}/{Path(p).stem}.json" for p in paths if _is_report(p)}
        paths += [*sorted(models - set(paths)), "tables"]
    if len(studies) > 1:
        raise PlankompassError(f"one study at a time, please: {', '.join(sorted(studies))}")
    return config_of_study(studies.pop(), root), paths


def run_workflow(arguments: Sequence[str], config: Path, root: Path) -> tuple[bool, int]:
    """Run the workflow engine in this process, alone in the folder and with earlier results in safety.

    Args:
        arguments: Its arguments.
        config: The study's configuration.
        root: The checkout.

    Returns:
        Whether all went well, and the number of jobs that were run.

    Raises:
        PlankompassError: Another build is running, or a folder cannot be written.
    """
    from plankompass.study.strict_yaml import load_yaml

    os.chdir(root)
    if config != root / EXAMPLE_CONFIG:
        # targets first: the engine takes every word after --configfile for one more file
        arguments = [*arguments, "--configfile", str(config.relative_to(root))]
    if "--dry-run" in arguments:
        return _run_engine(arguments)
    study = str(load_yaml(config, name=config.name).get("study"))
    results = result_folders(study)
    written = [Path("data/processed") / study, Path("reports") / study, LOCK.parent, ENGINE_FOLDER]
    if problems := storage_problems(written):
        raise PlankompassError("\n".join(problems))
    store = LOCK.parent / "earlier" / study
    with only_build(root) as killed:
        if killed:
            print("The build before this one was killed; going on from what it had done.")
        sweep_partial(root, [Path("data/processed") / study, Path("reports") / study])
        sweep_caches(LOCK.parent)
        try:
            put_back_pending(root, store)
            keep_earlier(root, results, store)
            drop_put_back(root, results)
        except OSError as error:
            shutil.rmtree(store, ignore_errors=True)
            told = describe_storage_error(error, store) or f"{store}: {error.strerror}"
            raise PlankompassError(told) from None
        # This process holds the build lock, so a lock that a killed run left behind is stale.
        good = False
        try:
            good, jobs = _run_engine([*arguments, "--nolock"])
        finally:
            runner.start_pool(0)
            # after a good build of one report too: others that were put back before are still to come
            put_back(root, store)
            if not good:
                runner.failures.extend(storage_problems(written))
        return good, jobs


def _run_engine(arguments: Sequence[str]) -> tuple[bool, int]:
    runner.failures.clear()
    runner.outcomes.clear()
    runner.finished = 0
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    logging.raiseExceptions = False  # a log that a full disk cuts short is no news of its own
    from snakemake.cli import main as snakemake_main
    from snakemake.logging import logger

    end_progress = show_progress(logger)
    try:
        snakemake_main([*arguments])
    except SystemExit as end:
        return end.code in (0, None), runner.finished
    finally:
        end_progress()
    return True, runner.finished


def build(
    targets: Sequence[str], root: Path, *, dry_run: bool = False, cores: int | None = None
) -> int:
    """Build targets and tell what came of it.

    Args:
        targets: See :func:`split_targets`.
        root: The checkout.
        dry_run: Only show what would be done.
        cores: Cores to use; all when left out.

    Returns:
        Exit code: 0 when all is built.
    """
    from plankompass.jobs.study_plan import plan_study
    from plankompass.study.strict_yaml import load_yaml

    config, paths = split_targets(targets, root)
    os.chdir(root)
    # Said here, before the engine starts, so that the user sees the problems and nothing else.
    plan = plan_study(load_yaml(config, name=config.name), configfiles=[str(config)])
    arguments = [*paths, *(["--dry-run"] if dry_run else [])]
    if cores is not None:
        arguments += ["--cores", str(cores)]
    good, jobs = run_workflow(arguments, config, root)
    index = f"reports/{plan.config.study}/index.html"
    sys.stderr.flush()
    if runner.failures:
        print("\nThis must be mended before the reports can be built:", file=sys.stderr)
        for text in sorted(set(runner.failures)):
            print(f"\n{text}", file=sys.stderr)
        print("\nEarlier reports are left as they were.", file=sys.stderr)
    elif not good:
        print("\nThe build stopped; the lines above say why.", file=sys.stderr)
    elif dry_run:
        print("\nNothing was built: this was a dry run.")
    elif jobs == 0:
        print(f"\nNothing to do: everything is up to date. Open {index}")
    else:
        print(f"\nDone ({jobs} jobs). Open {index}")
    return 0 if good else 1
