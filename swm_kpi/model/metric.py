"""The entries of a catalogue: metrics, groups of metrics, aliases and undefined references."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PrivateAttr

from swm_kpi.contracts import ALL, Column, ContractType, Dimension
from swm_kpi.declaration import Declaration, Finding, Frozen, FrozenMapping
from swm_kpi.errors import Problem, did_you_mean, place_of_declaration, raise_problems
from swm_kpi.expressions import Assumption
from swm_kpi.measures import Completeness, Measure
from swm_kpi.measures.measure import KEY, quote_key
from swm_kpi.model.availability import Availability
from swm_kpi.model.examples import Example, parse_pipe_table
from swm_kpi.model.objective import Objective
from swm_kpi.vocabulary import AvailabilityStatus, Basis, Direction, Frequency

_REF = re.compile(r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?\Z")
NO_OBJECTIVE = "Not stated in the plan"


@dataclass(frozen=True)
class Break:
    """A break in a series: values from this day on are not comparable with earlier values.

    Attributes:
        on: the ISO date of the first day after the break.
        because: what changed.
        measures: keys of the measures that break; all when left out. A measure that is computed
            from one of them breaks too.
        basis: the basis of the measures that break; both when left out.
        members: by the key of a breakdown, the members that break; all when left out. The total of
            the breakdown breaks too, because it contains them.

    Raises:
        DefinitionError: the date is not an ISO date, or the reason is empty.
    """

    on: str
    because: str
    measures: tuple[str, ...] = ()
    basis: Basis | None = None
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        findings = []
        try:
            date.fromisoformat(self.on)
        except (TypeError, ValueError):
            fix = "Write an ISO date such as 2023-05-01"
            findings.append(("on", f"{self.on!r} is not a date", fix))
        if not (isinstance(self.because, str) and self.because.strip()):
            findings.append(("because", "it is empty", "Say what changed"))
        if findings:
            place = place_of_declaration()
            raise_problems(Problem("Break", *finding, place) for finding in findings)

    @property
    def day(self) -> date:
        """The first day after the break."""
        return date.fromisoformat(self.on)

    def is_of_measure(self, measure: Measure) -> bool:
        """Return whether the series of a measure breaks."""
        keys = (measure.key, *measure.depends_on)
        is_named = not self.measures or any(key in self.measures for key in keys)
        return is_named and self.basis in (None, measure.basis)

    def is_of_member(self, member: Mapping[str, str]) -> bool:
        """Return whether the series of a member breaks.

        Args:
            member: the member of each breakdown; a total where a breakdown is not named.
        """
        return all(member.get(key, ALL) in (ALL, *names) for key, names in self.members.items())


class CatalogueEntry(Declaration):
    """One numbered reference of a plan.

    Attributes:
        ref: its number in the plan, as text.
        key: a name for code, in lower case.
        title: the plan's own words, unchanged.
        objective: the objective of the plan that it belongs to; None where the plan states none.
        parent: the ref of the group that it belongs to, if any.
        availability: whether the force can report it, as documented.
        measure_availability: by key, what is documented about single measures.
    """

    ref: str
    key: str
    title: str
    objective: Objective | None
    parent: str | None = None
    availability: Availability
    measure_availability: Annotated[
        Mapping[str, Availability], Field(validate_default=True), AfterValidator(FrozenMapping)
    ] = {}

    def __repr__(self) -> str:
        """Show which entry it is. The fields would fill a page."""
        return f"<{type(self).__name__} {self.ref} {self.key}: {self.name or 'no text'}>"

    __str__ = __repr__

    @property
    def name(self) -> str:
        """The title without the punctuation at its end."""
        return self.title.rstrip(";:.")

    def availability_of(self, measure: str) -> Availability:
        """Return what is documented about one measure: its own statement, or that of the entry.

        Args:
            measure: the key of the measure.
        """
        own = self.measure_availability.get(measure)
        is_reportable = self.availability.status is not AvailabilityStatus.NOT_REPORTABLE
        return own if own is not None and is_reportable else self.availability

    @property
    def objective_title(self) -> str:
        """The objective in words, also where the plan states none."""
        return NO_OBJECTIVE if self.objective is None else self.objective.title

    @property
    def computes(self) -> bool:
        """Whether a computation is defined for it."""
        return False

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the entry on its own."""
        if not _REF.match(self.ref):
            yield "ref", f"{self.ref[:40]!r} is not a reference", "Use letters, digits, . _ and -"
        if not KEY.match(self.key):
            fix = "Use lower-case letters, digits and single underscores"
            yield "key", f"{self.key!r} is not a name", fix
        if self.key == self.ref:
            yield "key", "it is the same as the ref", "Give the metric a name in words"
        if self.parent == self.ref:
            yield "parent", "it is its own parent", "Name the ref of its group, or leave it out"


