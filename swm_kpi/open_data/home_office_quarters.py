"""Home Office open data by police force area and quarter of the financial year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from swm_kpi.coverage import Coverage, Span
from swm_kpi.errors import InputError
from swm_kpi.open_data.places import TERRITORIAL_FORCES, is_sum, territorial_force
from swm_kpi.open_data.published_tables import TextTable, format_count, list_names, refuse_rows
from swm_kpi.open_data.published_values import refuse_excel_dates
from swm_kpi.vocabulary import CoverageSource

if TYPE_CHECKING:
    import polars as pl

COLUMNS = {
    "year": ("Financial Year",),
    "quarter": ("Financial Quarter",),
    "force": ("Force Name",),
    "offence_group": ("Offence Group",),
    "offence_subgroup": ("Offence Subgroup",),
    "offence_code": ("Offence Code",),
}
"""The columns that every table by force and quarter has."""

_YEAR = r"^([0-9]{4})[/-](?:20|21)?([0-9]{2})$"
_QUARTER = r"^(?i:q|quarter )?([1-4])$"
_ALL_OFFENCES = r"(?i)\btotal\b|\ball (?:offences|crimes?|recorded)\b"


def read_quarters(table: TextTable) -> tuple[pl.DataFrame, list[str]]:
    """Return the rows of a table with their quarter and force, and the names of other rows.

    The columns ``year`` and ``quarter`` become ``quarter_start``, the first day. A row of a region
    or of England and Wales is left out: its figure is the sum of the forces' rows.

    Raises:
        InputError: a financial year or quarter is in another format, a row is of all offences, or
            a force has two names in one quarter.
    """
    import polars as pl

    refuse_excel_dates(table, "year", "2011/12")
    frame = table.frame
    first = pl.col("year").str.extract(_YEAR, 1).cast(pl.Int32, strict=False)
    second = pl.col("year").str.extract(_YEAR, 2).cast(pl.Int32, strict=False)
    quarter = pl.col("quarter").str.extract(_QUARTER, 1).cast(pl.Int32, strict=False)
    valid_values = {
        "a Financial Year that is not written like 2017/18": second == (first + 1) % 100,
        "a Financial Quarter other than 1 to 4": quarter.is_not_null(),
    }
    for problem, is_valid in valid_values.items():
        refuse_rows(table.name, frame.filter(~is_valid.fill_null(False)).height, problem)
    names = ("offence_group", "offence_subgroup", "offence_code")
    is_total = pl.any_horizontal(pl.col(name).str.contains(_ALL_OFFENCES) for name in names)
    refuse_rows(
        table.name,
        frame.filter(is_total).height,
        "a total of all offences, which would count every offence twice",
        "Leave these rows out, or give the file as published.",
    )
    sums = [name for name in frame["force"].unique().to_list() if is_sum(name)]
    left_out = frame.filter(pl.col("force").is_in(sums))["force"].to_list()
    # Quarter 1 begins in April; quarter 4 is January to March of the following calendar year.
    frame = frame.filter(~pl.col("force").is_in(sums)).with_columns(
        pl.date(first + quarter // 4, quarter % 4 * 3 + 1, 1).alias("quarter_start"),
        territorial_force(pl.col("force")).alias("force"),
        pl.col("force").alias("published"),
    )
    names_in_quarter = pl.col("published").n_unique().over("quarter_start", "force")
    refuse_rows(
        table.name,
        frame.filter(names_in_quarter > 1).height,
        "a force that has two names in one quarter",
        "Each offence can be there twice. Give the rows of one name.",
    )
    return frame.drop("year", "quarter", "published"), left_out


def refuse_repeated_quarters(frames: Sequence[tuple[TextTable, pl.DataFrame]], noun: str) -> None:
    """Raise if two files contain the same force and quarter: each of its lines would count twice.

    Args:
        frames: each table with its rows.
        noun: what would count twice.
    """
    names: dict[tuple[date, str], str] = {}
    for table, frame in frames:
        for key in frame.select("quarter_start", "force").unique().rows():
            if key in names:
                raise InputError(
                    f"{names[key]} and {table.name} both contain one force's lines of one quarter. "
                    f"Give one of them: every {noun} would count twice."
                )
            names[key] = table.name


def quarter_coverage(frame: pl.DataFrame, forces: Sequence[str] = ()) -> Coverage:
    """Return the quarters that the files contain of each force.

    A total does not wait for a body that is not one of the 43 forces: such bodies come and go.

    Args:
        frame: the rows, with ``force`` and ``quarter_start``.
        forces: forces that cover nothing if they have no row.
    """
    quarters: dict[str, list[Span]] = {force: [] for force in forces}
    for force, first in frame.select("force", "quarter_start").unique().iter_rows():
        last = _add_months(first, 3) - timedelta(days=1)
        quarters.setdefault(force, []).append((first, last))
    others = quarters.keys() - set(TERRITORIAL_FORCES)
    source = CoverageSource.READER
    return Coverage(reporter="force", by_reporter=quarters, optional=others, source=source)


def notes_on_forces(frame: pl.DataFrame, left_out: Sequence[str]) -> Iterator[str]:
    """Yield a note on the bodies that are not forces, and on the rows that sum forces."""
    import polars as pl

    others = frame.filter(~pl.col("force").is_in(TERRITORIAL_FORCES))
    if not others.is_empty():
        names = list_names(others["force"].unique().sort().to_list())
        yield (
            f"Not one of the 43 territorial forces, kept as published: {names} "
            f"({format_count(others.height, 'line')}). A total of all forces includes them."
        )
    if left_out:
        yield (
            "Left out because they sum several forces: "
            f"{format_count(len(left_out), 'line')} ({list_names(sorted(set(left_out)))})."
        )


def notes_on_quarters(frame: pl.DataFrame) -> Iterator[str]:
    """Yield a note for the quarters, and for each force with quarters, that no file contains."""
    quarters = frame["quarter_start"].unique().sort().to_list()
    if missing := _missing_quarters(quarters):
        names = ", ".join(quarter_label(quarter) for quarter in missing)
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


def quarter_label(quarter: date) -> str:
    """Format a quarter of a financial year: "2017/18 Q4"."""
    year = quarter.year - (quarter.month < 4)
    return f"{year}/{(year + 1) % 100:02} Q{(quarter.month - 4) % 12 // 3 + 1}"


def _missing_quarters(quarters: list[date]) -> list[date]:
    """Return the quarters between the first and the last that no file contains."""
    quarter, missing = quarters[0], []
    while quarter < quarters[-1]:
        if quarter not in quarters:
            missing.append(quarter)
        quarter = _add_months(quarter, 3)
    return missing


def _add_months(month: date, months: int) -> date:
    number = month.year * 12 + month.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
