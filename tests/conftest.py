"""Which tests run by which command, and how many random examples the properties draw.

- ``python -m pytest -m fast`` runs the fast set, in less than a minute on two quiet cores. It is
  the tests of ``FAST_FOLDERS`` that are not marked ``slow``.
- ``python -m pytest`` also runs the slow tests and the other folders. It leaves out the tests that
  are marked ``exhaustive``, which are further cases of a rule, and those of ``tests/slow``. Of a
  test with more than ``MANY_CASES`` cases, both commands run every third. Name a file or a test, or
  give ``-k``, to run all cases of it.
- With ``SWM_KPI_WITH_EVERYTHING=1``, as in ``.ci/run``, it runs all tests. A test that cannot run
  because something is not installed fails.
"""

from __future__ import annotations

import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

TESTS = Path(__file__).parent
FAST_FOLDERS = ("project", "spec", "unit")
SLOW_FILES = (
    "unit/output/test_same_bytes.py",
    "unit/reporting/test_demo.py",
    "unit/statistics/test_published_cases.py",
    "unit/synthetic/test_synthetic.py",
    "unit/testing/test_testing.py",
)
"""Files of those folders that have no fast test, so that ``-m fast`` does not import them."""

LONGEST_FILES = (
    "engines/test_engines.py",
    "engines/test_oracle.py",
    "engines/test_mappings.py",
    "bad_input/test_canary.py",
    "site/test_site.py",
    "site/test_browser.py",
    "bad_input/test_columns.py",
    "engines/test_failures.py",
    "definitions/test_open_data_metrics.py",
    "docs/test_docs_code.py",
    "slow/test_another_force.py",
    "slow/test_load_and_faults.py",
    "disclosure_attack/test_small_tables.py",
    "unit/testing/test_testing.py",
    "unit/synthetic/test_synthetic.py",
)
"""Files to begin with: a worker runs all of a file, so a long one must not begin last."""

MANY_CASES, EVERY = 15, 3
"""A test with more cases than the first number runs one case in so many of them."""

WITH_EVERYTHING = bool(os.environ.get("SWM_KPI_WITH_EVERYTHING"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long",
        action="store_true",
        help="compare every engine with the oracle on 5,000 new random examples",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set how many examples properties draw, unless they say so, and those of "agreement"."""
    settings.register_profile(
        "properties", max_examples=100 if WITH_EVERYTHING else 15, deadline=None
    )
    settings.load_profile("properties")
    long = config.getoption("--long")
    settings.register_profile(
        "agreement",
        max_examples=5_000 if long else 100 if WITH_EVERYTHING else 10,
        derandomize=not long,
        database=None,
        print_blob=True,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if long else [])],
        suppress_health_check=list(HealthCheck),
    )


def name_of(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()


def has_fast_tests(name: str) -> bool:
    """Return whether a file may have tests of the fast set."""
    return name.split("/")[0] in FAST_FOLDERS and name not in SLOW_FILES


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``-m fast``, do not even import files that have no fast test."""
    if config.option.markexpr != "fast" or TESTS not in collection_path.parents:
        return None
    return None if has_fast_tests(name_of(collection_path)) else True


def is_exhaustive(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("exhaustive")) or name_of(item.path).startswith("slow/")


def takes_samples(config: pytest.Config) -> bool:
    """Return whether tests with many cases run some of them: where nothing is named to run."""
    of_worker = getattr(config, "workerinput", None)
    if of_worker is not None:
        return bool(of_worker["takes_samples"])
    runs_all_files = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    return runs_all_files and not config.option.keyword and not WITH_EVERYTHING


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker, which knows the files and not how they were named."""
    node.workerinput["takes_samples"] = takes_samples(node.config)


def further_cases(items: list[pytest.Item]) -> set[pytest.Item]:
    """Return the cases to leave out of the tests that have many."""
    by_test: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        by_test[item.nodeid.partition("[")[0]].append(item)
    return {
        item
        for cases in by_test.values()
        if len(cases) > MANY_CASES
        for number, item in enumerate(cases)
        if number % EVERY
    }


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the fast set, deselect exhaustive tests where they do not run, and order the files."""
    # Each worker collects the tests by itself, and all must have the same ids.
    unstable = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if unstable:
        raise pytest.UsageError(f"an id has an address of memory; give ids: {unstable[0]}")
    places = {name: place for place, name in enumerate(LONGEST_FILES)}
    items.sort(key=lambda item: places.get(name_of(item.path), len(places)))
    for item in items:
        is_slow = item.get_closest_marker("slow") or is_exhaustive(item)
        if has_fast_tests(name_of(item.path)) and not is_slow:
            item.add_marker("fast")
    if not WITH_EVERYTHING:
        left_out = {item for item in items if is_exhaustive(item)}
        if takes_samples(config):
            left_out |= further_cases([item for item in items if item not in left_out])
        config.hook.pytest_deselected(items=[item for item in items if item in left_out])
        items[:] = [item for item in items if item not in left_out]
