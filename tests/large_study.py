"""A large made-up study, built and looked over page by page: ``python -m tests.large_study --out DIR``.

Names and codes are those of real municipalities, for their lengths and letters; every answer is made
up. All pages are proofread (texts, numbers, access, layout), and some at random become pictures.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from pathlib import Path

import pypdfium2
from tests.workflow.checkout import ROOT, copy_checkout, environment

_SCALE = 1.35


def build(target: Path, municipalities: int, seed: int) -> int:
    """Make the study in a copy of the checkout, build it and proofread it.

    Args:
        target: Where to work; must not exist, or hold an earlier run, which is brought up to date.
        municipalities: How many.
        seed: Seed of the study.

    Returns:
        Exit code of the first step that failed, or 0.
    """
    copy_checkout(target)
    made = [
        sys.executable, "-m", "tests.study_factory", "--out", str(target / "data/raw/eksempel"),
        "--municipalities", str(municipalities), "--seed", str(seed), "--real-codes",
        "--truth", str(target / "truth"), "--config", str(target / "config.yaml"),
        "--raw-name", "data/raw/eksempel",
    ]  # fmt: skip
    subprocess.run(made, cwd=ROOT, check=True)
    for command in (["build"], ["proofread"]):
        run = [sys.executable, "-m", "plankompass", *command]
        done = subprocess.run(run, cwd=target, env=environment(target), check=False)
        if done.returncode:
            return done.returncode
    return 0


def pictures(target: Path, count: int, seed: int) -> list[Path]:
    """Pages picked at random as PNG files.

    Args:
        target: The built study.
        count: How many pages.
        seed: Seed of the choice.

    Returns:
        The files, named by municipality and page.
    """
    pages = []
    for path in sorted((target / "reports/eksempel").glob("*/rapport*.pdf")):
        with pypdfium2.PdfDocument(path) as document:
            pages += [(path, i) for i in range(len(document))]
    folder = target / "pictures"
    folder.mkdir(exist_ok=True)
    made = []
    for path, i in random.Random(seed).sample(pages, count):
        with pypdfium2.PdfDocument(path) as document:
            picture = folder / f"{path.parent.name}-{i + 1}.png"
            document[i].render(scale=_SCALE).to_pil().save(picture)
            made.append(picture)
    print(f"{count} of {len(pages)} pages: {folder}")
    return made


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--municipalities", type=int, default=60)
    parser.add_argument("--seed", type=int, default=8)
    parser.add_argument("--pictures", type=int, default=20)
    given = parser.parse_args()
    target = given.out.resolve()
    code = build(target, given.municipalities, given.seed)
    pictures(target, given.pictures, given.seed)
    return code


if __name__ == "__main__":
    sys.exit(main())
