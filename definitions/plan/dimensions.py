"""Breakdowns shared by several tables."""

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
    description="Where it happened, by the force's five Local Policing Areas. A row with no area "
    "recorded, or located outside them, is shown as Unknown and is inside the total.",
)

FORCE = Dimension(
    "force",
    "Police force",
    description="The force that recorded it, without 'Police' or 'Constabulary'. The members are "
    "those in the data.",
)

DISTRICT = Dimension(
    "district",
    "District",
    description="The local authority district it happened in: its name, or its ONS code where the "
    "source gives only that. The members are those in the data; a row with no location is Unknown.",
)
