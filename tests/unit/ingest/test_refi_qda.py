"""REFI-QDA as real programs write it, and made projects read back whole."""

from __future__ import annotations

import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from tests.unit.ingest.qda_projects import MadeProject, MadeSource, guid, project_xml, write_qdpx

from plankompass.ingest.interviews.model import ProjectRefusedError
from plankompass.ingest.interviews.positions import check_positions
from plankompass.ingest.interviews.read import read_interview_project
from plankompass.ingest.interviews.refi_qda import read_qdpx
from plankompass.ingest.interviews.text import decode_text
from plankompass.study.config_models import LimitConfig
from plankompass.study.problems import PlankompassError

LIMITS = LimitConfig()
ANNA = guid("anna")


def read_xml(tmp_path, xml: str, **members: bytes):
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("project.qde", xml)
        for name, data in members.items():
            archive.writestr(name, data)
    return read_qdpx(path, max_members=100, max_bytes=10**7)


def independent_counts(content: bytes) -> dict[str, int]:
    """Elements counted by name, with another parser set-up and no knowledge of the reader."""
    tree = etree.fromstring(content)
    names = [etree.QName(e).localname for e in tree.iter() if isinstance(e.tag, str)]
    return {
        "codes": names.count("Code"),
        "coders": names.count("User"),
        "sources": sum(n.endswith("Source") and n != "MemberSource" for n in names),
        "selections": sum(n.endswith("Selection") for n in names),
        "codings": names.count("CodeRef"),
    }


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("atlasti84mac_TestProject.qdpx", (14, 3, 12, 15, 16)),
        ("atlasti84mac_Project.qde", (14, 3, 12, 15, 16)),
        ("nvivo15mac_qc_nvivo_project.qdpx", (262, 2, 2, 0, 0)),
        ("qc132_demo.qdpx", (262, 1, 2, 158, 205)),
    ],
)
def test_real_projects_count_as_an_independent_reader_counts(shared_dir, file, expected):
    path = shared_dir / "realdata" / "qda" / file
    project = read_interview_project(path, LIMITS)
    counts = {
        "codes": sum(c.defined for c in project.codes.values()),
        "coders": sum(c.defined for c in project.coders.values()),
        "sources": len(project.sources),
        "selections": len(project.selections),
        "codings": project.codings,
    }
    assert tuple(counts.values()) == expected
    if path.suffix == ".qde":
        content = path.read_bytes()
    else:
        with zipfile.ZipFile(path) as archive:
            (name,) = [n for n in archive.namelist() if n.casefold() == "project.qde"]
            content = archive.read(name)
    assert counts == independent_counts(content)


def test_real_positions_fall_on_whole_lines(shared_dir):
    project = read_interview_project(shared_dir / "realdata/qda/qc132_demo.qdpx", LIMITS)
    positions = check_positions(project)
    assert (positions.checked, positions.bad, positions.on_edges) == (205, 0, 158)
    # this program codes whole lines: the character before a selection ends a line
    for index, (start, _) in positions.spans.items():
        text = project.sources[project.selections[index].source].text
        assert start == 0 or text[start - 1] == "\n"


def test_real_hierarchy_is_kept(shared_dir):
    project = read_interview_project(
        shared_dir / "realdata/qda/nvivo15mac_qc_nvivo_project.qdpx", LIMITS
    )
    paths = {c.path for c in project.codes.values()}
    assert ("rq1_definition", "competencies", "programming") in paths
    assert all(p[:-1] in paths for p in paths if len(p) > 1)


def test_document_groups_of_atlasti_are_variables(shared_dir):
    project = read_interview_project(
        shared_dir / "realdata/qda/atlasti84mac_TestProject.qdpx", LIMITS
    )
    assert {"25", "67"} == {v for s in project.sources.values() for v in s.variables.get("age", ())}


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("😀\n æøå"),
    min_size=1,
    max_size=60,
)


@st.composite
def made_projects(draw):
    codes = []
    for number in range(draw(st.integers(1, 6))):
        parent = draw(st.none() | st.sampled_from([c[0] for c in codes])) if codes else None
        codes.append((guid("c", number), draw(st.text("abæøå/ &<\"'", min_size=1)), parent))
    users = [(guid("u", n), f"koder {n}") for n in range(draw(st.integers(1, 3)))]
    sources = []
    for number in range(draw(st.integers(1, 3))):
        text = draw(texts)
        spots = st.integers(0, len(text))
        marks = draw(
            st.lists(
                st.tuples(spots, spots, st.sampled_from(codes), st.sampled_from(users)),
                max_size=8,
            )
        )
        sources.append(
            MadeSource(
                f"kilde {number}",
                text,
                [(min(a, b), max(a, b), c[0], u[0]) for a, b, c, u in marks],
            )
        )
    return MadeProject(sources, codes, users, inline=draw(st.booleans()))


