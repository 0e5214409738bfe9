# Disclosure control: hides what could give a person away, attacks what is left, and only then opens
# the gate: publishable/ is the one folder that reports read.
#
# Required: indicators/, public facts of tidy/, and the ledger of earlier deliveries when there were
# any. Made: publishable/, with gate.json; disclosure/ (restricted).


rule suppress_primary:
    input:
        estimates=all_estimates(),
        response=response(),
        scale_quality=scale_quality(),
        ledger=release_ledger(),
    output:
        primary=f"{PROCESSED}/disclosure/primary.parquet",
    log:
        f"{LOGS}/suppress_primary.log",
    params:
        disclosure=PLAN.part("disclosure"),
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.indicators_part(PLAN.book),
        code=code_of("disclosure.primary"),
    message:
        "Hiding small cells"
    run:
        call("disclosure.primary:suppress_primary", input, output, params, log)


rule release_tables:
    input:
        primary=f"{PROCESSED}/disclosure/primary.parquet",
        comparisons=f"{PROCESSED}/disclosure/comparisons.parquet",
        estimates=all_estimates(),
        response=response(),
        nonresponse=nonresponse("nonresponse"),
        scale_quality=scale_quality(),
        coder_agreement=coder_agreement(),
        cleared_quotes=tidy("cleared_quotes"),
        municipalities=tidy("municipalities"),
        councils=tidy("councils"),
        gatherings=tidy("gatherings"),
        plan_dates=tidy("plan_dates"),
        plan_duties=plan_duties(),
        goals=tidy("goals"),
        goal_links=tidy("goal_links"),
        goal_agreement=tidy("goal_agreement"),
        documents=[plan_table(p.code, "documents") for p in PLAN.participants],
        avvik=f"{PROCESSED}/tidy/avvik.csv",
        ledger=release_ledger(),
    output:
        **{table: publishable(table) for table in PUBLISHABLE},
        ledger_rows=f"{PROCESSED}/disclosure/ledger_rows.parquet",
        gate=f"{PROCESSED}/publishable/gate.json",
    log:
        f"{LOGS}/release_tables.log",
    params:
        disclosure=PLAN.part("disclosure"),
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.indicators_part(PLAN.book),
        code=code_of("disclosure.release"),
    message:
        "Attacking what would be published, then opening the gate"
    run:
        call("disclosure.release:release_tables", input, output, params, log)
