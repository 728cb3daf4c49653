"""What every kind of measure has, and what it must answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field

from swm_kpi.contracts import Column, ContractType, Recoded
from swm_kpi.declaration import Declaration, Finding
from swm_kpi.errors import Problem, place_of_declaration, raise_problems
from swm_kpi.expressions import Assumption, Canonical, Expression, Term, as_condition, english
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    DisclosureRule,
    PoolingRule,
    ProcessLimitRule,
)
from swm_kpi.measures.statistic import Statistic, assumptions_in
from swm_kpi.vocabulary import Basis, Direction, Unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Limits = tuple[Array, Array]

KEY = re.compile(r"\A(?=.{1,60}\Z)[a-z](?:_?[a-z0-9])*\Z")


def _condition(value: object) -> object:
    return as_condition(value) if isinstance(value, Expression) else value


Where = Annotated[Expression, BeforeValidator(_condition)]
"""A condition; a true-or-false column is one."""


@dataclass
class Cells:
    """One measure on the grid: arrays of one shape, NaN where there is no number.

    Attributes:
        value: what is reported.
        numerator, denominator: what the value was divided from, where it was.
        not_applicable: true where there is nothing to divide by.
        unavailable: true where the table holds nothing to say it from.
        unreliable: true where the value rests on too little.
        weight: how much each cell rests on, where that is not plain from the numbers.
        trials: out of how many separate cases a share was observed, where it has an interval.
        events: how many separate events were counted, where the count has an interval.
        limits: an interval that was read off the values themselves.
        notes: for each count of rows that a reader is told about, the words for them.
    """

    value: Array
    numerator: Array | None = None
    denominator: Array | None = None
    not_applicable: NDArray[np.bool_] | None = None
    unavailable: NDArray[np.bool_] | None = None
    unreliable: NDArray[np.bool_] | None = None
    weight: Array | None = None
    trials: Array | None = None
    events: Array | None = None
    limits: Limits | None = None
    notes: list[tuple[Array, str]] = field(default_factory=list)


REQUIRED_OF_A_KIND = {
    "kind": 'Write kind: ClassVar[str] = "...", two or three words that no other kind uses',
    "additivity": "Write additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE or another",
    "pooling": "Write pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.ADDED) or another",
    "percentage_change": "Write percentage_change: ClassVar[ChangeRule] = ChangeRule() or another",
    "process_limits": "Write process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()",
    "disclosure": "Write disclosure: ClassVar[DisclosureRule] = UnlinkedCount() or another",
    "combine": "Write def combine(self, statistics, inputs) -> Cells",
    "formula": "Write def formula(self) -> str",
}
"""What every kind declares, and what to write where one of them is missing."""


class Measure(Declaration):
    """One number of a metric, and the base class of every kind of measure.

    A kind declares the attributes below that are marked *kind*. Each is a class variable, or a
    property where it depends on a field. A class that lacks one raises ``DefinitionError`` when
    Python reads it, and the message says what to write.

    ===================== ======================================================================
    *kind*                what it is
    ===================== ======================================================================
    ``kind``              the name of the kind in error messages and in the definition hash
    ``additivity``        over what values may be added up; printed on the metric's page
    ``pooling``           how several periods become one number; read by ``Result.compare``
    ``percentage_change`` which column decides whether a percentage change is reliable
    ``process_limits``    whether an XmR chart has limits, and why not
    ``disclosure``        which columns count people or events
    ``statistics``        what the engine accumulates
    ``combine``           how the value is computed from the statistics
    ``formula``           how it is computed, in plain English
    ``interval``          the confidence interval; None unless the kind declares one
    ===================== ======================================================================

    Raises:
        DefinitionError: a field is missing or wrong; or a subclass lacks one of the above.

    Attributes:
        key: its name within the metric.
        label: what readers see; made from the key when left out.
        unit: what one is one of; some kinds fix it.
        direction: which way is better, where it differs from the metric's.
        basis: whose records it rests on; ``proxy`` for public open data.
        differs: for a proxy, how it differs from the force's own measure. Printed beside it.
        note: what a reader of this one number must know. Printed beside it.
    """

    is_base: ClassVar[bool] = True
    kind: ClassVar[str]
    key: str
    label: str = ""
    unit: Unit | None = None
    direction: Direction | None = None
    basis: Basis = Basis.FORCE
    proxy_difference: str = ""
    note: str = ""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse a kind that does not declare everything that other modules ask of it."""
        super().__pydantic_init_subclass__(**kwargs)
        if vars(cls).get("is_base", False):
            return
        missing = {
            name: fix
            for name, fix in REQUIRED_OF_A_KIND.items()
            if getattr(cls, name, None) is getattr(Measure, name, None)
        }
        if cls.statistics is Measure.statistics and cls.depends_on is Measure.depends_on:
            missing["statistics"] = "Write a cached property statistics, or depends_on"
        if missing:
            place = place_of_declaration()
            raise_problems(
                Problem(f"Kind {cls.__name__}", name, "a kind of measure declares it", fix, place)
                for name, fix in missing.items()
            )

    @property
    def additivity(self) -> Additivity:
        """Over what the values may be added up."""
        raise NotImplementedError

    @property
    def pooling(self) -> PoolingRule:
        """How the numbers of several periods become one.

        For a measure that depends on others, this is the rule where all of those can be pooled.
        """
        raise NotImplementedError

    @property
    def percentage_change(self) -> ChangeRule:
        """How a change between two periods is reported."""
        raise NotImplementedError

    @property
    def process_limits(self) -> ProcessLimitRule:
        """Whether a series has process limits."""
        raise NotImplementedError

    @property
    def disclosure(self) -> DisclosureRule:
        """Which columns count people or events."""
        raise NotImplementedError

    @property
    def text_columns(self) -> tuple[Column, ...]:
        """Columns of text that the note carries, in the order to print them; none for a number."""
        return ()

    @property
    def title(self) -> str:
        """The label, or the key in words."""
        return self.label or self.key.replace("_", " ").capitalize()

    @property
    def resolved_unit(self) -> Unit:
        """The unit of the value."""
        if self.unit is None:
            raise TypeError(f"measure {self.key} has no unit")
        return self.unit

    @property
    def depends_on(self) -> tuple[str, ...]:
        """Keys of the measures of the same metric and basis that this one is worked out from."""
        return ()

    @property
    def contract(self) -> ContractType | None:
        """The table whose rows this measure counts; None when it only divides other measures."""
        return None

    @property
    def history_months(self) -> int:
        """How many months of rows must come before a period for its number to be right."""
        return 0

    @property
    def maturity_months(self) -> int:
        """How many months after a period its number stops growing."""
        return 0

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sufficient statistics this measure adds to those it depends on, by role."""
        return {}

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Work the value out, on the whole grid at once, from its statistics and inputs."""
        raise NotImplementedError

    @property
    def interval_parameters(self) -> tuple[object, ...]:
        """What :meth:`interval` reads of the measure, and not of its cells.

        Measures of one kind for which it is equal are given their intervals together, one on
        another along a first axis.
        """
        return ()

    @property
    def is_quotient(self) -> bool:
        """Whether the value is a quotient, which no other measure may divide again."""
        return bool(self.depends_on) or self.resolved_unit in (Unit.PROPORTION, Unit.RATIO)

    def input_findings(self, inputs: Sequence[Measure]) -> Iterator[Finding]:
        """Yield what is wrong between the measure and those it depends on.

        Args:
            inputs: the measures that :attr:`depends_on` names, in that order, without any that the
                metric does not have.
        """
        for measure in inputs:
            if measure.is_quotient:
                rule = f"{self.key} divides {measure.key!r}, which is already a quotient"
                yield "measures", rule, "Divide a count or a sum"

    def format_text(self, row: Mapping[str, object], day: str) -> str:
        """Return the sentences that the note carries, for a kind with text columns.

        Args:
            row: the latest row of the period, by name of column.
            day: the date of that row, in words.
        """
        raise NotImplementedError

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the lower and upper limits of the value, or None where its kind has none.

        Each kind says in its own words which interval is lawful for it. None is the rule for a kind
        that does not: an interval of what is neither a share nor a count of separate cases would
        claim a certainty that nobody has worked out.

        Args:
            cells: what :meth:`combine` returned, spread over the grid.
            confidence: the chance that such intervals hold what the value would be if chance were
                taken out of it, such as 0.95.

        Returns:
            Two arrays in the shape of the value and in its unit, NaN where there is no interval.
        """
        return None

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        raise NotImplementedError

    def canonical(self) -> Canonical:
        """What moves its numbers, as nested lists; its interval follows from them."""
        statistics = {
            role: each.canonical for role, each in self.statistics.items() if each.limit is None
        }
        return [self.kind, self.key, self.basis.value, sorted(statistics.items()), *self.depends_on]

    def overridden(self, overrides: Mapping[str, Any]) -> Self:
        """Return the measure with its own assumptions replaced, where overrides name them."""
        found = {
            name: replace(value, value=overrides[value.key])
            for name, value in self
            if isinstance(value, Assumption) and value.key in overrides
        }
        return self.model_copy(update=found) if found else self

    def assumptions(self) -> Iterator[Assumption]:
        """Yield each assumption it rests on."""
        yield from (assumption for assumption, _ in self.assumption_uses())

    def assumption_uses(self) -> Iterator[tuple[Assumption, Term | None]]:
        """Yield each assumption it rests on, with the term that is compared with it, if any."""
        yield from ((value, None) for _, value in self if isinstance(value, Assumption))
        for statistic in self.statistics.values():
            yield from assumptions_in(statistic.where)
            yield from assumptions_in(statistic.of)

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the measure by itself."""
        if not KEY.match(self.key):
            yield (
                "key",
                f"{self.key!r} is not a name",
                "Use lower case letters, digits and single _",
            )
        if self.basis is Basis.PROXY and not self.proxy_difference.strip():
            fix = "Write proxy_difference=, on how it differs from the force's own"
            yield "proxy_difference", "a proxy says what it is not", fix
        if self.basis is Basis.FORCE and self.proxy_difference:
            yield "proxy_difference", "only a proxy differs", "Use note=, or basis=Basis.PROXY"


