"""Made-up interviews: who was interviewed, what they spoke of, and how two coders coded it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from tests.study_factory.design import Municipality, StudyDesign
from tests.study_factory.randomness import stable_uuid, stream
from tests.study_factory.texts import texts

from plankompass.study.codebook import Codebook

if TYPE_CHECKING:
    from tests.study_factory.refi import ProjectFaults

CODERS = ("A", "B")
DOUBLE_SHARE = 0.4
# Share of their disagreements that the coders met over and settled.
CONSENSUS_SHARE = 0.6
# Codes the coders do not agree on: below the limit for showing them.
WEAK_CODES = ("roller/politisk_lederskap",)
# Share of the expected disagreement that is seen: Krippendorff's alpha is one minus this.
_DISAGREEMENT, _WEAK_DISAGREEMENT = 0.14, 0.65
_PREVALENCE = {
    "barrierer/arshjul": 0.3, "barrierer/budsjettprosess": 0.45, "barrierer/kapasitet": 0.6,
    "barrierer/okonomi": 0.7, "barrierer/statlige_foringer": 0.45, "barrierer/politisk_uenighet": 0.25,
    "barrierer/rolleuklarhet": 0.25, "barrierer/kompetanse": 0.3, "barrierer/tid": 0.5,
    "barrierer/sektorisering": 0.4, "roller/tillit": 0.55, "roller/mistillit": 0.2,
    "planbruk/styringsverktoy": 0.45, "planbruk/symbolplan": 0.3,
}  # fmt: skip


@dataclass(frozen=True)
class Selection:
    """One coded stretch of text, in code points.

    Attributes:
        start, end: First character and after the last.
        code: Code set.
    """

    start: int
    end: int
    code: str


@dataclass(frozen=True)
class Interview:
    """One interview with the coders' work on it.

    Attributes:
        name: Name of the source in both projects.
        guid: GUID of the source, the same in both projects (both imported one master project).
        municipality: Whose; the code the variable carries.
        role, wave, kind: Variables.
        text: As stored, with its line ends.
        crlf, bom: How the text file is stored.
        spoken: Codes that are truly there.
        coded: Coder to selections.
        agreed: Codes the coders differed on and met about, with what they agreed on.
    """

    name: str
    guid: str
    municipality: Municipality
    role: str
    wave: str
    kind: str
    text: str
    crlf: bool
    bom: bool
    spoken: frozenset[str]
    coded: dict[str, tuple[Selection, ...]] = field(default_factory=dict)
    agreed: dict[str, bool] = field(default_factory=dict)


def leaf_codes(codebook: Codebook) -> list[str]:
    """Codes that are set on passages: all but the categories."""
    return [c.id for c in codebook.codes.values() if not c.descriptive]


def _sets(design: StudyDesign, codebook: Codebook, slots: list[tuple[Municipality, str]]):
    """For every interview: the codes truly there, and the codes each coder sets."""
    codes = leaf_codes(codebook)
    rng = stream(design.seed, "codes")
    size = len(slots)
    coders = [set() for _ in slots]
    # whole municipalities are not left to one coder: every interview has a coder by its number
    double = np.zeros(size, dtype=bool)
    double[rng.permutation(size)[: max(1, round(DOUBLE_SHARE * size))]] = True
    for i in range(size):
        coders[i] = {"A", "B"} if double[i] else {CODERS[i % 2]}
    true = np.zeros((size, len(codes)), dtype=bool)
    for j, code in enumerate(codes):
        base = _PREVALENCE.get(code, 0.35)
        for i, (m, _) in enumerate(slots):
            place = stream(design.seed, "code place", m.kommune_id, code).uniform(-0.15, 0.15)
            true[i, j] = stream(design.seed, "code", i, code).random() < base + place
    seen = {coder: true.copy() for coder in CODERS}
    both = np.flatnonzero(double)
    for j, code in enumerate(codes):
        share = true[both, j].mean() if len(both) else 0.0
        wanted = _WEAK_DISAGREEMENT if code in WEAK_CODES else _DISAGREEMENT
        count = round(wanted * 2 * share * (1 - share) * len(both))
        for position in rng.permutation(both)[:count]:
            coder = CODERS[int(rng.integers(0, 2))]
            seen[coder][position, j] = not true[position, j]
    spoken = [frozenset(c for j, c in enumerate(codes) if true[i, j]) for i in range(size)]
    coded = [
        {
            coder: [c for j, c in enumerate(codes) if seen[coder][i, j]]
            for coder in sorted(coders[i])
        }
        for i in range(size)
    ]
    return spoken, coded


def _write_text(
    design: StudyDesign, number: int, m: Municipality, spoken: frozenset[str], extra: list[str]
):
    """The interview's text, and where each code's passage stands (code points)."""
    bank = texts("interviews")
    rng = stream(design.seed, "text", number)
    language = m.language
    emoji = number % 4 == 1
    newline = "\r\n" if number % 5 == 2 else "\n"
    parts: list[str] = [bank["openings"][language], newline, newline]
    places: dict[str, tuple[int, int]] = {}
    length = sum(map(len, parts))

    def add(text: str) -> int:
        nonlocal length
        begin = length
        parts.append(text)
        length += len(text)
        return begin

    def pick(name: str) -> str:
        options = bank[name][language]
        return options[int(rng.integers(0, len(options)))]

    answers: list[str | None] = [*sorted(spoken), *([None] * 4)]
    rng.shuffle(answers)
    neutral: list[tuple[int, int]] = []
    for position, code in enumerate(answers):
        add(
            f"Intervjuer: {pick('questions')}{newline}"
            if language == "nb"
            else f"Intervjuar: {pick('questions')}{newline}"
        )
        add("Informant: ")
        if emoji and position % 3 == 0:
            add(bank["emoji"][int(rng.integers(0, len(bank["emoji"])))] + " ")
        add(pick("leads") + " ")
        sentence = (
            bank["passages"][code][language][int(rng.integers(0, 2))] if code else pick("neutral")
        )
        begin = add(sentence)
        (neutral.append if code is None else lambda p, c=code: places.__setitem__(c, p))(
            (begin, begin + len(sentence))
        )
        add(" " + pick("tails") + newline + newline)
    for code in extra:
        # what only one coder saw stands on a passage that says nothing of the kind
        places[code] = neutral[int(rng.integers(0, len(neutral)))]
    return "".join(parts), places, newline == "\r\n"


def make_interviews(design: StudyDesign, codebook: Codebook) -> list[Interview]:
    """Every interview of T2 with the coders' selections.

    Args:
        design: The study.
        codebook: The instrument.

    Returns:
        Interviews in the order of municipality and role.
    """
    slots: list[tuple[Municipality, str]] = []
    for m in design.municipalities:
        rng = stream(design.seed, "informants", m.kommune_id)
        count = int(rng.choice([3, 4, 5, 6], p=[0.1, 0.2, 0.35, 0.35]))
        roles = sorted(
            rng.choice(len(codebook.interview_roles), size=count, replace=False).tolist()
        )
        slots += [(m, codebook.interview_roles[r]) for r in roles]
    spoken, coded = _sets(design, codebook, slots)
    result = []
    for i, (m, role) in enumerate(slots):
        extra = sorted({c for codes in coded[i].values() for c in codes} - spoken[i])
        text, places, crlf = _write_text(design, i, m, spoken[i], extra)
        selections = {}
        for coder, codes in coded[i].items():
            rng = stream(design.seed, "selections", i, coder)
            chosen = []
            for code in codes:
                start, end = places[code]
                if rng.random() < 0.3:
                    end = text.index("\n", end)  # some mark to the end of the answer
                    end -= text[end - 1] == "\r"
                chosen.append(Selection(start, end, code))
            selections[coder] = tuple(sorted(chosen, key=lambda s: (s.start, s.code)))
        result.append(
            Interview(
                name=f"Intervju {i + 1:03d}",
                guid=stable_uuid(design.seed, "interview", i),
                municipality=m,
                role=role,
                wave="T2",
                kind="interview",
                text=text,
                crlf=crlf,
                bom=i % 7 == 3,
                spoken=spoken[i],
                coded=selections,
                agreed=_agreed(design, i, coded[i], spoken[i]),
            )
        )
    return result


def _agreed(
    design: StudyDesign, number: int, coded: dict[str, list[str]], spoken: frozenset[str]
) -> dict[str, bool]:
    """What the coders settled of their disagreements: the truth, for some of them."""
    if len(coded) < 2:
        return {}
    rng = stream(design.seed, "consensus", number)
    differing = sorted(set(coded["A"]) ^ set(coded["B"]))
    return {code: code in spoken for code in differing if rng.random() < CONSENSUS_SHARE}


def consensus_rows(interviews: list[Interview]) -> list[tuple[str, str, str]]:
    """Rows of the coders' consensus list: interview, code, present."""
    return [
        (i.name, code, "yes" if present else "no")
        for i in interviews
        for code, present in sorted(i.agreed.items())
    ]


