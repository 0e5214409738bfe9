"""Write what was found in the made layouts into the page on the method.

Run ``python -m tests.plan_layouts docs/method/plans.md`` from the checkout, inside the environment.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.plan_layouts import layout_table, measure_layouts

BEGIN, END = "<!-- layouts: begin -->", "<!-- layouts: end -->"


def main() -> None:
    """Measure and write."""
    page = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        table = layout_table(list(measure_layouts(Path(folder))))
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
