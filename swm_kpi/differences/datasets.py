"""A result in memory or a pack on disk, read as one thing."""

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
from swm_kpi.output.csv import FORMULA
from swm_kpi.output.csvw import SUFFIX
from swm_kpi.output.publish import read_about
from swm_kpi.provenance import Provenance
from swm_kpi.result import AFTER, BEFORE, Result

_NUMBERS = ("value", "numerator", "denominator", "lower", "upper")
_DAYS = ("period_start", "period_end", "as_at")


@dataclass(frozen=True)
class Held:
    """One side of a difference.

    Attributes:
        frame: the table, in the columns of a result.
        by: the breakdowns.
        disclosure: the disclosure policy in words; empty where there was none, and None where that
            is not known.
        provenance: what it was computed from, where that is known.
    """

    frame: pl.DataFrame
    by: tuple[str, ...]
    disclosure: str | None
    provenance: Provenance | None


def held(given: Result | str | os.PathLike[str], side: str) -> Held:
    """Read one side.

    Args:
        given: a result, or a CSV or parquet file that a result wrote.
        side: which argument it is, for messages.

    Raises:
        RequestError: it is neither a result nor a path to a file of these kinds.
        InputError: the file is not there or is no pack, or its metadata is of another file.
    """
    if isinstance(given, Result):
        told = given.provenance
        if given.policy is None:
            return Held(given.to_polars(), given.by, "", told)
        # Beside disclosed numbers nothing exact is told, as in a file of them.
        bare = Provenance.from_dict(told.to_dict(exact=False)) if told is not None else None
        return Held(given.to_polars(), given.by, given.policy.describe(), bare)
    if not isinstance(given, str | os.PathLike):
        kind = type(given).__name__
        raise RequestError(f"{side} is a {kind}. Give a Result, or the path of a CSV or parquet.")
    path = Path(given)
    kind = path.suffix.lower()
    if kind not in (".csv", ".parquet"):
        raise RequestError(f"{side}, {path.name[:60]!r}, is not a .csv or .parquet file.")
    if not path.is_file():
        raise InputError(f"There is no file {path.name!r}. Give the path of a pack.")
    frame, about = _csv(path) if kind == ".csv" else _parquet(path)
    by = _breakdowns(frame, path.name)
    told = about.get("provenance")
    return Held(
        frame.select(*BEFORE, *by, *AFTER),
        by,
        _disclosure(about),
        Provenance.from_dict(told) if told else None,
    )


def _parquet(path: Path) -> tuple[pl.DataFrame, Mapping[str, Any]]:
    frame = None
    try:
        frame, about = pl.read_parquet(path), read_about(path)
    except (pl.exceptions.PolarsError, OSError):
        about = ""
    if frame is None:
        raise _unreadable(path)
    return frame, _parsed(about, path) if about else {}


def _csv(path: Path) -> tuple[pl.DataFrame, Mapping[str, Any]]:
    frame, content = None, b""
    try:
        content = path.read_bytes()
        texts = pl.read_csv(content, infer_schema=False)
        frame = _typed(texts)
    except (pl.exceptions.PolarsError, OSError):
        pass
    if frame is None:
        raise _unreadable(path)
    beside = path.with_name(path.name + SUFFIX)
    if not beside.is_file():
        return frame, {}
    notes = _parsed(beside.read_text(encoding="utf-8"), beside).get("notes")
    about = notes[0] if isinstance(notes, list) and notes and isinstance(notes[0], dict) else {}
    if about.get("sha256") != hashlib.sha256(content).hexdigest():
        raise InputError(
            f"{beside.name!r} is not of {path.name!r} as it is now: one of them was changed. Write "
            "the pack again, or take the metadata away."
        )
    return frame, about


def _typed(texts: pl.DataFrame) -> pl.DataFrame:
    """Undo what a CSV does to a table: types, empty texts, and guards against formulas."""
    columns = []
    for name in texts.columns:
        column = pl.col(name)
        if name in _NUMBERS:
            columns.append(column.cast(pl.Float64))
        elif name in _DAYS:
            columns.append(column.str.to_date("%Y-%m-%d"))
        else:
            guarded = pl.any_horizontal(column.str.starts_with(f"'{each}") for each in FORMULA)
            plain = pl.when(guarded).then(column.str.slice(1)).otherwise(column)
            columns.append(plain.fill_null("").alias(name))
    return texts.select(columns)


def _disclosure(about: Mapping[str, Any]) -> str | None:
    if "disclosed" not in about:
        return None
    return str(about.get("disclosure", "")) if about["disclosed"] else ""


def _breakdowns(frame: pl.DataFrame, name: str) -> tuple[str, ...]:
    missing = [each for each in (*BEFORE, *AFTER) if each not in frame.columns]
    if missing:
        raise InputError(
            f"{name!r} is not a pack: it has no column {missing[0]!r}. Give a file that a result "
            "wrote."
        )
    return tuple(each for each in frame.columns if each not in (*BEFORE, *AFTER))


def _parsed(text: str, path: Path) -> Mapping[str, Any]:
    found = None
    with suppress(ValueError):
        found = json.loads(text)
    if not isinstance(found, dict):
        raise _unreadable(path)
    return found


def _unreadable(path: Path) -> InputError:
    return InputError(f"{path.name!r} cannot be read as a pack. Give a file that a result wrote.")
