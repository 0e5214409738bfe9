"""The replication crate: what its profiles ask for, the variables for the archive, the tables' descriptor."""

from __future__ import annotations

import csv
import json
import zipfile
from hashlib import sha256

import pytest
import yaml
from lxml import etree
from rocrate.rocrate import ROCrate

from plankompass.commands.make_crate import make_crate
from plankompass.release.crate import licence_of
from plankompass.release.manifest import read_manifest
from plankompass.study.codebook import load_codebook
from plankompass.study.problems import PlankompassError

# Order of child elements in the XML schema of DDI-Codebook 2.5, for the elements that are used.
ORDER = {
    "codeBook": "docDscr stdyDscr fileDscr dataDscr otherMat",
    "docDscr": "citation guide docStatus docSrc controlledVocabUsed notes",
    "stdyDscr": "citation studyAuthorization stdyInfo studyDevelopment method dataAccs othrStdyMat notes",
    "citation": "titlStmt rspStmt prodStmt distStmt serStmt verStmt biblCit holdings notes",
    "titlStmt": "titl subTitl altTitl parTitl IDNo",
    "rspStmt": "AuthEnty othId",
    "prodStmt": "producer copyright prodDate prodPlac software fundAg grantNo",
    "stdyInfo": "studyBudget subject abstract sumDscr qualityStatement notes exPostEvaluation",
    "sumDscr": "timePrd collDate nation geogCover geogUnit geoBndBox boundPoly anlyUnit universe dataKind",
    "method": "dataColl notes anlyInfo stdyClas dataProcessing codingInstructions",
    "dataColl": "timeMeth dataCollector collectorTraining frequenc sampProc sampleFrame targetSampleSize "
    "deviat collMode resInstru instrumentDevelopment sources collSitu actMin ConOps weight cleanOps",
    "dataAccs": "setAvail useStmt notes",
    "useStmt": "confDec specPerm restrctn contact citReq deposReq conditions disclaimer",
    "fileDscr": "fileTxt locMap notes",
    "fileTxt": "fileName fileCitation dataFingerprint fileCont fileStrc dimensns fileType format",
    "dataDscr": "varGrp nCubeGrp var nCube notes",
    "varGrp": "labl txt concept defntn universe notes",
    "var": "location labl imputation security embargo respUnit anlysUnit qstn valrng invalrng undocCod "
    "universe TotlResp sumStat txt stdCatgry catgryGrp catgry codInstr verStmt concept derivation "
    "varFormat geoMap catLevel notes",
    "qstn": "preQTxt qstnLit postQTxt forward backward ivuInstr",
    "invalrng": "item range key notes",
    "catgry": "catValu labl txt catStat mrow catgry",
}
DDI = "{ddi:codebook:2_5}"
ID = "ID"


@pytest.fixture(scope="module")
def crate(verified, released, tmp_path_factory):
    folder = tmp_path_factory.mktemp("crate") / "eksempel"
    make_crate("eksempel", verified.folder, released, folder)
    return folder


@pytest.fixture(scope="module")
def graph(crate):
    text = (crate / "ro-crate-metadata.json").read_text(encoding="utf-8")
    return {e["@id"]: e for e in json.loads(text)["@graph"]}


def ids(value):
    return [v["@id"] for v in (value if isinstance(value, list) else [value])]


def test_the_crate_keeps_its_profiles(crate, graph):
    descriptor, top = graph["ro-crate-metadata.json"], graph["./"]
    assert "https://w3id.org/ro/crate/1.1" in ids(descriptor["conformsTo"])
    assert ids(descriptor["about"]) == ["./"]
    for profile in ("process/0.5", "workflow/0.5"):
        assert f"https://w3id.org/ro/wfrun/{profile}" in ids(top["conformsTo"])
    for key in ("name", "description", "datePublished", "license"):
        assert top[key]
    assert top["datePublished"] == "2023-06-15" and "eksempeldata" in top["name"]
    workflow = graph[top["mainEntity"]["@id"]]
    assert set(workflow["@type"]) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    assert graph[workflow["programmingLanguage"]["@id"]]["name"] == "Snakemake"
    [run] = [e for e in graph.values() if e["@type"] == "CreateAction"]
    assert run["actionStatus"] == "http://schema.org/CompletedActionStatus"
    assert ids(run["instrument"]) == ids(top["mainEntity"]) and ids(top["mentions"]) == [run["@id"]]
    parts = set(ids(top["hasPart"]))
    on_disk = {p.relative_to(crate).as_posix() for p in crate.rglob("*") if p.is_file()}
    assert parts == on_disk - {"ro-crate-metadata.json"}


def test_every_result_and_every_raw_file_stands_with_its_hash(crate, graph):
    manifest = read_manifest(crate)
    run = graph["#run"]
    assert set(ids(run["result"])) == set(manifest.files)
    for name in ids(run["result"]):
        assert graph[name]["sha256"] == sha256((crate / name).read_bytes()).hexdigest()
    raw = {graph[i]["name"]: graph[i]["value"] for i in ids(run["object"]) if i.startswith("#raw/")}
    assert raw == {name: entry.sha256 for name, entry in manifest.inputs.items()}
    assert not (crate / "data").exists()


