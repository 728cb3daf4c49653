"""Proxies: public sources replace the force's own data only where they have the numbers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

import swm_kpi as kpi

RECORDED = pl.DataFrame(
    {
        "quarter_start": [date(2017, 4, 1), date(2017, 7, 1)],
        "force": ["West Mercia", "West Mercia"],
        "offence_group": ["Violence against the person"] * 2,
        "offence_subgroup": ["Homicide", "Homicide"],
        "offence_code": ["1", "1"],
        "offences": [3, 2],
    }
)
COVERAGE = {"recorded_crime": ("2017-04-01", "2017-09-30")}


def victims(*labels: str) -> list[tuple[float | None, str]]:
    result = kpi.compute(
        ["17"], {"recorded_crime": RECORDED}, periods=list(labels), coverage=COVERAGE
    ).to_polars()
    rows = result.filter(measure="victims", basis="proxy")
    return list(rows.select("value", "marker").iter_rows())


def test_quarterly_figures_are_reported_by_quarter() -> None:
    assert victims("2017/18 Q1", "2017/18 Q2") == [(3, ""), (2, "")]


def test_quarterly_figures_are_missing_for_periods_that_split_a_quarter() -> None:
    assert victims("2017-04", "2017-05", "R12 2017-07") == [(None, "[x]")] * 3


def test_a_public_source_gives_results_without_the_other_sources() -> None:
    result = kpi.compute(
        ["20"], {"recorded_crime": RECORDED}, periods=["2017/18 Q1"], coverage=COVERAGE
    ).to_polars()
    assert set(result["basis"]) == {"proxy"}
    assert all(key.startswith("published_") for key in result["measure"])
    assert result["value"].null_count() == 0


def street_file(*rows: tuple[date, str]) -> str:
    header = "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
    header += "LSOA name,Crime type,Last outcome category,Context"
    lines = [
        f",{month:%Y-%m},{force},{force},,,No Location,,,Anti-social behaviour,,"
        for month, force in rows
    ]
    return "\n".join([header, *lines]) + "\n"


def test_a_force_with_no_file_for_a_month_is_missing_and_not_zero(tmp_path: Path) -> None:
    april, may = date(2025, 4, 1), date(2025, 5, 1)
    (tmp_path / "2025-04-a-street.csv").write_text(
        street_file((april, "West Mercia Police"), (april, "Warwickshire Police"))
    )
    (tmp_path / "2025-05-a-street.csv").write_text(street_file((may, "West Mercia Police")))
    table = kpi.open_data.police_uk(tmp_path)
    result = kpi.compute(
        ["15"], {"street_crime": table}, periods=["2025-04", "2025-05"], by=["force"]
    ).to_polars()
    rows = result.filter(measure="incidents").select("period", "force", "value", "marker")
    assert rows.rows() == [
        ("2025-04", "Warwickshire", 1, ""),
        ("2025-04", "West Mercia", 1, ""),
        ("2025-04", "All", 2, ""),
        ("2025-05", "Warwickshire", None, "[x]"),
        ("2025-05", "West Mercia", 1, ""),
        ("2025-05", "All", 1, "[p]"),
    ]


OPEN_DATA_COLUMNS = (
    "As at 31 March,Geocode,Force name,Region,Sex,Rank,Worker type,Total (Headcount),Total (FTE)"
)
FUNCTIONS_COLUMNS = (
    "As at 31 March,Force name,Worker type,Wider function name,Total (Headcount),Total (FTE)"
)


def workforce(folder: Path, header: str, *lines: str) -> dict[str, object]:
    file = folder / "workforce.csv"
    file.write_text("\n".join([header, *lines]) + "\n")
    return {"published_workforce": kpi.open_data.officer_fte(file)}


def proxy_values(ref: str, tables: dict[str, object]) -> dict[str, float | None]:
    result = kpi.compute([ref], tables, periods=["2023/24"], by=["force"]).to_polars()
    rows = result.filter(basis="proxy", force="West Mercia")
    return dict(rows.select("measure", "value").iter_rows())


def test_the_share_of_women_comes_from_the_published_table(tmp_path: Path) -> None:
    tables = workforce(
        tmp_path,
        OPEN_DATA_COLUMNS,
        "2024,E23000016,West Mercia,West Midlands,Female,Constable,Police Officer,3,2.5",
        "2024,E23000016,West Mercia,West Midlands,Male,Constable,Police Officer,5,5",
        "2024,E23000016,West Mercia,West Midlands,Female,All staff,Police Staff,9,8",
        "2024,E23000020,Gwent,Wales,Female,Constable,Police Officer,4,4",
    )
    values = proxy_values("69", tables)
    assert values["published_women_share"] == 3 / (3 + 5)
    # Without functions in the file, the number of investigators is missing, not zero.
    assert proxy_values("13", tables)["published_investigators_fte"] is None
    assert proxy_values("52", tables)["officers_fte"] == 2.5 + 5


def test_officers_in_investigation_come_from_the_file_on_functions(tmp_path: Path) -> None:
    tables = workforce(
        tmp_path,
        FUNCTIONS_COLUMNS,
        "2024,West Mercia,Police Officer,Investigations,31,30.5",
        "2024,West Mercia,Police Officer,Incident response,70,70",
        "2024,West Mercia,Police Staff,Investigations,12,12",
    )
    assert proxy_values("13", tables)["published_investigators_fte"] == 30.5
    assert set(proxy_values("69", tables).values()) == {None}


def test_a_month_that_the_fraud_bureau_did_not_supply_is_missing_and_not_zero() -> None:
    reports = pl.DataFrame(
        {
            "report_id": ["R1", "R2"],
            "reported_on": [date(2025, 11, 20), date(2026, 2, 3)],
            "force": "West Mercia",
            "kind": "Fraud",
        }
    )
    result = kpi.compute(
        ["21"], {"fraud_report": reports}, periods=["2025-11", "2026-01", "2026-02"]
    ).to_polars()
    rows = result.filter(measure="fraud_reports").select("value", "marker").rows()
    assert [value for value, _ in rows] == [1, None, 1]
    assert rows[1] == (None, "[x]")
    misuse = result.filter(measure="computer_misuse_reports")["value"].to_list()
    assert misuse == [0, None, 0]


def test_a_measure_of_several_reporters_can_be_broken_down_by_reporter() -> None:
    """Without the breakdown, nobody can see one force in a table of several."""
    for metric in kpi.catalogue():
        for measure in getattr(metric, "measures", ()):
            table = getattr(measure, "of", None)
            columns = getattr(table, "columns", {}).values()
            reporters = {column.dimension for column in columns if column.reporter}
            assert reporters <= set(metric.dimensions), (metric.ref, measure.key)
