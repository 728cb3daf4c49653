"""The reoffending rate: offenders of a cohort who reoffend in the months that follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Assumption, WithinMonths, english
from swm_kpi.measures.arithmetic import RowRoles
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.interval_methods import proportion_interval
from swm_kpi.measures.measure import MONTH_ENDS, TableMeasure
from swm_kpi.measures.null_conditions import Bounds, Completeness, all_of
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    ResultColumn,
    ShareOfCounts,
)
from swm_kpi.measures.statistic import Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Limits


class ReoffendingRate(TableMeasure):
    """The proportion of a cohort who reoffend in the follow-up and are dealt with for it in time.

    One row is one offender of the cohort. A period is complete only when the follow-up and the
    waiting period have passed for its last offender. Before that it is too low, and marked ``[p]``.
    A blank day means that nothing happened. If a column of those days is blank in every row of the
    table, nobody recorded it, and the rate is marked ``[x]``.

    - Unit: always a proportion.
    - Time: an offender counts in the period in which the follow-up starts.
    - Totals: reoffenders and cohorts add over areas and periods, and are divided again.
    - Protection: numerator and denominator are counts, and so is their difference.
    - Process limits: yes; those of small counts where few cases count, or few do not.
    - Interval: Wilson's, of the cohort.
    - Source: Ministry of Justice, *Guide to proven reoffending statistics*: a one-year follow-up
      and a further six months for the caution or conviction.

    Attributes:
        at: the day the follow-up starts: of the conviction, or of release.
        reoffended: the day of the first offence after it.
        proven: the day of the caution or conviction for that offence.
        follow_up: an assumption: the months in which the offence must fall.
        waiting: an assumption: the further months in which it must be proven.
    """

    kind: ClassVar[str] = "reoffending rate"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.SHARES)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = ShareOfCounts("reoffended", "cohort")
    reoffended: Column
    proven: Column
    follow_up: Assumption
    waiting: Assumption

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Offenders who reoffended in time, and all of the cohort."""
        again = WithinMonths(self.at, self.reoffended, (self.follow_up,))
        proven = WithinMonths(self.at, self.proven, (self.follow_up, self.waiting))
        reoffended = all_of(self.where, all_of(again, proven))
        return {
            "reoffended": Statistic(self.of, Operation.ROWS, self.at, where=reoffended),
            "cohort": Statistic(self.of, Operation.ROWS, self.at, where=self.where),
        }

    @cached_property
    def completeness(self) -> Completeness:
        """It is known who is in the cohort. A blank day means that nothing happened."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at),
            self.where,
            bounds=Bounds.SHARE,
            happened=(self.reoffended, self.proven),
        )

    @property
    def row_roles(self) -> RowRoles:
        """The statistics that the rows of the number are in."""
        return RowRoles("cohort", "reoffended")

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the reoffenders over the cohort."""
        reoffended, cohort = statistics["reoffended"], statistics["cohort"]
        value, is_zero = divide(reoffended, cohort)
        return Cells(value, reoffended, cohort, is_zero, trials=cohort)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of the proportion."""
        return proportion_interval(cells.value, cells.trials, confidence)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        (follow_up,), (waiting,) = self.follow_up.values, self.waiting.values
        return (
            f"Of the offenders in the {self.of.table} table{self._describe_where(' where')}, the "
            f"share who reoffended within {follow_up} months and were cautioned or convicted for "
            f"it in those months or the {waiting} after them. A blank "
            f"{english(self.reoffended)} or {english(self.proven)} means that they did not, unless "
            f"it is blank in every row of the table. {self._describe_period()} "
            f"{MONTH_ENDS}"
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        for name in ("reoffended", "proven"):
            if getattr(self, name).dtype is not self.at.dtype:
                rule = f"{getattr(self, name)} and {self.at} are not of one type"
                yield name, rule, "Use date columns of one type"
