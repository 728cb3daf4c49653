"""Ref 44, spending by directorate against the budget."""

from swm_kpi import (
    BudgetVariance,
    Direction,
    Example,
    Metric,
    PeriodEndStock,
    StatementPeriod,
    Unit,
)

from ...contracts.ledger import CAPITAL, DIRECTORATE, REVENUE, Ledger
from ...plan.availability import PLAN_STATEMENT
from ...plan.objectives import REFORMING

_IS_REVENUE = Ledger.account == REVENUE
_IS_CAPITAL = Ledger.account == CAPITAL
_YEAR_TO_DATE = (Ledger.basis == "ytd") & _IS_REVENUE
_FORECAST = (Ledger.basis == "forecast") & _IS_REVENUE
_CAPITAL_TO_DATE = (Ledger.basis == "ytd") & _IS_CAPITAL
_CAPITAL_FORECAST = (Ledger.basis == "forecast") & _IS_CAPITAL
_ABOVE_ZERO = "Above zero, more was spent or less income was received than planned."

expenditure_and_variance = Metric(
    ref="44",
    key="expenditure_and_variance",
    version=3,
    title="Expenditure per directorate and variance to budget",
    objective=REFORMING,
    summary="Each directorate's revenue spending since 1 April, its forecast for the whole "
    "financial year, and how far both are above or below its budget, at the latest statement in "
    "the period. The same of capital spending, apart.",
    measures=[
        PeriodEndStock(
            key="expenditure",
            label="Revenue expenditure, year to date",
            of=Ledger,
            at=Ledger.runs_to,
            series=_YEAR_TO_DATE,
            value=Ledger.actual,
            statement=StatementPeriod.YEAR_TO_DATE,
            unit=Unit.POUNDS,
            note="Cumulative from 1 April to the date of the statement.",
        ),
        BudgetVariance(
            key="variance",
            label="Revenue variance to current budget, year to date",
            of=Ledger,
            at=Ledger.runs_to,
            series=_YEAR_TO_DATE,
            actual=Ledger.actual,
            budget=Ledger.budget_current,
            note=_ABOVE_ZERO + " Cumulative from 1 April.",
        ),
        BudgetVariance(
            key="variance_share",
            label="Revenue variance as a share of current budget, year to date",
            of=Ledger,
            at=Ledger.runs_to,
            series=_YEAR_TO_DATE,
            actual=Ledger.actual,
            budget=Ledger.budget_current,
            relative=True,
            note=_ABOVE_ZERO + " Cumulative from 1 April.",
        ),
        BudgetVariance(
            key="variance_to_original",
            label="Revenue variance to original budget, year to date",
            of=Ledger,
            at=Ledger.runs_to,
            series=_YEAR_TO_DATE,
            actual=Ledger.actual,
            budget=Ledger.budget_original,
            note=_ABOVE_ZERO + " Cumulative from 1 April.",
        ),
        PeriodEndStock(
            key="forecast_outturn",
            label="Forecast revenue expenditure, whole financial year",
            of=Ledger,
            at=Ledger.runs_to,
            series=_FORECAST,
            statement=StatementPeriod.FINANCIAL_YEAR,
            value=Ledger.actual,
            unit=Unit.POUNDS,
            note="For the whole financial year, as forecast at the date of the statement.",
        ),
        BudgetVariance(
            key="forecast_variance",
            label="Forecast revenue variance to current budget, whole financial year",
            of=Ledger,
            at=Ledger.runs_to,
            series=_FORECAST,
            statement=StatementPeriod.FINANCIAL_YEAR,
            actual=Ledger.actual,
            budget=Ledger.budget_current,
            note=_ABOVE_ZERO + " For the whole financial year.",
        ),
        BudgetVariance(
            key="forecast_variance_share",
            label="Forecast revenue variance as a share of current budget, whole financial year",
            of=Ledger,
            at=Ledger.runs_to,
            series=_FORECAST,
            statement=StatementPeriod.FINANCIAL_YEAR,
            actual=Ledger.actual,
            budget=Ledger.budget_current,
            relative=True,
            note=_ABOVE_ZERO + " For the whole financial year.",
        ),
        PeriodEndStock(
            key="capital_expenditure",
            label="Capital expenditure, year to date",
            of=Ledger,
            at=Ledger.runs_to,
            series=_CAPITAL_TO_DATE,
            value=Ledger.actual,
            statement=StatementPeriod.YEAR_TO_DATE,
            unit=Unit.POUNDS,
            note="Cumulative from 1 April to the date of the statement. Never add it to revenue.",
        ),
        BudgetVariance(
            key="capital_variance",
            label="Capital variance to current budget, year to date",
            of=Ledger,
            at=Ledger.runs_to,
            series=_CAPITAL_TO_DATE,
            actual=Ledger.actual,
            budget=Ledger.budget_current,
            note=_ABOVE_ZERO + " Cumulative from 1 April.",
        ),
        PeriodEndStock(
            key="capital_forecast_outturn",
            label="Forecast capital expenditure, whole financial year",
            of=Ledger,
            at=Ledger.runs_to,
            series=_CAPITAL_FORECAST,
            statement=StatementPeriod.FINANCIAL_YEAR,
            value=Ledger.actual,
            unit=Unit.POUNDS,
            note="For the whole financial year, as forecast at the date of the statement.",
        ),
        BudgetVariance(
            key="capital_forecast_variance",
            label="Forecast capital variance to current budget, whole financial year",
            of=Ledger,
            at=Ledger.runs_to,
            series=_CAPITAL_FORECAST,
            statement=StatementPeriod.FINANCIAL_YEAR,
            actual=Ledger.actual,
            budget=Ledger.budget_current,
            note=_ABOVE_ZERO + " For the whole financial year.",
        ),
    ],
    dimensions=[DIRECTORATE],
    direction=Direction.NEUTRAL,
    availability=PLAN_STATEMENT,
    limitations="Not the spending in one quarter. A year-to-date statement is cumulative from 1 "
    "April, so statements are never added together, and the figure for a rolling year is not "
    "twelve months' spending.",
    caveats=[
        "Revenue and capital are never added.",
        "The latest statement is chosen for revenue and for capital, and for the year to date and "
        "the forecast, each on its own: their dates can differ.",
        "A directorate without a row in the latest statement has no number, whatever earlier ones "
        "say. The total then covers the other directorates and is marked [p].",
        "Capital is often spent late or in another year than planned, so its variance may be only "
        "a matter of timing.",
        "The best variance is zero. An underspend is not in itself better than an overspend.",
        "A transfer between directorates changes the current budget but not the original one.",
        "A year-to-date variance may be only a matter of timing, if costs are not accrued.",
        "Income is below zero. A budget of -100 and an actual of -80 have a variance of 20 and a "
        "share of 20%: less income was received than planned. A share is of the budget's size, "
        "without its sign. If the budget is zero there is no share.",
    ],
    examples=[
        Example(
            rows="""
      | directorate | runs_to    | basis    | account | budget_original | budget_current | actual  |
      | Operations  | 2024-06-30 | ytd      | Revenue | 200.00          | 250.00         | 260.50  |
      | Enabling    | 2024-06-30 | ytd      | Revenue | 100.00          | 50.00          | 45.25   |
      | Operations  | 2024-06-30 | forecast | Revenue | 800.00          | 1000.00        | 1040.00 |
      | Enabling    | 2024-06-30 | forecast | Revenue | 400.00          | 200.00         | 190.00  |
            """,
            expect={
                "expenditure": 260.50 + 45.25,
                "variance": (260.50 - 250) + (45.25 - 50),
                "variance_share": ((260.50 - 250) + (45.25 - 50)) / (250 + 50),
                "variance_to_original": (260.50 - 200) + (45.25 - 100),
                "forecast_outturn": 1040 + 190,
                "forecast_variance": (1040 - 1000) + (190 - 200),
                "forecast_variance_share": ((1040 - 1000) + (190 - 200)) / (1000 + 200),
            },
            description="An overspend is above zero. One directorate's underspend offsets "
            "another's overspend in the total.",
        ),
        Example(
            rows="""
      | directorate | runs_to    | basis    | account | budget_original | budget_current | actual |
      | Operations  | 2024-04-30 | ytd      | Revenue | 100.00          | 100.00         | 90.00  |
      | Operations  | 2024-05-31 | ytd      | Revenue | 200.00          | 200.00         | 210.00 |
      | Operations  | 2024-06-30 | ytd      | Revenue | 300.00          | 280.00         | 290.00 |
      | Operations  | 2024-05-31 | forecast | Revenue | 1200.00         | 1200.00        | 900.00 |
      | Operations  | 2024-06-30 | forecast | Revenue | 1200.00         | 1120.00        | 1100.00 |
            """,
            expect={
                "expenditure": 290,
                "variance": 290 - 280,
                "variance_share": (290 - 280) / 280,
                "variance_to_original": 290 - 300,
                "forecast_outturn": 1100,
                "forecast_variance": 1100 - 1120,
                "forecast_variance_share": (1100 - 1120) / 1120,
            },
            edge_case="The statements of April, May and June are not added together: June's "
            "already includes the others. Year to date and forecast are never mixed. Spending over "
            "the current budget may be under the original one.",
        ),
        Example(
            rows="""
      | directorate | runs_to    | basis    | account | budget_original | budget_current | actual |
      | New unit    | 2024-06-30 | ytd      | Revenue | 0.00            | 0.00           | 12.50  |
      | New unit    | 2024-06-30 | forecast | Revenue | 0.00            | 0.00           | -3.00  |
            """,
            expect={
                "variance": 12.50 - 0,
                "variance_share": None,
                "forecast_variance": -3 - 0,
                "forecast_variance_share": None,
            },
            edge_case="With no budget there is an overspend in pounds but no share. The share is "
            "neither 0% nor infinite.",
        ),
        Example(
            rows="""
      | directorate | runs_to    | basis    | account | budget_original | budget_current | actual |
      | Operations  | 2024-06-30 | ytd      | Revenue | 300.00          | 300.00         | 310.00 |
      | Operations  | 2024-05-31 | ytd      | Capital | 80.00           | 90.00          | 20.00  |
      | Enabling    | 2024-05-31 | ytd      | Capital | 40.00           | 40.00          | 45.00  |
      | Enabling    | 2024-06-30 | ytd      | Revenue | 100.00          | 100.00         | 95.00  |
      | Operations  | 2024-06-30 | forecast | Capital | 500.00          | 520.00         | 400.00 |
            """,
            expect={
                "expenditure": 310 + 95,
                "variance": (310 - 300) + (95 - 100),
                "capital_expenditure": 20 + 45,
                "capital_variance": (20 - 90) + (45 - 40),
                "capital_forecast_outturn": 400,
                "capital_forecast_variance": 400 - 520,
            },
            edge_case="Capital is not added to revenue: spending is 405 and 65, and not 470. The "
            "latest capital statement is of May, one "
            "month before that of revenue. A large capital underspend does not hide the overspend "
            "on revenue.",
        ),
    ],
)
