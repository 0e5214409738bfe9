"""What is true about each municipality's plans: documents, dates, goals, links and coded measures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.study_factory.design import Municipality, StudyDesign
from tests.study_factory.randomness import stream
from tests.study_factory.texts import texts

GOAL_MEASURES = (
    "mal_i_handlingsdel", "mal_med_budsjettlinje", "mal_i_arsmelding", "mal_med_indikator",
    "mal_med_ansvarlig", "mal_med_frist", "fn_mal_koblet",
)  # fmt: skip
PLATFORM_MEASURES = (
    "plattform_i_samfunnsdel",
    "plattform_i_handlingsdel",
    "plattform_med_budsjettlinje",
)
TERM = "2019-2023"


@dataclass(frozen=True)
class Goal:
    """One goal of the community part, or one point of the platform, with its true links.

    Attributes:
        id: Goal number as printed (``1.2``) or point number (``P3``).
        register: ``samfunnsdel`` or ``plattform``.
        text: As printed.
        area: Satsingsområde; empty for platform points.
        main: Main goal it stands under; empty for platform points.
        needs_money: False for platform points that need none.
        links: Measure to whether it is so.
        indicator, unit, deadline, action, status, sdg: What the documents say about it.
        in_text: Links that the goal's own text gives: a number to count, a year.
        amounts: Sums of the four years in thousands; zeros when within the frame.
    """

    id: str
    register: str
    text: str
    area: str
    main: str
    needs_money: bool
    links: dict[str, bool]
    indicator: str = ""
    unit: str = ""
    deadline: int = 0
    action: str = ""
    status: str = ""
    sdg: int = 0
    in_text: tuple[str, ...] = ()
    amounts: tuple[int, int, int, int] = (0, 0, 0, 0)


@dataclass(frozen=True)
class PlanFacts:
    """Everything true about one municipality's plans.

    Attributes:
        municipality: Whose.
        community_part: ``adopted``, ``absent``, ``not_collected`` or ``several``.
        merged: Whether økonomiplan and handlingsdel are one document.
        dates: Rows of the register of plan dates: kind, event, date, source.
        goals, points: Goals of the community part, points of the platform.
        measures: Wave to measure to (value, status).
        community_part_on, strategy_on: Adoption dates in force on T2, where there is one.
    """

    municipality: Municipality
    community_part: str
    merged: bool
    platform: str
    dates: tuple[tuple[str, str, date | None, str], ...]
    goals: tuple[Goal, ...]
    points: tuple[Goal, ...]
    measures: dict[str, dict[str, tuple[float | None, str]]]
    community_part_on: date | None
    strategy_on: date
    annual_report_on: date
    budget_on: date
    extra_dates: dict[str, date] = field(default_factory=dict)


def _months_after(day: date, months: float) -> date:
    return day + timedelta(days=round(months * 30.44))


def _tuesday(day: date) -> date:
    """Councils meet on Tuesdays here."""
    return day + timedelta(days=(1 - day.weekday()) % 7)


def spare_goals(m: Municipality, seed: int, purpose: str) -> tuple[Goal, ...]:
    """Goals of a document that is not coded: a draft, or an old municipality's plan."""
    return _goals(m, seed, purpose)


