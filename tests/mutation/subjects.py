"""Which tests belong to which part of the package, and which mutants are equivalent."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

ENGINE = ("spec",)
NOTEBOOK = "unit/output/test_notebook.py"
COMPARISON = "unit/analysis/test_comparison.py"
PROCESS_CHARTS = "unit/analysis/test_process_charts.py"
MISTAKES = "unit/model/test_definition_mistakes.py"
TESTS = {
    "swm_kpi/calendar": ("unit/calendar",),
    "swm_kpi/disclosure": ("disclosure_attack", "unit/disclosure"),
    "swm_kpi/statistics": ("unit/statistics", "spec/test_intervals.py", PROCESS_CHARTS),
    "swm_kpi/analysis/process_charts": (PROCESS_CHARTS, NOTEBOOK),
    "swm_kpi/measures": (*ENGINE, MISTAKES, "definitions/test_definitions.py"),
    "swm_kpi/expressions": (
        "unit/expressions/test_expressions.py",
        MISTAKES,
        "spec",
        NOTEBOOK,
    ),
    "swm_kpi/analysis/comparison": (COMPARISON, NOTEBOOK),
    "swm_kpi/engine/aggregate": ENGINE,
    "swm_kpi/engine/output": ENGINE,
    "swm_kpi/engine/backends/downtime.py": ENGINE,
    "swm_kpi/engine/backends/narwhals_columns.py": ("engines/test_oracle.py",),
    "swm_kpi/engine/plan/exact_sums.py": ENGINE,
    "swm_kpi/formatting.py": (
        "unit/charts/test_charts.py",
        PROCESS_CHARTS,
        COMPARISON,
        "unit/reporting/test_demo.py",
    ),
}


@dataclass(frozen=True)
class Equivalent:
    """A mutant that changes no behaviour, so that no test can fail on it, and the reason."""

    file: str
    inside: str
    before: str
    after: str
    reason: str


def equivalents() -> list[Equivalent]:
    """Return the equivalent mutants of ``equivalents.toml``."""
    text = (Path(__file__).parent / "equivalents.toml").read_text(encoding="utf-8")
    return [Equivalent(**entry) for entry in tomllib.loads(text)["equivalent"]]


def files_of(part: str) -> list[Path]:
    """Return the files of a part: a folder, or one file."""
    path = ROOT / part
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def module_of(path: Path) -> str:
    """Return the name of the module of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tests_of(part: str) -> list[str]:
    """Return the tests of a part: those of the longest path in TESTS that contains it."""
    known = [path for path in TESTS if Path(part).is_relative_to(path)]
    if not known:
        raise SystemExit(f"No tests are known for {part}. Name them with --tests, or in {__file__}")
    return [f"tests/{path}" for path in TESTS[max(known, key=len)]]
