"""Bad input, cases 45 to 52: numbers in results."""

from __future__ import annotations

import itertools
import math
import operator
from datetime import datetime, timedelta
from functools import reduce
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import (
    Average,
    Count,
    DisclosurePolicy,
    Duration,
    OutputError,
    RequestError,
    Sum,
    Unit,
)
from swm_kpi.result_columns import NUMBER_COLUMNS
from tests.support.bad_inputs import (
    IN_MEMORY,
    LOCAL_INPUTS,
    MARKER,
    MINUTES,
    URGENT,
    VISIT,
    VISITS,
    BuildTable,
    Visit,
    case,
    cells,
    compute,
    no_marker_is_printed,
    raises_without_marker,
    rows,
)
from tests.support.engines import IGNORED_WARNINGS
from tests.support.large_requests import UnreadableTable, crossed_metric

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(no_marker_is_printed.__name__)]
POLICY = DisclosurePolicy(threshold=5, rounding_base=5)


def build_visits(**areas: int) -> dict[str, list[Any]]:
    """Build visits from their number in each area, a minute apart."""
    area_of_row = [area for area, count in areas.items() for _ in range(count)]
    start = datetime(2024, 4, 2)
    return {
        "visit_id": [f"{MARKER}{number}" for number in range(len(area_of_row))],
        "came_at": [start + timedelta(minutes=number) for number in range(len(area_of_row))],
        "area": area_of_row,
        "urgent": [number % 2 == 0 for number in range(len(area_of_row))],
    }


@case(45, *LOCAL_INPUTS)
def test_a_division_by_zero_is_not_applicable(build_table: BuildTable) -> None:
    """A share of no rows is not applicable, and one of rows without an answer not available."""
    result = compute(build_table(rows(urgent=[None] * 3, area=["South"] * 3)), by=["area"])
    assert cells(result, "visits") == [0, 3, 3]
    assert cells(result, "urgent") == [None] * 3
    assert cells(result, "urgent", "marker") == ["[z]", "[x]", "[x]"]
    for name in NUMBER_COLUMNS:
        assert result.to_polars()[name].drop_nulls().is_finite().all()


AREA_AND_URGENCY = st.tuples(
    st.sampled_from(["North", "South", None]), st.sampled_from([True, False, None])
)


@settings(max_examples=50, deadline=None)
@given(st.lists(AREA_AND_URGENCY))
def check_shares(areas_and_urgency: list[tuple[str | None, bool | None]]) -> None:
    columns = {
        "visit_id": [f"{MARKER}{number}" for number in range(len(areas_and_urgency))],
        "came_at": [datetime(2024, 4, 2)] * len(areas_and_urgency),
        "area": [area for area, _ in areas_and_urgency],
        "urgent": [urgent for _, urgent in areas_and_urgency],
    }
    types = {"visit_id": pl.String, "came_at": pl.Datetime, "area": pl.String, "urgent": pl.Boolean}
    result = compute(pl.DataFrame(columns, schema=types), URGENT, by=["area"])
    for part, whole in zip(
        cells(result, "urgent", "numerator"), cells(result, "urgent", "denominator"), strict=True
    ):
        assert part is None or 0 <= part <= whole


@case(46, check_shares, name="check")
def test_a_part_is_never_more_than_its_whole(check: Any) -> None:
    """The numerator of a share is a condition on the rows of its denominator.

    (The list of cases requires an internal error; by design, the case cannot occur.)
    """
    check()


COUNTS_NEAR_THE_THRESHOLD: dict[str, Any] = {
    "zero": (0, 0),
    "one": (1, "[c]"),
    "one below": (4, "[c]"),
    "at": (5, 5),
    "one above": (6, 5),
    "nearer ten": (8, 10),
}


@case(47, name="count", **COUNTS_NEAR_THE_THRESHOLD)
def test_a_count_near_the_threshold_is_suppressed_or_rounded(count: tuple[int, Any]) -> None:
    """With a threshold of 5, 1 to 4 are suppressed, zero is shown, and others are rounded to 5."""
    exact, expected = count
    result = compute(pl.DataFrame(build_visits(North=exact, South=500)), VISITS, by=["area"])
    protected = result.protect(POLICY)
    shown = cells(protected, "visits")[0]
    assert (shown if shown is not None else cells(protected, "visits", "marker")[0]) == expected


@case(48, *IN_MEMORY)
def test_secondary_suppression_protects_a_small_count_against_its_total(
    build_table: BuildTable,
) -> None:
    """100 less 97 is 3: without rounding, another number must be suppressed too."""
    result = compute(build_table(build_visits(North=3, South=97)), VISITS, by=["area"])
    protected = result.protect(DisclosurePolicy(threshold=5, rounding_base=1))
    assert cells(protected, "visits", "marker")[0] == "[c]"
    assert cells(protected, "visits").count(None) >= 2
    assert "3" not in str(cells(protected, "visits", "note"))


