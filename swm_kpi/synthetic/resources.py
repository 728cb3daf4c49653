"""Resources of the force: money, people and residents.

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
    area_shares,
    draw_members,
    draw_positions,
    random_flags,
    row_ids,
)

RESIDENTS, HOUSEHOLDS, RESIDENTS_GROWTH = 1_300_000, 560_000, 0.006
BUDGET, BUDGET_GROWTH = 290_000_000, 0.03
IN_POST, LEAVING, JOINING = 5_000, 0.07, 0.08

_DIRECTORATES = {
    "Local policing": 0.36, "Crime and vulnerability": 0.2, "Operations": 0.13,
    "Contact and command": 0.08, "People": 0.05, "Enabling services": 0.11, "Digital": 0.07,
}  # fmt: skip
_WITH_CAPITAL = ("Enabling services", "Digital")
_WORKERS = {
    "officer": 0.5, "staff": 0.38, "PCSO": 0.04, "designated officer": 0.02, "special": 0.03,
    "volunteer": 0.03,
}  # fmt: skip
_RANKS = {
    "Constable": 0.77, "Sergeant": 0.15, "Inspector": 0.05, "Chief Inspector": 0.018,
    "Superintendent": 0.008, "Chief Superintendent": 0.003, "Chief officer": 0.002,
}  # fmt: skip
# The scope, source, method for scope 2, unit, amount a month and factor. The factors are invented.
_EMISSIONS = (
    ("1", "Diesel", None, "litres", 150_000, 0.0025),
    ("1", "Petrol", None, "litres", 40_000, 0.0022),
    ("1", "Natural gas", None, "kWh", 900_000, 0.0002),
    ("2", "Electricity", "location", "kWh", 800_000, 0.0002),
    ("2", "Electricity", "market", "kWh", 800_000, 0.0001),
    ("3", "Rail travel", None, "km", 60_000, 0.00004),
    ("3", "Water", None, "cubic metres", 6_000, 0.0002),
)
_IN_WINTER = ("Natural gas", "Electricity")
_PART_TIME = (0.5, 0.6, 0.8, 0.8649, 0.9)
_APRIL = 3


def ledger(setting: Setting, contract: ContractType) -> Columns:
    """Return statements at each month end: year to date, and the forecast for the year."""
    rng = setting.generator("ledger")
    ends = setting.month_ends
    months = ends.astype("datetime64[M]").astype(np.int64)
    # Months are counted from the April before the first day, so that every year is complete.
    april = months[0] - (months[0] - _APRIL) % 12
    count, directorates = months[-1] - april + 1, len(_DIRECTORATES)
    year, elapsed = np.arange(count) // 12, np.arange(count) % 12 + 1
    years = year[-1] + 1
    calendar = (april // 12 - 52 + np.arange(years))[:, None]  # years since 2022
    weights = np.asarray(list(_DIRECTORATES.values()))
    annual = BUDGET * setting.scale * weights * (1 + BUDGET_GROWTH) ** calendar
    transfers = annual * rng.normal(0, 0.01, (years, directorates))
    transfers[:, 0] -= transfers.sum(axis=1)
    bias = rng.normal(0.002, 0.015, (years, directorates))
    monthly = annual[year] / 12 * (1 + bias[year] + rng.normal(0, 0.02, (count, directorates)))
    month_starts = (april + np.arange(count)).astype("datetime64[M]").astype("datetime64[D]")
    monthly = monthly * setting.spike_factors("ledger", month_starts)[:, None]
    spent = np.zeros_like(monthly)
    for month in range(count):
        before = spent[month - 1] if elapsed[month] > 1 else 0.0
        spent[month] = before + monthly[month]
    # Transfers between directorates are made after the first quarter.
    current = annual[year] + np.where(elapsed > 3, 1.0, 0.0)[:, None] * transfers[year]
    part = (elapsed / 12)[:, None]
    expected = spent + current * (1 - part) * (1 + bias[year] / 2)
    rows = months - april
    statements = [
        (annual[year] * part, current * part, spent),
        (annual[year], current, expected),
    ]
    original, revised, actual = (
        np.stack([statement[i][rows] for statement in statements], axis=1).round(2).reshape(-1)
        for i in range(3)
    )
    names = np.asarray(list(_DIRECTORATES), object)
    revenue: Columns = {
        "directorate": np.tile(names, len(ends) * 2),
        "runs_to": np.repeat(ends, 2 * directorates),
        "basis": np.tile(
            np.repeat(np.asarray(["ytd", "forecast"], object), directorates), len(ends)
        ),
        "account": np.full(len(original), "Revenue", object),
        "budget_original": original,
        "budget_current": revised,
        "actual": actual,
    }
    # A few directorates have capital, and spend it late.
    rows_of_capital = np.isin(revenue["directorate"].astype(str), _WITH_CAPITAL)
    capital = {name: values[rows_of_capital] for name, values in revenue.items()}
    capital["account"] = np.full(len(capital["actual"]), "Capital", object)
    for name, share in (("budget_original", 0.1), ("budget_current", 0.1), ("actual", 0.08)):
        capital[name] = (capital[name] * share).round(2)
    return {name: np.concatenate([revenue[name], capital[name]]) for name in revenue}


def emissions(setting: Setting, contract: ContractType) -> Columns:
    """Return a row for each month and source, with more heat and light in winter."""
    rng = setting.generator("emission_activity")
    months = np.unique(setting.days.astype("datetime64[M]"))
    first_days = months.astype("datetime64[D]")
    number = months.astype(np.int64)
    winter = 1 + 0.4 * np.cos(2 * np.pi * (number % 12) / 12)
    spike = setting.spike_factors("emission_activity", first_days)
    sources = sorted({source for _, source, *_ in _EMISSIONS})
    amount = {
        source: rng.normal(1, 0.04, len(months)) * spike * (winter if source in _IN_WINTER else 1)
        for source in sources
    }
    rows = [
        (day, scope, source, method, max(base * amount[source][n], 0.0) * setting.scale, unit, size)
        for n, day in enumerate(first_days)
        for scope, source, method, unit, base, size in _EMISSIONS
    ]
    day, scope, source, method, quantity, unit, factor = zip(*rows, strict=True)
    financial_year = (number - _APRIL) // 12 + 1970
    return {
        "month": np.asarray(day),
        "scope": np.asarray(scope, object),
        "emission_source": np.asarray(source, object),
        "scope_2_method": np.asarray(method, object),
        "quantity": np.asarray(quantity).round(3),
        "unit": np.asarray(unit, object),
        "factor": np.asarray(factor),
        "factor_year": np.repeat(financial_year, len(_EMISSIONS)),
    }


def workforce(setting: Setting, contract: ContractType) -> Columns:
    """Return everyone in post at each month end. People join and leave, and keep their id."""
    rng = setting.generator("workforce_snapshot")
    ends = setting.month_ends
    count, years = len(ends), len(ends) / 12
    at_start = max(1, round(IN_POST * setting.scale))
    joining = rng.poisson(at_start * JOINING * years)
    size = at_start + joining
    joined = np.concatenate([np.zeros(at_start, int), rng.integers(0, count, joining)])
    left = joined + np.ceil(rng.exponential(12 / LEAVING, size)).astype(int)
    stayed = np.minimum(left, count) - joined
    person = np.repeat(np.arange(size), stayed)
    month = np.arange(len(person)) - np.repeat(np.cumsum(stayed) - stayed - joined, stayed)
    number, person, month = _apply_spike(setting, rng, person, month, size)
    order = np.lexsort((number, month))
    number, person, month = number[order], person[order], month[order]
    kind = draw_members(rng, contract, "worker_type", _WORKERS, size)
    rank = draw_members(rng, contract, "rank", _RANKS, size)
    officer, unpaid = kind == "officer", (kind == "special") | (kind == "volunteer")
    rank[~officer] = None
    part_time = rng.random(size) < np.where(officer, 0.08, 0.25)
    hours = np.asarray(_PART_TIME)[draw_positions(rng, (1,) * len(_PART_TIME), size)]
    fte = np.where(unpaid, 0.0, np.where(part_time, hours, 1.0))
    area = setting.draw_areas(contract, rng, size)
    area[rng.random(size) < np.where(officer, 0.3, 0.55)] = None
    return {
        "as_at": ends[month],
        "person_id": row_ids("PER", int(number.max(initial=0)) + 1)[number],
        "worker_type": kind[person],
        "rank": rank[person],
        "fte": fte[person],
        "career_break": random_flags(rng, 0.015, size, null_share=0.005)[person],
        "seconded": random_flags(rng, np.where(officer, 0.03, 0.005), size, null_share=0.005)[
            person
        ],
        "lpa": area[person],
    } | _characteristics(setting, contract, size, person)


def _characteristics(setting: Setting, contract: ContractType, size: int, person: Array) -> Columns:
    """Return the characteristics of each person that the contract has columns for."""
    by_person = characteristics(setting, contract, "workforce_snapshot", size)
    by_person |= posts(setting, contract, size)
    return {name: values[person] for name, values in by_person.items()}


def _apply_spike(
    setting: Setting, rng: np.random.Generator, person: Array, month: Array, size: int
) -> tuple[Array, Array, Array]:
    """Remove or add people in post, in the month of the spike only."""
    factor = setting.spike_factors("workforce_snapshot", setting.month_ends)
    number = person
    for at in np.flatnonzero(factor != 1):
        present = np.flatnonzero(month == at)
        target = round(len(present) * float(factor[at]))
        if target < len(present):
            removed = rng.permutation(present)[target:]
            number, person, month = (
                np.delete(values, removed) for values in (number, person, month)
            )
        elif len(present):
            copied = rng.choice(present, target - len(present))
            number = np.concatenate([number, size + np.arange(len(copied))])
            person = np.concatenate([person, person[copied]])
            month = np.concatenate([month, month[copied]])
    return number, person, month


def population(setting: Setting, contract: ContractType) -> Columns:
    """Return the residents of each area on 30 June, from the year before the first day."""
    return _yearly_estimate(setting, contract, "residents", RESIDENTS)


def households(setting: Setting, contract: ContractType) -> Columns:
    """Return the households of each area, from the year before the first day."""
    return _yearly_estimate(setting, contract, "households", HOUSEHOLDS)


def _yearly_estimate(setting: Setting, contract: ContractType, name: str, total: int) -> Columns:
    """Return a number for each year and area, shared equally among the area's districts."""
    areas = setting.areas(contract)
    latest = (
        setting.end.year if setting.end >= date(setting.end.year, 6, 30) else setting.end.year - 1
    )
    years = np.arange(setting.start.year - 1, latest + 1)
    growth = (1 + RESIDENTS_GROWTH) ** (years - 2022)
    numbers = np.outer(growth, total * setting.scale * np.asarray(area_shares(len(areas))))
    by_area = numbers.round().astype(np.int64)
    districts = setting.districts(contract, areas) if "district" in contract.columns else {}
    parts = [districts.get(area, ()) or (None,) for area in areas]
    sizes = np.asarray([len(names) for names in parts])
    # What is left over after the division goes to the first districts.
    number_in_area = np.concatenate([np.arange(size) for size in sizes])
    spread = np.repeat(by_area, sizes, axis=1)
    shares = spread // np.repeat(sizes, sizes)
    shares += number_in_area < spread % np.repeat(sizes, sizes)
    columns = {
        "mid_year": np.repeat(years, sizes.sum()),
        "lpa": np.tile(np.repeat(np.asarray(areas, object), sizes), len(years)),
        name: shares.reshape(-1),
    }
    if districts:
        flat = np.asarray([district for names in parts for district in names], object)
        columns["district"] = np.tile(flat, len(years))
    return columns
