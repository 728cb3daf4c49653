"""The command line, ``swm-kpi``."""

from swm_kpi.cli.main import main

__all__ = ["main"]
