"""Contracts: the declaration of one input table, with its columns, keys and rules."""

from __future__ import annotations

import re
from collections.abc import Collection
from copy import copy
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from typing_extensions import override

from swm_kpi.contracts.column import Column, Recoded
from swm_kpi.contracts.dimension import Dimension
from swm_kpi.errors import (
    DefinitionError,
    Problem,
    did_you_mean,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import Condition, Expression, Unusable, as_condition, is_unusable
from swm_kpi.vocabulary import Grain, Unit

if TYPE_CHECKING:
    from swm_kpi.contracts.schema import Schema

_NAME = re.compile(r"\A[a-z](?:_?[a-z0-9])*\Z")


class UnknownColumn(DefinitionError, AttributeError):
    """A contract has no column of that name."""


class Rule:
    """A condition over several columns that every row must meet. A null does not break it.

    Args:
        condition: the condition that must be true.
        says: the rule in words, for error messages and the site.
        checked_with: a column. Wherever a request reads it, the rule is checked, if the table has
            the other columns of the rule. Other rules are checked only where a request reads
            all of their columns.
    """

    def __init__(
        self, condition: Expression, says: str, *, checked_with: Column | None = None
    ) -> None:
        self.condition: Condition = as_condition(condition)
        self.says = says
        self.checked_with = checked_with


class Unique:
    """Columns that form the table's key together, where no single column does."""

    def __init__(self, *columns: Column) -> None:
        self.columns = columns

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)


