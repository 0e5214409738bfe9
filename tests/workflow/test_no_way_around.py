"""No way around the gate: what reports read, and everything that can be read in what they write."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pikepdf
import pyreadstat
import pytest
import yaml
from tests.attacker.attack import attack
from tests.attacker.reading import read_book, read_release
from tests.workflow.checkout import DELIVERED, digests, snakemake
from tests.workflow.published_numbers import add_positions, allowed, strangers
from tests.workflow.published_text import texts_of

from plankompass.disclosure.audit import audit_folder

PROCESSED = Path("data/processed/eksempel")
REPORTS = Path("reports/eksempel")
RESTRICTED = ("tidy", "indicators", "disclosure", "avvik")
SECRET = 7  # characters of an unrounded number that are compared: 3.10526
_UNROUNDED = re.compile(r"\d+[.,]\d{4,}")
_WORDS = re.compile(r"[A-Za-z0-9-]{5,}")
REPORT_RULES = (
    "build_report", "render_report", "build_network_report", "render_network_report",
    "write_workbook", "write_network_workbook", "write_protection_page",
)  # fmt: skip
# The page on data quality counts rows and problems of the raw files; it is never delivered.
FOR_RESEARCHERS = ("write_quality_page",)


def rules_of(checkout: Path) -> dict[str, tuple[list[str], list[str]]]:
    """Every rule that a build runs, with its inputs and outputs as the engine plans them."""
    done = snakemake(checkout, "--forceall", "--filegraph")
    assert done.returncode == 0, done.stderr[-2000:]
    found = {}
    for node in done.stdout.split('<b><font point-size="18">')[1:]:
        name, _, rest = node.partition("</font>")
        before, _, after = rest.partition("output &rarr;")
        files = re.compile(r'face="monospace">(.*?)</font>')
        found[name] = (files.findall(before), files.findall(after))
    return found


def restricted_inputs(rules: dict[str, tuple[list[str], list[str]]]) -> list[str]:
    """Inputs of rules that write reports which are neither publishable tables nor reports."""
    good = (f"{PROCESSED.as_posix()}/publishable/", f"{REPORTS.as_posix()}/")
    return [
        f"{name}: {file}"
        for name, (inputs, outputs) in sorted(rules.items())
        if any(file.startswith("reports/") for file in outputs) and name not in FOR_RESEARCHERS
        for file in inputs
        if not file.startswith(good)
    ]


def test_report_jobs_read_the_publishable_folder_alone(built: Path):
    rules = rules_of(built)
    writers = {
        n for n, (_, outputs) in rules.items() if any(f.startswith("reports/") for f in outputs)
    }
    assert set(REPORT_RULES) <= writers
    assert restricted_inputs(rules) == []
    opens = {n for n, (_, outputs) in rules.items() if any("/publishable/" in f for f in outputs)}
    assert opens == {"release_tables"}, "one rule alone opens the gate"


def test_a_report_job_that_reads_more_is_found(checkout: Path):
    path = checkout / "workflow/rules/reports.smk"
    text = path.read_text(encoding="utf-8")
    rows = "        **publishable_inputs(),\n"
    assert text.count(rows) >= 4
    for leak in ("response()", 'tidy("answers")', '"data/raw/eksempel/surveys/folkevalgte_T2.sav"'):
        text = text.replace(rows, f"        more={leak},\n        **publishable_inputs( ),\n", 1)
    path.write_text(text, encoding="utf-8")
    assert len(restricted_inputs(rules_of(checkout))) == 3


def _plant_canaries(publishable: Path) -> int:
    """Give each hidden row numbers that nobody has, as if the stage had forgotten to blank them."""
    planted = 0
    for name, hidden in (
        ("estimates", lambda t: ~t["status"].eq("published")),
        ("response", lambda t: t["status"].eq("hidden")),
    ):
        path = publishable / f"{name}.parquet"
        table = pd.read_parquet(path)
        rows = hidden(table)
        for column, canary in (
            ("value", 4.6789), ("lower", 4.6123), ("upper", 4.7321), ("n", 4711), ("rate", 0.4711), ("dont_know", 0.4711),
        ):  # fmt: skip
            if column in table:
                table.loc[rows, column] = canary
        planted += int(rows.sum())
        table.to_parquet(path)
    return planted


def test_reports_are_the_same_when_restricted_folders_are_gone_and_hidden_rows_hold_numbers(
    built: Path, tmp_path: Path
):
    """Nothing but published rows reaches a file: neither from other folders nor from hidden rows."""
    target = tmp_path / "checkout"
    shutil.copytree(built, target, symlinks=True)
    for name in RESTRICTED:
        shutil.rmtree(target / PROCESSED / name)
    assert _plant_canaries(target / PROCESSED / "publishable") > 1000
    shutil.rmtree(target / REPORTS)
    wanted = [
        (REPORTS / name).as_posix()
        for name in ("9901/rapport.pdf", "9901/tall.xlsx", "nettverk/rapport.pdf",
                     "nettverk/tall.xlsx", "personvern/personvern.pdf")
    ]  # fmt: skip
    done = snakemake(
        target, *wanted, "--cores", "2", "--allowed-rules", *REPORT_RULES, "--nolock",
        "--forcerun", *REPORT_RULES,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    made = digests(target / REPORTS)
    assert len(made) >= 12
    assert made.items() <= digests(built / REPORTS).items()


def _wordings(checkout: Path) -> list[str]:
    """Texts with numbers of their own: the instrument, the catalogues, the study's choices."""
    folders = ("codebook", "workflow/plankompass/reports/messages")
    files = [p for f in folders for p in sorted((checkout / f).glob("*.yaml"))]
    return [p.read_text(encoding="utf-8") for p in [*files, checkout / "config.yaml"]]


