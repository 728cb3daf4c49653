"""The threshold rule is in one place: after a change there, all numbers and all texts follow."""

from __future__ import annotations

import ast
from datetime import datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import DisclosurePolicy, Result
from swm_kpi.disclosure import policy as policy_module
from swm_kpi.disclosure import suppression
from tests.support import ilp_attack

PACKAGE = Path(kpi.__file__).parent
AREAS = ("Herefordshire", "Shropshire", "Telford & Wrekin")


@pytest.fixture
def five_or_fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change the rule from "under the threshold" to "the threshold or fewer"."""
    monkeypatch.setattr(
        policy_module, "is_small_or_zero", lambda count, threshold: count <= threshold
    )
    monkeypatch.setattr(
        policy_module, "describe_threshold", lambda threshold: f"of {threshold} or fewer"
    )


def incidents(*counts: int, unrecorded: int = 0) -> Result:
    """Compute incidents of three areas in one quarter, and some without a closing code."""
    areas = [area for area, count in zip(AREAS, counts, strict=True) for _ in range(count)]
    codes = ["ASB nuisance"] * len(areas) + [None] * unrecorded
    areas += [AREAS[1]] * unrecorded
    data = pl.DataFrame(
        {
            "created_at": [datetime(2024, 4, 2)] * len(areas),
            "closing_code": codes,
            "lpa": areas,
        },
        schema={"created_at": pl.Datetime, "closing_code": pl.String, "lpa": pl.String},
    )
    return kpi.compute(
        ["15"],
        {"incident": data},
        by=["lpa"],
        periods=["2024/25 Q1"],
        coverage={"incident": ("2024-04-01", "2024-06-30")},
    )


def incidents_by_area(result: Result) -> dict[str, tuple[float | None, str]]:
    """Return the value and the note of each area."""
    frame = result.to_polars().filter(measure="incidents")
    return {row["lpa"]: (row["value"], row["note"]) for row in frame.to_dicts()}


def test_a_count_at_the_threshold_is_shown_by_default() -> None:
    shown = incidents_by_area(incidents(5, 40, 40).protect(DisclosurePolicy()))
    assert shown[AREAS[0]][0] == 5


@pytest.mark.usefixtures("five_or_fewer")
def test_the_suppressed_cells_follow_a_change_of_the_rule() -> None:
    policy = DisclosurePolicy(rounding_base=1)
    assert policy.largest_small_count == 5
    shown = incidents_by_area(incidents(5, 6, 40).protect(policy))
    assert shown[AREAS[0]][0] is None
    assert sum(shown[area][0] is None for area in (*AREAS, "All")) >= 2
    assert incidents_by_area(incidents(6, 40, 40).protect(policy))[AREAS[0]][0] == 6
    # A count that is rounded to 5 is 6 or 7 under the new rule.
    assert DisclosurePolicy().rounding_interval(5, whole=True) == (6, 7)


@pytest.mark.usefixtures("five_or_fewer")
def test_the_bounds_of_the_fields_follow_a_change_of_the_rule() -> None:
    assert DisclosurePolicy(threshold=2, rounding_base=4).largest_small_count == 2
    with pytest.raises(kpi.DefinitionError, match="Use 2 or more"):
        DisclosurePolicy(threshold=1, rounding_base=1)
    with pytest.raises(kpi.DefinitionError, match=r"not small as 0\. Use at most 10"):
        DisclosurePolicy(threshold=5, rounding_base=11)


@pytest.mark.usefixtures("five_or_fewer")
def test_every_text_follows_a_change_of_the_rule(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = DisclosurePolicy(rounding_base=1)
    assert str(policy).startswith("Counts of people and events of 5 or fewer are suppressed;")
    safe = incidents(5, 40, 40).protect(policy)
    assert "a count of 5 or fewer" in incidents_by_area(safe)[AREAS[0]][1]
    safe.to_csv(tmp_path / "dataset.csv")
    metadata = (tmp_path / "dataset.csv-metadata.json").read_text(encoding="utf-8")
    assert "events of 5 or fewer are suppressed" in metadata
    assert "under 5" not in (tmp_path / "dataset.csv").read_text(encoding="utf-8") + metadata
    later = incidents(5, 40, 45).protect(policy)
    warnings = "\n".join(str(risk) for risk in safe.differencing_risks(later))
    assert "differ by a count of 5 or fewer" in warnings
    monkeypatch.setattr(suppression, "MAX_PRIMARY_CELLS", 0)
    with pytest.raises(kpi.RequestError, match="counts of 5 or fewer"):
        incidents(5, 40, 40).protect(policy)


@pytest.mark.usefixtures("five_or_fewer")
def test_notes_about_rows_follow_a_change_of_the_rule() -> None:
    policy = DisclosurePolicy()
    notes = {
        count: incidents_by_area(incidents(40, 40, 40, unrecorded=count).protect(policy))["All"][1]
        for count in (5, 6)
    }
    assert notes[5].startswith("Some rows left out")
    assert notes[6].startswith("5 rows left out")


@pytest.mark.parametrize("show_zeros", [True, False])
def test_the_rule_is_the_same_for_numbers_and_arrays(show_zeros: bool) -> None:
    policy = DisclosurePolicy(show_zeros=show_zeros)
    counts = np.array([-1.0, 0.0, 0.5, 1.0, 4.0, 4.5, 5.0, 6.0])
    assert policy.is_small(counts).tolist() == [policy.is_small(count) for count in counts.tolist()]
    assert policy.is_small_or_zero(counts).tolist() == [
        policy.is_small_or_zero(count) for count in counts.tolist()
    ]


@pytest.mark.parametrize("threshold", [3, 5, 8])
def test_the_attack_and_the_policy_agree_on_which_counts_are_small(threshold: int) -> None:
    policy = DisclosurePolicy(threshold=threshold, rounding_base=1)
    assert ilp_attack.largest_small_count(threshold) == policy.largest_small_count
    assert [count for count in range(threshold + 2) if policy.is_small(count)] == list(
        range(1, ilp_attack.largest_small_count(threshold) + 1)
    )


def test_a_fractional_count_that_is_shown_is_never_rounded_to_zero() -> None:
    policy = DisclosurePolicy(threshold=5, rounding_base=10)
    assert policy.rounded(5.33) == policy.rounded(5) == 10


def uses_threshold(node: ast.AST) -> bool:
    """Return whether an operand is a threshold or is calculated from one, other than by a call."""
    if isinstance(node, ast.Call):
        return False
    name = getattr(node, "id", getattr(node, "attr", ""))
    return name == "threshold" or any(map(uses_threshold, ast.iter_child_nodes(node)))


@pytest.mark.slow
def test_one_function_compares_with_the_threshold() -> None:
    comparisons = [
        f"{path.relative_to(PACKAGE).as_posix()}: {ast.unparse(node)}"
        for path in sorted(PACKAGE.rglob("*.py"))
        # The auditor shares no code with disclosure control, so it states the rule again.
        if path.relative_to(PACKAGE).parts[0] != "auditor"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and uses_threshold(node)
        # Whether a threshold was given is not the rule.
        and not all(isinstance(operator, ast.Is | ast.IsNot) for operator in node.ops)
    ]
    assert comparisons == ["disclosure/policy.py: count < threshold"]
