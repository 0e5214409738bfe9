"""A small study on real municipality codes for tests of the survey and register stages."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from plankompass.ingest.registers import ingest_registers
from plankompass.ingest.surveys.answers import ingest_surveys
from plankompass.study.codebook import load_codebook
from plankompass.tables import read_table

ROOT = Path(__file__).resolve().parents[3]
BOOK = load_codebook(ROOT / "codebook")

# kommune_id, code on 2023-05-31, name, seats: Øvre Eiker has had three codes, Ålesund is a merger
# that was divided again in 2024, Stavanger kept its code through a merger, Oslo loses its zero.
PARTICIPANTS = (
    ("k01", "3048", "Øvre Eiker", 27),
    ("k02", "1507", "Ålesund", 47),
    ("k03", "1103", "Stavanger", 67),
    ("k04", "0301", "Oslo", 59),
    ("k05", "3401", "Kongsvinger", 27),
)
WAVES = {
    "T0": {"first_day": "2019-04-01", "last_day": "2019-12-31", "as_of": "2019-09-30"},
    "T1": {"first_day": "2021-02-01", "last_day": "2021-05-31", "as_of": "2021-05-31"},
    "T2": {"first_day": "2023-02-01", "last_day": "2023-05-31", "as_of": "2023-05-31"},
}
REGISTERS = {
    name: f"registers/{name}.csv"
    for name in ("participants", "councils", "frames", "gatherings", "attendance", "plan_dates")
}


def write_registers(raw: Path) -> None:
    """Write the study's registers."""
    folder = raw / "registers"
    folder.mkdir(parents=True, exist_ok=True)

    def table(name: str, header: str, rows: list[str]) -> None:
        (folder / f"{name}.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")

    ids = [p[0] for p in PARTICIPANTS]
    table(
        "participants", "kommune_id,code,name,county,peer_group,size_class,language",
        [f"{k},{code},{name},Fylke,gruppe,stor,nb" for k, code, name, _ in PARTICIPANTS],
    )  # fmt: skip
    table(
        "councils", "kommune_id,term,seats,constituted_on",
        [f"{k},{term},{seats},{day}" for k, _, _, seats in PARTICIPANTS
         for term, day in (("2015-2019", "2015-10-15"), ("2019-2023", "2019-10-16"))],
    )  # fmt: skip
    frames = [f"{k},{w},{g},,{n}" for k in ids for w in WAVES
              for g, n in (("administrasjon", 9), ("innbyggere", 5000))]  # fmt: skip
    frames += [f"{k},{w},deltakere,{s},6" for k in ids for s, w in (("s1", "T0"), ("s3", "T1"))]
    table("frames", "kommune_id,wave,group,gathering,population", frames)
    table(
        "gatherings", "gathering,wave,held_on,homework_given,first",
        ["s1,T0,2019-05-10,yes,yes", "s3,T1,2021-03-12,no,no"],
    )  # fmt: skip
    table(
        "attendance",
        "kommune_id,gathering,invited,political_leaders,administrative_leaders,homework_delivered_on",
        [f"{k},s1,yes,2,3,2019-09-01" for k in ids],
    )
    table(
        "plan_dates", "kommune_id,document_kind,event,date,source",
        [f"{k},planstrategi,adopted,2020-09-01,sak 20/20" for k in ids],
    )  # fmt: skip


def answers(n: int, *, group: str = "folkevalgte", seed: int = 1, kommune: str = "3048",
            day: str = "2023-03-01", start: int = 1) -> pd.DataFrame:  # fmt: skip
    """Made-up answers of one municipality with a positive latent score: codes as in the codebook."""
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=n)
    out: dict[str, Any] = {
        "nokkel": [f"{group[0]}-{kommune}-{i:03d}" for i in range(start, start + n)],
        "kommune": [kommune] * n,
        "svart": [day] * n,
    }
    for item in BOOK.items_of_group(group):
        kind = BOOK.scales[item.scale].type
        if kind == "ordinal":
            score = np.clip(np.round(3 + latent + rng.normal(scale=0.8, size=n)), 1, 5)
            out[item.id] = 6 - score if item.reverse else score
        elif kind == "nominal":
            out[item.id] = rng.integers(1, len(item.options) + 1, n).astype(float)
        else:
            for option in item.options:
                out[f"{item.id}__{option.id}"] = np.zeros(n)
            chosen = rng.choice([o.id for o in item.options if o.id != item.exclusive_option], n)
            for row, option in enumerate(chosen):
                out[f"{item.id}__{option}"][row] = 1.0
    return pd.DataFrame(out)


