"""Adapters: each supported input becomes a source, with its columns in the types they have.

Only the columns that are read are converted, and the caller's frame is never changed. Adapters
parse and coerce nothing: ``encode`` decides which values a column may hold.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar, runtime_checkable
from uuid import UUID

import narwhals as nw
import numpy as np
import polars as pl

from swm_kpi.contracts import ContractType, TableMapping, ValidatedTable, status_name
from swm_kpi.coverage import Coverage
from swm_kpi.engine.execution.dialects import Dialect, dialect_of
from swm_kpi.engine.execution.engine_errors import translate_engine_errors
from swm_kpi.engine.input.csv_validation import scan_csv
from swm_kpi.errors import InputError

_Answer = TypeVar("_Answer")

_SUPPORTED = (
    "a pandas or Polars frame, a pyarrow table, a DuckDB relation, a Spark DataFrame, an Ibis "
    "table, a path to a .parquet or .csv file, a table from swm_kpi.open_data or a mapping, or "
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


@runtime_checkable
class MappedRows(Protocol):
    """The rows that a mapping made, with how it made them."""

    @property
    def contract(self) -> str:
        """The name of the table."""

    @property
    def frame(self) -> Any:
        """The rows, in any engine."""

    @property
    def table_mapping(self) -> TableMapping:
        """How the mapping made them."""

    @property
    def coverage(self) -> Coverage | None:
        """The days covered, if that is known."""


@dataclass
class LocalSource:
    """A table that Polars reads, before it is encoded.

    Attributes:
        lazy: the wanted columns that it has, under the contract's names.
        names: every column label that it has.
        unusable: by wanted column that has no column in ``lazy``, what it holds: a type that cannot
            be read, or several types at once. Empty text if the column occurs twice.
        as_text: whether every value is text still to be parsed (CSV).
        in_memory: whether reading it twice costs nothing.
        coverage: the days that the table covers, if its reader knows them.
        notes: what a reader of a number must know about this table.
        mapping: how a mapping made the table; None where none did.
    """

    lazy: pl.LazyFrame
    names: tuple[str, ...]
    unusable: Mapping[str, str] = field(default_factory=dict)
    as_text: bool = False
    in_memory: bool = True
    coverage: Coverage | None = None
    notes: tuple[str, ...] = ()
    mapping: TableMapping | None = None


@dataclass(frozen=True)
class RemoteSource:
    """A table that stays in its engine, before it is encoded.

    Attributes:
        frame: the engine's own table.
        table: the table's name.
        dialect: the dialect of its engine.
        schema: the type of each column that can be read, by its label.
        names: every column label that it has.
        repeated: wanted columns that occur twice.
        coverage: the days that the table covers, if they are known.
        mapping: how a mapping made the table; None where none did.
    """

    frame: Any
    table: str
    dialect: Dialect
    schema: Mapping[str, Any]
    names: tuple[str, ...]
    repeated: frozenset[str] = frozenset()
    coverage: Coverage | None = None
    mapping: TableMapping | None = None

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
        InputError: the input is of no supported type, cannot be read, is another table, or its
            engine fails.
    """
    if isinstance(data, MappedRows):
        if data.contract != table:
            raise InputError(
                f"Table {table!r}: these rows are those of table {data.contract!r}, by their "
                f"mapping. Pass them under that name."
            )
        mapping = data.table_mapping
        statuses = {status_name(name) for name in mapping.counted_by_status if name in wanted}
        rows = open_table(data.frame, table, {*wanted, *statuses})
        if isinstance(rows, ValidatedSource):
            raise TypeError("a mapping makes rows that are not validated")
        coverage = rows.coverage if data.coverage is None else data.coverage
        made = {status_name(name) for name in mapping.with_status}
        names = tuple(name for name in rows.names if name not in made)
        return replace(rows, mapping=mapping, names=names, coverage=coverage)
    if isinstance(data, ValidatedTable):
        return ValidatedSource(data, dialect_of(data.frame))
    dialect = dialect_of(data)
    if dialect is not None:
        return translate_engine_errors(
            dialect.name, table, lambda: _open_remote_table(data, table, dialect, wanted)
        )
    return open_local_table(data, table, wanted)


