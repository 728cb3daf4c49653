"""The false discovery rate of many tests."""

from __future__ import annotations

import numpy as np

from swm_kpi.statistics.validate_args import Array, Numbers, as_numbers, raise_where


def q_values(p_values: Numbers) -> Array:
    """Return the smallest false discovery rate at which each test is called a discovery.

    Source: Y. Benjamini and Y. Hochberg, *Controlling the false discovery rate: a practical and
    powerful approach to multiple testing*, Journal of the Royal Statistical Society B 57 (1995)
    289-300: the step-up procedure, as adjusted p-values.

    Args:
        p_values: the p-values of all tests, from 0 to 1, in one list; missing where there is no
            test.

    Returns:
        A number for each test, at least its p-value and at most 1; NaN where there is no test.

    Raises:
        RequestError: a p-value is not a number from 0 to 1.
    """
    values = as_numbers("p_values", p_values).ravel()
    known = np.flatnonzero(~np.isnan(values))
    tests = values[known]
    raise_where("p_values", (tests < 0) | (tests > 1), "not from 0 to 1", "Give p-values")
    order = np.argsort(tests, kind="stable")[::-1]
    scaled = tests[order] * tests.size / np.arange(tests.size, 0, -1)
    adjusted = np.full(values.shape, np.nan)
    adjusted[known[order]] = np.minimum(1, np.minimum.accumulate(scaled))
    return adjusted
