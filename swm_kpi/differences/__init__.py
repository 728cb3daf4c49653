"""The differences between two datasets: which numbers changed, and the known causes."""

from swm_kpi.differences.changes import CHANGES, Difference, diff

__all__ = ["CHANGES", "Difference", "diff"]
