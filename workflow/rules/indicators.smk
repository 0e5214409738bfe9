# Indicators: tidy tables to estimates with uncertainty; changes meaning. Restricted: small cells.
#
# Required: tidy tables. Made: indicators/<indicator>.parquet, response, scale quality and coder
# agreement; comparisons with peers are made later, from what disclosure control lets through.
from plankompass.indicators.registry import input_indicators, needed_inputs, operator_function


def estimates_of(indicator):
    """Path of one indicator's estimates."""
    return f"{PROCESSED}/indicators/{indicator}.parquet"


def all_estimates():
    """Estimates of every indicator."""
    return [estimates_of(indicator) for indicator in sorted(PLAN.book.indicators)]


def indicator_tables():
    """Every table of this stage."""
    return [*all_estimates(), response(), scale_quality(), coder_agreement()]


def response():
    """Path of the response table."""
    return f"{PROCESSED}/indicators/response/response.parquet"


def scale_quality():
    """Path of the reliability of scales."""
    return f"{PROCESSED}/indicators/quality/scale_quality.parquet"


def coder_agreement():
    """Path of the agreement between coders."""
    return f"{PROCESSED}/indicators/quality/coder_agreement.parquet"


def indicator_inputs(wildcards):
    """Only the tables that the indicator's operator reads."""
    indicator = PLAN.book.indicators[wildcards.indicator]
    inputs = {}
    for table in needed_inputs(indicator, PLAN.book):
        if table in ("documents", "blocks"):
            inputs[table] = [plan_table(p.code, table) for p in PLAN.participants]
        else:
            inputs[table] = tidy(table)
    if others := input_indicators(indicator, PLAN.book):
        inputs["indicators"] = [estimates_of(other) for other in others]
    return inputs


def indicator_part(wildcards):
    """Fingerprint of what the codebook says of the indicator's computation."""
    return codebook_parts.indicator_part(PLAN.book, wildcards.indicator)


def indicator_code(wildcards):
    """Fingerprint of the indicator's own operator and of the job around it."""
    operator = operator_function(PLAN.book.indicators[wildcards.indicator].operator)
    return code_fingerprint("plankompass.indicators.compute", operator)


def indicator_name(wildcards):
    """The indicator of a job."""
    return wildcards.indicator


rule compute_indicator:
    input:
        unpack(indicator_inputs),
    output:
        estimates=f"{PROCESSED}/indicators/{{indicator}}.parquet",
    params:
        indicator=indicator_name,
        statistics=PLAN.part("statistics"),
        waves=PLAN.part("waves"),
        report_wave=PLAN.config.report.wave,
        codebook=PLAN.config.codebook,
        codebook_part=indicator_part,
        code=indicator_code,
    log:
        f"{LOGS}/compute_indicator/{{indicator}}.log",
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
    params:
        waves=PLAN.part("waves"),
        code=code_of("indicators.response"),
    log:
        f"{LOGS}/compute_response.log",
    message:
        "Counting who answered"
    run:
        call("indicators.response:compute_response", input, output, params, log)


rule assess_scales:
    input:
        respondents=tidy("respondents"),
        answers=tidy("answers"),
    output:
        scale_quality=scale_quality(),
    params:
        statistics=PLAN.part("statistics"),
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.indicators_part(PLAN.book),
        code=code_of("indicators.quality"),
    log:
        f"{LOGS}/assess_scales.log",
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
    params:
        statistics=PLAN.part("statistics"),
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.interview_part(PLAN.book),
        code=code_of("indicators.interviews"),
    log:
        f"{LOGS}/assess_coders.log",
    message:
        "Assessing the coders' agreement"
    run:
        call("indicators.interviews:assess_coders", input, output, params, log)


rule compare_with_peers:
    input:
        primary=f"{PROCESSED}/disclosure/primary.parquet",
        municipalities=tidy("municipalities"),
    output:
        comparisons=f"{PROCESSED}/disclosure/comparisons.parquet",
    params:
        statistics=PLAN.part("statistics"),
        report_wave=PLAN.config.report.wave,
        codebook=PLAN.config.codebook,
        codebook_part=codebook_parts.indicators_part(PLAN.book),
        code=code_of("indicators.comparisons"),
    log:
        f"{LOGS}/compare_with_peers.log",
    message:
        "Comparing with peers"
    run:
        call("indicators.comparisons:compare_with_peers", input, output, params, log)
