"""The confidence intervals of proportions and of counts, over a whole grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Limits


def proportion_interval(value: Array, trials: Array | None, confidence: float) -> Limits | None:
    """Return the Wilson interval of proportions, NaN where there is none.

    Args:
        value: proportions from 0 to 1, NaN where there is no number.
        trials: the number of cases of each; the effective sample size for a weighted survey. None
            where the measure has no cases.
        confidence: the confidence level, such as 0.95.
    """
    if trials is None:
        return None
    import numpy as np

    from swm_kpi.statistics import wilson

    known = np.isfinite(value) & np.isfinite(trials) & (trials > 0)
    many = np.where(known, trials, 1)
    # Rounding can make the product slightly larger than the number of trials.
    top = np.minimum(np.where(known, value, 0) * many, many)
    lower, upper = wilson(top, many, confidence)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def count_interval(events: Array | None, confidence: float) -> Limits | None:
    """Return the interval of counts: exact Poisson below 10, Byar's approximation from 10.

    Args:
        events: numbers of separate events, NaN where there is no number. None where the measure
            does not count separate events.
        confidence: the confidence level, such as 0.95.
    """
    if events is None:
        return None
    import numpy as np

    from swm_kpi.statistics import byar

    known = np.isfinite(events)
    lower, upper = byar(np.where(known, events, 0), confidence)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)
