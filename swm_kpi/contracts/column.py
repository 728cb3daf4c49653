"""Columns of a contract: declared in the words of Pandera, and used in expressions."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from swm_kpi.contracts.area_lookup import AreaLookup
from swm_kpi.contracts.dimension import Dimension
from swm_kpi.contracts.signature_errors import SignatureErrorMeta
from swm_kpi.errors import Problem, place_of_declaration
from swm_kpi.expressions import (
    DTYPE_WORDS,
    Canonical,
    Expression,
    Leaf,
    LocalDate,
    Parse,
    Scalar,
    Unusable,
    is_unusable,
    local_date,
    parse,
    sql,
)

if TYPE_CHECKING:
    from swm_kpi.contracts.contract import ContractType


# The attributes of a contract class, which cannot be names of columns.
_RESERVED_NAMES = frozenset(
    (
        "area_day_column",
        "areas",
        "columns",
        "derived",
        "dimensions",
        "extraction_column",
        "keys",
        "meaning",
        "reporter_column",
        "rows",
        "rules",
        "schema",
        "source",
        "table",
    )
)


UNDECLARED_DECIMALS = 6
"""How many decimals a sum of numbers has where no column declares them."""


class Column(Leaf, metaclass=SignatureErrorMeta):
    """A typed column of an input table, and a term of expressions.

    Args:
        dtype: str, int, float, bool, date or datetime.
        description: what it contains, for the person who fills the table. Required.
        nullable: whether a row may have no value. A null means "not recorded", never zero.
        unique: whether it is the table's key: one row for each value, and no nulls.
        personal: whether it could identify a person. A personal column cannot be a breakdown.
        isin: the closed list of allowed values.
        ge, gt, le, lt: bounds, for numbers and dates.
        str_matches: a regular expression that the whole text must match.
        dimension: the breakdown that the column provides. Its members become the closed list.
        reporter: whether each member of the breakdown, such as each police force, sends its own
            part of the table, with rows in every month that it covers. A month without a row of a
            member is then not available for it, and never zero.
        extraction: whether it is the day or time at which the table was extracted, the same in
            every row. Nothing after it is known.
        scheduled: whether its dates may be after the extraction, such as deadlines. They do not
            show which days the table covers, unless it has no other dates.
        follow_up_months: for a number of later events, in how many months after the row's date they
            are counted. Numbers of a period can grow until those months have passed.
        optional: whether a table may lack it. The metric still computes: the column counts as blank
            in every row, and what depends on it is marked as not available.
        filled_later: whether it is filled only once something is over, such as the code with which
            a log is closed. A note on blanks then says that they may be filled later.
        label: how sentences name the column; by default, its name with spaces.
        decimals: for a float, the number of meaningful decimals, such as 2 for pounds. A sum is
            rounded to it once, at the end. Without it a sum has six decimals.
        header: in a source, the heading of the column in the extract, where it is not the name.
        checks: a function that takes the ``pandera`` module and returns further ``pandera.Check``
            objects.

    Raises:
        DefinitionError: with every problem, when the contract class is created.
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
        reporter: bool = False,
        extraction: bool = False,
        scheduled: bool = False,
        follow_up_months: int = 0,
        optional: bool = False,
        filled_later: bool = False,
        label: str | None = None,
        decimals: int | None = None,
        header: str | None = None,
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
        self.reporter = reporter
        self.extraction = extraction
        self.scheduled = scheduled
        self.follow_up_months = follow_up_months
        self.optional = optional
        self.filled_later = filled_later
        members = dimension.members if dimension is not None and not dimension.is_open else None
        self.domain = tuple(isin) if isinstance(isin, list | tuple) else members
        self.bounds: dict[str, Scalar] = {
            word: bound
            for word, bound in (("ge", ge), ("gt", gt), ("le", le), ("lt", lt))
            if bound is not None
        }
        self.str_matches = str_matches
        self.label = label
        self.decimals = decimals
        self.header = header
        self.checks = checks
        self.area_lookup: AreaLookup | None = None
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

    def describe_absence(self) -> str:
        """Return whether a value, or the whole column, may be absent, as the end of a phrase."""
        if self.optional:
            return ", optional"
        return ", may be empty" if self.nullable else ""

    @property
    def sum_decimals(self) -> int:
        """How many decimals a sum of the column has."""
        if self.dtype is int:
            return 0
        return UNDECLARED_DECIMALS if self.decimals is None else self.decimals

    def recode(
        self,
        mapping: Mapping[str, str] | Mapping[bool, str],
        *,
        dimension: Dimension,
        description: str,
    ) -> Recoded:
        """Derive a breakdown from this column.

        Args:
            mapping: value of this column to member; true and false for a flag. A value that is
                not listed has no member.
            dimension: the breakdown.
            description: the rule in words.
        """
        return Recoded(self, mapping, dimension=dimension, description=description)

    def with_areas(self, dimension: Dimension, lookup: AreaLookup | None) -> Column:
        """Return the column with the areas of a force.

        Args:
            dimension: the breakdown with the force's areas.
            lookup: which area a value belongs to. Without it, the column has no closed list.
        """
        changed = copy(self)
        changed.dimension = dimension
        changed.domain = dimension.members if lookup is not None else None
        changed.area_lookup = None if lookup is None or lookup.is_trivial else lookup
        return changed

    def parse(self, time_format: str, *, unmapped: str = "refuse") -> Parse | Unusable:
        """Return the date or time that this column of a source states.

        Args:
            time_format: the directives ``%d %m %Y %b %B %H %I %p %M %S %f``, such as
                ``"%d/%m/%Y %H:%M"``; ``"ISO date"``, ``"ISO"`` or ``"ISO with offset"``; or, for
                whole numbers, ``"epoch seconds"`` or ``"epoch milliseconds"``.
            unmapped: ``"refuse"`` or ``"null"``: what happens to a value in another format.

        Raises:
            DefinitionError: the format is not valid, or the column has another type.
        """
        return parse(self, time_format, unmapped)

    def to_date(self) -> LocalDate | Unusable:
        """Return the local day of this column of a source.

        Raises:
            DefinitionError: it is not a column of date and time.
        """
        return local_date(self)

    def problems(self) -> list[Problem]:
        """Return every problem of the declaration. Call it once the column has its name."""
        return [Problem(str(self), *finding, self._place) for finding in self._findings()]

    def _findings(self) -> list[tuple[str, str, str]]:
        if not isinstance(self.dtype, type) or self.dtype not in DTYPE_WORDS:
            known = ", ".join(dtype.__name__ for dtype in DTYPE_WORDS)
            name = getattr(self.dtype, "__name__", repr(self.dtype))
            return [("dtype", f"{name} is not a column type", f"Choose from {known}")]
        findings = []
        if not (isinstance(self.description, str) and self.description.strip()):
            findings.append(("description", "it is empty", "Say what the column contains"))
        if self.unique and self.nullable:
            findings.append(
                ("nullable", "a key is never null", "Remove nullable=True or unique=True")
            )
        if self._isin is not None:
            findings += self._list_findings()
        if self.name in _RESERVED_NAMES:
            rule = f"{self.name!r} is an attribute of every contract"
            findings.append(("name", rule, f"Call the column something like {self.name}_name"))
        findings += [
            (word, f"{bound!r} cannot bound {DTYPE_WORDS[self.dtype]}", "Give a bound of its type")
            for word, bound in self.bounds.items()
            if not _is_valid_bound(self.dtype, bound)
        ]
        low = next((self.bounds[word] for word in ("ge", "gt") if word in self.bounds), None)
        high = next((self.bounds[word] for word in ("le", "lt") if word in self.bounds), None)
        bounds_are_valid = not any(finding[0] in self.bounds for finding in findings)
        if bounds_are_valid and low is not None and high is not None and high < low:  # type: ignore[operator]
            findings.append(
                ("ge", "no value is within the bounds", "Write the lower bound as ge or gt")
            )
        if self.str_matches is not None:
            findings += self._pattern_problems()
        if self.dimension is not None and self.personal:
            findings.append(
                (
                    "dimension",
                    "a personal column cannot be a breakdown",
                    "Remove personal or dimension",
                )
            )
        if self.reporter and self.dimension is None:
            rule = "only the members of a breakdown report"
            findings.append(("reporter", rule, "Give dimension=, or remove reporter=True"))
        if (self.extraction or self.scheduled) and self.dtype not in (date, datetime):
            word = "extraction" if self.extraction else "scheduled"
            findings.append((word, "it is not a date or a time", f"Remove {word}=True"))
        if self.optional and not self.nullable:
            rule = "a column that a table may lack may be blank"
            findings.append(("optional", rule, "Add nullable=True, or remove optional=True"))
        if self.filled_later and not self.nullable:
            rule = "a column that is never blank is not filled later"
            fix = "Add nullable=True, or remove filled_later=True"
            findings.append(("filled_later", rule, fix))
        if self.extraction and self.nullable:
            rule = "every row says when it was extracted"
            findings.append(("extraction", rule, "Remove nullable=True or extraction=True"))
        if self.dimension is not None and self.dtype is not str:
            findings.append(("dimension", "a breakdown is text", "Declare the column as str"))
        if (
            self.dimension is not None
            and self._isin is not None
            and self.domain != self.dimension.members
        ):
            findings.append(
                (
                    "isin",
                    "it differs from the dimension's members",
                    "Leave isin out: members are the list",
                )
            )
        return findings

    def _list_findings(self) -> list[tuple[str, str, str]]:
        if not isinstance(self._isin, list | tuple):
            return [("isin", "the closed list is not a list", "Write isin=[...] or isin=(...)")]
        if not self._isin:
            return [("isin", "the closed list is empty", "List the values, or leave isin out")]
        findings = [
            (
                "isin",
                f"{value!r} in its closed list is not {DTYPE_WORDS[self.dtype]}",
                "List values of the column's type",
            )
            for value in self._isin
            if type(value) is not self.dtype
        ]
        repeated = [value for value in self._isin if self._isin.count(value) > 1]
        if repeated and not findings:
            findings.append(("isin", f"{repeated[0]!r} is listed twice", "List each value once"))
        return findings

    def _pattern_problems(self) -> list[tuple[str, str, str]]:
        if self.dtype is not str:
            return [("str_matches", "only text has a pattern", "Remove str_matches")]
        try:
            re.compile(self.str_matches or "")
        except re.error:
            return [("str_matches", "it is not a regular expression", "Correct the pattern")]
        return []


