"""Readers of public open data: files as published in, tables that contracts describe out.

May import errors, and knows no contract and no metric: a reader names its columns, and ``compute``
checks them. Importing this package loads no dataframe library.
"""

from __future__ import annotations

from swm_kpi.open_data.table import OpenTable, Paths

__all__ = ["OpenTable", "Paths", "officer_fte", "police_uk", "recorded_crime", "stats19"]


def police_uk(paths: Paths) -> OpenTable:
    """Read data.police.uk street-level files into the table ``street_crime``.

    Every record of every file is a row of the table, in the order given, however alike two may be.
    Text stays as published, except that a force and a district lose their official suffixes.

    Args:
        paths: one file, several, or a folder, in which every ``*-street.csv`` is read at any depth.

    Returns:
        The table: ``month`` is the first day of the month that a record is published under, and
        coverage runs from the first month given to the last.

    Raises:
        InputError: a file cannot be read as UTF-8 CSV, lacks a column or a row, has a month that is
            not ``YYYY-MM`` or not the one in its name, or holds what another file also holds. The
            message names the file and counts rows; it never shows a value.
    """
    from swm_kpi.open_data.street import read_street

    return read_street(paths)


def recorded_crime(paths: Paths) -> OpenTable:
    """Read Home Office police recorded crime by force area into the table ``recorded_crime``.

    Every line of every file is a row of the table. Force, quarter and offence code do not make a
    line unique: lines are added, and none is dropped. Counts below zero are cancelled records.

    Args:
        paths: one file, several, or a folder, in which every ``*.csv`` is read at any depth.

    Returns:
        The table: ``quarter_start`` is the first day of the financial quarter. Coverage runs from
        the first quarter given to the last. Names that are not one of the 43 territorial forces
        are kept as published, and named in a note.

    Raises:
        InputError: a file cannot be read as UTF-8 CSV, lacks a column or a row, has a financial
            year, quarter or number of another form, or holds a force's quarter that another file
            also holds. The message names the file and counts rows; it never shows a value.
    """
    from swm_kpi.open_data.published_crime import read_recorded_crime

    return read_recorded_crime(paths)


def officer_fte(paths: Paths) -> OpenTable:
    """Read Home Office police workforce files into the table ``published_workforce``.

    Two forms are read: tables of police officers with a row per force and a column per date, named
    like "March 2018", and open data with a row per force, sex, rank and type of worker. Where two
    tables hold one date, the later table's figures are used, and those that differ are counted.

    Args:
        paths: one file, several, or a folder, in which every ``*.csv`` is read at any depth.

    Returns:
        The table: ``as_at`` is the last day of the month. Only the 43 territorial forces have rows;
        regions, totals and other bodies are left out and named in a note. What is not available
        (``..``) is null. Coverage is the year up to the first date, to the last date.

    Raises:
        InputError: a file cannot be read as UTF-8 CSV, lacks a column or a row, has a date or
            number of another form, names a force twice, or holds a date and force that another
            file also holds and is not the later table. The message names the file and counts rows;
            it never shows a value.
    """
    from swm_kpi.open_data.workforce import read_officer_fte

    return read_officer_fte(paths)


def stats19(collisions: Paths, casualties: Paths | None = None) -> dict[str, OpenTable]:
    """Read Department for Transport STATS19 files into the tables ``collision`` and ``casualty``.

    Current ``collision_*`` and older ``accident_*`` names are both read, also side by side. Date,
    force and place of a casualty are those of the collision.

    Args:
        collisions: one collision file, or several.
        casualties: one casualty file, or several; without any, there is no ``casualty`` table.

    Returns:
        The tables by name. Coverage runs from 1 January of the first year to the last day of the
        last month with a record, so the rest of a part-year file is missing and not zero.

    Raises:
        InputError: a file cannot be read as UTF-8 CSV, lacks a column or a row, has a date that is
            not ``DD/MM/YYYY`` or a severity other than 1 to 3, a collision is given twice, or a
            casualty's collision is in none of the files. The message names the file and counts
            rows; it never shows a value.
    """
    from swm_kpi.open_data.road_casualties import read_stats19

    return read_stats19(collisions, casualties)
