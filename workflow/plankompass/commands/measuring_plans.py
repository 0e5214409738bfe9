"""Benchmark of plan reading: pages a second beside bare text extraction, growth, nothing read twice.

The documents are the example's own PDF files joined to a length, each beginning at another page, so
that no two are alike. The aim is a study of 1 500 documents of 60 pages; a sample of it is measured.
"""

from __future__ import annotations

import io
import itertools
import os
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

AIM_DOCUMENTS, PAGES = 1_500, 60
STUDIES = (8, 32, 96, 384)
"""Documents in the studies that are measured."""
DOCUMENTS_EACH = 4
"""Documents of a municipality; the aim is 1 500 documents of some 357 municipalities."""
LENGTHS = (15, 60, 240)
"""Pages of the documents that show how cost grows with length."""
_READER = "plankompass.ingest.plans.documents:read_plan_documents"
_MUNICIPALITIES = 4
_measured = ""
"""The study that this worker measured last."""


def made_documents(sources: Sequence[Path], count: int, pages: int) -> list[bytes]:
    """Documents of one length, joined from the pages of others.

    Args:
        sources: PDF files that are joined, again and again.
        count: How many.
        pages: Pages of each.

    Returns:
        The files' bytes, no two alike.
    """
    import pikepdf

    opened = [pikepdf.open(path) for path in sources]
    every = [(pdf, number) for pdf in opened for number in range(len(pdf.pages))]
    made = []
    for start in range(count):
        target = pikepdf.new()
        chosen = itertools.islice(itertools.cycle(every), 7 * start, 7 * start + pages)
        for pdf, number in chosen:
            target.pages.append(pdf.pages[number])
        target.docinfo["/Title"] = f"{start}"
        buffer = io.BytesIO()
        target.save(buffer, deterministic_id=True)
        made.append(buffer.getvalue())
    return made


def extract_bare(files: Sequence[Path]) -> int:
    """Take the text out of PDF files as the library gives it, and nothing more.

    Args:
        files: The files.

    Returns:
        Pages.
    """
    import pypdfium2

    pages = 0
    for path in files:
        document = pypdfium2.PdfDocument(path)
        for index in range(len(document)):
            page = document[index]
            text = page.get_textpage()
            text.get_text_range()
            text.close()
            page.close()
        pages += len(document)
        document.close()
    return pages


def call_measured(study: str, *call: Any) -> float:
    """Call an entry function in a worker; gives the CPU seconds of the call and its readers.

    Args:
        study: The study it belongs to: each one's first call in a worker starts its readers anew.
        *call: The arguments of :func:`plankompass.jobs.worker.call_entry`.

    Returns:
        CPU seconds of this process and of those that it started.

    Raises:
        RuntimeError: The call failed.
    """
    from plankompass.ingest.plans.reader_process import end_idle_readers
    from plankompass.jobs.processor_time import cpu_with_children
    from plankompass.jobs.worker import call_entry

    global _measured
    if study != _measured:
        end_idle_readers()
        _measured = study
    before = cpu_with_children()
    outcome = call_entry(*call)
    if outcome.problem:
        raise RuntimeError(outcome.problem)
    return cpu_with_children() - before


