"""The specification of the measure kinds: a small table in, the rows of the result out.

Each file of ``tests/spec/kinds`` specifies one kind. A case is a test, and a section of the manual
page that :func:`manual` renders, so the manual cannot say what the library does not do.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from importlib import import_module
from inspect import cleandoc
from pathlib import Path
from typing import Any

import swm_kpi as kpi
from swm_kpi.engine.worked_examples import example_frame
from swm_kpi.site.source_code import measure_source

AREA = kpi.Dimension("area", "Area", ("North", "South"), description="Where it happened.")


class Call(kpi.Contract, row_unit=kpi.Unit.CALLS):
    """One row per call."""

    began_at = kpi.Column(datetime, description="When the call began.")
    answered_at = kpi.Column(
        datetime, nullable=True, label="answer time", description="When somebody answered it."
    )
    urgent = kpi.Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")
    caller = kpi.Column(str, nullable=True, personal=True, description="Who called.")
    minutes = kpi.Column(int, ge=0, nullable=True, description="Minutes of work that followed.")
    area = kpi.Column(str, dimension=AREA, nullable=True, description="Where it came from.")


class Residents(kpi.Contract):
    """One row per area and year."""

    mid_year = kpi.Column(int, description="The year of the estimate.")
    area = kpi.Column(str, dimension=AREA, description="The area.")
    people = kpi.Column(int, ge=0, label="residents", description="How many people live there.")


class Officer(kpi.Contract, row_unit=kpi.Unit.PEOPLE):
    """One row per officer in post on the day of a snapshot."""

    counted_on = kpi.Column(date, description="The day of the snapshot.")
    fte = kpi.Column(float, ge=0, decimals=2, label="FTE", description="Full-time equivalent.")
    area = kpi.Column(str, dimension=AREA, nullable=True, description="Where they work.")


class Group(kpi.Contract, row_unit=kpi.Unit.GROUPS):
    """One row per volunteer group, with the days it began and ended."""

    began_on = kpi.Column(date, description="Its first day.")
    ended_on = kpi.Column(date, nullable=True, description="Its last day; empty while it lasts.")


class Queue(kpi.Contract):
    """One row per snapshot and area."""

    taken_at = kpi.Column(datetime, description="When the snapshot was taken.")
    waiting = kpi.Column(int, ge=0, description="How many incidents were waiting.")
    area = kpi.Column(str, dimension=AREA, description="Where they were waiting.")


class Statement(kpi.Contract):
    """One row per directorate and day to which a year-to-date statement runs."""

    to_date = kpi.Column(date, description="The day to which the figures run.")
    spent = kpi.Column(float, decimals=2, description="Spent since 1 April.")
    budget = kpi.Column(float, decimals=2, description="Budgeted since 1 April.")


class Activity(kpi.Contract):
    """One row per activity that emits carbon."""

    used_on = kpi.Column(date, description="The day of use.")
    litres = kpi.Column(float, ge=0, decimals=2, description="Litres of fuel.")
    factor = kpi.Column(float, ge=0, decimals=5, description="Tonnes of CO2e for each litre.")


class Answer(kpi.Contract):
    """One row per person who was asked."""

    asked_on = kpi.Column(date, description="The day of the interview.")
    answer = kpi.Column(str, isin=("good", "poor", "refused"), description="What they answered.")
    weight = kpi.Column(float, gt=0, decimals=6, description="How many people the answer is for.")


class Crime(kpi.Contract, row_unit=kpi.Unit.VICTIMS):
    """One row per victim of a crime."""

    recorded_on = kpi.Column(date, description="The day it was recorded.")
    victim = kpi.Column(str, nullable=True, personal=True, description="Who the victim was.")


class Offender(kpi.Contract, row_unit=kpi.Unit.PEOPLE):
    """One row per offender of a cohort."""

    convicted_on = kpi.Column(date, description="The day the follow-up starts.")
    reoffended_on = kpi.Column(date, nullable=True, description="The first offence after it.")
    proven_on = kpi.Column(date, nullable=True, description="The conviction for that offence.")


class Outage(kpi.Contract):
    """One row per outage of a system."""

    system = kpi.Column(str, description="The system.")
    began_at = kpi.Column(datetime, description="When it went down.")
    ended_at = kpi.Column(datetime, nullable=True, description="When it came back.")


class Review(kpi.Contract):
    """One row per text that somebody wrote."""

    about = kpi.Column(date, description="The last day of the period it is about.")
    text = kpi.Column(str, description="The text.")
    author = kpi.Column(str, description="The role that wrote it.")
    evidence = kpi.Column(str, nullable=True, description="What it rests on.")


def months(key: str, number: int, reason: str) -> kpi.Assumption:
    """Return an assumption of a number of months."""
    return kpi.Assumption(key, number, since="2021-04-01", because=reason)


LOOK_BACK = months("look_back", 12, "Repeat victims are looked for over a year.")
FOLLOW_UP = months("follow_up", 12, "A year in which to reoffend.")
WAITING = months("waiting", 6, "Half a year in which to prove it.")
FEW = kpi.Assumption("few", 3, since="2021-04-01", because="A small number, for the example.")


@dataclass(frozen=True)
class Case:
    """One behaviour of a kind: a request, its tables, and rows of the result.

    Attributes:
        title: the behaviour, as a sentence that is true.
        measures: the measures of the metric. The last one is the subject.
        tables: a pipe table for each contract.
        expected: a pipe table: some columns of the result and every row of the subject measure.
            Numbers may be written as arithmetic, such as ``2 / 3``.
        periods: labels of the periods requested.
        by: keys of the breakdowns requested.
        note: words that the note of some row must contain.
        as_at: the day of the extract, where it matters.
    """

    title: str
    measures: Sequence[kpi.Measure]
    tables: Mapping[kpi.contracts.ContractType, str]
    expected: str
    periods: Sequence[str] = ("2024/25 Q1",)
    by: Sequence[str] = ()
    note: str = ""
    as_at: str | None = None
    coverage: tuple[str, str] = field(default=("2020-01-01", "2029-12-31"))

    @property
    def subject(self) -> kpi.Measure:
        """The measure whose rows are expected."""
        return self.measures[-1]

    def result(self) -> kpi.Result:
        """Compute the case."""
        first = next(m.contract for m in self.measures if m.contract is not None)
        heading = f"| {next(iter(first.columns))} |"
        dimensions = {d.key: d for c in self.tables for d, _ in c.dimensions.values()}
        example = kpi.Example(
            rows=heading, expect=dict.fromkeys(m.key for m in self.measures), edge_case="No rows."
        )
        metric = kpi.Metric(
            ref="K1",
            key="specified",
            title="Specified",
            objective=next(iter(kpi.catalogue())).objective,
            summary="A metric for one case of the specification.",
            measures=list(self.measures),
            dimensions=[dimensions[key] for key in self.by],
            direction=kpi.Direction.NEUTRAL,
            availability=kpi.Availability(status="unknown", reason="For the specification."),
            limitations="Not a metric of any plan.",
            examples=[example],
        )
        frames = {c.table: example_frame(cleandoc(text), c) for c, text in self.tables.items()}
        return kpi.compute(
            [metric],
            frames,
            periods=list(self.periods),
            by=list(self.by),
            as_at=self.as_at,
            coverage=dict.fromkeys(frames, self.coverage),
            catalogue=kpi.Catalogue([metric]),
        )

    def check(self) -> None:
        """Compare the result with what is expected, row by row.

        Raises:
            AssertionError: a row or cell differs.
        """
        frame = self.result().to_polars().filter(measure=self.subject.key)
        columns, *expected = pipe_rows(self.expected)
        actual = [[row[name] for name in columns] for row in frame.to_dicts()]
        assert len(actual) == len(expected), actual
        for row, wanted in zip(actual, expected, strict=True):
            for cell, text in zip(row, wanted, strict=True):
                assert is_cell(cell, text), (row, wanted)
        if self.note:
            notes = frame["note"].to_list()
            assert any(self.note in note for note in notes), notes


def pipe_rows(text: str) -> list[list[str]]:
    """Return the cells of a pipe table, heading first."""
    lines = cleandoc(text).splitlines()
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]


def is_cell(cell: Any, text: str) -> bool:
    """Return whether a cell of a result equals a cell of a pipe table."""
    if not isinstance(cell, float | int):
        return ("" if cell is None else str(cell)) == text
    if not text:
        return False
    return math.isclose(cell, arithmetic(text), rel_tol=1e-9, abs_tol=1e-12)


def arithmetic(text: str) -> float:
    """Return the number of a cell: terms added, each a product or a quotient of numbers."""
    total = Fraction(0)
    for term in text.replace(",", "").split(" + "):
        product = Fraction(1)
        for at, part in enumerate(term.replace(" / ", " * 1/").split(" * ")):
            inverse = at > 0 and part.startswith("1/")
            number = Fraction(part.removeprefix("1/") if inverse else part)
            product = product / number if inverse else product * number
        total += product
    return float(total)


# The manual

FOLDER = Path(__file__).parents[1] / "spec" / "kinds"
PAGE = Path(__file__).parents[2] / "docs" / "reference" / "measure-kinds.md"
INTRODUCTION = """\
# Measure kinds

