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
    draw_members_by_group,
    draw_positions,
    members,
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
_INFORMAL_RESULTS = {"Resolved": 0.9, "Not resolved": 0.08, "Withdrawn": 0.02}
_FORMAL_RESULTS = {
    "Service acceptable": 0.62, "Service not acceptable": 0.16, "Unable to determine": 0.05,
    "Case to answer": 0.02, "No case to answer": 0.06, "No further action": 0.06,
    "Withdrawn": 0.03,
}  # fmt: skip
# The median days until an allegation is finalised.
_DAYS = {
    "Outside Schedule 3": 20.0, "Schedule 3, investigated": 160.0,
    "Schedule 3, otherwise than investigated": 90.0,
}  # fmt: skip
_CATEGORIES = {
    "A1": 24, "A2": 7, "A3": 9, "A4": 14, "B1": 2, "B2": 3, "B3": 3, "B4": 7, "B5": 2, "B9": 1,
    "C": 2, "D1": 1, "D2": 2, "E": 2, "F2": 0.5, "F6": 1, "F9": 1, "G1": 0.3, "H1": 4, "H2": 1.5,
    "H3": 4, "H4": 2, "J1": 0.2, "K": 0.6, "L": 1.5,
}  # fmt: skip
_ALLEGATIONS_PER_COMPLAINT = (0.6, 0.27, 0.13)


def complaints(setting: Setting, contract: ContractType) -> Columns:
    """Assume 2,400 cases a year, more than half of them outside Schedule 3."""
    rng = setting.generator("complaint")
    season = Season(0.03, 190, (1.3, 1.25, 1.2, 1.2, 1.15, 0.5, 0.4), OFFICE)
    logged = setting.event_times("complaint", rng, COMPLAINTS_PER_YEAR, season)
    size = len(logged)
    delay = np.minimum(rng.exponential(3 * _DAY, size), 60 * _DAY)
    received = avoid_dst_gap(logged - delay.astype("timedelta64[s]"), backwards=True)
    handling = with_nulls(rng, draw_members(rng, contract, "handling", _HANDLING, size), 0.03)
    handling[logged < _CODES_BEGAN] = None
    area = with_nulls(rng, setting.draw_areas(contract, rng, size), 0.15)
    return {
        "complaint_id": row_ids("CPT", size),
        "received_at": null_times(received, random_mask(rng, 0.03, size)),
        "logged_at": logged,
        "handling": handling,
        "lpa": area,
        "district": setting.draw_districts(contract, setting.generator("complaint, place"), area),
    }


def allegations(setting: Setting, contract: ContractType) -> Columns:
    """Return one to three allegations for each complaint, logged on the same day."""
    rng = setting.generator("allegation")
    cases = complaints(setting, contract)
    since = np.flatnonzero(cases["logged_at"] >= _CODES_BEGAN)
    case = np.repeat(since, 1 + draw_positions(rng, _ALLEGATIONS_PER_COMPLAINT, len(since)))
    rows, _ = setting.spiked_rows("allegation", rng, cases["logged_at"][case])
    case = case[rows]
    size, logged, handling = len(case), cases["logged_at"][case], cases["handling"][case]
    category = with_nulls(rng, draw_members(rng, contract, "category", _CATEGORIES, size), 0.02)
    rng = setting.generator("allegation, result")
    median = np.asarray([_DAYS.get(way, 60.0) for way in handling.tolist()]) * _DAY
    finalised = null_after_extract(setting, add_delay(rng, logged, median, 0.8))
    is_formal = (handling != "Outside Schedule 3").astype(int)
    weights = [
        dict.fromkeys(members(contract, "result", ()), 0.0) | chosen
        for chosen in (_INFORMAL_RESULTS, _FORMAL_RESULTS)
    ]
    result = draw_members_by_group(rng, contract, "result", is_formal, weights)
    open_still = np.isnat(finalised)
    result[open_still | random_mask(rng, 0.01, size)] = None
    # Working days are Monday to Friday, bank holidays included.
    days = np.busday_count(
        logged.astype("datetime64[D]"),
        np.where(open_still, logged, finalised).astype("datetime64[D]"),
    )
    return {
        "allegation_id": row_ids("ALG", size),
        "complaint_id": cases["complaint_id"][case],
        "logged_at": logged,
        "category": category,
        "handling": handling,
        "finalised_at": finalised,
        "result": result,
        "working_days": np.ma.MaskedArray(days, mask=open_still),
        "district": cases["district"][case],
        "lpa": cases["lpa"][case],
    }
