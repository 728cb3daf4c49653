"""Sources: the columns of a raw extract, as they come."""

from __future__ import annotations

import codecs
from typing import Any

from typing_extensions import override

from swm_kpi.calendar import LONDON
from swm_kpi.contracts import Column, ContractType
from swm_kpi.errors import Problem, did_you_mean, place_of_declaration, raise_problems

UTC = "UTC"
UTF_8 = "utf-8"
ZONES = (LONDON, UTC)
_OF_SOURCES = ("zone", "headers", "sheet", "encoding")

_BELONGS_TO_CONTRACT = (
    *("nullable", "unique", "domain", "bounds", "str_matches", "dimension", "reporter"),
    *("extraction", "scheduled", "filled_later", "decimals", "checks"),
)
_WORDS = {"domain": "isin", "bounds": "ge, gt, le or lt"}


class SourceType(ContractType):
    """The metaclass of sources: collects the columns and checks the declaration."""

    _kind = "source"
    zone: str
    sheet: str
    encoding: str

    @override
    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        body: dict[str, Any],
        *,
        zone: str = LONDON,
        sheet: str = "",
        encoding: str = UTF_8,
        **options: Any,
    ) -> SourceType:
        columns = [item for item in body.values() if isinstance(item, Column)]
        problems = [
            Problem(f"Source {name}", *finding, place_of_declaration())
            for finding in _findings(columns, body, zone, sheet, encoding)
        ]
        if bases and problems:
            raise_problems(problems)
        for column in columns:
            column.nullable = True
        cls: SourceType = super().__new__(mcs, name, bases, body, **options)  # type: ignore[assignment]
        cls.zone, cls.sheet, cls.encoding = zone, sheet, encoding
        return cls

    def __init__(
        cls,
        name: str,
        bases: tuple[type, ...],
        body: dict[str, Any],
        *,
        zone: str = LONDON,
        sheet: str = "",
        encoding: str = UTF_8,
        **_: Any,
    ) -> None:
        super().__init__(name, bases, body)

    @property
    def headers(cls) -> dict[str, str]:
        """The heading of each column in the extract, by its name."""
        return {name: column.header or name for name, column in cls.columns.items()}


def _findings(
    columns: list[Column], body: dict[str, Any], zone: object, sheet: object, encoding: object
) -> list[tuple[str, str, str]]:
    findings = []
    if zone not in ZONES:
        fix = did_you_mean(str(zone), ZONES)
        findings.append(("zone", f"{zone!r} is not a time zone that a source can have", fix))
    if not isinstance(sheet, str):
        findings.append(("sheet", f"{sheet!r} is not a name of a sheet", 'Write sheet="Extract"'))
    try:
        codecs.lookup(encoding)  # type: ignore[arg-type]
    except (LookupError, TypeError):
        fix = "Write utf-8, cp1252 (Windows, Western Europe) or utf-16"
        findings.append(("encoding", f"{encoding!r} is not an encoding", fix))
    for name in (name for name in _OF_SOURCES if name in body):
        rule = f"{name!r} is an attribute of every source"
        findings.append((name, rule, f'Call the column {name}_code, with header="{name}"'))
    for name, column in ((name, item) for name, item in body.items() if isinstance(item, Column)):
        rules = [field for field in _BELONGS_TO_CONTRACT if getattr(column, field)]
        if rules:
            rule = f"a column of a source has no {_WORDS.get(rules[0], rules[0])}"
            findings.append((name, rule, "Remove it: the contract has the rules"))
    headers = [item.header or name for name, item in body.items() if isinstance(item, Column)]
    repeated = [header for header in headers if headers.count(header) > 1]
    if repeated:
        rule = f"two columns have the heading {repeated[0]!r}"
        findings.append(("header", rule, "Declare each column of the extract once"))
    return findings


class Source(metaclass=SourceType):
    """The columns of a raw extract. Subclass it and declare columns.

    The docstring says what one row is. A column has a type, a description, ``personal``, and
    ``header`` where its heading in the extract is not a Python name. Every column may be empty.
    Text that is empty or only spaces is empty. Class keywords: ``table`` (the name of the extract;
    by default the class name in snake case), ``source`` (the system that it comes from),
    ``zone`` (the time zone of its times without an offset: ``"Europe/London"``, the default, or
    ``"UTC"``), ``sheet`` (the sheet of a workbook, if it has several) and ``encoding`` (of a CSV
    file; by default ``"utf-8"``).

    Raises:
        DefinitionError: with every problem of the source and its columns.
    """
