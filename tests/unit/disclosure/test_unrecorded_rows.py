"""Disclosure control of the rows that are not recorded: their counts, markers and sentences."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import Count, DisclosurePolicy, Metric, Proportion, Ratio, Result
from swm_kpi.disclosure.cell_semantics import CellRoles, CountKey, SumOfCounts, roles_of
from swm_kpi.disclosure.linked_tables import LinkedTables
from swm_kpi.disclosure.reliability import ReliabilityRules, UncertainNumbers
from swm_kpi.disclosure.two_releases import differencing_risks
from tests.support.small_tables import (
    BACK,
    CALL,
    MINUTES,
    SIDE,
    Call,
    build_metric,
    row_of,
    rows_of,
)

EXACT = DisclosurePolicy(threshold=5, rounding_base=1)
NO_ZEROS = EXACT.model_copy(update={"show_zeros": False})
Q1 = "2024/25 Q1"
MONTHS = ("2024-04", "2024-05", "2024-06")
URGENT = build_metric(Count(key="urgent", **CALL, where=Call.urgent))
BY_SIDE = build_metric(Count(key="calls", **CALL))
MAY = datetime(2024, 5, 6)
NO_SIDE = "Rows in Unknown may belong here, because they name no member of the breakdown by side."
SMALL = (1, 2, 3, 4)


def calls(**numbers: int) -> pl.DataFrame:
    """Return a table of calls: for each name, a letter for urgency and one for the side.

    The letters of urgency are y, n and u (not recorded); those of the side are l, r and u.
    """
    urgency = {"y": True, "n": False, "u": None}
    sides = {"l": "Left", "r": "Right", "u": None}
    rows = [
        (MAY, MAY, urgency[name[0]], sides[name[1]])
        for name, number in numbers.items()
        for _ in range(number)
    ]
    schema = {
        "began_at": pl.Datetime, "ended_at": pl.Datetime, "urgent": pl.Boolean, "side": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(
        call_id=pl.int_range(pl.len()).cast(pl.String)
    )


def compute(metric: Metric, table: pl.DataFrame, by: Sequence[str] = (), **options: Any) -> Result:
    options = {"periods": [Q1], "coverage": {"call": ("2020-01-01", "2029-12-31")}} | options
    return kpi.compute(
        [metric], {"call": table}, by=by, catalogue=kpi.Catalogue([metric]), **options
    )


def published(result: Result, measure: str, **members: str) -> tuple[str, str]:
    """Return what a row says in its marker and its note."""
    row = row_of(result, measure, **members)
    return row["marker"], row["note"]


def test_few_undecided_rows_do_not_mark_a_large_count() -> None:
    """36 is a ninth of 324: with so many recorded rows, 4 of them are not a tenth of all."""
    for policy in (EXACT, NO_ZEROS):
        marker = published(compute(URGENT, calls(yl=324, nl=20, ul=3)).protect(policy), "urgent")[0]
        assert marker == ""


@pytest.mark.parametrize("coverage", ["2024-06-30", "2024-06-15"])
@pytest.mark.parametrize("policy", [EXACT, NO_ZEROS, DisclosurePolicy()])
def test_the_marker_does_not_say_which_small_count_is_undecided(
    policy: DisclosurePolicy, coverage: str
) -> None:
    """Of 31 calls, 4 undecided ones are more than a tenth, and 3 are not."""
    stated = {
        published(
            compute(
                URGENT, calls(yl=31, ul=number), coverage={"call": ("2024-04-01", coverage)}
            ).protect(policy),
            "urgent",
        )
        for number in SMALL
    }
    assert len(stated) == 1
    assert stated.pop()[0] == "[u]"


@pytest.mark.parametrize("number", [35, 36, 37])
def test_a_shown_count_of_undecided_rows_marks_from_a_tenth(number: int) -> None:
    exact = compute(URGENT, calls(yl=324, ul=number))
    marker = "[u]" if number > 36 else ""
    assert published(exact, "urgent")[0] == marker
    assert published(exact.protect(EXACT), "urgent")[0] == marker


def test_the_limit_follows_the_assumption() -> None:
    for share, marker in ((0.01, "[u]"), (0.02, ""), (1.0, "")):
        result = compute(
            URGENT, calls(yl=600, ul=8), assumptions={"max_undecided_share": share}
        ).protect(EXACT)
        assert published(result, "urgent")[0] == marker, share


@pytest.mark.parametrize("policy", [EXACT, DisclosurePolicy()])
def test_members_do_not_say_which_small_count_is_unknown(policy: DisclosurePolicy) -> None:
    """Of 36 calls, 4 without a side are more than a tenth, and 3 are not."""
    stated = {
        tuple(
            published(
                compute(BY_SIDE, calls(yl=20, yr=16 - number, yu=number), ["side"]).protect(policy),
                "calls",
                side=side,
            )
            for side in ("Left", "Unknown")
        )
        for number in SMALL
    }
    assert len(stated) == 1
    assert NO_SIDE in stated.pop()[0][1]


def test_each_count_of_rows_is_protected_where_another_has_none() -> None:
    """Every urgency is recorded, and 2 urgent calls name no caller."""
    metric = build_metric(Count(key="callers", **CALL, where=Call.urgent, distinct=Call.caller))
    table = calls(yl=300, nl=20).with_columns(
        caller=pl.when(pl.int_range(pl.len()) >= 2).then("call_id")
    )
    exact = row_of(compute(metric, table), "callers")
    assert (exact["undecided"], exact["without_value"]) == (None, 2)
    protected = row_of(compute(metric, table).protect(EXACT), "callers")
    assert (protected["value"], protected["without_value"]) == (298, None)
    assert "Some rows left out because caller is not recorded." in protected["note"]


AGAIN = build_metric(
    kpi.RepeatRate(key="again", **CALL, who=Call.caller, lookback=BACK),
)


def test_a_period_without_rows_has_no_undecided_ones() -> None:
    """June has no call, so the undecided of April are those of the quarter less those of May."""
    april = pl.col("began_at", "ended_at").dt.offset_by("-1mo")
    table = pl.concat([calls(yl=30, nl=30, ul=4).with_columns(april), calls(yl=300, nl=300, ul=20)])
    table = table.with_columns(call_id=pl.int_range(pl.len()).cast(pl.String))
    share = build_metric(Proportion(key="share", **CALL, numerator=Call.urgent))
    result = compute(share, table, periods=kpi.periods(*MONTHS, Q1))
    june = row_of(result, "share", period="2024-06")
    assert (june["marker"], june["undecided"]) == ("[z]", None)
    shown = {row["period"]: row["undecided"] for row in rows_of(result.protect(EXACT), "share")}
    assert shown["2024-04"] is None
    assert None in (shown["2024-05"], shown[Q1])


@pytest.mark.parametrize(
    "policy", [EXACT, NO_ZEROS, DisclosurePolicy()], ids=["exact", "no zeros", "rounded"]
)
def test_the_rows_of_a_look_back_do_not_say_how_few_name_nobody(policy: DisclosurePolicy) -> None:
    """Besides 30 calls that name a caller, 4 are more than a tenth, and 3 are not."""
    stated = set()
    for number in SMALL if policy.show_zeros else (0, *SMALL):
        before = calls(yl=10 + number).with_columns(
            began_at=pl.lit(datetime(2023, 12, 6)),
            ended_at=pl.lit(None, pl.Datetime),
            caller=pl.when(pl.int_range(pl.len()) < 10).then("call_id"),
            call_id=pl.lit("b") + pl.col("call_id"),
        )
        now = calls(yl=20).with_columns(caller=pl.col("call_id"))
        table = pl.concat([now, before.select(now.columns)])
        stated.add(published(compute(AGAIN, table).protect(policy), "again"))
    markers = {marker for marker, _ in stated}
    assert markers == {"[u]"}
    assert len(stated) == 1


def test_a_repeat_rate_without_a_number_is_not_uncertain() -> None:
    """There is nothing to mark where no call of the period names a caller."""
    nobody = calls(yl=20).with_columns(caller=pl.lit(None, pl.String))
    somebody = nobody.with_columns(caller=pl.col("call_id"))

    def looked_back(table: pl.DataFrame) -> list[tuple[Any, ...]]:
        uncertain = uncertain_numbers(AGAIN, compute(AGAIN, table), EXACT)
        return [item for item in uncertain if item[0] == ("again",) and not item[1]]

    assert len(looked_back(somebody)) == 1
    assert looked_back(nobody) == []


def test_few_rows_without_a_member_do_not_mark_a_large_total() -> None:
    result = compute(BY_SIDE, calls(yl=300, yr=200, yu=3), ["side"]).protect(EXACT)
    assert published(result, "calls", side="Left") == ("", "")


def test_members_of_a_large_total_are_marked_from_a_tenth() -> None:
    for number, marker in ((50, ""), (51, "[u]")):
        exact = compute(BY_SIDE, calls(yl=200, yr=300 - number, yu=number), ["side"])
        for result in (exact, exact.protect(EXACT)):
            stated = published(result, "calls", side="Left")
            assert stated[0] == marker
            assert (NO_SIDE in stated[1]) == (marker == "[u]")


DEPENDENT = build_metric(
    Count(key="calls", **CALL),
    Count(key="urgent", **CALL, where=Call.urgent),
    Ratio(key="per_call", numerator="urgent", denominator="calls"),
    Count(key="callers", **CALL, distinct=Call.caller),
)


@pytest.mark.slow
def test_quotients_and_people_follow_the_markers_of_the_rows_behind_them() -> None:
    stated = {
        tuple(
            published(
                compute(
                    DEPENDENT,
                    calls(yl=20, yr=16 - number, yu=number).with_columns(
                        caller=pl.int_range(pl.len()).cast(pl.String)
                    ),
                    ["side"],
                ).protect(EXACT),
                measure,
                side="Left",
            )
            for measure in ("calls", "urgent", "per_call", "callers")
        )
        for number in SMALL
    }
    assert len(stated) == 1
    assert all(marker == "[u]" and NO_SIDE in note for marker, note in stated.pop())


# Which rows make which numbers uncertain


class Area(kpi.Contract, row_unit=kpi.Unit.PEOPLE):
    """One row per side and year."""

    mid_year = kpi.Column(int, description="The year.")
    residents = kpi.Column(int, ge=0, description="How many live there.")
    side = kpi.Column(str, dimension=SIDE, description="The side.")


EVERY_SOURCE = build_metric(
    Count(key="calls", **CALL),
    Count(key="urgent", **CALL, where=Call.urgent),
    kpi.Sum(key="hours", **CALL, value=Call.cost, where=Call.urgent, unit=kpi.Unit.HOURS),
    kpi.Sum(key="dark_hours", **CALL, value=Call.cost, where=Call.shade == "Dark",
            unit=kpi.Unit.HOURS),
    kpi.Rate(key="per_1000", of="urgent", per=Area.residents, scale=1_000),
    Ratio(key="per_call", numerator="urgent", denominator="calls"),
    Ratio(key="hours_per_call", numerator="dark_hours", denominator="calls"),
    Proportion(key="urgent_share", **CALL, numerator=Call.urgent),
)  # fmt: skip


def uncertain_numbers(
    metric: Metric, result: Result, policy: DisclosurePolicy, max_share: float = 0.1
) -> set[tuple[Any, ...]]:
    """Return what makes numbers uncertain, with the measure and side in place of each row."""
    frame = result.to_polars()
    names = frame.select("measure", *result.by).rows()
    roles = {
        (metric.ref, measure.key, measure.basis.value): roles_of(metric, measure, policy)
        for measure in metric.measures
    }
    rules = ReliabilityRules(frame, result.by, {metric.ref: metric}, roles, policy, max_share)
    return {
        (
            tuple(" ".join(names[row]) for row in item.numbers),
            tuple(f"{' '.join(names[row])}: {column}" for row, column in item.places),
            item.count,
            item.limit,
            None if item.whole is None else " ".join(names[item.whole]),
        )
        for item in rules
    }


@pytest.fixture(scope="module")
def every_source() -> Result:
    table = calls(yl=324, ul=20, yr=90, nr=200, yu=9, uu=2).with_columns(
        cost=pl.lit(1.0),
        shade=pl.when(pl.int_range(pl.len()) < 7).then(None).otherwise(pl.lit("Dark")),
    )
    people = pl.DataFrame(
        {"mid_year": [2024] * 2, "residents": [900, 900], "side": ["Left", "Right"]}
    )
    return kpi.compute(
        [EVERY_SOURCE],
        {"call": table, "area": people},
        periods=[Q1],
        by=["side"],
        catalogue=kpi.Catalogue([EVERY_SOURCE]),
        coverage={"call": ("2024-04-01", "2024-06-30")},
    )


def test_the_limit_of_a_number_follows_from_its_own_rows(every_source: Result) -> None:
    numbers = uncertain_numbers(EVERY_SOURCE, every_source, EXACT)
    own = {
        item[0][0]: item[1:] for item in numbers if item[1] and item[1][0].startswith(item[0][0])
    }
    limits = {name: (count, limit, whole) for name, (_, count, limit, whole) in own.items()}
    assert {name: limits[name] for name in limits if name.endswith("Left")} == {
        "urgent Left": (20, 36, None),
        # The rows of the hours are those of the urgent calls.
        "hours Left": (20, 36, "urgent Left"),
        # No measure shows how many calls are dark.
        "dark_hours Left": (7, None, None),
        "hours_per_call Left": (7, None, None),
        "per_1000 Left": (20, 36, None),
        # A ninth of the smaller of 324 and 344.
        "per_call Left": (20, 36, None),
        "urgent_share Left": (20, 36, None),
    }
    assert limits["urgent Right"] == (0, 10, None)
    # A ninth of 9 is less than the largest small count.
    assert limits["urgent Unknown"] == (2, None, None)
    assert limits["urgent All"] == (22, 47, None)


def test_the_limit_of_members_follows_from_the_total(every_source: Result) -> None:
    numbers = uncertain_numbers(EVERY_SOURCE, every_source, EXACT)
    of_unknown = {item[1]: item for item in numbers if len(item[0]) > 1}
    assert of_unknown == {
        ("calls Unknown: value",): (
            ("calls Left", "calls Right", "per_call Left", "per_call Right"),
            ("calls Unknown: value",), 11, 64, "calls All",
        ),
        ("urgent Unknown: value", "urgent Unknown: undecided"): (
            ("urgent Left", "urgent Right", "hours Left", "hours Right", "per_1000 Left",
             "per_1000 Right", "per_call Left", "per_call Right"),
            ("urgent Unknown: value", "urgent Unknown: undecided"), 11, 42, "urgent All",
        ),
        ("urgent_share Unknown: denominator", "urgent_share Unknown: undecided"): (
            ("urgent_share Left", "urgent_share Right"),
            ("urgent_share Unknown: denominator", "urgent_share Unknown: undecided"), 11, 62,
            "urgent_share All",
        ),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("count", "policy", "limit"),
    [(36, EXACT, 4), (35, EXACT, None), (155, DisclosurePolicy(), 17), (54, DisclosurePolicy(), 5)],
)
def test_the_least_limit_is_the_largest_small_count(
    count: int, policy: DisclosurePolicy, limit: int | None
) -> None:
    """155 is 153 or more, and 17 is a ninth of that."""
    result = compute(URGENT, calls(yl=count, ul=1))
    expected = (("urgent",), ("urgent: undecided",), 1, limit, None)
    assert uncertain_numbers(URGENT, result, policy) == {expected}


def test_members_are_compared_within_their_period_and_other_members() -> None:
    metric = build_metric(
        Count(key="urgent", **CALL, where=Call.urgent), Count(key="calls", **CALL)
    )
    shades = ["Dark"] * 100 + ["Light"] * 60 + ["Dark"] * 5
    table = calls(yl=160, nu=5).with_columns(shade=pl.Series(shades))
    numbers = uncertain_numbers(metric, compute(metric, table, ["side", "shade"]), EXACT)
    # No urgent call lacks a side, so urgent calls have no Unknown.
    assert {item for item in numbers if item[0] and item[1]} == {
        (tuple(f"calls {side} {shade}" for side in ("Left", "Right")),
         (f"calls Unknown {shade}: value",), count, limit, f"calls All {shade}")
        for shade, count, limit in (("Dark", 5, 10), ("Light", 0, 6), ("All", 5, 16))
    }  # fmt: skip


def test_an_empty_count_of_unknown_adds_nothing() -> None:
    result = compute(URGENT, calls(yl=324, ul=20, yu=9), ["side"])
    (of_unknown,) = (item for item in uncertain_numbers(URGENT, result, EXACT) if len(item[0]) > 1)
    assert of_unknown[2:] == (9, 33, "urgent All")


# Sums of rows


def linked(
    rows: Sequence[dict[str, float]], *sums: tuple[str, ...], unused: str = ""
) -> list[tuple[dict[float, bool], int]]:
    """Link counts by name, in a month for each of some rows.

    Returns:
        By constraint, whether each count is shown, and the number of its terms.
    """
    keys = {
        name: CountKey(name) for name in {name for row in rows for name in row} | set().union(*sums)
    }
    implied = tuple(
        SumOfCounts(keys[whole], tuple(keys[part] for part in parts)) for whole, *parts in sums
    )
    records = [
        {"ref": "T", "measure": name, "basis": "force", "period_start": date(2024, 1 + month, 1),
         "period_end": date(2024, 1 + month, 28), "value": value}
        for month, row in enumerate(rows)
        for name, value in row.items()
    ]  # fmt: skip
    roles = {("T", name, "force"): CellRoles(value=key, sums=implied) for name, key in keys.items()}
    if unused:
        roles["T", "other", "force"] = CellRoles(undecided=keys[unused])
    tables = LinkedTables(pl.DataFrame(records), (), roles, DisclosurePolicy(threshold=3))
    return [
        ({tables.cells[cell].exact: tables.cells[cell].shown for cell, _ in terms}, len(terms))
        for terms in tables.constraints
        if not any(tables.cells[cell].is_slack for cell, _ in terms)
    ]


def test_a_count_that_follows_from_a_sum_is_a_cell() -> None:
    assert linked([{"a": 30, "b": 90}], ("w", "a", "b")) == [({30: True, 90: True, 120: False}, 3)]
    assert linked([{"w": 120, "a": 30}], ("w", "a", "b")) == [({30: True, 90: False, 120: True}, 3)]
    assert linked([{"w": 30, "a": 30}], ("w", "a", "b")) == [({30: True, 0: False}, 3)]
    assert linked([{"w": 120}], ("w", "a", "b")) == []
    assert linked([{"w": 30, "a": 90}], ("w", "a", "b")) == []


def test_a_sum_that_is_shown_is_a_constraint_where_it_holds() -> None:
    shown = {30: True, 90: True, 120: True}
    assert linked([{"w": 120, "a": 30, "b": 90}], ("w", "a", "b")) == [(shown, 3)]
    assert linked([{"w": 121, "a": 30, "b": 90}], ("w", "a", "b")) == []


def test_counts_follow_from_each_other_in_every_period() -> None:
    """The sum of a and b is a part of v."""
    sums = (("v", "w", "c"), ("w", "a", "b"))
    rows: list[dict[str, float]] = [{"v": 700}, {"v": 200, "a": 30, "b": 90}]
    assert linked(rows, *sums) == [
        ({120: False, 80: False, 200: True}, 3), ({30: True, 90: True, 120: False}, 3),
    ]  # fmt: skip


def test_a_count_that_no_row_has_is_left_out_of_a_sum() -> None:
    """The undecided rows are empty in the whole result, so the other part is the whole."""
    assert linked([{"w": 30, "a": 30}], ("w", "a", "u"), unused="u") == [({30: True}, 2)]
    assert linked([{"a": 30, "b": 90}], ("u", "a", "b"), unused="u") == []


AMOUNTS = build_metric(
    Count(key="calls", **CALL),
    kpi.Sum(key="hours", **CALL, value=Call.cost, unit=kpi.Unit.HOURS),
    Ratio(key="hours_per_call", numerator="hours", denominator="calls"),
    kpi.Duration(key="mean", **CALL, average=kpi.Average.MEAN, **MINUTES),
)


def test_rows_without_an_amount_or_an_end_have_a_limit_too() -> None:
    table = calls(yl=100).with_columns(
        cost=pl.when(pl.int_range(pl.len()) < 7).then(None).otherwise(1.0),
        ended_at=pl.when(pl.int_range(pl.len()) < 10).then(None).otherwise("began_at"),
    )
    assert uncertain_numbers(AMOUNTS, compute(AMOUNTS, table), EXACT) == {
        (("hours",), ("hours: without_value",), 7, 11, "calls"),
        (("hours_per_call",), ("hours_per_call: without_value",), 7, 11, "calls"),
        (("mean",), ("mean: without_value",), 10, 10, None),
    }


def test_the_limit_uses_the_least_count_that_is_shown_by_a_rounded_one(
    every_source: Result,
) -> None:
    """324 is shown as 325, which may be 323, and a ninth of that is 35."""
    numbers = uncertain_numbers(EVERY_SOURCE, every_source, DisclosurePolicy(), 0.1)
    assert (("urgent Left",), ("urgent Left: undecided",), 20, 35, None) in numbers
    numbers = uncertain_numbers(EVERY_SOURCE, every_source, EXACT, 0.5)
    assert (("urgent Left",), ("urgent Left: undecided",), 20, 324, None) in numbers
    assert uncertain_numbers(EVERY_SOURCE, every_source, EXACT, 1.0) == set()


@pytest.mark.parametrize(
    ("count", "limit", "has_limit", "show_zeros", "marked"),
    [
        (0, None, True, True, False),
        (0, None, True, False, True),
        (1, None, True, True, True),
        (1, 5, False, True, True),
        (0, 5, False, True, False),
        (5, 5, True, False, False),
        (6, 5, True, True, True),
    ],
)
def test_numbers_are_marked_above_the_limit_or_with_any_row_without_one(
    count: int, limit: int | None, has_limit: bool, show_zeros: bool, marked: bool
) -> None:
    numbers = UncertainNumbers((0,), ((0, "undecided"),), count, limit)
    assert numbers.are_marked(show_zeros=show_zeros, has_limit=has_limit) == marked


@pytest.mark.parametrize(("answers", "limit"), [(29, 29), (30, 29)])
def test_the_limit_of_answers_is_below_the_least_that_is_reliable(answers: int, limit: int) -> None:
    numbers = UncertainNumbers((0,), ((0, "answers"),), answers, limit, marks_above=False)
    assert numbers.are_marked(show_zeros=True, has_limit=True) == (answers < 30)
    exact = survey(answers, 0)
    places = ("pleased All: answers",)
    assert (("pleased All",), places, answers, limit, None) in uncertain_numbers(
        SURVEY, exact, EXACT
    )


TWO_CONDITIONS = build_metric(
    Count(key="urgent", **CALL, where=Call.urgent),
    Proportion(key="dark", **CALL, where=Call.urgent, numerator=Call.shade == "Dark"),
)


def two_conditions(undecided: int, unanswered: int) -> Result:
    """Compute both measures of calls without an urgency, and of urgent ones without a shade."""
    shade = pl.when(pl.int_range(pl.len()) < unanswered).then(None).otherwise(pl.lit("Dark"))
    return compute(TWO_CONDITIONS, calls(yl=200, ul=undecided).with_columns(shade=shade))


def test_the_undecided_rows_of_both_conditions_are_added_and_protected() -> None:
    exact = two_conditions(undecided=7, unanswered=20)
    assert row_of(exact, "dark")["undecided"] == 27
    row = row_of(exact.protect(DisclosurePolicy()), "dark")
    assert (row["undecided"], row["marker"]) == (25, "[u]")
    assert row["note"].startswith("25 rows left out because urgency or shade is not recorded.")


@pytest.mark.parametrize(("undecided", "unanswered"), [(2, 20), (20, 2), (2, 2)])
def test_a_small_part_of_a_sum_of_undecided_rows_is_protected(
    undecided: int, unanswered: int
) -> None:
    """The sum less the larger part is the smaller one."""
    result = two_conditions(undecided, unanswered).protect(EXACT)
    shown = {measure: row_of(result, measure)["undecided"] for measure in ("urgent", "dark")}
    assert None in shown.values()
    assert not {2, 4} & set(shown.values())


def test_a_limit_that_narrows_a_count_is_not_used() -> None:
    """Of 44 calls, at most 4 would have no side, and so at most 3 that are not urgent."""
    metric = build_metric(
        Count(key="calls", **CALL),
        Count(key="urgent", **CALL, where=Call.urgent),
        Proportion(key="urgent_share", **CALL, numerator=Call.urgent),
    )
    table = calls(yl=10, nl=10, yr=10, nr=10, nu=3, uu=1)
    result = compute(metric, table, ["side"]).protect(EXACT)
    assert "Some rows" in published(result, "urgent", side="Unknown")[1]
    stated = {published(result, "calls", side=side) for side in ("Left", "Right")}
    assert {(marker, note) for marker, note in stated if marker != "[c]"} == {("[u]", NO_SIDE)}


def test_a_suppressed_member_says_nothing_of_unknown() -> None:
    """Where zeros are suppressed, so is the sentence that nothing of a member is known."""
    for policy, sentence in ((EXACT, True), (NO_ZEROS, False)):
        result = compute(URGENT, calls(nl=20, uu=30), ["side"]).protect(policy)
        note = published(result, "urgent", side="Left")[1]
        assert (
            "No row that counts or may count here names a member of the breakdown by side" in note
        ) == sentence


def test_bounds_do_not_reveal_a_suppressed_zero() -> None:
    """Bounds from the row's own counts are right only where Unknown is zero."""
    result = compute(URGENT, calls(yl=20, ul=9, yr=20), ["side"])
    for policy, bounds in ((EXACT, (20, 29)), (NO_ZEROS, (None, None))):
        row = row_of(result.protect(policy), "urgent", side="Left")
        assert (row["at_least"], row["at_most"]) == bounds


