"""Outcomes files of data.police.uk: one row for each outcome, in the month it was assigned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from swm_kpi.open_data.datasets import STREET_OUTCOMES
from swm_kpi.open_data.monthly_records import COLUMNS, read_monthly_records
from swm_kpi.open_data.open_table import OpenTable, Paths
from swm_kpi.open_data.published_tables import ColumnLayout

if TYPE_CHECKING:
    from swm_kpi.model.areas import Areas

_LAYOUT = ColumnLayout(
    STREET_OUTCOMES,
    {**COLUMNS, "outcome_type": ("Outcome type",)},
    required=("month", "force", "outcome_type"),
    file_name=re.compile(r"([0-9]{4}-[0-9]{2})-.+-outcomes\b.*\.csv"),
    never=("Crime type", "Last outcome category"),
)


def read_street_outcomes(paths: Paths, areas: Areas | None) -> OpenTable:
    """Read outcomes files, as described in ``swm_kpi.open_data.police_uk_outcomes``."""
    records = read_monthly_records(paths, _LAYOUT, areas)
    return OpenTable(
        table="street_outcome",
        frame=records.frame.select("crime_id", "month", "force", "district", "lpa", "outcome_type"),
        coverage=records.coverage,
        notes=records.notes,
        files=records.files,
    )
