"""Registers of what lasts: plans, county lines and groups; disruptions of them; civil orders.

Those that began before the first day and lasted into it are there too. The volumes and shares are
round-number assumptions for shape, not facts about any force.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    DAY,
    OFFICE,
    Array,
    Columns,
    Season,
    Setting,
    blank,
    chance,
    flag,
    gaps,
    ids,
    known_by,
    pick,
    real,
    register,
)

PLANS_A_YEAR, LINES_A_YEAR, GROUPS_A_YEAR = 500, 80, 120
DISRUPTIONS_A_YEAR, ORDERS_A_YEAR = 1_400, 1_700

_THREATS = {"Drugs": 0.5, "Acquisitive crime": 0.15, "Fraud": 0.1, "Firearms": 0.05,
            "Exploitation": 0.15, "Cyber crime": 0.05}  # fmt: skip
_THEMES = {"Anti-social behaviour": 0.45, "Acquisitive crime": 0.2, "Violence": 0.15,
           "Road safety": 0.1, "Rural crime": 0.1}  # fmt: skip
_LEVELS = {"Neighbourhood": 0.75, "Area": 0.2, "Force": 0.05}
_ORDERS = {
    "DVPN": 500, "DVPO": 450, "SPO": 120, "SPO interim": 100, "SHPO": 350, "SRO": 130, "DAPN": 20,
    "DAPO": 20, "SOPO": 10,
}  # fmt: skip
_NOTICES = ("DVPN", "DAPN")
_RESULTS = {"granted": 0.88, "refused": 0.06, "withdrawn": 0.06}


def problem_solving_plans(setting: Setting, contract: ContractType) -> Columns:
    """Assume 500 plans a year that last eight months in the mean and are reviewed each quarter."""
    rng = setting.generator("problem_solving_plan")
    opened, closed = register(setting, "problem_solving_plan", rng, PLANS_A_YEAR, 240)
    size = len(opened)
    is_open = np.isnat(closed)
    closed = closed.astype("datetime64[D]")
    until = np.where(is_open, np.datetime64(setting.end, "D"), closed)
    reviews = (until - opened).astype(np.int64) // 91
    due = np.where(reviews > 0, opened + reviews * 91 * DAY, np.datetime64("NaT", "D"))
    reviewed = due + np.rint(rng.normal(-4, 9, size)).astype(int) * DAY
    missed = (reviews == 0) | chance(rng, 0.12, size) | (reviewed > until)
    assessed = flag(rng, 0.7, size, gap=0.03)
    return {
        "plan_id": ids("PSP", size),
        "opened_on": opened,
        "closed_on": closed,
        "outcome_assessed": np.ma.MaskedArray(
            np.ma.getdata(assessed), mask=np.ma.getmaskarray(assessed) | is_open
        ),
        "review_due_on": due,
        "reviewed_on": np.where(missed, np.datetime64("NaT", "D"), reviewed),
        "theme": gaps(rng, pick(rng, contract, "theme", _THEMES, size), 0.02),
        "plan_level": pick(rng, contract, "plan_level", _LEVELS, size),
        "lpa": setting.places(contract, rng, size),
    }


def county_lines(setting: Setting, contract: ContractType) -> Columns:
    """Assume 80 lines a year, active for seven months in the mean, half closed by police."""
    rng = setting.generator("county_line")
    begun, ended = register(setting, "county_line", rng, LINES_A_YEAR, 210)
    how = pick(rng, contract, "ended_how", {"closed by police": 0.5, "archived": 0.5}, len(begun))
    how[np.isnat(ended)] = None
    return {
        "line_id": ids("LIN", len(begun)),
        "active_from": begun,
        "ended_on": ended,
        "ended_how": how,
        "lpa": setting.places(contract, rng, len(begun)),
    }


def organised_crime_groups(setting: Setting, contract: ContractType) -> Columns:
    """Assume 120 groups mapped a year, for 18 months in the mean."""
    rng = setting.generator("organised_crime_group")
    mapped, archived = register(setting, "organised_crime_group", rng, GROUPS_A_YEAR, 550)
    size = len(mapped)
    return {
        "group_id": ids("OCG", size),
        "mapped_on": mapped,
        "archived_on": archived,
        "threat": pick(rng, contract, "threat", _THREATS, size),
        "lpa": gaps(rng, setting.places(contract, rng, size), 0.1),
    }


def disruptions(setting: Setting, contract: ContractType) -> Columns:
    """Assume 1,400 a year, one in five of a county line, assessed within two weeks in the mean."""
    rng = setting.generator("disruption")
    happened = setting.moments("disruption", rng, DISRUPTIONS_A_YEAR, Season())
    happened = happened.astype("datetime64[D]")
    size = len(happened)
    assessed = happened + rng.exponential(14, size).astype(int) * DAY
    unknown: Array = np.asarray(assessed >= setting.close)
    status = pick(
        rng, contract, "status", {"accepted": 0.87, "rejected": 0.06, "claimed": 0.07}, size
    )
    status[unknown] = "claimed"
    line = flag(rng, 0.2, size, gap=0.02)
    found = np.where(np.ma.filled(line, False), 0.5, 0.1)
    return {
        "disruption_id": ids("DIS", size),
        "happened_on": _days_blank(happened, chance(rng, 0.05, size)),
        "assessed_on": _days_blank(assessed, unknown),
        "status": status,
        "four_p": pick(
            rng, contract, "four_p",
            {"Pursue": 0.72, "Prevent": 0.12, "Protect": 0.1, "Prepare": 0.06}, size,
        ),
        "level": pick(
            rng, contract, "level", {"Major": 0.05, "Moderate": 0.25, "Minor": 0.7}, size
        ),
        "threat": pick(rng, contract, "threat", _THREATS, size),
        "lead_agency": pick(
            rng, contract, "lead_agency",
            {"The force": 0.82, "Regional unit": 0.12, "National agency": 0.03,
             "Another agency": 0.03}, size,
        ),
        "is_county_line": line,
        "safeguarded": rng.poisson(found),
        "lpa": gaps(rng, setting.places(contract, rng, size), 0.1),
    }  # fmt: skip


def civil_orders(setting: Setting, contract: ContractType) -> Columns:
    """Assume 1,700 notices and orders a year, 88% of those decided granted, one in six breached."""
    rng = setting.generator("civil_order")
    begun = setting.moments("civil_order", rng, ORDERS_A_YEAR, Season(day=OFFICE))
    size = len(begun)
    kind = pick(rng, contract, "order_type", _ORDERS, size)
    notice = np.isin(kind.astype(str), _NOTICES)
    # Stalking protection orders came in on 20 January 2020.
    stalking = np.isin(kind.astype(str), ("SPO", "SPO interim"))
    kind[stalking & (begun < np.datetime64("2020-01-20"))] = "SRO"
    day = begun.astype("datetime64[D]")
    abuse = np.isin(kind.astype(str), ("DVPO", "DAPO"))
    wait = np.ceil(rng.exponential(np.where(abuse, 1.5, 30), size)).astype(int)
    # A court that convicts may make an order that nobody applied for.
    unasked = (kind == "SHPO") & chance(rng, 0.6, size)
    heard = day + np.where(unasked, 0, wait) * DAY
    pending = notice | (heard >= setting.close)
    result = pick(rng, contract, "result", _RESULTS, size)
    result[unasked] = "granted"
    result[pending] = None
    granted = result == "granted"
    since = np.where(notice, begun, heard.astype("datetime64[s]"))
    lasts = np.select(
        [notice, kind == "DVPO", kind == "SPO interim"], [2, 28, 60], 365 * rng.integers(2, 8, size)
    )
    # A notice lasts for two whole days after the one on which it was authorised.
    expires = since.astype("datetime64[D]") + (lasts + notice) * DAY
    after = 1 + np.floor(rng.random(size) * np.minimum(lasts - 1, 400)).astype(int)
    breached = real(since + after * np.timedelta64(86_400, "s"))
    unbroken = ~(granted | notice) | ~chance(rng, 0.16, size)
    endless = ~(granted | notice) | ((kind == "SHPO") & chance(rng, 0.1, size))
    no_time = np.full(size, np.datetime64("NaT", "s"))
    return {
        "order_id": ids("ORD", size),
        "order_type": kind,
        "issued_at": np.where(notice, begun, no_time),
        "applied_at": np.where(notice | unasked, no_time, day.astype("datetime64[s]")),
        "heard_at": blank(heard.astype("datetime64[s]"), pending),
        "result": result,
        "expires_on": _days_blank(expires, endless),
        "breached_at": known_by(setting, blank(breached, unbroken)),
        "lpa": setting.places(contract, rng, size),
    }


def _days_blank(days: Array, where: Array) -> Array:
    return np.where(where, np.datetime64("NaT", "D"), days)
