"""The base classes of the kinds of measure, and what every kind declares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field

from swm_kpi.contracts import Column, ContractType, Recoded
from swm_kpi.declaration import Declaration, Finding
from swm_kpi.errors import Problem, place_of_declaration, raise_problems
from swm_kpi.expressions import Assumption, Canonical, Expression, Term, as_condition, english
from swm_kpi.measures.arithmetic import Arithmetic, QuotientOfColumns, RowRoles, row_roles
from swm_kpi.measures.null_conditions import MAX_UNDECIDED_SHARE, Completeness
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    ChangeTestRule,
    DisclosureRule,
    PoolingRule,
    ProcessLimitRule,
)
from swm_kpi.measures.statement_period import StatementPeriod
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment, iter_assumptions
from swm_kpi.vocabulary import Basis, Direction, Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Cells, Limits

KEY = re.compile(r"\A(?=.{1,60}\Z)[a-z](?:_?[a-z0-9])*\Z")


def _condition(value: object) -> object:
    return as_condition(value) if isinstance(value, Expression) else value


Where = Annotated[Expression, BeforeValidator(_condition)]
"""A condition on rows. A column of true and false is a condition too."""


_QUOTIENTS = (Unit.PROPORTION, Unit.PERCENTAGE_RATIO, Unit.RATIO)

REQUIRED_OF_A_KIND = {
    "kind": 'Write kind: ClassVar[str] = "...", two or three words that no other kind uses',
    "additivity": "Write additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE or another",
    "pooling": "Write pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.ADDED) or another",
    "percentage_change": "Write percentage_change: ClassVar[ChangeRule] = ChangeRule() or another",
    "change_test": "Write change_test: ClassVar[ChangeTestRule] = ChangeTestRule(...)",
    "process_limits": "Write process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()",
    "disclosure": "Write disclosure: ClassVar[DisclosureRule] = UnlinkedCount() or another",
    "combine": "Write def combine(self, statistics, inputs) -> Cells",
    "formula": "Write def formula(self) -> str",
}
"""What every kind declares, and what to write where one of them is missing."""


class Measure(Declaration):
    """One number of a metric, and the base class of every kind of measure.

    Every kind declares the following. Each is a class variable, or a property where it depends on
    a field. A class that lacks one raises ``DefinitionError`` when Python reads it, and the message
    says what to write. The vocabularies are in ``swm_kpi/measures/rules.py``.

    - ``kind``: the name of the kind in messages, and a part of the definition hash.
    - ``additivity``: over what its values may be added up. The metric's page prints it.
    - ``pooling``: how several periods become one number, for ``Result.compare``.
    - ``percentage_change``: whether a change has a percentage, and which column counts cases.
    - ``change_test``: how a change between two periods is tested, for ``Result.judge``.
    - ``process_limits``: whether a process chart has limits, why not, and what to be careful of.
    - ``disclosure``: which columns count people or events, for disclosure control.
    - ``statistics``: what the engine accumulates. Not for a kind that only divides others.
    - ``combine``: how the value is computed from the statistics.
    - ``formula``: how it is computed, in plain English. The metric's page prints it.

    A measure of rows also has a ``completeness``: what must be recorded in a row. The default is
    that its ``where`` is known. From it the engine counts the rows that are undecided and those
    that lack a value, marks the cells and writes the note, for every kind alike.

    These have a default, which a kind replaces where it needs to: ``interval`` (none),
    ``resolved_unit`` (the unit declared, or that of the table's rows), ``depends_on`` (nothing),
    ``input_findings`` (a quotient is not divided again), ``reference_years``
    (any), ``arithmetic`` (the numerator divided by the denominator),
    ``text_columns`` (none), ``canonical`` and ``findings``.

    Raises:
        DefinitionError: a field is missing or wrong; or a subclass lacks one of the above.

    Attributes:
        key: its name within the metric.
        label: what readers see; made from the key when left out.
        unit: the unit of the value; some kinds fix it.
        direction: which way is better, where it differs from the metric's.
        basis: whether it is computed from the force's records or, ``proxy``, from open data.
        proxy_difference: for a proxy, how it differs from the force's own measure. Every note
            of the measure holds it.
        note: what a reader of this measure must know. Every note of the measure holds it.
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
        """Whether a change between two periods has a percentage."""
        raise NotImplementedError

    @property
    def change_test(self) -> ChangeTestRule:
        """How a change between two periods is tested."""
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
    def arithmetic(self) -> Arithmetic:
        """How the value follows from the rows of a worked example. The metric's page prints it."""
        return QuotientOfColumns()

    @property
    def row_roles(self) -> RowRoles:
        """Which statistics the rows of the number are in. ``kpi.rows`` lists those rows."""
        return row_roles(self.arithmetic)

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
        """Keys of the measures of the same metric and basis that this one is computed from."""
        return ()

    @property
    def contract(self) -> ContractType | None:
        """The table whose rows this measure counts; None when it only divides other measures."""
        return None

    @property
    def statement_period(self) -> StatementPeriod | None:
        """The time that the figures of a statement cover; None for a number of the period."""
        return None

    @property
    def reference_years(self) -> tuple[float, float] | None:
        """How many years away a reference year may be: beyond these it is ``[u]``, or ``[x]``."""
        return None

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sufficient statistics that the engine accumulates for this measure, by role.

        A role is a key of the mapping that :meth:`combine` receives. It is part of the definition
        hash.
        """
        return {}

    @property
    def completeness(self) -> Completeness | None:
        """What a row must have recorded to count; None for a measure that counts no rows."""
        return None

    @property
    def row_statistics(self) -> Mapping[str, Statistic]:
        """The statistics of :attr:`completeness`, which the engine accumulates too, by role.

        They follow from the conditions, so they are not part of the definition hash.
        """
        return self.completeness.statistics if self.completeness is not None else {}

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Compute the value, over the whole grid at once.

        Args:
            statistics: the statistics that the engine accumulated, by role: arrays of one shape.
                The first axis is the period; the last place of each other axis is the total.
            inputs: the cells of the measures that :attr:`depends_on` names, by key.
        """
        raise NotImplementedError

    @property
    def interval_parameters(self) -> tuple[object, ...]:
        """The fields that :meth:`interval` reads, such as a scale.

        The intervals of measures of one kind and equal parameters are computed together: their
        cells are stacked along a new first axis.
        """
        return ()

    @property
    def is_quotient(self) -> bool:
        """Whether the value is a quotient, which no other measure may divide again."""
        return bool(self.depends_on) or self.resolved_unit in _QUOTIENTS

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
        """Return the confidence interval of the value, or None for a kind that has none.

        The default is none. An interval of a number that is neither a proportion of separate cases
        nor a count of separate events would claim a certainty that nobody has computed.

        Args:
            cells: what :meth:`combine` returned, or several of them stacked.
            confidence: the confidence level, such as 0.95.

        Returns:
            The lower and the upper limits: two arrays in the shape and unit of the value, NaN
            where there is no interval.
        """
        return None

    def formula(self) -> str:
        """Return how it is computed, in plain English.

        A key of another measure is quoted with :func:`quote_key`.
        """
        raise NotImplementedError

    def canonical(self) -> Canonical:
        """Return everything that moves its numbers, as nested lists, for the definition hash.

        The limits of a quantile are left out, because they follow from the quantile.
        """
        hashed = {**self.statistics}
        if "undecided" in self.row_statistics:
            hashed["undecided"] = self.row_statistics["undecided"]
        statistics = {
            role: statistic.canonical
            for role, statistic in hashed.items()
            if statistic.limit is None
        }
        return [self.kind, self.key, self.basis.value, sorted(statistics.items()), *self.depends_on]

    def overridden(self, overrides: Mapping[str, Any]) -> Self:
        """Return the measure with other values for the assumptions that overrides name by key."""
        fields = {
            name: replace(value, value=overrides[value.key])
            for name, value in self
            if isinstance(value, Assumption) and value.key in overrides
        }
        return self.model_copy(update=fields) if fields else self

    def assumptions(self) -> Iterator[Assumption]:
        """Yield each assumption of its fields and its conditions."""
        yield from (assumption for assumption, _ in self.assumption_uses())

    def assumption_uses(self) -> Iterator[tuple[Assumption, Term | None]]:
        """Yield each assumption, with the term that is compared with it, if any."""
        yield from ((value, None) for _, value in self if isinstance(value, Assumption))
        if self.completeness is not None or self.depends_on:
            yield MAX_UNDECIDED_SHARE, None
        for statistic in self.statistics.values():
            yield from iter_assumptions(statistic.where)
            yield from iter_assumptions(statistic.of)

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields, whatever the kind."""
        if not KEY.match(self.key):
            yield (
                "key",
                f"{self.key!r} is not a name",
                "Use lower case letters, digits and single _",
            )
        if self.basis is Basis.PROXY and not self.proxy_difference.strip():
            fix = "Write proxy_difference=, on how it differs from the force's own"
            yield "proxy_difference", "a proxy says how it differs", fix
        if self.basis is Basis.FORCE and self.proxy_difference:
            yield "proxy_difference", "only a proxy differs", "Use note=, or basis=Basis.PROXY"


class TableMeasure(Measure):
    """A measure of the rows of one table.

    Attributes:
        of: the contract of the table.
        at: the column of date, or of date and time, that places a row in a period.
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

    @cached_property
    def completeness(self) -> Completeness | None:
        """A row counts where the condition is true, and is undecided where it is unknown."""
        return Completeness(Statistic(self.of, Operation.ROWS, self.at), self.where)

    @property
    def resolved_unit(self) -> Unit:
        """The unit declared, or the unit of the table's rows."""
        unit = self.unit or self.of.row_unit
        if unit is None:
            raise TypeError(f"measure {self.key} has no unit")
        return unit

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the measure and its table."""
        yield from super().findings()
        takes_unit_of_rows = type(self).resolved_unit is TableMeasure.resolved_unit
        if takes_unit_of_rows and self.unit is None and self.of.row_unit is None:
            yield (
                "unit",
                f"{self.of.__name__} does not say what its rows are",
                "Give unit=, such as Unit.PEOPLE",
            )
        if self.at.dtype.__name__ not in ("date", "datetime"):
            dates = [
                name
                for name, column in self.of.columns.items()
                if column.dtype.__name__.startswith("date")
            ]
            known = ", ".join(dates) or "none"
            yield (
                "at",
                f"{self.at} holds no date",
                f"Use a date column of {self.of.__name__}: {known}",
            )
        if self.at.nullable and any(
            statistic.at is self.at and statistic.alignment is not TimeAlignment.EVENT
            for statistic in self.statistics.values()
        ):
            # A row without a date would be in no snapshot and in no list, and nothing would say so.
            yield "at", f"{self.at} may be blank", "Declare the column without nullable=True"
        for name, value in self:
            if isinstance(value, Expression):
                yield from self._table_findings(name, value)

    def _table_findings(self, name: str, value: Expression) -> Iterator[Finding]:
        for term in value.walk():
            if isinstance(term, Column | Recoded) and term.table != self.of.__name__:
                fix = f"Use a column of {self.of.__name__}"
                fix += f", or declare of={term.table}" if term.table else ""
                yield name, f"{term} is not a column of {self.of.__name__}", fix

    def _number_findings(self, name: str, value: Term) -> Iterator[Finding]:
        if value.dtype not in (int, float):
            yield name, f"{value} is not a number", "Use a whole number or a number column"

    def _describe_period(self) -> str:
        return f"Rows are placed in periods by the {english(self.at)}."

    def _describe_where(self, lead: str) -> str:
        return f"{lead} {english(self.where)}" if self.where is not None else ""


MONTH_ENDS = "Months are calendar months: a month before 31 March is the last day of February."
"""What happens where a month has no such day, in a sentence."""


def quote_key(key: str) -> str:
    """Return a key as a formula quotes it; pages put the title of the measure in its place."""
    return f"‘{key.replace('_', ' ').capitalize()}’"
