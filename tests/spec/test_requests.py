"""Which metrics, periods and assumptions a request may name."""

from __future__ import annotations

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import swm_kpi as kpi
from swm_kpi import (
    ContractError,
    PeriodError,
    RequestError,
    Result,
    UndefinedMetric,
)
from tests.support.small_tables import (
    CALLS,
    CALLS_TABLE,
    EMPTY,
    INCIDENTS,
    Q1,
    WHOLE_Q1,
    Call,
    build_metric,
    frame_of,
    incident_times,
    row_of,
    run,
    table,
    value_of,
)


def test_a_metric_without_its_table_raises_with_the_name_of_the_table() -> None:
    with pytest.raises(RequestError, match=r"Metric 53 .* reads table 'incident', and none"):
        kpi.compute(["53"], {"contact": EMPTY}, periods=Q1)


def test_the_note_of_a_measure_without_its_table_names_the_table() -> None:
    """Only the rate of ref 15 needs the population."""
    row = row_of(run("15", {"incident": INCIDENTS}), "per_1000")
    assert (row["value"], row["marker"]) == (None, "[x]")
    assert row["note"] == "Table 'population' was not given."


def test_a_request_for_all_metrics_has_rows_for_those_without_a_table() -> None:
    """With budget statements alone, only ref 44 has values. Notes name the missing tables."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | account | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | Revenue | 10.00           | 10.00          | 12.50  |
        """,
    )
    frame = kpi.compute(None, {"ledger": ledger}, periods=Q1).to_polars()
    plan = kpi.catalogue()
    assert list(dict.fromkeys(frame["ref"])) == [entry.ref for entry in plan if entry.computes]
    assert frame.filter(ref="44", measure="expenditure")["value"].to_list() == [12.5]
    others = frame.filter(pl.col("ref") != "44")
    assert set(others["marker"]) == {"[x]"}
    assert others["note"].str.contains("was not given").all()
    assert frame.filter(ref="57")["note"].str.starts_with("Table 'contact' was not given.").all()


def test_a_request_for_all_metrics_computes_what_the_columns_allow() -> None:
    """A table without grades computes ref 15. The note of ref 53 names the column."""
    frame = kpi.compute(None, {"incident": INCIDENTS}, periods=Q1).to_polars()
    assert frame.filter(ref="15", measure="incidents")["value"].to_list() == [4]
    lacking = frame.filter(ref="53", measure="incidents").row(0, named=True)
    assert (lacking["value"], lacking["marker"]) == (None, "[x]")
    assert "Table 'incident' has no column" in lacking["note"]


def test_a_metric_requested_by_ref_needs_every_column_it_reads() -> None:
    """The error names every missing column."""
    with pytest.raises(ContractError, match=r"(?s)first_arrived_at: the column is missing.*grade"):
        run("53", {"incident": INCIDENTS})


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ("16", "it is a group"),
        ("31", "it is a group"),
        ("61", "it is a group"),
        ("55", "the plan gives no text"),
    ],
)
def test_a_ref_without_a_metric_raises_with_the_reason(ref, reason) -> None:
    with pytest.raises(RequestError, match=f"Ref {ref} cannot be computed: {reason}"):
        kpi.compute([ref], {"incident": INCIDENTS}, periods=Q1)


def test_a_request_for_all_metrics_leaves_out_entries_without_measures() -> None:
    undefined = UndefinedMetric(
        ref="T2",
        key="without_text",
        title="",
        objective=None,
        availability=kpi.catalogue()["15"].availability,
    )
    plan = kpi.Catalogue([build_metric(CALLS), undefined])
    calls = frame_of(Call, CALLS_TABLE)
    with pytest.raises(RequestError, match="Ref T2 cannot be computed"):
        kpi.compute(["T2"], {"call": calls}, periods=Q1, catalogue=plan)
    result = kpi.compute(None, {"call": calls}, periods=Q1, catalogue=plan).to_polars()
    assert set(result["ref"]) == {"T1"}


