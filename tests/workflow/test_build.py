"""The main job: from raw files to every report, only what changed done again, the same bytes always."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.workflow.checkout import MUNICIPALITIES, plankompass, results, snakemake

from plankompass.reports.schema import read_document
from plankompass.reports.view import all_sentences


def _jobs(text: str) -> dict[str, int]:
    """Rule to number of jobs in the engine's table of jobs."""
    plain = text.replace("_", " ")
    return {
        name.strip().replace(" ", "_"): int(count)
        for name, count in re.findall(
            r"^\s{0,3}([a-z][a-z ]+?)\s{2,}(\d+)\s*$", plain, re.MULTILINE
        )
    }


def test_every_municipality_gets_its_reports(built: Path):
    folders = sorted(p.name for p in (built / "reports/eksempel").iterdir() if p.is_dir())
    codes = [name for name in folders if name.isdigit()]
    assert len(codes) == MUNICIPALITIES
    for name in [*codes, "nettverk"]:
        for kind in ("json", "html", "pdf"):
            assert (built / f"reports/eksempel/{name}/rapport.{kind}").stat().st_size > 1000
    index = (built / "reports/eksempel/index.html").read_text(encoding="utf-8")
    assert all(f"{code}/rapport.pdf" in index for code in codes)


def test_every_sentence_leads_to_a_rule_and_a_number(built: Path):
    for path in sorted(built.glob("reports/eksempel/*/rapport.json")):
        report = read_document(path)
        sentences = all_sentences(report)
        assert sentences, path
        for sentence in sentences:
            trace = sentence.trace
            assert trace.rule and trace.indicator and trace.value, f"{path}: {sentence.text}"
            interval = trace.interval or ""
            assert bool(trace.n) or not interval, f"{path}: {sentence.text}"


def test_nothing_temporary_is_left(built: Path):
    assert not list(built.rglob(".partial-*"))


def test_the_folder_of_personal_data_is_closed_to_others(built: Path):
    assert (built / "data/processed/eksempel").stat().st_mode & 0o777 == 0o700
    # the coders' pages hold what persons said, and are no reports
    coders = built / "data/processed/eksempel/coders"
    assert coders.stat().st_mode & 0o777 == 0o700
    assert "eksempeldata" in (coders / "uenighet.html").read_text(encoding="utf-8")
    assert not list((built / "reports").rglob("*uenighet*"))


def test_the_engine_can_report_on_the_run(checkout: Path):
    done = snakemake(checkout, "--report", "run.zip")
    assert done.returncode == 0, done.stderr[-2000:]
    assert (checkout / "run.zip").stat().st_size > 10_000


def test_a_second_build_does_nothing_and_says_so(checkout: Path):
    before = results(checkout)
    again = plankompass(checkout, "build")
    assert again.returncode == 0
    assert "Nothing to do" in again.stdout
    assert results(checkout) == before


def test_plain_snakemake_finds_nothing_to_do_either(checkout: Path):
    again = snakemake(checkout, "--cores", "1")
    assert again.returncode == 0, again.stderr[-2000:]
    assert "Nothing to be done" in again.stdout + again.stderr


def test_one_report_is_a_target(unbuilt: Path, tmp_path: Path):
    target = tmp_path / "checkout"
    shutil.copytree(unbuilt, target, symlinks=True)
    done = plankompass(target, "build", "eksempel/9902/rapport.pdf")
    assert done.returncode == 0, done.stderr[-3000:]
    made = [
        p.relative_to(target / "reports").as_posix() for p in (target / "reports").rglob("*.pdf")
    ]
    assert made == ["eksempel/9902/rapport.pdf"]
    # no terminal: plain lines tell how far it has come
    assert re.search(
        r"^\d+ of \d+ jobs done \(100 %\), [\d.]+ a (second|minute)$", done.stderr, re.M
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "4711", "LC_ALL": "C", "OPTION": "1"},
        {"TZ": "America/Adak", "PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "OPTION": "2"},
    ],
    ids=["one core", "two cores"],
)
def test_two_builds_give_the_same_bytes(built: Path, unbuilt: Path, tmp_path: Path, changes):
    target = tmp_path / "elsewhere"
    shutil.copytree(unbuilt, target, symlinks=True)
    cores = changes.pop("OPTION")
    done = plankompass(target, "build", "--cores", cores, **changes)
    assert done.returncode == 0, done.stderr[-3000:]
    assert results(target) == results(built)


def _dry_run(checkout: Path) -> dict[str, int]:
    done = plankompass(checkout, "build", "--dry-run")
    assert done.returncode == 0, done.stderr[-3000:]
    return _jobs(done.stdout + done.stderr)


def test_a_changed_formula_reruns_its_own_indicator_only(checkout: Path):
    path = checkout / "codebook/indicators.yaml"
    text = path.read_text(encoding="utf-8")
    assert "deadline_months: 12" in text
    path.write_text(text.replace("deadline_months: 12", "deadline_months: 14"), encoding="utf-8")
    jobs = _dry_run(checkout)
    assert jobs["compute_indicator"] == 1
    assert jobs["build_report"] == MUNICIPALITIES
    assert not [rule for rule in jobs if rule.startswith(("ingest", "read"))]


def test_a_changed_operator_reruns_the_indicators_that_use_it(checkout: Path):
    path = checkout / "workflow/plankompass/indicators/operators/events.py"
    path.write_text(path.read_text(encoding="utf-8") + "\nUNUSED = 1\n", encoding="utf-8")
    jobs = _dry_run(checkout)
    assert jobs["compute_indicator"] == 2  # planning_strategy_on_time, months_to_political_plan
    assert not [rule for rule in jobs if rule.startswith(("ingest", "read"))]


def test_changed_wording_reruns_no_indicator(checkout: Path):
    path = checkout / "codebook/report_questions.yaml"
    text = path.read_text(encoding="utf-8")
    assert "Hva står i veien?" in text
    path.write_text(text.replace("Hva står i veien?", "Hva hindrer oss?"), encoding="utf-8")
    jobs = _dry_run(checkout)
    assert jobs["build_report"] == MUNICIPALITIES
    assert "compute_indicator" not in jobs


def test_a_changed_template_only_sets_the_pages_again(checkout: Path):
    path = checkout / "workflow/plankompass/reports/templates/report.css"
    path.write_text(path.read_text(encoding="utf-8") + "\n/* x */\n", encoding="utf-8")
    jobs = _dry_run(checkout)
    assert jobs["render_report"] == MUNICIPALITIES
    assert "compute_indicator" not in jobs
    assert "release_tables" not in jobs


def test_changed_raw_content_under_an_old_time_stamp_is_seen(checkout: Path):
    import os

    path = checkout / "data/raw/eksempel/registers/attendance.csv"
    stamp = path.stat()
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",yes,", ",no,", 1), encoding="utf-8")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
    jobs = _dry_run(checkout)
    assert jobs["ingest_registers"] == 1
    assert "ingest_interviews" in jobs or "compute_indicator" in jobs
