"""The community part, the planning strategy and the platform, consistent with the facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from tests.study_factory.plan_blocks import Line, PlanDocument
from tests.study_factory.plan_facts import TERM, Goal
from tests.study_factory.plan_writer import PlanWriter
from tests.study_factory.randomness import stream
from tests.study_factory.texts import texts


class CommunityWriter(PlanWriter):
    """Writes what the council wants: community part, planning strategy, political platform."""

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
        document = self.document("samfunnsdel", title, period, decided, draft=draft)
        document.municipality = name or self.m.name
        slots = {"slutt": start + 12, "k": document.municipality}
        document.heading(1, w["preface"])
        self.add(document, rng, "forord", **slots)
        document.heading(1, w["about"])
        self.add(document, rng, "om_planen", **slots)
        if not short:
            document.heading(1, w["start"])
            self.add(document, rng, "utgangspunkt", **slots)
            self._figures(document, start)
        self._areas(document, rng, goals, slots)
        if not short:
            self._priorities(document, rng, goals, slots)
            if decided is not None and decided > self.m.constituted[TERM]:
                self._choices(document, rng, "veivalg")
            document.heading(1, w["land"])
            self.add(document, rng, "arealstrategi", **slots)
        self._participation(document, rng, slots)
        document.heading(1, w["follow"])
        self.add(document, rng, "oppfolging", **slots)
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
        self.add(document, rng, "maal_innledning", antall=count, **slots)
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
        self.add(
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
        self.add(document, rng, section)
        document.bullets([Line(p.text, (f"{p.id}:plattform_i_samfunnsdel",)) for p in points])

    def _participation(self, document: PlanDocument, rng: np.random.Generator, slots: dict) -> None:
        measures = self.facts.measures["T2"]
        level = measures["medvirkning_niva"][0] or 1
        account = measures["innspill_gjort_rede"][0]
        document.heading(1, self.words["participation"])
        self.add(document, rng, f"medvirkning_{int(level)}", **slots)
        self.add(document, rng, "innspill_ja" if account else "innspill_nei", **slots)

    def strategy(self, *, old: bool = False) -> PlanDocument:
        """The planning strategy of this council, or of the one before."""
        w, facts = self.words, self.facts
        rng = stream(self.seed, "document", self.m.kommune_id, "planstrategi", old)
        period = "2016–2019" if old else "2020–2023"
        decided = (
            next(d[2] for d in facts.dates if d[0] == "planstrategi") if old else facts.strategy_on
        )
        document = self.document("planstrategi", f"{w['strategy']} {period}", period, decided)
        document.contents_title = ""
        document.heading(1, w["intro"])
        self.add(document, rng, "planstrategi_innledning")
        document.heading(1, w["trends"])
        self.add(document, rng, "utgangspunkt")
        document.heading(1, w["standing"])
        new = (
            facts.community_part_on is not None
            and facts.community_part_on > self.m.constituted[TERM]
        )
        if facts.measures["T2"]["planstrategi_tar_stilling"][0] == 1:
            choice = (
                "revise" if new else "first" if facts.community_part == "absent" else "continue"
            )
            self.add(document, rng, "strategi_stilling", valg=w[choice])
        else:
            self.add(document, rng, "strategi_uten")
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
        document = self.document("plattform", f"{w['platform']} 2019–2023", "2019–2023", None)
        document.contents_title = ""
        document.heading(1, w["intro"])
        self.add(
            document,
            rng,
            "plattform_innledning",
            partier=f"{parties[0]}, {parties[1]} og {parties[2]}",
        )
        document.heading(1, w["we_will"])
        document.bullets([Line(p.text, (f"{p.id}:goal",)) for p in self.facts.points])
        return document
