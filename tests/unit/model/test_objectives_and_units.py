"""Objectives and units that a plan or a plugin declares."""

from __future__ import annotations

import pytest

import swm_kpi as kpi
from swm_kpi import DefinitionError, Objective, Unit
from swm_kpi.definitions.plan.objectives import OBJECTIVES, REFORMING, SECURE
from swm_kpi.formatting import NumberFormat


def undefined(ref: str, objective: Objective | None) -> kpi.UndefinedMetric:
    return kpi.UndefinedMetric(
        ref=ref,
        key=f"entry_{ref}",
        title="",
        objective=objective,
        availability=kpi.Availability(status="unknown", reason="Nothing is documented."),
    )


# Objectives


def test_the_plan_declares_its_title_and_objectives() -> None:
    assert kpi.catalogue().title == "Safer West Mercia Plan"
    assert kpi.catalogue().objectives == OBJECTIVES


def test_without_a_list_the_objectives_are_those_of_the_entries() -> None:
    catalogue = kpi.Catalogue(
        [undefined("1", SECURE), undefined("2", None), undefined("3", SECURE)]
    )
    assert catalogue.objectives == (SECURE,)


def test_an_unknown_objective_is_an_error_that_suggests_the_nearest() -> None:
    unlisted = Objective(key="secured", title="Secured")
    with pytest.raises(DefinitionError, match="Did you mean 'secure'") as caught:
        kpi.Catalogue([undefined("1", unlisted)], objectives=[SECURE, REFORMING])
    (problem,) = caught.value.problems
    assert problem.subject == "UndefinedMetric 1"
    assert problem.field == "objective"
    assert problem.rule == "'secured' is not an objective of this catalogue"


def test_two_objectives_with_one_key_are_an_error() -> None:
    other = Objective(key="secure", title="Another")
    with pytest.raises(DefinitionError, match="'secure' is the key of 2 objectives"):
        kpi.Catalogue([undefined("1", SECURE)], objectives=[SECURE, other])


@pytest.mark.parametrize(
    ("key", "title", "field"), [("Not a key", "Title", "key"), ("key", " ", "title")]
)
def test_an_objective_needs_a_key_and_a_title(key: str, title: str, field: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        Objective(key=key, title=title)
    assert [problem.field for problem in caught.value.problems] == [field]


# Units


def test_a_declared_unit_is_a_unit() -> None:
    unit = Unit.declare("patrol hours")
    assert isinstance(unit, Unit)
    assert (str(unit), unit.value, unit.name) == ("patrol hours", "patrol hours", "PATROL_HOURS")
    assert Unit.declare("patrol hours") is unit
    assert Unit("patrol hours") is unit
    assert unit not in list(Unit)
    assert "patrol hours" in Unit.known_names()


def test_declaring_a_listed_unit_returns_it() -> None:
    assert Unit.declare("tonnes of CO2 equivalent") is Unit.TONNES_CO2E


@pytest.mark.parametrize("unit", [Unit.PER_1000_PEOPLE, Unit.declare("patrol hours")])
def test_a_unit_is_pickled_by_name(unit: Unit) -> None:
    function, arguments = unit.__reduce_ex__(4)
    assert function(*arguments) is unit


@pytest.mark.parametrize("name", ["", "Vans", "vans ", "vans\n", "two  words", None])
def test_a_unit_name_is_lower_case_words(name: object) -> None:
    with pytest.raises(DefinitionError, match="is not a unit name"):
        Unit.declare(name)  # type: ignore[arg-type]


def test_an_unknown_unit_suggests_a_declared_one() -> None:
    Unit.declare("patrol hours")
    with pytest.raises(DefinitionError, match="Did you mean 'patrol hours'"):
        kpi.Ratio(key="x", numerator="a", denominator="b", unit="patrol hour")


def test_values_of_a_declared_unit_are_plain_numbers() -> None:
    assert (
        NumberFormat.of(Unit.declare("patrol hours"), [1.0, 12.0]).text_with_unit(12)
        == "12 patrol hours"
    )
