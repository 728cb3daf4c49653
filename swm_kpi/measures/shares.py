"""Shares, ratios and rates: one number divided by another, once, on the grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from swm_kpi.contracts import Column, ContractType
from swm_kpi.declaration import Finding
from swm_kpi.expressions import Canonical, Expression, IsUnknown, as_condition, english
from swm_kpi.measures.counts import undecided, undecided_notes
from swm_kpi.measures.interval_methods import of_a_count, of_a_share
from swm_kpi.measures.measure import (
    Cells,
    Measure,
    TableMeasure,
    Where,
    both,
    divided,
    may_be_null,
    missing_words,
)
from swm_kpi.measures.rules import (
    Additivity,
    ChangeRule,
    DisclosureRule,
    PoolingMethod,
    PoolingRule,
    ProcessLimitRule,
    QuotientOfMeasures,
    ResultColumn,
    ShareOfCounts,
)
from swm_kpi.measures.statistic import Operation, Statistic, TimeAlignment
from swm_kpi.vocabulary import Unit

if TYPE_CHECKING:
    from swm_kpi.measures.measure import Array, Limits

_PER = {
    1_000: Unit.PER_1000_PEOPLE,
    100_000: Unit.PER_100000_PEOPLE,
    1_000_000: Unit.PER_MILLION_PEOPLE,
}


class Proportion(TableMeasure):
    """The share of some rows that meet a condition: from 0 to 1, ``[z]`` of none.

    A row for which the numerator is undecided is in neither part, and is counted in the note. Its
    interval is Wilson's, of the rows that could be decided.

    Attributes:
        where: which rows are the denominator; all in the period when left out.
        numerator: which of those rows count. It is a subset by construction.
    """

    kind: ClassVar[str] = "proportion"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule()
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = ShareOfCounts(
        "numerator", "denominator", undecided="unknown"
    )
    numerator: Where

    @property
    def resolved_unit(self) -> Unit:
        """Always a proportion."""
        return Unit.PROPORTION

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """Rows in the numerator, rows decided either way, and rows undecided."""
        found = {
            "numerator": self._rows(both(self.where, self.numerator)),
            "denominator": self._rows(self.where),
            **undecided(self, self.where),
        }
        if may_be_null(self.numerator):
            found["unknown"] = self._rows(both(self.where, IsUnknown(as_condition(self.numerator))))
        return found

    def _rows(self, where: Where | None) -> Statistic:
        return Statistic(self.of, Operation.ROWS, self.at, where=where)

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Numerator over the rows that could be decided."""
        notes = undecided_notes(self, found, self.where)
        denominator = found["denominator"]
        if "unknown" in found:
            denominator = denominator - found["unknown"]
            words = f"in neither part because {missing_words(self.numerator)} is not recorded"
            notes.append((found["unknown"], words))
        value, empty = divided(found["numerator"], denominator)
        return Cells(value, found["numerator"], denominator, empty, trials=denominator, notes=notes)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the Wilson interval of the share."""
        return of_a_share(cells.value, cells.trials, confidence)

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        return (
            f"Of the rows in the {self.of.table} table{self._where_words(' where')}, by "
            f"{english(self.at)}, the share where {english(self.numerator)}."
        )

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if self.unit not in (None, Unit.PROPORTION):
            yield "unit", "a proportion is from 0 to 1", "Leave unit out"


class Ratio(Measure):
    """One measure divided by another, where the first is not a part of the second.

    It has no interval: two numbers that vary together or apart, nobody can say which.

    Attributes:
        numerator, denominator: keys of measures of the same metric and basis. They may count
            different tables, or one table by different dates. The ratio can pass 1.
    """

    kind: ClassVar[str] = "ratio"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    pooling: ClassVar[PoolingRule] = PoolingRule(PoolingMethod.DIVIDED)
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.NUMERATOR)
    disclosure: ClassVar[DisclosureRule] = QuotientOfMeasures()
    numerator: str
    denominator: str

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The two measures divided."""
        return (self.numerator, self.denominator)

    @property
    def process_limits(self) -> ProcessLimitRule:
        """A ratio that is read as a proportion rests on the count in its numerator."""
        is_proportion = self.resolved_unit is Unit.PROPORTION
        return ProcessLimitRule(count=ResultColumn.NUMERATOR if is_proportion else None)

    @property
    def resolved_unit(self) -> Unit:
        """A ratio, unless another unit is given."""
        return self.unit or Unit.RATIO

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """Numerator over denominator."""
        top, bottom = inputs[self.numerator].value, inputs[self.denominator].value
        return quotient(top, bottom)

    def input_findings(self, inputs: Sequence[Measure]) -> Iterator[Finding]:
        """Yield what is wrong between the two measures: they must be alike, or a rate of leaving.

        A count over an average stock is what left in a period over the mean of what was there.
        """
        yield from super().input_findings(inputs)
        tables = [measure for measure in inputs if isinstance(measure, TableMeasure)]
        kinds = [measure.kind for measure in tables]
        alignments = {
            statistic.alignment for measure in tables for statistic in measure.statistics.values()
        }
        if (len(alignments) > 1 or len(set(kinds)) > 1) and kinds != ["count", "average stock"]:
            rule = f"{self.key} divides a {kinds[0]} by a {kinds[-1]}"
            yield "measures", rule, "Divide two flows, or two stocks at one date"

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        return f"{_words(self.numerator)} divided by {_words(self.denominator)}."

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if self.numerator == self.denominator:
            yield "denominator", "a thing divided by itself is 1", "Name another measure"


