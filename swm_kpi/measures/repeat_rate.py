"""The repeat rate: people who come again within some months."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Assumption, Canonical, IsNull, Not, Repeats, english
from swm_kpi.measures.arithmetic import Arithmetic, DistinctValues, ShareOfRows
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.interval_methods import proportion_interval
from swm_kpi.measures.measure import MONTH_ENDS, TableMeasure
from swm_kpi.measures.null_conditions import Bounds, Completeness, all_of
from swm_kpi.measures.rules import (
    COUNTED_ONCE,
    Additivity,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    CountedValue,
    DisclosureRule,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
    ShareOfCounts,
)
from swm_kpi.measures.statistic import Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Limits


class RepeatRate(TableMeasure):
    """The share of the people of a period who had another such row in the months before it.

    A person with several rows in the period counts once.

    The months are counted back from each row and not from the period, so the table must hold
    them: a period without that history is marked ``[u]``, and so is one of which too many of those
    rows name no person. Rows of one day are one event. A row that names no person is left out, and
    a note counts it.

    - Unit: a proportion of the people of the period, or people with ``as_count``.
    - Time: a row counts in the period that holds its date; earlier rows are looked up.
    - Totals: a person counts once in each total, so nothing adds over areas or periods.
    - Protection: the people who come again and all people are counts, and so is their difference.
    - Process limits: yes, with a caution: the months of neighbouring periods overlap.
    - Interval: of the proportion, Wilson's, of the different people. The number of people has
      none, like any count of distinct values.
    - Source: there is no national rule for the number of months. It is an assumption.

    Attributes:
        who: the column that identifies a person.
        lookback: an assumption: how many calendar months are looked back on.
        as_count: report the number of people, and not their proportion.
    """

    kind: ClassVar[str] = "repeat rate"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = COUNTED_ONCE
    who: Column
    lookback: Assumption
    as_count: bool = False

    @property
    def percentage_change(self) -> ChangeRule:
        """The number of people is a count; their proportion changes in percentage points."""
        return ChangeRule(count=ResultColumn.VALUE if self.as_count else None)

    @property
    def change_test(self) -> ChangeTestRule:
        """People are counted as events are; their share is a share."""
        return ChangeTestRule(ChangeTest.EVENT_RATES if self.as_count else ChangeTest.SHARES)

    @property
    def process_limits(self) -> ProcessLimitRule:
        """There are limits, with a caution: the months of neighbouring periods overlap."""
        return ProcessLimitRule(
            count=ResultColumn.VALUE if self.as_count else ResultColumn.NUMERATOR,
            caution="Neighbouring periods look back on many of the same months.",
        )

    @property
    def disclosure(self) -> DisclosureRule:
        """The people who come again, or their share of all people."""
        return CountedValue("again") if self.as_count else ShareOfCounts("again", "people")

    @property
    def resolved_unit(self) -> Unit:
        """People, or a proportion of them."""
        return (self.unit or Unit.PEOPLE) if self.as_count else Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Different people with an earlier row, and different people."""
        again = Repeats(self.who, self.at, self.where, self.lookback)
        return {
            "again": self._distinct_people(again),
            "people": self._distinct_people(Not(IsNull(self.who))),
        }

    @cached_property
    def completeness(self) -> Completeness:
        """A row that counts names a person."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at),
            self.where,
            measured=(self.who,),
            bounds=Bounds.AT_LEAST,
            look_back=self.lookback,
        )

    def _distinct_people(self, condition: Repeats | Not) -> Statistic:
        where = all_of(self.where, condition)
        return Statistic(self.of, Operation.DISTINCT, self.at, where=where, of=self.who)

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the people with an earlier row, or their proportion."""
        again, people = statistics["again"], statistics["people"]
        if self.as_count:
            return Cells(again)
        value, is_zero = divide(again, people)
        return Cells(value, again, people, is_zero, trials=people)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of the proportion."""
        return proportion_interval(cells.value, cells.trials, confidence)

    @property
    def arithmetic(self) -> Arithmetic:
        """Different people who come again, or their share of all people."""
        if self.as_count:
            return DistinctValues("again", english(self.who))
        return ShareOfRows("again", "people")

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        (months,) = self.lookback.values
        lead = "The number of" if self.as_count else "The share of"
        return (
            f"{lead} different people ({english(self.who)}) in the {self.of.table} table"
            f"{self._describe_where(' where')}, who have another such row on an "
            f"earlier day, at most {months} months before. {self._describe_period()} "
            f"{MONTH_ENDS}"
        )

    def canonical(self) -> Canonical:
        """Return what moves its numbers, with what is reported."""
        return [*super().canonical(), self.as_count]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if (self.who.name,) in self.of.keys:
            yield "who", f"{self.who} is the key, so nobody comes twice", "Name the person's column"
