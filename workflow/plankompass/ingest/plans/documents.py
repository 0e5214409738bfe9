"""Plan documents of one municipality: files to the documents and blocks tables."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from functools import lru_cache
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.cores import usable_cores
from plankompass.ingest.plans.choice import (
    STATUS_WORDS,
    Candidate,
    RegisterDate,
    Setting,
    choose_documents,
)
from plankompass.ingest.plans.crew import ReaderCrew
from plankompass.ingest.plans.csv_files import parse_day, read_rows
from plankompass.ingest.plans.identity import find_period, identify
from plankompass.ingest.plans.language import (
    count_words,
    reading_ease,
    running_text,
    tell_language,
)
from plankompass.ingest.plans.models import PlanRefusedError, PlanText
from plankompass.ingest.plans.ocr import ocr_missing, ocr_program, read_by_ocr
from plankompass.ingest.plans.read_cache import ReadCache
from plankompass.ingest.plans.reader import PlanReader, file_sha256
from plankompass.study.codebook import load_codebook
from plankompass.study.config_models import LimitConfig, PlanConfig, WaveConfig
from plankompass.study.problems import ProblemLog
from plankompass.table_columns import write_columns
from plankompass.tables import CONTRACTS, read_table

DOCUMENT_COLUMNS = ("file", "kommune_id", "kind", "title", "period", "adopted_on", "status")
SCAN_WORDS_PER_PAGE = 20
"""Under this many words a page on average, the document is a scan (case D2)."""
_PLAN_ENDINGS = {".pdf", ".docx", ".html", ".htm", ".md", ".markdown", ".txt"}
_BLOCK_COLUMNS = ("page", "order", "kind", "level", "text")
_ONE_BOOK = {"handlingsdel", "okonomiplan", "arsbudsjett"}

_log = logging.getLogger(__name__)


def read_plan_documents(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Read the plan documents of one municipality.

    Args:
        inputs: ``municipalities``, ``plan_dates``, ``councils``.
        outputs: ``documents``, ``blocks``, ``avvik``.
        params: ``raw``, ``plans``, ``kommune_id``, ``waves``, ``report_wave``, ``limits``, ``codebook``;
            ``read_texts`` (folder of what was read before, with ``reader``, the fingerprint of the
            program that reads): without it every document is read.

    Raises:
        StageFailedError: A document is missing or cannot be read, or ``documents.csv`` has errors;
            all of them are listed.
    """
    kommune = params["kommune_id"]
    limits = LimitConfig.model_validate(params.get("limits") or {})
    log = ProblemLog(f"ingest plans {kommune}")
    raw = Path(params["raw"])
    municipality = _rows("municipalities", inputs, kommune)[0]
    candidates: list[Candidate] = []
    if params.get("plans"):
        plans = PlanConfig.model_validate(params["plans"])
        codebook = load_codebook(params["codebook"])
        setting = _setting(inputs, params, municipality, frozenset(codebook.document_kinds))
        lines = _lines(raw, plans.documents, kommune, setting, log)
        files = _files(raw, plans.documents, municipality, lines, log)
        folder = Path(params["read_texts"]) / kommune if params.get("read_texts") else None
        cache = ReadCache(folder, str(params.get("reader", "")), limits)
        places = folder.parent / ".readers" if folder else None
        known = [file_sha256(path) for path, _ in files]
        unread = {
            (document, path.suffix): path
            for (path, _), document in zip(files, known, strict=True)
            if not cache.has(document, path.suffix)
        }
        with ReaderCrew(list(unread.values()), limits, places, usable_cores()) as crew:
            candidates = _read_all(
                raw, list(zip(files, known, strict=True)), limits, log, cache, crew, ocr=plans.ocr
            )
        cache.tidy_up()
        log.raise_failures()
        choose_documents(candidates, setting, log)
    documents, blocks = _tables(kommune, candidates, log)
    _log.info("%d documents, %d used", len(candidates), sum(documents["used"]))
    write_columns("documents", documents, outputs["documents"])
    write_columns("blocks", blocks, outputs["blocks"])
    write_columns("avvik", log.columns(), outputs["avvik"])


