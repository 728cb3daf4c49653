"""Names of forces, districts and Local Policing Areas in public files.

Street-level files give the name of a Lower layer Super Output Area (LSOA), which contains the name
of the district. STATS19 files give the ONS code of the district. LSOA codes are not used: they
changed between the censuses of 2011 and 2021, and the names contain the district in both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from swm_kpi.contracts import AreaLookup
from swm_kpi.open_data.header_names import strip_footnotes

if TYPE_CHECKING:
    import polars as pl

    from swm_kpi.model.areas import Areas

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

_FORCE_ALIASES = {
    "Hampshire and Isle of Wight": "Hampshire",
    "Hampshire and the Isle of Wight": "Hampshire",
    "London, City of": "City of London",
}
"""Other names of the 43 forces: present, former, or in another order of words."""

_SUMS = (
    *("North East", "North West", "Yorkshire and the Humber", "East Midlands", "West Midlands"),
    *("Eastern", "East of England", "East", "London", "South East", "South West", "Wales"),
    *("England", "England and Wales", "Great Britain", "United Kingdom"),
)
_OTHER_BODIES = (
    *("Scotland", "Northern Ireland", "British Transport Police", "Central Service Secondments"),
    *("National Crime Agency", "Action Fraud", "CIFAS", "UK Finance", "Financial Fraud Action UK"),
)
_TOTAL = re.compile(r"\b(?:total|all forces|regions?|43 forces)\b", re.IGNORECASE)

# "Police Service of Northern Ireland" and "Police Scotland" do not end like this and stay the same.
_FORCE_SUFFIX = re.compile(r" (?:Police(?: Service| Force)?|Constabulary)$", re.IGNORECASE)
_GLUED_FOOTNOTE = re.compile(r"(?<=[a-z])[0-9]{1,2}(?:,[0-9]{1,2})*$")
_LSOA_NAME = r"^(.*\S) +[0-9]{3}[A-Z]+$"
_DISTRICT_SUFFIX = r", (?:City|County) of$"


def _key(name: str) -> str:
    """Return a name for comparison: without case, suffix, hyphens and footnote markers."""
    text = _GLUED_FOOTNOTE.sub("", strip_footnotes(name)).replace("&", " and ")
    text = " ".join(re.sub(r"[-\u2010-\u2015]", " ", text).split())
    return _FORCE_SUFFIX.sub("", text).casefold()


_FORCE_BY_KEY = {_key(name): name for name in TERRITORIAL_FORCES}
_FORCE_BY_KEY |= {_key(alias): name for alias, name in _FORCE_ALIASES.items()}
_SUM_KEYS = {_key(name) for name in _SUMS}
_OTHER_KEYS = _SUM_KEYS | {_key(name) for name in _OTHER_BODIES}


def force_name(published: pl.Expr) -> pl.Expr:
    """Shorten a force's published name: "Devon & Cornwall Police" becomes "Devon and Cornwall".

    Present and former names of one force become the same.
    """
    return _map_names(published, short_name)


def short_name(name: str) -> str:
    """Return the name that tables have for a force, such as "Devon and Cornwall"."""
    short = _FORCE_SUFFIX.sub("", name.strip().replace(" & ", " and "))
    return _FORCE_BY_KEY.get(_key(name), short)


def territorial_force(published: pl.Expr) -> pl.Expr:
    """Shorten the name of one of the 43 territorial forces, and keep any other name as published.

    The Home Office writes "London, City of", and lists other bodies, such as British Transport
    Police.
    """
    return _map_names(published, lambda name: _FORCE_BY_KEY.get(_key(name), name.strip()))


def is_other_body(name: str) -> bool:
    """Return whether a name is that of a region, a total, or a body that is not a force."""
    return _key(name) in _OTHER_KEYS or _TOTAL.search(name) is not None


def is_sum(name: str) -> bool:
    """Return whether a name is that of a total or of a region, which sums several forces.

    West Midlands is both a region and a force, and here it is the force.
    """
    key = _key(name)
    is_force = key in _FORCE_BY_KEY
    return not is_force and (key in _SUM_KEYS or _TOTAL.search(name) is not None)


def similar_force(name: str) -> str:
    """Return the territorial force whose name begins a longer, unknown name; empty for none."""
    key = _key(name)
    return next(
        (force for known, force in _FORCE_BY_KEY.items() if key.startswith(f"{known} ")), ""
    )


def _map_names(published: pl.Expr, shorten: Callable[[str], str]) -> pl.Expr:
    import polars as pl

    def replace(names: pl.Series) -> pl.Series:
        unique = names.drop_nulls().unique().to_list()
        return names.replace({name: shorten(name) for name in unique})

    return published.map_batches(replace, return_dtype=pl.String)


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


def district_of_code(code: pl.Expr, areas: Areas | None) -> pl.Expr:
    """Return the name of the district of an ONS code, or the code outside the force's areas."""
    rows = () if areas is None else sorted(areas.rows, key=lambda row: row.valid_from)
    return code.replace({row.code: row.name for row in rows if row.level == "district"})


def lpa_of_district(district: pl.Expr, day: pl.Expr, areas: Areas | None) -> pl.Expr:
    """Return the Local Policing Area of a district's name on a day; null outside the force."""
    from swm_kpi.engine.encoding.area_names import area_names

    lookup = AreaLookup(())
    if areas is not None and {"lpa", "district"} <= set(areas.levels):
        lookup = areas.lookup("lpa", names_of="district")
    return area_names(district, day, lookup)


def is_of_force(areas: Areas | None) -> pl.Expr:
    """Return whether the column ``force`` is the force of the area; false without an area."""
    import polars as pl

    return pl.lit(False) if areas is None else pl.col("force") == short_name(areas.force)


def _with_and(name: pl.Expr) -> pl.Expr:
    return name.str.replace_all(" & ", " and ", literal=True)
