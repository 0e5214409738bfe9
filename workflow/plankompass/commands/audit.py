"""Audit: the attack of the gate, on any folder of published files, by reading those files alone."""

from __future__ import annotations

from pathlib import Path

from plankompass.disclosure.audit import audit_folder


def audit_published(folder: Path, codebook: Path) -> int:
    """Attack a folder of published numbers and print what was tried and found.

    Args:
        folder: A publishable folder, or a folder of reports with their CSV files.
        codebook: Folder of the codebook.

    Returns:
        0 when nothing hidden can be worked out, 1 when something can.
    """
    audit = audit_folder(folder, codebook=codebook)
    print(
        f"read {len(audit.files)} files; attacked {audit.result.targets} protected numbers through {audit.result.rows} published rows"
    )
    if audit.passed:
        print("nothing hidden can be worked out")
        return 0
    print(f"{len(audit.messages())} findings:")
    for line in audit.messages():
        print(f"  {line}")
    return 1
