"""Every public kind of measure has a specification, and the manual page is what they render."""

from __future__ import annotations

import re

import swm_kpi as kpi
from tests.support.kind_specification import PAGE, manual, modules


def test_every_public_kind_is_specified() -> None:
    public = {
        value
        for name in kpi.__all__
        if isinstance(value := getattr(kpi, name), type)
        and issubclass(value, kpi.Measure)
        and value is not kpi.Measure
    }
    assert {module.KIND for module in modules()} == public


def test_every_case_measures_the_kind_of_its_file() -> None:
    for module in modules():
        assert module.CASES
        assert all(type(case.subject) is module.KIND for case in module.CASES)


def test_every_kind_is_in_the_changelog() -> None:
    changelog = (PAGE.parents[2] / "CHANGELOG.md").read_text(encoding="utf-8")
    kinds = [module.KIND for module in modules()]
    missing = [
        kind
        for kind in kinds
        if not re.search(rf"\b({kind.kind}|{kind.__name__})", changelog, re.IGNORECASE)
    ]
    assert missing == []


def test_the_manual_page_is_up_to_date() -> None:
    """Write it again with ``python -m tests.support.kind_specification``."""
    assert PAGE.read_text(encoding="utf-8") == manual()
