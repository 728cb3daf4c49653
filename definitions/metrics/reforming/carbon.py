"""Ref 51, the force's carbon footprint."""

from swm_kpi import Direction, Example, Frequency, Metric, SumProduct, Unit

from ...contracts.emissions import EMISSION_SOURCE, SCOPE, EmissionActivity
from ...plan.availability import COLOUR_LOST
from ...plan.objectives import REFORMING
from .assumptions import SCOPE_2_METHOD

by_one_method = (EmissionActivity.scope != "2") | EmissionActivity.scope_2_method.is_in(
    SCOPE_2_METHOD
)

carbon_footprint = Metric(
    ref="51",
    key="carbon_footprint",
    title="Measuring the force's carbon footprint",
    objective=REFORMING,
    summary="Greenhouse gases from what the force burnt, bought and caused in the period: each "
    "amount times its own emission factor, in tonnes of CO2 equivalent, by the month of use.",
    measures=[
        SumProduct(
            key="footprint",
            label="Carbon footprint, scopes 1, 2 and 3",
            of=EmissionActivity,
            at=EmissionActivity.month,
            where=by_one_method,
            amount=EmissionActivity.quantity,
            factor=EmissionActivity.factor,
            unit=Unit.TONNES_CO2E,
        ),
        SumProduct(
            key="footprint_1_and_2",
            label="Carbon footprint, scopes 1 and 2",
            of=EmissionActivity,
            at=EmissionActivity.month,
            where=EmissionActivity.scope.is_in("1", "2") & by_one_method,
            amount=EmissionActivity.quantity,
            factor=EmissionActivity.factor,
            unit=Unit.TONNES_CO2E,
            note="What the force burns itself and the energy it buys.",
        ),
    ],
    dimensions=[SCOPE, EMISSION_SOURCE],
    direction=Direction.LOWER_IS_BETTER,
    frequency=Frequency.ANNUAL,
    availability=COLOUR_LOST,
    standards=[
        "Greenhouse Gas Protocol, scopes 1 to 3 (unverified)",
        "UK Government greenhouse gas conversion factors, of the year of the activity (unverified)",
    ],
    limitations="Not litres, miles or kilowatt hours, which do not add, and not net of anything "
    "planted or bought to make up for it.",
    caveats=[
        "Bought energy is counted once, by the factor of the grid unless another method is given. "
        "A table with rows of both methods does not double it.",
        "Factors change every year: some of a fall may be the grid and not the force. The factor "
        "of the year of the activity should be used; nothing here refuses another.",
        "Which activities are inside scope 3 is a choice. When it changes, earlier years are "
        "calculated again, or they are not compared.",
        "A month whose records are late is too low.",
    ],
    examples=[
        Example(
            period="2024/25",
            rows="""
            | month      | scope | emission_source | scope_2_method | quantity | unit   | factor  |
            | 2024-04-01 | 1     | Diesel          |                | 10000    | litres | 0.0025  |
            | 2024-05-01 | 1     | Diesel          |                | 8000     | litres | 0.0025  |
            | 2024-04-01 | 2     | Electricity     | location       | 50000    | kWh    | 0.0002  |
            | 2025-03-01 | 3     | Rail travel     |                | 20000    | km     | 0.00004 |
            """,
            expect={
                "footprint": (10000 + 8000) * 0.0025 + 50000 * 0.0002 + 20000 * 0.00004,
                "footprint_1_and_2": (10000 + 8000) * 0.0025 + 50000 * 0.0002,
            },
            description="Each amount is multiplied by its own factor before anything is added. The "
            "factors are invented for the example.",
        ),
        Example(
            period="2024/25",
            rows="""
            | month      | scope | emission_source | scope_2_method | quantity | unit   | factor |
            | 2024-04-01 | 2     | Electricity     | location       | 50000    | kWh    | 0.0002 |
            | 2024-04-01 | 2     | Electricity     | market         | 50000    | kWh    | 0.0    |
            | 2024-05-01 | 2     | Electricity     | location       | 40000    | kWh    | 0.0003 |
            | 2024-05-01 | 2     | Electricity     | market         | 40000    | kWh    | 0.0005 |
            | 2024-03-31 | 1     | Diesel          |                | 10000    | litres | 0.0025 |
            """,
            expect={
                "footprint": 50000 * 0.0002 + 40000 * 0.0003,
                "footprint_1_and_2": 50000 * 0.0002 + 40000 * 0.0003,
            },
            edge_case="The same electricity by two methods is one amount: a green tariff does not "
            "make it zero, and the two are not added. All amounts added up times a mean factor "
            "would be wrong too, as each month has its own. March is of the year before.",
        ),
    ],
)
