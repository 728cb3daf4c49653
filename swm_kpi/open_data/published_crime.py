"""Home Office police recorded crime by police force area: one row per published line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.csv_files import counted, find_files, read_text, refuse_rows
from swm_kpi.open_data.places import TERRITORIAL_FORCES, territorial_force
from swm_kpi.open_data.table import OpenTable, Paths

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
_YEAR = r"^[0-9]{4}/[0-9]{2}$"
_QUARTER = r"^[1-4]$"
_NUMBER = r"^-?(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})$"


def read_recorded_crime(paths: Paths) -> OpenTable:
    """Read recorded crime files; ``swm_kpi.open_data.recorded_crime`` says how."""
    import polars as pl

    files = find_files(paths, pattern="*.csv")
    frames = [_read(path) for path in files]
    _refuse_same_lines(files, frames)
    frame = pl.concat(frames)
    quarters: list[date] = frame["quarter_start"].unique().sort().to_list()
    missing = _missing_months(quarters)
    return OpenTable(
        table="recorded_crime",
        frame=frame,
        coverage=(quarters[0], _later(quarters[-1], 3) - timedelta(days=1)),
        notes=(*_notes(frame), *_notes_on_files(frame, quarters, missing)),
        missing_months=missing,
    )


def _read(path: Path) -> pl.DataFrame:
    import polars as pl

    frame = read_text(path, _COLUMNS, required=tuple(_COLUMNS))
    first = pl.col("year").str.slice(0, 4).cast(pl.Int32, strict=False)
    second = pl.col("year").str.slice(5).cast(pl.Int32, strict=False)
    is_year = pl.col("year").str.contains(_YEAR) & (second == (first + 1) % 100)
    tests = {
        "a Financial Year that is not written as 2017/18 is": is_year,
        "a Financial Quarter other than 1 to 4": pl.col("quarter").str.contains(_QUARTER),
        "a Number of Offences that is not a whole number": pl.col("offences").str.contains(_NUMBER),
    }
    for what, test in tests.items():
        refuse_rows(path, frame.filter(~test.fill_null(False)).height, what)
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


def _refuse_same_lines(files: list[Path], frames: list[pl.DataFrame]) -> None:
    """Refuse two files of one force and quarter, whose every crime would count twice."""
    seen: dict[tuple[date, str], Path] = {}
    for path, frame in zip(files, frames, strict=True):
        for key in frame.select("quarter_start", "force").unique().rows():
            if key in seen:
                raise InputError(
                    f"{seen[key].name} and {path.name} both hold one force's lines of one quarter. "
                    "Give one of them: every crime would count twice."
                )
            seen[key] = path


def _notes(frame: pl.DataFrame) -> Iterator[str]:
    """Say what in the lines a reader of the numbers should know."""
    import polars as pl

    others = frame.filter(~pl.col("force").is_in(TERRITORIAL_FORCES))
    if not others.is_empty():
        names = ", ".join(others["force"].unique().sort())
        yield (
            f"Not one of the 43 territorial forces, kept as published: {names} "
            f"({counted(others.height, 'line')}). A total of all forces includes them."
        )
    if number := frame.filter(pl.col("offences") < 0).height:
        yield (
            f"Below zero, because more records were cancelled than made: {counted(number, 'line')},"
            " added like any other."
        )


def _notes_on_files(
    frame: pl.DataFrame, quarters: list[date], missing: tuple[date, ...]
) -> Iterator[str]:
    """Say for which quarters and forces a count of none means that nothing was given."""
    if missing:
        names = ", ".join(_label(each) for each in missing[::3])
        yield f"No file was given for {names}: a 0 there is missing data, not none."
    held = frame.select("force", "quarter_start").unique().group_by("force").len().sort("force")
    for force, number in held.rows():
        if number < len(quarters) and force in TERRITORIAL_FORCES:
            yield (
                f"{force} has lines for {number} of the {len(quarters)} quarters given: a 0 for it "
                "in the others is missing data, not none."
            )


def _missing_months(quarters: list[date]) -> tuple[date, ...]:
    """Return every month of each quarter between the first and the last that no file holds."""
    held, quarter, gaps = set(quarters), quarters[0], []
    while quarter < quarters[-1]:
        if quarter not in held:
            gaps += [_later(quarter, months) for months in range(3)]
        quarter = _later(quarter, 3)
    return tuple(gaps)


def _later(month: date, months: int) -> date:
    index = month.year * 12 + month.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _label(quarter: date) -> str:
    """Name a quarter of a financial year: "2017/18 Q4"."""
    year = quarter.year - (quarter.month < 4)
    return f"{year}/{(year + 1) % 100:02} Q{(quarter.month - 4) % 12 // 3 + 1}"
