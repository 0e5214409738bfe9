# What the rules of reports and of the release share: names and languages of everything readers get.
#
# Required: common.smk.


def final_reports():
    """Every report that readers get."""
    kinds = ("html", "pdf")
    municipal = [
        f"{REPORTS}/{p.code}/{name}.{kind}"
        for p in PLAN.participants
        for name in report_names(p)
        for kind in kinds
    ]
    network = [
        f"{REPORTS}/nettverk/{name}.{kind}"
        for name in network_names()
        for kind in kinds
    ]
    return [*municipal, *network, *workbooks(), f"{REPORTS}/index.html"]


def report_models():
    """What every report says, before it is set."""
    reports = [r for r in final_reports() if r.endswith(".pdf")]
    return [f"{r.removesuffix('pdf')}json" for r in reports]


def workbooks():
    """Every workbook with the numbers of a report; beside rapport.nn.pdf lies tall.nn.xlsx."""
    stems = [f"{p.code}/{name}" for p in PLAN.participants for name in report_names(p)]
    stems += [f"nettverk/{name}" for name in network_names()]
    return [
        f"{REPORTS}/{stem.replace('rapport', 'tall')}.{kind}"
        for stem in stems
        for kind in ("xlsx", "csv")
    ]


def quality_pages():
    """The researchers' pages on data quality, in the network's languages; not delivered."""
    names = [name.replace("rapport", "datakvalitet") for name in network_names()]
    return [f"{REPORTS}/{name}.{kind}" for name in names for kind in ("html", "csv")]


def quality_language(wildcards):
    """Language of a page on data quality."""
    named = wildcards.quality.partition(".")[2]
    return named or PLAN.config.report.network_languages[0]


def protection_pages():
    """The pages for the data protection officer, in the network's languages; not delivered."""
    names = [name.replace("rapport", "personvern") for name in network_names()]
    return [
        f"{REPORTS}/personvern/{name}.{kind}"
        for name in names
        for kind in ("html", "pdf")
    ]


def report_names(participant):
    """File names, without ending, of one municipality's reports: its own language first."""
    return report_jobs.report_names(PLAN.config, participant.language)


def network_names():
    """File names, without ending, of the network report: the first language is the main one."""
    return report_jobs.network_names(PLAN.config)


def named_language(wildcards):
    """Language that stands in a file's name; empty in rapport.pdf and tall.xlsx."""
    name = wildcards.get("report") or wildcards.workbook
    return name.partition(".")[2]


def report_language(wildcards):
    """Language of one municipality's report."""
    named = named_language(wildcards)
    return named or participant_of(wildcards).language


def network_language(wildcards):
    """Language of a network report."""
    named = named_language(wildcards)
    return named or PLAN.config.report.network_languages[0]


def protection_language(wildcards):
    """Language of a page for the data protection officer."""
    named = wildcards.protection.partition(".")[2]
    return named or PLAN.config.report.network_languages[0]
