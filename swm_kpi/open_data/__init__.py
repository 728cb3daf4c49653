"""Readers of public data files. Each returns the table of a contract, ready for ``compute``.

A reader writes the columns of a contract and does not use the contract: ``compute`` validates the
table. Importing this package imports no dataframe library.

May import ``errors`` and ``model``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from swm_kpi.open_data.open_table import OpenTable, Paths, SourceFile

if TYPE_CHECKING:
    from swm_kpi.model.areas import Areas

__all__ = [
    "OpenTable",
    "Paths",
    "SourceFile",
    "crime_outcomes",
    "officer_fte",
    "police_uk",
    "police_uk_outcomes",
    "recorded_crime",
    "stats19",
]


def police_uk(paths: Paths, *, areas: Areas | None = None) -> OpenTable:
    """Read street-level crime files of data.police.uk into the table ``street_crime``.

    Each record of each file is one row, in the order of the files. Records that look the same are
    all kept.

    Args:
        paths: one file, several files, or a folder: CSV, also zipped or in .gz. In a folder or a
            zip archive, every file with the columns of street-level crime is read, whatever its
            name, and ``files`` lists the others, such as outcomes and stop and search.
        areas: the force's areas, with the levels ``district`` and ``lpa``. By default, those of
            the installed catalogue.

    Returns:
        The table, one row for each record:

        - ``crime_id``: the id as published; null for anti-social behaviour
        - ``month``: the first day of the month of publication
        - ``force``: the force without "Police" or "Constabulary"
        - ``district``: the district of the LSOA's name; null without a location
        - ``lpa``: the Local Policing Area of the district, for records of the force in
          ``areas``; null for all others
        - ``crime_type`` and ``last_outcome``: as published

        The coverage of each force is the months that the files contain of it, and each area belongs
        to a force.

    Raises:
        InputError: a file is damaged, is not CSV in UTF-8, is another dataset, has no rows, or is
            missing a column or a required value; a month is not written ``YYYY-MM`` or differs from
            the month in the file's name; Excel changed the months or the ids; or two files with
            different contents have the same force and month. The message names files and columns
            and counts rows. It never shows a value.
    """
    from swm_kpi.open_data.street_crime import read_street_crime

    return read_street_crime(paths, areas or _installed_areas())


def police_uk_outcomes(paths: Paths, *, areas: Areas | None = None) -> OpenTable:
    """Read outcomes files of data.police.uk into the table ``street_outcome``.

    Each record of each file is one row, in the order of the files. A crime has a record for each of
    its outcomes, such as a charge and later a sentence, in the month of that outcome.

    Args:
        paths: one file, several files, or a folder: CSV, also zipped or in .gz. In a folder or a
            zip archive, every file with the columns of outcomes is read, whatever its name, and
            ``files`` lists the others, such as street-level crime.
        areas: the force's areas, with the levels ``district`` and ``lpa``. By default, those of
            the installed catalogue.

    Returns:
        The table, one row for each record:

        - ``crime_id``: the id as published
        - ``month``: the first day of the month of publication
        - ``force``: the force without "Police" or "Constabulary"
        - ``district``: the district of the LSOA's name; null without a location
        - ``lpa``: the Local Policing Area of the district, for records of the force in
          ``areas``; null for all others
        - ``outcome_type``: as published

        The coverage of each force is the months that the files contain of it, and each area belongs
        to a force.

    Raises:
        InputError: a file is damaged, is not CSV in UTF-8, is another dataset, has no rows, or is
            missing a column or a required value; a month is not written ``YYYY-MM`` or differs from
            the month in the file's name; Excel changed the months or the ids; or two files with
            different contents have the same force and month. The message names files and columns
            and counts rows. It never shows a value.
    """
    from swm_kpi.open_data.street_outcomes import read_street_outcomes

    return read_street_outcomes(paths, areas or _installed_areas())


def crime_outcomes(paths: Paths, *, table: str = "") -> OpenTable:
    """Read Home Office outcomes of recorded crime into the table ``published_outcome``.

    It reads the outcomes of all offences from April 2014. The Home Office publishes the outcomes of
    offences with a knife or a firearm, of alternate offences, and of some offences by subcode in
    other files with the same or similar columns. They are parts of this dataset and are refused.

    Args:
        paths: one file, several files, or a folder: CSV, also zipped or in .gz, or a spreadsheet
            (XLSX or ODS). In a folder or a zip archive, every file with the columns of outcomes is
            read, and ``files`` lists the others. In a spreadsheet, every sheet with them is read.
        table: the name of the only sheet to read. By default all sheets that are not hidden.

    Returns:
        The table, one row for each line:

        - ``quarter_start``: the first day of the quarter of the financial year
        - ``force``: the short name of a territorial force, or any other name as published
        - ``offence_group``, ``offence_subgroup`` and ``offence_code``: as published
        - ``outcome_type``: the code of the outcome; 0 for an offence without one
        - ``of_recorded``: outcomes so far of the offences recorded in the quarter
        - ``closed``: outcomes of the investigations closed in the quarter

        A number is 0 if it cannot apply: of an expired offence code, or closed without an outcome.
        Lines of outcome types 1A, 2A and 3A are left out, because 1, 2 and 3 include them. The
        coverage of each force is the quarters that the files contain of it. A force and quarter
        with a figure that is not available has no coverage and no rows, and a note names it.

    Raises:
        InputError: a file is damaged, is not CSV in UTF-8, is another dataset, has no rows, or is
            missing a column or a required value; a financial year, quarter, outcome type or number
            is in another format; a table has only some offences; or two tables contain the same
            force and quarter. The message names files and columns and counts rows. It never shows a
            value.
        MissingExtra: a spreadsheet needs the extra ``spreadsheets``.
    """
    from swm_kpi.open_data.home_office_outcomes import read_crime_outcomes

    return read_crime_outcomes(paths, table)


def recorded_crime(paths: Paths, *, table: str = "") -> OpenTable:
    """Read Home Office police recorded crime by force area into the table ``recorded_crime``.

    Each line of each file is one row. Several lines can have the same force, quarter and offence
    code: their numbers are added.

    Args:
        paths: one file, several files, or a folder: CSV, also zipped or in .gz, or a spreadsheet
            (XLSX or ODS). In a folder or a zip archive, every file with the columns of recorded
            crime is read, and ``files`` lists the others. In a spreadsheet, every sheet with them
            is read.
        table: the name of the only sheet to read, such as ``2024_25``. By default all sheets that
            are not hidden.

    Returns:
        The table, one row for each line:

        - ``quarter_start``: the first day of the quarter of the financial year
        - ``force``: the short name of a territorial force, or any other name as published
        - ``offence_group``, ``offence_subgroup`` and ``offence_code``: as published
        - ``offences``: the number of offences; negative if more records were cancelled than made

        The coverage of each force is the quarters that the files contain of it. A note names the
        bodies that are not one of the 43 territorial forces; a total does not wait for them.

    Raises:
        InputError: a file is damaged, is not CSV in UTF-8, is another dataset, has no rows, or is
            missing a column or a required value; a financial year, quarter or number is in another
            format; or two tables contain the same force and quarter. The message names files and
            columns and counts rows. It never shows a value.
        MissingExtra: a spreadsheet needs the extra ``spreadsheets``.
    """
    from swm_kpi.open_data.home_office_crime import read_recorded_crime

    return read_recorded_crime(paths, table)


def officer_fte(paths: Paths, *, table: str = "") -> OpenTable:
    """Read Home Office police workforce files into the table ``published_workforce``.

    It reads two formats: tables of police officers, with a row for each force and a column for each
    date, named like "March 2018"; and open data, with a row for each force, sex, rank or function,
    and type of worker. If two tables contain the same date, the figures of the later table are
    used, and a note counts those that differ.

    Tables of staff, community support officers, special constables and people (headcount) have the
    same columns as the table of officers. So the title above the table, the name of its sheet or
    the name of its file must say that it counts police officers, or ``table`` must be "1".

    Args:
        paths: one file, several files, or a folder: CSV, also zipped or in .gz, or a spreadsheet
            (XLSX or ODS). In a folder or a zip archive, every file with the columns of one of the
            formats is read, and ``files`` lists the others.
        table: the only table to read: its number, such as "1", or the name of its sheet. By default
            every table of police officers that is not on a hidden sheet.

    Returns:
        The table, one row for each force, date and, in open data, published line:

        - ``as_at``: the date of the snapshot, the last day of a month
        - ``force``: the short name of one of the 43 territorial forces
        - ``worker_type``: as published; "Police Officer" in tables
        - ``sex`` and ``wider_function``: as published; null if the file does not have them
        - ``fte``: full-time equivalents; null if there is a marker in place of a figure, such as
          ``..``, ``[x]`` or ``-``
        - ``headcount``: people; null in tables, in the file of functions and if not available

        Coverage is from one year before the first date to the last date. Rows of regions, totals
        and other bodies are left out, and a note names them.

    Raises:
        InputError: a file is damaged, is not CSV in UTF-8, is another dataset, has no rows, or is
            missing a column or a required value; nothing shows that a table counts police officers,
            or it counts others; a date or number is in another format; a file names a force twice;
            or two files contain the same date and force and neither is a later table. The message
            names files and columns and counts rows. It never shows a value.
        MissingExtra: a spreadsheet needs the extra ``spreadsheets``.
    """
    from swm_kpi.open_data.home_office_workforce import read_officer_fte

    return read_officer_fte(paths, table)


def stats19(
    collisions: Paths,
    casualties: Paths | None = None,
    *,
    areas: Areas | None = None,
) -> dict[str, OpenTable]:
    """Read Department for Transport STATS19 files into the tables ``collision`` and ``casualty``.

    It reads the current column names (``collision_*``) and the older ones (``accident_*``), also
    together.

    Args:
        collisions: one collision file, several files, or a folder: CSV, also zipped or in .gz. In a
            folder or a zip archive, every file with the columns of collisions is read, and
            ``files`` lists the others.
        casualties: the same for casualties; it can be the same folder. Without it, there is no
            ``casualty`` table.
        areas: the force's areas, with the levels ``district`` and ``lpa``. By default, those of
            the installed catalogue.

    Returns:
        The tables by name, one row for each collision or casualty:

        - ``collision_id``, and in ``casualty`` also ``casualty_id``: vehicle and casualty reference
        - ``date``: the day of the collision
        - ``severity``: Fatal, Serious or Slight
        - ``road_user``, ``age_band``, ``sex`` and ``adjusted_serious`` of a casualty, if a file has
          them; null for a code that is not in the data guide of 2024
        - ``force``: the force of the collision; null if not recorded
        - ``district``: the name of a district of ``areas``, or else the ONS code
        - ``lpa``: the Local Policing Area of the district, for every force; null outside them

        Coverage is each year that has a row, to the last day of the last month with a row.

    Raises:
        InputError: a file is damaged, is not CSV in UTF-8, is another dataset, has no rows, or is
            missing a column or a required value; a date is not ``DD/MM/YYYY``; a severity is not 1,
            2 or 3; a collision or casualty occurs twice; or a casualty's collision is in none of
            the files. The message names files and columns and counts rows. It never shows a value.
    """
    from swm_kpi.open_data.road_casualties import read_stats19

    return read_stats19(collisions, casualties, areas or _installed_areas())


def _installed_areas() -> Areas | None:
    from swm_kpi.model.plugins import catalogue

    return catalogue().areas
