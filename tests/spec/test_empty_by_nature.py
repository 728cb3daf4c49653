"""A column that is empty by nature is not called "not recorded"; one that is missing is."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.small_tables import row_of, run, table

NEVER_REPORTED = """
| aware_at            | ico_notified_at     | ico_outcome |
| 2024-05-06 12:00:00 |                     |             |
| 2024-05-06 12:00:00 |                     |             |
| 2024-05-06 12:00:00 | 2024-05-07 12:00:00 | Reprimand   |
"""
NOT_RECORDED = """
| aware_at            | ico_notified_at     | ico_outcome |
| 2024-05-06 12:00:00 | 2024-05-07 12:00:00 |             |
| 2024-05-06 12:00:00 | 2024-05-07 12:00:00 | Reprimand   |
"""
MOVEMENTS = """
| moved_on   | movement    | worker_type | reason      |
| 2024-05-06 | joiner      | officer     |             |
| 2024-05-06 | transfer in | officer     |             |
| 2024-05-06 | leaver      | officer     | resignation |
"""
NO_REASON = """
| moved_on   | movement | worker_type | reason      |
| 2024-05-06 | leaver   | officer     |             |
| 2024-05-06 | leaver   | officer     | resignation |
"""
ORDERS = """
| order_type | applied_at | heard_at   | result  | breached_at |
| SPO        | 2024-05-06 |            |         |             |
| SPO        | 2024-05-06 | 2024-05-07 | granted |             |
"""
CHECKS = """
| checked_on | passed |
| 2024-05-06 |        |
| 2024-05-06 | yes    |
"""
ACTIVITIES = """
| held_on    | activity_type | scheme_id | scheme_type         |
| 2024-05-06 | Event         |           |                     |
| 2024-05-06 | Event         | S1        | Neighbourhood watch |
"""
SCHEMES = """
| scheme_id | scheme_type         | started_on | ended_on |
| S1        | Neighbourhood watch | 2001-05-06 |          |
"""
STAFF = """
| as_at      | person_id | worker_type | sex  | ethnicity | disability   | sexual_orientation |
| 2024-06-30 | a         | officer     | Male | White     | Not disabled | Heterosexual       |
"""


@pytest.mark.parametrize(
    ("ref", "key", "tables"),
    [
        ("49", "action", {"data_breach": NEVER_REPORTED}),
        ("69", "resignations", {"workforce_movement": MOVEMENTS, "workforce_snapshot": STAFF}),
        ("35", "spo_granted_share", {"civil_order": ORDERS}),
        ("64", "passed", {"audit_check": CHECKS}),
        ("67", "active", {"activity": ACTIVITIES, "scheme": SCHEMES}),
    ],
)
def test_what_is_empty_by_nature_is_left_out_without_a_word(
    ref: str, key: str, tables: Mapping[str, str]
) -> None:
    row = row_of(run(ref, {name: table(name, text) for name, text in tables.items()}), key)
    assert (row["value"], row["marker"]) == (1, "")
    assert "not recorded" not in row["note"]


@pytest.mark.parametrize(
    ("ref", "key", "tables"),
    [
        ("49", "action", {"data_breach": NOT_RECORDED}),
        ("69", "resignations", {"workforce_movement": NO_REASON, "workforce_snapshot": STAFF}),
    ],
)
def test_what_is_missing_is_counted_in_the_note(
    ref: str, key: str, tables: Mapping[str, str]
) -> None:
    row = row_of(run(ref, {name: table(name, text) for name, text in tables.items()}), key)
    assert row["value"] == 1
    assert "1 row" in row["note"]
    assert "not recorded" in row["note"]


CLOSED = """
| created_at       | closing_code         |
| 2024-05-06 12:00 | ASB nuisance         |
| 2024-05-06 12:00 | Road related offence |
| 2024-05-06 12:00 |                      |
"""
OPEN = """
| created_at       | closing_code |
| 2024-05-06 12:00 |              |
| 2024-05-06 12:00 |              |
"""


@pytest.mark.parametrize(("ref", "key"), [("15", "incidents"), ("39", "dangerous_use")])
def test_a_log_without_a_code_may_be_open_and_the_note_leaves_both_open(ref: str, key: str) -> None:
    """Nothing in the table says whether a log is closed."""
    some = row_of(run(ref, {"incident": table("incident", CLOSED)}), key)
    assert (some["value"], some["undecided"], some["marker"]) == (1, 1, "[u]")
    assert "1 row left out because closing code is not recorded, or not yet." in some["note"]
    none = row_of(run(ref, {"incident": table("incident", OPEN)}), key)
    assert (none["value"], none["marker"]) == (None, "[x]")
    assert "Not recorded, or not yet: closing code is blank in all 2 rows." in none["note"]
