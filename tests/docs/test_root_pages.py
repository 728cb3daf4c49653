"""The pages at the top of the repository match the tree, and their links lead somewhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md", "GLOSSARY.md", "README.md")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def parts_of(folder: str) -> set[str]:
    """The packages and modules directly in a folder, without the folder's own ``__init__``."""
    return {
        path.stem
        for path in (ROOT / folder).iterdir()
        if (path.is_dir() and any(path.glob("**/*.py"))) or path.suffix == ".py"
        if not path.stem.startswith("_")
    }


def layers() -> list[str]:
    """The packages from bottom to top, as the test of imports has them."""
    source = (ROOT / "tests/project/test_architecture.py").read_text(encoding="utf-8")
    for node in ast.parse(source).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "LAYERS":
            return list(ast.literal_eval(node.value))
    raise LookupError("tests/project/test_architecture.py has no LAYERS")


def test_architecture_lists_the_layers_in_their_order() -> None:
    table = ARCHITECTURE.partition("| Layer, ")[2].partition("\n\n")[0]
    listed = re.findall(r"^\| `(\w+)` \| .+ \|$", table, re.M)
    assert listed == [*reversed(layers())]


def test_architecture_names_every_part_of_the_library() -> None:
    assert {part for part in parts_of("swm_kpi") if f"| `{part}` |" not in ARCHITECTURE} == set()


@pytest.mark.parametrize("folder", ["definitions", "tests"])
def test_architecture_names_every_folder(folder: str) -> None:
    folders = {part for part in parts_of(folder) if (ROOT / folder / part).is_dir()}
    assert {name for name in folders if f"| `{folder}/{name}/` |" not in ARCHITECTURE} == set()


@pytest.mark.parametrize("page", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_path_in_the_text_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = re.findall(r"`((?:swm_kpi|definitions|docs|tests|engine|\.ci)/[\w./-]*)`", text)
    paths = [f"swm_kpi/{path}" if path.startswith("engine/") else path for path in paths]
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)[^)]*\)", text) if "://" not in link]
    assert [link for link in links if not (ROOT / link).exists()] == []
