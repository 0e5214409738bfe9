"""Write what was found of real plans into the page on the method.

Run ``python -m tests.plan_real FOLDER docs/method/plans.md`` from the checkout, inside the environment;
without a page the table is printed. FOLDER holds the plans under the names of ``keys.yaml``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.plan_real import RealResult, measure_real

BEGIN, END = "<!-- real: begin -->", "<!-- real: end -->"


def real_table(results: Sequence[RealResult]) -> str:
    """The results as a Markdown table."""
    lines = [
        "| plan | goals | among the candidates | counted as goals | candidates that count |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.name} | {r.goals} | {r.among} | {r.counting} | {r.candidates} |" for r in results
    ]
    goals, among = sum(r.goals for r in results), sum(r.among for r in results)
    share = f" ({among / goals:.2f})" if goals else ""
    lines.append(
        f"| **all** | {goals} | {among}{share} | {sum(r.counting for r in results)} | "
        f"{sum(r.candidates for r in results)} |"
    )
    return "\n".join(lines)


def main() -> None:
    """Measure and write."""
    table = real_table(list(measure_real(Path(sys.argv[1]))))
    if len(sys.argv) < 3:
        print(table)
        return
    page = Path(sys.argv[2])
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