class Rate(Measure):
    """A measure per so many people, from a population table.

    The estimate of the year nearest to the middle of the period is used and named in the note. A
    rate for less than a year is for that period: it is never annualised.

    The rate of a count has the interval of the count, divided as the count is: the population is
    taken as known. The rate of anything else has none.

    Attributes:
        of: key of the measure of the same metric and basis that is divided.
        per: the population table's column of people. Where the table lacks a breakdown (crime
            type), the whole population of the area is meant.
        scale: per how many people: 1,000, 100,000 or 1,000,000.
        among: which people; all when left out.
    """

    kind: ClassVar[str] = "rate"
    additivity: ClassVar[Additivity] = Additivity.NON_ADDITIVE
    percentage_change: ClassVar[ChangeRule] = ChangeRule(count=ResultColumn.NUMERATOR)
    process_limits: ClassVar[ProcessLimitRule] = ProcessLimitRule(count=ResultColumn.NUMERATOR)
    of: str
    per: Column
    scale: int
    year: Column | None = None
    among: Where | None = None

    @property
    def depends_on(self) -> tuple[str, ...]:
        """The measure divided."""
        return (self.of,)

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
        """The measure divided may be a count."""
        return QuotientOfMeasures(self.scale)

    @property
    def resolved_unit(self) -> Unit:
        """Per so many people."""
        return self.unit or _PER[self.scale]

    @cached_property
    def statistics(self) -> Mapping[str, Statistic]:
        """The people."""
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

    def combine(self, found: Mapping[str, Array], inputs: Mapping[str, Cells]) -> Cells:
        """The measure over the people, times the scale."""
        top, people = inputs[self.of].value, found["people"]
        cells = quotient(top, people)
        cells.value = cells.value * self.scale
        cells.events = inputs[self.of].events
        return cells

    def input_findings(self, inputs: Sequence[Measure]) -> Iterator[Finding]:
        """Yield what is wrong with the measure divided: it must be a count."""
        yield from super().input_findings(inputs)
        for measure in inputs:
            if measure.kind != "count" and not measure.is_quotient:
                rule = f"{self.key} is per person, and {measure.key!r} is not a count"
                yield "measures", rule, "Give of= the key of a Count"

    @property
    def interval_parameters(self) -> tuple[object, ...]:
        """For every how many people."""
        return (self.scale,)

    def interval(self, cells: Cells, confidence: float) -> Limits | None:
        """Return the limits of the count for every so many people."""
        limits = of_a_count(cells.events, confidence)
        if limits is None or cells.denominator is None:
            return None
        lower, upper = (divided(each * self.scale, cells.denominator)[0] for each in limits)
        return lower, upper

    def formula(self) -> str:
        """How it is worked out, in plain English."""
        who = f" where {english(self.among)}" if self.among is not None else ""
        return (
            f"{_words(self.of)} for every {self.scale:,} {english(self.per)}{who}, by the "
            "estimate nearest to the middle of the period. Not annualised."
        )

    def canonical(self) -> Canonical:
        """What moves its numbers, the scale included."""
        return [*super().canonical(), self.scale]

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong between the fields."""
        yield from super().findings()
        if self.scale not in _PER:
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
            for each in self.among.walk():
                if isinstance(each, Column) and each.table != self.per.table:
                    yield "among", f"{each} is not a column of {self.per.table}", "Use its columns"


def _words(key: str) -> str:
    return f"‘{key.replace('_', ' ').capitalize()}’"


def quotient(top: Array, bottom: Array) -> Cells:
    """Divide two measures: nothing comes of a part that is not available."""
    import numpy as np

    missing = np.isnan(top) | np.isnan(bottom)
    value, empty = divided(top, bottom)
    return Cells(value, top, bottom, empty & ~missing, missing)
