"""The plan's metrics from public files agree with a count of the same files in pandas.

``MAPPING`` states which published crime types each ref counts. The tests use small files, and also
real files if the environment variable SWM_KPI_REAL_DATA names their folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import swm_kpi as kpi
from swm_kpi import open_data

ASB = "Anti-social behaviour"
# The published crime types that each measure counts, by ref and measure.
MAPPING = {
    "15": {"incidents": [ASB]},
    "20": {
        "crimes": ["Burglary", "Robbery", "Theft from the person", "Vehicle crime"],
        "burglary": ["Burglary"],
        "robbery": ["Robbery"],
        "vehicle_offences": ["Vehicle crime"],
        "theft_from_the_person": ["Theft from the person"],
    },
    "24": {"crimes": ["Shoplifting"]},
}
# Ref 11 counts the records with one of these latest outcomes, without ASB.
ACTION = {
    *("Awaiting court outcome", "Court case unable to proceed", "Court result unavailable"),
    *("Defendant found not guilty", "Defendant sent to Crown Court", "Local resolution"),
    *("Offender deprived of property", "Offender fined", "Offender given a caution"),
    *("Offender given a drugs possession warning", "Offender given absolute discharge"),
    *("Offender given community sentence", "Offender given conditional discharge"),
    *("Offender given penalty notice", "Offender given suspended prison sentence"),
    *("Offender ordered to pay compensation", "Offender otherwise dealt with"),
    *("Offender sent to prison", "Suspect charged", "Suspect charged as part of another case"),
}
SHARE = "action_taken_of_recorded"

AREA_OF = {
    **{name: name for name in ("Herefordshire", "Shropshire")},
    "Telford and Wrekin": "Telford & Wrekin",
    **dict.fromkeys(("Bromsgrove", "Redditch", "Wyre Forest"), "North Worcestershire"),
    **dict.fromkeys(("Malvern Hills", "Worcester", "Wychavon"), "South Worcestershire"),
}
DISTRICT_OF = {"E06000019": "Herefordshire", "E06000020": "Telford and Wrekin"} | {
    "E06000051": "Shropshire",
    "E07000234": "Bromsgrove",
    "E07000235": "Malvern Hills",
    "E07000236": "Redditch",
    "E07000237": "Worcester",
    "E07000238": "Wychavon",
    "E07000239": "Wyre Forest",
}
BEFORE = ["ref", "metric", "measure", "basis", "grain", "period", "period_start", "period_end"]
AFTER = ["value", "unit", "numerator", "denominator", "lower", "upper"]
AFTER += ["undecided", "in_repeated_hour", "without_value"]
AFTER += ["unmapped", "null_at_source", "mapped_to_other", "in_no_period"]
AFTER += ["at_least", "at_most", "answers", "effective_answers"]
AFTER += ["marker", "note", "definition", "as_at"]

SMALL = """\
Crime ID,Month,Reported by,LSOA name,Crime type,Last outcome category
,{m},West Mercia Police,Shropshire 001A,Anti-social behaviour,
,{m},West Mercia Police,Shropshire 001A,Anti-social behaviour,
,{m},West Mercia Police,,Anti-social behaviour,
a1,{m},West Mercia Police,Redditch 002C,Burglary,Local resolution
a2,{m},West Mercia Police,Redditch 002C,Robbery,Under investigation
a3,{m},West Mercia Police,,Vehicle crime,Status update unavailable
a4,{m},West Mercia Police,Birmingham 125B,Theft from the person,Offender fined
a5,{m},West Mercia Police,Telford and Wrekin 009D,Other theft,Suspect charged
a6,{m},West Mercia Police,Telford and Wrekin 009D,Shoplifting,Unable to prosecute suspect
a6,{m},West Mercia Police,Telford and Wrekin 009D,Shoplifting,Status update unavailable
a7,{m},Warwickshire Police,Redditch 002C,Violence and sexual offences,Offender sent to prison
a8,{m},Warwickshire Police,Rugby 001B,Violence and sexual offences,Under investigation
"""


def small_street(folder: Path) -> list[Path]:
    files = []
    header, *records = SMALL.splitlines()
    for month in ("2025-05", "2025-06"):
        for force in ("West Mercia", "Warwickshire"):
            rows = [record for record in records if f"{force} Police" in record]
            # May has fewer records, so that the months differ.
            chosen = rows[: -1 if month == "2025-05" else None]
            path = folder / f"{month}-{force.lower().replace(' ', '-')}-street.csv"
            text = "\n".join([header, *chosen]) + "\n"
            path.write_text(text.replace("{m}", month), encoding="utf-8")
            files.append(path)
    return files


def real(folder: str, pattern: str) -> list[Path]:
    data = os.environ.get("SWM_KPI_REAL_DATA")
    if not data:
        pytest.skip("SWM_KPI_REAL_DATA is not set, so there are no real files to read")
    files = sorted((Path(data) / folder).rglob(pattern))
    if not files:
        pytest.skip(f"the folder SWM_KPI_REAL_DATA names has no {folder}/{pattern}")
    return files


@pytest.fixture(params=["small", "real"])
def street_files(request: pytest.FixtureRequest, tmp_path: Path) -> list[Path]:
    if request.param == "small":
        return small_street(tmp_path)
    return real("police_uk", "*-street.csv")


def plain(files: Iterable[Path]) -> pd.DataFrame:
    read = [
        pd.read_csv(file, dtype=str, keep_default_na=False, encoding="utf-8-sig") for file in files
    ]
    return pd.concat(read, ignore_index=True)


def plain_street(files: Iterable[Path]) -> pd.DataFrame:
    rows = plain(files)
    force = rows["Reported by"].str.removesuffix(" Police")
    district = rows["LSOA name"].str.rsplit(" ", n=1).str[0].replace("", "Unknown")
    return pd.DataFrame(
        {
            "period": rows["Month"],
            "force": force,
            "district": district,
            "lpa": district.map(AREA_OF).where(force == "West Mercia").fillna("Unknown"),
            "type": rows["Crime type"],
            "acted": rows["Last outcome category"].isin(ACTION),
        }
    )


def counted(rows: pd.DataFrame, by: str) -> dict[tuple[str, str], float]:
    """The number of rows by period and member, with the total as All. Zeros are left out."""
    by_member = rows.groupby(["period", by]).size().to_dict()
    totals = rows.groupby("period").size().to_dict()
    return by_member | {(period, "All"): number for period, number in totals.items()}


def known(
    expected: dict[tuple[str, str], float], published: pd.DataFrame, by: str
) -> dict[tuple[str, str], float]:
    """Leave out a district in the months without a file of the other force that polices it."""
    if by != "district":
        return expected
    rows = published.groupby(["district", "force"]).size()
    most = rows[rows == rows.groupby(level=0).transform("max")]
    of_one_force = most[~most.index.get_level_values(0).duplicated(keep=False)]
    files = set(published.groupby(["period", "force"]).groups)
    periods = set(published["period"].unique())
    unknown = {
        (period, district)
        for district, force in of_one_force.index
        if district not in {*AREA_OF, "Unknown"}
        for period in periods
        if (period, force) not in files
    }
    return {key: value for key, value in expected.items() if key not in unknown}


def values_by_member(result: pd.DataFrame, by: str, **where: str) -> dict[tuple[str, str], float]:
    """The values of the result by period and member. Zeros and nulls are left out."""
    for name, value in where.items():
        result = result[result[name] == value]
    assert len(result) > 0, f"no rows of {where}"
    assert not result.duplicated(["period", by]).any()
    values = {(row["period"], row[by]): row["value"] for _, row in result.iterrows()}
    return {key: value for key, value in values.items() if value != 0 and not pd.isna(value)}


def compute(
    refs: list[str], tables: dict[str, Any], months: Iterable[str], by: str
) -> pd.DataFrame:
    frame = kpi.compute(refs, tables, periods=kpi.periods(*months), by=[by]).to_pandas()
    assert list(frame.columns) == [*BEFORE, by, *AFTER]
    return frame


@pytest.mark.parametrize("by", ["lpa", "district", "force"])
def test_street_crime_counts_as_in_pandas(street_files: list[Path], by: str) -> None:
    published = plain_street(street_files)
    months = sorted(set(published["period"]))
    table = open_data.police_uk(street_files)
    result = compute([*MAPPING, "11"], {"street_crime": table}, months, by)
    proxy = result[result["basis"] == "proxy"]
    for ref, measures in MAPPING.items():
        for measure, types in measures.items():
            expected = known(counted(published[published["type"].isin(types)], by), published, by)
            assert values_by_member(proxy, by, ref=ref, measure=measure) == expected, (ref, measure)
    crimes = published[published["type"] != ASB]
    acted, recorded = counted(crimes[crimes["acted"]], by), counted(crimes, by)
    expected = known({key: acted[key] / recorded[key] for key in acted}, published, by)
    assert values_by_member(proxy, by, ref="11", measure=SHARE) == pytest.approx(expected)


def test_every_row_of_a_proxy_has_a_note(tmp_path: Path) -> None:
    table = open_data.police_uk(small_street(tmp_path))
    result = compute([*MAPPING, "11"], {"street_crime": table}, ["2025-06"], "lpa")
    for ref, measures in (MAPPING | {"11": {SHARE: []}}).items():
        rows = result[(result["ref"] == ref) & result["measure"].isin(measures)]
        rows = rows[rows["basis"] == "proxy"]
        assert set(rows["measure"]) == set(measures)
        assert (rows["note"].str.len() > 0).all()


def test_a_month_outside_the_files_is_not_zero(tmp_path: Path) -> None:
    table = open_data.police_uk(small_street(tmp_path))
    result = compute(["15"], {"street_crime": table}, ["2025-04", "2025-07"], "lpa")
    rows = result[(result["basis"] == "proxy") & (result["measure"] == "incidents")]
    assert set(rows["marker"]) == {"[x]"}
    assert rows["value"].isna().all()


# Ref 40 from STATS19

COLLISIONS = """\
collision_index,collision_year,police_force,collision_severity,date,local_authority_ons_district
1,2024,22,1,31/01/2024,E06000051
2,2024,22,3,01/02/2024,E07000237
3,2024,22,2,29/02/2024,-1
4,2024,1,3,10/02/2024,E09000033
"""
CASUALTIES = """\
collision_index,vehicle_reference,casualty_reference,casualty_severity
1,1,1,1
1,1,2,2
2,1,1,3
3,1,1,2
3,2,1,3
4,1,1,3
"""
SEVERITY = {"1": "Fatal", "2": "Serious", "3": "Slight"}
FORCES = {"1": "Metropolitan", "22": "West Mercia"}


def plain_collisions(files: Iterable[Path]) -> pd.DataFrame:
    rows = plain(files).rename(columns=lambda name: name.replace("accident_", "collision_"))
    code = rows["local_authority_ons_district"]
    district = code.replace(DISTRICT_OF).replace("-1", "Unknown")
    return pd.DataFrame(
        {
            "index": rows["collision_index"],
            "period": rows["date"].str[6:] + "-" + rows["date"].str[3:5],
            "force": rows["police_force"].map(FORCES),
            "district": district,
            "lpa": district.map(AREA_OF).fillna("Unknown"),
            "severity": rows["collision_severity"].map(SEVERITY),
        }
    )


def check_collisions(result: pd.DataFrame, published: pd.DataFrame, by: str) -> None:
    assert set(result.loc[result["value"].notna(), "basis"]) == {"force"}
    assert values_by_member(result, by, measure="collisions") == counted(published, by)
    for severity in SEVERITY.values():
        rows = published[published["severity"] == severity]
        assert values_by_member(result, by, measure=f"{severity.lower()}_collisions") == counted(
            rows, by
        )


@pytest.mark.parametrize("by", ["lpa", "district", "force"])
def test_collisions_and_casualties_count_as_in_pandas(tmp_path: Path, by: str) -> None:
    (tmp_path / "collision.csv").write_text(COLLISIONS, encoding="utf-8")
    (tmp_path / "casualty.csv").write_text(CASUALTIES, encoding="utf-8")
    tables = open_data.stats19(tmp_path / "collision.csv", tmp_path / "casualty.csv")
    result = compute(["40"], dict(tables), ["2024-01", "2024-02"], by)
    published = plain_collisions([tmp_path / "collision.csv"])
    check_collisions(result, published, by)
    people = plain([tmp_path / "casualty.csv"]).merge(
        published.drop(columns="severity"), left_on="collision_index", right_on="index"
    )
    codes = {
        "casualties": "123",
        "killed": "1",
        "seriously_injured": "2",
        "slightly_injured": "3",
        "ksi": "12",
    }
    for measure, chosen in codes.items():
        rows = people[people["casualty_severity"].isin(list(chosen))]
        assert values_by_member(result, by, measure=measure) == counted(rows, by), measure


@pytest.mark.parametrize("by", ["lpa", "district", "force"])
def test_real_collisions_count_as_in_pandas(by: str) -> None:
    files = real("stats19", "dft-*collision*.csv")
    published = plain_collisions(files)
    if by == "force" and published["force"].isna().any():
        pytest.skip("the files hold forces that this test has no name for")
    months = sorted(set(published["period"]))
    result = compute(["40"], dict(open_data.stats19(files)), months, by)
    check_collisions(result, published, by)
