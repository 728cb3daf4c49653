"""The public names and how they are called, held to a list that was agreed.

After a change that is meant, write the new list with

    python -m tests.project.test_public_api

A name or a parameter that is gone is a new major version; what is added is a minor one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import griffe
import pytest

import swm_kpi

ROOT = Path(__file__).parents[2]
AGREED = ROOT / "tests" / "project" / "public_api.txt"


def test_public_names_are_sorted_and_exist() -> None:
    names = list(swm_kpi.__all__)
    # Constants, then classes, then functions: the order that ruff keeps.
    order = sorted(set(names), key=lambda name: (not name.isupper(), name[0].islower(), name))
    assert names == order
    assert [name for name in names if not hasattr(swm_kpi, name)] == []


def test_each_access_to_a_public_name_gives_the_same_object() -> None:
    """A lazily loaded function must not be replaced by a module of the same name."""
    first = [getattr(swm_kpi, name) for name in swm_kpi.__all__]
    second = [getattr(swm_kpi, name) for name in swm_kpi.__all__]
    assert all(before is after for before, after in zip(first, second, strict=True))


@pytest.mark.slow
def test_public_names_and_their_signatures_are_those_agreed() -> None:
    agreed = AGREED.read_text(encoding="utf-8").splitlines()
    now = list(snapshot())
    assert now == agreed, "if you mean it: python -m tests.project.test_public_api"


def snapshot() -> Iterator[str]:
    """Yield a line for each public name, and one for each public member of a class."""
    package = griffe.load("swm_kpi", search_paths=[ROOT], resolve_aliases=True)
    for name in swm_kpi.__all__:
        value = getattr(swm_kpi, name)
        if isinstance(value, ModuleType):
            yield f"module {name}"
            for item in value.__all__:
                yield from (
                    f"    {line}" for line in iter_declaration(package, item, getattr(value, item))
                )
        else:
            yield from iter_declaration(package, name, value)


def iter_declaration(package: Any, name: str, value: Any) -> Iterator[str]:
    """Yield how one class or function is declared, as it is written in the source."""
    if not isinstance(value, type | FunctionType):
        yield name
        return
    path = f"{value.__module__}.{value.__qualname__}"
    declaration = package[path.removeprefix("swm_kpi.")]
    if declaration.is_function:
        yield declaration.signature()
        return
    yield f"class {declaration.name}({', '.join(str(base) for base in declaration.bases)})"
    for key, member in sorted(declaration.all_members.items()):
        if not key.startswith("_") or key == "__init__":
            yield f"    {format_member(member.final_target if member.is_alias else member)}"


def format_member(member: Any) -> str:
    """Return the signature of a member, as one line."""
    if member.is_function:
        return str(member.signature())
    if "property" in member.labels:
        return f"{member.name} -> {member.annotation}"
    default = "" if member.value is None else f" = {' '.join(str(member.value).split())}"
    return f"{member.name}: {member.annotation}{default}" if member.annotation else member.name


if __name__ == "__main__":
    AGREED.write_text("\n".join(snapshot()) + "\n", encoding="utf-8")
