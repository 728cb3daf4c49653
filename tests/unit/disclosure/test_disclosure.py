"""Disclosure control: the rules one by one, then an attack, then the comparison of two releases.

The rules are tested on tables small enough to check by eye. The attack is independent integer
programming (tests/support/ilp_attack.py) with the knowledge of an attacker.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import (
    Average,
    Column,
    Contract,
    Count,
    DefinitionError,
    Dimension,
    Direction,
    DisclosurePolicy,
    Duration,
    Example,
    Metric,
    OutputError,
    Proportion,
    RequestError,
    Result,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.disclosure import linear_program
from swm_kpi.disclosure.suppression import SuppressionPattern
from swm_kpi.result_columns import NUMBER_COLUMNS
from tests.support.attacked_kinds import SUBJECT, compute_kinds, random_kinds
from tests.support.ilp_attack import CALLS, PARTS, Attacker, table
from tests.support.random_counts import CASES, MONTHS, QUARTER, random_counts

AREAS = ("Herefordshire", "Shropshire", "Telford & Wrekin")
POLICY = DisclosurePolicy(threshold=5, rounding_base=5)
COVERED = {"incident": ("2024-04-01", "2024-06-30")}

SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    began_at = Column(datetime, description="When it began.")
    urgent = Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


SHARES = Metric(
    ref="T1",
    key="test_metric",
    title="A test",
    objective=SECURE,
    summary="A metric for a test.",
    measures=(
        Count(key="calls", of=Call, at=Call.began_at),
        Proportion(key="urgent_share", of=Call, at=Call.began_at, numerator=Call.urgent),
    ),
    dimensions=[SIDE],
    direction=Direction.NEUTRAL,
    availability=kpi.catalogue()["15"].availability,
    limitations="Not real.",
    examples=[
        Example(rows="| began_at |", expect={"calls": 0, "urgent_share": None}, edge_case="N.")
    ],
)


class Visit(Contract, row_unit=Unit.CALLS):
    """One row per visit."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, description="When it ended.")


TIMES = Metric(
    ref="T3",
    key="test_times",
    title="A test of times",
    objective=SECURE,
    summary="A metric for a test.",
    measures=tuple(
        Duration(
            key=key,
            of=Visit,
            at=Visit.began_at,
            start=Visit.began_at,
            end=Visit.ended_at,
            average=average,
            unit=Unit.MINUTES,
        )
        for key, average in (("mean", Average.MEAN), ("median", Average.MEDIAN),
                             ("p90", Average.P90))
    ),
    direction=Direction.NEUTRAL,
    availability=kpi.catalogue()["15"].availability,
    limitations="Not real.",
    examples=[
        Example(rows="| began_at | ended_at |", expect={"mean": None, "median": None, "p90": None},
                edge_case="N.")
    ],
)  # fmt: skip


def compute_incidents(
    *months: Sequence[int], periods: Sequence[str] = (QUARTER,), by: Sequence[str] = ("lpa",)
) -> Result:
    """Compute the metric from the number of incidents of each area, by month from April."""
    incident_rows = [
        (datetime(2024, 4 + month, 2), area)
        for month, counts in enumerate(months)
        for area, count in zip(AREAS, counts, strict=False)
        for _ in range(count)
    ]
    data = pl.DataFrame(
        {
            "created_at": [created_at for created_at, _ in incident_rows],
            "closing_code": ["ASB nuisance"] * len(incident_rows),
            "lpa": [area for _, area in incident_rows],
        },
        schema={"created_at": pl.Datetime, "closing_code": pl.String, "lpa": pl.String},
    )
    return kpi.compute(["15"], {"incident": data}, by=by, periods=periods, coverage=COVERED)


def compute_calls(yes: int, no: int, unknown: int = 0) -> Result:
    """Compute the share of urgent calls."""
    urgent = [True] * yes + [False] * no + [None] * unknown
    data = pl.DataFrame(
        {"began_at": [datetime(2024, 4, 2)] * len(urgent), "urgent": urgent},
        schema={"began_at": pl.Datetime, "urgent": pl.Boolean},
    )
    return kpi.compute(
        [SHARES],
        {"call": data},
        periods=[QUARTER],
        catalogue=kpi.Catalogue([SHARES]),
        coverage={"call": ("2024-04-01", "2024-06-30")},
    )


def find_row(result: Result, measure: str, **members: str) -> dict[str, Any]:
    (matching_row,) = result.to_polars().filter(measure=measure, **members).to_dicts()
    return matching_row


def cells_by_area(result: Result) -> dict[str, float | str]:
    """Return the incidents of each area in use: the number, or else the marker."""
    cells = pl.col("lpa").is_in([*AREAS, "All"])
    rows = result.to_polars().filter(cells, measure="incidents").to_dicts()
    return {row["lpa"]: row["marker"] if row["value"] is None else row["value"] for row in rows}


def test_small_counts_are_suppressed_and_others_are_rounded() -> None:
    """13 is 15 and 22 is 20; the total of 37 is 35, from the true total."""
    protected = compute_incidents((2, 13, 22)).protect(POLICY)
    assert cells_by_area(protected) == {AREAS[0]: "[c]", AREAS[1]: 15, AREAS[2]: 20, "All": 35}
    assert cells_by_area(compute_incidents((0, 13, 22)).protect(POLICY))[AREAS[0]] == 0


@pytest.mark.parametrize(("count", "expected"), [(4, "[c]"), (5, 5), (7, 5), (8, 10), (1234, 1235)])
def test_the_threshold_is_the_smallest_shown_count(count: int, expected: float | str) -> None:
    assert cells_by_area(compute_incidents((count, 500, 500)).protect(POLICY))[AREAS[0]] == expected


def test_halves_are_rounded_upwards() -> None:
    policy = DisclosurePolicy(threshold=5, rounding_base=10)
    assert cells_by_area(compute_incidents((15, 25, 35)).protect(policy)) == {
        AREAS[0]: 20, AREAS[1]: 30, AREAS[2]: 40, "All": 80,
    }  # fmt: skip


def test_a_suppressed_row_has_no_number_and_a_reason() -> None:
    suppressed = find_row(compute_incidents((2, 13, 22)).protect(POLICY), "incidents", lpa=AREAS[0])
    assert [suppressed[name] for name in NUMBER_COLUMNS] == [None] * len(NUMBER_COLUMNS)
    assert suppressed["note"].startswith("Suppressed: it shows or leaves a count under 5,")


