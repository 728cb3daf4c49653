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
    """Return how often each month is counted by all terms together."""
    found = np.zeros(40)
    for (start, stop), sign in terms:
        found[start:stop] += sign
    return found


def groups(spans: Iterable[Span]) -> list[list[int]]:
    """Return the ends of periods that periods join, each group in order."""
    together: list[set[int]] = []
    for span in spans:
        touching = [group for group in together if group & set(span)]
        together = [group for group in together if group not in touching]
        together.append(set(span).union(*touching))
    return [sorted(group) for group in together]


def test_cycle_basis_of_months_quarters_and_a_year() -> None:
    first = [(0, 1), (1, 2), (2, 3)]
    found = {
        constraint[-1]: sorted(constraint[:-1])
        for constraint in cycle_basis([YEAR, *QUARTERS, *first, YEAR])
    }
    assert found == {
        ((0, 3), -1): [(span, 1) for span in first],
        (YEAR, -1): [(span, 1) for span in QUARTERS],
    }


def test_cycle_basis_of_two_rolling_years() -> None:
    (found,) = cycle_basis([(0, 12), (1, 13), (0, 1), (12, 13)])
    assert sorted(found) == [((0, 1), -1), ((0, 12), 1), ((1, 13), -1), ((12, 13), 1)]


@settings(deadline=None)
@given(SPANS)
def test_cycle_basis_is_independent_and_complete(spans: list[Span]) -> None:
    """Each constraint holds, they are independent, and their number is the rank that is missing."""
    found = list(cycle_basis(spans))
    assert all(not months(constraint).any() for constraint in found)
    different = sorted(set(spans))
    lines = np.array([months([]), *(months([(span, 1)]) for span in different)])
    assert len(found) == len(different) - np.linalg.matrix_rank(lines)
    # Each names a period that no equation before it does.
    last = [constraint[-1] for constraint in found]
    assert len(set(last)) == len(last)
    assert all(sign == -1 for _, sign in last)


def test_a_year_less_three_quarters_implies_the_fourth() -> None:
    (found,) = implied_periods([YEAR, *QUARTERS[:2], QUARTERS[3]])
    assert found[0] == (QUARTERS[2], -1)
    assert sorted(found[1:]) == [((0, 3), -1), ((0, 12), 1), ((3, 6), -1), ((9, 12), -1)]


def test_implied_periods_use_the_fewest_periods() -> None:
    """The fourth quarter is the year less nine months, and not less three quarters."""
    (found,) = implied_periods([YEAR, (0, 9), *QUARTERS[:3]])
    assert sorted(found) == [((0, 9), -1), ((0, 12), 1), ((9, 12), -1)]


@settings(deadline=None)
@given(SPANS)
def test_each_implied_period_is_yielded_once_and_is_not_shown(spans: list[Span]) -> None:
    found = list(implied_periods(spans))
    assert all(not months(constraint).any() for constraint in found)
    expected = [
        (a, b) for group in groups(set(spans)) for a, b in pairwise(group) if (a, b) not in spans
    ]
    assert sorted(constraint[0] for constraint in found) == sorted((span, -1) for span in expected)
    assert all(span in spans for constraint in found for span, _ in constraint[1:])


def test_a_partition_of_a_period_has_no_gap() -> None:
    assert list(partitions_of_period([YEAR, *QUARTERS])) == [
        [*((span, 1) for span in reversed(QUARTERS)), (YEAR, -1)]
    ]
    assert list(partitions_of_period([YEAR, *QUARTERS[:3]])) == []
    assert list(partitions_of_period([YEAR, (0, 7), (5, 12)])) == []


@settings(deadline=None)
@given(SPANS)
def test_a_partition_of_a_period_has_only_shorter_periods(spans: list[Span]) -> None:
    found = list(partitions_of_period(spans))
    covered = {constraint[-1][0] for constraint in found}
    for constraint in found:
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
        one = CONDITIONS[condition][0]
        where = one if where is None else where if one is None else where & one
    measure = Count(key=name, of=Thing, at=Thing.at, where=where)
    found = roles_of(metric(measure), measure, POLICY).value
    assert found is not None
    return found


