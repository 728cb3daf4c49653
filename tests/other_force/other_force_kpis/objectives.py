"""The objectives of this force's own plan."""

from swm_kpi import Objective

FAIR_POWERS = Objective(key="fair_powers", title="Fair use of police powers")
SAFE_HOMES = Objective(key="safe_homes", title="Safe homes")

OBJECTIVES = (FAIR_POWERS, SAFE_HOMES)
