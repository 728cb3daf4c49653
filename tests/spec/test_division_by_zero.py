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
    build_metric,
    compute,
    frame_of,
    row_of,
    rows_of,
    run,
    value_of,
)


def test_a_division_by_zero_is_not_applicable() -> None:
    """1 / 0 and 0 / 0 are [z] in every kind that divides."""
    data = {
        "incident": INCIDENTS,
        "population": PEOPLE.with_columns(residents=pl.lit(0, dtype=pl.Int64)),
    }
    result = run("15", data, by=["lpa"])
    for row in rows_of(result, "per_1000"):
        assert (row["value"], row["marker"], row["denominator"]) == (None, "[z]", 0)
    assert row_of(result, "per_1000", lpa="Shropshire")["numerator"] == 2
    for name in ("value", "numerator", "denominator"):
        numbers = result.to_polars()[name].drop_nulls()
        assert numbers.is_finite().all()


def test_a_rate_divides_by_the_estimate_of_its_area_and_the_note_names_it() -> None:
    """Two in Shropshire for 500 people; an area where nobody lives has no rate."""
    result = run("15", {"incident": INCIDENTS, "population": PEOPLE}, by=["lpa"])
    shropshire = row_of(result, "per_1000", lpa="Shropshire")
    assert (shropshire["value"], shropshire["numerator"], shropshire["denominator"]) == (4, 2, 500)
    assert "Population: mid-2024 estimate." in shropshire["note"]
    assert value_of(result, "per_1000", lpa="All") == pytest.approx(4 / 800 * 1000)
    assert row_of(result, "per_1000", lpa="South Worcestershire")["marker"] == "[z]"
    assert row_of(result, "per_1000", lpa="Unknown")["marker"] == "[z]"


def test_the_note_says_that_a_rate_by_category_is_over_everybody() -> None:
    """Incidents of each type are divided by all 800 people, because any of them can report one."""
    result = run("15", {"incident": INCIDENTS, "population": PEOPLE}, by=["asb_type"])
    for row in rows_of(result, "per_1000"):
        assert row["denominator"] == 800
        assert "Population not broken down by Type of anti-social behaviour." in row["note"]
    by_area = run("15", {"incident": INCIDENTS, "population": PEOPLE}, by=["lpa"])
    assert not any("not broken down" in row["note"] for row in rows_of(by_area, "per_1000"))


def test_a_ratio_of_a_value_not_available_is_not_available() -> None:
    """A member missing from the snapshot has no stock, so its ratio is [x] and not 0 / 1."""
    first = {"of": Post, "at": Post.day, "series": Post.ended.is_null()}
    metric = build_metric(
        PeriodEndStock(key="listed", **first),
        PeriodEndStock(key="posts", of=Post, at=Post.day),
        PeriodEndStock(key="staying", of=Post, at=Post.day, where=Post.ended.is_null()),
        Ratio(key="ratio", numerator="listed", denominator="posts"),
        Ratio(key="of_staying", numerator="listed", denominator="staying"),
    )
    posts = frame_of(
        Post,
        """
        | day        | ended      | side  |
        | 2024-06-30 |            | Left  |
        | 2024-06-30 | 2024-06-30 | Right |
        """,
    )
    result = compute(metric, {"post": posts}, by=["side"])
    assert row_of(result, "listed", side="Right")["marker"] == "[x]"
    right = row_of(result, "ratio", side="Right")
    assert (right["value"], right["numerator"], right["marker"]) == (None, None, "[x]")
    assert value_of(result, "ratio", side="Left") == 1
    # Also with a denominator of 0, the ratio is [x] and not [z].
    assert value_of(result, "staying", side="Right") == 0
    assert row_of(result, "of_staying", side="Right")["marker"] == "[x]"
