"""Reading: every format to pages and blocks, and every broken file to one clear reason."""

from __future__ import annotations

import pytest
from tests.unit.ingest import plan_fuzz
from tests.unit.ingest.plan_files import NB_TEXT, NN_TEXT, make_docx, make_pdf, samfunnsdel_source

from plankompass.ingest.plans.inspect import inspect_plan
from plankompass.ingest.plans.language import (
    reading_ease,
    running_text,
    split_sentences,
    tell_language,
)
from plankompass.ingest.plans.mend import LOST, join_lines, mend_characters
from plankompass.ingest.plans.models import Block, PlanRefusedError
from plankompass.ingest.plans.reader import PlanReader
from plankompass.study.config_models import LimitConfig


@pytest.fixture(scope="module")
def reader():
    with PlanReader(LimitConfig()) as opened:
        yield opened


@pytest.fixture(scope="module")
def samfunnsdel(tmp_path_factory, reader):
    path = make_pdf(tmp_path_factory.mktemp("plan") / "samfunnsdel.pdf", samfunnsdel_source())
    return reader.read(path)


def texts(plan, kind):
    return [b.text for b in plan.blocks if b.kind == kind]


def test_pdf_gives_the_headings_that_were_typeset(samfunnsdel):
    headings = [(b.page, b.text) for b in samfunnsdel.blocks if b.kind == "heading"]
    assert (3, "1 Gode oppvekstvilkår") in headings
    assert (3, "1.1 Hovedmål: Alle barn har en trygg oppvekst") in headings
    levels = {b.text: b.level for b in samfunnsdel.blocks if b.kind == "heading"}
    assert levels["1 Gode oppvekstvilkår"] < levels["1.1 Hovedmål: Alle barn har en trygg oppvekst"]
    assert levels["1 Gode oppvekstvilkår"] == levels["2 Attraktive bygder"]


def test_pdf_running_heads_and_contents_are_told_from_text(samfunnsdel):
    assert set(texts(samfunnsdel, "running_head")) >= {
        "Kommuneplanens samfunnsdel for Eksempelvik",
        "Side 3",
    }
    contents = [b for b in samfunnsdel.blocks if b.kind == "contents"]
    assert {b.page for b in contents} == {2}
    assert any("Attraktive bygder" in b.text for b in contents)
    assert not any(b.page == 2 and b.kind in ("heading", "paragraph") for b in samfunnsdel.blocks)


def test_pdf_hyphenation_is_mended_to_the_text_that_was_typeset(samfunnsdel):
    running = " ".join(t for t in texts(samfunnsdel, "paragraph"))
    body = " ".join([NB_TEXT] * 12)
    assert running.count(body) == 3


def test_pdf_table_row_keeps_its_four_sums_apart(samfunnsdel):
    rows = texts(samfunnsdel, "table_row")
    assert "Flere lærere | Skole | 500 | 500 | 500 | 500" in rows
    assert any("barneskole" in r and r.endswith("Oppvekst | 1 200 | 3 400 | 0 | 0") for r in rows)
    assert texts(samfunnsdel, "list_item") == [
        "Delmål 1.1: Flere elever fullfører videregående opplæring",
        "Delmål 1.2: Færre barn lever i familier med lav inntekt",
    ]


def test_docx_gives_headings_list_and_table(tmp_path, reader):
    plan = reader.read(make_docx(tmp_path / "hop.docx"))
    assert [(b.kind, b.text) for b in plan.blocks if b.kind != "paragraph"] == [
        ("heading", "Handlings- og økonomiplan 2023–2026"),
        ("heading", "1 Gode oppvekstvilkår"),
        ("list_item", "Flere skal fullføre videregående opplæring"),
        ("table_row", "Tiltak | Ansvar | 2023 | 2024 | 2025 | 2026"),
        ("table_row", "Bygge ny skole | Oppvekst | 1 200 | 3 400 | 0 | 0"),
    ]
    assert plan.pages is None


def test_html_fragment_without_charset_in_windows_1252(tmp_path, reader):
    path = tmp_path / "plan.html"
    path.write_bytes("<nav>Til forsiden</nav><h1>Økonomiplan</h1><p>Vi må <b>spare</b>.<ul><li>Færre møter"
                     "<ul><li>Kortere møter</li></ul></li></ul><table><tr><td>Skole</td><td>12</td></tr></table>"
                     "<script>x()</script>".encode("cp1252"))  # fmt: skip
    plan = reader.read(path)
    assert [(b.kind, b.text) for b in plan.blocks] == [
        ("running_head", "Til forsiden"), ("heading", "Økonomiplan"), ("paragraph", "Vi må spare."),
        ("list_item", "Færre møter"), ("list_item", "Kortere møter"), ("table_row", "Skole | 12"),
    ]  # fmt: skip


