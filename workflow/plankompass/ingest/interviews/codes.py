"""Matching a project's codes to the codebook: by GUID, then by path, then by label; never by likeness.

One possible codebook entry is used and noted (Q2); none or two stop the run with the list, unless the
study's mapping table says what is meant.
"""

from __future__ import annotations

import csv
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from plankompass.ingest.interviews.model import QdaCode, QdaProject
from plankompass.study.codebook import Codebook
from plankompass.study.problems import ProblemLog

_LEAVE_OUT = ""
_SEPARATOR = re.compile(r"\s*(?:/|\\|::|>)\s*")


def code_guid(code_id: str) -> str:
    """The GUID a codebook code has in every project made from the study's codebook.

    Args:
        code_id: Code id, for instance ``barrierer/arshjul``.

    Returns:
        The GUID in small letters (the codebook's ``guid_rule``).
    """
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:plansamspill:kode:{code_id}"))


def normal_label(text: str) -> str:
    """A label for comparing: NFC, small letters, single spaces, no spaces at the ends.

    Args:
        text: The label.

    Returns:
        The normalised label; letters themselves are kept, ``å`` is not ``a``.
    """
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def split_path(names: Iterable[str]) -> tuple[str, ...]:
    """Normalised steps of a code's path; programs without folders write them into the name.

    Args:
        names: Names from the outermost parent to the code.

    Returns:
        One step a level, for ``("Barrierer / Årshjul",)`` the steps ``("barrierer", "årshjul")``.
    """
    steps = [normal_label(step) for name in names for step in _SEPARATOR.split(name)]
    return tuple(step for step in steps if step)


@dataclass(frozen=True)
class CodeMatch:
    """What a project's code means.

    Attributes:
        code: Codebook id; None when nothing, or more than one entry, fits.
        how: ``guid``, ``path``, ``label``, ``mapping``, or why there is no match.
        candidates: Codebook ids that fit.
        exact: Whether nothing had to be changed to find it.
    """

    code: str | None
    how: str
    candidates: tuple[str, ...]
    exact: bool


class CodeMatcher:
    """Finds codebook entries for project codes.

    Args:
        book: The codebook.
        mapping: Label or path as in the project (normalised) to codebook id, or empty to leave out.
    """

    def __init__(self, book: Codebook, mapping: Mapping[str, str] | None = None) -> None:
        self._mapping = dict(mapping or {})
        self._by_guid = {code_guid(code_id): code_id for code_id in book.codes}
        self._by_path: dict[tuple[str, ...], set[str]] = {}
        self._by_label: dict[str, set[str]] = {}
        for code in book.codes.values():
            ids = code.id.split("/")
            parent = book.codes.get(code.parent, None)
            for language in ("nb", "nn"):
                own = normal_label(code.text(language))
                above = () if parent is None else (normal_label(parent.text(language)),)
                self._by_path.setdefault((*above, own), set()).add(code.id)
                self._by_label.setdefault(own, set()).add(code.id)
            self._by_path.setdefault(tuple(ids), set()).add(code.id)
            self._by_label.setdefault(ids[-1], set()).add(code.id)
        self._category_steps = {
            step: code_id
            for step, ids in self._by_label.items()
            for code_id in sorted(ids)
            if "/" not in code_id
        }

    def match(self, code: QdaCode) -> CodeMatch:
        """Find the codebook entry of one code.

        Args:
            code: The project's code.

        Returns:
            The match, or why there is none.
        """
        found = self._by_guid.get(code.guid.strip().strip("{}").casefold())
        if found is not None:
            return CodeMatch(found, "guid", (found,), True)
        steps = split_path(code.path)
        shown = "/".join(steps)
        for key in (shown, normal_label(code.name)):
            if key and key in self._mapping:
                mapped = self._mapping[key]
                return CodeMatch(mapped or None, "mapping", (mapped,) if mapped else (), False)
        for start in range(len(steps)):
            # folders above the categories (a project's own root folder) carry no meaning
            if start and steps[start - 1] in self._category_steps:
                break
            if candidates := self._by_path.get(steps[start:]):
                given = "/".join(code.path).casefold()
                return self._decide(candidates, "path", start == 0 and given == shown)
        candidates = self._by_label.get(steps[-1], set()) if steps else set()
        candidates = {c for c in candidates if self._fits_above(c, steps[:-1])}
        return self._decide(candidates, "label", False)

    def _fits_above(self, code_id: str, above: tuple[str, ...]) -> bool:
        """Whether folders above a code say nothing against a codebook entry."""
        named = {self._category_steps[s] for s in above if s in self._category_steps}
        return not named or code_id.split("/")[0] in named

    @staticmethod
    def _decide(candidates: set[str], how: str, exact: bool) -> CodeMatch:
        if len(candidates) == 1:
            return CodeMatch(next(iter(candidates)), how, tuple(candidates), exact)
        why = "several" if candidates else "none"
        return CodeMatch(None, why, tuple(sorted(candidates)), False)


