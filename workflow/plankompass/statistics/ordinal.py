"""A single ordered item against explanatory variables: proportional odds."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from plankompass.statistics.cells import cell_codes
from plankompass.statistics.estimate import FloatArray, as_matrix, as_vector, check_confidence


@dataclass(frozen=True, slots=True)
class OrdinalFit:
    """Coefficients of a proportional odds model.

    Attributes:
        estimate: Log odds ratios of a higher answer, shape (columns,).
        se: Standard errors that allow for likeness within clusters.
        lower: Lower limits.
        upper: Upper limits.
        p_value: Two-sided p-values.
        thresholds: Cut points between neighbouring categories, shape (categories - 1,).
        n: Respondents used.
        clusters: Clusters used.
    """

    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    p_value: FloatArray
    thresholds: FloatArray
    n: int
    clusters: int


def ordinal_model(
    answers: ArrayLike, design: ArrayLike, clusters: ArrayLike, *, confidence: float = 0.95
) -> OrdinalFit:
    """Fit a proportional odds model (McCullagh 1980), covariance clustered on municipality.

    By statsmodels' ``OrderedModel`` with logit link.

    Args:
        answers: Ordered answers, shape (n,); NaN is left out.
        design: Explanatory variables without an intercept, shape (n, columns); rows with NaN are
            left out.
        clusters: Municipality of each respondent, shape (n,).
        confidence: Level of the normal intervals.

    Returns:
        The fit; NaN with fewer than two distinct answers, two clusters, or when the likelihood has
        no maximum (an explanatory variable that separates the answers).

    Raises:
        ValueError: If lengths differ.
    """
    from statsmodels.miscmodels.ordinal_model import OrderedModel
    from statsmodels.tools.sm_exceptions import ModelWarning

    y, x = as_vector(answers, "answers"), as_matrix(design, "design")
    labels = np.asarray(clusters)
    if not y.shape == x.shape[:1] == labels.shape:
        raise ValueError("answers, design, clusters: lengths differ")
    z = float(special.ndtri((1 + check_confidence(confidence)) / 2))
    valid = ~(np.isnan(y) | np.isnan(x).any(axis=1))
    codes, values = cell_codes(y[valid])
    groups, names = cell_codes(labels[valid])
    columns = x.shape[1]
    gap, cuts = np.full(columns, np.nan), np.full(max(values.size - 1, 0), np.nan)
    nothing = OrdinalFit(gap, gap, gap, gap, gap, cuts, int(valid.sum()), int(names.size))
    if values.size < 2 or names.size < 2:
        return nothing
    used = x[valid]
    if np.linalg.matrix_rank(np.column_stack([np.ones(len(used)), used])) <= columns:
        return nothing
    model = OrderedModel(codes, used, distr="logit")
    with warnings.catch_warnings():
        # A failed fit shows in ``converged`` and in the slope, not in a warning on a console.
        warnings.simplefilter("ignore", ModelWarning)
        warnings.simplefilter("ignore", RuntimeWarning)
        rough = model.fit(method="bfgs", maxiter=500, disp=0)
        fit = model.fit(
            start_params=rough.params,
            method="newton",
            maxiter=50,
            disp=0,
            cov_type="cluster",
            cov_kwds={"groups": groups},
        )
        slope = np.abs(model.score(fit.params)).max()
    if not np.isfinite(slope) or slope > 1e-4 or np.abs(fit.params[:columns]).max() > 30:
        return nothing
    estimate, se = fit.params[:columns], fit.bse[:columns]
    return OrdinalFit(
        estimate=estimate,
        se=se,
        lower=estimate - z * se,
        upper=estimate + z * se,
        p_value=2 * special.ndtr(-np.abs(estimate / se)),
        thresholds=model.transform_threshold_params(fit.params)[1:-1],
        n=int(valid.sum()),
        clusters=int(names.size),
    )
