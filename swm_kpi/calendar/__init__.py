"""The financial calendar: whole periods, their labels, and the two ways of asking for them.

A year is a financial year, April to March. Every label is made from dates, so a label can never
disagree with the days it stands for.
"""

from swm_kpi.calendar.days import FIRST_YEAR, LAST_YEAR, LONDON, format_date, format_month_range
from swm_kpi.calendar.parse import periods
from swm_kpi.calendar.period import Period

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "LONDON",
    "Period",
    "format_date",
    "format_month_range",
    "periods",
]
