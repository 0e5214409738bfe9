"""Every type of page that a build makes: no violation of axe-core, no error of the Nu HTML Checker."""

from __future__ import annotations

import json
import subprocess

import pytest

pytestmark = pytest.mark.browser

# What axe leaves to a human eye: marks drawn in SVG or as one sign, whose colours test_style.py holds
# to the limits, and columns of figures, whose cells have no text of their own.
LEFT_TO_THE_EYE = {"color-contrast", "th-has-data-cells"}


def broken(page, axe: str, without: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds, in words: rule, element, how to mend it."""
    page.evaluate(axe)
    rules = {rule: {"enabled": False} for rule in without}
    found = page.evaluate("rules => axe.run(document, {rules})", rules)
    assert len(found["passes"]) > 15, "axe did not run"
    unsure = [r for r in found["incomplete"] if r["id"] not in LEFT_TO_THE_EYE]
    return [
        f"{rule['id']}: {node['html'][:200]}: {node.get('failureSummary', rule['help'])}"
        for rule in [*found["violations"], *unsure]
        for node in rule["nodes"]
    ]


def test_the_build_makes_every_type_of_page(every_page):
    expected = {
        "reports/eksempel/index.html (nb)",
        "reports/eksempel/KOMMUNE/rapport.html (nb)",
        "reports/eksempel/KOMMUNE/rapport.html (nn)",
        "reports/eksempel/nettverk/rapport.html (nb)",
        "reports/eksempel/nettverk/rapport.en.html (en)",
    }
    assert expected <= set(every_page)


# Colours are the same at any width, and looking at them takes most of the time.
@pytest.mark.parametrize(("width", "without"), [(1280, ()), (320, ("color-contrast",))])
def test_axe_finds_nothing_on_any_type_of_page(chromium, axe, every_page, width, without):
    found = {}
    for kind, path in every_page.items():
        page = chromium.new_page(viewport={"width": width, "height": 900})
        page.goto(path.as_uri())
        found[kind] = broken(page, axe, without)
        page.close()
    assert {kind: lines for kind, lines in found.items() if lines} == {}


def test_axe_finds_a_fault_where_there_is_one(chromium, axe, site):
    page = chromium.new_page()
    page.goto((site / "index.html").as_uri())
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert [line.split(":")[0] for line in broken(page, axe)] == ["html-has-lang"]
    page.close()


def test_the_validator_finds_no_error_on_any_type_of_page(validator, every_page, site, tmp_path):
    faulty = tmp_path / "faulty.html"
    good = (site / "nb.html").read_text(encoding="utf-8")
    faulty.write_text(good.replace("</table>", "</div>", 1), encoding="utf-8")
    pages = [*every_page.values(), *sorted(site.glob("*.html")), faulty]
    done = subprocess.run(
        [*validator, "--format", "json", "--stdout", "--exit-zero-always", *map(str, pages)],
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    errors = [
        f"{m['url'].rpartition('/')[2]}, line {m.get('lastLine')}: {m['message']}"
        for m in json.loads(done.stdout)["messages"]
        if m["type"] == "error"
    ]
    assert [line for line in errors if not line.startswith("faulty.html")] == []
    assert errors, "the validator did not see the planted fault"
