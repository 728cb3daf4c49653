"""Conditions and members as regions: what is equal, and what divides what."""

from __future__ import annotations

from datetime import datetime

import pytest

from swm_kpi import Assumption, Column, Contract, Dimension, Unit
from swm_kpi.auditor.places import chains_of
from swm_kpi.auditor.regions import Region, Regions, with_classes
from swm_kpi.expressions import Expression, IsUnknown
from swm_kpi.model.areas import Areas

KIND = Dimension("kind", "Kind", ("Burglary", "Robbery", "Theft"), description="The kind.")
AREA = Dimension("lpa", "Area", ("North", "South"), description="The area.", is_area=True)
DISTRICT = Dimension("district", "District", (), description="The district.", is_area=True)
SERIOUS = Assumption(key="serious", value=("Burglary", "Robbery"), since="2021-04-01", because="T.")


class Crime(Contract, row_unit=Unit.CRIMES):
    """One row per crime."""

    recorded_at = Column(datetime, description="When it was recorded.")
    kind = Column(str, dimension=KIND, description="The kind.")
    flag = Column(bool, nullable=True, description="A flag.")
    days = Column(int, nullable=True, description="Days.")
    lpa = Column(str, dimension=AREA, nullable=True, description="The area.")
    district = Column(str, dimension=DISTRICT, nullable=True, description="The district.")


AREAS = Areas(
    [
        {"code": "F", "name": "Force", "level": "force", "parent": ""},
        {"code": "N", "name": "North", "level": "lpa", "parent": "F"},
        {"code": "S", "name": "South", "level": "lpa", "parent": "F"},
        {"code": "1", "name": "Up", "level": "district", "parent": "N"},
        {"code": "2", "name": "Down", "level": "district", "parent": "S"},
        {"code": "3", "name": "Deep", "level": "district", "parent": "S"},
    ]
)


def region_of(regions: Regions, *conditions: Expression) -> Region:
    """Return the region of conditions that are met together."""
    return regions.region(regions.read(*conditions))


def region_of_member(regions: Regions, column: str, member: str | None) -> Region:
    """Return the region of a member of a breakdown."""
    return regions.region(dict([regions.of_member(Crime.columns[column], member)]))


def test_a_condition_is_the_member_that_it_names() -> None:
    regions = Regions()
    assert region_of(regions, Crime.kind == "Burglary") == region_of_member(
        regions, "kind", "Burglary"
    )


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Crime.kind.is_in("Burglary", "Robbery"), Crime.kind != "Theft"),
        (Crime.kind.is_in("Burglary", "Robbery"), Crime.kind.is_in(SERIOUS)),
        (Crime.kind != "Theft", (Crime.kind == "Robbery") | (Crime.kind == "Burglary")),
        (~(~Crime.flag), Crime.flag & Crime.flag),
        (~(Crime.flag | (Crime.kind == "Theft")), ~Crime.flag & (Crime.kind != "Theft")),
        (Crime.flag & (Crime.kind == "Theft"), (Crime.kind == "Theft") & Crime.flag),
        (Crime.flag == False, ~Crime.flag),  # noqa: E712
        (~(Crime.days > 5), ~(Crime.days > 5)),
    ],
)  # fmt: skip
def test_two_ways_to_write_a_condition_are_one_region(
    first: Expression, second: Expression
) -> None:
    regions = Regions()
    regions.read(first), regions.read(second)
    assert region_of(regions, first) == region_of(regions, second)


@pytest.mark.parametrize(
    "condition", [Crime.flag & Crime.flag, Crime.days > 5, Crime.lpa == "North"]
)
def test_a_condition_its_opposite_and_blanks_divide_all_rows(condition: Expression) -> None:
    regions = Regions()
    yes, no = regions.read(condition), regions.read(~condition)  # type: ignore[operator]
    ((key, met),), ((_, not_met),) = regions.region(yes), regions.region(no)
    axis = regions.axes[key]
    assert met & not_met == frozenset()
    assert axis.classes - met - not_met == {"blank"}


def test_a_blank_can_be_an_answer() -> None:
    """A blank does not meet "North, and recorded", and so meets its opposite."""
    regions = Regions()
    condition = (Crime.lpa == "North") & Crime.lpa.is_not_null()
    regions.read(condition)
    ((_, no),) = region_of(regions, ~condition)
    assert "blank" in no
    assert region_of(regions, IsUnknown(condition))[0][1] == frozenset()
    assert region_of(regions, IsUnknown(Crime.lpa == "North"))[0][1] == {"blank"}


def test_a_column_without_blanks_has_no_class_of_blanks() -> None:
    regions = Regions()
    ((key, _),) = region_of(regions, Crime.kind == "Theft")
    assert len(regions.axes[key].classes) == len(KIND.members)


def test_an_assumption_has_the_value_of_the_file() -> None:
    regions = Regions({"serious": ["Theft"]})
    assert region_of(regions, Crime.kind.is_in(SERIOUS)) == region_of(
        regions, Crime.kind == "Theft"
    )


def test_all_classes_are_no_limit() -> None:
    regions = Regions()
    region = region_of(regions, Crime.kind == "Theft")
    axis = regions.axes[region[0][0]]
    assert with_classes(region, axis, axis.classes) == ()


def test_members_of_another_force_take_the_place_of_those_declared() -> None:
    regions = Regions(members={"kind": {"Fraud", "Arson"}})
    ((key, _),) = region_of_member(regions, "kind", "Fraud")
    assert len(regions.axes[key].classes) == 2


# Levels of areas


def test_districts_divide_their_area() -> None:
    regions = Regions(areas=AREAS)
    south, down, deep, north = (
        dict(region_of_member(regions, column, name))
        for column, name in (
            ("lpa", "South"), ("district", "Down"), ("district", "Deep"), ("lpa", "North"),
        )
    )  # fmt: skip
    (key,) = south
    inside = south[key]
    assert not inside & north[key]
    recorded = {chain for chain in inside if '""' not in chain}
    assert recorded == {chain for chain in down[key] | deep[key] if '""' not in chain}


def test_a_row_can_lack_a_level() -> None:
    levels, chains = chains_of(AREAS, Crime, {})
    assert levels == ("district", "lpa")
    assert {("", ""), ("", "North"), ("Up", "North"), ("Up", "")} <= set(chains)
    assert ("Up", "South") not in chains


def test_areas_that_are_not_in_the_list_are_not_linked() -> None:
    assert chains_of(AREAS, Crime, {"lpa": {"Elsewhere"}}) == ((), ())
    assert chains_of(None, Crime, {}) == ((), ())
