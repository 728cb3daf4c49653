"""The progress of slow work, shown on stderr if it is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows the next step of slow work, if stderr is a terminal.

    Args:
        total: the number of steps; 0 if it is not known.
    """
    is_terminal = sys.stderr.isatty()
    steps = 0

    def step(description: str) -> None:
        nonlocal steps
        steps += 1
        if is_terminal:
            count = f"{steps}/{total}" if total else str(steps)
            print(f"\r\033[K[{count}] {description}", end="", file=sys.stderr, flush=True)

    try:
        yield step
    finally:
        if is_terminal and steps:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
