"""data.police.uk street-level files: one row per record, as published."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.csv_files import counted, find_files, read_text, refuse_rows
from swm_kpi.open_data.places import WEST_MERCIA, district_of_lsoa, force_name, lpa_of_district
from swm_kpi.open_data.table import OpenTable, Paths

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = {
    "crime_id": ("Crime ID",),
    "month": ("Month",),
    "force": ("Reported by",),
    "lsoa": ("LSOA name",),
    "crime_type": ("Crime type",),
    "last_outcome": ("Last outcome category",),
}
_NEVER_EMPTY = ("month", "force", "crime_type")
_MONTH = r"^[0-9]{4}-(?:0[1-9]|1[0-2])$"
_NAME = re.compile(r"([0-9]{4}-[0-9]{2})-.+-street\.csv", re.IGNORECASE)


def read_street(paths: Paths) -> OpenTable:
    """Read street-level files; ``swm_kpi.open_data.police_uk`` says how."""
    import polars as pl

    files = find_files(paths, pattern="*-street.csv")
    frames = [_read(path) for path in files]
    _refuse_same_records(files, frames)
    frame = pl.concat(frames).with_columns(
        district=district_of_lsoa(pl.col("lsoa")),
        month=pl.col("month").str.to_date("%Y-%m"),
    )
    in_west_mercia = pl.when(pl.col("force") == WEST_MERCIA)
    frame = frame.with_columns(lpa=in_west_mercia.then(lpa_of_district(pl.col("district"))))
    months = frame["month"].unique().sort().to_list()
    missing = _missing_months(months)
    return OpenTable(
        table="street_crime",
        frame=frame.select(
            "crime_id", "month", "force", "district", "lpa", "crime_type", "last_outcome"
        ),
        coverage=(months[0], _last_day(months[-1])),
        notes=(*_notes(frame), *_notes_on_files(frame, months, missing)),
        missing_months=missing,
        missing_of={"force": _missing_of_forces(frame, months)},
    )


def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    frame = read_text(path, _COLUMNS, required=_NEVER_EMPTY)
    wrong = frame.filter(~pl.col("month").str.contains(_MONTH))
    refuse_rows(path, wrong.height, "a Month that is not written YYYY-MM")
    named = _NAME.fullmatch(path.name)
    if named:
        other = frame.filter(pl.col("month") != named[1])
        refuse_rows(path, other.height, "a Month other than the one in the file's name")
    return frame.with_columns(force_name(pl.col("force")))


def _refuse_same_records(files: list[Path], frames: list[pl.DataFrame]) -> None:
    """Refuse two files of one force and month, whose every record would count twice."""
    seen: dict[tuple[str, str], Path] = {}
    for path, frame in zip(files, frames, strict=True):
        for key in frame.select("month", "force").unique().rows():
            if key in seen:
                raise InputError(
                    f"{seen[key].name} and {path.name} both hold one force's records of one month. "
                    "Give one of them: every record would count twice."
                )
            seen[key] = path


def _notes(frame: pl.DataFrame) -> Iterator[str]:
    """Say what in the records a reader of the numbers should know."""
    import polars as pl

    def records(condition: pl.Expr) -> int:
        return frame.filter(condition).height

    west_mercia = pl.col("force") == WEST_MERCIA
    placed = pl.col("district").is_not_null()
    if number := records(pl.col("lsoa").is_null()):
        yield f"No location, so no district: {counted(number, 'record')}."
    if number := records(pl.col("lsoa").is_not_null() & ~placed):
        yield f"An area name of unknown form, so no district: {counted(number, 'record')}."
    if number := records(west_mercia & placed & pl.col("lpa").is_null()):
        yield f"West Mercia's, outside its Local Policing Areas: {counted(number, 'record')}."
    if number := records(~west_mercia & lpa_of_district(pl.col("district")).is_not_null()):
        yield (
            f"Another force's, in a district of West Mercia: {counted(number, 'record')}, "
            "counted for the district and for no Local Policing Area."
        )
    ids = frame.filter(pl.col("crime_id").is_not_null()).group_by("crime_id", "month").len()
    if number := ids.filter(pl.col("len") > 1).height:
        yield (
            f"{counted(number, 'crime id')} {'occurs' if number == 1 else 'occur'} more than once "
            "within a month: every record is counted, as published."
        )
    across = ids.group_by("crime_id").len().filter(pl.col("len") > 1).height
    if across:
        yield (
            f"{counted(across, 'crime id')} {'occurs' if across == 1 else 'occur'} in more than "
            "one month: every record is counted, as published."
        )


def _notes_on_files(
    frame: pl.DataFrame, months: list[date], missing: tuple[date, ...]
) -> Iterator[str]:
    """Say for which months and forces a count of none means that no file was given."""
    if missing:
        yield f"No file was given for {_runs(missing)}: there is nothing for them."
    held = frame.select("force", "month").unique().group_by("force").len().sort("force")
    for force, number in held.rows():
        if number < len(months):
            yield (
                f"{force} has files for {number} of the {len(months)} months given: there "
                "is nothing for it in the others."
            )


def _missing_of_forces(frame: pl.DataFrame, months: list[date]) -> dict[str, tuple[date, ...]]:
    """Return, for each force that lacks some of the months given, which ones."""
    found: dict[str, tuple[date, ...]] = {}
    held = set(frame.select("force", "month").unique().iter_rows())
    for force in sorted({force for force, _ in held}):
        found[force] = tuple(each for each in months if (force, each) not in held)
    return {force: lacking for force, lacking in found.items() if lacking}


def _missing_months(months: list[date]) -> tuple[date, ...]:
    held = {_index(month) for month in months}
    gaps = [each for each in range(min(held), max(held)) if each not in held]
    return tuple(date(each // 12, each % 12 + 1, 1) for each in gaps)


def _runs(months: tuple[date, ...]) -> str:
    """Word months in order as runs: "2018-12 to 2024-12, 2025-03"."""
    words = []
    for _, group in groupby(enumerate(months), key=lambda pair: _index(pair[1]) - pair[0]):
        run = [month for _, month in group]
        first, last = f"{run[0]:%Y-%m}", f"{run[-1]:%Y-%m}"
        words.append(first if first == last else f"{first} to {last}")
    return ", ".join(words)


def _index(month: date) -> int:
    return month.year * 12 + month.month - 1


def _last_day(month: date) -> date:
    return month.replace(day=monthrange(month.year, month.month)[1])
