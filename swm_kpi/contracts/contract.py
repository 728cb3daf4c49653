"""A contract: one input table, one row per thing counted."""

from __future__ import annotations

import re
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
    """A condition that every row must meet, over several columns. A null does not break it.

    Args:
        condition: what must hold.
        says: the rule in words, for the error and the site.
    """

    def __init__(self, condition: Expression, says: str) -> None:
        self.condition: Condition = as_condition(condition)
        self.says = says


class Unique:
    """Columns that together occur once: the table's key when no single column is."""

    def __init__(self, *columns: Column) -> None:
        self.columns = columns

    @property
    def names(self) -> tuple[str, ...]:
        """The columns' names."""
        return tuple(each.name for each in self.columns)


class ContractType(type):
    """Gathers a contract's columns and answers for a misspelt one."""

    columns: dict[str, Column]
    derived: dict[str, Recoded]
    rules: dict[str, Rule]
    keys: tuple[tuple[str, ...], ...]
    table: str
    row_unit: Unit | None
    source: str
    min_grain: Grain

    @override
    def __new__(
        mcs, name: str, bases: tuple[type, ...], body: dict[str, Any], **options: Any
    ) -> ContractType:
        cls = super().__new__(mcs, name, bases, body)
        columns = {key: each for key, each in body.items() if isinstance(each, Column)}
        cls.columns = columns
        cls.derived = {key: each for key, each in body.items() if isinstance(each, Recoded)}
        cls.rules = {key: each for key, each in body.items() if isinstance(each, Rule)}
        uniques = [each for each in body.values() if isinstance(each, Unique)]
        together = [
            each.names for each in uniques if each.columns and not is_unusable(each.columns)
        ]
        single = [(key,) for key, each in columns.items() if each.unique]
        cls.keys = tuple(single + together)
        cls.table = options.pop("table", _snake(name))
        cls.row_unit = options.pop("row_unit", None)
        cls.source = options.pop("source", "")
        cls.min_grain = options.pop("min_grain", Grain.MONTH)
        if bases:
            place = place_of_declaration()
            carriers: list[Column | Recoded] = [*columns.values(), *cls.derived.values()]
            problems = [found for each in carriers for found in each.problems()]
            problems += [
                Problem(f"Contract {name}", *each, place)
                for each in _contract_problems(cls, body, options)
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
            f"contract {cls.__name__} has no column {name!r}",
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
    def dimensions(cls) -> dict[str, tuple[Dimension, Column | Recoded]]:
        """Each breakdown the table carries, by key, with the column that carries it."""
        carriers: list[Column | Recoded] = [*cls.columns.values(), *cls.derived.values()]
        return {each.dimension.key: (each.dimension, each) for each in carriers if each.dimension}

    @property
    def meaning(cls) -> str:
        """What one row is: the first paragraph of the docstring."""
        return " ".join((cls.__doc__ or "").strip().split("\n\n")[0].split())

    def schema(cls, backend: str = "pandas") -> Schema:
        """Return the Pandera schema of the table, for tools that speak Pandera.

        What it returns is Pandera's own object and keeps Pandera's manners: its ``validate`` obeys
        Pandera's global switches (``PANDERA_VALIDATION_ENABLED`` and the like turn it off without a
        word), its errors hold the values that failed, and rules over several columns are not in it.
        ``swm_kpi.validate`` and ``compute`` obey no switch and tell no value.

        Args:
            backend: ``"pandas"`` or ``"polars"``.

        Raises:
            RequestError: another backend is named.
        """
        from swm_kpi.contracts.schema import build_schema

        return build_schema(cls, backend)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def _contract_problems(
    cls: ContractType, body: dict[str, Any], options: dict[str, Any]
) -> list[tuple[str, str, str]]:
    found = []
    for option in options:
        fix = did_you_mean(option, ("table", "row_unit", "source", "min_grain"))
        found.append((option, "it is not an option of a contract", fix))
    if not (body.get("__doc__") or "").strip():
        found.append(
            ("docstring", "a contract says what one row is", 'Start with """One row per ..."""')
        )
    if not cls.columns:
        found.append(("columns", "it has none", "Declare at least one Column"))
    if not _NAME.match(cls.table):
        found.append(
            ("table", f"{cls.table!r} is not a table name", "Use lower case, digits and _")
        )
    seen: dict[str, str] = {}
    carriers: list[Column | Recoded] = [*cls.columns.values(), *cls.derived.values()]
    for each in carriers:
        name, key = each.name, each.dimension.key if each.dimension else None
        if key in seen:
            fix = "Give one column the dimension"
            found.append((name, f"dimension {key!r} is carried by {seen[key]} already", fix))
        elif key:
            seen[key] = name
    for name, unique in body.items():
        if isinstance(unique, Unique):
            if not unique.columns:
                found.append((name, "it names no column", "Name the columns that together differ"))
            for column in unique.columns:
                if not is_unusable(column) and column.name not in cls.columns:
                    rule_ = f"{column} is not a column of this table"
                    found.append((name, rule_, "Use this table's columns"))
    for name, rule in cls.rules.items():
        if not rule.says.strip():
            found.append((name, "the rule has no words", "Say what must hold"))
        foreign = [
            str(part)
            for part in rule.condition.walk()
            if isinstance(part, Column) and part.name not in cls.columns
        ]
        if foreign and not is_unusable(rule.condition):
            found.append(
                (name, f"it reads {foreign[0]} of another table", "Use this table's columns")
            )
    return found


class Contract(metaclass=ContractType):
    """One input table: one row per thing counted. Subclass it and declare columns.

    Class keywords: ``table`` (the name in ``compute``'s data; the class name in snake case when
    left out), ``row_unit`` (the unit one row is one of), ``source`` (the system it comes from) and
    ``min_grain`` (the shortest period its dates can tell apart; a month when left out).
    """

    columns: ClassVar[dict[str, Column]]
