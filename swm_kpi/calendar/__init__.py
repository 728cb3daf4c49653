"""The financial calendar: whole periods, their labels, and the two ways of requesting them.

A year is a financial year, April to March. Labels are computed from dates, so that a label always
agrees with its days.
"""

from swm_kpi.calendar.days import (
    FIRST_YEAR,
    LAST_YEAR,
    LONDON,
    NO_DAY,
    OPEN_END,
    OPEN_START,
    format_date,
    format_month_range,
)
from swm_kpi.calendar.parse import periods
from swm_kpi.calendar.period import Period

__all__ = [
    "FIRST_YEAR",
    "LAST_YEAR",
    "LONDON",
    "NO_DAY",
    "OPEN_END",
    "OPEN_START",
    "Period",
    "format_date",
    "format_month_range",
    "periods",
]
