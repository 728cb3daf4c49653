"""Ref 51, the force's carbon footprint."""

from typing import Any

from swm_kpi import Direction, Example, Frequency, Metric, SumProduct, Unit

from ...contracts.emissions import EMISSION_SOURCE, LOCATION, MARKET, SCOPE, EmissionActivity
from ...plan.availability import PLAN_STATEMENT
from ...plan.objectives import REFORMING
from .assumptions import SCOPE_2_METHOD


def _once(preferred: Any) -> Any:
    """Return which rows count so that energy counts once, by a method where it has its factor."""
    return preferred | preferred.met_by_none(
        EmissionActivity.month, EmissionActivity.emission_source, EmissionActivity.unit
    )


def _scope_2(key: str, label: str, method: str, note: str) -> SumProduct:
    return SumProduct(
        key=key,
        label=label,
        of=EmissionActivity,
        at=EmissionActivity.month,
        where=(EmissionActivity.scope == "2") & _once(EmissionActivity.scope_2_method == method),
        amount=EmissionActivity.quantity,
        factor=EmissionActivity.factor,
        unit=Unit.TONNES_CO2E,
        note=note + " Never add the two methods.",
    )


_ONE_METHOD = (EmissionActivity.scope != "2") | _once(
    EmissionActivity.scope_2_method.is_in(SCOPE_2_METHOD)
)

carbon_footprint = Metric(
    ref="51",
    key="carbon_footprint",
    version=3,
    title="Measuring the force's carbon footprint",
    objective=REFORMING,
    summary="Greenhouse gases from the fuel the force burnt, the energy it bought and the other "
    "emissions its work caused in the period. Each amount is multiplied by its own emission "
    "factor, in tonnes of CO2 equivalent, by the month of use.",
    measures=[
        SumProduct(
            key="footprint",
            label="Carbon footprint, scopes 1, 2 and 3",
            of=EmissionActivity,
            at=EmissionActivity.month,
            where=_ONE_METHOD,
            amount=EmissionActivity.quantity,
            factor=EmissionActivity.factor,
            unit=Unit.TONNES_CO2E,
        ),
        SumProduct(
            key="footprint_1_and_2",
            label="Carbon footprint, scopes 1 and 2",
            of=EmissionActivity,
            at=EmissionActivity.month,
            where=EmissionActivity.scope.is_in("1", "2") & _ONE_METHOD,
            amount=EmissionActivity.quantity,
            factor=EmissionActivity.factor,
            unit=Unit.TONNES_CO2E,
            note="The fuel the force burns itself and the energy it buys.",
        ),
        _scope_2(
            "scope_2_location",
            "Bought energy (scope 2), by the grid's factors",
            LOCATION,
            "The location-based method. Energy that has only a supplier's factor counts by it.",
        ),
        _scope_2(
            "scope_2_market",
            "Bought energy (scope 2), by the suppliers' factors",
            MARKET,
            "The market-based method. Energy that has only the grid's factor counts by it, so if "
            "no energy has a supplier's factor, the two totals are equal.",
        ),
    ],
    dimensions=[SCOPE, EMISSION_SOURCE],
    direction=Direction.LOWER_IS_BETTER,
    frequency=Frequency.ANNUAL,
    availability=PLAN_STATEMENT,
    standards=[
        "Greenhouse Gas Protocol, scopes 1 to 3 (unverified)",
        "UK Government greenhouse gas conversion factors: the set of the calendar year in which "
        "most of the reporting year falls (introduction to the factors, copy of 2017 at aems.ie)",
    ],
    limitations="Not litres, miles or kilowatt hours, which cannot be added together. Anything "
    "planted or bought to offset emissions is not subtracted.",
    caveats=[
        "Bought energy is counted once, with the grid's factor unless another method is set. A "
        "table with rows for both methods does not count it twice. Energy of a month, source and "
        "unit that has only a row of the other method counts by that method.",
        "Factors change every year, so part of a fall may come from the grid and not from the "
        "force. All months of a financial year use the factors of the calendar year in which it "
        "begins: a table with factors of another year is refused.",
        "HM Treasury's guidance on sustainability reporting binds central government and not the "
        "police. We found no rule that a force reports by both methods for scope 2.",
        "The activities included in scope 3 are a choice. When it changes, recalculate earlier "
        "years or do not compare them.",
        "The figure for a month is too low until all its records have arrived.",
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
                "scope_2_location": 50000 * 0.0002,
                "scope_2_market": 50000 * 0.0002,
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
                "scope_2_location": 50000 * 0.0002 + 40000 * 0.0003,
                "scope_2_market": 50000 * 0.0 + 40000 * 0.0005,
            },
            edge_case="The same electricity under two methods is one amount: a green tariff does "
            "not make it zero, and the two rows are not added together. Multiplying the total "
            "amount by a mean factor would also be wrong, because each month has its own factor. "
            "March belongs to the year before.",
        ),
        Example(
            period="2024/25",
            rows="""
            | month      | scope | emission_source | scope_2_method | quantity | unit | factor |
            | 2024-04-01 | 2     | Heat            | market         | 1000     | kWh  | 0.0002 |
            | 2024-04-01 | 2     | Electricity     | location       | 1000     | kWh  | 0.0003 |
            | 2024-04-01 | 2     | Electricity     | market         | 1000     | kWh  | 0.0    |
            | 2024-05-01 | 2     | Electricity     | market         | 1000     | kWh  | 0.0001 |
            """,
            expect={
                "footprint": 1000 * 0.0002 + 1000 * 0.0003 + 1000 * 0.0001,
                "footprint_1_and_2": 1000 * 0.0002 + 1000 * 0.0003 + 1000 * 0.0001,
                "scope_2_location": 1000 * 0.0002 + 1000 * 0.0003 + 1000 * 0.0001,
                "scope_2_market": 1000 * 0.0002 + 1000 * 0.0 + 1000 * 0.0001,
            },
            edge_case="Heat, and the electricity of May, have only a row of the supplier's "
            "contract. They count once, by the method that they have.",
        ),
    ],
)