def test_what_a_total_has_besides_its_members_is_protected() -> None:
    """Left has stopped reporting, and yet has 2 calls in the total."""
    result = compute(
        BY_SIDE,
        calls(yl=2, yr=30),
        ["side"],
        coverage={
            "call": kpi.Coverage(
                reporter="side", by_reporter={"Right": [("2024-04-01", "2024-06-30")],
                                              "Left": [("2024-07-01", "2024-09-30")]},
            )
        },
    )  # fmt: skip
    assert published(result, "calls", side="Left")[0] == "[x]"
    shown = {row["side"]: row["value"] for row in rows_of(result.protect(EXACT), "calls")}
    assert shown["All"] is None or shown["Right"] is None


class Answer(kpi.Contract, row_unit=kpi.Unit.PEOPLE):
    """One row per answer."""

    answered_on = kpi.Column(date, description="When it was answered.")
    pleased = kpi.Column(bool, description="Whether they were pleased.")
    weight = kpi.Column(float, gt=0, decimals=2, description="How many it stands for.")
    side = kpi.Column(str, dimension=SIDE, nullable=True, description="The side.")


SURVEY = build_metric(
    kpi.SurveyProportion(
        key="pleased",
        of=Answer,
        at=Answer.answered_on,
        valid=Answer.pleased.is_not_null(),
        favourable=Answer.pleased,
        weight=Answer.weight,
        min_answers=kpi.Assumption("least", 30, since="2020-01-01", because="For the test."),
    )
)