def _goals(m: Municipality, seed: int, purpose: str = "") -> tuple[Goal, ...]:
    rng = stream(seed, "goals", m.kommune_id, purpose)
    bank = texts("goals")["themes"]
    language = m.language
    themes = sorted(rng.choice(len(bank), size=int(rng.integers(3, 5)), replace=False).tolist())
    quality = rng.uniform(0.45, 0.9)
    goals = []
    for number, position in enumerate(themes, start=1):
        theme = bank[position]
        size = int(rng.integers(2, 4))
        chosen = sorted(rng.choice(len(theme["goals"]), size=size, replace=False).tolist())
        for sub, index in enumerate(chosen, start=1):
            entry = theme["goals"][index]
            in_action = bool(rng.random() < quality)
            money = bool(in_action and rng.random() < 0.75)
            links = {
                "mal_i_handlingsdel": in_action,
                "mal_med_budsjettlinje": money,
                "mal_i_arsmelding": bool(rng.random() < 0.75 * quality),
                "mal_med_indikator": bool(rng.random() < 0.55),
                "mal_med_ansvarlig": bool(rng.random() < 0.6),
                "mal_med_frist": bool(rng.random() < 0.4),
                "fn_mal_koblet": bool(rng.random() < 0.5),
            }
            links |= dict.fromkeys(entry.get("has", ()), True)
            base = int(rng.integers(3, 60)) * 50
            amounts = tuple(base + 50 * int(rng.integers(0, 8)) * year for year in range(4))
            goals.append(
                Goal(
                    id=f"{number}.{sub}",
                    register="samfunnsdel",
                    text=entry["goal"][language].format(k=m.name),
                    area=theme["area"][language],
                    main=theme["main"][language].format(k=m.name),
                    needs_money=True,
                    links=links,
                    indicator=entry["indicator"][language],
                    unit=theme["unit"][language],
                    deadline=2024 + int(rng.integers(0, 8)),
                    action=entry["action"][language],
                    status=entry["status"][language],
                    sdg=theme["sdg"],
                    in_text=tuple(entry.get("has", ())),
                    amounts=amounts if money else (0, 0, 0, 0),
                )
            )
    return tuple(goals)


def _points(m: Municipality, seed: int) -> tuple[Goal, ...]:
    rng = stream(seed, "platform", m.kommune_id)
    bank = texts("platform")["points"]
    chosen = sorted(rng.choice(len(bank), size=int(rng.integers(8, 13)), replace=False).tolist())
    quality = rng.uniform(0.4, 0.85)
    points = []
    for number, position in enumerate(chosen, start=1):
        entry = bank[position]
        in_action = bool(rng.random() < quality + 0.1)
        money = bool(entry["money"] and in_action and rng.random() < 0.75)
        base = int(rng.integers(2, 40)) * 50
        points.append(
            Goal(
                id=f"P{number}",
                register="plattform",
                text=entry[m.language],
                area="",
                main="",
                needs_money=entry["money"],
                links={
                    "plattform_i_samfunnsdel": bool(rng.random() < 0.6 * quality),
                    "plattform_i_handlingsdel": in_action,
                    "plattform_med_budsjettlinje": money,
                },
                action=entry["action"][m.language],
                amounts=(base, base, base + 100, base + 100) if money else (0, 0, 0, 0),
            )
        )
    return tuple(points)


def _measures(m: Municipality, seed: int, community_part: str, merged: bool, missed_year: bool):
    """Document measures at T1 and T2: what the council has kept, it keeps."""
    rng = stream(seed, "measures", m.kommune_id)
    fixed = {
        "planstrategi_tar_stilling": float(rng.random() < 0.8),
        "okonomiplan_er_handlingsdel": float(merged),
        "budsjett_alternativer": float(rng.random() < 0.4),
        "prioritering_eksplisitt": float(rng.random() < 0.45),
        "medvirkning_niva": float(rng.integers(1, 4)),
        "innspill_gjort_rede": float(rng.random() < 0.6),
    }
    windows = int(rng.integers(0, 3))
    result: dict[str, dict[str, tuple[float | None, str]]] = {}
    for wave in ("T1", "T2"):
        values: dict[str, tuple[float | None, str]] = {}
        for measure, value in fixed.items():
            values[measure] = (value, "confirmed")
        for measure in ("prioritering_eksplisitt", "medvirkning_niva", "innspill_gjort_rede"):
            if community_part != "adopted":
                status = {"several": "several_in_force"}.get(community_part, community_part)
                values[measure] = (None, status)
        revised = {
            "T1": (0, 1) if missed_year else (1, 1),
            "T2": (2, 3) if missed_year else (3, 3),
        }[wave]
        values["handlingsdel_revidert_andel"] = (round(revised[0] / revised[1], 4), "confirmed")
        values["politiske_vinduer_antall"] = (float(windows + (wave == "T2")), "confirmed")
        result[wave] = values
    return result