def test_missing_and_not_applicable_markers_are_not_changed() -> None:
    """They are not suppressed numbers."""
    outside = compute_incidents((2, 13, 22), periods=["2024-07"])
    assert set(cells_by_area(outside).values()) == {"[x]"}
    assert cells_by_area(outside.protect(POLICY)) == cells_by_area(outside)
    empty = compute_calls(0, 0)
    assert find_row(empty, "urgent_share")["marker"] == "[z]"
    assert find_row(empty.protect(POLICY), "urgent_share")["marker"] == "[z]"


def test_secondary_suppression_protects_against_the_total() -> None:
    """Without rounding, 37 less 13 and 22 is 2."""
    cells = cells_by_area(
        compute_incidents((2, 13, 22)).protect(DisclosurePolicy(threshold=5, rounding_base=1))
    )
    assert cells[AREAS[0]] == "[c]"
    assert list(cells.values()).count("[c]") >= 2


def test_secondary_suppression_protects_against_the_months() -> None:
    """Without rounding, the quarter less the other two months is the first."""
    result = compute_incidents((2,), (13,), (22,), periods=[*MONTHS, QUARTER], by=())
    frame = result.protect(DisclosurePolicy(threshold=5, rounding_base=1)).to_polars()
    markers = frame.filter(measure="incidents")["marker"].to_list()
    assert markers[0] == "[c]"
    assert markers.count("[c]") >= 2


def test_a_share_is_calculated_from_the_rounded_counts() -> None:
    """13 of 41 is shown as 15 of 40, without the interval that would reveal the 13."""
    exact, protected = (
        find_row(result, "urgent_share")
        for result in (compute_calls(13, 28), compute_calls(13, 28).protect(POLICY))
    )
    assert (protected["numerator"], protected["denominator"]) == (15, 40)
    assert protected["value"] == pytest.approx(exact["value"] / (13 / 41) * (15 / 40))
    assert (protected["lower"], protected["upper"]) == (None, None)


def test_a_share_is_suppressed_for_a_small_complement() -> None:
    """48 of 50 reveals 2."""
    assert find_row(compute_calls(48, 2).protect(POLICY), "urgent_share")["marker"] == "[c]"


@pytest.mark.parametrize(
    ("rows", "mean", "median", "p90"),
    [(4, "[c]", "[c]", "[c]"), (5, "", "", "[c]"), (49, "", "", "[c]"), (50, "", "", "")],
)
def test_averages_of_few_rows_and_percentiles_with_few_rows_beyond_are_suppressed(
    rows: int, mean: str, median: str, p90: str
) -> None:
    """Of 49 times, 4 are longer than the 90th percentile."""
    began = [datetime(2024, 4, 2)] * rows
    data = pl.DataFrame(
        {"began_at": began, "ended_at": [datetime(2024, 4, 2, 1, n) for n in range(rows)]},
        schema={"began_at": pl.Datetime, "ended_at": pl.Datetime},
    )
    result = kpi.compute(
        [TIMES],
        {"visit": data},
        periods=[QUARTER],
        catalogue=kpi.Catalogue([TIMES]),
        coverage={"visit": ("2024-04-01", "2024-06-30")},
    )
    markers = dict(result.protect(POLICY).to_polars().select("measure", "marker").rows())
    assert (markers["mean"], markers["median"], markers["p90"]) == (mean, median, p90)


def test_the_note_of_a_suppressed_percentile_gives_the_true_reason() -> None:
    """Of 49 times, 4 are beyond the 90th percentile; 49 is no small count."""
    data = pl.DataFrame(
        {
            "began_at": [datetime(2024, 4, 2)] * 49,
            "ended_at": [datetime(2024, 4, 2, 1, n) for n in range(49)],
        },
        schema={"began_at": pl.Datetime, "ended_at": pl.Datetime},
    )
    result = kpi.compute(
        [TIMES],
        {"visit": data},
        periods=[QUARTER],
        catalogue=kpi.Catalogue([TIMES]),
        coverage={"visit": ("2024-04-01", "2024-06-30")},
    )
    protected = result.protect(POLICY)
    assert find_row(protected, "p90")["note"].startswith(
        "Suppressed: so few rows are beyond it that it is close to the value of one of them, "
        "or it could be used to calculate a count under 5."
    )


@pytest.mark.parametrize("unknown", [1, 3, 4])
def test_notes_contain_no_small_count(unknown: int) -> None:
    result = compute_calls(20, 20, unknown)
    assert f"{unknown} row" in find_row(result, "urgent_share")["note"]
    for note in result.protect(POLICY).to_polars()["note"].fill_null("").to_list():
        assert f"{unknown} row" not in note


