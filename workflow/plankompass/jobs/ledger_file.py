"""Where the ledger of releases lies, and whether it is all there."""

from __future__ import annotations

from pathlib import Path

from plankompass.study.problems import PlankompassError

DELIVERIES = "deliveries"
LEDGER = "release_ledger.parquet"


def ledger_path(processed: Path) -> Path:
    """Where a study's ledger lies: with the deliveries, which a study must not lose.

    Args:
        processed: The study's folder of processed data.

    Returns:
        Its path, whether it is there or not.
    """
    return processed / DELIVERIES / LEDGER


def ledger_files(processed: Path) -> list[str]:
    """The ledger as an input of the workflow: one file after the first delivery, none before.

    Args:
        processed: The study's folder of processed data.

    Returns:
        Its path, or nothing.

    Raises:
        PlankompassError: Something was delivered, but the ledger is gone. What readers have already
            would then be forgotten, and a late answer could be found by subtraction.
    """
    path = ledger_path(processed)
    if path.is_file():
        return [path.as_posix()]
    done = sorted(p.name for p in (processed / DELIVERIES).glob("[0-9][0-9][0-9][0-9]"))
    if done:
        raise PlankompassError(
            f"{path.as_posix()}: missing, but {len(done)} deliveries were made; "
            "put it back from a backup: without it the numbers that readers have are forgotten, and a "
            "late answer could be worked out"
        )
    return []
