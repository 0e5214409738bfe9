"""How programs differ in writing REFI-QDA: each dialect gives the same codings."""

from __future__ import annotations

import zipfile

import pytest
from tests.unit.ingest.qda_projects import NAMESPACE, guid

from plankompass.ingest.interviews.codes import CodeMatcher, match_codes
from plankompass.ingest.interviews.positions import check_positions
from plankompass.ingest.interviews.refi_qda import read_qde, read_qdpx
from plankompass.study.codebook import load_codebook
from plankompass.study.problems import ProblemLog

TEXT = "\N{FIRE ENGINE} Vi rekker aldri årshjulet.\r\nBudsjettet er låst."
CODE, CASE, SOURCE, ANNA = guid("code"), guid("case"), guid("source"), guid("anna")


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def selection(words: str = "årshjulet", code: str = CODE, inner: str = "") -> str:
    start = utf16(TEXT[: TEXT.index(words)])
    return (
        f'<PlainTextSelection guid="{guid("sel", words, code)}" startPosition="{start}" '
        f'endPosition="{start + utf16(words)}" creatingUser="{ANNA}">{inner}'
        f'<Coding guid="{guid("coding", words)}"><CodeRef targetGUID="{code}"/></Coding></PlainTextSelection>'
    )


def project(
    sources: str, *, codes: str = f'<Code guid="{CODE}" name="Årshjul" isCodable="true"/>', rest: str = ""
) -> str:  # fmt: skip
    return (
        f'<Project xmlns="{NAMESPACE}" origin="NVivo 14"><Users><User guid="{ANNA}" name="Anna"/></Users>'
        f"<CodeBook><Codes>{codes}</Codes></CodeBook>"
        f'<Variables><Variable guid="v" name="kommune" typeOfVariable="Text"/></Variables>{rest}'
        f"<Sources>{sources}</Sources></Project>"
    )


def text_source(path: str = f"internal://{SOURCE}.txt", inner: str = "") -> str:
    return f'<TextSource guid="{SOURCE}" name="I1" plainTextPath="{path}">{inner or selection()}</TextSource>'


def read(
    tmp_path, xml: str | bytes, member="project.qde", text_member=f"sources/{SOURCE}.txt", **more
):
    path = tmp_path / "p.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, xml)
        archive.writestr(text_member, TEXT.encode("utf-8"))
        for name, content in more.items():
            archive.writestr(name, content)
    return read_qdpx(path, max_members=100, max_bytes=10**6)


def words_of(found) -> list[str]:
    positions = check_positions(found)
    assert positions.bad == 0
    return [
        found.sources[found.selections[i].source].text[a:b]
        for i, (a, b) in sorted(positions.spans.items())
    ]


@pytest.mark.parametrize(
    ("target", "member"),
    [
        ("internal://{}.txt", "sources/{}.txt"),
        ("internal://{}.txt", "Sources/{}.txt"),
        ("internal:///sources/{}.txt", "Sources/{}.txt"),
        ("./sources/{}.txt", "sources/{}.txt"),
        ("sources\\{}.txt", "sources\\{}.txt"),
        ("relative:///{}.txt", "sources/{}.txt"),
        ("internal://other/{}.txt", "sources/{}.txt"),
    ],
)
def test_text_is_found_wherever_the_program_put_it(tmp_path, target, member):
    found = read(
        tmp_path, project(text_source(target.format(SOURCE))), text_member=member.format(SOURCE)
    )
    assert words_of(found) == ["årshjulet"]


@pytest.mark.parametrize("folder", ["", "Prosjekt/"])
def test_what_a_mac_adds_to_the_archive_is_no_project(tmp_path, folder):
    found = read(
        tmp_path, project(text_source()), member=f"{folder}Project.qde",
        text_member=f"{folder}sources/{SOURCE}.txt",
        **{f"__MACOSX/{folder}._Project.qde": b"\x00\x05", f"{folder}._Project.qde": b"\x00"},
    )  # fmt: skip
    assert words_of(found) == ["årshjulet"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_document_in_any_encoding(tmp_path, encoding):
    xml = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>' + project(
        text_source()
    )
    found = read(tmp_path, xml.encode(encoding))
    assert [c.name for c in found.codes.values()] == ["Årshjul"]
    assert words_of(found) == ["årshjulet"]


@pytest.mark.parametrize("wrapper", ["<SubCodes>{}</SubCodes>", "<Codes>{}</Codes>", "{}"])
def test_children_of_a_code_may_stand_in_a_group(tmp_path, wrapper):
    child = f'<Code guid="{CODE}" name="Årshjul"/>'
    codes = f'<Code guid="{guid("top")}" name="Barrierer">{wrapper.format(child)}</Code>'
    found = read(tmp_path, project(text_source(), codes=codes))
    assert found.codes[CODE].path == ("Barrierer", "Årshjul")


