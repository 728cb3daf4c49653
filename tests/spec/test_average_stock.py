"""The average of a stock over its snapshots, and a ratio with that average as denominator."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.definitions.plan.objectives import REFORMING

SIDE = kpi.Dimension("side", "Side", ("Left", "Right"), description="Which side a person is on.")
UNKNOWN_STATUS = kpi.Availability(status=kpi.AvailabilityStatus.UNKNOWN, reason="For a test.")


class Post(kpi.Contract, row_unit=kpi.Unit.PEOPLE, source="A test"):
    """One row per person in post and snapshot."""

    as_at = kpi.Column(date, description="The day of the snapshot.")
    officer = kpi.Column(bool, nullable=True, description="Whether an officer.")
    side = kpi.Column(str, nullable=True, dimension=SIDE, description="The side.")


class Move(kpi.Contract, row_unit=kpi.Unit.PEOPLE, source="A test"):
    """One row per person who left."""

    left_on = kpi.Column(date, description="The day they left.")
    side = kpi.Column(str, nullable=True, dimension=SIDE, description="The side.")


def attrition(**changes: object) -> kpi.Metric:
    fields: dict[str, object] = {
        "ref": "1",
        "key": "attrition",
        "title": "Attrition",
        "objective": REFORMING,
        "summary": "Leavers as a share of the average strength.",
        "measures": [
            kpi.Count(key="left", of=Move, at=Move.left_on),
            kpi.AverageStock(
                key="strength", of=Post, at=Post.as_at, where=Post.officer, same_rows=False
            ),
            kpi.Ratio(key="rate", numerator="left", denominator="strength"),
        ],
        "dimensions": [SIDE],
        "direction": kpi.Direction.LOWER_IS_BETTER,
        "availability": UNKNOWN_STATUS,
        "limitations": "Not real.",
        "examples": [
            kpi.Example(
                rows={
                    "move": "| left_on |\n| 2024-05-01 |",
                    "post": "| as_at | officer |\n| 2024-04-30 | yes |\n| 2024-05-31 | no |",
                },
                expect={"left": 1, "strength": 1 / 2, "rate": 1 / (1 / 2)},
                edge_case="A snapshot without an officer counts as zero.",
            )
        ],
    }
    return kpi.Metric(**{**fields, **changes})  # type: ignore[arg-type]


POSTS = pl.DataFrame(
    {
        "as_at": [date(2024, 4, 30)] * 3 + [date(2024, 5, 31)] * 2 + [date(2024, 6, 30)],
        "officer": [True, True, None, True, False, False],
        "side": ["Left", "Right", "Left", "Left", "Left", "Left"],
    }
)
MOVES = pl.DataFrame({"left_on": [date(2024, 5, 1)], "side": ["Right"]})


def values_and_markers(by: list[str]) -> dict[tuple[str, str], tuple[float | None, str]]:
    quarter = ("2024-04-01", "2024-06-30")
    frame = kpi.compute(
        [attrition()],
        {"post": POSTS, "move": MOVES},
        periods=["2024/25 Q1"],
        by=by,
        coverage={"post": quarter, "move": quarter},
    ).to_polars()
    members = frame["side"] if by else ["All"] * len(frame)
    keys = zip(frame["measure"], members, strict=True)
    return dict(zip(keys, zip(frame["value"], frame["marker"], strict=True), strict=True))


def test_a_snapshot_without_matching_rows_counts_as_zero() -> None:
    cells = values_and_markers([])
    # Of one row in six it is not known whether it is an officer.
    assert cells["strength", "All"] == (pytest.approx((2 + 1 + 0) / 3), "[u]")
    assert cells["rate", "All"] == (pytest.approx(1 / ((2 + 1 + 0) / 3)), "[u]")


def test_a_member_is_averaged_over_every_snapshot_of_the_table() -> None:
    cells = values_and_markers(["side"])
    assert cells["strength", "Left"] == (pytest.approx((1 + 1 + 0) / 3), "[u]")
    assert cells["strength", "Right"] == (pytest.approx((1 + 0 + 0) / 3), "")
    assert cells["rate", "Right"] == (pytest.approx(1 / (1 / 3)), "")
    assert cells["rate", "Left"] == (0, "[u]")


def test_rows_with_a_null_condition_are_counted_in_the_note() -> None:
    frame = kpi.compute(
        [attrition()], {"post": POSTS, "move": MOVES}, periods=["2024/25 Q1"]
    ).to_polars()
    note = frame.filter(measure="strength")["note"][0]
    assert "Mean of 3 snapshots." in note
    assert "officer is not recorded" in note


def test_an_average_of_rows_that_may_differ_needs_a_condition() -> None:
    with pytest.raises(kpi.DefinitionError, match="counts every row"):
        kpi.AverageStock(key="all", of=Post, at=Post.as_at, same_rows=False)


def test_a_table_by_year_has_numbers_for_whole_financial_years_only() -> None:
    """One day in April covers its year, and neither a quarter nor other twelve months."""
    officers = pl.DataFrame(
        {
            "opens_on": [date(2023, 4, 1)] * 2,
            "person_id": ["a", "b"],
            "worker_type": ["officer"] * 2,
            "fte": [1.0, 0.5],
        }
    )
    periods = ["2023/24", "R12 2024-03", "2023/24 Q1", "R12 2024-01", "2024/25"]
    result = kpi.compute(["69"], {"opening_strength": officers}, periods=periods).to_polars()
    cells = result.filter(measure="opening_officers_fte").select("period", "value", "marker")
    assert cells.rows() == [
        ("2023/24", 1.5, ""),
        ("R12 2024-03", 1.5, ""),
        ("2023/24 Q1", None, "[x]"),
        ("R12 2024-01", None, "[x]"),
        ("2024/25", None, "[x]"),
    ]