def survey(left: int, right: int) -> Result:
    """Compute the answers of both sides, each of weight 10."""
    sides = ["Left"] * left + ["Right"] * right
    table = pl.DataFrame(
        {
            "answered_on": [MAY.date()] * len(sides),
            "pleased": [position % 2 == 0 for position in range(len(sides))],
            "weight": [10.0] * len(sides),
            "side": sides,
        }
    )
    return kpi.compute(
        [SURVEY],
        {"answer": table},
        periods=[Q1],
        by=["side"],
        catalogue=kpi.Catalogue([SURVEY]),
        coverage={"answer": ("2024-04-01", "2024-06-30")},
    )


def test_answers_that_are_not_there_or_not_protected_have_no_limit() -> None:
    result = survey(40, 0)
    assert row_of(result.protect(EXACT), "pleased", side="Right")["marker"] == "[z]"
    exempt = DisclosurePolicy(exempt={"T1": "The answers are published."})
    assert row_of(result.protect(exempt), "pleased", side="Left")["answers"] == 40


@pytest.mark.parametrize(("left", "right", "marker"), [(27, 3, "[u]"), (27, 2, "[u]"), (60, 3, "")])
def test_the_marker_of_few_answers_does_not_narrow_a_small_count(
    left: int, right: int, marker: str
) -> None:
    """A plain number has 30 answers or more, of which Left has at most 27: Right would have 3."""
    row = row_of(survey(left, right).protect(DisclosurePolicy()), "pleased", side="All")
    assert row["marker"] == marker
    assert row["answers"] == (30 if marker else 65)


