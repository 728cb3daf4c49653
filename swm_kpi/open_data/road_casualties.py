"""STATS19 road collisions and casualties, published by the Department for Transport."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from swm_kpi.coverage import Coverage
from swm_kpi.errors import InputError
from swm_kpi.open_data.datasets import CASUALTIES, COLLISIONS
from swm_kpi.open_data.open_table import OpenTable, Paths, SourceFile
from swm_kpi.open_data.places import (
    FORCE_BY_STATS19_CODE,
    district_of_code,
    force_of_code,
    is_of_force,
    lpa_of_district,
)
from swm_kpi.open_data.published_tables import (
    ColumnLayout,
    TextTable,
    format_count,
    read_tables,
    refuse_rows,
)
from swm_kpi.open_data.published_values import explain_excel_dates, refuse_rounded_numbers
from swm_kpi.vocabulary import CoverageSource

if TYPE_CHECKING:
    import polars as pl

    from swm_kpi.model.areas import Areas

_ID_NAMES = ("collision_index", "accident_index")
_COLLISION = ColumnLayout(
    COLLISIONS,
    {
        "collision_id": _ID_NAMES,
        "date": ("date",),
        "severity": ("collision_severity", "accident_severity"),
        "force_code": ("police_force",),
        "district_code": ("local_authority_ons_district",),
    },
    required=("collision_id", "date", "severity"),
    file_name=re.compile(r".*(?:collision|accident).*\.csv"),
)
_CASUALTY_COLUMNS = {
    "collision_id": _ID_NAMES,
    "vehicle": ("vehicle_reference",),
    "person": ("casualty_reference",),
    "severity": ("casualty_severity",),
}
_CASUALTY = ColumnLayout(
    CASUALTIES,
    _CASUALTY_COLUMNS,
    required=tuple(_CASUALTY_COLUMNS),
    optional={
        "adjusted_serious": ("casualty_adjusted_severity_serious", "casualty_adjusted_serious"),
        "road_user": ("casualty_type",),
        "age_band": ("age_band_of_casualty",),
        "sex": ("sex_of_casualty",),
    },
    file_name=re.compile(r".*casualt.*\.csv"),
)
_SEVERITY = {"1": "Fatal", "2": "Serious", "3": "Slight"}
_ROAD_USER_CODES = {
    "Pedestrian": (0,),
    "Pedal cyclist": (1,),
    "Motorcyclist": (2, 3, 4, 5, 23, 97, 103, 104, 105, 106),
    "Horse rider": (16,),
    "Mobility scooter user": (22,),
    "Car or taxi occupant": (8, 9, 108, 109),
    "Bus, coach or minibus occupant": (10, 11, 110),
    "Van or goods vehicle occupant": (19, 20, 21, 98, 113),
    "Other": (17, 18, 90),
}
_AGE_BANDS = (
    "0 to 5", "6 to 10", "11 to 15", "16 to 20", "21 to 25", "26 to 35", "36 to 45", "46 to 55",
    "56 to 65", "66 to 75", "Over 75",
)  # fmt: skip
# Codes of the Department for Transport's data guide of 2024. Any other code means not recorded.
_WORDS = {
    "road_user": {
        str(code): road_user for road_user, codes in _ROAD_USER_CODES.items() for code in codes
    },
    "age_band": {str(code): band for code, band in enumerate(_AGE_BANDS, start=1)},
    "sex": {"1": "Male", "2": "Female"},
}
_DATE_FORMAT, _DATE_PATTERN = "%d/%m/%Y", r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$"
_MISSING = "-1"
_PLURAL = {"collision": "collisions", "casualty": "casualties"}
_PLACE_COLUMNS = ("force", "district", "lpa")


def read_stats19(
    collisions: Paths, casualties: Paths | None, areas: Areas | None
) -> dict[str, OpenTable]:
    """Read collision and casualty files, as described in ``swm_kpi.open_data.stats19``."""
    import polars as pl

    read = read_tables(collisions, [_COLLISION])
    tables = [table for table in read.tables if not table.is_repeat]
    collision = pl.concat([_read_collisions(table, areas) for table in tables])
    _refuse_repeats(collision, ["collision_id"], "collision")
    frame = collision.select("collision_id", "date", "severity", *_PLACE_COLUMNS)
    notes = [*_notes(collision, "collision", areas), *read.notes]
    result = {"collision": _table("collision", frame, notes, read.files)}
    if casualties is not None:
        result["casualty"] = _read_casualties(casualties, collision, areas)
    return result


def _read_collisions(table: TextTable, areas: Areas | None) -> pl.DataFrame:
    import polars as pl

    refuse_rounded_numbers(table, "collision_id")
    frame = _with_severity(table)
    published = frame["date"]
    days = pl.col("date").str.to_date(_DATE_FORMAT, strict=False)
    frame = frame.with_columns(
        pl.when(pl.col("date").str.contains(_DATE_PATTERN)).then(days).alias("date"),
        pl.col("force_code", "district_code").replace(_MISSING, None),
    )
    wrong = frame["date"].is_null()
    refuse_rows(
        table.name,
        int(wrong.sum()),
        "a date that is not a day as DD/MM/YYYY",
        explain_excel_dates(published.filter(wrong)),
    )
    return frame.with_columns(
        force=force_of_code(pl.col("force_code")),
        district=district_of_code(pl.col("district_code"), areas),
    ).with_columns(lpa=lpa_of_district(pl.col("district"), pl.col("date"), areas))


def _read_casualties(casualties: Paths, collision: pl.DataFrame, areas: Areas | None) -> OpenTable:
    import polars as pl

    read = read_tables(casualties, [_CASUALTY])
    for table in read.tables:
        refuse_rounded_numbers(table, "collision_id")
    frame = pl.concat(
        [_with_person(_with_severity(table)) for table in read.tables if not table.is_repeat],
        how="diagonal",
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
    notes = list(_notes(frame, "casualty", areas))
    if without:
        notes.append(
            f"Without a casualty in these files: {format_count(without, 'collision')}. Every "
            "STATS19 collision has at least one, so casualties are missing."
        )
    optional = [name for name in _CASUALTY.optional if name in frame.columns]
    frame = frame.select(
        "collision_id", "casualty_id", "date", "severity", *optional, *_PLACE_COLUMNS
    )
    return _table("casualty", frame, [*notes, *read.notes], read.files)


def _table(
    name: str, frame: pl.DataFrame, notes: list[str], files: tuple[SourceFile, ...]
) -> OpenTable:
    """Return the table with its coverage, and a note of the years in it that have no row."""
    last = max(frame["date"].unique().to_list())
    present = sorted(frame["date"].dt.year().unique().to_list())
    years = [year for year in range(present[0], last.year) if year not in present]
    if years:
        names = ", ".join(str(year) for year in years)
        notes = [*notes, f"No file for {names}: a 0 there is missing data, not zero."]
    last_month = last.replace(day=monthrange(last.year, last.month)[1])
    spans = [(date(year, 1, 1), min(date(year, 12, 31), last_month)) for year in present]
    coverage = Coverage(spans, source=CoverageSource.READER)
    return OpenTable(name, frame, coverage, tuple(notes), files)


def _with_severity(table: TextTable) -> pl.DataFrame:
    """Replace severity codes by words. Every STATS19 row has one, so a null is an error."""
    import polars as pl

    severity = pl.col("severity").replace_strict(_SEVERITY, default=None, return_dtype=pl.String)
    frame = table.frame.with_columns(severity)
    name = table.header[table.positions["severity"]]
    problem = f"a {name} other than 1, 2 and 3"
    refuse_rows(table.name, frame["severity"].null_count(), problem)
    return frame


def _with_person(frame: pl.DataFrame) -> pl.DataFrame:
    """Replace the codes of the columns about the person, those that the file has, by words."""
    import polars as pl

    words = [
        pl.col(name).replace_strict(codes, default=None, return_dtype=pl.String)
        for name, codes in _WORDS.items()
        if name in frame.columns
    ]
    if "adjusted_serious" in frame.columns:
        number = pl.col("adjusted_serious").cast(pl.Float64, strict=False)
        words.append(pl.when(number.is_between(0, 1)).then(number).alias("adjusted_serious"))
    return frame.with_columns(words)


def _refuse_repeats(frame: pl.DataFrame, key: list[str], noun: str) -> None:
    repeats = frame.height - frame.select(key).n_unique()
    if repeats:
        raise InputError(
            f"The {noun} files contain {format_count(repeats, 'row')} of a {noun} that occurs "
            "before. Give each file once, and no two files of the same year."
        )


def _notes(frame: pl.DataFrame, noun: str, areas: Areas | None) -> Iterator[str]:
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
    if areas is not None:
        has_district, has_lpa = (pl.col(name).is_not_null() for name in ("district", "lpa"))
        if number := rows(is_of_force(areas) & has_district & ~has_lpa):
            yield (
                f"Recorded by {areas.force} outside its Local Policing Areas: {describe(number)}."
            )
