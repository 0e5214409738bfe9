"""What the pipeline sees in any one file, without a study: surveys, interview projects, plan documents.

The file is read in a process of its own with limits on time and memory: a file from outside may crash
or hang a library, never the user's command. Nothing is written.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from plankompass.ingest.interviews.model import NATIVE_FORMATS
from plankompass.study.config_models import LimitConfig

_PACKAGE_ROOT = Path(__file__).resolve().parents[1]
_MEMORY_BYTES = 6_000_000_000
# the readers keep the time limit themselves where they can give part of a file; then they need a moment
_GRACE_SECONDS = 5

Inspection = dict[str, Any]


def _refused(path: Path, reason: str, kind: str = "unsupported") -> Inspection:
    line = f"{path.name}: {reason}"
    form = path.suffix.casefold().lstrip(".") or "unknown"
    return {"kind": kind, "format": form, "problems": [line], "refused": line}


def inspect_file(path: Path | str, limits: LimitConfig | None = None) -> Inspection:
    """Say what the pipeline sees in one file.

    Args:
        path: The file, or the folder of a QualCoder project.
        limits: Limits on time and size; the defaults when left out.

    Returns:
        ``kind`` (``survey``, ``interviews``, ``codebook``, ``plan`` or ``unsupported``), ``format``,
        ``problems`` and the fields of the kind. A file that is not readable has ``refused``: one line
        with the file and the reason. Never raises for a bad file.
    """
    path, limits = Path(path), limits or LimitConfig()
    if not path.exists():
        return _refused(path, "the file does not exist")
    if way_out := NATIVE_FORMATS.get(path.suffix.casefold()):
        return _refused(path, f"the program's own format is not readable from outside. {way_out}")
    if path.is_file():
        size = path.stat().st_size
        if size == 0:
            return _refused(path, "the file is empty")
        if size > limits.megabytes_per_file * 1_000_000:
            return _refused(path, f"larger than {limits.megabytes_per_file} MB")
    elif not path.is_dir():
        return _refused(path, "not a regular file")
    elif not (path / "data.qda").is_file():
        return _refused(path, "a folder; only the folder of a QualCoder project is read")
    return _inspect_apart(path, limits)


def _inspect_apart(path: Path, limits: LimitConfig) -> Inspection:
    """Inspect in a child process and take its answer, or say why there is none."""
    environment = dict(os.environ)
    paths = [str(_PACKAGE_ROOT), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(p for p in paths if p)
    child = subprocess.Popen(
        [sys.executable, "-m", "plankompass.inspection_worker", str(path.resolve())],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=environment, start_new_session=True,
    )  # fmt: skip
    request = limits.model_dump_json().encode()
    try:
        answer, _ = child.communicate(request, timeout=limits.seconds_per_file + _GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _end(child)
        return _refused(
            path,
            f"reading took longer than {limits.seconds_per_file} s "
            "(limits.seconds_per_file in the configuration)",
        )
    except BaseException:
        _end(child)
        raise
    try:
        return json.loads(answer)
    except ValueError:
        return _refused(path, "the file makes its reader fail; it is damaged or not what it says")


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and what it started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(child.pid, signal.SIGKILL)
        else:
            child.kill()
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        child.communicate(timeout=10)


_TITLES = {
    "survey": "Survey export",
    "interviews": "Interview project",
    "codebook": "Interview codebook",
    "plan": "Plan document",
    "unsupported": "Not a file that is read",
}
_LABELS = {
    "offset_unit": "positions counted in",
    "offset_unit_decided_by": "  decided by",
    "segments": "segments (codings)",
    "segments_checked": "segments checked",
    "segments_bad": "segments outside their text",
    "n_missing_by_code": "missing by code",
    "kind_suggestion": "kind (suggestion)",
}
_HIDDEN = (
    "kind",
    "format",
    "problems",
    "refused",
    "variables",
    "multiple_response_sets",
    "headings",
)
_MOST_ROWS = 60


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {_shown(entry)}" for key, entry in value.items()) or "none"
    return str(value)


def _variable_lines(variables: list[Any]) -> list[str]:
    if not variables:
        return []
    if not isinstance(variables[0], dict):
        return [f"variables: {', '.join(map(str, variables))}"]
    lines = [f"variables ({len(variables)}):"]
    for entry in variables[:_MOST_ROWS]:
        label = f" - {entry['label']}" if entry.get("label") else ""
        codes = entry.get("missing_codes")
        missing = f" [missing: {_shown(codes)}]" if codes else ""
        lines.append(f"  {entry.get('name', '')} ({entry.get('type', '')}){label}{missing}")
    if len(variables) > _MOST_ROWS:
        lines.append(f"  ... and {len(variables) - _MOST_ROWS} more; --json lists all")
    return lines


def _heading_lines(headings: list[Any]) -> list[str]:
    if not headings:
        return []
    lines = [f"headings ({len(headings)}):"]
    for heading in headings[:_MOST_ROWS]:
        if isinstance(heading, dict):
            indent = "  " * int(heading.get("level") or 1)
            lines.append(f"{indent}p. {heading.get('page')}  {heading.get('text')}")
        else:
            lines.append(f"  {heading}")
    if len(headings) > _MOST_ROWS:
        lines.append(f"  ... and {len(headings) - _MOST_ROWS} more; --json lists all")
    return lines


def render_inspection(result: Inspection) -> str:
    """Say an inspection in words for a person.

    Args:
        result: What :func:`inspect_file` gave.

    Returns:
        Lines of plain text; a refused file is one line.
    """
    if refused := result.get("refused"):
        return str(refused)
    lines = [f"{_TITLES.get(result['kind'], result['kind'])}, {result['format']}"]
    for key, value in result.items():
        if key not in _HIDDEN:
            lines.append(f"{_LABELS.get(key, key.replace('_', ' '))}: {_shown(value)}")
    lines += _variable_lines(result.get("variables") or [])
    if sets := result.get("multiple_response_sets"):
        lines.append(f"multiple-response sets ({len(sets)}):")
        lines += [
            f"  {s.get('name')} ({s.get('kind')}): {_shown(s.get('variables', []))}" for s in sets
        ]
    lines += _heading_lines(result.get("headings") or [])
    problems = result.get("problems") or []
    lines.append(f"problems ({len(problems)}):" if problems else "no problems")
    lines += [f"  - {problem}" for problem in problems]
    return "\n".join(lines)
