"""The committed example: made again from its raw files, every file is the released one."""

from __future__ import annotations

import re
import shutil
from hashlib import sha256

import pandas as pd
import pytest

from plankompass.commands import verify as module
from plankompass.commands.make_release import delivered_files, study_plan
from plankompass.commands.verify import verify
from plankompass.jobs.ledger_file import ledger_path
from plankompass.release.delivery import for_readers
from plankompass.release.manifest import read_manifest
from plankompass.study.problems import PlankompassError
from plankompass.tables import write_table

HINT = (
    "the committed release of the example is not what the program makes: if that is as it should be, "
    "write it anew with ./plankompass release eksempel --replace and commit releases/"
)


@pytest.fixture
def release(root):
    return root / "releases/eksempel/1"


def test_every_file_of_the_committed_example_is_the_same(verified, release):
    said = verified.done.stdout
    count = len(read_manifest(release).files)
    assert verified.done.returncode == 0, f"{HINT}\n{said[-3000:]}{verified.done.stderr[-2000:]}"
    assert f"{count} files: {count} same" in said
    assert len(re.findall(r"^same ", said, re.MULTILINE)) == count


def test_the_manifest_names_everything_that_readers_get(verified, release, root):
    made = {
        p.relative_to(verified.folder / "reports/eksempel").as_posix()
        for p in (verified.folder / "reports/eksempel").rglob("*")
        if p.is_file()
    }
    named = {
        f.removeprefix("reports/") for f in read_manifest(release).files if f.startswith("reports/")
    }
    assert named == made
    assert set(read_manifest(release).inputs) == set(study_plan("eksempel", root).hashes)


def test_raw_files_are_not_written_to(verified):
    assert (verified.folder / "data/raw/eksempel").is_symlink()


def test_a_release_without_its_raw_files_is_verified_from_the_published_tables(
    verified, released, tmp_path, root, monkeypatch, capsys
):
    """Reports are those of the clean build; that they can be made again is the next test's."""
    reports = verified.folder / "reports/eksempel"

    def copy_for_readers(_, __, target):
        shutil.copytree(reports, target)
        index = target / "index.html"
        index.write_bytes(for_readers(index.name, index))

    monkeypatch.setattr(module, "render_again", copy_for_readers)
    assert verify("eksempel", root, bundle=released) == 0
    said = capsys.readouterr().out
    assert "Every file is the same." in said and "nothing hidden can be worked out" in said

    bundle = tmp_path / "bundle"
    shutil.copytree(released, bundle)
    table = bundle / "publishable/response.parquet"
    frame = pd.read_parquet(table)
    frame.loc[frame["n"].notna().idxmax(), "n"] += 1
    frame.to_parquet(table)
    monkeypatch.setattr("plankompass.commands.audit.audit_published", lambda *_: 0)
    assert verify("eksempel", root, bundle=bundle) == 1
    said = capsys.readouterr().out
    assert (
        re.search(r"\d+ whole, 1 changed", said)
        and "DIFFERENT publishable/response.parquet" in said
    )


def test_reports_are_made_again_from_the_published_tables_alone(
    verified, released, tmp_path, monkeypatch
):
    """One municipality and the network, then the index and the delivery of all; the others are copied."""
    reports, every, copied = verified.folder / "reports/eksempel", module.report_jobs, set()

    def few(*arguments):
        documents, last = every(*arguments)
        network = next(d for d in documents if d[0].outputs["report"].startswith("nettverk"))
        for jobs in documents[1:]:
            for name in (f for job in jobs if jobs is not network for f in job.outputs.values()):
                (tmp_path / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(reports / name, tmp_path / name)
                copied.add(name)
        return [documents[0], network], last

    monkeypatch.setattr(module, "report_jobs", few)
    module.render_again(released, read_manifest(released), tmp_path)
    made = {p.relative_to(tmp_path).as_posix(): p for p in tmp_path.rglob("*") if p.is_file()}
    anew = set(made) - copied
    assert len(anew) == 12  # five files a document, index, delivery
    for name in anew:
        entry = read_manifest(released).files[f"reports/{name}"]
        assert sha256(made[name].read_bytes()).hexdigest() == entry.sha256, name


def test_a_release_after_deliveries_is_made_again_with_them_and_no_later_one(tmp_path, released):
    manifest = read_manifest(released).model_copy(update={"earlier_deliveries": 1})
    with pytest.raises(PlankompassError, match="attacked together with 1 earlier deliveries"):
        module._copy_ledger(manifest, tmp_path / "processed", tmp_path / "clean")
    row = {"name": "a", "level": "network", "unit": "network", "wave": "T2", "group": "folkevalgte",
           "gathering": "", "indicator": "x", "component": "total", "value": 3.4, "n": 20,
           "population": 30, "class_value": "", "status": "published", "reason": "", "display": "",
           "digest": "0"}  # fmt: skip
    ledger = pd.DataFrame([row | {"release": n} for n in (1, 2)])
    write_table("release_ledger", ledger, ledger_path(tmp_path / "processed"))
    module._copy_ledger(manifest, tmp_path / "processed", tmp_path / "clean")
    kept = pd.read_parquet(ledger_path(tmp_path / "clean"))
    assert list(kept["release"]) == [1]


def test_the_example_is_not_released_after_a_delivery(released, verified, monkeypatch):
    from plankompass.commands import make_release

    monkeypatch.chdir(verified.folder)
    monkeypatch.setattr(make_release, "deliveries_noted", lambda _: 2)
    with pytest.raises(PlankompassError, match="from its raw files alone"):
        make_release.release("eksempel", verified.folder)


def test_what_cannot_be_verified_is_told(root, tmp_path, release):
    with pytest.raises(PlankompassError, match="exists already"):
        verify("eksempel", root, keep=tmp_path)
    with pytest.raises(PlankompassError, match="neither a folder nor a zip"):
        verify("eksempel", root, bundle=release / "texts.xz")
    with pytest.raises(PlankompassError, match="no release manifest here"):
        verify("eksempel", root, release=tmp_path)
    other = tmp_path / "manifest.json"
    text = (release / "manifest.json").read_text(encoding="utf-8")
    other.write_text(text.replace('"study": "eksempel"', '"study": "annen"'), encoding="utf-8")
    with pytest.raises(PlankompassError, match="is a release of annen"):
        verify("eksempel", root, release=other)


def test_a_missing_report_is_among_the_files(root, tmp_path):
    plan = study_plan("eksempel", root)
    files = delivered_files(plan, tmp_path, tmp_path / "reports")
    assert "reports/9901/rapport.pdf" in files and "reports/levering.zip" in files
