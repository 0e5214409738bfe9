"""The delivery to KS: one zip with everything readers get, and nothing else."""

from __future__ import annotations

import hashlib
import logging
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plankompass.release.letter import set_letter, texts_of
from plankompass.release.packing import add_entry
from plankompass.study.problems import StageFailedError

_LOG = logging.getLogger(__name__)
STAGE = "delivery"
SUMS = "SHA256SUMS"
# What readers get. Everything else in the folder (report.json, pages on data quality, review forms)
# stays with the researchers.
_FOR_READERS = re.compile(
    r"index\.html|(\d{4}|nettverk)/(rapport(\.(nb|nn|en))?\.(html|pdf)|tall(\.(nb|nn|en))?\.(xlsx|csv))"
)

_INTERNAL = re.compile(rb"<!-- internal -->.*?<!-- /internal -->\n?", re.DOTALL)


def delivery_files(reports: list[Path], folder: Path) -> dict[str, Path]:
    """The files of a delivery by the name they get in it.

    Args:
        reports: Reports, workbooks and the index.
        folder: The study's folder of reports.

    Returns:
        Name in the delivery to file, sorted by name.

    Raises:
        StageFailedError: A file is not for readers, lies elsewhere, or is missing; all are listed.
    """
    found: dict[str, Path] = {}
    problems = []
    for path in reports:
        name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
        if not path.is_relative_to(folder) or not _FOR_READERS.fullmatch(name):
            problems.append(f"{name}: is not for readers and does not go into a delivery")
        elif not path.is_file():
            problems.append(f"{name}: does not exist; build the study first")
        else:
            found[name] = path
    if "index.html" not in found:
        problems.append("index.html: is not among the reports")
    if problems:
        raise StageFailedError(STAGE, problems)
    return dict(sorted(found.items()))


def _letters(params: Mapping[str, Any]) -> dict[str, bytes]:
    first, *others = params["languages"]
    names = {f"{texts_of(first)['file']}.pdf": first}
    names |= {f"{texts_of(other)['file']}.{other}.pdf": other for other in others}
    return {name: set_letter(params, language) for name, language in names.items()}


def for_readers(name: str, path: Path) -> bytes:
    """A file as readers get it: the index without its links to what stays with the researchers.

    Args:
        name: The file's name in the delivery.
        path: The file.

    Returns:
        Its bytes.
    """
    content = path.read_bytes()
    return _INTERNAL.sub(b"", content) if name == "index.html" else content


def pack_delivery(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Pack reports, workbooks, index, letter and checksums as one zip.

    The bytes depend on the files alone: sorted names, fixed times and rights.

    Args:
        inputs: ``reports``: every file that readers get.
        outputs: ``zip``, in the study's folder of reports.
        params: ``study``, ``title``, ``example``,
            ``waves``, ``report``, ``municipalities`` (their number), ``languages`` (of the letter,
            the main one first).

    Raises:
        StageFailedError: A file is not for readers or is missing.
        PlankompassError: The letter could not be set.
    """
    given = inputs["reports"]
    reports = [given] if isinstance(given, Path) else list(given)
    files = delivery_files(reports, Path(outputs["zip"]).parent)
    letters = _letters(params)
    top = f"plankompass-{params['study']}"
    sums: dict[str, str] = {}
    with zipfile.ZipFile(outputs["zip"], "w") as archive:
        for name in sorted([*letters, *files]):
            content = letters[name] if name in letters else for_readers(name, files[name])
            sums[name] = hashlib.sha256(content).hexdigest()
            add_entry(archive, f"{top}/{name}", content)
        lines = "".join(f"{digest}  {name}\n" for name, digest in sums.items())
        add_entry(archive, f"{top}/{SUMS}", lines.encode())
    _LOG.info("delivery: %d files", len(sums) + 1)
