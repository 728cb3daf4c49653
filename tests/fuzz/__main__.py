"""Fuzz one target, guided by coverage: inputs that reach new code are mutated further.

Needs atheris (``pip install atheris``). It is in no extra, because it is only for Linux and some
versions of Python. A failure is printed with its input: add it to ``tests/slow/test_fuzz.py``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()

    import atheris

    with atheris.instrument_imports(include=["swm_kpi", "tomllib"]):
        import swm_kpi

        # A module that is imported on first use would not be instrumented.
        for module in walk_packages(swm_kpi.__path__[:1], "swm_kpi."):
            if not module.name.startswith(
                ("swm_kpi.charts", "swm_kpi.site", "swm_kpi.definitions")
            ):
                import_module(module.name)
        from tests.fuzz.targets import SEEDS, TARGETS

    if options.target not in TARGETS:
        parser.error(f"choose a target from {', '.join(TARGETS)}")
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[options.target]):
            (Path(corpus) / f"seed{number}").write_bytes(seed)
        seconds = int(options.minutes * 60)
        words = [sys.argv[0], corpus, f"-max_total_time={seconds}", f"-seed={options.seed}"]
        words += ["-max_len=2000", "-timeout=60", f"-artifact_prefix={tempfile.gettempdir()}/"]
        atheris.Setup(words, TARGETS[options.target])
        atheris.Fuzz()


if __name__ == "__main__":
    main()
