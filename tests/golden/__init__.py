"""Golden results: every number of every metric's worked examples.

A metric's page shows the same tables, so a person can check every line by hand. Each example is
computed in total and by each breakdown of the metric. There is one file for each ref. After an
intended change, write the files again and read the difference:

    python -m tests.golden
"""

from __future__ import annotations

from pathlib import Path

import swm_kpi as kpi
from swm_kpi.engine.worked_examples import example_frame
from swm_kpi.output import csv_text

FOLDER = Path(__file__).parent
HEADER = "example,by,member,measure,basis,value,numerator,denominator,marker\n"


def metrics() -> list[kpi.Metric]:
    """Return the metrics of the catalogue, in the order of the plan."""
    return [entry for entry in kpi.catalogue() if isinstance(entry, kpi.Metric)]


def golden_path(metric: kpi.Metric) -> Path:
    """Return the path of a metric's golden file."""
    return FOLDER / f"{metric.ref}.csv"


def golden_text(metric: kpi.Metric) -> str:
    """Compute the text of a metric's golden file."""
    parts = [f"# {metric.ref}@{metric.version} {metric.name}\n", HEADER]
    for number, example in enumerate(metric.examples, start=1):
        first = next(iter(metric.contracts.values()))
        frames = {
            name: example_frame(text, metric.contracts[name])
            for name, text in example.tables(first).items()
        }
        period = example.computed_period
        for by in ("", *(dimension.key for dimension in metric.dimensions)):
            result = kpi.compute(
                [metric],
                frames,
                periods=[period],
                by=[by] if by else [],
                coverage=dict.fromkeys(frames, (period.start, period.end)),
                # A table without the column of a breakdown has no member with a number.
                on_violation="withhold" if by else "raise",
            )
            parts.append(_lines(result, number, by))
    return "".join(parts)


def _lines(result: kpi.Result, number: int, by: str) -> str:
    import polars as pl

    frame = result.to_polars()
    if by:
        # The total has its own line. Members with a value of zero would only add noise.
        frame = frame.filter(pl.col(by) != "All", (pl.col("value") != 0).fill_null(False))
    member = pl.col(by) if by else pl.lit("All")
    frame = frame.select(
        pl.lit(number).alias("example"),
        pl.lit(by or "total").alias("by"),
        member.alias("member"),
        "measure",
        "basis",
        # Twelve digits show any real change but hide the order in which a sum was added up.
        *(pl.col(column).round_sig_figs(12) for column in ("value", "numerator", "denominator")),
        "marker",
    )
    return csv_text(frame).partition("\n")[2]


def write() -> list[str]:
    """Write every golden file, delete files without a metric, and return the names that changed."""
    expected = {golden_path(metric): golden_text(metric) for metric in metrics()}
    changed = []
    for path in FOLDER.glob("*.csv"):
        if path not in expected:
            path.unlink()
            changed.append(path.name)
    for path, text in expected.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path.name)
    return changed
