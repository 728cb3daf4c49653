"""The metadata of a CSV file in CSV on the Web (CSVW), the W3C standard of 2015.

https://www.w3.org/TR/tabular-metadata/ defines each property. A reader finds the metadata of
``dataset.csv`` beside it, in ``dataset.csv-metadata.json``.
"""

from __future__ import annotations

import hashlib
from typing import Any

from swm_kpi.output.dataset import Dataset
from swm_kpi.result_columns import column_type, key_names

SUFFIX = "-metadata.json"


def build_metadata(dataset: Dataset, name: str, content: bytes) -> dict[str, Any]:
    """Return the metadata of a CSV file, ready for JSON.

    Args:
        dataset: the dataset in the file.
        name: the name of the file.
        content: its bytes. Their SHA-256 hash shows whether the two files still belong together.
    """
    keys = key_names(dataset.by)
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": name,
        "dc:title": dataset.title,
        "dc:description": f"Disclosure control: {dataset.disclosure_control}",
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tableSchema": {
            "columns": [
                {
                    "name": column,
                    "titles": column,
                    "dc:description": dataset.describe_column(column),
                    "datatype": column_type(column).csvw,
                    "required": column in keys,
                }
                for column in dataset.frame.columns
            ],
            "primaryKey": keys,
        },
        "notes": [dataset.to_metadata() | {"sha256": hashlib.sha256(content).hexdigest()}],
    }
