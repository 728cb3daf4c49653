"""The force's own tests of its metrics and of its quarterly results."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

import swm_kpi as kpi
from other_force_kpis import CATALOGUE
from other_force_kpis.objectives import OBJECTIVES
from other_force_kpis.quarterly import REFS, compute_quarter


def searches(results: list[str | None], *, beat: str = "North") -> pd.DataFrame:
    """Return searches one hour apart, from 1 April 2024."""
    first = datetime(2024, 4, 1, 10)
    return pd.DataFrame(
        {
            "search_id": [f"S{number}" for number in range(len(results))],
            "searched_at": [first + timedelta(hours=number) for number in range(len(results))],
            "found": pd.array(results, dtype="string"),
            "beat": beat,
        }
    )


def burglaries(*days: str) -> pd.DataFrame:
    """Return residential burglaries of one person."""
    return pd.DataFrame(
        {
            "party_id": [f"P{number}" for number in range(len(days))],
            "crime_id": [f"C{number}" for number in range(len(days))],
            "person_id": "A",
            "role": "victim",
            "victim_type": "person",
            "recorded_at": pd.to_datetime(list(days)),
            "offence_subgroup": "Residential burglary",
            "status": "recorded",
            "is_da": False,
            "lpa": "Shropshire",
        }
    )


def test_its_metrics_follow_the_plans() -> None:
    installed = kpi.catalogue()
    assert len(installed) == 73
    assert [entry.ref for entry in installed][-3:] == REFS == [entry.ref for entry in CATALOGUE]


def test_its_objectives_follow_the_plans() -> None:
    assert kpi.catalogue().objectives[-2:] == OBJECTIVES


def test_its_unit_is_in_results_and_can_be_exempt() -> None:
    result = kpi.compute(
        ["OF1"],
        {"stop_search": searches(["Drugs"])},
        periods="2024-04",
        coverage={"stop_search": ("2024-04-01", "2024-04-30")},
    )
    assert result.to_pandas()["unit"].tolist() == ["searches"]
    with pytest.raises(kpi.DefinitionError, match="Did you mean 'searches'"):
        kpi.DisclosurePolicy(exempt={"serches": "A test."})


def test_its_table_makes_its_metrics_ready() -> None:
    ready = kpi.check_inputs({"stop_search": searches(["Drugs"])})
    assert ready.ready == ("OF1", "OF2")


def test_its_table_is_validated() -> None:
    report = kpi.validate(searches(["Drugs", "drugs", "Gold"]), "stop_search")
    assert [(violation.column, violation.rows) for violation in report.violations] == [("found", 2)]


def test_the_find_rate_leaves_out_searches_without_a_result() -> None:
    result = kpi.compute(
        ["OF2"],
        {"stop_search": searches(["Drugs", "Nothing found", None])},
        periods="2024-04",
        by=["beat"],
        coverage={"stop_search": ("2024-04-01", "2024-04-30")},
    )
    values = result.to_pandas().set_index("beat")["value"]
    assert values["North"] == values["All"] == pytest.approx(1 / 2)


@pytest.mark.parametrize(("months", "victims"), [(12, 0), (24, 1)])
def test_the_forces_own_assumption_moves_its_number(months: int, victims: int) -> None:
    result = kpi.compute(
        ["OF3"],
        {"crime_party": burglaries("2022-06-01", "2024-05-01")},
        periods="2024-05",
        coverage={"crime_party": ("2022-04-01", "2024-05-31")},
        assumptions={"repeat_months": months},
    )
    (row,) = result.to_pandas().to_dict("records")
    assert row["value"] == victims
    assert f"repeat_months overridden: {months}" in row["note"]


def test_the_quarterly_results_suppress_small_numbers_and_can_be_written(tmp_path) -> None:
    tables = {
        "stop_search": searches(["Drugs"] * 20 + ["Nothing found"] * 20),
        "crime_party": burglaries("2022-06-01", "2024-05-01"),
    }
    result = compute_quarter("2024/25 Q1", tables, as_at="2024-07-14")
    rows = result.to_pandas()
    assert set(rows["ref"]) == set(REFS)
    assert rows.loc[rows["ref"] == "OF3", "marker"].tolist() == ["[c]"]
    result.to_csv(tmp_path / "quarter.csv")
    assert (tmp_path / "quarter.csv").is_file()
