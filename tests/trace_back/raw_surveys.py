"""Survey exports read by hand: one line a person, wrong codes mended as the catalogue of cases says.

Nothing here is the program's: pyreadstat, openpyxl and csv read the files, and the rules are written
anew from the list of faults (municipality codes K1 to K3, days outside the wave S6, persons twice S1,
labels S2, codes outside the scale S3, too many choices S9).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
from tests.trace_back.raw_files import RawFiles


def persons(raw: RawFiles, group: str, wave: str, gathering: str = "") -> pd.DataFrame:
    """Everybody of one group who answered on one occasion.

    Args:
        raw: The raw files.
        group: Group of respondents.
        wave: Wave.
        gathering: Gathering, for its participants.

    Returns:
        One line a person: ``unit``, ``weight``, ``merged`` (the code is of a municipality that was
        merged later) and the codes of each item; missing answers are NaN.
    """
    frames = []
    for source in raw.config["surveys"]:
        at_gathering = source.get("gathering", "") == gathering
        if source["group"] == group and at_gathering and source.get("wave", wave) == wave:
            frames.append(_source(raw, source, wave, gathering))
    if not frames:
        return pd.DataFrame({"unit": [], "weight": [], "merged": []})
    table = pd.concat(frames, ignore_index=True)
    known = [c for c in table.columns if c not in ("key", "unit", "day", "weight", "merged")]
    table["valid"] = table[known].notna().sum(axis=1)
    table = table.sort_values(["key", "valid", "day"], kind="stable")
    return table.drop_duplicates("key", keep="last").reset_index(drop=True)


def persons_in_all(raw: RawFiles, group: str, wave: str, gathering: str = "") -> dict[str, float]:
    """How many persons there are in each municipality: seats of the council, or the frame."""
    if group == "folkevalgte":
        as_of = raw.config["waves"][wave]["as_of"]
        sitting: dict[str, tuple[date, float]] = {}
        for row in raw.register("councils"):
            start = date.fromisoformat(row["constituted_on"])
            if start <= as_of and start >= sitting.get(row["kommune_id"], (date.min, 0))[0]:
                sitting[row["kommune_id"]] = (start, float(row["seats"]))
        return {unit: seats for unit, (_, seats) in sitting.items()}
    return {
        row["kommune_id"]: float(row["population"])
        for row in raw.register("frames")
        if (row["wave"], row["group"], row["gathering"] or "") == (wave, group, gathering)
    }


def _source(raw: RawFiles, source: Mapping[str, Any], wave: str, gathering: str) -> pd.DataFrame:
    table = _cells(raw, source).rename(columns=source.get("items", {}))
    days = pd.to_datetime(table[source["answered_on"]].astype(str).str[:10]).dt.date
    cells = [str(cell).strip() for cell in table[source["municipality"]]]
    places = {pair: _place(raw, *pair) for pair in set(zip(cells, days, strict=True))}
    placed = [places[pair] for pair in zip(cells, days, strict=True)]
    out = {
        "key": table[source["respondent_key"]].astype(str).str.strip(),
        "unit": [p[0] for p in placed],
        "merged": [p[1] for p in placed],
        "day": table[source["answered_on"]].astype(str),
        "weight": table[source["weight"]].astype(float) if "weight" in source else 1.0,
    }
    for column in table.columns:
        item = raw_item(raw, column)
        if item is not None:
            recode = source.get("recodes", {}).get(column, {})
            out[column] = _codes(raw, item, table[column], recode)
    frame = pd.DataFrame(out)
    _too_many_choices(raw, frame)
    pairs = list(zip(frame["unit"], days, strict=True))
    within = {p: bool(p[0]) and _in_window(raw, *p, wave, gathering) for p in set(pairs)}
    inside = [within[pair] for pair in pairs]
    return frame[inside].reset_index(drop=True)


def _cells(raw: RawFiles, source: Mapping[str, Any]) -> pd.DataFrame:
    """The file as a table of its own cells."""
    path = raw.path(source["file"])
    if source["format"] == "sav":
        return pyreadstat.read_sav(str(path), user_missing=True)[0]
    if source["format"] == "xlsx":
        sheet = openpyxl.load_workbook(path, read_only=True, data_only=True)[source["sheet"]]
        lines = list(sheet.iter_rows(values_only=True))[source["header_row"] - 1 :]
        return pd.DataFrame([r for r in lines[1:] if any(r)], columns=list(lines[0]))
    return pd.read_csv(path, sep=";", dtype=str, encoding="utf-8-sig", keep_default_na=False)


def raw_item(raw: RawFiles, column: str) -> dict[str, Any] | None:
    """The codebook's item of a column, or None for what is no answer."""
    wanted = str(column).partition("__")[0]
    return next((i for i in raw.items["items"] if i["id"] == wanted), None)


