"""A public name is announced a year before it goes, works until then, and then does go."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest

from swm_kpi.deprecation import DEPRECATIONS, deprecated, parse_version

ROOT = Path(__file__).parents[2]
NOTICE = {
    "instead": "count_rows",
    "since": "0.2.0",
    "announced": date(2026, 12, 1),
    "removed_in": "1.0.0",
    "removed_from": date(2027, 12, 1),
}


@pytest.fixture(autouse=True)
def _as_before():
    before = dict(DEPRECATIONS)
    yield
    DEPRECATIONS.clear()
    DEPRECATIONS.update(before)


def test_a_deprecated_function_works_and_says_what_to_use_and_until_when() -> None:
    @deprecated(**NOTICE)
    def number_of_rows(rows: list[int], *, plus: int = 0) -> int:
        return len(rows) + plus

    with pytest.warns(DeprecationWarning, match="Use count_rows") as warned:
        assert number_of_rows([1, 2], plus=1) == 3
    assert str(warned[0].message).endswith(
        "number_of_rows is deprecated since 0.2.0 (2026-12-01) and will be removed in 1.0.0, "
        "not before 2027-12-01. Use count_rows."
    )
    assert warned[0].filename == __file__


def test_notice_is_a_year_at_least() -> None:
    with pytest.raises(ValueError, match="365 days"):
        deprecated(**NOTICE | {"removed_from": date(2027, 11, 30)})


@pytest.mark.parametrize("removed_in", ["0.2.0", "0.1.9"])
def test_removal_is_a_later_version(removed_in: str) -> None:
    with pytest.raises(ValueError, match="not a later version"):
        deprecated(**NOTICE | {"removed_in": removed_in})


def test_versions_are_numbers_and_not_text() -> None:
    assert parse_version("0.10.0") > parse_version("0.9.12")


def test_nothing_outlives_the_version_that_should_be_without_it() -> None:
    """A release that says it removes a name does remove it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    now = parse_version(project["version"])
    overdue = [each.name for each in DEPRECATIONS.values() if parse_version(each.removed_in) <= now]
    assert overdue == []
