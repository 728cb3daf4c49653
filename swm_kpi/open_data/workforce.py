"""Home Office police workforce: officers by force and date, as tables or as open data."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.csv_files import counted, find_files, read_header, read_text, refuse_rows
from swm_kpi.open_data.places import TERRITORIAL_FORCES, territorial_force
from swm_kpi.open_data.table import OpenTable, Paths

if TYPE_CHECKING:
    import polars as pl

OFFICER = "Police Officer"
_FORCE = ("Force/Region", "Force/region", "Force name", "Force Name", "Force")
_OPEN_DATA = {
    "as_at": ("As at 31 March",),
    "force": ("Force name", "Force Name"),
    "worker_type": ("Worker type",),
    "headcount": ("Total (Headcount)",),
    "fte": ("Total (FTE)",),
}
# In some of the published files and not in others.
_SOMETIMES = {"sex": ("Sex",), "wider_function": ("Wider function name",)}
_ONLY_OPEN_DATA = ("As at 31 March", "Worker type", "Total (Headcount)", "Total (FTE)")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_DATED = re.compile(rf"({'|'.join(_MONTHS)}) ([0-9]{{4}})")
_NOT_AVAILABLE = ".."
_NUMBER = r"^(?:[0-9]{1,9}|[0-9]{1,3}(?:,[0-9]{3}){1,2})(?:\.[0-9]+)?$"
_BOTH = "West Midlands"  # a region, and a force in it
_REGIONS = (
    *("North East", "North West", "Yorkshire and the Humber", "Yorkshire and The Humber"),
    *("East Midlands", "Eastern", "East of England", "London", "South East", "South West", "Wales"),
)
_COLUMNS = ("as_at", "force", "worker_type", "sex", "wider_function", "fte", "headcount")
_DIFFERENT = 0.005  # less than half of the last place that the Home Office prints


@dataclass
class _File:
    """One file's rows of forces.

    Attributes:
        frame: the columns of the table.
        left_out: names of the rows that are not a territorial force's, one for each.
        is_table: whether it is a published table, of which a later one revises an earlier.
    """

    path: Path
    frame: pl.DataFrame
    left_out: list[str]
    is_table: bool


def read_officer_fte(paths: Paths) -> OpenTable:
    """Read workforce files; ``swm_kpi.open_data.officer_fte`` says how."""
    files = [_read(path) for path in find_files(paths, pattern="*.csv")]
    frame, revised = _joined(files)
    if frame.is_empty():
        raise InputError("The workforce files hold no row of a territorial force. Give others.")
    days: list[date] = frame["as_at"].unique().sort().to_list()
    return OpenTable(
        table="published_workforce",
        frame=frame,
        coverage=(_year_before(days[0]), days[-1]),
        notes=tuple(_notes(files, frame, revised)),
    )


def _read(path: Path) -> _File:
    header = read_header(path)
    if any(name in header for name in _ONLY_OPEN_DATA):
        return _read_open_data(path)
    dated = {name: _day(name) for name in header}
    return _read_table(path, {name: day for name, day in dated.items() if day is not None})


def _day(name: str) -> date | None:
    """Return the last day of the month that a column is named after, if it is."""
    named = _DATED.fullmatch(name.strip())
    if named is None:
        return None
    year, month = int(named[2]), _MONTHS.index(named[1]) + 1
    return date(year, month, monthrange(year, month)[1]) if year else None


def _read_open_data(path: Path) -> _File:
    import polars as pl

    held = {name: names for name, names in _SOMETIMES.items() if names[0] in read_header(path)}
    frame = read_text(path, _OPEN_DATA | held, required=tuple(_OPEN_DATA))
    frame = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name) for name in _SOMETIMES if name not in held
    )
    wrong = frame.filter(~pl.col("as_at").str.contains(r"^(?:19|20)[0-9]{2}$")).height
    refuse_rows(path, wrong, "an As at 31 March that is not a year")
    for name in ("headcount", "fte"):
        _refuse_text(path, frame[name], _OPEN_DATA[name][0])
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

    columns = {"force": _FORCE} | {name: (name,) for name in days}
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
        _refuse_text(path, kept[name], name)
    forces = frame.filter(is_force).with_columns(_number(name) for name in days)
    region = _region_row(path, forces, frame["force"].to_list(), list(days))
    forces = forces.filter(pl.col("row") != region) if region is not None else forces
    refuse_rows(path, forces.height - forces["force"].n_unique(), "a force already read")
    held = set(forces["row"].to_list())
    left_out = [name for row, name in enumerate(frame["force"]) if row not in held]
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
    """Return which of two rows called West Midlands is the region's: it is the larger."""
    import polars as pl

    found = forces.filter(pl.col("force") == _BOTH)
    has_regions = any(name in _REGIONS for name in names)
    if not has_regions and found.height < 2:
        return None
    if found.is_empty():
        return None
    if found.height == 2:
        first, second = found.select(days).rows()
        pairs = [
            (one, other)
            for one, other in zip(first, second, strict=True)
            if one is not None and other is not None
        ]
        rows: list[int] = found["row"].to_list()
        if pairs and all(one > other for one, other in pairs):
            return rows[0]
        if pairs and all(one < other for one, other in pairs):
            return rows[1]
    raise InputError(
        f"{path.name} has {counted(found.height, 'row')} of {_BOTH}, which is a region and a force "
        "in it, and it cannot be told which is which. Give the file as published, with both."
    )


