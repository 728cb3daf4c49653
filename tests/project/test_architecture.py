"""The architecture: which packages may import which, and what no file may contain."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from swm_kpi.model.plugins import load
from tests.conftest import LONGEST_FILES, SLOW_FILES

ROOT = Path(__file__).parents[2]
DEFINITIONS_ROOT = "definitions"

# Bottom to top. A package imports only packages that come before it; "swm_kpi" is __init__.py.
LAYERS = (
    "errors",
    "deprecation",
    "progress",
    "vocabulary",
    "result_columns",
    "calendar",
    "coverage",
    "expressions",
    "declaration",
    "contracts",
    "statistics",
    "formatting",
    "measures",
    "model",
    "disclosure",
    "provenance",
    "output",
    "analysis",
    "charts",
    "result",
    "differences",
    "engine",
    "auditor",
    "mapping",
    "synthetic",
    "open_data",
    "testing",
    "force",
    "scaffold",
    "swm_kpi",
    "reporting",
    "site",
    "cli",
)
# The same inside a package that has sub-packages. A module may have a layer of its own.
SUBPACKAGES = {
    "analysis": (
        "measure_series",
        "targets",
        "members",
        "comparison",
        "process_charts",
        "judgement",
    ),
    "engine": (
        # Types, times and queries, which more than one step uses.
        "completeness",
        "encoding",
        "execution",
        # The steps of a request.
        "plan",
        "input",
        "backends",
        "aggregate",
        "output",
        # The public functions, which run the steps.
        "validate",
        "readiness",
        "compute",
        "query_plan",
        "rows",
        "worked_examples",
    ),
}
DATAFRAME_LIBRARIES = {"narwhals", "pandas", "polars", "pyarrow"}
DATAFRAME_PACKAGES = {
    "analysis",
    "auditor",
    "charts",
    "contracts",
    "reporting",
    "differences",
    "disclosure",
    "engine",
    "force",
    "mapping",
    "output",
    "open_data",
    "result",
    "scaffold",
    "result_columns",
    "synthetic",
    "testing",
}
HEAVY = ("numpy", "pandas", "pandera", "polars", "pyarrow")
BANNED_IMPORTS = {
    *("http", "requests", "socket", "urllib"),  # the library never calls out
    *("marshal", "pickle", "shelve"),  # reading these runs code
    "subprocess",
}
BANNED_CALLS = {"eval", "exec", "__import__"}
BANNED_NAMES = {"base", "helper", "helpers", "manager", "managers", "util", "utils"}


def python_files(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def top(module: str | None) -> str:
    return (module or "").split(".")[0]


@cache
def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


LIBRARY = {module_name(path): path for path in python_files("swm_kpi")}
DEFINITIONS = {module_name(path): path for path in python_files("definitions")}


def _is_type_checking(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in (getattr(test, "id", ""), getattr(test, "attr", ""))


def statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node that runs: inside functions too, but not under ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and _is_type_checking(child.test):
            for other in child.orelse:
                yield other
                yield from statements(other)
            continue
        yield child
        yield from statements(child)


def imports(tree: ast.AST, module: str, *, is_package: bool) -> Iterator[tuple[str, str]]:
    """Each import as (module, name in it), relative ones resolved, name empty for ``import x``."""
    for node in statements(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, ""
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                here = module.split(".")
                here = here[: len(here) - node.level + is_package]
                source = ".".join([*here, source]).rstrip(".")
            for alias in node.names:
                yield source, alias.name
        elif isinstance(node, ast.Call) and node.args:
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            target = node.args[0]
            if called == "import_module" and isinstance(target, ast.Constant):
                yield str(target.value), ""


@cache
def imports_of(path: Path) -> list[tuple[str, str]]:
    is_package = path.name == "__init__.py"
    return list(imports(parse(path), module_name(path), is_package=is_package))


def third_party(path: Path) -> set[str]:
    packages = {top(source) for source, _ in imports_of(path)}
    return packages - set(sys.stdlib_module_names) - {"swm_kpi", DEFINITIONS_ROOT}


def package_of(module: str) -> str:
    return module.split(".")[1] if "." in module else module


@cache
def import_graph() -> dict[str, set[str]]:
    """Return the import graph of the library: each module with the modules it imports."""
    graph: dict[str, set[str]] = {}
    for module, path in LIBRARY.items():
        targets = set()
        for source, name in imports_of(path):
            deeper = f"{source}.{name}"
            target = deeper if deeper in LIBRARY else source
            if top(target) == "swm_kpi":
                targets.add(target)
        graph[module] = targets - {module}
    return graph


# How imports are read


def test_reads_every_import_that_runs() -> None:
    source = """
from __future__ import annotations
import pandas as pd
from . import plan
from ..errors import DataError
if TYPE_CHECKING:
    import polars
else:
    import narwhals
def later():
    from swm_kpi.result import Result
    importlib.import_module("swm_kpi.cli.main")
