"""The doors: whatever the caller passes, as Polars columns in the types they physically are.

Only the columns that are read are converted, and the caller's frame is never changed. Nothing here
parses or coerces: what a column may hold is decided in ``encode``.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import polars as pl

from swm_kpi.contracts import ContractType, ValidatedTable
from swm_kpi.engine.backends.dialects import engine_of, schema_of
from swm_kpi.engine.input import csv_validation
from swm_kpi.errors import InputError

_SUPPORTED = (
    "a pandas or Polars frame, a pyarrow table, a DuckDB relation, a Spark DataFrame, an Ibis "
    "table, a path to a .parquet or .csv file, a table from swm_kpi.open_data, or "
    "the .table of a validation report"
)


@runtime_checkable
class CoveredTable(Protocol):
    """A frame whose reader knows which days it covers and what to tell about it."""

    @property
    def frame(self) -> pl.DataFrame:
        """The rows."""

    @property
    def coverage(self) -> tuple[date, date]:
        """First and last day covered."""

    @property
    def missing_months(self) -> tuple[date, ...]:
        """The first day of each month within the coverage that nothing was given for."""

    @property
    def missing_of(self) -> Mapping[str, Mapping[str, tuple[date, ...]]]:
        """By breakdown and member, the further months that nothing was given for."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What readers of a number should be told."""


