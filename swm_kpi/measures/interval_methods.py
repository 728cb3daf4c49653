"""Which interval a number has, on the grid: of a share, of a count, or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array, Limits


def of_a_share(value: Array, trials: Array | None, confidence: float) -> Limits | None:
    """Return the Wilson interval of shares of so many, NaN where there is none.

    Args:
        value: the shares, from 0 to 1, NaN where there is no number.
        trials: out of how many each was observed; the effective sample of a weighted survey.
        confidence: such as 0.95.
    """
    if trials is None:
        return None
    import numpy as np

    from swm_kpi.statistics import wilson

    known = np.isfinite(value) & np.isfinite(trials) & (trials > 0)
    many = np.where(known, trials, 1)
    # Of n the share times n may come out a hair above n.
    top = np.minimum(np.where(known, value, 0) * many, many)
    lower, upper = wilson(top, many, confidence)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)


def of_a_count(events: Array | None, confidence: float) -> Limits | None:
    """Return the limits of counts of events, NaN where there is none.

    Args:
        events: how many there were, NaN where there is no number.
        confidence: such as 0.95.
    """
    if events is None:
        return None
    import numpy as np

    from swm_kpi.statistics import byar

    known = np.isfinite(events)
    lower, upper = byar(np.where(known, events, 0), confidence)
    return np.where(known, lower, np.nan), np.where(known, upper, np.nan)
