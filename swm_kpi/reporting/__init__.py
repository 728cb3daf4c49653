"""A synthetic force, every metric that computes, and a folder of results to open."""

from swm_kpi.reporting.run import run
from swm_kpi.reporting.summary import Summary

__all__ = ["Summary", "run"]
