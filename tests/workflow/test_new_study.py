"""A study of one's own: laid out, checked, and told what is missing."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.workflow.checkout import plankompass


def test_new_study_is_laid_out_and_the_check_says_what_is_missing(unbuilt: Path, tmp_path: Path):
    target = tmp_path / "checkout"
    shutil.copytree(unbuilt, target, symlinks=True)
    done = plankompass(target, "new", "nettverk2019")
    assert done.returncode == 0, done.stderr
    assert (target / "config/nettverk2019.yaml").is_file()
    assert (target / "data/raw/nettverk2019/README.md").is_file()
    header = (target / "data/raw/nettverk2019/registers/participants.csv").read_text("utf-8")
    assert header.startswith("kommune_id,code,")
    check = plankompass(target, "check", "nettverk2019")
    assert check.returncode != 0
    assert "no municipality takes part yet" in check.stderr
    assert "folkevalgte_T0.sav: the file does not exist" in check.stderr
    again = plankompass(target, "new", "nettverk2019")
    assert again.returncode != 0
    assert "is there already" in again.stderr


def test_own_study_builds_beside_the_example(built: Path, tmp_path: Path):
    target = tmp_path / "checkout"
    shutil.copytree(built, target, symlinks=True)
    (target / "config").mkdir(exist_ok=True)
    text = (target / "config.yaml").read_text(encoding="utf-8")
    text = text.replace("study: eksempel", "study: egen").replace(
        "data/raw/eksempel", "data/raw/egen"
    )
    (target / "config/egen.yaml").write_text(text, encoding="utf-8")
    shutil.copytree(target / "data/raw/eksempel", target / "data/raw/egen")
    done = plankompass(target, "build", "egen/9901")
    assert done.returncode == 0, done.stderr[-3000:]
    assert (target / "reports/egen/9901/rapport.pdf").is_file()
    assert not (target / "reports/egen/9902").exists()


def test_unknown_study_is_told(built: Path):
    done = plankompass(built, "build", "finnesikke")
    assert done.returncode != 0
    assert "no such study" in done.stderr
