"""Write results to files: a file is complete or absent, and the same numbers give the same bytes.

``dataset.py`` describes a result for every format, ``formats.py`` chooses the format, and each
format has one module: ``csv.py`` and ``csvw.py``, ``json_and_parquet.py``, ``workbook.py`` with
``xlsx.py`` and ``ods.py``, ``notebook.py``.
"""

from swm_kpi.output.csv import csv_text, write_csv
from swm_kpi.output.dataset import Dataset
from swm_kpi.output.files import write_bytes, write_files, write_text
from swm_kpi.output.formats import FORMATS, write_dataset
from swm_kpi.output.json_and_parquet import write_parquet
from swm_kpi.output.notebook import dataset_table, html_table

__all__ = [
    "FORMATS",
    "Dataset",
    "csv_text",
    "dataset_table",
    "html_table",
    "write_bytes",
    "write_csv",
    "write_dataset",
    "write_files",
    "write_parquet",
    "write_text",
]