@pytest.fixture(scope="module")
def sets_of(built: Path):
    """The numbers that may stand in a file of a folder of reports."""
    publishable = built / PROCESSED / "publishable"
    towns = pd.read_parquet(publishable / "municipalities.parquet").set_index("code")["kommune_id"]
    wordings = _wordings(built)

    def sets(folder: str):
        units = [towns[folder]] if folder in towns else list(towns)
        return allowed(publishable, units, wordings)

    found = {name: sets(name) for name in ("9901", "9904", "nettverk", "")}
    return lambda path: (
        add_positions(found[path.parent.name if path.parent.name in found else ""], publishable)
        if path.suffix == ".json"
        else found[path.parent.name if path.parent.name in found else ""]
    )


@pytest.mark.parametrize("folder", ["9901", "9904", "nettverk", "."])
def test_every_number_that_can_be_read_is_published(built: Path, sets_of, folder):
    files = sorted(
        p
        for p in (built / REPORTS / folder).glob("*")
        if p.suffix in DELIVERED and not p.name.startswith("datakvalitet")
    )
    assert files
    for path in files:
        found = strangers(texts_of(path), sets_of(path))
        assert not found, (path.name, list(found.items())[:5])


def secrets_of(checkout: Path) -> frozenset[str]:
    """What may stand nowhere: unrounded numbers of all groups, and respondents' keys."""
    numbers: set[str] = set()
    for path in sorted((checkout / PROCESSED / "indicators").glob("*.parquet")):
        table = pd.read_parquet(path)
        persons = table[table["group"].isin(["folkevalgte", "administrasjon", "innbyggere"])]
        for column in ("value", "se"):
            values = persons[column].dropna().abs()
            # numbers with at most three decimals might stand anywhere
            long = values[(values * 1000 - np.round(values * 1000)).abs() > 1e-6]
            numbers |= {repr(v)[:SECRET] for v in long[long > 0.01]}
    keys = pyreadstat.read_sav(checkout / "data/raw/eksempel/surveys/folkevalgte_T2.sav")[0]
    return frozenset((*numbers, *keys["nokkel"].astype(str)))


def leaks_in(files: list[Path], secrets: frozenset[str]) -> list[str]:
    """Files in which one of the secrets can be found."""
    found = []
    for path in files:
        content = _sheets(path) if path.suffix == ".xlsx" else "\n".join(texts_of(path))
        numbers = {n.replace(",", ".")[:SECRET] for n in _UNROUNDED.findall(content)}
        if (numbers | set(_WORDS.findall(content))) & secrets:
            found.append(path.name)
    return found


def _sheets(path: Path) -> str:
    """Every part of a workbook as it is written."""
    with zipfile.ZipFile(path) as archive:
        return "\n".join(archive.read(n).decode("utf-8", "replace") for n in archive.namelist())


def _open_files(checkout: Path) -> list[Path]:
    """Reports, what is handed over, logs, and the engine's own notes."""
    folders = (REPORTS, PROCESSED / "logs", Path(".snakemake/log"), Path(".snakemake/metadata"))
    files = [p for f in folders for p in sorted((checkout / f).rglob("*")) if p.is_file()]
    return [*files, checkout / PROCESSED / "publishable/gate.json"]


@pytest.fixture(scope="module")
def secrets(built: Path) -> frozenset[str]:
    return secrets_of(built)


def test_no_unrounded_number_and_no_key_of_a_person_stands_anywhere(built: Path, secrets):
    files = _open_files(built)
    kinds = {p.suffix for p in files}
    assert {".html", ".pdf", ".xlsx", ".csv", ".json", ".log"} <= kinds
    assert len(secrets) > 3000
    assert leaks_in(files, secrets) == []


def test_neither_the_audit_nor_the_attacker_finds_anything_in_the_reports(built: Path):
    book = read_book(built / "codebook")
    waves = yaml.safe_load((built / "config.yaml").read_text(encoding="utf-8"))["waves"]
    years = {str(wave["as_of"])[:4]: name for name, wave in waves.items()}
    found = attack([read_release(built / REPORTS, book, years)], book, programs=False)
    assert found.lines == []
    assert found.targets > 500
    audit = audit_folder(built / REPORTS, codebook=built / "codebook")
    assert audit.messages() == []
    assert audit.result.targets >= found.targets


# A suppressed value left somewhere: each of these must be found in the file it was left in.
def _in_html(before: str, after: str):
    def leave(path: Path, secret: str) -> None:
        text = path.read_text(encoding="utf-8")
        assert before in text
        path.write_text(text.replace(before, after.format(secret), 1), encoding="utf-8")

    return leave


