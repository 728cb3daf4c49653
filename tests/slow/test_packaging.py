"""The package works from a wheel, from the source distribution, editable and from a checkout.

Nothing here needs a network: the build backend comes with the tests' own dependencies.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Says where the package and its definitions come from. It runs under -S, which leaves out the
# environment's own packages, so that a copy installed there is never the one tried: first comes the
# folder under test, with the .pth file by which an editable install works, then the rest.
WHERE = """
import json, site, sys
for folder in sys.argv[1:]:
    site.addsitedir(folder)
import swm_kpi, swm_kpi.definitions
from importlib.metadata import entry_points
from importlib.resources import files
print(json.dumps({
    "package": swm_kpi.__file__,
    "definitions": swm_kpi.definitions.__file__,
    "plan": files("swm_kpi.definitions").joinpath("plan.csv").is_file(),
    "metrics": len(list(swm_kpi.catalogue())),
    "found_by": [each.value for each in entry_points(group="swm_kpi.definitions")],
}))
"""


def run(*command: str | Path, cwd: Path, path: Path | None = None) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INDEX": "1"}
    if path is not None:
        env["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, *map(str, command)],
        cwd=cwd,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def where(site: Path, *, cwd: Path, path: Path | None = None) -> dict[str, object]:
    others = [each for each in sys.path if each.endswith(("site-packages", "dist-packages"))]
    found: dict[str, object] = json.loads(run("-S", "-c", WHERE, site, *others, cwd=cwd, path=path))
    return found


def build(source: Path, out: Path, *targets: str) -> None:
    chosen = [part for target in targets for part in ("-t", target)]
    run("-m", "hatchling", "build", "-d", out, *chosen, cwd=source)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    build(ROOT, out, "sdist", "wheel")
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (found,) = built.glob("*.whl")
    return found


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())


def in_checkout(folder: str, becomes: str) -> set[str]:
    """The files of a folder under the names that they have in the wheel."""
    return {
        f"{becomes}/{path.relative_to(ROOT / folder).as_posix()}"
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_holds_every_file_and_no_other(wheel: Path) -> None:
    held = {name for name in names_in(wheel) if ".dist-info/" not in name}
    definitions = in_checkout("definitions", "swm_kpi/definitions")
    assert held == in_checkout("swm_kpi", "swm_kpi") | definitions
    assert {"swm_kpi/definitions/plan/plan.csv", "swm_kpi/py.typed"} <= held


def test_the_wheel_carries_its_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        (licence,) = (name for name in archive.namelist() if name.endswith("/LICENSE"))
        assert "License-Expression: MIT AND OGL-UK-3.0" in archive.read(metadata).decode()
        assert b"Open Government Licence" in archive.read(licence)


def test_the_source_distribution_builds_the_same_wheel(
    built: Path, wheel: Path, tmp_path: Path
) -> None:
    (sdist,) = built.glob("*.tar.gz")
    # The first releases of Python 3.11 know no filter, and 3.12 warns where none is given.
    options = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, **options)  # noqa: S202 - it was built here
    (source,) = tmp_path.glob("swm_kpi-*")
    assert (source / "tests" / Path(__file__).name).is_file()
    assert (source / "docs" / "decisions" / "README.md").is_file()
    assert (source / "mkdocs.yml").is_file()
    build(source, tmp_path / "out", "wheel")
    (again,) = (tmp_path / "out").glob("*.whl")
    assert names_in(again) == names_in(wheel)


def test_works_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    run("-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel, cwd=tmp_path)
    found = where(site, cwd=tmp_path)
    assert found["package"] == str(site / "swm_kpi" / "__init__.py")
    assert found["definitions"] == str(site / "swm_kpi" / "definitions" / "__init__.py")
    assert (found["plan"], found["metrics"]) == (True, 70)
    assert found["found_by"] == ["swm_kpi.definitions"]
    assert not (site / "definitions").exists()


def test_works_from_a_bare_checkout(tmp_path: Path) -> None:
    found = where(tmp_path, cwd=tmp_path, path=ROOT)
    assert found["package"] == str(ROOT / "swm_kpi" / "__init__.py")
    assert found["definitions"] == str(ROOT / "definitions" / "__init__.py")
    assert (found["plan"], found["metrics"]) == (True, 70)


def test_works_from_an_editable_install(tmp_path: Path) -> None:
    site = tmp_path / "site"
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--target", site)
    run("-m", "pip", "install", *options, "--editable", ROOT, cwd=tmp_path)
    found = where(site, cwd=tmp_path)
    assert found["package"] == str(ROOT / "swm_kpi" / "__init__.py")
    assert found["definitions"] == str(ROOT / "definitions" / "__init__.py")
    assert (found["plan"], found["metrics"]) == (True, 70)
    assert found["found_by"] == ["swm_kpi.definitions"]
