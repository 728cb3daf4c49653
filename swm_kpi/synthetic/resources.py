"""What the force has: money, people and residents.

The amounts are round-number guesses, stated in ``swm_kpi.synthetic``. Directorates are invented.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.characteristics import characteristics, posts
from swm_kpi.synthetic.setting import (
    Array,
    Columns,
    Setting,
    draw,
    flag,
    ids,
    members,
    pick,
    shares,
)

RESIDENTS, RESIDENTS_GROWTH = 1_300_000, 0.006
BUDGET, BUDGET_GROWTH = 290_000_000, 0.03
IN_POST, LEAVING, JOINING = 5_000, 0.07, 0.08

_DIRECTORATES = {
    "Local policing": 0.36, "Crime and vulnerability": 0.2, "Operations": 0.13,
    "Contact and command": 0.08, "People": 0.05, "Enabling services": 0.11, "Digital": 0.07,
}  # fmt: skip
_WORKERS = {
    "officer": 0.5, "staff": 0.38, "PCSO": 0.04, "designated officer": 0.02, "special": 0.03,
    "volunteer": 0.03,
}  # fmt: skip
_RANKS = {
    "Constable": 0.77, "Sergeant": 0.15, "Inspector": 0.05, "Chief Inspector": 0.018,
    "Superintendent": 0.008, "Chief Superintendent": 0.003, "Chief officer": 0.002,
}  # fmt: skip
_PART_TIME = (0.5, 0.6, 0.8, 0.8649, 0.9)
_APRIL = 3


def ledger(setting: Setting, contract: ContractType) -> Columns:
    """Statements at each month end: year to date, and the outturn then expected for the year."""
    rng = setting.generator("ledger")
    ends = setting.month_ends
    months = ends.astype("datetime64[M]").astype(np.int64)
    # Months are numbered from the April before the span, so that every year starts whole.
    april = months[0] - (months[0] - _APRIL) % 12
    count, directorates = months[-1] - april + 1, len(_DIRECTORATES)
    year, elapsed = np.arange(count) // 12, np.arange(count) % 12 + 1
    years = year[-1] + 1
    calendar = (april // 12 - 52 + np.arange(years))[:, None]  # years since 2022
    weights = np.asarray(list(_DIRECTORATES.values()))
    annual = BUDGET * setting.scale * weights * (1 + BUDGET_GROWTH) ** calendar
    moved = annual * rng.normal(0, 0.01, (years, directorates))
    moved[:, 0] -= moved.sum(axis=1)
    bias = rng.normal(0.002, 0.015, (years, directorates))
    monthly = annual[year] / 12 * (1 + bias[year] + rng.normal(0, 0.02, (count, directorates)))
    shown = (april + np.arange(count)).astype("datetime64[M]").astype("datetime64[D]")
    monthly = monthly * setting.factors("ledger", shown)[:, None]
    spent = np.zeros_like(monthly)
    for month in range(count):
        before = spent[month - 1] if elapsed[month] > 1 else 0.0
        spent[month] = before + monthly[month]
    # Transfers between directorates are made after the first quarter.
    current = annual[year] + np.where(elapsed > 3, 1.0, 0.0)[:, None] * moved[year]
    part = (elapsed / 12)[:, None]
    expected = spent + current * (1 - part) * (1 + bias[year] / 2)
    rows = months - april
    statements = [
        (annual[year] * part, current * part, spent),
        (annual[year], current, expected),
    ]
    original, now, actual = (
        np.stack([each[i][rows] for each in statements], axis=1).round(2).reshape(-1)
        for i in range(3)
    )
    names = np.asarray(list(_DIRECTORATES), object)
    return {
        "directorate": np.tile(names, len(ends) * 2),
        "runs_to": np.repeat(ends, 2 * directorates),
        "basis": np.tile(
            np.repeat(np.asarray(["ytd", "forecast"], object), directorates), len(ends)
        ),
        "budget_original": original,
        "budget_current": now,
        "actual": actual,
    }


def workforce(setting: Setting, contract: ContractType) -> Columns:
    """Everyone in post at each month end; people join, leave and keep their number."""
    rng = setting.generator("workforce_snapshot")
    ends = setting.month_ends
    count, years = len(ends), len(ends) / 12
    here = max(1, round(IN_POST * setting.scale))
    joining = rng.poisson(here * JOINING * years)
    size = here + joining
    joined = np.concatenate([np.zeros(here, int), rng.integers(0, count, joining)])
    left = joined + np.ceil(rng.exponential(12 / LEAVING, size)).astype(int)
    stayed = np.minimum(left, count) - joined
    person = np.repeat(np.arange(size), stayed)
    month = np.arange(len(person)) - np.repeat(np.cumsum(stayed) - stayed - joined, stayed)
    number, person, month = _spiked(setting, rng, person, month, size)
    order = np.lexsort((number, month))
    number, person, month = number[order], person[order], month[order]
    kind = pick(rng, contract, "worker_type", _WORKERS, size)
    rank = pick(rng, contract, "rank", _RANKS, size)
    officer, unpaid = kind == "officer", (kind == "special") | (kind == "volunteer")
    rank[~officer] = None
    part_time = rng.random(size) < np.where(officer, 0.08, 0.25)
    hours = np.asarray(_PART_TIME)[draw(rng, (1,) * len(_PART_TIME), size)]
    fte = np.where(unpaid, 0.0, np.where(part_time, hours, 1.0))
    area = setting.places(contract, rng, size)
    area[rng.random(size) < np.where(officer, 0.3, 0.55)] = None
    return {
        "as_at": ends[month],
        "person_id": ids("PER", int(number.max(initial=0)) + 1)[number],
        "worker_type": kind[person],
        "rank": rank[person],
        "fte": fte[person],
        "career_break": flag(rng, 0.015, size, gap=0.005)[person],
        "seconded": flag(rng, np.where(officer, 0.03, 0.005), size, gap=0.005)[person],
        "lpa": area[person],
    } | _recorded(setting, contract, size, person)


def _recorded(setting: Setting, contract: ContractType, size: int, person: Array) -> Columns:
    """Return what stays the same of each person, where the table has columns for it."""
    same = characteristics(setting, contract, "workforce_snapshot", size)
    same |= posts(setting, contract, size)
    return {name: values[person] for name, values in same.items()}


def _spiked(
    setting: Setting, rng: np.random.Generator, person: Array, month: Array, size: int
) -> tuple[Array, Array, Array]:
    """Thin out or add to the people in post in the month of the spike, for that month alone."""
    factor = setting.factors("workforce_snapshot", setting.month_ends)
    number = person
    for at in np.flatnonzero(factor != 1):
        present = np.flatnonzero(month == at)
        wanted = round(len(present) * float(factor[at]))
        if wanted < len(present):
            gone = rng.permutation(present)[wanted:]
            number, person, month = (np.delete(each, gone) for each in (number, person, month))
        elif len(present):
            alike = rng.choice(present, wanted - len(present))
            number = np.concatenate([number, size + np.arange(len(alike))])
            person = np.concatenate([person, person[alike]])
            month = np.concatenate([month, month[alike]])
    return number, person, month


def population(setting: Setting, contract: ContractType) -> Columns:
    """Residents of each area on each 30 June from the year before the span to its end."""
    areas = members(contract, "lpa", ("Area",))
    latest = (
        setting.end.year if setting.end >= date(setting.end.year, 6, 30) else setting.end.year - 1
    )
    years = np.arange(setting.start.year - 1, latest + 1)
    growth = (1 + RESIDENTS_GROWTH) ** (years - 2022)
    residents = np.outer(growth, RESIDENTS * setting.scale * np.asarray(shares(len(areas))))
    return {
        "mid_year": np.repeat(years, len(areas)),
        "lpa": np.tile(np.asarray(areas, object), len(years)),
        "residents": residents.round().astype(np.int64).reshape(-1),
    }
