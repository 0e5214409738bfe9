"""The command line. Each command is a few lines here; its work stands in ``plankompass.commands``."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from plankompass import __version__
from plankompass.study.problems import PlankompassError

ROOT = Path(__file__).resolve().parents[2]
USERS = "For users"
DEVELOPERS = "For developers"
Study = Annotated[str, typer.Argument(help="The study.")]

app = typer.Typer(
    name="plankompass",
    help="From a study's raw files to comparison reports for each municipality.",
    epilog="Users: ./plankompass build eksempel, then open reports/eksempel/index.html. "
    "Developers: ./plankompass test -k disclosure",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """From a study's raw files to comparison reports for each municipality."""


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass build eksempel/9901/rapport.pdf")
def build(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            help="STUDY, STUDY/CODE or STUDY/CODE/rapport.pdf; the example study if left out."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Only show what would be done.")
    ] = False,
    cores: Annotated[int | None, typer.Option(min=1, help="Cores to use; all if left out.")] = None,
) -> None:
    """Build reports; only what changed is done again."""
    from plankompass.commands.build import build as run

    raise typer.Exit(run(targets or [], ROOT, dry_run=dry_run, cores=cores))


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass new nettverk2019")
def new(
    study: Annotated[str, typer.Argument(help="Id of the study: small letters, digits, - and _.")],
) -> None:
    """Lay out a study of your own: configuration, raw folder, empty registers."""
    from plankompass.commands.new_study import lay_out_study

    for line in lay_out_study(study, ROOT):
        print(line)


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass check nettverk2019")
def check(
    study: Study = "eksempel",
    update_manifest: Annotated[
        bool,
        typer.Option(
            "--update-manifest", help="Write today's hashes of the raw files to manifest.yaml."
        ),
    ] = False,
) -> None:
    """Check configuration, codebook and raw files without building; list every problem."""
    from plankompass.commands.check_study import check_study

    raise typer.Exit(check_study(study, ROOT, update_manifest=update_manifest))


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass deliver eksempel --preview")
def deliver(
    study: Study,
    preview: Annotated[
        bool, typer.Option("--preview", help="Only show what changed since the last delivery.")
    ] = False,
) -> None:
    """Pack the reports for KS as one zip; first show, number by number, what changed."""
    from plankompass.commands.deliver import deliver as run

    raise typer.Exit(run(study, ROOT, preview=preview))


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass release nettverk2019")
def release(
    study: Study,
    replace: Annotated[
        bool, typer.Option("--replace", help="Write the last release anew instead of the next one.")
    ] = False,
    crate: Annotated[
        Path | None,
        typer.Option(help="Also write the replication crate: a new folder, or a .zip."),
    ] = None,
) -> None:
    """Write the record of a release: every file's hash, what it was made from, what changed."""
    from plankompass.commands.make_release import release as run

    raise typer.Exit(run(study, ROOT, replace=replace, crate=crate))


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass verify eksempel")
def verify(
    study: Study = "eksempel",
    release: Annotated[
        Path | None,
        typer.Option(help="Folder or manifest of a release; the study's last one if left out."),
    ] = None,
    bundle: Annotated[
        Path | None,
        typer.Option(help="A public bundle, when the raw files are not at hand: folder or zip."),
    ] = None,
    keep: Annotated[Path | None, typer.Option(help="Work in this new folder and keep it.")] = None,
) -> None:
    """Make a release again and tell for every file: same, different (where), missing."""
    from plankompass.commands.verify import verify as run

    raise typer.Exit(run(study, ROOT, release=release, bundle=bundle, keep=keep))


