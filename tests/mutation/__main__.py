"""Change the code by one small thing at a time, and see that a test fails each time.

A mutant that no test fails on has survived: the behaviour it changes is not yet written down. Only
the tests that reach the changed line are run, then the other tests of their files. Nothing on disk
is touched. For Linux and macOS, as each mutant is a fork.
"""

from __future__ import annotations

import argparse
import os

# The threads of Polars would not be there in a fork.
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

# Imported once, before the forks, as they take most of the time of an import.
HEAVY = ("narwhals", "numpy", "pandas", "pandera", "polars", "pyarrow", "pydantic")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("part", help="a folder or file, such as swm_kpi/periods")
    parser.add_argument("--tests", nargs="+", metavar="FILE")
    parser.add_argument("--lines", nargs=2, type=int, default=(1, 10_000), metavar=("FROM", "TO"))
    parser.add_argument("--every", type=int, default=1, metavar="N", help="one in N, for a sample")
    asked = parser.parse_args()
    part = asked.part.rstrip("/")
    first, last = asked.lines
    explained = {(each.file, each.inside, each.before, each.after) for each in equivalents()}
    found = [each for path in files_of(part) for each in mutants_of(path)]
    found = [each for each in found if first <= each.line <= last]
    found = found[:: asked.every]
    mutants = [each for each in found if _key(each) not in explained]

    began = time.monotonic()
    survived = 0
    for each in _survivors(mutants, asked.tests or tests_of(part)):
        survived += 1
        print(f"{each.path.relative_to(ROOT)}:{each.line} in {each.inside or 'the module'}")
        print(f"  - {each.before}\n  + {each.after}", flush=True)
    killed = len(mutants) - survived
    print(
        f"{part}: {len(found)} mutants, {len(found) - len(mutants)} explained, {killed} killed, "
        f"{survived} survived: {killed / max(len(mutants), 1):.1%} in "
        f"{time.monotonic() - began:.0f} seconds"
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
        ours, theirs = fork.Pipe(duplex=False)

        def collected() -> None:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            plugin = Collected(mutants, lambda *found: theirs.send(found))
            if pytest.main([*options, *tests], plugins=[plugin, SameExamples()]):
                raise SystemExit("The tests were not collected, or fail on unchanged code.")
            theirs.send(None)

        child = fork.Process(target=collected)
        child.start()
        theirs.close()
        while found := _received(ours):
            at, names, seconds = found
            if not names or survives(partial(passes, mutants[at], names, options), seconds):
                yield mutants[at]
        child.join()


def _received(pipe: Connection) -> Any:
    try:
        return pipe.recv()
    except EOFError:
        sys.exit("No mutant was tried: see what is said above.")


main()
