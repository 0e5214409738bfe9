"""Making one whole study: draw everything, write the raw files, keep the truth apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.study_factory import faults as fault_module
from tests.study_factory.answer_model import AnswerModel
from tests.study_factory.config_file import config_text
from tests.study_factory.design import RESIDENT_SAMPLE, StudyDesign, design_study
from tests.study_factory.exports import SurveyExport, build_export
from tests.study_factory.files import write_csv
from tests.study_factory.goal_register import (
    CODED_COLUMNS,
    REGISTER_COLUMNS,
    coded_rows,
    register_rows,
)
from tests.study_factory.interviews import cleared_rows, consensus_rows, make_interviews
from tests.study_factory.manifest import write_manifest
from tests.study_factory.nettskjema import write_nettskjema
from tests.study_factory.plan_facts import PlanFacts, plan_facts
from tests.study_factory.plan_folder import PlanFolderWriter
from tests.study_factory.populations import asked, draw_cells
from tests.study_factory.readme import write_readme
from tests.study_factory.refi import write_project
from tests.study_factory.registers import write_margins, write_registers
from tests.study_factory.review_forms import write_forms
from tests.study_factory.survey_files import write_sav, write_xlsx
from tests.study_factory.truth import StudyTruth, cell_truths, finish_truth, register_faults

from plankompass.study.codebook import Codebook, load_codebook

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class MadeStudy:
    """A study that was made.

    Attributes:
        raw: The raw folder.
        design: Who takes part.
        facts: What is true about each municipality's plans.
        truth: What a correct analysis must find.
        config: The configuration's text, its raw folder named as asked.
    """

    raw: Path
    design: StudyDesign
    facts: tuple[PlanFacts, ...]
    truth: StudyTruth
    config: str


def _surveys(
    raw: Path, design: StudyDesign, codebook: Codebook, truth: StudyTruth
) -> tuple[list[SurveyExport], list[fault_module.PlantedFault]]:
    model = AnswerModel(design, codebook)
    planter = fault_module.FaultPlanter(design, codebook)
    exports = []
    (raw / "surveys").mkdir(parents=True, exist_ok=True)
    for group, wave, gathering in asked(design):
        cells = []
        for cell in draw_cells(model, group, wave, gathering):
            truth.add_cells(cell_truths(cell, codebook))
            cells.append(cell)
        export = build_export(cells, codebook, group, wave, gathering)
        del cells
        if gathering == "s2":
            export.extra["headers"] = {
                i.id: i.nb
                for i in codebook.items_of_group(group)
                if codebook.scales[i.scale].type == "ordinal"
            }
        if design.faults:
            planter.plant(export)
        path = raw / export.file
        if export.format == "sav":
            write_sav(path, export, codebook)
        elif export.format == "nettskjema":
            write_nettskjema(path, export, codebook, design)
        else:
            write_xlsx(path, export, codebook, design)
        exports.append(export)
    return exports, planter.planted


def make_study(
    out: Path | str,
    *,
    municipalities: int = 12,
    seed: int = 1,
    study: str = "eksempel",
    real_codes: bool = False,
    faults: bool = True,
    documents: bool = True,
    manifest: bool = True,
    raw_name: str | None = None,
    resident_sample: int = RESIDENT_SAMPLE,
    every_format: bool = False,
    real_lengths: bool = False,
) -> MadeStudy:
    """Make one study and write its raw files.

    Args:
        out: The raw folder to write; made when absent.
        municipalities: How many take part, 1 to 357.
        seed: Seed of everything random.
        study: The study's id.
        real_codes: Codes and names of the national register instead of made-up ones.
        faults: Plant the faults of the catalogue of dirty data.
        documents: Write the plan documents too (the slowest part); the registers are written anyway.
        manifest: Write ``manifest.yaml``.
        raw_name: How the configuration names the raw folder; ``out`` as given when left out.
        resident_sample: Residents who answer in each municipality and wave.
        every_format: Documents of a big study are PDF and DOCX too; else nine of ten are Markdown.
        real_lengths: Give documents an appendix that makes them as long as real ones.

    Returns:
        The study with its truth and configuration.
    """
    raw = Path(out)
    design = design_study(
        study,
        municipalities,
        seed,
        real_codes=real_codes,
        faults=faults,
        reference=ROOT / "workflow" / "reference",
        resident_sample=resident_sample,
    )
    codebook = load_codebook(ROOT / "codebook")
    truth = StudyTruth(design)
    facts = [plan_facts(design, m) for m in design.municipalities]

    plan_dates = [(f.municipality.kommune_id, *row) for f in facts for row in f.dates]
    write_registers(raw / "registers", design, plan_dates)
    write_margins(raw / "registers", design, codebook)
    exports, planted = _surveys(raw, design, codebook, truth)

    interviews = make_interviews(design, codebook)
    project_faults, interview_planted = fault_module.interview_faults(design, interviews)
    for coder in ("A", "B"):
        write_project(
            raw / f"interviews/koder_{coder}.qdpx",
            coder,
            interviews,
            codebook,
            seed=seed,
            faults=project_faults[coder],
        )

    write_csv(
        raw / "interviews" / "konsensus.csv",
        ("interview", "code", "present"),
        consensus_rows(interviews),
    )
    write_csv(
        raw / "interviews" / "quotes_cleared.csv",
        ("passage", "cleared_by", "cleared_on", "names_checked"),
        cleared_rows(interviews, project_faults.values()),
    )

    folder_writer = PlanFolderWriter(
        raw, design, write=documents, every_format=every_format, real_lengths=real_lengths
    )
    for fact in facts:
        folder_writer.add(fact)
    folder = folder_writer.finish()
    rows, links = register_rows(design, facts, folder.files, folder.pages)
    write_csv(raw / "plans" / "goal_register.csv", REGISTER_COLUMNS, rows)
    forms = documents and study == "eksempel"
    if forms:
        write_forms(raw / "plans" / "review", design, facts, rows, codebook)
    coded, measures = coded_rows(design, facts)
    write_csv(raw / "plans" / "coded_measures.csv", CODED_COLUMNS, coded)

    everything = [*planted, *interview_planted, *folder.faults]
    finish_truth(truth, facts, links, measures, interviews, project_faults, everything)
    write_readme(raw, design, [*everything, *register_faults(links)])
    if manifest:
        write_manifest(raw, study=study, seed=seed, municipalities=municipalities)
    config = config_text(design, exports, codebook, raw_name or raw.as_posix(), forms=forms)
    return MadeStudy(raw, design, tuple(facts), truth, config)
