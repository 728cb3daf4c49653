"""The definitions: every worked example on every kind of input, and the plan's own words."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import (
    AverageStock,
    Basis,
    BudgetVariance,
    Count,
    Distribution,
    Duration,
    Metric,
    MetricAlias,
    MetricGroup,
    PeriodEndStock,
    Proportion,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    Sum,
    SumProduct,
    SurveyProportion,
    TextReport,
    UndefinedMetric,
    Uptime,
)
from swm_kpi.engine import worked_examples as worked
from swm_kpi.model.metric import NO_OBJECTIVE

PLAN = Path(__file__).parents[2] / "definitions" / "plan" / "plan.csv"
CATALOGUE = kpi.catalogue()
METRICS = [each for each in CATALOGUE if isinstance(each, Metric)]
EXAMPLES = [
    pytest.param(metric, number, id=f"{metric.ref}-{number}")
    for metric in METRICS
    for number in range(1, len(metric.examples) + 1)
]
CONTRACTS = CATALOGUE.contracts
COLUMNS = [
    pytest.param(column, id=str(column))
    for contract in CONTRACTS.values()
    for column in contract.columns.values()
]
# The first rung: a kind with expressions. What is on no rung here is on the third.
FIRST_RUNG = (
    Count,
    Distribution,
    Duration,
    AverageStock,
    TextReport,
    Proportion,
    SumProduct,
    Rate,
    Ratio,
    ReoffendingRate,
    RepeatRate,
    PeriodEndStock,
    Sum,
    SurveyProportion,
    Uptime,
    BudgetVariance,
)


def plan_rows() -> list[dict[str, str]]:
    with PLAN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def metric_ids(metric: Metric) -> str:
    return metric.ref


# Worked examples.


@pytest.fixture(params=["Polars", "pandas", "parquet"])
def handed_over(request, tmp_path, monkeypatch) -> str:
    """Hand every example's tables over as a kind of input, in place of a Polars frame."""
    made = worked.example_frame
    numbers: Iterator[int] = iter(range(1_000))

    def other(text: str, contract: Any) -> Any:
        frame: pl.DataFrame = made(text, contract)
        if request.param == "pandas":
            whole = [name for name, dtype in frame.schema.items() if dtype == pl.Int64]
            return frame.to_pandas().astype(dict.fromkeys(whole, "Int64"))
        if request.param == "parquet":
            path = tmp_path / f"{next(numbers)}.parquet"
            frame.write_parquet(path)
            return path
        return frame

    monkeypatch.setattr(worked, "example_frame", other)
    return request.param


@pytest.mark.parametrize(("metric", "number"), EXAMPLES)
def test_every_example_comes_to_what_it_expects(metric, number, handed_over) -> None:
    """Each number of each example, from pandas, Polars and parquet alike."""
    example = metric.examples[number - 1]
    found = worked.compute_example(metric, example)
    for key, expected in example.expect.items():
        assert key in found, f"{key} was not computed from {handed_over}"
        if expected is None or found[key] is None:
            assert found[key] is expected, key
        else:
            assert math.isclose(found[key], expected, rel_tol=1e-9, abs_tol=1e-12), key


@pytest.mark.parametrize("metric", METRICS, ids=metric_ids)
def test_the_check_of_examples_reports_every_changed_number(metric) -> None:
    """Every number expected of the last example is changed: each is a problem, and no other is."""
    *others, example = metric.examples
    wrong = {k: 0.5 if v is None else v + 1 for k, v in example.expect.items()}
    changed = example.model_copy(update={"expect": wrong})
    problems = list(
        worked.check_examples(metric.model_copy(update={"examples": (*others, changed)}))
    )
    assert [each.rule.split(" is ")[0] for each in problems] == list(wrong)
    for each in problems:
        assert (each.subject, each.field) == (
            f"Metric {metric.ref}",
            f"example {len(metric.examples)}",
        )


@pytest.mark.parametrize("metric", METRICS, ids=metric_ids)
def test_every_metric_has_an_example_and_a_trap_and_shows_every_measure(metric) -> None:
    """A trap is a row that looks as if it counts and does not, with the misreading in words."""
    assert any(each.description.strip() for each in metric.examples)
    assert any(each.edge_case.strip() for each in metric.examples)
    shown = {key for example in metric.examples for key in example.expect}
    assert shown == {each.key for each in metric.measures}


