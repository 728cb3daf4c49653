"""Standards: each code list is in one place, and no code is used before its first day."""

from __future__ import annotations

from datetime import date, datetime

import pandas as pd
import pytest

import swm_kpi as kpi
from swm_kpi.definitions import standards

LISTS = {
    name: codes
    for name, codes in vars(standards).items()
    if isinstance(codes, tuple) and codes and isinstance(codes[0], standards.Code)
}
USED = {
    "OUTCOMES": ("crime", "outcome_code"),
    "OFFENCE_SUBGROUPS": ("crime", "offence_subgroup"),
    "CLOSING_CODES": ("incident", "closing_code"),
    "CIVIL_ORDERS": ("civil_order", "order_type"),
    "FOUR_PS": ("disruption", "four_p"),
}


@pytest.mark.parametrize("codes", LISTS.values(), ids=LISTS)
def test_a_list_has_each_value_once_and_valid_dates(codes: tuple[standards.Code]) -> None:
    values = standards.values(codes)
    assert len(set(values)) == len(values)
    assert all(date.fromisoformat(code.since) for code in codes if code.since)


@pytest.mark.parametrize("name", USED)
def test_a_contract_takes_its_list_from_the_standard(name: str) -> None:
    table, column = USED[name]
    assert kpi.catalogue().contracts[table].columns[column].domain == standards.values(LISTS[name])


@pytest.mark.parametrize(
    ("code", "day", "breaks"),
    [
        ("22", "2019-03-31 23:59", True),
        ("22", "2019-04-01 00:00", False),
        ("21", "2015-12-31 23:59", True),
        ("21", "2016-01-01 00:00", False),
        ("23", "2025-12-31 23:59", True),
        ("23", "2026-02-01 00:00", False),
        ("18", "2014-06-01 12:00", False),
    ],
)
def test_an_outcome_is_not_dated_before_it_came_into_use(code: str, day: str, breaks: bool) -> None:
    crime = kpi.catalogue().contracts["crime"]
    rows = {"outcome_code": [code], "outcome_at": [datetime.fromisoformat(day)]}
    report = kpi.validate(pd.DataFrame(rows), crime)
    violations = [item for item in report.violations if "came into use" in item.rule]
    assert [violation.rows for violation in violations] == [1] * breaks
