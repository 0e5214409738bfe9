"""The coders' consensus list: what they agreed on about a code in an interview after meeting over it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from plankompass.ingest.interviews.codes import CodeMatcher
from plankompass.ingest.interviews.lists import read_list
from plankompass.ingest.interviews.merge import Interview, name_key
from plankompass.ingest.interviews.model import QdaCode
from plankompass.ingest.interviews.text import folded_guid
from plankompass.study.problems import ProblemLog
from plankompass.tables import empty_table

_CASE = "consensus"
_YES_NO = {
    **dict.fromkeys(("1", "yes", "ja", "true", "x"), True),
    **dict.fromkeys(("0", "no", "nei", "false"), False),
}
_COLUMNS = ("interview", "code", "present")


def _names(interviews: list[Interview]) -> dict[str, set[str]]:
    """Id, GUID and name of each interview to its id; a name may fit several."""
    out: dict[str, set[str]] = {}
    for interview in interviews:
        keys = {interview.id}
        for source in interview.members.values():
            keys |= {folded_guid(source.guid), name_key(source.name)}
        for key in keys - {""}:
            out.setdefault(key, set()).add(interview.id)
    return out


def read_consensus(
    path: Path, file: str, interviews: list[Interview], matcher: CodeMatcher, log: ProblemLog
) -> pd.DataFrame:
    """Read the consensus list.

    Args:
        path: CSV with columns ``interview`` (its name in the project, GUID or id), ``code`` (id, path or
            label) and ``present`` (yes or no; empty while the coders have not met over it).
        file: The file's name in problems.
        interviews: The study's interviews.
        matcher: The codebook's matcher.
        log: Where problems go; an interview or code that cannot be told, a row that contradicts
            another, and any other word than yes or no, stop the run.

    Returns:
        Table ``consensus``.
    """
    known = _names(interviews)
    found: dict[tuple[str, str], bool] = {}
    undecided = 0
    rows = read_list(path, file, _COLUMNS, case=_CASE, what="consensus list", log=log)
    for line, row in rows:
        place = f"line {line}"
        if not row["present"]:
            undecided += 1
            continue
        text = row["interview"]
        hits = known.get(folded_guid(text)) or known.get(name_key(text)) or set()
        match = matcher.match(QdaCode("", "", (row["code"],)))
        present = _YES_NO.get(row["present"].casefold())
        if len(hits) != 1:
            rule = "fits several interviews" if hits else "names no interview of the projects"
            log.add(_CASE, "fail", file, rule, row_key=place, column="interview")
        if match.code is None:
            log.add(_CASE, "fail", file, "not a code of the codebook", row_key=place, column="code")
        if present is None:
            log.add(_CASE, "fail", file, "neither yes nor no", row_key=place, column="present")
        if len(hits) != 1 or match.code is None or present is None:
            continue
        key = (next(iter(hits)), match.code)
        if found.setdefault(key, present) != present:
            log.add(
                _CASE, "fail", file, "an earlier row says the opposite",
                row_key=place, column="present",
            )  # fmt: skip
    if undecided:
        log.add(
            _CASE, "repair", file, "no answer yet: the rows count as undecided",
            column="present", count=undecided,
        )  # fmt: skip
    if not found:
        return empty_table("consensus")
    agreed = [(interview, code, present) for (interview, code), present in sorted(found.items())]
    return pd.DataFrame(agreed, columns=list(_COLUMNS))
