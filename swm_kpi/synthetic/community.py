"""Schemes of volunteers, activities among the public, and checks at stations.

The volumes and shares are round-number assumptions for shape, not facts about any force. Stations
are invented.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    OFFICE,
    Columns,
    Season,
    Setting,
    draw_members,
    draw_register,
    random_flags,
    random_mask,
    row_ids,
    with_nulls,
)

SCHEMES_PER_YEAR, ACTIVITIES_PER_YEAR, CHECKS_PER_YEAR = 300, 9_000, 1_500

_SPEED_WATCH, _SESSION = "Community speed watch", "Speed watch session"
_OTHER_SESSION = "Other scheme activity"
_SCHEMES = {
    "Neighbourhood watch": 0.55, _SPEED_WATCH: 0.2, "Farm watch": 0.08,
    "Shop watch": 0.06, "Street watch": 0.05, "Horse watch": 0.02, "Other watch": 0.04,
}  # fmt: skip
_TYPES = {
    "Event": 0.25, "Surgery": 0.25, "Newsletter": 0.1, "Van deployment": 0.12,
    "Road campaign": 0.03, "Road education": 0.07, _SESSION: 0.12, _OTHER_SESSION: 0.03,
    "Other": 0.03,
}  # fmt: skip
_ON_ROADS = {
    "Speeding": 0.5, "Drink and drug driving": 0.12, "Seat belts and phones": 0.12,
    "Young and vulnerable road users": 0.16, "Other road safety": 0.1,
}  # fmt: skip
_ON_OTHERS = {
    "Anti-social behaviour": 0.3, "Burglary and theft": 0.2, "Rural and wildlife crime": 0.12,
    "Fraud and cyber crime": 0.12, "Drugs": 0.06, "Violence and exploitation": 0.08, "Other": 0.12,
}  # fmt: skip
_ROADS = ("Road campaign", "Road education", _SESSION)


def schemes(setting: Setting, contract: ContractType) -> Columns:
    """Assume 300 registered a year, for five years on average."""
    rng = setting.generator("scheme")
    started, ended = draw_register(setting, "scheme", rng, SCHEMES_PER_YEAR, 1_800)
    size = len(started)
    area = setting.draw_areas(contract, rng, size)
    return {
        "scheme_id": row_ids("SCH", size),
        "scheme_type": draw_members(rng, contract, "scheme_type", _SCHEMES, size),
        "started_on": started,
        "ended_on": ended,
        "lpa": area,
        "district": setting.draw_districts(contract, setting.generator("scheme, place"), area),
    }


def activities(setting: Setting, contract: ContractType) -> Columns:
    """Assume 9,000 a year, more in summer. The sessions of a scheme name it."""
    rng = setting.generator("activity")
    week = (1.0, 1.1, 1.2, 1.1, 1.1, 1.0, 0.5)
    times = setting.event_times(
        "activity", rng, ACTIVITIES_PER_YEAR, Season(0.15, 190, week, OFFICE)
    )
    size = len(times)
    kind = draw_members(rng, contract, "activity_type", _TYPES, size)
    # A session belongs to a registered scheme. Without one, it becomes another activity.
    listed = schemes(setting, contract)
    watching = np.flatnonzero(listed["scheme_type"] == _SPEED_WATCH)
    others = np.flatnonzero(listed["scheme_type"] != _SPEED_WATCH)
    scheme, scheme_type = np.full(size, None, object), np.full(size, None, object)
    for name, options in ((_SESSION, watching), (_OTHER_SESSION, others)):
        rows = np.flatnonzero(kind == name)
        if len(options):
            chosen = options[rng.integers(0, len(options), len(rows))]
            scheme[rows] = listed["scheme_id"][chosen]
            scheme_type[rows] = listed["scheme_type"][chosen]
        else:
            kind[rows] = "Other"
    roads = np.isin(kind.astype(str), _ROADS)
    theme = np.where(
        roads,
        draw_members(rng, contract, "activity_theme", _ON_ROADS, size),
        draw_members(rng, contract, "activity_theme", _ON_OTHERS, size),
    )
    attendance = rng.poisson(18, size)
    finished = rng.binomial(attendance, 0.9)
    place = np.asarray([f"Invented place {n}" for n in range(1, 41)], object)
    unknown = random_mask(rng, 0.05, size)
    area = setting.draw_areas(contract, rng, size)
    return {
        "activity_id": row_ids("ACT", size),
        "activity_type": kind,
        "held_on": times.astype("datetime64[D]"),
        "hours": np.round(np.exp(rng.normal(0.6, 0.5, size)), 2),
        "attendance": np.ma.MaskedArray(attendance, mask=unknown),
        "completed": np.ma.MaskedArray(finished, mask=unknown | (kind != "Road education")),
        "contacts": np.ma.MaskedArray(rng.poisson(12, size), mask=random_mask(rng, 0.1, size)),
        "activity_theme": with_nulls(rng, theme, 0.03),
        "location": with_nulls(rng, place[rng.integers(0, len(place), size)], 0.03),
        "scheme_id": scheme,
        "scheme_type": scheme_type,
        "lpa": area,
        "district": setting.draw_districts(contract, setting.generator("activity, place"), area),
    }


def audit_checks(setting: Setting, contract: ContractType) -> Columns:
    """Assume 1,500 items checked a year at twenty invented stations. 85% of them pass."""
    rng = setting.generator("audit_check")
    checked = setting.event_times("audit_check", rng, CHECKS_PER_YEAR, Season(day=OFFICE))
    size = len(checked)
    station = rng.integers(0, 20, size)
    place = setting.generator("audit_check, stations")
    area = setting.draw_areas(contract, place, 20)
    district = setting.draw_districts(contract, place, area)
    names = np.asarray([f"Invented station {n}" for n in range(1, 21)], object)
    items = {"A board": 0.5, "Poster": 0.45, "Other": 0.05}
    return {
        "check_id": row_ids("CHK", size),
        "checked_on": checked.astype("datetime64[D]"),
        "station": names[station],
        "check_item": draw_members(rng, contract, "check_item", items, size),
        "passed": random_flags(rng, 0.85, size, null_share=0.02),
        "lpa": area[station],
        "district": district[station],
    }
