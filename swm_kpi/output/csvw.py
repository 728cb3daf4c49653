"""What a CSV file's columns mean, in the standard for that: CSV on the Web (W3C, 2015).

https://www.w3.org/TR/tabular-metadata/ says what each property is, and that the metadata of
``pack.csv`` is found beside it in ``pack.csv-metadata.json``.
"""

from __future__ import annotations

import hashlib
from typing import Any

import polars as pl

from swm_kpi.output.metadata import KEYS, Pack

SUFFIX = "-metadata.json"


def metadata(pack: Pack, name: str, content: bytes) -> dict[str, Any]:
    """Return the metadata of a CSV file.

    Args:
        pack: what is in the file.
        name: the name of the file.
        content: its bytes: their hash tells whether the two files still belong together.
    """
    schema = pack.frame.schema
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": "en"}],
        "url": name,
        "dc:title": pack.title,
        "dc:description": f"Disclosure control: {pack.disclosure}",
        "dialect": {"encoding": "utf-8", "header": True, "delimiter": ","},
        "tableSchema": {
            "columns": [
                {
                    "name": column,
                    "titles": column,
                    "dc:description": pack.describe(column),
                    "datatype": _datatype(dtype),
                    "required": column in (*KEYS, *pack.by),
                }
                for column, dtype in schema.items()
            ],
            "primaryKey": [*KEYS, *pack.by],
        },
        "notes": [pack.about() | {"sha256": hashlib.sha256(content).hexdigest()}],
    }


def _datatype(dtype: Any) -> str:
    if dtype.is_float():
        return "number"
    return "date" if dtype == pl.Date else "string"
