"""The plan's metrics with the areas of another force: what changes, and what stays."""

from __future__ import annotations

import pickle  # noqa: TID251
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.engine.worked_examples import check_examples
from swm_kpi.site.examples_section import build_examples_section
from tests.support.force_folder import write_force

ROWS = """\
code,name,level,parent,valid_from,valid_to
F,Kent,force,,,
N,North,lpa,F,,2024-03-31
S,South,lpa,F,,
W,Wide,lpa,F,2024-04-01,
D1,Dover,district,S,,
D2,Dartford,district,N,,2024-03-31
D2,Dartford,district,W,2024-04-01,
B1,Beat 1,beat,D2,,
"""
SETTINGS = 'format = 1\nname = "Kent"\ncontact = "a@b.example"\nareas = "areas.csv"\n'


@pytest.fixture(scope="module")
def areas(tmp_path_factory: pytest.TempPathFactory) -> kpi.Areas:
    path = tmp_path_factory.mktemp("areas") / "areas.csv"
    path.write_text(ROWS, encoding="utf-8")
    return kpi.Areas.read(path)


@pytest.fixture(scope="module")
def kent(areas: kpi.Areas) -> kpi.Catalogue:
    return kpi.catalogue(areas=areas)


def crimes(**columns: list[Any]) -> pl.DataFrame:
    size = len(next(iter(columns.values())))
    base = {
        "crime_id": [f"C{number}" for number in range(size)],
        "recorded_at": [datetime(2024, 4, 2)] * size,
        "status": ["recorded"] * size,
        "is_business": [True] * size,
    }
    return pl.DataFrame(base | columns)


def compute(
    rows: Any, catalogue: kpi.Catalogue, *by: str, periods: str = "2024-04", **options: Any
) -> kpi.Result:
    return kpi.compute(
        ["24"],
        {"crime": rows},
        periods=[periods],
        by=by,
        catalogue=catalogue,
        coverage={"crime": ("2024-03-01", "2024-04-30")},
        **options,
    )


def values(result: kpi.Result, *by: str) -> dict[str, float]:
    (key,) = by
    return {row[key]: row["value"] for row in result.to_polars().to_dicts()}


def test_members_change_and_definitions_do_not(kent: kpi.Catalogue) -> None:
    plan = kpi.catalogue()
    assert kent.dimensions["lpa"].members == ("North", "South", "Wide")
    assert kent.dimensions["district"].members == ("Dover", "Dartford")
    assert plan.dimensions["lpa"].members[0] == "Herefordshire"
    for entry, declared in zip(kent, plan, strict=True):
        assert entry.ref == declared.ref
        if isinstance(entry, kpi.Metric):
            assert isinstance(declared, kpi.Metric)
            assert entry.definition == declared.definition
            assert entry.as_declared is declared
            for name, contract in entry.contracts.items():
                assert kent.contracts[name] is contract
    assert all(
        column.domain == ("North", "South", "Wide")
        for contract in kent.contracts.values()
        for column in contract.columns.values()
        if column.dimension is not None and column.dimension.key == "lpa"
    )


def test_worked_examples_have_the_areas_that_they_were_written_with(kent: kpi.Catalogue) -> None:
    entry = kent["24"]
    assert isinstance(entry, kpi.Metric)
    assert list(check_examples(entry)) == []


@pytest.mark.slow
def test_the_page_of_a_metric_says_that_examples_have_other_areas(kent: kpi.Catalogue) -> None:
    words = "The areas in them are those of the plan, and not this force’s."
    for catalogue, is_said in ((kent, True), (kpi.catalogue(), False)):
        entry = catalogue["24"]
        assert isinstance(entry, kpi.Metric)
        assert (words in str(list(build_examples_section(entry))[1])) is is_said


def test_areas_can_be_replaced_again_and_keep_what_a_force_decided(
    areas: kpi.Areas, kent: kpi.Catalogue, tmp_path: Path
) -> None:
    now = kent.with_areas(areas, boundaries="as now")
    assert now.dimensions["lpa"].members == ("South", "Wide")
    assert now["24"].as_declared is kpi.catalogue()["24"]
    folder = write_force(
        tmp_path / "force",
        {"force.toml": SETTINGS + 'boundaries = "as now"\n', "areas.csv": ROWS},
    )
    assert kpi.Force.read(folder).catalogue().dimensions["lpa"].members == ("South", "Wide")


