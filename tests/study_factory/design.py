"""Who takes part in a made-up study: municipalities, waves, gatherings, and what is planted where."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from tests.study_factory.randomness import stream

WAVES = ("T0", "T1", "T2")
WAVE_DAYS = {
    "T0": (date(2019, 4, 1), date(2019, 9, 30), date(2019, 9, 30)),
    "T1": (date(2021, 2, 1), date(2021, 5, 31), date(2021, 5, 31)),
    "T2": (date(2023, 2, 1), date(2023, 5, 31), date(2023, 5, 31)),
}
REPORT_WAVE = "T2"
TERM_OF_WAVE = {"T0": "2015-2019", "T1": "2019-2023", "T2": "2019-2023"}
RESIDENT_WAVES = ("T1", "T2")
MOST_MUNICIPALITIES = 357
RESIDENT_SAMPLE = 250

# The example's names: nobody can take them for real ones; every letter of the Sami names is there
# to be printed right (á š ŋ đ).
_EXAMPLE = (
    # name, official name, county, peer group, language, seats, administration, residents 16+
    ("Eksempelvik", "", 0, 0, "nb", 27, 9, 18200),
    ("Prøvestad", "", 0, 0, "nb", 35, 10, 24600),
    ("Mønsterdal", "", 1, 1, "nn", 21, 8, 6100),
    ("Liksomfjord", "", 0, 0, "nn", 19, 8, 3900),
    ("Tenktnes", "", 0, 0, "nb", 25, 8, 9800),
    ("Oppdiktøy", "", 0, 0, "nb", 31, 9, 12400),
    ("Fantasia", "", 1, 1, "nb", 43, 12, 39500),
    ("Diktebygda", "", 1, 1, "nn", 23, 9, 7300),
    ("Eksempelnes", "Ovdamearkanjárga – Eksempelnes", 0, 0, "nb", 27, 8, 5200),
    ("Skrønefjell", "", 1, 1, "nn", 19, 6, 3050),
    ("Sammenføya", "", 0, 0, "nb", 29, 11, 15600),
    ("Todelingen", "Maŋŋegeađgešaldi – Todelingen", 1, 1, "nb", 25, 9, 11200),
)
_COUNTIES = ("Eksempelfylket", "Prøvefylket")
_PEER_GROUPS = ("Kystkommuner", "Innlandskommuner")
_FIRST = (
    "Eksempel",
    "Prøve",
    "Mønster",
    "Liksom",
    "Tenkt",
    "Oppdikt",
    "Påfunn",
    "Dikte",
    "Skrøne",
    "Lekse",
    "Øvings",
    "Drøm",
)
_LAST = ("vik", "stad", "dal", "fjord", "nes", "øy", "bygd", "fjell", "sund", "mark", "lund", "moen", "strand", "heim",
         "bø", "vang", "tun", "seter", "elv", "foss", "ås", "li", "våg", "rud", "haug", "eid", "myr", "sjø", "hamn", "berg")  # fmt: skip


@dataclass(frozen=True)
class Municipality:
    """One made-up participating municipality.

    Attributes:
        kommune_id: The study's own id.
        number: Position from 1.
        code: Code on T2's cut-off date.
        name, official_name, county, peer_group, size_class, language: As in the register.
        seats: Council seats by term.
        administration: Named staff (N) in every wave.
        residents: Residents of 16 years or older.
        constituted: Constituting meeting by term.
        codes_by_wave: Codes in force on the wave's cut-off date; several before a merger.
        later_codes: Codes after T2 (a split), else empty.
        traits: What is planted here, by name.
    """

    kommune_id: str
    number: int
    code: str
    name: str
    official_name: str
    county: str
    peer_group: str
    size_class: str
    language: str
    seats: dict[str, int]
    administration: int
    residents: int
    constituted: dict[str, date]
    codes_by_wave: dict[str, tuple[str, ...]]
    later_codes: tuple[str, ...] = ()
    traits: frozenset[str] = frozenset()

    def has(self, trait: str) -> bool:
        """Whether something is planted here."""
        return trait in self.traits


@dataclass(frozen=True)
class Gathering:
    """One gathering of the network."""

    id: str
    wave: str
    held_on: date
    homework_given: bool
    first: bool


@dataclass(frozen=True)
class StudyDesign:
    """A whole made-up study, before any answer is drawn.

    Attributes:
        resident_sample: Residents who answer in each municipality and wave, give or take twenty.
    """

    study: str
    seed: int
    municipalities: tuple[Municipality, ...]
    gatherings: tuple[Gathering, ...]
    codes: tuple[tuple[str, str, str, str, str], ...]
    code_changes: tuple[tuple[str, str, str, str, str], ...]
    real_codes: bool = False
    faults: bool = True
    resident_sample: int = RESIDENT_SAMPLE
    by_id: dict[str, Municipality] = field(default_factory=dict, compare=False)

    def with_trait(self, trait: str) -> Municipality | None:
        """The first municipality something is planted in, or None."""
        return next((m for m in self.municipalities if m.has(trait)), None)


GATHERINGS = (
    Gathering("s1", "T0", date(2019, 5, 10), True, True),
    Gathering("s2", "T0", date(2019, 9, 20), True, False),
    Gathering("s3", "T1", date(2021, 3, 12), True, False),
    Gathering("s4", "T2", date(2023, 3, 10), False, False),
)

# What is planted in which municipality of the example (by position from 1). A smaller study has the
# traits of the municipalities it has; a bigger one repeats only those after the semicolon.
_TRAITS = {
    1: ("merged_plan_budget", "locus_gap", "change_up"),
    2: ("merged_plan_budget", "unanimous", "old_strategy_delivered"),
    3: ("change_up",),
    4: ("low_response_councillors", "locus_gap"),
    5: ("recoded_2020", "scanned_samfunnsdel"),
    6: ("mixed_text", "change_down", "unconfirmed_goals"),
    7: ("draft_only", "locus_gap", "merged_plan_budget"),
    8: ("new_council", "low_response_administration"),
    9: ("locus_gap",),
    10: ("small_administration", "no_samfunnsdel", "late_strategy"),
    11: ("merger",),
    12: ("split", "change_up"),
}  # fmt: skip
_REPEATED = {
    1: ("merged_plan_budget", "locus_gap", "change_up"),
    3: ("change_up",),
    4: ("low_response_councillors", "locus_gap"),
    6: ("change_down",),
    7: ("locus_gap", "merged_plan_budget"),
    8: ("new_council",),
    10: ("small_administration", "no_samfunnsdel", "late_strategy"),
}


def _size_class(residents: int) -> str:
    for limit, name in ((5000, "under 5 000"), (10000, "5 000–9 999"), (20000, "10 000–19 999")):
        if residents < limit:
            return name
    return "20 000 og over"


def _made_profile(seed: int, index: int) -> tuple[str, str, int, int, str, int, int, int]:
    """Name, size and language of a municipality beyond the example's twelve."""
    rng = stream(seed, "profile", index)
    taken = {row[0] for row in _EXAMPLE}
    names = [first + last for last in _LAST for first in _FIRST if first + last not in taken]
    name = names[index - len(_EXAMPLE)]
    residents = int(10 ** rng.uniform(3.3, 4.6))
    seats = 2 * int(rng.integers(7 + (residents > 5000) * 3, 14 + (residents > 5000) * 8)) + 1
    language = "nn" if index % 12 in (2, 3, 7, 9) else "nb"
    return name, "", index % 2, index % 2, language, seats, int(rng.integers(6, 13)), residents