def _rows(name: str, inputs: Mapping[str, Path], kommune: str) -> list[dict[str, Any]]:
    """A municipality's rows of a register, which all jobs of a process ask for."""
    path = Path(inputs[name])
    seen = path.stat() if path.is_file() else None
    known = _rows_as_seen(name, path, seen and (seen.st_mtime_ns, seen.st_size, seen.st_ino))
    return known.get(kommune, [])


@lru_cache(maxsize=3)
def _rows_as_seen(
    name: str, path: Path, seen: tuple[int, int, int] | None
) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in read_table(name, path).to_dict("records"):
        found.setdefault(row["kommune_id"], []).append(row)
    return found


def _setting(
    inputs: Mapping[str, Path], params: Mapping[str, Any], municipality: Mapping[str, Any],
    kinds: frozenset[str],
) -> Setting:  # fmt: skip
    wave = WaveConfig.model_validate(params["waves"][params["report_wave"]])
    kommune = municipality["kommune_id"]
    sat = [row["constituted_on"].date() for row in _rows("councils", inputs, kommune)]
    decided = [
        row
        for row in _rows("plan_dates", inputs, kommune)
        if row["event"] in ("adopted", "readopted") and not pd.isna(row["date"])
    ]
    merged = municipality["territory_note"] == "merger"
    return Setting(
        wave.as_of,
        max((day for day in sat if day <= wave.as_of), default=None),
        municipality["territory_from"].date() if merged else None,
        kinds,
        tuple(
            RegisterDate(row["document_kind"], row["date"].date(), row["source"]) for row in decided
        ),
    )


class _Line:
    """One line of documents.csv that concerns the municipality."""

    def __init__(self, number: int, values: dict[str, str], adopted_on: date | None) -> None:
        self.number = number
        self.values = values
        self.adopted_on = adopted_on


def _lines(
    raw: Path, documents: str, kommune: str, setting: Setting, log: ProblemLog
) -> list[_Line]:
    rows = read_rows(
        raw / documents, documents, DOCUMENT_COLUMNS[:3], log, optional=DOCUMENT_COLUMNS[3:]
    )
    lines = []
    for number, values in rows:
        if values["kommune_id"] != kommune:
            continue
        place = f"line {number}"
        if not values["file"]:
            log.add("FILE", "fail", documents, "no file is named", row_key=place, column="file",
                    hint="name the file, relative to the raw folder")  # fmt: skip
            continue
        if values["status"].lower() not in STATUS_WORDS:
            log.add("FILE", "fail", documents, "no status that is known", row_key=place,
                    column="status", hint="write adopted, draft, superseded, or leave it empty")  # fmt: skip
        if values["kind"] and values["kind"] not in setting.kinds | {"planprogram"}:
            log.add("FILE", "fail", documents, "no kind of document of the codebook", row_key=place,
                    column="kind", hint=f"kinds are {', '.join(sorted(setting.kinds))}")  # fmt: skip
        day = parse_day(values["adopted_on"], documents, number, "adopted_on", log)
        lines.append(_Line(number, values, day))
    return lines


def _files(
    raw: Path, documents: str, municipality: Mapping[str, Any], lines: list[_Line], log: ProblemLog
) -> list[tuple[Path, _Line | None]]:
    """Listed files, and files in the municipality's folder that no line names."""
    folder = (raw / documents).parent
    files: list[tuple[Path, _Line | None]] = []
    root, listed = raw.resolve(), set(_listed_elsewhere(raw, folder, documents))
    for line in lines:
        name = line.values["file"]
        found = [p for p in (raw / name, folder / name) if p.is_file()]
        if not found:
            log.add("FILE", "fail", documents, "the document does not exist in the raw folder",
                    row_key=f"line {line.number}", column="file",
                    hint="put the file there, or remove the line")  # fmt: skip
            continue
        resolved = found[0].resolve()
        if not resolved.is_relative_to(root):
            log.add("FILE", "fail", documents, "the document lies outside the raw folder",
                    row_key=f"line {line.number}", column="file",
                    hint="copy the file into the raw folder")  # fmt: skip
            continue
        files.append((found[0], line))
        listed.add(resolved)
    codes = [municipality["code"], *str(municipality["before_codes"]).split()]
    for code in codes:
        files += [
            (path, None)
            for path in sorted((folder / code).glob("*"))
            if path.suffix.lower() in _PLAN_ENDINGS and path.resolve() not in listed
        ]
    return files


