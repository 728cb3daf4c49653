"""The areas of the force: its nine districts, and the Local Policing Area of each district."""

from pathlib import Path

from swm_kpi import Areas

AREAS = Areas.read(Path(__file__).with_name("areas.csv"))
