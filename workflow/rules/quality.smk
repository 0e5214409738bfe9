# Data quality: the researchers' page on what became of every row of the raw files.
#
# It stands apart from the rules of the reports because it reads tidy tables, which no report may: it shows
# counts of rows and problems, never an answer, and small counts among them. So it is made for the
# researchers, readable by the owner of the files alone, and is no part of a delivery: pack_delivery
# takes only what final_reports() names, and leaves the index's link to it out.
#
# Required: tidy/avvik.csv, source_rows, panel_links; indicators/response/nonresponse,
# break_off. Made: reports/<study>/datakvalitet.{html,csv}.


rule write_quality_page:
    input:
        avvik=f"{PROCESSED}/tidy/avvik.csv",
        source_rows=tidy("source_rows"),
        panel_links=tidy("panel_links"),
        response=response(),
        nonresponse=nonresponse("nonresponse"),
        break_off=nonresponse("break_off"),
    output:
        html=f"{REPORTS}/{{quality}}.html",
        csv=f"{REPORTS}/{{quality}}.csv",
    log:
        f"{LOGS}/write_quality_page/{{quality}}.log",
    params:
        **REPORT_PARAMS,
        language=quality_language,
        code=code_of("reports.data_quality"),
    message:
        "Writing the page on data quality"
    run:
        call("reports.data_quality:write_quality_page", input, output, params, log)
