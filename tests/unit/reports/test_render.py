"""HTML and PDF say what report.json says, no more and no less, in the same bytes each time."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import page as pdf_checker
import pikepdf
import pypdfium2
import pytest
from tests.unit.reports.pdf_surgery import nodes
from tests.unit.reports.sample import sample_report
from tests.unit.reports.sample_network import sample_network

from plankompass.reports import pdf as pdf_module
from plankompass.reports.html_page import render_html
from plankompass.reports.pdf import TEMPLATE, render_pdf
from plankompass.reports.pdf_objects import mark_row_headers
from plankompass.reports.render import render_report
from plankompass.reports.schema import read_document, write_document
from plankompass.reports.typeset import compiler
from plankompass.reports.view import make_view
from plankompass.study.problems import PlankompassError

# Fields that steer the layout or name things for machines; a reader never sees them as such.
NOT_SHOWN = {
    "logo", "main", "band", "on_band",
    "id", "kind", "schema_version", "study", "language", "wave", "as_of", "dated", "kommune_id",
    "tone", "status", "verdict", "align", "version", "commit", "input_hash", "number", "start",
    "due", "done", "first_day", "last_day", "cutoff", "name", "study_title", "scale_labels",
}  # fmt: skip
LONG_NAME = "Ovdamearkanjárga – Eksempelnes"


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.skip = 0

    def handle_starttag(self, tag, attrs):
        self.skip += tag in ("style", "script")
        self.parts += [v for k, v in attrs if k in ("aria-label", "data-label") and v]

    def handle_endtag(self, tag):
        self.skip -= tag in ("style", "script")

    def handle_data(self, data):
        if not self.skip:
            self.parts.append(data)


def squeeze(text: str) -> str:
    """Text without white space: lines and columns break it differently in each layout."""
    return re.sub(r"[\s\u00ad\u200b\ufffe]+", "", text)


def html_text(html: str) -> str:
    parser = _Text()
    parser.feed(html)
    return squeeze(" ".join(parser.parts))


def pdf_pages(raw: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(raw)
    return [page.get_textpage().get_text_range() for page in document]


def children(node) -> list:
    """Elements right below one, in order."""
    kids = node.get("/K", [])
    kids = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in kids if isinstance(kid, pikepdf.Dictionary)]


def body_rows(document: pikepdf.Pdf) -> list:
    """Rows of all tables that are not in a head."""
    return [row for row in nodes(document, "TR") if str(row.P.S) != "/THead"]


def alternatives(raw: bytes) -> list[str]:
    """Alternative texts in the structure tree."""
    found: list[str] = []

    def walk(node):
        if "/Alt" in node:
            found.append(str(node.Alt))
        for child in children(node):
            walk(child)

    with pikepdf.open(io.BytesIO(raw)) as document:
        walk(document.Root.StructTreeRoot)
    return found


def total_of(n: str) -> str:
    return n.rpartition("\u00a0")[2]


def shown_texts(value, key: str = "") -> list[str]:
    """Every text of a document that a reader must meet."""
    if key in NOT_SHOWN:
        return []
    if isinstance(value, dict):
        skip = {"group", "indicator"} if "shown" in value or "own" in value else set()
        if "rule" in value:  # the trace shows the indicator's name where it has one
            skip = {"indicator"} if value.get("indicator_name") else set()
        if value.get("n") and str(value.get("text", "")).endswith("\u00a0" + total_of(value["n"])):
            skip = {"n"}  # "7 av 11" says its n itself
        if "rate_value" in value:
            skip = {"group"}
        return [t for k, v in value.items() if k not in skip for t in shown_texts(v, k)]
    if isinstance(value, list):
        return [t for item in value for t in shown_texts(item, key)]
    return [value] if isinstance(value, str) and value else []


@pytest.fixture(scope="module", params=["municipality", "long name", "nynorsk", "network"])
def rendered(request):
    report = {
        "municipality": lambda: sample_report(),
        "long name": lambda: sample_report("Eksempelnes", official=LONG_NAME, goals=31),
        "nynorsk": lambda: sample_report(language="nn"),
        "network": lambda: sample_network(),
    }[request.param]()
    view = make_view(report)
    return report, render_html(view), render_pdf(view)


def test_every_text_stands_in_html_and_pdf(rendered):
    report, html, raw = rendered
    wanted = sorted(set(shown_texts(report.model_dump(mode="json"))))
    assert len(wanted) > 60
    in_html = html_text(html)
    in_pdf = squeeze(" ".join(pdf_pages(raw)) + " ".join(alternatives(raw)))
    assert [t for t in wanted if squeeze(t) not in in_html] == []
    assert [t for t in wanted if squeeze(t) not in in_pdf] == []


def test_every_decimal_number_comes_from_the_document(rendered):
    report, html, raw = rendered
    decimals = re.compile(r"\d+,\d+")
    known = set(decimals.findall(" ".join(shown_texts(report.model_dump(mode="json")))))
    assert known
    parser = _Text()
    parser.feed(html)
    assert set(decimals.findall(" ".join(parser.parts))) - known == set()
    assert set(decimals.findall(" ".join(pdf_pages(raw)))) - known == set()


def test_the_html_loads_nothing(rendered):
    _, html, _ = rendered
    assert "<script" not in html
    assert "<link" not in html
    assert not re.search(r'(?:src|href)="(?!#)', html)
    urls = re.findall(r"url\(([^)]{0,40})", html)
    assert all(u.startswith(("data:font/woff", "#")) for u in urls)
    assert not re.search(r"@import|https?://(?!www\.w3\.org/)", html)


def test_ids_are_unique_and_links_lead_somewhere(rendered):
    _, html, _ = rendered
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)


def test_every_page_says_that_the_data_are_made_up(rendered):
    _, html, raw = rendered
    pages = pdf_pages(raw)
    assert len(pages) >= 2
    assert all("eksempeldata" in text for text in pages)
    assert "eksempeldata" in html_text(html)


def test_the_official_name_stands_under_a_shorter_title():
    report = sample_report("Eksempelnes", official=LONG_NAME)
    report = report.model_copy(
        update={"meta": report.meta.model_copy(update={"title": "Eksempelnes"})}
    )
    view = make_view(report)
    assert squeeze(LONG_NAME) in html_text(render_html(view))
    assert squeeze(LONG_NAME) in squeeze(pdf_pages(render_pdf(view))[0])


def test_a_real_study_does_not_say_so():
    view = make_view(sample_report(example=False))
    assert "eksempeldata" not in html_text(render_html(view))
    assert not any("eksempeldata" in text for text in pdf_pages(render_pdf(view)))


def test_the_pdf_is_accessible(rendered):
    report, _, raw = rendered
    outcome = pdf_checker.validate_pdf_bytes(raw, profile="ua1")
    assert outcome.is_compliant, [(f.rule_id, f.message) for f in outcome.failures]
    with pikepdf.open(io.BytesIO(raw)) as document:
        assert str(document.Root.Lang).startswith(report.meta.language)
        assert report.meta.title in str(document.docinfo.Title)
        rows = body_rows(document)
        firsts = [children(row)[0] for row in rows]
        assert len(firsts) > 10
        assert {str(cell.S) for cell in firsts} == {"/TH"}
    names = [b.get_title() for b in pypdfium2.PdfDocument(raw).get_toc()]
    assert names[0] == report.meta.title
    assert report.about.title in names


def test_row_headers_are_what_the_repair_adds():
    """Without it the first cells are data cells, so that the test above can fail."""
    view = make_view(sample_network())
    kept = {}
    original = pdf_module.mark_row_headers
    pdf_module.mark_row_headers = lambda raw: kept.setdefault("raw", raw)
    try:
        raw = render_pdf(view)
    finally:
        pdf_module.mark_row_headers = original
    with pikepdf.open(io.BytesIO(raw)) as document:
        rows = body_rows(document)
        assert "/TD" in {str(children(row)[0].S) for row in rows}
    repaired = mark_row_headers(raw)
    assert squeeze("".join(pdf_pages(repaired))) == squeeze("".join(pdf_pages(raw)))
    with pikepdf.open(io.BytesIO(raw)) as old, pikepdf.open(io.BytesIO(repaired)) as new:
        assert new.check_pdf_syntax() == []
        contents = [
            sorted(o.read_raw_bytes() for o in document.objects if _of_the_pages(o))
            for document in (old, new)
        ]
        assert contents[0] == contents[1]
        assert len(contents[0]) > 8
    assert len(repaired) < 0.6 * len(raw)
    with pytest.raises(ValueError, match="table of its objects"):
        mark_row_headers(repaired)


def _of_the_pages(item) -> bool:
    """Whether an object is a stream of the document, not of the file's own order."""
    own = ("/ObjStm", "/XRef")
    return isinstance(item, pikepdf.Stream) and str(item.get("/Type", "")) not in own


