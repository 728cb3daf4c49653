"""Sums that need more than 64 bits, and columns that an engine names or types in its own way."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import Column, Contract, Sum, Unit
from tests.support import engines
from tests.support.months_of_2024 import AREA, build_metric

pytestmark = list(engines.IGNORED_WARNINGS)

ROWS = 4_096
LARGE = 2**52
"""Below the limit of a whole number; so many rows of it do not fit in 64 bits."""


class Meter(Contract):
    """One row per reading."""

    read_on = Column(date, description="The day.")
    units = Column(int, nullable=True, description="A whole number.")
    cost = Column(float, decimals=2, nullable=True, description="Pounds.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")


METRIC = build_metric(
    [
        Sum(key="units", of=Meter, at=Meter.read_on, value=Meter.units, unit=Unit.EVENTS),
        Sum(key="cost", of=Meter, at=Meter.read_on, value=Meter.cost, unit=Unit.POUNDS),
    ],
    [AREA],
    "| read_on |\n| 2024-06-01 |",
)


def load(name: str, rows: pl.DataFrame) -> Any:
    return rows if name == "Polars" else engines.loader(name)("meter", rows)


@pytest.mark.parametrize("name", ["Polars", *engines.NAMES])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_sum_that_exceeds_64_bits_is_exact(name, sign) -> None:
    """Whole numbers are split where the engine adds in 64 bits; signs and odd ends stay."""
    values = [sign * LARGE + odd for odd in (0, 1, -1, 7)] * (ROWS // 4)
    rows = pl.DataFrame(
        {
            "read_on": [date(2024, 6, 1)] * ROWS,
            "units": values,
            "cost": [0.125 * sign] * ROWS,
            "area": ["North", "South"] * (ROWS // 2),
        }
    )
    result = kpi.compute(
        [METRIC],
        {"meter": load(name, rows)},
        periods=["2024-06"],
        by=["area"],
        coverage={"meter": ("2024-06-01", "2024-06-30")},
        catalogue=kpi.Catalogue([METRIC]),
    ).to_polars()
    units = dict(result.filter(measure="units").select("area", "value").iter_rows())
    assert units["All"] == float(sum(values))
    assert units["North"] == float(sum(values[::2]))
    cost = dict(result.filter(measure="cost").select("area", "value").iter_rows())
    assert cost["All"] == 0.125 * sign * ROWS


@pytest.mark.parametrize("name", engines.NAMES)
def test_a_column_of_a_wrong_type_is_named_with_the_cast_to_write(name) -> None:
    """The message has the engine's own name of the type, and its own code."""
    rows = pl.DataFrame({"read_on": [date(2024, 6, 1)], "units": [[1, 2]]})
    if name == "Ibis on PostgreSQL":
        pytest.skip("the loader cannot create a list there")
    (violation,) = (
        str(v) for v in kpi.validate(load(name, rows), Meter).violations if v.column == "units"
    )
    assert "not whole numbers" in violation
    assert "cast it with" in violation
    assert ("CAST(units AS BIGINT)" in violation) or ('.cast("int64")' in violation), violation


@pytest.mark.parametrize("name", engines.NAMES)
def test_a_whole_number_of_another_width_is_read(name) -> None:
    """Narrow and unsigned numbers, and decimals without a fraction."""
    rows = pl.DataFrame(
        {
            "read_on": [date(2024, 6, 1)] * 3,
            "units": pl.Series([1, None, 3], dtype=pl.Int16),
            "cost": pl.Series(["1.25", None, "2.50"]).str.to_decimal(scale=2),
        }
    )
    assert kpi.validate(load(name, rows), Meter).violations == kpi.validate(rows, Meter).violations


def test_columns_of_one_name_in_spark_are_refused() -> None:
    """Spark takes upper and lower case for one name, unless its settings say otherwise."""
    table = load("Spark", pl.DataFrame({"read_on": [date(2024, 6, 1)], "units": [1]}))
    for other in ("units", "UNITS"):
        twice = table.selectExpr("*", f"units + 1 AS {other}")
        (violation,) = (
            str(v) for v in kpi.validate(twice, Meter).violations if v.column == "units"
        )
        assert "occurs twice" in violation
