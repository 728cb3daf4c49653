"""Home Office police workforce: officers by force and date, from tables or from open data."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.coverage import Coverage
from swm_kpi.errors import InputError
from swm_kpi.open_data.csv_files import (
    find_files,
    format_count,
    read_header,
    read_text,
    refuse_rows,
)
from swm_kpi.open_data.open_table import OpenTable, Paths
from swm_kpi.open_data.places import TERRITORIAL_FORCES, territorial_force
from swm_kpi.vocabulary import CoverageSource

if TYPE_CHECKING:
    import polars as pl

OFFICER = "Police Officer"
_FORCE_NAMES = ("Force/Region", "Force/region", "Force name", "Force Name", "Force")
_OPEN_DATA_COLUMNS = {
    "as_at": ("As at 31 March",),
    "force": ("Force name", "Force Name"),
    "worker_type": ("Worker type",),
    "headcount": ("Total (Headcount)",),
    "fte": ("Total (FTE)",),
}
# Columns that only some of the published files have.
_OPTIONAL_COLUMNS = {"sex": ("Sex",), "wider_function": ("Wider function name",)}
_ONLY_IN_OPEN_DATA = ("As at 31 March", "Worker type", "Total (Headcount)", "Total (FTE)")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_MONTH_COLUMN = re.compile(rf"({'|'.join(_MONTHS)}) ([0-9]{{4}})")
_NOT_AVAILABLE = ".."
_NUMBER = r"^(?:[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.[0-9]+)?$"
_WEST_MIDLANDS = "West Midlands"  # the name of a region and of a force in it
_REGIONS = (
    *("North East", "North West", "Yorkshire and the Humber", "Yorkshire and The Humber"),
    *("East Midlands", "Eastern", "East of England", "London", "South East", "South West", "Wales"),
)
_COLUMNS = ("as_at", "force", "worker_type", "sex", "wider_function", "fte", "headcount")
_TOLERANCE = 0.005  # the Home Office publishes at most two decimals


@dataclass
class _File:
    """The rows of forces in one file.

    Attributes:
        path: the file.
        frame: the columns of the table.
        left_out: the name of each row that is not of a territorial force.
        is_table: whether the file is a table. A later table revises an earlier one.
    """

    path: Path
    frame: pl.DataFrame
    left_out: list[str]
    is_table: bool


def read_officer_fte(paths: Paths) -> OpenTable:
    """Read workforce files, as described in ``swm_kpi.open_data.officer_fte``."""
    files = [_read(path) for path in find_files(paths, pattern="*.csv")]
    frame, revised = _join_files(files)
    if frame.is_empty():
        raise InputError("The workforce files contain no row of a territorial force. Give others.")
    days: list[date] = frame["as_at"].unique().sort().to_list()
    return OpenTable(
        table="published_workforce",
        frame=frame,
        coverage=Coverage((_year_before(days[0]), days[-1]), source=CoverageSource.READER),
        notes=tuple(_notes(files, frame, revised)),
    )


def _read(path: Path) -> _File:
    header = read_header(path)
    if any(name in header for name in _ONLY_IN_OPEN_DATA):
        return _read_open_data(path)
    days = {name: _last_day_of(name) for name in header}
    return _read_table(path, {name: day for name, day in days.items() if day is not None})


def _last_day_of(name: str) -> date | None:
    """Return the last day of the month that a column is named after, or None."""
    match = _MONTH_COLUMN.fullmatch(name.strip())
    if match is None:
        return None
    year, month = int(match[2]), _MONTHS.index(match[1]) + 1
    return date(year, month, monthrange(year, month)[1]) if year else None


def _read_open_data(path: Path) -> _File:
    import polars as pl

    optional = {
        name: names for name, names in _OPTIONAL_COLUMNS.items() if names[0] in read_header(path)
    }
    frame = read_text(path, _OPEN_DATA_COLUMNS | optional, required=tuple(_OPEN_DATA_COLUMNS))
    frame = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name)
        for name in _OPTIONAL_COLUMNS
        if name not in optional
    )
    wrong = frame.filter(~pl.col("as_at").str.contains(r"^(?:19|20)[0-9]{2}$")).height
    refuse_rows(path, wrong, "an As at 31 March that is not a year")
    for name in ("headcount", "fte"):
        _refuse_non_numbers(path, frame[name], _OPEN_DATA_COLUMNS[name][0])
    frame = frame.with_columns(
        pl.date(pl.col("as_at").cast(pl.Int32), 3, 31).alias("as_at"),
        territorial_force(pl.col("force")),
        _number("fte"),
        _number("headcount"),
    )
    refuse_rows(
        path, frame.filter(pl.col("headcount") % 1 != 0).height, "a headcount that is not whole"
    )
    is_force = pl.col("force").is_in(TERRITORIAL_FORCES)
    kept = frame.filter(is_force).with_columns(pl.col("headcount").cast(pl.Int64))
    left_out = frame.filter(~is_force)["force"].to_list()
    return _File(path, kept.select(_COLUMNS), left_out, is_table=False)


def _read_table(path: Path, days: dict[str, date]) -> _File:
    import polars as pl

    columns = {"force": _FORCE_NAMES} | {name: (name,) for name in days}
    frame = read_text(path, columns, required=("force",))
    if not days:
        raise InputError(f"{path.name} has no column named after a month, such as March 2018.")
    if len(set(days.values())) < len(days):
        raise InputError(f"{path.name} has two columns of one month. Give the file as published.")
    frame = frame.with_columns(territorial_force(pl.col("force"))).with_row_index("row")
    is_force = pl.col("force").is_in(TERRITORIAL_FORCES)
    for name in days:
        kept = frame.filter(is_force)
        refuse_rows(path, kept[name].null_count(), f"a force and no {name}")
        _refuse_non_numbers(path, kept[name], name)
    forces = frame.filter(is_force).with_columns(_number(name) for name in days)
    region = _region_row(path, forces, frame["force"].to_list(), list(days))
    forces = forces.filter(pl.col("row") != region) if region is not None else forces
    refuse_rows(path, forces.height - forces["force"].n_unique(), "a force that occurs before")
    force_rows = set(forces["row"].to_list())
    left_out = [name for row, name in enumerate(frame["force"]) if row not in force_rows]
    long = forces.unpivot(on=list(days), index="force", variable_name="as_at", value_name="fte")
    long = long.with_columns(
        pl.col("as_at").replace_strict(days, return_dtype=pl.Date),
        worker_type=pl.lit(OFFICER),
        sex=pl.lit(None, dtype=pl.String),
        wider_function=pl.lit(None, dtype=pl.String),
        headcount=pl.lit(None, dtype=pl.Int64),
    )
    return _File(path, long.select(_COLUMNS), left_out, is_table=True)


def _region_row(path: Path, forces: pl.DataFrame, names: list[str], days: list[str]) -> int | None:
    """Return the row of the region West Midlands: of two rows with this name, the larger."""
    import polars as pl

    candidates = forces.filter(pl.col("force") == _WEST_MIDLANDS)
    has_regions = any(name in _REGIONS for name in names)
    if not has_regions and candidates.height < 2:
        return None
    if candidates.is_empty():
        return None
    if candidates.height == 2:
        first, second = candidates.select(days).rows()
        pairs = [
            (left, right)
            for left, right in zip(first, second, strict=True)
            if left is not None and right is not None
        ]
        rows: list[int] = candidates["row"].to_list()
        if pairs and all(left > right for left, right in pairs):
            return rows[0]
        if pairs and all(left < right for left, right in pairs):
            return rows[1]
    raise InputError(
        f"{path.name} has {format_count(candidates.height, 'row')} of {_WEST_MIDLANDS}, which is a "
        "region and a force in it. It is unclear which is which. Give the file as published, with "
        "both rows."
    )


def _refuse_non_numbers(path: Path, figures: pl.Series, column: str) -> None:
    wrong = figures.is_not_null() & (figures != _NOT_AVAILABLE) & ~figures.str.contains(_NUMBER)
    refuse_rows(path, int(wrong.sum()), f"a {column} that is neither a number nor {_NOT_AVAILABLE}")


def _number(name: str) -> pl.Expr:
    import polars as pl

    figure = pl.col(name).replace(_NOT_AVAILABLE, None)
    return figure.str.replace_all(",", "", literal=True).cast(pl.Float64)


def _join_files(files: list[_File]) -> tuple[pl.DataFrame, int]:
    """Join the files, and count the figures that a later table revises.

    If two tables contain the same date and force, the rows of the later table are kept.

    Raises:
        InputError: two files contain the same date and force, and neither is a later table.
    """
    import polars as pl

    key = ["as_at", "force"]
    frames = [
        file.frame.with_columns(
            file=pl.lit(number), last=pl.col("as_at").max(), is_table=pl.lit(file.is_table)
        )
        for number, file in enumerate(files)
    ]
    frame = pl.concat(frames)
    by_file = frame.select(*key, "file", "last", "is_table").unique()
    shared = by_file.group_by(key).agg(
        pl.len(), editions=pl.col("last").n_unique(), tables=pl.col("is_table").all()
    )
    clash = (pl.col("len") > 1) & (~pl.col("tables") | (pl.col("editions") < pl.col("len")))
    if number := shared.filter(clash).height:
        raise InputError(
            f"The workforce files contain {format_count(number, 'pair')} of date and force more "
            "than once, and not in an earlier and a later table. Give each once: officers would "
            "count twice."
        )
    latest = pl.col("last").max().over(key)
    kept, earlier = frame.filter(pl.col("last") == latest), frame.filter(pl.col("last") < latest)
    both = earlier.join(kept, on=key, suffix="_kept")
    changed = (pl.col("fte") - pl.col("fte_kept")).abs() > _TOLERANCE
    differs_in_null = pl.col("fte").is_null() != pl.col("fte_kept").is_null()
    revised = both.filter(changed.fill_null(False) | differs_in_null).height
    return kept.select(_COLUMNS).sort("as_at", maintain_order=True), revised


def _notes(files: list[_File], frame: pl.DataFrame, revised: int) -> Iterator[str]:
    """Yield what a reader of the numbers should know about the files."""
    import polars as pl

    left_out = [name for file in files for name in file.left_out]
    if left_out:
        names = ", ".join(sorted(set(left_out)))
        yield (
            "Left out because they are regions, totals or other bodies and not one of the 43 "
            f"territorial forces: {format_count(len(left_out), 'row')} ({names})."
        )
    present = set(frame["force"].to_list())
    absent = [name for name in TERRITORIAL_FORCES if name not in present]
    if absent:
        yield f"No row in any file: {', '.join(absent)}. A total of all forces is without them."
    missing = frame.filter(pl.col("fte").is_null()).height
    if missing:
        yield (
            f"Not available ({_NOT_AVAILABLE}), kept as null: {format_count(missing, 'figure')}. "
            "A total of all forces is without them."
        )
    if revised:
        yield (
            f"Revised by a later file: {format_count(revised, 'figure')}. The figures of the later "
            "file are used."
        )


def _year_before(day: date) -> date:
    """Return the first day of the year that ends on a day."""
    following = day + timedelta(days=1)
    return following.replace(year=following.year - 1)
