"""Where the numbers of a result came from, in words that say nothing about any one person."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from swm_kpi.declaration import FrozenMapping
from swm_kpi.errors import InputError

_DIGITS = 9
_WHOLE = 2**53
_SHOWN = 16


@dataclass(frozen=True)
class TableRead:
    """A table that a computation read.

    Attributes:
        name: the table's name.
        rows: how many rows it had; None where they are not told.
        fingerprint: what ``fingerprint`` makes of the aggregates read from it; empty where there
            is none or it is not told.
        notes: what a reader is told of the table, such as rows left out.
        validated: whether it met its contract.
    """

    name: str
    rows: int | None = None
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    validated: bool = True


@dataclass(frozen=True)
class Provenance:
    """What a result was computed from, and by what.

    Attributes:
        library: the version of this library.
        engine: what computed the aggregates, such as ``polars``.
        engine_version: its version.
        definitions: ref to definition, ``ref@version#hash``.
        as_at: the day the data were extracted, where that was said.
        periods: the labels of the periods, in order.
        breakdowns: the breakdowns, in order.
        assumptions: key to value of each assumption that was overridden.
        coverage: table to the first and last day that the caller said its rows cover.
        tables: each table read, in order of name.
    """

    library: str
    engine: str
    engine_version: str
    definitions: Mapping[str, str]
    as_at: date | None = None
    periods: tuple[str, ...] = ()
    breakdowns: tuple[str, ...] = ()
    assumptions: Mapping[str, Any] = field(default_factory=dict)
    coverage: Mapping[str, tuple[date, date]] = field(default_factory=dict)
    tables: tuple[TableRead, ...] = ()

    def __post_init__(self) -> None:
        for name in ("definitions", "assumptions", "coverage"):
            ordered = dict(sorted(getattr(self, name).items()))
            object.__setattr__(self, name, FrozenMapping(ordered))
        tables = tuple(sorted(self.tables, key=lambda each: each.name))
        object.__setattr__(self, "tables", tables)

    def table(self, name: str) -> TableRead | None:
        """Return what is told of one table, or None where it was not read."""
        return next((each for each in self.tables if each.name == name), None)

    def without_counts(self) -> Provenance:
        """Return it without the rows, notes and fingerprint of each table, as disclosed results do.

        Rows and notes are exact counts, and where a table is small a fingerprint could be found
        again by trying every likely count.
        """
        tables = tuple(TableRead(each.name, validated=each.validated) for each in self.tables)
        return replace(self, tables=tables)

    def to_dict(self, *, exact: bool) -> dict[str, Any]:
        """Return it as text, numbers and lists, ready for JSON.

        Args:
            exact: tell the rows, notes and fingerprint of each table. A file that went through
                disclosure control does not: rows and notes are exact counts, and where a table is
                small a fingerprint could be found again by trying every likely count.
        """
        tables: list[dict[str, Any]] = []
        for each in self.tables:
            told: dict[str, Any] = {"name": each.name, "validated": each.validated}
            if exact:
                told |= {"rows": each.rows, "fingerprint": each.fingerprint}
                told["notes"] = list(each.notes)
            tables.append(told)
        return {
            "library": {"name": "swm-kpi", "version": self.library},
            "engine": {"name": self.engine, "version": self.engine_version},
            "definitions": dict(self.definitions),
            "as_at": self.as_at.isoformat() if self.as_at else None,
            "periods": list(self.periods),
            "breakdowns": list(self.breakdowns),
            "assumptions": {key: _plain(value) for key, value in self.assumptions.items()},
            "coverage": {
                name: [first.isoformat(), last.isoformat()]
                for name, (first, last) in self.coverage.items()
            },
            "tables": tables,
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Provenance:
        """Read back what ``to_dict`` gave.

        Raises:
            InputError: a part is missing or is not what it should be.
        """
        problem = ""
        try:
            return cls(
                library=str(told["library"]["version"]),
                engine=str(told["engine"]["name"]),
                engine_version=str(told["engine"]["version"]),
                definitions={str(k): str(v) for k, v in told["definitions"].items()},
                as_at=date.fromisoformat(told["as_at"]) if told["as_at"] else None,
                periods=tuple(map(str, told["periods"])),
                breakdowns=tuple(map(str, told["breakdowns"])),
                assumptions=dict(told["assumptions"]),
                coverage={
                    str(name): (date.fromisoformat(first), date.fromisoformat(last))
                    for name, (first, last) in told["coverage"].items()
                },
                tables=tuple(
                    TableRead(
                        str(each["name"]),
                        each.get("rows"),
                        str(each.get("fingerprint", "")),
                        tuple(map(str, each.get("notes", ()))),
                        bool(each["validated"]),
                    )
                    for each in told["tables"]
                ),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            problem = type(error).__name__
        raise InputError(
            f"The provenance of a pack cannot be read ({problem}). Use the metadata file that was "
            "written with it."
        )


@cache
def library_version() -> str:
    """Return the version of this library, or say that it is not installed."""
    try:
        return version("swm-kpi")
    except PackageNotFoundError:
        return "not installed"


def fingerprint(*answers: Mapping[str, Iterable[Any]]) -> str:
    """Return a short text that changes when the aggregates read from a table change.

    It is of the aggregates that a computation read, and not of the table's bytes: rows, sums and
    counts by month and member. The order of answers, of groups and of columns is nothing to it, nor
    is the physical type (7 and 7.0, text and category). Sums that engines add up in another order
    differ in their last digits, so a number that is not whole counts to nine significant digits.
    Only fingerprints of the same request say anything about each other.

    Args:
        answers: one for each grouped query: name to a list of values, one for each group, the keys
            of the groups among them. Lists of one answer have one length.

    Returns:
        16 hexadecimal digits, one way: no value can be read back from them.

    Raises:
        ValueError: the lists of an answer differ in length.
    """
    hashed = sorted(_hash_of(each) for each in answers)
    return hashlib.sha256("".join(hashed).encode()).hexdigest()[:_SHOWN]


def _hash_of(answer: Mapping[str, Iterable[Any]]) -> str:
    names = sorted(answer)
    columns = [[_canonical(value) for value in answer[name]] for name in names]
    groups = sorted(zip(*columns, strict=True))
    return hashlib.sha256(json.dumps([names, groups]).encode()).hexdigest()


def _canonical(value: Any) -> str:
    """Write a value as text, alike for every engine's way of holding it."""
    if getattr(getattr(value, "dtype", None), "kind", "") == "M":
        value = value.astype("datetime64[us]")
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value:
        return "null"
    if isinstance(value, datetime):
        # A day is a day, whether it is held as a date or as the midnight that begins it.
        value = value.date() if value.time() == time.min else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool | int | float | Decimal):
        number: Any = value
        if abs(number) < _WHOLE and number == int(number):
            return str(int(number))
        return f"{number:.{_DIGITS - 1}e}"
    return json.dumps(str(value))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        listed = [_plain(each) for each in value]
        return sorted(listed, key=str) if isinstance(value, set | frozenset) else listed
    return str(value)
