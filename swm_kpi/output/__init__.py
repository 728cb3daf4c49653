"""Numbers as files: each whole or not at all, and the same bytes for the same numbers."""

from swm_kpi.output.csv import csv_text, write_csv
from swm_kpi.output.files import write_bytes, write_text, write_together
from swm_kpi.output.json_and_parquet import write_parquet
from swm_kpi.output.metadata import Pack
from swm_kpi.output.notebook import html_table, pack_table
from swm_kpi.output.publish import FORMATS, publish

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
