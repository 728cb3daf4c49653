"""The modules in ``sources/``: they declare what makes the tables of a force."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from itertools import count
from pathlib import Path
from traceback import extract_tb
from types import ModuleType

from swm_kpi.declaration import Finding
from swm_kpi.errors import DefinitionError, Problem, collecting_problems, did_you_mean
from swm_kpi.force.makers import TableMaker, iter_mappings
from swm_kpi.mapping.code_list import read_code_list
from swm_kpi.mapping.snapshots import Snapshots
from swm_kpi.mapping.union import Union
from swm_kpi.model.catalogue import Catalogue

SOURCES, CODES = "sources", "codes"
_numbers = count(1)


def load_makers(folder: Path) -> tuple[dict[str, TableMaker], list[Problem]]:
    """Import every module in ``sources/`` and return what makes each table, and every mistake.

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
    # Python takes a compiled copy for current if the text has its length and was changed in the
    # same second, so a mapping just corrected could be read as it was.
    writes_no_copy, sys.dont_write_bytecode = sys.dont_write_bytecode, True
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
        sys.dont_write_bytecode = writes_no_copy
        for name in [name for name in sys.modules if name.split(".")[0] == package]:
            del sys.modules[name]
    declared = [item for module in modules for item in vars(module).items()]
    unions = [value for _, value in declared if isinstance(value, Union)]
    in_union = {id(getattr(part, "mapping", None)) for union in unions for part in union.parts}
    makers: dict[str, TableMaker] = {}
    for name, value in declared:
        if isinstance(value, TableMaker) and value.is_usable and id(value) not in in_union:
            table = value.contract.table
            other = makers.setdefault(table, value)
            if other is not value:
                rule = f"{_file(value.place)} and {_file(other.place)} both make table {table!r}"
                fix = "Keep one, or put their rows together with kpi.mapping.Union"
                kind = type(value).__name__
                problems.append(Problem(f"{kind} {name}", "contract", rule, fix, value.place))
    return makers, problems


def iter_maker_problems(makers: dict[str, TableMaker], plan: Catalogue) -> Iterator[Problem]:
    """Yield what is wrong with the tables that are made, and with those that they are made from."""
    spans = {maker.spans.table for maker in makers.values() if isinstance(maker, Snapshots)}
    for table, maker in makers.items():
        contract = plan.contracts.get(table)
        subject = f"{type(maker).__name__} {maker.contract.__name__}"
        if contract is None and table not in spans:
            fix = did_you_mean(table, plan.contracts)
            rule = f"no metric reads a table {table!r}"
            yield Problem(subject, "contract", rule, fix, maker.place)
        elif contract is not None and contract is not maker.contract:
            rule = f"the plan has another contract for table {table!r}"
            fix = "Import the contract of the plan"
            yield Problem(subject, "contract", rule, fix, maker.place)
        if isinstance(maker, Snapshots):
            findings = _span_findings(maker, makers, plan)
            yield from (Problem(subject, *finding, maker.place) for finding in findings)


def _span_findings(
    snapshots: Snapshots, makers: dict[str, TableMaker], plan: Catalogue
) -> Iterator[Finding]:
    name = snapshots.spans.table
    maker = makers.get(name)
    contract = plan.contracts.get(name) if maker is None else maker.contract
    if isinstance(maker, Snapshots):
        yield "spans", f"table {name!r} is itself counted", "Give a table that a mapping makes"
    elif contract is None:
        made = [table for table, maker in makers.items() if not isinstance(maker, Snapshots)]
        yield "spans", f"no mapping makes table {name!r}", did_you_mean(name, made)
    elif contract is not snapshots.spans:
        rule = f"table {name!r} has another contract"
        yield "spans", rule, "Import the contract that its mapping makes"


def _file(place: str) -> str:
    """Return the path of a place, without the folders above ``sources/``."""
    return f"{SOURCES}/{place.rpartition('/')[2].rpartition(':')[0]}"


def iter_code_list_problems(folder: Path, makers: dict[str, TableMaker]) -> Iterator[Problem]:
    """Yield what is wrong with the code lists that no mapping reads."""
    used = {item.path for mapping in iter_mappings(makers) for item in mapping.code_lists}
    for path in sorted((folder / CODES).glob("*.csv")):
        if path.resolve() in used:
            continue
        _, findings = read_code_list(path, is_folded=False)
        for field, rule, fix in findings:
            if "no approved row" not in rule:
                yield Problem(f"Code list {path.name}", field, rule, fix, f"{CODES}/{path.name}")


def unused_code_lists(folder: Path, makers: dict[str, TableMaker]) -> tuple[str, ...]:
    """Return the names of the code lists that no mapping reads."""
    used = {item.path for mapping in iter_mappings(makers) for item in mapping.code_lists}
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
