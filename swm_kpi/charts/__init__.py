"""Charts of a measure, and their text alternatives.

The charts need the extra ``charts``; the texts do not.
"""

from swm_kpi.charts.alt_text import axis_title, format_cell, format_period
from swm_kpi.charts.chart import Caption, Chart
from swm_kpi.charts.funnel import funnel_chart
from swm_kpi.charts.layout import WIDTH
from swm_kpi.charts.members import members_chart
from swm_kpi.charts.series import series_chart
from swm_kpi.charts.small_multiples import small_multiples_chart
from swm_kpi.charts.year_on_year import year_on_year_chart

__all__ = [
    "WIDTH",
    "Caption",
    "Chart",
    "axis_title",
    "format_cell",
    "format_period",
    "funnel_chart",
    "members_chart",
    "series_chart",
    "small_multiples_chart",
    "year_on_year_chart",
]