# Everything that is made from a protected result

EXACT_NUMBERS = ("1237", "1,237", "141", "1378", "1,378", " 4 rows")


@pytest.fixture(scope="module")
def protected() -> Result:
    """1,237 urgent calls in each month, and 141 undecided ones in April, 4 in May."""
    april = calls(yl=1237, ul=141).with_columns(began_at=pl.lit(datetime(2024, 4, 2)))
    table = pl.concat([april, calls(yl=1237, ul=4)]).with_columns(
        call_id=pl.int_range(pl.len()).cast(pl.String)
    )
    result = compute(URGENT, table, ["side"], periods=MONTHS[:2])
    notes = " ".join(result.to_polars()["note"])
    assert "141 rows" in notes
    assert "4 rows" in notes
    return result.protect(DisclosurePolicy())


@pytest.mark.parametrize("extension", ["csv", "json", "parquet", "xlsx", "ods"])
def test_no_file_has_an_exact_number(protected: Result, extension: str, tmp_path: Path) -> None:
    getattr(protected, f"to_{extension}")(tmp_path / f"numbers.{extension}")
    texts = []
    for path in tmp_path.iterdir():
        if path.suffix in (".xlsx", ".ods"):
            with zipfile.ZipFile(path) as book:
                # Styles have numbers of their own.
                names = [name for name in book.namelist() if "tyle" not in name]
                texts += [book.read(name).decode() for name in names if name.endswith(".xml")]
        elif path.suffix == ".parquet":
            frame = pl.read_parquet(path)
            texts.append(frame.write_csv() + str(pl.read_parquet_metadata(path)))
        else:
            texts.append(path.read_text())
    assert any("1240" in text or "1,240" in text or "1235" in text for text in texts)
    for text in texts:
        assert [number for number in EXACT_NUMBERS if re.search(rf"(?<!\d){number}\b", text)] == []


