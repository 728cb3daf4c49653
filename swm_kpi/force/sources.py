"""The modules in ``sources/``: they declare the mappings of a force."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from swm_kpi.errors import DefinitionError, Problem, collecting_problems
from swm_kpi.mapping.code_list import read_code_list
from swm_kpi.mapping.mapping import Mapping

SOURCES, CODES = "sources", "codes"
_numbers = count(1)


def load_mappings(folder: Path) -> tuple[dict[str, Mapping], list[Problem]]:
    """Import every module in ``sources/`` and return its mappings, by table, and every mistake.

    Importing a module runs its code.

    Args:
        folder: the folder of the force.
    """
    files = sorted((folder / SOURCES).glob("*.py"))
    package = f"swm_kpi_force_{next(_numbers)}"
    modules: list[ModuleType] = []
    problems: list[Problem] = []
    parent = ModuleType(package)
    parent.__path__ = [str(folder / SOURCES)]
    sys.modules[package] = parent
    try:
        with collecting_problems() as collected:
            for file in files:
                name = package if file.stem == "__init__" else f"{package}.{file.stem}"
                module = sys.modules.get(name) if file.stem != "__init__" else None
                if module is not None:
                    modules.append(module)  # Another module has imported it.
                    continue
                before = len(collected)
                try:
                    modules.append(_import(name, file))
                except Exception as error:  # A module is code of the force and can fail in any way.
                    if len(collected) == before or isinstance(error, SyntaxError):
                        problems.append(_import_problem(file, error))
        problems += collected
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
    mappings: dict[str, Mapping] = {}
    places: dict[str, str] = {}
    for module in modules:
        for name, value in vars(module).items():
            if not isinstance(value, Mapping) or not value.columns:
                continue
            place = f"{SOURCES}/{Path(str(module.__file__)).name}"
            table = value.contract.table
            other = mappings.setdefault(table, value)
            if other is not value:
                rule = f"{place} and {places[table]} both make table {table!r}"
                fix = "Keep one, or join the extracts in a view that one mapping reads"
                problems.append(Problem(f"Mapping {name}", "contract", rule, fix, place))
            places.setdefault(table, place)
    return mappings, problems


def iter_code_list_problems(folder: Path, mappings: dict[str, Mapping]) -> Iterator[Problem]:
    """Yield what is wrong with the code lists that no mapping reads."""
    used = {item.path for mapping in mappings.values() for item in mapping.code_lists}
    for path in sorted((folder / CODES).glob("*.csv")):
        if path.resolve() in used:
            continue
        _, findings = read_code_list(path, is_folded=False)
        for field, rule, fix in findings:
            if "no approved row" not in rule:
                yield Problem(f"Code list {path.name}", field, rule, fix, f"{CODES}/{path.name}")


def unused_code_lists(folder: Path, mappings: dict[str, Mapping]) -> tuple[str, ...]:
    """Return the names of the code lists that no mapping reads."""
    used = {item.path for mapping in mappings.values() for item in mapping.code_lists}
    files = sorted((folder / CODES).glob("*.csv"))
    return tuple(file.name for file in files if file.resolve() not in used)


def _import(name: str, file: Path) -> ModuleType:
    spec = spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file.name} is not a module")
    module = module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _import_problem(file: Path, error: Exception) -> Problem:
    """Return the problem of a module that does not load, with the line in the file."""
    name = f"{SOURCES}/{file.name}"
    if isinstance(error, DefinitionError):
        return error.problems[0]
    if isinstance(error, SyntaxError) and error.lineno is not None:
        line, text = error.lineno, str(error.msg)
    else:
        lines = [
            frame.lineno for frame in extract_tb(error.__traceback__) if frame.filename == str(file)
        ]
        line, text = (lines[-1] if lines else 1) or 1, str(error)
    rule = f"importing it fails with {type(error).__name__}: {text}"
    return Problem(name, "module", rule, "Correct the module", f"{name}:{line}")
