"""The error family: the ground floor, which imports nothing from the package.

Every message names the thing, the rule and the fix, and none holds a value from a table:
names of columns, refs and periods may appear, rows may not.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from difflib import get_close_matches
from functools import wraps
from pathlib import Path
from traceback import clear_frames
from typing import ParamSpec, Self, TypeVar

_PACKAGE = Path(__file__).parent
_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")


class SwmKpiError(Exception):
    """The base of every error this library raises on purpose.

    Attributes:
        exit_code: what the command line exits with; each code has one cause.
    """

    exit_code = 1


class DefinitionError(SwmKpiError, ValueError):
    """A metric, contract, dimension or catalogue is declared wrongly.

    Attributes:
        problems: everything that is wrong, in the order found; never only the first.
    """

    exit_code = 10

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Problem, ...]]]:
        """Let it cross from one process to another whole."""
        return type(self), (self.problems,)


class DataError(SwmKpiError, ValueError):
    """A table breaks its contract. Holds counts and column names, never a value."""

    exit_code = 11


class RequestError(SwmKpiError, ValueError):
    """A computation was asked for that cannot be done: unknown ref, table, breakdown or option."""

    exit_code = 12


class PeriodError(SwmKpiError, ValueError):
    """A period is not written as this library writes periods, or is not a whole grain."""

    exit_code = 13


class InputError(SwmKpiError, OSError):
    """A file or frame that was given cannot be read as a table."""

    exit_code = 14


class OutputError(SwmKpiError, OSError):
    """A result cannot be written: it exists, the folder is not writable, or it is undisclosed."""

    exit_code = 15


class MissingExtra(SwmKpiError, ImportError):
    """An optional part of the library was used without its extra installed."""

    exit_code = 16

    @classmethod
    def needed(cls, package: str, *, extra: str, purpose: str) -> MissingExtra:
        """Word the one message for a missing optional dependency."""
        return cls(f'{purpose} needs {package}. Install it with: pip install "swm-kpi[{extra}]"')


class PluginWarning(UserWarning):
    """A plugin's definitions cannot be loaded; every other distribution's are there."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a definition.

    Attributes:
        subject: the thing, such as ``Metric 15`` or ``Incident.closing_code``.
        field: the field of it that is wrong.
        rule: the rule it breaks.
        fix: what to write instead.
        place: file and line of the declaration, where known.
    """

    subject: str
    field: str
    rule: str
    fix: str
    place: str = ""

    def __str__(self) -> str:
        at = f" ({self.place})" if self.place else ""
        stop = "" if self.rule.endswith("?") else "."
        end = "" if self.fix.endswith("?") else "."
        return f"{self.subject}, {self.field}: {self.rule}{stop} {self.fix}{end}{at}"


def did_you_mean(name: str, known: Iterable[str], *, show: int = 12) -> str:
    """Suggest the nearest known name, or list what is known. Ends without a full stop.

    The only suggestion function of the library, so that every message words it alike.
    """
    names = sorted(set(known))
    lowered = {each.lower(): each for each in reversed(names)}
    near = get_close_matches(name.lower(), list(lowered), n=1, cutoff=0.6)
    if near:
        return f"Did you mean {lowered[near[0]]!r}?"
    if not names:
        return "There is none to choose from"
    listed = ", ".join(repr(each) for each in names[:show])
    return f"Choose from {listed}" + (f" and {len(names) - show} more" if len(names) > show else "")


def place_of_declaration() -> str:
    """Return ``file:line`` of the nearest caller outside the package: where it is written."""
    frame = sys._getframe(1)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if not _is_internal_frame(path) and path.exists():
            return f"{'/'.join(path.parts[-2:])}:{frame.f_lineno}"
        if frame.f_back is None:
            break
        frame = frame.f_back
    return ""


def _is_internal_frame(path: Path) -> bool:
    """Say whether a file belongs to the library or to what it calls, and declares nothing."""
    if "pydantic" in path.parts or "importlib" in path.parts:
        return True
    in_package = path.is_relative_to(_PACKAGE)
    return in_package and "definitions" not in path.relative_to(_PACKAGE).parts


def clear_tracebacks(function: Callable[_Arguments, _Answer]) -> Callable[_Arguments, _Answer]:
    """Make a function that is given tables forget them in whatever error comes out of it.

    A traceback keeps every frame that the error came through, and each frame its local variables:
    whoever prints those (a debugger, an error tracker, pytest) would print rows. Files, lines and
    names of functions stay; the caller's own frames are the caller's.
    """

    @wraps(function)
    def forgets(*args: _Arguments.args, **options: _Arguments.kwargs) -> _Answer:
        try:
            return function(*args, **options)
        except BaseException as error:
            del args, options
            for each in _chain(error):
                clear_frames(each.__traceback__)
            raise

    return forgets


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, and those that it was raised from or in the handling of."""
    seen: dict[int, BaseException] = {}
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen[id(each)] = each
            waiting += [each.__cause__, each.__context__]
    yield from seen.values()


_collected: ContextVar[list[Problem] | None] = ContextVar("collected_problems", default=None)


@contextmanager
def collecting_problems() -> Iterator[list[Problem]]:
    """Gather every definition problem inside the block instead of stopping at the first.

    While it is active a wrong declaration yields a stand-in that takes any use, so that the rest
    of its file still loads and all mistakes of a catalogue are reported together. Whoever opens
    the block must raise ``DefinitionError`` when the list is not empty.
    """
    problems: list[Problem] = []
    token = _collected.set(problems)
    try:
        yield problems
    finally:
        _collected.reset(token)


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise ``DefinitionError``, or record the problems where a caller is collecting them."""
    found = list(problems)
    collected = _collected.get()
    if collected is None:
        raise DefinitionError(found)
    collected.extend(each for each in found if each not in collected)
