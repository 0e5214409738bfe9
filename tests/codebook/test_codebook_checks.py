"""The shipped codebook is clean, and every single thing broken in it is found and named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from plankompass.study.codebook import _FILE_MODELS, FILES, Codebook, load_codebook
from plankompass.study.codebook_checks import check_codebook, codebook_remarks
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

Documents = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def shipped(root) -> Documents:
    return {name: load_yaml(root / "codebook" / f"{name}.yaml") for name in FILES}


def load(documents: Documents, folder):
    folder.mkdir(exist_ok=True)
    for name, document in documents.items():
        text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return load_codebook(folder)


def errors_in(documents: Documents) -> list[str]:
    """What the checks say about documents that each keep their file's model."""
    files = {name: _FILE_MODELS[name].model_validate(documents[name]) for name in FILES}
    return check_codebook(Codebook(files))


def row(documents: Documents, file: str, key: str, entry_id: str) -> dict[str, Any]:
    return next(r for r in documents[file][key] if r["id"] == entry_id)


def item(entry_id: str) -> Callable[[Documents], dict[str, Any]]:
    return lambda d: row(d, "items", "items", entry_id)


def code(entry_id: str) -> Callable[[Documents], dict[str, Any]]:
    return lambda d: row(d, "codes", "codes", entry_id)


def measure(entry_id: str) -> Callable[[Documents], dict[str, Any]]:
    return lambda d: row(d, "document_measures", "measures", entry_id)


def indicator(entry_id: str) -> Callable[[Documents], dict[str, Any]]:
    return lambda d: row(d, "indicators", "indicators", entry_id)


def sentence(entry_id: str) -> Callable[[Documents], dict[str, Any]]:
    return lambda d: row(d, "report_questions", "sentence_rules", entry_id)


def question(entry_id: str) -> Callable[[Documents], dict[str, Any]]:
    return lambda d: next(
        q
        for entry in d["report_questions"]["research_questions"].values()
        for q in entry["questions"]
        if q["id"] == entry_id
    )


def whole(*path: str) -> Callable[[Documents], Any]:
    def find(documents: Documents) -> Any:
        part: Any = documents
        for step in path:
            part = part[step]
        return part

    return find


