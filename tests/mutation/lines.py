"""Record which lines of some files run, with the trace function of Python."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

Place = tuple[str, int]


class Lines:
    """A context manager that records the lines of some files that run inside it.

    Attributes:
        reached: each line, as the path of its file and its number.
    """

    def __init__(self, files: list[str]) -> None:
        self.files = frozenset(files)
        self.reached: set[Place] = set()

    def __enter__(self) -> Lines:
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _called(self, frame: FrameType, event: str, argument: object) -> Any:
        return self._stepped if frame.f_code.co_filename in self.files else None

    def _stepped(self, frame: FrameType, event: str, argument: object) -> Any:
        self.reached.add((frame.f_code.co_filename, frame.f_lineno))
        return self._stepped