def _municipality(seed: int, index: int, total: int) -> Municipality:
    profile = _EXAMPLE[index] if index < len(_EXAMPLE) else _made_profile(seed, index)
    name, official, county, peers, language, seats, administration, residents = profile
    code = f"{9901 + index}" if total <= 20 else f"{9001 + index}"
    position = index % len(_EXAMPLE) + 1
    traits = frozenset(_TRAITS[position] if index < len(_EXAMPLE) else _REPEATED.get(position, ()))
    rng = stream(seed, "council", index)
    groups = _PEER_GROUPS[peers] if total <= 24 else f"Gruppe {index // 24 + 1}"
    return Municipality(
        kommune_id=f"k{index + 1:0{2 if total < 100 else 3}d}",
        number=index + 1,
        code=code,
        name=name,
        official_name=official or name,
        county=_COUNTIES[county],
        peer_group=groups,
        size_class=_size_class(residents),
        language=language,
        seats={"2015-2019": seats, "2019-2023": seats},
        administration=administration,
        residents=residents,
        constituted={
            "2015-2019": date(2015, 10, 1) + timedelta(days=int(rng.integers(0, 29))),
            "2019-2023": date(2019, 10, 1) + timedelta(days=int(rng.integers(0, 29))),
        },
        codes_by_wave=dict.fromkeys(WAVES, (code,)),
        traits=traits,
    )


