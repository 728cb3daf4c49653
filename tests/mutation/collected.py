"""Test mutants on tests that are collected once: the code of functions is replaced in a fork.

This is fast, and enough for a mutant inside a function that only tests call. Code that runs on
import needs a new import: see ``imported``.
"""

from __future__ import annotations

import gc
import json
import mmap
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FunctionType

import pytest

from tests.mutation.forking import survives
from tests.mutation.lines import Lines, Place
from tests.mutation.mutants import Mutant
from tests.mutation.subjects import module_of

BASELINE_SECONDS = 1200.0
_KILLERS = 4


class Collected:
    """A pytest plugin that tests mutants instead of running the tests.

    Args:
        mutants: the mutants to test.
        on_survivor: called for each mutant that survives, with its position among the mutants. If
            it has to be tested again by a new import, also with the tests to run and the seconds of
            processor time that they may take; otherwise with no tests.
    """

    def __init__(
        self, mutants: Sequence[Mutant], on_survivor: Callable[[int, list[str], float], None]
    ) -> None:
        self.mutants = mutants
        self.on_survivor = on_survivor
        self.failed = self.is_fork = False
        self.killers: list[str] = []
        # Shared with the forks: the position of the test that runs.
        self.running = mmap.mmap(-1, 8)
        self.files = sorted({str(mutant.path) for mutant in mutants})
        self.lines = Lines(self.files).__enter__()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """End the fork of a mutant at the first failure, because a report is slow."""
        if (
            self.is_fork
            and call.excinfo
            and not isinstance(call.excinfo.value, pytest.skip.Exception)
        ):
            os._exit(1)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        on_import = self.lines.reached
        self.lines.__exit__()
        self.items = {item.nodeid: item for item in session.items}
        for file in self.files:
            # The code of a module can only be replaced once it is imported.
            import_module(module_of(Path(file)))
        reached, self.seconds = self._baseline()
        self.functions = _functions_of(self.files)
        # Objects that are in memory now are shared with every fork.
        gc.freeze()
        by_seconds = sorted(self.seconds, key=self.seconds.__getitem__)
        for position, mutant in enumerate(self.mutants):
            line = (str(mutant.path), mutant.line)
            of_line = [test for test in by_seconds if line in reached[test]]
            of_file = [
                test for test in by_seconds if any(path == line[0] for path, _ in reached[test])
            ]
            # The result of a line may be cached by one test, and then not run by the others.
            rest = [test for test in of_file if test not in set(of_line)]
            if mutant.runs_on_import or (
                self._survives(mutant, of_line) and self._survives(mutant, rest)
            ):
                again = mutant.runs_on_import or line in on_import
                names = self._killers_first(of_file or by_seconds) if again else []
                self.on_survivor(position, names, self._limit(names))
        return True

    def _limit(self, tests: Iterable[str]) -> float:
        return 20 + 5 * sum(self.seconds[test] for test in tests)

    def _survives(self, mutant: Mutant, tests: list[str]) -> bool:
        ordered = self._killers_first(tests)
        if not ordered or survives(lambda: self._passes(mutant, ordered), self._limit(ordered)):
            return True
        killer = ordered[int.from_bytes(self.running[:], "little")]
        self.killers = [killer, *(test for test in self.killers if test != killer)]
        return False

    def _killers_first(self, tests: list[str]) -> list[str]:
        """Put the tests first that killed the last mutants: they are likely to kill the next."""
        first = [test for test in self.killers[:_KILLERS] if test in tests]
        return [*first, *(test for test in tests if test not in first)]

    def _passes(self, mutant: Mutant, tests: list[str]) -> bool:
        self.is_fork = True
        _replace_code(mutant, self.functions)
        return self._run(self.items[test] for test in tests)

    def _run(self, items: Iterable[pytest.Item]) -> bool:
        """Run tests until one fails, and return whether all passed."""
        for position, item in enumerate(items):
            self.running[:] = position.to_bytes(len(self.running), "little")
            if self.is_fork:
                # Stop a mutant with an endless loop soon.
                signal.setitimer(signal.ITIMER_PROF, 1 + 5 * self.seconds[item.nodeid])
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed:
                return False
        return True

    def _baseline(self) -> tuple[dict[str, set[Place]], dict[str, float]]:
        """Return the lines that each test reaches and the seconds it takes, measured in a fork."""
        with TemporaryDirectory() as folder:
            file = Path(folder) / "lines.json"

            def attempt() -> bool:
                seconds, lines = {}, {}
                for item in self.items.values():
                    began = time.process_time()
                    with Lines(self.files) as reached:
                        passed = self._run([item])
                    if not passed:
                        file.write_text(json.dumps({"failing": item.nodeid}))
                        return True
                    seconds[item.nodeid] = time.process_time() - began
                    lines[item.nodeid] = sorted(reached.reached)
                file.write_text(json.dumps({"lines": lines, "seconds": seconds}))
                return True

            if not survives(attempt, BASELINE_SECONDS):
                sys.exit(_report("The tests did not end, or broke the process, on unchanged code."))
            read = json.loads(file.read_text())
        if "failing" in read:
            sys.exit(_report(f"A test fails on unchanged code: {read['failing']}"))
        lines = {test: {(p, n) for p, n in read["lines"][test]} for test in self.items}
        return lines, read["seconds"]


def _report(problem: str) -> str:
    # pytest does not print the message of a SystemExit.
    print(problem, file=sys.stderr)
    return problem


def _functions_of(files: list[str]) -> list[FunctionType]:
    return [
        function
        for function in gc.get_objects()
        if isinstance(function, FunctionType) and function.__code__.co_filename in files
    ]


def _replace_code(mutant: Mutant, functions: list[FunctionType]) -> None:
    """Replace the code of every function of the mutant's file."""
    changed = {(code.co_qualname, code.co_firstlineno): code for code in _codes(mutant.code())}
    for function in functions:
        before = function.__code__
        if before.co_filename == str(mutant.path):
            code = changed.get((before.co_qualname, before.co_firstlineno))
            if code is not None and code.co_freevars == before.co_freevars:
                function.__code__ = code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)
