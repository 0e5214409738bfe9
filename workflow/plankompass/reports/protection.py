"""The page for the data protection officer: rules, thresholds, what was hidden, what the attack tried."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from plankompass.reports import formats
from plankompass.reports.catalogue import Catalogue, catalogue
from plankompass.reports.html_page import TEMPLATES, render_page
from plankompass.reports.internal_page import dated, page_facts, page_meta
from plankompass.reports.pdf_objects import mark_row_headers
from plankompass.reports.schema_parts import Column, Fact, Row, Table
from plankompass.reports.typeset import typeset
from plankompass.study.codebook import Codebook, load_codebook
from plankompass.tables import read_table

_LOG = logging.getLogger(__name__)
#: Thresholds in the order of the page; a reason of the study's own stands in the configuration.
LIMITS = (
    "min_n",
    "min_population",
    "min_n_residents",
    "min_n_network",
    "min_municipalities",
    "min_hidden_remainder",
    "min_interval_share",
    "min_interviews",
)
TRIED = ("exact", "own_answer", "remainder", "interval", "change", "peer_means")
KNOWN = ("sizes", "reasons", "structure", "sums", "earlier")
RULES = tuple(f"rule_{number}" for number in range(1, 12))
#: Numbers held back for reasons of method, not for the sake of persons.
OF_METHOD = frozenset({"disagreement_coders", "scale_unreliable", "too_few_goals"})
_TEMPLATE = TEMPLATES / "protection.typ"
_GROUPS = ("folkevalgte", "administrasjon", "innbyggere", "deltakere", "intervju")


def _value(key: str, value: Any, language: str) -> str:
    if key == "min_interval_share":
        return formats.per_cent(value, language)
    return formats.number(value, language, 0)


def _limits(thresholds: Mapping[str, Any], own: Mapping[str, str], text: Catalogue) -> Table:
    """Each threshold with its value and its reason: the study's own where one is given."""
    rows = []
    for key in LIMITS:
        value = _value(key, thresholds[key], text.language)
        shipped = text(f"protection.why_{key}", value=value, less=int(thresholds["min_n"]) - 1)
        cells = [value, own.get(key, shipped)]
        rows.append(Row(header=text(f"protection.limit_{key}"), cells=cells))
    return Table(
        caption=text("protection.limits_title"),
        corner=text("protection.limit"),
        corner_width=2.2,
        columns=[
            Column(label=text("protection.value"), align="right", width=0.6),
            Column(label=text("protection.why"), width=3.4),
        ],
        rows=rows,
        notes=[text("protection.limits_note")],
    )


def _reason(reason: str, text: Catalogue) -> str:
    for key in (f"protection.reason_{reason}", f"reason_long.{reason}", f"reason.{reason}"):
        if key in text.texts:
            return text(key)
    return reason


def _hidden(estimates: pd.DataFrame, text: Catalogue) -> Table:
    """Hidden numbers by reason and level, the most frequent reason first."""
    gone = estimates[estimates["status"] == "hidden"]
    gone = gone[~gone["reason"].isin(OF_METHOD)]
    counts = gone.groupby(["reason", "level"]).size().unstack(fill_value=0)
    counts = counts.reindex(columns=["municipality", "network"], fill_value=0)
    order = sorted(counts.index, key=lambda r: (-int(counts.loc[r].sum()), r))
    say = formats.number
    rows = [
        Row(
            header=_reason(reason, text),
            cells=[say(int(counts.loc[reason, c]), text.language, 0) for c in counts.columns],
        )
        for reason in order
    ]
    count = say(int(_of_method(estimates).sum()), text.language, 0)
    note = text("protection.other_reasons", count=count)
    return _counts("hidden_title", "reason", ("towns", "network"), rows, text, [note])


def _counts(
    title: str, corner: str, columns: Sequence[str], rows: list[Row], text: Catalogue,
    notes: Sequence[str] = (),
) -> Table:  # fmt: skip
    """A table of counts; its headings by their names in the catalogue."""
    return Table(
        caption=text(f"protection.{title}"),
        corner=text(f"protection.{corner}"),
        corner_width=4.0,
        columns=[Column(label=text(f"protection.{name}"), align="right") for name in columns],
        rows=rows,
        notes=list(notes),
    )


def _of_method(estimates: pd.DataFrame) -> pd.Series:
    return estimates["status"].isin(["hidden", "unreliable"]) & estimates["reason"].isin(OF_METHOD)


def _groups(estimates: pd.DataFrame, book: Codebook, text: Catalogue) -> Table:
    """Shown and hidden numbers of each group of respondents, and of the interviews."""
    rows = []
    for group in _GROUPS:
        own = estimates[estimates["group"] == group]
        shown, hidden = ((own["status"] == s).sum() for s in ("published", "hidden"))
        if not shown + hidden:
            continue
        label = book.groups[group].text(text.language) if group in book.groups else ""
        cells = [formats.number(int(c), text.language, 0) for c in (shown, hidden)]
        rows.append(Row(header=label or text(f"source.{group}"), cells=cells))
    return _counts("groups_title", "group", ("shown", "gone"), rows, text)


