"""The metrics that another force adds to those of the plan."""

from other_force_kpis.burglary import repeat_burglary_victims
from other_force_kpis.objectives import OBJECTIVES
from other_force_kpis.stop_search import find_rate, stop_searches
from swm_kpi import Catalogue

CATALOGUE = Catalogue(
    [stop_searches, find_rate, repeat_burglary_victims],
    title="Other Force Plan",
    objectives=OBJECTIVES,
)