# Codes that a quotation is cleared for in the example, one each.
QUOTED_CODES = (
    "barrierer/arshjul", "barrierer/kapasitet", "planbruk/styringsverktoy", "medvirkning/reell_innflytelse",
    "stotte/erfaringsdeling",
)  # fmt: skip


def passage_id(interview: Interview, selection: Selection) -> str:
    """The id by which the pipeline knows a passage: a hash of interview and place."""
    text = interview.text[: selection.end].replace("\r\n", "\n")
    start = len(interview.text[: selection.start].replace("\r\n", "\n"))
    return _hash("passage", _hash("interview", interview.guid), str(start), str(len(text)))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def cleared_rows(
    interviews: list[Interview], faults: Iterable[ProjectFaults]
) -> list[tuple[str, str, str, str]]:
    """Rows of the list of cleared quotations: passage, who cleared it, when, names looked at."""
    spoilt = {
        name for f in faults for name in (*f.without_municipality, *(n for n, _ in f.beyond_text))
    }
    rows = []
    for code in QUOTED_CODES:
        for interview in interviews:
            if interview.name in spoilt:
                continue
            chosen = [
                s
                for s in interview.coded.get("A", ())
                if s.code == code
                and code in interview.spoken
                and interview.municipality.language == "nb"
            ]
            if chosen:
                rows.append((passage_id(interview, chosen[0]), "prosjektleder", "2023-06-01", ""))
                break
    return rows


def codes_present(interview: Interview) -> frozenset[str]:
    """Codes present by the codebook's rule: set by every coder, or by the consensus list."""
    sets = [frozenset(s.code for s in selections) for selections in interview.coded.values()]
    both = frozenset.intersection(*sets) if sets else frozenset()
    agreed = {code for code, present in interview.agreed.items() if present}
    return (both | agreed) - {code for code, present in interview.agreed.items() if not present}
