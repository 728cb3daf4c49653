"""The force's own tests: what its metrics are, and what its pack holds."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd
import pytest

import swm_kpi as kpi
from other_force_kpis import CATALOGUE
from other_force_kpis.pack import REFS, quarter


def searches(found: list[str | None], *, beat: str = "North") -> pd.DataFrame:
    """Searches an hour apart from 1 April 2024."""
    first = datetime(2024, 4, 1, 10)
    return pd.DataFrame(
        {
            "search_id": [f"S{number}" for number in range(len(found))],
            "searched_at": [first + timedelta(hours=number) for number in range(len(found))],
            "found": pd.array(found, dtype="string"),
            "beat": beat,
        }
    )


def burglaries(*days: str) -> pd.DataFrame:
    """Residential burglaries of one person."""
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
    everything = kpi.catalogue()
    assert len(everything) == 73
    assert [each.ref for each in everything][-3:] == REFS == [each.ref for each in CATALOGUE]


def test_its_table_makes_its_metrics_ready() -> None:
    ready = kpi.check_inputs({"stop_search": searches(["Drugs"])})
    assert ready.ready == ("OF1", "OF2")


def test_its_table_is_checked_like_any_other() -> None:
    report = kpi.validate(searches(["Drugs", "drugs", "Gold"]), "stop_search")
    assert [(each.column, each.rows) for each in report.violations] == [("found", 2)]


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


def test_the_pack_hides_small_numbers_and_can_be_written(tmp_path) -> None:
    tables = {
        "stop_search": searches(["Drugs"] * 20 + ["Nothing found"] * 20),
        "crime_party": burglaries("2022-06-01", "2024-05-01"),
    }
    pack = quarter("2024/25 Q1", tables, as_at="2024-07-14")
    rows = pack.to_pandas()
    assert set(rows["ref"]) == set(REFS)
    assert rows.loc[rows["ref"] == "OF3", "marker"].tolist() == ["[c]"]
    pack.to_csv(tmp_path / "pack.csv")
    assert (tmp_path / "pack.csv").is_file()
