"""First-time entrants, cohorts of offenders, and residents by age.

The volumes and shares are round-number assumptions for shape, not facts about any force.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.resources import population
from swm_kpi.synthetic.setting import (
    OFFICE,
    Array,
    Columns,
    Season,
    Setting,
    add_delay,
    draw_members,
    members,
    null_times,
    random_mask,
    row_ids,
    with_nulls,
)

ENTRANTS_PER_YEAR, OFFENDERS_PER_YEAR = 2_900, 4_500

_DAY = 86_400.0
_COURT = Season(0.02, 300, (1.2, 1.2, 1.2, 1.2, 1.2, 0.3, 0.1), OFFICE)
_AGES = {"10-17": 0.17, "18+": 0.83}
_SHARE_OF_RESIDENTS = {"10-17": 0.095, "18+": 0.79}
_ETHNICITY = {"White": 0.88, "Asian": 0.05, "Black": 0.03, "Mixed": 0.03, "Other": 0.01}
_ETHNICITY = {
    "White": 0.93,
    "Asian": 0.03,
    "Black": 0.01,
    "Mixed": 0.02,
    "Other": 0.01,
}
_DISPOSALS = {"Release from custody": 0.15, "Non-custodial conviction": 0.6, "Caution": 0.25}
_COHORTS = {"IOM fixed": 0.5, "IOM flex": 0.3, "IOM free": 0.2}
_MANAGED = 0.12
_FIRST_DAY = np.datetime64("2000-01-01", "D")


def first_time_entrants(setting: Setting, contract: ContractType) -> Columns:
    """Assume 2,900 a year, one in six of them 10 to 17 years old."""
    rng = setting.generator("first_time_entrant")
    entered = setting.event_times("first_time_entrant", rng, ENTRANTS_PER_YEAR, _COURT)
    size = len(entered)
    offence = entered - np.minimum(rng.exponential(120 * _DAY, size), 3e8).astype("timedelta64[s]")
    age = draw_members(rng, contract, "age_group", _AGES, size)
    disposals = members(contract, "disposal", ("caution", "conviction"))
    cautioned = random_mask(rng, np.where(age == "10-17", 0.6, 0.3), size)
    sex = draw_members(rng, contract, "sex", {"Female": 0.24, "Male": 0.76}, size)
    offence = null_times(offence, random_mask(rng, 0.02, size)).astype("datetime64[D]")
    sex = with_nulls(rng, sex, 0.02)
    area = setting.draw_areas(contract, rng, size)
    other = setting.generator("first_time_entrant, ethnicity and district")
    ethnicity = draw_members(other, contract, "ethnicity", _ETHNICITY, size)
    return {
        "person_id": row_ids("FTE", size),
        "entered_on": entered.astype("datetime64[D]"),
        "offence_on": offence,
        "disposal": np.where(cautioned, disposals[0], disposals[-1]).astype(object),
        "age_group": age,
        "sex": sex,
        "ethnicity": with_nulls(other, ethnicity, 0.06),
        "lpa": area,
        "district": setting.draw_districts(contract, other, area),
    }


def population_by_age(setting: Setting, contract: ContractType) -> Columns:
    """Assume that 9.5% of residents are 10 to 17 years old and 79% are 18 or over.

    Half of each age group are women, and the ethnic groups have the same shares at every age.
    """
    everyone = population(setting, contract)
    ages = members(contract, "age_group", tuple(_SHARE_OF_RESIDENTS))
    sexes = members(contract, "sex", ("Female", "Male"))
    groups = list(product(ages, sexes, _ETHNICITY))
    share = [
        _SHARE_OF_RESIDENTS.get(age, 0.1) / len(sexes) * _ETHNICITY[ethnicity]
        for age, _, ethnicity in groups
    ]
    areas = len(everyone["lpa"])
    rows = np.repeat(np.arange(areas), len(groups))
    people = np.outer(everyone["residents"], share).round().astype(np.int64)
    columns = {name: values[rows] for name, values in everyone.items() if name != "residents"}
    for name, values in zip(
        ("age_group", "sex", "ethnicity"), zip(*groups, strict=True), strict=True
    ):
        columns[name] = np.tile(np.asarray(values, object), areas)
    return columns | {"residents": people.reshape(-1)}


def offender_cohorts(setting: Setting, contract: ContractType) -> Columns:
    """Assume 4,500 offenders a year, of whom about a quarter reoffend within twelve months.

    One in eight is also managed by several agencies, has a row in both cohorts, and reoffends more
    often. Reoffences that are not proven before the extract are not known.
    """
    rng = setting.generator("offender_cohort")
    index = setting.event_times("offender_cohort", rng, OFFENDERS_PER_YEAR, _COURT)
    index = np.maximum(index.astype("datetime64[D]"), _FIRST_DAY)
    size = len(index)
    other = setting.generator("offender_cohort, age, disposal and district")
    managed = random_mask(rng, _MANAGED, size)
    reoffends = random_mask(rng, np.where(managed, 0.42, 0.33), size)
    reoffended = add_delay(rng, index.astype("datetime64[s]"), 150 * _DAY, 0.9)
    proven = add_delay(rng, reoffended, 70 * _DAY, 0.6).astype("datetime64[D]")
    reoffended = reoffended.astype("datetime64[D]")
    unknown = ~reoffends | (proven >= setting.extracted_at)
    reoffended, proven = _null_days(reoffended, unknown), _null_days(proven, unknown)
    within = ~unknown & (reoffended < _add_months(index, 12)) & (proven < _add_months(index, 18))
    reoffences = np.where(within, 1 + rng.poisson(np.where(managed, 1.6, 0.7), size), 0)
    before = rng.poisson(np.where(managed, 4.5, 1.2), size)
    names = np.asarray(list(_COHORTS), object)
    # A managed offender has a second row, after the first.
    row = np.repeat(np.arange(size), 1 + managed)
    second = np.append(False, row[1:] == row[:-1])[: len(row)]
    cohort = np.full(len(row), "all", object)
    cohort[second] = names[rng.choice(len(names), int(second.sum()), p=list(_COHORTS.values()))]
    area = setting.draw_areas(contract, rng, size)
    disposal = draw_members(other, contract, "index_disposal", _DISPOSALS, size)[row]
    disposal[second] = None
    return {
        "person_id": row_ids("OFF", size)[row],
        "cohort": cohort,
        "quarter_start": _quarter_starts(index)[row],
        "index_date": index[row],
        "index_disposal": disposal,
        "age_group": draw_members(other, contract, "age_group", _AGES, size)[row],
        "reoffended_on": reoffended[row],
        "proven_on": proven[row],
        "reoffences": reoffences[row],
        "offences_before": before[row],
        "lpa": area[row],
        "district": setting.draw_districts(contract, other, area)[row],
    }


def _quarter_starts(days: Array) -> Array:
    """Return the first day of the quarter of each day."""
    months = days.astype("datetime64[M]").astype(np.int64)
    starts: Array = (months - months % 3).astype("datetime64[M]").astype("datetime64[D]")
    return starts


def _null_days(days: Array, rows: Array) -> Array:
    return np.where(rows, np.datetime64("NaT", "D"), days)


def _add_months(days: Array, months: int) -> Array:
    """Return the same day some months later; a day that the month lacks runs into the next."""
    month = days.astype("datetime64[M]")
    first = (month + np.timedelta64(months, "M")).astype("datetime64[D]")
    shifted: Array = first + (days - month.astype("datetime64[D]"))
    return shifted
