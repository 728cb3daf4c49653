"""How far long work has come, told on stderr to whoever sits at a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int) -> Iterator[Callable[[str], None]]:
    """Yield a function that shows how far long work has come, on stderr if it is a terminal."""
    shown = sys.stderr.isatty()
    done = 0

    def step(what: str) -> None:
        nonlocal done
        done += 1
        if shown:
            of = f"/{total}" if total else ""
            print(f"\r\033[K[{done}{of}] {what}", end="", file=sys.stderr, flush=True)

    try:
        yield step
    finally:
        if shown and done:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
