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
    ("tests/other_force/other_force_kpis/stop_search.py", "found"): "what a search found",
    ("swm_kpi/synthetic/ict.py", "disclosed"): "a type of data breach",
    ("definitions/contracts/victims.py", "told"): "rights of victims to be told something",
}

_PROSE = re.compile(rf"(?<![\w-])(?:{'|'.join(REFUSED_IN_PROSE)})(?![\w-])", re.IGNORECASE)
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


def problems_of(path: str) -> list[str]:
    if path == THIS_FILE:
        return []
    return [
        f"{path}:{line}: {word}"
        for line, word in refused_words(path)
        if (path, word.lower()) not in ALLOWED
    ]


@pytest.mark.slow
@pytest.mark.parametrize("path", project_files())
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
    """Count refused words by folder."""
    counts: dict[str, int] = {}
    for path in project_files():
        problems = problems_of(path)
        if problems:
            folder = path.rpartition("/")[0] or path
            counts[folder] = counts.get(folder, 0) + len(problems)
    return "\n".join(f"{count:5} {folder}" for folder, count in sorted(counts.items()))


if __name__ == "__main__":
    sys.stdout.write(report() + "\n")
