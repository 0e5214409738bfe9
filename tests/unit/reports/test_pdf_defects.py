"""Twenty and more single defects in a good PDF: the project's own checks tell each of them."""

from __future__ import annotations

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from tests.unit.reports.pdf_surgery import drop_marked, edit_text, nodes, with_defect
from tests.unit.reports.sample import sample_report

from plankompass.reports.checks.pdf_rules import check_pdf
from plankompass.reports.pdf import render_pdf
from plankompass.reports.view import make_view


@pytest.fixture(scope="module")
def view():
    return make_view(sample_report())


@pytest.fixture(scope="module")
def good(view) -> bytes:
    return render_pdf(view)


def other_digit(text: str) -> str:
    """The same number, its last digit another."""
    digit = next(c for c in reversed(text) if c.isdigit())
    at = text.rindex(digit)
    return text[:at] + ("2" if digit != "2" else "3") + text[at + 1 :]


def delete(*path: str):
    def change(pdf):
        node = pdf.Root
        for key in path[:-1]:
            node = node[key]
        del node[path[-1]]

    return change


def first(kind: str, edit, at: int = 0):
    def change(pdf):
        edit(list(nodes(pdf, kind))[at])

    return change


def body_row_header(edit):
    """The first row header of a table's body."""

    def change(pdf):
        row = next(r for t in nodes(pdf, "TBody") for r in t.K)
        edit(row.K[0])

    return change


def set_to(key: str, value):
    return lambda node: node.__setitem__(key, value)


def drop(key: str):
    return lambda node: node.__delitem__(key)


def empty_alt(node):
    node.Alt = String(" ")


def no_font_file(pdf):
    for item in pdf.objects:
        if isinstance(item, Dictionary) and item.get("/Type") == "/FontDescriptor":
            for key in ("/FontFile", "/FontFile2", "/FontFile3"):
                if key in item:
                    del item[key]
                    return


def no_unicode(pdf):
    font = next(
        i for i in pdf.objects if isinstance(i, Dictionary) and i.get("/Subtype") == "/Type0"
    )
    del font["/ToUnicode"]


def runs_script(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.alert('x')"))


def links_out(pdf):
    action = Dictionary(S=Name.URI, URI=String("file:///etc/"))
    note = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 100, 100]), A=action)
    pdf.pages[0].obj.Annots = Array([pdf.make_indirect(note)])


def attaches(pdf):
    pdf.attachments["svar.csv"] = b"kommune;svar\n"


def page_gone(pdf):
    del pdf.pages[3]


def pages_swapped(pdf):
    pages = [pdf.pages[2], pdf.pages[1]]
    pdf.pages[1:3] = [pikepdf.Page(p) for p in pages]


def turned(pdf):
    pdf.pages[2].obj.Rotate = 90


def rows_swapped(pdf):
    """The structure reads two rows of a table in the wrong order."""
    rows = next(iter(nodes(pdf, "TBody"))).K
    rows[2], rows[3] = rows[3], rows[2]


def no_metadata_mark(pdf):
    packet = pdf.Root.Metadata.read_bytes().replace(b"pdfuaid:part>1<", b"pdfuaid:part>9<")
    pdf.Root.Metadata = pdf.make_stream(
        packet.replace(b'pdfuaid:part="1"', b'pdfuaid:part="9"'),
        Type=Name.Metadata,
        Subtype=Name.XML,
    )


def bookmark_gone(pdf):
    with pdf.open_outline() as outline:
        del outline.root[0].children[2]


def bookmark_renamed(pdf):
    with pdf.open_outline() as outline:
        outline.root[0].children[1].title = "Noe annet"


def text(page: int, pattern: str, change):
    return lambda pdf: edit_text(pdf, page, pattern, change)


