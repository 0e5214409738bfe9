# What all rules share: the validated study, paths, fingerprints and the call of a stage.
#
# The study is validated and its raw files are counted when the workflow is read: a vanished file
# would otherwise drop a rule without a word.
import sys
from pathlib import Path

from snakemake.io import _IOFile
from snakemake.logging import logger

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from plankompass.indicators.registry import (
    input_indicators,
    needed_inputs,
    operator_function,
)
from plankompass.jobs import codebook_parts, report_jobs
from plankompass.jobs.build_lock import (
    clear_stale_locks,
    hold_as_worker,
    hold_for_plain_engine,
)
from plankompass.jobs.engine import spare_the_engine
from plankompass.jobs.fingerprint import (
    code_fingerprint,
    files_fingerprint,
    keep_notes,
    save_notes,
)
from plankompass.jobs.ledger_file import ledger_files
from plankompass.jobs.runner import run_job, start_pool
from plankompass.jobs.study_plan import make_restricted, plan_study
from plankompass.study.problems import PlankompassError

if workflow.is_main_process:
    clear_stale_locks(Path())
else:
    hold_as_worker(Path())


onstart:
    # two builds never meet in a folder, whichever way they were started
    try:
        hold_for_plain_engine(Path())
    except PlankompassError as error:
        raise WorkflowError(str(error))
    spare_the_engine(workflow, _IOFile, logger)


try:
    PLAN = plan_study(
        config,
        configfiles=[str(f) for f in workflow.configfiles],
        overridden=bool(workflow.config_settings.config),
    )
    RELEASE_LEDGER = ledger_files(Path("data/processed") / PLAN.config.study)
except PlankompassError as error:
    raise WorkflowError(f"the study is not ready:\n{error}")

keep_notes(Path(".plankompass/modules.json"))

STUDY = PLAN.config.study
PROCESSED = f"data/processed/{STUDY}"
REPORTS = f"reports/{STUDY}"
LOGS = f"{PROCESSED}/logs"
for folder in ("", "avvik", "coders", "disclosure", "indicators", "logs", "tidy"):
    make_restricted(Path(PROCESSED) / folder)

# Jobs of a full run are handed to warm processes; a single job in a process of its own (a plain
# run without the profile, or a cluster node) is done on the spot.
start_pool(0 if workflow.is_main_process is False else workflow.cores or 1)


wildcard_constraints:
    code=r"\d{4}",
    indicator="|".join(sorted(PLAN.book.indicators)),
    report=r"rapport(\.(nb|nn|en))?",
    workbook=r"tall(\.(nb|nn|en))?",
    protection=r"personvern(\.(nb|nn|en))?",
    quality=r"datakvalitet(\.(nb|nn|en))?",


def tidy(table):
    """Path of a tidy table."""
    return f"{PROCESSED}/tidy/{table}.parquet"


def publishable(table):
    """Path of a publishable table."""
    return f"{PROCESSED}/publishable/{table}.parquet"


def avvik(stage):
    """Path of a stage's problems."""
    return f"{PROCESSED}/avvik/{stage}.csv"


def code_of(*entries):
    """Fingerprint of the code behind entry functions of the package."""
    return code_fingerprint(*(f"plankompass.{entry}" for entry in entries))


def call(entry, input, output, params, log):
    """Run one entry function of the package on a rule's files."""
    run_job(f"plankompass.{entry}", input, output, params, log)


def participant_of(wildcards):
    """The participant whose code stands in a path."""
    return next(p for p in PLAN.participants if p.code == wildcards.code)


def kommune_id_of(wildcards):
    """The participant's own id."""
    return participant_of(wildcards).kommune_id


def plan_hashes(wildcards):
    """Hashes of one municipality's plan documents, and of the register that lists them."""
    register = PLAN.config.plans.documents if PLAN.config.plans else None
    return PLAN.hashes_of([*PLAN.documents[wildcards.code], register])


def interview_files():
    """Raw files of the interview codings."""
    source = PLAN.config.interviews
    if not source:
        return []
    lists = [source.code_mapping, source.consensus, source.quotes_cleared]
    return [*source.projects, *lists]


def goal_files():
    """Raw files of what people confirmed about the plan documents."""
    plans = PLAN.config.plans
    if not plans:
        return []
    lists = [plans.documents, plans.goal_register, plans.coded_measures]
    return [*lists, *PLAN.review_forms]


TIDY = (
    "municipalities",
    "councils",
    "frames",
    "margins",
    "gatherings",
    "attendance",
    "plan_dates",
    "respondents",
    "answers",
    "source_rows",
    "panel_links",
    "interviews",
    "segments",
    "transcripts",
    "text_units",
    "consensus",
    "cleared_quotes",
    "goals",
    "goal_links",
    "measures",
    "goal_agreement",
)


def tidy_tables():
    """Every tidy table, and the list of problems."""
    plans = [
        plan_table(p.code, table)
        for p in PLAN.participants
        for table in ("documents", "blocks")
    ]
    return [*(tidy(table) for table in TIDY), *plans, f"{PROCESSED}/tidy/avvik.csv"]


def plan_table(code, table):
    """Path of one municipality's table of plan documents."""
    return f"{PROCESSED}/tidy/plans/{code}/{table}.parquet"


def estimates_of(indicator):
    """Path of one indicator's estimates."""
    return f"{PROCESSED}/indicators/{indicator}.parquet"


