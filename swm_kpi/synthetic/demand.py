"""What the public asks of the force: incidents, those waiting, contacts and appointments.

The volumes are round-number guesses, stated in ``swm_kpi.synthetic``.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    NIGHTS,
    OFFICE,
    Array,
    Columns,
    Season,
    Setting,
    blank,
    flag,
    gaps,
    ids,
    later,
    members,
    pick,
    pick_by,
    real,
    shares,
)

INCIDENTS_A_YEAR = 220_000
CALLS_999_A_YEAR = 130_000
OTHER_CONTACTS_A_YEAR = 410_000
APPOINTMENTS_A_YEAR = 18_000

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0

_GRADES = {"1": 0.18, "2": 0.36, "3": 0.2, "4": 0.13, "5": 0.13}
# By grade: the chance that an arrival is recorded, and the median delay until it.
_ARRIVALS = {
    "1": (0.93, 12 * _MINUTE), "2": (0.85, 40 * _MINUTE), "3": (0.6, 5 * _HOUR),
    "4": (0.25, 18 * _HOUR), "5": (0.04, 24 * _HOUR),
}  # fmt: skip
_SUMMER = {"ASB personal", "ASB nuisance", "ASB environmental", "ASB vehicle nuisance"}
_CLOSING_CODES = {
    "ASB personal": 2.2, "ASB nuisance": 7.0, "ASB environmental": 0.8,
    "ASB vehicle nuisance": 2.0, "Crime": 24.0, "Crime related incident": 6.0,
    "Domestic incident": 8.0, "Public safety and welfare": 26.0, "Road related offence": 4.0,
    "Road traffic collision": 4.0, "Transport other": 5.0, "Qualifier only": 1.0,
    "Duplicate": 5.0, "Administration": 5.0,
}  # fmt: skip
_CRIMED = {"Crime": 0.93, "Domestic incident": 0.45, "Crime related incident": 0.1}
_WAITING = {"1": 0.2, "2": 3.0, "3": 6.0, "4": 4.0, "5": 0.5}

_CHANNELS = {
    "101": 300.0, "online form": 60.0, "live chat": 15.0, "social media": 8.0, "email": 20.0,
    "video": 0.5, "other": 6.5,
}  # fmt: skip
_BUSY_WEEKEND = (0.97, 0.95, 0.95, 0.97, 1.03, 1.1, 1.03)
_WORKING_WEEK = (1.15, 1.1, 1.08, 1.08, 1.05, 0.82, 0.72)


def incidents(setting: Setting, contract: ContractType) -> Columns:
    """Logs: more in summer and at weekends; codes and flags that agree with each other."""
    rng = setting.generator("incident")
    season = Season(0.08, 196, _BUSY_WEEKEND, NIGHTS)
    created = setting.moments("incident", rng, INCIDENTS_A_YEAR, season)
    size = len(created)
    grade = gaps(rng, pick(rng, contract, "grade", _GRADES, size), 0.01)
    month = created.astype("datetime64[M]").astype(np.int64) % 12
    code = pick_by(rng, contract, "closing_code", month, [_codes(each) for each in range(12)])
    duplicate = code == "Duplicate"
    cancelled = flag(rng, np.where(duplicate, 1.0, 0.05), size, gap=0.004)
    police = flag(rng, 0.08, size, gap=0.004)
    chance, median = (_by(grade, {k: v[i] for k, v in _ARRIVALS.items()}) for i in (0, 1))
    delay = np.where(np.ma.getdata(police), 0.3, 1.0) * median
    arrived = later(rng, created, delay, 0.55)
    nobody = (rng.random(size) > chance) | np.ma.getdata(cancelled) | (arrived >= setting.close)
    # A log is closed after some hours or days; the last ones of the span are still open.
    closed = later(rng, created, 8 * _HOUR, 1.3)
    open_still = closed >= setting.close
    crimed = flag(rng, _by(code, _CRIMED, 0.01), size, gap=0.01)
    abuse = _by(code, {"Domestic incident": 0.96, "Crime": 0.16}, 0.01)
    welfare = _by(code, {"Public safety and welfare": 0.17, "Domestic incident": 0.05}, 0.02)
    code[open_still | (rng.random(size) < 0.003)] = None
    return {
        "incident_id": ids("INC", size),
        "created_at": created,
        "grade": grade,
        "first_arrived_at": blank(arrived, nobody),
        "cancelled": cancelled,
        "police_generated": police,
        "closing_code": code,
        "mental_health": flag(rng, welfare, size, gap=0.01),
        "is_da": flag(rng, abuse, size, gap=0.01),
        "became_crime": crimed,
        "lpa": setting.places(contract, rng, size),
    }


def _codes(month: int) -> dict[str, float]:
    """Weigh the closing codes in a month from 0: anti-social behaviour is for summer evenings."""
    summer = 1 + 0.35 * np.cos(2 * np.pi * (month - 6) / 12)
    return {k: v * summer if k in _SUMMER else v for k, v in _CLOSING_CODES.items()}


def _by(values: Array, known: dict[str, float], other: float = 0.3) -> Array:
    found = np.full(len(values), other)
    for value, each in known.items():
        found[values == value] = each
    return found


def open_incidents(setting: Setting, contract: ContractType) -> Columns:
    """Those waiting at 08:00 each day, a row for each area and grade, zero included."""
    rng = setting.generator("open_incident_snapshot")
    areas, grades = members(contract, "lpa", ("Area",)), members(contract, "grade", tuple(_GRADES))
    days = setting.days
    share = np.asarray(shares(len(areas)))[:, None]
    weight = np.asarray([_WAITING.get(each, 1.0) for each in grades])
    mean = 10 * setting.scale * share * weight
    level = 1 + 0.3 * np.cos(2 * np.pi * (days.astype(np.int64) - 196) / 365.25)
    level = level * setting.factors("open_incident_snapshot", days)
    waiting = rng.poisson(level[:, None, None] * mean)
    each = len(areas) * len(grades)
    return {
        "snapshot_at": np.repeat(days.astype("datetime64[s]") + np.timedelta64(8, "h"), each),
        "grade": np.tile(np.asarray(grades, object), len(days) * len(areas)),
        "lpa": np.tile(np.repeat(np.asarray(areas, object), len(grades)), len(days)),
        "unresourced": waiting.reshape(-1),
    }


def contacts(setting: Setting, contract: ContractType) -> Columns:
    """Calls and messages by the force's clock, and each 999 call once more by BT's."""
    rng = setting.generator("contact")
    emergency = setting.moments(
        "contact", rng, CALLS_999_A_YEAR, Season(0.1, 196, _BUSY_WEEKEND, NIGHTS)
    )
    other = setting.moments(
        "contact", rng, OTHER_CONTACTS_A_YEAR, Season(0.05, 196, _WORKING_WEEK, OFFICE)
    )
    presented = np.concatenate([emergency, other])
    line = np.concatenate(
        [np.full(len(emergency), "999", object), pick(rng, contract, "line", _CHANNELS, len(other))]
    )
    size, call_101 = len(presented), line == "101"
    # 999 and video are answered in seconds, 101 in half a minute or so, a message in hours.
    at_once = (line == "999") | (line == "video")
    median = np.where(at_once, 4.0, np.where(call_101, 28.0, 4 * _HOUR))
    spread = np.where(call_101, 1.5, 0.8)
    wait = np.exp(rng.normal(0, 1, size) * spread) * median
    given_up = rng.random(size) < np.where(call_101, 0.09, np.where(at_once, 0.012, 0.0))
    ended = real(presented + np.minimum(wait, 7 * _DAY).astype("timedelta64[s]"))
    unread = ~call_101 & ~at_once & (rng.random(size) < 0.02)
    unread |= ended >= setting.close
    area = gaps(rng, setting.places(contract, rng, size), 0.18)
    # BT's clock starts some seconds before the call reaches the force and stops with it.
    ahead = rng.integers(1, 6, len(emergency)).astype("timedelta64[s]")
    first = np.datetime64(setting.start, "s")
    bt_presented = np.maximum(real(emergency - ahead, back=True), first)
    calls = slice(0, len(emergency))
    answered, abandoned = blank(ended, given_up | unread), blank(ended, unread | ~given_up)
    moment = np.concatenate([presented, bt_presented])
    order = np.argsort(moment, kind="stable")
    columns: Columns = {
        "line": np.concatenate([line, line[calls]]),
        "clock": np.repeat(np.asarray(["force", "bt"], object), [size, len(emergency)]),
        "presented_at": moment,
        "answered_at": np.concatenate([answered, answered[calls]]),
        "abandoned_at": np.concatenate([abandoned, abandoned[calls]]),
        "lpa": np.concatenate([area, area[calls]]),
    }
    numbered: Columns = {"contact_id": ids("CON", len(moment))}
    return numbered | {name: each[order] for name, each in columns.items()}


def appointments(setting: Setting, contract: ContractType) -> Columns:
    """Requests, mostly offered a slot within two days; the last ones are still booked."""
    rng = setting.generator("appointment")
    requested = setting.moments(
        "appointment", rng, APPOINTMENTS_A_YEAR, Season(0.03, 60, _WORKING_WEEK, OFFICE)
    )
    size = len(requested)
    urgent = rng.random(size) < 0.04
    offered = later(rng, requested, np.where(urgent, 4 * _HOUR, 30 * _HOUR), 0.6)
    offered = _slot(offered)
    no_offer = rng.random(size) < 0.03
    kept = {
        "attended": 0.8, "cancelled by caller": 0.08, "cancelled by police": 0.05, "no show": 0.07,
    }  # fmt: skip
    ahead = {"booked": 0.93, "cancelled by caller": 0.05, "cancelled by police": 0.02}
    ahead |= {"attended": 0.0, "no show": 0.0}
    coming = (offered >= setting.close).astype(int)
    status = pick_by(rng, contract, "status", coming, [kept | {"booked": 0.0}, ahead])
    status[no_offer] = None
    agreed = {"yes": 0.14, "no": 0.76, "unknown": 0.1}
    return {
        "appointment_id": ids("APP", size),
        "requested_at": requested,
        "first_offered_at": blank(offered, no_offer),
        "later_by_agreement": pick(rng, contract, "later_by_agreement", agreed, size),
        "status": status,
        "urgent": urgent,
        "lpa": setting.places(contract, rng, size),
    }


def _slot(times: Array) -> Array:
    """Return the start of the next slot: on the hour, from 08:00 to 19:00."""
    hours = (times + np.timedelta64(3599, "s")).astype("datetime64[h]")
    day = hours.astype("datetime64[D]")
    hour = (hours - day).astype(np.int64)
    early, late = day + np.timedelta64(8, "h"), day + np.timedelta64(24 + 8, "h")
    return np.where(hour < 8, early, np.where(hour > 19, late, hours)).astype("datetime64[s]")
