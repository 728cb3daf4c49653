"""The rate: a count per 1,000 people, or another scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column, ContractType
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Assumption, Canonical, Expression, english
from swm_kpi.measures.arithmetic import Arithmetic, QuotientOfInputs
from swm_kpi.measures.grid_cells import Cells, divide, divide_measures
from swm_kpi.measures.interval_methods import count_interval
from swm_kpi.measures.measure import Measure, Where, quote_key
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    ChangeTest,
    ChangeTestRule,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    QuotientOfMeasures,
    ResultColumn,
)
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.grid_cells import Array, Limits

RELIABLE_YEARS = Assumption(
    key="population_reliable_years",
    value=2,
    since="2021-04-01",
    because="Our unverified working choice: a rate is unreliable if its estimate of residents or "
    "households is for a 30 June more than two years from the middle of the period.",
)
"""A rate over a population further away than this is marked ``[u]``."""

USABLE_YEARS = Assumption(
    key="population_usable_years",
    value=5,
    since="2021-04-01",
    because="Our unverified working choice: a rate is not available if its estimate of residents "
    "or households is for a 30 June more than five years from the middle of the period.",
)
"""A rate over a population further away than this is marked ``[x]``."""

_UNIT_OF_SCALE = {
    1_000: Unit.PER_1000_PEOPLE,
    100_000: Unit.PER_100000_PEOPLE,
    1_000_000: Unit.PER_MILLION_PEOPLE,
}


class Rate(Measure):
    """A count per so many people of a population table.

    - Unit: per 1,000, 100,000 or 1,000,000 people, after the scale, unless another is declared.
    - Time: that of the count, over the population estimate of the year nearest to the middle of
      the period, which the note names. An estimate more than ``reliable_years`` away makes the rate
      ``[u]``, and more than ``usable_years`` away ``[x]``. A rate for less than a year is for that
      period: it is not annualised.
    - Totals: the count and the people of each total are divided again. A total needs the people of
      every member: a member without a row for that year is ``[x]``, and so is its total. The same
      period of several years can be averaged. Consecutive periods cannot be pooled: ask for the
      longer period.
    - Protection: the numerator is protected as the count that it is. The population is public.
    - Process limits: yes, by day; those of small counts where the mean count is below 5.
    - Interval: that of the count, divided as the count is; the population is taken as known. The
      rate of distinct values has none.
    - Source: Association of Public Health Observatories, *Technical briefing 3: commonly used
      public health statistics and their confidence intervals* (2008).

    Attributes:
        of: key of the count of the same metric and basis that is divided.
        per: the population table's column of people. For a breakdown that the table lacks, such as
            crime type, the whole population of the area is used. By areas that it lacks, such as
            districts, there is only a total.
        scale: per how many people: 1,000, 100,000 or 1,000,000.
        year: the population table's column of the year; its ``mid_year`` when left out.
        among: which people; all when left out.
        reliable_years, usable_years: assumptions: how far away, in years, the middle of the year
            of the estimate may be from the middle of the period.
    """

    kind: ClassVar[str] = "rate"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.NUMERATOR)
    change_test: ClassVar[ChangeTestRule] = ChangeTestRule(ChangeTest.EVENT_RATES)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    of: str
    per: Column
    scale: int
    year: Column | None = None
    among: Where | None = None
    reliable_years: Assumption = RELIABLE_YEARS
    usable_years: Assumption = USABLE_YEARS

    @property
    def reference_years(self) -> tuple[float, float]:
        """How many years away a population estimate may be: beyond these ``[u]``, or ``[x]``."""
        (reliable,), (usable,) = self.reliable_years.values, self.usable_years.values
        return float(str(reliable)), float(str(usable))

    @property
    def pooling(self) -> PoolingRule:
        """The same period of several years can be averaged; consecutive periods cannot."""
        return PoolingRule(
            PoolingMethod.DIVIDED,
            self.scale,
            no_sum_reason="a rate uses one population estimate: ask for the longer period.",
        )

    @property
    def disclosure(self) -> DisclosureRule:
        """The measure divided is a count."""
        return QuotientOfMeasures(self.scale)

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The measure divided."""
        return (self.of,)

    @property
    def resolved_unit(self) -> Unit:
        """Per so many people, unless another unit is declared."""
        return self.unit or _UNIT_OF_SCALE[self.scale]

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The number of people."""
        return {
            "people": Statistic(
                self.population,
                Operation.SUM,
                self._year,
                TimeAlignment.REFERENCE,
                self.among,
                self.per,
            )
        }

    @property
    def population(self) -> ContractType:
        """The population table."""
        if self.per.owner is None:
            raise TypeError(f"{self.per} belongs to no table")
        return self.per.owner

    @property
    def _year(self) -> Column:
        return self.year if self.year is not None else self.population.columns["mid_year"]

    def combine(self, statistics: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Return the measure over the people, times the scale."""
        cells = divide_measures(inputs[self.of], Cells(statistics["people"]), self.scale)
        cells.events = inputs[self.of].events
        return cells

    @property
    def interval_parameters(self) -> tuple[object, ...]:
        """The scale."""
        return (self.scale,)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the interval of the count, per so many people."""
        limits = count_interval(cells.events, confidence)
        if limits is None or cells.denominator is None:
            return None
        lower, upper = (divide(limit * self.scale, cells.denominator)[0] for limit in limits)
        return lower, upper

    @property
    def arithmetic(self) -> Arithmetic:
        """The measure divided by the number of people, times the scale."""
        return QuotientOfInputs(self.of, people=english(self.per), scale=self.scale)

    def formula(self) -> str:
        """Return how it is computed, in plain English."""
        people = f" where {english(self.among)}" if self.among is not None else ""
        is_population = self.population.row_unit in (None, Unit.PEOPLE)
        estimate = "population estimate" if is_population else f"estimate of {english(self.per)}"
        return (
            f"{quote_key(self.of)} per {self.scale:,} {english(self.per)}{people}, by the "
            f"{estimate} nearest to the middle of the period. Not annualised. In a breakdown by "
            f"anything but areas, each member is over all of these {english(self.per)}, "
            f"unless the {self.population.table} table has that breakdown too."
        )

    def canonical(self) -> Canonical:
        """Return what moves its numbers, the scale and the distance of the year included."""
        return [*super().canonical(), self.scale, *self.reference_years]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the fields."""
        yield from super().findings()
        if self.scale not in _UNIT_OF_SCALE:
            yield (
                "scale",
                f"{self.scale:,} is not a scale in use",
                "Use 1_000, 100_000 or 1_000_000",
            )
        if self.per.owner is None:
            yield "per", f"{self.per} belongs to no table", "Use a column of a population contract"
            return
        if self.year is not None and self.year.table != self.per.table:
            fix = f"Use a column of {self.per.table}"
            yield "year", f"{self.year} is not a column of {self.per.table}", fix
        if self.per.dtype is not int:
            yield "per", f"{self.per} does not hold people", "Use a whole number column of people"
        elif self.year is None and "mid_year" not in self.population.columns:
            yield "year", "the population table has no mid_year column", "Give year=<column>"
        if isinstance(self.among, Expression):
            for term in self.among.walk():
                if isinstance(term, Column) and term.table != self.per.table:
                    yield "among", f"{term} is not a column of {self.per.table}", "Use its columns"

    def input_findings(self, inputs: Sequence[Measure]) -> Iterator[Finding]:
        """Yield what is wrong with the measure divided: it must be a count."""
        yield from super().input_findings(inputs)
        for measure in inputs:
            if measure.kind != "count" and not measure.is_quotient:
                rule = f"{self.key} is per person, and {measure.key!r} is not a count"
                yield "measures", rule, "Give of= the key of a Count"