def rows_of(*conditions: str) -> set[int]:
    """Return the rows that meet all of some conditions."""
    tests = [CONDITIONS[condition][1] for condition in conditions]
    return {at for at, row in enumerate(ROWS) if all(test(row) for test in tests)}


def named(wanted: Mapping[str, CountKey]) -> list[tuple[tuple[str, ...], str, bool]]:
    """Return the partitions of some counts, by their names instead of their keys."""
    names = {count.key: name for name, count in wanted.items()}
    found = find_partitions({count.key: count for count in wanted.values()})
    return sorted(
        (
            tuple(sorted(names[part] for part in partition.subsets)),
            names[partition.whole],
            partition.is_exhaustive,
        )
        for partition in found
    )


def several(*names: str) -> list[tuple[tuple[str, ...], str]]:
    """Return the partitions with several subsets, with their whole."""
    found = named({name: counted(name, name) for name in names})
    return [(parts, whole) for parts, whole, _ in found if len(parts) > 1]


# Subsets that the form of the conditions does not show.
NOT_IMPLIED = {
    ("b", "kind_not_a"), ("listed", "kind_not_a"), ("kind_not_a", "listed"),
    ("not_ab", "listed"), ("not_ab", "kind_not_a"), ("not_ab", "kind_known"),
    ("large", "size_is_5"), ("size_is_5", "large"), ("not_large", "size_known"),
}  # fmt: skip


def test_subsets_are_found_by_their_conditions() -> None:
    """A shorter list in a longer, a value in the known values, and all of them in all rows."""
    found = named({name: counted(name, name) for name in CONDITIONS})
    pairs = {(parts[0], whole) for parts, whole, _ in found if len(parts) == 1}
    true = {
        (part, whole)
        for part in CONDITIONS
        for whole in CONDITIONS
        if part != whole and rows_of(part) <= rows_of(whole)
    }
    assert pairs <= true
    assert true - pairs == NOT_IMPLIED


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
    asked: list[list[str]],
) -> None:
    wanted = {f"c{at}": counted(f"c{at}", *conditions) for at, conditions in enumerate(asked)}
    rows = {f"c{at}": rows_of(*conditions) for at, conditions in enumerate(asked)}
    for parts, whole, is_exhaustive in named(wanted):
        assert set().union(*(rows[name] for name in parts)) <= rows[whole]
        assert all(not rows[one] & rows[two] for one, two in combinations(parts, 2))
        assert not is_exhaustive or rows[parts[0]] == rows[whole]


def test_disjoint_values_form_a_partition() -> None:
    assert several("all", "a", "b") == [(("a", "b"), "all")]
    assert several("all", "ab", "not_ab") == [(("ab", "not_ab"), "all")]
    assert several("all", "a", "b", "kind_unknown") == [(("a", "b", "kind_unknown"), "all")]
    assert several("all", "urgent", "calm", "urgency_unknown") == [
        (("calm", "urgency_unknown", "urgent"), "all")
    ]
    assert several("all", "large", "not_large") == [(("large", "not_large"), "all")]
    assert several("kind_known", "a", "b") == [(("a", "b"), "kind_known")]


def test_partitions_use_the_largest_subsets() -> None:
    """If "a or b" is a subset, then "a" and "b" add nothing to a partition of all rows."""
    found = several("all", "a", "b", "ab", "kind_unknown")
    assert found == [(("a", "b"), "ab"), (("ab", "kind_unknown"), "all")]


def test_overlapping_lists_form_no_partition() -> None:
    assert several("all", "ab", "listed") == []
    assert several("all", "a", "place_a") == []
    assert several("all", "a", "urgent") == []


def test_every_maximal_disjoint_set_is_found() -> None:
    assert several("all", "a", "b", "urgent", "calm") == [
        (("a", "b"), "all"), (("calm", "urgent"), "all"),
    ]  # fmt: skip


