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
_BODY, _LINE = 12, 18
_LETTER = 0.53
_BOLD = 1.08
_SYMBOL, _BETWEEN = 24, 12


def altair() -> Any:
    """Return Altair.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import altair as alt
    except ImportError:
        raise MissingExtra.needed("Altair", extra="charts", purpose="A chart") from None
    return alt


def check_width(width: int) -> int:
    """Return a width in pixels that a picture can be drawn at.

    Raises:
        RequestError: it is not a whole number of pixels, or too narrow or too wide.
    """
    whole = isinstance(width, int) and not isinstance(width, bool)
    if not whole or not NARROWEST <= width <= WIDEST:
        raise RequestError(f"width= is in pixels, {NARROWEST} to {WIDEST}.")
    return width


def room_for(text: str, size: int = _BODY, *, bold: bool = False) -> int:
    """Return about how many pixels a text takes."""
    return math.ceil(len(text) * size * _LETTER * (_BOLD if bold else 1))


def lines_of(text: str, width: int, size: int = _BODY, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit a width."""
    letters = int(width / (size * _LETTER * (_BOLD if bold else 1)))
    return wrap(text, letters, break_on_hyphens=False) or [""]


@dataclass(frozen=True)
class Words:
    """A text at a place, in pixels from the corner of the plot."""

    text: str
    x: float
    y: float
    colour: str = INK
    size: int = _BODY
    bold: bool = False
    align: str = "left"

    def mark(self, alt: Any) -> Any:
        """Return it as a layer."""
        return (
            alt.Chart(alt.NamedData(name="one"))
            .mark_text(
                align=self.align,
                baseline="middle",
                fontSize=self.size,
                fontWeight="bold" if self.bold else "normal",
                color=self.colour,
                text=self.text,
                aria=False,
            )
            .encode(x=alt.value(self.x), y=alt.value(self.y))
        )


@dataclass(frozen=True)
class Key:
    """One entry of the legend: a symbol or a piece of line, and what it means in words."""

    words: str
    colour: str
    shape: str = ""
    dash: Sequence[int] = ()
    hollow: bool = False
    size: int = 60

    def marks(self, alt: Any, x: float, y: float) -> list[Any]:
        """Return its symbol and its words as layers."""
        one = alt.Chart(alt.NamedData(name="one"))
        if self.shape:
            drawn = one.mark_point(
                shape=self.shape,
                size=self.size,
                color=self.colour,
                fill="white" if self.hollow else self.colour,
                strokeWidth=1.5,
                opacity=1,
                aria=False,
            ).encode(x=alt.value(x + 8), y=alt.value(y))
        else:
            dash = {"strokeDash": list(self.dash)} if self.dash else {}
            drawn = one.mark_rule(color=self.colour, strokeWidth=2.5, aria=False, **dash).encode(
                x=alt.value(x), x2=alt.value(x + 18), y=alt.value(y)
            )
        return [drawn, Words(self.words, x + _SYMBOL, y, QUIET).mark(alt)]


@dataclass
class Canvas:
    """A panel under a title, a line of explanation and a legend.

    Attributes:
        title: what the picture is of.
        subtitle: what is on the axes, and what a reader must know first.
        width: of the whole picture, in pixels.
        left: pixels from its edge to the plot.
        right: pixels from the plot to its other edge.
        height: of the plot.
        keys: the legend.
        above: pixels between the legend and the plot, for words that stand over it.
    """

    title: str
    subtitle: str
    width: int
    left: int
    right: int
    height: int
    keys: Sequence[Key] = ()
    above: int = 0
    data: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def inside(self) -> int:
        """The width of the plot."""
        return self.width - 2 * PADDING - self.left - self.right

    @property
    def _text_width(self) -> int:
        return self.width - 2 * PADDING

    def draw(self, alt: Any, layers: Sequence[Any]) -> Any:
        """Return the layers as one chart with its title and legend."""
        size = 16 if self.width >= 500 else 15
        heading = alt.Title(
            text=lines_of(self.title, self._text_width, size, bold=True),
            subtitle=lines_of(self.subtitle, self._text_width, 13),
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
        self.data["one"] = [{}]
        return alt.layer(
            *layers,
            *self._legend(alt),
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
        """Return the legend's layers, above the plot."""
        rows: list[list[tuple[Key, float]]] = [[]]
        x = 0.0
        for key in self.keys:
            wide = _SYMBOL + room_for(key.words)
            if rows[-1] and x + wide > self._text_width:
                rows.append([])
                x = 0.0
            rows[-1].append((key, x))
            x += wide + _BETWEEN
        high = len(rows) * _LINE + 4 + self.above
        return [
            mark
            for number, row in enumerate(rows)
            for key, at in row
            for mark in key.marks(alt, at - self.left, number * _LINE - high + 2)
        ]

    def empty(self, alt: Any, reason: str) -> Any:
        """Return a picture that says in words why there is nothing to draw."""
        self.left, self.right, self.above, self.keys = 0, 0, 0, ()
        lines = lines_of(reason, self._text_width - 32, 14)
        self.height = 40 + 20 * len(lines)
        frame = alt.Chart(alt.NamedData(name="one")).mark_rect(**BAND, aria=False)
        frame = frame.encode(
            x=alt.value(0), x2=alt.value(self.inside), y=alt.value(0), y2=alt.value(self.height)
        )
        words = [Words(line, 16, 30 + 20 * at, INK, 14).mark(alt) for at, line in enumerate(lines)]
        return self.draw(alt, [frame, *words])


def apart(wanted: Sequence[float], least: float, low: float, high: float) -> list[float]:
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