@settings(max_examples=60, deadline=None)
@given(project=made_projects())
def test_round_trip_gives_the_same_codings(project, tmp_path_factory):
    path = write_qdpx(tmp_path_factory.mktemp("p") / "p.qdpx", project)
    back = read_qdpx(path, max_members=100, max_bytes=10**7)
    assert {(c.guid, c.name) for c in back.codes.values()} == {c[:2] for c in project.codes}
    names = {g: n for g, n, _ in project.codes}
    for g, _, parent in project.codes:
        above = back.codes[g].path[:-1]
        assert (above[-1] if above else None) == (names[parent] if parent else None)
    found = {
        (s.source, s.start, s.end, c.code, c.coder) for s in back.selections for c in s.codings
    }
    planted = {(s.guid, *mark) for s in project.sources for mark in s.codings}
    assert found == planted
    for source in project.sources:
        assert back.sources[source.guid].text == source.text
    # a selection is good when it is not empty; all planted ones lie in their text
    positions = check_positions(back)
    empty = sum(a == b for s in project.sources for a, b, _, _ in s.codings)
    if positions.unit == "codepoint":
        assert len(positions.bad_selections) == empty


def test_names_in_another_namespace_are_found(tmp_path):
    xml = (
        '<Project xmlns="urn:QDA-XML:project:1.0" xmlns:c="urn:QDA-XML:codebook:0:4" origin="X">'
        '<c:CodeBook><c:Codes><c:Code guid="1" name="a"><c:Code guid="2" name="b"/></c:Code>'
        "</c:Codes></c:CodeBook></Project>"
    )
    project = read_xml(tmp_path, xml)
    assert [c.path for c in project.codes.values()] == [("a",), ("a", "b")]


def test_guids_in_capitals_braces_and_none_at_all(tmp_path):
    xml = (
        '<Project origin="X"><Users><User guid="{AB-1}" name="a"/></Users><CodeBook><Codes>'
        '<Code guid="abc-9" name="a"/><Code guid="ikke en guid" name="b"/></Codes></CodeBook>'
        '<Sources><TextSource guid="S1" name="s"><PlainTextContent>hei der</PlainTextContent>'
        '<PlainTextSelection guid="x" startPosition="0" endPosition="3">'
        '<Coding creatingUser="ab-1"><CodeRef targetGUID="{ABC-9}"/></Coding>'
        '<Coding creatingUser="AB-1"><CodeRef targetGUID="ikke en guid"/></Coding>'
        "</PlainTextSelection></TextSource></Sources></Project>"
    )
    project = read_xml(tmp_path, xml)
    assert [(c.code, c.coder) for c in project.selections[0].codings] == [
        ("abc-9", "{AB-1}"),
        ("ikke en guid", "{AB-1}"),
    ]


def test_two_users_with_one_guid_are_stated(tmp_path):
    xml = (
        '<Project><Users><User guid="u" name="a"/><User guid="u" name="b"/></Users>'
        "<CodeBook><Codes/></CodeBook><Sources/></Project>"
    )
    project = read_xml(tmp_path, xml)
    assert len(project.coders) == 2
    assert any("GUID of another user" in p for p in project.problems)


@pytest.mark.parametrize("xml", ["<Project/>", "<Project><Users/></Project>"])
def test_project_without_codebook_and_sources_is_read_and_stated(tmp_path, xml):
    project = read_xml(tmp_path, xml)
    assert not project.codes
    assert len(project.problems) == 2


def test_codings_on_codes_that_are_not_listed_are_kept_apart(tmp_path):
    xml = (
        '<Project><CodeBook><Codes/></CodeBook><Sources><TextSource guid="s">'
        '<Coding><CodeRef targetGUID="borte"/></Coding></TextSource></Sources></Project>'
    )
    project = read_xml(tmp_path, xml)
    (code,) = project.codes.values()
    assert not code.defined
    assert project.codings == 1


def test_pictures_pdf_sound_and_film_are_presence_without_place(tmp_path):
    parts = "".join(
        f'<{medium}Source guid="{medium}"><{medium}Selection guid="x{medium}" startPosition="1" '
        f'endPosition="5"><Coding creatingUser="u"><CodeRef targetGUID="c"/></Coding>'
        f"</{medium}Selection></{medium}Source>"
        for medium in ("Picture", "PDF", "Audio", "Video")
    )
    xml = (
        '<Project><CodeBook><Codes><Code guid="c" name="a"/></Codes></CodeBook>'
        f"<Sources>{parts}</Sources></Project>"
    )
    project = read_xml(tmp_path, xml)
    assert project.codings == 4
    assert all(s.start is None and s.end is None for s in project.selections)
    assert [s.medium for s in project.sources.values()] == ["picture", "pdf", "audio", "video"]


