"""Import-time checks that a table of cases covers an enum, or a set of types, completely.

``typing.assert_never`` does this for ``match`` statements. A dictionary of cases needs a check.
"""

from __future__ import annotations

from collections.abc import Iterable


def require_complete(cases: str, handled: Iterable[object], expected: Iterable[object]) -> None:
    """Check that a table of cases handles exactly what is expected.

    Args:
        cases: what the table is, for the message.
        handled: what the table handles.
        expected: what it must handle.

    Raises:
        TypeError: it lacks a case, or has one that does not exist.
    """
    difference = set(handled) ^ set(expected)
    if difference:
        names = ", ".join(sorted(map(str, difference)))
        raise TypeError(f"{cases}: not exactly the expected cases; see {names}")
