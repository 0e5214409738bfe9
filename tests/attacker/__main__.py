"""Attack published folders: ``python -m tests.attacker FOLDER [LATER FOLDER ...]``."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import yaml
from tests.attacker.attack import attack
from tests.attacker.reading import read_book, read_release


def main() -> int:
    """Attack and tell what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="releases, the oldest first")
    parser.add_argument("--codebook", type=Path, default=Path("codebook"))
    parser.add_argument("--config", type=Path, default=Path("config.yaml"), help="for the waves")
    given = parser.parse_args()
    waves = yaml.safe_load(given.config.read_text(encoding="utf-8"))["waves"]
    years = {str(wave["as_of"])[:4]: name for name, wave in waves.items()}
    book = read_book(given.codebook)
    start = time.perf_counter()
    found = attack([read_release(f, book, years) for f in given.folders], book)
    print(
        f"{found.rows} rows, {found.targets} hidden numbers, {found.bounded} bounded, "
        f"{found.contradictions} contradictions, {time.perf_counter() - start:.0f} s: "
        f"{len(found.lines)} found"
    )
    for line in found.lines:
        print(f"  {line}")
    return 1 if found.lines else 0


if __name__ == "__main__":
    raise SystemExit(main())
