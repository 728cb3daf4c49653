"""The layout that all charts share: colours, fonts, title, legend, labels and footnotes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from swm_kpi.charts.description import Description
from swm_kpi.errors import MissingExtra, RequestError

# The palette of the Government Analysis Function. No meaning depends on colour alone: shape, dash
# or text repeats it.
NAVY, TEAL, PLUM, ORANGE, GREY = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D"
INK, MUTED, PALE, LINES = "#0B0C0C", "#50575C", "#7F868B", "#DCDFE1"
BAND = {"fill": NAVY, "fillOpacity": 0.07}

FONT = "Arial, Helvetica, sans-serif"
WIDTH, NARROWEST, WIDEST = 660, 320, 1200
PADDING = 12
_SPACIOUS_WIDTH = 500
_BODY, _LINE = 12, 18
_FOOT, _FOOT_LINE = 11, 15
_CAVEAT_LINE, _BETWEEN_NOTES = 16, 5
# Widths in ems: of digits and labels, and of a sentence, whose letters are narrower.
_LABEL, _SENTENCE = 0.53, 0.5
_BOLD = 1.05
_SYMBOL, _BETWEEN = 24, 12


def load_altair() -> Any:
    """Return the Altair module.

    Raises:
        MissingExtra: Altair is not installed.
    """
    try:
        import altair as alt
    except ImportError:
        raise MissingExtra.needed("Altair", extra="charts", purpose="A chart") from None
    return alt


def validate_width(width: int) -> int:
    """Return the width, in pixels, if a chart can be drawn at it.

    Raises:
        RequestError: the width is not a whole number from 320 to 1,200.
    """
    is_whole = isinstance(width, int) and not isinstance(width, bool)
    if not is_whole or not NARROWEST <= width <= WIDEST:
        raise RequestError(f"width= is in pixels, {NARROWEST} to {WIDEST}.")
    return width


def text_width(text: str, size: int = _BODY, *, bold: bool = False) -> int:
    """Return the approximate width of a text, in pixels."""
    return math.ceil(len(text) * size * _LABEL * (_BOLD if bold else 1))


def wrap_text(text: str, width: int, size: int = _BODY, *, bold: bool = False) -> list[str]:
    """Return the lines of a text, wrapped at a width in pixels."""
    letters = int(width / (size * _SENTENCE * (_BOLD if bold else 1)))
    return wrap(text, letters, break_on_hyphens=False) or [""]


def truncate_text(text: str, width: float, size: int = _BODY, *, bold: bool = False) -> str:
    """Return a text, cut off with an ellipsis if it is wider than a width in pixels."""
    if text_width(text, size, bold=bold) <= width:
        return text
    letters = int(width / (size * _LABEL * (_BOLD if bold else 1))) - 1
    return f"{text[: max(letters, 1)].rstrip()}…"


@dataclass(frozen=True)
class Label:
    """A text at a position, in pixels from the top left corner of the plot."""

    text: str
    x: float
    y: float
    colour: str = INK
    size: int = _BODY
    bold: bool = False
    align: str = "left"

    def row(self) -> dict[str, Any]:
        """Return the label as a row of the label layer."""
        weight = "bold" if self.bold else "normal"
        return {
            "text": self.text, "x": self.x, "y": self.y, "colour": self.colour, "size": self.size,
            "weight": weight, "align": self.align,
        }  # fmt: skip


@dataclass(frozen=True)
class LegendEntry:
    """One entry of the legend: a symbol or a line, and its meaning in words."""

    words: str
    colour: str
    shape: str = ""
    dash: Sequence[int] = ()
    hollow: bool = False
    size: int = 60

    @property
    def fill(self) -> str:
        """The colour inside the symbol."""
        return "white" if self.hollow else self.colour

    @property
    def edge(self) -> str:
        """The outline of the symbol: dark for bright colours, which are faint in greyscale."""
        return self.colour if self.hollow or self.colour in (NAVY, PALE) else INK


@dataclass
class ChartLayout:
    """A plot with a title, a subtitle and a legend above it, and caveats and sources below it.

    All sizes are in pixels.

    Attributes:
        description: the words of the chart: the title above, the caveats and sources below.
        subtitle: the metric, the unit, the periods and warnings.
        width: the width of the whole chart.
        height: the height of the plot.
        left: the space to the left of the plot.
        right: the space to the right of the plot.
        below: the space between the plot and the footnotes, for the labels of an axis.
        above: the space between the legend and the plot, for labels above the plot.
        legend: the entries of the legend.
        labels: the texts on and beside the plot.
        data: the rows of each layer, by name.
    """

    description: Description
    subtitle: str
    width: int
    height: int
    left: int = 0
    right: int = 0
    below: int = 56
    above: int = 0
    legend: Sequence[LegendEntry] = ()
    labels: list[Label] = field(default_factory=list)
    data: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def plot_width(self) -> int:
        """The width of the plot, in pixels."""
        return self.width - 2 * PADDING - self.left - self.right

    @property
    def has_space(self) -> bool:
        """Whether the chart is wide enough for longer labels."""
        return self.width >= _SPACIOUS_WIDTH

    @property
    def _content_width(self) -> int:
        return self.width - 2 * PADDING

    def rows(self, alt: Any, name: str, rows: Sequence[dict[str, Any]]) -> Any:
        """Return an Altair chart of rows, stored by name so that Altair does not copy them."""
        self.data[name] = list(rows)
        return alt.Chart(alt.NamedData(name=name))

    def draw(self, alt: Any, layers: Sequence[Any]) -> Any:
        """Return the layers as one Altair chart with its title, legend, labels and footnotes."""
        size = 16 if self.has_space else 15
        heading = alt.Title(
            text=wrap_text(self.description.title, self._content_width, size, bold=True),
            subtitle=wrap_text(self.subtitle, self._content_width, 13),
            anchor="start",
            frame="bounds",
            offset=12,
            fontSize=size,
            color=INK,
            subtitleFontSize=13,
            subtitleColor=MUTED,
            subtitlePadding=5,
            lineHeight=size + 4,
            subtitleLineHeight=_LINE,
        )
        return alt.layer(
            *layers,
            *self._legend_layers(alt),
            self._label_layer(alt),
            width=self.plot_width,
            height=self.height,
            title=heading,
            padding=PADDING,
            background="white",
            datasets=self.data,
            config=alt.Config(
                font=FONT,
                view=alt.ViewConfig(stroke=None),
                axis=alt.AxisConfig(labelFontSize=_BODY, labelColor=INK),
            ),
        )

    def _legend_layers(self, alt: Any) -> list[Any]:
        """Return the symbols and lines of the legend as layers, and add its texts to the labels."""
        placed: list[tuple[LegendEntry, float, int]] = []
        x, line = 0.0, 0
        for entry in self.legend:
            wide = _SYMBOL + text_width(entry.words)
            if x and x + wide > self._content_width:
                x, line = 0.0, line + 1
            placed.append((entry, x - self.left, line))
            x += wide + _BETWEEN
        high = (line + 1) * _LINE + 2 + self.above
        self.labels += [
            Label(entry.words, at + _SYMBOL, row * _LINE - high, MUTED) for entry, at, row in placed
        ]
        symbols = [
            {"x": at + 8, "y": row * _LINE - high, "shape": entry.shape, "size": entry.size}
            | {"fill": entry.fill, "edge": entry.edge}
            for entry, at, row in placed
            if entry.shape
        ]
        strokes = [
            {"x": at, "x2": at + 18, "y": row * _LINE - high, "colour": entry.colour}
            | {"dash": list(entry.dash) or [1, 0]}
            for entry, at, row in placed
            if not entry.shape
        ]
        layers = []
        if symbols:
            layers.append(
                self.rows(alt, "symbols", symbols)
                .mark_point(
                    shape=_datum(alt, "shape"),
                    size=_datum(alt, "size"),
                    fill=_datum(alt, "fill"),
                    stroke=_datum(alt, "edge"),
                    strokeWidth=1.2,
                    opacity=1,
                    aria=False,
                )
                .encode(x=alt.XValue(_datum(alt, "x")), y=alt.YValue(_datum(alt, "y")))
            )
        if strokes:
            layers.append(
                self.rows(alt, "strokes", strokes)
                .mark_rule(
                    stroke=_datum(alt, "colour"),
                    strokeDash=_datum(alt, "dash"),
                    strokeWidth=2.5,
                    aria=False,
                )
                .encode(
                    x=alt.XValue(_datum(alt, "x")),
                    x2=alt.X2Value(_datum(alt, "x2")),
                    y=alt.YValue(_datum(alt, "y")),
                )
            )
        return layers

    def _label_layer(self, alt: Any) -> Any:
        """Return all texts as one layer, including the caveats and the sources."""
        y = self.height + self.below
        for sentence in self.description.caveats:
            for line in wrap_text(sentence, self._content_width):
                self.labels.append(Label(line, -self.left, y, INK))
                y += _CAVEAT_LINE
        y += _BETWEEN_NOTES if self.description.caveats else 0
        for sentence in self.description.sources:
            for line in wrap_text(sentence, self._content_width, _FOOT):
                self.labels.append(Label(line, -self.left, y, MUTED, _FOOT))
                y += _FOOT_LINE
        return (
            self.rows(alt, "labels", [label.row() for label in self.labels])
            .mark_text(
                baseline="middle",
                align=_datum(alt, "align"),
                fontSize=_datum(alt, "size"),
                fontWeight=_datum(alt, "weight"),
                fill=_datum(alt, "colour"),
                aria=False,
            )
            .encode(
                x=alt.XValue(_datum(alt, "x")),
                y=alt.YValue(_datum(alt, "y")),
                text=alt.Text("text:N"),
            )
        )

    def empty(self, alt: Any, reason: str) -> Any:
        """Return a chart that shows a reason in words instead of a plot."""
        self.left, self.right, self.above, self.below, self.legend = 0, 0, 0, 20, ()
        lines = wrap_text(reason, self._content_width - 32, 14)
        self.height = 40 + 20 * len(lines)
        frame = self.rows(alt, "frame", [{}]).mark_rect(**BAND, aria=False)
        frame = frame.encode(
            x=alt.XValue(0),
            x2=alt.X2Value(self.plot_width),
            y=alt.YValue(0),
            y2=alt.Y2Value(self.height),
        )
        self.labels = [Label(line, 16, 30 + 20 * at, INK, 14) for at, line in enumerate(lines)]
        return self.draw(alt, [frame])


def _datum(alt: Any, name: str) -> Any:
    return alt.ExprRef(f"datum.{name}")


def spread_labels(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Return positions on a line, moved so that no two are closer than ``least``.

    The order of the positions does not change.

    Args:
        wanted: the preferred positions.
        least: the smallest distance between two positions.
        low: the start of the line; a position may fall before it if there is not enough space.
        high: the end of the line; no position falls after it.
    """
    order = sorted(range(len(wanted)), key=lambda index: wanted[index])
    places = [0.0] * len(wanted)
    edge = low - least
    for index in order:
        edge = places[index] = max(wanted[index], edge + least)
    edge = high + least
    for index in reversed(order):
        edge = places[index] = min(places[index], edge - least)
    return places
