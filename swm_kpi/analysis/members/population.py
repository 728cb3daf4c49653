"""Counts of members, divided by people that the caller gives."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from swm_kpi.analysis.members.member_rows import MemberRows
from swm_kpi.errors import RequestError
from swm_kpi.measures import Additivity, ChangeTest, CountedValue, Measure
from swm_kpi.statistics import rate
from swm_kpi.vocabulary import Unit

UNIT_OF_RATE = {
    1_000: Unit.PER_1000_PEOPLE,
    100_000: Unit.PER_100000_PEOPLE,
    1_000_000: Unit.PER_MILLION_PEOPLE,
}
NO_POPULATION = "no population is given for it"
_AMOUNTS = {
    Unit.DAYS, Unit.FTE, Unit.HOURS, Unit.MINUTES, Unit.POUNDS, Unit.SECONDS, Unit.TONNES_CO2E
}  # fmt: skip


def check_population(
    measure: Measure, population: Mapping[str, float], per: int
) -> Mapping[str, float]:
    """Return the people of each member, if the measure is a count that can be divided by them.

    Raises:
        RequestError: the measure does not count events; a population is not a number above zero;
            or there is no rate per so many people.
    """
    if per not in UNIT_OF_RATE:
        raise RequestError("per= is 1,000, 100,000 or 1,000,000 people.")
    if not _counts_events(measure):
        raise RequestError(
            f"population= divides a count of events, and {measure.title!r} is not one. Leave it "
            "out."
        )
    if not isinstance(population, Mapping):
        raise RequestError('population= takes the people of each member: {"North": 120_000}.')
    for people in population.values():
        is_number = isinstance(people, int | float) and not isinstance(people, bool)
        if not is_number or not math.isfinite(people) or people <= 0:
            raise RequestError("population=: people are a number above zero. Leave the others out.")
    return population


def divide_by_people(selected: MemberRows, population: Mapping[str, float], per: int) -> MemberRows:
    """Return the rows of counts as rows of rates, with their intervals.

    Args:
        selected: the rows of the counts.
        population: the people of each member.
        per: the number of people of the rates.
    """
    rows = tuple(_divided(row, population.get(row[selected.by]), per) for row in selected.rows)
    return replace(selected, rows=rows, unknown=None, total=None)


def _divided(row: dict[str, Any], people: float | None, per: int) -> dict[str, Any]:
    count = row["value"]
    numbers: dict[str, float | None] = {"numerator": count, "denominator": people}
    numbers |= dict.fromkeys(("value", "lower", "upper"))
    if count is not None and people is not None:
        numbers["value"] = count * per / people
        if count >= 0 and float(count).is_integer():
            estimate = rate(count, people, per)
            numbers["lower"], numbers["upper"] = float(estimate.lower), float(estimate.upper)
    return {**row, **numbers}


def _counts_events(measure: Measure) -> bool:
    """Return whether the value is a count of events, or a sum of such counts."""
    match measure.change_test.test, measure.disclosure:
        case ChangeTest.EVENT_RATES, CountedValue():
            return True
        case ChangeTest.PERIOD_VARIATION, CountedValue():
            is_additive = measure.additivity is Additivity.ADDITIVE
            return is_additive and measure.resolved_unit not in _AMOUNTS
        case _:
            return False
