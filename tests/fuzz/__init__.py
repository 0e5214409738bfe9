"""Random and damaged raw files by the thousand: every stage reads them, or refuses them in one line.

A target is a module with ``run_case(folder, seed) -> str``: it makes one random case in an empty folder,
checks what must hold, and says in a few words how it came out. To add one, name it in :data:`TARGETS`.
"""

from __future__ import annotations

#: Targets by name: the module that holds ``run_case``.
TARGETS = {
    "plans": "tests.unit.ingest.plan_fuzz",
    "surveys": "tests.unit.ingest.survey_fuzz",
}
