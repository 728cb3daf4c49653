"""Names of forces, districts and Local Policing Areas in public files.

Street-level files give the name of a Lower layer Super Output Area (LSOA), which contains the name
of the district. STATS19 files give the ONS code of the district. LSOA codes are not used: they
changed between the censuses of 2011 and 2021, and the names contain the district in both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

    from swm_kpi.model.force_area import ForceArea

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
    "22": "West Mercia",
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
"""The police forces of the STATS19 code list, published by the Department for Transport.

Codes 91 to 98 are the Scottish forces before Police Scotland.
"""

_LAST_TERRITORIAL_CODE = 63
TERRITORIAL_FORCES = tuple(
    name for code, name in FORCE_BY_STATS19_CODE.items() if int(code) <= _LAST_TERRITORIAL_CODE
)
"""The 43 territorial forces of England and Wales."""

# "Police Service of Northern Ireland" and "Police Scotland" do not end like this and stay the same.
_FORCE_SUFFIX = r" (?:Police(?: Service| Force)?|Constabulary)$"
_LSOA_NAME = r"^(.*\S) +[0-9]{3}[A-Z]+$"
_DISTRICT_SUFFIX = r", (?:City|County) of$"


def force_name(published: pl.Expr) -> pl.Expr:
    """Shorten a force's published name: "Devon & Cornwall Police" becomes "Devon and Cornwall"."""
    return _with_and(published.str.strip_chars()).str.replace(_FORCE_SUFFIX, "")


def territorial_force(published: pl.Expr) -> pl.Expr:
    """Shorten the name of one of the 43 territorial forces, and keep any other name as published.

    The Home Office writes "London, City of", and lists other bodies, such as British Transport
    Police.
    """
    import polars as pl

    stripped = published.str.strip_chars()
    name = force_name(stripped.replace("London, City of", "City of London"))
    return pl.when(name.is_in(TERRITORIAL_FORCES)).then(name).otherwise(stripped)


def force_of_code(code: pl.Expr) -> pl.Expr:
    """Return the force of a STATS19 code: "Force code N" for an unknown code, null for a null."""
    import polars as pl

    known = code.replace_strict(FORCE_BY_STATS19_CODE, default=None, return_dtype=pl.String)
    return known.fill_null(pl.lit("Force code ") + code)


def district_of_lsoa(name: pl.Expr) -> pl.Expr:
    """Return the district of an LSOA's name: the name without its last word, such as "004B".

    Null for a null, and for a name in another format.
    """
    return _with_and(name.str.extract(_LSOA_NAME, 1)).str.replace(_DISTRICT_SUFFIX, "")


def district_of_code(code: pl.Expr, force_area: ForceArea | None) -> pl.Expr:
    """Return the name of the district of an ONS code, or the code outside the force's area."""
    return code if force_area is None else code.replace(dict(force_area.district_by_code))


def lpa_of_district(district: pl.Expr, force_area: ForceArea | None) -> pl.Expr:
    """Return the Local Policing Area of a district's name; null outside the force's area."""
    import polars as pl

    lpas = {} if force_area is None else dict(force_area.lpa_by_district)
    return district.replace_strict(lpas, default=None, return_dtype=pl.String)


def is_of_force(force_area: ForceArea | None) -> pl.Expr:
    """Return whether the column ``force`` is the force of the area; false without an area."""
    import polars as pl

    return pl.lit(False) if force_area is None else pl.col("force") == force_area.force


def _with_and(name: pl.Expr) -> pl.Expr:
    return name.str.replace_all(" & ", " and ", literal=True)