def test_a_force_without_a_level_of_the_plan_is_refused(tmp_path: Path) -> None:
    rows = "code,name,level,parent\nF,Kent,force,\nN,North,lpu,F\n"
    folder = write_force(tmp_path / "force", {"force.toml": SETTINGS, "areas.csv": rows})
    with pytest.raises(kpi.DefinitionError, match="they have no level 'lpa'"):
        kpi.Force.read(folder)


def test_boundaries_are_one_of_two_words(areas: kpi.Areas) -> None:
    with pytest.raises(kpi.DefinitionError, match="Did you mean 'as then'"):
        kpi.catalogue(areas=areas, boundaries="as_then")


def test_a_table_of_several_forces_has_other_districts_too(kent: kpi.Catalogue) -> None:
    assert kent.contracts["collision"].columns["district"].domain is None
    assert kent.contracts["collision"].columns["lpa"].domain == ("North", "South", "Wide")


def test_the_note_and_the_provenance_say_which_boundaries_count(
    areas: kpi.Areas, kent: kpi.Catalogue
) -> None:
    rows = crimes(lpa=["B1"])
    then = compute(rows, kent, "lpa")
    assert (
        "By Local Policing Area boundaries on the day of each row." in then.to_polars()["note"][0]
    )
    assert then.provenance.areas == f"Kent#{areas.hash}, boundaries as then"
    now = compute(rows, kpi.catalogue(areas=areas, boundaries="as now"), "lpa")
    assert "By Local Policing Area boundaries from 1 April 2024." in now.to_polars()["note"][0]
    total = compute(rows, kent)
    assert "boundaries" not in total.to_polars()["note"][0]


def test_an_area_that_does_not_exist_in_a_period_is_left_out_or_not_applicable(
    kent: kpi.Catalogue,
) -> None:
    april = compute(crimes(lpa=["B1"]), kent, "lpa")
    assert values(april, "lpa") == {"South": 0, "Wide": 1, "All": 1}
    times = [datetime(2024, 3, 31, 23, 59), datetime(2024, 4, 1)]
    rows = crimes(lpa=["B1", "B1"], recorded_at=times)
    both = kpi.compute(
        ["24"], {"crime": rows}, periods=["2024-03", "2024-04"], by=["lpa"], catalogue=kent,
        coverage={"crime": ("2024-03-01", "2024-04-30")},
    ).to_polars()  # fmt: skip
    cells = {(row["period"], row["lpa"]): row for row in both.to_dicts()}
    for place in (("2024-04", "North"), ("2024-03", "Wide")):
        assert (cells[place]["value"], cells[place]["marker"]) == (None, "[z]")
        assert f"{place[1]} does not exist in the period." in cells[place]["note"]
    assert (cells["2024-03", "North"]["value"], cells["2024-03", "North"]["marker"]) == (1, "")
    assert "exist" not in cells["2024-03", "North"]["note"]


def test_a_table_without_districts_has_no_number_of_a_district(kent: kpi.Catalogue) -> None:
    rows = crimes(lpa=["B1", "S"])
    assert values(compute(rows, kent, "lpa"), "lpa") == {"South": 1, "Wide": 1, "All": 2}
    for catalogue, members in ((kent, ["Dover", "Dartford"]), (kpi.catalogue(), [])):
        withheld = compute(rows.drop("lpa"), catalogue, "district")
        cells = {row["district"]: row for row in withheld.to_polars().to_dicts()}
        assert list(cells) == [*members, "All"]
        assert cells["All"]["value"] == 2
        for name in members or ["All"]:
            assert "Not available by District: " in cells[name]["note"]
        assert all(cells[name]["marker"] == "[x]" for name in members)