def test_only_maximal_disjoint_sets_are_found() -> None:
    """Three kinds and three urgencies: two sets of three, and no two of them by themselves."""
    found = several("all", "a", "b", "kind_unknown", "urgent", "calm", "urgency_unknown")
    assert found == [
        (("a", "b", "kind_unknown"), "all"), (("calm", "urgency_unknown", "urgent"), "all"),
    ]  # fmt: skip


def test_an_assumption_is_compared_by_its_values() -> None:
    """What the force lists as b and c is what is b or c."""
    where = KIND.is_in("b", "c")
    measure = Count(key="written", of=Thing, at=Thing.at, where=where)
    written = roles_of(metric(measure), measure, POLICY).value
    assert written is not None
    assert [
        partition[2] for partition in named({"listed": counted("l", "listed"), "written": written})
    ] == [True]


def test_lists_of_numbers_are_not_compared() -> None:
    measure = Count(key="some", of=Thing, at=Thing.at, where=Thing.size.is_in(1, 5))
    some = roles_of(metric(measure), measure, POLICY).value
    assert some is not None
    assert named({"five": counted("five", "size_is_5"), "some": some}) == []


def test_equal_subsets_are_yielded_once() -> None:
    """Whether what is urgent is recorded too does not change which rows they are."""
    wanted = {"urgent": counted("x", "urgent"), "both": counted("y", "urgent", "urgency_known")}
    assert [partition[2] for partition in named(wanted)] == [True]
    wanted["all"] = counted("all", "all")
    wanted["calm"] = counted("calm", "calm")
    found = [(parts, whole) for parts, whole, _ in named(wanted) if len(parts) > 1]
    assert len(found) == 1
    assert len(found[0][0]) == 2


def again(**fields: Any) -> CountKey:
    clause = {"who": "person", "where": None, "months": 12.0} | fields
    said = ["repeats", ["column", clause["who"]], ["column", "at"], clause["where"],
            ["number", clause["months"]]]  # fmt: skip
    return CountKey(json.dumps(said), conditions=frozenset({json.dumps(said)}), family="people")


def test_repeats_of_a_kind_are_a_subset_of_all_repeats() -> None:
    """Only if the person, the date column and the number of months are the same."""
    a, urgent = ["==", ["column", "kind"], ["str", "a"]], ["column", "urgent"]
    wanted = {
        "any": again(), "a": again(where=a), "urgent_a": again(where=["and", a, urgent]),
        "other": again(who="address", where=a), "longer": again(months=24.0, where=a),
    }  # fmt: skip
    pairs = [(parts[0], whole) for parts, whole, _ in named(wanted) if len(parts) == 1]
    assert pairs == [("a", "any"), ("urgent_a", "a"), ("urgent_a", "any")]
    listed = ["in", ["column", "kind"], ["str", "a"], ["str", "b"]]
    known = ["not", ["null", ["column", "kind"]]]
    both = named({"a": again(where=a), "listed": again(where=["and", listed, known])})
    assert [partition[:2] for partition in both] == [(("a",), "listed")]


def test_subsets_of_people_form_no_partition() -> None:
    def people(*conditions: list[Any]) -> CountKey:
        clauses = frozenset(json.dumps(condition) for condition in conditions)
        return CountKey(str(sorted(clauses)), "overlapping", conditions=clauses, family="people")

    a, b = (["==", ["column", "kind"], ["str", kind]] for kind in "ab")
    found = list(find_partitions({count.key: count for count in (people(), people(a), people(b))}))
    assert sorted(partition.subsets for partition in found) == sorted(
        [(people(a).key,), (people(b).key,)]
    )
    assert not any(partition.is_exhaustive for partition in found)


def test_counts_of_other_or_no_families_are_not_compared() -> None:
    ended = Count(key="ended", of=Thing, at=Thing.ended_at)
    by_end = roles_of(metric(ended), ended, POLICY).value
    assert by_end is not None
    assert named({"a": counted("a", "a"), "ended": by_end}) == []
    alone = CountKey("alone", conditions=frozenset({json.dumps(["column", "kind"])}))
    assert list(find_partitions({"alone": alone, "bare": CountKey("bare")})) == []


