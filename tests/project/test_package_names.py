"""No package hides a public function: every public name is the same object at each access."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType

import swm_kpi


def test_no_package_has_the_name_of_a_public_function_or_class() -> None:
    """Importing a submodule sets an attribute of its name, which would replace the function."""
    modules = {module.name for module in pkgutil.iter_modules(swm_kpi.__path__)}
    for name in sorted(modules & set(swm_kpi.__all__)):
        assert isinstance(getattr(swm_kpi, name), ModuleType), name


def test_a_second_access_to_a_public_name_returns_the_same_object() -> None:
    first = {name: getattr(swm_kpi, name) for name in swm_kpi.__all__}
    for module in pkgutil.iter_modules(swm_kpi.__path__):
        import_module(f"swm_kpi.{module.name}")
    for name, value in first.items():
        assert getattr(swm_kpi, name) is value, name
