"""How many random examples the engines are held to the oracle with: ``--long`` asks for more."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long",
        action="store_true",
        help="hold every engine to 5,000 new random examples per property, in place of 200",
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
