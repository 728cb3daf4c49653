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