def _listed_elsewhere(raw: Path, folder: Path, documents: str) -> frozenset[Path]:
    rows = read_rows(raw / documents, documents, ("file",), ProblemLog(""))
    return _resolved(raw, folder, tuple(values["file"] for _, values in rows))


@lru_cache(maxsize=2)
def _resolved(raw: Path, folder: Path, names: tuple[str, ...]) -> frozenset[Path]:
    """Asked once a process: the list names the documents of all municipalities."""
    return frozenset(
        base.joinpath(name).resolve() for name in names for base in (raw, folder) if name
    )


def _read_all(
    raw: Path, files: list[tuple[tuple[Path, _Line | None], str]], limits: LimitConfig,
    log: ProblemLog, cache: ReadCache, crew: ReaderCrew, *, ocr: bool = False,
) -> list[Candidate]:  # fmt: skip
    candidates: list[Candidate] = []
    seen: set[tuple[str, str]] = set()
    with PlanReader(limits) as reader:
        for (path, line), document in files:
            shown = path.relative_to(raw).as_posix()
            try:
                plan = _read(reader, cache, crew, path, document)
            except PlanRefusedError as refusal:
                log.add("DOC", "fail" if line else "reject", shown,
                        f"the document cannot be read: {refusal}",
                        hint="replace the file, or remove its line from documents.csv")  # fmt: skip
                continue
            identity = identify(path.name, plan.blocks)
            values = line.values if line else dict.fromkeys(DOCUMENT_COLUMNS, "")
            candidate = Candidate(
                shown, document, line is not None,
                values["kind"] or identity.kind, values["title"] or identity.title,
                values["period"] or identity.period,
                STATUS_WORDS.get(values["status"].lower(), ""),
                line.adopted_on if line else None, plan, identity,
            )  # fmt: skip
            if (candidate.document, candidate.kind) in seen:
                log.add("DOC", "repair", shown, "the same document stands twice; it counts once",
                        hint="remove one of the lines in documents.csv")  # fmt: skip
                continue
            seen.add((candidate.document, candidate.kind))
            _compare(candidate, values, log)
            if ocr and plan.format == "pdf" and plan.without_text:
                _add_ocr(candidate, path, reader, limits, cache, log)
            for problem in plan.problems:
                if plan.unread:
                    log.add("DOC", "repair", shown, f"read in part: {problem}", count=len(plan.unread),
                            hint="ask for an undamaged copy")  # fmt: skip
            candidates.append(candidate)
    return candidates


def _read(
    reader: PlanReader, cache: ReadCache, crew: ReaderCrew, path: Path, document: str
) -> PlanText:
    """The text of one document: what was read of the same bytes before, or what the crew reads."""
    known = cache.read(document, path.suffix)
    if known is None:
        known = crew.outcome(path) if path in crew else _read_now(reader, path)
        cache.keep(document, path.suffix, known)
    if isinstance(known, PlanRefusedError):
        raise known
    return known


def _read_now(reader: PlanReader, path: Path) -> PlanText | PlanRefusedError:
    """Read a document whose kept text is damaged, or one whose bytes stand under two names."""
    try:
        return reader.read(path)
    except PlanRefusedError as refusal:
        return refusal


def _add_ocr(
    candidate: Candidate, path: Path, reader: PlanReader, limits: LimitConfig, cache: ReadCache,
    log: ProblemLog,
) -> None:  # fmt: skip
    """Read pages without text by OCR where it is installed, and say so either way."""
    pages = candidate.plan.without_text
    if missing := ocr_missing():
        log.add("D2", "repair", candidate.file, f"pages without text were not read by OCR: {missing}",
                row_key=_page_list(pages), count=len(pages),
                hint="install Tesseract with Norwegian, or set plans.ocr to false")  # fmt: skip
        return
    program = ocr_program()
    blocks = cache.read_ocr(candidate.document, program)
    if blocks is None:
        blocks = read_by_ocr(reader, path, pages, limits.seconds_per_file)
        cache.keep_ocr(candidate.document, program, blocks)
    candidate.ocr_blocks = blocks
    log.add("D2", "repair", candidate.file, "pages without text were read by OCR, for suggestions only",
            row_key=_page_list(pages), count=len(pages),
            hint="people read these pages themselves")  # fmt: skip


