"""Run tests in a fork, so that the effects of a mutant end with its process."""

from __future__ import annotations

import math
import os
import resource
import signal
import time
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings

MAX_WALL_SECONDS = 900.0


def survives(attempt: Callable[[], bool], seconds: float) -> bool:
    """Run an attempt in a fork, and return whether it returned True within its processor time.

    An attempt that waits for ever uses no processor time. It is stopped after 15 minutes.
    """
    child = os.fork()
    if not child:
        succeeded = False
        try:
            limit = math.ceil(seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            succeeded = attempt()
        finally:
            os._exit(not succeeded)
    until = time.monotonic() + MAX_WALL_SECONDS
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


class SameExamples:
    """A pytest plugin: Hypothesis makes the same examples each time, without shrinking."""

    def pytest_configure(self) -> None:
        settings.register_profile(
            "mutation",
            derandomize=True,
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        settings.load_profile("mutation")
