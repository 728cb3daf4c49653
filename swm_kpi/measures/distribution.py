"""How a total divides among the members of a breakdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Dimension
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical, IsNull, Not
from swm_kpi.measures.counts import undecided, undecided_notes
from swm_kpi.measures.interval_methods import of_a_share
from swm_kpi.measures.measure import Cells, TableMeasure, both, divided
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
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
    from swm_kpi.measures.measure import Array, Limits


class Distribution(TableMeasure):
    """The share of each member of a breakdown among the rows that name one.

    Ask for the breakdown with ``by``: without it there is only the whole, which is 1. Rows that
    name no member are in no share, and are counted in the note.

    Each share has a Wilson interval, by itself: the shares must add to 1, and their limits do not.
    The whole has none.

    Attributes:
        over: the breakdown whose members divide the total.
    """

    kind: ClassVar[str] = "distribution"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = ShareOfCounts("member", "all")
    over: Dimension

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows of each member, rows of all members, and rows of none."""
        carrier = self.of.dimensions[self.over.key][1]
        named = both(self.where, Not(IsNull(carrier)))
        nameless = both(self.where, IsNull(carrier))
        return {
            "member": Statistic(self.of, Operation.ROWS, self.at, where=named),
            "all": Statistic(self.of, Operation.ROWS, self.at, where=named, whole=self.over.key),
            "nameless": Statistic(
                self.of, Operation.ROWS, self.at, where=nameless, whole=self.over.key
            ),
            **undecided(self, self.where),
        }

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Rows of the member over rows of all members."""
        import numpy as np

        total = np.broadcast_to(found["all"], found["member"].shape)
        value, empty = divided(found["member"], total)
        words = f"in no share because {self.over.title.lower()} is not recorded"
        nameless = np.broadcast_to(found["nameless"], found["member"].shape)
        notes = [*undecided_notes(self, found, self.where), (nameless, words)]
        return Cells(
            value,
            found["member"],
            total,
            empty,
            weight=found["member"],
            trials=_of_members(found["all"], total),
            notes=notes,
        )

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of each member's share."""
        return of_a_share(cells.value, cells.trials, confidence)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        return (
            f"Of the rows in the {self.of.table} table{self._where_words(' where')} that have one, "
            f"the share of each {self.over.title.lower()}."
        )

    def canonical(self) -> Canonical:
        """What moves its numbers."""
        return [*super().canonical(), self.over.key]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        if self.over.key not in self.of.dimensions:
            rule = f"{self.of.__name__} carries no {self.over.key!r}"
            yield "over", rule, "Name a breakdown of the table"
            return
        yield from super().findings()


def _of_members(whole: Array, total: Array) -> Array | None:
    """Return out of how many each member has its share; NaN for the whole, which is 1.

    The breakdown is the axis along which the whole is not repeated, and its last place the whole.
    """
    import numpy as np

    axes = [at for at, length in enumerate(whole.shape) if length != total.shape[at]]
    if not axes:
        return None
    trials = total.astype(np.float64)
    np.moveaxis(trials, axes[0], -1)[..., -1] = np.nan
    return trials
