"""The provenance of a result: the data and software behind its numbers, with no personal data."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from swm_kpi.coverage import Coverage
from swm_kpi.declaration import FrozenMapping
from swm_kpi.errors import InputError, RequestError

_SIGNIFICANT_DIGITS = 9
_MAX_EXACT_INTEGER = 2**53
_FINGERPRINT_LENGTH = 16
# A whole number that is not a year, a part of a name or a part of a period.
_COUNT = re.compile(r"(?<![\w/.-])(?!(?:19|20)[0-9]{2}\b)[1-9][0-9,]*(?![\w/-]|\.[0-9])")


@dataclass(frozen=True)
class TableRead:
    """A table that a computation read.

    Attributes:
        name: the name of the table.
        rows: the number of its rows; None in the provenance of a protected result.
        fingerprint: the ``fingerprint`` of the aggregates read from it; empty in the provenance of
            a protected result.
        notes: what a reader must know of a table of public data, such as the files that it lacks.
            They are about the table as a whole, and are not beside each number.
        validated: whether it met its contract.
        mapping: the mapping that made it, as ``table@version#hash``; empty where none did.
    """

    name: str
    rows: int | None = None
    fingerprint: str = ""
    notes: tuple[str, ...] = ()
    validated: bool = True
    mapping: str = ""


@dataclass(frozen=True)
class Provenance:
    """The data, definitions and software that a result was computed with.

    Attributes:
        library: the version of this library.
        engine: the software that computed the aggregates, such as ``polars``.
        engine_version: its version.
        definitions: the definition of each ref, ``ref@version#hash``.
        as_at: the day on which the data were extracted, where the caller stated it.
        periods: the labels of the periods, in order.
        breakdowns: the breakdowns, in order.
        assumptions: the value of each assumption that was overridden, by key.
        coverage: the coverage that the caller stated, by table.
        tables: each table that was read, in order of name.
        force: the name of the force with the hash of its folder, such as ``Mercia#12bcd4fa``;
            empty where the numbers rest on no folder.
        areas: the force of the areas with their hash and how boundaries are chosen, such as
            ``Kent#0711648c, boundaries as then``; empty where breakdowns have the areas that they
            are declared with.
    """

    library: str
    engine: str
    engine_version: str
    definitions: Mapping[str, str]
    as_at: date | None = None
    periods: tuple[str, ...] = ()
    breakdowns: tuple[str, ...] = ()
    assumptions: Mapping[str, Any] = field(default_factory=dict)
    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    tables: tuple[TableRead, ...] = ()
    force: str = ""
    areas: str = ""

    def __post_init__(self) -> None:
        for name in ("definitions", "assumptions", "coverage"):
            ordered = dict(sorted(getattr(self, name).items()))
            object.__setattr__(self, name, FrozenMapping(ordered))
        tables = tuple(sorted(self.tables, key=lambda table: table.name))
        object.__setattr__(self, "tables", tables)

    def table(self, name: str) -> TableRead | None:
        """Return one table, or None where it was not read."""
        return next((table for table in self.tables if table.name == name), None)

    def table_notes(self) -> Iterator[tuple[str, str]]:
        """Yield the name of each table with each of its notes."""
        for table in self.tables:
            for note in table.notes:
                yield table.name, note

    def without_counts(self) -> Provenance:
        """Return the provenance of a protected result: no rows or fingerprints of tables.

        Rows are exact counts. The fingerprint of a small table could be found by trying every
        likely count. Notes stay, with "some" for each count in them.
        """
        tables = tuple(
            replace(table, rows=None, fingerprint="", notes=_without_counts(table.notes))
            for table in self.tables
        )
        return replace(self, tables=tables)

    def to_dict(self, *, exact: bool) -> dict[str, Any]:
        """Return the provenance as text, numbers and lists, ready for JSON.

        Args:
            exact: include the rows and fingerprint of each table. Use False for a protected result:
                see ``without_counts``.
        """
        tables: list[dict[str, Any]] = []
        for table in self.tables:
            record: dict[str, Any] = {"name": table.name, "validated": table.validated}
            if exact:
                record |= {"rows": table.rows, "fingerprint": table.fingerprint}
            if table.mapping:
                record["mapping"] = table.mapping
            record["notes"] = list(table.notes if exact else _without_counts(table.notes))
            tables.append(record)
        return {
            "library": {"name": "swm-kpi", "version": self.library},
            "engine": {"name": self.engine, "version": self.engine_version},
            "definitions": dict(self.definitions),
            "force": self.force,
            "areas": self.areas,
            "as_at": self.as_at.isoformat() if self.as_at else None,
            "periods": list(self.periods),
            "breakdowns": list(self.breakdowns),
            "assumptions": {key: _plain(value) for key, value in self.assumptions.items()},
            "coverage": {name: days.to_dict() for name, days in self.coverage.items()},
            "tables": tables,
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Provenance:
        """Return the provenance that ``to_dict`` wrote.

        Raises:
            InputError: a key is missing or its value is not valid.
        """
        problem = ""
        try:
            return cls(
                library=str(record["library"]["version"]),
                engine=str(record["engine"]["name"]),
                engine_version=str(record["engine"]["version"]),
                definitions={str(k): str(v) for k, v in record["definitions"].items()},
                as_at=date.fromisoformat(record["as_at"]) if record["as_at"] else None,
                periods=tuple(map(str, record["periods"])),
                breakdowns=tuple(map(str, record["breakdowns"])),
                assumptions=dict(record["assumptions"]),
                coverage={
                    str(name): Coverage.from_dict(days) for name, days in record["coverage"].items()
                },
                tables=tuple(
                    TableRead(
                        str(table["name"]),
                        table.get("rows"),
                        str(table.get("fingerprint", "")),
                        tuple(map(str, table.get("notes", ()))),
                        bool(table["validated"]),
                        str(table.get("mapping", "")),
                    )
                    for table in record["tables"]
                ),
                force=str(record.get("force", "")),
                areas=str(record.get("areas", "")),
            )
        except (KeyError, TypeError, ValueError, AttributeError, RequestError) as error:
            problem = type(error).__name__
        raise InputError(
            f"The provenance of a dataset cannot be read ({problem}). Use the metadata file that "
            "was written with the dataset."
        )


def _without_counts(notes: Iterable[str]) -> tuple[str, ...]:
    return tuple(_COUNT.sub("some", note) for note in notes)


@cache
def library_version() -> str:
    """Return the version of this library, or "not installed"."""
    try:
        return version("swm-kpi")
    except PackageNotFoundError:
        return "not installed"


def fingerprint(*aggregates: Mapping[str, Iterable[Any]]) -> str:
    """Return a short hash that changes when the aggregates read from a table change.

    It covers the rows, sums and counts by month and member that a computation read, not the bytes
    of the table. It does not depend on the order of queries, groups or columns, or on the physical
    type (7 and 7.0, text and category). Engines add floats in different orders, so a number that is
    not whole is rounded to nine significant digits. Compare only fingerprints of the same request.

    Args:
        aggregates: the columns of each grouped query, by name, with the keys of the groups. The
            columns of one query have one length.

    Returns:
        16 hexadecimal digits of a SHA-256 hash.

    Raises:
        ValueError: the columns of a query differ in length.
    """
    hashes = sorted(_hash_of(columns) for columns in aggregates)
    return hashlib.sha256("".join(hashes).encode()).hexdigest()[:_FINGERPRINT_LENGTH]


def _hash_of(aggregates: Mapping[str, Iterable[Any]]) -> str:
    names = sorted(aggregates)
    columns = [[_canonical(value) for value in aggregates[name]] for name in names]
    groups = sorted(zip(*columns, strict=True))
    return hashlib.sha256(json.dumps([names, groups]).encode()).hexdigest()


def _canonical(value: Any) -> str:
    """Return a value as text that does not depend on the type in which an engine stores it."""
    if getattr(getattr(value, "dtype", None), "kind", "") == "M":
        value = value.astype("datetime64[us]")
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value:
        return "null"
    if isinstance(value, datetime):
        # An engine may store a date as the midnight at its start.
        value = value.date() if value.time() == time.min else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool | int | float | Decimal):
        number: Any = value
        if abs(number) < _MAX_EXACT_INTEGER and number == int(number):
            return str(int(number))
        return f"{number:.{_SIGNIFICANT_DIGITS - 1}e}"
    return json.dumps(str(value))


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        items = [_plain(item) for item in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    return str(value)
