"""Plan documents and studies made for the tests of plan reading."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from plankompass.tables import write_table

NB_TEXT = (
    "Kommunen skal være et godt sted å leve for alle innbyggere. Vi samarbeider med næringslivet og "
    "frivilligheten om tjenester som er gode nok. Barn og unge må ikke oppleve utenforskap."
)
NN_TEXT = (
    "Kommunen skal vere ein god stad å leve for alle innbyggjarar. Vi samarbeider med næringslivet og "
    "frivillige om tenester som er gode nok. Barn og unge må ikkje oppleve utanforskap."
)


def make_pdf(path: Path, source: str) -> Path:
    """Typeset a PDF from Typst source."""
    import typst

    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(typst.compile(source.encode()))
    return path


def make_docx(path: Path) -> Path:
    """A Word document with headings, a list, and a table of measures with four-year sums."""
    import docx

    document = docx.Document()
    document.add_heading("Handlings- og økonomiplan 2023–2026", level=0)
    document.add_paragraph("Vedtatt av kommunestyret 13. desember 2022, sak 98/22.")
    document.add_heading("1 Gode oppvekstvilkår", level=1)
    document.add_paragraph(NB_TEXT)
    document.add_paragraph("Flere skal fullføre videregående opplæring", style="List Bullet")
    table = document.add_table(rows=2, cols=6)
    for cell, text in zip(
        [c for row in table.rows for c in row.cells],
        ["Tiltak", "Ansvar", "2023", "2024", "2025", "2026",
         "Bygge ny skole", "Oppvekst", "1 200", "3 400", "0", "0"],
        strict=True,
    ):  # fmt: skip
        cell.text = text
    path.parent.mkdir(parents=True, exist_ok=True)
    document.save(str(path))
    return path


SAMFUNNSDEL = """
#set document(title: "x")
#set page(width: 15cm, height: 21cm, header: [Kommuneplanens samfunnsdel for Eksempelvik], footer: context [Side #counter(page).display()])
#set text(lang: "nb", size: 10pt, hyphenate: true)
#set par(justify: true)
#set heading(numbering: "1.1")
#text(size: 24pt)[*Kommuneplanens samfunnsdel 2020–2032*]

Vedtatt av Eksempelvik kommunestyre 17.12.2020, sak 112/20.
#pagebreak()
#outline(title: [Innhold])
#pagebreak()
= Gode oppvekstvilkår
#lorem_nb
== Hovedmål: Alle barn har en trygg oppvekst
#lorem_nb
- Delmål 1.1: Flere elever fullfører videregående opplæring
- Delmål 1.2: Færre barn lever i familier med lav inntekt
== Økonomi
#table(columns: (3fr, 1fr, 1fr, 1fr, 1fr, 1fr), [Tiltak], [Ansvar], [2023], [2024], [2025], [2026],
  [Bygge ny barneskole på Prøvenes med idrettshall og uteområder], [Oppvekst], [1 200], [3 400], [0], [0],
  [Flere lærere], [Skole], [500], [500], [500], [500])
#pagebreak()
= Attraktive bygder
#lorem_nb
"""


def samfunnsdel_source(text: str = NB_TEXT, repeat: int = 12) -> str:
    """Typst source of a community part with cover, contents, headings, list and table."""
    body = " ".join([text] * repeat)
    return SAMFUNNSDEL.replace("#lorem_nb", body)


def write_csv(path: Path, rows: list[dict[str, str]]) -> None:
    """Write a list with a header from its rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


WAVES = {
    "T0": {"first_day": "2019-04-01", "last_day": "2019-09-30", "as_of": "2019-09-30"},
    "T2": {"first_day": "2023-02-01", "last_day": "2023-05-31", "as_of": "2023-05-31"},
}


class PlanStudy:
    """A raw folder with one municipality, k01, and the tables that plan reading needs."""

    def __init__(self, folder: Path, codebook: Path, *, merged: bool = False) -> None:
        self.raw = folder / "raw"
        self.out = folder / "out"
        self.codebook = codebook
        self.documents: list[dict[str, str]] = []
        self.dates: list[dict[str, object]] = []
        self.merged = merged

    def add(self, name: str, *, path: Path | None = None, **values: str) -> None:
        """Name a document in documents.csv; the file is copied when a path is given."""
        if path is not None:
            target = self.raw / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
        row = dict.fromkeys(("kind", "title", "period", "adopted_on", "status"), "")
        self.documents.append({"file": name, "kommune_id": "k01", **row, **values})

    def register_date(self, kind: str, day: str, source: str = "nettside") -> None:
        """Note an adoption date in the register of plan dates."""
        self.dates.append({"kommune_id": "k01", "document_kind": kind, "event": "adopted",
                           "date": pd.Timestamp(day), "source": source})  # fmt: skip

    def run(self, **more: object) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Read the documents; gives documents, blocks and avvik."""
        from plankompass.ingest.plans.documents import read_plan_documents
        from plankompass.tables import read_table

        write_csv(self.raw / "plans/documents.csv", self.documents)
        inputs = self._inputs()
        outputs = {n: self.out / f"{n}.parquet" for n in ("documents", "blocks")}
        outputs["avvik"] = self.out / "avvik.csv"
        read_plan_documents(inputs, outputs, {
            "raw": self.raw, "kommune_id": "k01", "waves": WAVES, "report_wave": "T2", "limits": {},
            "codebook": self.codebook, "plans": self.plans(), **more,
        })  # fmt: skip
        return tuple(read_table(n, outputs[n]) for n in ("documents", "blocks", "avvik"))

    @staticmethod
    def plans() -> dict[str, str]:
        """The part of the configuration about plans."""
        return {
            "documents": "plans/documents.csv", "goal_register": "plans/goal_register.csv",
            "coded_measures": "plans/coded_measures.csv",
        }  # fmt: skip

    def _inputs(self) -> dict[str, Path]:
        municipality = {
            "kommune_id": "k01", "code": "9901", "name": "Eksempelvik", "official_name": "Eksempelvik",
            "county": "Eksempelfylket", "peer_group": "Kyst", "size_class": "middels", "language": "nb",
            "territory_from": pd.Timestamp("2020-01-01"),
            "territory_note": "merger" if self.merged else "",
            "before_codes": "9921 9922" if self.merged else "", "splits_on": pd.NaT,
        }  # fmt: skip
        council = {"kommune_id": "k01", "term": "2019-2023", "seats": 27,
                   "constituted_on": pd.Timestamp("2019-10-16")}  # fmt: skip
        from plankompass.tables import empty_table

        dates = pd.DataFrame(self.dates) if self.dates else empty_table("plan_dates")
        tables = {
            "municipalities": pd.DataFrame([municipality]), "councils": pd.DataFrame([council]),
            "plan_dates": dates,
        }  # fmt: skip
        paths = {}
        for name, frame in tables.items():
            paths[name] = self.out / f"in_{name}.parquet"
            write_table(name, frame, paths[name])
        return paths
