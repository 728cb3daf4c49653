"""Which tests answer for which part, and which mutants no test can tell from the code."""

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
    "swm_kpi/engine/backends/narwhals_repeats.py": ("engines/test_oracle.py",),
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
    """A mutant that no test of behaviour can fail on, and why."""

    file: str
    inside: str
    before: str
    after: str
    reason: str


def equivalents() -> list[Equivalent]:
    """Those of ``equivalents.toml``."""
    text = (Path(__file__).parent / "equivalents.toml").read_text(encoding="utf-8")
    return [Equivalent(**each) for each in tomllib.loads(text)["equivalent"]]


def files_of(part: str) -> list[Path]:
    """The files of a part: a folder, or one file."""
    path = ROOT / part
    return [path] if path.is_file() else sorted(path.rglob("*.py"))


def module_of(path: Path) -> str:
    """The name by which a file is imported."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def tests_of(part: str) -> list[str]:
    """The tests that answer for a part: those of the longest name that it begins with."""
    known = [each for each in TESTS if Path(part).is_relative_to(each)]
    if not known:
        raise SystemExit(f"No tests are known for {part}. Name them with --tests, or in {__file__}")
    return [f"tests/{path}" for path in TESTS[max(known, key=len)]]
