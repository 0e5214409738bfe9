"""Build: the workflow with the default profile, one build at a time, and its problems in plain words."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from plankompass.study.problems import PlankompassError

EXAMPLE_CONFIG = "config.yaml"
LOCK = Path(".plankompass/build.lock")


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
    if len(studies) > 1:
        raise PlankompassError(f"one study at a time, please: {', '.join(sorted(studies))}")
    return config_of_study(studies.pop(), root), paths


@contextlib.contextmanager
def _only_build(root: Path) -> Iterator[None]:
    """Hold the build lock; the system gives it back also when this process is killed."""
    path = root / LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise PlankompassError(
                "another build is running in this folder; wait for it, or stop it first"
            ) from None
        yield


def run_workflow(arguments: Sequence[str], config: Path, root: Path) -> tuple[bool, int]:
    """Run the workflow engine in this process.

    Args:
        arguments: Its arguments.
        config: The study's configuration.
        root: The checkout.

    Returns:
        Whether all went well, and the number of jobs that were run.

    Raises:
        PlankompassError: Another build is running.
    """
    from plankompass.jobs import runner

    with _only_build(root):
        os.chdir(root)
        runner.failures.clear()
        runner.outcomes.clear()
        runner.finished = 0
        from snakemake.cli import main as snakemake_main

        # This process holds the build lock, so a lock that a killed run left behind is stale.
        given = ["--nolock"]
        if config != root / EXAMPLE_CONFIG:
            given += ["--configfile", str(config.relative_to(root))]
        try:
            # targets first: the engine takes every word after --configfile for one more file
            snakemake_main([*arguments, *given])
        except SystemExit as end:
            return end.code in (0, None), runner.finished
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
    from plankompass.jobs import runner
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
