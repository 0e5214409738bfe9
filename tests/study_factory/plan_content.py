"""What stands in each made-up plan document, consistent with the facts about the municipality."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from tests.study_factory.design import Municipality
from tests.study_factory.plan_blocks import Line, PlanDocument
from tests.study_factory.plan_facts import TERM, Goal, PlanFacts
from tests.study_factory.randomness import stream
from tests.study_factory.texts import texts

_MONTHS = (
    "januar",
    "februar",
    "mars",
    "april",
    "mai",
    "juni",
    "juli",
    "august",
    "september",
    "oktober",
    "november",
    "desember",
)
BUDGET_YEARS = (2023, 2024, 2025, 2026)
BUDGET_PERIOD = "2023–2026"


def long_date(day: date) -> str:
    """A date written out in Norwegian."""
    return f"{day.day}. {_MONTHS[day.month - 1]} {day.year}"


class PlanWriter:
    """Writes the documents of one municipality.

    Args:
        facts: The facts.
        seed: The study's seed.
    """

    def __init__(self, facts: PlanFacts, seed: int) -> None:
        self.facts = facts
        self.m: Municipality = facts.municipality
        self.bank = texts(f"plans_{self.m.language}")
        self.words = self.bank["words"]
        self.seed = seed
        places = stream(seed, "places", self.m.kommune_id).permutation(self.bank["places"])
        self.sted, self.sted2 = str(places[0]), str(places[1])
        if self.m.official_name != self.m.name:
            self.sted, self.sted2 = texts("goals")["places"]["sami"][:2]

    def _section(self, rng: np.random.Generator, name: str, **slots: object) -> list[str]:
        """The paragraphs of a section, one wording of each sentence drawn."""
        values = {
            "k": self.m.name, "innb": f"{round(self.m.residents * 0.012) * 100:,}".replace(",", " "),
            "sted": self.sted, "sted2": self.sted2, "slutt": 2033, "periode": BUDGET_PERIOD, **slots,
        }  # fmt: skip
        paragraphs = []
        for sentences in self.bank["sections"][name]:
            chosen = [
                s if isinstance(s, str) else s[int(rng.integers(0, len(s)))] for s in sentences
            ]
            paragraphs.append(" ".join(chosen).format(**values))
        return paragraphs

    def _add(
        self, document: PlanDocument, rng: np.random.Generator, name: str, **slots: object
    ) -> None:
        for paragraph in self._section(rng, name, **slots):
            document.paragraph(paragraph)

    def _document(
        self, kind: str, title: str, period: str, decided: date | None, *, draft: date | None = None
    ) -> PlanDocument:
        cover = []
        if decided is not None:
            case = f"{decided.toordinal() % 140 + 3}/{decided.year % 100}"
            cover.append(self.words["adopted"].format(dato=long_date(decided), sak=case))
        if draft is not None:
            cover.append(self.words["draft_line"].format(dato=long_date(draft)))
        cover.append(self.words["example"])
        return PlanDocument(
            kind, title, period, self.m.name, tuple(cover), self.m.language, self.words["contents"]
        )

    def community_part(
        self,
        goals: Sequence[Goal],
        decided: date | None,
        *,
        name: str = "",
        draft: date | None = None,
        short: bool = False,
    ) -> PlanDocument:
        """The community part: areas, main goals, numbered sub-goals with what is said about them.

        Args:
            goals: Its goals.
            decided: Adoption date; None for a draft.
            name: Municipality on the cover when it is an old one.
            draft: Day a draft was laid out.
            short: Leave out chapters (an old municipality's plan).
        """
        w = self.words
        rng = stream(self.seed, "document", self.m.kommune_id, "samfunnsdel", name, draft)
        start = (decided or draft).year
        period = f"{start}–{start + 12}"
        title = f"{w['community_part']} {period}"
        if draft is not None:
            title = f"{w['draft']}: {title}"
        document = self._document("samfunnsdel", title, period, decided, draft=draft)
        document.municipality = name or self.m.name
        slots = {"slutt": start + 12, "k": document.municipality}
        document.heading(1, w["preface"])
        self._add(document, rng, "forord", **slots)
        document.heading(1, w["about"])
        self._add(document, rng, "om_planen", **slots)
        if not short:
            document.heading(1, w["start"])
            self._add(document, rng, "utgangspunkt", **slots)
            self._figures(document, start)
        self._areas(document, rng, goals, slots)
        if not short:
            self._priorities(document, rng, goals, slots)
            if decided is not None and decided > self.m.constituted[TERM]:
                self._choices(document, rng, "veivalg")
            document.heading(1, w["land"])
            self._add(document, rng, "arealstrategi", **slots)
        self._participation(document, rng, slots)
        document.heading(1, w["follow"])
        self._add(document, rng, "oppfolging", **slots)
        return document

    def _figures(self, document: PlanDocument, start: int) -> None:
        w, people = self.words, round(self.m.residents * 1.2)
        rows = [("", str(start - 10), str(start), str(start + 12))]
        for label, share, change in (
            (w["residents"], 1.0, 1.02),
            (w["over80"], 0.05, 1.7),
            (w["pupils"], 0.12, 0.85),
            (w["employed"], 0.46, 0.99),
        ):
            now = people * share
            values = (now / (1 + (change - 1) * 0.8), now, now * change)
            rows.append((label, *(f"{round(v):,}".replace(",", " ") for v in values)))
        document.heading(2, w["figures"])
        document.table(rows)

    def _areas(
        self, document: PlanDocument, rng: np.random.Generator, goals: Sequence[Goal], slots: dict
    ) -> None:
        w = self.words
        areas: dict[str, list[Goal]] = {}
        for goal in goals:
            areas.setdefault(goal.area, []).append(goal)
        document.heading(1, w["goals"])
        count = {3: "tre", 4: "fire"}.get(len(areas), str(len(areas)))
        self._add(document, rng, "maal_innledning", antall=count, **slots)
        ids = {t["area"][self.m.language]: t["id"] for t in texts("goals")["themes"]}
        for area, own in areas.items():
            document.heading(2, area)
            values = {"k": slots["k"], "sted": self.sted, "sted2": self.sted2}
            document.paragraph(" ".join(self.bank["areas"][ids[area]]).format(**values))
            document.paragraph(f"{w['main_goal']}: {own[0].main.replace(self.m.name, slots['k'])}.")
            document.heading(3, w["sub_goals"])
            for goal in own:
                self._goal(document, goal)
            chosen = rng.choice(len(self.bank["strategies"]), size=3, replace=False)
            document.heading(3, w["strategies"])
            document.bullets([Line(self.bank["strategies"][i]) for i in sorted(chosen)])

    def _goal(self, document: PlanDocument, goal: Goal) -> None:
        w = self.words
        document.goal(
            goal.id,
            goal.text.replace(self.m.name, document.municipality),
            f"{goal.id}:goal",
            *(f"{goal.id}:{m}" for m in goal.in_text),
        )
        lines = []
        if goal.links["mal_med_indikator"]:
            lines.append(
                Line(f"{w['indicator']}: {goal.indicator}", (f"{goal.id}:mal_med_indikator",))
            )
        if goal.links["mal_med_ansvarlig"]:
            lines.append(Line(f"{w['unit']}: {goal.unit}", (f"{goal.id}:mal_med_ansvarlig",)))
        if goal.links["mal_med_frist"] and "mal_med_frist" not in goal.in_text:
            lines.append(
                Line(
                    f"{w['deadline']}: {w['by'].format(aar=goal.deadline)}",
                    (f"{goal.id}:mal_med_frist",),
                )
            )
        if goal.links["fn_mal_koblet"]:
            lines.append(Line(f"{w['sdg']}: nr. {goal.sdg}", (f"{goal.id}:fn_mal_koblet",)))
        document.details(lines)

    def _priorities(
        self, document: PlanDocument, rng: np.random.Generator, goals: Sequence[Goal], slots: dict
    ) -> None:
        ranked = self.facts.measures["T2"]["prioritering_eksplisitt"][0] == 1
        document.heading(1, self.words["priorities"])
        area = goals[0].area if goals else ""
        self._add(
            document,
            rng,
            "prioritering_ja" if ranked else "prioritering_nei",
            omraade=area,
            **slots,
        )

    def _choices(self, document: PlanDocument, rng: np.random.Generator, section: str) -> None:
        points = [p for p in self.facts.points if p.links["plattform_i_samfunnsdel"]]
        if not points:
            return
        document.heading(1, self.words["choices"])
        self._add(document, rng, section)
        document.bullets([Line(p.text, (f"{p.id}:plattform_i_samfunnsdel",)) for p in points])

    def _participation(self, document: PlanDocument, rng: np.random.Generator, slots: dict) -> None:
        measures = self.facts.measures["T2"]
        level = measures["medvirkning_niva"][0] or 1
        account = measures["innspill_gjort_rede"][0]
        document.heading(1, self.words["participation"])
        self._add(document, rng, f"medvirkning_{int(level)}", **slots)
        self._add(document, rng, "innspill_ja" if account else "innspill_nei", **slots)

    def budget(self) -> list[PlanDocument]:
        """The merged action and budget plan, or the action part and the budget plan apart."""
        if self.facts.merged:
            return [self._budget_plan(merged=True)]
        return [self._action_part(), self._budget_plan(merged=False)]

    def _numbers(self, goal: Goal) -> tuple[str, ...]:
        if not any(goal.amounts):
            return (self.words["within"], "", "", "")
        return tuple(f"{a:,}".replace(",", " ") for a in goal.amounts)

    def _measure_table(
        self, document: PlanDocument, items: Sequence[Goal], *, amounts: bool, head: str
    ) -> None:
        """Measures of goals or of platform points; the goals stand by number, their words differ."""
        w = self.words
        years = tuple(map(str, BUDGET_YEARS)) if amounts else ()
        rows: list[tuple[str, ...]] = [(head, w["table_measure"], *(years or (w["unit"],)))]
        marks = []
        for goal in items:
            name = goal.id if goal.register == "samfunnsdel" else goal.text
            unit = goal.unit if goal.links.get("mal_med_ansvarlig") else ""
            rows.append((name, goal.action, *(self._numbers(goal) if amounts else (unit,))))
            community = goal.register == "samfunnsdel"
            found = [
                f"{goal.id}:{'mal_i_handlingsdel' if community else 'plattform_i_handlingsdel'}"
            ]
            if amounts and any(goal.amounts):
                found.append(
                    f"{goal.id}:{'mal_med_budsjettlinje' if community else 'plattform_med_budsjettlinje'}"
                )
            marks.append(tuple(found))
        if amounts and any(any(g.amounts) for g in items):
            sums = [sum(g.amounts[i] for g in items) for i in range(4)]
            rows.append((w["sum"], "", *(f"{s:,}".replace(",", " ") for s in sums)))
            marks.append(())
        document.table(rows, marks)

    def _budget_plan(self, *, merged: bool) -> PlanDocument:
        w, facts = self.words, self.facts
        rng = stream(self.seed, "document", self.m.kommune_id, "okonomiplan")
        title = f"{w['merged'] if merged else w['budget']} {BUDGET_PERIOD}"
        document = self._document("okonomiplan", title, BUDGET_PERIOD, facts.budget_on)
        document.heading(1, w["intro"])
        self._add(document, rng, "hop_innledning" if merged else "okonomi_innledning")
        self._cycle(document, rng)
        document.heading(1, w["frames"])
        document.paragraph(f"{w['thousand']}.")
        self._frames(document)
        if facts.measures["T2"]["budsjett_alternativer"][0] == 1:
            document.heading(2, w["alternatives"])
            self._add(document, rng, "alternativer")
        goals = [g for g in facts.goals if g.links["mal_i_handlingsdel"]]
        if goals:
            document.heading(1, w["measures"])
            for area in dict.fromkeys(g.area for g in goals):
                document.heading(2, area)
                own = [g for g in goals if g.area == area]
                if merged:
                    refs = ", ".join(g.id for g in own)
                    document.paragraph(f"{w['table_goal']} {refs}. {w['thousand']}.")
                self._measure_table(document, own, amounts=True, head=w["table_goal"])
        points = [p for p in facts.points if p.links["plattform_i_handlingsdel"]]
        if points:
            document.heading(1, w["political"])
            self._measure_table(document, points, amounts=True, head=w["table_point"])
        return document

    def _cycle(self, document: PlanDocument, rng: np.random.Generator) -> None:
        w = self.words
        windows = int(self.facts.measures["T2"]["politiske_vinduer_antall"][0] or 0)
        document.heading(1, w["cycle"])
        self._add(document, rng, "aarshjul" if windows else "aarshjul_ingen")
        if windows:
            rows = [(w["month"], w["body"], w["matter"])]
            rows += [tuple(r) for r in self.bank["cycle"][:windows]] + [
                tuple(r) for r in self.bank["cycle_after"]
            ]
            document.table(rows)

    def _frames(self, document: PlanDocument) -> None:
        w, people = self.words, self.m.residents
        rng = stream(self.seed, "frames", self.m.kommune_id)
        rows = [("", *map(str, BUDGET_YEARS))]
        base = {
            w["income"]: people * 62,
            w["costs"]: -people * 58,
            w["interest"]: -people * 3.6,
            w["result"]: people * 0.4,
        }
        for label, value in base.items():
            growth = rng.uniform(1.0, 1.02)
            rows.append(
                (
                    label,
                    *(
                        f"{round(value * growth**i / 50) * 50:,}".replace(",", " ")
                        for i in range(4)
                    ),
                )
            )
        document.table(rows)

    def _action_part(self) -> PlanDocument:
        w, facts = self.words, self.facts
        rng = stream(self.seed, "document", self.m.kommune_id, "handlingsdel")
        document = self._document(
            "handlingsdel", f"{w['action']} {BUDGET_PERIOD}", BUDGET_PERIOD, facts.budget_on
        )
        document.heading(1, w["intro"])
        self._add(document, rng, "handlingsdel_innledning")
        goals = [g for g in facts.goals if g.links["mal_i_handlingsdel"]]
        for area in dict.fromkeys(g.area for g in goals):
            document.heading(1, area)
            own = [g for g in goals if g.area == area]
            document.paragraph(f"{w['main_goal']}: {own[0].main}.")
            self._measure_table(document, own, amounts=False, head=w["table_goal"])
        points = [p for p in facts.points if p.links["plattform_i_handlingsdel"]]
        if points:
            document.heading(1, w["political"])
            document.bullets(
                [
                    Line(f"{p.text}: {p.action}", (f"{p.id}:plattform_i_handlingsdel",))
                    for p in points
                ]
            )
        return document

    def annual_report(self) -> PlanDocument:
        """The annual report: the status of the goals that have one."""
        w, facts = self.words, self.facts
        rng = stream(self.seed, "document", self.m.kommune_id, "arsmelding")
        year = facts.annual_report_on.year - 1
        document = self._document(
            "arsmelding", f"{w['report']} {year}", str(year), facts.annual_report_on
        )
        document.heading(1, w["intro"])
        self._add(document, rng, "aarsmelding_innledning")
        document.heading(1, w["accounts"])
        self._frames(document)
        document.heading(1, w["status"])
        for area in dict.fromkeys(g.area for g in facts.goals):
            document.heading(2, area)
            reported = [g for g in facts.goals if g.area == area and g.links["mal_i_arsmelding"]]
            for goal in reported:
                text = f"{goal.status} ({w['goal_ref'].format(nr=goal.id)})."
                document.paragraph(text, f"{goal.id}:mal_i_arsmelding")
            if not reported:
                self._add(document, rng, "aarsmelding_ingen")
        return document

    def strategy(self, *, old: bool = False) -> PlanDocument:
        """The planning strategy of this council, or of the one before."""
        w, facts = self.words, self.facts
        rng = stream(self.seed, "document", self.m.kommune_id, "planstrategi", old)
        period = "2016–2019" if old else "2020–2023"
        decided = (
            next(d[2] for d in facts.dates if d[0] == "planstrategi") if old else facts.strategy_on
        )
        document = self._document("planstrategi", f"{w['strategy']} {period}", period, decided)
        document.contents_title = ""
        document.heading(1, w["intro"])
        self._add(document, rng, "planstrategi_innledning")
        document.heading(1, w["trends"])
        self._add(document, rng, "utgangspunkt")
        document.heading(1, w["standing"])
        new = (
            facts.community_part_on is not None
            and facts.community_part_on > self.m.constituted[TERM]
        )
        if facts.measures["T2"]["planstrategi_tar_stilling"][0] == 1:
            choice = (
                "revise" if new else "first" if facts.community_part == "absent" else "continue"
            )
            self._add(document, rng, "strategi_stilling", valg=w[choice])
        else:
            self._add(document, rng, "strategi_uten")
        if not old and not new:
            self._choices(document, rng, "strategi_punkter")
        document.heading(1, w["overview"])
        document.table(
            [(w["plan"], w["kind"], w["starts"], w["ends"]), *map(tuple, self.bank["plan_list"])]
        )
        return document

    def platform(self) -> PlanDocument:
        """The political platform of the majority."""
        w = self.words
        rng = stream(self.seed, "document", self.m.kommune_id, "plattform")
        parties = [str(p) for p in rng.permutation(self.bank["parties"])[:3]]
        document = self._document("plattform", f"{w['platform']} 2019–2023", "2019–2023", None)
        document.contents_title = ""
        document.heading(1, w["intro"])
        self._add(
            document,
            rng,
            "plattform_innledning",
            partier=f"{parties[0]}, {parties[1]} og {parties[2]}",
        )
        document.heading(1, w["we_will"])
        document.bullets([Line(p.text, (f"{p.id}:goal",)) for p in self.facts.points])
        return document
