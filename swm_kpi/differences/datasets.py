"""Load the two datasets of a comparison, each a result in memory or a file of one."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.errors import InputError, RequestError
from swm_kpi.output.csv import FORMULA_STARTS
from swm_kpi.output.csvw import SUFFIX
from swm_kpi.output.formats import read_parquet_metadata
from swm_kpi.provenance import Provenance
from swm_kpi.result import Result
from swm_kpi.result_columns import ColumnType, column_names, column_type


@dataclass(frozen=True)
class LoadedDataset:
    """A dataset to compare.

    Attributes:
        frame: the table, in the columns of a result.
        by: the breakdowns.
        policy: the disclosure policy as a sentence; empty without disclosure control, and None
            where that is not known.
        provenance: what the numbers were computed from, where that is known.
    """

    frame: pl.DataFrame
    by: tuple[str, ...]
    policy: str | None
    provenance: Provenance | None


def load_dataset(source: Result | str | os.PathLike[str], argument: str) -> LoadedDataset:
    """Load a dataset from a result or a file.

    Args:
        source: a result, or the path of a CSV or parquet file that a result wrote.
        argument: the name of the caller's argument, for error messages.

    Raises:
        RequestError: the source is neither a result nor the path of such a file.
        InputError: the file does not exist or is not a dataset, or its metadata belongs to another
            file.
    """
    if isinstance(source, Result):
        provenance = source.provenance
        if source.policy is None:
            return LoadedDataset(source.to_polars(), source.by, "", provenance)
        # A protected result has no exact counts in its provenance, as in a file of it.
        protected = Provenance.from_dict(provenance.to_dict(exact=False)) if provenance else None
        return LoadedDataset(source.to_polars(), source.by, source.policy.describe(), protected)
    if not isinstance(source, str | os.PathLike):
        kind = type(source).__name__
        raise RequestError(
            f"{argument} is a {kind}. Give a Result, or the path of a CSV or parquet file."
        )
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        raise RequestError(f"{argument}, {path.name[:60]!r}, is not a .csv or .parquet file.")
    if not path.is_file():
        raise InputError(f"There is no file {path.name!r}. Give the path of a dataset.")
    frame, metadata = _read_csv(path) if suffix == ".csv" else _read_parquet(path)
    by = _breakdowns(frame, path.name)
    record = metadata.get("provenance")
    return LoadedDataset(
        frame.select(column_names(by)),
        by,
        _policy(metadata),
        Provenance.from_dict(record) if record else None,
    )


def _read_parquet(path: Path) -> tuple[pl.DataFrame, Mapping[str, Any]]:
    frame = None
    try:
        frame, metadata = pl.read_parquet(path), read_parquet_metadata(path)
    except (pl.exceptions.PolarsError, OSError):
        metadata = ""
    if frame is None:
        raise _unreadable(path)
    return frame, _parse_json(metadata, path) if metadata else {}


def _read_csv(path: Path) -> tuple[pl.DataFrame, Mapping[str, Any]]:
    frame, content = None, b""
    try:
        content = path.read_bytes()
        texts = pl.read_csv(content, infer_schema=False)
        frame = _restore_types(texts)
    except (pl.exceptions.PolarsError, OSError):
        pass
    if frame is None:
        raise _unreadable(path)
    metadata_path = path.with_name(path.name + SUFFIX)
    if not metadata_path.is_file():
        return frame, {}
    notes = _parse_json(metadata_path.read_text(encoding="utf-8"), metadata_path).get("notes")
    metadata = notes[0] if isinstance(notes, list) and notes and isinstance(notes[0], dict) else {}
    if metadata.get("sha256") != hashlib.sha256(content).hexdigest():
        raise InputError(
            f"{metadata_path.name!r} does not belong to this version of {path.name!r}: one of them "
            "was changed. Write the dataset again, or remove the metadata file."
        )
    return frame, metadata


def _restore_types(texts: pl.DataFrame) -> pl.DataFrame:
    """Undo what CSV does to a table: types, empty texts, and apostrophes before formulas."""
    columns = []
    for name in texts.columns:
        column = pl.col(name)
        match column_type(name):
            case ColumnType.NUMBER:
                columns.append(column.cast(pl.Float64))
            case ColumnType.DATE:
                columns.append(column.str.to_date("%Y-%m-%d"))
            case ColumnType.TEXT:
                is_escaped = pl.any_horizontal(
                    column.str.starts_with(f"'{start}") for start in FORMULA_STARTS
                )
                plain = pl.when(is_escaped).then(column.str.slice(1)).otherwise(column)
                columns.append(plain.fill_null("").alias(name))
    return texts.select(columns)


def _policy(metadata: Mapping[str, Any]) -> str | None:
    if "protected" not in metadata:
        return None
    return str(metadata.get("disclosure_control", "")) if metadata["protected"] else ""


def _breakdowns(frame: pl.DataFrame, name: str) -> tuple[str, ...]:
    declared = column_names()
    missing = [column for column in declared if column not in frame.columns]
    if missing:
        raise InputError(
            f"{name!r} is not a dataset: it has no column {missing[0]!r}. Give a file that a "
            "result wrote."
        )
    return tuple(column for column in frame.columns if column not in declared)


def _parse_json(text: str, path: Path) -> Mapping[str, Any]:
    document = None
    with suppress(ValueError):
        document = json.loads(text)
    if not isinstance(document, dict):
        raise _unreadable(path)
    return document


def _unreadable(path: Path) -> InputError:
    return InputError(
        f"{path.name!r} cannot be read as a dataset. Give a file that a result wrote."
    )
