"""Formats of dates and times: which ones can be parsed, and what a text in them looks like.

Engines differ in what they accept, such as a leap second or a missing digit. A text is therefore
first compared with a pattern, and only a text that matches it is parsed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from swm_kpi.errors import did_you_mean

ISO_DATE = "ISO date"
ISO = "ISO"
ISO_WITH_OFFSET = "ISO with offset"
EPOCH_SECONDS = "epoch seconds"
EPOCH_MILLISECONDS = "epoch milliseconds"

_DAY = r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_OFFSET = r"(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
_NAMED = {
    ISO_DATE: (_DAY, date),
    ISO: (rf"{_DAY}[T ]{_CLOCK}", datetime),
    ISO_WITH_OFFSET: (rf"{_DAY}[T ]{_CLOCK}{_OFFSET}", datetime),
    EPOCH_SECONDS: ("", datetime),
    EPOCH_MILLISECONDS: ("", datetime),
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
"""The months in English, in order."""
_LONG_NAMES = f"(?i:{'|'.join(MONTHS)})"
_SHORT_NAMES = f"(?i:{'|'.join(name[:3] for name in MONTHS)})"


@dataclass(frozen=True)
class _Directive:
    """A part of a format.

    Attributes:
        pattern: what it matches.
        padded: what it matches where it touches another part, so that no digit may be left out.
        words: its name for readers.
    """

    pattern: str
    padded: str
    words: str


_DIRECTIVES = {
    "%d": _Directive("(?:0?[1-9]|[12][0-9]|3[01])", "(?:0[1-9]|[12][0-9]|3[01])", "day"),
    "%m": _Directive("(?:0?[1-9]|1[0-2])", "(?:0[1-9]|1[0-2])", "month"),
    "%Y": _Directive("[12][0-9]{3}", "[12][0-9]{3}", "year"),
    "%H": _Directive("(?:[01]?[0-9]|2[0-3])", "(?:[01][0-9]|2[0-3])", "hour"),
    "%I": _Directive("(?:0?[1-9]|1[0-2])", "(?:0[1-9]|1[0-2])", "hour of twelve"),
    "%M": _Directive("[0-5][0-9]", "[0-5][0-9]", "minute"),
    "%S": _Directive("[0-5][0-9]", "[0-5][0-9]", "second"),
    "%f": _Directive("[0-9]{1,6}", "[0-9]{1,6}", "fraction"),
    "%p": _Directive("(?i:AM|PM)", "(?i:AM|PM)", "AM or PM"),
    "%b": _Directive(_SHORT_NAMES, _SHORT_NAMES, "short month name"),
    "%B": _Directive(_LONG_NAMES, _LONG_NAMES, "month name"),
}
_PIECE = re.compile(r"%.?|[^%]+", re.DOTALL)
_LITERALS = frozenset(" -/.:,T")
_MONTH_DIRECTIVES = ("%m", "%b", "%B")


@dataclass(frozen=True)
class TimeFormat:
    """A valid format.

    Attributes:
        text: the format as it was declared.
        dtype: ``date`` or ``datetime``.
        pattern: the regular expression that a whole text matches; empty for a number.
    """

    text: str
    dtype: type
    pattern: str

    @property
    def is_epoch(self) -> bool:
        """Whether it is a number of seconds or milliseconds since 1970."""
        return self.text in (EPOCH_SECONDS, EPOCH_MILLISECONDS)

    @property
    def is_named(self) -> bool:
        """Whether it is a name, and not a text with directives."""
        return self.text in _NAMED

    @property
    def has_offset(self) -> bool:
        """Whether it states an instant, whatever the time zone of the source."""
        return self.is_epoch or self.text == ISO_WITH_OFFSET

    @property
    def words(self) -> str:
        """The format for readers, such as ``day/month/year hour:minute``."""
        if self.is_named:
            return self.text
        return "".join(
            _DIRECTIVES[piece].words if piece in _DIRECTIVES else piece
            for piece in _PIECE.findall(self.text)
        )

    def pieces(self) -> list[tuple[str, str]]:
        """Return the directives and the texts between them, each with its regular expression."""
        pieces = _PIECE.findall(self.text)
        return [
            (piece, _pattern_of(pieces, at) if piece in _DIRECTIVES else re.escape(piece))
            for at, piece in enumerate(pieces)
        ]


def read_time_format(text: object) -> TimeFormat | tuple[str, str]:
    """Return the format that a text states, or the rule that it breaks and the fix."""
    if not isinstance(text, str):
        return "the format is not text", 'Write a format such as "%d/%m/%Y %H:%M"'
    if text in _NAMED:
        pattern, dtype = _NAMED[text]
        return TimeFormat(text, dtype, pattern)
    pieces = _PIECE.findall(text)
    directives = [piece for piece in pieces if piece.startswith("%")]
    if not directives:
        return f"{text!r} is not a format", did_you_mean(text, _NAMED)
    fault = _find_fault(pieces, directives)
    if fault is not None:
        return fault
    pattern = "".join(
        re.escape(piece) if piece not in _DIRECTIVES else _pattern_of(pieces, position)
        for position, piece in enumerate(pieces)
    )
    return TimeFormat(text, datetime if "%M" in directives else date, pattern)


def _find_fault(pieces: list[str], directives: list[str]) -> tuple[str, str] | None:
    unknown = [piece for piece in directives if piece not in _DIRECTIVES]
    if "%y" in unknown:
        return "%y does not say which century", "Use %Y: ask for an extract with years in full"
    if unknown:
        known = ", ".join(_DIRECTIVES)
        return f"{unknown[0]} is not a directive of a format", f"Choose from {known}"
    repeated = [piece for piece in directives if directives.count(piece) > 1]
    if repeated:
        return f"{repeated[0]} occurs twice", "Write each directive once"
    literals = {letter for piece in pieces if piece not in _DIRECTIVES for letter in piece}
    if literals - _LITERALS:
        rule = f"{min(literals - _LITERALS)!r} cannot stand between the parts of a date"
        return rule, "Use spaces, T, and the signs - / . : ,"
    months = [piece for piece in directives if piece in _MONTH_DIRECTIVES]
    if "%d" not in directives or "%Y" not in directives or len(months) != 1:
        return "it does not state one day, one month and one year", "Write %d, %m and %Y"
    has_hour = "%H" in directives or "%I" in directives
    if has_hour != ("%M" in directives):
        return "it has an hour without minutes, or minutes without an hour", "Write %H:%M"
    if ("%I" in directives) != ("%p" in directives) or {"%I", "%H"} <= set(directives):
        return "an hour of twelve needs AM or PM, and no other hour does", "Write %I with %p, or %H"
    if "%S" in directives and not has_hour:
        return "it has seconds without an hour", "Write %H:%M:%S"
    if "%f" in directives:
        before = pieces[: pieces.index("%f")]
        if before[-2:] != ["%S", "."]:
            return "%f does not follow %S and a point", "Write %S.%f"
    return None


def _pattern_of(pieces: list[str], position: int) -> str:
    """Return the pattern of a directive; with all its digits where it touches another one."""
    directive = _DIRECTIVES[pieces[position]]
    neighbours = pieces[max(position - 1, 0) : position] + pieces[position + 1 : position + 2]
    touches = any(piece in _DIRECTIVES for piece in neighbours)
    return directive.padded if touches else directive.pattern
