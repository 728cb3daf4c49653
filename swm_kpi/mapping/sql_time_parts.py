"""The parts of a date or time in a text, for dialects of SQL that have no parser of our formats."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, product

from swm_kpi.expressions import TimeFormat
from swm_kpi.expressions.time_formats import ISO, ISO_DATE, ISO_WITH_OFFSET, MONTHS

_ISO_DAY = "([12][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_ISO_CLOCK = "([01][0-9]|2[0-3]):([0-5][0-9])(:([0-5][0-9])([.]([0-9]{1,6}))?)?"
_ISO_OFFSET = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
_ISO_GROUPS = {"Y": 1, "m": 2, "d": 3, "H": 4, "M": 5, "S": 7, "f": 9, "z": 10}

_DIGIT = "[0-9]"
_LETTER = "[A-Za-z]"
_YEAR = ("Y", "[12]" + _DIGIT * 3, 4)


@dataclass(frozen=True)
class TimeParts:
    """A regular expression with a group for each part of a time.

    It has no groups that capture nothing and no flags, because some dialects have neither.

    Attributes:
        pattern: the expression, from the first character to the last.
        groups: the number of the group of each part, by directive without its sign. ``b`` is the
            name of a month, and ``z`` the offset.
        has_names: whether it matches names, in upper case.
    """

    pattern: str
    groups: Mapping[str, int]
    has_names: bool = False


def time_parts(time_format: TimeFormat) -> TimeParts:
    """Return the regular expression of the parts of a format."""
    if time_format.is_named:
        pattern = _ISO_DAY
        if time_format.text != ISO_DATE:
            pattern += f"[T ]{_ISO_CLOCK}"
        if time_format.text == ISO_WITH_OFFSET:
            pattern += _ISO_OFFSET
        count = {ISO_DATE: 3, ISO: 9, ISO_WITH_OFFSET: 10}[time_format.text]
        groups = {part: number for part, number in _ISO_GROUPS.items() if number <= count}
        return TimeParts(f"^{pattern}$", groups)
    pattern, groups = "", {}
    for piece, expression in time_format.pieces():
        if not piece.startswith("%"):
            pattern += f"[{piece}]" if piece == "." else piece
            continue
        groups[_part_of(piece)] = len(groups) + 1
        pattern += f"({_without_groups(expression)})"
    has_names = bool({"b", "p"} & groups.keys())
    return TimeParts(f"^{pattern.upper() if has_names else pattern}$", groups, has_names)


def _part_of(directive: str) -> str:
    return "b" if directive == "%B" else directive[1:]


def _without_groups(expression: str) -> str:
    inner = re.fullmatch(r"\(\?i?:(.*)\)", expression)
    return inner.group(1) if inner is not None else expression


@dataclass(frozen=True)
class FixedText:
    """One shape that a text in a format can have, with each part at a fixed place.

    Attributes:
        like: what it looks like, as a pattern of LIKE with sets of characters. It does not check
            that there is such a day or hour.
        places: the first character of each part, from 1, and its length.
    """

    like: str
    places: Mapping[str, tuple[int, int]]


def fixed_texts(time_format: TimeFormat) -> Iterator[FixedText]:
    """Yield every shape that a text in a format can have."""
    for shape in product(*_choices(time_format)):
        like, places, place = "", {}, 1
        for part, pattern, length in chain.from_iterable(shape):
            if part:
                places[part] = (place, length)
            like += pattern
            place += length
        yield FixedText(like, places)


_Part = tuple[str, str, int]
"""A part, what it looks like and its length. A part without a name is a sign."""


def _choices(time_format: TimeFormat) -> list[list[list[_Part]]]:
    if time_format.is_named:
        return _iso_choices(time_format.text)
    choices = []
    for piece, expression in time_format.pieces():
        match piece:
            case "%Y":
                choices.append([[_YEAR]])
            case "%p":
                choices.append([[("p", "[AaPp][Mm]", 2)]])
            case "%I":
                choices.append(
                    [[("I", pattern, 2)] for pattern in ("0[1-9]", "1[0-2]")]
                    + ([[("I", "[1-9]", 1)]] if "0?" in expression else [])
                )
            case "%b":
                choices.append([[("b", _LETTER * 3, 3)]])
            case "%B":
                choices.append(
                    [
                        [("b", _LETTER * length, length)]
                        for length in sorted({len(month) for month in MONTHS})
                    ]
                )
            case "%f":
                choices.append([_digits("f", length) for length in range(1, 7)])
            case "%d" | "%m" | "%H" | "%M" | "%S":
                lengths = (2, 1) if "?" in expression.removeprefix("(?:") else (2,)
                choices.append([_digits(piece[1:], length) for length in lengths])
            case _:
                choices.append([[("", letter, 1) for letter in piece]])
    return choices


def _iso_choices(text: str) -> list[list[list[_Part]]]:
    day: list[_Part] = [
        _YEAR, ("", "-", 1), *_digits("m", 2), ("", "-", 1), *_digits("d", 2)
    ]  # fmt: skip
    if text == ISO_DATE:
        return [[day]]
    minutes: list[_Part] = [("", "[T ]", 1), *_digits("H", 2), ("", ":", 1), *_digits("M", 2)]
    seconds: list[_Part] = [("", ":", 1), *_digits("S", 2)]
    choices = [[day], [minutes], [[], seconds]]
    choices[-1] += [[*seconds, ("", ".", 1), *_digits("f", length)] for length in range(1, 7)]
    if text == ISO_WITH_OFFSET:
        offset = f"[+-]{_DIGIT * 2}:{_DIGIT * 2}"
        choices.append([[("z", "Z", 1)], [("z", offset, 6)]])
    return choices


def _digits(part: str, length: int) -> list[_Part]:
    return [(part, _DIGIT * length, length)]
