"""The result of a reader of public files: a table with its coverage and notes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from os import PathLike
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

Paths: TypeAlias = str | PathLike[str] | Iterable[str | PathLike[str]]
"""One path, or several."""


@dataclass(frozen=True, eq=False)
class OpenTable:
    """A table from public files, which you can pass to ``compute``.

    Attributes:
        table: the name of the contract, and the table's name in the data of ``compute``.
        frame: a Polars frame with the columns of the contract: text, dates and numbers.
        coverage: the first and the last day that the files cover.
        notes: what a reader of the numbers must know.
        missing_months: the first day of each month within the coverage that no file contains. A
            count of 0 for it is missing data.
        missing_of: the further months that no file contains for one member, by breakdown and
            member, such as ``force`` and ``Warwickshire``.
    """

    table: str
    frame: pl.DataFrame = field(repr=False)
    coverage: tuple[date, date]
    notes: tuple[str, ...] = ()
    missing_months: tuple[date, ...] = field(default=(), repr=False)
    missing_of: Mapping[str, Mapping[str, tuple[date, ...]]] = field(
        default_factory=dict, repr=False
    )

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
