"""What every picture shares: colours, lettering, where words go, and the empty picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from swm_kpi.errors import MissingExtra, RequestError

# The palette of the Government Analysis Function. No meaning rests on a colour alone: shape, dash
# or words say the same.
NAVY, TEAL, PLUM, ORANGE, GREY = "#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D"
INK, QUIET, PALE, LINES = "#0B0C0C", "#50575C", "#7F868B", "#DCDFE1"
BAND = {"fill": NAVY, "fillOpacity": 0.07}

FONT = "Arial, Helvetica, sans-serif"
WIDTH, NARROWEST, WIDEST = 660, 320, 1200
PADDING = 12
_SPACIOUS_WIDTH = 500
_BODY, _LINE = 12, 18
_FOOT, _FOOT_LINE = 11, 15
# Widths in ems: of digits and labels, and of a sentence, whose letters are narrower.
_LABEL, _SENTENCE = 0.53, 0.5
_BOLD = 1.05
_SYMBOL, _BETWEEN = 24, 12


def load_altair() -> Any:
    """Return Altair.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import altair as alt
    except ImportError:
        raise MissingExtra.needed("Altair", extra="charts", purpose="A chart") from None
    return alt


def validate_width(width: int) -> int:
    """Return a width in pixels that a picture can be drawn at.

    Raises:
        RequestError: it is not a whole number of pixels, or too narrow or too wide.
    """
    whole = isinstance(width, int) and not isinstance(width, bool)
    if not whole or not NARROWEST <= width <= WIDEST:
        raise RequestError(f"width= is in pixels, {NARROWEST} to {WIDEST}.")
    return width


def text_width(text: str, size: int = _BODY, *, bold: bool = False) -> int:
    """Return about how many pixels a text takes."""
    return math.ceil(len(text) * size * _LABEL * (_BOLD if bold else 1))


