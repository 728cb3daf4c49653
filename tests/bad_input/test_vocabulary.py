"""Bad input, cases 39 to 44: vocabularies and how they change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

import swm_kpi as kpi
from swm_kpi import Break, Column, Contract, Count, Dimension, Sum, Unit
from tests.support.bad_inputs import (
    EVERYWHERE,
    HERE,
    Q1,
    TABLES,
    VISITS,
    Give,
    broken,
    case,
    cells,
    compute,
    metric,
    nothing_is_told,
    rows,
)
from tests.support.bad_inputs import MARK as M
from tests.support.engines import IGNORED_WARNINGS

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(nothing_is_told.__name__)]


@case(39, *EVERYWHERE)
def test_a_member_of_no_list_is_refused_and_counted(give: Give) -> None:
    """It is not counted as Unknown, and its value is not shown.

    (The list of cases would tell codes, which are not personal; the design tells no value, since
    what stands in the column may not be a code.)
    """
    areas = [f"{M} West", "North", f"{M} West"]
    assert broken(give(rows(area=areas))) == {("area", "is not in the closed list", 2)}


@case(39, *HERE)
def test_a_member_of_no_list_is_withheld_and_not_unknown(give: Give) -> None:
    result = compute(
        give(rows(area=[f"{M} West", "North", None])), VISITS, by=["area"], on_violation="withhold"
    )
    assert set(cells(result, "visits", "area")) == {"All"}
    assert M not in str(result.to_polars().to_dicts())


@case(40, *HERE)
def test_a_break_is_marked_and_nothing_is_compared_across_it(give: Give) -> None:
    """A code that is split or merged on a day breaks the series on that day."""
    made = metric(VISITS, breaks=[Break("2024-06-15", "Code 010 was split in two")])
    months = ["2024-04", "2024-05", "2024-06"]
    result = compute(give(rows()), made=made, periods=months)
    assert cells(result, "visits", "marker") == ["", "", "[b]"]
    assert "Code 010 was split in two" in cells(result, "visits", "note")[2]
    compared = result.compare("previous_period").to_polars()
    assert compared["change"].is_null().to_list() == [True, False, True]


USE = {
    "outcome 21 before 2016": ("21", datetime(2015, 6, 1, 12), "2015-04"),
    "outcome 22 before 2019": ("22", datetime(2019, 3, 31, 12), "2019-03"),
}


@case(41, *TABLES)
@pytest.mark.parametrize(("code", "given_on", "month"), USE.values(), ids=USE)
def test_a_code_dated_before_it_came_into_use_is_refused(
    give: Give, code: str, given_on: datetime, month: str
) -> None:
    """What the table of crime says of outcomes; the same code on a later day is right."""
    crime = {"crime_id": [M], "recorded_at": [given_on], "reported_at": [given_on]}
    crime |= {"outcome_code": [code], "outcome_at": [given_on]}
    words = f"outcome {code} is not dated before it came into use"
    assert words in str(kpi.validate(give(crime), "crime"))
    later = {"outcome_at": [datetime(2024, 5, 1)], "recorded_at": [datetime(2024, 5, 1)]}
    assert words not in str(kpi.validate(give(crime | later), "crime"))


@case(42, *EVERYWHERE)
def test_free_text_in_a_list_is_not_shown(give: Give) -> None:
    """A free text may name people."""
    texts = [f"{M} Jones hit {M} Smith", "low", None]
    assert broken(give(rows(grade=texts))) == {("grade", "is not in the closed list", 1)}


def of_grades(*grades: str) -> kpi.Metric:
    area = Dimension("area", "Area", ("North",), description="Where.")

    class Call(Contract, row_unit=Unit.CALLS):
        """One row per call."""

        at = Column(datetime, description="When.")
        grade = Column(str, isin=grades, description="Its grade.")
        place = Column(str, dimension=area, nullable=True, description="Where.")

    counted = Count(key="calls", of=Call, at=Call.at, where=Call.grade.is_in("1", "2"))
    return metric(counted, dimensions=[area])


@case(43, name="listed", added=("1", "2", "3"), renumbered=("2", "1"))
def test_which_codes_count_is_part_of_what_a_metric_is(listed: tuple[str, ...]) -> None:
    """The codes that a metric counts are in its hash; so is every code that a renumbering moves.

    (The list of cases would hash the vocabulary; the design hashes what moves a number: a code
    that is only added to a list moves none.)
    """
    assert of_grades("1", "2").definition == of_grades(*listed).definition

    class Call(Contract, row_unit=Unit.CALLS):
        """One row per call."""

        at = Column(datetime, description="When.")
        grade = Column(str, isin=("1", "2", "3"), description="Its grade.")

    moved = Count(key="calls", of=Call, at=Call.at, where=Call.grade.is_in("1", "3"))
    assert metric(moved, dimensions=[]).definition != of_grades("1", "2").definition


class Entry(Contract, row_unit=Unit.EVENTS):
    """One row per entry of a ledger, which may take back an earlier one."""

    at = Column(datetime, description="When.")
    amount = Column(int, description="How many, below zero for what is taken back.")


@case(44, *TABLES)
def test_a_negative_number_is_refused_unless_the_table_says_net(give: Give) -> None:
    """``ge=0`` refuses it; a column without that adds what is taken back."""
    assert broken(give(rows(people=[1, None, -3]))) == {("people", "is less than 0", 1)}
    net = Sum(key="net", of=Entry, at=Entry.at, value=Entry.amount, unit=Unit.EVENTS)
    entries = give({"at": [datetime(2024, 5, 1)] * 3, "amount": [5, -2, -1]})
    made = metric(net, dimensions=[])
    options: Any = {"made": made, "coverage": {"entry": ("2024-04-01", "2024-06-30")}}
    assert cells(compute({"entry": entries}, **options), "net") == [5 - 2 - 1]


@case(44, *TABLES)
def test_cancelled_and_transferred_crimes_do_not_stand(give: Give) -> None:
    """Recorded crime is what is recorded and stands: the declared rule of every count of it."""
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
        {"crime": give(crimes)},
        periods=Q1,
        coverage={"crime": ("2024-04-01", "2024-06-30")},
    )
    assert cells(result, "crimes_recorded") == [1]
