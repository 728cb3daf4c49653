"""Residents by age group, for rates of one age group."""

from swm_kpi import Column, Contract, Unique, Unit

from ..plan.dimensions import LPA
from .offender import AGE_GROUP


class PopulationByAge(Contract, row_unit=Unit.PEOPLE, source="ONS mid-year population estimates"):
    """One row per Local Policing Area, year and age group: the residents estimated on 30 June.

    Children under 10 are below the age of criminal responsibility and have no row.
    """

    mid_year = Column(int, ge=1990, le=2100, description="The year of the estimate (30 June).")
    lpa = Column(str, dimension=LPA, description="Local Policing Area of residence.")
    age_group = Column(str, dimension=AGE_GROUP, description="The age group of the residents.")
    residents = Column(int, ge=0, description="Residents of that age group.")

    one_row_each = Unique(mid_year, lpa, age_group)
