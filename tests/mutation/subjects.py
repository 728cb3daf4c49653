"""Which tests answer for which part, and which mutants no test can tell from the code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

ENGINE = ("engine_rules", "repeats", "counting", "mean_stock", "registers_and_uptime")
TESTS = {
    "swm_kpi/periods": ("periods",),
    "swm_kpi/disclosure": ("disclosure_sums", "disclosure_small_tables", "disclosure"),
    "swm_kpi/statistics": ("statistics", "published_cases", "intervals", "spc"),
    "swm_kpi/process": ("spc", "repr"),
    "swm_kpi/measures": (*ENGINE, "definition_mistakes", "intervals", "definitions"),
    "swm_kpi/expressions": ("expressions", "definition_mistakes", "engine_rules", "repr"),
    "swm_kpi/comparison": ("comparison", "repr"),
    "swm_kpi/engine/accumulate.py": (*ENGINE, "intervals"),
    "swm_kpi/engine/assemble.py": (*ENGINE, "intervals"),
    "swm_kpi/engine/cells.py": (*ENGINE, "intervals"),
    "swm_kpi/engine/repeats.py": ("engine_oracle",),
    "swm_kpi/engine/tidy.py": (*ENGINE, "intervals"),
    "swm_kpi/numbers.py": ("charts", "spc", "comparison", "demo"),
}


@dataclass(frozen=True)
class Equivalent:
    """A mutant that no test of behaviour can fail on, and why."""

    file: str
    inside: str
    before: str
    after: str
    because: str


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
    """The files of tests that answer for a part: those of the longest name that it begins with."""
    known = [each for each in TESTS if Path(part).is_relative_to(each)]
    if not known:
        raise SystemExit(f"No tests are known for {part}. Name them with --tests, or in {__file__}")
    return [f"tests/test_{name}.py" for name in TESTS[max(known, key=len)]]