# where to change, key, new value (or a function of the old one), file and id that must be named
REMOVE = object()
CHANGES = [
    # items.yaml
    (item("gj_treghet"), "battery", "ukjent", "items.yaml", "gj_treghet"),
    (item("gj_treghet"), "scale", "likert7", "items.yaml", "gj_treghet"),
    (item("gj_treghet"), "groups", [], "items.yaml", "gj_treghet"),
    (item("gj_treghet"), "groups", ["folkevalgte", "presse"], "items.yaml", "gj_treghet"),
    (item("gj_treghet"), "nn", "Det tek ikke for lang tid.", "items.yaml", "gj_treghet"),
    (item("gj_treghet"), "nb", "Korleis går det?", "items.yaml", "gj_treghet"),
    (item("gj_treghet"), "nb", " ", "items.yaml", "gj_treghet"),
    (item("gj_treghet"), "nb", " ".join(["ord"] * 16), "items.yaml", "gj_treghet"),
    (item("bo_agenda"), "reverse", True, "items.yaml", "bo_agenda"),
    (item("gj_treghet"), "rq", "none", "items.yaml", "gj_treghet"),
    (item("gj_treghet"), "rq", "RQ2", "items.yaml", "gj_treghet"),
    (item("gr_arshjul_tilpasset"), "addresses", ["gj_treghet"], "items.yaml", "gr_arshjul"),
    (item("gr_arshjul_tilpasset"), "addresses", [], "items.yaml", "hi_arshjul"),
    (item("st_behov"), "exclusive_option", "tull", "items.yaml", "st_behov"),
    (item("st_behov"), "max_selected", 99, "items.yaml", "st_behov"),
    (item("st_behov"), "options", [], "items.yaml", "st_behov"),
    (item("st_behov"), "options", lambda o: [*o, o[0]], "items.yaml", "st_behov"),
    (item("st_behov"), "options", lambda o: [{**o[0], "en": ""}, *o[1:]], "items.yaml", "st_behov"),
    (item("gj_treghet"), "id", "GjTreghet", "items.yaml", "GjTreghet"),
    (item("gj_treghet"), "id", "gj_tidlig_preg", "items.yaml", "gj_tidlig_preg"),
    (item("bo_mal"), "groups", ["folkevalgte"], "items.yaml", "parallel set locus"),
    (item("hi_tid"), "id", "hi_tidsbruk", "items.yaml", "hi_tidsbruk"),
    (item("bg_forste_periode"), "descriptive", False, "items.yaml", "bg_forste_periode"),
    (item("bg_kjonn"), "descriptive_reason", REMOVE, "items.yaml", "bg_kjonn"),
    (item("gj_treghet"), "descriptive", True, "items.yaml", "gj_treghet"),
    (whole("items", "scales", "likert5"), "values", [1, 2, 3, 4, 8], "items.yaml", "likert5"),
    (whole("items", "scales", "likert5", "labels"), 3, REMOVE, "items.yaml", "likert5"),
    (whole("items", "scales", "likert5", "labels", 3), "en", REMOVE, "items.yaml", "likert5"),
    (whole("items", "batteries"), "tom", {"kind": "battery", "rq": "RQ1", "nb": "Tom", "nn": "Tom",
     "en": "Empty"}, "items.yaml", "battery tom"),
    (whole("items", "batteries", "hinder"), "stem_nn", REMOVE, "items.yaml", "hinder"),
    (whole("items", "batteries", "hinder"), "kind", "multi_item_scale", "items.yaml", "hinder"),
    (item("gj_treghet"), "scale", "severity5", "items.yaml", "gjennomforing"),
    # codes.yaml
    (code("barrierer/tid"), "parent", "grep", "codes.yaml", "barrierer/tid"),
    (code("barrierer/tid"), "rq", "RQ2", "codes.yaml", "barrierer/tid"),
    (code("barrierer/tid"), "not_when", " ", "codes.yaml", "barrierer/tid"),
    (code("barrierer/tid"), "en", REMOVE, "codes.yaml", "barrierer/tid"),
    (code("barrierer/tid"), "descriptive", True, "codes.yaml", "barrierer/tid"),
    (code("barrierer/tid"), "feeds", ["tull"], "codes.yaml", "barrierer/tid"),
    (code("barrierer/tid"), "feeds", [], "indicators.yaml", "barrier_agreement"),
    (code("barrierer/tid"), "feeds", ["support_interview_share"], "codes.yaml", "barrierer/tid"),
    (code("barrierer/tid"), "id", "barrierer/Tid", "codes.yaml", "barrierer/Tid"),
    (code("barrierer/tid"), "id", "barrierer/tidsbruk", "codes.yaml", "barrierer/tidsbruk"),
    (code("barrierer/tid"), "nn", "Tiden til folkevalgte", "codes.yaml", "barrierer/tid"),
    (whole("codes"), "role_synonyms", {"vararep": ["vara"]}, "codes.yaml", "vararep"),
    (whole("codes"), "role_synonyms", {"ordforer": ["sjef"], "planlegger": ["Sjef"]}, "codes.yaml",
     "sjef"),
    (whole("codes"), "role_synonyms", {"ordforer": ["planlegger"]}, "codes.yaml", "planlegger"),
    (whole("codes", "coding_rules"), "double_coded_share_min", 25, "codes.yaml", "double_coded"),
    # document_measures.yaml
    (measure("mal_antall"), "documents", ["avis"], "document_measures.yaml", "mal_antall"),
    (measure("mal_antall"), "confirmation", "gjetning", "document_measures.yaml", "mal_antall"),
    (measure("mal_antall"), "range", [200, 0], "document_measures.yaml", "mal_antall"),
    (measure("mal_i_handlingsdel"), "range", [0, 100], "document_measures.yaml", "mal_i_handl"),
    (measure("mal_i_handlingsdel"), "denominator", "tull", "document_measures.yaml", "mal_i_handl"),
    (measure("mal_i_handlingsdel"), "numerator", REMOVE, "document_measures.yaml", "mal_i_handl"),
    (measure("mal_antall"), "source_ref", "ingen_2000", "document_measures.yaml", "mal_antall"),
    (measure("mal_antall"), "definition", "", "document_measures.yaml", "mal_antall"),
    (measure("samfunnsdel_alder_aar"), "descriptive", False, "document_measures.yaml", "alder_aar"),
    # indicators.yaml
    (indicator("role_clarity"), "operator", "ratio", "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "kind", "code_share", "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "inputs", {"items": ["rf_adm_ansvar", "sp_tidlig_dialog",
     "rf_folkevalgt_over"]}, "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "inputs", {"items": ["tull"]}, "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "inputs", {}, "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "min_valid_items", 9, "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "range", [0, 4], "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "groups", ["folkevalgte", "innbyggere"], "indicators.yaml",
     "role_clarity"),
    (indicator("role_clarity"), "min_n", {"folkevalgte": 8}, "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "min_n", {"folkevalgte": 0, "administrasjon": 5},
     "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "levels", [], "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "triangulate_with", ["role_clarity"], "indicators.yaml",
     "role_clarity"),
    (indicator("role_clarity"), "theory", ["ingen_2000"], "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "rq_also", ["RQ3"], "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "rq", "RQ4", "indicators.yaml", "role_clarity"),
    (indicator("role_clarity"), "caveat_nn", "Det finst noko, men ikke alt.", "indicators.yaml",
     "role_clarity"),
    (indicator("role_clarity"), "definition", lambda d: {**d, "nn": "Ein. To."}, "indicators.yaml",
     "role_clarity"),
    (indicator("role_clarity"), "formula", " ", "indicators.yaml", "role_clarity"),
    (indicator("political_choice_index"), "params", {"thresholds": {}}, "indicators.yaml",
     "political_choice_index"),
    (indicator("political_choice_index"), "range", [0, 7], "indicators.yaml",
     "political_choice_index"),
    (indicator("planning_strategy_on_time"), "params", lambda p: {**p, "event": "mal_antall"},
     "indicators.yaml", "planning_strategy_on_time"),
    (indicator("citizen_perception_gap"), "params", lambda p: {**p, "contrasts": [["deltakere",
     "innbyggere"]]}, "indicators.yaml", "citizen_perception_gap"),
    (indicator("citizen_perception_gap"), "params", lambda p: {**p, "parallel_sets": ["locus"]},
     "indicators.yaml", "citizen_perception_gap"),
    (indicator("goal_chain_share"), "params", lambda p: {**p, "denominator": "tull"},
     "indicators.yaml", "goal_chain_share"),
    (indicator("strategy_uptake"), "params", {}, "indicators.yaml", "strategy_uptake"),
    (whole("indicators"), "kinds", lambda k: k[1:], "indicators.yaml", "kinds"),
    (whole("indicators", "operators"), "gjetning", "Gjett.", "indicators.yaml", "operators"),
    (whole("indicators", "sources"), "ny_2024", {"ref": "Ny (2024).", "seen": "full"},
     "indicators.yaml", "ny_2024"),
    # report_questions.yaml
    (question("rq1_grep"), "indicators", ["tull"], "report_questions.yaml", "rq1_grep"),
    (question("rq1_grep"), "indicators", [], "report_questions.yaml", "rq1_grep"),
    (question("rq1_grep"), "id", "rq1_hinder", "report_questions.yaml", "rq1_hinder"),
    (question("rq3_roller"), "indicators", ["interplay_quality"], "indicators.yaml",
     "role_clarity"),
    (sentence("above_peer_mean"), "nn", "Kommunen ligg høgare.", "report_questions.yaml",
     "above_peer_mean"),
    (sentence("above_peer_mean"), "nb", "{kommune} er best i nettverket.", "report_questions.yaml",
     "above_peer_mean"),
    (sentence("above_peer_mean"), "id", "below_peer_mean", "report_questions.yaml",
     "below_peer_mean"),
    (whole("report_questions", "forbidden_patterns"), "nn", [], "report_questions.yaml",
     "forbidden_patterns"),
    (whole("report_questions", "research_questions", "RQ1"), "discussion", [],
     "report_questions.yaml", "RQ1"),
    (whole("report_questions", "research_questions"), "RQ4", REMOVE, "report_questions.yaml",
     "RQ4"),
    (whole("report_questions", "never_claim", 0), "why", " ", "report_questions.yaml", "cause"),
]  # fmt: skip