# What is done to the file, and words of the line that must tell it.
DEFECTS = {
    "language missing": (delete("/Lang"), "says it is in ''"),
    "another language": (lambda p: p.Root.__setitem__("/Lang", String("sv-SE")), "'sv-SE'"),
    "title missing": (lambda p: p.docinfo.__delitem__("/Title"), "title is ''"),
    "title not shown": (delete("/ViewerPreferences"), "file's name"),
    "not PDF/UA in the metadata": (no_metadata_mark, "do not say PDF/UA-1"),
    "not said to be tagged": (delete("/MarkInfo"), "does not say that it is tagged"),
    "untagged": (delete("/StructTreeRoot"), "not tagged"),
    "alternative text removed": (first("Figure", drop("/Alt")), "no text alternative"),
    "alternative text empty": (first("Figure", empty_alt, 1), "no text alternative"),
    "alternative text of another figure": (
        first("Figure", set_to("/Alt", String("Et bilde.")), 2), "does not give",
    ),
    "column header demoted": (first("TH", set_to("/S", Name.TD)), "is not a column header"),
    "row header demoted": (body_row_header(set_to("/S", Name.TD)), "has no row header"),
    "row header without scope": (body_row_header(drop("/A")), "has no row header"),
    "heading demoted to a paragraph": (first("H2", set_to("/S", Name.P), 1), "bookmark"),
    "heading level skipped": (first("H2", set_to("/S", Name.H5), 1), "skips from level"),
    "second main title": (first("H2", set_to("/S", Name.H1), 1), "just one heading"),
    "number changed in the profile": (text(1, r"\d,\d", other_digit), "should say"),
    "interval changed": (text(1, r"\d,\d–\d,\d", other_digit), "should say"),
    "number changed in a sentence": (
        text(0, r"9 av 14 mål.*", lambda s: s.replace("9", "8", 1)), "s-001",
    ),
    "a minus lost": (text(4, r"−\d.*|.*−\d.*", lambda s: s.replace("−", " ")), "should say"),
    "sentence dropped": (text(0, r"9 av 14 mål.*", lambda s: " "), "s-001"),
    "sentence turned into decoration": (lambda p: drop_marked(p, 0, r"9 av 14 mål.*"), "s-001"),
    "note dropped": (text(1, r"Dokumenttall gjelder.*", lambda s: " "), "should say"),
    "rows read in the wrong order": (rows_swapped, "should say"),
    "'eksempeldata' missing on one page": (text(3, "eksempeldata", lambda s: " "), "page 4 does not"),
    "page number wrong": (text(2, r"Side 3 av \d", lambda s: s.replace("3", "5")), "page 3: its foot"),
    "page missing": (page_gone, "its foot"),
    "pages in the wrong order": (pages_swapped, "its foot"),
    "page turned": (turned, "upright"),
    "font not embedded": (no_font_file, "is not embedded"),
    "text not searchable": (no_unicode, "ToUnicode"),
    "runs a script": (runs_script, "does something when it is opened"),
    "leads out of the delivery": (links_out, "page 1 has an action: URI"),
    "carries a file": (attaches, "carries EmbeddedFiles"),
    "keyboard order": (lambda p: p.pages[1].obj.__delitem__("/Tabs"), "Tabs"),
    "bookmarks missing": (delete("/Outlines"), "no bookmarks"),
    "one bookmark missing": (bookmark_gone, "no bookmark, the first"),
    "bookmark under another name": (bookmark_renamed, "no bookmark, the first"),
}  # fmt: skip


def test_the_good_file_has_no_defect(good, view):
    assert check_pdf(good, view) == []
    # what the tool writes that puts the defects in is no defect itself
    assert check_pdf(with_defect(good, lambda pdf: None), view) == []


@pytest.mark.parametrize("name", DEFECTS)
def test_a_defect_is_told(name, good, view):
    change, words = DEFECTS[name]
    found = check_pdf(with_defect(good, change), view)
    assert any(words in line for line in found), found


def test_another_report_is_told(good):
    other = make_view(sample_report("Prøvestad"))
    assert any("Mønsterdal" in line for line in check_pdf(good, other))


def test_a_file_that_is_no_pdf_is_told(view):
    assert check_pdf(b"<html>", view) == ["the file is not a PDF, or it is locked"]
