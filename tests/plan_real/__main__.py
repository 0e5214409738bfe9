"""Write what was found of real plans into the page on the method.

Run ``python -m tests.plan_real FOLDER docs/method/plans.md`` from the checkout, inside the environment;
without a page the table is printed. FOLDER holds the plans under the names of ``keys.yaml``.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from tests.plan_real import LinkResult, RealResult, measure_links, measure_real

BEGIN, END = "<!-- real: begin -->", "<!-- real: end -->"
LINKS_BEGIN, LINKS_END = "<!-- real links: begin -->", "<!-- real links: end -->"


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


def link_table(results: Sequence[LinkResult]) -> str:
    """The results of the links as a Markdown table."""
    lines = [
        "| plans | links | page among the first three | the same, the goals' own lines taken out | pages with measures |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.name} | {r.links} | {r.among} ({r.among / r.links:.2f}) | "
        f"{r.measures_only} ({r.measures_only / r.links:.2f}) | {r.pages} |"
        for r in results
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and write."""
    folder = Path(sys.argv[1])
    goals, links = real_table(list(measure_real(folder))), link_table(list(measure_links(folder)))
    if len(sys.argv) < 3:
        print(goals, links, sep="\n\n")
        return
    page = Path(sys.argv[2])
    text = page.read_text(encoding="utf-8")
    for table, begin, end in ((goals, BEGIN, END), (links, LINKS_BEGIN, LINKS_END)):
        before, _, rest = text.partition(begin)
        text = f"{before}{begin}\n{table}\n{end}{rest.partition(end)[2]}"
    page.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
