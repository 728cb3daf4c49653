"""Mutants tried on tests that have been collected once: the code of functions is swapped in a fork.

That is quick, and enough for a mutant inside a function that is first called by a test. Whatever
runs when a module is imported needs the import again: see ``imported``.
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
    """A plugin of pytest that tries mutants in place of running the tests.

    Args:
        mutants: what to try.
        tell: called for each that is still alive with its place among the mutants. Where it has to
            be tried again by importing its module, the tests to run are named, and the seconds of
            processor time that they may take.
    """

    def __init__(
        self, mutants: Sequence[Mutant], tell: Callable[[int, list[str], float], None]
    ) -> None:
        self.mutants = mutants
        self.tell = tell
        self.failed = self.trying = False
        self.killers: list[str] = []
        # Shared with the forks: which test of those chosen is being run.
        self.running = mmap.mmap(-1, 8)
        self.files = sorted({str(each.path) for each in mutants})
        self.lines = Lines(self.files).__enter__()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, call: pytest.CallInfo[None]) -> None:
        """End the fork of a mutant at the first failure, without a report, which takes long."""
        if (
            self.trying
            and call.excinfo
            and not isinstance(call.excinfo.value, pytest.skip.Exception)
        ):
            os._exit(1)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed |= report.failed

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        on_import = self.lines.found
        self.lines.__exit__()
        self.items = {each.nodeid: each for each in session.items}
        for file in self.files:
            # What a test would import first has no code yet to be swapped.
            import_module(module_of(Path(file)))
        reached, self.seconds = self._baseline()
        self.functions = _functions_of(self.files)
        # What is in memory now is shared with every fork.
        gc.freeze()
        by_seconds = sorted(self.seconds, key=self.seconds.__getitem__)
        for at, mutant in enumerate(self.mutants):
            line = (str(mutant.path), mutant.line)
            of_line = [each for each in by_seconds if line in reached[each]]
            of_file = [each for each in by_seconds if any(p == line[0] for p, _ in reached[each])]
            # A line that one test has run may be remembered, and not run again, by the others.
            rest = [each for each in of_file if each not in set(of_line)]
            if mutant.runs_on_import or (
                self._survives(mutant, of_line) and self._survives(mutant, rest)
            ):
                again = mutant.runs_on_import or line in on_import
                names = self._killers_first(of_file or by_seconds) if again else []
                self.tell(at, names, self._limit(names))
        return True

    def _limit(self, tests: Iterable[str]) -> float:
        return 20 + 5 * sum(self.seconds[each] for each in tests)

    def _survives(self, mutant: Mutant, tests: list[str]) -> bool:
        ordered = self._killers_first(tests)
        if not ordered or survives(lambda: self._try(mutant, ordered), self._limit(ordered)):
            return True
        killer = ordered[int.from_bytes(self.running[:], "little")]
        self.killers = [killer, *(each for each in self.killers if each != killer)]
        return False

    def _killers_first(self, tests: list[str]) -> list[str]:
        """Put first what found the last mutants: it is likely to find the next."""
        first = [each for each in self.killers[:_KILLERS] if each in tests]
        return [*first, *(each for each in tests if each not in first)]

    def _try(self, mutant: Mutant, tests: list[str]) -> bool:
        self.trying = True
        _swap(mutant, self.functions)
        return self._pass(self.items[each] for each in tests)

    def _pass(self, items: Iterable[pytest.Item]) -> bool:
        """Run tests until one fails: whether none did."""
        for at, item in enumerate(items):
            self.running[:] = at.to_bytes(len(self.running), "little")
            if self.trying:
                # A mutant that goes round for ever is ended soon.
                signal.setitimer(signal.ITIMER_PROF, 1 + 5 * self.seconds[item.nodeid])
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed:
                return False
        return True

    def _baseline(self) -> tuple[dict[str, set[Place]], dict[str, float]]:
        """The lines that each test reaches and the seconds it takes, found out in a fork."""
        with TemporaryDirectory() as folder:
            kept = Path(folder) / "lines.json"

            def attempt() -> bool:
                seconds, lines = {}, {}
                for item in self.items.values():
                    began = time.process_time()
                    with Lines(self.files) as reached:
                        passed = self._pass([item])
                    if not passed:
                        kept.write_text(json.dumps({"failing": item.nodeid}))
                        return True
                    seconds[item.nodeid] = time.process_time() - began
                    lines[item.nodeid] = sorted(reached.found)
                kept.write_text(json.dumps({"lines": lines, "seconds": seconds}))
                return True

            if not survives(attempt, BASELINE_SECONDS):
                sys.exit(_said("The tests did not end, or broke the process, on unchanged code."))
            read = json.loads(kept.read_text())
        if "failing" in read:
            sys.exit(_said(f"A test fails on unchanged code: {read['failing']}"))
        lines = {test: {(p, n) for p, n in read["lines"][test]} for test in self.items}
        return lines, read["seconds"]


def _said(problem: str) -> str:
    # pytest does not tell why it was left.
    print(problem, file=sys.stderr)
    return problem


def _functions_of(files: list[str]) -> list[FunctionType]:
    return [
        each
        for each in gc.get_objects()
        if isinstance(each, FunctionType) and each.__code__.co_filename in files
    ]


def _swap(mutant: Mutant, functions: list[FunctionType]) -> None:
    """Give every function of the mutant's file the code of the mutant."""
    changed = {(each.co_qualname, each.co_firstlineno): each for each in _codes(mutant.code())}
    for each in functions:
        if each.__code__.co_filename == str(mutant.path):
            code = changed.get((each.__code__.co_qualname, each.__code__.co_firstlineno))
            if code is not None and code.co_freevars == each.__code__.co_freevars:
                each.__code__ = code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)
