"""The coders' projects: positions, coders, agreement, and the record of what counts."""

from __future__ import annotations

import uuid
import zipfile
from collections import Counter

import numpy as np
import pytest
from lxml import etree
from tests.study_factory import MadeStudy
from tests.study_factory.texts import texts

NS = {"q": "urn:QDA-XML:project:1.0"}


def _project(made: MadeStudy, coder: str) -> tuple[etree._Element, dict[str, str]]:
    """The project's XML, and source GUID to text as stored."""
    with zipfile.ZipFile(made.raw / f"interviews/koder_{coder}.qdpx") as archive:
        assert archive.testzip() is None
        root = etree.fromstring(archive.read("project.qde"))
        sources = {}
        for name in archive.namelist():
            if name.endswith(".txt"):
                content = archive.read(name)
                sources[name[8:-4]] = content.decode("utf-8-sig")
    return root, sources


@pytest.mark.parametrize("coder", ["A", "B"])
def test_selections_are_passages_in_utf16_units(made: MadeStudy, codebook, coder):
    """Cut by UTF-16 units, every selection begins with a passage of its code (or a neutral one)."""
    root, sources = _project(made, coder)
    guid_to_code = {
        str(uuid.uuid5(uuid.NAMESPACE_URL, f"urn:plansamspill:kode:{c}")): c for c in codebook.codes
    }
    bank = texts("interviews")
    neutral = tuple(bank["neutral"]["nb"] + bank["neutral"]["nn"])
    outside = checked = astral = 0
    for source in root.iterfind(".//q:TextSource", NS):
        text = sources[source.get("guid")]
        units = text.encode("utf-16-le")
        for selection in source.iterfind("q:PlainTextSelection", NS):
            start, end = int(selection.get("startPosition")), int(selection.get("endPosition"))
            if 2 * end > len(units):
                outside += 1
                continue
            words = units[2 * start : 2 * end].decode("utf-16-le")
            code = guid_to_code.get(
                selection.find(".//q:CodeRef", NS).get("targetGUID"), "barrierer/arshjul"
            )
            own = tuple(bank["passages"][code]["nb"] + bank["passages"][code]["nn"])
            assert words.startswith(own + neutral)
            checked += 1
            astral += any(
                ord(c) > 0xFFFF for c in text[: len(units[: 2 * start].decode("utf-16-le"))]
            )
    assert outside == (1 if coder == "A" else 0)
    assert checked > 200 and astral > 20
    assert any("\r\n" in t for t in sources.values())


def test_cases_carry_variables_and_both_projects_share_sources(made: MadeStudy):
    a, texts_a = _project(made, "A")
    b, texts_b = _project(made, "B")
    shared = texts_a.keys() & texts_b.keys()
    total = texts_a.keys() | texts_b.keys()
    assert len(shared) / len(total) >= 0.25
    assert all(texts_a[guid] == texts_b[guid] for guid in shared)
    for root in (a, b):
        names = {v.get("guid"): v.get("name") for v in root.iterfind(".//q:Variable", NS)}
        cases = list(root.iterfind(".//q:Case", NS))
        filled = Counter(
            names[v.find("q:VariableRef", NS).get("targetGUID")]
            for c in cases
            for v in c.iterfind("q:VariableValue", NS)
        )
        assert filled["rolle"] == filled["bolge"] == filled["kilde"] == len(cases)
        assert filled["kommune"] >= len(cases) - 1
        assert len(cases) == len(list(root.iterfind(".//q:TextSource", NS)))


def _nominal_alpha(pairs: list[tuple[int, int]]) -> float:
    """Krippendorff's alpha for two coders without missing values, from the coincidence matrix."""
    counts = Counter()
    for first, second in pairs:
        counts[(first, second)] += 1
        counts[(second, first)] += 1
    n = sum(counts.values())
    margins = Counter()
    for (first, _), count in counts.items():
        margins[first] += count
    observed = sum(c for (a, b), c in counts.items() if a != b) / n
    expected = sum(margins[a] * margins[b] for a in margins for b in margins if a != b) / (
        n * (n - 1)
    )
    return 1 - observed / expected if expected else float("nan")


def test_agreement_is_planted_around_point_eight_but_for_the_weak_code(made: MadeStudy, codebook):
    double = [i for i in made.truth.facts["interviews"] if len(i["coded"]) == 2 and i["counts"]]
    alphas = {
        c.id: _nominal_alpha([(c.id in i["coded"]["A"], c.id in i["coded"]["B"]) for i in double])
        for c in codebook.codes.values()
        if not c.descriptive
    }
    weak = alphas.pop("roller/politisk_lederskap")
    assert weak < 0.667
    assert 0.75 < np.nanmedian(list(alphas.values())) < 0.95
    assert np.mean(np.array(list(alphas.values())) > 0.667) > 0.8


def test_interviews_are_recorded_as_the_codebook_counts_them(made: MadeStudy):
    interviews = made.truth.facts["interviews"]
    assert sum(not i["counts"] for i in interviews) == 1
    for interview in interviews:
        sets = [set(codes) for codes in interview["coded"].values()]
        expected = {
            code
            for code in set.union(*sets, set())
            if interview["agreed"].get(code, all(code in own for own in sets))
        }
        assert set(interview["present"]) == expected
    assert sum(len(i["agreed"]) for i in interviews) > 10
    by_place = Counter(i["kommune_id"] for i in interviews)
    assert set(by_place) == {m.kommune_id for m in made.design.municipalities}
    assert max(by_place.values()) <= 6 and min(by_place.values()) >= 3
    roles = Counter((i["kommune_id"], i["role"]) for i in interviews)
    assert set(roles.values()) == {1}  # a role is one person in a municipality
