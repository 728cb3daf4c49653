"""A division by zero is ``[z]``: never infinite, never NaN."""

from __future__ import annotations

import polars as pl
import pytest

from swm_kpi import (
    PeriodEndStock,
    Ratio,
)
from tests.support.small_tables import (
    INCIDENTS,
    PEOPLE,
    Post,
    compute,
    frame,
    metric,
    row,
    rows,
    run,
    value,
)


def test_nothing_to_divide_by_is_not_applicable() -> None:
    """1 over 0 and 0 over 0 alike, in every kind that divides."""
    data = {
        "incident": INCIDENTS,
        "population": PEOPLE.with_columns(residents=pl.lit(0, dtype=pl.Int64)),
    }
    found = run("15", data, by=["lpa"])
    for each in rows(found, "per_1000"):
        assert (each["value"], each["marker"], each["denominator"]) == (None, "[z]", 0)
    assert row(found, "per_1000", lpa="Shropshire")["numerator"] == 2
    for name in ("value", "numerator", "denominator"):
        numbers = found.to_polars()[name].drop_nulls()
        assert numbers.is_finite().all()


def test_a_rate_names_its_estimate_and_is_of_the_area() -> None:
    """Two in Shropshire for 500 people; an area with no estimate has no rate."""
    found = run("15", {"incident": INCIDENTS, "population": PEOPLE}, by=["lpa"])
    shropshire = row(found, "per_1000", lpa="Shropshire")
    assert (shropshire["value"], shropshire["numerator"], shropshire["denominator"]) == (4, 2, 500)
    assert "Population: mid-2024 estimate." in shropshire["note"]
    assert value(found, "per_1000", lpa="All") == pytest.approx(4 / 800 * 1000)
    assert row(found, "per_1000", lpa="South Worcestershire")["marker"] == "[z]"
    assert row(found, "per_1000", lpa="Unknown")["marker"] == "[z]"


def test_a_ratio_of_what_is_not_available_is_not_available() -> None:
    """A member missing from the statement has no stock, and so no ratio; not 0 over 1."""
    first = {"of": Post, "at": Post.day, "series": Post.ended.is_null()}
    made = metric(
        PeriodEndStock(key="listed", **first),
        PeriodEndStock(key="posts", of=Post, at=Post.day),
        PeriodEndStock(key="staying", of=Post, at=Post.day, where=Post.ended.is_null()),
        Ratio(key="ratio", numerator="listed", denominator="posts"),
        Ratio(key="of_staying", numerator="listed", denominator="staying"),
    )
    posts = frame(
        Post,
        """
        | day        | ended      | side  |
        | 2024-06-30 |            | Left  |
        | 2024-06-30 | 2024-06-30 | Right |
        """,
    )
    found = compute(made, {"post": posts}, by=["side"])
    assert row(found, "listed", side="Right")["marker"] == "[x]"
    right = row(found, "ratio", side="Right")
    assert (right["value"], right["numerator"], right["marker"]) == (None, None, "[x]")
    assert value(found, "ratio", side="Left") == 1
    # Nor is it not applicable, where what it would be divided by is 0.
    assert value(found, "staying", side="Right") == 0
    assert row(found, "of_staying", side="Right")["marker"] == "[x]"
