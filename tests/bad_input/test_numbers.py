"""Bad input, cases 45 to 52: numbers that come out."""

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
    HERE,
    MINUTES,
    TABLES,
    URGENT,
    VISIT,
    VISITS,
    Give,
    Visit,
    case,
    cells,
    compute,
    nothing_is_told,
    refused,
    rows,
)
from tests.support.bad_inputs import MARK as M
from tests.support.engines import IGNORED_WARNINGS
from tests.support.large_requests import UnreadableTable, crossed_metric

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(nothing_is_told.__name__)]
POLICY = DisclosurePolicy(threshold=5, rounding_base=5)


def visits(**areas: int) -> dict[str, list[Any]]:
    """So many visits in each area, a minute apart."""
    places = [area for area, count in areas.items() for _ in range(count)]
    start = datetime(2024, 4, 2)
    return {
        "visit_id": [f"{M}{number}" for number in range(len(places))],
        "came_at": [start + timedelta(minutes=number) for number in range(len(places))],
        "area": places,
        "urgent": [number % 2 == 0 for number in range(len(places))],
    }


@case(45, *TABLES)
def test_nothing_to_divide_by_is_not_applicable_and_stops_nothing(give: Give) -> None:
    """The rows beside it have their numbers, and no number is infinite or not one."""
    result = compute(give(rows(urgent=[None] * 3, area=["South"] * 3)), by=["area"])
    assert cells(result, "visits") == [0, 3, 3]
    assert cells(result, "urgent") == [None] * 3
    assert cells(result, "urgent", "marker") == ["[z]"] * 3
    for name in NUMBER_COLUMNS:
        assert result.to_polars()[name].drop_nulls().is_finite().all()


VISITED = st.tuples(st.sampled_from(["North", "South", None]), st.sampled_from([True, False, None]))


@settings(max_examples=50, deadline=None)
@given(st.lists(VISITED))
def shares_are_of_their_whole(drawn: list[tuple[str | None, bool | None]]) -> None:
    columns = {
        "visit_id": [f"{M}{number}" for number in range(len(drawn))],
        "came_at": [datetime(2024, 4, 2)] * len(drawn),
        "area": [area for area, _ in drawn],
        "urgent": [urgent for _, urgent in drawn],
    }
    types = {"visit_id": pl.String, "came_at": pl.Datetime, "area": pl.String, "urgent": pl.Boolean}
    result = compute(pl.DataFrame(columns, schema=types), URGENT, by=["area"])
    for part, whole in zip(
        cells(result, "urgent", "numerator"), cells(result, "urgent", "denominator"), strict=True
    ):
        assert 0 <= part <= whole


@case(46, shares_are_of_their_whole, name="holds")
def test_a_part_is_never_more_than_its_whole(holds: Any) -> None:
    """By construction: a share's numerator is a condition on the rows of its denominator.

    (The list of cases asks for an internal error; the design leaves nothing to go wrong.)
    """
    holds()


TOLD: dict[str, Any] = {
    "nought": (0, 0),
    "one": (1, "[c]"),
    "one below": (4, "[c]"),
    "at": (5, 5),
    "one above": (6, 5),
    "nearer ten": (8, 10),
}


@case(47, name="count", **TOLD)
def test_a_count_near_the_threshold_is_hidden_or_rounded(count: tuple[int, Any]) -> None:
    """Of a threshold of 5: 1 to 4 are hidden, a nought is shown, and the rest is rounded to 5."""
    many, record = count
    result = compute(pl.DataFrame(visits(North=many, South=500)), VISITS, by=["area"])
    safe = result.protect(POLICY)
    shown = cells(safe, "visits")[0]
    assert (shown if shown is not None else cells(safe, "visits", "marker")[0]) == record


@case(48, *HERE)
def test_a_second_cell_is_hidden_where_the_total_would_give_the_first_back(give: Give) -> None:
    """100 less 97 is 3: unrounded, the total gives it away unless another number goes too."""
    result = compute(give(visits(North=3, South=97)), VISITS, by=["area"])
    safe = result.protect(DisclosurePolicy(threshold=5, rounding_base=1))
    assert cells(safe, "visits", "marker")[0] == "[c]"
    assert cells(safe, "visits").count(None) >= 2
    assert "3" not in str(cells(safe, "visits", "note"))


