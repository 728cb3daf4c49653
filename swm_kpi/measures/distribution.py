"""The distribution: how a total divides among the members of a breakdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Dimension
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical, IsNull, Not
from swm_kpi.measures.arithmetic import RowRoles
from swm_kpi.measures.grid_cells import Cells, divide
from swm_kpi.measures.interval_methods import proportion_interval
from swm_kpi.measures.measure import TableMeasure
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


class Distribution(TableMeasure):
    """The share of each member of a breakdown, of the rows that name a member.

    Ask for the breakdown with ``by``. Without it there is only the whole, which is 1. Rows that
    name no member are in no share, and a note counts them.

    - Unit: always a proportion.
    - Time: a row counts in the period that holds its date.
    - Totals: rows of the member and rows of all members add over areas and periods, and are
      divided again.
    - Protection: numerator and denominator are counts, and so is their difference.
    - Process limits: yes; those of small counts where few cases count, or few do not.
    - Interval: Wilson's, for each member by itself; the limits do not add up to 1 as the shares
      do. The whole has none.
    - Source: E. B. Wilson, as for :class:`Proportion`.

    Attributes:
        over: the breakdown whose members divide the total.
    """

    kind: ClassVar[str] = "distribution"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.SHARES)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = ShareOfCounts("member", "all")
    over: Dimension

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows of each member, and rows of all members."""
        column = self.of.dimensions[self.over.key][1]
        named = all_of(self.where, Not(IsNull(column)))
        over = self.over.key
        return {
            "member": Statistic(self.of, Operation.ROWS, self.at, where=named),
            "all": Statistic(self.of, Operation.ROWS, self.at, where=named, total_over=over),
        }

    @cached_property
    def completeness(self) -> Completeness:
        """A row that counts names a member, of whichever member the cell is."""
        return Completeness(
            Statistic(self.of, Operation.ROWS, self.at, total_over=self.over.key),
            self.where,
            measured=(self.of.dimensions[self.over.key][1],),
            bounds=Bounds.SHARE,
            lacks_value=f"in no share because {self.over.title.lower()} is not recorded",
        )

    @property
    def row_roles(self) -> RowRoles:
        """The statistics that the rows of the number are in."""
        return RowRoles("all", "member")

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the rows of the member over the rows of all members."""
        import numpy as np

        member = statistics["member"]
        total = np.broadcast_to(statistics["all"], member.shape)
        value, is_zero = divide(member, total)
        return Cells(
            value,
            member,
            total,
            is_zero,
            weight=member,
            trials=_trials_of_members(statistics["all"], total),
        )

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of each member's share."""
        return proportion_interval(cells.value, cells.trials, confidence)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        return (
            f"The share of each {self.over.title.lower()} among the rows in the {self.of.table} "
            f"table{self._describe_where(' where')} that have one. "
            f"{self._describe_period()}"
        )

    def canonical(self) -> Canonical:
        """Return what moves its numbers, the breakdown included."""
        return [*super().canonical(), self.over.key]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        if self.over.key not in self.of.dimensions:
            rule = f"{self.of.__name__} has no breakdown {self.over.key!r}"
            yield "over", rule, "Name a breakdown of the table"
            return
        yield from super().findings()


def _trials_of_members(whole: Array, total: Array) -> Array | None:
    """Return the number of cases of which each member has its share; NaN for the whole.

    Args:
        whole: rows of all members, of length 1 along the axis of the breakdown.
        total: the same, repeated for each member. The last place of the axis is the whole.
    """
    import numpy as np

    axes = [axis for axis, length in enumerate(whole.shape) if length != total.shape[axis]]
    if not axes:
        return None
    trials = total.astype(np.float64)
    np.moveaxis(trials, axes[0], -1)[..., -1] = np.nan
    return trials