class ContractType(type):
    """The metaclass of contracts: collects the columns and reports a misspelt one.

    Attributes:
        areas: what identifies the areas that its columns have; empty for those declared.
        dimensions: the breakdowns of the table, by key, each with the column that provides it.
    """

    columns: dict[str, Column]
    derived: dict[str, Recoded]
    dimensions: dict[str, tuple[Dimension, Column | Recoded]]
    rules: dict[str, Rule]
    keys: tuple[tuple[str, ...], ...]
    table: str
    row_unit: Unit | None
    source: str
    min_grain: Grain
    areas: str = ""
    _made_from: tuple[Any, ...] = ()
    _kind = "contract"

    @override
    def __new__(
        mcs, name: str, bases: tuple[type, ...], body: dict[str, Any], **options: Any
    ) -> ContractType:
        cls = super().__new__(mcs, name, bases, body)
        parents = [base for base in reversed(bases) if isinstance(base, ContractType)]
        inherited = _inherited(cls, parents, body)
        columns = {name: item for name, item in inherited.items() if isinstance(item, Column)}
        columns |= {name: item for name, item in body.items() if isinstance(item, Column)}
        cls.columns = columns
        cls.derived = {name: item for name, item in inherited.items() if isinstance(item, Recoded)}
        cls.derived |= {name: item for name, item in body.items() if isinstance(item, Recoded)}
        cls.rules = {
            name: rule
            for parent in parents
            for name, rule in parent.rules.items()
            if name not in body
        }
        cls.rules |= {name: item for name, item in body.items() if isinstance(item, Rule)}
        uniques = [item for item in body.values() if isinstance(item, Unique)]
        composite_keys = [key for parent in parents for key in parent.keys if len(key) > 1]
        composite_keys += [
            unique.names for unique in uniques if unique.columns and not is_unusable(unique.columns)
        ]
        single_keys = [(name,) for name, column in columns.items() if column.unique]
        cls.keys = tuple(dict.fromkeys(single_keys + composite_keys))
        items: list[Column | Recoded] = [*columns.values(), *cls.derived.values()]
        cls.dimensions = {
            item.dimension.key: (item.dimension, item) for item in items if item.dimension
        }
        nearest = parents[-1] if parents else None
        cls.table = options.pop("table", _snake_case(name))
        cls.row_unit = options.pop("row_unit", nearest.row_unit if nearest else None)
        cls.source = options.pop("source", nearest.source if nearest else "")
        cls.min_grain = options.pop("min_grain", nearest.min_grain if nearest else Grain.MONTH)
        if bases:
            place = place_of_declaration()
            problems = [problem for item in items for problem in item.problems()]
            problems += [
                Problem(f"{mcs._kind.capitalize()} {name}", *finding, place)
                for finding in _contract_findings(cls, body, options)
            ]
            if problems:
                raise_problems(problems)
        return cls

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **_: Any) -> None:
        super().__init__(name, bases, body)

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        known = [*type.__getattribute__(cls, "columns"), *type.__getattribute__(cls, "derived")]
        problem = Problem(
            f"{cls.__name__}.{name}",
            "column",
            f"{type(cls)._kind} {cls.__name__} has no column {name!r}",
            did_you_mean(name, known),
            place_of_declaration(),
        )
        try:
            raise_problems([problem])
        except DefinitionError as error:
            unknown = UnknownColumn(error.problems)
        else:
            return Unusable()
        raise unknown

    @property
    def reporter_column(cls) -> Column | None:
        """The column whose members report separately, if the table has one."""
        return next((column for column in cls.columns.values() if column.reporter), None)

    @property
    def extraction_column(cls) -> Column | None:
        """The column that says when the table was extracted, if it has one."""
        return next((column for column in cls.columns.values() if column.extraction), None)

    @property
    def area_day_column(cls) -> Column | None:
        """The column of the day by which a row is in an area: its first date that is never null.

        Where the contract has none, a row is in the area that its code was always in.
        """
        return next(
            (
                column
                for column in cls.columns.values()
                if column.dtype in (date, datetime)
                and not (column.nullable or column.extraction or column.scheduled)
            ),
            None,
        )

    def keys_among(cls, names: Collection[str]) -> tuple[tuple[str, ...], ...]:
        """Return the keys of a table that has some columns.

        A key is without its optional columns that the table lacks. A key that lacks another column
        is left out.

        Args:
            names: the columns of the table.
        """
        keys = (
            tuple(name for name in key if name in names or not cls.columns[name].optional)
            for key in cls.keys
        )
        return tuple(key for key in keys if key and all(name in names for name in key))

    @property
    def meaning(cls) -> str:
        """What one row is: the first paragraph of the docstring."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())

    def schema(cls, backend: str = "pandas") -> Schema:
        """Return the Pandera schema of the table, for tools that use Pandera.

        The schema is Pandera's own object. Its ``validate`` obeys Pandera's global switches, such
        as ``PANDERA_VALIDATION_ENABLED``, which turn it off silently. Its errors contain the values
        that failed. It has no rules over several columns. ``swm_kpi.validate`` and ``compute`` obey
        no switch and report no value.

        Args:
            backend: ``"pandas"`` or ``"polars"``.

        Raises:
            RequestError: the backend is neither pandas nor polars.
        """
        from swm_kpi.contracts.schema import build_schema

        return build_schema(cls, backend)


def _snake_case(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _inherited(
    cls: ContractType, parents: list[ContractType], body: dict[str, Any]
) -> dict[str, Column | Recoded]:
    """Give a contract its own copies of the columns of its parents, and return them by name."""
    copies: dict[str, Column | Recoded] = {}
    for parent in parents:
        for name, column in (parent.columns | parent.derived).items():
            if name in body:
                continue
            duplicate = copy(column)
            if isinstance(duplicate, Recoded):
                own = body.get(duplicate.source.name, copies.get(duplicate.source.name))
                duplicate.source = own if isinstance(own, Column) else duplicate.source
            duplicate.__set_name__(cls, name)
            setattr(cls, name, duplicate)
            copies[name] = duplicate
    return copies


def _contract_findings(
    cls: ContractType, body: dict[str, Any], options: dict[str, Any]
) -> list[tuple[str, str, str]]:
    findings = []
    for option in options:
        fix = did_you_mean(option, ("table", "row_unit", "source", "min_grain"))
        findings.append((option, "it is not an option of a contract", fix))
    if not (body.get("__doc__") or "").strip():
        findings.append(
            ("docstring", "it must say what one row is", 'Start with """One row per ..."""')
        )
    if not cls.columns:
        findings.append(("columns", "it has none", "Declare at least one Column"))
    if not _NAME.match(cls.table):
        findings.append(
            ("table", f"{cls.table!r} is not a table name", "Use lower case, digits and _")
        )
    column_of_dimension: dict[str, str] = {}
    columns: list[Column | Recoded] = [*cls.columns.values(), *cls.derived.values()]
    for item in columns:
        name, key = item.name, item.dimension.key if item.dimension else None
        if key in column_of_dimension:
            fix = "Give the dimension to one column only"
            rule_ = f"column {column_of_dimension[key]} already has the dimension {key!r}"
            findings.append((name, rule_, fix))
        elif key:
            column_of_dimension[key] = name
    for word in ("reporter", "extraction"):
        declared = [column.name for column in cls.columns.values() if getattr(column, word)]
        if len(declared) > 1:
            rule_ = f"column {declared[0]} already has {word}=True"
            findings.append((declared[1], rule_, f"Leave {word} to one column"))
    if type(cls)._kind == "contract":
        rule_ = "only a column of a source has a heading of its own"
        findings += [
            (column.name, rule_, "Remove header=, and map a source to the contract")
            for column in cls.columns.values()
            if column.header is not None
        ]
    for name, unique in body.items():
        if isinstance(unique, Unique):
            if not unique.columns:
                findings.append(
                    (name, "it names no column", "Name the columns that form the key together")
                )
            for column in unique.columns:
                if not is_unusable(column) and column.name not in cls.columns:
                    rule_ = f"{column} is not a column of this table"
                    findings.append((name, rule_, "Use this table's columns"))
    for name, rule in cls.rules.items():
        if not rule.says.strip():
            findings.append((name, "the rule has no words", "Say what must be true"))
        foreign = [
            str(part)
            for part in rule.condition.walk()
            if isinstance(part, Column) and part.name not in cls.columns
        ]
        if foreign and not is_unusable(rule.condition):
            findings.append(
                (name, f"it reads {foreign[0]} of another table", "Use this table's columns")
            )
    return findings


class Contract(metaclass=ContractType):
    """The declaration of one input table. Subclass it and declare columns.

    The docstring says what one row is. Class keywords: ``table`` (the name in the ``data`` of
    ``compute``; by default the class name in snake case), ``row_unit`` (the unit that one row is),
    ``source`` (the system that the table comes from) and ``min_grain`` (the shortest period that
    its dates can distinguish; by default a month).

    A contract can be the base of another, such as a table with one more column. The other has its
    columns, keys and rules, each under its own name, and its ``row_unit``, ``source`` and
    ``min_grain``. A column that it declares again replaces the one of the base.

    Raises:
        DefinitionError: with every problem of the contract and its columns.
    """

    columns: ClassVar[dict[str, Column]]
