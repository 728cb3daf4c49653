"""Pictures of a measure, and the words that stand for each.

The pictures need the extra ``charts``; the words do not.
"""

from swm_kpi.charts.alt_text import kind_of, said_period, say_cell
from swm_kpi.charts.canvas import WIDTH
from swm_kpi.charts.chart import Caption, Picture
from swm_kpi.charts.members import members_picture
from swm_kpi.charts.multiples import multiples_picture
from swm_kpi.charts.series import series_picture
from swm_kpi.charts.years import years_picture

__all__ = [
    "WIDTH",
    "Caption",
    "Picture",
    "kind_of",
    "members_picture",
    "multiples_picture",
    "said_period",
    "say_cell",
    "series_picture",
    "years_picture",
]
