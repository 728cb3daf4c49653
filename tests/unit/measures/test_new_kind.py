"""A kind of measure that forgets a declaration fails when its class is read."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import ClassVar

import pytest

import swm_kpi as kpi
import swm_kpi.measures
from swm_kpi.measures import (
    ChangeTest,
    ChangeTestRule,
    CountedValue,
    DisclosureRule,
    Measure,
    PoolingMethod,
    ProcessLimitRule,
    ResultColumn,
    ShareOfCounts,
    TableMeasure,
)
from swm_kpi.measures.measure import REQUIRED_OF_A_KIND

SUBJECTS = ("Unit", "Time", "Totals", "Protection", "Process limits", "Interval")

# A kind that the package does not import yet is a kind as well.
for module in iter_modules(swm_kpi.measures.__path__):
    import_module(f"swm_kpi.measures.{module.name}")


def subclasses(cls: type[Measure]) -> Iterator[type[Measure]]:
    for subclass in cls.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


KINDS = sorted(
    (
        kind
        for kind in subclasses(Measure)
        if kind.__module__.startswith("swm_kpi.") and kind is not TableMeasure
    ),
    key=lambda kind: kind.__name__,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_kind_of_the_library_is_public(kind: type[Measure]) -> None:
    assert getattr(kpi, kind.__name__, None) is kind
    assert getattr(swm_kpi.measures, kind.__name__, None) is kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_docstring_of_a_kind_states_what_its_values_mean(kind: type[Measure]) -> None:
    docstring = kind.__doc__ or ""
    assert [subject for subject in SUBJECTS if f"    - {subject}: " not in docstring] == []


def problems_of(error: pytest.ExceptionInfo[kpi.DefinitionError]) -> dict[str, str]:
    return {problem.field: problem.fix for problem in error.value.problems}


@pytest.mark.parametrize("base", [Measure, TableMeasure])
def test_an_empty_kind_raises_one_problem_for_each_declaration(base: type[Measure]) -> None:
    with pytest.raises(kpi.DefinitionError) as error:
        type("Busiest", (base,), {"__module__": __name__, "__doc__": "Busiest."})
    assert problems_of(error).keys() == {*REQUIRED_OF_A_KIND, "statistics"}
    for name, fix in REQUIRED_OF_A_KIND.items():
        assert problems_of(error)[name] == fix
        assert name in fix
    assert str(error.value).startswith("Kind Busiest, kind: a kind of measure declares it. Write ")


def test_only_what_is_missing_is_reported_with_file_and_line() -> None:
    with pytest.raises(kpi.DefinitionError) as error:

        class Halved(kpi.Count):
            """A kind that takes one declaration back."""

            disclosure: ClassVar[DisclosureRule] = Measure.disclosure  # type: ignore[assignment]

    assert list(problems_of(error)) == ["disclosure"]
    assert "measures/test_new_kind.py:" in str(error.value)


def test_a_subclass_of_a_kind_inherits_its_declarations() -> None:
    class Renamed(kpi.Count):
        """A count by another name."""

        kind: ClassVar[str] = "renamed count"
        change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.EVENT_RATES)
        process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()

    assert Renamed.disclosure == CountedValue("count")


def test_every_kind_has_a_name_of_its_own() -> None:
    names = [kind.kind for kind in KINDS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_fixed_declarations_agree_with_each_other(kind: type[Measure]) -> None:
    """A property depends on a field, so only class variables can be compared here."""
    pooling, disclosure = kind.pooling, kind.disclosure
    if isinstance(disclosure, ShareOfCounts):
        limits = kind.process_limits
        assert isinstance(limits, property) or limits.count is ResultColumn.NUMERATOR
    if not isinstance(pooling, property) and pooling.method is PoolingMethod.REFUSED:
        assert pooling.no_sum_reason.endswith(".")
        assert pooling.no_average_reason.endswith(".")
