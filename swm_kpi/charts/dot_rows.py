"""What charts with a row for each member share: the axis across, and the names on the left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from swm_kpi.charts import axes
from swm_kpi.charts.layout import LINES, MUTED, ChartLayout, Label, text_width, wrap_text

ROW_HEIGHT = 30


def across(alt: Any, layout: ChartLayout, scale: axes.Scale) -> Any:
    """Return the axis of values below the rows, with as many labels as fit."""
    wide = max(text_width(label) for label in scale.labels) + 12
    every = -(-wide * len(scale.labels) // layout.plot_width)
    return alt.X(
        "value:Q",
        scale=alt.Scale(domain=[scale.low, scale.top], nice=False),
        axis=alt.Axis(
            **scale.tick_options(every),
            title=None,
            domainColor=MUTED,
            ticks=False,
            gridColor=LINES,
            labelPadding=6,
            labelFlush=False,
            labelOverlap=False,
        ),
    )


def down(alt: Any, names: Sequence[str]) -> Any:
    """Return the axis of members, in their order and without labels."""
    return alt.Y(
        "name:N",
        sort=list(names),
        scale=alt.Scale(type="point", domain=list(names), padding=0.5),
        axis=None,
    )


def name_labels(names: Sequence[str], width: int) -> Iterator[Label]:
    """Yield the label of each name to the left of its row; a long name takes two lines."""
    for at, name in enumerate(names):
        first, *rest = wrap_text(name, width)
        lines = [first, rest[0].rstrip(",;") + ("…" if len(rest) > 1 else "")] if rest else [first]
        top = ROW_HEIGHT * (at + 0.5) - 6.5 * (len(lines) - 1)
        for number, line in enumerate(lines):
            yield Label(line, -10, top + 13 * number, align="right")


def value_labels(labels: Sequence[str], layout: ChartLayout) -> Iterator[Label]:
    """Yield the label of each value to the right of its row."""
    for at, label in enumerate(labels):
        yield Label(label, layout.plot_width + 10, ROW_HEIGHT * (at + 0.5))


def space_for(names: Sequence[str], labels: Sequence[str], width: int) -> tuple[int, int]:
    """Return the space on the left for names, of at most two fifths, and on the right for values.

    Args:
        names: the names of the rows.
        labels: the values of the rows.
        width: the width of the chart.
    """
    widest = max(text_width(name) for name in names)
    return min(widest, width * 2 // 5) + 10, 12 + max(text_width(label) for label in labels)
