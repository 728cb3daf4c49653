"""Complaints about the police and the allegations in them.

The volumes and shares are round-number assumptions for shape, not facts about any force.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    OFFICE,
    Columns,
    Season,
    Setting,
    add_delay,
    avoid_dst_gap,
    draw_members,
    draw_positions,
    null_after_extract,
    null_times,
    random_mask,
    row_ids,
    with_nulls,
)

COMPLAINTS_PER_YEAR = 2_400

_DAY = 86_400.0
_CODES_BEGAN = np.datetime64("2020-02-01", "s")
_HANDLING = {
    "Outside Schedule 3": 0.55, "Schedule 3, investigated": 0.1,
    "Schedule 3, otherwise than investigated": 0.35,
}  # fmt: skip
_RESULTS = {
    "Service acceptable": 0.38, "Service not acceptable": 0.09, "Resolved": 0.38,
    "No further action": 0.1, "Withdrawn": 0.05,
}  # fmt: skip
_CATEGORIES = {
    "A1": 24, "A2": 7, "A3": 9, "A4": 14, "B1": 2, "B2": 3, "B3": 3, "B4": 7, "B5": 2, "B9": 1,
    "C": 2, "D1": 1, "D2": 2, "E": 2, "F2": 0.5, "F6": 1, "F9": 1, "G1": 0.3, "H1": 4, "H2": 1.5,
    "H3": 4, "H4": 2, "J1": 0.2, "K": 0.6, "L": 1.5,
}  # fmt: skip
_ALLEGATIONS_PER_COMPLAINT = (0.6, 0.27, 0.13)


def complaints(setting: Setting, contract: ContractType) -> Columns:
    """Assume 2,400 cases a year. The median time until a case is finalised is two months."""
    rng = setting.generator("complaint")
    season = Season(0.03, 190, (1.3, 1.25, 1.2, 1.2, 1.15, 0.5, 0.4), OFFICE)
    logged = setting.event_times("complaint", rng, COMPLAINTS_PER_YEAR, season)
    size = len(logged)
    delay = np.minimum(rng.exponential(3 * _DAY, size), 60 * _DAY)
    received = avoid_dst_gap(logged - delay.astype("timedelta64[s]"), backwards=True)
    handling = with_nulls(rng, draw_members(rng, contract, "handling", _HANDLING, size), 0.03)
    handling[logged < _CODES_BEGAN] = None
    finalised = null_after_extract(setting, add_delay(rng, logged, 60 * _DAY, 0.8))
    result = with_nulls(rng, draw_members(rng, contract, "result", _RESULTS, size), 0.01)
    result[np.isnat(finalised)] = None
    return {
        "complaint_id": row_ids("CPT", size),
        "received_at": null_times(received, random_mask(rng, 0.03, size)),
        "logged_at": logged,
        "handling": handling,
        "finalised_at": finalised,
        "result": result,
        "lpa": with_nulls(rng, setting.draw_areas(contract, rng, size), 0.15),
    }


def allegations(setting: Setting, contract: ContractType) -> Columns:
    """Return one to three allegations for each complaint, logged on the same day."""
    rng = setting.generator("allegation")
    cases = complaints(setting, contract)
    since = np.flatnonzero(cases["logged_at"] >= _CODES_BEGAN)
    case = np.repeat(since, 1 + draw_positions(rng, _ALLEGATIONS_PER_COMPLAINT, len(since)))
    rows, _ = setting.spiked_rows("allegation", rng, cases["logged_at"][case])
    case = case[rows]
    size = len(case)
    return {
        "allegation_id": row_ids("ALG", size),
        "complaint_id": cases["complaint_id"][case],
        "logged_at": cases["logged_at"][case],
        "category": with_nulls(
            rng, draw_members(rng, contract, "category", _CATEGORIES, size), 0.02
        ),
        "lpa": cases["lpa"][case],
    }