def test_the_fonts_of_the_pdf_are_embedded_and_ours(rendered):
    _, _, raw = rendered
    with pikepdf.open(io.BytesIO(raw)) as document:
        names = {
            str(o.BaseFont)
            for o in document.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font"
        }
    assert names
    assert all("PlankompassSans" in name for name in names)


def test_sizes_stay_within_bounds(rendered):
    _, html, raw = rendered
    assert len(html.encode()) <= 500_000
    assert len(raw) <= 400_000


def test_a_municipal_report_has_six_to_eight_pages():
    assert 6 <= len(pdf_pages(render_pdf(make_view(sample_report())))) <= 8


def test_typst_refuses_a_figure_without_alternative_text():
    view = make_view(sample_report())
    data = pdf_module._data(view)
    data["report"]["profile"]["groups"][0]["alt"] = None
    import json
    from datetime import UTC, datetime

    import typst

    with pytest.raises(typst.TypstError, match="alt"):
        compiler(TEMPLATE).compile(
            TEMPLATE.read_bytes(), format="pdf",
            sys_inputs={"view": json.dumps(data)}, pdf_standards=["ua-1"],
            timestamp=datetime(2023, 1, 1, tzinfo=UTC),
        )  # fmt: skip


def test_entry_function_and_document_round_trip(tmp_path):
    report = sample_report()
    path = tmp_path / "rapport.json"
    write_document(report, path)
    assert read_document(path) == report
    outputs = {"html": tmp_path / "a.tmp", "pdf": tmp_path / "b.tmp"}
    render_report({"report": path}, outputs, {})
    assert outputs["html"].read_text(encoding="utf-8") == render_html(make_view(report))
    assert outputs["pdf"].read_bytes().startswith(b"%PDF")