SYNC = (
    '<AudioSource guid="a" name="Opptak" path="internal://a.m4a">'
    '<AudioSelection guid="x" begin="0" end="9"><Coding creatingUser="{anna}"><CodeRef targetGUID="{code}"/></Coding>'
    '</AudioSelection><Transcript guid="t" plainTextPath="internal://{source}.txt">'
    '<SyncPoint guid="{{P1}}" timeStamp="0" position="{start}"/><SyncPoint guid="p2" timeStamp="9" position="{end}"/>'
    '<TranscriptSelection guid="ts" fromSyncPoint="p1" toSyncPoint="{last}"><Coding creatingUser="{anna}">'
    '<CodeRef targetGUID="{code}"/></Coding></TranscriptSelection></Transcript></AudioSource>'
)


@pytest.mark.parametrize(("last", "words"), [("P2", ["Budsjettet er låst."]), ("p9", [])])
def test_stretches_of_a_transcript_have_a_place_where_sync_points_give_it(tmp_path, last, words):
    start = utf16(TEXT[: TEXT.index("Budsjettet")])
    xml = SYNC.format(anna=ANNA, code=CODE, source=SOURCE, start=start, end=utf16(TEXT), last=last)
    found = read(tmp_path, project(xml))
    assert words_of(found) == words
    assert found.codings == 2  # the recording's own selection is presence without a place


VALUES = '<VariableValue><VariableRef targetGUID="v"/><TextValue>9901</TextValue></VariableValue>'


@pytest.mark.parametrize(
    "case",
    [
        f'<Case guid="{CASE}" name="Anne">{VALUES}<SourceRef targetGUID="{SOURCE}"/></Case>',
        f'<Case guid="{CASE}" name="Anne"><CodeRef targetGUID="{guid("who")}"/>{VALUES}</Case>',
        f'<Case guid="{guid("who")}" name="Anne">{VALUES}</Case>',
    ],
)
def test_case_by_source_by_its_code_or_set_as_a_code(tmp_path, root, case):
    listed = f'<Code guid="{guid("who")}" name="Anne"/>' if "CodeRef" in case else ""
    codes = f'<Code guid="{CODE}" name="Årshjul"/>{listed}'
    inner = selection() + selection("Vi", guid("who"))
    found = read(
        tmp_path, project(text_source(inner=inner), codes=codes, rest=f"<Cases>{case}</Cases>")
    )
    assert found.sources[SOURCE].variables == {"kommune": {"9901"}}
    log = ProblemLog("test")
    matched = match_codes(found, "p", CodeMatcher(load_codebook(root / "codebook")), log)
    if "SourceRef" not in case:
        # the code that says who spoke is no code of the codebook, and none is missed
        assert matched == {CODE: "barrierer/arshjul", guid("who"): None}
        assert "fail" not in set(log.frame()["severity"])


def test_code_of_the_codebook_on_a_case_stays_a_code(tmp_path, root):
    case = f'<Case guid="{CASE}"><CodeRef targetGUID="{CODE}"/><SourceRef targetGUID="{SOURCE}"/></Case>'
    found = read(tmp_path, project(text_source(), rest=f"<Cases>{case}</Cases>"))
    matched = match_codes(
        found, "p", CodeMatcher(load_codebook(root / "codebook")), ProblemLog("t")
    )
    assert matched[CODE] == "barrierer/arshjul"


def test_coded_notes_are_told_and_left_out(tmp_path):
    notes = f'<Notes><Note guid="n" name="Memo" plainTextPath="internal://n.txt">{selection()}</Note></Notes>'
    found = read(tmp_path, project(text_source(), rest=notes))
    assert found.codings == 1
    assert any("notes" in problem for problem in found.problems)


def test_codings_without_code_and_users_that_are_not_listed(tmp_path):
    inner = (
        selection()
        + '<PlainTextSelection guid="e" startPosition="0" endPosition="2"><Coding guid="z"/></PlainTextSelection>'
    )
    xml = project(text_source(inner=inner)).replace(f'<User guid="{ANNA}" name="Anna"/>', "")
    found = read(tmp_path, xml)
    assert found.codings == 1
    assert len(found.selections) == 2
    assert [c.defined for c in found.coders.values()] == [False]


@pytest.mark.parametrize("namespace", ["urn:QDA-XML:project:1:0", "urn:QDA-XML:project:1.5", ""])
def test_any_namespace_and_a_document_on_its_own(tmp_path, namespace):
    xml = project(f'<TextSource guid="s"><PlainTextContent>Ja, Årshjul.</PlainTextContent>'
                  f'<PlainTextSelection startPosition="4" endPosition="11"><Coding creatingUser="{{{ANNA.upper()}}}">'
                  f'<CodeRef targetGUID="{{{CODE.upper()}}}"/></Coding></PlainTextSelection></TextSource>')  # fmt: skip
    path = tmp_path / "p.qde"
    path.write_text(xml.replace(NAMESPACE, namespace), encoding="utf-8")
    found = read_qde(path)
    assert words_of(found) == ["Årshjul"]
    assert {c.code for s in found.selections for c in s.codings} == {CODE}
    assert {c.coder for s in found.selections for c in s.codings} == {ANNA}
