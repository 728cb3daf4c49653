"""Which tests are in the fast set, and how many random examples the properties draw.

``python -m pytest -m fast`` runs the fast set, in less than three minutes on two cores. A test is
in it if it is in one of ``FAST_FOLDERS`` and is not listed in ``SLOW``.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

TESTS = Path(__file__).parent
FAST_FOLDERS = ("project", "spec", "unit")

# Files and tests of those folders that are not in the fast set, with their CPU seconds as measured
# on a busy machine: two to three times those on a quiet one.
SLOW = {
    "spec/test_uptime.py::test_uptime_equals_a_count_of_the_quarters_of_an_hour_not_lost": 19,
    "unit/contracts/test_contracts.py::test_the_pandera_schemas_agree_with_validate": 12,
    "unit/disclosure/test_disclosure.py::"
    "test_no_small_count_is_known_or_narrowed_by_the_attack": 26,
    "unit/disclosure/test_disclosure.py::"
    "test_the_same_result_gives_the_same_bytes_in_every_process": 14,
    "unit/engine/test_caches.py::"
    "test_a_worker_process_returns_the_same_result_and_the_same_error": 7,
    "unit/model/test_lock.py::test_golden_results": 13,
    "unit/output/test_same_bytes.py": 22,
    "unit/reporting/test_demo.py": 27,
    "unit/synthetic/test_synthetic.py": 55,
    "unit/testing/test_testing.py": 77,
}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long",
        action="store_true",
        help="compare every engine with the oracle on 5,000 new random examples, in place of 200",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Set how properties that use the profile "agreement" draw their examples."""
    long = config.getoption("--long")
    settings.register_profile(
        "agreement",
        max_examples=5_000 if long else 200,
        derandomize=not long,
        database=None,
        print_blob=True,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, *([Phase.shrink] if long else [])],
        suppress_health_check=list(HealthCheck),
    )


def name_of(path: Path) -> str:
    return path.relative_to(TESTS).as_posix()


def is_fast(name: str) -> bool:
    """Return whether a file, or a test written as ``file::function``, is in the fast set."""
    file = name.partition("::")[0]
    return file.split("/")[0] in FAST_FOLDERS and file not in SLOW and name not in SLOW


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """With ``-m fast``, do not even import files that have no fast test."""
    if config.option.markexpr != "fast" or TESTS not in collection_path.parents:
        return None
    return None if is_fast(name_of(collection_path)) else True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        function = getattr(item, "originalname", item.name)
        if is_fast(f"{name_of(item.path)}::{function}"):
            item.add_marker("fast")
