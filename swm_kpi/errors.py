"""The exceptions of the library, and the functions that word and collect definition problems.

Every message names the thing, the rule and the fix. No message contains a value from a table:
names of columns, refs and periods may appear, rows may not. The one exception is a value that is
spelt like an area, in a column of areas. This module imports nothing from the package.
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
from types import FrameType
from typing import ParamSpec, Self, TypeVar

_PACKAGE = Path(__file__).parent
_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")


class SwmKpiError(Exception):
    """The base class of every exception that this library raises on purpose.

    Attributes:
        exit_code: the exit code of the command line. Each class has its own.
    """

    exit_code = 1


class DefinitionError(SwmKpiError, ValueError):
    """A metric, contract, dimension or catalogue is declared wrongly.

    Attributes:
        problems: every problem, in the order in which they were found.
    """

    exit_code = 10

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[Problem, ...]]]:
        """Keep the problems when the error is pickled, as between processes."""
        return type(self), (self.problems,)


class DataError(SwmKpiError, ValueError):
    """A table breaks its contract. The message has counts and names, never a personal value."""

    exit_code = 11


class RequestError(SwmKpiError, ValueError):
    """A request cannot be computed: it names an unknown ref, table, breakdown or option."""

    exit_code = 12


class PeriodError(SwmKpiError, ValueError):
    """A period has the wrong form, or is not a whole month, quarter, year or rolling window."""

    exit_code = 13


class InputError(SwmKpiError, OSError):
    """A file or frame cannot be read as a table."""

    exit_code = 14


class OutputError(SwmKpiError, OSError):
    """A result cannot be written: a file exists, a folder is read-only, or it is not protected."""

    exit_code = 15


class MissingExtra(SwmKpiError, ImportError):
    """An optional part of the library needs an extra that is not installed."""

    exit_code = 16

    @classmethod
    def needed(cls, package: str, *, extra: str, purpose: str) -> MissingExtra:
        """Return the error for a missing optional dependency, with the command that installs it."""
        return cls(f'{purpose} needs {package}. Install it with: pip install "swm-kpi[{extra}]"')


class PluginWarning(UserWarning):
    """A plugin's definitions do not load. Every other distribution's definitions do."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a definition.

    Attributes:
        subject: the thing, such as ``Metric 15`` or ``Incident.closing_code``.
        field: the field that is wrong.
        rule: the rule that it breaks.
        fix: what to write instead.
        place: the file and line of the declaration, where known.
    """

    subject: str
    field: str
    rule: str
    fix: str
    place: str = ""

    def __str__(self) -> str:
        place = f" ({self.place})" if self.place else ""
        stop = "" if self.rule.endswith("?") else "."
        end = "" if self.fix.endswith("?") else "."
        return f"{self.subject}, {self.field}: {self.rule}{stop} {self.fix}{end}{place}"


def did_you_mean(name: str, known: Iterable[str], *, show: int = 12, likeness: float = 0.6) -> str:
    """Return a sentence that suggests the nearest known name, or lists the known names.

    The sentence ends with a question mark or with no full stop, so that it can be a ``fix``. Every
    message of the library uses this function, so that suggestions are worded in one way.

    Args:
        name: the name that is not known.
        known: the names to choose from.
        show: the number of names to list at most.
        likeness: how alike a name must be to be suggested, from 0 to 1.
    """
    names = sorted(set(known))
    by_lower_case = {candidate.lower(): candidate for candidate in reversed(names)}
    nearest = get_close_matches(name.lower(), list(by_lower_case), n=1, cutoff=likeness)
    if nearest:
        return f"Did you mean {by_lower_case[nearest[0]]!r}?"
    if not names:
        return "There is none to choose from"
    listed = ", ".join(repr(candidate) for candidate in names[:show])
    return f"Choose from {listed}" + (f" and {len(names) - show} more" if len(names) > show else "")


def place_of_declaration() -> str:
    """Return ``file:line`` of the nearest caller outside the package; empty if there is none."""
    frame = _declaring_frame()
    if frame is None:
        return ""
    return f"{'/'.join(Path(frame.f_code.co_filename).parts[-2:])}:{frame.f_lineno}"


def folder_of_declaration() -> Path:
    """Return the folder of the nearest caller outside the package; the current one if none."""
    frame = _declaring_frame()
    return Path.cwd() if frame is None else Path(frame.f_code.co_filename).resolve().parent


def _declaring_frame() -> FrameType | None:
    frame: FrameType | None = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if not _is_internal_frame(path) and path.exists():
            return frame
        frame = frame.f_back
    return None


def _is_internal_frame(path: Path) -> bool:
    """Return whether a file belongs to the library, or to code between it and a declaration."""
    if "pydantic" in path.parts or "importlib" in path.parts:
        return True
    in_package = path.is_relative_to(_PACKAGE)
    return in_package and "definitions" not in path.relative_to(_PACKAGE).parts


def clear_tracebacks(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
    """Decorate a function that takes tables, so that its exceptions keep no rows alive.

    A traceback keeps every frame that the exception passed through, with its local variables. A
    debugger, an error tracker or pytest would print the rows in them. The decorator clears the
    variables of those frames. Files, lines and names of functions stay, and so do the caller's
    own frames.
    """

    @wraps(function)
    def wrapper(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
        try:
            return function(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            for linked_error in _linked_errors(error):
                clear_frames(linked_error.__traceback__)
            raise

    return wrapper


def _linked_errors(error: BaseException) -> Iterator[BaseException]:
    """Yield an exception, its causes, and the exceptions during whose handling it was raised."""
    visited: dict[int, BaseException] = {}
    queue: list[BaseException | None] = [error]
    while queue:
        current = queue.pop()
        if current is not None and id(current) not in visited:
            visited[id(current)] = current
            queue += [current.__cause__, current.__context__]
    yield from visited.values()


_collected: ContextVar[list[Problem] | None] = ContextVar("collected_problems", default=None)


@contextmanager
def collecting_problems() -> Iterator[list[Problem]]:
    """Collect every definition problem inside the block, instead of raising the first.

    Inside the block a wrong declaration returns a placeholder that accepts any use, so that the
    rest of its file loads and all mistakes of a catalogue are reported together. The caller must
    raise ``DefinitionError`` when the list is not empty.
    """
    problems: list[Problem] = []
    token = _collected.set(problems)
    try:
        yield problems
    finally:
        _collected.reset(token)


def raise_problems(problems: Iterable[Problem]) -> None:
    """Raise the problems, or record them inside :func:`collecting_problems`.

    Raises:
        DefinitionError: unless a caller collects problems.
    """
    new_problems = list(problems)
    collected = _collected.get()
    if collected is None:
        raise DefinitionError(new_problems)
    collected.extend(problem for problem in new_problems if problem not in collected)
