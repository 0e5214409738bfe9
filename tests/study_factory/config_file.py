"""The configuration that goes with a made study, with the reason of each choice in comments."""

from __future__ import annotations

from tests.study_factory import nettskjema
from tests.study_factory.design import WAVE_DAYS, StudyDesign
from tests.study_factory.exports import DAY, KEY, MUNICIPALITY, SurveyExport
from tests.study_factory.survey_files import XLSX_HEADER_ROW

from plankompass.study.codebook import Codebook

_TOP = """\
# Plankompass: the choices of one study.{shipped}
# Every key is described in workflow/plankompass/study/config_models.py; unknown keys are errors.

study: {study} # names the folders data/processed/{study} and reports/{study}
example: true # made-up data: every page of every report says "eksempeldata"
title:
  nb: "{nb}"
  nn: "{nn}"
  en: "{en}"
codebook: codebook # the instrument: five YAML files
raw: {raw} # never written to; every file is hashed in its manifest.yaml

# An answer must carry a day within its wave, or it is set aside (case S6). Documents are coded as they
# stood on as_of. T0 ends before the councils of 2019 are constituted: it is about the outgoing ones.
waves:
{waves}

registers: # CSV, relative to raw
  participants: registers/participants.csv
{codes}  councils: registers/councils.csv
  frames: registers/frames.csv
  margins: registers/margins.csv
  gatherings: registers/gatherings.csv
  attendance: registers/attendance.csv
  plan_dates: registers/plan_dates.csv

# One entry a file. Columns named as items of the codebook need no mapping.
surveys:
{surveys}

interviews:
  projects: # one REFI-QDA project a coder; the first coder becomes A in the tables
    - interviews/koder_A.qdpx
    - interviews/koder_B.qdpx
  municipality: kommune
  role: rolle
  wave: bolge
  source_kind: kilde
  consensus: interviews/konsensus.csv # what the coders agreed on after meeting; else both must agree
  quotes_cleared: interviews/quotes_cleared.csv # the only quotations that may leave, in the network report

plans:
  documents: plans/documents.csv
  goal_register: plans/goal_register.csv
  coded_measures: plans/coded_measures.csv
{forms}  ocr: false # scanned pages feed suggestions only; off, so that the result is the same everywhere

statistics:
  seed: 20190510 # the day of the first gathering; any number will do, but it stays
  confidence: 0.95
  bootstrap_draws: 1000 # rank intervals move by less than one place from 1000 draws on
  pooled_sd_below: 15 # a small council near consensus has hardly any spread of its own
  false_discovery_rate: 0.10 # one report makes some 20 comparisons; see docs/method.md
  min_peers: 5 # the codebook: a peer mean needs at least five other municipalities
  dont_know_flag: 0.25 # from a quarter on, the report says how many answered "vet ikke"
  alpha_minimum: 0.70 # below, a scale's items are shown one by one

# Political views with a known municipality are special-category data (GDPR article 9) and council
# lists are public. These thresholds lie between Statistics Norway's rule (3) and the rule of thumb for
# research data (10). In a real study the data protection officer fixes them.
disclosure:
  min_n: 5 # with four or fewer, two who compare answers know the others'
  min_population: 8 # in a group of under eight, a number describes named persons
  min_n_residents: 30 # residents are a sample; below, the interval covers most of the scale
  min_n_network: 10
  min_municipalities: 3 # with two, each municipality can compute the other's number
  min_hidden_remainder: 5 # what is hidden behind a published total must be a group, not a person
  min_interval_share: 0.25 # an attacker must be left with at least a quarter of the scale
  min_interviews: 3 # six roles a municipality: fewer would point at the mayor or the director
  worth_order: [network, peer_group, municipality] # what KS needs most is kept first

report:
  wave: T2
  languages: register # each municipality's own language, as in participants.csv
  network_languages: [nb]
  publisher: "{publisher}"
  contact: "{contact}"
  dated: 2023-06-15 # printed on the reports; never the day they were made

limits: # on files from outside
  seconds_per_file: 60
  megabytes_per_file: 500
  archive_members: 20000
"""


def _waves() -> str:
    return "\n".join(
        f"  {wave}: {{first_day: {first}, last_day: {last}, as_of: {as_of}}}"
        for wave, (first, last, as_of) in WAVE_DAYS.items()
    )


def _survey(export: SurveyExport, codebook: Codebook) -> str:
    lines = [f"  - id: {export.id}", f"    file: {export.file}", f"    format: {export.format}"]
    if export.wave and not export.gathering:
        lines.append(f"    wave: {export.wave}")
    lines.append(f"    group: {export.group}")
    if export.gathering:
        lines.append(f"    gathering: {export.gathering}")
    if export.format == "nettskjema":
        lines += ['    respondent_key: "$submission_id"', f"    municipality: {MUNICIPALITY}", '    answered_on: "$created"',
                  "    weight: vekt # post-stratified to the age groups of the municipality",
                  f"    codebook: {export.extra['codebook']}",
                  f"    items: # the matrix of statements exports {nettskjema.MATRIX}.<statement>"]  # fmt: skip
        lines += [
            f"      {column}: {item}" for item, column in nettskjema.column_names(codebook).items()
        ]
        lines.append(f'    recodes: # {nettskjema.BLANK} is the form\'s "Ønsker ikke å svare"')
        lines += [
            f'      {item}: {{"{nettskjema.BLANK}": 9}}'
            for item in nettskjema.matrix_items(codebook)
        ]
        lines.append('    ignore: ["$answer_time_ms"]')
    else:
        lines += [
            f"    respondent_key: {KEY}",
            f"    municipality: {MUNICIPALITY}",
            f"    answered_on: {DAY}",
        ]
    if export.format == "xlsx":
        lines += ["    sheet: Svar", f"    header_row: {XLSX_HEADER_ROW} # title rows stand above"]
    if headers := export.extra.get("headers"):
        lines.append("    items: # this form printed the wording as header")
        lines += [f'      "{header}": {item}' for item, header in headers.items()]
    return "\n".join(lines)


def config_text(
    design: StudyDesign,
    exports: list[SurveyExport],
    codebook: Codebook,
    raw: str,
    *,
    forms: bool = False,
) -> str:
    """The configuration file of a made study.

    Args:
        design: The study.
        exports: Its survey exports.
        codebook: The instrument.
        raw: The raw folder as the configuration shall name it.
        forms: Whether the coders' filled-in forms lie in the raw folder.

    Returns:
        YAML with comments.
    """
    codes = "  codes: registers/codes.csv # made-up codes; a real study leaves both out\n  code_changes: registers/code_changes.csv\n"
    example = design.study == "eksempel"
    return _TOP.format(
        shipped=" As shipped: the example study, made up from end to end." if example else "",
        study=design.study,
        nb="Politisk lederskap i planleggingen"
        + (" – eksempelstudie" if example else f" – {design.study}"),
        nn="Politisk leiarskap i planlegginga"
        + (" – eksempelstudie" if example else f" – {design.study}"),
        en="Political leadership in planning"
        + (" – example study" if example else f" – {design.study}"),
        raw=raw,
        waves=_waves(),
        forms="  review_forms: plans/review # the coders' filled-in forms; the register is held against them\n"
        if forms
        else "",
        codes="" if design.real_codes else codes,
        surveys="\n".join(_survey(e, codebook) for e in exports),
        publisher="Plankompass (eksempeldata)",
        contact="",
    )
