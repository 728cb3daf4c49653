"""A force's own folder: its areas, its mappings and code lists, and what it has decided."""

from swm_kpi.force.force import Force
from swm_kpi.force.tables import ForceTables

__all__ = ["Force", "ForceTables"]