def _inspections(
    dates: list[tuple[str, str, date | None, str]], seed: int, m: Municipality, *, merged: bool
) -> list[tuple[str, str, date | None, str]]:
    """When proposals were laid out: long enough mostly, too short now and then, some not collected."""
    rng = stream(seed, "inspection", m.kommune_id)
    needed = {"planstrategi": 30, "handlingsdel": 30, "okonomiplan": 30 if merged else 14}
    laid_out = []
    for kind, event, day, _ in dates:
        if kind not in needed or event != "adopted" or day is None or day.year < 2019:
            continue
        draw = rng.random(2)
        if draw[0] < 0.15:
            continue
        days = needed[kind] + int(draw[1] * 12) - (6 if draw[0] > 0.85 else 0)
        laid_out.append(
            (kind, "public_from", day - timedelta(days=days), "kunngjøring på nettsiden")
        )
    return laid_out


def plan_facts(design: StudyDesign, m: Municipality) -> PlanFacts:
    """Draw everything true about one municipality's plans.

    Args:
        design: The study.
        m: The municipality.

    Returns:
        The facts.
    """
    seed = design.seed
    rng = stream(seed, "dates", m.kommune_id)
    constituted = m.constituted[TERM]
    community_part = "adopted"
    for trait, status in (
        ("no_samfunnsdel", "absent"),
        ("draft_only", "not_collected"),
        ("merger", "several"),
    ):
        if m.has(trait):
            community_part = status
    platform = {5: "not_collected", 0: "absent"}.get(m.number % 12, "adopted")
    merged = m.has("merged_plan_budget") or m.number % 3 == 0
    missed_year = m.number % 7 == 4
    minutes = "møteprotokoll, kommunestyret"
    dates: list[tuple[str, str, date | None, str]] = []

    old_strategy = _tuesday(_months_after(m.constituted["2015-2019"], rng.uniform(6, 11)))
    late = m.has("late_strategy")
    strategy = _tuesday(
        _months_after(constituted, rng.uniform(14, 17) if late else rng.uniform(6, 11.3))
    )
    dates += [("planstrategi", "adopted", d, minutes) for d in (old_strategy, strategy)]

    community_part_on = None
    extra: dict[str, date] = {}
    if community_part == "adopted":
        new = m.number % 2 == 1 or m.has("change_up")
        if new:
            community_part_on = _tuesday(_months_after(constituted, rng.uniform(13, 34)))
        else:
            community_part_on = _tuesday(
                date(2014, 2, 1) + timedelta(days=int(rng.integers(0, 1500)))
            )
        dates.append(("samfunnsdel", "adopted", community_part_on, minutes))
    elif community_part == "several":
        extra = {"first": date(2014, 6, 17), "second": date(2016, 3, 15)}
        dates += [("samfunnsdel", "adopted", d, minutes) for d in extra.values()]
    else:
        dates.append(("samfunnsdel", community_part, None, "spørsmål til kommunen, e-post"))
    if platform == "adopted":
        dates.append(
            ("plattform", "published", _months_after(constituted, -0.4), "nettsiden til partiene")
        )
    else:
        dates.append(("plattform", platform, None, "spørsmål til kommunen, e-post"))

    budgets = {
        year: _tuesday(date(year, 12, int(rng.integers(7, 15))))
        for year in (2019, 2020, 2021, 2022)
    }
    for year, day in budgets.items():
        dates.append(("okonomiplan", "adopted", day, minutes))
        if not merged and not (missed_year and year == 2020):
            dates.append(("handlingsdel", "adopted", day, minutes))
    reports = {
        year: _tuesday(date(year, 6, int(rng.integers(5, 15)))) for year in (2020, 2021, 2022)
    }
    if m.number % 2:
        reports[2023] = _tuesday(date(2023, 5, int(rng.integers(8, 20))))
    dates += [("arsmelding", "adopted", day, minutes) for day in reports.values()]

    dates += _inspections(dates, seed, m, merged=merged)
    if community_part == "adopted" and community_part_on and community_part_on < constituted:
        dates.append(("samfunnsdel", "continued", strategy, minutes))

    return PlanFacts(
        municipality=m,
        community_part=community_part,
        merged=merged,
        platform=platform,
        dates=tuple(sorted(dates, key=lambda d: (d[0], d[2] or date.min, d[1]))),
        goals=_goals(m, seed) if community_part == "adopted" else (),
        points=_points(m, seed) if platform == "adopted" else (),
        measures=_measures(m, seed, community_part, merged, missed_year and not merged),
        community_part_on=community_part_on,
        strategy_on=strategy,
        annual_report_on=max(reports.values()),
        budget_on=budgets[2022],
        extra_dates=extra,
    )