For people who declare a metric. Each section is one kind of measure: what it computes, how to
declare it, and cases that show its behaviour. Every case is a test: the tables are the input, and
the last table is the output of `compute`. Rows marked `All` are totals. To add a kind, see [how to
add a measure kind](../how-to/add-a-measure-kind.md).
"""


def modules() -> list[Any]:
    """Return the specification modules, in the order of the kinds' names."""
    names = sorted(path.stem for path in FOLDER.glob("test_*.py"))
    imported = [import_module(f"tests.spec.kinds.{name}") for name in names]
    return [module for module in imported if hasattr(module, "KIND")]


def manual() -> str:
    """Return the manual of kinds as Markdown."""
    parts = [INTRODUCTION]
    for module in modules():
        parts.append(f"## {module.KIND.__name__}\n\n{cleandoc(module.__doc__)}\n")
        parts += [section(case) for case in module.CASES]
    return "\n".join(parts)


def section(case: Case) -> str:
    """Return one case as Markdown."""
    lines = [f"### {case.title}\n"]
    for contract, text in case.tables.items():
        lines.append(f"Table `{contract.table}`:\n\n{_markdown_table(text)}\n")
    code = "\n\n".join(measure_source(measure) for measure in case.measures)
    request = [f"periods={list(case.periods)!r}"]
    request += [f"by={list(case.by)!r}"] if case.by else []
    request += [f"as_at={case.as_at!r}"] if case.as_at else []
    lines.append(f"```text\n{code}\n```\n")
    if values := assumption_values(case):
        lines.append(f"Here {' and '.join(values)}.\n")
    lines.append(f"With `{', '.join(request)}`, `compute` returns:\n")
    lines.append(f"{_markdown_table(case.expected)}\n")
    if case.note:
        lines.append(f"The note contains: “{case.note}”.\n")
    return "\n".join(lines)


def assumption_values(case: Case) -> list[str]:
    """Return the value of each assumption in the fields of the measures, as Markdown."""
    fields = (
        getattr(measure, name) for measure in case.measures for name in type(measure).model_fields
    )
    assumptions = {field.key: field for field in fields if isinstance(field, kpi.Assumption)}
    return [
        f"`{key.upper()}` is {', '.join(map(str, assumption.values))}"
        for key, assumption in assumptions.items()
    ]


def _markdown_table(text: str) -> str:
    heading, *rows = pipe_rows(text)
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(manual(), encoding="utf-8")
