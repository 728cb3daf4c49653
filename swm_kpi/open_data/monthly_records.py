"""Monthly files of data.police.uk: records of one force and month, each with the name of an LSOA.

Files of crimes and files of outcomes have the same columns for the force, the month and the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from swm_kpi.coverage import Coverage, month_spans
from swm_kpi.errors import InputError
from swm_kpi.open_data.open_table import Paths, SourceFile
from swm_kpi.open_data.places import (
    district_of_lsoa,
    force_name,
    is_of_force,
    lpa_of_district,
    short_name,
)
from swm_kpi.open_data.published_tables import (
    ColumnLayout,
    TextTable,
    format_count,
    read_tables,
    refuse_rows,
)
from swm_kpi.open_data.published_values import refuse_excel_dates, refuse_rounded_numbers
from swm_kpi.vocabulary import CoverageSource

if TYPE_CHECKING:
    import polars as pl

    from swm_kpi.model.areas import Areas

COLUMNS = {
    "crime_id": ("Crime ID",),
    "month": ("Month",),
    "force": ("Reported by",),
    "lsoa": ("LSOA name",),
}
"""The columns that every monthly file has."""

_MONTH = r"^[0-9]{4}-(?:0[1-9]|1[0-2])$"


@dataclass(frozen=True, eq=False)
class MonthlyRecords:
    """The records of some monthly files.

    Attributes:
        frame: one row for each record, with the columns of the layout, ``district`` and ``lpa``.
            ``month`` is the first day of the month.
        coverage: the months that the files contain of each force, and the force of each area.
        notes: what a reader of the numbers must know.
        files: every file in the paths.
    """

    frame: pl.DataFrame
    coverage: Coverage
    notes: tuple[str, ...]
    files: tuple[SourceFile, ...]


def read_monthly_records(paths: Paths, layout: ColumnLayout, areas: Areas | None) -> MonthlyRecords:
    """Read every monthly file with a layout.

    Args:
        paths: one file, several files, or a folder.
        layout: the columns of the files, among them ``COLUMNS``. The first group of its
            ``file_name`` is the month.
        areas: the force's areas, with the levels ``district`` and ``lpa``.

    Raises:
        InputError: a month is in another format or differs from the one in the file's name, Excel
            changed the file, or two files have the same force and month.
    """
    import polars as pl

    read = read_tables(paths, [layout])
    frames = [(table, _read(table, layout)) for table in read.tables]
    frames = [(table, frame) for table, frame in frames if not table.is_repeat]
    _refuse_repeated_months(frames)
    frame = pl.concat([frame for _, frame in frames]).with_columns(
        district=district_of_lsoa(pl.col("lsoa")),
        month=pl.col("month").str.to_date("%Y-%m"),
    )
    lpa = lpa_of_district(pl.col("district"), pl.col("month"), areas)
    frame = frame.with_columns(lpa=pl.when(is_of_force(areas)).then(lpa))
    months = frame["month"].unique().sort().to_list()
    missing = _missing_months(months)
    return MonthlyRecords(
        frame,
        _coverage(frame, areas),
        (*_notes(frame, areas), *_notes_on_files(frame, months, missing), *read.notes),
        read.files,
    )


def _read(table: TextTable, layout: ColumnLayout) -> pl.DataFrame:
    import polars as pl

    refuse_excel_dates(table, "month", "2025-07")
    refuse_rounded_numbers(table, "crime_id")
    frame = table.frame
    wrong = frame.filter(~pl.col("month").str.contains(_MONTH))
    refuse_rows(table.name, wrong.height, "a Month that is not written YYYY-MM")
    pattern = layout.file_name
    named = pattern.fullmatch(table.place.file_name) if pattern is not None else None
    if named:
        other = frame.filter(pl.col("month") != named[1])
        refuse_rows(table.name, other.height, "a Month other than the one in the file's name")
    return frame.with_columns(force_name(pl.col("force")))


def _refuse_repeated_months(frames: list[tuple[TextTable, pl.DataFrame]]) -> None:
    """Raise if two files contain the same force and month: each record would count twice."""
    names: dict[tuple[str, str], str] = {}
    for table, frame in frames:
        for key in frame.select("month", "force").unique().rows():
            if key in names:
                raise InputError(
                    f"{names[key]} and {table.name} both contain one force's records of one month, "
                    "and their contents differ. Give one of them: every record would count twice."
                )
            names[key] = table.name


def _notes(frame: pl.DataFrame, areas: Areas | None) -> Iterator[str]:
    """Yield what a reader of the numbers should know about the records."""
    import polars as pl

    def records(condition: pl.Expr) -> int:
        return frame.filter(condition).height

    of_force = is_of_force(areas)
    lpa = lpa_of_district(pl.col("district"), pl.col("month"), areas)
    has_district = pl.col("district").is_not_null()
    if number := records(pl.col("lsoa").is_null()):
        yield f"No location, so no district: {format_count(number, 'record')}."
    if number := records(pl.col("lsoa").is_not_null() & ~has_district):
        yield (
            f"An area name in an unknown format, so no district: {format_count(number, 'record')}."
        )
    if areas is not None:
        if number := records(of_force & has_district & lpa.is_null()):
            yield (
                f"Recorded by {areas.force} outside its Local Policing Areas: "
                f"{format_count(number, 'record')}."
            )
        if number := records(~of_force & lpa.is_not_null()):
            yield (
                f"Recorded by another force in a district of {areas.force}: "
                f"{format_count(number, 'record')}, counted for the district and for no Local "
                "Policing Area."
            )
    ids = frame.filter(pl.col("crime_id").is_not_null()).group_by("crime_id", "month").len()
    if number := ids.filter(pl.col("len") > 1).height:
        yield (
            f"{format_count(number, 'crime id')} {'occurs' if number == 1 else 'occur'} more than "
            "once within a month: every record is counted, as published."
        )
    across = ids.group_by("crime_id").len().filter(pl.col("len") > 1).height
    if across:
        yield (
            f"{format_count(across, 'crime id')} {'occurs' if across == 1 else 'occur'} in more "
            "than one month: every record is counted, as published."
        )


def _notes_on_files(
    frame: pl.DataFrame, months: list[date], missing: tuple[date, ...]
) -> Iterator[str]:
    """Yield a note for the months, and for each force with months, that no file contains."""
    if missing:
        yield f"No file for {_month_ranges(missing)}: the months are missing data, not zero."
    months_by_force = frame.select("force", "month").unique().group_by("force").len().sort("force")
    for force, number in months_by_force.rows():
        if number < len(months):
            yield (
                f"{force} has files for {number} of the {len(months)} months: the others are "
                "missing data for it, not zero."
            )


def _coverage(frame: pl.DataFrame, areas: Areas | None) -> Coverage:
    """Return the months that the files contain of each force, and the force of each area.

    A district that is not in ``areas`` belongs to the force with most of its records.
    """
    import polars as pl

    months: dict[str, list[date]] = {}
    for force, month in frame.select("force", "month").unique().iter_rows():
        months.setdefault(force, []).append(month)
    located = frame.filter(pl.col("district").is_not_null())
    largest = located.group_by("district", "force").len().sort("len", "force").iter_rows()
    districts = {district: force for district, force, _ in largest}
    belongs_to = {"district": districts}
    if areas is not None:
        own = short_name(areas.force)
        for level in areas.levels[:-1]:
            belongs_to.setdefault(level, {}).update(dict.fromkeys(areas.all_members(level), own))
    return Coverage(
        reporter="force",
        by_reporter={force: month_spans(days) for force, days in months.items()},
        belongs_to=belongs_to,
        source=CoverageSource.READER,
    )


def _missing_months(months: list[date]) -> tuple[date, ...]:
    """Return the months between the first and the last that are not in the list."""
    present = {_month_number(month) for month in months}
    missing = [number for number in range(min(present), max(present)) if number not in present]
    return tuple(date(number // 12, number % 12 + 1, 1) for number in missing)


def _month_ranges(months: tuple[date, ...]) -> str:
    """Format sorted months as ranges: "2018-12 to 2024-12, 2025-03"."""
    ranges = []
    for _, group in groupby(enumerate(months), key=lambda pair: _month_number(pair[1]) - pair[0]):
        consecutive = [month for _, month in group]
        first, last = f"{consecutive[0]:%Y-%m}", f"{consecutive[-1]:%Y-%m}"
        ranges.append(first if first == last else f"{first} to {last}")
    return ", ".join(ranges)


def _month_number(month: date) -> int:
    """Return the number of months since year 0, so that consecutive months differ by one."""
    return month.year * 12 + month.month - 1
