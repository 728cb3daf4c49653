"""Names of forces, districts and Local Policing Areas, as public files write them and as we do.

A district is known by its name or its ONS code. LSOA codes are not used: those of 2011 and of 2021
differ, and the name holds the district in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

WEST_MERCIA = "West Mercia"

_NORTH, _SOUTH = "North Worcestershire", "South Worcestershire"
LPA_BY_DISTRICT = {
    "Herefordshire": "Herefordshire",
    "Shropshire": "Shropshire",
    "Telford and Wrekin": "Telford & Wrekin",
    "Bromsgrove": _NORTH,
    "Redditch": _NORTH,
    "Wyre Forest": _NORTH,
    "Malvern Hills": _SOUTH,
    "Worcester": _SOUTH,
    "Wychavon": _SOUTH,
}
"""The nine districts of West Mercia, and the Local Policing Area of each."""

DISTRICT_BY_CODE = {
    "E06000019": "Herefordshire",
    "E06000020": "Telford and Wrekin",
    "E06000051": "Shropshire",
    "E07000234": "Bromsgrove",
    "E07000235": "Malvern Hills",
    "E07000236": "Redditch",
    "E07000237": "Worcester",
    "E07000238": "Wychavon",
    "E07000239": "Wyre Forest",
}
"""The same nine by ONS code."""

FORCE_BY_STATS19_CODE = {
    "1": "Metropolitan",
    "3": "Cumbria",
    "4": "Lancashire",
    "5": "Merseyside",
    "6": "Greater Manchester",
    "7": "Cheshire",
    "10": "Northumbria",
    "11": "Durham",
    "12": "North Yorkshire",
    "13": "West Yorkshire",
    "14": "South Yorkshire",
    "16": "Humberside",
    "17": "Cleveland",
    "20": "West Midlands",
    "21": "Staffordshire",
    "22": WEST_MERCIA,
    "23": "Warwickshire",
    "30": "Derbyshire",
    "31": "Nottinghamshire",
    "32": "Lincolnshire",
    "33": "Leicestershire",
    "34": "Northamptonshire",
    "35": "Cambridgeshire",
    "36": "Norfolk",
    "37": "Suffolk",
    "40": "Bedfordshire",
    "41": "Hertfordshire",
    "42": "Essex",
    "43": "Thames Valley",
    "44": "Hampshire",
    "45": "Surrey",
    "46": "Kent",
    "47": "Sussex",
    "48": "City of London",
    "50": "Devon and Cornwall",
    "52": "Avon and Somerset",
    "53": "Gloucestershire",
    "54": "Wiltshire",
    "55": "Dorset",
    "60": "North Wales",
    "61": "Gwent",
    "62": "South Wales",
    "63": "Dyfed-Powys",
    "91": "Northern",
    "92": "Grampian",
    "93": "Tayside",
    "94": "Fife",
    "95": "Lothian and Borders",
    "96": "Central",
    "97": "Strathclyde",
    "98": "Dumfries and Galloway",
    "99": "Police Scotland",
}
"""STATS19 force codes; 91 to 98 are the Scottish forces until Police Scotland."""

TERRITORIAL_FORCES = tuple(name for code, name in FORCE_BY_STATS19_CODE.items() if int(code) <= 63)
"""The 43 territorial forces of England and Wales."""

# "Police Service of Northern Ireland" and "Police Scotland" have no such ending and stay.
_FORCE_SUFFIX = r" (?:Police(?: Service| Force)?|Constabulary)$"
_LSOA_NAME = r"^(.*\S) +[0-9]{3}[A-Z]+$"
_DISTRICT_SUFFIX = r", (?:City|County) of$"


def force_name(published: pl.Expr) -> pl.Expr:
    """Shorten a force's published name: "Devon & Cornwall Police" is "Devon and Cornwall"."""
    return _with_and(published.str.strip_chars()).str.replace(_FORCE_SUFFIX, "")


def territorial_force(published: pl.Expr) -> pl.Expr:
    """Shorten the name of one of the 43 territorial forces, and keep any other name as published.

    The Home Office writes "London, City of", and lists others, such as British Transport Police.
    """
    import polars as pl

    stripped = published.str.strip_chars()
    name = force_name(stripped.replace("London, City of", "City of London"))
    return pl.when(name.is_in(TERRITORIAL_FORCES)).then(name).otherwise(stripped)


def force_of_code(code: pl.Expr) -> pl.Expr:
    """Name the force of a STATS19 code: "Force code N" for one not known, null for a null."""
    import polars as pl

    known = code.replace_strict(FORCE_BY_STATS19_CODE, default=None, return_dtype=pl.String)
    return known.fill_null(pl.lit("Force code ") + code)


def district_of_lsoa(name: pl.Expr) -> pl.Expr:
    """Take the district from an LSOA's name: "Newcastle-under-Lyme 004B", less its last word.

    Null for a null, and for a name of another form.
    """
    return _with_and(name.str.extract(_LSOA_NAME, 1)).str.replace(_DISTRICT_SUFFIX, "")


def district_of_code(code: pl.Expr) -> pl.Expr:
    """Name the district of an ONS code where it is one of West Mercia's, else keep the code."""
    return code.replace(DISTRICT_BY_CODE)


def lpa_of_district(district: pl.Expr) -> pl.Expr:
    """Return the Local Policing Area of a district's name; null outside West Mercia."""
    import polars as pl

    return district.replace_strict(LPA_BY_DISTRICT, default=None, return_dtype=pl.String)


def _with_and(name: pl.Expr) -> pl.Expr:
    return name.str.replace_all(" & ", " and ", literal=True)
