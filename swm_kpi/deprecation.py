"""How a public name is retired: announced with its successor and its dates, then removed.

Names in ``swm_kpi.__all__`` follow Semantic Versioning. One that is to go still works for a year,
and for one minor release at least, and says so whenever it is called.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")
NOTICE = timedelta(days=365)


@dataclass(frozen=True)
class Deprecation:
    """A name on its way out.

    Attributes:
        name: the name, with its module.
        instead: what to write instead.
        since: the version that announced it.
        announced: the day of that version.
        removed_in: the version without it.
        removed_from: the earliest day of that version; a year after the announcement at least.
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
"""Everything that is announced, by name. A test fails once a removal is due and not done."""


def deprecated(
    *, instead: str, since: str, announced: date, removed_in: str, removed_from: date
) -> Callable[[Callable[_Given, _Returned]], Callable[_Given, _Returned]]:
    """Announce that a function or method will go; it warns whoever calls it, and works as before.

    Args:
        instead: what to write instead.
        since: the version that announces it.
        announced: the day of that version.
        removed_in: the version without it.
        removed_from: the earliest day of that version.

    Raises:
        ValueError: the notice is shorter than a year, or the removal is no later version.
    """
    if removed_from - announced < NOTICE:
        raise ValueError(f"a name is announced {NOTICE.days} days before it goes, at least")
    if version_of(removed_in) <= version_of(since):
        raise ValueError(f"{removed_in} is not later than {since}")

    def announce(function: Callable[_Given, _Returned]) -> Callable[_Given, _Returned]:
        name = f"{function.__module__}.{function.__qualname__}"
        found = Deprecation(name, instead, since, announced, removed_in, removed_from)
        DEPRECATIONS[name] = found

        @wraps(function)
        def told(*given: _Given.args, **named: _Given.kwargs) -> _Returned:
            warnings.warn(str(found), DeprecationWarning, stacklevel=2)
            return function(*given, **named)

        return told

    return announce


def version_of(text: str) -> tuple[int, ...]:
    """Return a released version as numbers, so that 0.10 comes after 0.9.

    Raises:
        ValueError: it is not whole numbers joined by points.
    """
    return tuple(int(part) for part in text.split("."))
