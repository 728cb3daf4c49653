"""A metric version never changes its numbers: the lock, the changelog and the golden results.

After a change that is meant, raise the metric's version, describe it in CHANGELOG.md, and run

    swm-kpi lock
    python -m tests.golden
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

import swm_kpi as kpi
from swm_kpi.cli.main import main
from swm_kpi.model.lock import (
    build_lock,
    format_lock,
    iter_lock_problems,
    missing_from_changelog,
    missing_from_lock,
    parse_lock,
)
from tests import golden

ROOT = Path(__file__).parents[3]


def current_lock() -> dict[tuple[str, int], str]:
    return parse_lock((ROOT / "definitions" / "definitions.lock").read_text(encoding="utf-8"))


# The definitions as they are


def test_no_locked_version_has_changed() -> None:
    problems = [
        str(problem) for problem in iter_lock_problems(current_lock(), build_lock(kpi.catalogue()))
    ]
    assert problems == [], "raise the version, or before the first release: swm-kpi lock --reset"


def test_every_definition_is_locked() -> None:
    assert missing_from_lock(current_lock(), build_lock(kpi.catalogue())) == [], "run swm-kpi lock"


def test_writing_the_lock_again_changes_nothing() -> None:
    text = (ROOT / "definitions" / "definitions.lock").read_text(encoding="utf-8")
    assert format_lock(current_lock()) == text


def test_every_later_version_is_in_the_changelog() -> None:
    assert (
        missing_from_changelog((ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), current_lock())
        == []
    )


def test_the_lock_is_in_the_package_of_the_definitions() -> None:
    assert files("swm_kpi.definitions").joinpath("definitions.lock").is_file()


@pytest.mark.slow
@pytest.mark.parametrize(
    "metric",
    [
        # The checks compare all; the shorter command compares one in seven.
        pytest.param(metric, id=metric.ref, marks=[pytest.mark.exhaustive] if at % 7 else [])
        for at, metric in enumerate(golden.metrics())
    ],
)
def test_golden_results(metric: kpi.Metric) -> None:
    path = golden.golden_path(metric)
    assert path.exists(), "run python -m tests.golden"
    assert golden.golden_text(metric).splitlines() == path.read_text(encoding="utf-8").splitlines()


def test_every_golden_result_has_its_metric() -> None:
    assert {path.name for path in golden.FOLDER.glob("*.csv")} == {
        golden.golden_path(metric).name for metric in golden.metrics()
    }


# The rules


LOCK = {("2", 1): "aaaaaaaa", ("10", 1): "bbbbbbbb", ("10", 2): "cccccccc"}


def test_a_lock_reads_back_in_the_order_of_the_plan() -> None:
    text = format_lock(LOCK)
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == ["2@1#aaaaaaaa", "10@1#bbbbbbbb", "10@2#cccccccc"]
    assert parse_lock(text) == LOCK


def test_a_changed_hash_needs_a_new_version() -> None:
    (problem,) = iter_lock_problems(LOCK, {("2", 1): "dddddddd"})
    assert str(problem).startswith("Metric 2, version: the definition has changed")
    assert "Write version=2" in str(problem)
    assert list(iter_lock_problems(LOCK, {("2", 2): "dddddddd"})) == []
    assert missing_from_lock(LOCK, {("2", 2): "dddddddd", ("10", 2): "cccccccc"}) == ["2@2"]


def test_a_version_is_never_used_again() -> None:
    (problem,) = iter_lock_problems(LOCK, {("10", 1): "bbbbbbbb"})
    assert "older than the locked version 2" in str(problem)


@pytest.mark.parametrize("line", ["57", "57@0#aaaaaaaa", "57@1#AAAAAAAA", "57@1#aaaaaaa", "x y"])
def test_an_invalid_line_of_the_lock_raises(line: str) -> None:
    with pytest.raises(kpi.DefinitionError, match=r"line 2: it is not name@version#hash"):
        parse_lock(f"# comment\n{line}\n")


def test_a_version_locked_twice_raises() -> None:
    with pytest.raises(kpi.DefinitionError, match="occurs twice"):
        parse_lock("57@1#aaaaaaaa\n57@1#bbbbbbbb\n")


@pytest.mark.parametrize(
    ("line", "mentioned"),
    [
        ("- Ref 10, version 2: repeats are now of 12 months.", True),
        ("- Ref 10, version 3: repeats are now of 12 months.", False),
        ("- Ref 1, version 2: repeats are now of 12 months.", False),
        ("- Ref 10, version 2: ", False),
    ],
)
def test_a_new_version_needs_a_line_in_the_changelog(line: str, mentioned: bool) -> None:
    text = f"## [1.1]\n\n### Numbers that move\n\n{line}\n\n### Added\n\n- Something.\n"
    assert missing_from_changelog(text, LOCK) == ([] if mentioned else ["10@2"])
    elsewhere = f"## [1.1]\n\n### Numbers that move\n\n- None.\n\n### Added\n\n{line}\n"
    assert missing_from_changelog(elsewhere, LOCK) == ["10@2"]


# The command


@pytest.mark.slow
def test_the_command_locks_new_versions_and_refuses_changed_ones(tmp_path, capsys) -> None:
    path = tmp_path / "definitions.lock"
    assert main(["lock", "--file", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    assert parse_lock(text) == build_lock(kpi.catalogue())
    assert main(["lock", "--file", str(path)]) == 0
    assert "0 of them new" in capsys.readouterr().out
    assert path.read_text(encoding="utf-8") == text

    definition = next(
        entry for entry in kpi.catalogue() if isinstance(entry, kpi.Metric)
    ).definition
    changed = text.replace(definition, definition[:-8] + "00000000")
    path.write_text(changed, encoding="utf-8")
    assert main(["lock", "--file", str(path)]) == kpi.DefinitionError.exit_code
    assert "it is still version" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == changed
    assert main(["lock", "--file", str(path), "--reset"]) == 0
    assert path.read_text(encoding="utf-8") == text