@dataclass
class RawTable:
    """A table as it came.

    Attributes:
        lazy: the wanted columns that it has, under the contract's names.
        names: every column label it has.
        mixed: wanted columns that hold several types at once, and so have no column in ``lazy``.
        as_text: whether every value is text still to be parsed (CSV).
        in_memory: whether reading it twice costs nothing.
        coverage, missing_months, missing_of, notes: what its reader knows of it.
    """

    lazy: pl.LazyFrame
    names: tuple[str, ...]
    mixed: tuple[str, ...] = ()
    as_text: bool = False
    in_memory: bool = True
    coverage: tuple[date, date] | None = None
    missing_months: tuple[date, ...] = ()
    missing_of: Mapping[str, Mapping[str, tuple[date, ...]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def open_table(given: Any, table: str, wanted: Collection[str]) -> RawTable:
    """Return the wanted columns of whatever was given.

    Args:
        given: one of the supported inputs.
        table: the table's name, for messages.
        wanted: names of contract columns; those it lacks are left out.

    Raises:
        InputError: the input is of no supported type, or its file cannot be read.
    """
    if isinstance(given, str | Path):
        return _from_path(Path(given), table, wanted)
    if isinstance(given, pl.DataFrame | pl.LazyFrame):
        return _from_polars(given.lazy(), wanted)
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(given, pandas.DataFrame):
        return _from_pandas(given, wanted)
    if isinstance(given, CoveredTable) and not isinstance(given, ValidatedTable):
        raw = _from_polars(given.frame.lazy(), wanted)
        raw.coverage, raw.notes = given.coverage, given.notes
        raw.missing_months, raw.missing_of = given.missing_months, given.missing_of
        return raw
    if hasattr(given, "__arrow_c_stream__") and hasattr(given, "column_names"):
        stream = _stream(given)
        if stream is None:
            kind = type(given).__name__
            raise InputError(f"Table {table!r}: the {kind} cannot be read. Is it still open?")
        return _from_polars(stream.lazy(), wanted)
    raise InputError(f"Table {table!r} is a {type(given).__name__}. Pass {_SUPPORTED}.")


def _stream(given: Any) -> pl.DataFrame | None:
    """Read a table of Arrow's kind; None when it fails, in whatever way its owner fails."""
    try:
        return pl.DataFrame(given)
    except (Exception, pl.exceptions.PanicException):
        return None


def check_names(names: Collection[str], contract: ContractType) -> None:
    """Refuse a table that has none of its contract's columns, whose labels may be its first row.

    Raises:
        InputError: with the columns that it should have, and none of the labels it has.
    """
    if not set(names) & set(contract.columns):
        raise InputError(
            f"Table {contract.table!r} has none of the columns of its contract, which are "
            f"{', '.join(contract.columns)}. Is it another table? A file needs a first line of "
            "column names, between commas."
        )


def column_names(given: Any, table: str) -> tuple[str, ...]:
    """Return every column label of whatever was given, without reading a row.

    Raises:
        InputError: the input is of no supported type, or its file cannot be read.
    """
    if isinstance(given, ValidatedTable):
        return given.columns
    engine = engine_of(given)
    if engine is not None:
        return tuple(schema_of(given, engine, table))
    return open_table(given, table, ()).names


def _from_path(path: Path, table: str, wanted: Collection[str]) -> RawTable:
    suffix = path.suffix.lower()
    if suffix not in (".parquet", ".csv"):
        kind = suffix or "no ending"
        raise InputError(f"Table {table!r}: a file with {kind} is not read. Pass {_SUPPORTED}.")
    if not path.is_file():
        raise InputError(f"Table {table!r}: there is no file {path.name!r} in the folder named.")
    failure = ""
    try:
        if suffix == ".parquet":
            # What a file says of its own columns may be untrue, and would leave rows out.
            lazy = pl.scan_parquet(path, glob=False, use_statistics=False)
            names = lazy.collect_schema().names()
        else:
            lazy, names = csv_validation.scan(path, table, whole=bool(wanted))
    except InputError:
        raise
    except (pl.exceptions.PolarsError, OSError) as error:
        failure = type(error).__name__
    if failure:
        raise InputError(
            f"Table {table!r}: {path.name!r} cannot be read as {suffix[1:]} ({failure}). It may be "
            "empty, cut short or of another kind: write it again."
        )
    repeated = _repeated(names)
    raw = _from_polars(lazy, set(wanted) - repeated, tuple(names))
    raw.mixed = tuple(sorted(repeated & set(wanted)))
    raw.as_text, raw.in_memory = suffix == ".csv", False
    return raw


def _repeated(names: Sequence[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}


def _from_polars(
    lazy: pl.LazyFrame, wanted: Collection[str], names: tuple[str, ...] | None = None
) -> RawTable:
    known = names or tuple(lazy.collect_schema().names())
    return RawTable(lazy.select([name for name in known if name in wanted]), known)


def _from_pandas(frame: Any, wanted: Collection[str]) -> RawTable:
    names = tuple(str(name) for name in frame.columns)
    repeated = _repeated(names)
    mixed = [name for name in dict.fromkeys(names) if name in wanted and name in repeated]
    columns = []
    for position, name in enumerate(names):
        if name not in wanted or name in repeated:
            continue
        series = _series(name, frame.iloc[:, position])
        if series is None:
            mixed.append(name)
        else:
            columns.append(series)
    if not columns:
        # A frame of no columns would forget how many rows there are.
        columns = [pl.Series("", [None] * len(frame), dtype=pl.Null)]
    return RawTable(pl.DataFrame(columns).lazy(), names, tuple(mixed))


def _series(name: str, column: Any) -> pl.Series | None:
    """Return one pandas column as it physically is; None when it holds several types at once."""
    import pandas as pd

    dtype = column.dtype
    if len(column) and column.isna().all():
        # An empty column says nothing of its type: pandas reads it as numbers whatever it was.
        return pl.Series(name, [None] * len(column), dtype=pl.Null)
    if isinstance(dtype, pd.CategoricalDtype):
        categories = _series(name, pd.Series(dtype.categories))
        if categories is None:
            return None
        codes = pl.Series(name, column.cat.codes.to_numpy().astype("int64"))
        return categories.gather(codes.replace(-1, None)).alias(name)
    if isinstance(dtype, pd.ArrowDtype) or getattr(dtype, "storage", "") == "pyarrow":
        return pl.Series(name, column.array.__arrow_array__())
    if isinstance(dtype, pd.DatetimeTZDtype):
        utc = column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
        return pl.Series(name, _microseconds(utc)).dt.replace_time_zone("UTC")
    if getattr(dtype, "kind", "") == "M":
        times = column.to_numpy()
        # Polars counts in these units itself; of any other, what is lost must be told first.
        kept = np.datetime_data(times.dtype)[0] in ("ms", "us")
        return pl.Series(name, times if kept else _microseconds(times))
    if isinstance(dtype, pd.StringDtype):
        return _listed(name, column.to_numpy(dtype=object, na_value=None).tolist())
    if isinstance(dtype, pd.SparseDtype):
        return _series(name, column.sparse.to_dense())
    if pd.api.types.is_extension_array_dtype(dtype):
        if not hasattr(dtype, "numpy_dtype"):
            return None
        known = pl.Series(name, column.to_numpy(dtype=dtype.numpy_dtype, na_value=0))
        missing = pl.Series(column.isna().to_numpy())
        return pl.select(pl.when(~missing).then(known).alias(name)).to_series()
    if dtype.kind == "O":
        return _objects(name, column)
    return pl.Series(name, column.to_numpy(), nan_to_null=True)


def _microseconds(times: Any) -> Any:
    """Return times in microseconds; one that no calendar holds becomes the last there is."""
    if np.datetime_data(times.dtype)[0] == "s":
        # Seconds reach further than microseconds do: some releases of numpy wrap, others refuse.
        first, last, end = np.array(["-200000", "200000", "9999-12-31"], dtype=times.dtype)
        times = np.where((times < first) | (times > last), end, times)
    return times.astype("datetime64[us]")


_OBJECT_TYPES = {"string", "boolean", "integer", "floating", "date", "datetime", "empty"}


def _objects(name: str, column: Any) -> pl.Series | None:
    import pandas as pd

    # Left to skip nulls itself, pandas before 3 takes None beside a float for a whole number.
    if pd.api.types.infer_dtype(column.dropna(), skipna=True) not in _OBJECT_TYPES:
        return None
    values: Sequence[Any] = column.astype(object).where(column.notna(), None).tolist()
    if len({getattr(each, "tzinfo", None) is None for each in values if each is not None}) > 1:
        return None
    return _listed(name, values)


def _listed(name: str, values: Sequence[Any]) -> pl.Series | None:
    """Return a series of Python values; None when they are of no one type, or not Unicode."""
    try:
        return pl.Series(name, values, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        # The engine's own error holds the value, so nothing of it may go further.
        return None
