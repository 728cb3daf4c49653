"""How to compute a metric: a few lines of Python, and the command."""

from __future__ import annotations

from collections.abc import Iterator

from swm_kpi.model.metric import CatalogueEntry, Metric
from swm_kpi.site.context import Subject, section
from swm_kpi.site.markup import Html, code, paragraph
from swm_kpi.vocabulary import Basis, Frequency

START, END = "2024-04-01", "2025-03-31"
_GRAINS = {Frequency.MONTHLY: "month", Frequency.QUARTERLY: "quarter", Frequency.ANNUAL: "year"}


def section_of(entry: CatalogueEntry, metric: Metric, subject: Subject) -> Iterator[Html]:
    """Yield how to compute a metric."""
    yield section("How to compute it")
    tables = subject.tables(entry, Basis.FORCE)
    yield paragraph(
        "Each table is a CSV or parquet file, or a table of pandas, Polars, Arrow, DuckDB, Spark "
        "or Ibis. Nothing is computed from a table that breaks its contract."
    )
    yield code(python_lines(entry, metric, tables), label="Python")
    yield code(command(entry, metric, tables), label="Command")


def python_lines(entry: CatalogueEntry, metric: Metric, tables: tuple[str, ...]) -> str:
    """Return Python that computes a metric from parquet files named as its tables are."""
    data = ", ".join(f'"{each}": "{each}.parquet"' for each in tables)
    by = f', by=["{metric.dimensions[0].key}"]' if metric.dimensions else ""
    grain = _GRAINS[metric.frequency]
    return (
        "import swm_kpi as kpi\n"
        f'periods = kpi.periods("{START}", "{END}", grain="{grain}")\n'
        f'result = kpi.compute(["{entry.ref}"], {{{data}}}, periods=periods{by})\n'
        "print(result.to_pandas())\n"
    )


def command(entry: CatalogueEntry, metric: Metric, tables: tuple[str, ...]) -> str:
    """Return the command that does the same."""
    data = " ".join(f"--data {each}={each}.parquet" for each in tables)
    by = f" --by {metric.dimensions[0].key}" if metric.dimensions else ""
    grain = _GRAINS[metric.frequency]
    return f"swm-kpi compute {entry.ref} {data} --start {START} --end {END} --grain {grain}{by}\n"
