"""Demand from the public: incidents, open incidents, contacts and appointments.

The volumes are round-number guesses, stated in ``swm_kpi.synthetic``.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    NIGHTS,
    OFFICE,
    Array,
    Columns,
    Season,
    Setting,
    add_delay,
    area_shares,
    avoid_dst_gap,
    draw_members,
    draw_members_by_group,
    members,
    null_times,
    random_flags,
    row_ids,
    with_nulls,
)

INCIDENTS_PER_YEAR = 220_000
CALLS_999_PER_YEAR = 130_000
OTHER_CONTACTS_PER_YEAR = 410_000
APPOINTMENTS_PER_YEAR = 18_000

_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86_400.0

_GRADES = {"1": 0.18, "2": 0.36, "3": 0.2, "4": 0.13, "5": 0.13}
# By grade: the probability that an arrival is recorded, and its median delay.
_ARRIVALS = {
    "1": (0.93, 12 * _MINUTE), "2": (0.85, 40 * _MINUTE), "3": (0.6, 5 * _HOUR),
    "4": (0.25, 18 * _HOUR), "5": (0.04, 24 * _HOUR),
}  # fmt: skip
_SUMMER_CODES = {"ASB personal", "ASB nuisance", "ASB environmental"}
_CLOSING_CODES = {
    "ASB personal": 2.2, "ASB nuisance": 9.0, "ASB environmental": 0.8, "Crime": 24.0,
    "Crime related incident": 6.0, "Domestic incident": 8.0,
    "Public safety and welfare": 26.0, "Road related offence": 4.0,
    "Road traffic collision": 4.0, "Transport other": 5.0, "Qualifier only": 1.0,
    "Duplicate": 5.0, "Administration": 5.0,
}  # fmt: skip
_VEHICLE_NUISANCE = {"ASB personal": 0.05, "ASB nuisance": 0.22, "Road related offence": 0.1}
_BECAME_CRIME = {"Crime": 0.93, "Domestic incident": 0.45, "Crime related incident": 0.1}
_WAITING = {"1": 0.2, "2": 3.0, "3": 6.0, "4": 4.0, "5": 0.5}

_CHANNELS = {
    "101": 300.0, "online form": 60.0, "live chat": 15.0, "social media": 8.0, "email": 20.0,
    "video": 0.5, "other": 6.5,
}  # fmt: skip
_BUSY_WEEKEND = (0.97, 0.95, 0.95, 0.97, 1.03, 1.1, 1.03)
_WORKING_WEEK = (1.15, 1.1, 1.08, 1.08, 1.05, 0.82, 0.72)


def incidents(setting: Setting, contract: ContractType) -> Columns:
    """Return logs, more in summer and at weekends, with flags that agree with the codes."""
    rng = setting.generator("incident")
    season = Season(0.08, 196, _BUSY_WEEKEND, NIGHTS)
    created = setting.event_times("incident", rng, INCIDENTS_PER_YEAR, season)
    size = len(created)
    grade = with_nulls(rng, draw_members(rng, contract, "grade", _GRADES, size), 0.01)
    month = created.astype("datetime64[M]").astype(np.int64) % 12
    code = draw_members_by_group(
        rng, contract, "closing_code", month, [_closing_codes(number) for number in range(12)]
    )
    duplicate = code == "Duplicate"
    cancelled = random_flags(rng, np.where(duplicate, 1.0, 0.05), size, null_share=0.004)
    police = random_flags(rng, 0.08, size, null_share=0.004)
    arrival_probability, median = (
        _by_value(grade, {key: pair[i] for key, pair in _ARRIVALS.items()}) for i in (0, 1)
    )
    delay = np.where(np.ma.getdata(police), 0.3, 1.0) * median
    arrived = add_delay(rng, created, delay, 0.55)
    no_arrival = (
        (rng.random(size) > arrival_probability)
        | np.ma.getdata(cancelled)
        | (arrived >= setting.extracted_at)
    )
    # A log is closed after some hours or days. The last ones are still open.
    closed = add_delay(rng, created, 8 * _HOUR, 1.3)
    open_still = closed >= setting.extracted_at
    became_crime = random_flags(rng, _by_value(code, _BECAME_CRIME, 0.01), size, null_share=0.01)
    abuse = _by_value(code, {"Domestic incident": 0.96, "Crime": 0.16}, 0.01)
    welfare = _by_value(code, {"Public safety and welfare": 0.17, "Domestic incident": 0.05}, 0.02)
    code[open_still | (rng.random(size) < 0.003)] = None
    mental_health = random_flags(rng, welfare, size, null_share=0.01)
    is_da = random_flags(rng, abuse, size, null_share=0.01)
    area = setting.draw_areas(contract, rng, size)
    return {
        "incident_id": row_ids("INC", size),
        "created_at": created,
        "grade": grade,
        "first_arrived_at": null_times(arrived, no_arrival),
        "cancelled": cancelled,
        "police_generated": police,
        "closing_code": code,
        "vehicle_nuisance": random_flags(
            setting.generator("incident, vehicle nuisance"),
            _by_value(code, _VEHICLE_NUISANCE, 0.0),
            size,
            null_share=0.005,
        ),
        "mental_health": mental_health,
        "is_da": is_da,
        "became_crime": became_crime,
        "lpa": area,
        "district": setting.draw_districts(contract, rng, area),
    }


def _closing_codes(month: int) -> dict[str, float]:
    """Return the weights of closing codes in a month from 0: more disorder in summer."""
    summer = 1 + 0.35 * np.cos(2 * np.pi * (month - 6) / 12)
    return {
        code: weight * summer if code in _SUMMER_CODES else weight
        for code, weight in _CLOSING_CODES.items()
    }


def _by_value(values: Array, known: dict[str, float], default: float = 0.3) -> Array:
    """Return a number for each value, and the default for a value that is not known."""
    numbers = np.full(len(values), default)
    for value, number in known.items():
        numbers[values == value] = number
    return numbers


def open_incidents(setting: Setting, contract: ContractType) -> Columns:
    """Return the open incidents at 08:00 each day, a row for each district and grade."""
    rng = setting.generator("open_incident_snapshot")
    areas, grades = setting.areas(contract), members(contract, "grade", tuple(_GRADES))
    days = setting.days
    share = np.asarray(area_shares(len(areas)))[:, None]
    weight = np.asarray([_WAITING.get(grade, 1.0) for grade in grades])
    mean = 10 * setting.scale * share * weight
    level = 1 + 0.3 * np.cos(2 * np.pi * (days.astype(np.int64) - 196) / 365.25)
    level = level * setting.spike_factors("open_incident_snapshot", days)
    waiting = rng.poisson(level[:, None, None] * mean)
    # An area's incidents are divided among its districts by a generator of their own.
    place = setting.generator("open_incident_snapshot, district")
    districts = setting.districts(contract, areas)
    parts = [
        (area, district, counts)
        for number, area in enumerate(areas)
        for district, counts in _by_district(place, districts[area], waiting[:, number])
    ]
    rows_per_day = len(parts) * len(grades)
    unresourced = np.stack([counts for _, _, counts in parts], axis=1)
    area, district = (
        np.tile(np.repeat(np.asarray([part[i] for part in parts], object), len(grades)), len(days))
        for i in (0, 1)
    )
    return {
        "snapshot_at": np.repeat(
            days.astype("datetime64[s]") + np.timedelta64(8, "h"), rows_per_day
        ),
        "grade": np.tile(np.asarray(grades, object), len(days) * len(parts)),
        "lpa": area,
        "district": district,
        "unresourced": unresourced.reshape(-1),
    }


def _by_district(
    generator: np.random.Generator, districts: Sequence[str], waiting: Array
) -> list[tuple[str | None, Array]]:
    """Divide the numbers of an area, by day and grade, evenly among its districts."""
    if not districts:
        return [(None, waiting)]
    counts = generator.multinomial(waiting, [1 / len(districts)] * len(districts))
    return [(name, counts[..., number]) for number, name in enumerate(districts)]


def contacts(setting: Setting, contract: ContractType) -> Columns:
    """Return calls and messages, by the force's clock."""
    rng = setting.generator("contact")
    emergency = setting.event_times(
        "contact", rng, CALLS_999_PER_YEAR, Season(0.1, 196, _BUSY_WEEKEND, NIGHTS)
    )
    other = setting.event_times(
        "contact", rng, OTHER_CONTACTS_PER_YEAR, Season(0.05, 196, _WORKING_WEEK, OFFICE)
    )
    presented = np.concatenate([emergency, other])
    line = np.concatenate(
        [
            np.full(len(emergency), "999", object),
            draw_members(rng, contract, "line", _CHANNELS, len(other)),
        ]
    )
    size, call_101 = len(presented), line == "101"
    # 999 and video are answered in seconds, 101 in half a minute or so, a message in hours.
    is_immediate = (line == "999") | (line == "video")
    median = np.where(is_immediate, 4.0, np.where(call_101, 28.0, 4 * _HOUR))
    spread = np.where(call_101, 1.5, 0.8)
    wait = np.exp(rng.normal(0, 1, size) * spread) * median
    abandons = rng.random(size) < np.where(call_101, 0.09, np.where(is_immediate, 0.012, 0.0))
    ended = avoid_dst_gap(presented + np.minimum(wait, 7 * _DAY).astype("timedelta64[s]"))
    unanswered = ~call_101 & ~is_immediate & (rng.random(size) < 0.02)
    unanswered |= ended >= setting.extracted_at
    area = with_nulls(rng, setting.draw_areas(contract, rng, size), 0.18)
    order = np.argsort(presented, kind="stable")
    columns: Columns = {
        "line": line,
        "presented_at": presented,
        "answered_at": null_times(ended, abandons | unanswered),
        "abandoned_at": null_times(ended, unanswered | ~abandons),
        "lpa": area,
        "district": setting.draw_districts(contract, rng, area),
    }
    first_column: Columns = {"contact_id": row_ids("CON", size)}
    return first_column | {name: values[order] for name, values in columns.items()}


