"""Descriptions of metrics in plain English, for a terminal. All text comes from declarations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from swm_kpi.vocabulary import Basis

WIDTH = 88


def describe_entry(entry: CatalogueEntry, catalogue: Catalogue) -> str:
    """Return what a ref means, how it is calculated and what its limitations are."""
    return "\n".join(_entry_lines(entry, catalogue)) + "\n"


def format_catalogue(catalogue: Catalogue) -> str:
    """Return one line for each ref: its title, availability, and whether it is computed."""
    lines = [f"{'Ref':>3}  {'Title':<50}  {'Availability':<17}  Computed"]
    objective_title = ""
    for entry in catalogue:
        if entry.objective_title != objective_title:
            objective_title = entry.objective_title
            lines += ["", f"     {objective_title}"]
        indent = "  " if entry.parent else ""
        title = _shorten(indent + (entry.name or "(no text in the plan)"), 50)
        own = None if isinstance(entry, MetricGroup) else catalogue.own_availability(entry)
        status = "" if own is None else own.status.value
        computed = _format_computed(entry, catalogue)
        lines.append(f"{entry.ref:>3}  {title:<50}  {status:<17}  {computed}")
    computed_count = sum(entry.computes for entry in catalogue)
    lines += ["", f"{len(catalogue)} refs, {computed_count} of them computed."]
    if catalogue.availability is not None:
        lines += wrap(f"Of a ref without a status: {catalogue.availability.reason}", WIDTH)
    return "\n".join(lines) + "\n"


def _format_computed(entry: CatalogueEntry, catalogue: Catalogue) -> str:
    metric = catalogue.metric(entry)
    if metric is None:
        return reason_not_computed(entry)
    if isinstance(entry, MetricAlias):
        return f"yes, as ref {entry.of}"
    measures = len({measure.key for measure in metric.measures})
    return f"yes, {measures} measure{'s' if measures > 1 else ''}"


def _shorten(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def _entry_lines(entry: CatalogueEntry, catalogue: Catalogue) -> Iterator[str]:
    title = f"{entry.ref}  {entry.title or '(the plan gives no text)'}"
    yield from (title, "=" * min(len(title), WIDTH), "")
    yield f"Objective     {entry.objective_title}"
    if entry.parent:
        yield f"Part of       {entry.parent} {catalogue[entry.parent].name}"
    own = catalogue.own_availability(entry)
    general = f"Not stated of this ref alone. {entry.availability.reason}"
    yield from _labelled("Availability", general if own is None else own.describe())
    metric = catalogue.metric(entry)
    if isinstance(entry, MetricGroup):
        yield from ("", "This ref is a group. Its parts:")
        yield from (f"  {child}  {catalogue[child].name}" for child in entry.children)
        if entry.note:
            yield from ("", *wrap(entry.note, WIDTH))
    elif metric is None:
        yield from _labelled("Computed", f"No: {reason_not_computed(entry)}.")
    else:
        yield from _metric_lines(entry, metric)


def _metric_lines(entry: CatalogueEntry, metric: Metric) -> Iterator[str]:
    only = entry.only if isinstance(entry, MetricAlias) else ()
    measures = [measure for measure in metric.measures if not only or measure.key in only]
    yield f"Better        {metric.describe_direction(measures)}"
    yield f"Reported      {metric.frequency.value.capitalize()}"
    yield f"Definition    {metric.definition}"
    if isinstance(entry, MetricAlias):
        relation = "A part of" if only else "The same as"
        yield from _section(f"{relation} ref {entry.of}", [entry.summary])
    if only:
        metric = _with_only(metric, only)
    else:
        yield from _section("What it is", [metric.summary])
    yield from _section("What it is not", [metric.limitations])
    for basis, heading in (
        (Basis.FORCE, "How it is calculated"),
        (Basis.PROXY, "From public data"),
    ):
        measures_of_basis = [measure for measure in measures if measure.basis is basis]
        if measures_of_basis:
            yield from ("", heading, "-" * len(heading))
            for measure in measures_of_basis:
                yield from _measure_lines(measure, metric)
    yield from _bullets(
        "Availability of single measures",
        [f"{key}: {stated.describe()}" for key, stated in entry.measure_availability.items()],
    )
    yield from _bullets("Assumptions", [_format_assumption(item) for item in metric.assumptions])
    for contract in metric.contracts.values():
        yield from _table_lines(contract, metric)
    yield from _bullets(
        "Breakdowns", [f"{dim.title} ({dim.key}): {dim.description}" for dim in metric.dimensions]
    )
    yield from _bullets("Read with care", metric.caveats)
    yield from _bullets(
        "Breaks in the series", [f"{item.on}: {item.because}" for item in metric.breaks]
    )
    yield from _bullets("Standards", metric.standards)
    yield from _bullets(
        "Edge cases in the worked examples",
        [example.edge_case for example in metric.examples if example.edge_case],
    )


def _with_only(metric: Metric, only: Iterable[str]) -> Metric:
    """Return a metric with some of its measures and what they need."""
    needed = set(only)
    for measure in reversed(metric.measures):
        if measure.key in needed:
            needed.update(measure.depends_on)
    measures = [measure for measure in metric.measures if measure.key in needed]
    tables = metric.with_measures(measures, ()).contracts.values()
    dimensions = [
        dimension
        for dimension in metric.dimensions
        if any(dimension.key in table.dimensions for table in tables)
    ]
    return metric.with_measures(measures, dimensions)


def _measure_lines(measure: Measure, metric: Metric) -> Iterator[str]:
    yield f"{measure.title}  [{measure.key}: {measure.resolved_unit.value}]"
    yield from _indented(metric.formula_of(measure))
    for text in (measure.proxy_difference, measure.note):
        if text:
            yield from _indented(text)
    yield from _indented(f"{metric.direction_of(measure).value.capitalize()}.")
    yield ""


def _format_assumption(assumption: Assumption) -> str:
    values = ", ".join(str(value) for value in assumption.values)
    source = assumption.source or "no source: our working choice"
    return (
        f"{assumption.key} = {values}, since {assumption.since}. {assumption.because.rstrip('.')} "
        f"({source})."
    )


def _table_lines(contract: ContractType, metric: Metric) -> Iterator[str]:
    source = f" Usually from: {contract.source}." if contract.source else ""
    yield from _section(f"Table {contract.table}", [f"{contract.meaning}{source}"])
    yield "  Columns read:"
    for name, needed in metric.columns_read(contract).items():
        column = contract.columns[name]
        kind = f"{DTYPE_WORDS[column.dtype]}{column.describe_absence()}"
        for_breakdown = "" if needed else " Only for a breakdown."
        text = f"{name} ({kind}): {column.description}{for_breakdown}"
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
