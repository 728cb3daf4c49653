"""The distribution of another force is built, installed and used.

It is in ``tests/other_force`` with its own tests, and is the example of a plugin.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "tests" / "other_force"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the distribution installed from its wheel, without a network."""
    out = tmp_path_factory.mktemp("built")
    run(out, "-m", "hatchling", "build", "-d", str(out), "-t", "wheel", cwd=SOURCE)
    (wheel,) = out.glob("other_force_kpis-*.whl")
    site = tmp_path_factory.mktemp("site")
    options = ("--quiet", "--no-deps", "--no-index", "--target", str(site))
    run(out, "-m", "pip", "install", *options, str(wheel), cwd=out)
    return site


def run(site: Path, *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python in a folder, without the pytest options of this project."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTEST_ADDOPTS"}
    done = subprocess.run(
        [sys.executable, *words],
        env=environment | {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])},
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_its_own_tests_pass(installed: Path, tmp_path: Path) -> None:
    config = ("-c", str(SOURCE / "pyproject.toml"), "--rootdir", str(SOURCE))
    options = ("-q", "-p", "no:cacheprovider", *config)
    done = run(installed, "-m", "pytest", *options, str(SOURCE / "tests"), cwd=tmp_path)
    assert "9 passed" in done.stdout


def test_the_command_line_lists_its_metrics(installed: Path, tmp_path: Path) -> None:
    listed = run(installed, "-m", "swm_kpi.cli", "list", cwd=tmp_path).stdout
    assert "Repeat victims of residential burglary" in listed
    shown = run(installed, "-m", "swm_kpi.cli", "show", "OF2", cwd=tmp_path).stdout
    assert "Searches in which something was found" in shown


def test_its_worked_examples_are_checked(installed: Path, tmp_path: Path) -> None:
    output = run(installed, "-m", "swm_kpi.cli", "check", cwd=tmp_path).stdout
    assert output.startswith("73 refs are consistent")


def test_its_site_is_built(installed: Path, tmp_path: Path) -> None:
    words = ("docs", "--out", str(tmp_path / "site"), "--organisation", "Other Force")
    run(installed, "-m", "swm_kpi.cli", *words, cwd=tmp_path)
    (page,) = (tmp_path / "site").rglob("ref-OF2.html")
    assert "Searches in which something was found" in page.read_text(encoding="utf-8")
    (table,) = (tmp_path / "site").rglob("stop_search.html")
    assert "One row per person searched" in table.read_text(encoding="utf-8")
