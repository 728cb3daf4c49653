"""Residents, for rates."""

from swm_kpi import Column, Contract, Unique, Unit

from ..plan.dimensions import DISTRICT, LPA


class Population(Contract, row_unit=Unit.PEOPLE, source="ONS mid-year population estimates"):
    """One row per Local Policing Area, or district of one, and year: the residents on 30 June."""

    mid_year = Column(int, ge=1990, le=2100, description="The year of the estimate (30 June).")
    lpa = Column(str, dimension=LPA, description="Local Policing Area of residence.")
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of residence. With it, a Local Policing Area has one row for "
        "each of its districts, and none is left out: the residents of the area are their sum. "
        "Without it, there is no rate by district.",
    )
    residents = Column(int, ge=0, description="Residents of all ages.")

    one_row_each = Unique(mid_year, lpa, district)
