# Release: what leaves the study, packed for KS.
#
# Required: every report, workbook and the index. Made: reports/<study>/levering.zip, when it is asked
# for (./plankompass deliver); an ordinary build does not make it.


rule pack_delivery:
    input:
        reports=final_reports(),
    output:
        zip=f"{REPORTS}/levering.zip",
    log:
        f"{LOGS}/pack_delivery.log",
    params:
        study=STUDY,
        title=PLAN.part("title"),
        example=PLAN.config.example,
        waves=PLAN.part("waves"),
        report=PLAN.part("report"),
        municipalities=len(PLAN.participants),
        languages=letter_languages(),
        looks=letter_looks(),
        code=code_of("release.delivery"),
    message:
        "Packing the delivery"
    run:
        call("release.delivery:pack_delivery", input, output, params, log)
