# What all rules share: the validated study, paths, fingerprints and the call of a stage.
#
# The study is validated and its raw files are counted when the workflow is read: a vanished file
# would otherwise drop a rule without a word.
import sys
from pathlib import Path

sys.path.insert(0, str(Path(workflow.basedir) / "workflow"))

from plankompass.jobs import codebook_parts
from plankompass.jobs.fingerprint import code_fingerprint, files_fingerprint, value_fingerprint
from plankompass.jobs.runner import run_job, start_pool
from plankompass.jobs.study_plan import StudyPlan, plan_study
from plankompass.study.problems import PlankompassError

try:
    PLAN = plan_study(
        config,
        configfiles=[str(f) for f in workflow.configfiles],
        overridden=bool(workflow.config_settings.config),
    )
except PlankompassError as error:
    raise WorkflowError(f"the study is not ready:\n{error}")

STUDY = PLAN.config.study
PROCESSED = f"data/processed/{STUDY}"
REPORTS = f"reports/{STUDY}"
LOGS = f"{PROCESSED}/logs"

# Jobs of a full run are handed to warm processes; a single job in a process of its own (a plain
# run without the profile, or a cluster node) is done on the spot.
start_pool(0 if workflow.is_main_process is False else workflow.cores or 1)


wildcard_constraints:
    code=r"\d{4}",
    indicator="|".join(sorted(PLAN.book.indicators)),
    report=r"rapport(\.(nb|nn|en))?",


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


def final_reports():
    """Every report that readers get."""
    kinds = ("html", "pdf")
    municipal = [
        f"{REPORTS}/{p.code}/{name}.{kind}"
        for p in PLAN.participants
        for name in report_names(p)
        for kind in kinds
    ]
    network = [f"{REPORTS}/nettverk/{name}.{kind}" for name in network_names() for kind in kinds]
    return [*municipal, *network, f"{REPORTS}/index.html"]


def report_names(participant):
    """File names, without ending, of one municipality's reports: its own language first."""
    wanted = PLAN.config.report.languages
    if wanted == "register":
        return ["rapport"]
    others = [language for language in wanted if language != participant.language]
    return ["rapport", *(f"rapport.{language}" for language in others)]


def network_names():
    """File names, without ending, of the network report: the first language is the main one."""
    first, *others = PLAN.config.report.network_languages
    return ["rapport", *(f"rapport.{language}" for language in others)]


def report_language(wildcards):
    """Language of one municipality's report."""
    named = wildcards.report.removeprefix("rapport").lstrip(".")
    return named or participant_of(wildcards).language


def network_language(wildcards):
    """Language of a network report."""
    named = wildcards.report.removeprefix("rapport").lstrip(".")
    return named or PLAN.config.report.network_languages[0]


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
    return [*source.projects, source.code_mapping, source.consensus] if source else []


def goal_files():
    """Raw files of what people confirmed about the plan documents."""
    plans = PLAN.config.plans
    return [plans.documents, plans.goal_register, plans.coded_measures] if plans else []
