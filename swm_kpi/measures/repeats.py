"""People who come again: repeat victims and suspects, and offenders who reoffend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column
from swm_kpi.declaration import Finding
from swm_kpi.expressions import (
    Assumption,
    Canonical,
    IsNull,
    Not,
    Repeats,
    WithinMonths,
    english,
)
from swm_kpi.measures.counts import undecided, undecided_notes
from swm_kpi.measures.interval_methods import of_a_share
from swm_kpi.measures.measure import Cells, TableMeasure, both, divided
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
    ShareOfCounts,
)
from swm_kpi.measures.statistic import Operation, Statistic
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array, Limits


class RepeatRate(TableMeasure):
    """Different people of the period who had another such row in the months before it.

    The months are looked back on from each row and not from the period, so the table must hold
    them: a period without that history is ``[u]``. Rows of one day are one event. A row that names
    nobody is left out. It does not add over areas or periods.

    The share has a Wilson interval, of the different people; their number has none, like any count
    of distinct values.

    Attributes:
        who: the column that tells people apart.
        lookback: an assumption of how many calendar months are looked back on.
        as_count: report how many people, and not their share of the people of the period.
    """

    kind: ClassVar[str] = "repeat rate"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = COUNTED_ONCE
    who: Column
    lookback: Assumption
    as_count: bool = False

    @property
    def percentage_change(self) -> ChangeRule:
        """The number of people is a count; their share changes in percentage points."""
        return ChangeRule(count=ResultColumn.VALUE if self.as_count else None)

    @property
    def process_limits(self) -> ProcessLimitRule:
        """There are limits, with a caution: the look-back windows of periods overlap."""
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

    @property
    def history_months(self) -> int:
        """How many months of rows must come before a period."""
        (months,) = self.lookback.values
        return int(str(months))

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Different people with an earlier row, different people, and rows that name nobody."""
        again = Repeats(self.who, self.at, self.where, self.lookback)
        nobody = both(self.where, IsNull(self.who))
        return {
            "again": self._people(again),
            "people": self._people(Not(IsNull(self.who))),
            "nobody": Statistic(self.of, Operation.ROWS, self.at, where=nobody),
            **undecided(self, self.where),
        }

    def _people(self, condition: Repeats | Not) -> Statistic:
        where = both(self.where, condition)
        return Statistic(self.of, Operation.DISTINCT, self.at, where=where, of=self.who)

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The people with an earlier row, or their share."""
        notes = [
            *undecided_notes(self, found, self.where),
            (found["nobody"], f"left out because {english(self.who)} is not recorded"),
        ]
        if self.as_count:
            return Cells(found["again"], notes=notes)
        people = found["people"]
        value, empty = divided(found["again"], people)
        return Cells(value, found["again"], people, empty, trials=people, notes=notes)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of the share."""
        return of_a_share(cells.value, cells.trials, confidence)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        (months,) = self.lookback.values
        lead = "The number of" if self.as_count else "Of the different people, the share of"
        return (
            f"{lead} people ({english(self.who)}) in the {self.of.table} table"
            f"{self._where_words(' where')}, by {english(self.at)}, who had another such row on an "
            f"earlier day in the {months} months before it."
        )

    def canonical(self) -> Canonical:
        """What moves its numbers."""
        return [*super().canonical(), self.as_count]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if (self.who.name,) in self.of.keys:
            yield "who", f"{self.who} is the key, so nobody comes twice", "Name the person's column"


class ReoffendingRate(TableMeasure):
    """The share of a cohort who reoffend in the follow-up and are dealt with for it in time.

    One row is one offender of the cohort. A period is mature only when the follow-up and the wait
    for a court have passed for its last offender; before that it is ``[p]``, and too low. Its
    interval is Wilson's, of the cohort.

    Attributes:
        at: the day the follow-up starts: of the conviction, or of release.
        reoffended: the day of the first offence after it.
        proven: the day of the caution or conviction for that offence.
        follow_up: an assumption of the months in which the offence must fall.
        waiting: an assumption of the further months in which it must be proven.
    """

    kind: ClassVar[str] = "reoffending rate"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
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

    @property
    def maturity_months(self) -> int:
        """How many months after a period its number stops growing."""
        return sum(int(str(each)) for a in (self.follow_up, self.waiting) for each in a.values)

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Offenders who reoffended in time, and all of the cohort."""
        again = WithinMonths(self.at, self.reoffended, (self.follow_up,))
        proven = WithinMonths(self.at, self.proven, (self.follow_up, self.waiting))
        reoffended = both(self.where, both(again, proven))
        return {
            "reoffended": Statistic(self.of, Operation.ROWS, self.at, where=reoffended),
            "cohort": Statistic(self.of, Operation.ROWS, self.at, where=self.where),
            **undecided(self, self.where),
        }

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Reoffenders over the cohort."""
        cohort = found["cohort"]
        value, empty = divided(found["reoffended"], cohort)
        notes = undecided_notes(self, found, self.where)
        return Cells(value, found["reoffended"], cohort, empty, trials=cohort, notes=notes)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of the share."""
        return of_a_share(cells.value, cells.trials, confidence)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        (follow_up,), (waiting,) = self.follow_up.values, self.waiting.values
        return (
            f"Of the offenders in the {self.of.table} table{self._where_words(' where')}, by "
            f"{english(self.at)}, the share who offended within {follow_up} months and were "
            f"cautioned or convicted for it within those or a further {waiting} months."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        for name in ("reoffended", "proven"):
            if getattr(self, name).dtype is not self.at.dtype:
                rule = f"{getattr(self, name)} and {self.at} are not of one type"
                yield name, rule, "Use date columns of one type"
