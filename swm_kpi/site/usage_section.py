"""The section of a metric's page on how to compute it: lines of Python, and the command."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.site.context import SiteContext
from swm_kpi.site.markdown import heading
from swm_kpi.site.markup import Html, code_block, paragraph
from swm_kpi.vocabulary import Basis, Frequency

START, END = "2024-04-01", "2025-03-31"
_GRAINS = {Frequency.MONTHLY: "month", Frequency.QUARTERLY: "quarter", Frequency.ANNUAL: "year"}


def build_usage_section(
    entry: CatalogueEntry, metric: Metric, context: SiteContext
) -> Iterator[Html]:
    """Yield the blocks of the section."""
    tables = context.tables(entry, Basis.FORCE)
    yield heading("How to compute it")
    yield paragraph(
        "A table can be a CSV or parquet file, or a table from pandas, Polars, Arrow, DuckDB, "
        "Spark or Ibis. The library computes nothing from a table that breaks its contract."
    )
    yield code_block(python_example(entry, metric, tables), label="Python")
    yield code_block(command_example(entry, metric, tables), label="Command")


def python_example(entry: CatalogueEntry, metric: Metric, tables: tuple[str, ...]) -> str:
    """Return Python that computes a metric, reading each table from a parquet file of its name."""
    data = ", ".join(f'"{table}": "{table}.parquet"' for table in tables)
    by = f', by=["{metric.dimensions[0].key}"]' if metric.dimensions else ""
    grain = _GRAINS[metric.frequency]
    return (
        "import swm_kpi as kpi\n"
        f'periods = kpi.periods("{START}", "{END}", grain="{grain}")\n'
        f'result = kpi.compute(["{entry.ref}"], {{{data}}}, periods=periods{by})\n'
        "print(result.to_pandas())\n"
    )


def command_example(entry: CatalogueEntry, metric: Metric, tables: tuple[str, ...]) -> str:
    """Return the command that computes the same."""
    data = " ".join(f"--data {table}={table}.parquet" for table in tables)
    by = f" --by {metric.dimensions[0].key}" if metric.dimensions else ""
    grain = _GRAINS[metric.frequency]
    return f"swm-kpi compute {entry.ref} {data} --start {START} --end {END} --grain {grain}{by}\n"
