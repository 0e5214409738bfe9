"""Every command that the handbook and the README name is run, and every link of the pages leads somewhere."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.conftest import ROOT
from tests.workflow.checkout import environment

from plankompass.commands.handbook import anchor, build_handbook, handbook_pages, render_page
from plankompass.study.problems import StageFailedError

DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_COMMAND = re.compile(r"\./plankompass(?: [^`\n#|]*)?")

#: What stands in for a word that the reader replaces.
FILLED = {
    "FILE": "data/raw/eksempel/surveys/samling_s2.xlsx",
    "STUDY": "eksempel",
    "<study>": "eksempel",
    "FOLDER": "releases/eksempel/1",
}

#: Commands that measure or test for minutes, with any options: their help is run here, and what they do
#: is tested elsewhere.
LONG = {"test", "lint", "benchmark", "simulate", "fuzz", "sensitivity"}

#: Other commands that take long, and the shorter form that is run here; what they do is tested elsewhere.
SHORTER = {
    "proofread": "proofread --help",
    "build --cores 8": "build --dry-run",
    "build eksempel --cores 8": "build eksempel --dry-run",
    "verify": "verify --help",  # the folder these commands run in was made by it
    "verify eksempel": "verify --help",
    "verify eksempel --release releases/eksempel/1": "verify --help",
    "verify --bundle releases/eksempel/1": "verify --help",  # run in test_example.py
    "release eksempel": "release --help",
    "release eksempel --replace": "release --help",
    "release": "release --help",
    "build": "build --dry-run",
    "build eksempel": "build eksempel --dry-run",
    "check": "check --help",
    "trace": "trace --help",
    "docs": "docs --check",
    "docs --html": "docs --help",  # run below
    "docs --pictures": "docs --help",  # tests/browser/test_pictures.py
    "new eksempel": "new --help",
}

#: Commands that are right to fail on a study that was only just laid out, and what they then say.
UNFINISHED = {
    "check nettverk2019": "no municipality takes part yet",
    "check nettverk2019 --update-manifest": "no municipality takes part yet",
    "build nettverk2019": "no municipality takes part yet",
}

#: Commands that change what others read come last, in this order.
LAST = ("release", "proofread", "deliver eksempel --preview", "deliver")


def commands() -> list[str]:
    """The commands of the documents, filled in, each once, in an order in which they can be run."""
    found: dict[str, None] = {}
    for path in DOCUMENTS:
        for match in _COMMAND.finditer(path.read_text(encoding="utf-8")):
            line = match.group().removeprefix("./plankompass").strip().rstrip(".,;:)'")
            for word, stands_for in FILLED.items():
                line = line.replace(word, stands_for)
            found[line] = None

    def place(line: str) -> tuple[int, str]:
        last = next((at for at, head in enumerate(LAST, 1) if line.startswith(head)), 0)
        return last, "" if line.startswith("new") else line

    return sorted(found, key=place)


@pytest.fixture(scope="module")
def checkout(verified, released, tmp_path_factory):
    """The example, built, as a reader would have it."""
    target = tmp_path_factory.mktemp("handbook") / "checkout"
    shutil.copytree(verified.folder, target, symlinks=True)
    for name in ("docs", "tests", "README.md", "LICENSE", "CITATION.cff"):
        (target / name).symlink_to(ROOT / name)
    return target


def shorter(line: str) -> str:
    """The form of a command that is run here."""
    head = line.split(" ")[0]
    return f"{head} --help" if head in LONG else SHORTER.get(line, line)


def run(checkout: Path, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "plankompass", *shlex.split(line)], cwd=checkout,
        env=environment(checkout), capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip


def test_every_command_is_run(checkout):
    found = commands()
    assert len(found) > 25
    assert set(UNFINISHED) <= set(found), "a command is no longer named; take it out of the table"
    wrong, done_before = [], set()
    for line in found:
        form = shorter(line)
        if form in done_before:
            continue
        done_before.add(form)
        done = run(checkout, form)
        said = done.stdout + done.stderr
        if line in UNFINISHED:
            if done.returncode == 0 or UNFINISHED[line] not in said:
                wrong.append(f"./plankompass {line}: should say what is missing\n{said[-1500:]}")
        elif done.returncode != 0:
            wrong.append(f"./plankompass {line}: exit code {done.returncode}\n{said[-1500:]}")
        if "Traceback" in said:
            wrong.append(f"./plankompass {line}: a traceback\n{said[-1500:]}")
    assert not wrong, "\n\n".join(wrong)
    # what the commands say they make is there
    assert (checkout / "build/eksempel.zip").stat().st_size > 1_000_000
    assert (checkout / "config/nettverk2019.yaml").is_file()
    assert (checkout / "data/processed/eksempel/deliveries/0001").is_dir()


def test_a_shorter_form_is_there_only_for_commands_of_the_documents():
    known = {line.split(" ")[0] for line in commands()}
    assert {line.split(" ")[0] for line in SHORTER} | LONG <= known


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        values = dict(attrs)
        if tag == "a":
            self.links.append(values["href"])
        if tag == "img":
            assert values["alt"]
            self.links.append(values["src"])
        if "id" in values:
            self.ids.append(values["id"])


def test_the_handbook_is_built_and_every_link_leads_somewhere(tmp_path):
    out = tmp_path / "handbook"
    assert build_handbook(ROOT, out) == 0
    files = {p: _Links(p.read_text(encoding="utf-8")) for p in out.rglob("*.html")}
    assert len(files) == len(handbook_pages(ROOT / "docs"))
    for path, page in files.items():
        assert len(page.ids) == len(set(page.ids)), path.name
        text = path.read_text(encoding="utf-8")
        assert text.count("<h1") == 1 and '<html lang="en">' in text
        assert text.count('aria-current="page"') == 1
        for link in page.links:
            address, _, place = link.partition("#")
            assert not re.match(r"[a-z]+:", link), f"{path.name}: {link}: leads to another host"
            target = (path.parent / address).resolve() if address else path
            assert target.is_file(), f"{path.name}: {link}"
            if place and target in files:
                assert place in files[target].ids, f"{path.name}: {link}"


def test_building_twice_gives_the_same_pages(tmp_path):
    for name in ("a", "b"):
        build_handbook(ROOT, tmp_path / "x")
        shutil.move(tmp_path / "x", tmp_path / name)
    for path in (tmp_path / "a").rglob("*.html"):
        other = tmp_path / "b" / path.relative_to(tmp_path / "a")
        assert path.read_bytes() == other.read_bytes()


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path):
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("# A\n\n[b](b.md) [c](c.md#d)\n", encoding="utf-8")
    with pytest.raises(StageFailedError, match=r"index\.md: b\.md: there is no such file"):
        build_handbook(tmp_path)
    assert not (tmp_path / "build").exists()


def test_code_tables_and_anchors_are_set(tmp_path):
    text = "## Scores & `gate`\n\n| a |\n|---|\n| <b> |\n\n```sh\n./x <y>\n```\n"
    body, broken = render_page(text, "index.md", tmp_path, tmp_path / "index.html")
    assert '<h2 id="scores--gate">' in body and anchor("Scores & gate") == "scores--gate"
    assert 'tabindex="0"' in body and "&lt;b&gt;" in body and "./x &lt;y&gt;" in body
    assert broken == []


def test_what_readers_need_stands_in_their_page():
    """The pages the handbook promises, and the words each cannot do without."""
    pages = {p.name: p.read_text(encoding="utf-8") for p in (ROOT / "docs").glob("*.md")}
    for name, words in {
        "for_researchers.md": ("inspect", "check", "build", "deliver", "Corrections", "indicator"),
        "for_ks.md": ("Kort fortalt", "What not to conclude", "index.html"),
        "for_reviewers.md": ("verify", "trace", "--bundle", "method"),
        "for_data_protection_officer.md": ("disclosure:", "audit", "ledger", "withdraws"),
        "data_dictionary.md": ("### `answers`", "## Survey items", "## Interview codes"),
    }.items():
        assert all(word in pages[name] for word in words), name
        assert f"({name})" in pages["index.md"], f"{name} is not in the handbook's start page"
