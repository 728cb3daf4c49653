"""Activities that emit greenhouse gases."""

from datetime import date
from functools import reduce
from operator import and_
from typing import Any

from swm_kpi import Column, Contract, Dimension, Rule, Unique

LOCATION = "location"
MARKET = "market"

SCOPE = Dimension(
    "scope",
    "Scope",
    ("1", "2", "3"),
    description="The scope in the Greenhouse Gas Protocol. 1: fuel the force burns itself. 2: "
    "energy it buys. 3: all other emissions its work causes, such as business travel.",
)

EMISSION_SOURCE = Dimension(
    "emission_source",
    "Source of emissions",
    description="The fuel, energy or travel. The data decide which ones are listed.",
)


def _is_year_of_factors(month: Any, factor_year: Any) -> Any:
    """Return whether a year is the one in which the financial year of a month begins.

    Financial years before 2015/16 and after 2035/36 are not checked.
    """
    years = (
        (month < date(year, 4, 1)) | (month >= date(year + 1, 4, 1)) | (factor_year == year)
        for year in range(2015, 2036)
    )
    return reduce(and_, years)


class EmissionActivity(Contract, source="Estates and fleet records"):
    """One row per month, source, kind of factor and unit: the amount and its emission factor."""

    month = Column(
        date,
        ge=date(2000, 1, 1),
        label="month of the activity",
        description="Any day of the month in which it was used, such as the first. Use the same "
        "day in every row of a month.",
    )
    scope = Column(str, dimension=SCOPE, description="Scope of the Greenhouse Gas Protocol.")
    emission_source = Column(
        str, dimension=EMISSION_SOURCE, description="What was used, such as diesel or electricity."
    )
    scope_2_method = Column(
        str,
        isin=(LOCATION, MARKET),
        nullable=True,
        label="method for scope 2",
        description="For scope 2: 'location' for the factor of the grid, 'market' for the factor "
        "of the supplier's contract. The same energy may have a row for each, and a total counts "
        "only one of them: that of the other method only if there is no row of its own. Empty for "
        "scopes 1 and 3.",
    )
    quantity = Column(float, ge=0, decimals=3, description="How much was used, in the row's unit.")
    unit = Column(str, description="The unit of the quantity, such as litres, kWh or miles.")
    factor = Column(
        float,
        ge=0,
        decimals=9,
        label="emission factor",
        description="Tonnes of CO2 equivalent per unit. Published factors are in kilograms: divide "
        "them by 1,000.",
    )
    factor_year = Column(
        int,
        ge=2000,
        le=2100,
        description="Year of the published set of factors that the factor comes from. For April "
        "to March it is the calendar year in which most of the financial year falls: 2024 for "
        "2024/25, January to March 2025 included. For a supplier's own factor, the year that the "
        "supplier gives it for.",
    )

    scope_2_has_a_method = Rule(
        (scope != "2") | scope_2_method.is_not_null(), "a row of scope 2 has a method"
    )
    only_scope_2_has_a_method = Rule(
        (scope == "2") | scope_2_method.is_null(), "only a row of scope 2 has a method"
    )
    factors_of_one_year = Rule(
        (scope_2_method.is_not_null() & (scope_2_method == MARKET))
        | _is_year_of_factors(month, factor_year),
        "the factors are those of the calendar year in which the financial year begins, for all of "
        "its twelve months",
        checked_with=month,
    )
    one_row_each = Unique(month, scope, emission_source, scope_2_method, unit)