def test_every_part_has_its_licence(graph):
    files = [e for e in graph.values() if "File" in e["@type"]]
    assert all(graph[e["license"]["@id"]]["name"] for e in files)
    assert licence_of("reports/9901/rapport.pdf") == licence_of("tables/goals.csv") == "CC-BY-4.0"
    fonts = "workflow/plankompass/reports/fonts/"
    assert licence_of(fonts + "PlankompassSans-Regular.ttf") == "OFL-1.1"
    assert licence_of("workflow/plankompass/cli.py") == licence_of("codebook/items.yaml") == "MIT"


def test_the_same_release_gives_the_same_crate(crate, verified, released, tmp_path):
    again = tmp_path / "eksempel.zip"
    make_crate("eksempel", verified.folder, released, again)
    with zipfile.ZipFile(again) as archive:
        for name in ("ro-crate-metadata.json", "datapackage.json", "ddi-codebook.xml"):
            assert archive.read(name) == (crate / name).read_bytes()
    opened = ROCrate(str(again))
    assert opened.mainEntity.id == "Snakefile"
    missing = [e.id for e in opened.data_entities if not (crate / e.id).exists()]
    assert missing == [] and len(opened.data_entities) > 500
    with pytest.raises(PlankompassError, match="exists already"):
        make_crate("eksempel", verified.folder, released, again)


def test_the_variables_are_in_the_schemas_order(crate):
    tree = etree.parse(crate / "ddi-codebook.xml").getroot()
    assert tree.tag == f"{DDI}codeBook" and tree.get("version") == "2.5"
    seen = set()
    for element in tree.iter():
        name = element.tag.removeprefix(DDI)
        children = [child.tag.removeprefix(DDI) for child in element]
        if children:
            order = ORDER[name].split()
            assert [order.index(c) for c in children] == sorted(order.index(c) for c in children)
            seen.add(name)
    assert seen == set(ORDER)
    known = {e.get(ID) for e in tree.iter() if e.get(ID)}
    assert len(known) == sum(e.get(ID) is not None for e in tree.iter())
    for element in tree.iter(f"{DDI}var", f"{DDI}varGrp"):
        for reference in ("files", "sdatrefs", "var"):
            assert set((element.get(reference) or "").split()) <= known


def test_every_question_and_scale_is_described_and_no_answer(crate, root):
    book = load_codebook(root / "codebook")
    tree = etree.parse(crate / "ddi-codebook.xml").getroot()
    variables = {v.get("name"): v for v in tree.iter(f"{DDI}var")}
    assert set(variables) == {c for item in book.items for c in book.answer_columns(item)}
    item = book.items["gj_treghet"]
    variable = variables["gj_treghet"]
    asked = {e.text for e in variable.iter(f"{DDI}qstnLit")}
    assert asked == {t for t in (item.nb, item.nn, item.en) if t}
    values = [c.findtext(f"{DDI}catValu") for c in variable.iter(f"{DDI}catgry")]
    assert values == [*map(str, book.scales[item.scale].labels), *map(str, book.missing_codes)]
    missing = [c for c in variable.iter(f"{DDI}catgry") if c.get("missing") == "Y"]
    assert len(missing) == len(book.missing_codes)
    assert not list(tree.iter(f"{DDI}catStat", f"{DDI}sumStat"))


def test_the_tables_are_what_their_descriptor_says(crate):
    package = json.loads((crate / "datapackage.json").read_text(encoding="utf-8"))
    assert package["profile"] == "tabular-data-package" and "eksempeldata" in package["title"]
    assert len(package["resources"]) == len(list((crate / "publishable").glob("*.parquet")))
    for resource in package["resources"]:
        content = (crate / resource["path"]).read_bytes()
        assert resource["hash"] == f"sha256:{sha256(content).hexdigest()}"
        assert resource["bytes"] == len(content)
        rows = list(csv.DictReader(content.decode().splitlines(keepends=True)))
        fields = {f["name"]: f for f in resource["schema"]["fields"]}
        assert rows and list(rows[0]) == list(fields)
        for row in rows:
            for name, value in row.items():
                limits = fields[name].get("constraints", {})
                assert value or not limits.get("required"), (resource["name"], name)
                if value and "enum" in limits:
                    assert value in limits["enum"]
                if value and fields[name]["type"] in ("integer", "number"):
                    number = float(value)
                    assert limits.get("minimum", number) <= number <= limits.get("maximum", number)
                if value and fields[name]["type"] == "integer":
                    int(value)
        assert all(f["description"] for f in fields.values())


def test_the_project_can_be_cited(root):
    cited = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version", "license"} <= set(cited)
    from plankompass import __version__

    assert cited["version"] == __version__
