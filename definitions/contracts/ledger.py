"""Budget statements from the finance ledger."""

from datetime import date

from swm_kpi import Column, Contract, Dimension, Unique

DIRECTORATE = Dimension(
    "directorate",
    "Directorate",
    description="The directorate that holds the budget. The data decide which ones are listed.",
)

REVENUE = "Revenue"
CAPITAL = "Capital"


class Ledger(Contract, source="Finance ledger"):
    """One row per directorate, statement date, basis and account: the budget and the spending.

    A year-to-date statement is cumulative from 1 April, and a forecast is for the whole financial
    year, so rows of different dates are never added together. Income may make any figure negative.
    A statement has a row for every directorate.
    """

    directorate = Column(str, dimension=DIRECTORATE, description="The directorate.")
    runs_to = Column(
        date,
        ge=date(2000, 4, 1),
        label="date of the statement",
        description="The last day that the figures cover. For a forecast, the day of the figures "
        "it was made from.",
    )
    basis = Column(
        str,
        isin=("ytd", "forecast"),
        description="'ytd': from 1 April to the statement date. 'forecast': the outturn expected "
        "for the whole financial year.",
    )
    account = Column(
        str,
        isin=(REVENUE, CAPITAL),
        description="'Revenue' for day-to-day spending, 'Capital' for what lasts, such as "
        "buildings and vehicles. The two are never added, so every row says which it is. For a "
        "ledger of revenue alone, write 'Revenue' in every row.",
    )
    budget_original = Column(
        float,
        decimals=2,
        label="original budget",
        description="The budget as first set, in pounds, for the same months as the spending.",
    )
    budget_current = Column(
        float,
        decimals=2,
        label="current budget",
        description="The budget after transfers between directorates, in pounds, for the same "
        "months as the spending.",
    )
    actual = Column(
        float,
        decimals=2,
        label="actual",
        description="The amount spent, in pounds. For a forecast, the amount expected to be spent.",
    )

    one_row_each = Unique(directorate, runs_to, basis, account)
