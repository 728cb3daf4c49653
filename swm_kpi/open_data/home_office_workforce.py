"""Home Office police workforce: officers by force and date, from tables or from open data."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from swm_kpi.coverage import Coverage
from swm_kpi.errors import InputError
from swm_kpi.open_data.datasets import WORKFORCE
from swm_kpi.open_data.open_table import OpenTable, Paths
from swm_kpi.open_data.places import (
    TERRITORIAL_FORCES,
    is_other_body,
    similar_force,
    territorial_force,
)
from swm_kpi.open_data.published_tables import (
    ColumnLayout,
    TextTable,
    format_count,
    list_names,
    read_tables,
    refuse_rows,
)
from swm_kpi.open_data.published_values import (
    count_flags,
    count_markers,
    parse_figure,
    refuse_non_figures,
)
from swm_kpi.open_data.workforce_tables import OfficerTableLayout, states_fte
from swm_kpi.vocabulary import CoverageSource

if TYPE_CHECKING:
    import polars as pl

OFFICER = "Police Officer"
_OPEN_DATA = ColumnLayout(
    WORKFORCE,
    {
        "as_at": ("As at 31 March",),
        "force": ("Force name",),
        "worker_type": ("Worker type",),
        "fte": ("Total (FTE)", "FTE"),
    },
    required=("as_at", "force", "worker_type", "fte"),
    # Columns that only some of the published files have: the file of functions has no headcount.
    optional={
        "headcount": ("Total (Headcount)", "Headcount"),
        "sex": ("Sex", "Gender"),
        "wider_function": ("Wider function name",),
    },
    in_workbooks=True,
)
_OFFICER_TABLE = OfficerTableLayout()
_WEST_MIDLANDS = "West Midlands"  # the name of a region and of a force in it
_REGIONS = (
    *("North East", "North West", "Yorkshire and the Humber", "Yorkshire and The Humber"),
    *("East Midlands", "Eastern", "East of England", "London", "South East", "South West", "Wales"),
)
_WEST_MIDLANDS_REGION = re.compile(r"west midlands\b.*\bregion", re.IGNORECASE)
_COLUMNS = ("as_at", "force", "worker_type", "sex", "wider_function", "fte", "headcount")
_TOLERANCE = 0.005  # the Home Office publishes at most two decimals


@dataclass
class _File:
    """The rows of forces in one table.

    Attributes:
        name: the name of the file and sheet.
        frame: the columns of the table.
        left_out: the name of each row that is not of a territorial force.
        is_table: whether it has a column for each date. A later table revises an earlier one.
        notes: what a reader of the numbers must know about it.
        markers: how often each marker stands in place of a figure.
        flags: how many figures have a flag, such as [r].
    """

    name: str
    frame: pl.DataFrame
    left_out: list[str]
    is_table: bool
    notes: list[str]
    markers: dict[str, int]
    flags: int


def read_officer_fte(paths: Paths, table: str = "") -> OpenTable:
    """Read workforce files, as described in ``swm_kpi.open_data.officer_fte``."""
    read = read_tables(paths, [_OPEN_DATA, _OFFICER_TABLE], table=table)
    files = [_read(item) for item in read.tables if not item.is_repeat]
    frame, revised = _join_files(files)
    if frame.is_empty():
        raise InputError("The workforce files contain no row of a territorial force. Give others.")
    if not (frame["worker_type"] == OFFICER).any():
        raise InputError(
            "The workforce files contain no row of police officers: the column Worker type has "
            f"other types only. Give the files that have the type {OFFICER!r}."
        )
    _refuse_unknown_forces(files, frame)
    days: list[date] = frame["as_at"].unique().sort().to_list()
    return OpenTable(
        table="published_workforce",
        frame=frame,
        coverage=Coverage((_year_before(days[0]), days[-1]), source=CoverageSource.READER),
        notes=(*_notes(files, frame, revised), *read.notes),
        files=read.files,
    )


def _read(table: TextTable) -> _File:
    return _read_open_data(table) if table.layout is _OPEN_DATA else _read_table(table)


def _read_open_data(table: TextTable) -> _File:
    import polars as pl

    frame = table.frame
    frame = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name)
        for name in _OPEN_DATA.optional
        if name not in frame.columns
    )
    wrong = frame.filter(~pl.col("as_at").str.contains(r"^(?:19|20)[0-9]{2}$")).height
    refuse_rows(table.name, wrong, "an As at 31 March that is not a year")
    figures = [name for name in ("fte", "headcount") if name in table.positions]
    for name in figures:
        refuse_non_figures(table, name)
    markers, flags = _count_marks([frame[name] for name in figures])
    frame = frame.with_columns(
        pl.date(pl.col("as_at").cast(pl.Int32), 3, 31).alias("as_at"),
        territorial_force(pl.col("force")),
        pl.when(pl.col("worker_type").str.contains(r"(?i)^police officers?$"))
        .then(pl.lit(OFFICER))
        .otherwise(pl.col("worker_type"))
        .alias("worker_type"),
        pl.col("sex").str.replace("(?i)^female$", "Female").str.replace("(?i)^male$", "Male"),
        parse_figure("fte").alias("fte"),
        parse_figure("headcount").alias("headcount"),
    )
    part = frame.filter(pl.col("headcount") % 1 != 0).height
    refuse_rows(table.name, part, "a headcount that is not whole")
    is_force = pl.col("force").is_in(TERRITORIAL_FORCES)
    kept = frame.filter(is_force).with_columns(pl.col("headcount").cast(pl.Int64))
    kept, notes = _join_spellings(kept, "wider_function")
    left_out = frame.filter(~is_force)["force"].to_list()
    return _File(table.name, kept.select(_COLUMNS), left_out, False, notes, markers, flags)


def _join_spellings(frame: pl.DataFrame, column: str) -> tuple[pl.DataFrame, list[str]]:
    """Give names that differ only in case the spelling of the latest date."""
    import polars as pl

    names = (
        frame.drop_nulls(column)
        .group_by(column)
        .agg(pl.col("as_at").max(), pl.len())
        .sort("as_at", "len", column)
        .select(column)
        .to_series()
        .to_list()
    )
    latest = {name.casefold(): name for name in names}
    changed = {name: latest[name.casefold()] for name in names if latest[name.casefold()] != name}
    if not changed:
        return frame, []
    note = f"Spelled in more than one way, and joined: {list_names(sorted(set(changed.values())))}."
    return frame.with_columns(pl.col(column).replace(changed)), [note]


def _count_marks(columns: list[pl.Series]) -> tuple[dict[str, int], int]:
    """Return how often each marker is in place of a figure, and how many figures have a flag."""
    markers: dict[str, int] = {}
    for column in columns:
        for marker, number in count_markers(column).items():
            markers[marker] = markers.get(marker, 0) + number
    return markers, sum(map(count_flags, columns))


def _read_table(table: TextTable) -> _File:
    import polars as pl

    days = {name: date.fromisoformat(name) for name in table.frame.columns if name != "force"}
    frame = table.frame.with_columns(territorial_force(pl.col("force"))).with_row_index("row")
    is_force = pl.col("force").is_in(TERRITORIAL_FORCES)
    # A row of text alone is a footnote, or a heading between the forces.
    frame = frame.filter(is_force | pl.any_horizontal(pl.col(list(days)).is_not_null()))
    kept = frame.filter(is_force)
    for name in days:
        label = " ".join(table.header[table.positions[name]].split())
        refuse_rows(table.name, kept[name].null_count(), f"a force and no {label}")
        refuse_non_figures(table, name, kept)
    markers, flags = _count_marks([kept[name] for name in days])
    forces = kept.with_columns(parse_figure(name).alias(name) for name in days)
    region = _region_row(table.name, forces, frame["force"].to_list(), list(days))
    forces = forces.filter(pl.col("row") != region) if region is not None else forces
    repeats = forces.height - forces["force"].n_unique()
    refuse_rows(table.name, repeats, "a force that occurs before")
    force_rows = set(forces["row"].to_list())
    names = frame.select("row", "force").rows()
    left_out = [name for row, name in names if row not in force_rows]
    long = forces.unpivot(on=list(days), index="force", variable_name="as_at", value_name="fte")
    long = long.with_columns(
        pl.col("as_at").replace_strict(days, return_dtype=pl.Date),
        worker_type=pl.lit(OFFICER),
        sex=pl.lit(None, dtype=pl.String),
        wider_function=pl.lit(None, dtype=pl.String),
        headcount=pl.lit(None, dtype=pl.Int64),
    )
    notes = []
    if not states_fte(table.place):
        notes.append(
            f"{table.name} does not say what its figures are: they are read as full-time "
            "equivalents."
        )
    return _File(table.name, long.select(_COLUMNS), left_out, True, notes, markers, flags)


def _refuse_unknown_forces(files: list[_File], frame: pl.DataFrame) -> None:
    """Raise if a row can be a force under a new name, and the force has no other row."""
    present = set(frame["force"].to_list())
    for file in files:
        for name in file.left_out:
            force = "" if is_other_body(name) else similar_force(name)
            if force and force not in present:
                raise InputError(
                    f"{file.name} has a row {list_names([name])!r} and none of the force "
                    f"{force!r}. It is unclear whether it is that force. If it is, write {force} "
                    "in the file."
                )


def _region_row(name: str, forces: pl.DataFrame, names: list[str], days: list[str]) -> int | None:
    """Return the row of the region West Midlands: of two rows with this name, the larger."""
    import polars as pl

    candidates = forces.filter(pl.col("force") == _WEST_MIDLANDS)
    has_regions = any(name in _REGIONS for name in names)
    if not has_regions and candidates.height < 2:
        return None
    if candidates.is_empty() or (
        candidates.height == 1 and any(_WEST_MIDLANDS_REGION.search(other) for other in names)
    ):
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
        f"{name} has {format_count(candidates.height, 'row')} of {_WEST_MIDLANDS}, which is a "
        "region and a force in it. It is unclear which is which. Give the file as published, with "
        "both rows."
    )


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
            "than once, and not in an earlier and a later table. Give each once, or state the "
            "table to read: officers would count twice."
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
    left_out = [name for file in files for name in file.left_out]
    others = [name for name in left_out if is_other_body(name)]
    unknown = [name for name in left_out if name not in others]
    if others:
        yield (
            "Left out because they are regions, totals or other bodies and not one of the 43 "
            f"territorial forces: {format_count(len(others), 'row')} "
            f"({list_names(sorted(set(others)))})."
        )
    if unknown:
        yield (
            "Left out because the name is not known as a force, a region or another body: "
            f"{format_count(len(unknown), 'row')} ({list_names(sorted(set(unknown)))})."
        )
    present = set(frame["force"].to_list())
    absent = [name for name in TERRITORIAL_FORCES if name not in present]
    if absent:
        yield f"No row in any file: {', '.join(absent)}. A total of all forces is without them."
    markers: dict[str, int] = {}
    for file in files:
        for marker, number in file.markers.items():
            markers[marker] = markers.get(marker, 0) + number
    if markers:
        names = ", ".join(sorted(markers))
        yield (
            f"Not available ({names}), kept as null: "
            f"{format_count(sum(markers.values()), 'figure')}. A total of all forces is without "
            "them."
        )
    if flags := sum(file.flags for file in files):
        yield (
            f"Published with a flag such as [r] or [p], which is left out: "
            f"{format_count(flags, 'figure')}."
        )
    yield from (note for file in files for note in file.notes)
    if revised:
        yield (
            f"Revised by a later file: {format_count(revised, 'figure')}. The figures of the later "
            "file are used."
        )


def _year_before(day: date) -> date:
    """Return the first day of the year that ends on a day."""
    following = day + timedelta(days=1)
    return following.replace(year=following.year - 1)
