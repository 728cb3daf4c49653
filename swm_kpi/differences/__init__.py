"""What moved between two packs of numbers, and why."""

from swm_kpi.differences.changes import CHANGES, Difference, diff

__all__ = ["CHANGES", "Difference", "diff"]
