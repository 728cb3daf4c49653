"""The one door through which results are written: what the file is, and whether it may be."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType

import polars as pl

from swm_kpi.errors import OutputError, did_you_mean
from swm_kpi.output import csvw
from swm_kpi.output.csv import csv_text
from swm_kpi.output.files import check_target, write_together
from swm_kpi.output.guard import NO_POLICY, check_disclosed
from swm_kpi.output.json_and_parquet import json_text, parquet_bytes
from swm_kpi.output.metadata import Pack
from swm_kpi.output.ods import ods_bytes
from swm_kpi.output.workbook import book_of
from swm_kpi.output.xlsx import xlsx_bytes

METADATA_KEY = "swm_kpi"
"""Where a parquet file keeps what the other formats say beside the numbers."""


def publish(
    pack: Pack,
    path: str | os.PathLike[str],
    *,
    form: str,
    policy: str = "",
    overwrite: bool = False,
) -> None:
    """Write a pack in one of the formats.

    Args:
        pack: what to write.
        path: a file in a folder that exists.
        form: ``csv``, ``json``, ``ods``, ``parquet`` or ``xlsx``.
        policy: ``"none"``, to write numbers that have had no disclosure control.
        overwrite: replace a file that is there.

    Raises:
        OutputError: the numbers have had no disclosure control and that was not said to be meant,
            the file is there, or it cannot be written.
        MissingExtra: the format needs a package that is not installed.
    """
    if policy not in ("", NO_POLICY):
        raise OutputError(
            f"policy is {policy[:40]!r}. A policy is applied by Result.protect(), before writing; "
            'here write policy="none" or leave it out.'
        )
    check_disclosed(pack.policy, policy)
    if form not in FORMATS:
        raise OutputError(f"{form[:40]!r} is not a format. {did_you_mean(form, FORMATS)}")
    target = Path(path)
    check_target(target, overwrite=overwrite)
    write_together(FORMATS[form](pack, target), overwrite=overwrite)


def _csv(pack: Pack, path: Path) -> dict[str | os.PathLike[str], bytes]:
    content = csv_text(pack.frame).encode()
    about = json_text(csvw.metadata(pack, path.name, content)).encode()
    # The table comes last, so that a table which is there is explained.
    return {path.with_name(path.name + csvw.SUFFIX): about, path: content}


def _json(pack: Pack, path: Path) -> dict[str | os.PathLike[str], bytes]:
    columns = {name: pack.describe(name) for name in pack.frame.columns}
    whole = pack.about() | {"columns": columns, "rows": pack.frame.to_dicts()}
    return {path: json_text(whole).encode()}


def _parquet(pack: Pack, path: Path) -> dict[str | os.PathLike[str], bytes]:
    about = json_text(pack.about())
    return {path: parquet_bytes(pack.frame, {METADATA_KEY: about})}


def _xlsx(pack: Pack, path: Path) -> dict[str | os.PathLike[str], bytes]:
    _not_empty(pack)
    return {path: xlsx_bytes(book_of(pack), pack.as_at)}


def _ods(pack: Pack, path: Path) -> dict[str | os.PathLike[str], bytes]:
    _not_empty(pack)
    return {path: ods_bytes(book_of(pack), pack.as_at)}


def _not_empty(pack: Pack) -> None:
    if pack.frame.is_empty():
        raise OutputError("The result has no rows, and so no sheet. Compute a metric first.")


FORMATS: MappingProxyType[str, Callable[[Pack, Path], dict[str | os.PathLike[str], bytes]]] = (
    MappingProxyType({"csv": _csv, "json": _json, "ods": _ods, "parquet": _parquet, "xlsx": _xlsx})
)
"""Each format, and what makes its files."""


def read_about(path: Path) -> str:
    """Return the account that a parquet file carries; empty where it carries none."""
    return str(pl.read_parquet_metadata(path).get(METADATA_KEY, ""))
