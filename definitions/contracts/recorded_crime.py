"""Police recorded crime as published by the Home Office: open data, used as a proxy."""

from datetime import date

from swm_kpi import Column, Contract, Grain

from ..plan.dimensions import FORCE

# The published names of subgroups changed. Both the names of 2017/18 and the later names count.
BURGLARY_SUBGROUPS = ("Residential burglary", "Domestic burglary")
VEHICLE_SUBGROUPS = (
    "Vehicle offences",
    "Theft of a motor vehicle",
    "Theft from a vehicle",
    "Vehicle interference",
)

PUBLISHED_QUARTERLY = (
    "Published by the Home Office for each force and quarter, with cancelled records subtracted, "
    "and revised later. Available only for quarters and for periods made of whole quarters. "
)


class RecordedCrime(
    Contract, min_grain=Grain.QUARTER, source="Home Office police recorded crime open data"
):
    """One row per published line: a number of offences of one force, quarter and offence.

    Lines of the same force, quarter and code are separate and are added together.
    """

    quarter_start = Column(
        date,
        ge=date(2002, 4, 1),
        label="start of the quarter",
        description="The first day of the quarter of the financial year.",
    )
    force = Column(
        str,
        dimension=FORCE,
        reporter=True,
        description="The force, or another body that the source lists, such as Action Fraud.",
    )
    offence_group = Column(str, description="The offence group, as published.")
    offence_subgroup = Column(str, description="The offence subgroup, as published.")
    offence_code = Column(str, description="The Home Office offence code, as published.")
    offences = Column(
        int,
        label="number of offences",
        description="Offences recorded in the quarter. Below zero if more were cancelled than "
        "recorded.",
    )
