"""The licences that the documentation lists are those that the installed packages state."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reference" / "licences.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (?!Package)([\w.-]+) \| (.+?) \| .+ \|$", PAGE, flags=re.MULTILINE)
LISTED = {normal.lower().replace("_", "-"): licence for normal, licence in ROWS}
PERMISSIVE = {
    *("0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause"),
    *("CC0-1.0", "MIT", "PSF-2.0", "Zlib"),
}
# Words of older metadata, which names no SPDX identifier.
SPOKEN = {
    "Apache Software License": "Apache-2.0",
    "Apache Software": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "GNU General Public License (GPL)": "GPL",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}


def stated(held: Distribution) -> set[str]:
    """The licences that a package's metadata states, as SPDX identifiers."""
    expression = held.metadata.get("License-Expression") or ""
    text = held.metadata.get("License") or ""
    if not expression and "\n" not in text:
        expression = SPOKEN.get(text, text)
    found = set(re.split(r"[\s()]+(?:AND|OR|WITH)?[\s()]*", expression)) - {""}
    for each in held.metadata.get_all("Classifier") or ():
        if each.startswith("License :: OSI Approved :: "):
            words = each.rpartition(" :: ")[2]
            found.add(SPOKEN.get(words, words))
    return {re.sub(r"-(only|or-later)$", "", each) for each in found}


def installed_with(name: str, extra: str = "") -> dict[str, Distribution]:
    """Everything that installing a distribution brings, where it is installed here."""
    found: dict[str, Distribution] = {}
    waiting = [(name, extra)]
    while waiting:
        here, part = waiting.pop()
        try:
            held = distribution(here)
        except PackageNotFoundError:
            continue
        for each in map(Requirement, held.requires or ()):
            key = each.name.lower().replace("_", "-")
            if (each.marker is None or each.marker.evaluate({"extra": part})) and key not in found:
                try:
                    found[key] = distribution(each.name)
                except PackageNotFoundError:
                    continue
                waiting += [(each.name, wanted) for wanted in each.extras] or [(each.name, "")]
    return found


CORE = installed_with("swm-kpi")


def test_the_core_is_found() -> None:
    assert {"pandas", "polars", "pydantic-core", "numpy"} <= set(CORE)


@pytest.mark.parametrize("name", sorted(CORE))
def test_every_package_of_the_core_is_listed_and_permissive(name: str) -> None:
    held = stated(CORE[name])
    assert name in LISTED, "add it to docs/reference/licences.md"
    assert held
    assert held <= PERMISSIVE
    assert any(each in LISTED[name] for each in held), held


@pytest.mark.parametrize("name", sorted(LISTED))
def test_a_listed_licence_is_the_one_that_the_package_states(name: str) -> None:
    try:
        held = stated(distribution(name))
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    assert not held or any(each in LISTED[name] for each in held), held
