"""Values as publishers write them, and as Excel changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from swm_kpi.open_data.published_tables import TextTable, refuse_rows

if TYPE_CHECKING:
    import polars as pl

_MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_EXCEL_DATE = (
    "(?i)^(?:"
    + "|".join(
        (
            rf"{_MONTH}[- ](?:[0-9]{{2}}|[0-9]{{4}})",
            rf"[0-9]{{1,2}}[- ]{_MONTH}(?:[- ][0-9]{{2,4}})?",
            r"[0-9]{1,2}/[0-9]{1,2}/(?:[0-9]{2}|[0-9]{4})(?: [0-9:]+)?",
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9:]+)?",
            r"[0-9]{5}",
        )
    )
    + ")$"
)
_ROUNDED = r"(?i)^-?[0-9](?:\.[0-9]+)?e\+[0-9]+$"
_AS_PUBLISHED = "Download the file again, and do not save it in Excel."

# What publishers write in place of a figure: not available, not applicable, suppressed, low.
_MARKER = r"(?i)^(?:\.{1,3}|[-–—]|:|\*+|n/?a|[zxcuw]|not available|\[[^\]]*\])$"
# A mark after a figure, such as revised, provisional, break in series or a footnote.
_FLAG = r"(?i)([0-9])\s*(?:\[[^\]]*\]|[rpbe])$"
_WHOLE_NUMBER = r"^-?(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})$"
_FIGURE = r"^(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.[0-9]+)?$"


def refuse_excel_dates(table: TextTable, column: str, example: str) -> None:
    """Raise an error if a column has dates that Excel wrote in place of the published text.

    Args:
        table: the table.
        column: a text column.
        example: a value as it is published.
    """
    import polars as pl

    changed = table.frame.filter(pl.col(column).str.contains(_EXCEL_DATE)).height
    refuse_rows(
        table.name,
        changed,
        f"a {_file_name(table, column)} that Excel changed to a date, such as Jul-25 or 01/07/2025 "
        f"in place of {example}",
        _AS_PUBLISHED,
    )


def explain_excel_dates(values: pl.Series) -> str:
    """Return how to fix dates in the wrong format if Excel wrote some of them; else empty."""
    if not values.str.contains(_EXCEL_DATE).any():
        return ""
    return f"Excel writes dates like some of them. {_AS_PUBLISHED}"


def refuse_rounded_numbers(table: TextTable, column: str) -> None:
    """Raise an error if a column has identifiers that Excel rounded, such as 1.23E+10."""
    import polars as pl

    rounded = table.frame.filter(pl.col(column).str.contains(_ROUNDED)).height
    refuse_rows(
        table.name,
        rounded,
        f"a {_file_name(table, column)} that Excel rounded to a number such as 1.23E+10, which is "
        "not the published one",
        _AS_PUBLISHED,
    )


def refuse_non_figures(table: TextTable, column: str, frame: pl.DataFrame | None = None) -> None:
    """Raise an error if a value is neither a figure nor a marker such as ``..`` or ``[x]``.

    Args:
        table: the table.
        column: a text column.
        frame: the rows to check; by default those of the table.
    """
    import polars as pl

    values = (table.frame if frame is None else frame)[column].drop_nulls()
    figure = pl.col(column).str.replace(_FLAG, "$1").str.contains(_FIGURE)
    is_valid = values.to_frame().select(figure | pl.col(column).str.contains(_MARKER))
    wrong = len(values) - int(is_valid[column].sum() or 0)
    refuse_rows(
        table.name,
        wrong,
        f"a {_file_name(table, column)} that is neither a number nor a marker "
        "such as .., [x] or [z]",
    )


def parse_figure(column: str) -> pl.Expr:
    """Return figures as numbers; null for a marker.

    Commas between thousands and a flag after the figure, such as [r], are left out.
    """
    import polars as pl

    text = pl.col(column)
    figure = pl.when(~text.str.contains(_MARKER)).then(text).str.replace(_FLAG, "$1")
    return figure.str.replace_all(",", "", literal=True).cast(pl.Float64)


def is_whole_number(column: str) -> pl.Expr:
    """Return whether a text is a whole number, which can be below zero. A blank is not."""
    import polars as pl

    return pl.col(column).str.contains(_WHOLE_NUMBER).fill_null(False)


def parse_whole_number(column: str) -> pl.Expr:
    """Return whole numbers as integers, without the commas between thousands."""
    import polars as pl

    return pl.col(column).str.replace_all(",", "", literal=True).cast(pl.Int64)


def is_marker(column: str) -> pl.Expr:
    """Return whether a text is a marker that a publisher writes in place of a figure."""
    import polars as pl

    return pl.col(column).str.contains(_MARKER).fill_null(False)


def count_markers(values: pl.Series) -> dict[str, int]:
    """Return how often each marker stands in place of a figure."""
    markers = values.filter(values.str.contains(_MARKER).fill_null(False))
    return dict(sorted(markers.value_counts().iter_rows()))


def count_flags(values: pl.Series) -> int:
    """Return how many figures have a flag after them."""
    is_flagged = values.str.contains(_FLAG) & ~values.str.contains(_MARKER)
    return int(is_flagged.sum() or 0)


def _file_name(table: TextTable, column: str) -> str:
    return " ".join(table.header[table.positions[column]].split())
