"""Flows: things counted or summed in a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Expression, IsUnknown, as_condition, english
from swm_kpi.measures.interval_methods import of_a_count
from swm_kpi.measures.measure import Cells, TableMeasure, both, may_be_null, missing_words
from swm_kpi.measures.rules import (
    COUNTED_ONCE,
    Additivity,
    ChangeRule,
    CountedValue,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Operation, Statistic

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array, Limits


class Count(TableMeasure):
    """Rows of a table in the period, or distinct values of one of its columns.

    Rows have the interval of a count of separate events: exact below 10, Byar's from 10 up.
    Distinct values have none: however much happens, there are no more of them than there are, so
    they do not vary as events do.

    Attributes:
        distinct: count each value of this column once, such as a person. Such a count does not
            add over areas or periods, and is worked out again for each total.
    """

    kind: ClassVar[str] = "count"
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.VALUE)
    disclosure: ClassVar[DisclosureRule] = CountedValue("count")
    distinct: Column | None = None

    @property
    def additivity(self) -> Additivity:
        """Rows add; distinct values do not."""
        return Additivity.ADDITIVE if self.distinct is None else Additivity.NON_ADDITIVE

    @property
    def pooling(self) -> PoolingRule:
        """Rows add; distinct values do not."""
        return PoolingRule(PoolingMethod.ADDED) if self.distinct is None else COUNTED_ONCE

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows (or distinct values), and the rows whose condition is undecided."""
        operation = Operation.ROWS if self.distinct is None else Operation.DISTINCT
        counted = Statistic(self.of, operation, self.at, where=self.where, of=self.distinct)
        found = {"count": counted, **undecided(self, self.where)}
        if self.distinct is not None:
            found["rows"] = Statistic(self.of, Operation.ROWS, self.at, where=self.where)
        return found

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The count itself."""
        notes = undecided_notes(self, found, self.where)
        count = found["count"]
        events = count if self.distinct is None else None
        return Cells(count, weight=found.get("rows"), events=events, notes=notes)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Poisson limits of a count of rows."""
        return of_a_count(cells.events, confidence)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        what = "rows" if self.distinct is None else f"different values of {english(self.distinct)}"
        return (
            f"The number of {what} in the {self.of.table} table{self._where_words(' where')}, "
            f"by {english(self.at)}."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if self.distinct is not None and (self.distinct.name,) in self.of.keys:
            yield (
                "distinct",
                f"{self.distinct} is the key, so every row differs",
                "Leave distinct out",
            )


class Sum(TableMeasure):
    """The sum of a number column over the rows of a period.

    It has no interval: what the numbers are of, and whether they vary as counts do, is not known.

    Attributes:
        value: the column summed. A float is rounded to the column's ``decimals``.
    """

    kind: ClassVar[str] = "sum"
    additivity: ClassVar[Additivity] = Additivity.ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.ADDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.VALUE)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = CountedValue("sum")
    value: Column

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sum, and the rows whose condition is undecided."""
        summed = Statistic(self.of, Operation.SUM, self.at, where=self.where, of=self.value)
        rows = Statistic(self.of, Operation.ROWS, self.at, where=self.where)
        return {"sum": summed, "rows": rows, **undecided(self, self.where)}

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The sum itself."""
        notes = undecided_notes(self, found, self.where)
        return Cells(found["sum"], weight=found["rows"], notes=notes)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        return (
            f"The sum of {english(self.value)} in the {self.of.table} table"
            f"{self._where_words(' where')}, by {english(self.at)}."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        yield from self._numeric("value", self.value)
        if self.unit is None:
            yield "unit", "a sum is not in rows", "Give unit=, such as Unit.PEOPLE"


def undecided(
    measure: TableMeasure, condition: Expression | None, like: Statistic | None = None
) -> dict[str, Statistic]:
    """Return the statistic of rows that a null leaves undecided; none where no null may be.

    Args:
        measure: whose rows.
        condition: what cannot be said of them.
        like: a statistic with the time alignment and series to use; the measure's own event when
            left out.
    """
    if condition is None or not may_be_null(condition):
        return {}
    where = IsUnknown(as_condition(condition))
    if like is None:
        return {"undecided": Statistic(measure.of, Operation.ROWS, measure.at, where=where)}
    return {
        "undecided": Statistic(
            measure.of,
            Operation.ROWS,
            like.at,
            like.alignment,
            both(like.series, where),
            series=like.series,
            until=like.until,
        )
    }


def undecided_notes(
    measure: TableMeasure, found: Mapping[str, Array], condition: Expression | None
) -> list[tuple[Array, str]]:
    """Return the words for undecided rows, to print where there are any."""
    if condition is None or "undecided" not in found:
        return []
    words = f"left out because {missing_words(condition)} is not recorded"
    return [(found["undecided"], words)]
