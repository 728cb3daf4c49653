"""Breakdowns that several tables share."""

from swm_kpi import Dimension

LPA = Dimension(
    "lpa",
    "Local Policing Area",
    (
        "Herefordshire",
        "Shropshire",
        "Telford & Wrekin",
        "North Worcestershire",
        "South Worcestershire",
    ),
    description="One of the force's Local Policing Areas. The column of the table says what is in "
    "the area: where something happened, where a person lives or is posted, or who manages it. A "
    "row with no area is shown as Unknown and is included in the total.",
    is_area=True,
)

FORCE = Dimension(
    "force",
    "Police force",
    description="The police force that the figure is of, without 'Police' or 'Constabulary' in the "
    "name. The data decide which forces are listed.",
)

DOMESTIC_ABUSE = Dimension(
    "domestic_abuse",
    "Domestic abuse",
    ("Domestic abuse", "Not domestic abuse"),
    description="Whether the crime was flagged as domestic abuse. Unknown if that is not decided.",
)
DOMESTIC_ABUSE_BY_FLAG = {True: "Domestic abuse", False: "Not domestic abuse"}

DISTRICT = Dimension(
    "district",
    "District",
    description="A local authority district: its name, or its ONS code if the source gives only "
    "the code. The column of the table says what is in the district. The data decide which "
    "districts are listed. A row with no district is shown as Unknown and is included in the "
    "total.",
    is_area=True,
)
