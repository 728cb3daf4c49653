"""Registers of plans, county lines and groups, with disruptions of them, and civil orders.

A register contains entries that begin before the first day and end after it. The volumes and
shares are round-number assumptions for shape, not facts about any force.
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
    avoid_dst_gap,
    draw_members,
    draw_register,
    null_after_extract,
    null_times,
    random_flags,
    random_mask,
    row_ids,
    with_nulls,
)

PLANS_PER_YEAR, LINES_PER_YEAR, GROUPS_PER_YEAR = 500, 80, 120
DISRUPTIONS_PER_YEAR, ORDERS_PER_YEAR = 1_400, 1_700

_THREATS = {"Drugs": 0.5, "Acquisitive crime": 0.15, "Fraud": 0.1, "Firearms": 0.05,
            "Exploitation": 0.15, "Cyber crime": 0.05}  # fmt: skip
_THEMES = {"Anti-social behaviour": 0.45, "Acquisitive crime": 0.2, "Violence": 0.15,
           "Road safety": 0.1, "Rural crime": 0.1}  # fmt: skip
_LEVELS = {"Neighbourhood": 0.75, "Area": 0.2, "Force": 0.05}
_ORDERS = {
    "DVPN": 500, "DVPO": 450, "SPO": 120, "SPO interim": 100, "SHPO": 350, "SRO": 130, "DAPN": 20,
    "DAPO": 80, "SOPO": 10, "SHPO interim": 40, "SRO interim": 60,
}  # fmt: skip
_NOTICES = ("DVPN", "DAPN")
_RESULTS = {"granted": 0.88, "refused": 0.06, "withdrawn": 0.06}


def problem_solving_plans(setting: Setting, contract: ContractType) -> Columns:
    """Assume 500 plans a year, with a mean duration of eight months and quarterly reviews."""
    rng = setting.generator("problem_solving_plan")
    opened, closed = draw_register(setting, "problem_solving_plan", rng, PLANS_PER_YEAR, 240)
    size = len(opened)
    is_open = np.isnat(closed)
    closed = closed.astype("datetime64[D]")
    until = np.where(is_open, np.datetime64(setting.end, "D"), closed)
    reviews = (until - opened).astype(np.int64) // 91
    due = np.where(reviews > 0, opened + reviews * 91 * DAY, np.datetime64("NaT", "D"))
    reviewed = due + np.rint(rng.normal(-4, 9, size)).astype(int) * DAY
    missed = (reviews == 0) | random_mask(rng, 0.12, size) | (reviewed > until)
    assessed = random_flags(rng, 0.7, size, null_share=0.03)
    theme = with_nulls(rng, draw_members(rng, contract, "theme", _THEMES, size), 0.02)
    level = draw_members(rng, contract, "plan_level", _LEVELS, size)
    area = setting.draw_areas(contract, rng, size)
    return {
        "plan_id": row_ids("PSP", size),
        "opened_on": opened,
        "closed_on": closed,
        "outcome_assessed": np.ma.MaskedArray(
            np.ma.getdata(assessed), mask=np.ma.getmaskarray(assessed) | is_open
        ),
        "review_due_on": due,
        "reviewed_on": np.where(missed, np.datetime64("NaT", "D"), reviewed),
        "theme": theme,
        "plan_level": level,
        "lpa": area,
        "district": _draw_districts(setting, contract, area),
    }


def county_lines(setting: Setting, contract: ContractType) -> Columns:
    """Assume 80 lines a year, active for seven months on average, half closed by police."""
    rng = setting.generator("county_line")
    begun, ended = draw_register(setting, "county_line", rng, LINES_PER_YEAR, 210)
    ended_how = draw_members(
        rng, contract, "ended_how", {"closed by police": 0.5, "archived": 0.5}, len(begun)
    )
    ended_how[np.isnat(ended)] = None
    area = setting.draw_areas(contract, rng, len(begun))
    return {
        "line_id": row_ids("LIN", len(begun)),
        "active_from": begun,
        "ended_on": ended,
        "ended_how": ended_how,
        "lpa": area,
        "district": _draw_districts(setting, contract, area),
    }


def organised_crime_groups(setting: Setting, contract: ContractType) -> Columns:
    """Assume 120 groups mapped a year, for 18 months on average."""
    rng = setting.generator("organised_crime_group")
    mapped, archived = draw_register(setting, "organised_crime_group", rng, GROUPS_PER_YEAR, 550)
    size = len(mapped)
    return {
        "group_id": row_ids("OCG", size),
        "mapped_on": mapped,
        "archived_on": archived,
        "threat": draw_members(rng, contract, "threat", _THREATS, size),
        "lpa": with_nulls(rng, setting.draw_areas(contract, rng, size), 0.1),
    }


def disruptions(setting: Setting, contract: ContractType) -> Columns:
    """Assume 1,400 a year, one in five of a county line, assessed after two weeks on average."""
    rng = setting.generator("disruption")
    occurred = setting.event_times("disruption", rng, DISRUPTIONS_PER_YEAR, Season())
    occurred = occurred.astype("datetime64[D]")
    size = len(occurred)
    assessed = occurred + rng.exponential(14, size).astype(int) * DAY
    unknown: Array = np.asarray(assessed >= setting.extracted_at)
    status = draw_members(
        rng, contract, "status", {"accepted": 0.87, "rejected": 0.06, "claimed": 0.07}, size
    )
    status[unknown] = "claimed"
    line = random_flags(rng, 0.2, size, null_share=0.02)
    safeguarded_mean = np.where(np.ma.filled(line, False), 0.5, 0.1)
    happened = _null_days(occurred, random_mask(rng, 0.05, size))
    four_p = draw_members(
        rng, contract, "four_p",
        {"Pursue": 0.72, "Prevent": 0.12, "Protect": 0.1, "Prepare": 0.06}, size,
    )  # fmt: skip
    level = draw_members(
        rng, contract, "level",
        {"Major": 0.05, "Moderate": 0.25, "Minor": 0.66, "No effect": 0.035, "Negative": 0.005},
        size,
    )  # fmt: skip
    threat = draw_members(rng, contract, "threat", _THREATS, size)
    lead_agency = draw_members(
        rng, contract, "lead_agency",
        {"The force": 0.82, "Regional unit": 0.12, "National agency": 0.03,
         "Another agency": 0.03}, size,
    )  # fmt: skip
    safeguarded = rng.poisson(safeguarded_mean)
    area = with_nulls(rng, setting.draw_areas(contract, rng, size), 0.1)
    return {
        "disruption_id": row_ids("DIS", size),
        "happened_on": happened,
        "assessed_on": _null_days(assessed, unknown),
        "status": status,
        "four_p": four_p,
        "level": level,
        "threat": threat,
        "lead_agency": lead_agency,
        "is_county_line": line,
        "safeguarded": safeguarded,
        "lpa": area,
        "district": _draw_districts(setting, contract, area),
    }


def civil_orders(setting: Setting, contract: ContractType) -> Columns:
    """Assume 1,700 notices and orders a year: 88% of decisions grant, one in six is breached."""
    rng = setting.generator("civil_order")
    begun = setting.event_times("civil_order", rng, ORDERS_PER_YEAR, Season(day=OFFICE))
    size = len(begun)
    kind = draw_members(rng, contract, "order_type", _ORDERS, size)
    notice = np.isin(kind.astype(str), _NOTICES)
    # The first day of stalking protection orders was 20 January 2020.
    stalking = np.isin(kind.astype(str), ("SPO", "SPO interim"))
    kind[stalking & (begun < np.datetime64("2020-01-20"))] = "SRO"
    # The first day of domestic abuse notices and orders was 27 November 2024.
    for newer, older in (("DAPN", "DVPN"), ("DAPO", "DVPO")):
        kind[(kind == newer) & (begun < np.datetime64("2024-11-27"))] = older
    day = begun.astype("datetime64[D]")
    abuse = np.isin(kind.astype(str), ("DVPO", "DAPO"))
    wait = np.ceil(rng.exponential(np.where(abuse, 1.5, 30), size)).astype(int)
    # A court can make an order after a conviction without an application.
    without_application = (kind == "SHPO") & random_mask(rng, 0.6, size)
    heard = day + np.where(without_application, 0, wait) * DAY
    pending = notice | (heard >= setting.extracted_at)
    result = draw_members(rng, contract, "result", _RESULTS, size)
    result[without_application] = "granted"
    result[pending] = None
    granted = result == "granted"
    since = np.where(notice, begun, heard.astype("datetime64[s]"))
    interim = np.isin(kind.astype(str), ("SPO interim", "SHPO interim", "SRO interim"))
    duration = np.select(
        [notice, kind == "DVPO", interim], [2, 28, 60], 365 * rng.integers(2, 8, size)
    )
    # A notice lasts for two whole days after the day on which it is authorised.
    expires = since.astype("datetime64[D]") + (duration + notice) * DAY
    after = 1 + np.floor(rng.random(size) * np.minimum(duration - 1, 400)).astype(int)
    breached = avoid_dst_gap(since + after * np.timedelta64(86_400, "s"))
    not_breached = ~(granted | notice) | ~random_mask(rng, 0.16, size)
    own = setting.generator("civil_order, hearing and district")
    hours = np.minimum(np.rint(own.normal(30, 11, size)), 72).astype(np.int64)
    not_heard = ~abuse | pending | random_mask(own, 0.03, size)
    without_expiry = ~(granted | notice) | ((kind == "SHPO") & random_mask(rng, 0.1, size))
    no_time = np.full(size, np.datetime64("NaT", "s"))
    return {
        "order_id": row_ids("ORD", size),
        "order_type": kind,
        "issued_at": np.where(notice, begun, no_time),
        "applied_at": np.where(notice | without_application, no_time, day.astype("datetime64[s]")),
        "heard_at": null_times(heard.astype("datetime64[s]"), pending),
        "hearing_hours": np.ma.MaskedArray(np.maximum(hours, 1), mask=not_heard),
        "result": result,
        "on_conviction": np.ma.MaskedArray(without_application, mask=~granted),
        "expires_on": _null_days(expires, without_expiry),
        "breached_at": null_after_extract(setting, null_times(breached, not_breached)),
        "lpa": (area := setting.draw_areas(contract, rng, size)),
        "district": setting.draw_districts(contract, own, area),
    }


def _null_days(days: Array, rows: Array) -> Array:
    return np.where(rows, np.datetime64("NaT", "D"), days)


def _draw_districts(setting: Setting, contract: ContractType, area: Array) -> Array:
    """Draw a district of each area, with random numbers of its own."""
    rng = setting.generator(f"{contract.table}, district")
    return setting.draw_districts(contract, rng, area)