def test_a_validated_table_is_of_the_areas_it_was_validated_with(
    areas: kpi.Areas, kent: kpi.Catalogue
) -> None:
    contract = kent.contracts["crime"]
    names = [n for n, column in contract.columns.items() if column.nullable and n != "lpa"]
    rows = crimes(lpa=["B1"]).with_columns(pl.lit(None).alias(name) for name in names)
    rows = rows.with_columns(is_business=True, offence_subgroup=pl.lit("Homicide"))
    table = kpi.validate(rows, contract).table
    assert values(compute(table, kent, "lpa"), "lpa")["Wide"] == 1
    for other in (kpi.catalogue(), kpi.catalogue(areas=areas, boundaries="as now")):
        with pytest.raises(kpi.InputError, match="validated with other areas or boundaries"):
            compute(table, other, "lpa")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["W", "Norht"], "(1 row): 'Norht'. Did you mean 'North'?"),
        (["X", "X"], "(2 rows)"),
        (["X", "Y"], "(2 rows)"),
        (["Norht", "X"], "(2 rows): 'Norht'. Did you mean 'North'? And 1 more."),
        (["W", *(f"Nort{n}" for n in range(7))], "'Nort4'. Did you mean 'North'? And 2 more."),
        (["W", "x" * 61], "(1 row)"),
        (["W", *(f"X{n}" for n in range(60))], "(60 rows)"),
    ],
    ids=["near", "repeated", "no area at all", "one near", "several near", "long", "many"],
)
def test_a_value_that_is_no_area_is_named_only_if_it_is_like_one(
    kent: kpi.Catalogue, values: list[str], words: str
) -> None:
    """Another value may be personal: a column of names may have been taken for the areas."""
    with pytest.raises(kpi.ContractError) as caught:
        compute(crimes(lpa=values), kent, "lpa")
    assert str(caught.value).endswith(words)


def test_an_area_of_another_day_is_named(areas: kpi.Areas, kent: kpi.Catalogue) -> None:
    rows = crimes(lpa=["North", "S"])
    with pytest.raises(kpi.ContractError, match=r"'North' is in no area on the day of its row\."):
        compute(rows, kent, "lpa")
    with pytest.raises(kpi.ContractError, match=r"'North' is in no area by the newest"):
        compute(rows, kpi.catalogue(areas=areas, boundaries="as now"), "lpa")


def test_the_plan_names_a_value_that_is_no_area_too() -> None:
    with pytest.raises(kpi.ContractError, match=r"'Shropshre'\. Did you mean 'Shropshire'"):
        compute(crimes(lpa=["Shropshre", "Shropshire"]), kpi.catalogue(), "lpa")


def test_a_reference_year_needs_the_areas_of_that_year(kent: kpi.Catalogue) -> None:
    population = pl.DataFrame(
        {"mid_year": [2023, 2023, 2024, 2024], "lpa": ["North", "South", "South", "Wide"],
         "residents": [1000, 2000, 3000, 4000]}
    )  # fmt: skip
    times = [datetime(2023, 7, 1), datetime(2024, 7, 1)]
    rows = crimes(lpa=["South", "South"], recorded_at=times).with_columns(is_da=pl.lit(True))
    result = kpi.compute(
        ["27"],
        {"crime": rows, "population": population},
        periods=["2023-07", "2024-07"],
        by=["lpa"],
        catalogue=kent,
        coverage={"crime": ("2023-07-01", "2024-07-31")},
    ).to_polars()
    rates = result.filter(pl.col("measure") == "per_1000")
    totals = rates.filter(pl.col("lpa") == "All")
    assert totals["denominator"].to_list() == [3000, 7000]
    assert "lacks" not in " ".join(rates.filter(pl.col("value").is_not_null())["note"].to_list())


def test_a_result_with_areas_can_be_pickled(kent: kpi.Catalogue) -> None:
    result = compute(crimes(lpa=["B1"]), kent, "lpa")
    copied = pickle.loads(pickle.dumps(result))  # noqa: S301 - made in this test
    assert copied.to_polars().equals(result.to_polars())
    metric = copied.entries["24"].metric
    assert metric.contracts["crime"].columns["lpa"].domain == ("North", "South", "Wide")
    assert metric.as_declared.definition == kpi.catalogue()["24"].definition
    crime = kpi.catalogue().contracts["crime"]
    assert pickle.loads(pickle.dumps(crime)) is crime  # noqa: S301 - made in this test
