"""A dataset as text for a terminal: a table for each ref, with periods as columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Any

import polars as pl

from swm_kpi.contracts import ALL
from swm_kpi.formatting import NumberFormat
from swm_kpi.output.dataset import Dataset
from swm_kpi.vocabulary import Unit

TERMINAL_WIDTH = 80
_INDENT = "  "
_GAP = 2
_MIN_LABEL, _MIN_CELL = 16, 7
_NAMED_IN_SCOPE = 2
_BETWEEN_SENTENCES = re.compile(r"(?<=[.?])\s+(?=[A-Z0-9])")
_BOUNDS = re.compile(r"With everything recorded, it would be at least .* at most .*")
_SOME_BOUNDS = "With everything recorded, numbers would be in a range: see at_least and at_most."
_ROWS = re.compile(r"([0-9][0-9,]*) rows?\b(.*)", re.DOTALL)


def format_text_table(dataset: Dataset, width: int = TERMINAL_WIDTH) -> str:
    """Return a dataset as text that fits a terminal.

    A measure has a line for each member of the breakdowns, and a column for each period. Periods
    that do not fit go below. Markers are beside the numbers. The notes of all numbers of a ref are
    joined below its table.

    Args:
        dataset: the result, with its metrics.
        width: the columns of the terminal.
    """
    lines: list[str] = []
    for ref in dataset.refs:
        frame = dataset.frame.filter(pl.col("ref") == ref)
        lines += [*(_RefTable(dataset, ref, frame, width).lines()), ""]
    for symbol, meaning in dataset.markers.items():
        lines += wrap(f"{symbol} {meaning}.", width, subsequent_indent=" " * (len(symbol) + 1))
    return "\n".join(lines).rstrip() + "\n"


class _RefTable:
    """The table of one ref."""

    def __init__(self, dataset: Dataset, ref: str, frame: pl.DataFrame, width: int) -> None:
        self._dataset, self._ref, self._width = dataset, ref, width
        self._periods = frame["period"].unique(maintain_order=True).to_list()
        self._rows: list[tuple[str, dict[str, str] | None]] = []
        self._notes = _Notes()
        for of_measure in frame.partition_by("measure", "basis", maintain_order=True):
            self._add(of_measure)

    def lines(self) -> Iterator[str]:
        """Yield the heading, the table in as many parts as the width needs, and the notes."""
        title = f"{self._ref}  {self._dataset.title_of(self._ref)}"
        yield from wrap(title, self._width, subsequent_indent=" " * (len(self._ref) + 2))
        cells = [text for _, row in self._rows for text in (row or {}).values()]
        cell = max([_MIN_CELL, *map(len, cells), *map(len, self._periods)]) + _GAP
        longest = max(len(label) for label, row in self._rows if row is not None)
        label_width = min(longest, max(_MIN_LABEL, self._width - min(4, len(self._periods)) * cell))
        fitting = max(1, (self._width - label_width) // cell)
        for first in range(0, len(self._periods), fitting):
            periods = self._periods[first : first + fitting]
            heads = "".join(f"{period:>{cell}}" for period in periods)
            yield from ("", f"{'':<{label_width}}{heads}")
            for label, row in self._rows:
                if row is None:
                    yield from wrap(label, self._width, subsequent_indent=_INDENT)
                    continue
                indent = label[: len(label) - len(label.lstrip())]
                *above, last = wrap(
                    label.strip(),
                    label_width,
                    initial_indent=indent,
                    subsequent_indent=indent + _INDENT,
                )
                yield from above
                numbers = "".join(f"{row.get(period, ''):>{cell}}" for period in periods)
                yield f"{last:<{label_width}}{numbers}".rstrip()
        notes = list(self._notes.sentences())
        if notes:
            yield ""
        for note in notes:
            yield from wrap(note, self._width, subsequent_indent=_INDENT)

    def _add(self, frame: pl.DataFrame) -> None:
        first = frame.row(0, named=True)
        label = self._dataset.label_of(self._ref, first["measure"], first["basis"])
        number_format = NumberFormat.of(first["unit"], frame["value"].to_list())
        suffix = number_format.unit_suffix.strip()
        says_unit = suffix.lower() in label.lower() or (
            suffix.startswith("per ") and " per " in label
        )
        heading = label if says_unit else f"{label}, {suffix}"
        members: dict[tuple[str, ...], dict[str, str]] = {}
        for row in frame.iter_rows(named=True):
            member = tuple(row[key] for key in self._dataset.by)
            members.setdefault(member, {})[row["period"]] = _cell(row, number_format)
            note = row["note"] or ""
            sentences = [note] if row["unit"] == Unit.TEXT else _BETWEEN_SENTENCES.split(note)
            self._notes.add(sentences, label, row["period"], " / ".join(member))
        if len(members) == 1 and all(name == ALL for name in next(iter(members))):
            self._rows.append((heading, next(iter(members.values()))))
            return
        self._rows.append((heading, None))
        self._rows += [(_INDENT + " / ".join(names), cells) for names, cells in members.items()]


class _Notes:
    """The notes of many numbers, with each sentence once and what it is about."""

    def __init__(self) -> None:
        self._scopes: dict[str, tuple[set[str], ...]] = {}
        self._counts: dict[str, list[int]] = {}
        self._all: tuple[dict[str, None], ...] = ({}, {}, {})

    def add(self, sentences: Sequence[str], *scope: str) -> None:
        """Add the sentences about one number: of a measure, in a period, for a member."""
        for everything, name in zip(self._all, scope, strict=True):
            everything[name] = None
        for sentence in filter(None, sentences):
            match = _ROWS.match(sentence)
            words = f"rows{match[2]}" if match else _BOUNDS.sub(_SOME_BOUNDS, sentence)
            if match:
                self._counts.setdefault(words, []).append(int(match[1].replace(",", "")))
            names_of = self._scopes.setdefault(words, (set(), set(), set()))
            for names, name in zip(names_of, scope, strict=True):
                names.add(name)

    def sentences(self) -> Iterator[str]:
        """Yield each sentence, with the measures, periods and members if it is not about all."""
        for words, scopes in self._scopes.items():
            parts = []
            for names, everything in zip(scopes, self._all, strict=True):
                if len(names) < len(everything) and len(names) <= _NAMED_IN_SCOPE:
                    parts.append(", ".join(name for name in everything if name in names))
            text = words
            if words in self._counts:
                low, high = min(self._counts[words]), max(self._counts[words])
                text = f"{low:,} to {high:,} {words}" if low < high else f"{low:,} {words}"
                if high == 1:
                    text = text.replace("1 rows", "1 row", 1)
            yield f"{text.rstrip('.')} ({'; '.join(parts)})." if parts else text


def _cell(row: Mapping[str, Any], number_format: NumberFormat) -> str:
    value = "" if row["value"] is None else number_format.number(row["value"])
    return f"{value} {row['marker']}".strip()


def format_labelled(rows: Iterable[tuple[str, str]], width: int = TERMINAL_WIDTH) -> Iterator[str]:
    """Yield lines of labels with a text beside each, both wrapped to a part of the width.

    Args:
        rows: the label and the text of each row.
        width: the columns of the terminal.
    """
    items = list(rows)
    longest = max((len(label) for label, _ in items), default=0)
    size = min(longest, max(_MIN_LABEL, width // 3))
    for label, text in items:
        left = wrap(label, size) or [""]
        right = wrap(text, max(_MIN_LABEL, width - size - len(_INDENT) - _GAP)) or [""]
        for at in range(max(len(left), len(right))):
            name = left[at] if at < len(left) else ""
            words = right[at] if at < len(right) else ""
            yield f"{_INDENT}{name:<{size + _GAP}}{words}".rstrip()


def format_columns(rows: Sequence[Sequence[str]], width: int = TERMINAL_WIDTH) -> str:
    """Return rows of text in aligned columns. The last column wraps to the width.

    Args:
        rows: the rows, all of one length; the first has the headings.
        width: the columns of the terminal.
    """
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    start = sum(widths) + _GAP * len(widths)
    lines = []
    for row in rows:
        left = "".join(f"{text:<{size + _GAP}}" for text, size in zip(row, widths, strict=False))
        last = wrap(row[-1], max(width - start, _MIN_LABEL)) or [""]
        lines.append(f"{left}{last[0]}".rstrip())
        lines += [" " * start + text for text in last[1:]]
    return "\n".join(lines)