@pytest.mark.slow
def test_no_comparison_chart_or_page_has_an_exact_number(protected: Result) -> None:
    texts = [
        protected.compare("previous_period").to_polars().write_csv(),
        protected.plot("urgent", member={"side": "Left"}).alt_text,
        protected.plot("urgent", kind="members", period="2024-05").alt_text,
        protected.spc("urgent", member={"side": "Left"}).to_polars().write_csv(),
        protected._repr_html_(),
        json.dumps(protected.provenance.to_dict(exact=False)) if protected.provenance else "",
    ]
    for text in texts:
        assert [number for number in EXACT_NUMBERS if re.search(rf"(?<!\d){number}\b", text)] == []


# Two releases


@pytest.mark.slow
@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(0, 9), min_size=3, max_size=3))
def test_differencing_warns_of_undecided_rows_that_two_releases_reveal(counts: list[int]) -> None:
    """A release by month, and another of the quarter."""
    tables = [
        calls(yl=300, ul=count).with_columns(began_at=pl.lit(datetime(2024, 4 + month, 2)))
        for month, count in enumerate(counts)
    ]
    table = pl.concat(tables).with_columns(call_id=pl.int_range(pl.len()).cast(pl.String))
    months = compute(URGENT, table, periods=MONTHS).protect(EXACT)
    quarter = compute(URGENT, table).protect(EXACT)
    hidden = [count for count in counts if 0 < count < 5]
    largest = sum(hidden) - len(hidden) + 1
    is_narrowed = bool(hidden) and sum(counts) >= 5 and (len(hidden) == 1 or largest < 4)
    assert not is_narrowed or months.differencing_risks(quarter)
    assert not months.differencing_risks(months)


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        (3, 8, "the first release suppresses it and the second shows it"),
        (8, 3, "the second release suppresses it and the first shows it"),
        (8, 10, "the two releases differ by a count under 5"),
        (0, 20, ""),
        (8, 8, ""),
        (2, 3, ""),
    ],
)
def test_differencing_warns_of_a_revised_count_of_undecided_rows(
    first: int, second: int, words: str
) -> None:
    releases = [
        compute(URGENT, calls(yl=300, ul=number)).protect(EXACT) for number in (first, second)
    ]
    risks = [str(risk) for risk in releases[0].differencing_risks(releases[1])]
    assert any(words in risk for risk in risks) if words else not risks


