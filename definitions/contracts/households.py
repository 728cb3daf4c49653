"""Households, for rates of crimes against homes."""

from swm_kpi import Column, Contract, Unique, Unit

from ..plan.dimensions import DISTRICT, LPA

HOUSEHOLDS = Unit.declare("households")


class Households(
    Contract,
    row_unit=HOUSEHOLDS,
    source="Household estimates or projections of the Office for National Statistics, or the "
    "census",
):
    """One row per Local Policing Area, or district of one, and year: the households there."""

    mid_year = Column(int, ge=1990, le=2100, description="The year of the estimate (30 June).")
    lpa = Column(str, dimension=LPA, description="Local Policing Area of the households.")
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of the households. Without it, there is no rate by district.",
    )
    households = Column(int, ge=0, description="Households in the area in that year.")

    one_row_each = Unique(mid_year, lpa, district)
