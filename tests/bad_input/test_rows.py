"""Bad input, cases 1 to 9: rows and keys."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import Column, Contract, Count, Unit
from tests.support.bad_inputs import (
    EVERYTHING,
    EVERYWHERE,
    HERE,
    Q1,
    TABLES,
    URGENT,
    VISITS,
    Give,
    Visit,
    broken,
    case,
    cells,
    compute,
    metric,
    nothing_is_told,
    pandas,
    rows,
)
from tests.support.bad_inputs import MARK as M
from tests.support.engines import IGNORED_WARNINGS

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(nothing_is_told.__name__)]


class Tick(Contract, row_unit=Unit.EVENTS):
    """One row per tick, which has no number of its own."""

    day = Column(date, description="The day.")


@case(1, *EVERYWHERE)
def test_a_row_that_is_there_twice_is_refused(give: Give) -> None:
    columns = {name: [*values, values[-1]] for name, values in rows().items()}
    assert broken(give(columns)) == {("visit_id", "is not unique", 1)}


@case(1, *TABLES)
def test_rows_of_a_table_declared_without_a_key_may_be_alike(give: Give) -> None:
    """Then each is a thing of its own, and all are counted."""
    made = metric(Count(key="ticks", of=Tick, at=Tick.day), dimensions=[])
    days = give({"day": [date(2024, 4, 1)] * 3})
    assert cells(compute({"tick": days}, made=made, coverage={}), "ticks") == [3]


@case(2, *EVERYWHERE)
def test_one_key_with_two_contents_is_refused(give: Give) -> None:
    assert broken(give(rows(visit_id=[f"{M}1", f"{M}1", f"{M}1"]))) == {
        ("visit_id", "is not unique", 2)
    }


@case(3, *EVERYWHERE)
def test_a_missing_key_is_refused(give: Give) -> None:
    """And counted as missing only: two missing keys are not one key twice."""
    assert broken(give(rows(visit_id=[f"{M}1", None, None]))) == {("visit_id", "is missing", 2)}


@case(4, *TABLES)
def test_a_missing_member_is_unknown_shown_and_inside_the_total(give: Give) -> None:
    result = compute(give(rows(area=["South", None, "South"])), VISITS, by=["area"])
    shown = dict(zip(cells(result, "visits", "area"), cells(result, "visits"), strict=True))
    assert shown == {"North": 0, "South": 2, "Unknown": 1, "All": 3}


@case(5, *TABLES)
def test_an_undecided_row_is_in_neither_part_of_a_share_and_is_counted(give: Give) -> None:
    result = compute(give(rows(urgent=[True, None, False])), URGENT)
    assert (cells(result, "urgent", "numerator"), cells(result, "urgent", "denominator")) == (
        [1],
        [2],
    )
    assert cells(result, "urgent", "note")[0].startswith("1 row in neither part because urgency")


ALIKE = {
    "a space": f"{M}1 ",
    "case": f"{M}1".lower(),
    "a wide letter": f"{M}1\uff21",
    "a decomposed letter": f"{M}1A\u0301",
    "a Cyrillic letter": f"{M}1\u0421",
    "a digit of another script": f"{M}1\u0661",
    "a line end": f"{M}1\n",
    "a zero-width space": f"{M}1\u200b",
}


@case(6, *TABLES)
@pytest.mark.parametrize("key", ALIKE.values(), ids=ALIKE)
def test_a_key_that_looks_like_another_is_refused_and_never_trimmed(give: Give, key: str) -> None:
    violations = broken(give(rows(visit_id=[f"{M}1", key, f"{M}3"])))
    assert ("visit_id", "does not match the pattern [A-Z0-9]+", 1) in violations
    assert violations <= {
        ("visit_id", "does not match the pattern [A-Z0-9]+", 1),
        ("visit_id", "has spaces round it", 1),
    }


@case(7, *HERE)
def test_a_join_made_before_that_repeats_rows_is_refused(give: Give) -> None:
    """The library joins no rows: a table holds one row for each thing counted, and its key says so.

    (The list of cases asks for a declared cardinality of joins; the design has no joins.)
    """
    crossed = pd.DataFrame(rows(people=[1, 2, 3])).merge(
        pd.DataFrame({"outcome": ["charged", "none"]}), "cross"
    )
    plain = crossed.astype(object).where(crossed.notna(), None)
    table = give({name: [*map(python, plain[name])] for name in Visit.columns})
    assert broken(table) == {("visit_id", "is not unique", 3)}


def python(value: Any) -> Any:
    """A pandas timestamp as Python has it."""
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


@case(8, *TABLES)
def test_a_member_of_one_table_that_another_lacks_has_no_ratio(give: Give) -> None:
    """Two tables meet only as sums: an area with no population has no rate, and is in the total.

    (The list of cases asks for the share of keys that match; the design has no joins of rows.)
    """
    incidents = {
        "created_at": [datetime(2024, 5, 6, 12)] * 3,
        "closing_code": ["ASB nuisance"] * 3,
        "lpa": ["Shropshire", "Shropshire", "Herefordshire"],
    }
    people = {"mid_year": [2024], "lpa": ["Shropshire"], "residents": [500]}
    result = kpi.compute(
        ["15"],
        {"incident": give(incidents), "population": give(people)},
        periods=Q1,
        by=["lpa"],
        coverage={"incident": ("2024-04-01", "2024-06-30")},
    ).to_polars()
    rates = {
        row["lpa"]: (row["value"], row["marker"])
        for row in result.filter(measure="per_1000").iter_rows(named=True)
    }
    assert rates["Shropshire"] == (2 / 500 * 1000, "")
    assert rates["Herefordshire"] == (None, "[z]")
    assert rates["All"] == (3 / 500 * 1000, "")


def shuffled(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sample(fraction=1, shuffle=True, seed=5)


def repeated_index(_: pl.DataFrame) -> pd.DataFrame:
    return pandas(rows()).iloc[::-1].set_axis([7, 7, 7])


def two_indexes(_: pl.DataFrame) -> pd.DataFrame:
    return pandas(rows()).set_index(["visit_id", "area"], drop=False)


def columns_turned_round(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(reversed(frame.columns))


@case(9, shuffled, repeated_index, two_indexes, columns_turned_round, name="change")
def test_the_order_of_rows_and_columns_and_the_index_are_nothing(change: Any) -> None:
    frame = pl.DataFrame(rows())
    expected = compute(frame, *EVERYTHING, by=["area"]).to_polars()
    assert compute(change(frame), *EVERYTHING, by=["area"]).to_polars().equals(expected)
