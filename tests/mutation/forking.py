"""Tests run in a fork, so that what a mutant does to the process ends with it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable


def survives(attempt: Callable[[], bool], seconds: float) -> bool:
    """Run an attempt in a fork: whether it came to true, and within so many seconds."""
    child = os.fork()
    if not child:
        done = False
        try:
            silence = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silence, 1)
            os.dup2(silence, 2)
            done = attempt()
        finally:
            os._exit(not done)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status == 0
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return False