def read_code_mapping(path: Path, file: str, book: Codebook, log: ProblemLog) -> dict[str, str]:
    """Read the study's table of codes that match nothing by themselves.

    Args:
        path: CSV with columns ``label`` (name or path as in the project) and ``code`` (codebook id;
            empty leaves the code out).
        file: The file's name in problems.
        book: The codebook.
        log: Where problems go: a missing file or column, an unknown code, a label twice.

    Returns:
        Normalised label or path to codebook id or the empty string.
    """
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except FileNotFoundError:
        log.add("Q2", "fail", file, "the mapping table of codes does not exist")
        return {}
    except (UnicodeDecodeError, csv.Error):
        log.add("Q2", "fail", file, "not UTF-8 CSV", hint="Save the table as UTF-8 CSV")
        return {}
    mapping: dict[str, str] = {}
    for line, row in enumerate(rows, start=2):
        if row.get("label") is None or row.get("code") is None:
            log.add(
                "Q2", "fail", file, "a column is missing",
                row_key=f"line {line}", hint="The columns are label and code",
            )  # fmt: skip
            return {}
        key, code = "/".join(split_path([row["label"]])), row["code"].strip()
        if code and code not in book.codes:
            log.add(
                "Q2", "fail", file, "not a code of the codebook",
                row_key=f"line {line}", column="code", hint="Write an id of codes.yaml",
            )  # fmt: skip
        elif mapping.get(key, code) != code:
            log.add(
                "Q2", "fail", file, "the label stands twice with different codes",
                row_key=f"line {line}", column="label",
            )  # fmt: skip
        mapping[key] = code
    return mapping


def match_codes(
    project: QdaProject, file: str, matcher: CodeMatcher, log: ProblemLog
) -> dict[str, str | None]:
    """Match all codes of a project and note what was repaired or cannot be decided (Q2).

    Args:
        project: The project.
        file: Its file, for problems.
        matcher: The codebook's matcher.
        log: Where problems go.

    Returns:
        Project code key to codebook id; None for codes to leave out.
    """
    uses: dict[str, int] = {}
    for selection in project.selections:
        for coding in selection.codings:
            uses[coding.code] = uses.get(coding.code, 0) + 1
    out: dict[str, str | None] = {}
    for key, code in project.codes.items():
        match = matcher.match(code)
        shown = "/".join(split_path(code.path)) or "code without a name"
        used = uses.get(key, 0)
        out[key] = match.code
        if match.exact or match.how == "mapping":
            continue
        if key in project.case_codes and not match.candidates:
            continue  # it says who spoke
        if match.code is not None:
            log.add(
                "Q2", "repair", file, f"matched to the codebook by {match.how}: {match.code}",
                row_key=f"{used} coding(s)", column=shown, count=max(used, 1),
            )  # fmt: skip
        elif not code.codable and not used:
            continue  # a folder that no passage carries
        else:
            _note_unmatched(log, file, shown, match, used, defined=code.defined)
    return out


def _note_unmatched(
    log: ProblemLog, file: str, shown: str, match: CodeMatch, used: int, *, defined: bool
) -> None:
    if not defined:
        rule = "codings refer to a code that the project does not list"
    elif match.candidates:
        rule = f"the code fits several codebook entries: {', '.join(match.candidates)}"
    else:
        rule = "the code fits no codebook entry"
    log.add(
        "Q2", "fail", file, rule,
        row_key=f"{used} coding(s)", column=shown, count=max(used, 1),
        hint="Rename it in the project, or say what it means in the mapping table "
        "(interviews.code_mapping: label, code; empty code leaves it out)",
    )  # fmt: skip