@pytest.mark.parametrize(
    ("arguments", "suggestion"),
    [
        ({"metrics": ["asb_incident"]}, "Did you mean 'asb_incidents'?"),
        ({"data": {"incidents": INCIDENTS}}, "Did you mean 'incident'?"),
        ({"by": ["lpas"]}, "Did you mean 'lpa'?"),
        ({"coverage": {"incidnet": WHOLE_Q1}}, "Did you mean 'incident'?"),
        (
            {"metrics": ["53"], "assumptions": {"imediate_grades": ["1"]}},
            "Did you mean 'immediate_grades'?",
        ),
        ({"on_violation": "withold"}, "'raise' or 'withhold'"),
        ({"by": "lpa"}, r"by=\['lpa'\]"),
        ({"by": ["lpa", "lpa"]}, "is repeated"),
        ({"as_at": "14/04/2025"}, "'2025-04-14'"),
        ({"coverage": {"incident": ("2024-06-30", "2024-04-01")}}, "ends before it begins"),
        ({"coverage": {"incident": "2024-06-30"}}, "not .first day, last day."),
        ({"metrics": []}, "None for all"),
        ({"data": [INCIDENTS]}, "mapping of table name to table"),
        ({"metrics": ["53"], "assumptions": {"immediate_grades": [1]}}, "takes a list of str"),
    ],
)
def test_an_invalid_request_raises_with_a_suggestion(arguments, suggestion) -> None:
    """The error is raised before any row is read."""
    request = {"metrics": ["15"], "data": {"incident": INCIDENTS}, "periods": Q1, **arguments}
    with pytest.raises(RequestError, match=suggestion):
        kpi.compute(request.pop("metrics"), request.pop("data"), **request)


@pytest.mark.parametrize("periods", [[], ["2024-13"], ["May"], [None], 7, ["2024-05", "2024-05"]])
def test_an_invalid_period_raises(periods) -> None:
    with pytest.raises(PeriodError):
        kpi.compute(["15"], {"incident": INCIDENTS}, periods=periods)


def test_an_overridden_assumption_changes_the_value_and_is_in_the_provenance() -> None:
    """A call answered after 11 seconds is in time with a limit of 15."""
    calls = table(
        "contact",
        """
        | line | presented_at        | answered_at         | abandoned_at |
        | 999  | 2024-05-06 12:00:00 | 2024-05-06 12:00:10 |              |
        | 999  | 2024-05-06 12:00:00 | 2024-05-06 12:00:11 |              |
        """,
    )
    before = row_of(run("57", {"contact": calls}), "answered_999")
    after = row_of(
        run("57", {"contact": calls}, assumptions={"answer_999_seconds": 15}), "answered_999"
    )
    assert (before["value"], after["value"]) == (1 / 2, 2 / 2)
    assert "overridden" not in before["note"]
    assert after["note"].count("Assumption answer_999_seconds overridden: 15.") == 1


def test_an_overridden_list_changes_the_value_and_accepts_only_members() -> None:
    """Grade 2 may be an emergency grade. Grade 9 is not in the closed list."""
    data = {"incident": incident_times().with_columns(grade=pl.Series(["1", "2", "2", "3"]))}
    assert value_of(run("53", data), "incidents") == 1
    both = run("53", data, assumptions={"immediate_grades": ["1", "2"]})
    assert value_of(both, "incidents") == 1 + 2
    with pytest.raises(RequestError, match="immediate_grades"):
        run("53", data, assumptions={"immediate_grades": ["9"]})


def test_an_alias_has_the_same_values_under_its_own_ref() -> None:
    """Ref 32 is an alias of ref 29."""
    crimes = table(
        "crime",
        """
        | recorded_at      | outcome_code | outcome_at | status   | is_da | offence_subgroup | lpa |
        | 2024-04-01 12:00 | 1            | 2024-04-11 | recorded | yes   | Homicide         |     |
        | 2024-05-06 12:00 |              |            | recorded | yes   | Homicide         |     |
        """,
    )
    frame = kpi.compute(
        ["29", "32"], {"crime": crimes}, periods=Q1, by=["lpa"], coverage={"crime": WHOLE_Q1}
    ).to_polars()
    first, again = (frame.filter(ref=ref) for ref in ("29", "32"))
    assert value_of(Result(first, ("lpa",)), "crimes_recorded", lpa="All") == 2
    names = ["ref", "metric"]
    assert_frame_equal(first.drop(names), again.drop(names))
    assert set(again["metric"]) == {kpi.catalogue()["32"].key}