"""
    actual = list(imports(ast.parse(source), "swm_kpi.engine.run", is_package=False))
    assert actual == [
        ("__future__", "annotations"),
        ("pandas", ""),
        ("swm_kpi.engine", "plan"),
        ("swm_kpi.errors", "DataError"),
        ("narwhals", ""),
        ("swm_kpi.result", "Result"),
        ("swm_kpi.cli.main", ""),
    ]


def test_reads_relative_imports_of_a_package_from_itself() -> None:
    tree = ast.parse("from .plan import Plan\nfrom ..errors import DataError")
    actual = list(imports(tree, "swm_kpi.engine", is_package=True))
    assert actual == [("swm_kpi.engine.plan", "Plan"), ("swm_kpi.errors", "DataError")]


# The library


def test_every_package_has_a_layer() -> None:
    assert {package_of(module) for module in LIBRARY} - set(LAYERS) == set()


@pytest.mark.slow
def test_packages_import_only_lower_layers() -> None:
    layer = {name: at for at, name in enumerate(LAYERS)}
    upward = [
        f"{module} imports {target}"
        for module, targets in import_graph().items()
        for target in sorted(targets)
        if layer.get(package_of(target), 0) > layer.get(package_of(module), 0)
    ]
    assert upward == []


@pytest.mark.slow
def test_imports_form_no_cycle() -> None:
    try:
        TopologicalSorter(import_graph()).prepare()
    except CycleError as error:
        pytest.fail("a cycle: " + " <- ".join(error.args[1]))


@pytest.mark.slow
def test_the_library_knows_no_metric() -> None:
    importers = {
        package_of(module)
        for module, path in LIBRARY.items()
        for source, name in imports_of(path)
        if "definitions" in (*source.split("."), name)
    }
    assert importers <= {"model"}, "only the catalogue looks for definitions, by name"


def test_the_auditor_shares_no_code_with_disclosure_control() -> None:
    """Each checks the other, so an error in one must not be in both."""
    shared = {
        f"{module} imports {source}"
        for module, path in LIBRARY.items()
        if package_of(module) == "auditor"
        for source, name in imports_of(path)
        if "disclosure" in (*source.split("."), name) or name.startswith("Disclosure")
    }
    assert shared == set()


# Where the library may contain a name of the plan: (path, name): reason.
PLAN_NAMES_ALLOWED = {
    ("swm_kpi/open_data/places.py", "West Mercia"): "the public STATS19 code list of all forces",
}


def names_of_the_plan() -> set[str]:
    """The names of the plan: its title, objectives, and the codes and names of its areas."""
    plan = load("swm_kpi.definitions")
    assert plan.areas is not None
    areas = {text for row in plan.areas.rows for text in (row.code, row.name)}
    titles = {objective.title for objective in plan.objectives}
    return {plan.title, *areas, *plan.dimensions["lpa"].members, *titles}


@pytest.mark.slow
def test_the_library_contains_no_name_of_the_plan() -> None:
    uses = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (ROOT / "swm_kpi").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
        for text in [" ".join(path.read_text(encoding="utf-8", errors="replace").split())]
        for name in names_of_the_plan()
        if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    }
    assert uses == set(PLAN_NAMES_ALLOWED), "take it from the catalogue, or from a parameter"


def test_pandera_stays_in_contracts() -> None:
    importers = {
        package_of(module) for module, path in LIBRARY.items() if "pandera" in third_party(path)
    }
    assert importers <= {"contracts"}


def test_dataframe_libraries_stay_in_their_packages() -> None:
    importers = {
        package_of(module)
        for module, path in LIBRARY.items()
        if DATAFRAME_LIBRARIES & third_party(path)
    }
    assert importers - DATAFRAME_PACKAGES == set()


def test_every_imported_package_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    wanted = list(project["dependencies"])
    for extra in (
        "arrow",
        "charts",
        "docs",
        "duckdb",
        "ibis",
        "ods",
        "spark",
        "spreadsheets",
        "xlsx",
    ):
        wanted += extras[extra]

    def named(requirements: list[str]) -> set[str]:
        return {re.split(r"[^\w-]", text)[0].replace("-", "_") for text in requirements}

    declared = {"testing": named([*wanted, *extras["test"]])}
    imported_as = {
        "griffe": "griffelib",
        "ibis": "ibis_framework",
        "odf": "odfpy",
        "pydantic_core": "pydantic",
        "vl_convert": "vl_convert_python",
    }
    undeclared = {
        f"{module} imports {package}"
        for module, path in (LIBRARY | DEFINITIONS).items()
        for package in third_party(path)
        if imported_as.get(package, package) not in declared.get(package_of(module), named(wanted))
    }
    assert undeclared == set()


def test_every_package_with_subpackages_orders_them() -> None:
    assert {package_of(module) for module in LIBRARY if module.count(".") > 2} == set(SUBPACKAGES)


@pytest.mark.parametrize(("package", "layers"), SUBPACKAGES.items())
def test_subpackages_import_only_lower_layers(package: str, layers: tuple[str, ...]) -> None:
    def layer_of(module: str) -> int:
        """The layer of a module is that of the longest name in the list that it begins with."""
        parts = module.split(".")[2:]
        names = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        return next(layers.index(name) for name in names if name in layers)

    prefix = f"swm_kpi.{package}."
    upward = [
        f"{module} imports {target}"
        for module, targets in import_graph().items()
        for target in sorted(targets)
        if module.startswith(prefix) and target.startswith(prefix)
        if layer_of(target) > layer_of(module)
    ]
    assert upward == []


# The definitions


def test_definitions_import_only_public_names() -> None:
    public = set(public_names())
    private = []
    for module, path in DEFINITIONS.items():
        tree = parse(path)
        for source, name in imports_of(path):
            if top(source) in {*sys.stdlib_module_names, DEFINITIONS_ROOT}:
                continue
            if source != "swm_kpi" or (name and name not in public):
                private.append(f"{module}: {source} {name}".rstrip())
        for name in sorted(attributes_of_swm_kpi(tree) - public):
            private.append(f"{module}: swm_kpi.{name}")
    assert private == []


def test_definitions_are_never_imported_as_a_top_level_name() -> None:
    absolute = [
        module
        for module, path in DEFINITIONS.items()
        for node in ast.walk(parse(path))
        if (
            isinstance(node, ast.ImportFrom)
            and not node.level
            and top(node.module) == DEFINITIONS_ROOT
        )
        or (isinstance(node, ast.Import) and DEFINITIONS_ROOT in {top(a.name) for a in node.names})
    ]
    assert absolute == []


def attributes_of_swm_kpi(tree: ast.Module) -> set[str]:
    """The names taken from the package by attribute, as in ``kpi.Metric``."""
    aliases = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
        if alias.name == "swm_kpi"
    }
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in aliases
    }


# Both


@pytest.mark.parametrize("module", [*LIBRARY, *DEFINITIONS])
def test_no_banned_import_call_or_name(module: str) -> None:
    path = (LIBRARY | DEFINITIONS)[module]
    tree = parse(path)
    banned = {top(source) for source, _ in imports_of(path)} & BANNED_IMPORTS
    banned |= {
        node.func.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in BANNED_CALLS
    }
    # -O removes an assert, so it guards nothing.
    banned |= {"assert" for node in ast.walk(tree) if isinstance(node, ast.Assert)}
    assert banned == set()
    assert BANNED_NAMES & {part.strip("_") for part in module.split(".")} == set()


# The tests


_IMPORT_OF_A_TEST = re.compile(
    r"\b(?:from|import)\s+tests(?:\.\w+)*\.test_\w+|\bfrom\s+tests[\w.]*\s+import\s.*\btest_\w+"
)


def imports_of_tests(tree: ast.Module) -> Iterator[str]:
    """The test modules that a file imports, also in the text of scripts that it runs."""
    for source, name in imports(tree, "", is_package=False):
        if top(source) == "tests" and re.search(r"\.test_", f"{source}.{name}"):
            yield f"{source}.{name}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _IMPORT_OF_A_TEST.findall(node.value)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from tests.spec.test_totals import MIXED", 1),
        ("import tests.spec.test_totals", 1),
        ("from tests.spec import test_totals", 1),
        ("def later():\n    import_module('tests.spec.test_totals')", 1),
        ("SCRIPT = 'import sys\\nfrom tests.spec.test_totals import *'", 1),
        ("SCRIPT = 'from tests.spec import test_totals'", 1),
        ("from tests.support.small_tables import row", 0),
        ("COMMAND = 'python -m tests.project.test_public_api'", 0),
    ],
)
def test_reads_imports_of_tests(source: str, expected: int) -> None:
    assert len(list(imports_of_tests(ast.parse(source)))) == expected


def test_every_slow_file_exists() -> None:
    """A renamed file must not slip into the fast set, or run last."""
    assert [
        name for name in (*LONGEST_FILES, *SLOW_FILES) if not (ROOT / "tests" / name).is_file()
    ] == []


@pytest.mark.slow
def test_no_test_imports_from_another_test() -> None:
    """What tests share is in ``tests/support``."""
    this_file = Path(__file__)
    problems = [
        f"{path.relative_to(ROOT)}: {target}"
        for path in python_files("tests")
        if path.name.startswith("test_") and path != this_file
        for target in imports_of_tests(parse(path))
    ]
    assert problems == []


# The public API


def public_names() -> list[str]:
    import swm_kpi

    return list(swm_kpi.__all__)


@pytest.mark.slow
def test_the_catalogue_loads_nothing_heavy() -> None:
    code = f"import sys, swm_kpi; swm_kpi.catalogue(); print(*set({HEAVY!r}) & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
