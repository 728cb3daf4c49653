"""Change the code in one place at a time, and check that a test fails each time.

A mutant on which no test fails is a survivor: no test describes the behaviour that it changes. Only
the tests that reach the changed line run, and then the other tests that reach its file. Nothing on
disk is changed. It needs Linux or macOS, because each mutant is a fork.
"""

from __future__ import annotations

import argparse
import os

# A fork does not have the threads of Polars.
os.environ["POLARS_MAX_THREADS"] = "1"

import multiprocessing
import sys
import time
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from multiprocessing.connection import Connection
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.mutation.collected import Collected
from tests.mutation.forking import SameExamples, survives
from tests.mutation.imported import passes
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.subjects import ROOT, equivalents, files_of, tests_of

# Imported once, before the forks, because they are slow to import.
HEAVY = ("narwhals", "numpy", "pandas", "pandera", "polars", "pyarrow", "pydantic")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("part", help="a folder or file, such as swm_kpi/calendar")
    parser.add_argument("--tests", nargs="+", metavar="FILE")
    parser.add_argument("--lines", nargs=2, type=int, default=(1, 10_000), metavar=("FROM", "TO"))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one in N, for a sample")
    options = parser.parse_args()
    part = options.part.rstrip("/")
    first, last = options.lines
    explained = {
        (mutant.file, mutant.inside, mutant.before, mutant.after) for mutant in equivalents()
    }
    every = [mutant for path in files_of(part) for mutant in mutants_of(path)]
    every = [mutant for mutant in every if first <= mutant.line <= last]
    every = every[:: options.every]
    mutants = [mutant for mutant in every if _key(mutant) not in explained]

    start = time.monotonic()
    survived = 0
    for mutant in _survivors(mutants, options.tests or tests_of(part)):
        survived += 1
        print(f"{mutant.path.relative_to(ROOT)}:{mutant.line} in {mutant.inside or 'the module'}")
        print(f"  - {mutant.before}\n  + {mutant.after}", flush=True)
    killed = len(mutants) - survived
    print(
        f"{part}: {len(every)} mutants, {len(every) - len(mutants)} explained, {killed} killed, "
        f"{survived} survived: {killed / max(len(mutants), 1):.1%} in "
        f"{time.monotonic() - start:.0f} seconds"
    )
    sys.exit(bool(survived))


def _key(mutant: Mutant) -> tuple[str, str, str, str]:
    file = mutant.path.relative_to(ROOT).as_posix()
    return file, mutant.inside, mutant.before, mutant.after


def _survivors(mutants: list[Mutant], tests: list[str]) -> Iterator[Mutant]:
    for name in HEAVY:
        import_module(name)
    fork = multiprocessing.get_context("fork")
    with TemporaryDirectory() as folder:
        options = ["-q", "-p", "no:xdist", "-p", "no:cacheprovider", f"--basetemp={folder}/tests"]
        options += ["-o", "addopts=--import-mode=importlib"]
        options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
        receiver, sender = fork.Pipe(duplex=False)

        def run_tests() -> None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            plugin = Collected(mutants, lambda *survivor: sender.send(survivor))
            if pytest.main([*options, *tests], plugins=[plugin, SameExamples()]):
                raise SystemExit("The tests were not collected, or fail on unchanged code.")
            sender.send(None)

        child = fork.Process(target=run_tests)
        child.start()
        sender.close()
        while survivor := _received(receiver):
            position, names, seconds = survivor
            if not names or survives(partial(passes, mutants[position], names, options), seconds):
                yield mutants[position]
        child.join()


def _received(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        sys.exit("No mutant was tested. See the messages above.")


main()
