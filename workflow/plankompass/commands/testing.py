"""Tests and lint: what they need from the system, and what they run."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

#: System packages that tests use, by the command that shows they are there.
SYSTEM_PACKAGES = {"chromium": "chromium", "java": "default-jre-headless", "npm": "npm"}
#: Checkers of pages (axe-core, the Nu HTML Checker) with a hash for each: package.json and its lock.
PAGE_CHECKERS = Path("tests/browser/tools")
_BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")


def _has(command: str) -> bool:
    names = _BROWSER_NAMES if command == "chromium" else (command,)
    return any(shutil.which(name) for name in names)


def install_system_packages() -> None:
    """Install what tests need from the system where that may be done: as root, with apt.

    What cannot be installed is left to the tests, which skip with a line that says so.
    """
    missing = [package for command, package in SYSTEM_PACKAGES.items() if not _has(command)]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        print(
            f"not installed, and tests that need it are skipped: {', '.join(missing)} "
            "(run as root where apt-get is, or install it yourself)"
        )
        return
    print(f"installing for the tests: {', '.join(missing)} ...", flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", *missing]):
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            print(f"could not be installed: {' '.join(command)}: {done.stderr.strip()[-300:]}")
            return


def page_checkers_folder() -> Path:
    """Where the checkers of pages are installed: in the environment, so that they go with it."""
    return Path(sys.prefix) / "page-checkers"


def install_page_checkers(root: Path) -> None:
    """Install the locked checkers of pages into the environment; nothing where they are already.

    What cannot be installed is left to the tests, which skip with a line that says so.

    Args:
        root: The checkout.
    """
    sources = [root / PAGE_CHECKERS / name for name in ("package.json", "package-lock.json")]
    wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()
    folder = page_checkers_folder()
    marker = folder / "installed"
    if marker.is_file() and marker.read_text(encoding="utf-8") == wanted:
        return
    if shutil.which("npm") is None:
        print("not installed, and tests that need it are skipped: axe-core, vnu-jar (no npm)")
        return
    print("installing for the tests: axe-core, vnu-jar (each checked by its hash) ...", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    marker.unlink(missing_ok=True)
    for path in sources:
        shutil.copyfile(path, folder / path.name)
    # no scripts of the packages run: the validator's would fetch a Java of its own
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    for _ in range(2):
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            marker.write_text(wanted, encoding="utf-8")
            return
    print(f"could not be installed: {' '.join(command)}: {done.stderr.strip()[-300:]}")


def run_tests(arguments: Sequence[str], root: Path) -> int:
    """Run the tests.

    Args:
        arguments: Further arguments of pytest.
        root: The checkout.

    Returns:
        pytest's exit code.
    """
    install_system_packages()
    install_page_checkers(root)
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
    command = [sys.executable, "-m", "pytest", *arguments]
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode


def lint_commands(root: Path) -> list[list[str]]:
    """The commands of ``plankompass lint``.

    Args:
        root: The checkout.

    Returns:
        One argument list a check.
    """
    tools = Path(sys.executable).parent
    rules = sorted(str(p.relative_to(root)) for p in (root / "workflow/rules").glob("*.smk"))
    return [
        [str(tools / "ruff"), "check", "--no-cache", "workflow", "tests", "benchmarks"],
        [str(tools / "ruff"), "format", "--check", "--no-cache", "workflow", "tests", "benchmarks"],
        [str(tools / "snakefmt"), "--check", "Snakefile", *rules],
        [str(tools / "lint-imports"), "--no-cache"],
        [str(tools / "snakemake"), "--lint"],
    ]


def run_lint(root: Path) -> int:
    """Run every style check and tell which failed.

    Args:
        root: The checkout.

    Returns:
        0 when all passed.
    """
    failed = []
    for command in lint_commands(root):
        name = Path(command[0]).name
        print(f"== {name} {' '.join(command[1:3])}", flush=True)
        if subprocess.run(command, cwd=root, check=False).returncode != 0:
            failed.append(name)
    print("all checks passed" if not failed else f"failed: {', '.join(sorted(set(failed)))}")
    return 1 if failed else 0


def run_fuzz(cases: int, seed: int, targets: Sequence[str], root: Path) -> int:
    """Run random and damaged raw files through the readers.

    Args:
        cases: Cases of each target.
        seed: The first case.
        targets: Targets of ``tests/fuzz``; all when empty.
        root: The checkout.

    Returns:
        0 when every case was read, or refused in one line.
    """
    chosen = [word for target in targets for word in ("--target", target)]
    command = [sys.executable, "-m", "tests.fuzz", f"--cases={cases}", f"--seed={seed}", *chosen]
    environment = dict(os.environ, OPENBLAS_NUM_THREADS="1", PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run(command, cwd=root, env=environment, check=False).returncode