@pytest.mark.parametrize("metric", METRICS, ids=metric_ids)
def test_the_examples_of_a_metric_give_more_than_nothing(metric) -> None:
    """A number other than nought is expected somewhere, unless all of it is text."""
    numbers = {value for example in metric.examples for value in example.expect.values()}
    assert numbers - {0, None} or all(isinstance(each, TextReport) for each in metric.measures)


# The plan's own words.


@pytest.mark.parametrize("place", range(70), ids=lambda place: str(place + 1))
def test_every_ref_is_the_plans_row_word_for_word(place) -> None:
    """Title, objective and parent, in the order of the plan."""
    planned, entry = plan_rows()[place], list(CATALOGUE)[place]
    assert entry.ref == planned["ref"] == str(place + 1)
    assert entry.title == planned["text"]
    assert entry.parent == (planned["parent"] or None)
    assert entry.objective_title == (planned["objective"] or NO_OBJECTIVE)


def test_the_plans_refs_are_70_and_come_first() -> None:
    assert [each.ref for each in CATALOGUE][:70] == [str(ref) for ref in range(1, 71)]
    assert len(plan_rows()) == 70


def test_ref_55_has_no_text_and_nothing_is_made_up_for_it() -> None:
    entry = CATALOGUE["55"]
    assert isinstance(entry, UndefinedMetric)
    assert (entry.title, entry.computes) == ("", False)


def test_refs_69_and_70_have_no_stated_objective() -> None:
    """Every other ref has one of the four."""
    unstated = [each.ref for each in CATALOGUE if each.objective is None]
    assert unstated == ["69", "70"]


@pytest.mark.parametrize(
    ("ref", "children"),
    [
        ("16", ("17", "18", "19", "20", "21")),
        ("31", ("32", "33", "34")),
        ("61", ("62", "63", "64", "65", "66")),
    ],
)
def test_a_heading_gathers_its_children_and_computes_nothing(ref, children) -> None:
    heading = CATALOGUE[ref]
    assert isinstance(heading, MetricGroup)
    assert heading.children == children
    assert not heading.computes
    assert [each.ref for each in CATALOGUE if each.parent == ref] == list(children)


def test_there_are_three_headings() -> None:
    assert [each.ref for each in CATALOGUE if isinstance(each, MetricGroup)] == ["16", "31", "61"]


@pytest.mark.parametrize(("ref", "of"), [("32", "29"), ("36", "8"), ("70", "1")])
def test_an_alias_is_some_or_all_of_another_ref(ref, of) -> None:
    """One computation, listed twice by the plan."""
    alias = CATALOGUE[ref]
    assert isinstance(alias, MetricAlias)
    assert alias.of == of
    assert CATALOGUE.metric(alias) is CATALOGUE[of]
    assert set(alias.only) <= {each.key for each in CATALOGUE[of].measures}


def test_no_ref_is_said_to_be_not_reportable() -> None:
    """The colour that would say so was lost, and only a force's own file may say it."""
    words = {each.availability.status.value for each in CATALOGUE}
    assert "not reportable" not in words
    assert all(each.availability.reason.strip() for each in CATALOGUE)


# Contracts.


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_has_a_description(column) -> None:
    """A sentence for whoever fills the table."""
    assert len(column.description.split()) >= 2
    assert column.description.strip().endswith(".")


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_table_says_what_one_row_is(contract) -> None:
    assert contract.meaning.startswith("One row per ")
    assert contract.source.strip()


def test_no_personal_column_is_a_breakdown() -> None:
    """Nor is one worked out from a personal column."""
    for contract in CONTRACTS.values():
        for key, (_, carrier) in contract.dimensions.items():
            read = [each for each in carrier.walk() if isinstance(each, kpi.Column)]
            assert not any(each.personal for each in read), f"{contract.__name__} by {key}"


def test_columns_that_name_a_person_or_a_record_are_personal() -> None:
    """A key of a person's record is marked, so that it is never printed."""
    for contract in CONTRACTS.values():
        for name, column in contract.columns.items():
            if name.endswith("person_id") or name.endswith(("victim_id", "suspect_id")):
                assert column.personal, str(column)


def test_every_breakdown_of_a_metric_is_of_a_table_it_reads() -> None:
    for metric in METRICS:
        for dimension in metric.dimensions:
            carried = [dimension.key in each.dimensions for each in metric.contracts.values()]
            assert any(carried), f"{metric.ref} by {dimension.key}"


# Rungs, bases and definitions.


