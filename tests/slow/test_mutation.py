"""Which mutants are made, and that every explained mutant still exists."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation import subjects
from tests.mutation.mutants import mutants_of
from tests.mutation.subjects import ROOT, equivalents

EXPLAINED = equivalents()


def changes(source: str, folder: Path) -> list[str]:
    """Return the statements to which a line of code is changed."""
    path = folder / "some.py"
    path.write_text(source, encoding="utf-8")
    return [mutant.after for mutant in mutants_of(path)]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a <= b"]),
        ("a is not b", ["a is b"]),
        ("a + b", ["a - b"]),
        ("a or not b", ["a and (not b)", "a or b"]),
        ("a = -b", ["a = b"]),
        ("a = 5", ["a = 6", "a = 4"]),
        ("a = True", ["a = False"]),
        ("a += b", ["a -= b"]),
        ("a = min(b)", ["a = max(b)"]),
        ("a = b.first()", ["a = b.last()"]),
        ("check(a)", ["pass"]),
        ("a = b if c else d", ["a = b if not c else d"]),
        ("a = [b for b in c if b]", ["a = [b for b in c if not b]"]),
        ("while a:\n    break", ["while not a:", "continue"]),
        ("def f(a):\n    return a", ["return None"]),
        ("if a in b:\n    pass", ["if a not in b:"]),
    ],
)
def test_each_mutant_has_one_small_change(source: str, expected: list[str], tmp_path: Path) -> None:
    assert changes(source, tmp_path) == expected


@pytest.mark.parametrize(
    "source",
    [
        "'''A docstring.'''",
        "a: int | None",
        "def f(a: int | str) -> int | None: ...",
        "import a",
        "@cached(maxsize=5)\ndef f(): ...",
        "a = isinstance(b, int | float)",
        "a = f'{b:.2f}'",
        "a = zip(b, c, strict=True)",
        "a = 1e300",
    ],
)
def test_code_without_an_effect_on_numbers_is_not_changed(source: str, tmp_path: Path) -> None:
    assert changes(source, tmp_path) == []


def test_a_raise_is_removed_but_its_message_is_not_changed(tmp_path: Path) -> None:
    assert changes("raise Wrong(f'{a + 1}')", tmp_path) == ["pass"]


def test_code_that_runs_on_import_is_marked(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text("A = 1\nclass B:\n    c = 2\n    def d(self):\n        e = 3\n")
    on_import = {(mutant.inside, mutant.line): mutant.runs_on_import for mutant in mutants_of(path)}
    assert on_import == {("", 1): True, ("B", 3): True, ("B.d", 5): False}


@pytest.mark.parametrize("file", sorted({mutant.file for mutant in EXPLAINED}))
def test_explained_mutants_still_exist(file: str) -> None:
    """If one does not, the code has changed: update or remove it in equivalents.toml."""
    existing = {(mutant.inside, mutant.before, mutant.after) for mutant in mutants_of(ROOT / file)}
    explained = [mutant for mutant in EXPLAINED if mutant.file == file]
    missing = [
        mutant
        for mutant in explained
        if (mutant.inside, mutant.before, mutant.after) not in existing
    ]
    assert missing == []
    assert all(mutant.reason.endswith(".") for mutant in explained)


def test_a_part_has_the_tests_of_the_longest_matching_path() -> None:
    assert subjects.tests_of("swm_kpi/calendar/days.py") == subjects.tests_of("swm_kpi/calendar")
    with pytest.raises(SystemExit, match="No tests are known for swm_kpi/cli/main"):
        subjects.tests_of("swm_kpi/cli/main.py")
