"""Random survey files and damaged ones: what must hold for every case, for tests and for long runs.

``./plankompass fuzz --target surveys --cases 10000`` runs as many cases as wanted.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

from plankompass.ingest.surveys.inspect import inspect_survey
from plankompass.ingest.surveys.readers import read_survey
from plankompass.study.problems import PlankompassError

FORMATS = ("sav", "zsav", "dta", "por", "csv", "xlsx")


def random_frame(rng: np.random.Generator) -> pd.DataFrame:
    """A small frame of codes and Norwegian text."""
    rows = int(rng.integers(1, 30))
    words = np.array(["Helt enig", "på Ærøy", "Ávjovárri", "x;y", 'sa "ja"', "", "2,5", "linje to"])
    # a row of blanks alone is no row in a workbook
    frame: dict[str, np.ndarray | list[float]] = {"R": [float(i) for i in range(rows)]}
    for place in range(int(rng.integers(1, 6))):
        codes = rng.choice([1.0, 2.0, 3.0, 8.0, 97.0, np.nan], rows)
        frame[f"V{place}"] = codes
    frame["T"] = rng.choice(words, rows)
    return pd.DataFrame(frame)


LABELS = {1.0: "Helt enig", 2.0: "Ærlig talt", 8.0: "Vet ikke", 97.0: "Ávjovárri"}
DECLARED = {"V0": [8, {"lo": 90, "hi": 99}]}


def write(frame: pd.DataFrame, path: Path, form: str) -> None:
    """Write a frame in a format, with labels and missing codes where it has them."""
    texts = {
        "column_labels": {"V0": "Hva mener du på Ærøy?"},
        "variable_value_labels": {"V0": LABELS},
    }
    if form == "csv":
        frame.to_csv(path, index=False, sep=";", encoding="utf-8-sig")
    elif form == "xlsx":
        frame.to_excel(path, index=False)
    elif form in ("sav", "zsav"):
        compress = form == "zsav"
        pyreadstat.write_sav(frame, path, compress=compress, missing_ranges=DECLARED, **texts)
    elif form == "dta":
        whole = {int(code): label for code, label in LABELS.items()}
        pyreadstat.write_dta(
            frame, path, version=15, **texts | {"variable_value_labels": {"V0": whole}}
        )
    else:
        ascii_only = frame.assign(T=[t if t.isascii() else "" for t in frame["T"]])
        pyreadstat.write_por(ascii_only, path)


def damage(content: bytes, rng: np.random.Generator) -> bytes:
    """Change, cut, insert and overwrite bytes at random places."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 7))):
        place = int(rng.integers(0, max(1, len(data))))
        how = rng.random()
        if how < 0.5 and data:
            data[place] = int(rng.integers(0, 256))
        elif how < 0.65:
            del data[place : place + int(rng.integers(1, 40))]
        elif how < 0.8:
            data[place:place] = rng.bytes(int(rng.integers(1, 8)))
        elif how < 0.9:
            data[place : place + 4] = b"\xff\xff\xff\x7f"
        else:
            del data[place:]
    return bytes(data)


def check_whole(path: Path, form: str, frame: pd.DataFrame) -> None:
    """A file as it was written comes back whole: rows, codes, text, labels, declared missing codes."""
    survey = read_survey(path, form)
    assert len(survey.frame) == len(frame), form
    for column in (c for c in frame if c != "T"):
        numbers = pd.to_numeric(survey.frame[column]).to_numpy(dtype="float64")
        assert np.array_equal(numbers, frame[column].to_numpy(), equal_nan=True), (form, column)
    texts = survey.frame["T"].fillna("").tolist()
    assert texts == [t if form != "por" or t.isascii() else "" for t in frame["T"]], form
    variable = survey.variable("V0")
    if form in ("sav", "zsav", "dta"):
        assert variable.label == "Hva mener du på Ærøy?", form
        assert {float(c): t for c, t in variable.value_labels.items()} == LABELS, form
    if form in ("sav", "zsav"):
        declared = {(part.low, part.high) for part in variable.missing}
        assert declared == {(8.0, 8.0), (90.0, 99.0)}
        counts = frame["V0"].value_counts()
        (told,) = (v for v in inspect_survey(path)["variables"] if v["name"] == "V0")
        kept = {c: n for c, n in told["n_missing_by_code"].items() if c != "blank"}
        assert kept == {str(int(c)): int(counts[c]) for c in (8.0, 97.0) if c in counts}


def check_damaged(path: Path, least: int = 0) -> str:
    """Inspect a damaged file: it is read, or refused in one line that names it; nothing else.

    Args:
        path: The file.
        least: Rows that must be there when it is read.

    Returns:
        ``read`` or ``refused``.
    """
    try:
        result = inspect_survey(path)
    except PlankompassError as error:
        text = str(error)
        assert text.startswith(path.name), text
        assert "\n" not in text, text
        assert "Traceback" not in text
        return "refused"
    assert result["kind"] == "survey"
    left = result["rows"]
    assert left >= least, f"{path.suffix}: {left} of {least} rows, and no word"
    return "read"


def run_case(folder: Path, seed: int) -> str:
    """One case: write a random file, read it back whole, damage it, read or refuse it."""
    rng = np.random.default_rng(seed)
    form = FORMATS[int(rng.integers(0, len(FORMATS)))]
    frame = random_frame(rng)
    path = folder / f"case.{form}"
    write(frame, path, form)
    check_whole(path, form, frame)
    content = path.read_bytes()
    if rng.random() < 0.2:
        path.write_bytes(content[: int(rng.integers(1, len(content)))])
        # a table of text says nowhere how long it is
        outcome = check_damaged(path, 0 if form == "csv" else len(frame))
        return f"{form} cut off, {outcome}"
    if form in ("sav", "zsav") and rng.random() < 0.1:
        # the head promises other than the file holds
        other = int(rng.choice([n for n in (*range(40), 10**6) if n != len(frame)]))
        path.write_bytes(content[:80] + other.to_bytes(4, "little") + content[84:])
        assert check_damaged(path) == "refused", (
            f"{form}: {other} rows promised, {len(frame)} there"
        )
        return f"{form} promises other, refused"
    path.write_bytes(damage(content, rng))
    told = form in ("sav", "zsav", "dta", "xlsx")
    outcome = check_damaged(path, len(frame) if told else 0)
    return f"{form} {outcome}"
