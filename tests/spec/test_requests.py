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
    frame,
    incident_times,
    metric,
    row,
    run,
    table,
    value,
)


def test_a_metric_whose_table_was_not_passed_is_refused_by_name() -> None:
    with pytest.raises(RequestError, match=r"Metric 53 .* reads table 'incident', and none"):
        kpi.compute(["53"], {"contact": EMPTY}, periods=Q1)


def test_a_measure_whose_table_was_not_passed_says_so() -> None:
    """The count of ref 15 needs no population; its rate does."""
    found = row(run("15", {"incident": INCIDENTS}), "per_1000")
    assert (found["value"], found["marker"]) == (None, "[x]")
    assert found["note"] == "Table 'population' was not given."


def test_everything_is_computed_with_a_row_that_says_what_is_missing() -> None:
    """With budget statements alone, ref 44 has its numbers, and the others say what they lack."""
    ledger = table(
        "ledger",
        """
        | directorate | runs_to    | basis | budget_original | budget_current | actual |
        | Operations  | 2024-06-30 | ytd   | 10.00           | 10.00          | 12.50  |
        """,
    )
    found = kpi.compute(None, {"ledger": ledger}, periods=Q1).to_polars()
    plan = kpi.catalogue()
    assert list(dict.fromkeys(found["ref"])) == [each.ref for each in plan if each.computes]
    assert found.filter(ref="44", measure="expenditure")["value"].to_list() == [12.5]
    others = found.filter(pl.col("ref") != "44")
    assert set(others["marker"]) == {"[x]"}
    assert others["note"].str.contains("was not given").all()
    assert found.filter(ref="57")["note"].str.starts_with("Table 'contact' was not given.").all()


def test_everything_is_what_the_data_allow_column_by_column() -> None:
    """A table without the grades still gives ref 15; ref 53 says which column it lacks."""
    found = kpi.compute(None, {"incident": INCIDENTS}, periods=Q1).to_polars()
    assert found.filter(ref="15", measure="incidents")["value"].to_list() == [4]
    lacking = found.filter(ref="53", measure="incidents").row(0, named=True)
    assert (lacking["value"], lacking["marker"]) == (None, "[x]")
    assert "Table 'incident' has no column" in lacking["note"]


def test_asked_for_by_name_a_metric_needs_its_columns() -> None:
    """Then a column that is missing is an error, and every missing one is named."""
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
def test_a_ref_that_is_no_metric_is_refused_with_the_reason(ref, reason) -> None:
    with pytest.raises(RequestError, match=f"Ref {ref} cannot be computed: {reason}"):
        kpi.compute([ref], {"incident": INCIDENTS}, periods=Q1)


def test_all_metrics_leaves_out_entries_that_compute_nothing() -> None:
    undefined = UndefinedMetric(
        ref="T2",
        key="without_text",
        title="",
        objective=None,
        availability=kpi.catalogue()["15"].availability,
    )
    plan = kpi.Catalogue([metric(CALLS), undefined])
    calls = frame(Call, CALLS_TABLE)
    with pytest.raises(RequestError, match="Ref T2 cannot be computed"):
        kpi.compute(["T2"], {"call": calls}, periods=Q1, catalogue=plan)
    result = kpi.compute(None, {"call": calls}, periods=Q1, catalogue=plan).to_polars()
    assert set(result["ref"]) == {"T1"}


@pytest.mark.parametrize(
    ("asked", "suggestion"),
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
def test_a_mistaken_request_is_refused_with_what_to_write_instead(asked, suggestion) -> None:
    """Before any row is read."""
    given = {"metrics": ["15"], "data": {"incident": INCIDENTS}, "periods": Q1, **asked}
    with pytest.raises(RequestError, match=suggestion):
        kpi.compute(given.pop("metrics"), given.pop("data"), **given)


@pytest.mark.parametrize("periods", [[], ["2024-13"], ["May"], [None], 7, ["2024-05", "2024-05"]])
def test_a_mistaken_period_is_refused(periods) -> None:
    with pytest.raises(PeriodError):
        kpi.compute(["15"], {"incident": INCIDENTS}, periods=periods)


def test_an_assumption_that_is_overridden_changes_the_number_and_is_stamped() -> None:
    """A call answered after 11 seconds is in time once the limit is 15."""
    calls = table(
        "contact",
        """
        | line | clock | presented_at        | answered_at         | abandoned_at |
        | 999  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:10 |              |
        | 999  | force | 2024-05-06 12:00:00 | 2024-05-06 12:00:11 |              |
        """,
    )
    before = row(run("57", {"contact": calls}), "answered_999")
    after = row(
        run("57", {"contact": calls}, assumptions={"answer_999_seconds": 15}), "answered_999"
    )
    assert (before["value"], after["value"]) == (1 / 2, 2 / 2)
    assert "overridden" not in before["note"]
    assert after["note"].count("Assumption answer_999_seconds overridden: 15.") == 1


def test_an_overridden_list_changes_the_number_and_keeps_to_the_closed_list() -> None:
    """Grade 2 as an emergency grade is a choice; grade 9 is a slip."""
    data = {"incident": incident_times().with_columns(grade=pl.Series(["1", "2", "2", "3"]))}
    assert value(run("53", data), "incidents") == 1
    both = run("53", data, assumptions={"immediate_grades": ["1", "2"]})
    assert value(both, "incidents") == 1 + 2
    with pytest.raises(RequestError, match="immediate_grades"):
        run("53", data, assumptions={"immediate_grades": ["9"]})


def test_an_alias_gives_the_same_numbers_under_its_own_ref() -> None:
    """Ref 32 is ref 29 again."""
    crimes = table(
        "crime",
        """
        | recorded_at      | outcome_code | outcome_at       | status   | is_da | offence_subgroup |
        | 2024-04-01 12:00 | 1            | 2024-04-11 12:00 | recorded | yes   | Homicide         |
        | 2024-05-06 12:00 |              |                  | recorded | yes   | Homicide         |
        """,
    )
    found = kpi.compute(
        ["29", "32"], {"crime": crimes}, periods=Q1, by=["lpa"], coverage={"crime": WHOLE_Q1}
    ).to_polars()
    first, again = (found.filter(ref=ref) for ref in ("29", "32"))
    assert value(Result(first, ("lpa",)), "crimes_recorded", lpa="All") == 2
    names = ["ref", "metric"]
    assert_frame_equal(first.drop(names), again.drop(names))
    assert set(again["metric"]) == {kpi.catalogue()["32"].key}
