"""The project is written in plain words: a test refuses words that make readers guess.

Names in code and prose have separate lists. Names are what a file binds: functions, classes,
parameters, variables, attributes and fields. Prose is docstrings, comments, string literals and
every page of documentation. GLOSSARY.md has the words to use instead.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = (".ci", ".github", "definitions", "docs", "swm_kpi", "tests")
SUFFIXES = {".css", ".html", ".js", ".md", ".py", ".svg", ".toml", ".txt", ".yml"}
THIS_FILE = "tests/project/test_plain_words.py"

# Whole names that say nothing about the value. Use the noun: measure, row, column, match.
VAGUE_NAMES = {"asked", "each", "found", "given", "held", "one", "said", "told"}

# Words that are not part of any name: `mended_row` has one, `repair_row` has none.
REFUSED_IN_NAMES = {
    *("amid", "amidst", "dear", "dearer", "dearest", "lawful", "machinery", "mend", "mended"),
    *("nought", "partly", "rooms", "surely", "told", "whereabouts"),
}

# A pattern for prose, and what to write instead.
REFUSED_IN_PROSE = {
    r"told\s+apart": "distinguished",
    r"told": "reports, describes, shows",
    r"dear(?:er|est|ly)?": "expensive, slow",
    r"amid(?:st)?": "during",
    r"mend(?:s|ed|ing)?": "fix",
    r"n[oa]ughts?": "zero",
    r"(?:hand(?:s|ed|ing)?|g[ia]v(?:e|es|en|ing)) back": "return",
    r"hand(?:s|ed|ing)? over": "pass",
    r"work(?:s|ed|ing)? out": "calculate; for people: find, decide",
    r"whereabouts": "position, location",
    r"lawful(?:ly)?": "valid",
    r"rooms?": "package, layer; for space: width, space",
    r"front door": "entry point",
    r"plug-ins?": "plugin",
    r"disclosed": "protected",
    r"packs?": "dataset",
    r"(?:five )?kinds of nothing": "missing values and markers",
    r"(?:lest|whilst|thereof|wherein|hereby|amongst)": "a word that people say",
    r"(?:pencil|riddle)s?": "attacker",
    r"side by side alike|(?:each|all|both) alike": "the same",
}

# Where a refused word is right: (path, word as it stands there): reason.
ALLOWED = {
    ("CHANGELOG.md", "told"): "the table of renames lists the former names",
    ("definitions/contracts/data_breach.py", "disclosed"): "a type of data breach",
    ("swm_kpi/synthetic/ict.py", "disclosed"): "a type of data breach",
    ("definitions/contracts/victims.py", "told"): "rights of victims to be told something",
}

# Folders and files in which the words have been replaced. Everything else is reported, not refused.
FINISHED = (
    ".ci",
    ".github",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "GLOSSARY.md",
    "README.md",
    "definitions",
    "docs",
    "mkdocs.yml",
    "pyproject.toml",
    "swm_kpi/__init__.py",
    "swm_kpi/analysis",
    "swm_kpi/calendar",
    "swm_kpi/charts",
    "swm_kpi/cli",
    "swm_kpi/contracts",
    "swm_kpi/declaration.py",
    "swm_kpi/deprecation.py",
    "swm_kpi/differences",
    "swm_kpi/disclosure",
    "swm_kpi/engine",
    "swm_kpi/errors.py",
    "swm_kpi/expressions",
    "swm_kpi/formatting.py",
    "swm_kpi/measures",
    "swm_kpi/model",
    "swm_kpi/open_data",
    "swm_kpi/output",
    "swm_kpi/progress.py",
    "swm_kpi/provenance.py",
    "swm_kpi/reporting",
    "swm_kpi/result.py",
    "swm_kpi/result_columns.py",
    "swm_kpi/site",
    "swm_kpi/statistics",
    "swm_kpi/synthetic",
    "swm_kpi/testing",
    "swm_kpi/vocabulary.py",
    "tests/bad_input",
    "tests/benchmarks",
    "tests/conftest.py",
    "tests/definitions/test_open_data_metrics.py",
    "tests/disclosure_attack",
    "tests/docs",
    "tests/engines",
    "tests/fuzz",
    "tests/mutation",
    "tests/other_force/README.md",
    "tests/other_force/other_force_kpis/__init__.py",
    "tests/other_force/other_force_kpis/burglary.py",
    "tests/other_force/other_force_kpis/objectives.py",
    "tests/other_force/other_force_kpis/quarterly.py",
    "tests/other_force/pyproject.toml",
    "tests/other_force/tests",
    "tests/project/public_api.txt",
    "tests/project/test_architecture.py",
    "tests/project/test_deprecation.py",
    "tests/project/test_package_names.py",
    "tests/project/test_plain_words.py",
    "tests/site",
    "tests/slow/test_another_force.py",
    "tests/slow/test_fuzz.py",
    "tests/slow/test_load_and_faults.py",
    "tests/slow/test_mutation.py",
    "tests/slow/test_packaging.py",
    "tests/spec",
    "tests/support/bad_inputs.py",
    "tests/support/batched_cases.py",
    "tests/support/confidential_rows.py",
    "tests/support/contract_frames.py",
    "tests/support/docs_code.py",
    "tests/support/engines.py",
    "tests/support/ilp_attack.py",
    "tests/support/injection_fixtures.py",
    "tests/support/kind_specification.py",
    "tests/support/large_requests.py",
    "tests/support/months_of_2024.py",
    "tests/support/oracle.py",
    "tests/support/oracle_cases.py",
    "tests/support/page_reader.py",
    "tests/support/random_counts.py",
    "tests/support/sample_results.py",
    "tests/support/small_tables.py",
    "tests/support/stopped_spark.py",
    "tests/unit/analysis",
    "tests/unit/calendar",
    "tests/unit/charts",
    "tests/unit/cli",
    "tests/unit/contracts",
    "tests/unit/differences",
    "tests/unit/disclosure",
    "tests/unit/engine",
    "tests/unit/expressions",
    "tests/unit/measures",
    "tests/unit/model",
    "tests/unit/open_data",
    "tests/unit/output",
    "tests/unit/reporting",
    "tests/unit/statistics",
    "tests/unit/synthetic",
    "tests/unit/testing",
)

_PROSE = re.compile(
    "|".join(rf"(?<![\w-])(?:{pattern})(?![\w-])" for pattern in REFUSED_IN_PROSE), re.IGNORECASE
)
_PYTHON_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def project_files() -> list[str]:
    """Every file of the repository that holds prose or code, without recorded results."""
    paths = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in FOLDERS:
        paths += (ROOT / folder).rglob("*")
    return sorted(
        path.relative_to(ROOT).as_posix()
        for path in paths
        if (path.suffix in SUFFIXES or path.parent.name == ".ci")
        if path.is_file() and "golden" not in path.parts
    )


def names_bound_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield (line, name) for each name that the code gives to something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id if isinstance(node, ast.Name) else node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.lineno, node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from ((node.lineno, alias.asname) for alias in node.names if alias.asname)


def refused_names(source: str) -> Iterator[tuple[int, str]]:
    for line, name in names_bound_in(ast.parse(source)):
        words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+", name)
        if name.strip("_") in VAGUE_NAMES or REFUSED_IN_NAMES & {word.lower() for word in words}:
            yield line, name


def prose_of(source: str) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each comment and string literal, docstrings included."""
    kinds = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in kinds:
            yield token.start[0], token.string


