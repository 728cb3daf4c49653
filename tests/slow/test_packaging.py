"""The package works from a wheel, from the source distribution, editable and from a checkout.

The tests need no network: the extra ``test`` includes the build backend.
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

# Prints where the package and its definitions are imported from. It runs with -S, which leaves out
# the environment's packages, so that a copy installed there is not tested by mistake. The folder
# under test comes first, with the .pth file of an editable install.
PRINT_LOCATIONS = """
import json, site, sys
for folder in sys.argv[1:]:
    site.addsitedir(folder)
import swm_kpi, swm_kpi.definitions
from importlib.metadata import entry_points
from importlib.resources import files
print(json.dumps({
    "package": swm_kpi.__file__,
    "definitions": swm_kpi.definitions.__file__,
    "plan": files("swm_kpi.definitions").joinpath("plan/plan.csv").is_file(),
    "metrics": len(list(swm_kpi.catalogue())),
    "entry_points": [point.value for point in entry_points(group="swm_kpi.definitions")],
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


def locations(site: Path, *, cwd: Path, path: Path | None = None) -> dict[str, object]:
    folders = [name for name in sys.path if name.endswith(("site-packages", "dist-packages"))]
    printed = run("-S", "-c", PRINT_LOCATIONS, site, *folders, cwd=cwd, path=path)
    output: dict[str, object] = json.loads(printed)
    return output


def build(source: Path, out: Path, *targets: str) -> None:
    options = [part for target in targets for part in ("-t", target)]
    run("-m", "hatchling", "build", "-d", out, *options, cwd=source)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("built")
    build(ROOT, out, "sdist", "wheel")
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


def names_in(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return sorted(archive.namelist())


def wheel_names(folder: str, prefix: str) -> set[str]:
    """Return the files of a folder by their names in the wheel."""
    return {
        f"{prefix}/{path.relative_to(ROOT / folder).as_posix()}"
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_the_wheel_has_every_file_of_the_package_and_no_other(wheel: Path) -> None:
    names = {name for name in names_in(wheel) if ".dist-info/" not in name}
    definitions = wheel_names("definitions", "swm_kpi/definitions")
    assert names == wheel_names("swm_kpi", "swm_kpi") | definitions
    assert {"swm_kpi/definitions/plan/plan.csv", "swm_kpi/py.typed"} <= names


def test_the_wheel_has_the_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        (licence,) = (name for name in archive.namelist() if name.endswith("/LICENSE"))
        assert "License-Expression: MIT AND OGL-UK-3.0" in archive.read(metadata).decode()
        assert b"Open Government Licence" in archive.read(licence)


def test_the_source_distribution_builds_the_same_wheel(
    built: Path, wheel: Path, tmp_path: Path
) -> None:
    (sdist,) = built.glob("*.tar.gz")
    # The first releases of Python 3.11 have no filters. Python 3.12 warns without one.
    options = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, **options)  # noqa: S202 - it was built here
    (source,) = tmp_path.glob("swm_kpi-*")
    assert (source / "tests" / "slow" / Path(__file__).name).is_file()
    assert (source / "docs" / "decisions" / "README.md").is_file()
    assert (source / "mkdocs.yml").is_file()
    build(source, tmp_path / "out", "wheel")
    (again,) = (tmp_path / "out").glob("*.whl")
    assert names_in(again) == names_in(wheel)


def test_it_works_from_the_wheel(wheel: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    run("-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel, cwd=tmp_path)
    imported = locations(site, cwd=tmp_path)
    assert imported["package"] == str(site / "swm_kpi" / "__init__.py")
    assert imported["definitions"] == str(site / "swm_kpi" / "definitions" / "__init__.py")
    assert (imported["plan"], imported["metrics"]) == (True, 70)
    assert imported["entry_points"] == ["swm_kpi.definitions"]
    assert not (site / "definitions").exists()


def test_it_works_from_a_checkout(tmp_path: Path) -> None:
    imported = locations(tmp_path, cwd=tmp_path, path=ROOT)
    assert imported["package"] == str(ROOT / "swm_kpi" / "__init__.py")
    assert imported["definitions"] == str(ROOT / "definitions" / "__init__.py")
    assert (imported["plan"], imported["metrics"]) == (True, 70)


def test_it_works_from_an_editable_install(tmp_path: Path) -> None:
    site = tmp_path / "site"
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--target", site)
    run("-m", "pip", "install", *options, "--editable", ROOT, cwd=tmp_path)
    imported = locations(site, cwd=tmp_path)
    assert imported["package"] == str(ROOT / "swm_kpi" / "__init__.py")
    assert imported["definitions"] == str(ROOT / "definitions" / "__init__.py")
    assert (imported["plan"], imported["metrics"]) == (True, 70)
    assert imported["entry_points"] == ["swm_kpi.definitions"]