def _in_order(order: tuple[str, ...], given: Mapping[str, Any]) -> list[str]:
    """The gate's own keys in the page's order; one that the page has no words for stands last."""
    return [*(k for k in order if k in given), *sorted(set(given) - set(order))]


def compose_protection(
    estimates: pd.DataFrame, gate: Mapping[str, Any], params: Mapping[str, Any]
) -> dict[str, Any]:
    """Everything the page says.

    Args:
        estimates: The publishable estimates.
        gate: What the attack tried and found, from ``gate.json``.
        params: As in :func:`write_protection_page`.

    Returns:
        Plain values, tables and lists for both templates.

    Raises:
        PlankompassError: A text is not in the catalogue.
    """
    language = params["language"]
    text = catalogue(language)

    def say(count: Any) -> str:
        return formats.number(int(count), language, 0)

    thresholds = gate["thresholds"]
    as_of = date.fromisoformat(str(params["waves"][params["report"]["wave"]]["as_of"]))
    values = {key: _value(key, thresholds[key], language) for key in LIMITS}
    earlier = len(gate["attacked"]["earlier_releases"])
    protected = estimates[(estimates["status"] == "hidden") & ~_of_method(estimates)]
    background = gate["attacked"].get("who_answered", {"published_rows": 0})
    apart = []
    if background["published_rows"]:
        apart = [
            text(
                "protection.result_background",
                targets=say(background["protected_numbers"]),
                rows=say(background["published_rows"]),
            )
        ]
    found = len(gate["found"])
    if found:
        result = text("protection.result_found", count=say(found))
    else:
        result = text(
            "protection.result_clean",
            targets=say(gate["attacked"]["protected_numbers"]),
            rows=say(gate["attacked"]["published_rows"]),
        )
    return {
        "meta": page_meta(text, "protection", params),
        "dated": dated(params).isoformat(),
        "lead": text(
            "protection.lead",
            shown=say((estimates["status"] == "published").sum()),
            hidden=say(len(protected)),
        ),
        "result": [
            result,
            *apart,
            text("protection.earlier", count=earlier)
            if earlier
            else text("protection.earlier_none"),
            text("protection.stop"),
        ],
        "limits": _limits(thresholds, params["disclosure"].get("reasons") or {}, text),
        "hidden": _hidden(estimates, text),
        "groups": _groups(
            estimates[estimates["level"] == "municipality"],
            load_codebook(params["codebook"]),
            text,
        ),
        "rules": [text(f"protection.{rule}", **values) for rule in RULES],
        "tried": [text(f"protection.tried_{key}") for key in _in_order(TRIED, gate["attacks"])],
        "knows": [
            text(f"protection.knows_{key}") for key in _in_order(KNOWN, gate["attacker_knows"])
        ],
        "outside": [
            text(f"protection.outside_{key}") for key in ("participation", "knowledge", "reports")
        ],
        "facts": [
            Fact(label=text("common.wave"), value=text("front_text.wave", year=as_of.year)),
            *page_facts(text, params),
        ],
    }


def _html(page: Mapping[str, Any], text: Catalogue) -> str:
    return render_page(
        "protection.html.j2", text, page=page, meta=page["meta"], official="",
        head_facts=page["facts"][:2], tone_marks={},
    )  # fmt: skip


def _pdf(page: Mapping[str, Any], text: Catalogue) -> bytes:
    plain = {
        name: value.model_dump() if isinstance(value, Table) else value
        for name, value in page.items()
        if name != "facts"
    }
    plain["facts"] = [fact.model_dump() for fact in page["facts"]]
    plain["say"] = {
        key.partition(".")[2]: words
        for key, words in text.texts.items()
        if key.startswith("protection.") and "{" not in words
    } | {"page_of": text.texts["common.page_of"], "example_note": text("common.example_note")}
    raw = typeset(
        _TEMPLATE, "page", plain, date.fromisoformat(page["dated"]), "the protection page"
    )
    return mark_row_headers(raw)


def write_protection_page(
    inputs: Mapping[str, Path | list[Path]], outputs: Mapping[str, Path], params: Mapping[str, Any]
) -> None:
    """Write the page for the data protection officer as HTML and PDF.

    Args:
        inputs: ``estimates`` (publishable) and ``gate``; nothing else is read.
        outputs: ``html`` and ``pdf``.
        params: ``language``, ``study``, ``title``, ``example``, ``waves``, ``report``,
            ``disclosure``, ``codebook``, ``version``, ``input_hash``.

    Raises:
        PlankompassError: A table is missing, or a text is not in the catalogue.
    """
    estimates = read_table("publishable_estimates", Path(inputs["estimates"]))  # type: ignore[arg-type]
    gate = json.loads(Path(inputs["gate"]).read_text(encoding="utf-8"))  # type: ignore[arg-type]
    text = catalogue(params["language"])
    page = compose_protection(estimates, gate, params)
    Path(outputs["html"]).write_text(_html(page, text), encoding="utf-8", newline="\n")
    Path(outputs["pdf"]).write_bytes(_pdf(page, text))
    _LOG.info("protection page: %d reasons", len(page["hidden"].rows))
