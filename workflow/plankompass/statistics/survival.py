"""Time until an event that some have not yet had: months to the new plan."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from plankompass.statistics.estimate import FloatArray, as_vector, check_confidence


@dataclass(frozen=True, slots=True)
class KaplanMeier:
    """A survival curve and its median.

    Attributes:
        estimate: Median time; NaN when fewer than half have had the event on the curve.
        lower: Lower limit of the median; NaN when the curve's lower band never falls to half.
        upper: Upper limit of the median; NaN when not reached ("longer than observed").
        n: Number of units.
        events: Number of events.
        times: Distinct times at which the event happened, shape (k,).
        survival: Share without the event after each time, shape (k,).
        se: Standard error of ``survival`` after Greenwood, shape (k,).
    """

    estimate: float
    lower: float
    upper: float
    n: int
    events: int
    times: FloatArray
    survival: FloatArray
    se: FloatArray


def kaplan_meier_median(
    time: ArrayLike,
    event: ArrayLike,
    *,
    confidence: float = 0.95,
    transform: Literal["log", "log-log", "plain"] = "log",
) -> KaplanMeier:
    """Median time to an event with censoring (Kaplan and Meier 1958).

    The limits of the median are where the pointwise band of the curve falls to one half
    (Brookmeyer and Crowley 1982). Where the curve runs along one half exactly until it falls
    further, the median is the middle of that stretch. Defaults give the same as ``survfit`` of R's ``survival``.

    Args:
        time: Time to event or censoring, shape (n,), not negative; units with NaN are left out.
        event: 1 or True where the event happened, 0 or False where not yet (censored), shape (n,).
        confidence: Level of the band.
        transform: Scale on which the band is made. "log-log" keeps better coverage in few units.

    Returns:
        The curve and its median. Everything NaN or empty without units.

    Raises:
        ValueError: If lengths differ, a time is negative, or an event is neither 0 nor 1.
    """
    duration = as_vector(time, "time")
    happened = as_vector(event, "event")
    if duration.shape != happened.shape:
        raise ValueError("time, event: lengths differ")
    known = ~np.isnan(duration)
    duration, happened = duration[known], happened[known]
    if (duration < 0).any():
        raise ValueError("time: must not be negative")
    if not np.isin(happened, (0.0, 1.0)).all():
        raise ValueError("event: must be 0 (not yet) or 1 (happened)")
    z = float(special.ndtri((1 + check_confidence(confidence)) / 2))
    times = np.unique(duration[happened == 1])
    at_risk = (duration[None, :] >= times[:, None]).sum(axis=1)
    deaths = ((duration[None, :] == times[:, None]) & (happened == 1)[None, :]).sum(axis=1)
    curve = np.cumprod(1 - deaths / at_risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(deaths / (at_risk * (at_risk - deaths)))
        spread = np.sqrt(greenwood)
        low, high = _band(curve, spread, z, transform)
        se = np.where(curve > 0, curve * spread, 0.0)
    return KaplanMeier(
        estimate=_half(times, curve),
        lower=_half(times, low),
        upper=_half(times, high),
        n=int(duration.size),
        events=int(happened.sum()),
        times=times,
        survival=curve,
        se=se,
    )


def _band(
    curve: FloatArray, spread: FloatArray, z: float, transform: str
) -> tuple[FloatArray, FloatArray]:
    if transform == "log":
        low, high = curve * np.exp(-z * spread), curve * np.exp(z * spread)
    elif transform == "log-log":
        middle = np.log(-np.log(curve))
        width = z * spread / np.log(curve)
        low, high = np.exp(-np.exp(middle - width)), np.exp(-np.exp(middle + width))
    elif transform == "plain":
        low, high = curve - z * curve * spread, curve + z * curve * spread
    else:
        raise ValueError("transform: must be log, log-log or plain")
    # At 0 the curve has no spread to speak of: the band keeps no limit there.
    at_zero = curve <= 0
    low = np.where(at_zero, np.nan, np.clip(low, 0, 1))
    high = np.where(at_zero, np.nan, np.clip(high, 0, 1))
    return low, high


def _half(times: FloatArray, curve: FloatArray) -> float:
    """First time at which the curve is at or below one half."""
    # Products such as 0.9 * 0.8 ... reach one half only up to rounding.
    tolerance = 1e-12
    reached = np.flatnonzero(curve <= 0.5 + tolerance)
    if reached.size == 0:
        return np.nan
    first = reached[0]
    if abs(curve[first] - 0.5) <= tolerance:
        after = np.flatnonzero(curve < 0.5 - tolerance)
        if after.size:
            return float((times[first] + times[after[0]]) / 2)
    return float(times[first])
