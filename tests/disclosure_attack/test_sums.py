"""The constraints between cells (periods, subsets, additive triples), the policy, and the solver.

An attacker can use every constraint that holds, so each has to be found. One that does not hold
would suppress numbers without need.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from itertools import combinations, pairwise, product
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    Basis,
    Column,
    Contract,
    Count,
    Direction,
    Example,
    Measure,
    Metric,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.disclosure import DisclosurePolicy
from swm_kpi.disclosure.additive_triples import find_additive_triples
from swm_kpi.disclosure.cell_semantics import CellRoles, CountKey, roles_of
from swm_kpi.disclosure.linear_program import LinearProgram
from swm_kpi.disclosure.period_constraints import (
    Span,
    cycle_basis,
    implied_periods,
    partitions_of_period,
)
from swm_kpi.disclosure.subsets import find_partitions
from swm_kpi.measures import (
    Additivity,
    Cells,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    DisclosureRule,
    PoolingRule,
    ProcessLimitRule,
    Statistic,
    TableMeasure,
    UnlinkedCount,
)

# Periods: from the first month to the month after the last

QUARTERS = [(0, 3), (3, 6), (6, 9), (9, 12)]
YEAR = (0, 12)
SPANS = st.lists(
    st.tuples(st.integers(0, 8), st.integers(1, 4)).map(
        lambda start_length: (start_length[0], sum(start_length))
    ),
    max_size=10,
)


def months(terms: Iterable[tuple[Span, int]]) -> np.ndarray:
    """Return how many times the terms count each month."""
    times_counted = np.zeros(40)
    for (start, stop), sign in terms:
        times_counted[start:stop] += sign
    return times_counted


def groups(spans: Iterable[Span]) -> list[list[int]]:
    """Return the connected groups of the ends of periods, each in order."""
    connected: list[set[int]] = []
    for span in spans:
        touching = [group for group in connected if group & set(span)]
        connected = [group for group in connected if group not in touching]
        connected.append(set(span).union(*touching))
    return [sorted(group) for group in connected]


def test_cycle_basis_of_months_quarters_and_a_year() -> None:
    months = [(0, 1), (1, 2), (2, 3)]
    constraints = {
        constraint[-1]: sorted(constraint[:-1])
        for constraint in cycle_basis([YEAR, *QUARTERS, *months, YEAR])
    }
    assert constraints == {
        ((0, 3), -1): [(span, 1) for span in months],
        (YEAR, -1): [(span, 1) for span in QUARTERS],
    }


def test_cycle_basis_of_two_rolling_years() -> None:
    (constraint,) = cycle_basis([(0, 12), (1, 13), (0, 1), (12, 13)])
    assert sorted(constraint) == [((0, 1), -1), ((0, 12), 1), ((1, 13), -1), ((12, 13), 1)]


@settings(deadline=None)
@given(SPANS)
def test_cycle_basis_is_independent_and_complete(spans: list[Span]) -> None:
    """Each constraint holds, and there are as many as the matrix of periods lacks in rank."""
    constraints = list(cycle_basis(spans))
    assert all(not months(constraint).any() for constraint in constraints)
    distinct_spans = sorted(set(spans))
    matrix = np.array([months([]), *(months([(span, 1)]) for span in distinct_spans)])
    assert len(constraints) == len(distinct_spans) - np.linalg.matrix_rank(matrix)
    # The last term of each constraint is in no constraint before it.
    last_terms = [constraint[-1] for constraint in constraints]
    assert len(set(last_terms)) == len(last_terms)
    assert all(sign == -1 for _, sign in last_terms)


def test_a_year_less_three_quarters_implies_the_fourth() -> None:
    (constraint,) = implied_periods([YEAR, *QUARTERS[:2], QUARTERS[3]])
    assert constraint[0] == (QUARTERS[2], -1)
    assert sorted(constraint[1:]) == [((0, 3), -1), ((0, 12), 1), ((3, 6), -1), ((9, 12), -1)]


def test_implied_periods_use_the_fewest_periods() -> None:
    """The fourth quarter is the year less nine months, and not less three quarters."""
    (constraint,) = implied_periods([YEAR, (0, 9), *QUARTERS[:3]])
    assert sorted(constraint) == [((0, 9), -1), ((0, 12), 1), ((9, 12), -1)]


@settings(deadline=None)
@given(SPANS)
def test_each_implied_period_is_yielded_once_and_is_not_shown(spans: list[Span]) -> None:
    constraints = list(implied_periods(spans))
    assert all(not months(constraint).any() for constraint in constraints)
    expected = [
        (a, b) for group in groups(set(spans)) for a, b in pairwise(group) if (a, b) not in spans
    ]
    assert sorted(constraint[0] for constraint in constraints) == sorted(
        (span, -1) for span in expected
    )
    assert all(span in spans for constraint in constraints for span, _ in constraint[1:])


def test_a_partition_of_a_period_has_no_gap() -> None:
    assert list(partitions_of_period([YEAR, *QUARTERS])) == [
        [*((span, 1) for span in reversed(QUARTERS)), (YEAR, -1)]
    ]
    assert list(partitions_of_period([YEAR, *QUARTERS[:3]])) == []
    assert list(partitions_of_period([YEAR, (0, 7), (5, 12)])) == []


@settings(deadline=None)
@given(SPANS)
def test_a_partition_of_a_period_has_only_shorter_periods(spans: list[Span]) -> None:
    constraints = list(partitions_of_period(spans))
    covered = {constraint[-1][0] for constraint in constraints}
    for constraint in constraints:
        assert not months(constraint).any()
        assert all(sign == 1 and span in spans for span, sign in constraint[:-1])
        assert len(constraint) > 2
    for start, stop in set(spans):
        reached = {start}
        for _ in spans:
            reached |= {
                b for a, b in spans if a in reached and b <= stop and (a, b) != (start, stop)
            }
        assert ((start, stop) in covered) == (stop in reached)


# Subsets and partitions, by conditions


SIDE = kpi.Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")


class Thing(Contract, row_unit=Unit.CALLS):
    """One row per thing."""

    at = Column(datetime, description="When it was.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")
    kind = Column(str, nullable=True, description="What it was.")
    place = Column(str, nullable=True, description="Where it was.")
    urgent = Column(bool, nullable=True, description="Whether it was urgent.")
    size = Column(int, nullable=True, description="How large it was.")


LISTED = Assumption("listed", ("b", "c"), since="2024-04-01", because="It is a list for a test.")
KIND, PLACE = Thing.kind, Thing.place
CONDITIONS: dict[str, tuple[Any, Any]] = {
    "all": (None, lambda row: True),
    "a": (KIND == "a", lambda row: row["kind"] == "a"),
    "b": (KIND == "b", lambda row: row["kind"] == "b"),
    "ab": (KIND.is_in("a", "b"), lambda row: row["kind"] in ("a", "b")),
    "listed": (KIND.is_in(LISTED), lambda row: row["kind"] in ("b", "c")),
    "kind_not_a": (KIND != "a", lambda row: row["kind"] in ("b", "c")),
    "kind_known": (KIND.is_not_null(), lambda row: row["kind"] is not None),
    "kind_unknown": (KIND.is_null(), lambda row: row["kind"] is None),
    "not_ab": (~KIND.is_in("a", "b"), lambda row: row["kind"] == "c"),
    "place_a": (PLACE == "a", lambda row: row["place"] == "a"),
    "urgent": (Thing.urgent, lambda row: row["urgent"] is True),
    "calm": (~Thing.urgent, lambda row: row["urgent"] is False),
    "urgency_known": (Thing.urgent.is_not_null(), lambda row: row["urgent"] is not None),
    "urgency_unknown": (Thing.urgent.is_null(), lambda row: row["urgent"] is None),
    "large": (Thing.size > 3, lambda row: (row["size"] or 0) > 3),
    "not_large": (~(Thing.size > 3), lambda row: row["size"] == 1),
    "size_is_5": (Thing.size == 5, lambda row: row["size"] == 5),
    "size_known": (Thing.size.is_not_null(), lambda row: row["size"] is not None),
    "size_unknown": (Thing.size.is_null(), lambda row: row["size"] is None),
}
ROWS = [
    dict(zip(("kind", "place", "urgent", "size"), values, strict=True))
    for values in product(("a", "b", "c", None), ("a", None), (True, False, None), (1, 5, None))
]
POLICY = DisclosurePolicy()


def metric(*measures: Measure, ref: str = "T1") -> Metric:
    return Metric(
        ref=ref,
        key="test_metric",
        title="A test",
        objective=SECURE,
        summary="A metric for a test.",
        measures=measures,
        direction=Direction.NEUTRAL,
        availability=kpi.catalogue()["15"].availability,
        limitations="Not real.",
        examples=[
            Example(
                rows="| at |", expect={measure.key: None for measure in measures}, edge_case="N."
            )
        ],
    )


def counted(name: str, *conditions: str) -> CountKey:
    """Return the count of the rows that meet all of some conditions."""
    where = None
    for condition in conditions:
        term = CONDITIONS[condition][0]
        where = term if where is None else where if term is None else where & term
    measure = Count(key=name, of=Thing, at=Thing.at, where=where)
    key = roles_of(metric(measure), measure, POLICY).value
    assert key is not None
    return key


def rows_of(*conditions: str) -> set[int]:
    """Return the rows that meet all of some conditions."""
    tests = [CONDITIONS[condition][1] for condition in conditions]
    return {position for position, row in enumerate(ROWS) if all(test(row) for test in tests)}


def name_partitions(counts: Mapping[str, CountKey]) -> list[tuple[tuple[str, ...], str, bool]]:
    """Return the partitions of some counts, by their names instead of their keys."""
    names = {count.key: name for name, count in counts.items()}
    partitions = find_partitions({count.key: count for count in counts.values()})
    return sorted(
        (
            tuple(sorted(names[part] for part in partition.subsets)),
            names[partition.whole],
            partition.is_exhaustive,
        )
        for partition in partitions
    )


def partitions_into_several(*names: str) -> list[tuple[tuple[str, ...], str]]:
    """Return the partitions with several subsets, with their whole."""
    partitions = name_partitions({name: counted(name, name) for name in names})
    return [(parts, whole) for parts, whole, _ in partitions if len(parts) > 1]


# Subsets that the form of the conditions does not show.
NOT_IMPLIED = {
    ("b", "kind_not_a"), ("listed", "kind_not_a"), ("kind_not_a", "listed"),
    ("not_ab", "listed"), ("not_ab", "kind_not_a"), ("not_ab", "kind_known"),
    ("large", "size_is_5"), ("size_is_5", "large"), ("not_large", "size_known"),
}  # fmt: skip


def test_subsets_are_found_by_their_conditions() -> None:
    """A shorter list in a longer, a value in the known values, and all of them in all rows."""
    partitions = name_partitions({name: counted(name, name) for name in CONDITIONS})
    subsets = {(parts[0], whole) for parts, whole, _ in partitions if len(parts) == 1}
    expected = {
        (part, whole)
        for part in CONDITIONS
        for whole in CONDITIONS
        if part != whole and rows_of(part) <= rows_of(whole)
    }
    assert subsets <= expected
    assert expected - subsets == NOT_IMPLIED


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.lists(st.sampled_from(sorted(CONDITIONS)), min_size=1, max_size=3, unique=True),
        min_size=2,
        max_size=6,
        unique_by=lambda conditions: tuple(sorted(conditions)),
    )
)
def test_subsets_are_in_their_whole_and_partitions_are_disjoint(
    condition_lists: list[list[str]],
) -> None:
    counts = {
        f"c{number}": counted(f"c{number}", *conditions)
        for number, conditions in enumerate(condition_lists)
    }
    rows = {f"c{number}": rows_of(*conditions) for number, conditions in enumerate(condition_lists)}
    for parts, whole, is_exhaustive in name_partitions(counts):
        assert set().union(*(rows[name] for name in parts)) <= rows[whole]
        assert all(not rows[first] & rows[second] for first, second in combinations(parts, 2))
        assert not is_exhaustive or rows[parts[0]] == rows[whole]


def test_disjoint_values_form_a_partition() -> None:
    assert partitions_into_several("all", "a", "b") == [(("a", "b"), "all")]
    assert partitions_into_several("all", "ab", "not_ab") == [(("ab", "not_ab"), "all")]
    assert partitions_into_several("all", "a", "b", "kind_unknown") == [
        (("a", "b", "kind_unknown"), "all")
    ]
    assert partitions_into_several("all", "urgent", "calm", "urgency_unknown") == [
        (("calm", "urgency_unknown", "urgent"), "all")
    ]
    assert partitions_into_several("all", "large", "not_large") == [(("large", "not_large"), "all")]
    assert partitions_into_several("kind_known", "a", "b") == [(("a", "b"), "kind_known")]


def test_partitions_use_the_largest_subsets() -> None:
    """If "a or b" is a subset, then "a" and "b" add nothing to a partition of all rows."""
    partitions = partitions_into_several("all", "a", "b", "ab", "kind_unknown")
    assert partitions == [(("a", "b"), "ab"), (("ab", "kind_unknown"), "all")]


def test_overlapping_lists_form_no_partition() -> None:
    assert partitions_into_several("all", "ab", "listed") == []
    assert partitions_into_several("all", "a", "place_a") == []
    assert partitions_into_several("all", "a", "urgent") == []


def test_every_maximal_disjoint_set_is_found() -> None:
    assert partitions_into_several("all", "a", "b", "urgent", "calm") == [
        (("a", "b"), "all"), (("calm", "urgent"), "all"),
    ]  # fmt: skip


def test_only_maximal_disjoint_sets_are_found() -> None:
    """Three kinds and three urgencies: two sets of three, and no two of them by themselves."""
    partitions = partitions_into_several(
        "all", "a", "b", "kind_unknown", "urgent", "calm", "urgency_unknown"
    )
    assert partitions == [
        (("a", "b", "kind_unknown"), "all"), (("calm", "urgency_unknown", "urgent"), "all"),
    ]  # fmt: skip


def test_an_assumption_is_compared_by_its_values() -> None:
    """The assumption with the values b and c is the same as the list of b and c."""
    where = KIND.is_in("b", "c")
    measure = Count(key="written", of=Thing, at=Thing.at, where=where)
    written = roles_of(metric(measure), measure, POLICY).value
    assert written is not None
    assert [
        partition[2]
        for partition in name_partitions({"listed": counted("l", "listed"), "written": written})
    ] == [True]


def test_lists_of_numbers_are_not_compared() -> None:
    measure = Count(key="some", of=Thing, at=Thing.at, where=Thing.size.is_in(1, 5))
    some = roles_of(metric(measure), measure, POLICY).value
    assert some is not None
    assert name_partitions({"five": counted("five", "size_is_5"), "some": some}) == []


def test_equal_subsets_are_yielded_once() -> None:
    """An urgent row always has a known urgency, so both conditions have the same rows."""
    counts = {"urgent": counted("x", "urgent"), "both": counted("y", "urgent", "urgency_known")}
    assert [partition[2] for partition in name_partitions(counts)] == [True]
    counts["all"] = counted("all", "all")
    counts["calm"] = counted("calm", "calm")
    partitions = [(parts, whole) for parts, whole, _ in name_partitions(counts) if len(parts) > 1]
    assert len(partitions) == 1
    assert len(partitions[0][0]) == 2


def repeats(**fields: Any) -> CountKey:
    clause = {"who": "person", "where": None, "months": 12.0} | fields
    tree = ["repeats", ["column", clause["who"]], ["column", "at"], clause["where"],
            ["number", clause["months"]]]  # fmt: skip
    return CountKey(json.dumps(tree), conditions=frozenset({json.dumps(tree)}), family="people")


def test_repeats_of_a_kind_are_a_subset_of_all_repeats() -> None:
    """Only if the person, the date column and the number of months are the same."""
    a, urgent = ["==", ["column", "kind"], ["str", "a"]], ["column", "urgent"]
    counts = {
        "any": repeats(), "a": repeats(where=a), "urgent_a": repeats(where=["and", a, urgent]),
        "other": repeats(who="address", where=a), "longer": repeats(months=24.0, where=a),
    }  # fmt: skip
    subsets = [(parts[0], whole) for parts, whole, _ in name_partitions(counts) if len(parts) == 1]
    assert subsets == [("a", "any"), ("urgent_a", "a"), ("urgent_a", "any")]
    a_or_b = ["in", ["column", "kind"], ["str", "a"], ["str", "b"]]
    known = ["not", ["null", ["column", "kind"]]]
    partitions = name_partitions(
        {"a": repeats(where=a), "listed": repeats(where=["and", a_or_b, known])}
    )
    assert [partition[:2] for partition in partitions] == [(("a",), "listed")]


def test_subsets_of_people_form_no_partition() -> None:
    def people(*conditions: list[Any]) -> CountKey:
        clauses = frozenset(json.dumps(condition) for condition in conditions)
        return CountKey(str(sorted(clauses)), "overlapping", conditions=clauses, family="people")

    a, b = (["==", ["column", "kind"], ["str", kind]] for kind in "ab")
    partitions = list(
        find_partitions({count.key: count for count in (people(), people(a), people(b))})
    )
    assert sorted(partition.subsets for partition in partitions) == sorted(
        [(people(a).key,), (people(b).key,)]
    )
    assert not any(partition.is_exhaustive for partition in partitions)


def test_counts_of_other_or_no_families_are_not_compared() -> None:
    ended = Count(key="ended", of=Thing, at=Thing.ended_at)
    by_end = roles_of(metric(ended), ended, POLICY).value
    assert by_end is not None
    assert name_partitions({"a": counted("a", "a"), "ended": by_end}) == []
    alone = CountKey("alone", conditions=frozenset({json.dumps(["column", "kind"])}))
    assert list(find_partitions({"alone": alone, "bare": CountKey("bare")})) == []


# What each kind of measure counts


def test_the_denominator_of_a_share_excludes_undecided_rows() -> None:
    measure = kpi.Proportion(key="share", of=Thing, at=Thing.at, numerator=Thing.urgent)
    roles = roles_of(metric(measure), measure, POLICY)
    assert set(roles.counts) == {"numerator", "denominator"}
    assert roles.is_quotient
    assert roles.has_complement
    assert not any((roles.is_average, roles.is_free_text, roles.answers))
    assert set(roles.row_counts) == {"undecided", "unmapped", "null_at_source", "mapped_to_other"}
    assert roles.scale == 1
    assert roles.numerator == counted("urgent", "urgent")
    assert roles.denominator != counted("all", "all")
    assert list(
        find_partitions({key.key: key for key in (roles.denominator, counted("all", "all"))})
    )


# By kind: the columns with a count, and whether it is a quotient, has a complement, is an average,
# and has a column with a number of answers.
EXPECTED_ROLES: dict[type[Measure], tuple[set[str], bool, bool, bool, bool]] = {
    kpi.Count: ({"value"}, False, False, False, False),
    kpi.Sum: ({"value"}, False, False, False, False),
    kpi.PeriodEndStock: ({"value"}, False, False, False, False),
    kpi.AverageStock: ({"value"}, False, False, False, False),
    kpi.Proportion: ({"numerator", "denominator"}, True, True, False, False),
    kpi.Distribution: ({"numerator", "denominator"}, True, True, False, False),
    kpi.ReoffendingRate: ({"numerator", "denominator"}, True, True, False, False),
    kpi.SurveyProportion: ({"numerator", "denominator", "answers"}, True, True, False, True),
    kpi.Ratio: ({"numerator", "denominator"}, True, False, False, False),
    kpi.Rate: ({"numerator"}, True, False, False, False),
    kpi.Duration: ({"denominator"}, False, False, True, False),
}
MEASURES = [
    pytest.param(entry, measure, id=f"{entry.ref}-{measure.key}-{measure.basis}")
    for entry in kpi.catalogue()
    if isinstance(entry, Metric)
    for measure in entry.measures
    if type(measure) in EXPECTED_ROLES
]


def counted_unit(entry: Metric, measure: Measure) -> Unit:
    """Return the unit of the count that a measure is based on."""
    if isinstance(measure, kpi.Ratio | kpi.Rate):
        return counted_unit(entry, entry.measure(measure.depends_on[0], measure.basis))
    if type(measure) not in EXPECTED_ROLES:
        return measure.resolved_unit
    divided = EXPECTED_ROLES[type(measure)][1] or isinstance(measure, kpi.Duration)
    return measure.of.row_unit if divided else measure.resolved_unit


def test_roles_of_each_kind_of_measure() -> None:
    policy = DisclosurePolicy()
    tested_kinds = set()
    for entry, measure in (parameters.values for parameters in MEASURES):
        if not DisclosurePolicy().covers(entry.ref, counted_unit(entry, measure)):
            continue
        tested_kinds.add(type(measure))
        roles = roles_of(entry, measure, policy)
        columns, *flags = EXPECTED_ROLES[type(measure)]
        assert set(roles.counts) == columns, measure.key
        assert [
            roles.is_quotient,
            roles.has_complement,
            roles.is_average,
            roles.answers is not None,
        ] == flags, measure.key
        assert not roles.is_free_text
        assert roles.scale == getattr(measure, "scale", 1)
        for name, key in roles.counts.items():
            is_stock = isinstance(measure, kpi.PeriodEndStock | kpi.AverageStock)
            overlaps = key.over_members == "overlapping"
            if not isinstance(measure, kpi.Ratio | kpi.Rate):
                # A stock is not the sum of the stocks of its months, and people are not added.
                assert key.over_time == (
                    "" if is_stock else "overlapping" if overlaps else "additive"
                )
            # Each member's row of a distribution repeats the total.
            is_whole = isinstance(measure, kpi.Distribution) and name == "denominator"
            assert key.total_over == (measure.over.key if is_whole else "")
    assert tested_kinds == set(EXPECTED_ROLES)


@pytest.mark.parametrize("ref", ["44", "46", "47", "51"])
def test_no_policy_covers_money_time_and_things(ref: str) -> None:
    entry = kpi.catalogue()[ref]
    for measure in entry.measures:
        assert roles_of(entry, measure, DisclosurePolicy()).counts == {}


def test_exemptions_by_unit_and_ref() -> None:
    entry = kpi.catalogue()["15"]
    incidents = entry.measure("incidents", Basis.FORCE)
    without_calls = DisclosurePolicy(exempt={"calls": "A test."})
    assert roles_of(entry, incidents, DisclosurePolicy()).counts
    assert roles_of(entry, incidents, without_calls).counts
    assert roles_of(entry, incidents, DisclosurePolicy(exempt={"16": "A test."})).counts
    assert not roles_of(entry, incidents, DisclosurePolicy(exempt={"15": "A test."})).counts
    unit = incidents.resolved_unit.value
    assert not roles_of(entry, incidents, DisclosurePolicy(exempt={unit: "A test."})).counts
    for exempt in ({"15": "A test."}, {unit: "A test."}):
        rate = roles_of(
            entry, entry.measure("per_1000", Basis.FORCE), DisclosurePolicy(exempt=exempt)
        )
        assert not rate.counts


@pytest.mark.parametrize(
    ("average", "tail_share"),
    [(kpi.Average.MEAN, 1), (kpi.Average.MEDIAN, 1), (kpi.Average.P90, pytest.approx(0.1))],
)
def test_tail_share_of_averages(average: kpi.Average, tail_share: Any) -> None:
    """A mean and a median are based on all rows, so their tail share is 1."""
    measure = kpi.Duration(
        key="time", of=Thing, at=Thing.at, start=Thing.at, end=Thing.ended_at, average=average,
        unit=Unit.MINUTES,
    )  # fmt: skip
    assert roles_of(metric(measure), measure, POLICY).tail_share == tail_share


class Sided(Contract, row_unit=Unit.CALLS):
    """One row per thing with a side."""

    at = Column(datetime, description="When it was.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


def test_the_denominator_of_a_distribution_is_the_count_of_known_rows() -> None:
    """So both are suppressed together, in any column."""
    by_side = kpi.Distribution(key="by_side", of=Sided, at=Sided.at, over=SIDE)
    known = Count(key="known", of=Sided, at=Sided.at, where=Sided.side.is_not_null())
    everything = Count(key="every", of=Sided, at=Sided.at)
    roles = roles_of(metric(by_side), by_side, POLICY)
    count, all_rows = (
        roles_of(metric(measure), measure, POLICY).value for measure in (known, everything)
    )
    assert roles.denominator is not None
    assert count is not None
    assert all_rows is not None
    assert roles.denominator.key == count.key != all_rows.key
    assert (roles.denominator.total_over, count.total_over) == ("side", "")
    assert roles.denominator.family == count.family == all_rows.family


def test_decided_rows_are_a_subset_of_the_rows_only() -> None:
    measure = kpi.Proportion(
        key="share", of=Thing, at=Thing.at, where=Thing.size > 3, numerator=Thing.urgent
    )
    roles = roles_of(metric(measure), measure, POLICY)
    assert roles.numerator is not None
    assert roles.denominator is not None
    counts = {
        "decided": roles.denominator, "calm": counted("calm", "calm"),
        "large": counted("large", "large"),
    }  # fmt: skip
    assert [partition[:2] for partition in name_partitions(counts)] == [(("decided",), "large")]


def test_an_exempt_share_has_no_roles() -> None:
    measure = kpi.Proportion(key="share", of=Thing, at=Thing.at, numerator=Thing.urgent)
    roles = roles_of(metric(measure), measure, DisclosurePolicy(exempt={"calls": "A test."}))
    assert roles == CellRoles()


class Busiest(TableMeasure):
    """The most things of one day: a count with no relation to another."""

    kind: ClassVar[str] = "busiest day"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule.refuse("busiest days do not add.")
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.EVENT_RATES)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = UnlinkedCount()

    @property
    def resolved_unit(self) -> Unit:
        return Unit.CALLS

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        return {}

    def combine(self, statistics: Mapping[str, np.ndarray], inputs: Mapping[str, Cells]) -> Cells:
        raise NotImplementedError

    def formula(self) -> str:
        raise NotImplementedError


def test_an_unlinked_count_is_protected_by_itself() -> None:
    """It is in no constraint, not even with another count of its kind."""
    measure = Busiest(key="busiest", of=Thing, at=Thing.at)
    roles = roles_of(metric(Count(key="all", of=Thing, at=Thing.at)), measure, POLICY)
    assert set(roles.counts) == {"value"}
    assert roles.value is not None
    assert (roles.value.over_members, roles.value.over_time, roles.value.family) == ("", "", "")


# The policy


def test_default_policy_suppresses_under_5_rounds_to_5_and_withholds_free_text() -> None:
    assert (
        POLICY.threshold,
        POLICY.rounding_base,
        POLICY.show_zeros,
        POLICY.publish_free_text,
    ) == (5, 5, True, False)
    assert dict(POLICY.exempt) == {}
    assert str(POLICY) == POLICY.describe()
    assert POLICY.describe() == (
        "Counts of people and events under 5 are suppressed; zeros are shown. Other counts are "
        "rounded to the nearest 5, and shares and rates are calculated from the rounded counts. "
        "More numbers are suppressed where a suppressed one could be calculated from them. Free "
        "text is withheld."
    )


def test_policy_describes_all_its_rules() -> None:
    policy = DisclosurePolicy(
        threshold=8,
        rounding_base=1,
        show_zeros=False,
        publish_free_text=True,
        exempt={"calls": "Nobody.", "15": "No one."},
    )
    assert policy.describe() == (
        "Counts of people and events under 8 are suppressed; zeros are suppressed too. Other "
        "counts are not rounded. More numbers are suppressed where a suppressed one could be "
        "calculated from them. Exempt: 15, because No one. Exempt: calls, because Nobody."
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"threshold": 3},
        {"rounding_base": 0},
        {"rounding_base": 10},
        {"rounding_base": 1},
        {"rounding_base": 2},
    ],
)
def test_policy_fields_may_be_at_their_bounds(fields: dict[str, Any]) -> None:
    assert DisclosurePolicy(**fields).rounds == (fields.get("rounding_base", 5) > 1)


def test_policy_reports_every_mistake_once() -> None:
    """With an invalid threshold there is no message about the rounding base."""
    with pytest.raises(kpi.DefinitionError) as caught:
        DisclosurePolicy(threshold=2, rounding_base=11, exempt={"15": " ", "call": "A."})
    reported = [(problem.subject, problem.field) for problem in caught.value.problems]
    assert reported == [("DisclosurePolicy", field) for field in ("threshold", "exempt", "exempt")]
    with pytest.raises(kpi.DefinitionError, match="-1 is below zero"):
        DisclosurePolicy(rounding_base=-1)
    with pytest.raises(kpi.DefinitionError, match="at most 6, twice the threshold"):
        DisclosurePolicy(threshold=3, rounding_base=7)


@pytest.mark.parametrize("zeros", [True, False])
def test_small_counts_are_under_the_threshold_and_include_zero_if_zeros_are_suppressed(
    zeros: bool,
) -> None:
    policy = DisclosurePolicy(show_zeros=zeros)
    small = [count for count in range(-3, 8) if policy.is_small(count)]
    assert small == [*([] if zeros else [0]), 1, 2, 3, 4]


@pytest.mark.parametrize("base", [2, 3, 5, 6, 10])
def test_counts_are_rounded_to_the_nearest_multiple_and_halves_upwards(base: int) -> None:
    policy = DisclosurePolicy(rounding_base=base)
    for count in range(200):
        multiples = [multiple * base for multiple in range(200)]
        nearest = min(multiples, key=lambda multiple: (abs(multiple - count), -multiple))
        assert policy.rounded(count) == nearest
    assert DisclosurePolicy(rounding_base=1).rounded(7.5) == 7.5


@pytest.mark.parametrize("threshold", [3, 5, 8])
@pytest.mark.parametrize("base", [0, 1, 2, 3, 5, 6, 10])
def test_the_rounding_interval_is_all_counts_that_round_to_a_number(
    threshold: int, base: int
) -> None:
    """It contains every whole count that is shown as this number, and no other."""
    if base > 2 * threshold:
        return
    policy = DisclosurePolicy(threshold=threshold, rounding_base=base)
    shown: dict[float, list[int]] = {}
    for count in (0, *range(threshold, 60)):
        shown.setdefault(policy.rounded(count), []).append(count)
    for number, counts in list(shown.items())[:-1]:
        assert policy.rounding_interval(number, whole=True) == (counts[0], counts[-1])
        lower, upper = policy.rounding_interval(number, whole=False)
        if number and policy.rounds:
            assert (lower, upper) == (max(threshold, number - base / 2), number + base / 2)
        else:
            assert lower == upper == number


# The solver


def build_program(coefficients: np.ndarray, *, whole: bool = False) -> LinearProgram:
    rows, columns = np.nonzero(coefficients)
    is_integer = np.ones(coefficients.shape[1], dtype=bool) if whole else None
    return LinearProgram(
        rows.astype(np.int32),
        columns.astype(np.int32),
        coefficients[rows, columns],
        coefficients.shape[1],
        is_integer,
    )


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 10), st.integers(2, 30))
def test_the_optimum_is_that_of_another_solver(seed: int, rows: int, variables: int) -> None:
    """Solved again with other bounds and costs, it satisfies the constraints at the same cost."""
    random = np.random.default_rng(seed)
    coefficients = random.integers(-1, 2, (rows, variables)).astype(float)
    coefficients[:, 0] = 1.0  # so that each sum has a term
    program = build_program(coefficients)
    for _ in range(3):
        lower = random.choice([-3.0, 0.0, 1.0], variables)
        upper = lower + random.choice([0.0, 1.0, 10.0], variables)
        cost = random.integers(-4, 5, variables).astype(float)
        expected = linprog(
            cost,
            A_eq=coefficients,
            b_eq=np.zeros(rows),
            bounds=list(zip(lower, upper, strict=True)),
        )
        solution = program.solve(cost, lower, upper)
        assert (solution is not None) == (expected.status == 0)
        if solution is not None:
            assert coefficients @ solution == pytest.approx(np.zeros(rows), abs=1e-6)
            assert np.all((solution >= lower - 1e-6) & (solution <= upper + 1e-6))
            assert cost @ solution == pytest.approx(expected.fun, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_integer_solutions_agree_with_enumeration(seed: int) -> None:
    """The cost may be up to twice the optimum, because a proof of the optimum takes long."""
    random = np.random.default_rng(seed)
    coefficients = random.integers(-2, 3, (2, 4)).astype(float)
    coefficients[:, 0] = random.choice([-2.0, 1.0, 2.0], 2)
    lower = random.integers(0, 2, 4).astype(float)
    upper = lower + random.integers(0, 4, 4)
    cost = random.integers(0, 5, 4).astype(float)
    ranges = (range(int(low), int(high) + 1) for low, high in zip(lower, upper, strict=True))
    candidates = [np.array(solution) for solution in product(*ranges)]
    costs = [cost @ solution for solution in candidates if not (coefficients @ solution).any()]
    solution = build_program(coefficients, whole=True).solve(cost, lower, upper)
    assert (solution is not None) == bool(costs)
    if solution is not None:
        assert solution == pytest.approx(np.round(solution), abs=1e-6)
        assert coefficients @ solution == pytest.approx(np.zeros(2), abs=1e-6)
        assert min(costs) - 1e-6 <= cost @ solution <= 2 * min(costs) + 1e-6


def test_an_infeasible_program_returns_none() -> None:
    program = build_program(np.array([[1.0, -1.0]]))
    zeros, ones, twos = np.zeros(2), np.ones(2), np.full(2, 2.0)
    assert program.solve(ones, np.array([2.0, 0.0]), np.array([2.0, 1.0])) is None
    solution = program.solve(ones, np.array([2.0, 0.0]), twos)
    assert solution is not None
    assert solution.tolist() == [2, 2]
    second = program.solve(ones, zeros, twos)
    assert second is not None
    assert second.tolist() == [0, 0]


def test_without_constraints_each_variable_is_at_its_cheaper_bound() -> None:
    solution = build_program(np.zeros((0, 3))).solve(
        np.array([1.0, -1.0, 2.0]), np.array([-3.0, 0.0, 4.0]), np.array([5.0, 7.0, 9.0])
    )
    assert solution is not None
    assert solution.tolist() == [-3, 7, 4]


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither when it is built nor when it solves, in fractions and in whole numbers."""
    for whole in (False, True):
        program = build_program(np.array([[1.0, -1.0, 2.0]]), whole=whole)
        assert program.solve(np.ones(3), np.zeros(3), np.ones(3)) is not None
    assert capfd.readouterr() == ("", "")


# Additive triples


def test_each_additive_triple_is_found_once() -> None:
    """Several groups may contain it. Its keys are in order."""
    counts = {
        "b": {"May": 1, "June": 9},
        "a": {"May": 2, "June": 0},
        "all": {"May": 3, "June": 9},
        "nearly all": {"May": 3, "June": 8},
        "all of May": {"May": 3},
        "none": {"May": 0, "June": 0},
    }
    assert list(find_additive_triples(counts, [set(counts), {"a", "b", "all"}])) == [
        ("a", "b", "all")
    ]
    assert list(find_additive_triples(counts, [{"a", "b"}, {"all", "nearly all", "none"}])) == []


def test_counts_of_other_cells_and_nearly_equal_sums_are_no_triple() -> None:
    counts = {
        "a": {"May": 1, "June": 0},
        "b": {"May": 2, "June": 0},
        "all of May": {"May": 3},
        "c": {"May": 1.2, "June": 1},
        "d": {"May": 2.3, "June": 1},
        "e": {"May": 3, "June": 2},
    }
    assert list(find_additive_triples(counts, [{"a", "b", "all of May"}, {"c", "d", "e"}])) == []
