"""Sources: the columns of a raw extract, as they come."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from swm_kpi.calendar import LONDON
from swm_kpi.contracts import Column, ContractType
from swm_kpi.errors import Problem, did_you_mean, place_of_declaration, raise_problems

UTC = "UTC"
ZONES = (LONDON, UTC)

_BELONGS_TO_CONTRACT = (
    *("nullable", "unique", "domain", "bounds", "str_matches", "dimension", "reporter"),
    *("extraction", "scheduled", "decimals", "checks"),
)
_WORDS = {"domain": "isin", "bounds": "ge, gt, le or lt"}


class SourceType(ContractType):
    """The metaclass of sources: collects the columns and checks the declaration."""

    _kind = "source"
    zone: str

    @override
    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        body: dict[str, Any],
        *,
        zone: str = LONDON,
        **options: Any,
    ) -> SourceType:
        columns = [item for item in body.values() if isinstance(item, Column)]
        problems = [
            Problem(f"Source {name}", *finding, place_of_declaration())
            for finding in _findings(columns, body, zone)
        ]
        if bases and problems:
            raise_problems(problems)
        for column in columns:
            column.nullable = True
        cls: SourceType = super().__new__(mcs, name, bases, body, **options)  # type: ignore[assignment]
        cls.zone = zone
        return cls

    def __init__(
        cls,
        name: str,
        bases: tuple[type, ...],
        body: dict[str, Any],
        *,
        zone: str = LONDON,
        **_: Any,
    ) -> None:
        super().__init__(name, bases, body)

    @property
    def headers(cls) -> dict[str, str]:
        """The heading of each column in the extract, by its name."""
        return {name: column.header or name for name, column in cls.columns.items()}


def _findings(
    columns: list[Column], body: dict[str, Any], zone: object
) -> list[tuple[str, str, str]]:
    findings = []
    if zone not in ZONES:
        fix = did_you_mean(str(zone), ZONES)
        findings.append(("zone", f"{zone!r} is not a time zone that a source can have", fix))
    if "zone" in body or "headers" in body:
        name = "zone" if "zone" in body else "headers"
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
    by default the class name in snake case), ``source`` (the system that it comes from) and
    ``zone`` (the time zone of its times without an offset: ``"Europe/London"``, the default, or
    ``"UTC"``).

    Raises:
        DefinitionError: with every problem of the source and its columns.
    """
