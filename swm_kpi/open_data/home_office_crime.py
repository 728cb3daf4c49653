"""Home Office police recorded crime by police force area: one row for each published line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from swm_kpi.coverage import Coverage, Span
from swm_kpi.errors import InputError
from swm_kpi.open_data.datasets import RECORDED_CRIME
from swm_kpi.open_data.open_table import OpenTable, Paths
from swm_kpi.open_data.places import TERRITORIAL_FORCES, territorial_force
from swm_kpi.open_data.published_tables import (
    ColumnLayout,
    TextTable,
    format_count,
    list_names,
    read_tables,
    refuse_rows,
)
from swm_kpi.open_data.published_values import refuse_excel_dates
from swm_kpi.vocabulary import CoverageSource

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = {
    "year": ("Financial Year",),
    "quarter": ("Financial Quarter",),
    "force": ("Force Name",),
    "offence_group": ("Offence Group",),
    "offence_subgroup": ("Offence Subgroup",),
    "offence_code": ("Offence Code",),
    "offences": ("Number of Offences",),
}
_LAYOUT = ColumnLayout(
    RECORDED_CRIME,
    _COLUMNS,
    required=tuple(_COLUMNS),
    in_workbooks=True,
)
_YEAR = r"^[0-9]{4}/[0-9]{2}$"
_QUARTER = r"^[1-4]$"
_NUMBER = r"^-?(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})$"


def read_recorded_crime(paths: Paths, table: str = "") -> OpenTable:
    """Read recorded crime files, as described in ``swm_kpi.open_data.recorded_crime``."""
    import polars as pl

    read = read_tables(paths, [_LAYOUT], table=table)
    frames = [(item, _read(item)) for item in read.tables if not item.is_repeat]
    _refuse_repeated_quarters(frames)
    frame = pl.concat([frame for _, frame in frames])
    quarters: list[date] = frame["quarter_start"].unique().sort().to_list()
    missing = _missing_months(quarters)
    return OpenTable(
        table="recorded_crime",
        frame=frame,
        coverage=_coverage(frame),
        notes=(*_notes(frame), *_notes_on_files(frame, quarters, missing), *read.notes),
        files=read.files,
    )


def _coverage(frame: pl.DataFrame) -> Coverage:
    """Return the quarters that the files contain of each force.

    A total does not wait for a body that is not one of the 43 forces: such bodies come and go.
    """
    quarters: dict[str, list[Span]] = {}
    for force, first in frame.select("force", "quarter_start").unique().iter_rows():
        last = _add_months(first, 3) - timedelta(days=1)
        quarters.setdefault(force, []).append((first, last))
    others = quarters.keys() - set(TERRITORIAL_FORCES)
    source = CoverageSource.READER
    return Coverage(reporter="force", by_reporter=quarters, optional=others, source=source)


def _read(table: TextTable) -> pl.DataFrame:
    import polars as pl

    refuse_excel_dates(table, "year", "2011/12")
    frame = table.frame
    first = pl.col("year").str.slice(0, 4).cast(pl.Int32, strict=False)
    second = pl.col("year").str.slice(5).cast(pl.Int32, strict=False)
    is_year = pl.col("year").str.contains(_YEAR) & (second == (first + 1) % 100)
    valid_values = {
        "a Financial Year that is not written like 2017/18": is_year,
        "a Financial Quarter other than 1 to 4": pl.col("quarter").str.contains(_QUARTER),
        "a Number of Offences that is not a whole number": pl.col("offences").str.contains(_NUMBER),
    }
    for problem, is_valid in valid_values.items():
        refuse_rows(table.name, frame.filter(~is_valid.fill_null(False)).height, problem)
    quarter = pl.col("quarter").cast(pl.Int32)
    # Quarter 1 begins in April; quarter 4 is January to March of the following calendar year.
    return frame.select(
        pl.date(first + quarter // 4, quarter % 4 * 3 + 1, 1).alias("quarter_start"),
        territorial_force(pl.col("force")).alias("force"),
        "offence_group",
        "offence_subgroup",
        "offence_code",
        pl.col("offences").str.replace_all(",", "", literal=True).cast(pl.Int64),
    )


def _refuse_repeated_quarters(frames: list[tuple[TextTable, pl.DataFrame]]) -> None:
    """Raise if two files contain the same force and quarter: each crime would count twice."""
    names: dict[tuple[date, str], str] = {}
    for table, frame in frames:
        for key in frame.select("quarter_start", "force").unique().rows():
            if key in names:
                raise InputError(
                    f"{names[key]} and {table.name} both contain one force's lines of one quarter. "
                    "Give one of them: every crime would count twice."
                )
            names[key] = table.name


def _notes(frame: pl.DataFrame) -> Iterator[str]:
    """Yield what a reader of the numbers should know about the lines."""
    import polars as pl

    others = frame.filter(~pl.col("force").is_in(TERRITORIAL_FORCES))
    if not others.is_empty():
        names = list_names(others["force"].unique().sort().to_list())
        yield (
            f"Not one of the 43 territorial forces, kept as published: {names} "
            f"({format_count(others.height, 'line')}). A total of all forces includes them."
        )
    if number := frame.filter(pl.col("offences") < 0).height:
        yield (
            "Below zero, because more records were cancelled than made: "
            f"{format_count(number, 'line')}. They are added like any other."
        )


def _notes_on_files(
    frame: pl.DataFrame, quarters: list[date], missing: tuple[date, ...]
) -> Iterator[str]:
    """Yield a note for the quarters, and for each force with quarters, that no file contains."""
    if missing:
        names = ", ".join(_quarter_label(month) for month in missing[::3])
        yield f"No file for {names}: a 0 there is missing data, not zero."
    quarters_by_force = (
        frame.select("force", "quarter_start").unique().group_by("force").len().sort("force")
    )
    for force, number in quarters_by_force.rows():
        if number < len(quarters) and force in TERRITORIAL_FORCES:
            yield (
                f"{force} has lines for {number} of the {len(quarters)} quarters: a 0 for it in "
                "the others is missing data, not zero."
            )


def _missing_months(quarters: list[date]) -> tuple[date, ...]:
    """Return the months of each quarter between the first and the last that no file contains."""
    quarter, missing = quarters[0], []
    while quarter < quarters[-1]:
        if quarter not in quarters:
            missing += [_add_months(quarter, months) for months in range(3)]
        quarter = _add_months(quarter, 3)
    return tuple(missing)


def _add_months(month: date, months: int) -> date:
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def _quarter_label(quarter: date) -> str:
    """Format a quarter of a financial year: "2017/18 Q4"."""
    year = quarter.year - (quarter.month < 4)
    return f"{year}/{(year + 1) % 100:02} Q{(quarter.month - 4) % 12 // 3 + 1}"
