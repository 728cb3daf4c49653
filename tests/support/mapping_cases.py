"""Mappings and extracts that tests draw: a contract, sources with every kind of column, rows."""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.mapping import coalesce, codes, flag, not_in_source

HEADER = "source_code,target,valid_from,valid_to,status,decided_by,decided_on,note\n"
DECIDED = "approved,Registrar,2024-04-02,"
GROUPS = """
BUR,Burglary,,2024-03-31,approved,Registrar,2024-04-02,before the split
BUR,Theft,2024-04-01,2024-06-30,approved,Registrar,2024-04-02,
BUR,Other,2024-08-01,,approved,Registrar,2024-04-02,
THE,Theft,,,approved,Registrar,2024-04-02,
N/A,,,,approved,Registrar,2024-04-02,not recorded
NEW,Other,,,suggested,,,seen in July
"""
NUMBERS = """
1,Burglary,,,approved,Registrar,2024-04-02,
2,Theft,,,approved,Registrar,2024-04-02,
"""


def code_file(rows: str, name: str = "codes.csv") -> Path:
    """Write a code list to a new folder and return its path."""
    path = Path(tempfile.mkdtemp(prefix="swm-kpi-codes-")) / name
    path.write_text(HEADER + rows.strip() + "\n", encoding="utf-8")
    return path


class Crime(kpi.Contract):
    """One row per recorded crime."""

    crime_id = kpi.Column(str, unique=True, personal=True, description="Reference of the crime.")
    recorded_at = kpi.Column(datetime, nullable=True, description="When it was recorded.")
    occurred_on = kpi.Column(date, nullable=True, description="The day it occurred.")
    group = kpi.Column(
        str, isin=("Burglary", "Theft", "Other"), nullable=True, description="Type of crime."
    )
    second_group = kpi.Column(str, nullable=True, description="The type that another field states.")
    is_da = kpi.Column(bool, nullable=True, description="Whether it is domestic abuse.")
    loss = kpi.Column(float, nullable=True, description="Pounds lost.")
    system = kpi.Column(str, description="The system that the row is from.")
    is_rural = kpi.Column(bool, nullable=True, description="Whether it is in a rural area.")


class Niche(kpi.Source):
    """One row per offence line."""

    occurrence = kpi.Column(str, header="Occurrence No", personal=True, description="Reference.")
    line = kpi.Column(int, description="Number of the line.")
    recorded = kpi.Column(str, description="When it was recorded, local time.")
    occurred = kpi.Column(str, description="When it occurred.")
    offence = kpi.Column(str, description="Code of the offence.")
    class_number = kpi.Column(int, description="Number of the class.")
    da = kpi.Column(str, description="Y, N or U.")
    loss = kpi.Column(int, description="Pounds.")


class Command(kpi.Source, zone="UTC"):
    """One row per log, with times in UTC."""

    occurrence = kpi.Column(str, personal=True, description="Reference.")
    line = kpi.Column(int, description="Number of the line.")
    created = kpi.Column(datetime, description="When it was created.")
    epoch = kpi.Column(int, description="Milliseconds since 1970.")
    stamped = kpi.Column(str, description="ISO with an offset.")
    plain = kpi.Column(str, description="ISO without an offset.")
    offence = kpi.Column(str, description="Code of the offence.")


class LocalCommand(kpi.Source):
    """One row per log, with local times."""

    occurrence = kpi.Column(str, personal=True, description="Reference.")
    line = kpi.Column(int, description="Number of the line.")
    created = kpi.Column(datetime, description="When it was created.")
    epoch = kpi.Column(int, description="Milliseconds since 1970.")
    stamped = kpi.Column(str, description="ISO with an offset.")
    plain = kpi.Column(str, description="ISO without an offset.")
    offence = kpi.Column(str, description="Code of the offence.")


def niche_mapping(unmapped: Any = "null", **options: Any) -> kpi.Mapping:
    """Return a mapping with every kind of value."""
    recorded = Niche.recorded.parse("%d/%m/%Y %H:%M", unmapped=unmapped)
    return kpi.Mapping(
        Crime,
        source=Niche,
        version=1,
        valid_from="2024-04-01",
        owner="Crime registrar",
        columns={
            Crime.crime_id: Niche.occurrence,
            Crime.recorded_at: recorded,
            Crime.occurred_on: Niche.occurred.parse("%d-%b-%Y", unmapped=unmapped),
            Crime.group: coalesce(
                codes(code_file(GROUPS), Niche.offence, at=recorded, unmapped=unmapped),
                codes(code_file(NUMBERS), Niche.class_number, unmapped=unmapped),
            ),
            Crime.second_group: codes(
                code_file(GROUPS),
                Niche.offence,
                at=recorded,
                unmapped="other",
                other="?",
                fold=True,
            ),
            Crime.is_da: flag(Niche.da, yes="Y", no=["N", "No"], null=["U"], unmapped=unmapped),
            Crime.loss: Niche.loss,
            Crime.system: "Niche",
            Crime.is_rural: not_in_source("No field for it"),
        },
        **options,
    )