class MetricGroup(CatalogueEntry):
    """A reference that only groups others. Nothing is computed for it.

    Attributes:
        children: the refs in the group, in order. Each names this ref as its ``parent``.
        note: what else belongs to the group and is not in it, in a sentence; empty if nothing.
    """

    children: Frozen[str] = Field(min_length=1)
    note: str = ""


class UndefinedMetric(CatalogueEntry):
    """A reference for which the plan gives no text. Its title is empty and nothing is computed."""

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the entry on its own."""
        yield from super().findings()
        if self.title:
            rule = "an undefined reference has no title"
            yield "title", rule, "Leave the title empty, or declare a Metric"


class MetricAlias(CatalogueEntry):
    """A reference that repeats another metric, or some of its measures.

    Attributes:
        of: the ref of the metric that is computed.
        only: the keys of the measures to show; all of them by default.
        summary: in plain English, what it repeats.
    """

    of: str
    only: Frozen[str] = ()
    summary: str

    @property
    def computes(self) -> bool:
        """An alias computes the metric that it repeats."""
        return True


class Metric(CatalogueEntry):
    """A reference that is measured.

    Attributes:
        summary: in plain English, what is counted and on which date.
        measures: its numbers, in the order to show them.
        headline: the key of the measure to show first; the first measure by default.
        dimensions: the breakdowns that are meaningful for it.
        direction: whether a higher or a lower value is better.
        frequency: how often it is reported.
        standards: the published rules that define it.
        limitations: what it does not measure, and what it is easily mistaken for.
        caveats: what else a reader must know.
        breaks: days from which values are not comparable with earlier ones, earliest first.
        examples: worked examples. At least one has an ``edge_case``.
        version: a whole number, raised when a change of the definition moves numbers.

    Raises:
        DefinitionError: with every problem of the declaration.
    """

    summary: str
    measures: Frozen[Measure] = Field(min_length=1)
    headline: str = ""
    dimensions: Frozen[Dimension] = ()
    direction: Direction
    frequency: Frequency = Frequency.QUARTERLY
    standards: Frozen[str] = ()
    limitations: str
    caveats: Frozen[str] = ()
    breaks: Frozen[Break] = ()
    examples: Frozen[Example]
    version: int = Field(default=1, ge=1)
    _declared: Metric | None = PrivateAttr(default=None)

    @property
    def as_declared(self) -> Metric:
        """The metric as its module declares it, where this one has the areas of a force.

        Worked examples are examples of it, because they have the areas that it was declared with.
        """
        return self if self._declared is None else self._declared

    def with_measures(self, measures: Sequence[Measure], dimensions: Sequence[Dimension]) -> Metric:
        """Return the metric with copies of its measures and breakdowns, for a force's areas."""
        changed = self.model_copy(
            update={"measures": tuple(measures), "dimensions": tuple(dimensions)}
        )
        for name in changed.__dict__.keys() - type(self).model_fields.keys():
            del changed.__dict__[name]
        changed._declared = self.as_declared
        return changed

    @property
    def computes(self) -> bool:
        """A metric always has a computation."""
        return True

    @cached_property
    def contracts(self) -> dict[str, ContractType]:
        """The contracts of the tables that its measures read, by table name."""
        return {
            statistic.contract.table: statistic.contract
            for measure in self.measures
            for statistic in measure.statistics.values()
        }

    def columns_read(self, contract: ContractType) -> dict[str, bool]:
        """Return the columns of a table that the metric reads, in the table's order.

        Args:
            contract: the contract of one of its tables.

        Returns:
            Column name to True where a measure needs the column, and False where only a breakdown
            does.
        """
        needed = {
            column
            for measure in self.measures
            for statistic in measure.statistics.values()
            if statistic.contract is contract
            for column in statistic.columns
        }
        breakdown_columns = {
            expression.name
            for dimension in self.dimensions
            if dimension.key in contract.dimensions
            for expression in contract.dimensions[dimension.key][1].walk()
            if isinstance(expression, Column)
        }
        names = needed | breakdown_columns
        return {name: name in needed for name in contract.columns if name in names}

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions that its measures rest on."""
        by_key = {
            assumption.key: assumption
            for measure in self.measures
            for assumption in measure.assumptions()
        }
        return tuple(by_key.values())

    @cached_property
    def definition(self) -> str:
        """``ref@version#hash``. The hash covers everything that moves the metric's numbers."""
        canonical = json.dumps([measure.canonical() for measure in self.measures], sort_keys=True)
        return f"{self.ref}@{self.version}#{hashlib.sha256(canonical.encode()).hexdigest()[:8]}"

    def formula_of(self, measure: Measure) -> str:
        """Return how a measure is computed, with the titles of the measures that it depends on."""
        formula = measure.formula()
        for key in measure.depends_on:
            title = self.measure(key, measure.basis).title
            formula = formula.replace(quote_key(key), f"‘{title}’")
        return formula

    def direction_of(self, measure: Measure) -> Direction:
        """Return which way is better for one of its measures."""
        return measure.direction or self.direction

    def describe_direction(self, measures: Sequence[Measure] | None = None) -> str:
        """Return which way is better, in words: for all measures, or for the headline.

        Args:
            measures: the measures that a reader sees; all when left out.
        """
        shown = self.measures if measures is None else measures
        directions = {self.direction_of(measure) for measure in shown}
        if len(directions) == 1:
            return directions.pop().value.capitalize()
        first = self.headline_measure if self.headline_measure in shown else shown[0]
        direction = self.direction_of(first).value.capitalize()
        return f"Depends on the measure. {direction} for ‘{first.title}’"

    @property
    def headline_measure(self) -> Measure:
        """The measure to show where there is space for only one."""
        key = self.headline or self.measures[0].key
        return next(measure for measure in self.measures if measure.key == key)

    def measure(self, key: str, basis: Basis) -> Measure:
        """Return the measure of that key and basis.

        Raises:
            StopIteration: there is none.
        """
        return next(
            measure for measure in self.measures if (measure.key, measure.basis) == (key, basis)
        )

    def completeness_of(self, measure: Measure) -> tuple[Completeness, ...]:
        """Return what must be recorded for a measure: for itself, or for those it depends on."""
        if measure.completeness is not None:
            return (measure.completeness,)
        inputs = (self.measure(key, measure.basis) for key in measure.depends_on)
        return tuple(part for used in inputs for part in self.completeness_of(used))

    def findings(self) -> Iterator[Finding]:
        """Yield everything that is wrong between the fields."""
        yield from super().findings()
        for name in ("title", "summary", "limitations"):
            if not getattr(self, name).strip():
                yield name, "it is empty", "Write it for a reader who does not know the subject"
        if not self.summary.strip().endswith("."):
            yield "summary", "it is not a sentence", "End it with a full stop"
        yield from self._measure_findings()
        yield from self._dimension_findings()
        yield from self._example_findings()
        yield from self._break_findings()

    def _break_findings(self) -> Iterator[Finding]:
        days = [series_break.on for series_break in self.breaks]
        if days != sorted(days):
            yield "breaks", "they are not in order of date", "List the earliest first"
        keys = [measure.key for measure in self.measures]
        dimensions = {dimension.key: dimension for dimension in self.dimensions}
        for series_break in self.breaks:
            for key in series_break.measures:
                if key not in keys:
                    yield "breaks", f"{key!r} is not a measure", did_you_mean(key, keys)
            for key, names in series_break.members.items():
                if key not in dimensions:
                    rule = f"{key!r} is not a breakdown of the metric"
                    yield "breaks", rule, did_you_mean(key, dimensions)
                    continue
                known = dimensions[key].members
                for name in names:
                    if known and name not in known:
                        rule = f"{name!r} is not a member of {key}"
                        yield "breaks", rule, did_you_mean(name, known)

    def describe_break_scope(self, series_break: Break) -> str:
        """Return which measures and members a break is of, in words."""
        broken = [measure for measure in self.measures if series_break.is_of_measure(measure)]
        scope = "; ".join(dict.fromkeys(measure.title for measure in broken))
        if len(broken) == len(self.measures):
            scope = "All measures"
        elif len(broken) > len(self.measures) / 2:
            others = (measure.title for measure in self.measures if measure not in broken)
            scope = f"All measures except {'; '.join(dict.fromkeys(others))}"
        members = "; ".join(f"{name}" for names in series_break.members.values() for name in names)
        return f"{scope}, for {members}" if members else scope

    def breaks_of(self, measure: Measure, member: Mapping[str, str] | None = None) -> list[Break]:
        """Return the breaks in the series of a measure.

        Args:
            measure: one of the measures.
            member: the member of each breakdown; None for the total.
        """
        return [
            series_break
            for series_break in self.breaks
            if series_break.is_of_measure(measure) and series_break.is_of_member(member or {})
        ]

    def _measure_findings(self) -> Iterator[Finding]:
        declared = [(measure.key, measure.basis) for measure in self.measures]
        for key, basis in sorted({pair for pair in declared if declared.count(pair) > 1}):
            yield "measures", f"{key!r} is declared twice on the {basis.value} basis", "Rename one"
        keys = [key for key, _ in declared]
        if self.headline and self.headline not in keys:
            rule = f"{self.headline!r} is not a measure"
            yield "headline", rule, did_you_mean(self.headline, keys)
        if all(measure.basis is Basis.PROXY for measure in self.measures):
            rule = "every measure is a proxy"
            yield "measures", rule, "Declare the force's own measure too"
        for measure in self.measures:
            keys = [key for key, basis in declared if basis is measure.basis]
            inputs = []
            for key in measure.depends_on:
                if key in keys:
                    inputs.append(self.measure(key, measure.basis))
                else:
                    rule = f"{measure.key} depends on {key!r}, which is not a measure"
                    yield "measures", rule, did_you_mean(key, keys)
            yield from measure.input_findings(inputs)

    def _dimension_findings(self) -> Iterator[Finding]:
        keys = [dimension.key for dimension in self.dimensions]
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield "dimensions", f"{key!r} is listed twice", "List each breakdown once"
        available = {
            key: dimension for table in self.contracts.values()
            for key, (dimension, _) in table.dimensions.items()
        }  # fmt: skip
        for dimension in self.dimensions:
            if dimension.key not in available:
                rule = f"no table that it reads has a column for {dimension.key!r}"
                yield "dimensions", rule, did_you_mean(dimension.key, available)
            elif available[dimension.key] is not dimension:
                rule = f"its table has a different dimension called {dimension.key!r}"
                yield "dimensions", rule, "Use the dimension that its table declares"

    def _example_findings(self) -> Iterator[Finding]:
        if not self.examples:
            yield "examples", "there is none", "Add an Example: a small table and its numbers"
        elif not any(example.edge_case for example in self.examples):
            fix = (
                "Add Example(..., edge_case=...) with a row that looks as if it counts but does not"
            )
            yield "examples", "there is no edge case", fix
        expected = {key for example in self.examples for key in example.expect}
        keys = list(dict.fromkeys(measure.key for measure in self.measures))
        for key in sorted(expected - set(keys)):
            yield "examples", f"{key!r} is not a measure", did_you_mean(key, keys)
        for key in keys if self.examples else ():
            if key not in expected:
                rule = f"no example shows {key!r}"
                yield "examples", rule, f'Add "{key}" to the expect= of an example'
        first = next(iter(self.contracts.values()), None)
        for number, example in enumerate(self.examples, start=1):
            if first is None:
                continue
            for table, text in example.tables(first).items():
                if table not in self.contracts:
                    rule = f"example {number} has rows of {table!r}, which no measure reads"
                    yield "examples", rule, did_you_mean(table, self.contracts)
                    continue
                try:
                    parse_pipe_table(text, self.contracts[table])
                except ValueError as error:
                    rule = f"example {number}: {error}".rstrip(".")
                    yield "examples", rule, "Correct the table"


def reason_not_computed(entry: CatalogueEntry) -> str:
    """Return in words why nothing is computed for an entry; empty text when something is."""
    reasons: dict[type[Any], str] = {
        MetricGroup: "it is a group: its parts are computed",
        UndefinedMetric: "the plan gives no text for this ref",
    }
    return reasons.get(type(entry), "")
