"""A fallback: count the row of the preferred method, or another where a group has no such row."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import DefinitionError
from swm_kpi.expressions import english, python, sql
from tests.support import engines
from tests.support.oracle_cases import Visit

pytestmark = list(engines.IGNORED_WARNINGS)

ENERGY = pl.DataFrame(
    [
        (date(2024, 4, 1), "2", "Heat", "market", 0.0002),
        (date(2024, 4, 1), "2", "Electricity", "location", 0.0003),
        (date(2024, 4, 1), "2", "Electricity", "market", 0.0),
        (date(2024, 5, 1), "2", "Electricity", "market", 0.0001),
        (date(2024, 5, 1), "1", "Gas", None, 0.001),
    ],
    schema=["month", "scope", "emission_source", "scope_2_method", "factor"],
    orient="row",
).with_columns(quantity=pl.lit(1000.0), unit=pl.lit("kWh"), factor_year=pl.lit(2024))


@pytest.mark.parametrize("engine", ["Polars", "pandas", "DuckDB", "Ibis on DuckDB"])
@pytest.mark.parametrize(("method", "april", "may"), [("location", 0.5, 1.1), ("market", 0.2, 1.1)])
def test_energy_counts_once_by_whichever_method_it_has(engine, method, april, may) -> None:
    """Heat that is bought with only a row of the supplier's contract was left out."""
    table: Any = ENERGY
    if engine == "pandas":
        table = ENERGY.to_pandas()
    elif engine != "Polars":
        table = engines.loader(engine)("emission_activity", ENERGY)
    result = kpi.compute(
        ["51"],
        {"emission_activity": table},
        periods=["2024-04", "2024-05"],
        coverage={"emission_activity": ("2024-04-01", "2024-05-31")},
        assumptions={"scope_2_method": [method]},
    ).to_polars()
    values = result.filter(pl.col("measure") == "footprint")["value"].to_list()
    assert values == pytest.approx([april, may])


def test_the_condition_is_rendered() -> None:
    fallback = (Visit.kind == "a").met_by_none(Visit.area, Visit.due_on)
    assert english(fallback) == "no row of the same area and due on is one where kind is ‘a’"
    assert python(fallback) == '(Visit.kind == "a").met_by_none(Visit.area, Visit.due_on)'
    assert sql(fallback).endswith('OVER (PARTITION BY "area", "due_on") = 0)')


def test_a_group_needs_a_column() -> None:
    with pytest.raises(DefinitionError, match="Name at least one column"):
        (Visit.kind == "a").met_by_none()
