"""Home Office police recorded crime by police force area: one row for each published line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.datasets import RECORDED_CRIME
from swm_kpi.open_data.home_office_quarters import (
    COLUMNS,
    notes_on_forces,
    notes_on_quarters,
    quarter_coverage,
    read_quarters,
    refuse_repeated_quarters,
)
from swm_kpi.open_data.open_table import OpenTable, Paths
from swm_kpi.open_data.published_tables import (
    ColumnLayout,
    TextTable,
    format_count,
    read_tables,
    refuse_rows,
)
from swm_kpi.open_data.published_values import is_whole_number, parse_whole_number

if TYPE_CHECKING:
    import polars as pl

_COLUMNS = {**COLUMNS, "offences": ("Number of Offences",)}
_LAYOUT = ColumnLayout(
    RECORDED_CRIME,
    _COLUMNS,
    required=tuple(_COLUMNS),
    in_workbooks=True,
)


def read_recorded_crime(paths: Paths, table: str = "") -> OpenTable:
    """Read recorded crime files, as described in ``swm_kpi.open_data.recorded_crime``."""
    import polars as pl

    read = read_tables(paths, [_LAYOUT], table=table)
    frames, left_out = [], []
    for item in read.tables:
        if not item.is_repeat:
            frame, sums = _read(item)
            frames.append((item, frame))
            left_out += sums
    refuse_repeated_quarters(frames, "crime")
    frame = pl.concat([frame for _, frame in frames])
    if frame.is_empty():
        raise InputError("The recorded crime files contain no row of a police force. Give others.")
    return OpenTable(
        table="recorded_crime",
        frame=frame,
        coverage=quarter_coverage(frame),
        notes=(
            *notes_on_forces(frame, left_out),
            *_notes(frame),
            *notes_on_quarters(frame),
            *read.notes,
        ),
        files=read.files,
    )


def _read(table: TextTable) -> tuple[pl.DataFrame, list[str]]:

    frame, left_out = read_quarters(table)
    wrong = table.frame.filter(~is_whole_number("offences")).height
    refuse_rows(table.name, wrong, "a Number of Offences that is not a whole number")
    frame = frame.select(
        "quarter_start",
        "force",
        "offence_group",
        "offence_subgroup",
        "offence_code",
        parse_whole_number("offences"),
    )
    return frame, left_out


def _notes(frame: pl.DataFrame) -> Iterator[str]:
    """Yield a note on the lines below zero."""
    import polars as pl

    if number := frame.filter(pl.col("offences") < 0).height:
        yield (
            "Below zero, because more records were cancelled than made: "
            f"{format_count(number, 'line')}. They are added like any other."
        )