def test_at_most_six_metrics_are_on_the_third_rung() -> None:
    """Nearly all refs are a kind with expressions; none needs a function of its own now."""
    third = [
        metric.ref
        for metric in METRICS
        if not all(isinstance(each, FIRST_RUNG) for each in metric.measures)
    ]
    assert len(third) <= 6
    assert third == []


def test_a_proxy_stands_beside_the_forces_own_measure_and_says_how_it_differs() -> None:
    for metric in METRICS:
        bases = {each.basis for each in metric.measures}
        assert Basis.FORCE in bases, metric.ref
        for measure in metric.measures:
            assert bool(measure.proxy_difference.strip()) == (measure.basis is Basis.PROXY)


def test_every_definition_has_its_own_hash() -> None:
    """No two metrics are the same computation under two refs: that is what an alias is for."""
    hashes = [each.definition.partition("#")[2] for each in METRICS]
    assert len(set(hashes)) == len(hashes)


def test_every_formula_can_be_read() -> None:
    """A sentence for each measure, with no trace of code in it."""
    for metric in METRICS:
        for measure in metric.measures:
            words = measure.formula()
            assert words.endswith("."), f"{metric.ref} {measure.key}"
            assert "<" not in words, f"{metric.ref} {measure.key}"


@pytest.mark.parametrize(
    ("ref", "key", "words"),
    [
        (
            "1",
            "complaints",
            "The number of rows in the complaint table. Rows are placed in periods by date logged.",
        ),
        (
            "4",
            "sessions",
            "The number of different values of session in the training_attendance table where "
            "theme is ‘victim care’. Rows are placed in periods by date of the session.",
        ),
        (
            "1",
            "allegation_share",
            "The share of each allegation category among the rows in the allegation table that "
            "have one. Rows are placed in periods by date the case was logged.",
        ),
        ("4", "trained_share", "‘Trained’ divided by ‘Required’."),
        (
            "12",
            "youth_per_100000",
            "‘Youth entrants’ per 100,000 residents where age group is ‘10-17’, by the population "
            "estimate nearest to the middle of the period. Not annualised.",
        ),
        (
            "15",
            "per_1000",
            "‘Incidents’ per 1,000 residents, by the population estimate nearest to the middle of "
            "the period. Not annualised.",
        ),
        (
            "4",
            "required",
            "The number of rows in the latest snapshot of the period in the training_requirement "
            "table where theme is ‘victim care’.",
        ),
        (
            "19",
            "lines_active",
            "The number of rows in force on the last day of the period, by active from and end "
            "of the line, in the county_line table.",
        ),
        (
            "54",
            "unresourced",
            "The sum of incidents with no resource assigned in each snapshot of the "
            "open_incident_snapshot table, averaged over the snapshots taken in the period.",
        ),
        (
            "69",
            "mean_officers",
            "The number of rows in each snapshot of the workforce_snapshot table where worker "
            "type is ‘officer’, averaged over the snapshots taken in the period.",
        ),
        (
            "44",
            "variance",
            "Actual minus current budget, in the latest statement of the period in the ledger "
            "table where basis is ‘ytd’. A value above zero is an overspend.",
        ),
        (
            "44",
            "variance_share",
            "Actual minus current budget, divided by current budget, in the latest statement of "
            "the period in the ledger table where basis is ‘ytd’. A value above zero is an "
            "overspend.",
        ),
        (
            "14",
            "reoffences",
            "The sum of proven reoffences in the offender_cohort table where cohort is ‘all’. "
            "Rows are placed in periods by start of the follow-up.",
        ),
    ],
)
def test_a_formula_says_what_is_counted_of_which_rows_and_by_which_day(
    ref: str, key: str, words: str
) -> None:
    (measure,) = (each for each in kpi.catalogue()[ref].measures if each.key == key)
    assert measure.formula() == words


def test_a_share_of_people_who_come_again_and_their_number_are_said_apart() -> None:
    said = {each.key: each.formula() for each in kpi.catalogue()["8"].measures}
    assert said["repeat_victims"].startswith("The number of different people (person) in")
    assert said["repeat_share"].startswith("The share of different people (person) in")


def test_a_measure_is_titled_by_its_label_or_else_by_its_key_in_words() -> None:
    incidents = next(each for each in kpi.catalogue()["15"].measures if each.key == "per_1000")
    assert incidents.model_copy(update={"label": ""}).title == "Per 1000"
    assert incidents.model_copy(update={"label": "For every 1,000"}).title == "For every 1,000"