class Recoded(Leaf, metaclass=SignatureErrorMeta):
    """A breakdown that is derived from one column by a mapping. Tables do not contain it."""

    dtype = str

    def __init__(
        self,
        source: Column,
        mapping: Mapping[str, str] | Mapping[bool, str],
        *,
        dimension: Dimension,
        description: str,
    ) -> None:
        self.source = source
        self.mapping: dict[Scalar, str] = dict(mapping.items())
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
        """Return every problem of the declaration. Call it once the column has its name."""
        if is_unusable(self.source):
            return []
        findings = [
            ("recode", f"{value!r} is not a value of {self.source.name}", "Use its closed list")
            for value in self.mapping
            if self.source.domain is not None and value not in self.source.domain
        ]
        findings += [
            (
                "recode",
                f"{value!r} is not {DTYPE_WORDS[self.source.dtype]}, as {self.source.name} is",
                "Map values of the column's type",
            )
            for value in self.mapping
            if self.source.domain is None and type(value) is not self.source.dtype
        ]
        findings += [
            ("recode", f"{member!r} is not a member of {self.dimension.key}", "Use a member's name")
            for member in dict.fromkeys(self.mapping.values())
            if self.domain is not None and member not in self.domain
        ]
        return [Problem(str(self), *finding, self._place) for finding in findings]

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


def _is_valid_bound(dtype: type, bound: Scalar) -> bool:
    if dtype in (int, float):
        return type(bound) in (int, float) and math.isfinite(float(bound))  # type: ignore[arg-type]
    return dtype in (date, datetime) and type(bound) in (date, dtype)
