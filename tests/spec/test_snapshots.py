"""Stocks and registers: which snapshots give the value of a period."""

from __future__ import annotations

from swm_kpi import (
    PeriodEndStock,
)
from tests.support.small_tables import (
    Member,
    Post,
    build_metric,
    by_area,
    compute,
    frame_of,
    row_of,
    rows_of,
    run,
    table,
)


def test_a_total_averages_only_snapshots_that_have_every_area() -> None:
    """Shropshire is averaged over three snapshots, the force over the two with both areas."""
    waiting = table(
        "open_incident_snapshot",
        """
        | snapshot_at      | lpa           | grade | unresourced |
        | 2024-05-06 07:00 | Shropshire    | 2     | 3           |
        | 2024-05-06 07:00 | Herefordshire | 2     | 5           |
        | 2024-05-07 07:00 | Shropshire    | 2     | 1           |
        | 2024-05-08 07:00 | Shropshire    | 2     | 5           |
        | 2024-05-08 07:00 | Herefordshire | 2     | 0           |
        """,
    )
    result = run("54", {"open_incident_snapshot": waiting}, by=["lpa"])
    assert by_area(result, "unresourced") == {
        "Herefordshire": (5 + 0) / 2,
        "Shropshire": (3 + 1 + 5) / 3,
        "Telford & Wrekin": None,
        "North Worcestershire": None,
        "South Worcestershire": None,
        "All": ((3 + 5) + (5 + 0)) / 2,
    }
    assert row_of(result, "unresourced", lpa="Telford & Wrekin")["marker"] == "[x]"


def test_a_stock_is_the_latest_snapshot_of_the_period_and_never_a_sum() -> None:
    """Two officers in April and one in June give one. A period without a snapshot is [x]."""
    people = table(
        "workforce_snapshot",
        """
        | as_at      | person_id | worker_type | fte | career_break | seconded | lpa        |
        | 2024-04-30 | a         | officer     | 1.0 | no           | no       | Shropshire |
        | 2024-04-30 | b         | officer     | 0.5 | no           | no       |            |
        | 2024-06-30 | a         | officer     | 0.6 | no           | no       | Shropshire |
        """,
    )
    result = run(
        "52",
        {"workforce_snapshot": people},
        ["2024-04", "2024-05", "2024/25 Q1"],
        by=["lpa"],
    )
    april, may, quarter = rows_of(result, "officers", lpa="All")
    assert (april["value"], quarter["value"]) == (2, 1)
    assert (may["value"], may["marker"]) == (None, "[x]")
    assert "No snapshot in the period." in may["note"]
    assert "As at 30 June 2024." in quarter["note"]
    assert [row["value"] for row in rows_of(result, "officers_fte", lpa="All")] == [1.5, None, 0.6]


def test_snapshots_of_the_first_and_the_last_day_are_in_the_period() -> None:
    """A snapshot of the day after is in the next period."""
    posts = frame_of(
        Post,
        """
        | day        | ended      | side  |
        | 2024-04-01 |            | Left  |
        | 2024-04-01 |            | Right |
        | 2024-04-30 | 2024-05-01 | Left  |
        | 2024-05-01 |            | Left  |
        | 2024-05-01 |            | Left  |
        | 2024-05-01 | 2024-05-02 | Right |
        """,
    )
    metric = build_metric(
        PeriodEndStock(key="posts", of=Post, at=Post.day),
        PeriodEndStock(key="staying", of=Post, at=Post.day, series=Post.ended.is_null()),
    )
    result = compute(metric, {"post": posts}, ["2024-03", "2024-04", "2024-05"], by=["side"])

    def of(measure: str, side: str) -> list[float | None]:
        return [row["value"] for row in rows_of(result, measure, side=side)]

    assert of("posts", "All") == [None, 1, 3]
    assert of("posts", "Left") == [None, 1, 2]
    assert of("staying", "All") == [None, 2, 2]
    assert of("staying", "Left") == [None, 1, 2]
    notes = [row["note"] for row in rows_of(result, "posts", side="All")]
    assert "No snapshot in the period." in notes[0]
    assert "As at 30 April 2024." in notes[1]
    assert "As at 1 May 2024." in notes[2]
    assert "As at 1 April 2024." in rows_of(result, "staying", side="All")[1]["note"]


def test_registers_of_one_table_with_different_end_columns_are_counted_separately() -> None:
    """Two joined by June. One has left since, and the other has moved."""
    members = frame_of(
        Member,
        """
        | joined     | left       | moved      | side  |
        | 2024-01-01 | 2024-05-01 |            | Left  |
        | 2024-06-30 |            | 2024-07-15 | Right |
        """,
    )
    metric = build_metric(
        PeriodEndStock(key="members", of=Member, at=Member.joined, until=Member.left),
        PeriodEndStock(key="settled", of=Member, at=Member.joined, until=Member.moved),
    )
    result = compute(metric, {"member": members}, ["2024-04", "2024-06", "2024-07"], by=["side"])

    def of(measure: str, side: str) -> list[float | None]:
        return [row["value"] for row in rows_of(result, measure, side=side)]

    assert of("members", "All") == [1, 1, 1]
    assert of("members", "Left") == [1, 0, 0]
    assert of("settled", "All") == [1, 2, 1]
    assert of("settled", "Right") == [0, 1, 0]


def test_a_register_is_counted_on_the_last_day_of_the_period() -> None:
    """A row that ended on the last day is not counted."""
    posts = frame_of(
        Post,
        """
        | day        | ended      |
        | 2019-01-01 |            |
        | 2024-06-30 |            |
        | 2024-04-01 | 2024-06-30 |
        | 2024-04-01 | 2024-07-01 |
        | 2024-07-01 |            |
        """,
    )
    metric = build_metric(PeriodEndStock(key="posts", of=Post, at=Post.day, until=Post.ended))
    rows = rows_of(compute(metric, {"post": posts}, ["2024-05", "2024/25 Q1"]), "posts")
    assert [row["value"] for row in rows] == [1 + 2, 1 + 1 + 1]
