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
    blank,
    chance,
    draw,
    gaps,
    ids,
    known_by,
    later,
    pick,
    real,
)

COMPLAINTS_A_YEAR = 2_400

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
_HOW_MANY = (0.6, 0.27, 0.13)


def complaints(setting: Setting, contract: ContractType) -> Columns:
    """Assume 2,400 cases a year, finalised in two months in the median."""
    rng = setting.generator("complaint")
    season = Season(0.03, 190, (1.3, 1.25, 1.2, 1.2, 1.15, 0.5, 0.4), OFFICE)
    logged = setting.moments("complaint", rng, COMPLAINTS_A_YEAR, season)
    size = len(logged)
    waited = np.minimum(rng.exponential(3 * _DAY, size), 60 * _DAY)
    received = real(logged - waited.astype("timedelta64[s]"), back=True)
    handling = gaps(rng, pick(rng, contract, "handling", _HANDLING, size), 0.03)
    handling[logged < _CODES_BEGAN] = None
    finalised = known_by(setting, later(rng, logged, 60 * _DAY, 0.8))
    result = gaps(rng, pick(rng, contract, "result", _RESULTS, size), 0.01)
    result[np.isnat(finalised)] = None
    return {
        "complaint_id": ids("CPT", size),
        "received_at": blank(received, chance(rng, 0.03, size)),
        "logged_at": logged,
        "handling": handling,
        "finalised_at": finalised,
        "result": result,
        "lpa": gaps(rng, setting.places(contract, rng, size), 0.15),
    }


def allegations(setting: Setting, contract: ContractType) -> Columns:
    """One to three for each complaint, which they agree with on the day."""
    rng = setting.generator("allegation")
    cases = complaints(setting, contract)
    since = np.flatnonzero(cases["logged_at"] >= _CODES_BEGAN)
    case = np.repeat(since, 1 + draw(rng, _HOW_MANY, len(since)))
    kept, _ = setting.rows("allegation", rng, cases["logged_at"][case])
    case = case[kept]
    size = len(case)
    return {
        "allegation_id": ids("ALG", size),
        "complaint_id": cases["complaint_id"][case],
        "logged_at": cases["logged_at"][case],
        "category": gaps(rng, pick(rng, contract, "category", _CATEGORIES, size), 0.02),
        "lpa": cases["lpa"][case],
    }
