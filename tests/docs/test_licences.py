"""The documentation lists the licences that the installed packages state."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "licences.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!Package)([\w.-]+) \| (.+?) \| .+ \|$", PAGE, flags=re.MULTILINE)
LISTED = {package.lower().replace("_", "-"): licence for package, licence in ROWS}
PERMISSIVE = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"),
    *("CC0-1.0", "MIT", "PSF-2.0", "Zlib"),
}
# Older metadata has words in place of an SPDX identifier.
SPDX_OF_WORDS = {
    "Apache Software License": "Apache-2.0",
    "Apache Software": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License (GPL)": "GPL",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}


def stated_licences(package: Distribution) -> set[str]:
    """Return the licences in the metadata of a package, as SPDX identifiers."""
    expression = package.metadata.get("License-Expression") or ""
    text = package.metadata.get("License") or ""
    if not expression and "\n" not in text:
        expression = SPDX_OF_WORDS.get(text, text)
    licences = set(re.split(r"[\s()]+(?:AND|OR|WITH)?[\s()]*", expression)) - {""}
    for classifier in package.metadata.get_all("Classifier") or ():
        if classifier.startswith("License :: OSI Approved :: "):
            words = classifier.rpartition(" :: ")[2]
            licences.add(SPDX_OF_WORDS.get(words, words))
    return {re.sub(r"-(only|or-later)$", "", licence) for licence in licences}


def installed_with(name: str) -> dict[str, Distribution]:
    """Return every package that a distribution requires, directly or not, if it is installed."""
    packages: dict[str, Distribution] = {}
    queue = [(name, "")]
    while queue:
        parent, extra = queue.pop()
        try:
            requires = distribution(parent).requires
        except PackageNotFoundError:
            continue
        for requirement in map(Requirement, requires or ()):
            key = requirement.name.lower().replace("_", "-")
            marker = requirement.marker
            if (marker is None or marker.evaluate({"extra": extra})) and key not in packages:
                try:
                    packages[key] = distribution(requirement.name)
                except PackageNotFoundError:
                    continue
                extras = requirement.extras or {""}
                queue += [(requirement.name, other) for other in extras]
    return packages


CORE = installed_with("swm-kpi")


def test_the_core_packages_are_installed() -> None:
    assert {"pandas", "polars", "pydantic-core", "numpy"} <= set(CORE)


@pytest.mark.parametrize("name", sorted(CORE))
def test_every_core_package_is_listed_and_permissive(name: str) -> None:
    licences = stated_licences(CORE[name])
    assert name in LISTED, "add it to docs/reference/licences.md"
    assert licences
    assert licences <= PERMISSIVE
    assert any(licence in LISTED[name] for licence in licences), licences


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_listed_licence_is_the_one_that_the_package_states(name: str) -> None:
    try:
        licences = stated_licences(distribution(name))
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    assert not licences or any(licence in LISTED[name] for licence in licences), licences