def command_mapping(source: Any = Command, unmapped: Any = "null") -> kpi.Mapping:
    """Return a mapping of a source with instants, and with local times beside them."""
    stamped = source.stamped.parse("ISO with offset", unmapped=unmapped)
    return kpi.Mapping(
        Crime,
        source=source,
        version=2,
        valid_from="2024-04-01",
        owner="Crime registrar",
        columns={
            Crime.crime_id: source.occurrence,
            Crime.recorded_at: coalesce(
                stamped,
                source.epoch.parse("epoch milliseconds", unmapped=unmapped),
                source.plain.parse("ISO", unmapped=unmapped),
                source.created,
            ),
            Crime.occurred_on: source.plain.parse("ISO", unmapped=unmapped).to_date(),
            Crime.group: codes(
                code_file(GROUPS), source.offence, at=source.created, unmapped=unmapped, fold=True
            ),
            Crime.second_group: source.offence,
            Crime.is_da: flag(source.line, yes=1, no=[0, 2], unmapped=unmapped),
            Crime.loss: 1.5,
            Crime.system: "C&C",
            Crime.is_rural: not_in_source("No field for it"),
        },
    )


NICHE_TYPES = {
    "Occurrence No": pl.String, "line": pl.Int64, "recorded": pl.String, "occurred": pl.String,
    "offence": pl.String, "class_number": pl.Int64, "da": pl.String, "loss": pl.Int64,
}  # fmt: skip
COMMAND_TYPES = {
    "occurrence": pl.String, "line": pl.Int64, "created": pl.Datetime("us"), "epoch": pl.Int64,
    "stamped": pl.String, "plain": pl.String, "offence": pl.String,
}  # fmt: skip

_blank = st.sampled_from([None, "", "  ", "\u00a0", "\u2003\t", "\x85 "])
_dates = st.one_of(
    st.sampled_from(["31/03/2024", "1/4/2024", "30/06/2024", "01/07/2024", "31/7/2024"]),
    st.sampled_from(["29/02/2023", "31/04/2024", "00/01/2024", "01/13/2024", "2024-04-01"]),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)).map(lambda day: f"{day:%d/%m/%Y}"),
)
_clocks = st.sampled_from(["00:00", "23:59", "1:30", "01:30", "24:00", "12:60", "12:00:00", ""])
_offences = st.one_of(
    _blank,
    st.sampled_from(["BUR", "THE", "N/A", "NEW", "bur", " the ", "n/a ", "ZZZ", "BURS"]),
    st.sampled_from(["THE\u00a0", "\u2003bur\t"]),
)
_days_in_words = st.sampled_from(
    ["01-Apr-2024", "1-APR-2024", "31-apr-2024", "01-April-2024", "29-Feb-2024", "05-Sept-2024"]
)


@st.composite
def niche_rows(draw: st.DrawFn, *, unique: bool = True) -> list[dict[str, Any]]:
    """Draw an extract of Niche, by names of the source."""
    size = draw(st.integers(0, 8))
    names = st.sampled_from(["a", "b", "c", " d", "D"])
    return [
        {
            "occurrence": f"crime {number}" if unique else draw(names | _blank if draw(
                st.integers(0, 9)) == 0 else names),
            "line": draw(st.none() | st.integers(0, 3)),
            "recorded": draw(_blank | st.builds(lambda day, at: f"{day} {at}", _dates, _clocks)),
            "occurred": draw(_blank | _days_in_words),
            "offence": draw(_offences),
            "class_number": draw(st.none() | st.integers(0, 3)),
            "da": draw(_blank | st.sampled_from(["Y", "N", "No", "U", "Yes", " Y", "\u00a0y"])),
            "loss": draw(st.none() | st.integers(-5, 10**9)),
        }
        for number in range(size)
    ]  # fmt: skip


_times = st.one_of(
    st.datetimes(datetime(2000, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from([datetime(2024, 3, 31, 1, 30), datetime(2024, 10, 27, 0, 30)]),
    st.sampled_from([datetime(2024, 3, 31, 23, 30), datetime(2024, 6, 30, 23, 30)]),
)


@st.composite
def command_rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw an extract of Command, by names of the source."""
    offsets = st.sampled_from(["Z", "+00:00", "+01:00", "-05:30", ""])
    plain = _times.map(lambda time: time.isoformat(draw(st.sampled_from([" ", "T"]))))
    short = _times.map(lambda time: time.isoformat(timespec="minutes"))
    wrong = st.sampled_from(["2024-02-30 10:00", "2024-04-01", "2024-04-01T24:00", "x"])
    return [
        {
            "occurrence": f"log {number}",
            "line": draw(st.none() | st.integers(0, 3)),
            "created": draw(st.none() | _times),
            "epoch": draw(
                st.none()
                | st.integers(-(10**12), 3 * 10**12)
                | st.sampled_from([1_711_846_800_000, 10**15, -(10**15)])
            ),
            "stamped": draw(
                _blank
                | st.builds(lambda text, offset: text + offset, plain | short, offsets)
                | wrong
            ),
            "plain": draw(_blank | plain | short | wrong),
            "offence": draw(_offences),
        }
        for number in range(draw(st.integers(0, 8)))
    ]


def extract_frame(mapping: kpi.Mapping, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return drawn rows as an extract, with the headings of the source."""
    headers = mapping.source.headers
    types = NICHE_TYPES if mapping.source is Niche else COMMAND_TYPES
    named = [{headers[name]: value for name, value in row.items()} for row in rows]
    return pl.DataFrame(named, schema=types)


def rows_of(frame: pl.DataFrame, names: list[str]) -> list[tuple[Any, ...]]:
    """Return rows to compare: instants in UTC, in one order."""
    made = [tuple(in_utc(row[name]) for name in names) for row in frame.to_dicts()]
    return sorted(made, key=repr)


def in_utc(value: Any) -> Any:
    """Return a time with an offset in UTC, and anything else as it is."""
    is_aware = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(UTC) if is_aware else value
