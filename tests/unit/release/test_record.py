"""A release's record: manifest, what moved since the one before, and how files are held against it."""

from __future__ import annotations

import shutil

import pytest
import yaml
from tests.unit.release.test_changes import estimate, tables

from plankompass.release.changes import KEPT
from plankompass.release.manifest import (
    RawFile,
    Released,
    compare_files,
    compare_inputs,
    read_manifest,
    released_file,
)
from plankompass.release.record import (
    Made,
    changed_numbers,
    changed_workflow,
    changelog_entry,
    last_release,
    release_numbers,
    write_changelog,
    write_release,
)
from plankompass.study.problems import PlankompassError
from plankompass.tables import write_table

PAGE = "<html><body><p>{}</p></body></html>"


def make(folder, value=3.4, sentence="Verdien er 3,4.", config=(), environment=(), raw="aa"):
    """What a release is made of, small."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, frame in tables([estimate("total", value)]).items():
        write_table(KEPT[name], frame, folder / f"{name}.parquet")
        files[f"publishable/{name}.parquet"] = folder / f"{name}.parquet"
    (folder / "rapport.html").write_text(PAGE.format(sentence), encoding="utf-8")
    files["reports/9901/rapport.html"] = folder / "rapport.html"
    (folder / "codebook").mkdir(exist_ok=True)
    (folder / "codebook/items.yaml").write_text("items: []\n")
    plain = {
        "study": "prove", "example": True, "report": {"dated": "2023-06-15"},
        "statistics": {"seed": 7, "confidence": 0.95}, **dict(config),
    }  # fmt: skip
    return Made(plain, "0.1.0", "abcdef0123456789", {"a.sav": RawFile(sha256=raw * 32, bytes=3)},
                files, folder / "codebook", {"python": "3.11.7", **dict(environment)})  # fmt: skip


def test_a_release_says_what_it_was_made_from(tmp_path):
    write_release(make(tmp_path / "made"), tmp_path / "releases", 1)
    manifest = read_manifest(tmp_path / "releases/1")
    assert manifest.seeds == {"statistics.seed": 7}
    assert manifest.inputs["a.sav"].bytes == 3
    assert set(manifest.files) == {
        *(f"publishable/{name}.parquet" for name in KEPT), "reports/9901/rapport.html"
    }  # fmt: skip
    names = {p.name for p in (tmp_path / "releases/1").iterdir()}
    assert names == {
        "manifest.json", "texts.xz", "publishable", "config.yaml", "environment.json", "codebook"
    }  # fmt: skip
    assert yaml.safe_load((tmp_path / "releases/1/config.yaml").read_text())["study"] == "prove"
    assert last_release(tmp_path / "releases", "prove").name == "1"


def test_the_same_files_are_the_same(tmp_path):
    made = make(tmp_path / "made")
    manifest = write_release(made, tmp_path / "releases", 1)
    findings = compare_files(manifest, Released(tmp_path / "releases/1"), made.files)
    assert {f.state for f in findings} == {"same"}


def test_a_difference_is_named_from_the_record_alone(tmp_path):
    manifest = write_release(make(tmp_path / "made"), tmp_path / "releases", 1)
    shutil.rmtree(tmp_path / "made")
    other = make(tmp_path / "other", 3.6, "Verdien er 3,6.")
    found = {
        f.path: f for f in compare_files(manifest, Released(tmp_path / "releases/1"), other.files)
    }
    cell = found["publishable/estimates.parquet"]
    assert cell.state == "different" and "column value: was 3.4, is 3.6" in cell.where
    said = found["reports/9901/rapport.html"].where
    assert said == "sentence 1: was «Verdien er 3,4.», is «Verdien er 3,6.»"
    assert found["publishable/response.parquet"].state == "same"


def test_only_the_layout_differs(tmp_path):
    made = make(tmp_path / "made")
    manifest = write_release(made, tmp_path / "releases", 1)
    page = made.files["reports/9901/rapport.html"]
    page.write_text(page.read_text().replace("<p>", "<p class='x'>"))
    findings = compare_files(manifest, Released(tmp_path / "releases/1"), made.files)
    [finding] = [f for f in findings if f.state != "same"]
    assert finding.where.startswith("every cell and sentence is the same")


def test_a_damaged_file_is_one_finding_among_the_others(tmp_path):
    made = make(tmp_path / "made")
    manifest = write_release(made, tmp_path / "releases", 1)
    made.files["publishable/response.parquet"].write_bytes(b"PAR1")
    findings = compare_files(manifest, Released(tmp_path / "releases/1"), made.files)
    [finding] = [f for f in findings if f.state != "same"]
    assert finding.state == "different" and "the file is damaged" in finding.where


def test_missing_and_new_files_are_told(tmp_path):
    made = make(tmp_path / "made")
    manifest = write_release(made, tmp_path / "releases", 1)
    files = dict(made.files)
    files["reports/9902/rapport.html"] = files.pop("reports/9901/rapport.html")
    states = {
        f.path: f.state
        for f in compare_files(manifest, Released(tmp_path / "releases/1"), files)
        if f.state != "same"
    }
    assert states == {"reports/9901/rapport.html": "missing", "reports/9902/rapport.html": "new"}


def test_a_manifest_alone_says_that_it_is_alone(tmp_path):
    manifest = write_release(make(tmp_path / "made"), tmp_path / "releases", 1)
    other = make(tmp_path / "other", sentence="Annet.")
    found = compare_files(manifest, Released(tmp_path / "nowhere"), other.files)
    [finding] = [f for f in found if f.state != "same"]
    assert "only its hash" in finding.where


def test_raw_files_are_held_against_the_release(tmp_path):
    (tmp_path / "a.sav").write_bytes(b"abc")
    entry = released_file(tmp_path / "a.sav")
    made = make(tmp_path / "made")
    manifest = write_release(made, tmp_path / "r", 1).model_copy(
        update={"inputs": {n: RawFile(sha256=entry.sha256, bytes=3) for n in ("a.sav", "b.sav")}}
    )
    found = compare_inputs(manifest, tmp_path, ["a.sav", "c.sav"])
    assert [(f.path, f.state) for f in found] == [
        ("a.sav", "same"), ("b.sav", "missing"), ("c.sav", "new")
    ]  # fmt: skip
    (tmp_path / "a.sav").write_bytes(b"abd")
    assert compare_inputs(manifest, tmp_path, ["a.sav"])[0].state == "different"


def test_the_changelog_tells_results_from_workflow(tmp_path):
    folder = tmp_path / "releases"
    first = write_release(make(tmp_path / "a"), folder, 1)
    changes = changed_numbers(folder / "1", folder / "1")
    write_changelog(folder, "prove", 1, changelog_entry(first, [], [], changes))
    second = write_release(
        make(tmp_path / "b", 3.6, config={"statistics": {"seed": 8, "confidence": 0.95}}.items(),
             environment={"python": "3.12.1"}.items(), raw="bb"),
        folder, 2,
    )  # fmt: skip
    changes = changed_numbers(folder / "1", folder / "2")
    workflow = changed_workflow(folder / "1", folder / "2")
    assert workflow == [
        "environment: python: 3.11.7 -> 3.12.1",
        "configuration: statistics.seed: 7 -> 8",
        "raw files changed: a.sav",
    ]
    for _ in range(2):  # written anew, an entry stands once
        write_changelog(folder, "prove", 2, changelog_entry(second, ["x -> y"], workflow, changes))
    text = (folder / "CHANGELOG.md").read_text(encoding="utf-8")
    assert text.index("## Release 2") < text.index("## Release 1")
    assert text.count("## Release 2") == 1 and "- 1 changed" in text and "- First release." in text
    assert release_numbers(folder) == [1, 2]


def test_what_is_no_release_is_told(tmp_path):
    with pytest.raises(PlankompassError, match="no release of prove yet"):
        last_release(tmp_path, "prove")
    with pytest.raises(PlankompassError, match="no release manifest here"):
        read_manifest(tmp_path)
    (tmp_path / "manifest.json").write_text('{"study": 1}')
    with pytest.raises(PlankompassError, match="not a release manifest"):
        read_manifest(tmp_path)
    made = make(tmp_path / "made")
    made.files["reports/9901/rapport.html"].unlink()
    with pytest.raises(PlankompassError, match=r"rapport\.html: does not exist"):
        write_release(made, tmp_path / "releases", 1)
    assert not (tmp_path / "releases/1").exists()
