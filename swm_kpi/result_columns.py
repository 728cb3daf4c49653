"""The columns of a result: the one place that declares their names, types and meanings.

The engine, the disclosure control, every file format, ``kpi.diff`` and the reference page
``docs/reference/result-columns.md`` read this declaration. The breakdowns of a request add one text
column each, between ``period_end`` and ``value``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class ColumnType(StrEnum):
    """What a column holds: its name in the documentation, in Polars and in CSV on the Web."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"

    @property
    def polars(self) -> pl.DataType:
        """The Polars type."""
        return {
            ColumnType.TEXT: pl.String(),
            ColumnType.NUMBER: pl.Float64(),
            ColumnType.DATE: pl.Date(),
        }[self]

    @property
    def csvw(self) -> str:
        """The datatype of CSV on the Web (W3C, Metadata Vocabulary for Tabular Data, 5.11)."""
        return {
            ColumnType.TEXT: "string",
            ColumnType.NUMBER: "number",
            ColumnType.DATE: "date",
        }[self]


@dataclass(frozen=True)
class ResultColumn:
    """One column of a result.

    Attributes:
        name: the name of the column.
        type: what it holds.
        description: what it means, in sentences.
        is_key: whether it is one of the columns that, with the breakdowns, identify a row.
        in_workbook: whether the XLSX and ODS workbooks show it.
        in_notebook: whether the table in a notebook shows it.
    """

    name: str
    type: ColumnType
    description: str
    is_key: bool = False
    in_workbook: bool = True
    in_notebook: bool = True


_TEXT, _NUMBER, _DATE = ColumnType.TEXT, ColumnType.NUMBER, ColumnType.DATE

_BEFORE_BREAKDOWNS = (
    ResultColumn("ref", _TEXT, "The number of the metric in its catalogue, as text.", is_key=True),
    ResultColumn("metric", _TEXT, "The key of the metric.", in_workbook=False, in_notebook=False),
    ResultColumn(
        "measure",
        _TEXT,
        "The key of the measure. A metric may have several measures.",
        is_key=True,
    ),
    ResultColumn(
        "basis",
        _TEXT,
        "The source of the number: `force` for the force's own records, `proxy` for public data "
        "used in their place.",
        is_key=True,
    ),
    ResultColumn(
        "grain",
        _TEXT,
        "The length of the period: `month`, `quarter`, `year` or `rolling_12`. Years and quarters "
        "are financial: a year runs from April to March.",
        is_key=True,
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "period",
        _TEXT,
        "The label of the period. `2024/25 Q1` is April to June 2024.",
        is_key=True,
    ),
    ResultColumn(
        "period_start",
        _DATE,
        "The first day of the period, local time in Europe/London.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "period_end",
        _DATE,
        "The last day of the period, inclusive.",
        in_workbook=False,
        in_notebook=False,
    ),
)

