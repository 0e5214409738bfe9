"""Benchmark of interviews: two coders' projects read, and their agreement on every code and paragraph.

200 interviews of 60 000 characters and 40 000 codings, written as REFI-QDA with emoji and positions in
UTF-16 units; then agreement with 1 000 bootstrap draws on one core, and the same matrices given to the
krippendorff package in the same run.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path
from typing import Any

INTERVIEWS, CHARACTERS, CODINGS, DRAWS = 200, 60_000, 40_000, 1_000
SEED = 20190510
LIMIT_SECONDS = 20
_WORDS = [
    "planen",
    "budsjettet",
    "kommunestyret",
    "målene",
    "årshjulet",
    "rådmannen",
    "vedtaket",
    "innbyggerne",
    "frister",
    "samfunnsdelen",
    "vi",
    "de",
    "skal",
    "har",
    "ikke",
    "fikk",
    "kom",
    "sa",
    "gjør",
    "ser",
    "trenger",
    "i",
    "på",
    "til",
    "fra",
    "om",
    "med",
    "for",
    "av",
]


def _text(rng: random.Random) -> tuple[str, list[tuple[int, int]]]:
    """An interview and where its answers stand."""
    parts, answers, length = [], [], 0
    while length < CHARACTERS:
        question = "Intervjuer: Hva med " + " ".join(rng.choices(_WORDS, k=5)) + "?\r\n"
        sentences = [" ".join(rng.choices(_WORDS, k=12)).capitalize() + "." for _ in range(4)]
        answer = ("\N{FIRE ENGINE} " if rng.random() < 0.02 else "") + " ".join(sentences)
        begin = length + len(question) + len("Informant: ")
        parts += [question, "Informant: ", answer, "\r\n"]
        answers.append((begin, begin + len(answer)))
        length = begin + len(answer) + 2
    return "".join(parts), answers


def write_projects(folder: Path, codes: dict[str, str]) -> None:
    """Write two coders' projects that mostly agree.

    Args:
        folder: Where ``A.qdpx`` and ``B.qdpx`` go.
        codes: GUID to label of the codes.
    """
    rng = random.Random(SEED)
    guids = sorted(codes)
    texts = [_text(rng) for _ in range(INTERVIEWS)]
    each = CODINGS // 2 // INTERVIEWS
    marks: dict[str, list[list[str]]] = {"A": [], "B": []}
    for text, answers in texts:
        wide = [i for i, c in enumerate(text) if ord(c) > 0xFFFF]
        chosen = [(rng.choice(answers), rng.choice(guids)) for _ in range(each)]
        for coder in marks:
            own = [
                pair if rng.random() < 0.85 else (rng.choice(answers), rng.choice(guids))
                for pair in chosen
            ]
            marks[coder].append(
                [
                    f'<PlainTextSelection startPosition="{a + sum(w < a for w in wide)}" '
                    f'endPosition="{b + sum(w < b for w in wide)}"><Coding creatingUser="{coder}">'
                    f'<CodeRef targetGUID="{guid}"/></Coding></PlainTextSelection>'
                    for (a, b), guid in own
                ]
            )
    listed = "".join(f'<Code guid="{g}" name="{n}" isCodable="true"/>' for g, n in codes.items())
    variables = "".join(
        f'<Variable guid="{v}" name="{v}" typeOfVariable="Text"/>'
        for v in ("kommune", "rolle", "bolge")
    )
    values = "".join(
        f'<VariableValue><VariableRef targetGUID="{v}"/><TextValue>{x}</TextValue></VariableValue>'
        for v, x in (("kommune", "k01"), ("rolle", "ordforer"), ("bolge", "T2"))
    )
    for coder, per_source in marks.items():
        sources = "".join(
            f'<TextSource guid="s{i}" name="Intervju {i}" plainTextPath="internal://s{i}.txt">{values}'
            f"{''.join(selections)}</TextSource>"
            for i, selections in enumerate(per_source)
        )
        with zipfile.ZipFile(folder / f"{coder}.qdpx", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(
                "project.qde",
                f'<Project xmlns="urn:QDA-XML:project:1.0" origin="NVivo"><Users><User guid="{coder}" '
                f'name="Koder {coder}"/></Users><CodeBook><Codes>{listed}</Codes></CodeBook>'
                f"<Variables>{variables}</Variables><Sources>{sources}</Sources></Project>",
            )
            for i, (text, _) in enumerate(texts):
                archive.writestr(f"sources/s{i}.txt", text.encode("utf-8"))


def measure(folder: Path, codebook: Path) -> dict[str, Any]:
    """Measure this process; meant to run in one of its own.

    Args:
        folder: Folder with the projects; tables are written beside them.
        codebook: The codebook's folder.

    Returns:
        CPU seconds by step, sizes, memory in MB, and the package's seconds and largest difference.
    """
    import pandas as pd

    from plankompass.indicators.unit_agreement import unit_agreement
    from plankompass.indicators.unit_ratings import codes_below, rate_units
    from plankompass.ingest.interviews.projects import ingest_interviews
    from plankompass.statistics.agreement import cohen_kappa, krippendorff_alpha
    from plankompass.study.codebook import load_codebook
    from plankompass.study.config_models import StatisticsConfig
    from plankompass.tables import read_table, write_table

    book = load_codebook(codebook)
    cohen_kappa([[0, 1], [0, 1]])  # what is imported on first use
    row = {
        "kommune_id": "k01", "code": "9901", "name": "Eksempelvik", "official_name": "Eksempelvik",
        "before_codes": "", "county": "", "peer_group": "a", "size_class": "s", "language": "nb",
        "territory_from": "2020-01-01", "territory_note": "", "splits_on": pd.NaT,
    }  # fmt: skip
    write_table("municipalities", pd.DataFrame([row]), folder / "municipalities.parquet")
    names = ("interviews", "segments", "transcripts", "text_units", "consensus")
    outputs = {name: folder / f"{name}.parquet" for name in names}
    steps = {}
    start = time.process_time()
    ingest_interviews(
        {"municipalities": folder / "municipalities.parquet"},
        outputs | {"avvik": folder / "avvik.csv"},
        {
            "raw": str(folder), "interviews": {"projects": ["A.qdpx", "B.qdpx"]}, "limits": {},
            "waves": {"T2": {"first_day": "2023-01-01", "last_day": "2023-12-31", "as_of": "2023-12-31"}},
            "codebook": str(codebook),
        },
    )  # fmt: skip
    steps["two projects read, checked, matched and written as tables"] = time.process_time() - start
    start = time.process_time()
    interviews, segments, transcripts, text_units = (
        read_table(name, outputs[name]) for name in names[:4]
    )
    ratings = rate_units(interviews, segments, transcripts, text_units)
    table = unit_agreement(
        interviews, segments, ratings, book, StatisticsConfig(bootstrap_draws=DRAWS)
    )
    steps["agreement on interviews and paragraphs, every code and category"] = (
        time.process_time() - start
    )
    matrices = {code: ratings.of(counting) for code, counting in codes_below(book).items()}
    start = time.process_time()
    ours = {c: krippendorff_alpha(m, "nominal", replicates=0) for c, m in matrices.items()}
    alone = time.process_time() - start
    return {
        "steps": steps, "codes": len(matrices), "units": len(ratings.units),
        "codings": len(segments), "rows": len(table), "alone": alone,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "package": _package(matrices, ours),
    }  # fmt: skip


def _package(matrices: dict[str, Any], ours: dict[str, float]) -> dict[str, Any] | None:
    """The krippendorff package on the same matrices; None where it is not installed."""
    try:
        from importlib.metadata import version

        import krippendorff
    except ImportError:
        return None
    start = time.process_time()
    theirs = {
        code: krippendorff.alpha(reliability_data=matrix, level_of_measurement="nominal")
        for code, matrix in matrices.items()
    }
    seconds = time.process_time() - start
    largest = max(abs(theirs[code] - ours[code]) for code in matrices)
    return {"seconds": seconds, "difference": float(largest), "version": version("krippendorff")}


def summarise(found: dict[str, Any]) -> list[str]:
    """The measured table.

    Args:
        found: From ``measure``.

    Returns:
        Lines of Markdown.
    """
    total = sum(found["steps"].values())
    lines = ["| step, one process, one core | CPU seconds |", "|---|---|"]
    lines += [f"| {name} | {seconds:.1f} |" for name, seconds in found["steps"].items()]
    lines += [
        f"| **together** (to stay under {LIMIT_SECONDS}) | **{total:.1f}** |",
        "",
        f"{INTERVIEWS} interviews of {CHARACTERS:,} characters, two coders, {found['codings']:,} codings that "
        f"differ, {found['units']:,} paragraphs, {found['codes']} codes and categories, {DRAWS:,} bootstrap "
        f"draws. Largest memory: {found['memory']:.0f} MB.".replace(",", " ").replace("  ", ", "),
        "",
    ]
    package = found["package"]
    if package is None:
        return [*lines, "The krippendorff package is not on this machine: no ratio."]
    return [
        *lines,
        f"The krippendorff package {package['version']} on the same matrices, alpha without interval (it has no "
        f"bootstrap): {package['seconds']:.1f} s; the same here {found['alone']:.1f} s, "
        f"{package['seconds'] / found['alone']:.1f} times. Largest difference between the alphas: "
        f"{package['difference']:.1e}.",
    ]


def run_interview_benchmark(root: Path) -> list[str]:
    """Measure in a process of its own, and tell.

    Args:
        root: The checkout.

    Returns:
        Lines of Markdown.

    Raises:
        RuntimeError: The measured process failed.
    """
    from plankompass.ingest.interviews.codes import code_guid
    from plankompass.study.codebook import load_codebook

    book = load_codebook(root / "codebook")
    codes = {code_guid(c.id): c.nb for c in book.codes.values() if not c.descriptive}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print("writing two projects ...", flush=True)
        write_projects(folder, codes)
        print("reading them and computing agreement ...", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "plankompass.commands.measuring_interviews", name, str(root / "codebook")],
            capture_output=True, text=True, check=False,
            env=dict(os.environ, OPENBLAS_NUM_THREADS="1"),
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"the measured process failed:\n{done.stderr[-2000:]}")
        return summarise(json.loads((folder / "measured.json").read_text(encoding="utf-8")))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    (target / "measured.json").write_text(
        json.dumps(measure(target, Path(sys.argv[2]))), encoding="utf-8"
    )
