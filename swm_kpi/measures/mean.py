"""The mean of a number column over the rows of a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import IsNull, Not, english
from swm_kpi.measures.arithmetic import Arithmetic, AverageOfRows
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.measure import TableMeasure
from swm_kpi.measures.null_conditions import Completeness, all_of
from swm_kpi.measures.rules import (
    Additivity,
    AverageOverRows,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
)
from swm_kpi.measures.statistic import Operation, Statistic

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array


class Mean(TableMeasure):
    """The mean of a number column over the rows of a period that have a value.

    A row without a value is left out, and a note counts it. For the mean of a time from one moment
    to another, use :class:`Duration`.

    - Unit: must be declared.
    - Time: a row counts in the period that holds its date.
    - Totals: each total is computed again from its rows. Means of several periods are pooled by
      the number of rows with a value.
    - Protection: the denominator, the number of rows with a value, is a count. The mean is
      suppressed where that count is small.
    - Process limits: yes.
    - Interval: none, because neither the sum of values nor their number says how they spread.

    Attributes:
        value: the column averaged. The sum of a float column is rounded to its ``decimals``.
    """

    kind: ClassVar[str] = "mean"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.WEIGHTED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.DENOMINATOR)
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.PERIOD_VARIATION)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule()
    disclosure: ClassVar[DisclosureRule] = AverageOverRows("rows")
    value: Column

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The sum, and the rows with a value."""
        has_value = Not(IsNull(self.value)) if self.value.nullable else None
        return {
            "sum": Statistic(self.of, Operation.SUM, self.at, where=self.where, of=self.value),
            "rows": Statistic(
                self.of, Operation.ROWS, self.at, where=all_of(self.where, has_value)
            ),
        }

    @cached_property
    def completeness(self) -> Completeness:
        """A row that counts has a value."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at), self.where, measured=(self.value,)
        )

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the sum over the rows with a value; the denominator is those rows."""
        rows = statistics["rows"]
        value, is_zero = divide(statistics["sum"], rows)
        return Cells(value, None, rows, is_zero)

    @property
    def arithmetic(self) -> Arithmetic:
        """The mean of one amount for each row."""
        return AverageOfRows("sum", "mean", is_mean=True)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return (
            f"The mean of {english(self.value)} in the {self.of.table} table"
            f"{self._describe_where(' where')}. {self._describe_period()}"
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        yield from self._number_findings("value", self.value)
        if self.unit is None:
            yield "unit", "a mean is not in rows", "Give unit=, such as Unit.MINUTES"