class TableMeasure(Measure):
    """A measure of the rows of one table.

    Attributes:
        of: the contract: what one row is.
        at: the column that places a row in a period.
        where: which rows count; all when left out.
    """

    is_base: ClassVar[bool] = True
    of: Annotated[ContractType, Field()]
    at: Column
    where: Where | None = None

    @property
    def contract(self) -> ContractType | None:
        """The table whose rows this measure counts."""
        return self.of

    @property
    def resolved_unit(self) -> Unit:
        """The unit given, or the unit of the table's rows."""
        unit = self.unit or self.of.row_unit
        if unit is None:
            raise TypeError(f"measure {self.key} has no unit")
        return unit

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the measure and its table."""
        yield from super().findings()
        counted = type(self).resolved_unit is TableMeasure.resolved_unit
        if counted and self.unit is None and self.of.row_unit is None:
            yield (
                "unit",
                f"{self.of.__name__} does not say what its rows are",
                "Give unit=, such as Unit.PEOPLE",
            )
        if self.at.dtype.__name__ not in ("date", "datetime"):
            dates = [n for n, c in self.of.columns.items() if c.dtype.__name__.startswith("date")]
            known = ", ".join(dates) or "none"
            yield (
                "at",
                f"{self.at} holds no date",
                f"Use a date column of {self.of.__name__}: {known}",
            )
        for name, value in self:
            if isinstance(value, Expression):
                yield from self._foreign(name, value)

    def _foreign(self, name: str, value: Expression) -> Iterator[Finding]:
        for each in value.walk():
            if isinstance(each, Column | Recoded) and each.table != self.of.__name__:
                fix = f"Use a column of {self.of.__name__}"
                fix += f", or declare of={each.table}" if each.table else ""
                yield name, f"{each} is not a column of {self.of.__name__}", fix

    def _numeric(self, name: str, value: Term) -> Iterator[Finding]:
        if value.dtype not in (int, float):
            yield name, f"{value} is not a number", "Use a whole number or a number column"

    def _where_words(self, lead: str) -> str:
        return f"{lead} {english(self.where)}" if self.where is not None else ""


def both(left: Expression | None, right: Expression | None) -> Expression | None:
    """Join two optional conditions with *and*."""
    if left is None or right is None:
        return left if right is None else right
    return left & right


def missing_words(expression: Expression) -> str:
    """Name the columns whose absence leaves an expression undecided."""
    names = dict.fromkeys(
        english(each) for each in expression.walk() if isinstance(each, Column) and each.nullable
    )
    return " or ".join(names)


def may_be_null(expression: Expression | None) -> bool:
    """Whether any column it reads may be null."""
    if expression is None:
        return False
    return any(isinstance(each, Column) and each.nullable for each in expression.walk())


def divided(numerator: Array, denominator: Array) -> tuple[Array, Any]:
    """Divide on the grid; where there is nothing to divide by, NaN and a true flag."""
    import numpy as np

    empty = denominator == 0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(empty, np.nan, numerator / denominator), empty
