"""Bad input, cases 39 to 44: vocabularies and how they change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

import swm_kpi as kpi
from swm_kpi import Break, Column, Contract, Count, Dimension, Sum, Unit
from tests.support.bad_inputs import (
    ALL_INPUTS,
    IN_MEMORY,
    LOCAL_INPUTS,
    MARKER,
    QUARTERS,
    VISITS,
    BuildTable,
    build_metric,
    case,
    cells,
    compute,
    find_violations,
    no_marker_is_printed,
    rows,
)
from tests.support.engines import IGNORED_WARNINGS

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(no_marker_is_printed.__name__)]


@case(39, *ALL_INPUTS)
def test_an_unknown_member_is_refused_and_counted(build_table: BuildTable) -> None:
    """It is not counted as Unknown, and its value is not shown.

    (By the list of cases the message shows codes, which are not personal. By design it shows no
    value, because the column may contain something else.)
    """
    areas = [f"{MARKER} West", "North", f"{MARKER} West"]
    assert find_violations(build_table(rows(area=areas))) == {
        ("area", "is not in the closed list", 2)
    }


@case(39, *IN_MEMORY)
def test_a_breakdown_with_an_unknown_member_is_withheld(build_table: BuildTable) -> None:
    result = compute(
        build_table(rows(area=[f"{MARKER} West", "North", None])),
        VISITS,
        by=["area"],
        on_violation="withhold",
    )
    assert set(cells(result, "visits", "area")) == {"All", "North", "South"}
    assert cells(result, "visits", "marker") == ["[x]", "[x]", ""]
    assert MARKER not in str(result.to_polars().to_dicts())


@case(40, *IN_MEMORY)
def test_a_break_is_marked_and_nothing_is_compared_across_it(build_table: BuildTable) -> None:
    """A code that is split or merged on a day breaks the series on that day."""
    metric = build_metric(VISITS, breaks=[Break("2024-06-15", "Code 010 was split in two")])
    months = ["2024-04", "2024-05", "2024-06"]
    result = compute(build_table(rows()), metric=metric, periods=months)
    assert cells(result, "visits", "marker") == ["", "", "[b]"]
    assert "Code 010 was split in two" in cells(result, "visits", "note")[2]
    compared = result.compare("previous_period").to_polars()
    assert compared["change"].is_null().to_list() == [True, False, True]


CODES_BEFORE_THEIR_FIRST_DAY = {
    "outcome 21 before 2016": ("21", datetime(2015, 6, 1, 12), "2015-04"),
    "outcome 22 before 2019": ("22", datetime(2019, 3, 31, 12), "2019-03"),
}


@case(41, *LOCAL_INPUTS)
@pytest.mark.parametrize(
    ("code", "given_on", "month"),
    CODES_BEFORE_THEIR_FIRST_DAY.values(),
    ids=CODES_BEFORE_THEIR_FIRST_DAY,
)
def test_a_code_dated_before_it_came_into_use_is_refused(
    build_table: BuildTable, code: str, given_on: datetime, month: str
) -> None:
    """A rule of the crime table for outcomes. On a later day the same code is valid."""
    crime = {"crime_id": [MARKER], "recorded_at": [given_on], "reported_at": [given_on]}
    crime |= {"outcome_code": [code], "outcome_at": [given_on]}
    message = f"outcome {code} is not dated before it came into use"
    assert message in str(kpi.validate(build_table(crime), "crime"))
    later = {"outcome_at": [datetime(2024, 5, 1)], "recorded_at": [datetime(2024, 5, 1)]}
    assert message not in str(kpi.validate(build_table(crime | later), "crime"))


@case(42, *ALL_INPUTS)
def test_free_text_in_a_list_is_not_shown(build_table: BuildTable) -> None:
    """A free text may name people."""
    texts = [f"{MARKER} Jones hit {MARKER} Smith", "low", None]
    assert find_violations(build_table(rows(grade=texts))) == {
        ("grade", "is not in the closed list", 1)
    }


def count_grades(*grades: str) -> kpi.Metric:
    area = Dimension("area", "Area", ("North",), description="Where.")

    class Call(Contract, row_unit=Unit.CALLS):
        """One row per call."""

        at = Column(datetime, description="When.")
        grade = Column(str, isin=grades, description="Its grade.")
        place = Column(str, dimension=area, nullable=True, description="Where.")

    counted = Count(key="calls", of=Call, at=Call.at, where=Call.grade.is_in("1", "2"))
    return build_metric(counted, dimensions=[area])


@case(43, name="codes", added=("1", "2", "3"), renumbered=("2", "1"))
def test_the_codes_that_a_metric_counts_are_in_its_hash(codes: tuple[str, ...]) -> None:
    """If a code is renumbered, the hash changes too.

    (By the list of cases the vocabulary is hashed. By design only what changes a number is hashed,
    and a code that is added to a list changes none.)
    """
    assert count_grades("1", "2").definition == count_grades(*codes).definition

    class Call(Contract, row_unit=Unit.CALLS):
        """One row per call."""

        at = Column(datetime, description="When.")
        grade = Column(str, isin=("1", "2", "3"), description="Its grade.")

    moved = Count(key="calls", of=Call, at=Call.at, where=Call.grade.is_in("1", "3"))
    assert build_metric(moved, dimensions=[]).definition != count_grades("1", "2").definition


class Entry(Contract, row_unit=Unit.EVENTS):
    """One row per entry of a ledger; an entry may reverse an earlier one."""

    at = Column(datetime, description="When.")
    amount = Column(int, description="How many; negative for a reversal.")


@case(44, *LOCAL_INPUTS)
def test_a_negative_number_is_refused_unless_the_column_allows_it(build_table: BuildTable) -> None:
    """A column with ``ge=0`` refuses it; a column without that adds the reversals."""
    assert find_violations(build_table(rows(people=[1, None, -3]))) == {
        ("people", "is less than 0", 1)
    }
    net = Sum(key="net", of=Entry, at=Entry.at, value=Entry.amount, unit=Unit.EVENTS)
    entries = build_table({"at": [datetime(2024, 5, 1)] * 3, "amount": [5, -2, -1]})
    metric = build_metric(net, dimensions=[])
    options: Any = {"metric": metric, "coverage": {"entry": ("2024-04-01", "2024-06-30")}}
    assert cells(compute({"entry": entries}, **options), "net") == [5 - 2 - 1]


@case(44, *LOCAL_INPUTS)
def test_cancelled_and_transferred_crimes_are_not_counted(build_table: BuildTable) -> None:
    """Every count of recorded crime excludes them."""
    at = datetime(2024, 5, 1, 12)
    crimes = {
        "recorded_at": [at] * 3,
        "status": ["recorded", "cancelled", "transferred"],
        "outcome_code": ["1", "1", "1"],
        "outcome_at": [at] * 3,
        "offence_subgroup": ["Homicide"] * 3,
        "is_da": [True] * 3,
    }
    result = kpi.compute(
        ["29"],
        {"crime": build_table(crimes)},
        periods=QUARTERS,
        coverage={"crime": ("2024-04-01", "2024-06-30")},
    )
    assert cells(result, "crimes_recorded") == [1]
