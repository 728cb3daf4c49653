"""Mutants tried by importing the package afresh, in a process that has not imported it yet."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader

import pytest

from tests.mutation.forking import SameExamples
from tests.mutation.mutants import Mutant


class Chosen:
    """A plugin of pytest that keeps the tests named, in their order."""

    def __init__(self, tests: list[str]) -> None:
        self.place = {test: at for at, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (each for each in items if each.nodeid in self.place),
            key=lambda each: self.place[each.nodeid],
        )


def passes(mutant: Mutant, tests: list[str], options: list[str]) -> bool:
    """Import with one file changed, and run the tests until one fails: whether none did."""
    read = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str) -> object:
        return mutant.code() if loader.path == str(mutant.path) else read(loader, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    files = list(dict.fromkeys(test.split("::")[0] for test in tests))
    return (
        pytest.main(["-x", *options, *files], plugins=[Chosen(tests), SameExamples()])
        == pytest.ExitCode.OK
    )
