"""A delivery holds what readers get, whole and unchanged, and nothing else; equal files, equal bytes."""

from __future__ import annotations

import hashlib
import zipfile

import page as pdf_checker
import pypdfium2
import pytest

from plankompass.release.delivery import pack_delivery
from plankompass.release.letter import letter_data, set_letter, texts_of
from plankompass.study.codebook import load_codebook
from plankompass.study.problems import PlankompassError, StageFailedError

READERS = [
    "index.html",
    *(f"{p}/{n}" for p in ("0301", "9902", "nettverk")
      for n in ("rapport.html", "rapport.pdf", "tall.xlsx", "tall.csv")),
    "9902/rapport.nn.pdf",
    "9902/tall.nn.xlsx",
]  # fmt: skip
INTERNAL = (
    "0301/rapport.json", "kvalitet.html", "datakvalitet/index.html", "0301/gjennomgang.html", "personvern.pdf",
    "nettverk/rapport.json", "levering.zip", "0301/tall.parquet", "0301/.partial-rapport.pdf",
)  # fmt: skip


def params(**changes):
    return {
        "study": "prove", "example": True, "municipalities": 2,
        "title": {"nb": "Prøvestudien", "nn": "Prøvestudien"}, "languages": ["nb", "nn"],
        "waves": {"T2": {"as_of": "2023-05-31"}},
        "report": {"wave": "T2", "publisher": "Prøveforlaget", "contact": "plan@prove.example", "dated": "2023-06-15"},
    } | changes  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "reports"
    for name in READERS:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"innhold i {name}".encode() * 20)
    return place


def pack(folder, names=READERS, to="ut.zip", **changes):
    target = folder / to
    reports = [folder / name for name in names]
    pack_delivery({"reports": reports}, {"zip": target}, params(**changes))
    return target


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_the_readers_files_unchanged_the_letters_and_the_sums(folder):
    found = contents(pack(folder))
    top = "plankompass-prove"
    expected = {f"{top}/{name}" for name in (*READERS, "brev.pdf", "brev.nn.pdf", "SHA256SUMS")}
    assert set(found) == expected
    for name in READERS:
        assert found[f"{top}/{name}"] == (folder / name).read_bytes()


def test_the_index_loses_its_links_to_what_stays_with_the_researchers(folder):
    inside = (
        '<!-- internal --><p><a href="datakvalitet.html">Datakvalitet</a></p><!-- /internal -->\n'
    )
    (folder / "index.html").write_text(f"<main>før\n{inside}etter</main>", encoding="utf-8")
    found = contents(pack(folder))["plankompass-prove/index.html"].decode()
    assert found == "<main>før\netter</main>"


def test_the_checksums_are_those_of_the_files(folder):
    found = contents(pack(folder))
    lines = found.pop("plankompass-prove/SHA256SUMS").decode().splitlines()
    listed = dict(reversed(line.split("  ", 1)) for line in lines)
    actual = {
        name.removeprefix("plankompass-prove/"): hashlib.sha256(content).hexdigest()
        for name, content in found.items()
    }
    assert listed == actual


@pytest.mark.parametrize("name", INTERNAL)
def test_what_is_internal_is_refused(folder, name):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("internt")
    with pytest.raises(StageFailedError, match="not for readers"):
        pack(folder, [*READERS, name])
    assert not (folder / "ut.zip").exists()


def test_a_file_from_outside_the_folder_is_refused_by_its_name_alone(folder, tmp_path):
    outside = tmp_path / "index.html"
    outside.write_text("et annet sted")
    with pytest.raises(StageFailedError, match="not for readers") as caught:
        pack(folder, [*READERS, "../index.html"])
    assert str(tmp_path) not in str(caught.value)


def test_all_that_is_missing_is_told_at_once(folder):
    (folder / "0301/rapport.pdf").unlink()
    (folder / "nettverk/tall.csv").unlink()
    with pytest.raises(StageFailedError) as caught:
        pack(folder)
    assert [m.split(":")[0] for m in caught.value.messages] == [
        "0301/rapport.pdf",
        "nettverk/tall.csv",
    ]


def test_without_an_index_there_is_no_delivery(folder):
    with pytest.raises(StageFailedError, match=r"index\.html"):
        pack(folder, [name for name in READERS if name != "index.html"])


def test_equal_files_give_equal_bytes_in_any_order_and_at_any_time(folder):
    first = pack(folder).read_bytes()
    for name in READERS:
        (folder / name).touch()
        (folder / name).chmod(0o600)
    assert pack(folder, READERS[::-1], to="annen.zip").read_bytes() == first


@pytest.mark.parametrize("language", ["nb", "nn"])
def test_the_letter_is_one_accessible_page_that_says_what_not_to_conclude(language, root):
    raw = set_letter(params(), language)
    assert raw == set_letter(params(), language)
    outcome = pdf_checker.validate_pdf_bytes(raw, profile="ua1")
    assert outcome.is_compliant, [(f.rule_id, f.message) for f in outcome.failures]
    document = pypdfium2.PdfDocument(raw)
    assert len(document) == 1
    text = " ".join(document[0].get_textpage().get_text_range().split())
    data = letter_data(params(), language)
    for said in (data["title"], data["lead"], *data["never"], *data["read"], "plan@prove.example"):
        assert " ".join(said.split()) in text
    claims = load_codebook(root / "codebook").never_claim
    assert {f"never_{name}" for name in claims} <= set(texts_of(language))
    assert "eksempeldata" in text


def test_the_letter_in_bokmal_says_the_codebooks_claims(root):
    # the codebook says what is never claimed; the letter may put it a little longer
    claims = load_codebook(root / "codebook").never_claim
    assert texts_of("nb")["never_cause"] == claims["cause"].nb
    assert texts_of("nb")["never_national"] == claims["national"].nb


def test_a_real_study_is_not_called_an_example():
    raw = set_letter(params(example=False), "nb")
    text = pypdfium2.PdfDocument(raw)[0].get_textpage().get_text_range()
    assert "eksempeldata" not in text
    assert "eksempeldata" not in raw.decode("latin-1")


def test_both_languages_have_every_text():
    assert list(texts_of("nb")) == list(texts_of("nn"))


def test_there_is_no_letter_in_other_languages():
    with pytest.raises(PlankompassError, match="choose nb or nn"):
        texts_of("en")


def test_the_letter_carries_the_publishers_profile(tmp_path):
    logo = tmp_path / "logo.svg"
    logo.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 20">'
        '<rect width="60" height="20" fill="#7a0c2e"/></svg>',
        encoding="utf-8",
    )
    report = params()["report"] | {
        "logo": str(logo), "addressee": "Nettverket 2019", "colours": {"main": "#3d0617"},
    }  # fmt: skip
    neutral, own = (
        pypdfium2.PdfDocument(set_letter(params(report=r), "nb"))
        for r in (params()["report"], report)
    )
    seen = [
        {colour for _, colour in d[0].render(scale=1).to_pil().convert("RGB").getcolors(1 << 20)}
        for d in (neutral, own)
    ]
    assert (0x7A, 0x0C, 0x2E) not in seen[0]
    assert (0x7A, 0x0C, 0x2E) in seen[1]
    assert "Nettverket 2019" in own[0].get_textpage().get_text_range()
    assert len(own) == 1
