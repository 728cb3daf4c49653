"""What ``swm-kpi show`` prints of a ref."""

from __future__ import annotations

import swm_kpi as kpi
from swm_kpi.model.describe import describe_entry


def test_an_alias_of_some_measures_shows_only_what_they_need() -> None:
    """Ref 70 counts cases. Before, its page named the tables and breakdowns of allegations."""
    plan = kpi.catalogue()
    whole, part = describe_entry(plan["1"], plan), describe_entry(plan["70"], plan)
    assert "A part of ref 1" in part
    for text in (
        "Table allegation",
        "Table workforce_snapshot",
        "complaint_employees",
        "(allegation_category)",
    ):
        assert text in whole
        assert text not in part
    for text in ("Table complaint\n", "(complaint_handling)", "(lpa)"):
        assert text in part


def test_an_alias_of_all_measures_shows_them_all() -> None:
    plan = kpi.catalogue()
    assert "The same as ref 29" in describe_entry(plan["32"], plan)
    assert "What it is\n" in describe_entry(plan["32"], plan)
