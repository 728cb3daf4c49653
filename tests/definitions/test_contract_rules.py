"""Rules of the contracts that no worked example can show: a table that breaks one is refused."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.contracts import ContractType
from swm_kpi.definitions.contracts.complaint import Allegation
from swm_kpi.definitions.contracts.emissions import EmissionActivity
from swm_kpi.definitions.contracts.offender import OffenderCohort
from swm_kpi.definitions.contracts.problem_solving import ProblemSolvingPlan
from swm_kpi.engine.encoding.encode import polars_type

DIESEL = {
    "scope": "1",
    "emission_source": "Diesel",
    "scope_2_method": None,
    "quantity": 100.0,
    "unit": "litres",
    "factor": 0.0025,
}
ELECTRICITY = DIESEL | {"scope": "2", "emission_source": "Electricity", "unit": "kWh"}


def is_valid(contract: ContractType, *rows: dict[str, Any]) -> bool:
    schema = {name: polars_type(contract.columns[name]) for name in rows[0]}
    return kpi.validate(pl.DataFrame(list(rows), schema=schema), contract).ok


@pytest.mark.parametrize(
    ("month", "factor_year", "ok"),
    [
        (date(2024, 4, 1), 2024, True),
        (date(2025, 3, 31), 2024, True),
        (date(2025, 1, 1), 2025, False),
        (date(2024, 3, 31), 2024, False),
        (date(2024, 4, 1), 2023, False),
    ],
)
def test_a_financial_year_has_the_factors_of_the_calendar_year_in_which_it_begins(
    month: date, factor_year: int, ok: bool
) -> None:
    year = {"month": month, "factor_year": factor_year}
    assert is_valid(EmissionActivity, DIESEL | year) is ok
    assert is_valid(EmissionActivity, ELECTRICITY | {"scope_2_method": "location"} | year) is ok
    assert is_valid(EmissionActivity, ELECTRICITY | {"scope_2_method": "market"} | year)


def test_an_amount_is_not_counted_again_with_the_factor_of_another_year() -> None:
    rows = [
        ELECTRICITY
        | {"scope_2_method": "market", "month": date(2024, 5, 1), "factor_year": factor_year}
        for factor_year in (2023, 2024)
    ]
    assert all(is_valid(EmissionActivity, row) for row in rows)
    assert not is_valid(EmissionActivity, *rows)


@pytest.mark.parametrize(
    ("finalised_at", "result", "working_days", "ok"),
    [
        (datetime(2024, 5, 10), "Resolved", 4, True),
        (datetime(2024, 5, 10), None, None, True),
        (None, None, None, True),
        (None, "Resolved", None, False),
        (None, None, 4, False),
        (datetime(2024, 5, 2), None, None, False),
    ],
)
def test_only_a_finalised_allegation_has_a_result_and_working_days(
    finalised_at: datetime | None, result: str | None, working_days: int | None, ok: bool
) -> None:
    allegation = {
        "allegation_id": "a",
        "complaint_id": "c",
        "logged_at": datetime(2024, 5, 3),
        "category": "A1",
        "finalised_at": finalised_at,
        "result": result,
        "working_days": working_days,
        "lpa": None,
    }
    assert is_valid(Allegation, allegation) is ok


@pytest.mark.parametrize(
    ("index_date", "ok"),
    [
        (date(2024, 3, 31), False),
        (date(2024, 4, 1), True),
        (date(2024, 6, 30), True),
        (date(2024, 7, 1), False),
    ],
)
def test_a_follow_up_starts_on_a_day_of_the_quarter_of_its_cohort(
    index_date: date, ok: bool
) -> None:
    row = {
        "person_id": "a",
        "cohort": "all",
        "quarter_start": date(2024, 4, 1),
        "index_date": index_date,
        "reoffended_on": None,
        "proven_on": None,
        "lpa": None,
    }
    assert is_valid(OffenderCohort, row) is ok


@pytest.mark.parametrize(("assessed", "ok"), [(None, True), (False, True), (True, False)])
def test_an_open_plan_may_say_that_its_outcome_is_not_assessed(
    assessed: bool | None, ok: bool
) -> None:
    row = {
        "plan_id": "a",
        "opened_on": date(2024, 4, 1),
        "closed_on": None,
        "outcome_assessed": assessed,
        "theme": None,
        "plan_level": None,
        "lpa": None,
    }
    assert is_valid(ProblemSolvingPlan, row) is ok
