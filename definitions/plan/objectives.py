"""The four objectives of the Safer West Mercia Plan 2021-2025, in the plan's words."""

from swm_kpi import Objective

VICTIMS = Objective(key="victims", title="Putting victims and survivors first")
SECURE = Objective(key="secure", title="Building a more secure West Mercia")
REFORMING = Objective(key="reforming", title="Reforming West Mercia")
REASSURING = Objective(key="reassuring", title="Reassuring West Mercia's Communities")

OBJECTIVES = (VICTIMS, SECURE, REFORMING, REASSURING)