@case(49, *IN_MEMORY)
def test_no_share_reveals_suppressed_or_rounded_counts(
    build_table: BuildTable, tmp_path: Path
) -> None:
    """7 of 13 is 0.538462, which reveals both counts. When protected, it is 5 of 15.

    A share that is not protected is written only with ``policy="none"``.
    """
    result = compute(build_table(build_visits(North=13, South=500)), URGENT, by=["area"])
    assert cells(result, "urgent")[0] == 7 / 13
    with raises_without_marker(OutputError, "no disclosure control"):
        result.to_csv(tmp_path / "shares.csv")
    protected = result.protect(POLICY)
    assert cells(protected, "urgent")[0] == 5 / 15
    for part, whole in zip(
        cells(protected, "urgent", "numerator"),
        cells(protected, "urgent", "denominator"),
        strict=True,
    ):
        assert part is None or (part % 5, whole % 5) == (0, 0)


@case(50, *IN_MEMORY)
def test_sums_do_not_depend_on_the_order_of_rows(build_table: BuildTable) -> None:
    """The sum of these floats is 0 or 0.01, depending on their order. In pence it is always 1."""
    costs = [0.01, 70_368_744_177.0, -70_368_744_177.0]
    assert (
        len({reduce(operator.add, permutation) for permutation in itertools.permutations(costs)})
        > 1
    )
    spent = Sum(key="spent", **VISIT, value=Visit.cost, unit=Unit.POUNDS)
    for order in itertools.permutations(costs):
        table = build_table(rows(came_at=[datetime(2024, 4, 1)] * 3, cost=order))
        assert cells(compute(table, spent), "spent") == [0.01]


@case(50, *IN_MEMORY)
def test_halves_are_rounded_upwards_and_zero_has_no_sign(build_table: BuildTable) -> None:
    """Halves are not rounded to the even neighbour: 25 to the nearest 10 is 30."""
    policy = DisclosurePolicy(threshold=5, rounding_base=10)
    result = compute(build_table(build_visits(North=15, South=25)), VISITS, by=["area"]).protect(
        policy
    )
    assert cells(result, "visits") == [20, 30, 40]
    spent = Sum(key="spent", **VISIT, value=Visit.cost, unit=Unit.POUNDS)
    (zero,) = cells(compute(build_table(rows(cost=[-0.0, None, -0.001])), spent), "spent")
    assert (zero, math.copysign(1, zero)) == (0, 1)


@case(51, *LOCAL_INPUTS)
def test_non_additive_measures_are_calculated_for_each_total(build_table: BuildTable) -> None:
    """One visitor comes to both areas; the medians are of 10, 30 and 80 minutes."""
    start = datetime(2024, 4, 2, 12)
    table = build_table(
        {
            "visit_id": [f"{MARKER}{number}" for number in range(3)],
            "came_at": [start, start, datetime(2024, 5, 2, 12)],
            "left_at": [start + timedelta(minutes=10), start + timedelta(minutes=30),
                        datetime(2024, 5, 2, 13, 20)],
            "visitor": [f"{MARKER} Ann", f"{MARKER} Ann", f"{MARKER} Ann"],
            "area": ["North", "South", "South"],
        }
    )  # fmt: skip
    median = Duration(key="median", **VISIT, start=Visit.came_at, end=Visit.left_at,
                      average=Average.MEDIAN, unit=Unit.MINUTES)  # fmt: skip
    visitors = Count(key="visitors", **VISIT, distinct=Visit.visitor)
    result = compute(table, median, visitors, by=["area"], periods=["2024-04", "2024/25 Q1"])
    assert cells(result, "visitors") == [1, 1, 1, 1, 1, 1]
    assert cells(result, "median") == [10, 30, 20, 10, 55, 30]


@case(51, *IN_MEMORY)
def test_non_additive_measures_have_no_year_to_date(build_table: BuildTable) -> None:
    """A year to date of medians, or of distinct people, is not applicable, with a reason."""
    visitors = Count(key="visitors", **VISIT, distinct=Visit.visitor)
    months = ["2023-04", "2023-05", "2024-04", "2024-05"]
    result = compute(build_table(rows()), visitors, MINUTES, periods=months, coverage={})
    comparison = result.compare("year_to_date").to_polars()
    in_may = comparison.filter(measure="visitors", period="2024-05")
    assert (in_may["current_value"].to_list(), in_may["change_marker"].to_list()) == (
        [None],
        ["[z]"],
    )
    assert "do not add" in in_may["change_note"][0]


@case(52, name="lengths", two=(3000, 3000), three=(300, 300, 300), many_periods=(44, 350, 10))
def test_a_request_for_too_many_cells_raises_before_a_row_is_read(
    lengths: tuple[int, ...],
) -> None:
    """The message shows the product. The table of this test cannot be read."""
    metric = crossed_metric(*lengths)
    months = kpi.periods("2015-04-01", "2025-03-31", grain="month")
    by = [dimension.key for dimension in metric.dimensions]
    product = " x ".join(map(str, lengths))
    most = math.prod(length + 2 for length in lengths) * len(months)
    with raises_without_marker(
        RequestError, f"{most:,} cells .*120 periods x breakdowns of {product}"
    ):
        compute({"wide": UnreadableTable()}, metric=metric, periods=months, by=by, coverage={})
