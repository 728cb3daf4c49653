"""One metric in plain English, for a terminal. Everything said is taken from its declaration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import fill, wrap

from swm_kpi.contracts import ContractType
from swm_kpi.expressions import DTYPE_WORDS, Assumption
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import (
    CatalogueEntry,
    Metric,
    MetricAlias,
    MetricGroup,
    reason_not_computed,
)
from swm_kpi.vocabulary import AvailabilityStatus, Basis, Objective

WIDTH = 88


def describe(entry: CatalogueEntry, catalogue: Catalogue) -> str:
    """Say what a ref means, how it is worked out, and what not to read into it."""
    return "\n".join(_lines(entry, catalogue)) + "\n"


def list_entries(catalogue: Catalogue) -> str:
    """Return a line for each ref: title, documented availability, and whether it computes."""
    lines = [f"{'Ref':>3}  {'Title':<50}  {'Availability':<14}  Computes"]
    objective: Objective | None = None
    for entry in catalogue:
        if entry.objective is not objective:
            objective = entry.objective
            lines += ["", f"     {objective.value}"]
        indent = "  " if entry.parent else ""
        title = _shortened(indent + (entry.name or "(no text in the plan)"), 50)
        status = "" if isinstance(entry, MetricGroup) else entry.availability.status.value
        lines.append(f"{entry.ref:>3}  {title:<50}  {status:<14}  {_computes(entry, catalogue)}")
    count = sum(each.computes for each in catalogue)
    unknown = sum(each.availability.status is AvailabilityStatus.UNKNOWN for each in catalogue)
    lines += ["", f"{len(catalogue)} refs. {count} compute. Availability is unknown for {unknown}."]
    return "\n".join(lines) + "\n"


def _computes(entry: CatalogueEntry, catalogue: Catalogue) -> str:
    metric = catalogue.metric(entry)
    if metric is None:
        return reason_not_computed(entry)
    if isinstance(entry, MetricAlias):
        return f"yes, as ref {entry.of}"
    measures = len({each.key for each in metric.measures})
    return f"yes, {measures} measure{'s' if measures > 1 else ''}"


def _shortened(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _lines(entry: CatalogueEntry, catalogue: Catalogue) -> Iterator[str]:
    title = f"{entry.ref}  {entry.title or '(the plan gives no text)'}"
    yield from (title, "=" * min(len(title), WIDTH), "")
    yield f"Objective     {entry.objective.value}"
    if entry.parent:
        yield f"Part of       {entry.parent} {catalogue[entry.parent].name}"
    yield from _labelled("Availability", _availability(entry))
    metric = catalogue.metric(entry)
    if isinstance(entry, MetricGroup):
        yield from ("", "This ref is a heading. Its parts:")
        yield from (f"  {child}  {catalogue[child].name}" for child in entry.children)
    elif metric is None:
        yield from _labelled("Computes", f"No: {reason_not_computed(entry)}.")
    else:
        yield from _metric(entry, metric)


def _availability(entry: CatalogueEntry) -> str:
    availability = entry.availability
    said = f"{availability.status.value.capitalize()}. {availability.reason}"
    for each in availability.evidence:
        said += f" Evidence: {each.finding.rstrip('.')} ({each.source}, {each.when})."
    return said


def _metric(entry: CatalogueEntry, metric: Metric) -> Iterator[str]:
    yield f"Better        {metric.direction.value.capitalize()}"
    yield f"Reported      {metric.frequency.value.capitalize()}"
    yield f"Definition    {metric.definition}"
    if isinstance(entry, MetricAlias):
        yield from _section(f"The same as ref {entry.of}", [entry.summary])
    yield from _section("What it is", [metric.summary])
    yield from _section("What it is not", [metric.limitations])
    only = getattr(entry, "only", ())
    measures = [each for each in metric.measures if not only or each.key in only]
    for basis, heading in (
        (Basis.FORCE, "How it is worked out"),
        (Basis.PROXY, "From public data"),
    ):
        chosen = [each for each in measures if each.basis is basis]
        if chosen:
            yield from ("", heading, "-" * len(heading))
            for measure in chosen:
                yield from _measure(measure)
    yield from _bullets("Assumptions", [_assumption(each) for each in metric.assumptions])
    for contract in metric.contracts.values():
        yield from _table(contract, metric)
    breakdowns = [f"{each.title} ({each.key}): {each.description}" for each in metric.dimensions]
    yield from _bullets("Breakdowns", breakdowns)
    yield from _bullets("Read with care", metric.caveats)
    yield from _bullets("Breaks in the series", [f"{b.on}: {b.because}" for b in metric.breaks])
    yield from _bullets("Standards", metric.standards)
    yield from _bullets(
        "Caught by an example", [each.edge_case for each in metric.examples if each.edge_case]
    )


def _measure(measure: Measure) -> Iterator[str]:
    yield f"{measure.title}  [{measure.key}: {measure.measured_in.value}]"
    yield from _indented(measure.formula())
    for text in (measure.proxy_difference, measure.note):
        if text:
            yield from _indented(text)
    if measure.direction is not None:
        yield from _indented(f"For this measure {measure.direction.value}.")
    yield ""


def _assumption(assumption: Assumption) -> str:
    values = ", ".join(str(each) for each in assumption.values)
    source = assumption.source or "no source: our working choice"
    return (
        f"{assumption.key} = {values}, since {assumption.since}. {assumption.because.rstrip('.')} "
        f"({source})."
    )


def _table(contract: ContractType, metric: Metric) -> Iterator[str]:
    heading = f"Table {contract.table}"
    source = f" Usually from: {contract.source}." if contract.source else ""
    yield from _section(heading, [f"{contract.meaning}{source}"])
    yield "  Columns read:"
    for name, needed in metric.columns_read(contract).items():
        column = contract.columns[name]
        kind = DTYPE_WORDS[column.dtype] + (", may be empty" if column.nullable else "")
        optional = "" if needed else " Only for a breakdown."
        text = f"{name} ({kind}): {column.description}{optional}"
        yield from wrap(text, WIDTH, initial_indent="    ", subsequent_indent="      ")


def _section(heading: str, paragraphs: Sequence[str]) -> Iterator[str]:
    yield from ("", heading, "-" * len(heading))
    for paragraph in paragraphs:
        yield fill(paragraph, WIDTH)


def _bullets(heading: str, items: Sequence[str]) -> Iterator[str]:
    if items:
        yield from ("", heading, "-" * len(heading))
        for item in items:
            yield from wrap(item, WIDTH, initial_indent="- ", subsequent_indent="  ")


def _labelled(label: str, text: str) -> Iterator[str]:
    yield from wrap(text, WIDTH, initial_indent=f"{label:<14}", subsequent_indent=" " * 14)


def _indented(text: str) -> Iterator[str]:
    yield from wrap(text, WIDTH, initial_indent="  ", subsequent_indent="  ")
