"""One picture for one measure, and the sentence that says what it shows.

The pictures need the extra ``charts``; the sentence and the way numbers are written do not.
"""

from swm_kpi.charts.drawing import chart, chart_svg
from swm_kpi.charts.words import text_alternative
from swm_kpi.numbers import decimals, say_number

__all__ = ["chart", "chart_svg", "decimals", "say_number", "text_alternative"]
