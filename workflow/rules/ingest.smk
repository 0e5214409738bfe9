# Ingest: raw files to tidy tables; changes shape only.
#
# Required: the raw files that the configuration names (passed as hashes in params, since a file name
# may hold characters the engine reads as wildcards).
# Made: tidy/<table>.parquet, and tidy/avvik.csv with every problem found.


rule ingest_registers:
    output:
        municipalities=tidy("municipalities"),
        councils=tidy("councils"),
        frames=tidy("frames"),
        margins=tidy("margins"),
        gatherings=tidy("gatherings"),
        attendance=tidy("attendance"),
        plan_dates=tidy("plan_dates"),
        avvik=avvik("registers"),
    log:
        f"{LOGS}/ingest_registers.log",
    params:
        raw=PLAN.config.raw,
        registers=PLAN.part("registers"),
        waves=PLAN.part("waves"),
        report_wave=PLAN.config.report.wave,
        hashes=PLAN.hashes_of(list(PLAN.part("registers").values())),
        code=code_of("ingest.registers"),
    message:
        "Reading the registers"
    run:
        call("ingest.registers:ingest_registers", input, output, params, log)


rule ingest_surveys:
    input:
        municipalities=tidy("municipalities"),
        councils=tidy("councils"),
        frames=tidy("frames"),
        gatherings=tidy("gatherings"),
    output:
        respondents=tidy("respondents"),
        answers=tidy("answers"),
        source_rows=tidy("source_rows"),
        panel_links=tidy("panel_links"),
        avvik=avvik("surveys"),
    log:
        f"{LOGS}/ingest_surveys.log",
    params:
        study=STUDY,
        raw=PLAN.config.raw,
        surveys=PLAN.part("surveys"),
        waves=PLAN.part("waves"),
        report_wave=PLAN.config.report.wave,
        registers=PLAN.part("registers"),
        salt_file=PLAN.config.salt_file,
        limits=PLAN.part("limits"),
        codebook=PLAN.config.codebook,
        hashes=PLAN.hashes_of(
            [f for s in PLAN.config.surveys for f in (s.file, s.codebook)]
        ),
        codebook_part=codebook_parts.survey_part(PLAN.book),
        code=code_of("ingest.surveys.answers"),
    message:
        "Reading the surveys"
    run:
        call("ingest.surveys.answers:ingest_surveys", input, output, params, log)


rule ingest_interviews:
    input:
        municipalities=tidy("municipalities"),
    output:
        interviews=tidy("interviews"),
        segments=tidy("segments"),
        transcripts=tidy("transcripts"),
        text_units=tidy("text_units"),
        consensus=tidy("consensus"),
        cleared_quotes=tidy("cleared_quotes"),
        avvik=avvik("interviews"),
    log:
        f"{LOGS}/ingest_interviews.log",
    params:
        raw=PLAN.config.raw,
        interviews=PLAN.part("interviews"),
        registers=PLAN.part("registers"),
        waves=PLAN.part("waves"),
        report_wave=PLAN.config.report.wave,
        limits=PLAN.part("limits"),
        codebook=PLAN.config.codebook,
        hashes=PLAN.hashes_of([*interview_files(), *PLAN.part("registers").values()]),
        codebook_part=codebook_parts.interview_part(PLAN.book),
        code=code_of("ingest.interviews.projects"),
    message:
        "Reading the interview codings"
    run:
        call("ingest.interviews.projects:ingest_interviews", input, output, params, log)


rule read_plan_documents:
    input:
        municipalities=tidy("municipalities"),
        councils=tidy("councils"),
        plan_dates=tidy("plan_dates"),
    output:
        documents=plan_table("{code}", "documents"),
        blocks=plan_table("{code}", "blocks"),
        avvik=avvik("plans/{code}"),
    log:
        f"{LOGS}/read_plan_documents/{{code}}.log",
    params:
        raw=PLAN.config.raw,
        plans=PLAN.part("plans"),
        kommune_id=kommune_id_of,
        waves=PLAN.part("waves"),
        report_wave=PLAN.config.report.wave,
        limits=PLAN.part("limits"),
        codebook=PLAN.config.codebook,
        hashes=plan_hashes,
        read_texts=f"{PROCESSED}/read_texts",
        reader=code_of("ingest.plans.reader"),
        codebook_part=codebook_parts.plan_part(PLAN.book),
        code=code_of("ingest.plans.documents"),
    message:
        "Reading the plan documents of {wildcards.code}"
    run:
        call("ingest.plans.documents:read_plan_documents", input, output, params, log)


rule ingest_goal_register:
    input:
        municipalities=tidy("municipalities"),
        councils=tidy("councils"),
        plan_dates=tidy("plan_dates"),
        documents=[plan_table(p.code, "documents") for p in PLAN.participants],
    output:
        goals=tidy("goals"),
        goal_links=tidy("goal_links"),
        measures=tidy("measures"),
        goal_agreement=tidy("goal_agreement"),
        avvik=avvik("goals"),
    log:
        f"{LOGS}/ingest_goal_register.log",
    params:
        raw=PLAN.config.raw,
        plans=PLAN.part("plans"),
        waves=PLAN.part("waves"),
        report_wave=PLAN.config.report.wave,
        limits=PLAN.part("limits"),
        codebook=PLAN.config.codebook,
        hashes=PLAN.hashes_of(goal_files()),
        codebook_part=codebook_parts.plan_part(PLAN.book),
        code=code_of("ingest.plans.goal_register"),
    message:
        "Reading goals, links and confirmations"
    run:
        call(
            "ingest.plans.goal_register:ingest_goal_register",
            input,
            output,
            params,
            log,
        )


rule collect_problems:
    input:
        avvik=[
            *(
                avvik(stage)
                for stage in ("registers", "surveys", "interviews", "goals")
            ),
            *(avvik(f"plans/{p.code}") for p in PLAN.participants),
        ],
    output:
        avvik=f"{PROCESSED}/tidy/avvik.csv",
    log:
        f"{LOGS}/collect_problems.log",
    params:
        code=code_of("ingest.collect"),
    message:
        "Collecting the problems found"
    run:
        call("ingest.collect:collect_problems", input, output, params, log)
