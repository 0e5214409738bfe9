from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from plankompass.statistics.survival import kaplan_meier_median

# Remission times with 6-mercaptopurine (Freireich 1963), the standard published example.
MONTHS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
EVENT = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]


def test_published_example():
    result = kaplan_meier_median(MONTHS, EVENT)
    assert result.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    np.testing.assert_allclose(
        result.survival, [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=5e-4
    )
    np.testing.assert_allclose(
        result.se, [0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346], atol=5e-5
    )
    # survfit of R's survival: median 23, 0.95LCL 16, 0.95UCL NA.
    assert (result.estimate, result.lower) == (23, 16)
    assert np.isnan(result.upper)
    assert (result.n, result.events) == (21, 9)


observations = st.lists(
    st.tuples(st.integers(0, 48).map(float), st.booleans()), min_size=1, max_size=30
)


@given(observations)
def test_curve_equals_statsmodels(rows):
    time = np.array([t for t, _ in rows])
    event = np.array([e for _, e in rows], dtype=float)
    result = kaplan_meier_median(time, event)
    if event.sum() == 0:
        assert result.times.size == 0
        assert np.isnan(result.estimate)
        return
    other = SurvfuncRight(time, event)
    np.testing.assert_allclose(result.times, other.surv_times[other.n_events > 0])
    np.testing.assert_allclose(result.survival, other.surv_prob[other.n_events > 0], atol=1e-12)


@given(st.lists(st.integers(1, 48).map(float), min_size=1, max_size=30))
def test_without_censoring_the_median_is_the_middle(times):
    result = kaplan_meier_median(times, np.ones(len(times)))
    assert result.estimate == np.median(times)


def test_nobody_had_the_event():
    result = kaplan_meier_median([3.0, 5, 7], [0, 0, 0])
    assert np.isnan([result.estimate, result.lower, result.upper]).all()
    assert result.events == 0


def test_no_units():
    result = kaplan_meier_median([np.nan], [1])
    assert result.n == 0
    assert np.isnan(result.estimate)


@pytest.mark.parametrize("transform", ["log", "log-log", "plain"])
def test_limits_lie_around_the_median(transform):
    rng = np.random.default_rng(2)
    result = kaplan_meier_median(rng.exponential(20, 60), rng.random(60) < 0.7, transform=transform)
    assert result.lower <= result.estimate <= result.upper


def test_coverage_of_the_median():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(400):
        time, censored = rng.exponential(20, 40), rng.uniform(10, 60, 40)
        result = kaplan_meier_median(
            np.minimum(time, censored), time <= censored, transform="log-log"
        )
        upper = np.inf if np.isnan(result.upper) else result.upper
        hits += result.lower <= 20 * np.log(2) <= upper
    assert 0.92 <= hits / 400 <= 0.99


@pytest.mark.parametrize(
    ("time", "event", "message"),
    [
        ([1.0], [1, 0], "lengths"),
        ([-1.0], [1], "negative"),
        ([1.0], [2], "0 .* or 1"),
        ([1.0], [np.nan], "0 .* or 1"),
    ],
)
def test_impossible_times_are_refused(time, event, message):
    with pytest.raises(ValueError, match=message):
        kaplan_meier_median(time, event)


def test_unknown_transform_is_refused():
    with pytest.raises(ValueError, match="transform"):
        kaplan_meier_median([1.0], [1], transform="arcsine")
