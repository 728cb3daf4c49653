"""Street-level crime files of data.police.uk: one row for each record, as published."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from swm_kpi.open_data.datasets import STREET_CRIME
from swm_kpi.open_data.monthly_records import COLUMNS, read_monthly_records
from swm_kpi.open_data.open_table import OpenTable, Paths
from swm_kpi.open_data.published_tables import ColumnLayout

if TYPE_CHECKING:
    from swm_kpi.model.areas import Areas

_LAYOUT = ColumnLayout(
    STREET_CRIME,
    {
        **COLUMNS,
        "crime_type": ("Crime type",),
        "last_outcome": ("Last outcome category",),
    },
    required=("month", "force", "crime_type"),
    file_name=re.compile(r"([0-9]{4}-[0-9]{2})-.+-street\b.*\.csv"),
)


def read_street_crime(paths: Paths, areas: Areas | None) -> OpenTable:
    """Read street-level files, as described in ``swm_kpi.open_data.police_uk``."""
    records = read_monthly_records(paths, _LAYOUT, areas)
    return OpenTable(
        table="street_crime",
        frame=records.frame.select(
            "crime_id", "month", "force", "district", "lpa", "crime_type", "last_outcome"
        ),
        coverage=records.coverage,
        notes=records.notes,
        files=records.files,
    )
