"""``mapping.area``: the area that a code of the source is in, as then or as now."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.mapping import MappingError, area
from tests.support import engines

pytestmark = list(engines.IGNORED_WARNINGS)

AREAS = kpi.Areas(
    [
        {"code": "F", "name": "Kent", "level": "force"},
        {"code": "N", "name": "North", "level": "lpa", "parent": "F"},
        {"code": "S", "name": "South", "level": "lpa", "parent": "F"},
        {"code": "1", "name": "Quay", "level": "beat", "parent": "N", "valid_to": "2024-03-31"},
        {"code": "1", "name": "Quay", "level": "beat", "parent": "S", "valid_from": "2024-04-01"},
        {"code": "2", "name": "Moor", "level": "beat", "parent": "S"},
        {"code": "4", "name": "Wold", "level": "beat", "parent": "S", "valid_from": "2024-04-01"},
    ]
)
LPA = kpi.Dimension("lpa", "Area", ("East", "West"), description="Where.", is_area=True)


class Visit(kpi.Contract, row_unit=kpi.Unit.EVENTS):
    """One row per visit."""

    at = kpi.Column(datetime, description="When.")
    lpa = kpi.Column(str, dimension=LPA, nullable=True, description="Where.")


class Log(kpi.Source):
    """One row per line of the log."""

    at = kpi.Column(datetime, description="When.")
    beat = kpi.Column(str, description="Code of the beat.")
    number = kpi.Column(int, description="Number of the beat.")
    name = kpi.Column(str, personal=True, description="Name.")


def mapping(value: Any) -> kpi.Mapping:
    columns = {Visit.at: Log.at, Visit.lpa: value}
    return kpi.Mapping(
        Visit, source=Log, version=1, valid_from="2024-04-01", owner="Owner", columns=columns
    )


def rows(*beats: str | None) -> pl.DataFrame:
    times = [datetime(2024, 3, 31, 23, 59), datetime(2024, 4, 1)]
    return pl.DataFrame(
        {"at": [time for time in times for _ in beats], "beat": [*beats, *beats]},
        schema={"at": pl.Datetime("us"), "beat": pl.String},
    )


@pytest.mark.parametrize("engine", ["Polars", "DuckDB"])
def test_a_code_is_in_the_area_of_its_day_or_of_now(engine: str) -> None:
    then = mapping(area(Log.beat, level="lpa", at=Log.at, areas=AREAS, unmapped="null"))
    now = mapping(area(Log.beat, level="lpa", areas=AREAS, unmapped="null"))
    extract: Any = rows("1", "2", "N", "North", "3", None)
    data = extract if engine == "Polars" else engines.loader("DuckDB")("log", extract)
    expected = [
        *("North", "South", "North", "North", None, None),
        *("South", "South", "North", "North", None, None),
    ]

    def areas_of(made: Any) -> list[str | None]:
        frame = made.frame if engine == "Polars" else made.frame.pl()
        return sorted(frame["lpa"].to_list(), key=str)

    assert areas_of(then.apply(data)) == sorted(expected, key=str)
    assert areas_of(now.apply(data)) == sorted([*expected[6:], *expected[6:]], key=str)
    assert then.hash != now.hash


@pytest.mark.parametrize("engine", ["Polars", "DuckDB"])
def test_a_row_without_a_day_is_in_the_area_that_its_code_was_always_in(engine: str) -> None:
    value = area(Log.beat, level="lpa", at=Log.at, areas=AREAS, unmapped="null")
    extract: Any = rows("1", "2", "4", "N").head(4).with_columns(at=pl.lit(None, pl.Datetime("us")))
    data = extract if engine == "Polars" else engines.loader("DuckDB")("log", extract)
    made = mapping(value).apply(data)
    frame = made.frame if engine == "Polars" else made.frame.pl()
    assert sorted(frame["lpa"].to_list(), key=str) == [None, "North", "South", "South"]


def test_an_unmapped_area_is_refused_or_becomes_another() -> None:
    with pytest.raises(MappingError, match=r"areas\.csv does not map"):
        mapping(area(Log.beat, level="lpa", at=Log.at, areas=AREAS)).apply(rows("3"))
    other = area(Log.beat, level="lpa", at=Log.at, areas=AREAS, unmapped="other", other="Elsewhere")
    assert mapping(other).apply(rows("3")).frame["lpa"].to_list() == ["Elsewhere"] * 2


def test_a_number_is_a_code() -> None:
    extract = rows("1").with_columns(number=pl.lit(1))
    made = mapping(area(Log.number, level="lpa", at=Log.at, areas=AREAS)).apply(extract)
    assert made.frame["lpa"].to_list() == ["North", "South"]


def test_the_areas_are_those_of_the_folder_of_the_force(tmp_path: Path) -> None:
    text = "code,name,level,parent\nF,Kent,force,\nN,North,lpa,F\n"
    (tmp_path / "areas.csv").write_text(text, encoding="utf-8")
    value = area(Log.beat, level="lpa", areas=tmp_path / "areas.csv")
    assert mapping(value).apply(rows("N")).frame["lpa"].to_list() == ["North"] * 2
    words = mapping(value).describe()
    assert "The lpa that beat is in, by areas.csv, by the newest boundaries" in words


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"level": "lap"}, "level: 'lap' is not a level of areas.csv. Did you mean 'lpa'?"),
        ({"unmapped": "nul"}, "unmapped: 'nul' is not what can happen to an unmapped value."),
        ({"at": Log.beat}, "at: it is not a date or a time."),
        ({"unmapped": "other"}, "other: unmapped codes need a value."),
        ({"other": "x"}, "other: only unmapped='other' uses it."),
        ({"areas": "none.csv"}, "areas: there is no file 'none.csv' that can be read as areas."),
    ],
    ids=["level", "unmapped", "at", "other", "not other", "file"],
)
def test_a_mistake_is_named(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(kpi.DefinitionError) as caught:
        area(Log.beat, **{"level": "lpa", "areas": AREAS} | arguments)
    assert words in str(caught.value)


def test_a_personal_column_has_no_area() -> None:
    with pytest.raises(kpi.DefinitionError, match="it is personal"):
        area(Log.name, level="lpa", areas=AREAS)
