"""The time that a statement of account covers: not the period in which it was made."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from swm_kpi.calendar import format_month_range


class StatementPeriod(StrEnum):
    """The time that the figures of a statement cover.

    Figures of several statements of one financial year are of the same spending. They are never
    added, their series has no process limits, and no line joins one financial year to the next.
    """

    YEAR_TO_DATE = "year to date"
    FINANCIAL_YEAR = "financial year"

    def describe(self, period_end: date) -> str:
        """Return the months that the latest statement in a period covers, in words.

        Args:
            period_end: the last day of the period.
        """
        first = financial_year_start(period_end)
        if self is StatementPeriod.YEAR_TO_DATE:
            return format_month_range(first, period_end)
        year = format_month_range(first, date(first.year + 1, 3, 31))
        return f"{year}, at the end of {format_month_range(period_end, period_end)}"

    @property
    def reason_no_limits(self) -> str:
        """Why a series of such figures has no process limits."""
        if self is StatementPeriod.YEAR_TO_DATE:
            return (
                "a statement is cumulative within the financial year, so each figure includes the "
                "one before it."
            )
        return "each figure is for the whole of a financial year, as are those before it."


def financial_year_start(day: date) -> date:
    """Return the 1 April on or before a day."""
    return date(day.year - (day.month < 4), 4, 1)