def test_markdown_with_page_marks(tmp_path, reader):
    path = tmp_path / "plan.md"
    path.write_text("# Planstrategi\n\nEn linje\nog en til.\n\n[side 2]\n\n## Mål\n- ett\n- to\n\n|a|b|\n|--|--|\n",
                    encoding="utf-8")  # fmt: skip
    plan = reader.read(path)
    assert plan.pages == 2
    assert [(b.page, b.kind, b.level, b.text) for b in plan.blocks] == [
        (1, "heading", 1, "Planstrategi"), (1, "paragraph", 0, "En linje og en til."),
        (2, "heading", 2, "Mål"), (2, "list_item", 0, "ett"), (2, "list_item", 0, "to"),
        (2, "table_row", 0, "a | b"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["kommuneplanens sam-", "funnsdel"], "kommuneplanens samfunnsdel"),
        (["barne-", "og ungdomsskole"], "barne- og ungdomsskole"),
        (["IKT-", "plan"], "IKT-plan"),
        (["Nord-", "Norge"], "Nord-Norge"),
        (["utdan\u00ad", "ning"], "utdanning"),
    ],
)
def test_words_broken_over_lines(lines, expected):
    assert join_lines(lines) == expected


def test_lost_ligature_is_mended_only_when_one_word_fits():
    assert mend_characters("vik\ufffeg arbeid") == "viktig arbeid"
    assert LOST in mend_characters("xq\ufffezw")


def test_text_letter_by_letter():
    assert mend_characters("S A M F U N N S D E L") == "SAMFUNNSDEL"
    assert mend_characters("et hus i en by") == "et hus i en by"


def test_language_of_both_written_norms():
    nb = [Block(1, 0, "paragraph", 0, NB_TEXT)]
    nn = [Block(1, 0, "paragraph", 0, NN_TEXT)]
    en = [
        Block(
            1,
            0,
            "paragraph",
            0,
            "The council shall adopt a strategy for the municipality every year " * 3,
        )
    ]
    assert [tell_language(x) for x in (nb, nn, en, [])] == ["nb", "nn", "other", "none"]


def test_reading_ease_by_hand():
    # 9 words, 2 sentences, 3 words of seven letters or more: 4.5 + 33.33
    text = "Kommunen vedtar planen nå. Innbyggerne og næringslivet er med."
    assert reading_ease([text], least_words=1) == pytest.approx(9 / 2 + 100 * 3 / 9)
    assert reading_ease([text]) is None


def test_reading_ease_leaves_out_what_is_no_running_text():
    blocks = [
        Block(1, 0, "heading", 1, "Overskrift uten punktum"), Block(1, 1, "table_row", 0, "a | b"),
        Block(1, 2, "list_item", 0, "Under fem ord"), Block(1, 3, "paragraph", 0, "Setningen går over"),
        Block(2, 0, "running_head", 0, "Topp"), Block(2, 1, "paragraph", 0, "sideskiftet og slutter her."),
    ]  # fmt: skip
    assert running_text(blocks) == ["Setningen går over sideskiftet og slutter her."]


@pytest.mark.parametrize(
    "sentences",
    [
        ["Møtet begynner kl. 18.00 i salen.", "Alle er velkomne."],
        [
            "Rammen er kr. 500 000 i 2021.",
            "Den økes med 3,5 mill. kr. i året.",
            "Så ca. 4 mill.",
            "Nok.",
        ],
        [
            "Se bl.a. Oslo kommune, jf. Prop. 91 L kap. 3 og Meld. St. 18, pkt. 4.2 nr. 3, side 12.",
            "Den gjelder.",
        ],
        ["Vi bygger skoler, barnehager mv.", "Kommunen skal eie dem."],
        ["Det gjelder barn, eldre m.fl.", "Rådmannen følger opp ift. FNs mål."],
        ["Tlf. 75 00 00 00, evt. NAV innen 1. jan. 2021.", "Ring før kl. 15."],
        ["Planen gjelder iht. Plan- og bygningsloven § 11-2.", "Den varer i 12 år."],
        ["Målet er nye veger, løyper osv. 3 tiltak følger."],
        ["3. Kommunen skal ha 5. trinn.", "Vedtatt 12. 3. 2020."],
        ["Det heiter f. eks. Nynorsk i skulen, inkl. SFO, evt. Barnehage.", "Ev. Andre òg."],
    ],
)
def test_abbreviations_of_plans_part_no_sentence_and_those_that_end_one_do(sentences):
    assert split_sentences(" ".join(sentences)) == sentences


