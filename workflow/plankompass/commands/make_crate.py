"""The replication crate: release, program and descriptions in one folder or zip."""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from pathlib import Path

from plankompass import __version__
from plankompass.commands.make_release import delivered_files, study_plan
from plankompass.commands.verify import PROGRAM
from plankompass.release.crate import write_crate
from plankompass.release.datapackage import write_tables
from plankompass.release.ddi import survey_codebook
from plankompass.release.manifest import MANIFEST, PUBLISHABLE, read_manifest
from plankompass.release.packing import add_entry
from plankompass.release.record import CHANGELOG, CODEBOOK, CONFIG, ENVIRONMENT
from plankompass.study.hashing import hash_file
from plankompass.study.problems import PlankompassError, StageFailedError
from plankompass.study.strict_yaml import load_yaml

_ABOUT = ("README.md", "LICENSE", "CITATION.cff")


def make_crate(study: str, root: Path, release: Path, target: Path) -> int:
    """Write the replication crate of a release that was just made.

    Args:
        study: The study's id.
        root: The checkout, with the study built.
        release: Folder of the release.
        target: Folder to write, or a ``.zip``; it must not exist.

    Returns:
        0.

    Raises:
        PlankompassError: The target exists, or the built files are not those of the release.
    """
    if target.exists():
        raise PlankompassError(f"{target.as_posix()}: exists already; name one that does not")
    if target.suffix == ".zip":
        with tempfile.TemporaryDirectory(prefix="plankompass-crate-") as temporary:
            folder = Path(temporary) / target.stem
            _fill(study, root, release, folder)
            _pack(folder, target)
    else:
        _fill(study, root, release, target)
    print(f"Replication crate: {target.as_posix()}")
    print(f"Check it with: ./plankompass verify --bundle {target.as_posix()}")
    return 0


def _fill(study: str, root: Path, release: Path, folder: Path) -> None:
    plan = study_plan(study, root)
    manifest = read_manifest(release)
    processed, reports = root / "data/processed" / study, root / "reports" / study
    files = delivered_files(plan, processed / PUBLISHABLE, reports)
    other = [
        f"{path}: is not the released file; build again, or make a new release"
        for path, entry in manifest.files.items()
        if path not in files or not files[path].is_file() or hash_file(files[path]) != entry.sha256
    ]
    if other:
        raise StageFailedError("crate", other)
    folder.mkdir(parents=True)
    skip = shutil.ignore_patterns("__pycache__", "*.pyc", ".*")
    for name in (*PROGRAM, *_ABOUT):
        source = root / name
        if source.is_dir() and not source.is_symlink():
            shutil.copytree(source, folder / name, ignore=skip)
        elif source.is_file():
            shutil.copy2(source, folder / name)
    for name in (MANIFEST, CONFIG, ENVIRONMENT):
        shutil.copyfile(release / name, folder / name)
    shutil.copytree(release / CODEBOOK, folder / CODEBOOK)
    if (release.parent / CHANGELOG).is_file():
        shutil.copyfile(release.parent / CHANGELOG, folder / CHANGELOG)
    for path in manifest.files:
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(files[path], target)
    config = load_yaml(release / CONFIG, name=CONFIG)
    environment = json.loads((release / ENVIRONMENT).read_text(encoding="utf-8"))
    package = write_tables(folder / PUBLISHABLE, folder, config, version=__version__)
    text = json.dumps(package, ensure_ascii=False, indent=1)
    (folder / "datapackage.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    sources = sorted({source["file"] for source in config["surveys"]})
    described = survey_codebook(config, plan.book, version=__version__, sources=sources)
    (folder / "ddi-codebook.xml").write_bytes(described)
    write_crate(folder, manifest, config, environment)


def _pack(folder: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = path.relative_to(folder).as_posix()  # RO-Crate: the metadata stands at the root
            program = bool(path.stat().st_mode & 0o100)
            add_entry(archive, name, path.read_bytes(), executable=program)
