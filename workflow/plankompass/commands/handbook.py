"""The handbook in ``docs/`` as pages: one HTML file a document, with a menu and working links."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from plankompass.study.problems import StageFailedError

#: Pages of the menu in order; every other document is reached by links and comes after them.
FIRST = (
    "index.md",
    "for_researchers.md",
    "for_ks.md",
    "for_reviewers.md",
    "for_data_protection_officer.md",
    "method.md",
    "indicators.md",
    "data_dictionary.md",
    "configuration.md",
    "contracts.md",
    "cluster.md",
    "kubernetes.md",
)
OUT = Path("build/handbook")
_ANCHOR = re.compile(r"[^a-z0-9æøå_-]+")


@dataclass(frozen=True)
class Page:
    """One page of the handbook.

    Attributes:
        source: The document, relative to ``docs/``.
        name: Its name in the menu.
        title: Its first heading.
    """

    source: str
    name: str
    title: str

    @property
    def file(self) -> str:
        """The page's file, relative to the handbook's folder."""
        return self.source.removesuffix(".md") + ".html"


def handbook_pages(docs: Path) -> list[Page]:
    """The documents of the handbook in the order of the menu.

    Args:
        docs: The folder ``docs/``.

    Returns:
        One entry a document.
    """
    found = {path.relative_to(docs).as_posix(): path for path in docs.rglob("*.md")}
    order = [name for name in FIRST if name in found]
    order += sorted(name for name in found if name not in order)
    pages = []
    for name in order:
        first = found[name].read_text(encoding="utf-8").partition("\n")[0]
        title = first.lstrip("# ").strip()
        pages.append(Page(name, title, title))
    return pages


def anchor(heading: str) -> str:
    """The anchor of a heading, as code hosts make it.

    Args:
        heading: The heading's text.
    """
    return _ANCHOR.sub("", heading.lower().replace(" ", "-"))


def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def render_page(text: str, source: str, docs: Path, page: Path) -> tuple[str, list[str]]:
    """Set one document.

    Args:
        text: Markdown.
        source: The document, relative to ``docs/``.
        docs: The folder ``docs/``.
        page: The file to be written; links out of ``docs/`` lead from there into the checkout.

    Returns:
        HTML of the body, and links that lead nowhere.
    """
    parser = _parser()
    tokens = parser.parse(text)
    broken: list[str] = []
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(_plain(tokens[at + 1])))
        for inner in token.children or ():
            attribute = {"link_open": "href", "image": "src"}.get(inner.type)
            if attribute:
                target = str(inner.attrGet(attribute))
                inner.attrSet(attribute, _link(target, source, docs, page, broken))
            elif inner.type == "image":
                target = str(inner.attrGet("src"))
                inner.attrSet("src", _link(target, source, docs, page, broken))
    html = parser.renderer.render(tokens, parser.options, {})
    # wide tables scroll by themselves, and can be reached by keyboard
    html = html.replace(
        "<table>", '<div class="table" tabindex="0" role="group" aria-label="Table"><table>'
    )
    return html.replace("</table>", "</table></div>"), broken


def _plain(inline: Any) -> str:
    return "".join(t.content for t in inline.children if t.type in ("text", "code_inline"))


def _link(target: str, source: str, docs: Path, page: Path, broken: list[str]) -> str:
    address, _, place = target.partition("#")
    if re.match(r"[a-z]+:", target) or not address:
        return target
    file = Path(os.path.normpath(docs / Path(source).parent / address))
    if not file.exists():
        broken.append(f"{source}: {target}: there is no such file")
        return target
    if not file.is_relative_to(docs):
        return Path(os.path.relpath(file, page.parent)).as_posix()
    end = f"#{place}" if place else ""
    return re.sub(r"\.md$", ".html", address) + end


def build_handbook(root: Path, out: Path | None = None) -> int:
    """Write the handbook's pages.

    Args:
        root: The checkout.
        out: Folder to write, emptied first; ``build/handbook`` when left out.

    Returns:
        0.

    Raises:
        StageFailedError: Links lead nowhere; all are listed.
    """
    docs, out = root / "docs", out or root / OUT
    pages = handbook_pages(docs)
    looks = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html", "j2"]),
    ).get_template("handbook.html.j2")
    from markupsafe import Markup

    written, wrong = {}, []
    for page in pages:
        text = (docs / page.source).read_text(encoding="utf-8")
        body, broken = render_page(text, page.source, docs, out / page.file)
        wrong += broken
        up = "../" * page.source.count("/")
        written[page.file] = looks.render(
            title=page.title, pages=pages, here=page.file, up=up, body=Markup(body)
        )
    if wrong:
        raise StageFailedError("handbook", wrong)
    shutil.rmtree(out, ignore_errors=True)
    for path in docs.rglob("*"):
        if path.is_file() and path.suffix != ".md":  # pictures
            copy = out / path.relative_to(docs)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
    for file, html in written.items():
        path = out / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(html + "\n", encoding="utf-8", newline="\n")
    for picture in sorted(docs.rglob("*.png")):
        path = out / picture.relative_to(docs)
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, path)
    shown = out.relative_to(root) if out.is_relative_to(root) else out
    print(f"{len(written)} pages: {shown.as_posix()}/index.html")
    return 0