def test_a_result_is_protected_once_and_with_a_policy() -> None:
    result = compute_incidents((2, 13, 22))
    assert result.protect(POLICY).policy == POLICY
    with pytest.raises(RequestError, match="protected already"):
        result.protect(POLICY).protect(POLICY)
    with pytest.raises(RequestError, match="not a DisclosurePolicy"):
        result.protect("none")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"threshold": 2}, "Use 3 or more"),
        ({"rounding_base": -1}, "below zero"),
        ({"threshold": 5, "rounding_base": 11}, "at most 10"),
        ({"exempt": {"15": " "}}, "no reason"),
        ({"exempt": {"call": "Nobody."}}, "neither a ref nor a unit"),
    ],
)
def test_invalid_policies_raise(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        DisclosurePolicy(**fields)


def test_only_protected_results_are_written_unless_requested(tmp_path: Path) -> None:
    result = compute_incidents((2, 13, 22))
    for write in (result.to_csv, result.to_json, result.to_parquet):
        with pytest.raises(OutputError, match="no disclosure control"):
            write(tmp_path / "refused")
    assert not list(tmp_path.iterdir())
    result.to_csv(tmp_path / "unprotected.csv", policy="none")
    result.protect(POLICY).to_csv(tmp_path / "protected.csv")
    assert "[c]" in (tmp_path / "protected.csv").read_text()


def test_all_suppressed_numbers_have_the_same_note() -> None:
    """If a note named the small count of two, an attacker could narrow both from the total."""
    frame = (
        compute_incidents((2, 13, 22))
        .protect(DisclosurePolicy(threshold=5, rounding_base=1))
        .to_polars()
    )
    notes = frame.filter(measure="incidents", marker="[c]")["note"].to_list()
    assert len(notes) >= 2
    assert len(set(notes)) == 1


@pytest.mark.parametrize(("zeros", "expected"), [(True, 1.0), (False, "[c]")])
def test_shares_of_0_and_100_percent_are_shown_unless_zeros_are_suppressed(
    zeros: bool, expected: float | str
) -> None:
    """A share of 0% or 100% reveals the answer of everybody in the group."""
    policy = DisclosurePolicy(threshold=5, rounding_base=5, show_zeros=zeros)
    for yes, no, expected_share in ((50, 0, expected), (0, 50, 0.0 if zeros else "[c]")):
        share = find_row(compute_calls(yes, no).protect(policy), "urgent_share")
        assert (share["marker"] or share["value"]) == expected_share


def test_implied_periods_are_protected() -> None:
    """Without rounding, the quarter less April and May is June, which was not requested."""
    result = compute_incidents((20,), (30,), (2,), periods=[MONTHS[0], MONTHS[1], QUARTER], by=())
    frame = result.protect(DisclosurePolicy(threshold=5, rounding_base=1)).to_polars()
    assert "[c]" in frame.filter(measure="incidents")["marker"].to_list()


def test_partitions_are_protected_across_refs() -> None:
    """Without rounding, 55 calls less 30 urgent and 23 calm are 2, a count of the other ref."""
    urgency = {"urgent": 30, "not urgent": 23, "unknown": 2}
    counts = {(4, kind, "Left", "North"): count for kind, count in urgency.items()}
    result = table(counts, [QUARTER], [], (CALLS, PARTS))
    frame = result.protect(DisclosurePolicy(threshold=5, rounding_base=1)).to_polars()
    markers = dict(frame.select("measure", "marker").rows())
    assert markers["unrecorded_calls"] == "[c]"
    assert "[c]" in (markers["calls"], markers["urgent_calls"], markers["calm_calls"])


def test_partitions_into_three_are_protected() -> None:
    """Ref 40: all collisions less the serious and the slight are the fatal ones."""
    days = [date(2024, 4, 2)] * 62
    severity = ["Fatal"] * 2 + ["Serious"] * 20 + ["Slight"] * 40
    data = pl.DataFrame({"collision_id": [str(n) for n in range(62)], "date": days,
                         "severity": severity})  # fmt: skip
    coverage = {"collision": ("2024-04-01", "2024-06-30")}
    result = kpi.compute(["40"], {"collision": data}, periods=[QUARTER], coverage=coverage)
    frame = result.protect(DisclosurePolicy(threshold=5, rounding_base=1)).to_polars()
    collisions = frame.filter(
        pl.col("measure").str.ends_with("collisions") & (pl.col("basis") == "force")
    )
    assert collisions.filter(marker="[c]").height >= 2


def test_a_protected_result_has_the_rows_of_the_exact_one() -> None:
    result = compute_incidents((2, 13, 22), (0, 7, 9), periods=[*MONTHS[:2], QUARTER])
    frame = result.protect(POLICY).to_polars()
    keys = ["ref", "measure", "period", "lpa", "unit", "definition"]
    assert frame.select(keys).equals(result.to_polars().select(keys))
    for value in frame.filter(measure="incidents")["value"].drop_nulls().to_list():
        assert value == 0 or (value >= 5 and value % 5 == 0)
    assert result.protect(POLICY).to_polars().equals(frame)


class Answer(Contract, row_unit=Unit.PEOPLE):
    """One row per answer of a survey."""

    answered_on = Column(date, description="When it was answered.")
    pleased = Column(bool, nullable=True, description="Whether they were pleased.")
    weight = Column(float, gt=0, decimals=2, description="How many it stands for.")


class Resident(Contract, row_unit=Unit.PEOPLE):
    """One row per year."""

    mid_year = Column(int, description="The year.")
    residents = Column(int, ge=0, description="How many.")


class Remark(Contract, row_unit=Unit.PEOPLE):
    """One row per remark."""

    about = Column(date, description="The last day it is about.")
    words = Column(str, description="What is said.")
    author = Column(str, description="The role that says it.")
    evidence = Column(str, description="On what it rests.")


def build_metric(*measures: kpi.Measure, ref: str = "T5") -> Metric:
    column = next(iter(next(measure.contract for measure in measures if measure.contract).columns))
    return Metric(
        ref=ref,
        key="test_made",
        title="A test",
        objective=SECURE,
        summary="A metric for a test.",
        measures=measures,
        direction=Direction.NEUTRAL,
        availability=kpi.catalogue()["15"].availability,
        limitations="Not real.",
        examples=[
            Example(
                rows=f"| {column} |",
                expect={measure.key: 0 for measure in measures},
                edge_case="N.",
            )
        ],
    )


def compute_quarter(metric: Metric, **tables: pl.DataFrame) -> Result:
    """Compute a metric of no catalogue for the first quarter."""
    covered = {name: ("2024-04-01", "2024-06-30") for name in tables if name != "resident"}
    return kpi.compute(
        [metric], tables, periods=[QUARTER], catalogue=kpi.Catalogue([metric]), coverage=covered
    )


def build_visits(*minutes: int) -> pl.DataFrame:
    began = datetime(2024, 4, 2, 1)
    return pl.DataFrame(
        {"began_at": [began] * len(minutes),
         "ended_at": [began + timedelta(minutes=minute) for minute in minutes]},
        schema={"began_at": pl.Datetime, "ended_at": pl.Datetime},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("unknown", "words"),
    [
        (3, "Some rows "), (4, "Some rows "), (5, "5 rows "), (14, "15 rows "), (15, "15 rows "),
        (37, "35 rows "), (149, "150 rows "), (1_250, "1,250 rows "),
    ],
)  # fmt: skip
def test_notes_round_or_hide_counts_of_undecided_rows(unknown: int, words: str) -> None:
    note = find_row(compute_calls(20, 20, unknown).protect(POLICY), "urgent_share")["note"]
    assert note.startswith(words)
    assert f"{unknown} " not in note.replace(words, "")


def test_the_note_of_a_suppressed_number_has_no_row_count() -> None:
    exact, protected = (
        find_row(result, "urgent_share")
        for result in (compute_calls(2, 38, 37), compute_calls(2, 38, 37).protect(POLICY))
    )
    assert exact["note"].startswith("37 rows ")
    assert protected["note"] == (
        "Suppressed: it shows or leaves a count under 5, or could be used to calculate a number "
        "that does."
    )


@pytest.mark.parametrize(("answers", "marker"), [(4, "[c]"), (5, "")])
def test_a_weighted_share_of_few_answers_is_suppressed(answers: int, marker: str) -> None:
    """Each answer has a weight of 100, so neither number of the share is small."""
    data = pl.DataFrame(
        {"answered_on": [date(2024, 4, 2)] * answers, "weight": [100.0] * answers,
         "pleased": [number % 2 == 0 for number in range(answers)]},
    )  # fmt: skip
    min_answers = kpi.Assumption("min_answers", 1, since="2020-01-01", because="For the test.")
    measure = kpi.SurveyProportion(
        key="pleased", of=Answer, at=Answer.answered_on, valid=Answer.pleased.is_not_null(),
        favourable=Answer.pleased, weight=Answer.weight, min_answers=min_answers,
    )  # fmt: skip
    result = compute_quarter(build_metric(measure), answer=data)
    assert f"{answers} answers." in find_row(result, "pleased")["note"]
    assert find_row(result.protect(POLICY), "pleased")["marker"] == marker


def test_a_rate_is_calculated_from_the_rounded_count() -> None:
    """13 calls are shown as 15 of 2,000 people, which the policy leaves as they are."""
    metric = build_metric(
        Count(key="calls", of=Call, at=Call.began_at),
        kpi.Rate(key="per_1000", of="calls", per=Resident.residents, scale=1_000),
    )
    people = pl.DataFrame({"mid_year": [2024], "residents": [2_000]})
    data = pl.DataFrame({"began_at": [datetime(2024, 4, 2)] * 13, "urgent": [True] * 13})
    exact = compute_quarter(metric, call=data, resident=people)
    assert find_row(exact, "per_1000")["value"] == 13 / 2_000 * 1_000
    protected = find_row(exact.protect(POLICY), "per_1000")
    assert (protected["numerator"], protected["denominator"]) == (15, 2_000)
    assert protected["value"] == 15 / 2_000 * 1_000
    assert (protected["lower"], protected["upper"]) == (None, None)


@pytest.mark.parametrize(
    ("base", "mean", "count"), [(5, 37.7, 10), (1, pytest.approx(37.6667, abs=1e-3), 12)]
)
def test_a_mean_has_three_digits_if_its_count_is_rounded(base: int, mean: Any, count: int) -> None:
    """452 minutes in 12 visits: with more digits, the mean would reveal the number of visits."""
    result = compute_quarter(TIMES, visit=build_visits(*[30] * 11, 122))
    protected = find_row(result.protect(DisclosurePolicy(rounding_base=base)), "mean")
    assert (protected["value"], protected["denominator"]) == (mean, count)


@pytest.mark.parametrize("base", [1, 5])
def test_a_median_has_no_interval_because_its_ends_are_times_of_people(base: int) -> None:
    exact = compute_quarter(TIMES, visit=build_visits(*range(1, 61)))
    assert find_row(exact, "median")["lower"] is not None
    protected = find_row(exact.protect(DisclosurePolicy(rounding_base=base)), "median")
    assert (protected["lower"], protected["upper"]) == (None, None)
    assert protected["value"] is not None


def test_intervals_are_kept_without_rounding() -> None:
    exact = compute_calls(13, 28)
    protected = find_row(exact.protect(DisclosurePolicy(rounding_base=1)), "urgent_share")
    assert protected == find_row(exact, "urgent_share")


@pytest.mark.parametrize("texts", [False, True])
def test_free_text_is_withheld_unless_the_policy_publishes_it(texts: bool) -> None:
    metric = build_metric(
        kpi.TextReport(
            key="remark", of=Remark, at=Remark.about, text=Remark.words, author=Remark.author,
            evidence=Remark.evidence,
        )
    )  # fmt: skip
    remarks = pl.DataFrame(
        {"about": [date(2024, 6, 30)], "words": ["2 rows of houses were visited."],
         "author": ["Inspector"], "evidence": ["Letters"]},
    )  # fmt: skip
    exact = compute_quarter(metric, remark=remarks)
    protected = find_row(exact.protect(DisclosurePolicy(publish_free_text=texts)), "remark")
    if texts:
        assert protected == find_row(exact, "remark")
        assert "2 rows of houses" in protected["note"]
    else:
        assert protected["marker"] == "[c]"
        assert protected["note"].startswith("Free text withheld")
    empty = compute_quarter(metric, remark=remarks.clear()).protect(
        DisclosurePolicy(publish_free_text=texts)
    )
    assert find_row(empty, "remark")["marker"] == "[x]"


@pytest.mark.parametrize(("force_count", "marker"), [(2, "[c]"), (12, "")])
def test_proxy_rows_of_suppressed_numbers_are_suppressed(force_count: int, marker: str) -> None:
    """The proxy count is close to the suppressed one."""
    metric = build_metric(
        Count(key="calls", of=Call, at=Call.began_at),
        Count(
            key="calls", of=Visit, at=Visit.began_at, basis=kpi.Basis.PROXY,
            proxy_difference="Visits, and not calls.",
        ),
    )  # fmt: skip
    data = pl.DataFrame(
        {"began_at": [datetime(2024, 4, 2)] * force_count, "urgent": [True] * force_count}
    )
    frame = (
        compute_quarter(metric, call=data, visit=build_visits(*[30] * 40))
        .protect(POLICY)
        .to_polars()
    )
    markers = dict(frame.select("basis", "marker").rows())
    assert markers == {"force": marker, "proxy": marker}


def test_protect_needs_rows_and_their_metrics() -> None:
    result = compute_incidents((2, 13, 22))
    with pytest.raises(RequestError, match="does not say what ref '15' was computed from"):
        Result(result.to_polars(), result.by, {}).protect(POLICY)
    with pytest.raises(RequestError, match="The result is empty"):
        Result(result.to_polars().clear(), result.by, result.entries).protect(POLICY)


@pytest.mark.parametrize(("period", "marker"), [(QUARTER, "[z]"), ("2024-07", "[x]")])
def test_averages_without_rows_keep_their_markers(period: str, marker: str) -> None:
    result = kpi.compute(
        [TIMES],
        {"visit": build_visits()},
        periods=[period],
        catalogue=kpi.Catalogue([TIMES]),
        coverage={"visit": ("2024-04-01", "2024-06-30")},
    )
    assert result.protect(POLICY).to_polars()["marker"].to_list() == [marker] * 3


# The attack: what an attacker can calculate, by code that is independent of the library.

POLICIES = [DisclosurePolicy(threshold=threshold, rounding_base=base)
         for threshold, base in ((3, 1), (5, 5), (8, 5), (5, 3), (5, 10))]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("seed", "zeros"),
    [
        (0, True),
        (5, False),
        *(pytest.param(seed, True, marks=pytest.mark.exhaustive) for seed in range(1, 5)),
        pytest.param(6, False, marks=pytest.mark.exhaustive),
    ],
)
def test_no_small_count_is_known_or_narrowed_by_the_attack(
    case: str, seed: int, zeros: bool
) -> None:
    """For the attacker, a count under the threshold can be any number under it."""
    periods, by, months, metrics = CASES[case]
    random = np.random.default_rng([seed, list(CASES).index(case)])
    counts = random_counts(random, months, by)
    policy = POLICIES[random.integers(len(POLICIES))].model_copy(update={"show_zeros": zeros})
    protected = table(counts, periods, by, metrics).protect(policy)
    for attacked in Attacker(protected, policy).attack(counts):
        assert not attacked.is_known, attacked
        assert not attacked.is_narrowed(policy.threshold, 1 if zeros else 0), attacked


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "zeros"),
    [
        (17, True),
        (27, True),
        *(pytest.param(seed, True, marks=pytest.mark.exhaustive) for seed in (13, 38, 39)),
        *(pytest.param(seed, False, marks=pytest.mark.exhaustive) for seed in (81, 82)),
    ],
)
def test_no_small_count_of_unrecorded_rows_is_known_or_narrowed_by_the_attack(
    seed: int, zeros: bool
) -> None:
    """Two conditions, a ratio and a duration leave out different rows of the same calls."""
    random = np.random.default_rng([seed, 77])
    counts = random_kinds(random)
    policy = POLICIES[random.integers(len(POLICIES))].model_copy(update={"show_zeros": zeros})
    protected = compute_kinds(counts).protect(policy)
    for attacked in Attacker(protected, policy, SUBJECT).attack(counts):
        assert not attacked.is_known, attacked
        assert not attacked.is_narrowed(policy.threshold, 1 if zeros else 0), attacked


