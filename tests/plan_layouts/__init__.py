"""Made plans in the layouts that real municipalities use, with their goals and links marked.

Each source is written by hand, by the look of published plans and not by the words that the program
knows: numbered headings, boxes, tables, columns, key-value tables, flattened transcripts, UN goals as
structure, codes, bullets that go on from a heading. ``⟦n|text⟧`` marks goal *n*; in the plan of action
beside it (``.hop.``) the same mark stands around the passage that answers to goal *n*. The marks are
taken away before the document is made. Some plans have no plan of action beside them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from plankompass.ingest.plans.chain import ChainGoal, ChainIndex
from plankompass.ingest.plans.goal_candidates import find_goals
from plankompass.ingest.plans.models import Block
from plankompass.ingest.plans.reader import PlanReader
from plankompass.study.config_models import LimitConfig

SOURCES = Path(__file__).parent / "sources"
_MARK = re.compile(r"⟦(\d+)\|(.*?)⟧", re.DOTALL)
_ALIKE = 0.9


@dataclass(frozen=True)
class LayoutResult:
    """What was found of one pair of documents.

    Attributes:
        name: The layout.
        goals: Marked goals.
        found: Those among the candidates.
        candidates: Candidates that count as goals.
        missed: Marked goals that were not found.
        links: Marked links.
        linked: Those among their goal's first three candidates.
        unlinked: Marked links that are not.
    """

    name: str
    goals: int
    found: int
    candidates: int
    missed: tuple[str, ...]
    links: int
    linked: int
    unlinked: tuple[str, ...]


def layout_names() -> list[str]:
    """The layouts, in order."""
    return sorted({p.name.split(".")[0] for p in SOURCES.iterdir()})


def measure_layouts(folder: Path, names: list[str] | None = None) -> Iterator[LayoutResult]:
    """Make the documents of each layout, read them and look for what was marked.

    Args:
        folder: Where the documents are made.
        names: Layouts; all when left out.

    Yields:
        One result a layout.
    """
    with PlanReader(LimitConfig()) as reader:
        for name in names or layout_names():
            plan = next(p for p in SOURCES.iterdir() if re.match(rf"{name}\.(?!hop)", p.name))
            action = [p for p in SOURCES.iterdir() if p.name.startswith(f"{name}.hop.")]
            wanted, path = make_document(plan, folder)
            blocks = reader.read(path).blocks
            links, passages = {}, []
            if action:
                links, action_path = make_document(action[0], folder)
                passages = reader.read(action_path).blocks
            yield _measure(name, blocks, wanted, passages, links)


def make_document(source: Path, folder: Path) -> tuple[dict[str, str], Path]:
    """Make one document from its source.

    Args:
        source: The source.
        folder: Where it goes.

    Returns:
        The marked texts by number, and the document.
    """
    text = source.read_text(encoding="utf-8")
    marked = {number: _plain(inner) for number, inner in _MARK.findall(text)}
    text = _MARK.sub(lambda m: m.group(2), text)
    if source.suffix == ".typ":
        import typst

        path = folder / f"{source.stem}.pdf"
        path.write_bytes(typst.compile(text.encode(), ignore_system_fonts=True))
    elif source.name.endswith(".docx.txt"):
        path = folder / source.stem
        _write_docx(text, path)
    else:
        path = folder / source.name
        path.write_text(text, encoding="utf-8")
    return marked, path


def _plain(text: str) -> str:
    return re.sub(r"<[^>]+>|^(?:[a-zæøå]\)|[\d.]+)\s", "", text).strip()


def _write_docx(text: str, path: Path) -> None:
    import docx

    document = docx.Document()
    for line in text.splitlines():
        if line.startswith("#"):
            marks, _, rest = line.partition(" ")
            document.add_heading(rest, level=len(marks) - 1)
        elif line.startswith("- "):
            document.add_paragraph(line[2:], style="List Bullet")
        elif line.startswith("|"):
            cells = [c.strip() for c in line.strip("|").split("|")]
            table = document.add_table(rows=1, cols=len(cells), style="Table Grid")
            for cell, value in zip(table.rows[0].cells, cells, strict=True):
                cell.text = value
        elif line.strip():
            paragraph = document.add_paragraph()
            for part in re.split(r"(\*[^*]+\*)", line):
                run = paragraph.add_run(part.strip("*"))
                run.italic = part.startswith("*")
    document.save(str(path))


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())


def _same(a: str, b: str) -> bool:
    a, b = _squeezed(a), _squeezed(b)
    return a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() >= _ALIKE


def _measure(
    name: str, blocks: list[Block], wanted: dict[str, str], action: list[Block],
    links: dict[str, str],
) -> LayoutResult:  # fmt: skip
    candidates = find_goals(blocks)
    own = {n: next((c for c in candidates if _same(c.text, t)), None) for n, t in wanted.items()}
    index = ChainIndex(action, "okonomiplan")
    unlinked = []
    for number, passage in links.items():
        found = own[number]
        goal = ChainGoal(
            number, found.number if found else "", wanted[number], found.area if found else ""
        )
        top = index.search(goal, top=3)
        if not any(_squeezed(passage) in _squeezed(c.quotation) for c in top):
            unlinked.append(passage)
    missed = tuple(t for n, t in wanted.items() if own[n] is None)
    return LayoutResult(
        name, len(wanted), len(wanted) - len(missed), sum(c.counts for c in candidates), missed,
        len(links), len(links) - len(unlinked), tuple(unlinked),
    )  # fmt: skip


def layout_table(results: list[LayoutResult]) -> str:
    """The results as Markdown, one row a layout and one for all."""
    lines = [
        "| layout | goals | among the candidates | candidates that count | links | among the first three |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {r.name.partition('_')[2].replace('_', ' ')} | {r.goals} | {r.found} | {r.candidates} | {r.links} | {r.linked} |"
        for r in results
    ]
    goals, found, counting, links, linked = (
        sum(getattr(r, name) for r in results)
        for name in ("goals", "found", "candidates", "links", "linked")
    )
    lines.append(
        f"| **all** | {goals} | {found} ({found / goals:.2f}) | {counting} | {links} | {linked} ({linked / links:.2f}) |"
    )
    return "\n".join(lines)