def test_sentences_do_not_end_at_abbreviations():
    assert split_sentences("Det gjelder bl.a. Skolen i 2020. Da kom kap. 3 og kr. 4,5 mill. til.") == [
        "Det gjelder bl.a. Skolen i 2020.", "Da kom kap. 3 og kr. 4,5 mill. til."]  # fmt: skip


REAL = {
    "KOSTRA-oversikt-og-dypdykk.docx": (None, []), "Torridalsveien62__Reguleringsplan.pdf": (6, []),
    "ocrmypdf_ccitt.pdf": (1, [1]), "ocrmypdf_linn.pdf": (1, [1]), "ocrmypdf_no_contents.pdf": (1, [1]),
    "pdfjs_bad-PageLabels.pdf": (1, []), "pdfjs_copy_paste_ligatures.pdf": (1, []), "pdfjs_empty.pdf": (1, [1]),
    "pdfjs_helloworld-bad.pdf": (1, []), "pdfjs_scan-bad.pdf": (1, []),
    "pdfminer_zen_of_python_corrupted.pdf": (1, []),
    "ocrmypdf_invalid.pdf": "damaged", "pdfminer_aes-128.pdf": "encrypted", "pdfminer_rc4-40.pdf": "encrypted",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(REAL))
def test_real_files_are_read_or_refused_with_a_reason(shared_dir, name):
    path = shared_dir / "realdata" / "plans" / name
    if not path.is_file():
        pytest.skip("the real plan documents are not on this machine")
    seen = inspect_plan(path)
    expected = REAL[name]
    if isinstance(expected, str):
        assert seen["refused"].startswith(name) and expected in seen["refused"]
    else:
        assert (seen["pages"], seen["pages_without_text"]) == expected


def test_real_norwegian_plan_has_its_own_outline_as_headings(shared_dir):
    path = shared_dir / "realdata" / "plans" / "Torridalsveien62__Reguleringsplan.pdf"
    if not path.is_file():
        pytest.skip("the real plan documents are not on this machine")
    import pypdfium2

    printed = {" ".join(mark.get_title().split()) for mark in pypdfium2.PdfDocument(path).get_toc()}
    found = {h["text"] for h in inspect_plan(path)["headings"]}
    assert {
        p for p in printed if not p.startswith("\uf0b7")
    } <= found  # one entry is a bullet point


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.pdf", b"", "empty"), ("a.pdf", b"%PDF-1.7\nnothing", "damaged"), ("a.docx", b"PK\x03\x04xx", "zip"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Word"), ("a.rtf", b"{\\rtf1 x}", "RTF"),
        ("a.txt", b"ab\x00\x01\x02", "binary"), ("a.zip", b"hello", "no plan format"),
    ],
)  # fmt: skip
def test_broken_files_are_refused_with_one_reason(tmp_path, reader, name, data, reason):
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(PlanRefusedError, match=reason):
        reader.read(path)


def test_fifty_damaged_pdfs_are_read_or_refused_with_a_reason_in_time(tmp_path):
    outcomes = set()
    for seed in range(50):
        folder = tmp_path / str(seed)
        folder.mkdir()
        outcomes.add(plan_fuzz.pdf_case(folder, seed).partition(": ")[2])
    assert {"read", "refused"} <= outcomes


def test_time_limit_names_the_pages_that_were_not_reached(tmp_path, monkeypatch):
    import plankompass.ingest.plans.reader_process as module

    path = make_pdf(tmp_path / "whole.pdf", samfunnsdel_source())
    slow = (
        "import os, sys, json, time\nfrom pathlib import Path\nfrom plankompass.ingest.plans.worker import read_parts\n"
        "r = json.loads(sys.stdin.readline())\n"
        "for n, part in enumerate(read_parts(Path(r['path']), 10, 10)):\n"
        "    if n == 3: time.sleep(60)\n    os.write(int(sys.argv[1]), json.dumps(part).encode() + b'\\n')\n"
    )
    real = module.subprocess.Popen
    monkeypatch.setattr(
        module.subprocess, "Popen",
        lambda command, **rest: real([command[0], "-c", slow, command[-1]], **rest),
    )  # fmt: skip
    with PlanReader(LimitConfig(seconds_per_file=3)) as limited:
        plan = limited.read(path)
    assert plan.unread == list(range(3, plan.pages + 1))
    assert "not read within 3 seconds" in " ".join(plan.problems)


