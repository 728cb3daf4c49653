"""The definitions: every worked example on every kind of input, and the words of the plan."""

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
    Mean,
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
from swm_kpi.definitions import CATALOGUE as DEFINITIONS
from swm_kpi.engine import worked_examples as worked
from swm_kpi.model.metric import NO_OBJECTIVE

PLAN = Path(__file__).parents[2] / "definitions" / "plan" / "plan.csv"
CATALOGUE = kpi.catalogue()
METRICS = [entry for entry in CATALOGUE if isinstance(entry, Metric)]
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
# Kinds that are declared with expressions alone.
DECLARATIVE_KINDS = (
    Count,
    Distribution,
    Duration,
    AverageStock,
    Mean,
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


NO_PLACE_FOR_OTHERS = (
    "definitions/ holds the refs of the plan and nothing else; a metric that the plan does not "
    "list goes into a plugin (docs/how-to/write-a-plugin.md)"
)


def plan_rows() -> list[dict[str, str]]:
    with PLAN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def metric_ids(metric: Metric) -> str:
    return metric.ref


# Worked examples.


@pytest.fixture(params=["Polars", "pandas", pytest.param("parquet", marks=pytest.mark.exhaustive)])
def input_kind(request, tmp_path, monkeypatch) -> str:
    """Pass the tables of every example as another kind of input than a Polars frame."""
    polars_frame = worked.example_frame
    numbers: Iterator[int] = iter(range(1_000))

    def example_input(text: str, contract: Any) -> Any:
        frame: pl.DataFrame = polars_frame(text, contract)
        if request.param == "pandas":
            integers = [name for name, dtype in frame.schema.items() if dtype == pl.Int64]
            return frame.to_pandas().astype(dict.fromkeys(integers, "Int64"))
        if request.param == "parquet":
            path = tmp_path / f"{next(numbers)}.parquet"
            frame.write_parquet(path)
            return path
        return frame

    monkeypatch.setattr(worked, "example_frame", example_input)
    return request.param


@pytest.mark.parametrize(("metric", "number"), EXAMPLES)
def test_every_example_gives_its_expected_numbers(metric, number, input_kind) -> None:
    """Every number of every example is the same from pandas, Polars and Parquet."""
    example = metric.examples[number - 1]
    values = worked.compute_example(metric, example)
    for key, expected in example.expect.items():
        assert key in values, f"{key} was not computed from {input_kind}"
        if expected is None or values[key] is None:
            assert values[key] is expected, key
        else:
            assert math.isclose(values[key], expected, rel_tol=1e-9, abs_tol=1e-12), key


@pytest.mark.parametrize("metric", METRICS, ids=metric_ids)
def test_the_check_of_examples_reports_every_changed_number(metric) -> None:
    """If every expected number of the last example is wrong, exactly those are problems."""
    *others, example = metric.examples
    wrong = {k: 0.5 if v is None else v + 1 for k, v in example.expect.items()}
    changed = example.model_copy(update={"expect": wrong})
    problems = list(
        worked.check_examples(metric.model_copy(update={"examples": (*others, changed)}))
    )
    assert [problem.rule.split(" is ")[0] for problem in problems] == list(wrong)
    for problem in problems:
        assert (problem.subject, problem.field) == (
            f"Metric {metric.ref}",
            f"example {len(metric.examples)}",
        )


@pytest.mark.parametrize("metric", METRICS, ids=metric_ids)
def test_every_metric_has_an_example_and_an_edge_case_for_every_measure(metric) -> None:
    """An edge case has a row that looks as if it counts but does not, and says why."""
    assert any(example.description.strip() for example in metric.examples)
    assert any(example.edge_case.strip() for example in metric.examples)
    shown = {key for example in metric.examples for key in example.expect}
    assert shown == {measure.key for measure in metric.measures}


@pytest.mark.parametrize("metric", METRICS, ids=metric_ids)
def test_the_examples_of_a_metric_expect_a_number_other_than_zero(metric) -> None:
    """Unless every measure of the metric is a text."""
    numbers = {value for example in metric.examples for value in example.expect.values()}
    assert numbers - {0, None} or all(
        isinstance(measure, TextReport) for measure in metric.measures
    )


# The plan's own words.


@pytest.mark.parametrize("index", range(70), ids=lambda index: str(index + 1))
def test_every_entry_repeats_its_row_of_the_plan_word_for_word(index) -> None:
    """Title, objective and parent."""
    row = plan_rows()[index]
    entry = CATALOGUE[row["ref"]]
    assert row["ref"] == str(index + 1)
    assert entry.title == row["text"], "Write the text of the ref's row in plan.csv, unchanged"
    assert entry.parent == (row["parent"] or None)
    assert entry.objective_title == (row["objective"] or NO_OBJECTIVE), (
        "Write the objective of the ref's row in definitions/plan/plan.csv"
    )


def test_the_definitions_have_no_ref_that_the_plan_does_not_list() -> None:
    in_plan = {row["ref"] for row in plan_rows()}
    others = [entry.ref for entry in DEFINITIONS if entry.ref not in in_plan]
    assert others == [], f"refs {others}: {NO_PLACE_FOR_OTHERS}"


def test_the_plans_refs_are_70_and_come_first() -> None:
    assert [entry.ref for entry in CATALOGUE][:70] == [str(ref) for ref in range(1, 71)], (
        "List the refs in definitions/__init__.py in the order of the plan. " + NO_PLACE_FOR_OTHERS
    )
    assert len(plan_rows()) == 70


def test_ref_55_has_no_title_and_computes_nothing() -> None:
    entry = CATALOGUE["55"]
    assert isinstance(entry, UndefinedMetric)
    assert (entry.title, entry.computes) == ("", False)


def test_refs_69_and_70_have_no_stated_objective() -> None:
    """Every other ref has one of the four."""
    unstated = [entry.ref for entry in DEFINITIONS if entry.objective is None]
    assert unstated == ["69", "70"], (
        "The plan states no objective for refs 69 and 70 only. For any other ref, write the "
        "objective of its row in plan.csv: VICTIMS, SECURE, REFORMING or REASSURING of "
        "definitions/plan/objectives.py"
    )


@pytest.mark.parametrize(
    ("ref", "children"),
    [
        ("16", ("17", "18", "19", "20", "21")),
        ("31", ("32", "33", "34")),
        ("61", ("62", "63", "64", "65", "66")),
    ],
)
def test_a_group_lists_its_children_and_computes_nothing(ref, children) -> None:
    group = CATALOGUE[ref]
    assert isinstance(group, MetricGroup)
    assert group.children == children
    assert not group.computes
    assert [entry.ref for entry in CATALOGUE if entry.parent == ref] == list(children)


def test_there_are_three_groups() -> None:
    groups = [entry.ref for entry in CATALOGUE if isinstance(entry, MetricGroup)]
    assert groups == ["16", "31", "61"]


@pytest.mark.parametrize(("ref", "of"), [("32", "29"), ("70", "1")])
def test_an_alias_refers_to_some_or_all_measures_of_another_ref(ref, of) -> None:
    """The plan lists one computation under two refs."""
    alias = CATALOGUE[ref]
    assert isinstance(alias, MetricAlias)
    assert alias.of == of
    assert CATALOGUE.metric(alias) is CATALOGUE[of]
    assert set(alias.only) <= {measure.key for measure in CATALOGUE[of].measures}


def test_repeat_victims_of_domestic_abuse_are_the_same_in_both_refs() -> None:
    """Ref 36 has its own words and examples; its numbers are those of ref 8."""
    in_ref_8 = {measure.key: measure.canonical() for measure in CATALOGUE["8"].measures}
    in_ref_36 = {measure.key: measure.canonical() for measure in CATALOGUE["36"].measures}
    assert in_ref_36.items() <= in_ref_8.items()


def test_no_ref_is_marked_as_not_reportable() -> None:
    """Our copy of the plan lost the colour that marks them; only a force's own file may do so."""
    statuses = {entry.availability.status.value for entry in CATALOGUE}
    assert "not reportable" not in statuses
    assert all(entry.availability.reason.strip() for entry in CATALOGUE)


# Contracts.


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_has_a_description(column) -> None:
    """The description is a sentence for the person who fills the table."""
    assert len(column.description.split()) >= 2
    assert column.description.strip().endswith(".")


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_every_table_describes_one_row(contract) -> None:
    assert contract.meaning.startswith("One row per ")
    assert contract.source.strip()


def test_no_personal_column_is_a_breakdown() -> None:
    """No breakdown is derived from a personal column either."""
    for contract in CONTRACTS.values():
        for key, (_, expression) in contract.dimensions.items():
            columns = [term for term in expression.walk() if isinstance(term, kpi.Column)]
            assert not any(column.personal for column in columns), f"{contract.__name__} by {key}"


def test_columns_that_name_a_person_or_a_record_are_personal() -> None:
    """The key of a person's record is marked as personal, so that it is never printed."""
    for contract in CONTRACTS.values():
        for name, column in contract.columns.items():
            if name.endswith("person_id") or name.endswith(("victim_id", "suspect_id")):
                assert column.personal, str(column)


def test_every_breakdown_of_a_metric_is_of_a_table_it_reads() -> None:
    for metric in METRICS:
        for dimension in metric.dimensions:
            contracts = metric.contracts.values()
            assert any(dimension.key in contract.dimensions for contract in contracts), (
                f"{metric.ref} by {dimension.key}"
            )


# Kinds, bases and hashes.


def test_every_metric_is_declared_with_expressions() -> None:
    """No metric needs a function of its own."""
    others = [
        metric.ref
        for metric in METRICS
        if not all(isinstance(measure, DECLARATIVE_KINDS) for measure in metric.measures)
    ]
    assert others == []


def test_a_proxy_accompanies_a_measure_of_the_force_and_describes_the_difference() -> None:
    for metric in METRICS:
        bases = {measure.basis for measure in metric.measures}
        assert Basis.FORCE in bases, metric.ref
        for measure in metric.measures:
            assert bool(measure.proxy_difference.strip()) == (measure.basis is Basis.PROXY)


def test_every_definition_has_its_own_hash() -> None:
    """Two refs with the same computation are a metric and an alias, not two metrics."""
    hashes = [metric.definition.partition("#")[2] for metric in METRICS]
    assert len(set(hashes)) == len(hashes)


def test_every_formula_is_a_sentence_without_code() -> None:
    for metric in METRICS:
        for measure in metric.measures:
            formula = measure.formula()
            assert formula.endswith("."), f"{metric.ref} {measure.key}"
            assert "<" not in formula, f"{metric.ref} {measure.key}"


@pytest.mark.parametrize(
    ("ref", "key", "formula"),
    [
        (
            "1",
            "complaints",
            "The number of rows in the complaint table. Rows are placed in periods by the "
            "date logged.",
        ),
        (
            "4",
            "sessions",
            "The number of different values of session in the training_attendance table where "
            "theme is ‘victim care’. Rows are placed in periods by the date of the session.",
        ),
        (
            "1",
            "allegation_share",
            "The share of each allegation category among the rows in the allegation table that "
            "have one. Rows are placed in periods by the date the case was logged.",
        ),
        ("4", "trained_share", "‘Trained’ divided by ‘Required’."),
        (
            "12",
            "youth_per_100000",
            "‘Youth entrants’ per 100,000 residents where age group is ‘10-17’, by the population "
            "estimate nearest to the middle of the period. Not annualised. In a breakdown by "
            "anything but areas, each member is over all of these residents, unless the "
            "population_by_age table has that breakdown too.",
        ),
        (
            "15",
            "per_1000",
            "‘Incidents’ per 1,000 residents, by the population estimate nearest to the middle of "
            "the period. Not annualised. In a breakdown by anything but areas, each member is over "
            "all of these residents, unless the population table has that breakdown too.",
        ),
        (
            "4",
            "required",
            "The number of rows in the latest snapshot of the period among the rows of the "
            "training_requirement table where theme is ‘victim care’.",
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
            "open_incident_snapshot table, averaged over the complete snapshots taken in the "
            "period. A snapshot is complete if it has a row for every combination of Local "
            "Policing Area, District and Grade that another snapshot of the period has.",
        ),
        (
            "69",
            "mean_officers",
            "The number of rows in each snapshot of the workforce_snapshot table where worker "
            "type is ‘officer’, averaged over the snapshots taken in the period. Every snapshot is "
            "used, and an area without rows in it is zero there.",
        ),
        (
            "44",
            "variance",
            "Actual minus current budget, in the latest statement of the period among the rows of "
            "the ledger table where basis is ‘ytd’ and account is ‘Revenue’. Income is below "
            "zero. A value above zero means that more was spent, or less income was received, "
            "than planned.",
        ),
        (
            "44",
            "variance_share",
            "Actual minus current budget, divided by the size of current budget, without its "
            "sign, in the latest statement of the period among the rows of the ledger table where "
            "basis is ‘ytd’ and account is ‘Revenue’. Income is below zero. A value above zero "
            "means that more was spent, or less income was received, than planned.",
        ),
        (
            "14",
            "reoffences",
            "The sum of proven reoffences in the offender_cohort table where cohort is ‘all’. "
            "Rows are placed in periods by the start of the follow-up.",
        ),
    ],
)
def test_a_formula_states_what_is_counted_of_which_rows_and_by_which_day(
    ref: str, key: str, formula: str
) -> None:
    (measure,) = (measure for measure in kpi.catalogue()[ref].measures if measure.key == key)
    assert measure.formula() == formula


def test_repeat_people_and_their_share_have_different_formulas() -> None:
    formulas = {measure.key: measure.formula() for measure in kpi.catalogue()["8"].measures}
    assert formulas["repeat_victims"].startswith("The number of different people (person) in")
    assert formulas["repeat_share"].startswith("The share of different people (person) in")


def test_the_title_of_a_measure_is_its_label_or_its_key_in_words() -> None:
    rate = next(measure for measure in CATALOGUE["15"].measures if measure.key == "per_1000")
    assert rate.model_copy(update={"label": ""}).title == "Per 1000"
    assert rate.model_copy(update={"label": "For every 1,000"}).title == "For every 1,000"


def test_a_cumulative_measure_declares_what_its_statements_cover() -> None:
    """Without it, a chart would draw limits around a saw-tooth."""
    words = ("cumulative", "year to date", "whole financial year")
    for metric in CATALOGUE:
        for measure in metric.measures if isinstance(metric, kpi.Metric) else ():
            text = f"{measure.title} {measure.note}".lower()
            is_statement = any(word in text for word in words)
            assert (measure.statement_period is not None) == is_statement, measure.key


def test_the_direction_of_a_metric_is_true_of_its_headline() -> None:
    for entry in CATALOGUE:
        metric = CATALOGUE.metric(entry)
        if metric is None:
            continue
        text = metric.describe_direction()
        directions = {metric.direction_of(measure) for measure in metric.measures}
        headline = metric.headline_measure
        assert metric.direction_of(headline).value.capitalize() in text
        assert text.startswith("Depends on the measure.") == (len(directions) > 1)
        assert (headline.title in text) == (len(directions) > 1)


def test_the_direction_is_of_the_measures_shown() -> None:
    """Ref 47 has a headline of which higher is better, and outages of which lower is."""
    metric = CATALOGUE["47"]
    assert isinstance(metric, kpi.Metric)
    outages = [measure for measure in metric.measures if measure.key == "outages"]
    assert metric.describe_direction(outages) == "Lower is better"


def test_a_table_of_the_force_may_lack_its_district() -> None:
    published = {"street_crime", "street_outcome"}
    for table, contract in CATALOGUE.contracts.items():
        district = contract.columns.get("district")
        assert district is None or district.optional or table in published, table
