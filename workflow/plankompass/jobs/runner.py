"""One job of the workflow: temporary names, one call in a warm worker, then the outputs' real names."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from plankompass.jobs.earlier import PARTIAL_PREFIX
from plankompass.jobs.pool import WarmPool
from plankompass.jobs.storage import describe_storage_error
from plankompass.jobs.worker import Outcome, call_entry

#: What went wrong in this run, as told to the user, in order of failing.
failures: list[str] = []

#: Jobs that were finished in this run.
finished = 0

#: What became of each call of this run, with its times.
outcomes: list[Outcome] = []

_pool: WarmPool | None = None


class JobFailedError(Exception):
    """A job failed; the text is for the user."""


def start_pool(workers: int) -> None:
    """Choose the number of warm workers; they start with the first job.

    Args:
        workers: Number of processes; 0 runs every job in this process.
    """
    global _pool
    if _pool is not None:
        _pool.close()
    _pool = WarmPool(workers) if workers else None


def partial_name(path: Path) -> Path:
    """The temporary name an output is written to; its ending stays, so that formats are recognised."""
    return path.with_name(PARTIAL_PREFIX + path.name)


def _plain(value: Any) -> Any:
    """Turn the engine's subclasses of str, list and dict into plain values that can be pickled."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    return value


def _paths(named: Iterable[tuple[str, Any]]) -> dict[str, Path | list[Path]]:
    return {
        str(name): Path(str(value)) if isinstance(value, str) else [Path(str(v)) for v in value]
        for name, value in named
    }


def run_job(entry: str, input: Any, output: Any, params: Any, log: Any) -> None:
    """Run one entry function on a rule's named files.

    Outputs are written under temporary names and take their own names only when the function has
    returned and all of them are there; a killed run leaves nothing that looks finished.

    Args:
        entry: ``package.module:function``.
        input: The rule's named inputs.
        output: The rule's named outputs.
        params: The rule's named params.
        log: The rule's log files; the first is used.

    Raises:
        JobFailedError: With what went wrong, for the user.
    """
    inputs = _paths(input.items())
    outputs = {
        name: path for name, path in _paths(output.items()).items() if isinstance(path, Path)
    }
    temporary = {name: partial_name(path) for name, path in outputs.items()}
    values = {str(name): _plain(value) for name, value in params.items()}
    log_path = Path(str(log[0])) if len(log) else None
    try:
        for path in temporary.values():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
        call = (entry, inputs, temporary, values, log_path)
        outcome = call_entry(*call) if _pool is None else _pool.call(call_entry, *call)
        outcomes.append(outcome)
        problem = outcome.problem
    except BrokenProcessPool:
        problem = f"{entry}: the worker process died (out of memory, or a crash in a library)"
    except OSError as error:
        folder = next(iter(temporary.values())).parent
        problem = describe_storage_error(error, folder)
        if problem is None:
            raise
    missing = [name for name, path in temporary.items() if problem is None and not path.exists()]
    if missing:
        problem = f"{entry}: a fault in the program: it did not write {', '.join(missing)}"
    if problem is not None:
        for path in temporary.values():
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        failures.append(problem)
        raise JobFailedError(problem)
    for name, path in temporary.items():
        path.replace(outputs[name])
    global finished
    finished += 1
