"""A force compared with similar ones, from files in the formats of the public sources.

The tests of real files need the environment variable SWM_KPI_REAL_DATA, which names their folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import swm_kpi as kpi
from tests.support.force_folder import SETTINGS, write_force

STREET = "Crime ID,Month,Reported by,LSOA name,Crime type,Last outcome category"
RECORDED = (
    "Financial Year,Financial Quarter,Force Name,Offence Description,Offence Group,"
    "Offence Subgroup,Offence Code,Number of Offences"
)
COLLISIONS = (
    "collision_index,collision_year,police_force,collision_severity,date,"
    "local_authority_ons_district"
)
PEOPLE = {"West Mercia": 1_300_000, "Warwickshire": 600_000, "Kent": 1_900_000, "Gwent": 600_000}


def street(folder: Path, charged: dict[str, int], recorded: int = 200) -> Path:
    for force, many in charged.items():
        outcomes = ["Suspect charged"] * many + ["Under investigation"] * (recorded - many)
        lines = [
            f"{force}{at},2025-06,{force} Police,Area 001A,Burglary,{outcome}"
            for at, outcome in enumerate(outcomes)
        ]
        path = folder / f"2025-06-{force.lower().replace(' ', '-')}-street.csv"
        path.write_text("\n".join([STREET, *lines]) + "\n", encoding="utf-8")
    return folder


def test_a_dated_statement_names_the_similar_forces(tmp_path: Path) -> None:
    statements = (
        '[[similar_forces]]\nvalid_from = 2023-04-01\nforces = ["Kent"]\nsource = "A list"\n'
        '[[similar_forces]]\nvalid_from = 2025-04-01\nforces = ["Gwent", "Kent"]\nsource = "B"\n'
    )
    folder = write_force(tmp_path / "force", {"force.toml": SETTINGS + statements})
    force = kpi.Force.read(folder)
    assert force.similar_forces_on("2023-03-31") == ()
    assert force.similar_forces_on("2025-03-31") == ("Kent",)
    assert force.similar_forces_on("2025-04-01") == ("Gwent", "Kent")
    with pytest.raises(kpi.RequestError, match="day"):
        force.similar_forces_on("soon")


def test_street_crime_of_similar_forces(tmp_path: Path) -> None:
    files = street(tmp_path, {"West Mercia": 30, "Kent": 55, "Gwent": 45, "Essex": 150})
    table = kpi.open_data.police_uk(sorted(files.glob("*.csv")))
    result = kpi.compute(["11"], {"street_crime": table}, periods=["2025-06"], by=["force"])
    funnel = result.funnel("action_taken_of_recorded", members=["West Mercia", "Kent", "Gwent"])
    frame = funnel.to_polars().sort("force")
    assert frame["force"].to_list() == ["Gwent", "Kent", "West Mercia"]
    assert funnel.average == pytest.approx(130 / 600)
    assert frame["judgement"].to_list() == ["not shown to differ", "better", "worse"]


def test_recorded_crime_of_similar_forces(tmp_path: Path) -> None:
    numbers = {"West Mercia": 900, "Warwickshire": 700, "Kent": 1_300, "Gwent": -2}
    lines = [
        f'2017/18,1,"{force}",An offence,A group,Robbery of personal property,34B,{many}'
        for force, many in numbers.items()
    ]
    path = tmp_path / "prc-pfa.csv"
    path.write_text("\n".join([RECORDED, *lines]) + "\n", encoding="utf-8")
    table = kpi.open_data.recorded_crime(path)
    result = kpi.compute(["20"], {"recorded_crime": table}, periods=["2017/18 Q1"], by=["force"])
    assert "nothing states how far chance" in result.funnel("published_robbery").reason
    funnel = result.funnel("published_robbery", population=PEOPLE, per=100_000)
    frame = funnel.to_polars().sort("force")
    # 1,300, 700 and 900 in 3.8 million people: 76 in 100,000 on average.
    assert funnel.average == pytest.approx(2_900 / 38)
    assert frame["judgement"].to_list() == ["cannot tell", "better", "worse", "better"]
    assert "corrections" in frame["reason"][0]


def test_collisions_of_similar_forces(tmp_path: Path) -> None:
    codes = {"22": 40, "23": 40, "46": 30}
    lines = [
        f"{code}{at},2024,{code},3,01/02/2024,E06000051"
        for code, many in codes.items()
        for at in range(many)
    ]
    path = tmp_path / "collisions.csv"
    path.write_text("\n".join([COLLISIONS, *lines]) + "\n", encoding="utf-8")
    casualties = tmp_path / "casualties.csv"
    casualties.write_text(
        "collision_index,vehicle_reference,casualty_reference,casualty_severity\n"
        + "".join(f"{line.split(',')[0]},1,1,3\n" for line in lines),
        encoding="utf-8",
    )
    tables = kpi.open_data.stats19(path, casualties)
    result = kpi.compute(["40"], tables, periods=["2024-02"], by=["force"])
    funnel = result.funnel("collisions", population=PEOPLE, per=100_000)
    assert funnel.marker == ""


def test_the_workforce_is_not_compared_because_it_is_a_stock(tmp_path: Path) -> None:
    path = tmp_path / "workforce.csv"
    path.write_text(
        "Table 1: Police officers (FTE)\nForce/Region,September 2017,March 2018\n"
        "West Mercia,2000.5,2010\nKent,3000,3100.25\n",
        encoding="utf-8",
    )
    table = kpi.open_data.officer_fte(path)
    result = kpi.compute(["52"], {"published_workforce": table}, periods=["2017/18"], by=["force"])
    funnel = result.funnel("officers_fte", ref="52", basis="proxy")
    assert funnel.reason.startswith("a stock carries over")


def test_real_street_crime_of_similar_forces() -> None:
    data = os.environ.get("SWM_KPI_REAL_DATA")
    if not data:
        pytest.skip("SWM_KPI_REAL_DATA is not set, so there are no real files to read")
    files = sorted((Path(data) / "police_uk").rglob("2025-06-*-street.csv"))
    if len(files) < 2:
        pytest.skip("the folder SWM_KPI_REAL_DATA names has no month of two forces")
    table = kpi.open_data.police_uk(files)
    result = kpi.compute(["11"], {"street_crime": table}, periods=["2025-06"], by=["force"])
    funnel = result.funnel("action_taken_of_recorded")
    frame = funnel.to_polars()
    assert funnel.test is not None
    assert frame["value"].is_between(0, 1).all()
    assert frame["numerator"].sum() / frame["denominator"].sum() == pytest.approx(funnel.average)
