"""The survey variables as DDI-Codebook 2.5, for a data archive.

Questions, answer scales and kinds of missing answers are described; no answer and no count is in it.
Order and names of elements: DDI Alliance, DDI-Codebook 2.5 (2014), XML schema.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from plankompass.study.codebook import Codebook
from plankompass.study.codebook_models import Item, Named

NAMESPACE = "ddi:codebook:2_5"
VERSION = "2.5"
LANGUAGES = ("nb", "nn", "en")
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"
_SCHEMA_AT = (
    "ddi:codebook:2_5 https://ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
)
_NATURE = {"ordinal": "ordinal", "nominal": "nominal", "multiple_response": "nominal"}
_FILE = "F1"


def survey_codebook(
    config: Mapping[str, Any], book: Codebook, *, version: str, sources: Sequence[str]
) -> bytes:
    """Describe a study's survey variables.

    Args:
        config: The merged configuration as plain values.
        book: The codebook.
        version: Version of the program.
        sources: Names of the survey files; the files themselves are restricted.

    Returns:
        An XML document; its bytes depend on the arguments alone.
    """
    spaces = {None: NAMESPACE, "xsi": "http://www.w3.org/2001/XMLSchema-instance"}
    root = etree.Element(_tag("codeBook"), nsmap=spaces)
    root.set("version", VERSION)
    root.set(_XML_LANG, "nb")
    root.set(_SCHEMA, _SCHEMA_AT)
    _document(_add(root, "docDscr"), config, version)
    _study(_add(root, "stdyDscr"), config, book)
    _file(_add(root, "fileDscr", ID=_FILE), sources)
    _variables(_add(root, "dataDscr"), book)
    etree.indent(root, " ")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add(parent: Any, element_name: str, text: str = "", /, **attributes: str) -> Any:
    element = etree.SubElement(parent, _tag(element_name))
    for key, value in attributes.items():
        element.set(_XML_LANG if key == "lang" else key, value)
    if text:
        element.text = text
    return element


def _titles(parent: Any, config: Mapping[str, Any], *, example: bool) -> None:
    statement = _add(parent, "titlStmt")
    title = config["title"]
    mark = " (eksempeldata)" if example else ""
    _add(statement, "titl", title["nb"] + mark, lang="nb")
    for language in ("nn", "en"):
        if title.get(language):
            _add(statement, "parTitl", title[language] + mark, lang=language)
    _add(statement, "IDNo", config["study"], agency="plankompass")


def _document(parent: Any, config: Mapping[str, Any], version: str) -> None:
    citation = _add(parent, "citation")
    _titles(citation, config, example=config["example"])
    made = _add(citation, "prodStmt")
    _add(made, "producer", config["report"]["publisher"])
    _add(made, "prodDate", str(config["report"]["dated"]), date=str(config["report"]["dated"]))
    _add(made, "software", "Plankompass", version=version)


def _study(parent: Any, config: Mapping[str, Any], book: Codebook) -> None:
    citation = _add(parent, "citation")
    _titles(citation, config, example=config["example"])
    _add(_add(citation, "rspStmt"), "AuthEnty", config["report"]["publisher"])
    made = _add(citation, "prodStmt")
    _add(made, "producer", config["report"]["publisher"])
    info = _add(parent, "stdyInfo")
    for question in book.research_questions.values():
        _add(info, "abstract", question.text("nb"), lang="nb")
    summary = _add(info, "sumDscr")
    waves = sorted(config["waves"].items())
    for name, wave in waves:
        for event, day in (("start", wave["first_day"]), ("end", wave["last_day"])):
            _add(summary, "collDate", str(day), date=str(day), event=event, cycle=name)
    _add(summary, "nation", "Norge", abbr="NO")
    _add(summary, "geogUnit", "kommune", lang="nb")
    _add(summary, "anlyUnit", "person", lang="nb")
    for group, entry in book.groups.items():
        _add(summary, "universe", f"{entry.nb}: {entry.population}", ID=f"U_{group}", lang="nb")
    _add(summary, "dataKind", "survey data", lang="en")
    collected = _add(_add(parent, "method"), "dataColl")
    _add(collected, "timeMeth", "gjentatte tverrsnitt", lang="nb")
    _add(collected, "collMode", "elektronisk skjema", lang="nb")
    use = _add(_add(parent, "dataAccs"), "useStmt")
    _add(use, "confDec", "Svarene er særlige kategorier av personopplysninger (GDPR artikkel 9).", required="yes", lang="nb")  # fmt: skip
    _add(use, "restrctn", "Svarene er ikke med; bare variablene er beskrevet.", lang="nb")


def _file(parent: Any, sources: Sequence[str]) -> None:
    text = _add(parent, "fileTxt")
    for name in sources:
        _add(text, "fileName", name)
    _add(text, "fileCont", "Ett svar på ett skjema per rad. Filene er skjermet.", lang="nb")


def _variables(parent: Any, book: Codebook) -> None:
    items = list(book.items.values())
    for battery, entry in book.batteries.items():
        members = [c for i in items if i.battery == battery for c in _columns(i)]
        if not members:
            continue
        group = _add(parent, "varGrp", ID=f"G_{battery}", name=battery, type="section")
        group.set("var", " ".join(f"V_{name}" for name in members))
        for language in LANGUAGES:
            if label := getattr(entry, language):
                _add(group, "labl", label, lang=language)
    for item in items:
        for column in _columns(item):
            _variable(parent, column, item, book)


def _columns(item: Item) -> list[str]:
    """Columns of the data that an item becomes: one, or one an alternative."""
    if item.scale == "multi01":
        return [f"{item.id}__{option.id}" for option in item.options]
    return [item.id]


def _labels(parent: Any, name: str, entry: Named) -> None:
    for language in LANGUAGES:
        if text := getattr(entry, language):
            _add(parent, name, text, lang=language)


def _variable(parent: Any, column: str, item: Item, book: Codebook) -> None:
    scale = book.scales[item.scale]
    variable = _add(
        parent, "var", ID=f"V_{column}", name=column, files=_FILE, intrvl="discrete",
        nature=_NATURE[scale.type], representationType="code",
    )  # fmt: skip
    variable.set("sdatrefs", " ".join(f"U_{group}" for group in item.groups))
    chosen = next((o for o in item.options if column == f"{item.id}__{o.id}"), None)
    _labels(variable, "labl", chosen or item)
    question = _add(variable, "qstn", ID=f"Q_{column}")
    _labels(question, "qstnLit", item)
    if chosen is not None:
        _labels(question, "postQTxt", chosen)
    invalid = _add(variable, "invalrng")
    for code in book.missing_codes:
        _add(invalid, "item", VALUE=str(code))
    for group in item.groups:
        _add(variable, "universe", book.groups[group].nb, lang="nb")
    if item.reverse:
        _add(variable, "txt", f"Snus i analysen: {scale.reverse_rule}", lang="nb")
    for code, label in scale.labels.items():
        _category(variable, str(code), label)
    if not scale.labels:
        for number, option in enumerate(item.options, start=1):
            _category(variable, str(number), option)
    for code, label in book.missing_codes.items():
        _category(variable, str(code), label, missing="Y")
    _add(variable, "concept", item.rq)
    _add(variable, "varFormat", type="numeric", schema="other")


def _category(parent: Any, value: str, label: Named, **attributes: str) -> None:
    category = _add(parent, "catgry", **attributes)
    _add(category, "catValu", value)
    _labels(category, "labl", label)
