"""Activities that emit greenhouse gases."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Rule, Unique

SCOPE = Dimension(
    "scope",
    "Scope",
    ("1", "2", "3"),
    description="Of the Greenhouse Gas Protocol. 1: fuel the force burns itself. 2: energy it "
    "buys. 3: everything else that its work causes, such as business travel.",
)

EMISSION_SOURCE = Dimension(
    "emission_source",
    "Source of emissions",
    description="What was burnt, bought or travelled. The members are those in the data.",
)


class EmissionActivity(Contract, source="Estates and fleet records"):
    """One row per month, source, kind of factor and unit: how much was used, and its factor."""

    month = Column(
        date,
        ge=date(2000, 1, 1),
        label="month of the activity",
        description="Any one day of the month in which it was used, such as the first. The same "
        "day is written for every row of a month.",
    )
    scope = Column(str, dimension=SCOPE, description="Scope of the Greenhouse Gas Protocol.")
    emission_source = Column(
        str, dimension=EMISSION_SOURCE, description="What was used, such as diesel or electricity."
    )
    scope_2_method = Column(
        str,
        isin=("location", "market"),
        nullable=True,
        label="method for scope 2",
        description="For scope 2: 'location' for the factor of the grid, 'market' for that of the "
        "supplier's contract. The same energy may have a row of each, and only one is counted. "
        "Empty for scopes 1 and 3.",
    )
    quantity = Column(
        float, ge=0, decimals=3, description="How much was used, in the unit of the row."
    )
    unit = Column(str, description="What the quantity is in, such as litres, kWh or miles.")
    factor = Column(
        float,
        ge=0,
        decimals=9,
        label="emission factor",
        description="Tonnes of CO2 equivalent for one unit. The factors are published in "
        "kilograms: divide by 1,000.",
    )
    factor_year = Column(
        int,
        ge=2000,
        le=2100,
        description="Year of the published factors that the factor was taken from.",
    )

    scope_2_has_a_method = Rule(
        (scope != "2") | scope_2_method.is_not_null(), "a row of scope 2 says by which method"
    )
    only_scope_2_has_a_method = Rule(
        (scope == "2") | scope_2_method.is_null(), "only a row of scope 2 has a method"
    )
    one_row_each = Unique(month, scope, emission_source, scope_2_method, unit, factor_year)