# What each kind of measure counts


def test_the_denominator_of_a_share_excludes_undecided_rows() -> None:
    measure = kpi.Proportion(key="share", of=Thing, at=Thing.at, numerator=Thing.urgent)
    found = roles_of(metric(measure), measure, POLICY)
    assert set(found.counts) == {"numerator", "denominator"}
    assert found.is_quotient
    assert found.has_complement
    assert not any((found.is_average, found.is_free_text, found.note_counts_answers))
    assert found.scale == 1
    assert found.numerator == counted("urgent", "urgent")
    assert found.denominator != counted("all", "all")
    assert list(
        find_partitions({key.key: key for key in (found.denominator, counted("all", "all"))})
    )


# What each kind is, as its docstring says: in which columns a count stands, whether it
# is divided, whether the rest of it is a count too, whether it is an average, and on answers.
READ_AS: dict[type[Measure], tuple[set[str], bool, bool, bool, bool]] = {
    kpi.Count: ({"value"}, False, False, False, False),
    kpi.Sum: ({"value"}, False, False, False, False),
    kpi.PeriodEndStock: ({"value"}, False, False, False, False),
    kpi.AverageStock: ({"value"}, False, False, False, False),
    kpi.Proportion: ({"numerator", "denominator"}, True, True, False, False),
    kpi.Distribution: ({"numerator", "denominator"}, True, True, False, False),
    kpi.ReoffendingRate: ({"numerator", "denominator"}, True, True, False, False),
    kpi.SurveyProportion: ({"numerator", "denominator"}, True, True, False, True),
    kpi.Ratio: ({"numerator", "denominator"}, True, False, False, False),
    kpi.Rate: ({"numerator"}, True, False, False, False),
    kpi.Duration: ({"denominator"}, False, False, True, False),
}
READABLE = [
    pytest.param(entry, measure, id=f"{entry.ref}-{measure.key}-{measure.basis}")
    for entry in kpi.catalogue()
    if isinstance(entry, Metric)
    for measure in entry.measures
    if type(measure) in READ_AS
]


def counted_in(entry: Metric, measure: Measure) -> Unit:
    """The unit of the count that a measure rests on."""
    if isinstance(measure, kpi.Ratio | kpi.Rate):
        return counted_in(entry, entry.measure(measure.depends_on[0], measure.basis))
    divided = READ_AS[type(measure)][1] or isinstance(measure, kpi.Duration)
    return measure.of.row_unit if divided else measure.resolved_unit


def test_roles_of_each_kind_of_measure() -> None:
    policy = DisclosurePolicy()
    seen = set()
    for entry, measure in (parameters.values for parameters in READABLE):
        if not DisclosurePolicy().covers(entry.ref, counted_in(entry, measure)):
            continue
        seen.add(type(measure))
        found = roles_of(entry, measure, policy)
        columns, *flags = READ_AS[type(measure)]
        assert set(found.counts) == columns, measure.key
        assert [
            found.is_quotient,
            found.has_complement,
            found.is_average,
            found.note_counts_answers,
        ] == flags, measure.key
        assert not found.is_free_text
        assert found.scale == (measure.scale if isinstance(measure, kpi.Rate) else 1)
        for name, series in found.counts.items():
            stands = isinstance(measure, kpi.PeriodEndStock | kpi.AverageStock)
            people = series.over_members == "overlapping"
            if not isinstance(measure, kpi.Ratio | kpi.Rate):
                # A stock is not the sum of the stocks of its months, and people are not added.
                assert series.over_time == (
                    "" if stands else "overlapping" if people else "additive"
                )
            # The whole of a distribution stands in each of its members' rows.
            of_all = isinstance(measure, kpi.Distribution) and name == "denominator"
            assert series.total_over == (measure.over.key if of_all else "")
    assert seen == set(READ_AS)


