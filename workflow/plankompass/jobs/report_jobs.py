"""The jobs that make readers' files from the publishable tables: for the workflow, and to make them again.

The workflow reads names and params here; whoever has only the publishable tables gets every call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plankompass import __version__
from plankompass.jobs.fingerprint import value_fingerprint
from plankompass.jobs.study_plan import Participant
from plankompass.study.config_models import StudyConfig
from plankompass.study.logo import read_logo

NETWORK = "nettverk"
INDEX = "index.html"
DELIVERY = "levering.zip"


@dataclass(frozen=True)
class ReportJob:
    """One call of an entry function.

    Attributes:
        entry: ``package.module:function``.
        inputs: Files by name, relative to the folder of reports; empty for the publishable tables.
        outputs: Files by name, relative to the folder of reports.
        params: Plain values.
    """

    entry: str
    inputs: Mapping[str, str | list[str]]
    outputs: Mapping[str, str]
    params: Mapping[str, Any]


def report_params(config: StudyConfig, hashes: Mapping[str, str]) -> dict[str, Any]:
    """What every report is made with, beside the tables.

    Args:
        config: The study.
        hashes: Raw file to sha256.

    Returns:
        Params of the entry functions, without fingerprints.
    """
    plain = config.model_dump(mode="json")
    # its content, not its name: another logo under the same name makes the reports anew
    plain["report"]["logo_hash"] = value_fingerprint(read_logo(config.report.logo))
    parts = ("study", "title", "example", "waves", "report", "statistics", "disclosure", "codebook")
    return {key: plain[key] for key in parts} | {
        "version": __version__,
        "input_hash": value_fingerprint(dict(hashes)),
    }


def report_names(config: StudyConfig, language: str) -> list[str]:
    """File names, without ending, of one municipality's reports: its own language first.

    Args:
        config: The study.
        language: The municipality's language.

    Returns:
        ``rapport``, and ``rapport.nn`` and the like for more languages.
    """
    wanted = config.report.languages
    if wanted == "register":
        return ["rapport"]
    return ["rapport", *(f"rapport.{other}" for other in wanted if other != language)]


def network_names(config: StudyConfig) -> list[str]:
    """File names, without ending, of the network report: the first language is the main one."""
    return ["rapport", *(f"rapport.{other}" for other in config.report.network_languages[1:])]


def letter_languages(config: StudyConfig, participants: Sequence[Participant]) -> list[str]:
    """Languages of a delivery's letter: KS' own first, then the other one that municipalities read."""
    first = config.report.network_languages[0]
    first = first if first in ("nb", "nn") else "nb"
    return [first, *sorted({p.language for p in participants} - {first})]


def report_jobs(
    config: StudyConfig, participants: Sequence[Participant], hashes: Mapping[str, str]
) -> tuple[list[list[ReportJob]], list[ReportJob]]:
    """Every call between the publishable tables and the delivery.

    Args:
        config: The study.
        participants: Participating municipalities.
        hashes: Raw file to sha256.

    Returns:
        One list of calls a document, to be made in their order, the documents in any; then the calls
        that need all of them.
    """
    params = report_params(config, hashes)
    first = config.report.network_languages[0]
    documents: list[list[ReportJob]] = []
    for participant in participants:
        about = params | {"kommune_id": participant.kommune_id}
        for name in report_names(config, participant.language):
            language = name.partition(".")[2] or participant.language
            own = about | {"language": language}
            documents.append(_document(participant.code, name, "reports.model:build_report", own))
    for name in network_names(config):
        own = params | {"language": name.partition(".")[2] or first}
        documents.append(_document(NETWORK, name, "reports.network:build_network_report", own))
    written = [file for jobs in documents for job in jobs for file in job.outputs.values()]
    texts = [file for file in written if file.endswith(".json")]
    municipal = [file for file in texts if not file.startswith(NETWORK)]
    index = ReportJob(
        "reports.index:render_index",
        {"reports": municipal, "network": [f for f in texts if f not in municipal]},
        {"html": INDEX},
        # made for readers: without links to pages that stay with the researchers
        {"language": first, "internal": False},
    )
    packed = ReportJob(
        "release.delivery:pack_delivery",
        {"reports": [*(f for f in written if not f.endswith(".json")), INDEX]},
        {"zip": DELIVERY},
        {key: params[key] for key in ("study", "title", "example", "waves", "report")}
        | {
            "municipalities": len(participants),
            "languages": letter_languages(config, participants),
        },
    )
    return documents, [index, packed]


def _document(folder: str, name: str, build: str, params: Mapping[str, Any]) -> list[ReportJob]:
    stem, numbers = f"{folder}/{name}", f"{folder}/{name.replace('rapport', 'tall')}"
    report = {"report": f"{stem}.json"}
    pages = {"html": f"{stem}.html", "pdf": f"{stem}.pdf"}
    tables = {"xlsx": f"{numbers}.xlsx", "csv": f"{numbers}.csv"}
    return [
        ReportJob(build, {}, report, params),
        ReportJob("reports.render:render_report", report, pages, {}),
        ReportJob("reports.workbook:write_workbook", {}, tables, params),
    ]


def run_report_job(job: ReportJob, publishable: Path, reports: Path) -> str | None:
    """Make one job's files.

    Args:
        job: The call.
        publishable: Folder of the publishable tables.
        reports: Folder the files are written in.

    Returns:
        What went wrong, in words for the user; None when all went well.
    """
    from plankompass.jobs.worker import call_entry

    inputs: dict[str, Path | list[Path]] = {
        name: [reports / f for f in files] if isinstance(files, list) else reports / files
        for name, files in job.inputs.items()
    }
    if not inputs:
        inputs = {path.stem: path for path in sorted(publishable.glob("*.parquet"))}
    outputs = {name: reports / file for name, file in job.outputs.items()}
    for path in outputs.values():
        path.parent.mkdir(parents=True, exist_ok=True)
    return call_entry(f"plankompass.{job.entry}", inputs, outputs, job.params, None).problem