_AFTER_BREAKDOWNS = (
    ResultColumn(
        "value",
        _NUMBER,
        "The number. Empty where the marker says why. A proportion is from 0 to 1.",
    ),
    ResultColumn("unit", _TEXT, "The unit of the value, such as `calls` or `proportion`."),
    ResultColumn(
        "numerator",
        _NUMBER,
        "The number above the line, where the value is a quotient.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "denominator",
        _NUMBER,
        "The number below the line, where the value is a quotient. For a duration, the number of "
        "rows it is based on.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "lower",
        _NUMBER,
        "The lower limit of the 95% confidence interval of the value, where there is one.",
    ),
    ResultColumn(
        "upper",
        _NUMBER,
        "The upper limit of the 95% confidence interval of the value, where there is one.",
    ),
    ResultColumn(
        "undecided",
        _NUMBER,
        "The number of rows of which it is not known whether they count, because a column of the "
        "condition is blank. Empty where every row is decided.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "in_repeated_hour",
        _NUMBER,
        "Of the undecided rows, the number that are undecided only because a time falls in the "
        "hour that occurs twice when clocks go back. Empty where there is none.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "without_value",
        _NUMBER,
        "The number of rows that count but lack what is measured, such as an end time, an amount "
        "or a person. Empty where none does.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "unmapped",
        _NUMBER,
        "Of the rows that are undecided or lack what is measured, the number in which the source "
        "has a value that the mapping of the table does not map. Empty where there is none.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "null_at_source",
        _NUMBER,
        "The rest of the same rows: the source has no value, or none that can be used. Only for a "
        "measure that has unmapped rows. Empty where there is none.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "mapped_to_other",
        _NUMBER,
        "The number of rows that a value which the mapping of the table does not map decides all "
        "the same: it became the mapping's `other` value, or its blank is an answer, such as that "
        "a case has no end. Empty where there is none.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "in_no_period",
        _NUMBER,
        "The number of rows that would count but are in no period, because they have no date or "
        "are dated after the extraction. Only in totals. Empty where there is none, and in "
        "protected results.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "at_least",
        _NUMBER,
        "The least that the value can be, whatever the blank columns should hold. Empty where "
        "nothing is blank, and where there is no such limit.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "at_most",
        _NUMBER,
        "The most that the value can be, whatever the blank columns should hold. Empty where "
        "nothing is blank, and where there is no such limit.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "answers",
        _NUMBER,
        "For a survey, the number of answers that the value is based on.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "effective_answers",
        _NUMBER,
        "For a survey, the effective sample size: how many answers of equal weight would be as "
        "precise.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "marker",
        _TEXT,
        "Why there is no value, or why to read it with care. Empty for a plain number.",
        in_notebook=False,
    ),
    ResultColumn("note", _TEXT, "What a reader must know about this number, in sentences."),
    ResultColumn(
        "definition",
        _TEXT,
        "The definition of the metric: `ref@version#hash`. The hash covers everything that can "
        "change the number.",
        in_workbook=False,
        in_notebook=False,
    ),
    ResultColumn(
        "as_at",
        _DATE,
        "The day on which the data were extracted, where the caller stated it.",
        in_notebook=False,
    ),
)

RESULT_COLUMNS = (*_BEFORE_BREAKDOWNS, *_AFTER_BREAKDOWNS)
"""Every column of a result except the breakdowns, in order."""

BREAKDOWN_DESCRIPTION = (
    "`All` is the total. `Unknown` is for rows with no recorded member; the total includes them."
)
"""What the column of every breakdown means."""

NUMBER_COLUMNS = tuple(column.name for column in RESULT_COLUMNS if column.type is _NUMBER)
"""The columns of numbers, in order: the value first, then what it was calculated from."""

DATE_COLUMNS = tuple(column.name for column in RESULT_COLUMNS if column.type is _DATE)


def column_names(by: Iterable[str] = ()) -> list[str]:
    """Return the names of the columns of a result, in order.

    Args:
        by: the breakdowns, in the order of their columns.
    """
    return [
        *(column.name for column in _BEFORE_BREAKDOWNS),
        *by,
        *(column.name for column in _AFTER_BREAKDOWNS),
    ]


def key_names(by: Iterable[str] = ()) -> list[str]:
    """Return the names of the columns that identify a row, the breakdowns last.

    Args:
        by: the breakdowns, in the order of their columns.
    """
    return [*(column.name for column in RESULT_COLUMNS if column.is_key), *by]


def result_schema(by: Iterable[str] = ()) -> dict[str, pl.DataType]:
    """Return the Polars type of each column of a result, in order.

    Args:
        by: the breakdowns, in the order of their columns.
    """
    types = {column.name: column.type.polars for column in RESULT_COLUMNS}
    return {name: types.get(name, _TEXT.polars) for name in column_names(by)}


def column_type(name: str) -> ColumnType:
    """Return the type of a column. A name that is not declared is a breakdown, which is text."""
    return next((column.type for column in RESULT_COLUMNS if column.name == name), _TEXT)


def describe_column(name: str) -> str:
    """Return what a column means. A name that is not declared is a breakdown."""
    descriptions = {column.name: column.description for column in RESULT_COLUMNS}
    return descriptions.get(name, BREAKDOWN_DESCRIPTION)


def notebook_columns(by: Sequence[str] = ()) -> list[str]:
    """Return the names of the columns that a notebook shows, in order.

    Args:
        by: the breakdowns, in the order of their columns.
    """
    hidden = {column.name for column in RESULT_COLUMNS if not column.in_notebook}
    return [name for name in column_names(by) if name not in hidden]


def columns_not_in_workbook() -> list[str]:
    """Return the names of the columns that a workbook leaves out, in order."""
    return [column.name for column in RESULT_COLUMNS if not column.in_workbook]