@case(49, *HERE)
def test_no_share_gives_hidden_or_rounded_counts_back(give: Give, tmp_path: Path) -> None:
    """7 of 13 is 0.538462, which is 7 of 13 to whoever looks: it is 5 of 15 when disclosed.

    An undisclosed share is not written at all, unless that is said to be meant.
    """
    result = compute(give(visits(North=13, South=500)), URGENT, by=["area"])
    assert cells(result, "urgent")[0] == 7 / 13
    with refused(OutputError, "no disclosure control"):
        result.to_csv(tmp_path / "shares.csv")
    safe = result.protect(POLICY)
    assert cells(safe, "urgent")[0] == 5 / 15
    for part, whole in zip(
        cells(safe, "urgent", "numerator"), cells(safe, "urgent", "denominator"), strict=True
    ):
        assert part is None or (part % 5, whole % 5) == (0, 0)


@case(50, *HERE)
def test_sums_do_not_depend_on_the_order_of_rows(give: Give) -> None:
    """As decimals these add up to 0 or to 1, as the order has it; in pence they add up to one."""
    costs = [0.01, 70_368_744_177.0, -70_368_744_177.0]
    assert (
        len({reduce(operator.add, permutation) for permutation in itertools.permutations(costs)})
        > 1
    )
    spent = Sum(key="spent", **VISIT, value=Visit.cost, unit=Unit.POUNDS)
    for order in itertools.permutations(costs):
        table = give(rows(came_at=[datetime(2024, 4, 1)] * 3, cost=order))
        assert cells(compute(table, spent), "spent") == [0.01]


@case(50, *HERE)
def test_halves_are_rounded_upwards_and_nought_has_no_sign(give: Give) -> None:
    """Never to the even neighbour: 2.5 hundreds are 3 hundreds, as people expect."""
    policy = DisclosurePolicy(threshold=5, rounding_base=10)
    result = compute(give(visits(North=15, South=25)), VISITS, by=["area"]).protect(policy)
    assert cells(result, "visits") == [20, 30, 40]
    spent = Sum(key="spent", **VISIT, value=Visit.cost, unit=Unit.POUNDS)
    (nought,) = cells(compute(give(rows(cost=[-0.0, None, -0.001])), spent), "spent")
    assert (nought, math.copysign(1, nought)) == (0, 1)


@case(51, *TABLES)
def test_what_does_not_add_is_worked_out_again_and_never_added(give: Give) -> None:
    """One visitor comes twice, to both areas; medians of 10, 30 and 80 minutes."""
    start = datetime(2024, 4, 2, 12)
    table = give(
        {
            "visit_id": [f"{M}{number}" for number in range(3)],
            "came_at": [start, start, datetime(2024, 5, 2, 12)],
            "left_at": [start + timedelta(minutes=10), start + timedelta(minutes=30),
                        datetime(2024, 5, 2, 13, 20)],
            "visitor": [f"{M} Ann", f"{M} Ann", f"{M} Ann"],
            "area": ["North", "South", "South"],
        }
    )  # fmt: skip
    middle = Duration(key="middle", **VISIT, start=Visit.came_at, end=Visit.left_at,
                      average=Average.MEDIAN, unit=Unit.MINUTES)  # fmt: skip
    visitors = Count(key="visitors", **VISIT, distinct=Visit.visitor)
    result = compute(table, middle, visitors, by=["area"], periods=["2024-04", "2024/25 Q1"])
    assert cells(result, "visitors") == [1, 1, 1, 1, 1, 1]
    assert cells(result, "middle") == [10, 30, 20, 10, 55, 30]


@case(51, *HERE)
def test_what_does_not_add_is_not_put_together_over_time(give: Give) -> None:
    """A year to date of medians, or of different people, is refused with the reason."""
    visitors = Count(key="visitors", **VISIT, distinct=Visit.visitor)
    months = ["2023-04", "2023-05", "2024-04", "2024-05"]
    result = compute(give(rows()), visitors, MINUTES, periods=months, coverage={})
    put_together = result.compare("year_to_date").to_polars()
    in_may = put_together.filter(measure="visitors", period="2024-05")
    assert (in_may["current_value"].to_list(), in_may["change_marker"].to_list()) == (
        [None],
        ["[z]"],
    )
    assert "do not add" in in_may["change_note"][0]


@case(52, name="lengths", two=(3000, 3000), three=(300, 300, 300), many_periods=(44, 350, 10))
def test_more_cells_than_can_be_meant_are_refused_before_a_row_is_read(
    lengths: tuple[int, ...],
) -> None:
    """The message multiplies them out. The table here could not even be opened."""
    made = crossed_metric(*lengths)
    months = kpi.periods("2015-04-01", "2025-03-31", grain="month")
    by = [dimension.key for dimension in made.dimensions]
    product = " x ".join(map(str, lengths))
    most = math.prod(length + 2 for length in lengths) * len(months)
    with refused(RequestError, f"{most:,} cells .*120 periods x breakdowns of {product}"):
        compute({"wide": UnreadableTable()}, made=made, periods=months, by=by, coverage={})
