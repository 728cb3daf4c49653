"""The tables that a metric reads, column by column."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.site.context import Subject, section, table_path, to_table
from swm_kpi.site.markup import Html, join, paragraph, table, tag
from swm_kpi.site.status import download
from swm_kpi.site.table_page import kind_of
from swm_kpi.vocabulary import Basis


def section_of(entry: CatalogueEntry, metric: Metric, subject: Subject) -> Iterator[Html]:
    """Yield the tables of a metric."""
    yield section("The tables it needs")
    own = subject.tables(entry, Basis.FORCE)
    public = [each for each in subject.tables(entry, Basis.PROXY) if each not in own]
    for name in (*own, *public):
        contract = metric.contracts[name]
        yield section(f"Table: {name.replace('_', ' ')}", level=3)
        source = f" Usually from: {contract.source}." if contract.source else ""
        where = " Only for the numbers from public data." if name in public else ""
        yield paragraph(f"{contract.meaning}{source}{where}")
        read = metric.columns_read(contract)
        yield table(
            f"Columns of {name} that this metric reads",
            ("Column", "What it holds", "Type", "Needed for"),
            (
                (
                    tag("code", column),
                    contract.columns[column].description,
                    kind_of(contract.columns[column]),
                    "Every number" if required else "Breakdowns only",
                )
                for column, required in read.items()
            ),
        )
        yield paragraph(
            join(
                [
                    join(["All about the table", to_table(name)], " "),
                    download(f"../{table_path(name)}.csv", "Template (CSV)"),
                    download(f"../{table_path(name)}.json", "Contract (JSON)"),
                ],
                " ",
            ),
            class_="downloads",
        )