def _codes(
    raw: RawFiles, item: Mapping[str, Any], cells: pd.Series, recode: Mapping[str, Any]
) -> np.ndarray:
    """Codes of an item's scale; all else, and what counts as no answer, is NaN."""
    scale = raw.items["scales"][item["scale"]]
    if scale["type"] == "nominal":
        return np.where(cells.astype(str).str.strip() == "", np.nan, 1.0)
    words = {
        str(label[language]).strip().casefold(): float(code)
        for code, label in scale["labels"].items()
        for language in ("nb", "nn", "en")
    }
    out = []
    for cell in cells:
        text = str(cell).strip()
        text = str(recode.get(text, text))
        code = words.get(text.casefold())
        if code is None:
            try:
                code = float(text)
            except ValueError:
                code = np.nan
        out.append(code if code in scale["values"] else np.nan)
    return np.array(out, dtype=float)


def _too_many_choices(raw: RawFiles, frame: pd.DataFrame) -> None:
    """S9: more choices than allowed, or the exclusive one beside others: the question is unanswered."""
    for item in raw.items["items"]:
        columns = [c for c in frame.columns if c.startswith(f"{item['id']}__")]
        if not columns or "max_selected" not in item:
            continue
        chosen = (frame[columns] == 1).sum(axis=1)
        alone = frame.get(f"{item['id']}__{item.get('exclusive_option')}", 0) == 1
        broken = (chosen > item["max_selected"]) | (alone & (chosen > 1))
        frame.loc[broken, columns] = np.nan


def _place(raw: RawFiles, cell: str, day: date) -> tuple[str, bool]:
    """``kommune_id`` of a code or name on a day, and whether that municipality was merged later."""
    of_code = {p["code"]: p["kommune_id"] for p in raw.register("participants")}
    changes = raw.register("code_changes")
    named = {c["old_name"].casefold(): c["old_code"] for c in changes}
    named |= {p["name"].casefold(): p["code"] for p in raw.register("participants")}
    digits = re.search(r"\d{4}", cell)
    code = named.get(cell.casefold(), digits[0] if digits else "")
    gone = [c for c in changes if c["old_code"] == code and day.isoformat() >= c["change_date"]]
    came = [c for c in changes if c["new_code"] == code and day.isoformat() < c["change_date"]]
    if code in of_code:
        split = len(gone) > 1 or (len(gone) == 1 and gone[0]["new_code"] not in of_code)
        return ("", False) if split else (of_code[code], False)
    after = {c["new_code"] for c in changes if c["old_code"] == code} & set(of_code)
    if len(after) == 1:
        new = after.pop()
        siblings = [c for c in changes if c["new_code"] == new]
        return of_code[new], len(siblings) > 1
    before = {c["old_code"] for c in came} & set(of_code)
    return (of_code[before.pop()], False) if len(before) == 1 else ("", False)


def _in_window(raw: RawFiles, unit: str, day: date, wave: str, gathering: str) -> bool:
    """S6: within the wave and the term of the council that sat on its cut-off date."""
    about = raw.config["waves"][wave]
    first, last = about["first_day"], about["last_day"]
    if gathering:
        held = next(g for g in raw.register("gatherings") if g["gathering"] == gathering)
        return max(first, date.fromisoformat(held["held_on"])) <= day <= last
    starts = sorted(
        date.fromisoformat(c["constituted_on"])
        for c in raw.register("councils")
        if c["kommune_id"] == unit
    )
    first = max([first, *[s for s in starts if s <= about["as_of"]]])
    later = [s - timedelta(days=1) for s in starts if s > about["as_of"]]
    return first <= day <= min([last, *later])