class MeasuredStudy:
    """A raw folder of plan documents, read as a build reads them: one job a municipality.

    Args:
        folder: Where it lies.
        codebook: The codebook's folder.
        documents: The documents' bytes.
        municipalities: How many they belong to; by their number when left out.
    """

    def __init__(
        self, folder: Path, codebook: Path, documents: Sequence[bytes], municipalities: int = 0
    ) -> None:
        municipalities = municipalities or max(_MUNICIPALITIES, len(documents) // DOCUMENTS_EACH)
        self.folder, self._codebook = folder, codebook
        self._owners = [f"k{n + 1:03d}" for n in range(municipalities)]
        self.files: list[Path] = []
        raw = folder / "raw/plans"
        raw.mkdir(parents=True)
        lines = ["file,kommune_id,kind,title,period,adopted_on,status"]
        for number, content in enumerate(documents):
            path = raw / f"{number}.pdf"
            path.write_bytes(content)
            self.files.append(path)
            owner = self._owners[number % municipalities]
            lines.append(f"plans/{number}.pdf,{owner},arsmelding,,,2020-01-01,")
        (raw / "documents.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._inputs = _tables(folder, self._owners)

    def read(self, pool: Any, workers: int) -> tuple[float, float]:
        """Read all documents with so many jobs at a time; gives wall and CPU seconds."""
        waves = {"T2": {"first_day": "2023-02-01", "last_day": "2023-05-31", "as_of": "2023-05-31"}}
        names = ("documents", "blocks")

        def job(kommune: str) -> float:
            out = self.folder / "out" / kommune
            out.mkdir(parents=True, exist_ok=True)
            outputs = {n: out / f"{n}.parquet" for n in names} | {"avvik": out / "avvik.csv"}
            params = {
                "raw": str(self.folder / "raw"), "kommune_id": kommune, "waves": waves,
                "report_wave": "T2", "limits": {}, "codebook": str(self._codebook),
                "plans": {"documents": "plans/documents.csv", "goal_register": "-",
                          "coded_measures": "-"},
                "read_texts": str(self.folder / "texts"), "reader": "measured",
            }  # fmt: skip
            return pool.call(
                call_measured, str(self.folder), _READER, self._inputs, outputs, params, None
            )

        begin = time.perf_counter()
        with ThreadPoolExecutor(workers) as threads:
            cpu = sum(threads.map(job, self._owners))
        return time.perf_counter() - begin, cpu


def _tables(folder: Path, owners: Sequence[str]) -> dict[str, Path]:
    from plankompass.tables import empty_table, write_table

    day = pd.Timestamp("2020-01-01")
    municipalities = pd.DataFrame([
        {"kommune_id": owner, "code": f"9{owner[1:]}", "name": "Eksempel", "official_name": "Eksempel",
         "county": "Eksempel", "peer_group": "", "size_class": "", "language": "nb", "territory_from": day,
         "territory_note": "", "before_codes": "", "splits_on": pd.NaT}
        for owner in owners
    ])  # fmt: skip
    frames = {
        "municipalities": municipalities,
        "councils": empty_table("councils"),
        "plan_dates": empty_table("plan_dates"),
    }
    paths = {}
    for name, frame in frames.items():
        paths[name] = folder / f"{name}.parquet"
        write_table(name, frame, paths[name])
    return paths


def run_plan_benchmark(root: Path) -> list[str]:
    """Measure the reading of plan documents.

    Args:
        root: The checkout.

    Returns:
        Lines of Markdown.
    """
    from plankompass.jobs.pool import WarmPool

    sources = sorted((root / "data/raw/eksempel/plans").glob("*/*.pdf"))
    cores = os.cpu_count() or 1
    pool = WarmPool(cores)
    measured: dict[str, Any] = {"cores": cores, "studies": [], "lengths": [], "alone": []}
    with tempfile.TemporaryDirectory() as name:
        warm = MeasuredStudy(Path(name) / "warm", root / "codebook", made_documents(sources, 4, 2))
        warm.read(pool, cores)
        for count in STUDIES:
            print(f"reading {count} documents of {PAGES} pages ...", flush=True)
            study = MeasuredStudy(
                Path(name) / str(count), root / "codebook", made_documents(sources, count, PAGES)
            )
            measured["studies"].append(_measure_study(study, pool, cores))
        for pages in LENGTHS:
            print(f"reading documents of {pages} pages ...", flush=True)
            made = made_documents(sources, 960 // pages, pages)
            study = MeasuredStudy(Path(name) / f"length{pages}", root / "codebook", made)
            measured["lengths"].append((pages, study.read(pool, cores)[1] / 960))
        print("reading the documents of one municipality ...", flush=True)
        made = made_documents(sources, STUDIES[1], PAGES)
        for number in (1, cores):
            alone = WarmPool(number)
            warm.read(alone, number)
            folder = Path(name) / f"alone{number}"
            study = MeasuredStudy(folder, root / "codebook", made, municipalities=1)
            measured["alone"].append((number, study.read(alone, 1)[0]))
            alone.close()
    pool.close()
    return summarise(measured)


def _measure_study(study: MeasuredStudy, pool: Any, cores: int) -> dict[str, float]:
    begin, cpu = time.perf_counter(), time.process_time()
    pages = extract_bare(study.files)
    bare, bare_cpu = time.perf_counter() - begin, time.process_time() - cpu
    first, first_cpu = study.read(pool, cores)
    again, _ = study.read(pool, cores)
    changed = study.files[0]
    changed.write_bytes(changed.read_bytes() + b"\n")
    kept = _kept(study)
    one, _ = study.read(pool, cores)
    return {
        "documents": len(study.files), "pages": pages, "bare": bare, "bare_cpu": bare_cpu,
        "first": first, "first_cpu": first_cpu, "again": again, "one": one,
        "anew": len(_kept(study) - kept),
    }  # fmt: skip


def _kept(study: MeasuredStudy) -> set[tuple[str, int]]:
    texts = (study.folder / "texts").rglob("*.z")
    return {(path.name, path.stat().st_mtime_ns) for path in texts}


def summarise(measured: dict[str, Any]) -> list[str]:
    """The measured tables.

    Args:
        measured: ``cores``, ``studies``, ``lengths`` and ``alone``.

    Returns:
        Lines of Markdown.
    """
    cores = measured["cores"]
    lines = [
        "| documents | pages | bare text extraction: pages a CPU second | read to blocks, words, language, reading ease, "
        "tables written: pages a CPU second | ratio, core for core | pages a second by the clock: bare, one core | "
        f"read, {cores} cores | nothing changed | one document changed |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for s in measured["studies"]:
        pages = s["pages"]
        lines.append(
            f"| {s['documents']} | {pages} | {pages / s['bare_cpu']:.0f} | {pages / s['first_cpu']:.0f} | "
            f"**{s['bare_cpu'] / s['first_cpu']:.2f}** | {pages / s['bare']:.0f} | {pages / s['first']:.0f} | "
            f"{s['again']:.1f} s | {s['one']:.1f} s, {s['anew']} read |"
        )
    last = measured["studies"][-1]
    whole = last["first_cpu"] / last["pages"] * AIM_DOCUMENTS * PAGES
    lengths = ", ".join(f"{pages} pages {1000 * cost:.2f}" for pages, cost in measured["lengths"])
    costs = ", ".join(
        f"{s['pages']} pages {1000 * s['first_cpu'] / s['pages']:.2f}" for s in measured["studies"]
    )
    sizes, cpu = zip(*((s["pages"], s["first_cpu"]) for s in measured["studies"]), strict=True)
    exponent = np.polyfit(np.log(sizes), np.log(cpu), 1)[0]
    alone = ", ".join(
        f"{n} core{'s' * (n > 1)} {seconds:.1f} s" for n, seconds in measured["alone"]
    )
    lines += [
        "",
        f"CPU milliseconds a page by size of the study: {costs}; by length of the documents, 960 pages each time: "
        f"{lengths}. At the last study's cost {AIM_DOCUMENTS} documents of {PAGES} pages take {whole:.0f} CPU seconds, "
        f"{whole / cores:.0f} s on {cores} free cores (reckoned from the sample). Growth with the pages, as an "
        f"exponent (1: in proportion): {exponent:.2f}. {STUDIES[1]} documents of one municipality alone, by the clock: "
        f"{alone}.",
    ]
    return lines
