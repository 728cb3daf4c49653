"""Adapters: each supported input becomes a source, with its columns in the types they have.

Only the columns that are read are converted, and the caller's frame is never changed. Adapters
parse and coerce nothing: ``encode`` decides which values a column may hold.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable

import narwhals as nw
import numpy as np
import polars as pl

from swm_kpi.contracts import ContractType, ValidatedTable
from swm_kpi.coverage import Coverage
from swm_kpi.engine.execution.dialects import Dialect, dialect_of
from swm_kpi.engine.execution.engine_errors import translate_engine_errors
from swm_kpi.engine.input.csv_validation import scan_csv
from swm_kpi.errors import InputError

_Answer = TypeVar("_Answer")

_SUPPORTED = (
    "a pandas or Polars frame, a pyarrow table, a DuckDB relation, a Spark DataFrame, an Ibis "
    "table, a path to a .parquet or .csv file, a table from swm_kpi.open_data, or "
    "the .table of a validation report"
)


@runtime_checkable
class CoveredTable(Protocol):
    """A frame from a reader that knows which days it covers, such as those of ``open_data``."""

    @property
    def frame(self) -> pl.DataFrame:
        """The rows."""

    @property
    def coverage(self) -> Coverage:
        """The days covered."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of a number must know about this table."""


@dataclass
class LocalSource:
    """A table that Polars reads, before it is encoded.

    Attributes:
        lazy: the wanted columns that it has, under the contract's names.
        names: every column label that it has.
        mixed: wanted columns that hold several types at once, and so have no column in ``lazy``.
        as_text: whether every value is text still to be parsed (CSV).
        in_memory: whether reading it twice costs nothing.
        coverage: the days that the table covers, if its reader knows them.
        notes: what a reader of a number must know about this table.
    """

    lazy: pl.LazyFrame
    names: tuple[str, ...]
    mixed: tuple[str, ...] = ()
    as_text: bool = False
    in_memory: bool = True
    coverage: Coverage | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemoteSource:
    """A table that stays in its engine, before it is encoded.

    Attributes:
        frame: the engine's own table.
        table: the table's name.
        dialect: the dialect of its engine.
        schema: the type of each column, by its label.
    """

    frame: Any
    table: str
    dialect: Dialect
    schema: Mapping[str, Any]

    @property
    def names(self) -> tuple[str, ...]:
        """Every column label that it has."""
        return tuple(self.schema)

    def run(self, work: Callable[[], _Answer]) -> _Answer:
        """Return what ``work`` returns; an error of the engine becomes an ``InputError``."""
        return translate_engine_errors(self.dialect.name, self.table, work)


@dataclass(frozen=True)
class ValidatedSource:
    """A table that was encoded and validated before.

    Attributes:
        table: the table of a validation report.
        dialect: the dialect of the engine that holds its rows; None for Polars.
    """

    table: ValidatedTable
    dialect: Dialect | None

    @property
    def names(self) -> tuple[str, ...]:
        """The contract's columns that it has."""
        return self.table.columns


Source: TypeAlias = LocalSource | RemoteSource | ValidatedSource


def open_table(data: Any, table: str, wanted: Collection[str]) -> Source:
    """Open a table. This is the one place that decides which engine holds it.

    Args:
        data: a table in any of the supported types.
        table: the table's name, for messages.
        wanted: names of the contract's columns to read; those it lacks are left out. With none, no
            row is read.

    Raises:
        InputError: the input is of no supported type, cannot be read, or its engine fails.
    """
    if isinstance(data, ValidatedTable):
        return ValidatedSource(data, dialect_of(data.frame))
    dialect = dialect_of(data)
    if dialect is not None:
        schema: Mapping[str, Any] = translate_engine_errors(
            dialect.name, table, lambda: nw.from_native(data).collect_schema()
        )
        return RemoteSource(data, table, dialect, schema)
    return open_local_table(data, table, wanted)


def open_local_table(data: Any, table: str, wanted: Collection[str]) -> LocalSource:
    """Open a table that Polars can read.

    Args:
        data: a frame, an Arrow table or a path.
        table: the table's name, for messages.
        wanted: names of the contract's columns to read; those it lacks are left out.

    Raises:
        InputError: the input is of no supported type, or its file cannot be read.
    """
    if isinstance(data, str | Path):
        return _from_path(Path(data), table, wanted)
    if isinstance(data, pl.DataFrame | pl.LazyFrame):
        return _from_polars(data.lazy(), wanted)
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(data, pandas.DataFrame):
        return _from_pandas(data, wanted)
    if isinstance(data, CoveredTable):
        source = _from_polars(data.frame.lazy(), wanted)
        source.coverage, source.notes = data.coverage, data.notes
        return source
    if hasattr(data, "__arrow_c_stream__") and hasattr(data, "column_names"):
        frame = _from_arrow(data)
        if frame is None:
            kind = type(data).__name__
            raise InputError(f"Table {table!r}: the {kind} cannot be read. Is it still open?")
        return _from_polars(frame.lazy(), wanted)
    raise InputError(f"Table {table!r} is a {type(data).__name__}. Pass {_SUPPORTED}.")


