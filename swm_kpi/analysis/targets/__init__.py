"""Targets: levels that somebody decided measures should reach, with dates and sources."""

from swm_kpi.analysis.targets.register import Targets, parse_targets
from swm_kpi.analysis.targets.target import Target

__all__ = ["Target", "Targets", "parse_targets"]