def wrap_text(text: str, width: int, size: int = _BODY, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit a width."""
    letters = int(width / (size * _SENTENCE * (_BOLD if bold else 1)))
    return wrap(text, letters, break_on_hyphens=False) or [""]


def truncate_text(text: str, width: float, size: int = _BODY, *, bold: bool = False) -> str:
    """Return a text as far as it fits a width; an ellipsis stands for the rest."""
    if text_width(text, size, bold=bold) <= width:
        return text
    letters = int(width / (size * _LABEL * (_BOLD if bold else 1))) - 1
    return f"{text[: max(letters, 1)].rstrip()}…"


@dataclass(frozen=True)
class Label:
    """A text at a place, in pixels from the corner of the plot."""

    text: str
    x: float
    y: float
    colour: str = INK
    size: int = _BODY
    bold: bool = False
    align: str = "left"

    def row(self) -> dict[str, Any]:
        """Return it as the layer of words reads it."""
        weight = "bold" if self.bold else "normal"
        return {
            "text": self.text, "x": self.x, "y": self.y, "colour": self.colour, "size": self.size,
            "weight": weight, "align": self.align,
        }  # fmt: skip


@dataclass(frozen=True)
class LegendEntry:
    """One entry of the legend: a symbol or a piece of line, and what it means in words."""

    words: str
    colour: str
    shape: str = ""
    dash: Sequence[int] = ()
    hollow: bool = False
    size: int = 60

    @property
    def fill(self) -> str:
        """The colour inside its symbol."""
        return "white" if self.hollow else self.colour

    @property
    def edge(self) -> str:
        """The colour round its symbol: ink round a bright one, which would be faint in grey."""
        return self.colour if self.hollow or self.colour in (NAVY, PALE) else INK


@dataclass
class ChartLayout:
    """A panel under a title, a line of explanation and a legend, and over its small print.

    Attributes:
        title: what the picture is of.
        subtitle: what is on the axes, and what a reader must know first.
        width: of the whole picture, in pixels.
        height: of the plot.
        footnotes: the small print.
        left: pixels from its edge to the plot.
        right: pixels from the plot to its other edge.
        below: pixels from the plot to the small print, for the labels of an axis.
        above: pixels between the legend and the plot, for words that stand over it.
        keys: the legend.
        words: texts on and beside the plot.
        data: the rows of each layer, by name.
    """

    title: str
    subtitle: str
    width: int
    height: int
    footnotes: Sequence[str] = ()
    left: int = 0
    right: int = 0
    below: int = 56
    above: int = 0
    keys: Sequence[LegendEntry] = ()
    words: list[Label] = field(default_factory=list)
    data: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def inside(self) -> int:
        """The width of the plot."""
        return self.width - 2 * PADDING - self.left - self.right

    @property
    def has_space(self) -> bool:
        """Whether there is room for a word more."""
        return self.width >= _SPACIOUS_WIDTH

    @property
    def _content_width(self) -> int:
        return self.width - 2 * PADDING

    def rows(self, alt: Any, name: str, rows: Sequence[dict[str, Any]]) -> Any:
        """Return a chart of rows, which are kept by name: Altair copies charts at every step."""
        self.data[name] = list(rows)
        return alt.Chart(alt.NamedData(name=name))

    def draw(self, alt: Any, layers: Sequence[Any]) -> Any:
        """Return the layers as one chart with its title, legend, words and small print."""
        size = 16 if self.has_space else 15
        heading = alt.Title(
            text=wrap_text(self.title, self._content_width, size, bold=True),
            subtitle=wrap_text(self.subtitle, self._content_width, 13),
            anchor="start",
            frame="bounds",
            offset=12,
            fontSize=size,
            color=INK,
            subtitleFontSize=13,
            subtitleColor=QUIET,
            subtitlePadding=5,
            lineHeight=size + 4,
            subtitleLineHeight=_LINE,
        )
        return alt.layer(
            *layers,
            *self._legend(alt),
            self._words(alt),
            width=self.inside,
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

    def _legend(self, alt: Any) -> list[Any]:
        """Return the legend's layers, above the plot; its words join the others."""
        placed: list[tuple[LegendEntry, float, int]] = []
        x, line = 0.0, 0
        for key in self.keys:
            wide = _SYMBOL + text_width(key.words)
            if x and x + wide > self._content_width:
                x, line = 0.0, line + 1
            placed.append((key, x - self.left, line))
            x += wide + _BETWEEN
        high = (line + 1) * _LINE + 2 + self.above
        self.words += [
            Label(key.words, at + _SYMBOL, row * _LINE - high, QUIET) for key, at, row in placed
        ]
        symbols = [
            {"x": at + 8, "y": row * _LINE - high, "shape": key.shape, "size": key.size}
            | {"fill": key.fill, "edge": key.edge}
            for key, at, row in placed
            if key.shape
        ]
        strokes = [
            {"x": at, "x2": at + 18, "y": row * _LINE - high, "colour": key.colour}
            | {"dash": list(key.dash) or [1, 0]}
            for key, at, row in placed
            if not key.shape
        ]
        found = []
        if symbols:
            found.append(
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
            found.append(
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
        return found

    def _words(self, alt: Any) -> Any:
        """Return every text as one layer, the small print included."""
        y = self.height + self.below
        for sentence in self.footnotes:
            for line in wrap_text(sentence, self._content_width, _FOOT):
                self.words.append(Label(line, -self.left, y, QUIET, _FOOT))
                y += _FOOT_LINE
        return (
            self.rows(alt, "words", [each.row() for each in self.words])
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
        """Return a picture that says in words why there is nothing to draw."""
        self.left, self.right, self.above, self.below, self.keys = 0, 0, 0, 20, ()
        lines = wrap_text(reason, self._content_width - 32, 14)
        self.height = 40 + 20 * len(lines)
        frame = self.rows(alt, "frame", [{}]).mark_rect(**BAND, aria=False)
        frame = frame.encode(
            x=alt.XValue(0),
            x2=alt.X2Value(self.inside),
            y=alt.YValue(0),
            y2=alt.Y2Value(self.height),
        )
        self.words = [Label(line, 16, 30 + 20 * at, INK, 14) for at, line in enumerate(lines)]
        return self.draw(alt, [frame])


def _datum(alt: Any, name: str) -> Any:
    return alt.ExprRef(f"datum.{name}")


def spread_labels(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
    """Move places on a line so that none is nearer to another than ``least``; order is kept.

    Args:
        wanted: where each would stand.
        least: how far apart two must be.
        low: the start of the line, kept to while there is room.
        high: its end, always kept to.
    """
    order = sorted(range(len(wanted)), key=lambda each: wanted[each])
    found = [0.0] * len(wanted)
    edge = low - least
    for each in order:
        edge = found[each] = max(wanted[each], edge + least)
    edge = high + least
    for each in reversed(order):
        edge = found[each] = min(found[each], edge - least)
    return found
