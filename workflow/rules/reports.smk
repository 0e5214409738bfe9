# Reports: publishable tables to one report.json a municipality and language, and from it HTML and PDF.
#
# Required: publishable/ only. Made: reports/<study>/<code>/rapport.{json,html,pdf}, the network
# report in reports/<study>/nettverk/, and index.html.
from plankompass import __version__

REPORT_FILES = Path(workflow.basedir) / "workflow/plankompass/reports"


def looks():
    """Fingerprint of templates, message catalogues and fonts."""
    return files_fingerprint(REPORT_FILES / name for name in ("templates", "messages", "fonts"))


def publishable_inputs():
    """The publishable tables by name."""
    return {table: publishable(table) for table in PUBLISHABLE}


def input_hash():
    """One hash over all raw files: what the reports were made from."""
    return value_fingerprint(dict(PLAN.hashes))


REPORT_PARAMS = {
    "study": STUDY,
    "title": PLAN.part("title"),
    "example": PLAN.config.example,
    "waves": PLAN.part("waves"),
    "report": PLAN.part("report"),
    "statistics": PLAN.part("statistics"),
    "disclosure": PLAN.part("disclosure"),
    "codebook": PLAN.config.codebook,
    "codebook_part": codebook_parts.whole(PLAN.book),
    "version": __version__,
    "input_hash": input_hash(),
    "messages": looks(),
}


rule build_report:
    input:
        **publishable_inputs(),
    output:
        report=f"{REPORTS}/{{code}}/{{report}}.json",
    params:
        **REPORT_PARAMS,
        kommune_id=kommune_id_of,
        language=report_language,
        code=code_of("reports.model"),
    log:
        f"{LOGS}/build_report/{{code}}.{{report}}.log",
    message:
        "Writing what the report of {wildcards.code} says"
    run:
        call("reports.model:build_report", input, output, params, log)


rule render_report:
    input:
        report=f"{REPORTS}/{{code}}/{{report}}.json",
    output:
        html=f"{REPORTS}/{{code}}/{{report}}.html",
        pdf=f"{REPORTS}/{{code}}/{{report}}.pdf",
    params:
        looks=looks(),
        code=code_of("reports.render"),
    log:
        f"{LOGS}/render_report/{{code}}.{{report}}.log",
    message:
        "Setting the report of {wildcards.code}"
    run:
        call("reports.render:render_report", input, output, params, log)


rule build_network_report:
    input:
        **publishable_inputs(),
    output:
        report=f"{REPORTS}/nettverk/{{report}}.json",
    params:
        **REPORT_PARAMS,
        language=network_language,
        code=code_of("reports.network"),
    log:
        f"{LOGS}/build_report/nettverk.{{report}}.log",
    message:
        "Writing what the network report says"
    run:
        call("reports.network:build_network_report", input, output, params, log)


rule render_network_report:
    input:
        report=f"{REPORTS}/nettverk/{{report}}.json",
    output:
        html=f"{REPORTS}/nettverk/{{report}}.html",
        pdf=f"{REPORTS}/nettverk/{{report}}.pdf",
    params:
        looks=looks(),
        code=code_of("reports.render"),
    log:
        f"{LOGS}/render_report/nettverk.{{report}}.log",
    message:
        "Setting the network report"
    run:
        call("reports.render:render_report", input, output, params, log)


rule render_index:
    input:
        reports=[
            f"{REPORTS}/{p.code}/{name}.json" for p in PLAN.participants for name in report_names(p)
        ],
        network=[f"{REPORTS}/nettverk/{name}.json" for name in network_names()],
    output:
        html=f"{REPORTS}/index.html",
    params:
        language=PLAN.config.report.network_languages[0],
        looks=looks(),
        code=code_of("reports.index"),
    log:
        f"{LOGS}/render_index.log",
    message:
        "Setting the index"
    run:
        call("reports.index:render_index", input, output, params, log)
