"""What the pipeline sees in one interview project or codebook, without a study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from plankompass.ingest.interviews.model import QdaProject
from plankompass.ingest.interviews.positions import Positions, check_positions
from plankompass.ingest.interviews.read import read_interview_project
from plankompass.study.config_models import LimitConfig
from plankompass.study.problems import PlankompassError

_MOST_BAD = 0.05


def inspect_interviews(path: Path | str, limits: LimitConfig | None = None) -> dict[str, Any]:
    """Say what the pipeline sees in one interview project or codebook.

    Args:
        path: The file or folder.
        limits: Limits on size; the defaults when left out.

    Returns:
        ``kind`` (``interviews`` or ``codebook``), ``format``, ``problems``, ``tool`` and the counts:
        ``codes`` (listed in the project), ``coders`` (users listed, or who coded where none are),
        ``sources``, ``segments`` (codings: selection x code x coder), ``selections``, ``cases``;
        ``offset_unit``, how it was decided, ``segments_checked`` and ``segments_bad`` (codings on
        selections with a text, and those outside it). A file that is refused has ``refused`` with the
        reason. No names of persons, sources or coders are given.
    """
    path = Path(path)
    try:
        project = read_interview_project(path, limits or LimitConfig())
    except PlankompassError as error:
        return {
            "kind": "interviews",
            "format": path.suffix.casefold().lstrip(".") or "unknown",
            "problems": [str(error)],
            "refused": str(error),
        }
    positions = check_positions(project)
    return {
        "kind": "codebook" if project.format == "qdc" else "interviews",
        "format": project.format,
        "problems": [f"{path.name}: {text}" for text in _problems(project, positions)],
        "tool": project.tool,
        **_counts(project),
        "offset_unit": positions.unit,
        "offset_unit_decided_by": positions.decided_by,
        "windows_line_end_counts_as_one": positions.crlf_as_one,
        "segments_checked": positions.checked,
        "segments_bad": positions.bad,
        "selections_checked": positions.checked_selections,
        "selections_bad": len(positions.bad_selections),
        "selections_on_word_edges": positions.on_edges,
        **_stored_text(project, positions),
    }


def _counts(project: QdaProject) -> dict[str, Any]:
    used = {c.coder for s in project.selections for c in s.codings}
    listed = [c for c in project.coders.values() if c.defined]
    media = [s.medium for s in project.sources.values()]
    return {
        "codes": sum(code.defined for code in project.codes.values()),
        "codes_used": len({c.code for s in project.selections for c in s.codings}),
        "coders": len(listed) or len(used),
        "coders_with_codings": len(used),
        "sources": len(project.sources),
        "sources_by_medium": {m: media.count(m) for m in sorted(set(media))},
        "sources_with_text": sum(s.text is not None for s in project.sources.values()),
        "segments": project.codings,
        "selections": len(project.selections),
        "cases": project.cases,
        "variables": sorted({v for s in project.sources.values() for v in s.variables}),
    }


def _stored_text(project: QdaProject, positions: Positions) -> dict[str, int]:
    """How many passages equal the text that the program stored beside them."""
    stored = equal = 0
    for index, span in positions.spans.items():
        selection = project.selections[index]
        text = project.sources[selection.source].text
        if selection.quoted is not None and text is not None:
            stored += 1
            equal += text[slice(*span)] == selection.quoted
    if not stored:
        return {}
    return {"selections_with_stored_text": stored, "selections_equal_to_stored_text": equal}


def _problems(project: QdaProject, positions: Positions) -> list[str]:
    problems = list(project.problems)
    unknown = sum(
        not code.defined and key not in project.case_codes for key, code in project.codes.items()
    )
    if unknown:
        problems.append(f"codings refer to {unknown} code(s) that the project does not list")
    strangers = sum(not coder.defined for coder in project.coders.values())
    if strangers:
        problems.append(f"codings refer to {strangers} user(s) that the project does not list")
    if bad := len(positions.bad_selections):
        share = bad / positions.checked_selections
        text = f"{bad} of {positions.checked_selections} selections lie outside their text"
        if share > _MOST_BAD:
            text += ": all of them may be shifted; a study with this project stops"
        problems.append(text)
    counts = _stored_text(project, positions)
    if counts and (
        differ := counts["selections_with_stored_text"] - counts["selections_equal_to_stored_text"]
    ):
        problems.append(f"{differ} selections differ from the text stored beside them")
    return problems
