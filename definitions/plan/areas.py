"""The force, its nine districts, and the Local Policing Area of each district."""

from swm_kpi import ForceArea

_NORTH, _SOUTH = "North Worcestershire", "South Worcestershire"

FORCE_AREA = ForceArea(
    force="West Mercia",
    lpa_by_district={
        "Herefordshire": "Herefordshire",
        "Shropshire": "Shropshire",
        "Telford and Wrekin": "Telford & Wrekin",
        "Bromsgrove": _NORTH,
        "Redditch": _NORTH,
        "Wyre Forest": _NORTH,
        "Malvern Hills": _SOUTH,
        "Worcester": _SOUTH,
        "Wychavon": _SOUTH,
    },
    district_by_code={
        "E06000019": "Herefordshire",
        "E06000020": "Telford and Wrekin",
        "E06000051": "Shropshire",
        "E07000234": "Bromsgrove",
        "E07000235": "Malvern Hills",
        "E07000236": "Redditch",
        "E07000237": "Worcester",
        "E07000238": "Wychavon",
        "E07000239": "Wyre Forest",
    },
)
