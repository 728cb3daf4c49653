"""The public datasets that a file can belong to, recognised by the names of their columns."""

from __future__ import annotations

import re
from collections.abc import Collection

from swm_kpi.open_data.header_names import name_key

STREET_CRIME = "street-level crime of data.police.uk"
STREET_OUTCOMES = "outcomes of data.police.uk"
RECORDED_CRIME = "recorded crime of the Home Office by force area"
CRIME_OUTCOMES = "outcomes of recorded crime of the Home Office"
WORKFORCE = "the police workforce of the Home Office"
COLLISIONS = "STATS19 collisions"
CASUALTIES = "STATS19 casualties"

# What the dataset is, names that its files have, and names that its files never have.
_DATASETS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        STREET_CRIME,
        ("Crime ID", "Month", "Reported by", "Crime type", "Last outcome category"),
        (),
    ),
    (
        STREET_OUTCOMES,
        ("Crime ID", "Month", "Reported by", "Outcome type"),
        ("Crime type",),
    ),
    (
        "stop and search of data.police.uk",
        ("Self-defined ethnicity", "Officer-defined ethnicity", "Object of search"),
        (),
    ),
    (
        RECORDED_CRIME,
        ("Financial Year", "Financial Quarter", "Offence Code", "Number of Offences"),
        (),
    ),
    (
        "recorded crime of the Home Office by Community Safety Partnership",
        ("Financial Year", "Financial Quarter", "CSP Name", "Offence Code"),
        (),
    ),
    (
        "outcomes of some offences of the Home Office by subcode",
        ("Financial Year", "Offence Code", "Offence Subcode", "Outcome Type"),
        (),
    ),
    (
        CRIME_OUTCOMES,
        ("Financial Year", "Financial Quarter", "Offence Code", "Outcome Type"),
        ("Number of Offences",),
    ),
    (
        "outcomes of recorded crime of the Home Office before April 2014, which have no quarters",
        ("Financial Year", "Force Name", "Outcome Type", "Number of outcomes recorded"),
        ("Financial Quarter",),
    ),
    (
        WORKFORCE,
        ("As at 31 March", "Force name", "Worker type"),
        (),
    ),
    (
        COLLISIONS,
        ("collision_severity", "police_force", "number_of_vehicles"),
        (),
    ),
    (
        COLLISIONS,
        ("accident_severity", "police_force", "number_of_vehicles"),
        (),
    ),
    (
        CASUALTIES,
        ("vehicle_reference", "casualty_reference", "casualty_severity"),
        (),
    ),
    (
        "STATS19 vehicles",
        ("vehicle_reference", "vehicle_type", "vehicle_manoeuvre"),
        ("casualty_reference",),
    ),
)
_OTHER_FILE_NAMES = re.compile(
    r".*-(?:street|outcomes|stop-and-search)(?: \([0-9]+\))?\.csv"
    r"|.*(?:vehicle|data-guide|schema).*\.(?:csv|xlsx)"
)


def identify(header: Collection[str]) -> str:
    """Return which public dataset has these column names; empty for none.

    Args:
        header: the keys of the names, without punctuation.
    """
    for label, names, absent in _DATASETS:
        if all(name_key(name) in header for name in names) and not any(
            name_key(name) in header for name in absent
        ):
            return label
    return ""


def is_other_file_name(name: str) -> bool:
    """Return whether publishers give this name only to files that no reader here reads."""
    return _OTHER_FILE_NAMES.fullmatch(name) is not None
