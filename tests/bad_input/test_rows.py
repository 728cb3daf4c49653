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
    ALL_INPUTS,
    ALL_MEASURES,
    IN_MEMORY,
    LOCAL_INPUTS,
    MARKER,
    QUARTERS,
    URGENT,
    VISITS,
    BuildTable,
    Visit,
    build_metric,
    case,
    cells,
    compute,
    find_violations,
    no_marker_is_printed,
    pandas,
    rows,
)
from tests.support.engines import IGNORED_WARNINGS

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(no_marker_is_printed.__name__)]


class Tick(Contract, row_unit=Unit.EVENTS):
    """One row per tick; no column is a key."""

    day = Column(date, description="The day.")


@case(1, *ALL_INPUTS)
def test_a_duplicate_row_is_refused(build_table: BuildTable) -> None:
    columns = {name: [*values, values[-1]] for name, values in rows().items()}
    assert find_violations(build_table(columns)) == {("visit_id", "is not unique", 1)}


@case(1, *LOCAL_INPUTS)
def test_equal_rows_of_a_table_without_a_key_are_all_counted(build_table: BuildTable) -> None:
    """Every row is a separate event."""
    metric = build_metric(Count(key="ticks", of=Tick, at=Tick.day), dimensions=[])
    days = build_table({"day": [date(2024, 4, 1)] * 3})
    assert cells(compute({"tick": days}, metric=metric, coverage={}), "ticks") == [3]


@case(2, *ALL_INPUTS)
def test_one_key_with_two_contents_is_refused(build_table: BuildTable) -> None:
    assert find_violations(
        build_table(rows(visit_id=[f"{MARKER}1", f"{MARKER}1", f"{MARKER}1"]))
    ) == {("visit_id", "is not unique", 2)}


@case(3, *ALL_INPUTS)
def test_a_missing_key_is_refused(build_table: BuildTable) -> None:
    """Two missing keys are reported as missing, and not as one key twice."""
    assert find_violations(build_table(rows(visit_id=[f"{MARKER}1", None, None]))) == {
        ("visit_id", "is missing", 2)
    }


@case(4, *LOCAL_INPUTS)
def test_a_missing_member_is_unknown_shown_and_inside_the_total(build_table: BuildTable) -> None:
    result = compute(build_table(rows(area=["South", None, "South"])), VISITS, by=["area"])
    shown = dict(zip(cells(result, "visits", "area"), cells(result, "visits"), strict=True))
    assert shown == {"North": 0, "South": 2, "Unknown": 1, "All": 3}


@case(5, *LOCAL_INPUTS)
def test_an_undecided_row_is_in_neither_part_of_a_share_and_is_counted(
    build_table: BuildTable,
) -> None:
    result = compute(build_table(rows(urgent=[True, None, False])), URGENT)
    assert (cells(result, "urgent", "numerator"), cells(result, "urgent", "denominator")) == (
        [1],
        [2],
    )
    assert cells(result, "urgent", "note")[0].startswith("1 row in neither part because urgency")


LOOK_ALIKE_KEYS = {
    "a space": f"{MARKER}1 ",
    "case": f"{MARKER}1".lower(),
    "a wide letter": f"{MARKER}1\uff21",
    "a decomposed letter": f"{MARKER}1A\u0301",
    "a Cyrillic letter": f"{MARKER}1\u0421",
    "a digit of another script": f"{MARKER}1\u0661",
    "a line end": f"{MARKER}1\n",
    "a zero-width space": f"{MARKER}1\u200b",
}


@case(6, *LOCAL_INPUTS)
@pytest.mark.parametrize("key", LOOK_ALIKE_KEYS.values(), ids=LOOK_ALIKE_KEYS)
def test_a_key_that_looks_like_another_is_refused_and_never_trimmed(
    build_table: BuildTable, key: str
) -> None:
    violations = find_violations(build_table(rows(visit_id=[f"{MARKER}1", key, f"{MARKER}3"])))
    assert ("visit_id", "does not match the pattern [A-Z0-9]+", 1) in violations
    assert violations <= {
        ("visit_id", "does not match the pattern [A-Z0-9]+", 1),
        ("visit_id", "has spaces round it", 1),
    }


@case(7, *IN_MEMORY)
def test_an_earlier_join_that_repeats_rows_is_refused(build_table: BuildTable) -> None:
    """The library joins no rows: a table has one row for each thing that is counted, with a key.

    (The list of cases requires a declared cardinality of joins; by design there are none.)
    """
    crossed = pd.DataFrame(rows(people=[1, 2, 3])).merge(
        pd.DataFrame({"outcome": ["charged", "none"]}), "cross"
    )
    plain = crossed.astype(object).where(crossed.notna(), None)
    table = build_table({name: [*map(to_python, plain[name])] for name in Visit.columns})
    assert find_violations(table) == {("visit_id", "is not unique", 3)}


def to_python(value: Any) -> Any:
    """Convert a pandas timestamp to a Python datetime."""
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


@case(8, *LOCAL_INPUTS)
def test_a_member_of_one_table_that_another_lacks_has_no_ratio(build_table: BuildTable) -> None:
    """Tables are combined as sums: an area without a population has no rate, and so has the total.

    (The list of cases requires the share of keys that match; by design no rows are joined.)
    """
    incidents = {
        "created_at": [datetime(2024, 5, 6, 12)] * 3,
        "closing_code": ["ASB nuisance"] * 3,
        "lpa": ["Shropshire", "Shropshire", "Herefordshire"],
    }
    people = {"mid_year": [2024], "lpa": ["Shropshire"], "residents": [500]}
    result = kpi.compute(
        ["15"],
        {"incident": build_table(incidents), "population": build_table(people)},
        periods=QUARTERS,
        by=["lpa"],
        coverage={"incident": ("2024-04-01", "2024-06-30")},
    ).to_polars()
    rates = {
        row["lpa"]: (row["value"], row["marker"])
        for row in result.filter(measure="per_1000").iter_rows(named=True)
    }
    assert rates["Shropshire"] == (2 / 500 * 1000, "")
    assert rates["Herefordshire"] == (None, "[x]")
    assert rates["All"] == (None, "[x]")


def shuffle_rows(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.sample(fraction=1, shuffle=True, seed=5)


def repeat_index(_: pl.DataFrame) -> pd.DataFrame:
    return pandas(rows()).iloc[::-1].set_axis([7, 7, 7])


def set_two_indexes(_: pl.DataFrame) -> pd.DataFrame:
    return pandas(rows()).set_index(["visit_id", "area"], drop=False)


def reverse_columns(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(reversed(frame.columns))


@case(9, shuffle_rows, repeat_index, set_two_indexes, reverse_columns, name="change")
def test_the_order_of_rows_and_columns_and_the_index_do_not_matter(change: Any) -> None:
    frame = pl.DataFrame(rows())
    expected = compute(frame, *ALL_MEASURES, by=["area"]).to_polars()
    assert compute(change(frame), *ALL_MEASURES, by=["area"]).to_polars().equals(expected)
