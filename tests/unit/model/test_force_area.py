"""The area of a force: its validation, and the catalogues that have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import swm_kpi as kpi

AREA: dict[str, Any] = {
    "force": "Kent",
    "lpa_by_district": {"Ashford": "East", "Dover": "East"},
    "district_by_code": {"E07000105": "Ashford"},
}


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("force", " ", "it is empty"),
        ("lpa_by_district", {}, "it is empty"),
        ("district_by_code", {"E07000106": "Canterbury"}, "'Canterbury' has no Local Policing"),
    ],
)
def test_an_incomplete_area_is_an_error(field: str, value: object, rule: str) -> None:
    with pytest.raises(kpi.DefinitionError, match=rule):
        kpi.ForceArea(**AREA | {field: value})


def test_a_catalogue_has_no_area_by_default() -> None:
    assert kpi.Catalogue([]).force_area is None
    area = kpi.ForceArea(**AREA)
    assert kpi.Catalogue([], force_area=area).force_area is area


def test_an_availability_file_keeps_the_area(tmp_path: Path) -> None:
    path = tmp_path / "availability.toml"
    path.write_text("", encoding="utf-8")
    stated = kpi.catalogue(availability=path)
    assert stated.force_area == kpi.catalogue().force_area
