"""The demonstration: a synthetic force, every metric that computes, and a folder of results."""

from swm_kpi.reporting.demo import run_demo
from swm_kpi.reporting.summary import Summary

__all__ = ["Summary", "run_demo"]
