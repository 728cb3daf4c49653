"""The page of one table: its columns and rules, and the metrics that read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from swm_kpi.contracts import Column, ContractType
from swm_kpi.expressions import DTYPE_WORDS
from swm_kpi.site.context import SiteContext
from swm_kpi.site.links import link_to_metric, link_to_table
from swm_kpi.site.mapping_section import build_mapping_section
from swm_kpi.site.markdown import build_page, heading
from swm_kpi.site.markup import (
    Html,
    bullet_list,
    code_block,
    details,
    join,
    paragraph,
    table,
    tag,
)
from swm_kpi.site.status import download_link, label, status_labels
from swm_kpi.vocabulary import Basis

# A longer closed list is shown only when a reader opens it.
_MAX_LISTED_VALUES = 8
_BOUNDS = {"ge": "At least", "gt": "More than", "le": "At most", "lt": "Less than"}
_DATE_BOUNDS = {"ge": "On or after", "gt": "After", "le": "On or before", "lt": "Before"}


def build_table_page(contract: ContractType, context: SiteContext) -> str:
    """Return the page of a table in Markdown."""
    name = contract.table
    title = name.replace("_", " ")
    downloads = [
        download_link(f"{name}.csv", "Template (CSV)"),
        download_link(f"{name}.json", "Contract (JSON)"),
    ]
    return build_page(
        f"Table: {title}",
        paragraph(contract.meaning, class_="lead"),
        paragraph(join(downloads, " "), class_="downloads"),
        *_notes(contract),
        heading("Columns"),
        table(
            f"Every column of {name}",
            ("Column", "Meaning", "Type and rules"),
            (
                (tag("code", column.name), column.description, describe_type(column))
                for column in contract.columns.values()
            ),
        ),
        *_derived_breakdowns(contract),
        *_table_rules(contract),
        *build_mapping_section(contract, context),
        heading("Metrics that read this table"),
        *_metric_tables(contract, context),
        heading("Check a file"),
        paragraph(
            "This command reports which column breaks which rule, and in how many rows. It prints "
            "no value from the file, except one that is spelt like an area."
        ),
        code_block(f"swm-kpi validate {name} {name}.csv", label="Command"),
        caption=paragraph(tag("span", "Table"), class_="caption"),
        menu_title=title,
        heading=title.capitalize(),
        layout="table",
    )


def _notes(contract: ContractType) -> Iterator[Html]:
    paragraphs = (contract.__doc__ or "").split("\n\n")[1:]
    yield from (paragraph(text.strip()) for text in paragraphs if text.strip())
    if contract.source:
        yield paragraph(tag("strong", "Usual source:"), f" {contract.source}.")
    if any(column.personal for column in contract.columns.values()):
        yield paragraph(
            "Columns marked personal could identify someone. The library uses them only to tell "
            "one person from another. They are never a breakdown, and no result contains them.",
        )


def describe_type(column: Column) -> Html:
    """Return the type of a column, whether it may be empty, and the rules for its values."""
    dtype = DTYPE_WORDS[column.dtype]
    absence = column.describe_absence() or ", never empty"
    lines = [f"{dtype[:1].upper()}{dtype[1:]}{absence}", *_column_rules(column)]
    return join(lines, "<br>")


def _column_rules(column: Column) -> Iterator[Html]:
    if column.unique:
        yield join(["Each value is unique"])
    if column.personal:
        yield label("warning", "unsure", "Personal")
    for bound, value in column.bounds.items():
        bounds = _DATE_BOUNDS if column.dtype in (date, datetime) else _BOUNDS
        yield join([f"{bounds[bound]} {value}"])
    if column.str_matches is not None:
        yield join(["Pattern: ", tag("code", column.str_matches)])
    if column.domain is not None:
        yield _format_domain([str(value) for value in column.domain])
    if column.dimension is not None:
        yield join([f"Breakdown: {column.dimension.title}"])


def _format_domain(values: list[str]) -> Html:
    codes = tag("span", join((tag("code", value) for value in values), ", "), class_="values")
    if len(values) <= _MAX_LISTED_VALUES:
        return join(["One of: ", codes])
    return details(f"One of {len(values)} values", codes)


def _derived_breakdowns(contract: ContractType) -> Iterator[Html]:
    if contract.derived:
        yield heading("Breakdowns derived from its columns", level=3)
        yield table(
            f"Breakdowns of {contract.table} that need no column of their own",
            ("Breakdown", "Meaning", "From"),
            (
                (derived.dimension.title, derived.description, tag("code", derived.source.name))
                for derived in contract.derived.values()
            ),
        )


def _table_rules(contract: ContractType) -> Iterator[Html]:
    key_rules = [f"No two rows have the same {' and '.join(key)}." for key in contract.keys]
    rules = [
        f"{rule.says[:1].upper()}{rule.says[1:].rstrip('.')}." for rule in contract.rules.values()
    ]
    if key_rules or rules:
        yield heading("Rules for rows")
        yield bullet_list([*key_rules, *rules])


def _metric_tables(contract: ContractType, context: SiteContext) -> Iterator[Html]:
    """Yield a table of the metrics that need only this table, that need others, and proxies."""
    alone: list[tuple[object, ...]] = []
    together: list[tuple[object, ...]] = []
    proxies: list[tuple[object, ...]] = []
    for entry in context.entries_reading(contract.table):
        names = context.tables(entry, Basis.FORCE)
        metric, status = link_to_metric(entry), status_labels(entry, context.catalogue)
        if contract.table not in names:
            proxies.append((entry.ref, metric, status))
        elif len(names) == 1:
            alone.append((entry.ref, metric, status))
        else:
            others = (link_to_table(name) for name in names if name != contract.table)
            together.append((entry.ref, metric, join(others, ", "), status))
    if alone:
        yield table("From this table alone", ("Ref", "Metric", "Status"), alone)
    if together:
        headings = ("Ref", "Metric", "Other tables", "Status")
        yield table("With other tables", headings, together)
    if proxies:
        yield table("As a public proxy", ("Ref", "Metric", "Status"), proxies)
