"""What a reader of files returns: a table, the days it covers, and what to know of it."""

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
    """A table read from public files, which ``compute`` accepts as it is.

    Attributes:
        table: the name it has in ``compute``'s data.
        frame: a Polars frame with the columns of the contract, each text, a date or a number.
        coverage: the first and the last day that the files cover.
        notes: what a reader of its numbers must be told.
        missing_months: the first day of each month within the coverage that no file holds: a
            count of 0 for it is missing data, not none.
        missing_of: by breakdown and member, such as ``force`` and ``Warwickshire``, the further
            months that no file holds for that member.
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
        """Return the rows as a pandas frame: dates as ``datetime64[us]``, missing text as null.

        Column by column, because Polars' own conversion needs pyarrow, an optional part.
        """
        import pandas as pd
        import polars as pl

        def convert(series: pl.Series) -> pd.Series:
            if series.dtype == pl.Date:
                return pd.Series(series.cast(pl.Datetime("us")).to_numpy(), dtype="datetime64[us]")
            return pd.Series(series.to_list(), dtype=None if series.is_not_null().any() else object)

        return pd.DataFrame({each.name: convert(each) for each in self.frame.get_columns()})
