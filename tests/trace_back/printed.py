"""The numbers that readers meet: every cell of the reports' tables of numbers, and a draw among them."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import yaml
from tests.trace_back.surveys import NETWORK, Place

NETWORK_CODE = "nettverk"
OWN, PEERS, WHOLE, WORDS = "own", "peers", "network", "words"
YES_NO = {"ja": 1.0, "nei": 0.0}
"""Words that stand for a number which is published all the same."""
_OTHER_GROUPS = {"Dokumenter": "dokument", "Dokument": "dokument", "Intervju": "intervju"}
_COLUMNS = {OWN: 8, WORDS: 14, PEERS: 15, WHOLE: 17}
"""Places of the columns in ``tall.csv``; their headings are in the report's language."""


@dataclass(frozen=True, order=True)
class Printed:
    """One number of a report.

    Attributes:
        code: The municipality's code, or ``nettverk`` for the network's number beside it.
        indicator, component, group, wave, gathering: Whose number it is.
        quantity: The municipality's own, the mean of the others, the network's, or one put in words
            since disclosure control keeps the number itself back.
        unit: ``kommune_id``, or ``network``.
        text: As printed.
        measured_in: What it is measured in, as printed.
        n, population: Printed beside it; empty where nothing is.
        words: The same number in words, such as a count of a count.
        file, line: Where it stands.
    """

    code: str
    indicator: str
    component: str
    group: str
    wave: str
    gathering: str
    quantity: str
    unit: str
    text: str
    measured_in: str
    n: str
    population: str
    words: str
    file: str
    line: int

    @property
    def place(self) -> Place:
        """The same place for the working out."""
        return Place(self.unit, self.indicator, self.group, self.wave, self.gathering)

    @property
    def row_name(self) -> str:
        """How ``trace`` names the estimate."""
        parts = (self.group, self.wave, self.gathering, self.component)
        return " ".join(part for part in parts if part)

    def command(self, study: str) -> list[str]:
        """The command that a reader would type."""
        out = ["./plankompass", "trace", study, "--municipality", self.code]
        for name in ("indicator", "group", "wave", "gathering", "component"):
            if value := getattr(self, name):
                out += [f"--{name}", value]
        return out


def printed_numbers(root: Path, study: str) -> list[Printed]:
    """Every number of the municipalities' tables of numbers, sorted.

    The network's number stands in every municipality's table and counts once. Ranks and classes are
    there as words.
    """
    config = yaml.safe_load((root / "config.yaml").read_text(encoding="utf-8"))
    groups = _groups(root / config["codebook"] / "items.yaml")
    years = {str(w["as_of"].year): name for name, w in config["waves"].items()}
    register = root / config["raw"] / config["registers"]["participants"]
    with register.open(encoding="utf-8-sig", newline="") as stream:
        units = {row["code"]: row["kommune_id"] for row in csv.DictReader(stream)}
    found: dict[tuple[object, ...], Printed] = {}
    for code, unit in [*units.items(), (NETWORK_CODE, NETWORK)]:
        file = f"reports/{study}/{code}/tall.csv"
        with (root / file).open(encoding="utf-8-sig", newline="") as stream:
            lines = list(csv.reader(stream, delimiter=";"))
        for number, cells in enumerate(lines[1:], start=2):
            if code == NETWORK_CODE and cells[18]:
                continue  # a municipality's number once more
            for one in _of_line(cells, code, unit, groups, years, file, number):
                found.setdefault(astuple(one)[:7], one)
    return sorted(found.values())


def _of_line(
    cells: Sequence[str], code: str, unit: str, groups: dict[str, str], years: dict[str, str],
    file: str, number: int,
) -> Iterable[Printed]:  # fmt: skip
    key = (cells[20], cells[21], groups.get(cells[4], ""), years[cells[5]], cells[6])
    for quantity, column in _COLUMNS.items():
        text = cells[column]
        if not text or (quantity == WORDS and cells[_COLUMNS[OWN]]):
            continue
        whole = quantity == WHOLE
        own = quantity in (OWN, WORDS)
        yield Printed(
            NETWORK_CODE if whole else code, *key, quantity, NETWORK if whole else unit,
            text, cells[7], *((cells[11], cells[12], cells[14]) if own else ("", "", "")),
            file, number,
        )  # fmt: skip


def _groups(items: Path) -> dict[str, str]:
    known = yaml.safe_load(items.read_text(encoding="utf-8"))["groups"]
    named = {about[lang]: group for group, about in known.items() for lang in ("nb", "nn", "en")}
    return named | _OTHER_GROUPS


def draw(numbers: Sequence[Printed], count: int, seed: int) -> list[Printed]:
    """Draw numbers by lot: first the indicator, none twice before all have come, then a number of it.

    Drawn straight from all numbers, most would be about the ten barriers.

    Args:
        numbers: Sorted, so that a seed gives the same draw on every machine.
        count: How many.
        seed: Of the draw.
    """
    lot = random.Random(seed)
    by_indicator: dict[str, list[Printed]] = {}
    for number in numbers:
        by_indicator.setdefault(number.indicator, []).append(number)
    drawn: list[Printed] = []
    while len(drawn) < min(count, len(numbers)):
        order = sorted(i for i, left in by_indicator.items() if left)
        lot.shuffle(order)
        for indicator in order[: count - len(drawn)]:
            left = by_indicator[indicator]
            drawn.append(left.pop(lot.randrange(len(left))))
    return drawn
