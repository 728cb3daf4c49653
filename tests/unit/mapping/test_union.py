"""A union has each row of its extracts once: that of the system which has the row's day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.errors import DefinitionError, InputError, RequestError
from swm_kpi.mapping import MappingError, Part, Union, codes, not_in_source
from tests.support import engines
from tests.support.mapping_agreement import to_polars
from tests.support.mapping_cases import code_file

pytestmark = list(engines.IGNORED_WARNINGS)

LONDON = ZoneInfo("Europe/London")
CUT = date(2024, 6, 30)
KINDS = code_file("A,Burglary,,,approved,Owner,2024-04-02,")


class Offence(kpi.Contract):
    """One row per offence."""

    number = kpi.Column(str, personal=True, description="Its number.")
    recorded_at = kpi.Column(datetime, nullable=True, description="When it was recorded.")
    kind = kpi.Column(str, isin=["Burglary"], nullable=True, description="What it is.")
    is_rural = kpi.Column(bool, nullable=True, description="Whether it is rural.")


class OldSystem(kpi.Source, table="old"):
    """One row per offence. Times are local."""

    number = kpi.Column(str, personal=True, description="Number.")
    recorded = kpi.Column(str, description="dd/mm/yyyy hh:mm.")
    kind = kpi.Column(str, description="Code.")
    rural = kpi.Column(bool, description="Rural.")


class NewSystem(kpi.Source, table="new"):
    """One row per offence. Times are seconds since 1970."""

    number = kpi.Column(str, personal=True, description="Number.")
    recorded = kpi.Column(int, description="When.")
    kind = kpi.Column(str, description="Code.")


def old_mapping(**changes: Any) -> kpi.Mapping:
    columns = {
        Offence.number: OldSystem.number,
        Offence.recorded_at: OldSystem.recorded.parse("%d/%m/%Y %H:%M"),
        Offence.kind: codes(KINDS, OldSystem.kind, unmapped="null"),
        Offence.is_rural: OldSystem.rural,
    }
    return kpi.Mapping(
        Offence, source=OldSystem, version=2, valid_from="2024-04-01", owner="Registrar",
        columns={**columns, **{Offence.columns[name]: value for name, value in changes.items()}},
    )  # fmt: skip


def new_mapping(**changes: Any) -> kpi.Mapping:
    columns = {
        Offence.number: NewSystem.number,
        Offence.recorded_at: NewSystem.recorded.parse("epoch seconds"),
        Offence.kind: codes(KINDS, NewSystem.kind, unmapped="refuse"),
        Offence.is_rural: not_in_source("No field for it"),
    }
    return kpi.Mapping(
        Offence, source=NewSystem, version=1, valid_from="2024-07-01", owner="Registrar",
        columns={**columns, **{Offence.columns[name]: value for name, value in changes.items()}},
    )  # fmt: skip


def union_of(parts: Sequence[Any] | None = None, **options: Any) -> Union:
    values: dict[str, Any] = {"at": Offence.recorded_at, "key": Offence.number, "version": 3}
    default = [
        Part(old_mapping(), valid_to="2024-06-30"), Part(new_mapping(), valid_from="2024-07-01")
    ]  # fmt: skip
    chosen = default if parts is None else parts
    return Union(Offence, parts=chosen, **{**values, "owner": "Registrar", **options})


Row = tuple[str, datetime, str | None]
"""The number, the local time and the code."""


def old_frame(rows: Sequence[Row]) -> pl.DataFrame:
    records = [(n, f"{at:%d/%m/%Y %H:%M}", kind, True) for n, at, kind in rows]
    schema = {
        "number": pl.String, "recorded": pl.String, "kind": pl.String, "rural": pl.Boolean
    }  # fmt: skip
    return pl.DataFrame(records, schema=schema, orient="row")


def new_frame(rows: Sequence[Row]) -> pl.DataFrame:
    records = [(n, int(at.replace(tzinfo=LONDON).timestamp()), kind) for n, at, kind in rows]
    schema = {"number": pl.String, "recorded": pl.Int64, "kind": pl.String}
    return pl.DataFrame(records, schema=schema, orient="row")


# Around midnight in summer time, and not in an hour that the clocks skip or repeat.
times = st.datetimes(datetime(2024, 6, 29), datetime(2024, 7, 2)).map(
    lambda at: at.replace(second=0, microsecond=0)
)
rows_of_system = st.lists(
    st.tuples(st.sampled_from("12345678"), times, st.sampled_from(["A", None])),
    max_size=6,
    unique_by=lambda row: row[0],
)


def by_hand(old: Sequence[Row], new: Sequence[Row]) -> tuple[list[tuple[Any, ...]], int]:
    kept = [row for row in old if row[1].date() <= CUT]
    kept_new = [row for row in new if row[1].date() > CUT]
    twice = len({row[0] for row in kept} & {row[0] for row in kept_new})
    rows = [(n, at, "Burglary" if kind else None) for n, at, kind in (*kept, *kept_new)]
    return sorted(rows, key=repr), twice


def assert_by_hand(old: Sequence[Row], new: Sequence[Row], extracts: dict[str, Any]) -> None:
    expected, twice = by_hand(old, new)
    if twice:
        with pytest.raises(MappingError, match="number: is that of a row in two") as caught:
            union_of().apply(extracts)
        assert caught.value.violations[0].rows == twice
        return
    table = union_of().apply(extracts)
    names = ["number", "recorded_at", "kind"]
    rows = to_polars(table.frame)
    assert sorted(rows.select(names).rows(), key=repr) == expected
    assert rows["kind status"].to_list() == [
        "null at source" if kind is None else "mapped" for kind in rows["kind"]
    ]
    assert table.rows == len(expected)
    assert table.counts["kind"].rows == len(expected)
    assert list(table.frame.columns) == [*names, "kind status"]


@pytest.mark.slow
@given(rows_of_system, rows_of_system)
@settings(max_examples=15, deadline=None)
def test_each_row_is_that_of_the_system_of_its_day(old: list[Row], new: list[Row]) -> None:
    assert_by_hand(old, new, {"old": old_frame(old), "new": new_frame(new)})


@pytest.mark.slow
@pytest.mark.parametrize(
    "engine",
    [
        pytest.param(name, marks=() if name == "DuckDB" else pytest.mark.exhaustive)
        for name in engines.NAMES
    ],
)
@given(old=rows_of_system, new=rows_of_system)
@settings(max_examples=3, deadline=None)
def test_every_engine_makes_the_same_rows(engine: str, old: list[Row], new: list[Row]) -> None:
    load = engines.loader(engine)
    extracts = {"old": load("old", old_frame(old)), "new": load("new", new_frame(new))}
    assert_by_hand(old, new, extracts)


def daily(first: date, last: date, each_day: int = 1, prefix: str = "") -> list[Row]:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [
        (f"{prefix}{day}-{number}", datetime(day.year, day.month, day.day, 12), "A")
        for day in days
        for number in range(each_day)
    ]


def test_rows_that_were_moved_to_the_new_system_count_once() -> None:
    """The new system also has all of the old rows. Before: no way to say so."""
    old = daily(date(2024, 4, 1), CUT)
    new = daily(date(2024, 4, 1), date(2024, 9, 30))
    extracts = {"old": old_frame(old), "new": new_frame(new)}
    table = union_of().apply(extracts)
    assert table.rows == len(new)
    report = union_of().report(extracts)
    assert report.ok
    assert report.left_out == {"old": 0, "new": len(old)}
    assert "Rows of days that another extract has, left out:\n  old: 0\n  new: 91" in str(report)


def test_a_row_of_another_part_is_not_refused_for_its_codes() -> None:
    rows = [("1", datetime(2024, 5, 1), "Z"), ("2", datetime(2024, 7, 1), "A")]
    made = union_of().apply({"old": old_frame([]), "new": new_frame(rows)})
    assert made.rows == 1
    wrong = new_frame([("2", datetime(2024, 7, 1), "Z")])
    with pytest.raises(MappingError, match=r"kind: has a code .* does not map, in new \(1 row\)"):
        union_of().apply({"old": old_frame([]), "new": wrong})


def test_a_row_without_a_day_is_refused() -> None:
    frame = old_frame(daily(CUT, CUT)).with_columns(recorded=pl.lit(None, dtype=pl.String))
    with pytest.raises(MappingError, match="is empty, so that it is not known which system"):
        union_of().apply({"old": frame, "new": new_frame([])})


@pytest.mark.parametrize(
    ("old_days", "new_days", "words"),
    [
        ((date(2024, 4, 1), CUT), (date(2024, 7, 1), date(2024, 8, 31)),
         "1 April 2024 to 31 August 2024"),
        ((date(2024, 4, 1), date(2024, 6, 10)), (date(2024, 7, 1), date(2024, 8, 31)),
         "1 April 2024 to 10 June 2024 and 1 July 2024 to 31 August 2024"),
        ((date(2024, 4, 1), CUT), (date(2024, 7, 20), date(2024, 8, 31)),
         "1 April 2024 to 30 June 2024 and 20 July 2024 to 31 August 2024"),
        ((date(2024, 4, 1), CUT), None, "1 April 2024 to 30 June 2024"),
    ],
    ids=["whole", "the old one stops", "the new one starts late", "nothing of the new one"],
)  # fmt: skip
def test_the_days_that_the_parts_cover_are_united(
    old_days: tuple[date, date], new_days: tuple[date, date] | None, words: str
) -> None:
    old = old_frame(daily(*old_days))
    new = new_frame([] if new_days is None else daily(*new_days))
    assert str(union_of().apply({"old": old, "new": new}).coverage) == words


def test_two_systems_at_once_cover_the_days_of_both() -> None:
    parts = [Part(old_mapping()), Part(new_mapping(), valid_from="2024-07-01")]
    union = union_of(parts, overlap="Fraud is only in the new system")
    old = old_frame(daily(date(2024, 4, 1), date(2024, 9, 30)))
    new = new_frame(daily(date(2024, 7, 1), date(2024, 8, 10), prefix="F"))
    table = union.apply({"old": old, "new": new})
    assert str(table.coverage) == "1 April 2024 to 10 August 2024"
    assert table.rows == len(old) + len(new)
    assert "No row is in two extracts of the same day: Fraud is only" in union.describe()


def test_a_change_within_a_month_leaves_no_gap() -> None:
    parts = [
        Part(old_mapping(), valid_to="2024-06-14"), Part(new_mapping(), valid_from="2024-06-15")
    ]  # fmt: skip
    old = old_frame(daily(date(2024, 4, 1), date(2024, 6, 13)))
    new = new_frame(daily(date(2024, 6, 16), date(2024, 7, 31)))
    table = union_of(parts).apply({"old": old, "new": new})
    assert str(table.coverage) == "1 April 2024 to 31 July 2024"


def test_times_of_both_kinds_become_local_time_and_instants_stay() -> None:
    at = datetime(2024, 7, 1, 0, 30)
    extracts = {"old": old_frame([]), "new": new_frame([("1", at, "A")])}
    assert union_of().apply(extracts).frame["recorded_at"].to_list() == [at]
    utc = old_mapping(recorded_at=OldSystem.recorded.parse("ISO with offset"))
    parts = [Part(utc, valid_to="2024-06-30"), Part(new_mapping(), valid_from="2024-07-01")]
    kept = union_of(parts).apply(extracts).frame["recorded_at"].to_list()
    assert kept == [at.replace(tzinfo=LONDON).astimezone(UTC)]


def test_a_column_that_one_source_lacks_is_not_in_the_table() -> None:
    table = union_of().apply({"old": old_frame(daily(CUT, CUT)), "new": new_frame([])})
    assert table.not_in_source == {"is_rural": "No field for it (new)"}
    assert table.mapping == (
        f"{union_of().definition} of {old_mapping().definition} and {new_mapping().definition}"
    )


def test_extracts_in_two_engines_and_missing_ones_are_refused() -> None:
    rows = daily(CUT, CUT)
    remote = engines.loader("DuckDB")("new", new_frame(rows))
    with pytest.raises(InputError, match="extracts in two engines"):
        union_of().apply({"old": old_frame(rows), "new": remote})
    with pytest.raises(RequestError, match="'new' is missing"):
        union_of().apply({"old": old_frame(rows)})


NUMBER_ABSENT = {"number": not_in_source("No number")}


@pytest.mark.parametrize(
    ("parts", "options", "words"),
    [
        (None, {"at": Offence.number}, "at: it does not contain dates"),
        (None, {"key": OldSystem.number}, "key: it is not a column of Offence"),
        (None, {"version": 0}, "0 is not a version"),
        (None, {"owner": ""}, "owner: it is empty"),
        (None, {"overlap": "None"}, "no day is in two parts"),
        ([Part(old_mapping())], {}, "two parts or more"),
        ([old_mapping(), new_mapping()], {}, "one is not a Part"),
        ([Part(old_mapping()), Part(new_mapping())], {}, "parts have days in common"),
        ([Part(old_mapping(), valid_to="30 June"), Part(new_mapping())], {}, "is not a date"),
        ([Part(old_mapping(), valid_to="2024-06-30"), Part(old_mapping(), valid_from="2024-07-01")],
         {}, "two parts read 'old'"),
        ([Part(old_mapping(), valid_to="2024-06-29"), Part(new_mapping(), valid_from="2024-07-01")],
         {}, "no part has the rows of 30 June 2024"),
        ([Part(old_mapping(), valid_from="2024-06-30", valid_to="2024-04-01"),
          Part(new_mapping(), valid_from="2024-04-02")], {}, "end before they begin"),
        ([Part(old_mapping(), valid_to="2024-06-30"),
          Part(new_mapping(**NUMBER_ABSENT), valid_from="2024-07-01")],
         {}, "Offence.number is not in the source 'new'"),
    ],
)  # fmt: skip
def test_a_wrong_declaration_is_refused(
    parts: list[Any] | None, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(DefinitionError, match=words) as caught:
        union_of(parts, **options)
    assert "test_union.py:" in str(caught.value)


def test_no_value_of_a_key_is_in_the_message() -> None:
    rows = [("Smith 1", datetime(2024, 6, 30), "A")]
    late = [("Smith 1", datetime(2024, 7, 1), "A")]
    with pytest.raises(MappingError) as caught:
        union_of().apply({"old": old_frame(rows), "new": new_frame(late)})
    assert "Smith" not in str(caught.value)
