"""Deprecation of public names: announced with a replacement and dates, then removed.

Names in ``swm_kpi.__all__`` follow Semantic Versioning. A deprecated name works for at least a year
and one minor release, and warns on every call.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

_Params = ParamSpec("_Params")
_Result = TypeVar("_Result")
NOTICE = timedelta(days=365)
"""The shortest time between the announcement and the removal of a name."""


@dataclass(frozen=True)
class Deprecation:
    """The announcement that a public name will be removed.

    Attributes:
        name: the name, with its module.
        instead: what to write instead.
        since: the version that announces it.
        announced: the day of that version.
        removed_in: the first version without it.
        removed_from: the earliest day of that version, at least a year after the announcement.
    """

    name: str
    instead: str
    since: str
    announced: date
    removed_in: str
    removed_from: date

    def __str__(self) -> str:
        return (
            f"{self.name} is deprecated since {self.since} ({self.announced.isoformat()}) and will "
            f"be removed in {self.removed_in}, not before {self.removed_from.isoformat()}. "
            f"Use {self.instead}."
        )


DEPRECATIONS: dict[str, Deprecation] = {}
"""Every announcement, by name. A test fails when a removal is due."""


def deprecated(
    *, instead: str, since: str, announced: date, removed_in: str, removed_from: date
) -> Callable[[Callable[_Params, _Result]], Callable[_Params, _Result]]:
    """Decorate a function or method that will be removed. It works as before, and warns.

    Args:
        instead: what to write instead.
        since: the version that announces it.
        announced: the day of that version.
        removed_in: the first version without it.
        removed_from: the earliest day of that version.

    Raises:
        ValueError: the notice is shorter than a year, or the removal is not in a later version.
    """
    if removed_from - announced < NOTICE:
        raise ValueError(f"Announce a name at least {NOTICE.days} days before it is removed.")
    if parse_version(removed_in) <= parse_version(since):
        raise ValueError(f"removed_in={removed_in!r} is not a later version than since={since!r}.")

    def decorate(function: Callable[_Params, _Result]) -> Callable[_Params, _Result]:
        name = f"{function.__module__}.{function.__qualname__}"
        deprecation = Deprecation(name, instead, since, announced, removed_in, removed_from)
        DEPRECATIONS[name] = deprecation

        @wraps(function)
        def wrapper(*args: _Params.args, **kwargs: _Params.kwargs) -> _Result:
            warnings.warn(str(deprecation), DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        return wrapper

    return decorate


def parse_version(text: str) -> tuple[int, ...]:
    """Parse a released version into numbers, so that 0.10 sorts after 0.9.

    Raises:
        ValueError: it is not whole numbers separated by full stops.
    """
    return tuple(int(part) for part in text.split("."))
