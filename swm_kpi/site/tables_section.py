"""The section of a metric's page on the tables that it reads, column by column."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.force.lineage import describe_sources
from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.site.context import SiteContext
from swm_kpi.site.links import link_to_table, table_path
from swm_kpi.site.markdown import heading
from swm_kpi.site.markup import Html, join, paragraph, table, tag
from swm_kpi.site.status import download_link
from swm_kpi.site.table_page import describe_type
from swm_kpi.vocabulary import Basis


def build_tables_section(
    entry: CatalogueEntry, metric: Metric, context: SiteContext
) -> Iterator[Html]:
    """Yield the blocks of the section."""
    yield heading("The tables it needs")
    force_tables = context.tables(entry, Basis.FORCE)
    proxy_tables = [name for name in context.tables(entry, Basis.PROXY) if name not in force_tables]
    for name in (*force_tables, *proxy_tables):
        contract = metric.contracts[name]
        source = f" Usual source: {contract.source}." if contract.source else ""
        use = " Used only for the numbers from public data." if name in proxy_tables else ""
        yield heading(f"Table: {name.replace('_', ' ')}", level=3)
        yield paragraph(f"{contract.meaning}{source}{use}")
        yield table(
            f"Columns of {name} that this metric reads",
            ("Column", "Meaning", "Type and rules", "Needed for"),
            (
                (
                    tag("code", column),
                    contract.columns[column].description,
                    describe_type(contract.columns[column]),
                    "Every number" if is_required else "Breakdowns only",
                )
                for column, is_required in metric.columns_read(contract).items()
            ),
        )
        yield paragraph(
            join(
                [
                    join(["More about the table", link_to_table(name)], " "),
                    download_link(f"../{table_path(name)}.csv", "Template (CSV)"),
                    download_link(f"../{table_path(name)}.json", "Contract (JSON)"),
                ],
                " ",
            ),
            class_="downloads",
        )
    if context.mappings:
        yield heading("Where the columns come from", level=3)
        yield table(
            "Columns of the force’s extracts that this metric rests on",
            ("Extract", "Column", "Made from"),
            (
                (source, tag("code", column), made)
                for source, column, made in describe_sources(
                    entry, context.catalogue, context.mappings
                )
            ),
        )
