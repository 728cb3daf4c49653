"""The file formats of a dataset, and the one function that writes each of them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import polars as pl

from swm_kpi.errors import OutputError, did_you_mean
from swm_kpi.output import csvw
from swm_kpi.output.csv import csv_text
from swm_kpi.output.dataset import Dataset
from swm_kpi.output.files import check_target, write_files
from swm_kpi.output.guard import NO_POLICY, require_disclosure_control
from swm_kpi.output.json_and_parquet import json_text, parquet_bytes
from swm_kpi.output.ods import ods_bytes
from swm_kpi.output.workbook import build_workbook
from swm_kpi.output.xlsx import xlsx_bytes

PARQUET_METADATA_KEY = "swm_kpi"
"""The key of a parquet file's metadata under which the description of the dataset is stored."""

Files = dict[str | os.PathLike[str], bytes]


def write_dataset(
    dataset: Dataset,
    path: str | os.PathLike[str],
    *,
    file_format: str,
    policy: str = "",
    overwrite: bool = False,
) -> None:
    """Write a dataset in one of the formats.

    Args:
        dataset: what to write.
        path: a file in a folder that exists.
        file_format: ``csv``, ``json``, ``ods``, ``parquet`` or ``xlsx``.
        policy: ``"none"`` accepts numbers without disclosure control.
        overwrite: replace an existing file.

    Raises:
        OutputError: the numbers have had no disclosure control and ``policy`` is not ``"none"``,
            the file exists, or it cannot be written.
        MissingExtra: the format needs a package that is not installed.
    """
    if policy not in ("", NO_POLICY):
        raise OutputError(
            f"policy is {policy[:40]!r}. Apply a policy with protect() before writing. Here, use "
            'policy="none" or leave it out.'
        )
    require_disclosure_control(dataset.policy, policy)
    if file_format not in FORMATS:
        raise OutputError(
            f"{file_format[:40]!r} is not a format. {did_you_mean(file_format, FORMATS)}"
        )
    target = Path(path)
    check_target(target, overwrite=overwrite)
    write_files(FORMATS[file_format](dataset, target), overwrite=overwrite)


def _csv(dataset: Dataset, path: Path) -> Files:
    content = csv_text(dataset.frame).encode()
    metadata = json_text(csvw.build_metadata(dataset, path.name, content)).encode()
    # The table is written last, so that there is never a table without its metadata.
    return {path.with_name(path.name + csvw.SUFFIX): metadata, path: content}


def _json(dataset: Dataset, path: Path) -> Files:
    columns = {name: dataset.describe_column(name) for name in dataset.frame.columns}
    document = dataset.to_metadata() | {"columns": columns, "rows": dataset.frame.to_dicts()}
    return {path: json_text(document).encode()}


def _parquet(dataset: Dataset, path: Path) -> Files:
    metadata = json_text(dataset.to_metadata())
    return {path: parquet_bytes(dataset.frame, {PARQUET_METADATA_KEY: metadata})}


def _xlsx(dataset: Dataset, path: Path) -> Files:
    _require_rows(dataset)
    return {path: xlsx_bytes(build_workbook(dataset), dataset.as_at)}


def _ods(dataset: Dataset, path: Path) -> Files:
    _require_rows(dataset)
    return {path: ods_bytes(build_workbook(dataset), dataset.as_at)}


def _require_rows(dataset: Dataset) -> None:
    if dataset.frame.is_empty():
        raise OutputError("The result has no rows, so it has no sheets. Compute a metric first.")


FORMATS: MappingProxyType[str, Callable[[Dataset, Path], Files]] = MappingProxyType(
    {"csv": _csv, "json": _json, "ods": _ods, "parquet": _parquet, "xlsx": _xlsx}
)
"""Each format, with the function that returns the content of its files."""


def read_parquet_metadata(path: Path) -> str:
    """Return the description of the dataset in a parquet file as JSON, or "" without one."""
    return str(pl.read_parquet_metadata(path).get(PARQUET_METADATA_KEY, ""))
