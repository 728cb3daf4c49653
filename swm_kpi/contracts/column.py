"""Columns of a contract: declared with Pandera's words, used as terms of expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from swm_kpi.contracts.dimension import Dimension
from swm_kpi.contracts.signature_errors import SignatureErrorMeta
from swm_kpi.errors import Problem, place_of_declaration
from swm_kpi.expressions import (
    DTYPE_WORDS,
    Canonical,
    Expression,
    Leaf,
    Scalar,
    is_unusable,
    sql,
)

if TYPE_CHECKING:
    from swm_kpi.contracts.contract import ContractType


# Words that a contract answers to itself.
_TAKEN = frozenset(
    (
        "columns",
        "derived",
        "dimensions",
        "keys",
        "meaning",
        "rows",
        "rules",
        "schema",
        "source",
        "table",
    )
)


class Column(Leaf, metaclass=SignatureErrorMeta):
    """A typed column of an input table, and a term of expressions.

    Args:
        dtype: str, int, float, bool, date or datetime.
        description: what it holds, for whoever fills the table. Required.
        nullable: whether a row may have no value. A null is then "not recorded", never zero.
        unique: whether it is the table's key: one row per value, never null.
        personal: whether it could identify a person. Such a column is never a breakdown.
        isin: the closed list of values.
        ge, gt, le, lt: bounds, for numbers and dates.
        str_matches: a regular expression the whole text must match.
        dimension: the breakdown this column carries; its members become the closed list.
        label: words for the column in sentences; the name with spaces when left out.
        decimals: for a float, the decimals that mean anything (2 for pounds); sums are rounded
            to it so that the same rows in another order give the same bytes.
        checks: a function from the ``pandera`` module to a list of further ``pandera.Check``.
    """

    def __init__(
        self,
        dtype: type,
        *,
        description: str = "",
        nullable: bool = False,
        unique: bool = False,
        personal: bool = False,
        isin: Sequence[Scalar] | None = None,
        ge: Scalar | None = None,
        gt: Scalar | None = None,
        le: Scalar | None = None,
        lt: Scalar | None = None,
        str_matches: str | None = None,
        dimension: Dimension | None = None,
        label: str | None = None,
        decimals: int | None = None,
        checks: Callable[[Any], Sequence[Any]] | None = None,
    ) -> None:
        self.name = ""
        self.table = ""
        self.owner: ContractType | None = None
        self.dtype = dtype
        self.description = description
        self.nullable = nullable
        self.unique = unique
        self.personal = personal
        self.dimension = dimension
        listed = dimension.members if dimension is not None and not dimension.is_open else None
        self.domain = tuple(isin) if isinstance(isin, list | tuple) else listed
        self.bounds: dict[str, Scalar] = {
            word: bound
            for word, bound in (("ge", ge), ("gt", gt), ("le", le), ("lt", lt))
            if bound is not None
        }
        self.str_matches = str_matches
        self.label = label
        self.decimals = decimals
        self.checks = checks
        self._place = place_of_declaration()
        self._isin = isin

    def __set_name__(self, owner: ContractType, name: str) -> None:
        self.name = name
        self.table = owner.__name__
        self.owner = owner

    def __str__(self) -> str:
        return f"{self.table}.{self.name}" if self.name else "A column"

    def __repr__(self) -> str:
        return f"<Column {self}: {DTYPE_WORDS.get(self.dtype, self.dtype)}>"

    @override
    def english(self) -> str:
        return self.label or self.name.replace("_", " ")

    @override
    def sql(self) -> str:
        return f'"{self.name}"'

    @override
    def canonical(self) -> Canonical:
        return ["column", self.table, self.name, self.dtype.__name__]

    def recode(
        self, mapping: Mapping[str, str], *, dimension: Dimension, description: str
    ) -> Recoded:
        """Derive a breakdown from this column: values listed go to members, others to none."""
        return Recoded(self, mapping, dimension=dimension, description=description)

    def problems(self) -> list[Problem]:
        """Return everything wrong with the declaration; asked once the column has its name."""
        return [Problem(str(self), *each, self._place) for each in self._findings()]

    def _findings(self) -> list[tuple[str, str, str]]:
        if not isinstance(self.dtype, type) or self.dtype not in DTYPE_WORDS:
            known = ", ".join(each.__name__ for each in DTYPE_WORDS)
            given = getattr(self.dtype, "__name__", repr(self.dtype))
            return [("dtype", f"{given} is not a column type", f"Choose from {known}")]
        found = []
        if not (isinstance(self.description, str) and self.description.strip()):
            found.append(("description", "it is empty", "Say what the column holds"))
        if self.unique and self.nullable:
            found.append(("nullable", "a key is never null", "Remove nullable=True or unique=True"))
        if self._isin is not None:
            found += self._list_findings()
        if self.name in _TAKEN:
            rule = f"{self.name!r} is a contract's own word"
            found.append(("name", rule, f"Call the column something like {self.name}_name"))
        found += [
            (word, f"{bound!r} cannot bound {DTYPE_WORDS[self.dtype]}", "Give a bound of its type")
            for word, bound in self.bounds.items()
            if not _bounds(self.dtype, bound)
        ]
        low = next((self.bounds[word] for word in ("ge", "gt") if word in self.bounds), None)
        high = next((self.bounds[word] for word in ("le", "lt") if word in self.bounds), None)
        typed = not any(each[0] in self.bounds for each in found)
        if typed and low is not None and high is not None and high < low:  # type: ignore[operator]
            found.append(
                ("ge", "no value is within the bounds", "Write the lower bound as ge or gt")
            )
        if self.str_matches is not None:
            found += self._pattern_problems()
        if self.dimension is not None and self.personal:
            found.append(
                (
                    "dimension",
                    "a personal column cannot be a breakdown",
                    "Remove personal or dimension",
                )
            )
        if self.dimension is not None and self.dtype is not str:
            found.append(("dimension", "a breakdown is text", "Declare the column as str"))
        if (
            self.dimension is not None
            and self._isin is not None
            and self.domain != self.dimension.members
        ):
            found.append(
                (
                    "isin",
                    "it differs from the dimension's members",
                    "Leave isin out: members are the list",
                )
            )
        return found

    def _list_findings(self) -> list[tuple[str, str, str]]:
        if not isinstance(self._isin, list | tuple):
            return [("isin", "the closed list is not a list", "Write isin=[...] or isin=(...)")]
        if not self._isin:
            return [("isin", "the closed list is empty", "List the values, or leave isin out")]
        found = [
            (
                "isin",
                f"{each!r} in its closed list is not {DTYPE_WORDS[self.dtype]}",
                "List values of the column's type",
            )
            for each in self._isin
            if type(each) is not self.dtype
        ]
        repeated = [each for each in self._isin if self._isin.count(each) > 1]
        if repeated and not found:
            found.append(("isin", f"{repeated[0]!r} is listed twice", "List each value once"))
        return found

    def _pattern_problems(self) -> list[tuple[str, str, str]]:
        if self.dtype is not str:
            return [("str_matches", "only text has a pattern", "Remove str_matches")]
        try:
            re.compile(self.str_matches or "")
        except re.error:
            return [("str_matches", "it is not a regular expression", "Mend the pattern")]
        return []


class Recoded(Leaf, metaclass=SignatureErrorMeta):
    """A breakdown worked out from one column by a table of values; not a column to be given."""

    dtype = str

    def __init__(
        self, source: Column, mapping: Mapping[str, str], *, dimension: Dimension, description: str
    ) -> None:
        self.source = source
        self.mapping = dict(mapping)
        self.dimension = dimension
        self.description = description
        self.domain = dimension.members or None
        self.name = ""
        self.table = ""
        self._place = place_of_declaration()

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        self.table = owner.__name__

    def problems(self) -> list[Problem]:
        """Return everything wrong with the declaration; asked once the column has its name."""
        if is_unusable(self.source):
            return []
        found = [
            ("recode", f"{value!r} is not a value of {self.source.name}", "Use its closed list")
            for value in self.mapping
            if self.source.domain is not None and value not in self.source.domain
        ]
        found += [
            ("recode", f"{member!r} is not a member of {self.dimension.key}", "Use a member's name")
            for member in dict.fromkeys(self.mapping.values())
            if self.domain is not None and member not in self.domain
        ]
        return [Problem(str(self), *each, self._place) for each in found]

    def __str__(self) -> str:
        return f"{self.table}.{self.name}" if self.name else "A recoded column"

    @property
    @override
    def parts(self) -> tuple[Expression, ...]:
        return (self.source,)

    @override
    def english(self) -> str:
        return self.name.replace("_", " ")

    @override
    def sql(self) -> str:
        cases = " ".join(
            f"WHEN {sql(self.source == value)} THEN '{member.replace(chr(39), chr(39) * 2)}'"
            for value, member in self.mapping.items()
        )
        return f"(CASE {cases} END)"

    @override
    def canonical(self) -> Canonical:
        return ["recode", self.source.canonical(), sorted(self.mapping.items())]


def _bounds(dtype: type, bound: Scalar) -> bool:
    if dtype in (int, float):
        return type(bound) in (int, float) and math.isfinite(float(bound))  # type: ignore[arg-type]
    return dtype in (date, datetime) and type(bound) in (date, dtype)
