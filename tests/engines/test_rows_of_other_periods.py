"""A row that no period of a request uses does not stop the request."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import DataError
from tests.support import engines

pytestmark = list(engines.IGNORED_WARNINGS)
ENGINES = ("Polars", "pandas", "CSV", "DuckDB")


def load(engine: str, name: str, rows: list[dict[str, Any]], folder: Any) -> Any:
    table = pl.DataFrame(rows, infer_schema_length=None)
    if engine == "pandas":
        return table.to_pandas()
    if engine == "CSV":
        table.write_csv(folder / f"{name}.csv", datetime_format="%Y-%m-%d %H:%M:%S")
        return folder / f"{name}.csv"
    return table if engine == "Polars" else engines.loader(engine)(name, table)


def allegation(number: int, logged_at: datetime, category: str = "A1") -> dict[str, Any]:
    return {
        "allegation_id": str(number),
        "complaint_id": "c",
        "logged_at": logged_at,
        "category": category,
        "finalised_at": logged_at,
        "lpa": None,
    }


OLD, NEW = datetime(2019, 5, 1), datetime(2024, 5, 1)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "old",
    [allegation(2, OLD), allegation(2, OLD, "Z9"), allegation(2, datetime(2025, 6, 1), "Z9")],
)
def test_a_row_of_another_period_is_not_refused(engine, old, tmp_path) -> None:
    """The codes of allegations begin in February 2020; a request for 2024 uses none before."""
    rows = [allegation(1, NEW), old]
    data = {"allegation": load(engine, "allegation", rows, tmp_path)}
    coverage = {"allegation": ("2019-01-01", "2024-12-31")}
    result = kpi.compute(["1"], data, periods=["2024-05"], coverage=coverage).to_polars()
    assert result.filter(measure="allegations")["value"].to_list() == [1.0]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_row_of_the_period_is_refused(engine, tmp_path) -> None:
    """Only the rows that the periods use are counted in the message."""
    rows = [allegation(1, NEW), allegation(2, NEW, "Z9"), allegation(3, OLD, "Z9")]
    data = {"allegation": load(engine, "allegation", rows, tmp_path)}
    with pytest.raises(DataError, match=r"category: is not in the closed list \(1 row\)"):
        kpi.compute(["1"], data, periods=["2024-05"])
    report = kpi.validate(data["allegation"], "allegation")
    counts = {violation.column: violation.rows for violation in report.violations}
    assert counts == {"category": 2, "logged_at": 1}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_repeated_key_of_another_period_is_refused(engine, tmp_path) -> None:
    """A key, a type and a date that cannot be read are of the whole table."""
    rows = [allegation(1, NEW), allegation(1, OLD)]
    data = {"allegation": load(engine, "allegation", rows, tmp_path)}
    with pytest.raises(DataError, match="allegation_id: is not unique"):
        kpi.compute(["1"], data, periods=["2024-05"])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_survey_of_victims_refuses_those_of_domestic_abuse(engine, tmp_path) -> None:
    """No measure reads the type of crime, and the rule is checked all the same."""
    answer = {
        "survey": "victim",
        "respondent_id": "1",
        "interviewed_on": datetime(2024, 5, 1).date(),
        "theme": "satisfaction",
        "item": "whole experience",
        "answer": "very satisfied",
        "weight": 1.0,
        "survey_crime_type": "Domestic abuse",
    }
    data = {"survey_answer": load(engine, "survey_answer", [answer], tmp_path)}
    with pytest.raises(DataError, match="victims of domestic abuse are not in the survey"):
        kpi.compute(["3"], data, periods=["2024-05"])


@pytest.mark.parametrize("engine", ENGINES)
def test_a_code_that_is_not_listed_breaks_one_rule_and_not_two(engine, tmp_path) -> None:
    """The rules about single outcome codes do not hold of an unknown code."""
    crime = {
        "crime_id": "1",
        "recorded_at": NEW,
        "status": "recorded",
        "offence_subgroup": "Homicide",
        "outcome_code": "99",
        "outcome_at": NEW,
    }
    report = kpi.validate(load(engine, "crime", [crime], tmp_path), "crime")
    broken = {v.column: v.rule for v in report.violations if v.rule != "the column is missing"}
    assert broken == {"outcome_code": "is not in the closed list"}
