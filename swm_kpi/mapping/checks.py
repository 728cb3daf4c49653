"""The rules of a mapping: what each column of a contract can be made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from swm_kpi.contracts import Column, ContractType
from swm_kpi.declaration import Finding
from swm_kpi.errors import did_you_mean
from swm_kpi.expressions import (
    DTYPE_WORDS,
    LocalDate,
    Parse,
    Scalar,
    is_unusable,
)
from swm_kpi.expressions.literals import comparable, literal_problem
from swm_kpi.mapping.source import SourceType
from swm_kpi.mapping.values import Coalesce, Codes, Constant, Flag, NotInSource, Value

_BOOLEANS = {"true": True, "false": False}
_KINDS = (Column, Parse, LocalDate, Constant, NotInSource, Flag, Codes, Coalesce)
_CODE_TYPES = (str, int, float, bool)


def target_value(target: str, column: Column) -> Any:
    """Return a target of a code list in the type of the contract's column; None if it is empty.

    Raises:
        ValueError: it is not a value of that type.
    """
    if not target:
        return None
    if column.dtype is bool:
        if target.lower() not in _BOOLEANS:
            raise ValueError
        return _BOOLEANS[target.lower()]
    return column.dtype(target)


def header_findings(
    contract: object, source: object, version: object, valid_from: object, owner: object
) -> Iterator[Finding]:
    """Yield what is wrong with the fields that say what is mapped, since when and by whom."""
    if not isinstance(contract, ContractType) or isinstance(contract, SourceType):
        yield "contract", f"{_name(contract)} is not a contract", "Give a class of kpi.Contract"
    if not isinstance(source, SourceType):
        yield "source", f"{_name(source)} is not a source", "Give a class of kpi.Source"
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        yield "version", f"{version!r} is not a version", "Write 1, and raise it with each change"
    yield from day_findings("valid_from", valid_from)
    if not (isinstance(owner, str) and owner.strip()):
        yield "owner", "it is empty", "Name the role that decides, such as Crime registrar"


def day_findings(field: str, day: object) -> Iterator[Finding]:
    """Yield what is wrong with a field that is a day."""
    try:
        date.fromisoformat(day)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        yield field, "it is not a date", "Write an ISO date such as 2024-04-01"


def column_findings(
    contract: ContractType, source: SourceType, columns: Mapping[Any, Any]
) -> Iterator[Finding]:
    """Yield what is wrong with the columns of a mapping."""
    names = set()
    for column, value in columns.items():
        if not isinstance(column, Column):
            if not is_unusable(column):
                rule = f"a key of type {type(column).__name__} is not a column"
                yield "columns", rule, f"Write {contract.__name__}.column_name: ..."
            continue
        if column.owner is not contract:
            fix = did_you_mean(column.name, contract.columns)
            yield "columns", f"{column} is not a column of {contract.__name__}", fix
            continue
        names.add(column.name)
        if not is_unusable(value):
            yield from ((column.name, *rest) for rest in _value_findings(column, value, source))
    for name, column in contract.columns.items():
        if name not in names and not column.optional:
            fix = f'Map it, or write {contract.__name__}.{name}: not_in_source("...")'
            yield name, "nothing says what it is made from", fix


def order_findings(
    source: SourceType, one_row_per: Sequence[Any], first_by: Sequence[Any]
) -> Iterator[Finding]:
    """Yield what is wrong with the rule that chooses one row of several."""
    for field, values in (("one_row_per", one_row_per), ("first_by", first_by)):
        for value in values:
            if is_unusable(value):
                continue
            if not isinstance(value, Column | Parse | LocalDate):
                rule = f"it is of type {type(value).__name__}"
                yield field, rule, f"Give columns of {source.__name__}, as they are or parsed"
            elif getattr(value, "unmapped", "refuse") == "null":
                rule = "a text that cannot be read has no place in the order"
                yield field, rule, "Remove unmapped='null'"
            else:
                yield from ((field, *rest) for rest in _foreign(value, source))
    if first_by and not one_row_per:
        yield "first_by", "there is nothing to be the first of", "Give one_row_per="


def _value_findings(column: Column, value: object, source: SourceType) -> Iterator[tuple[str, str]]:
    if not isinstance(value, _KINDS):
        rule = f"it is made from something of type {type(value).__name__}"
        yield rule, "Give a column of the source, codes, flag, not_in_source or a constant"
        return
    foreign = list(_foreign(value, source))
    yield from foreign
    match value:
        case Constant():
            finding = literal_problem(value.value, column.dtype, _closed_list(column))
            if finding is not None:
                yield (
                    finding[0].replace("compared with", "made from"),
                    finding[1].replace("Compare it with", "Give"),
                )
        case Codes():
            yield from _code_findings(column, value)
        case Coalesce():
            for part in value.values:
                if not is_unusable(part):
                    yield from _value_findings(column, part, source)
        case NotInSource():
            pass
        case _:
            yield from _type_findings(column, value)
    if not foreign:
        yield from _privacy_findings(column, value)
    if not column.nullable:
        yield from _null_findings(value)


def _foreign(value: Value, source: SourceType) -> Iterator[tuple[str, str]]:
    for part in value.walk():
        if isinstance(part, Column) and part.owner is not source:
            fix = did_you_mean(part.name, source.columns)
            yield f"it reads {part}, which is not a column of {source.__name__}", fix


def _type_findings(column: Column, value: Any) -> Iterator[tuple[str, str]]:
    dtype = value.dtype
    if dtype is column.dtype or (column.dtype is float and comparable(float, dtype)):
        return
    rule = f"it contains {DTYPE_WORDS[column.dtype]}, and is made from {DTYPE_WORDS[dtype]}"
    if column.dtype is date and dtype is datetime:
        yield rule, "Write .to_date() for the local day"
    elif column.dtype in (date, datetime) and dtype is str:
        yield rule, 'Parse it, as in .parse("%d/%m/%Y %H:%M")'
    elif column.dtype is datetime and dtype is date:
        yield rule, "Map a column that states the time of day too"
    elif column.dtype is bool:
        yield rule, 'Use flag(column, yes="Y", no="N")'
    else:
        yield rule, "Declare the column of the source in the same type, or use codes"


def _code_findings(column: Column, value: Codes) -> Iterator[tuple[str, str]]:
    if column.dtype not in _CODE_TYPES:
        rule = f"it contains {DTYPE_WORDS[column.dtype]}, and a code list has no such value"
        yield rule, "Use parse"
        return
    name, domain = value.code_list.name, _closed_list(column)
    for row in value.code_list.rows:
        try:
            target = target_value(row.target, column)
        except ValueError:
            rule = f"target {row.target!r} of {name} line {row.line}"
            yield f"{rule} is not {DTYPE_WORDS[column.dtype]}", "Correct the target"
            continue
        if target is None:
            if not column.nullable:
                rule = f"{name} line {row.line} has no target, and the column is never empty"
                yield rule, "Give the target"
        elif domain is not None and target not in domain:
            fix = did_you_mean(row.target, map(str, domain))
            yield f"target {row.target!r} of {name} line {row.line} is not in its closed list", fix
    if value.other is not None:
        finding = literal_problem(value.other, column.dtype, _closed_list(column))
        if finding is not None:
            yield (
                f"other={value.other!r}: {finding[0].replace('compared with', 'made from')}",
                (finding[1].replace("Compare it with", "Give")),
            )


def _closed_list(column: Column) -> tuple[Scalar, ...] | None:
    """Return the closed list of a column; None for areas, which each force has of its own."""
    is_area = column.dimension is not None and column.dimension.is_area
    return None if is_area else column.domain


def _privacy_findings(column: Column, value: Any) -> Iterator[tuple[str, str]]:
    if column.personal or isinstance(value, Flag | Codes):
        return
    parts = value.values if isinstance(value, Coalesce) else (value,)
    for part in parts:
        personal = [item for item in part.walk() if isinstance(item, Column) and item.personal]
        if personal and not isinstance(part, Flag | Codes):
            rule = f"it is not personal, and {personal[0]} is"
            fix = f"If no value of {personal[0].name} can identify a person, remove personal=True"
            yield rule, f"{fix}. Otherwise use codes or flag, or map another column"


def _null_findings(value: Any) -> Iterator[tuple[str, str]]:
    for part in value.walk():
        if getattr(part, "unmapped", "") == "null" and not isinstance(value, Coalesce):
            yield "unmapped='null' makes it empty, and it never is", "Write unmapped='refuse'"
        if isinstance(part, Flag) and any(str(item).strip(" ") for item in part.null):
            yield "null= makes it empty, and it never is", "Remove null="


def _name(value: object) -> str:
    return str(getattr(value, "__name__", repr(value)))