def _made_codes(municipalities: list[Municipality], total: int):
    """Apply the planted code changes and give the dated tables of codes and changes."""
    codes, changes, result = [], [], []
    base = "99" if total <= 20 else "94"
    for m in municipalities:
        start = "2018-01-01"
        end = ""
        if m.has("merger"):
            old = ((f"{base}21", "Østføya", 21), (f"{base}22", "Vestføya", 19))
            for old_code, old_name, _ in old:
                codes.append((old_code, old_name, old_name, "2018-01-01", "2020-01-01"))
                changes.append((old_code, old_name, m.code, m.name, "2020-01-01"))
            start = "2020-01-01"
            m = replace(
                m,
                seats={**m.seats, "2015-2019": sum(seats for _, _, seats in old)},
                codes_by_wave={**m.codes_by_wave, "T0": tuple(c for c, _, _ in old)},
            )
        if m.has("recoded_2020"):
            old_code = f"{base}55"
            codes.append((old_code, m.name, m.official_name, "2018-01-01", "2020-01-01"))
            changes.append((old_code, m.name, m.code, m.name, "2020-01-01"))
            start = "2020-01-01"
            m = replace(m, codes_by_wave={**m.codes_by_wave, "T0": (old_code,)})
        if m.has("split"):
            end = "2024-01-01"
            parts = ((f"{base}31", f"Nordre {m.name}"), (f"{base}32", f"Søndre {m.name}"))
            for new_code, new_name in parts:
                codes.append((new_code, new_name, new_name, "2024-01-01", ""))
                changes.append((m.code, m.name, new_code, new_name, "2024-01-01"))
            m = replace(m, later_codes=tuple(c for c, _ in parts))
        codes.append((m.code, m.name, m.official_name, start, end))
        result.append(m)
    return tuple(result), tuple(sorted(codes)), tuple(sorted(changes, key=lambda c: (c[4], c)))


def _real(municipalities: list[Municipality], reference: Path, total: int):
    """Give the made-up municipalities the codes and names of the national register."""
    from plankompass.study.register import load_register

    register = load_register(
        reference / "municipalities.csv", reference / "municipality_changes.csv"
    )
    as_of = WAVE_DAYS[REPORT_WAVE][2]
    periods = register.in_force(as_of)
    if total > len(periods):
        raise ValueError(f"{as_of.year} has {len(periods)} real municipalities, fewer than {total}")
    rng = stream(0, "real")
    chosen = sorted(rng.choice(len(periods), size=total, replace=False).tolist())
    result = []
    for m, position in zip(municipalities, chosen, strict=True):
        period = periods[position]
        before = tuple(sorted(register.predecessors(period.code, as_of, WAVE_DAYS["T0"][2])))
        traits = m.traits - {"merger", "split", "recoded_2020"}
        result.append(
            replace(
                m,
                code=period.code,
                name=period.name,
                official_name=period.official_name,
                county=f"Fylke {period.code[:2]}",
                codes_by_wave={
                    "T0": before or (period.code,), "T1": (period.code,), "T2": (period.code,)
                },
                traits=traits,
            )
        )  # fmt: skip
    return tuple(result)


def design_study(
    study: str,
    municipalities: int,
    seed: int,
    *,
    real_codes: bool = False,
    faults: bool = True,
    reference: Path | None = None,
    resident_sample: int = RESIDENT_SAMPLE,
) -> StudyDesign:
    """Decide who takes part and what is planted where.

    Args:
        study: The study's id.
        municipalities: How many, 1 to 357.
        seed: Seed of everything random.
        real_codes: Take codes and names from the national register (made-up answers all the same);
            at most the number of municipalities in force on T2's cut-off date.
        faults: Plant the faults of the catalogue of dirty data.
        reference: Folder of the national register, needed with ``real_codes``.
        resident_sample: Residents who answer in each municipality and wave.

    Returns:
        The design.

    Raises:
        ValueError: The number of municipalities is out of range.
    """
    if not 1 <= municipalities <= MOST_MUNICIPALITIES:
        raise ValueError(f"municipalities must be 1 to {MOST_MUNICIPALITIES}")
    made = [_municipality(seed, i, municipalities) for i in range(municipalities)]
    codes: tuple = ()
    changes: tuple = ()
    if real_codes:
        if reference is None:
            raise ValueError("real codes need the folder of the national register")
        chosen = _real(made, reference, municipalities)
        with (reference / "municipality_changes.csv").open(encoding="utf-8") as handle:
            changes = tuple(
                (r["old_code"], r["old_name"], r["new_code"], r["new_name"], r["change_date"])
                for r in csv.DictReader(handle)
            )
        with (reference / "municipalities.csv").open(encoding="utf-8") as handle:
            codes = tuple(
                (r["code"], r["name"], r["official_name"], r["valid_from"], r["valid_to"])
                for r in csv.DictReader(handle)
            )
    else:
        chosen, codes, changes = _made_codes(made, municipalities)
    return StudyDesign(
        study=study,
        seed=seed,
        municipalities=chosen,
        gatherings=GATHERINGS,
        codes=codes,
        code_changes=changes,
        real_codes=real_codes,
        faults=faults,
        resident_sample=resident_sample,
        by_id={m.kommune_id: m for m in chosen},
    )
