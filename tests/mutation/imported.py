"""Test a mutant by importing the package again, in a process that has not imported it yet."""

from __future__ import annotations

from importlib.machinery import SourceFileLoader

import pytest

from tests.mutation.forking import SameExamples
from tests.mutation.mutants import Mutant


class SelectedTests:
    """A pytest plugin that runs only the named tests, in their order."""

    def __init__(self, tests: list[str]) -> None:
        self.position = {test: position for position, test in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted(
            (item for item in items if item.nodeid in self.position),
            key=lambda item: self.position[item.nodeid],
        )


def passes(mutant: Mutant, tests: list[str], options: list[str]) -> bool:
    """Import the package with one file changed, and return whether all tests pass."""
    original = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str) -> object:
        return mutant.code() if loader.path == str(mutant.path) else original(loader, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    files = list(dict.fromkeys(test.split("::")[0] for test in tests))
    return (
        pytest.main(["-x", *options, *files], plugins=[SelectedTests(tests), SameExamples()])
        == pytest.ExitCode.OK
    )