def refused_prose(text: str, first_line: int = 1) -> Iterator[tuple[int, str]]:
    for match in _PROSE.finditer(text):
        yield first_line + text.count("\n", 0, match.start()), match[0]


def refused_words(path: str) -> Iterator[tuple[int, str]]:
    """Yield (line, word) of each refused word in a file and in its name."""
    text = (ROOT / path).read_text(encoding="utf-8")
    if path.endswith(".py"):
        yield from refused_names(text)
        for line, prose in prose_of(text):
            yield from refused_prose(prose, line)
    else:
        yield from refused_prose(text)
    for block in _PYTHON_BLOCK.finditer(text) if path.endswith(".md") else ():
        first_line = text.count("\n", 0, block.start(1))
        yield from ((first_line + line, name) for line, name in refused_names(block[1]))
    for part in re.split(r"[/._-]", path):
        if part in REFUSED_IN_NAMES or _PROSE.fullmatch(part):
            yield 0, part


def is_finished(path: str) -> bool:
    return any(path == name or path.startswith(f"{name}/") for name in FINISHED)


def problems_of(path: str) -> list[str]:
    if path == THIS_FILE:
        return []
    return [
        f"{path}:{line}: {word}"
        for line, word in refused_words(path)
        if (path, word.lower()) not in ALLOWED
    ]


@pytest.mark.parametrize("path", [path for path in project_files() if is_finished(path)])
def test_a_file_uses_no_refused_word(path: str) -> None:
    assert problems_of(path) == []


@pytest.mark.parametrize(("path", "word"), ALLOWED)
def test_an_exception_is_still_needed(path: str, word: str) -> None:
    words = {word.lower() for _, word in refused_words(path)}
    assert word in words, "remove it from ALLOWED"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("for each in rows: pass", ["each"]),
        ("def mended_row(): pass", ["mended_row"]),
        ("def repair(*, told=None): pass", ["told"]),
        ("class Told: pass", ["Told"]),
        ("self.given = 1", ["given"]),
        ("from hypothesis import given", []),
        ("import x as found", ["found"]),
        ("from statistics import founded", []),
        ("[row for row in rows]", []),
    ],
)
def test_names_are_read_from_what_code_binds(source: str, words: list[str]) -> None:
    assert [name for _, name in refused_names(source)] == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It is told\nwhat is Dearer.", ["told", "Dearer"]),
        ("recommend an amendment", []),
        ("unlawful force, untold", []),
        ("it hands back a table", ["hands back"]),
    ],
)
def test_prose_is_read_by_whole_words(text: str, words: list[str]) -> None:
    assert [word for _, word in refused_prose(text)] == words


def test_prose_of_code_is_its_comments_and_strings() -> None:
    source = 'def f():\n    """Returns what is told."""\n    return "amid"  # mend\n'
    words = [word for line, text in prose_of(source) for _, word in refused_prose(text, line)]
    assert words == ["told", "amid", "mend"]


def report() -> str:
    """Count refused words by folder, for files that are not finished."""
    counts: dict[str, int] = {}
    for path in project_files():
        problems = problems_of(path)
        if problems:
            folder = path.rpartition("/")[0] or path
            counts[folder] = counts.get(folder, 0) + len(problems)
    return "\n".join(f"{count:5} {folder}" for folder, count in sorted(counts.items()))


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
