"""A mapping makes the rows and counts of the oracle in every engine that holds an extract."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

import swm_kpi as kpi
from swm_kpi.errors import InputError, RequestError
from swm_kpi.mapping import MappingError
from swm_kpi.mapping.sql_dialects import SQL_DIALECTS
from tests.support import engines
from tests.support.mapping_agreement import assert_as_oracle, to_polars
from tests.support.mapping_cases import (
    LocalCommand,
    Niche,
    command_mapping,
    command_rows,
    extract_frame,
    niche_mapping,
    niche_rows,
)

pytestmark = [*engines.IGNORED_WARNINGS, pytest.mark.slow]

FEW = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
FIRST = niche_mapping(one_row_per=Niche.occurrence, first_by=[Niche.line, Niche.loss])
FIRST_RECORDED = niche_mapping(
    one_row_per=Niche.occurrence, first_by=Niche.recorded.parse("%d/%m/%Y %H:%M")
)
REFUSING = niche_mapping("refuse")
COMMAND = command_mapping()
LOCAL_COMMAND = command_mapping(LocalCommand)
engine_names = pytest.mark.parametrize(
    "engine",
    [
        pytest.param(name, marks=() if name == "DuckDB" else pytest.mark.exhaustive)
        for name in engines.NAMES
    ],
)


@engine_names
@FEW
@given(rows=niche_rows())
def test_local_times_codes_and_flags(engine: str, rows: list[dict[str, Any]]) -> None:
    load = engines.loader(engine)
    for mapping in (niche_mapping(), REFUSING):
        assert_as_oracle(mapping, rows, load("niche", extract_frame(mapping, rows)))


@engine_names
@FEW
@given(rows=niche_rows(unique=False))
def test_the_first_row_of_each_thing(engine: str, rows: list[dict[str, Any]]) -> None:
    load = engines.loader(engine)
    for mapping in (FIRST, FIRST_RECORDED):
        assert_as_oracle(mapping, rows, load("niche", extract_frame(mapping, rows)))


@engine_names
@FEW
@given(rows=command_rows())
def test_instants_and_local_times(engine: str, rows: list[dict[str, Any]]) -> None:
    load = engines.loader(engine)
    for mapping in (COMMAND, LOCAL_COMMAND):
        assert_as_oracle(mapping, rows, load("command", extract_frame(mapping, rows)))


class Thing(kpi.Contract):
    """One row per thing."""

    day = kpi.Column(date, nullable=True, description="The day.")
    at = kpi.Column(datetime, nullable=True, description="The time.")
    whole = kpi.Column(int, nullable=True, description="A whole number.")
    number = kpi.Column(float, nullable=True, description="A number.")
    flag = kpi.Column(bool, nullable=True, description="True or false.")


class RawThing(kpi.Source):
    """One row per thing."""

    day = kpi.Column(date, description="The day.")
    at = kpi.Column(datetime, description="The time.")
    whole = kpi.Column(int, description="A whole number.")
    number = kpi.Column(float, description="A number.")
    flag = kpi.Column(bool, description="True or false.")


TYPED = kpi.Mapping(
    Thing,
    source=RawThing,
    version=1,
    valid_from="2024-04-01",
    owner="Owner",
    columns={column: RawThing.columns[column.name] for column in Thing.columns.values()},
)


def typed_frame(**columns: Any) -> pl.DataFrame:
    """Return one row of things, with some columns of it changed."""
    row = {
        "day": pl.Series([date(2024, 5, 1), None]),
        "at": pl.Series([datetime(2024, 3, 31, 1, 30), None]),
        "whole": pl.Series([3, None]),
        "number": pl.Series([1.5, None]),
        "flag": pl.Series([True, None]),
    }
    return pl.DataFrame({**row, **columns})


OTHER_TYPES = {
    "as declared": {},
    "whole floats": {"whole": pl.Series([4.0, None])},
    "floats": {"whole": pl.Series([4.5, None])},
    "text of a number": {"whole": pl.Series(["1", None])},
    "not a number": {"number": pl.Series([float("nan"), 2.0])},
    "infinite": {"number": pl.Series([float("inf"), 2.0])},
    "whole number": {"number": pl.Series([1, None])},
    "midnight": {"day": pl.Series([datetime(2024, 5, 1), None])},
    "noon": {"day": pl.Series([datetime(2024, 5, 1, 12), None])},
    "long ago": {"day": pl.Series([date(1800, 1, 1), None])},
    "text of a day": {"day": pl.Series(["2024-05-01", None])},
    "day": {"at": pl.Series([date(2024, 5, 1), None])},
    "letter": {"flag": pl.Series(["Y", None])},
}


@engine_names
@pytest.mark.parametrize("case", OTHER_TYPES)
def test_other_types_are_read_or_refused_as_in_polars(engine: str, case: str) -> None:
    """The same columns are refused, and the same values read."""
    local = typed_frame(**OTHER_TYPES[case])
    remote = engines.loader(engine)("thing", local)
    expected, made = outcome(local), outcome(remote)
    assert made == expected


def outcome(extract: Any) -> Any:
    """Return the rows and counts that a mapping makes, or the columns that it refuses."""
    try:
        table = TYPED.apply(extract)
    except MappingError as refused:
        return [(item.column, item.rows) for item in refused.violations]
    return to_polars(table.frame).rows(), table.counts


@engine_names
def test_a_relation_gives_a_relation_and_a_report_its_codes(engine: str) -> None:
    rows = [
        {"occurrence": f"c{number}", "offence": "ZZZ", "recorded": "01/04/2024 10:00"}
        for number in range(6)
    ]
    mapping = niche_mapping()
    local = extract_frame(mapping, rows)
    extract = engines.loader(engine)("niche", local)
    assert type(mapping.apply(extract).frame).__module__ == type(extract).__module__
    assert mapping.report(extract) == mapping.report(local)


def test_an_extract_that_lacks_a_column_is_refused() -> None:
    extract = engines.loader("DuckDB")("niche", extract_frame(COMMAND, []))
    with pytest.raises(InputError, match="the extract has no columns 'Occurrence No'"):
        niche_mapping().apply(extract)


@pytest.mark.parametrize("dialect", SQL_DIALECTS)
@pytest.mark.parametrize("counts", [False, True], ids=["rows", "counts"])
def test_the_sql_is_valid_in_its_dialect(dialect: str, counts: bool) -> None:
    """sqlglot parses every query, also those of databases that no test runs."""
    engines.require_modules("sqlglot", extra="ibis")
    import sqlglot

    for mapping in (FIRST, FIRST_RECORDED, COMMAND, LOCAL_COMMAND, TYPED, formats_mapping()):
        text = mapping.sql(dialect, table="raw.extract", counts=counts)
        sqlglot.parse_one(text, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)


FORMATS = {
    "%d %B %Y": ["1 April 2024", "01 april 2024", "1 Apr 2024", "31 June 2024", "9 May 2024"],
    "%m/%d/%Y %I:%M:%S %p": [
        "4/1/2024 1:30:05 pm",
        "12/31/2024 12:00:00 AM",
        "4/1/2024 13:30:00 PM",
    ],
    "%Y%m%d%H%M": ["202404010130", "202402300130"],
    "%d.%m.%Y %H:%M:%S.%f": [
        "1.4.2024 1:30:05.5",
        "01.04.2024 01:30:05.000001",
        "1.4.2024 1:30:05",
    ],
    "ISO date": ["2024-04-01", "2023-02-29", "2024-04-01 "],
    "ISO": ["2024-04-01T10:00", "2024-04-01 10:00:05.25", "2024-04-01", "2024-13-01 10:00"],
    "ISO with offset": ["2024-04-01T10:00Z", "2024-10-27 01:30:00.5+05:30", "2024-04-01T10:00"],
    "%b %d, %Y": ["Feb 29, 2024", "FEB 29, 2023", "Sept 1, 2024"],
}


class Texts(kpi.Source):
    """One row per text."""

    text = kpi.Column(str, description="A date or a time.")


class Times(kpi.Contract):
    """One row per text."""

    time = kpi.Column(datetime, nullable=True, description="A time.")
    day = kpi.Column(date, nullable=True, description="A day.")


def formats_mapping(text: str = "%d %B %Y") -> kpi.Mapping:
    """Return a mapping that parses a text by a format."""
    parsed = Texts.text.parse(text, unmapped="null")
    none = kpi.mapping.not_in_source("Not in the text")
    is_day = parsed.dtype is date
    return kpi.Mapping(
        Times,
        source=Texts,
        version=1,
        valid_from="2024-04-01",
        owner="Owner",
        columns={Times.time: none if is_day else parsed, Times.day: parsed if is_day else none},
    )


@engine_names
@pytest.mark.parametrize("form", FORMATS)
def test_a_format_reads_the_same_texts(engine: str, form: str) -> None:
    """Every format accepts and refuses what the oracle does, in every engine."""
    rows = [{"text": text} for text in [*FORMATS[form], None, "", " ", "x", "2024-04-01 25:00"]]
    extract = pl.DataFrame(rows, schema={"text": pl.String})
    mapping = formats_mapping(form)
    assert_as_oracle(mapping, rows, extract)
    assert_as_oracle(mapping, rows, engines.loader(engine)("texts", extract))


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_is_written_for_every_dialect(form: str) -> None:
    engines.require_modules("sqlglot", extra="ibis")
    import sqlglot

    for dialect in SQL_DIALECTS:
        text = formats_mapping(form).sql(dialect)
        sqlglot.parse_one(text, read=dialect, error_level=sqlglot.ErrorLevel.RAISE)


def test_a_dialect_that_is_not_known_is_refused() -> None:
    with pytest.raises(RequestError, match="Did you mean 'postgres'"):
        COMMAND.sql("postgress")
