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
    description="Where it happened, by the force's Local Policing Areas. A row with no area, or "
    "with a location outside them, is shown as Unknown and is included in the total.",
    is_area=True,
)

FORCE = Dimension(
    "force",
    "Police force",
    description="The force that recorded it, without 'Police' or 'Constabulary' in the name. The "
    "data decide which forces are listed.",
)

DISTRICT = Dimension(
    "district",
    "District",
    description="The local authority district it happened in: its name, or its ONS code if the "
    "source gives only the code. The data decide which districts are listed. A row with no "
    "location is Unknown.",
    is_area=True,
)