def test_text_of_a_pdf_keeps_its_positions(tmp_path):
    xml = (
        '<Project><CodeBook><Codes><Code guid="c" name="a"/></Codes></CodeBook><Sources>'
        '<PDFSource guid="p"><Representation plainTextPath="internal://t.txt">'
        '<PlainTextSelection guid="s" startPosition="4" endPosition="7">'
        '<Coding><CodeRef targetGUID="c"/></Coding></PlainTextSelection>'
        "</Representation></PDFSource></Sources></Project>"
    )
    project = read_xml(tmp_path, xml, **{"Sources/t.txt": b"hei der"})
    assert check_positions(project).spans == {0: (4, 7)}


def test_member_name_in_any_case_and_bare_paths(tmp_path):
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "Project.QDE",
            '<Project><Sources><TextSource guid="s" plainTextPath="T.txt"/></Sources></Project>',
        )
        archive.writestr("Sources/t.TXT", "\ufeffhei")
    project = read_qdpx(path, max_members=9, max_bytes=10**6)
    assert project.sources["s"].text == "hei"


@pytest.mark.parametrize(
    "target", ["relative:///t.txt", "absolute:///t.txt", "internal://../t.txt"]
)
def test_text_outside_the_archive_is_never_opened(tmp_path, target):
    (tmp_path / "t.txt").write_text("hemmelig")
    xml = f'<Project><Sources><TextSource guid="s" plainTextPath="{target}"/></Sources></Project>'
    assert read_xml(tmp_path, xml).sources["s"].text is None


@pytest.mark.parametrize("members", [[], ["a.qde", "b.qde"]])
def test_archive_without_one_project_is_refused(tmp_path, members):
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.txt", "x")
        for name in members:
            archive.writestr(name, "<Project/>")
    with pytest.raises(ProjectRefusedError, match=r"p\.qdpx: the archive holds"):
        read_interview_project(path, LIMITS)


@pytest.mark.parametrize("content", [b"", b"ikke xml", b"<html/>", b"<Project>", b"\xff\xfe<\x00"])
def test_project_document_that_is_none_is_refused(tmp_path, content):
    path = tmp_path / "p.qde"
    path.write_bytes(content)
    with pytest.raises(PlankompassError, match=r"p\.qde: "):
        read_interview_project(path, LIMITS)


def test_codebook_alone(tmp_path):
    path = tmp_path / "b.qdc"
    path.write_text(
        '<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="NVivo"><Codes>'
        '<Code guid="1" name="a" isCodable="false"><Code guid="2" name="b"/></Code></Codes></CodeBook>'
    )
    project = read_interview_project(path, LIMITS)
    assert [(c.path, c.codable) for c in project.codes.values()] == [
        (("a",), False),
        (("a", "b"), True),
    ]


@pytest.mark.parametrize(
    "content",
    ["æ😀".encode(), b"\xef\xbb\xbf" + "æ😀".encode(), "æ😀".encode("utf-16")],
)
def test_text_by_its_byte_order_mark(content):
    assert decode_text(content) == "æ😀"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-8"])
def test_text_without_a_byte_order_mark(encoding):
    text = "Blåbær og 😀 på årshjulet. " * 9
    assert decode_text(text.encode(encoding)) == text


def test_text_in_windows_1252():
    assert decode_text("blåbær".encode("cp1252")) == "blåbær"


@pytest.mark.parametrize("suffix", [".nvpx", ".mx24", ".mex", ".hpr"])
def test_native_formats_are_refused_with_the_way_to_export(tmp_path, suffix):
    path = tmp_path / f"p{suffix}"
    path.write_bytes(b"x")
    with pytest.raises(ProjectRefusedError, match="REFI-QDA"):
        read_interview_project(path, LIMITS)


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(0, 3000), flip=st.integers(0, 255))
def test_damaged_document_is_refused_or_read_but_never_crashes(cut, flip, tmp_path_factory):
    source = MadeSource("a", "hei der", [(0, 3, guid("c"), ANNA)], {"rolle": "ordforer"})
    xml = project_xml(
        MadeProject([source], [(guid("c"), "k", None)], [(ANNA, "Anna")], inline=True)
    )
    raw = bytearray(xml.encode())
    raw[cut % len(raw)] = flip
    path = tmp_path_factory.mktemp("p") / "p.qde"
    path.write_bytes(raw)
    try:
        check_positions(read_interview_project(path, LIMITS))
    except PlankompassError as error:
        assert str(error).startswith("p.qde: ")
