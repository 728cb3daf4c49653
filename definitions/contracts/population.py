"""Residents, for rates."""

from swm_kpi import Column, Contract, Unique, Unit

from ..plan.dimensions import LPA


class Population(Contract, row_unit=Unit.PEOPLE, source="ONS mid-year population estimates"):
    """One row per Local Policing Area and year: the residents estimated on 30 June."""

    mid_year = Column(int, ge=1990, le=2100, description="The year of the estimate (30 June).")
    lpa = Column(str, dimension=LPA, description="Local Policing Area of residence.")
    residents = Column(int, ge=0, description="Residents of all ages.")

    one_row_each = Unique(mid_year, lpa)