def appointments(setting: Setting, contract: ContractType) -> Columns:
    """Return requests, most with a slot within two days. The last ones are still booked."""
    rng = setting.generator("appointment")
    requested = setting.event_times(
        "appointment", rng, APPOINTMENTS_PER_YEAR, Season(0.03, 60, _WORKING_WEEK, OFFICE)
    )
    size = len(requested)
    urgent = rng.random(size) < 0.04
    offered = add_delay(rng, requested, np.where(urgent, 4 * _HOUR, 30 * _HOUR), 0.6)
    offered = _next_slot(offered)
    no_offer = rng.random(size) < 0.03
    past = {
        "attended": 0.8, "cancelled by caller": 0.08, "cancelled by police": 0.05, "no show": 0.07,
    }  # fmt: skip
    future = {"booked": 0.93, "cancelled by caller": 0.05, "cancelled by police": 0.02}
    future |= {"attended": 0.0, "no show": 0.0}
    is_future = (offered >= setting.extracted_at).astype(int)
    status = draw_members_by_group(
        rng, contract, "status", is_future, [past | {"booked": 0.0}, future]
    )
    status[no_offer] = None
    agreed = {"yes": 0.14, "no": 0.76, "unknown": 0.1}
    later = draw_members(rng, contract, "later_by_agreement", agreed, size)
    area = setting.draw_areas(contract, rng, size)
    return {
        "appointment_id": row_ids("APP", size),
        "requested_at": requested,
        "first_offered_at": null_times(offered, no_offer),
        "later_by_agreement": later,
        "status": status,
        "urgent": urgent,
        "lpa": area,
        "district": setting.draw_districts(contract, setting.generator("appointment, place"), area),
    }


def _next_slot(times: Array) -> Array:
    """Return the start of the next slot. Slots start every hour from 08:00 to 19:00."""
    hours = (times + np.timedelta64(3599, "s")).astype("datetime64[h]")
    day = hours.astype("datetime64[D]")
    hour = (hours - day).astype(np.int64)
    early, late = day + np.timedelta64(8, "h"), day + np.timedelta64(24 + 8, "h")
    return np.where(hour < 8, early, np.where(hour > 19, late, hours)).astype("datetime64[s]")
