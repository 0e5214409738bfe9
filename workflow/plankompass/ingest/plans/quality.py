"""How good the machine's suggestions are, and how far the coders agree: results, shown as such."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from plankompass.ingest.plans.suggest import MunicipalitySuggestions, chain_goals, measures_of
from plankompass.statistics.agreement import icc_agreement, krippendorff_alpha
from plankompass.study.codebook import Codebook


def made_suggestions(
    goals: pd.DataFrame, documents: pd.DataFrame, blocks: pd.DataFrame, codebook: Codebook,
    *, use_numbers: bool = True,
) -> pd.DataFrame:  # fmt: skip
    """Suggestions for every goal of the register, as they would stand in the review forms.

    Args:
        goals: The ``goals`` table.
        documents: The ``documents`` table of all municipalities.
        blocks: The ``blocks`` table of all municipalities.
        codebook: The instrument.
        use_numbers: Whether cited goal numbers count; without them, words and meaning alone.

    Returns:
        One row a goal and measure: ``kommune_id``, ``register``, ``goal``, ``measure``, ``suggested``
        (missing when no document can be read), ``pages`` (of the first three candidates) and
        ``quotations``.
    """
    rows = []
    for kommune in sorted(goals["kommune_id"].unique()):
        own = documents[documents["kommune_id"] == kommune]
        maker = MunicipalitySuggestions(own, blocks[blocks["document"].isin(own["document"])])
        for register in ("samfunnsdel", "plattform"):
            chosen = goals[(goals["kommune_id"] == kommune) & (goals["register"] == register)]
            looked_for = chain_goals(chosen)
            if not use_numbers:
                looked_for = [type(g)(g.goal, "", g.text, g.area) for g in looked_for]
            rows += [
                {
                    "kommune_id": kommune, "register": register, "goal": made.goal,
                    "measure": made.measure,
                    "suggested": pd.NA if made.suggested is None else made.suggested,
                    "pages": tuple(c.page for c in made.candidates),
                    "quotations": tuple(c.quotation for c in made.candidates),
                }
                for made in maker.suggest(looked_for, measures_of(register, codebook.measures))
            ]  # fmt: skip
    columns = ["kommune_id", "register", "goal", "measure", "suggested", "pages", "quotations"]
    return pd.DataFrame(rows, columns=columns)


def suggestion_quality(made: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Precision and recall of suggestions against what people confirmed.

    Args:
        made: Rows with ``kommune_id``, ``goal``, ``measure`` and ``suggested``; ``pages`` when there.
        links: The ``goal_links`` table; links that are not confirmed are left out.

    Returns:
        One row a measure and one for ``all``: ``confirmed`` (links held against), ``true_links``,
        ``precision``, ``recall`` and ``page_among_three`` (share of true links with a known page whose
        page is among the first three candidates); NaN where there is nothing to divide by. Links the
        machine could make no suggestion for are counted in ``without_suggestion`` and as missed.
    """
    confirmed = links[links["confirmed"].notna()]
    keys = ["kommune_id", "goal", "measure"]
    columns = [*keys, "confirmed", "evidence_page"]
    both = made.merge(confirmed[columns], on=keys, how="inner")
    measures = [*sorted(both["measure"].unique()), "all"]
    return pd.DataFrame([
        _quality(both if m == "all" else both[both["measure"] == m], m) for m in measures
    ])  # fmt: skip


def _quality(rows: pd.DataFrame, measure: str) -> dict[str, object]:
    true = rows["confirmed"].astype(bool).to_numpy()
    said = rows["suggested"].fillna(False).astype(bool).to_numpy()
    hits = int((true & said).sum())
    among = np.nan
    if "pages" in rows:
        paged = rows[rows["evidence_page"].notna() & true]
        found = [
            int(page) in pages
            for page, pages in zip(paged["evidence_page"], paged["pages"], strict=True)
        ]
        among = float(np.mean(found)) if found else np.nan
    return {
        "measure": measure,
        "confirmed": len(rows),
        "true_links": int(true.sum()),
        "without_suggestion": int(rows["suggested"].isna().sum()),
        "precision": hits / int(said.sum()) if said.any() else np.nan,
        "recall": hits / int(true.sum()) if true.any() else np.nan,
        "page_among_three": among,
    }


def coder_agreement(answers: pd.DataFrame) -> pd.DataFrame:
    """Agreement of coders on the goal register.

    Args:
        answers: One row an answer: ``kommune_id``, ``register``, ``goal``, ``measure``, ``coder``,
            ``confirmed`` (true or false; unanswered rows left out).

    Returns:
        One row a measure, and ``index`` for all of them together: ``alpha`` (Krippendorff, nominal, over goals that two coders answered) with
        its interval, ``goals`` (double-coded; for the index, answers), and ``icc`` of the municipality's
        share over the double-coded goals (ICC(A,1)), for the index of the mean of its shares; NaN
        where it is not defined.
    """
    whole = [("index", answers)] if len(answers) else []
    rows = []
    for measure, own in [*answers.groupby("measure", sort=True), *whole]:
        wide = own.pivot_table(
            index=["kommune_id", "measure", "register", "goal"], columns="coder",
            values="confirmed", aggfunc="first",
        ).astype(float)  # fmt: skip
        double = wide[wide.notna().sum(axis=1) >= 2]
        alpha = krippendorff_alpha(wide.to_numpy().T, "nominal") if len(double) else None
        rows.append({
            "measure": measure, "goals": len(double),
            "alpha": alpha.estimate if alpha else np.nan,
            "alpha_lower": alpha.lower if alpha else np.nan,
            "alpha_upper": alpha.upper if alpha else np.nan,
            "icc": _share_icc(double),
        })  # fmt: skip
    columns = ["measure", "goals", "alpha", "alpha_lower", "alpha_upper", "icc"]
    return pd.DataFrame(rows, columns=columns)


def _share_icc(double: pd.DataFrame) -> float:
    """ICC(A,1) of each coder's mean share of goals a municipality, over coders who answered all."""
    full = double.dropna(axis=1, how="any")
    if full.shape[1] < 2:
        return float("nan")
    shares = full.groupby(level=["kommune_id", "measure"]).mean().groupby(level=0).mean()
    if len(shares) < 2:
        return float("nan")
    return float(icc_agreement(shares.to_numpy().T).single.estimate)


def quality_table(quality: pd.DataFrame, columns: Sequence[str] | None = None) -> str:
    """A quality table as Markdown, shares with two decimals, missing as a dash.

    Args:
        quality: Rows of :func:`suggestion_quality` or :func:`coder_agreement`.
        columns: Columns to show; all when left out.

    Returns:
        The Markdown table.
    """
    shown = list(columns or quality.columns)
    lines = ["| " + " | ".join(shown) + " |", "|" + "---|" * len(shown)]
    for row in quality[shown].itertuples(index=False):
        cells = ["–" if pd.isna(v) else f"{v:.2f}" if isinstance(v, float) else str(v) for v in row]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
