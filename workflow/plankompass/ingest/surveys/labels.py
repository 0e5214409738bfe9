"""A file's own value labels against the codebook's: labels come from the codebook."""

from __future__ import annotations

from collections.abc import Mapping

from plankompass.ingest.surveys.model import RawVariable, normal, plain
from plankompass.ingest.surveys.values import KIND_OF_CODE, ItemScale
from plankompass.study.problems import Problem


def compare_labels(
    file: str, column: str, variable: RawVariable, scale: ItemScale, recodes: Mapping[str, int]
) -> list[Problem]:
    """Compare the labels a file declares with the codebook's.

    Args:
        file: The raw file.
        column: The item column.
        variable: What the file declares.
        scale: What the codebook says.
        recodes: Codes that config.yaml recodes; they are not compared.

    Returns:
        A failure (S5) when a label of the codebook stands on another code: the export is recoded or
        reversed. A note when labels differ only in their words; the codebook's are used.
    """
    moved = differing = 0
    for value, text in variable.value_labels.items():
        label, code = normal(str(text)), normal(plain(value))
        if not label or code in recodes or label in recodes or not code.lstrip("-").isdigit():
            continue
        known = set(scale.codes) | set(KIND_OF_CODE)
        if int(code) not in known:
            continue
        meaning = scale.labels.get(label)
        if meaning is None:
            differing += 1
        elif meaning != int(code):
            moved += 1
    problems = []
    if moved:
        rule = (
            "value labels of the codebook stand on other codes: the export is recoded or reversed"
        )
        hint = "ask the supplier; give the codes under recodes in config.yaml"
        problems.append(Problem("S5", "fail", file, "", column, rule, moved, hint))
    if differing:
        rule = "value labels in the file differ from the codebook's; the codebook's are used"
        problems.append(Problem("label", "repair", file, "", column, rule, differing))
    return problems