def _compare(candidate: Candidate, values: Mapping[str, str], log: ProblemLog) -> None:
    """Note where the document's own words differ from the line in documents.csv; the line is kept."""
    identity = candidate.identity
    if not candidate.listed:
        return
    said, seen = values["kind"], identity.kind
    if said and seen not in ("", "other", said) and not {said, seen} <= _ONE_BOOK:
        log.add("DOC", "repair", candidate.file, "the document reads like another kind; the line in "
                "documents.csv is kept", column="kind", hint="check the line")  # fmt: skip
    if values["period"] and identity.period:
        years = [
            re.findall(r"\d+", find_period(p) or p) for p in (values["period"], identity.period)
        ]
        if [y[-2:] for y in years[0]] != [y[-2:] for y in years[1]]:
            log.add("DOC", "repair", candidate.file, "the document prints another period; the line in "
                    "documents.csv is kept", column="period", hint="check the line")  # fmt: skip


def _tables(
    kommune: str, candidates: list[Candidate], log: ProblemLog
) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """Columns of the documents and blocks tables, in the order of their keys."""
    rows = [_document_row(kommune, candidate, log) for candidate in candidates]
    rows.sort(key=itemgetter(*CONTRACTS["documents"].key))
    documents = {c.name: [row[c.name] for row in rows] for c in CONTRACTS["documents"].columns}
    blocks: dict[str, list[Any]] = {column: [] for column in ("document", *_BLOCK_COLUMNS)}
    written: set[str] = set()
    for candidate in sorted(candidates, key=attrgetter("document")):
        if candidate.document in written:
            continue
        written.add(candidate.document)
        own = (*candidate.plan.blocks, *candidate.ocr_blocks)
        blocks["document"] += [candidate.document] * len(own)
        for column in _BLOCK_COLUMNS:
            blocks[column] += [getattr(block, column) for block in own]
    return documents, blocks


def _document_row(kommune: str, candidate: Candidate, log: ProblemLog) -> dict[str, Any]:
    plan = candidate.plan
    words = count_words(plan.blocks)
    scan = _is_scan(plan, words)
    if scan:
        log.add("D2", "repair", candidate.file, "a scan: under 20 words a page in the text layer; page "
                "count kept, reading ease missing, coded by people only", count=plan.pages or 0,
                hint="ask for the document as text, or have it read by OCR for suggestions")  # fmt: skip
    elif plan.without_text:
        log.add("D2", "repair", candidate.file, "pages without text are left out of reading ease and "
                "machine suggestions", row_key=_page_list(plan.without_text),
                count=len(plan.without_text), hint="people read these pages themselves")  # fmt: skip
    return {
        "document": candidate.document,
        "file": candidate.file,
        "kommune_id": kommune,
        "kind": candidate.kind,
        "title": candidate.title,
        "period": candidate.period,
        "status": candidate.status,
        "adopted_on": candidate.adopted_on and datetime.combine(candidate.adopted_on, time()),
        "used": not candidate.reason,
        "reason": candidate.reason,
        "pages": plan.pages,
        "pages_with_text": plan.pages_with_text,
        "words": words,
        "language": tell_language(plan.blocks),
        "lix": None if scan else reading_ease(running_text(plan.blocks)),
    }


def _is_scan(plan: PlanText, words: int) -> bool:
    """Under 20 words a page, and not only because single pages of a written document are pictures."""
    if plan.pages is None or words >= SCAN_WORDS_PER_PAGE * plan.pages:
        return False
    return not plan.without_text or 2 * len(plan.without_text) >= plan.pages


def _page_list(pages: list[int]) -> str:
    return "pages " + ", ".join(map(str, pages[:40])) + (" ..." if len(pages) > 40 else "")
