"""Tests run in a fork, so that what a mutant does to the process ends with it."""

from __future__ import annotations

import math
import os
import resource
import signal
import time
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings

HANGS_AFTER = 900.0


def survives(attempt: Callable[[], bool], seconds: float) -> bool:
    """Run an attempt in a fork: whether it came to true within so many seconds of processor time.

    One that waits for ever, and so needs none, is ended after a quarter of an hour.
    """
    child = os.fork()
    if not child:
        done = False
        try:
            most = math.ceil(seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            done = attempt()
        finally:
            os._exit(not done)
    until = time.monotonic() + HANGS_AFTER
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False


class SameExamples:
    """A plugin of pytest: the same examples each time, no smaller one looked for, and no clock."""

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
