"""STATS19 road collisions and casualties, as the Department for Transport publishes them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.errors import InputError
from swm_kpi.open_data.csv_files import counted, find_files, read_text, refuse_rows
from swm_kpi.open_data.places import (
    FORCE_BY_STATS19_CODE,
    WEST_MERCIA,
    district_of_code,
    force_of_code,
    lpa_of_district,
)
from swm_kpi.open_data.table import OpenTable, Paths

if TYPE_CHECKING:
    import polars as pl

_INDEX = ("collision_index", "accident_index")
_COLLISION = {
    "collision_id": _INDEX,
    "date": ("date",),
    "severity": ("collision_severity", "accident_severity"),
    "force_code": ("police_force",),
    "district_code": ("local_authority_ons_district",),
}
_CASUALTY = {
    "collision_id": _INDEX,
    "vehicle": ("vehicle_reference",),
    "person": ("casualty_reference",),
    "severity": ("casualty_severity",),
}
_SEVERITY = {"1": "Fatal", "2": "Serious", "3": "Slight"}
_DATE, _DATE_FORM = "%d/%m/%Y", r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$"
_MISSING = "-1"
_PLURAL = {"collision": "collisions", "casualty": "casualties"}
_PLACE = ("force", "district", "lpa")


def read_stats19(collisions: Paths, casualties: Paths | None) -> dict[str, OpenTable]:
    """Read collision and casualty files; ``swm_kpi.open_data.stats19`` says how."""
    import polars as pl

    files = find_files(collisions, pattern="*collision*.csv")
    collision = pl.concat([_read_collisions(path) for path in files])
    _refuse_repeats(collision, ["collision_id"], "collision")
    frame = collision.select("collision_id", "date", "severity", *_PLACE)
    tables = {"collision": _table("collision", frame, list(_notes(collision, "collision")))}
    if casualties is not None:
        tables["casualty"] = _read_casualties(casualties, collision)
    return tables


def _read_collisions(path: Path) -> pl.DataFrame:
    import polars as pl

    frame = read_text(path, _COLLISION, required=("collision_id", "date", "severity"))
    frame = _with_severity(path, frame, _COLLISION)
    days = pl.col("date").str.to_date(_DATE, strict=False)
    frame = frame.with_columns(
        pl.when(pl.col("date").str.contains(_DATE_FORM)).then(days).alias("date"),
        pl.col("force_code", "district_code").replace(_MISSING, None),
    )
    refuse_rows(path, frame["date"].null_count(), "a date that is not a day as DD/MM/YYYY")
    return frame.with_columns(
        force=force_of_code(pl.col("force_code")),
        district=district_of_code(pl.col("district_code")),
    ).with_columns(lpa=lpa_of_district(pl.col("district")))


def _read_casualties(casualties: Paths, collision: pl.DataFrame) -> OpenTable:
    import polars as pl

    files = find_files(casualties, pattern="*casualt*.csv")
    frame = pl.concat(
        [
            _with_severity(path, read_text(path, _CASUALTY, required=tuple(_CASUALTY)), _CASUALTY)
            for path in files
        ]
    )
    frame = frame.with_columns(casualty_id=pl.col("vehicle") + "-" + pl.col("person"))
    _refuse_repeats(frame, ["collision_id", "casualty_id"], "casualty")
    frame = frame.join(
        collision.drop("severity"), on="collision_id", how="left", maintain_order="left"
    )
    unmatched = frame["date"].null_count()
    if unmatched:
        raise InputError(
            f"The casualty files hold {counted(unmatched, 'row')} whose collision is in none of "
            "the collision files, so there is no date for them. Give the collision files of the "
            "same years."
        )
    without = collision.join(frame, on="collision_id", how="anti").height
    notes = list(_notes(frame, "casualty"))
    if without:
        notes.append(
            f"Without a casualty in the files given: {counted(without, 'collision')}. Every "
            "STATS19 collision has one at least, so casualties are missing."
        )
    frame = frame.select("collision_id", "casualty_id", "date", "severity", *_PLACE)
    return _table("casualty", frame, notes)


def _table(name: str, frame: pl.DataFrame, notes: list[str]) -> OpenTable:
    """Add what the dates say: the coverage, and the years within it that no file holds."""
    first, last = _coverage(frame)
    held = set(frame["date"].dt.year().unique().to_list())
    gaps = [year for year in range(first.year, last.year) if year not in held]
    if gaps:
        years = ", ".join(str(year) for year in gaps)
        notes = [*notes, f"No file was given for {years}: a 0 there is missing data, not none."]
    missing = tuple(date(year, month, 1) for year in gaps for month in range(1, 13))
    return OpenTable(name, frame, (first, last), tuple(notes), missing)


def _with_severity(
    path: Path, frame: pl.DataFrame, columns: Mapping[str, tuple[str, ...]]
) -> pl.DataFrame:
    """Put words for severity codes. STATS19 always has one, so a file without is not STATS19."""
    import polars as pl

    named = pl.col("severity").replace_strict(_SEVERITY, default=None, return_dtype=pl.String)
    frame = frame.with_columns(named)
    unknown = frame["severity"].null_count()
    refuse_rows(path, unknown, f"a {columns['severity'][0]} other than 1, 2 and 3")
    return frame


def _refuse_repeats(frame: pl.DataFrame, key: list[str], thing: str) -> None:
    repeats = frame.height - frame.select(key).n_unique()
    if repeats:
        raise InputError(
            f"The {thing} files hold {counted(repeats, 'row')} of a {thing} already read. "
            "Give each file once, and no two of the same year."
        )


def _notes(frame: pl.DataFrame, thing: str) -> Iterator[str]:
    """Say what in the rows a reader of the numbers should know."""
    import polars as pl

    def rows(condition: pl.Expr) -> int:
        return frame.filter(condition).height

    def these(number: int) -> str:
        return counted(number, thing, plural=_PLURAL[thing])

    if number := rows(pl.col("force").is_null()):
        yield f"No force: {these(number)}."
    if number := rows(~pl.col("force_code").is_in(list(FORCE_BY_STATS19_CODE))):
        yield f"A force code that is not in the published list, shown as such: {these(number)}."
    if number := rows(pl.col("district").is_null()):
        yield f"No district: {these(number)}."
    west_mercia, placed = pl.col("force") == WEST_MERCIA, pl.col("district").is_not_null()
    if number := rows(west_mercia & placed & pl.col("lpa").is_null()):
        yield f"West Mercia's, outside its Local Policing Areas: {these(number)}."


def _coverage(frame: pl.DataFrame) -> tuple[date, date]:
    """Return 1 January of the first year and the last day of the last month with a row."""
    days: list[date] = frame["date"].unique().sort().to_list()
    first, last = days[0], days[-1]
    return first.replace(month=1, day=1), last.replace(day=monthrange(last.year, last.month)[1])
