"""The entries of a catalogue: metrics, headings, aliases, and refs that say nothing yet."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from pydantic import Field

from swm_kpi.contracts import Column, ContractType, Dimension
from swm_kpi.declaration import Declaration, Finding, Frozen
from swm_kpi.errors import Problem, did_you_mean, place_of_declaration, raise_problems
from swm_kpi.expressions import Assumption
from swm_kpi.measures import Count, Measure, Proportion, Rate, Ratio, TableMeasure
from swm_kpi.measures.measure import KEY
from swm_kpi.model.availability import Availability
from swm_kpi.model.examples import Example, parse_pipe_table
from swm_kpi.vocabulary import Basis, Direction, Frequency, Objective

_REF = re.compile(r"\A[A-Za-z0-9](?:[A-Za-z0-9._-]{0,30}[A-Za-z0-9])?\Z")


@dataclass(frozen=True)
class Break:
    """A day from which a series is not comparable with what went before.

    Attributes:
        on: the ISO date of the first day after the break.
        because: what changed.
    """

    on: str
    because: str

    def __post_init__(self) -> None:
        found = []
        try:
            date.fromisoformat(self.on)
        except (TypeError, ValueError):
            found.append(
                ("on", f"{self.on!r} is not a date", "Write an ISO date such as 2023-05-01")
            )
        if not (isinstance(self.because, str) and self.because.strip()):
            found.append(("because", "it is empty", "Say what changed"))
        if found:
            place = place_of_declaration()
            raise_problems(Problem("Break", *each, place) for each in found)

    @property
    def day(self) -> date:
        """The first day after the break."""
        return date.fromisoformat(self.on)


class CatalogueEntry(Declaration):
    """One numbered reference of a plan.

    Attributes:
        ref: its number, as text.
        key: a name for code.
        title: the plan's own words, to the letter.
        objective: the objective it stands under.
        parent: the ref of the heading it stands under, if any.
        availability: whether it may be reported, as documented.
    """

    ref: str
    key: str
    title: str
    objective: Objective
    parent: str | None = None
    availability: Availability

    def __repr__(self) -> str:
        """Show which entry it is; its fields are a page long and are read one by one."""
        return f"<{type(self).__name__} {self.ref} {self.key}: {self.name or 'no text'}>"

    __str__ = __repr__

    @property
    def name(self) -> str:
        """The title without the punctuation that joined it to the plan's list."""
        return self.title.rstrip(";:.")

    @property
    def computes(self) -> bool:
        """Whether a computation is defined for it."""
        return False

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong with the entry by itself."""
        if not _REF.match(self.ref):
            yield "ref", f"{self.ref[:40]!r} is not a reference", "Use letters, digits, . _ and -"
        if not KEY.match(self.key):
            yield (
                "key",
                f"{self.key!r} is not a name",
                "Use lower case letters, digits and single _",
            )
        if self.key == self.ref:
            yield "key", "it is the ref", "Give the metric a name in words"
        if self.parent == self.ref:
            yield "parent", "it is its own parent", "Name the heading's ref, or leave it out"


class MetricGroup(CatalogueEntry):
    """A ref that only gathers others under it."""

    children: Frozen[str] = Field(min_length=1)


class UndefinedMetric(CatalogueEntry):
    """A ref for which the plan gives no text. Nothing is ever computed for it."""

    def findings(self) -> Iterator[Finding]:
        """Yield what is wrong: it must have no title."""
        yield from super().findings()
        if self.title:
            yield "title", "a ref with a title is not without text", "Declare a Metric"


class Planned(CatalogueEntry):
    """A ref whose row is kept while its computation has not been written."""


class MetricAlias(CatalogueEntry):
    """A ref that is the same computation as another, or some of its measures.

    Attributes:
        of: the ref computed.
        only: keys of the measures meant; all when left out.
    """

    of: str
    only: Frozen[str] = ()
    summary: str

    @property
    def computes(self) -> bool:
        """An alias computes what it is an alias of."""
        return True


class Metric(CatalogueEntry):
    """A ref that is measured.

    Attributes:
        summary: in plain English, what is counted and on which date.
        measures: its numbers, in the order to show them.
        headline: the key of the measure to show first; the first one when left out.
        dimensions: the breakdowns that make sense for it.
        direction: which way is better.
        frequency: how often it is reported.
        standards: the rules that fix its meaning.
        not_this: what it is easily mistaken for.
        caveats: what else a reader must know.
        breaks: days from which it is not comparable with what went before.
        examples: at least one, and at least one with a trap.
        version: raised when its numbers would move.
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

    @property
    def computes(self) -> bool:
        """A metric always has a computation."""
        return True

    @cached_property
    def contracts(self) -> dict[str, ContractType]:
        """Every table that some measure of it reads, by name."""
        return {
            statistic.contract.table: statistic.contract
            for measure in self.measures
            for statistic in measure.statistics.values()
        }

    def columns_read(self, contract: ContractType) -> dict[str, bool]:
        """Return the columns of a table that it reads, in the table's order.

        Args:
            contract: one of its tables.

        Returns:
            Name to whether a number needs the column; if not, only a breakdown does.
        """
        needed = {
            column
            for measure in self.measures
            for statistic in measure.statistics.values()
            if statistic.contract is contract
            for column in statistic.columns
        }
        carried = {
            each.name
            for dimension in self.dimensions
            if dimension.key in contract.dimensions
            for each in contract.dimensions[dimension.key][1].walk()
            if isinstance(each, Column)
        }
        return {name: name in needed for name in contract.columns if name in needed | carried}

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """The assumptions its measures rest on."""
        found = {each.key: each for measure in self.measures for each in measure.assumptions()}
        return tuple(found.values())

    @cached_property
    def definition(self) -> str:
        """``ref@version#hash``; the hash is of everything that moves its numbers."""
        canonical = json.dumps([each.canonical() for each in self.measures], sort_keys=True)
        return f"{self.ref}@{self.version}#{hashlib.sha256(canonical.encode()).hexdigest()[:8]}"

    @property
    def first_shown(self) -> Measure:
        """The measure that stands for the metric where only one fits."""
        key = self.headline or self.measures[0].key
        return next(each for each in self.measures if each.key == key)

    def measure(self, key: str, basis: Basis) -> Measure:
        """Return the measure of that key and basis."""
        return next(each for each in self.measures if (each.key, each.basis) == (key, basis))

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
        days = [each.on for each in self.breaks]
        if days != sorted(set(days)):
            yield "breaks", "they are not in order of date", "List each day once, earliest first"

    def _measure_findings(self) -> Iterator[Finding]:
        known = [(each.key, each.basis) for each in self.measures]
        for key, basis in sorted({each for each in known if known.count(each) > 1}):
            yield "measures", f"{key!r} is declared twice on the {basis.value} basis", "Rename one"
        keys = [key for key, _ in known]
        if self.headline and self.headline not in keys:
            rule = f"{self.headline!r} is not a measure"
            yield "headline", rule, did_you_mean(self.headline, keys)
        if all(each.basis is Basis.PROXY for each in self.measures):
            yield "measures", "a proxy stands for nothing", "Declare the force's own measure too"
        for measure in self.measures:
            for sibling in measure.siblings:
                keys = [key for key, basis in known if basis is measure.basis]
                if sibling not in keys:
                    rule = f"{measure.key} is worked out from {sibling!r}, which is not a measure"
                    yield "measures", rule, did_you_mean(sibling, keys)
                    continue
                other = self.measure(sibling, measure.basis)
                if other.siblings or isinstance(other, Proportion):
                    rule = f"{measure.key} divides {sibling!r}, which is divided already"
                    yield "measures", rule, "Divide a count or a sum"
                elif isinstance(measure, Rate) and other.kind != "count":
                    rule = f"{measure.key} is per person, and {sibling!r} is not a count"
                    yield "measures", rule, "Give of= the key of a Count"
            if isinstance(measure, Ratio):
                yield from self._comparable(measure)

    def _comparable(self, ratio: Ratio) -> Iterator[Finding]:
        found = [
            each
            for each in self.measures
            if each.key in ratio.siblings
            and each.basis is ratio.basis
            and isinstance(each, TableMeasure)
        ]
        alignments = {s.alignment for each in found for s in each.statistics.values()}
        kinds = {each.kind for each in found}
        top = self.measure(ratio.numerator, ratio.basis) if len(found) > 1 else None
        # What leaves in a period over the mean of what there was in it is a rate of leaving.
        of_a_mean = isinstance(top, Count) and kinds == {"count", "average stock"}
        if (len(alignments) > 1 or len(kinds) > 1) and not of_a_mean:
            rule = f"{ratio.key} divides a {found[0].kind} by a {found[-1].kind}"
            yield "measures", rule, "Divide two flows, or two stocks at one date"

    def _dimension_findings(self) -> Iterator[Finding]:
        keys = [each.key for each in self.dimensions]
        for key in sorted({each for each in keys if keys.count(each) > 1}):
            yield "dimensions", f"{key!r} is listed twice", "List each breakdown once"
        carried = {
            key: dimension for table in self.contracts.values()
            for key, (dimension, _) in table.dimensions.items()
        }  # fmt: skip
        for dimension in self.dimensions:
            if dimension.key not in carried:
                rule = f"no table it reads carries {dimension.key!r}"
                yield "dimensions", rule, did_you_mean(dimension.key, carried)
            elif carried[dimension.key] is not dimension:
                rule = f"its table carries another {dimension.key!r}"
                yield "dimensions", rule, "Use the dimension its table declares"

    def _example_findings(self) -> Iterator[Finding]:
        if not self.examples:
            yield "examples", "there is none", "Show a tiny table and the numbers it gives"
        elif not any(each.edge_case for each in self.examples):
            fix = "Add Example(..., trap=...) with a row that looks as if it counts and does not"
            yield "examples", "there is no counter-example", fix
        shown = {key for each in self.examples for key in each.expect}
        keys = list(dict.fromkeys(each.key for each in self.measures))
        for key in sorted(shown - set(keys)):
            yield "examples", f"{key!r} is not a measure", did_you_mean(key, keys)
        for key in keys if self.examples else ():
            if key not in shown:
                yield "examples", f"no example shows {key!r}", f'Expect "{key}" in an example'
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
                    yield "examples", f"example {number}: {error}".rstrip("."), "Mend the table"


def reason_not_computed(entry: CatalogueEntry) -> str:
    """Say in words why nothing is computed for an entry; empty when something is."""
    words: dict[type[Any], str] = {
        MetricGroup: "a heading: its parts are computed",
        UndefinedMetric: "the plan gives no text for this ref",
        Planned: "its computation is not written yet",
    }
    return words.get(type(entry), "")
