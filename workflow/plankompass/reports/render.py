"""report.json to HTML and PDF."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from plankompass.reports.html_page import render_html
from plankompass.reports.pdf import render_pdf
from plankompass.reports.schema import IndexDocument, read_document
from plankompass.reports.view import make_view
from plankompass.study.problems import PlankompassError

_LOG = logging.getLogger(__name__)


def render_report(
    inputs: Mapping[str, Path], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Lay one report out as HTML and PDF.

    Args:
        inputs: ``report``: a municipality's or the network's report.json.
        outputs: ``html`` and ``pdf``.
        params: Nothing; everything the report says stands in the document.

    Raises:
        PlankompassError: The document is missing or does not keep its schema.
    """
    path = Path(inputs["report"])
    report = read_document(path)
    if isinstance(report, IndexDocument):
        raise PlankompassError(f"{path.name}: is an index, not a report; use render_index")
    view = make_view(report)
    html = render_html(view)
    pdf = render_pdf(view)
    Path(outputs["html"]).write_text(html, encoding="utf-8", newline="\n")
    Path(outputs["pdf"]).write_bytes(pdf)
    _LOG.info("%s: HTML %d kB, PDF %d kB", report.meta.title, len(html) // 1000, len(pdf) // 1000)
