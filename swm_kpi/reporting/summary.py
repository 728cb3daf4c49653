"""The summary of the demonstration, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from swm_kpi.reporting.contents import Contents, MetricSection

_TITLE_WIDTH, _MEASURE_WIDTH, _NUMBER_WIDTH = 32, 32, 12
_QUARTERS_IN_A_YEAR = 4


@dataclass(frozen=True)
class Summary:
    """What the demonstration computed and wrote. ``str()`` gives the text to print.

    Attributes:
        folder: the folder that was written.
        contents: the content of the demonstration.
        files: the files written, as paths within the folder.
        no_charts_reason: why there are no charts; empty where there are charts.
    """

    folder: Path
    contents: Contents
    files: tuple[str, ...]
    no_charts_reason: str = ""

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        contents = self.contents
        table_rows = sum(contents.tables.values())
        yield (
            f"A synthetic force from {contents.first} to {contents.last} (scale "
            f"{contents.scale:g}, seed {contents.seed}): {len(contents.tables)} tables with "
            f"{table_rows:,} rows. Every table meets its contract."
        )
        yield ""
        periods = contents.result.to_polars()["period"].unique(maintain_order=True).to_list()
        latest = periods[-1]
        year_before = ""
        if len(periods) > _QUARTERS_IN_A_YEAR:
            year_before = periods[-1 - _QUARTERS_IN_A_YEAR]
        yield _line("Ref", "Metric", "Headline measure", year_before, latest)
        for section in contents.sections:
            yield _headline_line(section, year_before, latest)
        yield ""
        yield (
            f"Computed {len(contents.sections)} of {len(contents.catalogue)} refs: "
            f"{len(contents.result):,} rows. The numbers are synthetic and say nothing about any "
            "real police force."
        )
        counts = contents.judgements.counts()
        listed = ", ".join(f"{count:,} {verdict}" for verdict, count in counts.items() if count)
        yield f"Measures of the whole force, judged against the year before: {listed}."
        yield contents.judgements.describe_chance()
        charts = sum(name.endswith(".svg") for name in self.files)
        and_charts = f", {charts} charts" if charts else ""
        yield f"Files in {self.folder}: index.html, metrics.csv, metadata.json{and_charts}"
        if self.no_charts_reason:
            yield f"No charts: {self.no_charts_reason}"
        yield f"Open {self.folder / 'index.html'}"


def _headline_line(section: MetricSection, year_before: str, latest: str) -> str:
    name = section.entry.name
    if section.headline is None:
        return _line(section.entry.ref, name, "no number: see the note in metrics.csv", "", "")
    totals = dict(section.formatted_totals(section.headline, names_time=True))
    title = section.headline.title
    return _line(
        section.entry.ref, name, title, totals.get(year_before, ""), totals.get(latest, "")
    )


def _line(ref: str, title: str, measure: str, year_before: str, latest: str) -> str:
    return (
        f"{ref:>4}  {_fit(title, _TITLE_WIDTH)}  {_fit(measure, _MEASURE_WIDTH)}"
        f"  {year_before:>{_NUMBER_WIDTH}}  {latest:>{_NUMBER_WIDTH}}"
    ).rstrip()


def _fit(text: str, width: int) -> str:
    """Return text padded or truncated to a width."""
    fitted = text if len(text) <= width else text[: width - 3].rstrip() + "..."
    return f"{fitted:<{width}}"