def _refuse_text(path: Path, figures: pl.Series, column: str) -> None:
    wrong = figures.is_not_null() & (figures != _NOT_AVAILABLE) & ~figures.str.contains(_NUMBER)
    refuse_rows(path, int(wrong.sum()), f"a {column} that is neither a number nor {_NOT_AVAILABLE}")


def _number(name: str) -> pl.Expr:
    import polars as pl

    figure = pl.col(name).replace(_NOT_AVAILABLE, None)
    return figure.str.replace_all(",", "", literal=True).cast(pl.Float64)


def _joined(files: list[_File]) -> tuple[pl.DataFrame, int]:
    """Join the files, of two tables with one date the later, and count the figures it changed.

    Raises:
        InputError: two files hold one date and force, and neither is the later table.
    """
    import polars as pl

    key = ["as_at", "force"]
    frames = [
        each.frame.with_columns(
            file=pl.lit(index), last=pl.col("as_at").max(), is_table=pl.lit(each.is_table)
        )
        for index, each in enumerate(files)
    ]
    frame = pl.concat(frames)
    by_file = frame.select(*key, "file", "last", "is_table").unique()
    shared = by_file.group_by(key).agg(
        pl.len(), editions=pl.col("last").n_unique(), tables=pl.col("is_table").all()
    )
    clash = (pl.col("len") > 1) & (~pl.col("tables") | (pl.col("editions") < pl.col("len")))
    if number := shared.filter(clash).height:
        raise InputError(
            f"The workforce files hold {counted(number, 'pair')} of date and force more than once, "
            "and not in tables of which one is later. Give each once: officers would count twice."
        )
    latest = pl.col("last").max().over(key)
    kept, earlier = frame.filter(pl.col("last") == latest), frame.filter(pl.col("last") < latest)
    both = earlier.join(kept, on=key, suffix="_kept")
    changed = (pl.col("fte") - pl.col("fte_kept")).abs() > _DIFFERENT
    gone = pl.col("fte").is_null() != pl.col("fte_kept").is_null()
    revised = both.filter(changed.fill_null(False) | gone).height
    return kept.select(_COLUMNS).sort("as_at", maintain_order=True), revised


def _notes(files: list[_File], frame: pl.DataFrame, revised: int) -> Iterator[str]:
    """Say what in the files a reader of the numbers should know."""
    import polars as pl

    left_out = [name for each in files for name in each.left_out]
    if left_out:
        names = ", ".join(sorted(set(left_out)))
        yield (
            "Left out, so that no officer counts twice, as a region, a total or another body and "
            f"not one of the 43 territorial forces: {counted(len(left_out), 'row')} ({names})."
        )
    held = set(frame["force"].to_list())
    absent = [name for name in TERRITORIAL_FORCES if name not in held]
    if absent:
        yield f"No row in any file: {', '.join(absent)}. A total of all forces lacks them."
    missing = frame.filter(pl.col("fte").is_null()).height
    if missing:
        yield (
            f"Not available ({_NOT_AVAILABLE}), kept as no value: {counted(missing, 'figure')}. "
            "A total of all forces lacks them."
        )
    if revised:
        yield (
            f"Different in an earlier file and a later one: {counted(revised, 'figure')}. The "
            "later file's is used, as a revision."
        )


def _year_before(day: date) -> date:
    """Return the day after the same day a year earlier: a snapshot closes the year up to it."""
    following = day + timedelta(days=1)
    return following.replace(year=following.year - 1)
