"""``check_inputs`` lists which metrics the given tables can compute."""

from __future__ import annotations

import polars as pl

import swm_kpi as kpi
from swm_kpi.definitions.contracts.contact import BtAnswerTimes, Contact
from tests.support.small_tables import (
    CALLS,
    CALLS_TABLE,
    INCIDENTS,
    PEOPLE,
    Q1,
    WHOLE_Q1,
    Call,
    build_metric,
    frame_of,
    incident_times,
    rows_of,
    run,
)


def test_inputs_are_listed_as_ready_or_with_the_missing_table_or_column() -> None:
    """It reads the names of tables and columns, and no row."""
    readiness = kpi.check_inputs({"incident": INCIDENTS.drop("lpa"), "population": PEOPLE})
    known = {metric.ref: metric for metric in readiness.refs}
    assert list(known) == [str(ref) for ref in range(1, 71)]
    assert "15" in readiness.ready
    assert known["15"].measures == ("incidents", "per_1000")
    assert known["57"].lacking == ("needs table 'bt_answer_times'", "needs table 'contact'")
    assert "57" in readiness.not_ready
    assert "table 'incident' needs column 'mental_health'" in known["9"].lacking
    assert "17" in readiness.not_ready
    assert known["55"].lacking == ("the plan gives no text for this ref",)
    assert "needs table 'contact'" in str(readiness)


def test_a_metric_with_some_of_its_measures_is_partial() -> None:
    """Without a population, ref 15 has its count and not its rate."""
    readiness = kpi.check_inputs({"incident": INCIDENTS})
    assert "15" in readiness.partial
    (asb,) = (metric for metric in readiness.refs if metric.ref == "15")
    assert asb.measures == ("incidents",)
    assert "needs table 'population'" in asb.lacking


def test_public_data_stand_in_only_for_the_measures_that_they_have() -> None:
    """BT's figures have no call to 101, and before, ref 57 was ready with them alone."""
    tables = {
        contract.table: pl.DataFrame(schema=[column.name for column in contract.columns.values()])
        for contract in (BtAnswerTimes, Contact)
    }
    with_bt = kpi.check_inputs({"bt_answer_times": tables["bt_answer_times"]})
    assert "57" in with_bt.partial
    (calls,) = (metric for metric in with_bt.refs if metric.ref == "57")
    assert calls.lacking == ("needs table 'contact'",)
    assert "57" in kpi.check_inputs({"contact": tables["contact"]}).ready


def test_measures_listed_as_ready_are_computed() -> None:
    """Every other measure has a note that gives the reason."""
    data = {"incident": incident_times(), "population": PEOPLE}
    ready = {
        metric.ref: metric.measures for metric in kpi.check_inputs(data).refs if metric.measures
    }
    assert "53" in ready
    for ref, measures in ready.items():
        frame = run(ref, data).to_polars().filter(basis="force")
        for row in frame.iter_rows(named=True):
            computed = "not given" not in row["note"] and "has no column" not in row["note"]
            assert computed == (row["measure"] in measures), (ref, row["measure"])


def test_a_metric_outside_the_catalogue_is_broken_down_by_its_own_dimensions() -> None:
    result = kpi.compute(
        [build_metric(CALLS)],
        {"call": frame_of(Call, CALLS_TABLE)},
        periods=Q1,
        by=["side"],
        coverage={"call": WHOLE_Q1},
    )
    assert [row["value"] for row in rows_of(result, "calls")] == [1, 1, 2]
