"""Pictures of a measure, and the words that stand for each.

The pictures need the extra ``charts``; the words and the way numbers are written do not.
"""

from swm_kpi.charts.canvas import WIDTH
from swm_kpi.charts.drawing import chart, chart_svg
from swm_kpi.charts.members import members_picture
from swm_kpi.charts.picture import Picture
from swm_kpi.charts.series import series_picture
from swm_kpi.charts.words import text_alternative
from swm_kpi.charts.years import years_picture
from swm_kpi.numbers import decimals, say_number

__all__ = [
    "WIDTH",
    "Picture",
    "chart",
    "chart_svg",
    "decimals",
    "members_picture",
    "say_number",
    "series_picture",
    "text_alternative",
    "years_picture",
]
