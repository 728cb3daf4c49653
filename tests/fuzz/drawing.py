"""Conditions and rows drawn from bytes, right and wrong ones alike."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

import swm_kpi as kpi


class Drawing:
    """Reads choices off bytes; zero once they are used up.

    Args:
        given: where choices come from.
    """

    def __init__(self, given: bytes) -> None:
        self._given = given
        self._at = 0

    def number(self, many: int) -> int:
        """Return a whole number from 0 to ``many`` less one."""
        self._at += 1
        return self._given[self._at - 1] % many if self._at <= len(self._given) else 0

    def text(self) -> str:
        """Return a short text of any letters."""
        length = self.number(6)
        start, self._at = self._at, self._at + length
        return self._given[start : start + length].decode("utf-8", "surrogateescape")

    def literal(self) -> Any:
        """Return something to compare with, of any type, seldom a fitting one."""
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
        """Return a condition, of conditions that may be of conditions."""
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
        """Return a few rows that keep the contract."""
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
