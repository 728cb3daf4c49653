"""Home Office outcomes of recorded crime by police force area: one row for each published line.

Each line has two numbers. One follows the offences recorded in the quarter; the other counts the
investigations closed in the quarter, whenever the offence was recorded. They are never added.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.datasets import CRIME_OUTCOMES
from swm_kpi.open_data.home_office_quarters import (
    COLUMNS,
    notes_on_forces,
    notes_on_quarters,
    quarter_coverage,
    quarter_label,
    read_quarters,
    refuse_repeated_quarters,
)
from swm_kpi.open_data.open_table import OpenTable, Paths
from swm_kpi.open_data.published_tables import (
    ColumnLayout,
    TextTable,
    format_count,
    list_names,
    read_tables,
    refuse_rows,
)
from swm_kpi.open_data.published_values import is_marker, is_whole_number, parse_whole_number

if TYPE_CHECKING:
    import polars as pl

_NUMBERS = ("of_recorded", "closed")
_LAYOUT = ColumnLayout(
    CRIME_OUTCOMES,
    {
        **COLUMNS,
        "outcome_type": ("Outcome Type",),
        "of_recorded": (
            "Outcomes for offences that were recorded in the quarter",
            "Number of Outcomes for offences that were recorded in the quarter",
        ),
        "closed": (
            "Outcomes for investigations closed in the quarter",
            "Outcomes for investigations that were closed in the quarter",
            "Number of Outcomes for investigations that were closed in the quarter",
        ),
    },
    required=(*COLUMNS, "outcome_type"),
    optional={"expired": ("Offence code expired",), "offence": ("Offence Description",)},
    in_workbooks=True,
    never=("Offence Subcode", "Subcode Description", "Number of Offences"),
    parts={
        "offences with a knife": re.compile(r"\bkni(?:fe|ves)\b|\bsharps?\b"),
        "offences with a firearm": re.compile(r"\bfirearms?\b"),
        "outcomes for an alternate offence": re.compile(r"\balternat"),
        "some offences by subcode": re.compile(r"\bsubcodes?\b"),
    },
)
_KEY = ["quarter_start", "force", "offence_code", "offence", "outcome_type"]
_NOT_ASSIGNED = "0"
_OUTCOME_TYPE = r"^(?:[0-9]|1[0-9]|2[0-3])$"
_PART_OF_ANOTHER = r"^[123]A$"
# A file of all offences has lines of these subgroups. No part that is published on its own has all.
_ALWAYS_PRESENT = ("Rape offences", "Other sexual offences", "Shoplifting")
_NOT_APPLICABLE = r"(?i)^n/?a\b"
_EXPIRED = r"(?i)\bexpired\b"
_FLAGGED = r"(?i)^(?:x|y|yes|true|1|expired)$"


@dataclass
class _File:
    """The lines of one table.

    Attributes:
        table: the table.
        frame: the lines, without those of a force and quarter that is not available.
        sums: the name of each row that sums several forces.
        parts: the number of lines of outcome types 1A, 2A and 3A.
        not_applicable: the number of figures that do not apply.
        unavailable: each force and quarter with a figure that is not available.
    """

    table: TextTable
    frame: pl.DataFrame
    sums: list[str]
    parts: int
    not_applicable: int
    unavailable: set[tuple[str, date]] = field(default_factory=set)


def read_crime_outcomes(paths: Paths, table: str = "") -> OpenTable:
    """Read outcomes files, as described in ``swm_kpi.open_data.crime_outcomes``."""
    import polars as pl

    read = read_tables(paths, [_LAYOUT], table=table)
    files = [_read(item) for item in read.tables if not item.is_repeat]
    refuse_repeated_quarters([(file.table, file.frame) for file in files], "outcome")
    frame = pl.concat([file.frame for file in files])
    unavailable = sorted(set().union(*(file.unavailable for file in files)))
    gone = pl.DataFrame(
        unavailable, schema={"force": pl.String, "quarter_start": pl.Date}, orient="row"
    )
    frame = frame.join(gone, on=["force", "quarter_start"], how="anti", maintain_order="left")
    if frame.is_empty():
        raise InputError(
            "The outcomes files contain no quarter in which a police force has every figure. Give "
            "others."
        )
    return OpenTable(
        table="published_outcome",
        frame=frame.drop("offence"),
        coverage=quarter_coverage(frame, [force for force, _ in unavailable]),
        notes=(
            *notes_on_forces(frame, [name for file in files for name in file.sums]),
            *_notes(files, frame, unavailable),
            *notes_on_quarters(frame),
            *read.notes,
        ),
        files=read.files,
    )


def _read(table: TextTable) -> _File:
    import polars as pl

    frame, sums = read_quarters(table)
    frame = frame.with_columns(
        pl.lit(None, dtype=pl.String).alias(name)
        for name in _LAYOUT.optional
        if name not in frame.columns
    ).with_columns(
        pl.col("outcome_type").str.to_uppercase(), _with_usual_case(pl.col("offence_subgroup"))
    )
    is_part = pl.col("outcome_type").str.contains(_PART_OF_ANOTHER)
    parts = frame.filter(is_part).height
    frame = frame.filter(~is_part)
    if parts and frame.is_empty():
        raise InputError(
            f"{table.name} has the outcome types 1A, 2A and 3A only. They are parts of 1, 2 and 3 "
            "and are not outcomes to add. Leave it out."
        )
    wrong = frame.filter(~pl.col("outcome_type").str.contains(_OUTCOME_TYPE)).height
    refuse_rows(table.name, wrong, "an Outcome Type that is not a code from 0 to 23")
    _refuse_part(table, frame)
    repeats = frame.select(pl.len().over(_KEY))["len"].min()
    refuse_rows(
        table.name,
        frame.height if repeats != 1 else 0,
        "the force, quarter, offence and outcome type of another row",
        "The file has every row twice or more. Download it again.",
    )
    does_not_apply = {name: _does_not_apply(name) for name in _NUMBERS}
    for name, is_none in does_not_apply.items():
        is_valid = is_whole_number(name) | is_none | _is_unavailable(name)
        title = " ".join(table.header[table.positions[name]].split())
        wrong = frame.filter(~is_valid).height
        refuse_rows(table.name, wrong, f"a figure of {title!r} that is not a whole number")
    count = frame.select(is_none.sum().alias(name) for name, is_none in does_not_apply.items())
    missing = pl.any_horizontal(
        _is_unavailable(name) & ~is_none for name, is_none in does_not_apply.items()
    )
    unavailable = frame.filter(missing).select("force", "quarter_start").unique()
    frame = frame.select(
        "quarter_start",
        "force",
        "offence_group",
        "offence_subgroup",
        "offence_code",
        "outcome_type",
        *(
            pl.when(is_whole_number(name)).then(pl.col(name)).otherwise(pl.lit("0")).alias(name)
            for name in _NUMBERS
        ),
        "offence",
    ).with_columns(parse_whole_number(name) for name in _NUMBERS)
    number = sum(count.row(0)) if count.height else 0
    return _File(table, frame, sums, parts, number, set(unavailable.rows()))


def _does_not_apply(name: str) -> pl.Expr:
    """Return whether a figure is left out because there can be no such outcome.

    No offence is recorded under an expired code, and an offence without an outcome is not a closed
    investigation.
    """
    import polars as pl

    is_blank = pl.col(name).is_null() | pl.col(name).str.contains(_NOT_APPLICABLE)
    is_flagged = pl.col("expired").str.contains(_FLAGGED).fill_null(False)
    is_expired = is_flagged | pl.col(name).str.contains(_EXPIRED).fill_null(False)
    is_open = pl.lit(False)
    if name == "closed":
        is_open = pl.col("outcome_type") == _NOT_ASSIGNED
    return is_blank & (is_expired | is_open)


def _is_unavailable(name: str) -> pl.Expr:
    """Return whether a figure is blank or a marker: not provided, not available, suppressed."""
    import polars as pl

    is_not_provided = pl.col(name).str.contains(_NOT_APPLICABLE).fill_null(False)
    return pl.col(name).is_null() | is_marker(name) | is_not_provided


def _with_usual_case(subgroup: pl.Expr) -> pl.Expr:
    """Write a subgroup that files always have with its usual capital letters."""
    import polars as pl

    for name in _ALWAYS_PRESENT:
        is_same = subgroup.str.to_lowercase() == name.lower()
        subgroup = pl.when(is_same).then(pl.lit(name)).otherwise(subgroup)
    return subgroup.alias("offence_subgroup")


def _refuse_part(table: TextTable, frame: pl.DataFrame) -> None:
    """Raise if a table has only some offences: a total would look like that of all offences."""
    present = set(frame["offence_subgroup"].unique().to_list())
    absent = [name for name in _ALWAYS_PRESENT if name not in present]
    if absent:
        raise InputError(
            f"{table.name} has no line of the Offence Subgroup {' or '.join(absent)}. It has only "
            "some offences, such as those with a knife, or other names for them, so totals would "
            "be too small. Give the outcomes of all offences, as published."
        )


def _notes(
    files: list[_File], frame: pl.DataFrame, unavailable: list[tuple[str, date]]
) -> Iterator[str]:
    """Yield what a reader of the numbers should know about the lines."""
    import polars as pl

    if unavailable:
        names = list_names([f"{force} {quarter_label(quarter)}" for force, quarter in unavailable])
        yield (
            f"Left out because at least one figure is not available: {names}. They are missing "
            "data, not zero."
        )
    if parts := sum(file.parts for file in files):
        yield (
            "Left out because outcome types 1A, 2A and 3A are counted in 1, 2 and 3: "
            f"{format_count(parts, 'line')}."
        )
    if number := sum(file.not_applicable for file in files):
        yield (
            "Not applicable, because the offence code is expired or there is no outcome yet, and "
            f"read as no outcomes: {format_count(number, 'figure')}."
        )
    below = pl.any_horizontal(pl.col(name) < 0 for name in _NUMBERS)
    if number := frame.filter(below).height:
        yield (
            "Below zero, because more outcomes were withdrawn than assigned: "
            f"{format_count(number, 'line')}. They are added like any other."
        )
    if number := frame.height - frame.select(_KEY).n_unique():
        yield (
            "The same force, quarter, offence and outcome type as another line: "
            f"{format_count(number, 'line')}. Every line is counted, as published."
        )
