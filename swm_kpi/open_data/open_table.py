"""The result of a reader of public files: a table with its coverage and notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from os import PathLike
from typing import TYPE_CHECKING, TypeAlias

from swm_kpi.coverage import Coverage

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Paths: TypeAlias = str | PathLike[str] | Iterable[str | PathLike[str]]
"""One path, or several."""


@dataclass(frozen=True)
class SourceFile:
    """A file that a reader of public files met, or a sheet of a spreadsheet.

    Attributes:
        name: the name, with its folder or archive.
        rows: the number of rows that the table has from it.
        reason: why it was not read; empty if it was.
    """

    name: str
    rows: int = 0
    reason: str = ""

    @property
    def is_read(self) -> bool:
        """Whether the table has its rows."""
        return not self.reason


@dataclass(frozen=True, eq=False)
class OpenTable:
    """A table from public files, which you can pass to ``compute``.

    Attributes:
        table: the name of the contract, and the table's name in the data of ``compute``.
        frame: a Polars frame with the columns of the contract: text, dates and numbers.
        coverage: the days that the files cover, for each force where the files say.
        notes: what a reader of the numbers must know.
        files: every file in the paths, and every sheet of a spreadsheet: read, or why not.
    """

    table: str
    frame: pl.DataFrame = field(repr=False)
    coverage: Coverage
    notes: tuple[str, ...] = ()
    files: tuple[SourceFile, ...] = field(default=(), repr=False)

    def __len__(self) -> int:
        """Return the number of rows."""
        return self.frame.height

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a pandas frame: dates as ``datetime64[us]``, missing text as None."""
        import pandas as pd
        import polars as pl

        # Polars' own conversion needs pyarrow, which is optional.
        def convert(series: pl.Series) -> pd.Series:
            if series.dtype == pl.Date:
                return pd.Series(series.cast(pl.Datetime("us")).to_numpy(), dtype="datetime64[us]")
            return pd.Series(series.to_list(), dtype=None if series.is_not_null().any() else object)

        return pd.DataFrame({series.name: convert(series) for series in self.frame.get_columns()})