def test_differencing_compares_rows_of_which_nothing_is_recorded() -> None:
    releases = [compute(URGENT, calls(ul=number)).protect(EXACT) for number in (20, 22, 2)]
    assert [published(release, "urgent")[0] for release in releases] == ["[x]"] * 3
    assert "the two releases differ" in str(releases[0].differencing_risks(releases[1])[0])
    assert "the first release suppresses" in str(releases[2].differencing_risks(releases[1])[0])
    nothing = compute(URGENT, calls(ul=20), periods=["2019-04"]).protect(EXACT)
    assert published(nothing, "urgent")[0] == "[x]"
    assert not nothing.differencing_risks(
        compute(URGENT, calls(ul=20), periods=["2019-04"]).protect(NO_ZEROS)
    )


def test_differencing_takes_an_empty_column_for_zero_unless_zeros_are_suppressed() -> None:
    shown, hidden = (compute(URGENT, calls(yl=300)).protect(policy) for policy in (EXACT, NO_ZEROS))
    later = compute(URGENT, calls(yl=300, ul=20)).protect(EXACT)
    assert not shown.differencing_risks(later)
    assert "the first release suppresses it" in str(hidden.differencing_risks(later)[0])


class Members:
    """A release without the rows of the total."""

    def __init__(self, result: Result) -> None:
        self.by, self.entries, self.policy = result.by, result.entries, result.policy
        self._frame = result.to_polars().filter(pl.col("side") != "All")

    def to_polars(self) -> pl.DataFrame:
        return self._frame


