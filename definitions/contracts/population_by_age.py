"""Residents by age group, for rates of one age group."""

from swm_kpi import Column, Contract, Unique, Unit

from ..plan.dimensions import DISTRICT, LPA
from .offender import AGE_GROUP, ENTRANT_ETHNICITY, SEX


class PopulationByAge(Contract, row_unit=Unit.PEOPLE, source="ONS mid-year population estimates"):
    """One row per Local Policing Area, or district of one, year and age group: its residents.

    The residents are those estimated on 30 June.

    Children under 10 are below the age of criminal responsibility and have no row.
    """

    mid_year = Column(int, ge=1990, le=2100, description="The year of the estimate (30 June).")
    lpa = Column(str, dimension=LPA, description="Local Policing Area of residence.")
    district = Column(
        str,
        dimension=DISTRICT,
        nullable=True,
        optional=True,
        description="The district of residence. With it, a Local Policing Area has rows for each "
        "of its districts. Without it, there is no rate by district.",
    )
    age_group = Column(str, dimension=AGE_GROUP, description="The age group of the residents.")
    sex = Column(
        str,
        dimension=SEX,
        nullable=True,
        optional=True,
        description="The sex of the residents. With it, an age group has a row for each sex. "
        "Without it, there is no rate by sex.",
    )
    ethnicity = Column(
        str,
        dimension=ENTRANT_ETHNICITY,
        nullable=True,
        optional=True,
        description="The ethnic group of the residents, by the same list as that of the entrants. "
        "With it, an age group has a row for each ethnic group. Without it, there is no rate by "
        "ethnic group.",
    )
    residents = Column(int, ge=0, description="Residents of that age group.")

    one_row_each = Unique(mid_year, lpa, district, age_group, sex, ethnicity)
