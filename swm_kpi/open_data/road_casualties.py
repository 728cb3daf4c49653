"""STATS19 road collisions and casualties, published by the Department for Transport."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from swm_kpi.coverage import Coverage
from swm_kpi.errors import InputError
from swm_kpi.open_data.csv_files import find_files, format_count, read_text, refuse_rows
from swm_kpi.open_data.open_table import OpenTable, Paths
from swm_kpi.open_data.places import (
    FORCE_BY_STATS19_CODE,
    district_of_code,
    force_of_code,
    is_of_force,
    lpa_of_district,
)
from swm_kpi.vocabulary import CoverageSource

if TYPE_CHECKING:
    import polars as pl

    from swm_kpi.model.force_area import ForceArea

_ID_NAMES = ("collision_index", "accident_index")
_COLLISION = {
    "collision_id": _ID_NAMES,
    "date": ("date",),
    "severity": ("collision_severity", "accident_severity"),
    "force_code": ("police_force",),
    "district_code": ("local_authority_ons_district",),
}
_CASUALTY = {
    "collision_id": _ID_NAMES,
    "vehicle": ("vehicle_reference",),
    "person": ("casualty_reference",),
    "severity": ("casualty_severity",),
}
_SEVERITY = {"1": "Fatal", "2": "Serious", "3": "Slight"}
_DATE_FORMAT, _DATE_PATTERN = "%d/%m/%Y", r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$"
_MISSING = "-1"
_PLURAL = {"collision": "collisions", "casualty": "casualties"}
_PLACE_COLUMNS = ("force", "district", "lpa")


def read_stats19(
    collisions: Paths, casualties: Paths | None, force_area: ForceArea | None
) -> dict[str, OpenTable]:
    """Read collision and casualty files, as described in ``swm_kpi.open_data.stats19``."""
    import polars as pl

    files = find_files(collisions, pattern="*collision*.csv")
    collision = pl.concat([_read_collisions(path, force_area) for path in files])
    _refuse_repeats(collision, ["collision_id"], "collision")
    frame = collision.select("collision_id", "date", "severity", *_PLACE_COLUMNS)
    tables = {
        "collision": _table("collision", frame, list(_notes(collision, "collision", force_area)))
    }
    if casualties is not None:
        tables["casualty"] = _read_casualties(casualties, collision, force_area)
    return tables


def _read_collisions(path: Path, force_area: ForceArea | None) -> pl.DataFrame:
    import polars as pl

    frame = read_text(path, _COLLISION, required=("collision_id", "date", "severity"))
    frame = _with_severity(path, frame, _COLLISION)
    days = pl.col("date").str.to_date(_DATE_FORMAT, strict=False)
    frame = frame.with_columns(
        pl.when(pl.col("date").str.contains(_DATE_PATTERN)).then(days).alias("date"),
        pl.col("force_code", "district_code").replace(_MISSING, None),
    )
    refuse_rows(path, frame["date"].null_count(), "a date that is not a day as DD/MM/YYYY")
    return frame.with_columns(
        force=force_of_code(pl.col("force_code")),
        district=district_of_code(pl.col("district_code"), force_area),
    ).with_columns(lpa=lpa_of_district(pl.col("district"), force_area))


def _read_casualties(
    casualties: Paths, collision: pl.DataFrame, force_area: ForceArea | None
) -> OpenTable:
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
            f"The casualty files contain {format_count(unmatched, 'row')} without a collision in "
            "the collision files, so they have no date. Give the collision files of the same "
            "years."
        )
    without = collision.join(frame, on="collision_id", how="anti").height
    notes = list(_notes(frame, "casualty", force_area))
    if without:
        notes.append(
            f"Without a casualty in these files: {format_count(without, 'collision')}. Every "
            "STATS19 collision has at least one, so casualties are missing."
        )
    frame = frame.select("collision_id", "casualty_id", "date", "severity", *_PLACE_COLUMNS)
    return _table("casualty", frame, notes)


def _table(name: str, frame: pl.DataFrame, notes: list[str]) -> OpenTable:
    """Return the table with its coverage, and a note of the years in it that have no row."""
    last = max(frame["date"].unique().to_list())
    present = sorted(frame["date"].dt.year().unique().to_list())
    years = [year for year in range(present[0], last.year) if year not in present]
    if years:
        names = ", ".join(str(year) for year in years)
        notes = [*notes, f"No file for {names}: a 0 there is missing data, not zero."]
    last_month = last.replace(day=monthrange(last.year, last.month)[1])
    spans = [(date(year, 1, 1), min(date(year, 12, 31), last_month)) for year in present]
    return OpenTable(name, frame, Coverage(spans, source=CoverageSource.READER), tuple(notes))


def _with_severity(
    path: Path, frame: pl.DataFrame, columns: Mapping[str, tuple[str, ...]]
) -> pl.DataFrame:
    """Replace severity codes by words. Every STATS19 row has one, so a null is an error."""
    import polars as pl

    severity = pl.col("severity").replace_strict(_SEVERITY, default=None, return_dtype=pl.String)
    frame = frame.with_columns(severity)
    unknown = frame["severity"].null_count()
    refuse_rows(path, unknown, f"a {columns['severity'][0]} other than 1, 2 and 3")
    return frame


def _refuse_repeats(frame: pl.DataFrame, key: list[str], noun: str) -> None:
    repeats = frame.height - frame.select(key).n_unique()
    if repeats:
        raise InputError(
            f"The {noun} files contain {format_count(repeats, 'row')} of a {noun} that occurs "
            "before. Give each file once, and no two files of the same year."
        )


def _notes(frame: pl.DataFrame, noun: str, force_area: ForceArea | None) -> Iterator[str]:
    """Yield what a reader of the numbers should know about the rows."""
    import polars as pl

    def rows(condition: pl.Expr) -> int:
        return frame.filter(condition).height

    def describe(number: int) -> str:
        return format_count(number, noun, plural=_PLURAL[noun])

    if number := rows(pl.col("force").is_null()):
        yield f"No force: {describe(number)}."
    if number := rows(~pl.col("force_code").is_in(list(FORCE_BY_STATS19_CODE))):
        yield (
            f"A force code that is not in the published list, shown as a code: {describe(number)}."
        )
    if number := rows(pl.col("district").is_null()):
        yield f"No district: {describe(number)}."
    if force_area is not None:
        has_district, has_lpa = (pl.col(name).is_not_null() for name in ("district", "lpa"))
        if number := rows(is_of_force(force_area) & has_district & ~has_lpa):
            yield (
                f"Recorded by {force_area.force} outside its Local Policing Areas: "
                f"{describe(number)}."
            )
