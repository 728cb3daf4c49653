"""Golden results: what each metric's own worked examples come to, number by number.

The tables are those that a metric's page shows, so a person can check every line by hand. Each is
computed in total and by each breakdown of the metric. One text file for each ref; after a change
that is meant, write them again and read the difference:

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
    return [each for each in kpi.catalogue() if isinstance(each, kpi.Metric)]


def file_of(metric: kpi.Metric) -> Path:
    return FOLDER / f"{metric.ref}.csv"


def golden(metric: kpi.Metric) -> str:
    """Return what the file of a metric holds."""
    parts = [f"# {metric.ref}@{metric.version} {metric.name}\n", HEADER]
    for number, example in enumerate(metric.examples, start=1):
        first = next(iter(metric.contracts.values()))
        frames = {
            name: example_frame(text, metric.contracts[name])
            for name, text in example.tables(first).items()
        }
        period = example.computed_period
        for by in ("", *(each.key for each in metric.dimensions)):
            result = kpi.compute(
                [metric],
                frames,
                periods=[period],
                by=[by] if by else [],
                coverage=dict.fromkeys(frames, (period.start, period.end)),
            )
            parts.append(_lines(result, number, by))
    return "".join(parts)


def _lines(result: kpi.Result, number: int, by: str) -> str:
    import polars as pl

    frame = result.to_polars()
    if by:
        # The total has its own line; a member that nothing happened to would only be noise.
        frame = frame.filter(pl.col(by) != "All", (pl.col("value") != 0).fill_null(False))
    member = pl.col(by) if by else pl.lit("All")
    frame = frame.select(
        pl.lit(number).alias("example"),
        pl.lit(by or "total").alias("by"),
        member.alias("member"),
        "measure",
        "basis",
        # Twelve digits tell any change of meaning, and not in which order a sum was added up.
        *(pl.col(each).round_sig_figs(12) for each in ("value", "numerator", "denominator")),
        "marker",
    )
    return csv_text(frame).partition("\n")[2]


def write() -> list[str]:
    """Write every file again, remove those of no metric, and return the names of what changed."""
    wanted = {file_of(each): golden(each) for each in metrics()}
    changed = []
    for path in FOLDER.glob("*.csv"):
        if path not in wanted:
            path.unlink()
            changed.append(path.name)
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            changed.append(path.name)
    return changed