@pytest.mark.parametrize("ref", ["44", "46", "47", "51"])
def test_no_policy_covers_money_time_and_things(ref: str) -> None:
    entry = kpi.catalogue()[ref]
    for measure in entry.measures:
        assert roles_of(entry, measure, DisclosurePolicy()).counts == {}


def test_exemptions_by_unit_and_ref() -> None:
    entry = kpi.catalogue()["15"]
    incidents = entry.measure("incidents", Basis.FORCE)
    calls = DisclosurePolicy(exempt={"calls": "A test."})
    assert roles_of(entry, incidents, DisclosurePolicy()).counts
    assert roles_of(entry, incidents, calls).counts
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
    """So both are suppressed together, in whichever column they are."""
    by_side = kpi.Distribution(key="by_side", of=Sided, at=Sided.at, over=SIDE)
    known = Count(key="known", of=Sided, at=Sided.at, where=Sided.side.is_not_null())
    every = Count(key="every", of=Sided, at=Sided.at)
    found = roles_of(metric(by_side), by_side, POLICY)
    count, of_all = (roles_of(metric(measure), measure, POLICY).value for measure in (known, every))
    assert found.denominator is not None
    assert count is not None
    assert of_all is not None
    assert found.denominator.key == count.key != of_all.key
    assert (found.denominator.total_over, count.total_over) == ("side", "")
    assert found.denominator.family == count.family == of_all.family


def test_decided_rows_are_a_subset_of_the_rows_only() -> None:
    measure = kpi.Proportion(
        key="share", of=Thing, at=Thing.at, where=Thing.size > 3, numerator=Thing.urgent
    )
    found = roles_of(metric(measure), measure, POLICY)
    assert found.numerator is not None
    assert found.denominator is not None
    wanted = {
        "decided": found.denominator, "calm": counted("calm", "calm"),
        "large": counted("large", "large"),
    }  # fmt: skip
    assert [partition[:2] for partition in named(wanted)] == [(("decided",), "large")]


def test_an_exempt_share_has_no_roles() -> None:
    measure = kpi.Proportion(key="share", of=Thing, at=Thing.at, numerator=Thing.urgent)
    found = roles_of(metric(measure), measure, DisclosurePolicy(exempt={"calls": "A test."}))
    assert found == CellRoles()


class Busiest(TableMeasure):
    """The most things of one day: a count with no relation to another."""

    kind: ClassVar[str] = "busiest day"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule.refuse("busiest days do not add.")
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = UnlinkedCount()

    @property
    def resolved_unit(self) -> Unit:
        return Unit.CALLS

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        return {}

    def combine(self, found: Mapping[str, np.ndarray], inputs: Mapping[str, Cells]) -> Cells:
        raise NotImplementedError

    def formula(self) -> str:
        raise NotImplementedError


def test_an_unlinked_count_is_protected_by_itself() -> None:
    """It is in no constraint, not even with another count of its kind."""
    measure = Busiest(key="busiest", of=Thing, at=Thing.at)
    found = roles_of(metric(Count(key="all", of=Thing, at=Thing.at)), measure, POLICY)
    assert set(found.counts) == {"value"}
    assert found.value is not None
    assert (found.value.over_members, found.value.over_time, found.value.family) == ("", "", "")


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
    with pytest.raises(kpi.DefinitionError, match="at most 6, twice the smallest count"):
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
    """It has every whole count that is shown as this number, and no other."""
    if base > 2 * threshold:
        return
    policy = DisclosurePolicy(threshold=threshold, rounding_base=base)
    shown: dict[float, list[int]] = {}
    for count in (0, *range(threshold, 60)):
        shown.setdefault(policy.rounded(count), []).append(count)
    for number, counts in list(shown.items())[:-1]:
        assert policy.rounding_interval(number, whole=True) == (counts[0], counts[-1])
        least, most = policy.rounding_interval(number, whole=False)
        if number and policy.rounds:
            assert (least, most) == (max(threshold, number - base / 2), number + base / 2)
        else:
            assert least == most == number


# The solver