@pytest.mark.slow
def test_the_attack_succeeds_without_secondary_suppression(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With primary suppression alone, the attack finds small counts exactly."""
    monkeypatch.setattr(SuppressionPattern, "_protect_component", lambda *_: None)
    periods, by, months, metrics = CASES["a breakdown and its total"]
    policy = DisclosurePolicy(threshold=5, rounding_base=1)
    known = 0
    for seed in range(5):
        counts = random_counts(np.random.default_rng(seed), months, by)
        protected = table(counts, periods, by, metrics).protect(policy)
        known += sum(attacked.is_known for attacked in Attacker(protected, policy).attack(counts))
    assert known > 0


@pytest.mark.slow
def test_on_a_solver_limit_more_is_suppressed_and_the_notes_say_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a limit of 0 iterations, no solve succeeds, as for a table that is too large."""
    monkeypatch.setattr(linear_program, "SIMPLEX_ITERATION_LIMIT", 0)
    periods, by, months, metrics = CASES["two crossed breakdowns"]
    policy = DisclosurePolicy(threshold=5, rounding_base=1)
    counts = random_counts(np.random.default_rng(1), months, by)
    result = table(counts, periods, by, metrics)
    overprotected = result.protect(policy)
    monkeypatch.undo()
    assert set(_suppressed_notes(result.protect(policy))) < set(_suppressed_notes(overprotected))
    assert all(
        "solver reached a limit" in note for note in _suppressed_notes(overprotected).values()
    )
    for attacked in Attacker(overprotected, policy).attack(counts):
        assert not attacked.is_known, attacked
        assert not attacked.is_narrowed(policy.threshold, 1), attacked


def _suppressed_notes(result: Result) -> dict[tuple[str, ...], str]:
    """Return the note of each suppressed row, by measure and members."""
    frame = result.to_polars().filter(marker="[c]")
    return dict(zip(frame.select("measure", *result.by).rows(), frame["note"], strict=True))


@pytest.mark.exhaustive
@pytest.mark.slow
def test_the_same_result_gives_the_same_bytes_in_every_process() -> None:
    """The solver has a seed and a limit of steps, and nothing depends on the order of a set."""
    program = (
        "import numpy as np\n"
        "from swm_kpi import DisclosurePolicy\n"
        "from tests.support.ilp_attack import table\n"
        "from tests.support.random_counts import CASES, random_counts\n"
        "periods, by, months, metrics = CASES['two crossed breakdowns']\n"
        "counts = random_counts(np.random.default_rng(3), months, by)\n"
        "result = table(counts, periods, by, metrics)\n"
        "print(result.protect(DisclosurePolicy(rounding_base=1)).to_polars().write_csv())\n"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[3],
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1
    assert next(iter(outputs)).startswith(b"ref,")


# Two releases


def protect_area(count: int, *, policy: DisclosurePolicy | None = None, **options: Any) -> Result:
    result = compute_incidents((count, 13, 22), **options)
    return result.protect(policy or DisclosurePolicy(threshold=5, rounding_base=1))


def describe_risks(first: Result, second: Result) -> str:
    return "\n".join(str(risk) for risk in first.differencing_risks(second))


def test_differencing_warns_of_a_count_suppressed_in_one_release_only() -> None:
    assert "the first release suppresses it and the second shows it" in describe_risks(
        protect_area(2), protect_area(6)
    )
    assert "the second release suppresses it and the first shows it" in describe_risks(
        protect_area(6), protect_area(2)
    )


def test_differencing_warns_of_a_small_revision() -> None:
    assert "differ by a count under 5" in describe_risks(protect_area(20), protect_area(22))
    assert describe_risks(protect_area(20), protect_area(20)) == ""


def test_differencing_warns_of_a_longer_period_that_adds_a_small_month() -> None:
    """The quarter in one release less its first two months in the other are 3 in June."""
    months = ((20, 30, 40), (50, 60, 70), (1, 1, 1))
    policy = DisclosurePolicy(threshold=5, rounding_base=1)
    early = compute_incidents(*months, periods=MONTHS[:2], by=()).protect(policy)
    late = compute_incidents(*months, periods=[QUARTER], by=()).protect(policy)
    assert "leave a count under 5" in describe_risks(early, late)
    assert "2024-06" in describe_risks(early, late)


def test_differencing_warns_of_rolling_years_a_month_apart() -> None:
    """The month that joins the window and the month that leaves it differ by 2."""
    policy = DisclosurePolicy(threshold=5, rounding_base=1)
    created_at = [datetime(2023, 4, 2)] * 20 + [datetime(2024, 4, 2)] * 22
    created_at += [datetime(2023, 7, 1)] * 100
    data = pl.DataFrame(
        {"created_at": created_at, "closing_code": ["ASB nuisance"] * len(created_at)}
    )
    coverage = {"incident": ("2023-04-01", "2024-04-30")}

    def rolling(label: str) -> Result:
        result = kpi.compute(["15"], {"incident": data}, periods=[label], coverage=coverage)
        return result.protect(policy)

    assert "periods overlap" in describe_risks(rolling("R12 2024-03"), rolling("R12 2024-04"))


def test_differencing_warns_of_changed_members() -> None:
    first, second = protect_area(20), protect_area(20)
    frame = second.to_polars().filter(pl.col("lpa") != AREAS[2])
    second = Result(frame, second.by, second.entries, policy=second.policy)
    assert "other members in the two releases" in describe_risks(first, second)


def test_differencing_needs_a_policy() -> None:
    with pytest.raises(RequestError, match="is not protected"):
        compute_incidents((2, 13, 22)).differencing_risks(protect_area(2))
    exact = compute_incidents((2, 13, 22))
    assert exact.differencing_risks(protect_area(2), policy=POLICY)


def protect_unrounded(
    *counts: int, policy: DisclosurePolicy | None = None, **options: Any
) -> Result:
    """Compute the incidents of each area and protect them without rounding."""
    return compute_incidents(counts, **options).protect(policy or UNROUNDED)


def compute_by_month(*counts: int, periods: Sequence[str]) -> Result:
    """Compute the incidents of one area, by month from April, and protect them without rounding."""
    months = tuple((count,) for count in counts)
    return compute_incidents(*months, periods=periods, by=()).protect(UNROUNDED)


UNROUNDED = DisclosurePolicy(threshold=5, rounding_base=1)


@pytest.mark.parametrize(
    ("first", "second", "warned"),
    [(20, 20, False), (20, 21, True), (20, 24, True), (20, 25, False), (25, 21, True)],
)
def test_differencing_warns_of_revisions_under_the_threshold(
    first: int, second: int, warned: bool
) -> None:
    risks = protect_unrounded(first, 13, 22).differencing_risks(protect_unrounded(second, 13, 22))
    assert any("differ by a count under 5" in risk.description for risk in risks) == warned
    assert {risk.members for risk in risks} == ({(("lpa", AREAS[0]),), ()} if warned else set())


def test_differencing_considers_rounding() -> None:
    """20 and 25 to the nearest 5 may be 22 and 23, or 18 and 27."""
    first, second = (compute_incidents((count, 13, 22)).protect(POLICY) for count in (20, 25))
    assert first.differencing_risks(second) == ()


def test_a_warning_names_the_cell_but_not_the_number() -> None:
    area, total = protect_unrounded(20, 13, 22).differencing_risks(protect_unrounded(21, 13, 22))
    assert str(area) == (
        "Ref 15, incidents, 2024/25 Q1, lpa Herefordshire: "
        "the two releases differ by a count under 5."
    )
    assert str(total) == (
        "Ref 15, incidents, 2024/25 Q1: the two releases differ by a count under 5."
    )


@pytest.mark.parametrize(("june", "warned"), [(4, True), (5, False)])
def test_differencing_warns_if_a_longer_period_leaves_a_small_count(
    june: int, warned: bool
) -> None:
    """One release has April to June, and the other has April and May."""
    whole = compute_by_month(20, 30, june, periods=[QUARTER])
    (no_risk,) = compute_by_month(20, 30, june, periods=["2024/25 Q1"]).differencing_risks(
        whole
    ) or (None,)
    assert no_risk is None
    months = compute_by_month(20, 30, june, periods=MONTHS[:2])
    risks = [
        risk for risk in whole.differencing_risks(months) if "leave a count" in risk.description
    ]
    assert [risk.period for risk in risks] == (["2024-06"] if warned else [])
    if warned:
        assert risks[0].description == "longer periods less shorter ones leave a count under 5."
        assert risks[0].members == ()


def test_differencing_warns_of_a_month_that_is_nearly_its_quarter() -> None:
    """A quarter of 33 in one release and its April of 30 in the other leave 3 for two months."""
    months, quarter_ = (
        compute_by_month(30, 3, 0, periods=[period]) for period in (MONTHS[0], QUARTER)
    )
    risks = [risk for risk in months.differencing_risks(quarter_) if " and " in risk.period]
    assert [(risk.period, risk.description) for risk in risks] == [
        (
            "2024-04 and 2024/25 Q1",
            "the months that are only in the longer period have a count under 5.",
        )
    ]
    risks = quarter_.differencing_risks(months)
    assert "2024/25 Q1 and 2024-04" in [risk.period for risk in risks]
    assert "2024-05 to 2024-06" in [risk.period for risk in risks]


def test_differencing_ignores_unrelated_periods() -> None:
    april, may = (compute_by_month(30, 31, 0, periods=[period]) for period in MONTHS[:2])
    assert april.differencing_risks(may) == ()
    may_alone = compute_by_month(1, 31, 1, periods=[MONTHS[1]])
    assert may_alone.differencing_risks(compute_by_month(1, 31, 1, periods=[QUARTER])) == ()


def release(exact: Result, *areas: str, suppressed: Sequence[str] = ()) -> Result:
    """Return a release of some rows, some of them suppressed."""
    frame = exact.to_polars().filter(pl.col("lpa").is_in([*areas, *suppressed]))
    is_suppressed = pl.col("lpa").is_in(suppressed)
    frame = frame.with_columns(
        *(pl.when(~is_suppressed).then(pl.col(column)).alias(column) for column in NUMBER_COLUMNS),
        marker=pl.when(is_suppressed).then(pl.lit("[c]")).otherwise("marker"),
    )
    return Result(frame, exact.by, exact.entries)


@pytest.mark.parametrize(
    ("counts", "narrowed"), [((4, 13, 22), True), ((1, 13, 22), True), ((6, 13, 22), False)]
)
def test_differencing_warns_of_a_suppressed_count_that_both_releases_reveal(
    counts: Sequence[int], narrowed: bool
) -> None:
    """The first shows the total and one area, and the second another: that reveals the third."""
    exact = compute_incidents(counts)
    first = release(exact, "All", AREAS[2], suppressed=[AREAS[0]])
    second = release(exact, AREAS[1])
    words = "lpa Herefordshire: it is suppressed, and the sums of both releases reveal more than"
    assert (
        words in "\n".join(map(str, first.differencing_risks(second, policy=POLICY)))
    ) == narrowed
    both = release(exact, "All", AREAS[1], AREAS[2], suppressed=[AREAS[0]])
    assert "sums of both" not in "\n".join(map(str, both.differencing_risks(both, policy=POLICY)))


def rows_of_period(
    exact: Result, period: str, *areas: str, suppressed: Sequence[str] = ()
) -> pl.DataFrame:
    """Return the rows of one period in a release of some areas."""
    return release(exact, *areas, suppressed=suppressed).to_polars().filter(period=period)


def risks_of_sums(first: Result, second: Result) -> list[tuple[str, str]]:
    """Return the areas and periods for which both releases together reveal more than each one."""
    risks = first.differencing_risks(second, policy=POLICY)
    return [(dict(risk.members).get("lpa", "All"), risk.period) for risk in risks
            if "sums of both" in risk.description]  # fmt: skip


@pytest.mark.parametrize(
    ("two", "is_warned"), [((1, 4), False), ((1, 3), True), ((5, 0), False), ((2, 5), False)]
)
def test_differencing_needs_more_than_the_threshold_to_warn(
    two: tuple[int, int], is_warned: bool
) -> None:
    """If two suppressed counts add up to 5, each is 1 to 4; if they add up to 4, 1 to 3."""
    exact = compute_incidents((*two, 22))
    first = release(exact, "All", suppressed=AREAS[:2])
    second = release(exact, AREAS[2], suppressed=AREAS[:2])
    expected = [(area, QUARTER) for area in AREAS[:2]] if is_warned else []
    assert risks_of_sums(first, second) == expected


def test_differencing_ignores_suppressed_counts_that_are_not_small() -> None:
    exact = compute_incidents((5, 13, 22))
    first = release(exact, "All", AREAS[2], suppressed=[AREAS[0]])
    assert risks_of_sums(first, release(exact, AREAS[1])) == []
    small = compute_incidents((4, 13, 22))
    first = release(small, "All", AREAS[2], suppressed=[AREAS[0]])
    assert risks_of_sums(first, release(small, AREAS[1])) == [(AREAS[0], QUARTER)]


def test_differencing_ignores_contradicting_totals() -> None:
    """26 in one release and 28 in the other, of which 22 are in one area."""
    first = release(compute_incidents((2, 2, 22)), "All", suppressed=AREAS[:2])
    second = release(compute_incidents((2, 4, 22)), "All", AREAS[2], suppressed=AREAS[:2])
    assert risks_of_sums(first, second) == []


def test_differencing_ignores_a_total_that_contradicts_its_parts() -> None:
    """Of 30 in all, 22 are in one area, and after a revision 13 in another."""
    first = release(compute_incidents((4, 4, 22)), "All", AREAS[2], suppressed=AREAS[:2])
    assert risks_of_sums(first, release(compute_incidents((4, 13, 22)), AREAS[1])) == []


@pytest.mark.parametrize(
    ("rest", "zeros", "is_warned"), [(16, True, True), (18, True, False), (18, False, False)]
)
def test_differencing_uses_the_rounding_interval_of_a_total(
    rest: int, zeros: bool, is_warned: bool
) -> None:
    """A total of 20 is 18 to 22. Less 16 that is 2 to 6, and less 18 no more than under 5."""
    exact = compute_incidents((20 - rest, 8, rest - 8))
    rounded = release(exact, "All", suppressed=AREAS)
    first = Result(rounded.to_polars(), exact.by, exact.entries, policy=POLICY)
    policy = POLICY.model_copy(update={"show_zeros": zeros})
    risks = first.differencing_risks(
        release(exact, *AREAS[1:], suppressed=AREAS[:1]), policy=policy
    )
    assert ("sums of both" in "\n".join(map(str, risks))) == is_warned


def test_differencing_ignores_differences_that_may_be_zero() -> None:
    """A quarter of 60 is 58 to 62, and less two months of 30 it is up to 2."""
    counts = ((30,), (30,), (0,))
    late = compute_incidents(*counts, periods=[QUARTER], by=()).protect(POLICY)
    early = compute_by_month(30, 30, 0, periods=MONTHS[:2])
    assert late.differencing_risks(early) == ()


def test_differencing_formats_an_implied_month() -> None:
    created_at = [datetime(2024, month, 2) for month in (10, 11) for _ in range(20)]
    created_at += [datetime(2024, 12, 2)] * 3
    data = pl.DataFrame(
        {"created_at": created_at, "closing_code": ["ASB nuisance"] * len(created_at)}
    )
    coverage = {"incident": ("2024-10-01", "2024-12-31")}
    whole, months = (
        kpi.compute(["15"], {"incident": data}, periods=periods, coverage=coverage).protect(
            UNROUNDED
        )
        for periods in (["2024/25 Q3"], ["2024-10", "2024-11"])
    )
    assert [risk.period for risk in whole.differencing_risks(months)] == ["2024-12"]


def test_differencing_does_not_subtract_stocks() -> None:
    """30 at the end of April and 33 at the end of June: the difference is no count of months."""
    stock = SHARES.model_copy(
        update={"measures": (kpi.PeriodEndStock(key="calls", of=Call, at=Call.began_at),)}
    )
    data = pl.DataFrame({"began_at": [datetime(2024, 4, 30)] * 30 + [datetime(2024, 6, 30)] * 33})
    april, quarter_ = (
        kpi.compute(
            [stock], {"call": data}, periods=[period], catalogue=kpi.Catalogue([stock]),
            coverage={"call": ("2024-04-01", "2024-06-30")},
        )
        for period in (MONTHS[0], QUARTER)
    )  # fmt: skip
    assert april.to_polars()["value"].to_list() == [30]
    assert quarter_.to_polars()["value"].to_list() == [33]
    assert april.differencing_risks(quarter_, policy=POLICY) == ()


@pytest.mark.parametrize("suppressed", ["calls", "again"])
def test_differencing_uses_any_row_that_shows_a_count(suppressed: str) -> None:
    """Two rows have the same count, and one of them is suppressed."""
    again = Count(key="again", of=Call, at=Call.began_at)
    metric = SHARES.model_copy(update={"measures": (SHARES.measures[0], again)})
    data = pl.DataFrame({"began_at": [datetime(2024, 4, 2)] * 20})
    result = kpi.compute(
        [metric], {"call": data}, periods=[QUARTER], catalogue=kpi.Catalogue([metric]),
        coverage={"call": ("2024-04-01", "2024-06-30")},
    )  # fmt: skip
    is_suppressed = pl.col("measure") == suppressed
    frame = result.to_polars().with_columns(
        pl.when(~is_suppressed).then("value").alias("value"),
        marker=pl.when(is_suppressed).then(pl.lit("[c]")).otherwise("marker"),
    )
    first = Result(frame, result.by, result.entries)
    assert first.differencing_risks(result, policy=POLICY) == ()


def test_differencing_combines_months_and_areas() -> None:
    """The quarter less two months is one area's April, and April less that is the other's."""
    counts = ((3, 20, 22), (30, 31, 32), (40, 41, 42))
    exact = compute_incidents(*counts, periods=[*MONTHS, QUARTER])
    april = rows_of_period(exact, MONTHS[0], "All", AREAS[2], suppressed=AREAS[:2])
    frames = [rows_of_period(exact, period, AREAS[1]) for period in (MONTHS[2], QUARTER)]
    frames += [rows_of_period(exact, MONTHS[1], "All", *AREAS)]
    first = Result(april, exact.by, exact.entries)
    second = Result(pl.concat(frames), exact.by, exact.entries)
    assert risks_of_sums(first, second) == [(AREAS[0], MONTHS[0])]


def test_equal_releases_give_no_warning() -> None:
    for counts in ((2, 13, 22), (20, 30, 40), (0, 0, 0)):
        assert protect_unrounded(*counts).differencing_risks(protect_unrounded(*counts)) == ()


def test_warnings_are_sorted_by_ref_measure_and_period() -> None:
    first = compute_incidents((20, 13, 22), (20, 13, 22), periods=MONTHS[:2]).protect(UNROUNDED)
    second = compute_incidents((21, 13, 22), (21, 13, 22), periods=MONTHS[:2]).protect(UNROUNDED)
    risks = [(risk.ref, risk.measure, risk.period, str(risk)) for risk in
             first.differencing_risks(second)]  # fmt: skip
    assert risks == sorted(risks)
    assert len(risks) == 4


@pytest.mark.parametrize(
    ("first_count", "second_count", "warned"),
    [(20, 22, True), (20, 24, False), (19, 21, True), (20, 19, False)],
)
def test_differencing_warns_of_rounded_counts_only_if_the_difference_is_certainly_small(
    first_count: int, second_count: int, warned: bool
) -> None:
    """To the nearest 2, 20 is 19 or 20, 22 is 21 or 22, and 24 is 23 or 24: up to 5 apart."""
    policy = DisclosurePolicy(threshold=5, rounding_base=2)
    first, second = (
        compute_incidents((count, 50, 60)).protect(policy) for count in (first_count, second_count)
    )
    for risks in (first.differencing_risks(second), second.differencing_risks(first)):
        risks_of_the_area = [risk for risk in risks if risk.members]
        assert ["differ by a count under 5" in risk.description for risk in risks_of_the_area] == [
            True
        ] * warned


@pytest.mark.parametrize(
    ("first", "second", "leaves", "joins", "warned"),
    [
        ("R12 2024-03", "R12 2024-04", 20, 22, True),
        ("R12 2024-04", "R12 2024-03", 20, 22, True),
        ("R12 2024-03", "R12 2024-04", 20, 20, False),
        ("R12 2024-03", "R12 2024-04", 20, 25, False),
        ("R12 2024-03", "R12 2025-03", 20, 22, False),
    ],
)
def test_differencing_of_overlapping_windows(
    first: str, second: str, leaves: int, joins: int, warned: bool
) -> None:
    created_at = [datetime(2023, 4, 2)] * leaves + [datetime(2024, 4, 2)] * joins
    created_at += [datetime(2023, 7, 1), datetime(2024, 7, 1)] * 100
    data = pl.DataFrame(
        {"created_at": created_at, "closing_code": ["ASB nuisance"] * len(created_at)}
    )
    coverage = {"incident": ("2023-04-01", "2025-03-31")}
    first_release, second_release = (
        kpi.compute(["15"], {"incident": data}, periods=[period], coverage=coverage).protect(
            UNROUNDED
        )
        for period in (first, second)
    )
    risks = [
        risk
        for risk in first_release.differencing_risks(second_release)
        if "periods overlap" in risk.description
    ]
    assert [risk.period for risk in risks] == [f"{first} and {second}"] * warned
    assert all(risk.description == (
        "the two periods overlap, and the months that are in only one of them differ by a count "
        "under 5."
    ) for risk in risks)  # fmt: skip


def test_changed_members_are_reported_only_for_measures_in_both_releases() -> None:
    """If the members of a breakdown change, a measure of one release only is not reported."""
    exact = compute_incidents((20, 30, 40))
    frame = exact.to_polars()
    is_count = pl.col("measure") == "incidents"
    first = Result(frame.filter(pl.col("lpa") != AREAS[2]), exact.by, exact.entries)
    second = Result(frame.filter(is_count), exact.by, exact.entries)
    for earlier, later in ((first, second), (second, first)):
        risks = [
            risk
            for risk in earlier.differencing_risks(later, policy=UNROUNDED)
            if "other members" in risk.description
        ]
        assert {risk.measure for risk in risks} == {"incidents"}
