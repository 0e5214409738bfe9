"""index.html: find a municipality, see what its report holds, open it."""

from __future__ import annotations

import hashlib
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from plankompass.reports.catalogue import Catalogue, catalogue
from plankompass.reports.formats import norwegian_order
from plankompass.reports.html_page import render_page, script
from plankompass.reports.schema import (
    IndexDocument,
    IndexRow,
    Meta,
    MunicipalReport,
    NetworkReport,
    read_document,
)
from plankompass.reports.schema_parts import Fact, Link
from plankompass.study.problems import PlankompassError

_LOG = logging.getLogger(__name__)
_FEW_BELOW = 50.0


def _shown(report: MunicipalReport) -> tuple[int, int]:
    """Numbers of the profile that are shown, and all of them."""
    rows = [row for group in report.profile.groups for row in group.rows]
    return sum(1 for row in rows if row.own.status in ("published", "class")), len(rows)


def _status(shown: int, total: int) -> Literal["complete", "partial", "few"]:
    if shown == total:
        return "complete"
    return "partial" if total and 100 * shown / total >= _FEW_BELOW else "few"


def _links(path: Path, report: MunicipalReport | NetworkReport, text: Catalogue) -> list[Link]:
    """Files beside a report.json: rapport.json has rapport.html, tall.xlsx and so on."""
    stem = path.name.removesuffix(".json")
    folder = path.parent.name
    pages = [(kind, f"{stem}.{kind}") for kind in ("html", "pdf")]
    # the numbers lie beside the report: rapport.nn.pdf has tall.nn.xlsx
    numbers = [(kind, f"{stem.replace('rapport', 'tall', 1)}.{kind}") for kind in ("xlsx", "csv")]
    return [
        Link(label=text(f"index.{kind}"), href=f"{folder}/{name}")
        for kind, name in (*pages, *numbers)
    ]


def build_index(
    reports: Iterable[Path], network: Iterable[Path], language: str = "nb"
) -> IndexDocument:
    """Make the index from the reports themselves, so that it lists what was made.

    Args:
        reports: report.json of every municipality and language.
        network: report.json of the network report, one a language; may be empty.
        language: Language of the index.

    Returns:
        The index, in alphabetical order.

    Raises:
        PlankompassError: A document is missing or is not a report, or there is none at all.
    """
    text = catalogue(language)
    by_town: dict[str, list[tuple[Path, MunicipalReport]]] = defaultdict(list)
    hashes: list[str] = []
    for path in sorted(Path(p) for p in reports):
        report = read_document(path)
        if not isinstance(report, MunicipalReport):
            raise PlankompassError(f"{path.name}: is not a municipality's report")
        by_town[report.municipality.kommune_id].append((path, report))
        hashes.append(report.meta.input_hash)
    if not by_town:
        raise PlankompassError("the index has no reports to list")
    rows = [_row(found, text) for found in by_town.values()]
    rows.sort(key=lambda row: (norwegian_order(row.name), row.code))
    first = next(iter(by_town.values()))[0][1].meta
    links: list[Link] = []
    for path in sorted(Path(p) for p in network):
        document = read_document(path)
        if not isinstance(document, NetworkReport):
            raise PlankompassError(f"{path.name}: is not the network report")
        links += _links(path, document, text)
        first = document.meta
    digest = hashlib.sha256("\n".join(hashes).encode()).hexdigest()
    meta = Meta(
        **(
            first.model_dump()
            | {
                "title": first.study_title,
                "subtitle": text("index.subtitle"),
                "language": language,
                "input_hash": digest,
            }
        )
    )
    return IndexDocument(meta=meta, intro=[text("index.lead")], network=links, rows=rows)


def _row(found: list[tuple[Path, MunicipalReport]], text: Catalogue) -> IndexRow:
    report = found[0][1]
    town = report.municipality
    shown, total = _shown(report)
    status = _status(shown, total)
    several = len(found) > 1
    links: list[Link] = []
    for path, other in found:
        for link in _links(path, other, text):
            words = text(f"index.language_{other.meta.language}").lower()
            label = f"{link.label} ({words})" if several else link.label
            links.append(link.model_copy(update={"label": label}))
    languages = [text(f"index.language_{other.meta.language}") for _, other in found]
    return IndexRow(
        code=town.code,
        name=town.official_name,
        county=town.county,
        peer_group=town.peer_group,
        language=", ".join(languages),
        status=status,
        status_text=text(f"index.status_{status}"),
        completeness=text("index.shown", shown=shown, total=total),
        completeness_value=round(100 * shown / total) if total else 0,
        links=links,
    )


def render_index_page(index: IndexDocument, *, internal: bool = False) -> str:
    """Lay the index out.

    Args:
        index: The index.
        internal: Whether to link the researchers' page on data quality, between marks by which a
            delivery leaves the link out.

    Returns:
        One self-contained page; without script a plain table.
    """
    text = catalogue(index.meta.language)
    return render_page(
        "index.html.j2",
        text,
        index=index,
        script=script("index.js"),
        internal=[Link(label=text("quality.kind"), href="datakvalitet.html")] if internal else [],
        meta=index.meta,
        official="",
        head_facts=[
            Fact(label=text("common.wave"), value=index.meta.wave_text),
            Fact(label=text("common.as_of"), value=index.meta.as_of_text),
            Fact(label=text("common.dated"), value=index.meta.dated_text),
            *(
                [Fact(label=text("common.addressee"), value=index.meta.addressee)]
                if index.meta.addressee
                else []
            ),
        ],
        counties=sorted({r.county for r in index.rows}, key=norwegian_order),
        peer_groups=sorted({r.peer_group for r in index.rows}, key=norwegian_order),
        statuses=sorted({(r.status, r.status_text) for r in index.rows}),
    )


def render_index(
    inputs: Mapping[str, Any], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Make index.html from the reports.

    Args:
        inputs: ``reports``: every municipality's report.json; ``network``: the network report's
            report.json, one or several, or left out.
        outputs: ``html``.
        params: ``language``: language of the index, Bokmål when left out; ``internal``: whether to
            link what only the researchers have.

    Raises:
        PlankompassError: A report is missing or does not keep its schema.
    """
    network = inputs.get("network", [])
    paths = [network] if isinstance(network, str | Path) else list(network)
    reports = inputs["reports"]
    found = [reports] if isinstance(reports, str | Path) else list(reports)
    index = build_index(found, paths, params.get("language", "nb"))
    page = render_index_page(index, internal=bool(params.get("internal")))
    Path(outputs["html"]).write_text(page, encoding="utf-8", newline="\n")
    _LOG.info("index: %d municipalities", len(index.rows))