def _in_pdf(key: str):
    def leave(path: Path, secret: str) -> None:
        with pikepdf.open(path, allow_overwriting_input=True) as pdf:
            if key == "xmp":
                with pdf.open_metadata() as meta:
                    meta["dc:description"] = secret
            elif key == "alt":
                pdf.Root.StructTreeRoot[pikepdf.Name.Alt] = pikepdf.String(secret)
            else:
                pdf.docinfo[key] = pikepdf.String(secret)
            pdf.save(path)

    return leave


def _in_xlsx(place: str):
    def leave(path: Path, secret: str) -> None:
        book = openpyxl.load_workbook(path)
        if place == "hidden sheet":
            sheet = book.create_sheet("x")
            sheet["A1"] = secret
            sheet.sheet_state = "hidden"
        elif place == "comment":
            book.worksheets[0]["B9"].comment = openpyxl.comments.Comment(secret, "x")
        else:
            book.properties.description = secret
        book.save(path)

    return leave


def _at_end(path: Path, secret: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + f"\n{secret}\n", encoding="utf-8")


FILE_MUTANTS = {
    "tooltip of a figure": (
        "rapport.html",
        _in_html('<table class="chart', '<table title="{}" class="chart'),
    ),
    "label read aloud": ("rapport.html", _in_html("<main", '<main aria-label="{}"')),
    "title inside an SVG": ("rapport.html", _in_html("</svg>", "<title>{}</title></svg>")),
    "data attribute": ("rapport.html", _in_html("<section", '<section data-mean="{}"')),
    "comment in the page": ("rapport.html", _in_html("</body>", "<!-- {} --></body>")),
    "meta tag": ("rapport.html", _in_html("</head>", '<meta name="d" content="{}"></head>')),
    "title of the PDF": ("rapport.pdf", _in_pdf("/Title")),
    "keywords of the PDF": ("rapport.pdf", _in_pdf("/Keywords")),
    "XMP of the PDF": ("rapport.pdf", _in_pdf("xmp")),
    "alternative text in the PDF": ("rapport.pdf", _in_pdf("alt")),
    "hidden sheet of the workbook": ("tall.xlsx", _in_xlsx("hidden sheet")),
    "comment in the workbook": ("tall.xlsx", _in_xlsx("comment")),
    "properties of the workbook": ("tall.xlsx", _in_xlsx("properties")),
    "line of the CSV": ("tall.csv", _at_end),
    "JSON of the report": ("rapport.json", _in_html("{", '{{"x": "{}",')),
}


@pytest.mark.parametrize("mutant", sorted(FILE_MUTANTS))
@pytest.mark.parametrize("kind", ["unrounded", "rounded"])
def test_a_suppressed_value_left_in_a_file_is_found(
    built: Path, tmp_path: Path, secrets, sets_of, mutant, kind
):
    name, leave = FILE_MUTANTS[mutant]
    folder = tmp_path / "9901"
    folder.mkdir()
    path = folder / name
    shutil.copyfile(built / REPORTS / "9901" / name, path)
    if kind == "unrounded":
        leave(path, _hidden_value(built).replace(",", "."))
        assert leaks_in([path], secrets) == [name]
    else:
        leave(path, _rounded_stranger(built, sets_of(path)))
        assert strangers(texts_of(path), sets_of(path))


def _hidden(checkout: Path) -> pd.DataFrame:
    """Restricted numbers of one municipality that are hidden."""
    tables = [pd.read_parquet(p) for p in (checkout / PROCESSED / "indicators").glob("*.parquet")]
    out = pd.read_parquet(checkout / PROCESSED / "publishable/estimates.parquet")
    key = ["level", "unit", "wave", "group", "gathering", "indicator", "component"]
    both = pd.concat(tables).merge(out, on=key, suffixes=("", "_out"))
    gone = both[(both["status_out"] == "hidden") & (both["group"] == "folkevalgte")]
    return gone[(gone["level"] == "municipality") & gone["value"].notna()].sort_values(key)


def _hidden_value(checkout: Path) -> str:
    values = _hidden(checkout)["value"]
    long = values[(values * 1000 - np.round(values * 1000)).abs() > 1e-6]
    return repr(float(long[long > 1].iloc[0]))


def _rounded_stranger(checkout: Path, sets) -> str:
    """A hidden share, rounded as the reports round, that is no published number by chance."""
    shares = _hidden(checkout)["value"]
    rounded = {round(100 * v, 1) for v in shares[shares.between(0, 1)]}
    return f"{min(v for v in rounded if v not in sets['percent'])} %"


@pytest.mark.parametrize("name", ["suppress_primary.log", "benchmark.tsv"])
def test_a_suppressed_value_left_in_a_log_or_a_benchmark_file_is_found(
    checkout: Path, secrets, name
):
    path = checkout / PROCESSED / "logs" / name
    path.touch()
    _at_end(path, _hidden_value(checkout))
    assert path in _open_files(checkout)
    assert leaks_in(sorted(path.parent.glob("*.*")), secrets) == [name]