def test_a_broken_document_is_named(tmp_path):
    path = tmp_path / "rapport.json"
    with pytest.raises(PlankompassError, match=r"rapport\.json: does not exist"):
        read_document(path)
    path.write_text('{"kind": "municipality"}')
    with pytest.raises(PlankompassError, match="meta: Field required"):
        read_document(path)


SCRIPT = """
import hashlib, sys
from plankompass.reports.html_page import render_html
from plankompass.reports.pdf import render_pdf
from plankompass.reports.view import make_view
from tests.unit.reports.sample import sample_report
from tests.unit.reports.sample_network import sample_network
made = [sample_report(), sample_network()]
if sys.argv[1] == "reversed":
    made.reverse()
found = {}
for report in made:
    view = make_view(report)
    found[report.kind] = hashlib.sha256(render_html(view).encode() + render_pdf(view)).hexdigest()
print(sorted(found.items()))
"""


def test_same_bytes_in_other_time_zone_hash_seed_and_order(root):
    outputs = set()
    for zone, seed, order in (("UTC", "0", "straight"), ("Pacific/Auckland", "77", "reversed")):
        env = os.environ | {
            "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C",
            "PYTHONPATH": f"{root}{os.pathsep}{root / 'workflow'}",
        }  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, order], env=env, cwd=root, check=True, text=True,
            capture_output=True,
        )  # fmt: skip
        outputs.add(done.stdout)
    assert len(outputs) == 1
    assert hashlib.sha256(b"").hexdigest() not in outputs.pop()
