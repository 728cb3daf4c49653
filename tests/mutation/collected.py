"""Mutants tried on tests that have been collected once: the code of functions is swapped in a fork.

That is quick, and enough for a mutant inside a function that is first called by a test. Whatever
runs when a module is imported needs the import again: see ``imported``.
"""

from __future__ import annotations

import gc
import json
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FunctionType

import coverage
import pytest
from hypothesis import Phase, settings

from tests.mutation.forking import survives
from tests.mutation.mutants import Mutant

BASELINE_SECONDS = 1200.0


class Collected:
    """A plug-in of pytest that tries mutants in place of running the tests.

    Attributes:
        tried: each mutant, and whether it survived.
        afresh: those that have to be tried by importing their module again, and with which tests.
    """

    def __init__(self, mutants: Sequence[Mutant]) -> None:
        self.mutants = mutants
        self.tried: list[tuple[Mutant, bool]] = []
        self.afresh: list[tuple[Mutant, list[str], float]] = []
        self.failed = self.trying = False
        self.files = sorted({str(each.path) for each in mutants})
        self.tracer = coverage.Coverage(data_file=None, include=self.files, config_file=False)
        self.tracer.start()

    def pytest_configure(self) -> None:
        """Draw the same examples each time, and look for no smaller one."""
        phases = [Phase.explicit, Phase.generate]
        settings.register_profile(
            "mutation", derandomize=True, database=None, deadline=None, phases=phases
        )
        settings.load_profile("mutation")

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
        self.tracer.stop()
        items = {each.nodeid: each for each in session.items}
        on_import = self._lines_by_test()[""]
        lines, seconds = self._baseline(list(items.values()))
        tests = defaultdict(list)
        for test in sorted(seconds, key=seconds.__getitem__):
            for place in lines.get(test, ()):
                tests[place].append(test)
        self.functions = _functions_of(self.files)
        # What is in memory now is shared with every fork.
        gc.freeze()
        for mutant in self.mutants:
            place = (str(mutant.path), mutant.line)
            covering = tests[place]
            survived = True
            if not mutant.runs_on_import:
                files = {_file(test) for test in covering}
                for several in (covering, [test for test in items if _file(test) in files]):
                    limit = 10 + 5 * sum(seconds[test] for test in several)
                    survived = survived and survives(
                        lambda m=mutant, chosen=several: self._try(m, [items[t] for t in chosen]),
                        limit,
                    )
            if survived and (mutant.runs_on_import or place in on_import):
                touching = [t for t in seconds if any(p == place[0] for p, _ in lines.get(t, ()))]
                chosen = touching or list(items)
                self.afresh.append((mutant, chosen, 30 + 5 * sum(seconds[t] for t in chosen)))
            else:
                self.tried.append((mutant, survived))
        return True

    def _try(self, mutant: Mutant, items: Iterable[pytest.Item]) -> bool:
        self.trying = True
        _swap(mutant, self.functions)
        return self._pass(items)

    def _pass(self, items: Iterable[pytest.Item]) -> bool:
        """Run tests until one fails: whether none did."""
        for item in items:
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
            if self.failed:
                return False
        return True

    def _lines_by_test(self) -> dict[str, set[tuple[str, int]]]:
        data = self.tracer.get_data()
        found: dict[str, set[tuple[str, int]]] = defaultdict(set)
        for path in data.measured_files():
            for line, contexts in data.contexts_by_lineno(path).items():
                for each in contexts:
                    found[each].add((path, line))
        return found

    def _baseline(
        self, items: list[pytest.Item]
    ) -> tuple[dict[str, set[tuple[str, int]]], dict[str, float]]:
        """The lines that each test reaches and the seconds it takes, found out in a fork."""
        with TemporaryDirectory() as folder:
            kept = Path(folder) / "lines.json"

            def attempt() -> bool:
                seconds = {}
                self.tracer.erase()
                self.tracer.start()
                for item in items:
                    self.tracer.switch_context(item.nodeid)
                    began = time.monotonic()
                    if not self._pass([item]):
                        kept.write_text(json.dumps({"failing": item.nodeid}))
                        return True
                    seconds[item.nodeid] = time.monotonic() - began
                self.tracer.stop()
                lines = {test: sorted(each) for test, each in self._lines_by_test().items()}
                kept.write_text(json.dumps({"lines": lines, "seconds": seconds}))
                return True

            if not survives(attempt, BASELINE_SECONDS):
                raise SystemExit("The tests did not end, or broke the process, on unchanged code.")
            read = json.loads(kept.read_text())
        if "failing" in read:
            raise SystemExit(f"A test fails on unchanged code: {read['failing']}")
        lines = {test: {(p, n) for p, n in each} for test, each in read["lines"].items()}
        return lines, read["seconds"]


def _file(test: str) -> str:
    return test.split("::")[0]


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
