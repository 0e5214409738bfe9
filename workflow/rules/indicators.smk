# Indicators: tidy tables to estimates with uncertainty; changes meaning. Restricted: small cells.
#
# Required: tidy tables. Made: indicators/<indicator>.parquet, response, scale quality, the coders'
# agreement on interviews and on units of text, patterns of codes; comparisons with peers are made
# later, from what disclosure control lets through.


rule compute_indicator:
    input:
        unpack(indicator_inputs),
    output:
        estimates=f"{PROCESSED}/indicators/{{indicator}}.parquet",
    log:
        f"{LOGS}/compute_indicator/{{indicator}}.log",
    params:
        indicator=indicator_name,
        statistics=PLAN.part("statistics"),
        waves=PLAN.part("waves"),
        report_wave=PLAN.config.report.wave,
        codebook=PLAN.config.codebook,
        codebook_part=indicator_part,
        code=indicator_code,
    message:
        "Computing {wildcards.indicator}"
    run:
        call("indicators.compute:compute_indicator", input, output, params, log)


rule compute_response:
    input:
        respondents=tidy("respondents"),
        answers=tidy("answers"),
        frames=tidy("frames"),
        councils=tidy("councils"),
    output:
        response=response(),
    log:
        f"{LOGS}/compute_response.log",
    params:
        waves=PLAN.part("waves"),
        code=code_of("indicators.response"),
    message:
        "Counting who answered"
    run:
        call("indicators.response:compute_response", input, output, params, log)


rule compute_nonresponse:
    input:
        respondents=tidy("respondents"),
        answers=tidy("answers"),
        margins=tidy("margins"),
    output:
        nonresponse=nonresponse("nonresponse"),
        break_off=nonresponse("break_off"),
    log:
        f"{LOGS}/compute_nonresponse.log",
    params:
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.survey_part(PLAN.book),
        code=code_of("indicators.nonresponse"),
    message:
        "Comparing those who answered with the frame"
    run:
        call("indicators.nonresponse:compute_nonresponse", input, output, params, log)


rule assess_scales:
    input:
        respondents=tidy("respondents"),
        answers=tidy("answers"),
    output:
        scale_quality=scale_quality(),
    log:
        f"{LOGS}/assess_scales.log",
    params:
        statistics=PLAN.part("statistics"),
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.indicators_part(PLAN.book),
        code=code_of("indicators.quality"),
    message:
        "Assessing the scales"
    run:
        call("indicators.quality:assess_scales", input, output, params, log)


rule assess_coders:
    input:
        interviews=tidy("interviews"),
        segments=tidy("segments"),
    output:
        coder_agreement=coder_agreement(),
    log:
        f"{LOGS}/assess_coders.log",
    params:
        statistics=PLAN.part("statistics"),
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.interview_part(PLAN.book),
        code=code_of("indicators.interviews"),
    message:
        "Assessing the coders' agreement"
    run:
        call("indicators.interviews:assess_coders", input, output, params, log)


rule assess_units:
    input:
        interviews=tidy("interviews"),
        segments=tidy("segments"),
        transcripts=tidy("transcripts"),
        text_units=tidy("text_units"),
    output:
        unit_agreement=unit_agreement(),
    log:
        f"{LOGS}/assess_units.log",
    params:
        statistics=PLAN.part("statistics"),
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.interview_part(PLAN.book),
        code=code_of("indicators.unit_agreement"),
    message:
        "Assessing the coders' agreement on passages"
    run:
        call("indicators.unit_agreement:assess_units", input, output, params, log)


rule describe_codes:
    input:
        interviews=tidy("interviews"),
        segments=tidy("segments"),
        consensus=tidy("consensus"),
    output:
        **{table: code_table(table) for table in CODE_TABLES},
    log:
        f"{LOGS}/describe_codes.log",
    params:
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.interview_part(PLAN.book),
        code=code_of("indicators.code_patterns"),
    message:
        "Describing who names what in the interviews"
    run:
        call("indicators.code_patterns:describe_codes", input, output, params, log)


rule write_meeting_page:
    input:
        interviews=tidy("interviews"),
        segments=tidy("segments"),
        transcripts=tidy("transcripts"),
        text_units=tidy("text_units"),
        consensus=tidy("consensus"),
        unit_agreement=unit_agreement(),
    output:
        page=coder_page("uenighet.html"),
        draft=coder_page("konsensus_utkast.csv"),
    log:
        f"{LOGS}/write_meeting_page.log",
    params:
        **coder_page_params(),
        code=code_of("indicators.coder_pages.meeting"),
    message:
        "Setting the page over which the coders meet"
    run:
        call(
            "indicators.coder_pages.meeting:write_meeting_page",
            input,
            output,
            params,
            log,
        )


rule write_excerpts_page:
    input:
        interviews=tidy("interviews"),
        segments=tidy("segments"),
        transcripts=tidy("transcripts"),
        cleared_quotes=tidy("cleared_quotes"),
    output:
        page=coder_page("utdrag.html"),
    log:
        f"{LOGS}/write_excerpts_page.log",
    params:
        **coder_page_params(),
        code=code_of("indicators.coder_pages.excerpts"),
    message:
        "Setting the page of coded passages"
    run:
        call(
            "indicators.coder_pages.excerpts:write_excerpts_page",
            input,
            output,
            params,
            log,
        )


rule compare_with_peers:
    input:
        primary=f"{PROCESSED}/disclosure/primary.parquet",
        municipalities=tidy("municipalities"),
    output:
        comparisons=f"{PROCESSED}/disclosure/comparisons.parquet",
    log:
        f"{LOGS}/compare_with_peers.log",
    params:
        statistics=PLAN.part("statistics"),
        report_wave=PLAN.config.report.wave,
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.indicators_part(PLAN.book),
        code=code_of("indicators.comparisons"),
    message:
        "Comparing with peers"
    run:
        call("indicators.comparisons:compare_with_peers", input, output, params, log)


rule assess_plan_duties:
    input:
        municipalities=tidy("municipalities"),
        councils=tidy("councils"),
        plan_dates=tidy("plan_dates"),
        measures=tidy("measures"),
    output:
        plan_duties=plan_duties(),
    log:
        f"{LOGS}/assess_plan_duties.log",
    params:
        waves=PLAN.part("waves"),
        code=code_of("indicators.plan_duties"),
    message:
        "Working out the councils' duties in planning"
    run:
        call("indicators.plan_duties:assess_plan_duties", input, output, params, log)
