"""Build conditions and rows from bytes, both valid and invalid."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

import swm_kpi as kpi


class ByteReader:
    """Makes choices from the bytes of the fuzzer, in order. After the last byte, every choice is 0.

    Args:
        content: the bytes.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    def number(self, limit: int) -> int:
        """Return a whole number from 0 to ``limit`` minus one."""
        self._position += 1
        if self._position > len(self._content):
            return 0
        return self._content[self._position - 1] % limit

    def text(self) -> str:
        """Return a short text of any characters."""
        length = self.number(6)
        start, self._position = self._position, self._position + length
        return self._content[start : start + length].decode("utf-8", "surrogateescape")

    def literal(self) -> Any:
        """Return a value to compare with, of any type, rarely the right one."""
        makers = (
            lambda: ("a", "b", "c")[self.number(3)],
            self.text,
            lambda: self.number(256) - 128,
            lambda: (2**63, 2**70, -(2**63), 10**400)[self.number(4)],
            lambda: (0.5, float("nan"), float("inf"), -0.0, 1e308)[self.number(5)],
            lambda: bool(self.number(2)),
            lambda: None,
            lambda: date(2024, 4, 1) + timedelta(days=self.number(256)),
            lambda: datetime(2024, 3, 31, 1, 30) + timedelta(hours=self.number(256)),
            lambda: (date.min, date.max, datetime.max)[self.number(3)],
            lambda: [self.text()],
            lambda: kpi.Assumption(
                key="drawn", value=self.literal(), since="2024-04-01", because="It is made up."
            ),
        )
        return makers[self.number(len(makers))]()

    def term(self, contract: Any) -> Any:
        """Return a column, or the time from one to another."""
        columns = [*contract.columns]
        column = getattr(contract, columns[self.number(len(columns))])
        if self.number(5) == 0:
            return column.until(getattr(contract, columns[self.number(len(columns))]))
        return column

    def condition(self, contract: Any, depth: int = 3) -> Any:
        """Return a condition, which can contain other conditions to a depth."""
        choice = self.number(10 if depth else 7)
        term = self.term(contract)
        if choice == 0:
            return term.is_null()
        if choice == 1:
            return term.is_in(*(self.literal() for _ in range(self.number(4))))
        if choice == 2:
            return term.between(self.literal(), self.literal())
        if choice == 3:
            return term == self.literal()
        if choice == 4:
            return term < (self.literal() if self.number(2) else self.term(contract))
        if choice == 5:
            return term != self.literal()
        if choice == 6:
            return term
        left = self.condition(contract, depth - 1)
        if choice == 7:
            return ~left
        right = self.condition(contract, depth - 1)
        return left & right if choice == 8 else left | right

    def rows(self) -> pl.DataFrame:
        """Return up to three valid rows."""
        count = self.number(4)
        start = datetime(2024, 4, 1)
        return pl.DataFrame(
            {
                "began_at": [start + timedelta(hours=self.number(256)) for _ in range(count)],
                "ended_at": [None for _ in range(count)],
                "on": [date(2024, 4, 1) for _ in range(count)],
                "code": [(None, "a", "b")[self.number(3)] for _ in range(count)],
                "name": ["n" for _ in range(count)],
                "whole": [self.number(256) for _ in range(count)],
                "share": [self.number(256) / 7 for _ in range(count)],
                "flag": [(None, True, False)[self.number(3)] for _ in range(count)],
            },
            schema={
                "began_at": pl.Datetime("us"),
                "ended_at": pl.Datetime("us"),
                "on": pl.Date,
                "code": pl.String,
                "name": pl.String,
                "whole": pl.Int64,
                "share": pl.Float64,
                "flag": pl.Boolean,
            },
        )
