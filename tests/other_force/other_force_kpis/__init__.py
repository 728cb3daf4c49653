"""The metrics that another force has beside the plan's."""

from other_force_kpis.burglary import repeat_burglary_victims
from other_force_kpis.stop_search import find_rate, stop_searches
from swm_kpi import Catalogue

CATALOGUE = Catalogue([stop_searches, find_rate, repeat_burglary_victims])
