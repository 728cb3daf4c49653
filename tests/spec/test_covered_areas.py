"""A table that only some areas have sent: the caller says which, and no area is zero for it."""

from __future__ import annotations

from datetime import date

import pytest

import swm_kpi as kpi
from tests.support.small_tables import by_area, frame_of, row_of, rows_of, run, table

SPRING = ("2024-04-01", "2024-05-31")
APRIL = ("2024-04-01", "2024-04-30")
LPAS = (
    "Herefordshire", "Shropshire", "Telford & Wrekin", "North Worcestershire",
    "South Worcestershire",
)  # fmt: skip
LOGS = table(
    "incident",
    """
    | incident_id | created_at       | closing_code | lpa           | district |
    | a           | 2024-04-02 09:00 | ASB nuisance | Herefordshire |          |
    | b           | 2024-04-03 09:00 | ASB nuisance | Shropshire    |          |
    | c           | 2024-05-02 09:00 | ASB nuisance | Shropshire    |          |
    """,
)


def of_logs(coverage: kpi.Coverage, **request: object) -> kpi.Result:
    return run("15", {"incident": LOGS}, ["2024-05"], coverage={"incident": coverage}, **request)


def test_an_area_without_its_file_is_not_zero() -> None:
    """Herefordshire sent April alone: May is not available, and the total is provisional."""
    days = {**dict.fromkeys(LPAS, SPRING), "Herefordshire": APRIL}
    result = of_logs(kpi.Coverage(reporter="lpa", by_reporter=days), by=["lpa"])
    assert by_area(result, "incidents") == {
        "Herefordshire": None,
        "Shropshire": 1,
        "Telford & Wrekin": 0,
        "North Worcestershire": 0,
        "South Worcestershire": 0,
        "All": 1,
    }
    missing = row_of(result, "incidents", lpa="Herefordshire")
    assert missing["marker"] == "[x]"
    assert "No data of the period from Herefordshire." in missing["note"]
    total = row_of(result, "incidents", lpa="All")
    assert total["marker"] == "[p]"
    assert "Not covered, or only in part, by Herefordshire." in total["note"]


def test_an_area_that_is_not_stated_sent_nothing() -> None:
    """A file of one area leaves the four others without a number, and the total without them."""
    coverage = kpi.Coverage(reporter="lpa", by_reporter={"Shropshire": SPRING})
    result = of_logs(coverage, by=["lpa"])
    assert {name for name, value in by_area(result, "incidents").items() if value is None} == {
        name for name in LPAS if name != "Shropshire"
    }
    assert row_of(result, "incidents", lpa="All")["marker"] == "[p]"
    assert row_of(of_logs(coverage), "incidents")["marker"] == "[p]"
    optional = kpi.Coverage(
        reporter="lpa", by_reporter={"Shropshire": SPRING}, optional=set(LPAS) - {"Shropshire"}
    )
    assert row_of(of_logs(optional), "incidents")["marker"] == ""


def test_a_district_is_covered_with_its_area() -> None:
    """Districts of Worcestershire are covered by what their Local Policing Area sent."""
    logs = table(
        "incident",
        """
        | incident_id | created_at       | closing_code | lpa                  | district  |
        | a           | 2024-05-02 09:00 | ASB nuisance | North Worcestershire | Redditch  |
        | b           | 2024-05-02 09:00 | ASB nuisance | South Worcestershire | Worcester |
        """,
    )
    coverage = kpi.Coverage(reporter="lpa", by_reporter={"North Worcestershire": SPRING})
    result = run(
        "15", {"incident": logs}, ["2024-05"], by=["district"], coverage={"incident": coverage}
    )
    markers = {row["district"]: row["marker"] for row in rows_of(result, "incidents")}
    assert markers["Redditch"] == ""
    assert markers["Worcester"] == "[x]"
    assert markers["All"] == "[p]"


def test_an_area_that_no_longer_exists_is_not_missing() -> None:
    """North ends in April. May needs South alone."""
    areas = kpi.Areas(
        {"code": code, "name": name, "level": level, "parent": parent, **days}
        for code, name, level, parent, days in [
            ("F", "Exampleshire", "force", "", {}),
            ("N", "North", "lpa", "F", {"valid_to": date(2024, 4, 30)}),
            ("S", "South", "lpa", "F", {}),
        ]
    )
    logs = frame_of(
        kpi.catalogue(areas=areas).contracts["incident"],
        """
        | incident_id | created_at       | closing_code | lpa   |
        | a           | 2024-04-02 09:00 | ASB nuisance | North |
        | b           | 2024-05-02 09:00 | ASB nuisance | South |
        """,
    )
    result = kpi.compute(
        ["15"],
        {"incident": logs},
        periods=kpi.periods("2024-04", "2024-05"),
        by=["lpa"],
        coverage={"incident": kpi.Coverage(reporter="lpa", by_reporter={"South": SPRING})},
        catalogue=kpi.catalogue(areas=areas),
    )
    rows = rows_of(result, "incidents")
    markers = {(row["period"], row["lpa"]): row["marker"] for row in rows}
    assert markers["2024-04", "North"] == "[x]"
    assert markers["2024-04", "All"] == "[p]"
    assert markers["2024-05", "All"] == ""


def test_a_reporter_that_is_no_area_is_refused() -> None:
    """The message names the area that was meant."""
    coverage = kpi.Coverage(reporter="lpa", by_reporter={"Shropshir": SPRING})
    with pytest.raises(kpi.RequestError, match="'Shropshir' is no lpa"):
        of_logs(coverage)