def _from_arrow(data: Any) -> pl.DataFrame | None:
    """Read an Arrow table; None if reading fails, whatever its owner raises."""
    try:
        return pl.DataFrame(data)
    except (Exception, pl.exceptions.PanicException):
        return None


def check_names(names: Collection[str], contract: ContractType) -> None:
    """Refuse a table that has none of its contract's columns: its labels may be its first row.

    Raises:
        InputError: lists the contract's columns and none of the table's labels.
    """
    if not set(names) & set(contract.columns):
        raise InputError(
            f"Table {contract.table!r} has none of the columns of its contract, which are "
            f"{', '.join(contract.columns)}. Is it another table? A file needs a first line of "
            "column names, between commas."
        )


def _from_path(path: Path, table: str, wanted: Collection[str]) -> LocalSource:
    suffix = path.suffix.lower()
    if suffix not in (".parquet", ".csv"):
        kind = suffix or "no ending"
        raise InputError(f"Table {table!r}: a file with {kind} is not read. Pass {_SUPPORTED}.")
    if not path.is_file():
        raise InputError(f"Table {table!r}: there is no file {path.name!r} in that folder.")
    failure = ""
    try:
        if suffix == ".parquet":
            # The statistics in a file may be wrong, and would then leave rows out.
            lazy = pl.scan_parquet(path, glob=False, use_statistics=False)
            names = lazy.collect_schema().names()
        else:
            lazy, names = scan_csv(path, table, read_rows=bool(wanted))
    except InputError:
        raise
    except (pl.exceptions.PolarsError, OSError) as error:
        failure = type(error).__name__
    if failure:
        raise InputError(
            f"Table {table!r}: {path.name!r} cannot be read as {suffix[1:]} ({failure}). It may be "
            "empty, cut short or in another format: write it again."
        )
    repeated = _repeated(names)
    source = _from_polars(lazy, set(wanted) - repeated, tuple(names))
    source.mixed = tuple(sorted(repeated & set(wanted)))
    source.as_text, source.in_memory = suffix == ".csv", False
    return source


def _repeated(names: Sequence[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}


def _from_polars(
    lazy: pl.LazyFrame, wanted: Collection[str], names: tuple[str, ...] | None = None
) -> LocalSource:
    labels = names or tuple(lazy.collect_schema().names())
    return LocalSource(lazy.select([name for name in labels if name in wanted]), labels)


def _from_pandas(frame: Any, wanted: Collection[str]) -> LocalSource:
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
        # A frame without columns would lose the number of rows.
        columns = [pl.Series("", [None] * len(frame), dtype=pl.Null)]
    return LocalSource(pl.DataFrame(columns).lazy(), names, tuple(mixed))


def _series(name: str, column: Any) -> pl.Series | None:
    """Return one pandas column in the type it has; None if it holds several types at once."""
    import pandas as pd

    dtype = column.dtype
    if len(column) and column.isna().all():
        # The type of an empty column means nothing: pandas reads it as numbers whatever it was.
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
        # Polars has these units too. Any other unit is converted, after a check for what is lost.
        is_supported = np.datetime_data(times.dtype)[0] in ("ms", "us")
        return pl.Series(name, times if is_supported else _microseconds(times))
    if isinstance(dtype, pd.StringDtype):
        return _from_values(name, column.to_numpy(dtype=object, na_value=None).tolist())
    if isinstance(dtype, pd.SparseDtype):
        return _series(name, column.sparse.to_dense())
    if pd.api.types.is_extension_array_dtype(dtype):
        if not hasattr(dtype, "numpy_dtype"):
            return None
        filled = pl.Series(name, column.to_numpy(dtype=dtype.numpy_dtype, na_value=0))
        is_missing = pl.Series(column.isna().to_numpy())
        return pl.select(pl.when(~is_missing).then(filled).alias(name)).to_series()
    if dtype.kind == "O":
        return _from_objects(name, column)
    return pl.Series(name, column.to_numpy(), nan_to_null=True)


def _microseconds(times: Any) -> Any:
    """Return times in microseconds; a year outside the calendar becomes 9999, which is refused."""
    if np.datetime_data(times.dtype)[0] == "s":
        # Seconds reach further than microseconds: some releases of numpy wrap, others raise.
        first, last, end = np.array(["-200000", "200000", "9999-12-31"], dtype=times.dtype)
        times = np.where((times < first) | (times > last), end, times)
    return times.astype("datetime64[us]")


_OBJECT_TYPES = {"string", "boolean", "integer", "floating", "date", "datetime", "empty"}


def _from_objects(name: str, column: Any) -> pl.Series | None:
    import pandas as pd

    # With skipna alone, pandas before 3 infers None beside a float as a whole number.
    if pd.api.types.infer_dtype(column.dropna(), skipna=True) not in _OBJECT_TYPES:
        return None
    values: Sequence[Any] = column.astype(object).where(column.notna(), None).tolist()
    if len({getattr(value, "tzinfo", None) is None for value in values if value is not None}) > 1:
        return None
    return _from_values(name, values)


def _from_values(name: str, values: Sequence[Any]) -> pl.Series | None:
    """Return a series of Python values; None if they have several types or are not Unicode."""
    try:
        return pl.Series(name, values, strict=True)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError):
        # The error's message holds the value, so nothing of it is kept.
        return None
