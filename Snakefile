# Plankompass: from a study's raw files to comparison reports for each municipality.
from snakemake.utils import min_version

min_version("9.27")

# Another study's configuration (--configfile) stands alone; it is not merged into the example's.
if not workflow.overwrite_configfiles:

    configfile: "config.yaml"


container: None


include: "workflow/rules/common.smk"
include: "workflow/rules/report_paths.smk"
include: "workflow/rules/ingest.smk"
include: "workflow/rules/indicators.smk"
include: "workflow/rules/disclosure.smk"
include: "workflow/rules/reports.smk"
include: "workflow/rules/quality.smk"
include: "workflow/rules/release.smk"


# On a cluster these stay with the engine; what is heavy goes out as jobs (profiles/slurm).
localrules:
    all,
    tables,
    ingest_registers,
    ingest_surveys,
    ingest_interviews,
    ingest_goal_register,
    collect_problems,
    compute_indicator,
    compute_response,
    assess_scales,
    assess_coders,
    assess_units,
    describe_codes,
    write_meeting_page,
    compare_with_peers,
    suppress_primary,
    release_tables,
    build_report,
    build_network_report,
    render_network_report,
    write_network_workbook,
    render_index,
    write_protection_page,
    pack_delivery,


save_notes()


rule all:
    """Every report of the study, and the tables behind them."""
    default_target: True
    input:
        final_reports(),
        report_models(),
        protection_pages(),
        quality_pages(),
        coder_pages(),
        all_tables(),


rule tables:
    """Every table; asked for beside a single report, since a missing table is no news to the engine."""
    input:
        all_tables(),
