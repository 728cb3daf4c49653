"""The force, its nine districts, and the Local Policing Area of each district."""

FORCE_NAME = "West Mercia"

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
"""The Local Policing Area of each district, by the district's name."""

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
"""The name of each district, by its ONS code."""
