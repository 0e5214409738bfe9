"""The budget plan, the action part and the annual report, consistent with the facts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from tests.study_factory.plan_blocks import Line, PlanDocument
from tests.study_factory.plan_facts import Goal
from tests.study_factory.plan_writer import BUDGET_PERIOD, BUDGET_YEARS, PlanWriter
from tests.study_factory.randomness import stream


class BudgetWriter(PlanWriter):
    """Writes what comes of it: action part, budget plan, annual report."""

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
        document = self.document("okonomiplan", title, BUDGET_PERIOD, facts.budget_on)
        document.heading(1, w["intro"])
        self.add(document, rng, "hop_innledning" if merged else "okonomi_innledning")
        self._cycle(document, rng)
        document.heading(1, w["frames"])
        document.paragraph(f"{w['thousand']}.")
        self._frames(document)
        if facts.measures["T2"]["budsjett_alternativer"][0] == 1:
            document.heading(2, w["alternatives"])
            self.add(document, rng, "alternativer")
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
        self.add(document, rng, "aarshjul" if windows else "aarshjul_ingen")
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
        document = self.document(
            "handlingsdel", f"{w['action']} {BUDGET_PERIOD}", BUDGET_PERIOD, facts.budget_on
        )
        document.heading(1, w["intro"])
        self.add(document, rng, "handlingsdel_innledning")
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
        document = self.document(
            "arsmelding", f"{w['report']} {year}", str(year), facts.annual_report_on
        )
        document.heading(1, w["intro"])
        self.add(document, rng, "aarsmelding_innledning")
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
                self.add(document, rng, "aarsmelding_ingen")
        return document
