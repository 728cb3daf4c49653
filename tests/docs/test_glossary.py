"""GLOSSARY.md defines every public name and each term once, with a source."""

from __future__ import annotations

import re
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

import swm_kpi as kpi

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
PACKAGES = ("mapping", "open_data", "statistics", "synthetic", "testing")

ROWS = [
    tuple(cell.strip() for cell in row)
    for row in re.findall(r"^\|([^|]+)\|([^|]+)\|([^|]+)\|([^|]+)\|$", TEXT, re.M)
    if not row[0].startswith(("-", " Term"))
]
SOURCES = re.findall(r"^\| ([^|]+) \| [^|]+ \|$", TEXT, re.M)[1:]


def public_names() -> set[str]:
    """Every name of the public API, those of a package with its name before a dot."""
    names = set(kpi.__all__)
    for package in PACKAGES:
        names |= {f"{package}.{name}" for name in import_module(f"swm_kpi.{package}").__all__}
    return names


def test_every_public_name_is_defined_once() -> None:
    defined = Counter(code.strip("`") for _, code, _, _ in ROWS if code)
    assert {
        "not in GLOSSARY.md": sorted(public_names() - defined.keys()),
        "in GLOSSARY.md, and no public name": sorted(defined.keys() - public_names()),
        "defined more than once": sorted(name for name, count in defined.items() if count > 1),
    } == {
        "not in GLOSSARY.md": [],
        "in GLOSSARY.md, and no public name": [],
        "defined more than once": [],
    }


def test_no_term_is_defined_twice() -> None:
    counts = Counter(term.lower() for term, *_ in ROWS)
    assert [term for term, count in counts.items() if count > 1] == []


def test_sources_are_sorted_and_all_used() -> None:
    used = {source for *_, source in ROWS} - {"this project"}
    assert sorted(used, key=str.lower) == SOURCES


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_definition_is_a_sentence_or_two(row: tuple[str, str, str, str]) -> None:
    _, _, definition, _ = row
    assert definition.endswith(".")
    assert 15 < len(definition) < 150
