"""The instrument, whole: items, codes, document measures, indicators and report questions by id.

The five YAML files in ``codebook/`` drive the analysis and the reports. Loading them validates each
file by itself and all of them together (:mod:`plankompass.study.codebook_checks`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from plankompass.study.codebook_models import (
    CodebookModel,
    CodesFile,
    IndicatorsFile,
    Item,
    ItemsFile,
    MeasuresFile,
    ReportFile,
)
from plankompass.study.config import explain_validation
from plankompass.study.problems import PlankompassError
from plankompass.study.strict_yaml import load_yaml

FILES = ("items", "codes", "document_measures", "indicators", "report_questions")

_FILE_MODELS: dict[str, type[CodebookModel]] = {
    "items": ItemsFile,
    "codes": CodesFile,
    "document_measures": MeasuresFile,
    "indicators": IndicatorsFile,
    "report_questions": ReportFile,
}


class Codebook:
    """The whole instrument, by id.

    Attributes:
        items, scales, missing_codes, groups, waves, batteries: From items.yaml, by id.
        codes, interview_roles, role_synonyms, source_kinds, coding_rules: From codes.yaml.
        measures, document_kinds, document_rules: From document_measures.yaml.
        indicators, operators, sources, level_rules: From indicators.yaml.
        research_questions, sentence_rules, never_claim, forbidden_patterns: From report_questions.yaml.
    """

    def __init__(self, files: dict[str, Any]) -> None:
        items: ItemsFile = files["items"]
        codes: CodesFile = files["codes"]
        measures: MeasuresFile = files["document_measures"]
        indicators: IndicatorsFile = files["indicators"]
        report: ReportFile = files["report_questions"]
        self.files = files
        self.items = {i.id: i for i in items.items}
        self.scales = items.scales
        self.missing_codes = items.missing_codes
        self.groups = items.groups
        self.waves = items.waves
        self.batteries = items.batteries
        self.codes = {c.id: c for c in codes.codes}
        self.interview_roles = codes.interview_roles
        self.role_synonyms = codes.role_synonyms
        self.source_kinds = codes.source_kinds
        self.coding_rules = codes.coding_rules
        self.measures = {m.id: m for m in measures.measures}
        self.document_kinds = measures.document_kinds
        self.document_rules = measures.rules
        self.indicators = {i.id: i for i in indicators.indicators}
        self.operators = indicators.operators
        self.sources = indicators.sources
        self.level_rules = indicators.level_rules
        self.research_questions = report.research_questions
        self.sentence_rules = {r.id: r for r in report.sentence_rules}
        self.never_claim = {c.id: c for c in report.never_claim}
        self.forbidden_patterns = report.forbidden_patterns

    def answer_columns(self, item_id: str) -> list[str]:
        """Names of an item's values in the answers table: one, or one an option (``item__option``)."""
        item = self.items[item_id]
        if self.scales[item.scale].type == "multiple_response":
            return [f"{item.id}__{option.id}" for option in item.options]
        return [item.id]

    def items_of_group(self, group: str) -> list[Item]:
        """Items that a group is asked, in the instrument's order."""
        return [item for item in self.items.values() if group in item.groups]


def read_codebook_files(folder: Path | str) -> dict[str, Any]:
    """Read and validate each codebook file by itself.

    Args:
        folder: The folder with the five YAML files.

    Returns:
        File name without ending to its typed model.

    Raises:
        PlankompassError: Listing every error of every file.
    """
    folder = Path(folder)
    files: dict[str, Any] = {}
    lines: list[str] = []
    for name in FILES:
        shown = f"{folder.name}/{name}.yaml"
        try:
            document = load_yaml(folder / f"{name}.yaml", name=shown)
            files[name] = _FILE_MODELS[name].model_validate(document)
        except ValidationError as error:
            lines += explain_validation(error, _FILE_MODELS[name], shown)
        except PlankompassError as error:
            lines.append(str(error))
    if lines:
        raise PlankompassError("\n".join(lines))
    return files


@lru_cache(maxsize=4)
def _load(folder: str, stamp: tuple[tuple[int, int], ...]) -> Codebook:
    from plankompass.study.codebook_checks import check_codebook

    book = Codebook(read_codebook_files(folder))
    if errors := check_codebook(book):
        raise PlankompassError("\n".join(f"{Path(folder).name}/{line}" for line in errors))
    return book


def load_codebook(folder: Path | str = "codebook") -> Codebook:
    """Read the instrument and check it across files.

    Args:
        folder: The folder with the five YAML files.

    Returns:
        The codebook. It is kept in memory until a file changes.

    Raises:
        PlankompassError: Listing every error of every file, and every broken reference.
    """
    folder = Path(folder)
    stats = [p.stat() if (p := folder / f"{name}.yaml").is_file() else None for name in FILES]
    return _load(str(folder), tuple((s.st_mtime_ns, s.st_size) if s else (0, 0) for s in stats))
