"""Numbers as files: each whole or not at all, and the same bytes for the same numbers."""

from swm_kpi.export.comma_separated import csv_text, write_csv
from swm_kpi.export.files import write_bytes, write_text, write_together
from swm_kpi.export.notebook import html_table, pack_table
from swm_kpi.export.pack import Pack
from swm_kpi.export.publish import FORMATS, publish
from swm_kpi.export.tables import write_parquet

__all__ = [
    "FORMATS",
    "Pack",
    "csv_text",
    "html_table",
    "pack_table",
    "publish",
    "write_bytes",
    "write_csv",
    "write_parquet",
    "write_text",
    "write_together",
]