def program(sums: np.ndarray, *, whole: bool = False) -> LinearProgram:
    rows, columns = np.nonzero(sums)
    kinds = np.ones(sums.shape[1], dtype=bool) if whole else None
    return LinearProgram(
        rows.astype(np.int32), columns.astype(np.int32), sums[rows, columns], sums.shape[1], kinds
    )


@settings(deadline=None, max_examples=100)
@given(st.integers(0, 2**32 - 1), st.integers(1, 10), st.integers(2, 30))
def test_the_optimum_is_that_of_another_solver(seed: int, rows: int, many: int) -> None:
    """Solved again with other bounds and costs, it satisfies the constraints at the same cost."""
    random = np.random.default_rng(seed)
    sums = random.integers(-1, 2, (rows, many)).astype(float)
    sums[:, 0] = 1.0  # so that each sum has a term
    asked = program(sums)
    for _ in range(3):
        least = random.choice([-3.0, 0.0, 1.0], many)
        most = least + random.choice([0.0, 1.0, 10.0], many)
        price = random.integers(-4, 5, many).astype(float)
        expected = linprog(
            price, A_eq=sums, b_eq=np.zeros(rows), bounds=list(zip(least, most, strict=True))
        )
        found = asked.solve(price, least, most)
        assert (found is not None) == (expected.status == 0)
        if found is not None:
            assert sums @ found == pytest.approx(np.zeros(rows), abs=1e-6)
            assert np.all((found >= least - 1e-6) & (found <= most + 1e-6))
            assert price @ found == pytest.approx(expected.fun, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_integer_solutions_agree_with_enumeration(seed: int) -> None:
    """The cost may be up to twice the optimum, because a proof of the optimum takes long."""
    random = np.random.default_rng(seed)
    sums = random.integers(-2, 3, (2, 4)).astype(float)
    sums[:, 0] = random.choice([-2.0, 1.0, 2.0], 2)
    least = random.integers(0, 2, 4).astype(float)
    most = least + random.integers(0, 4, 4)
    price = random.integers(0, 5, 4).astype(float)
    ranges = (range(int(low), int(high) + 1) for low, high in zip(least, most, strict=True))
    every = [np.array(solution) for solution in product(*ranges)]
    prices = [price @ solution for solution in every if not (sums @ solution).any()]
    found = program(sums, whole=True).solve(price, least, most)
    assert (found is not None) == bool(prices)
    if found is not None:
        assert found == pytest.approx(np.round(found), abs=1e-6)
        assert sums @ found == pytest.approx(np.zeros(2), abs=1e-6)
        assert min(prices) - 1e-6 <= price @ found <= 2 * min(prices) + 1e-6


def test_an_infeasible_program_returns_none() -> None:
    asked = program(np.array([[1.0, -1.0]]))
    zero, one, two = np.zeros(2), np.ones(2), np.full(2, 2.0)
    assert asked.solve(one, np.array([2.0, 0.0]), np.array([2.0, 1.0])) is None
    found = asked.solve(one, np.array([2.0, 0.0]), two)
    assert found is not None
    assert found.tolist() == [2, 2]
    again = asked.solve(one, zero, two)
    assert again is not None
    assert again.tolist() == [0, 0]


def test_without_constraints_each_variable_is_at_its_cheaper_bound() -> None:
    found = program(np.zeros((0, 3))).solve(
        np.array([1.0, -1.0, 2.0]), np.array([-3.0, 0.0, 4.0]), np.array([5.0, 7.0, 9.0])
    )
    assert found is not None
    assert found.tolist() == [-3, 7, 4]


def test_the_solver_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    """Neither when it is built nor when it solves, in fractions and in whole numbers."""
    for whole in (False, True):
        asked = program(np.array([[1.0, -1.0, 2.0]]), whole=whole)
        assert asked.solve(np.ones(3), np.zeros(3), np.ones(3)) is not None
    assert capfd.readouterr() == ("", "")


# Additive triples


def test_each_additive_triple_is_found_once() -> None:
    """However many groups contain it; the keys are in order."""
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
