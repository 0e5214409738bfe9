"""Checks of a report.json by itself: each number that figures are drawn from is the one that is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from plankompass.reports.schema import MunicipalReport, NetworkReport

_NUMBER = re.compile(r"[−+-]?\d+(?:[ \u00a0\u202f]\d{3})*(?:[.,]\d+)?")
_OF = re.compile(r"^(\d[\d\u00a0\u202f]*)[ \u00a0](?:av|of)[ \u00a0](\d[\d\u00a0\u202f]*)")
_SHOWN = {"text", "value", "lower", "upper", "interval", "n", "status"}


def numbers_in(text: str) -> list[Decimal]:
    """Numbers as a reader reads them: decimal comma or point, thin spaces, minus sign.

    Args:
        text: Any text; between two numbers an en dash says "to".

    Returns:
        The numbers in order.
    """
    found = []
    for word in _NUMBER.findall(text):
        plain = re.sub(r"[ \u00a0\u202f]", "", word).replace("−", "-").replace(",", ".")
        found.append(Decimal(plain))
    return found


def check_document(report: MunicipalReport | NetworkReport) -> list[str]:
    """Hold every number of a document to the text that readers see.

    Args:
        report: The document.

    Returns:
        What is wrong, one line each with its place; none when all is well.
    """
    return list(_walk(report.model_dump(mode="json"), ""))


def _walk(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        if set(value) >= _SHOWN:
            yield from _shown(value, place)
        if value.get("rate_value") is not None:
            yield from _rate(value, place)
        for key, inner in value.items():
            yield from _walk(inner, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for i, inner in enumerate(value):
            yield from _walk(inner, f"{place}.{i}")


def _shown(shown: dict[str, Any], place: str) -> Iterator[str]:
    text, status = shown["text"], shown["status"]
    if status != "published":
        kept = [key for key in ("value", "lower", "upper") if shown[key] is not None]
        if kept or shown["interval"]:
            yield f"{place}: is '{status}' and still has {', '.join(kept) or 'an interval'}"
        if status != "class" and numbers_in(text):
            yield f"{place}: is '{status}' and its text '{text}' has a number"
        return
    if shown["value"] is not None and not _says(text, Decimal(str(shown["value"]))):
        yield f"{place}: the text '{text}' does not say the value {shown['value']:g}"
    ends = [Decimal(str(shown[key])) for key in ("lower", "upper") if shown[key] is not None]
    if ends != numbers_in(shown["interval"]) and (ends or shown["interval"]):
        limits = " and ".join(f"{end:g}" for end in ends) or "no limits"
        yield f"{place}: the interval '{shown['interval']}' does not say {limits}"
    if (
        ends
        and shown["value"] is not None
        and not ends[0] <= Decimal(str(shown["value"])) <= ends[-1]
    ):
        yield f"{place}: the value {shown['value']:g} lies outside '{shown['interval']}'"


def _says(text: str, value: Decimal) -> bool:
    """Whether a text says a value: as a number, as a count of a total, or as the ranks it lies among."""
    numbers = numbers_in(text)
    if count := _OF.match(text):
        part, whole = (numbers_in(group)[0] for group in count.groups())
        share = 100 * part / whole if whole else Decimal(0)
        return value == part or value in {
            share.quantize(Decimal(p), ROUND_HALF_UP) for p in ("1", "0.1")
        }
    if "–" in text and len(numbers) == 2:
        return numbers[0] <= value <= numbers[1]
    return bool(numbers) and numbers[0] == value


def _rate(answered: dict[str, Any], place: str) -> Iterator[str]:
    read = numbers_in(answered["rate"])
    if not read or read[0] != Decimal(str(answered["rate_value"])):
        yield f"{place}: the text '{answered['rate']}' does not say {answered['rate_value']:g}"
