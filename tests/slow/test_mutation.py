"""What mutation testing changes and leaves alone, and that what was explained is still there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutation import subjects
from tests.mutation.mutants import mutants_of
from tests.mutation.subjects import ROOT, equivalents

EXPLAINED = equivalents()


def changes(source: str, folder: Path) -> list[str]:
    """The statements that a line of code is changed to."""
    path = folder / "some.py"
    path.write_text(source, encoding="utf-8")
    return [each.after for each in mutants_of(path)]


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
def test_a_change_is_one_small_thing(source: str, expected: list[str], tmp_path: Path) -> None:
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
def test_what_no_number_is_born_of_is_left_alone(source: str, tmp_path: Path) -> None:
    assert changes(source, tmp_path) == []


def test_a_refusal_may_be_left_out_and_its_words_stay(tmp_path: Path) -> None:
    assert changes("raise Wrong(f'{a + 1}')", tmp_path) == ["pass"]


def test_what_runs_on_import_is_known_from_what_is_called(tmp_path: Path) -> None:
    path = tmp_path / "some.py"
    path.write_text("A = 1\nclass B:\n    c = 2\n    def d(self):\n        e = 3\n")
    found = {(each.inside, each.line): each.runs_on_import for each in mutants_of(path)}
    assert found == {("", 1): True, ("B", 3): True, ("B.d", 5): False}


@pytest.mark.parametrize("file", sorted({each.file for each in EXPLAINED}))
def test_what_was_explained_is_still_a_mutant_of_its_file(file: str) -> None:
    """Where the code has moved on, so has the reason: take it out of equivalents.toml."""
    there = {(each.inside, each.before, each.after) for each in mutants_of(ROOT / file)}
    said = [each for each in EXPLAINED if each.file == file]
    gone = [each for each in said if (each.inside, each.before, each.after) not in there]
    assert gone == []
    assert all(each.reason.endswith(".") for each in said)


def test_a_part_is_answered_for_by_the_tests_of_the_longest_name() -> None:
    assert subjects.tests_of("swm_kpi/calendar/days.py") == subjects.tests_of("swm_kpi/calendar")
    with pytest.raises(SystemExit, match="No tests are known for swm_kpi/cli/main"):
        subjects.tests_of("swm_kpi/cli/main.py")