def all_estimates():
    """Estimates of every indicator."""
    return [estimates_of(indicator) for indicator in sorted(PLAN.book.indicators)]


def indicator_tables():
    """Every table of this stage."""
    return [
        *all_estimates(),
        response(),
        nonresponse("nonresponse"),
        nonresponse("break_off"),
        scale_quality(),
        coder_agreement(),
        plan_duties(),
        unit_agreement(),
        *(code_table(table) for table in CODE_TABLES),
    ]


def response():
    """Path of the response table."""
    return f"{PROCESSED}/indicators/response/response.parquet"


def nonresponse(table):
    """Path of a restricted table about who did not answer, or broke off."""
    return f"{PROCESSED}/indicators/response/{table}.parquet"


def scale_quality():
    """Path of the reliability of scales."""
    return f"{PROCESSED}/indicators/quality/scale_quality.parquet"


def plan_duties():
    """Path of the duties of each council by the plan system's law."""
    return f"{PROCESSED}/indicators/documents/plan_duties.parquet"


def coder_agreement():
    """Path of the agreement between coders."""
    return f"{PROCESSED}/indicators/quality/coder_agreement.parquet"


def unit_agreement():
    """Path of the agreement between coders on units of text."""
    return f"{PROCESSED}/indicators/quality/unit_agreement.parquet"


CODE_TABLES = ("code_presence", "code_use", "code_pairs", "code_change")


def code_table(table):
    """Path of a restricted table about codes in the interviews."""
    return f"{PROCESSED}/indicators/interviews/{table}.parquet"


def coder_page(name):
    """Path of a restricted page for the coders; nothing of it is ever delivered."""
    return f"{PROCESSED}/coders/{name}"


def coder_pages():
    """Every restricted page for the coders."""
    return [
        coder_page(name)
        for name in ("uenighet.html", "konsensus_utkast.csv", "utdrag.html")
    ]


def coder_page_params():
    """What the rules of the coders' pages share."""
    folder = Path(workflow.basedir) / "workflow/plankompass/indicators/coder_pages"
    return {
        "language": PLAN.config.report.network_languages[0],
        "title": PLAN.part("title"),
        "example": PLAN.config.example,
        "codebook": PLAN.config.codebook,
        "codebook_part": codebook_parts.interview_part(PLAN.book),
        "looks": files_fingerprint(folder / name for name in ("messages", "templates")),
    }


def indicator_inputs(wildcards):
    """Only the tables that the indicator's operator reads."""
    indicator = PLAN.book.indicators[wildcards.indicator]
    inputs = {}
    for table in needed_inputs(indicator, PLAN.book):
        if table in ("documents", "blocks"):
            inputs[table] = [plan_table(p.code, table) for p in PLAN.participants]
        else:
            inputs[table] = tidy(table)
    if others := input_indicators(indicator, PLAN.book):
        inputs["indicators"] = [estimates_of(other) for other in others]
    return inputs


def indicator_part(wildcards):
    """Fingerprint of what the codebook says of the indicator's computation."""
    return codebook_parts.indicator_part(PLAN.book, wildcards.indicator)


def indicator_code(wildcards):
    """Fingerprint of the indicator's own operator and of the job around it."""
    operator = operator_function(PLAN.book.indicators[wildcards.indicator].operator)
    return code_fingerprint("plankompass.indicators.compute", operator)


def indicator_name(wildcards):
    """The indicator of a job."""
    return wildcards.indicator


PUBLISHABLE = (
    "estimates",
    "comparisons",
    "response",
    "nonresponse",
    "suppressed",
    "municipalities",
    "councils",
    "gatherings",
    "plan_dates",
    "plan_duties",
    "goals",
    "goal_links",
    "documents",
    "scale_quality",
    "coder_agreement",
    "goal_agreement",
    "quotes",
    "problem_counts",
)


def release_ledger():
    """The ledger of earlier deliveries; nothing before the first."""
    return RELEASE_LEDGER


def publishable_tables():
    """Every publishable table, and the record of the attack."""
    return [
        *(publishable(table) for table in PUBLISHABLE),
        f"{PROCESSED}/publishable/gate.json",
    ]


def all_tables():
    """Every table of every stage: one that a failed run took away must be missed in the next."""
    primary = [
        f"{PROCESSED}/disclosure/{t}.parquet" for t in ("primary", "comparisons")
    ]
    return [*tidy_tables(), *indicator_tables(), *primary, *publishable_tables()]


REPORT_FILES = Path(workflow.basedir) / "workflow/plankompass/reports"


def looks():
    """Fingerprint of templates, message catalogues and fonts."""
    return files_fingerprint(
        REPORT_FILES / name for name in ("templates", "messages", "fonts")
    )


def publishable_inputs():
    """The publishable tables by name."""
    return {table: publishable(table) for table in PUBLISHABLE}


REPORT_PARAMS = report_jobs.report_params(PLAN.config, PLAN.hashes) | {
    "codebook_part": codebook_parts.whole(PLAN.book),
    "messages": looks(),
}


def letter_languages():
    """Languages of a delivery's letter."""
    return report_jobs.letter_languages(PLAN.config, PLAN.participants)


def letter_looks():
    """Fingerprint of the letter's template and texts."""
    folder = Path(workflow.basedir) / "workflow/plankompass/release"
    return files_fingerprint(folder / name for name in ("templates", "messages"))