@app.command(
    rich_help_panel=USERS,
    epilog="Example: ./plankompass trace eksempel --municipality 9901 --indicator goal_chain_share",
)
def trace(
    study: Annotated[str, typer.Argument(help="The study; build it first.")],
    municipality: Annotated[str, typer.Option(help="Municipality code, or nettverk.")],
    indicator: Annotated[str, typer.Option(help="Indicator id, as in docs/indicators.md.")],
    group: Annotated[str, typer.Option(help="Only this group.")] = "",
    wave: Annotated[str, typer.Option(help="Wave; the report's own if left out.")] = "",
    component: Annotated[str, typer.Option(help="Item, measure, change or gap.")] = "",
    gathering: Annotated[str, typer.Option(help="Only this gathering.")] = "",
) -> None:
    """Follow a number from the report's sentence back to rows, files, hashes and code."""
    from plankompass.commands.trace import trace as run

    raise typer.Exit(
        run(study, ROOT, municipality=municipality, indicator=indicator, group=group, wave=wave,
            component=component, gathering=gathering)
    )  # fmt: skip


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass proofread eksempel")
def proofread(
    study: Annotated[str, typer.Argument(help="The study; build it first.")] = "eksempel",
) -> None:
    """Hold every built page against its report.json: numbers, sentences, access, language."""
    from plankompass.commands.proofread import proofread as run

    raise typer.Exit(run(study, ROOT))


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass inspect svar.sav --json")
def inspect(
    file: Annotated[
        Path, typer.Argument(help="Any survey export, interview project or plan document.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
) -> None:
    """Show what the pipeline sees in one file, without a study."""
    from plankompass.commands.inspect_file import inspect_one

    raise typer.Exit(inspect_one(file, as_json=as_json))


@app.command(
    rich_help_panel=USERS, epilog="Example: ./plankompass review eksempel --coder anna --coder per"
)
def review(
    study: Annotated[str, typer.Argument(help="The study; build it once first.")],
    coder: Annotated[
        list[str] | None, typer.Option(help="Name of a coder; give it once for each.")
    ] = None,
    read_back: Annotated[
        bool, typer.Option("--read", help="Read the filled-in forms back instead of writing them.")
    ] = False,
) -> None:
    """Write the forms where coders confirm goals and links, or read them back."""
    from plankompass.commands.review import review_study

    coders = coder or ["koder_a", "koder_b"]
    raise typer.Exit(review_study(study, ROOT, coders=coders, read_back=read_back))


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass audit reports/eksempel")
def audit(
    folder: Annotated[Path, typer.Argument(help="A folder of reports, or a publishable folder.")],
) -> None:
    """Attack published files: can a hidden number be worked out from them alone?"""
    from plankompass.commands.audit import audit_published

    raise typer.Exit(audit_published(folder, ROOT / "codebook"))


@app.command(rich_help_panel=DEVELOPERS, epilog="Example: ./plankompass test -k disclosure",
             context_settings={"allow_extra_args": True, "ignore_unknown_options": True})  # fmt: skip
def test(context: typer.Context) -> None:
    """Set up what the tests need and run them; further options go to pytest."""
    from plankompass.commands.testing import run_tests

    raise typer.Exit(run_tests(context.args, ROOT))


@app.command(rich_help_panel=DEVELOPERS, epilog="Example: ./plankompass lint")
def lint() -> None:
    """Check style, docstrings, the workflow's format and which room imports which."""
    from plankompass.commands.testing import run_lint

    raise typer.Exit(run_lint(ROOT))


@app.command(
    rich_help_panel=DEVELOPERS,
    epilog="Example: ./plankompass registers klass131_2028.csv klass131_changes.csv --day 2028-01-01",
)
def registers(
    version: Annotated[Path, typer.Argument(help="KLASS 131 as CSV: municipalities on the day.")],
    changes: Annotated[Path, typer.Argument(help="KLASS 131 as CSV: code changes.")],
    day: Annotated[str, typer.Option(help="First day of the version, YYYY-MM-DD.")],
) -> None:
    """Bring the municipality register up to a newer KLASS version."""
    from plankompass.commands.register_update import update_registers

    raise typer.Exit(update_registers(version, changes, day, ROOT))


@app.command(rich_help_panel=DEVELOPERS, epilog="Example: ./plankompass fuzz --cases 10000")
def fuzz(
    cases: Annotated[int, typer.Option(min=1, help="Cases of each target.")] = 1_000,
    seed: Annotated[int, typer.Option(min=0, help="The first case.")] = 1,
    target: Annotated[
        list[str] | None, typer.Option(help="A target of tests/fuzz; all if left out.")
    ] = None,
) -> None:
    """Throw random and damaged raw files at the readers: read, or refused in one line."""
    from plankompass.commands.testing import run_fuzz

    raise typer.Exit(run_fuzz(cases, seed, target or [], ROOT))


@app.command(rich_help_panel=DEVELOPERS, epilog="Example: ./plankompass benchmark")
def benchmark(
    part: Annotated[
        Literal[
            "all",
            "example",
            "surveys",
            "statistics",
            "disclosure",
            "plans",
            "interviews",
            "reports",
        ],
        typer.Argument(help="What to measure."),
    ] = "all",
    national: Annotated[
        bool,
        typer.Option(
            "--national", help="Only the whole line at 12 to 356 municipalities; an hour."
        ),
    ] = False,
    sizes: Annotated[
        str, typer.Option(help="With --national: numbers of municipalities, with commas between.")
    ] = "12,60,120,356",
    long_documents: Annotated[
        bool,
        typer.Option(
            "--long-documents", help="With --national: plan documents as long as real ones."
        ),
    ] = False,
) -> None:
    """Measure example, surveys, statistics, disclosure, plans, interviews and reports into benchmarks/RESULTS.md."""
    from plankompass.commands.measuring import run_benchmark, write_section

    if national:
        from plankompass.commands.measuring_national import measure_national

        wanted = [int(size) for size in sizes.split(",")]
        lines = measure_national(ROOT, wanted, long_documents=long_documents)
        write_section(ROOT, "national", lines)
        raise typer.Exit(0)

    raise typer.Exit(run_benchmark(ROOT, part))


@app.command(rich_help_panel=USERS, epilog="Example: ./plankompass sensitivity eksempel")
def sensitivity(
    study: Annotated[str, typer.Argument(help="The study; built before.")] = "eksempel",
) -> None:
    """Show how published verdicts change when a choice of the method is another."""
    from plankompass.commands.sensitivity import run_sensitivity

    raise typer.Exit(run_sensitivity(study, ROOT))


@app.command(rich_help_panel=DEVELOPERS, epilog="Example: ./plankompass simulate --check")
def simulate(
    check_only: Annotated[
        bool,
        typer.Option("--check", help="Only tell whether the committed report is what comes out."),
    ] = False,
) -> None:
    """Simulate councils with known answers: coverage of intervals, false flags; into docs/method."""
    from plankompass.commands.simulate import simulate as run

    raise typer.Exit(run(ROOT, check_only=check_only))


@app.command(rich_help_panel=DEVELOPERS, epilog="Example: ./plankompass docs")
def docs(
    check_only: Annotated[
        bool, typer.Option("--check", help="Only tell whether they are true.")
    ] = False,
    html: Annotated[
        bool, typer.Option("--html", help="Build the handbook as pages in build/handbook/.")
    ] = False,
    pictures: Annotated[
        bool, typer.Option("--pictures", help="Take the pictures in docs/pictures/ anew.")
    ] = False,
) -> None:
    """Write the documents that come from code and codebook; pictures of the example; handbook pages."""
    from plankompass.commands.documentation import write_documentation
    from plankompass.commands.handbook import build_handbook

    if pictures:
        from plankompass.commands.pictures import take_pictures

        take_pictures(ROOT)
    raise typer.Exit(
        write_documentation(ROOT, check_only=check_only) or (build_handbook(ROOT) if html else 0)
    )


def main() -> None:
    """Run the command line; a user's mistake gives a message, not a traceback."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        app(prog_name="./plankompass")
    except PlankompassError as error:
        print(f"plankompass: {error}", file=sys.stderr)
        sys.exit(2)
