# Release: what leaves the study, packed for KS.
#
# Required: every report, workbook and the index. Made: reports/<study>/levering.zip, when it is asked
# for (./plankompass deliver); an ordinary build does not make it.
RELEASE_FILES = Path(workflow.basedir) / "workflow/plankompass/release"


def letter_languages():
    """Languages of the letter: KS' own first, then the other one that municipalities read."""
    first = PLAN.config.report.network_languages[0]
    first = first if first in ("nb", "nn") else "nb"
    others = {p.language for p in PLAN.participants} - {first}
    return [first, *sorted(others)]


rule pack_delivery:
    input:
        reports=final_reports(),
    output:
        zip=f"{REPORTS}/levering.zip",
    log:
        f"{LOGS}/pack_delivery.log",
    params:
        folder=REPORTS,
        study=STUDY,
        title=PLAN.part("title"),
        example=PLAN.config.example,
        waves=PLAN.part("waves"),
        report=PLAN.part("report"),
        municipalities=len(PLAN.participants),
        languages=letter_languages(),
        looks=files_fingerprint(
            RELEASE_FILES / name for name in ("templates", "messages")
        ),
        code=code_of("release.delivery"),
    message:
        "Packing the delivery"
    run:
        call("release.delivery:pack_delivery", input, output, params, log)