def _open_remote_table(
    data: Any, table: str, dialect: Dialect, wanted: Collection[str]
) -> RemoteSource:
    """Open a table that stays in its engine, with its columns in types that can be read."""
    names = tuple(str(name) for name in data.columns)
    labels = Counter(dialect.fold(data, name) for name in names)
    present = [name for name in names if name in wanted]
    repeated = frozenset(name for name in present if labels[dialect.fold(data, name)] > 1)
    usable = [name for name in present if name not in repeated]
    frame = dialect.with_readable_types(data, usable)
    schema: Mapping[str, Any] = nw.from_native(frame).collect_schema()
    types = {name: schema[name] for name in usable}
    return RemoteSource(frame, table, dialect, types, names, repeated)


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
        names = tuple(str(name) for name in data.column_names)
        repeated = _repeated(names)
        once = [position for position, name in enumerate(names) if name not in repeated]
        frame = _from_arrow(data.select(once) if repeated and hasattr(data, "select") else data)
        if frame is None:
            kind = type(data).__name__
            raise InputError(f"Table {table!r}: the {kind} cannot be read. Is it still open?")
        source = _from_polars(frame.lazy(), wanted, names if repeated else None)
        source.unusable = dict.fromkeys(sorted(repeated & set(wanted)), "")
        return source
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
    source.unusable = dict.fromkeys(sorted(repeated & set(wanted)), "")
    source.as_text, source.in_memory = suffix == ".csv", False
    return source


def _repeated(names: Sequence[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}


def _from_polars(
    lazy: pl.LazyFrame, wanted: Collection[str], names: tuple[str, ...] | None = None
) -> LocalSource:
    labels = names or tuple(lazy.collect_schema().names())
    repeated = _repeated(labels)
    read = [name for name in labels if name in wanted and name not in repeated]
    return LocalSource(lazy.select(read), labels)


def _from_pandas(frame: Any, wanted: Collection[str]) -> LocalSource:
    names = tuple(str(name) for name in frame.columns)
    repeated = _repeated(names)
    unusable = {name: "" for name in names if name in wanted and name in repeated}
    columns = []
    for position, name in enumerate(names):
        if name not in wanted or name in repeated:
            continue
        series = _series(name, frame.iloc[:, position])
        if series is None:
            unusable[name] = _describe_type(frame.iloc[:, position])
        else:
            columns.append(series)
    if not columns:
        # A frame without columns would lose the number of rows.
        columns = [pl.Series("", [None] * len(frame), dtype=pl.Null)]
    return LocalSource(pl.DataFrame(columns).lazy(), names, unusable=unusable)


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


_OBJECT_TYPES = {
    "string",
    "boolean",
    "integer",
    "floating",
    "decimal",
    "date",
    "datetime",
    "empty",
}


_KNOWN_PACKAGES = {"builtins", "datetime", "decimal", "fractions", "numpy", "pandas", "uuid"}


def _describe_type(column: Any) -> str:
    """Say which types a pandas column holds, without any value of it."""
    if column.dtype.kind != "O":
        return str(column.dtype)
    types = {type(value) for value in column[column.notna()]}
    # A class can be named after a value, so only the names of known libraries are shown.
    names = sorted(
        {
            kind.__name__ if kind.__module__.partition(".")[0] in _KNOWN_PACKAGES else "others"
            for kind in types
        }
    )
    return names[0] if len(names) == 1 else f"several types ({', '.join(names)})"


def _from_objects(name: str, column: Any) -> pl.Series | None:
    import pandas as pd

    # With skipna alone, pandas before 3 infers None beside a float as a whole number.
    recorded = column[column.notna()]
    if all(isinstance(value, UUID) for value in recorded):
        column = column.map(str, na_action="ignore")
    elif pd.api.types.infer_dtype(recorded, skipna=True) not in _OBJECT_TYPES:
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