def test_differencing_compares_the_total_that_each_share_of_a_distribution_is_of() -> None:
    """20 calls of two sides, and 23: each share has the whole in its denominator."""
    metric = build_metric(kpi.Distribution(key="spread", **CALL, over=SIDE))
    first = Members(compute(metric, calls(yl=10, yr=10), by=["side"]))
    second = compute(metric, calls(yl=13, yr=10))
    risks = differencing_risks(first, second, EXACT)
    assert [risk for risk in risks if "differ by a count under 5" in str(risk)]


def test_differencing_takes_a_count_from_the_row_that_shows_it() -> None:
    """2 calls have no urgency, so their share is suppressed. Another share has all calls too."""
    metric = build_metric(
        Proportion(key="no_urgency", **CALL, numerator=Call.urgent.is_null()),
        Proportion(key="no_side", **CALL, numerator=Call.side.is_null()),
    )
    first, second = (
        compute(metric, calls(yl=number, yu=9, ul=2)).protect(EXACT) for number in (11, 13)
    )
    assert row_of(first, "no_urgency")["marker"] == "[c]"
    shown = [row_of(result, "no_side")["denominator"] for result in (first, second)]
    assert shown == [22, 24]
    risks = [str(risk) for risk in first.differencing_risks(second)]
    assert [risk for risk in risks if "differ by a count under 5" in risk]


def test_differencing_knows_that_no_count_is_below_zero() -> None:
    """303 in the quarter and 300 in April leave 3 in May and June, so neither is 4."""
    table = pl.concat(
        calls(yl=number).with_columns(began_at=pl.lit(datetime(2024, month, 2)))
        for month, number in ((4, 300), (5, 2), (6, 1))
    ).with_columns(call_id=pl.int_range(pl.len()).cast(pl.String), ended_at=None)
    months = compute(URGENT, table, periods=MONTHS).protect(NO_ZEROS)
    risks = months.differencing_risks(compute(URGENT, table).protect(NO_ZEROS))
    narrowed = [risk.period for risk in risks if "it is suppressed, and the sums" in str(risk)]
    assert narrowed == ["2024-05", "2024-06"]