def test_reader_goes_on_after_its_process_was_killed(tmp_path):
    path = make_pdf(tmp_path / "whole.pdf", samfunnsdel_source())
    with PlanReader(LimitConfig()) as opened:
        first = opened.read(path)
        opened._process.end()
        assert opened.read(path).to_plain() == first.to_plain()


def test_docx_numbers_that_word_writes_by_itself(tmp_path, reader):
    import docx
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = docx.Document()
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(
        f'<w:abstractNum {space} w:abstractNumId="77"><w:lvl w:ilvl="0"><w:start w:val="2"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
        '<w:lvlText w:val="%1.%2"/></w:lvl></w:abstractNum>'))  # fmt: skip
    numbering.append(
        parse_xml(f'<w:num {space} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    for level, text in (
        (0, "Oppvekst"),
        (1, "Flere fullfører skolen"),
        (1, "Ingen blir mobbet"),
        (0, "Klima"),
        (1, "Mindre utslipp"),
    ):
        paragraph = document.add_paragraph(text)
        paragraph._p.get_or_add_pPr().append(parse_xml(
            f'<w:numPr {space}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'))  # fmt: skip
    document.save(str(tmp_path / "n.docx"))
    plan = reader.read(tmp_path / "n.docx")
    assert [b.text for b in plan.blocks] == [
        "2. Oppvekst", "2.1 Flere fullfører skolen", "2.2 Ingen blir mobbet", "3. Klima", "3.1 Mindre utslipp"]  # fmt: skip


def test_docx_table_merged_over_rows_and_columns(tmp_path, reader):
    import docx

    document = docx.Document()
    table = document.add_table(4, 4)
    for number, cell in enumerate(c for row in table.rows for c in row.cells):
        cell.text = f"c{number}"
    for first, last, text in (
        ((0, 0), (1, 1), "Skole\nog barnehage"),  # over rows and columns at once
        ((1, 2), (3, 2), "Oppvekst"),
        ((2, 0), (2, 1), "Helse"),
    ):
        table.cell(*first).merge(table.cell(*last)).text = text
    document.save(str(tmp_path / "t.docx"))
    assert texts(reader.read(tmp_path / "t.docx"), "table_row") == [
        "Skole og barnehage | c2 | c3", "Skole og barnehage | Oppvekst | c7", "Helse | Oppvekst | c11",
        "c12 | c13 | Oppvekst | c15"]  # fmt: skip


def test_docx_numbers_from_a_style_that_builds_on_another(tmp_path, reader):
    import docx
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml import parse_xml

    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    document = docx.Document()
    numbering = document.part.numbering_part.element
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:numFmt w:val="decimal"/><w:lvlText w:val="{text}"/></w:lvl>'
        for n, text in enumerate(("%1.", "%1.%2"))
    )
    numbering.insert(
        0, parse_xml(f'<w:abstractNum {space} w:abstractNumId="77">{levels}</w:abstractNum>')
    )
    numbering.append(
        parse_xml(f'<w:num {space} w:numId="77"><w:abstractNumId w:val="77"/></w:num>')
    )
    styles = document.styles
    base = styles.add_style("Satsing", WD_STYLE_TYPE.PARAGRAPH)
    part = styles.add_style("Satsing under", WD_STYLE_TYPE.PARAGRAPH)
    part.base_style = base
    for style, says in ((base, '<w:numId w:val="77"/>'), (part, '<w:ilvl w:val="1"/>')):
        style.element.get_or_add_pPr().append(parse_xml(f"<w:numPr {space}>{says}</w:numPr>"))
    for text, style in (("Oppvekst", base), ("Skole", part), ("Klima", base), ("Utslipp", part)):
        document.add_paragraph(text, style)
    own = document.add_paragraph("Energi", part)  # its own level goes before its style's
    own._p.get_or_add_pPr().append(parse_xml(f'<w:numPr {space}><w:ilvl w:val="0"/></w:numPr>'))
    document.save(str(tmp_path / "s.docx"))
    assert [b.text for b in reader.read(tmp_path / "s.docx").blocks] == [
        "1. Oppvekst", "1.1 Skole", "2. Klima", "2.1 Utslipp", "3. Energi"]  # fmt: skip


def test_docx_without_a_value_that_word_always_writes_is_refused(tmp_path):
    import docx
    from docx.oxml.ns import qn

    from plankompass.ingest.plans.docx import read_docx

    document = docx.Document()
    style = document.add_paragraph("Mål", "List Bullet")._p.pPr.pStyle
    del style.attrib[qn("w:val")]
    document.save(str(tmp_path / "d.docx"))
    with pytest.raises(PlanRefusedError, match="damaged"):
        read_docx(tmp_path / "d.docx")  # by itself: in the reader's process a crash is refused too
