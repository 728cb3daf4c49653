"""A deprecated public name works for at least a year, and is then removed."""

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
def _restore_deprecations():
    before = dict(DEPRECATIONS)
    yield
    DEPRECATIONS.clear()
    DEPRECATIONS.update(before)


def test_a_deprecated_function_works_and_warns_with_its_replacement_and_removal() -> None:
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


def test_a_notice_of_less_than_a_year_raises() -> None:
    with pytest.raises(ValueError, match="365 days"):
        deprecated(**NOTICE | {"removed_from": date(2027, 11, 30)})


@pytest.mark.parametrize("removed_in", ["0.2.0", "0.1.9"])
def test_a_removal_in_the_same_or_an_earlier_version_raises(removed_in: str) -> None:
    with pytest.raises(ValueError, match="not a later version"):
        deprecated(**NOTICE | {"removed_in": removed_in})


def test_versions_are_compared_by_number() -> None:
    assert parse_version("0.10.0") > parse_version("0.9.12")


def test_no_name_is_left_in_the_version_that_removes_it() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    now = parse_version(project["version"])
    overdue = [
        notice.name for notice in DEPRECATIONS.values() if parse_version(notice.removed_in) <= now
    ]
    assert overdue == []