def write_sav(frame: pd.DataFrame, path: Path, **options: Any) -> None:
    """Write an SPSS file whose date column is a date."""
    frame = frame.copy()
    frame["svart"] = pd.to_datetime(frame["svart"]).dt.date
    path.parent.mkdir(parents=True, exist_ok=True)
    pyreadstat.write_sav(frame, path, **options)


def source(**changes: Any) -> dict[str, Any]:
    """A survey source as config.yaml says it; keys can be changed, None removes one."""
    base: dict[str, Any] = {
        "id": "f_t2", "file": "surveys/f_T2.sav", "format": "sav", "wave": "T2",
        "group": "folkevalgte", "respondent_key": "nokkel", "municipality": "kommune",
        "answered_on": "svart",
    }  # fmt: skip
    base |= changes
    return {k: v for k, v in base.items() if v is not None}


@dataclass
class Result:
    """What the stage wrote."""

    respondents: pd.DataFrame
    answers: pd.DataFrame
    avvik: pd.DataFrame

    def wide(self, column: str) -> pd.Series:
        """Codes of an item column by respondent."""
        rows = self.answers[self.answers["item"] == column]
        return rows.set_index("respondent")["value"]

    def kinds(self, column: str) -> pd.Series:
        """Kinds of missing of an item column by respondent."""
        rows = self.answers[self.answers["item"] == column]
        return rows.set_index("respondent")["missing"]

    def lines(self, case: str) -> pd.DataFrame:
        """The avvik lines of a case."""
        return self.avvik[self.avvik["case"] == case]


# The register stage's tables, made once a session: every study here has the same registers
_TABLES: dict[str, bytes] = {}


@dataclass
class MiniStudy:
    """A study's folder, and how its stages are run."""

    folder: Path
    sources: list[dict[str, Any]] = field(default_factory=list)

    @property
    def raw(self) -> Path:
        """The raw folder."""
        return self.folder / "raw"

    @property
    def out(self) -> Path:
        """The folder of written tables."""
        return self.folder / "out"

    def registers(self) -> dict[str, Path]:
        """Run the register stage once."""
        names = ("municipalities", "councils", "frames", "gatherings", "attendance", "plan_dates")
        outputs = {n: self.out / f"{n}.parquet" for n in names}
        outputs["avvik"] = self.out / "registers.csv"
        if outputs["avvik"].is_file():
            return outputs
        write_registers(self.raw)
        self.out.mkdir(parents=True, exist_ok=True)
        if not _TABLES:
            params = {"raw": str(self.raw), "waves": WAVES, "report_wave": "T2"}
            ingest_registers({}, outputs, params | {"registers": REGISTERS})
            _TABLES.update({name: path.read_bytes() for name, path in outputs.items()})
        for name, path in outputs.items():
            path.write_bytes(_TABLES[name])
        return outputs

    def add(
        self, frame: pd.DataFrame, options: dict[str, Any] | None = None, **changes: Any
    ) -> None:
        """Add a source and write its .sav file."""
        spec = source(**changes)
        write_sav(frame, self.raw / spec["file"], **(options or {}))
        self.sources.append(spec)

    def run(self, **changes: Any) -> Result:
        """Run the survey stage."""
        inputs = self.registers()
        outputs = {
            "respondents": self.out / "respondents.parquet",
            "answers": self.out / "answers.parquet",
            "avvik": self.out / "surveys.csv",
        }
        params = {
            "raw": str(self.raw), "surveys": self.sources, "waves": WAVES, "report_wave": "T2",
            "registers": REGISTERS, "salt_file": None, "study": "mini", "limits": {},
            "codebook": str(ROOT / "codebook"),
        } | changes  # fmt: skip
        ingest_surveys(inputs, outputs, params)
        return Result(
            read_table("respondents", outputs["respondents"]),
            read_table("answers", outputs["answers"]),
            read_table("avvik", outputs["avvik"]),
        )
