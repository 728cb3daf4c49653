"""What the demonstration did, in words for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from swm_kpi.reporting.contents import Contents, Told

_TITLE, _MEASURE, _NUMBER = 34, 34, 10


@dataclass(frozen=True)
class Summary:
    """What was made, checked, computed and written. ``str`` gives what to print.

    Attributes:
        folder: where the pack is.
        contents: what it was written from.
        files: the files written, as paths within the folder.
        without_charts: why there are no charts; empty where there are.
    """

    folder: Path
    contents: Contents
    files: tuple[str, ...]
    without_charts: str = ""

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        made = self.contents
        rows = sum(made.tables.values())
        yield (
            f"A synthetic force, {made.first} to {made.last} (scale {made.scale:g}, seed "
            f"{made.seed}): {len(made.tables)} tables, {rows:,} rows. Every table keeps its "
            "contract."
        )
        yield ""
        periods = made.result.to_polars()["period"].unique(maintain_order=True).to_list()
        latest = periods[-1]
        before = periods[-5] if len(periods) > 4 else ""
        yield _line("Ref", "Metric", "Headline measure", before, latest)
        for each in made.told:
            yield _told(each, before, latest)
        yield ""
        yield (
            f"{len(made.told)} of {len(made.catalogue)} refs computed: {len(made.result):,} rows. "
            "The numbers are synthetic and say nothing about any real police force."
        )
        charts = sum(name.endswith(".svg") for name in self.files)
        pictures = f", {charts} charts" if charts else ""
        yield f"Pack: {self.folder}: metrics.csv, metadata.json{pictures}"
        if self.without_charts:
            yield f"No charts: {self.without_charts}"
        yield f"Open {self.folder / 'index.html'}"


def _told(told: Told, before: str, latest: str) -> str:
    name = told.entry.name
    if told.headline is None:
        return _line(told.entry.ref, name, "no number: see the note in metrics.csv", "", "")
    shown = dict(told.shown(told.headline))
    title = told.headline.title
    return _line(told.entry.ref, name, title, shown.get(before, ""), shown.get(latest, ""))


def _line(ref: str, title: str, measure: str, before: str, latest: str) -> str:
    return (
        f"{ref:>4}  {_short(title, _TITLE)}  {_short(measure, _MEASURE)}"
        f"  {before:>{_NUMBER}}  {latest:>{_NUMBER}}"
    ).rstrip()


def _short(text: str, width: int) -> str:
    shown = text if len(text) <= width else text[: width - 3].rstrip() + "..."
    return f"{shown:<{width}}"
