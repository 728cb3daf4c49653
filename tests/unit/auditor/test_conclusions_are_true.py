"""Every conclusion about a real result is true: the exact numbers are within it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import swm_kpi as kpi
from swm_kpi.auditor import Conclusion, HiddenCell, audit

pytestmark = pytest.mark.slow
REFS = ("10", "25", "27", "53", "54")


def is_true(cell: HiddenCell, exact: float) -> bool:
    """Return whether a conclusion allows the exact number."""
    is_in_range = (cell.lower is None or cell.lower - 1e-6 <= exact) and (
        cell.upper is None or exact <= cell.upper + 1e-6
    )
    return is_in_range and exact not in cell.excluded


@pytest.mark.parametrize("base", [1, 5])
def test_the_exact_number_is_among_those_that_are_concluded(tmp_path: Path, base: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tables = kpi.synthetic.generate_force("2024-03-01", "2024-06-30", scale=0.02, seed=2)
        result = kpi.compute(
            list(REFS), tables, periods=kpi.periods("2024/25 Q1"), by=["lpa"], as_at="2024-08-01"
        )
        path = tmp_path / "release.csv"
        result.protect(kpi.DisclosurePolicy(threshold=5, rounding_base=base)).to_csv(path)
    exact = {(row["ref"], row["measure"], row["lpa"]): row for row in result.to_polars().to_dicts()}
    audited = audit(path)
    assert len(audited.cells) > 20
    wrong = []
    for cell in audited.concluded:
        assert cell.conclusion is not Conclusion.CONTRADICTED, cell
        row = exact[cell.ref, cell.measure, cell.members.get("lpa", "All")]
        is_rest = cell.column == "the rest of the denominator"
        number = row["denominator"] - row["numerator"] if is_rest else row[cell.column]
        if not is_true(cell, number or 0):
            wrong.append((cell, number))
    assert wrong == []
