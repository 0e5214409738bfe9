# Reports: publishable tables to one report.json a municipality and language, and from it HTML and PDF;
# and the same numbers as a workbook.
#
# Required: publishable/ only. Made: reports/<study>/<code>/rapport.{json,html,pdf} and tall.{xlsx,csv},
# the network's in reports/<study>/nettverk/, and index.html; for the data protection officer, and no part
# of a delivery, personvern/personvern.{html,pdf}.


rule build_report:
    input:
        **publishable_inputs(),
    output:
        report=f"{REPORTS}/{{code}}/{{report}}.json",
    log:
        f"{LOGS}/build_report/{{code}}.{{report}}.log",
    params:
        **REPORT_PARAMS,
        kommune_id=kommune_id_of,
        language=report_language,
        code=code_of("reports.model"),
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
    log:
        f"{LOGS}/render_report/{{code}}.{{report}}.log",
    params:
        looks=looks(),
        code=code_of("reports.render"),
    message:
        "Setting the report of {wildcards.code}"
    run:
        call("reports.render:render_report", input, output, params, log)


rule build_network_report:
    input:
        **publishable_inputs(),
    output:
        report=f"{REPORTS}/nettverk/{{report}}.json",
    log:
        f"{LOGS}/build_report/nettverk.{{report}}.log",
    params:
        **REPORT_PARAMS,
        language=network_language,
        code=code_of("reports.network"),
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
    log:
        f"{LOGS}/render_report/nettverk.{{report}}.log",
    params:
        looks=looks(),
        code=code_of("reports.render"),
    message:
        "Setting the network report"
    run:
        call("reports.render:render_report", input, output, params, log)


rule write_workbook:
    input:
        **publishable_inputs(),
    output:
        xlsx=f"{REPORTS}/{{code}}/{{workbook}}.xlsx",
        csv=f"{REPORTS}/{{code}}/{{workbook}}.csv",
    log:
        f"{LOGS}/write_workbook/{{code}}.{{workbook}}.log",
    params:
        **REPORT_PARAMS,
        kommune_id=kommune_id_of,
        language=report_language,
        code=code_of("reports.workbook"),
    message:
        "Writing the workbook of {wildcards.code}"
    run:
        call("reports.workbook:write_workbook", input, output, params, log)


rule write_network_workbook:
    input:
        **publishable_inputs(),
    output:
        xlsx=f"{REPORTS}/nettverk/{{workbook}}.xlsx",
        csv=f"{REPORTS}/nettverk/{{workbook}}.csv",
    log:
        f"{LOGS}/write_workbook/nettverk.{{workbook}}.log",
    params:
        **REPORT_PARAMS,
        language=network_language,
        code=code_of("reports.workbook"),
    message:
        "Writing the network's workbook"
    run:
        call("reports.workbook:write_workbook", input, output, params, log)


rule render_index:
    input:
        reports=[
            f"{REPORTS}/{p.code}/{name}.json"
            for p in PLAN.participants
            for name in report_names(p)
        ],
        network=[f"{REPORTS}/nettverk/{name}.json" for name in network_names()],
    output:
        html=f"{REPORTS}/index.html",
    log:
        f"{LOGS}/render_index.log",
    params:
        language=PLAN.config.report.network_languages[0],
        internal=True,
        looks=looks(),
        code=code_of("reports.index"),
    message:
        "Setting the index"
    run:
        call("reports.index:render_index", input, output, params, log)


rule write_protection_page:
    input:
        estimates=publishable("estimates"),
        gate=f"{PROCESSED}/publishable/gate.json",
    output:
        html=f"{REPORTS}/personvern/{{protection}}.html",
        pdf=f"{REPORTS}/personvern/{{protection}}.pdf",
    log:
        f"{LOGS}/write_protection_page/{{protection}}.log",
    params:
        **REPORT_PARAMS,
        language=protection_language,
        code=code_of("reports.protection"),
    message:
        "Writing the page for the data protection officer"
    run:
        call("reports.protection:write_protection_page", input, output, params, log)