def test_shipped_codebook_is_clean(root):
    book = load_codebook(root / "codebook")
    assert check_codebook(book) == []
    assert codebook_remarks(book) == []
    assert (len(book.items), len(book.codes), len(book.measures), len(book.indicators)) == (
        67,
        43,
        28,
        30,
    )


@pytest.mark.parametrize(
    ("place", "key", "value", "file", "named"),
    CHANGES,
    ids=[f"{c[4]}-{c[1]}-{number}" for number, c in enumerate(CHANGES)],
)
def test_one_broken_thing_is_named(shipped, place, key, value, file, named):
    documents = copy.deepcopy(shipped)
    target = place(documents)
    if value is REMOVE:
        del target[key]
    else:
        target[key] = value(target[key]) if callable(value) else value
    lines = errors_in(documents)
    assert any(line.startswith(f"{file}: ") and named in line for line in lines), lines


@pytest.mark.parametrize("file", FILES)
def test_unknown_key_is_an_error_with_file_and_key(shipped, tmp_path, file):
    documents = copy.deepcopy(shipped)
    documents[file]["ukjent"] = 1
    with pytest.raises(PlankompassError, match=f"codebook/{file}.yaml: ukjent: unknown key"):
        load(documents, tmp_path / "codebook")


@pytest.mark.parametrize("key", ["caveat_nn", "caveat_nb"])
def test_missing_caveat_is_an_error(shipped, tmp_path, key):
    documents = copy.deepcopy(shipped)
    del documents["indicators"]["indicators"][0][key]
    with pytest.raises(PlankompassError, match=rf"indicators.yaml: .*{key}: the key is missing"):
        load(documents, tmp_path / "codebook")


def test_several_errors_come_at_once(shipped, tmp_path):
    documents = copy.deepcopy(shipped)
    item("gj_treghet")(documents)["battery"] = "ukjent"
    indicator("role_clarity")(documents)["theory"] = []
    with pytest.raises(PlankompassError) as error:
        load(documents, tmp_path / "codebook")
    assert "gj_treghet" in str(error.value)
    assert "role_clarity" in str(error.value)


def test_remark_on_two_ideas_in_one_item(shipped, tmp_path):
    documents = copy.deepcopy(shipped)
    item("gj_treghet")(documents)["nb"] = "Det er tregt og dyrt."
    book = load(documents, tmp_path / "codebook")
    assert any("gj_treghet" in line for line in codebook_remarks(book))


def test_same_codebook_passes_the_independent_checker(root, shared_dir):
    """The instrument's own checker, written by others, finds no error either."""
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, str(shared_dir / "codebook" / "check.py"), str(root / "codebook")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
