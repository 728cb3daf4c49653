"""Definitions of other distributions, found by their entry points.

Each distribution is a folder with the metadata that an installer writes, so that Python finds it
as an installed one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[3]

SHELTERS = """
from datetime import datetime

import swm_kpi as kpi
from swm_kpi.definitions.plan.objectives import SECURE


class Shelter(kpi.Contract, row_unit=kpi.Unit.CONTACTS, source="Shelter register"):
    \"\"\"One row per night that somebody spent in a shelter.\"\"\"

    began_at = kpi.Column(datetime, description="When the stay began.")


nights = kpi.Metric(
    ref="{ref}",
    key="{key}",
    title="Nights in shelters",
    objective=SECURE,
    summary="Nights, counted on the day they began.",
    measures=[kpi.Count(key="nights", of=Shelter, at=Shelter.began_at)],
    direction=kpi.Direction.LOWER_IS_BETTER,
    availability=kpi.Availability(status="unknown", reason="Nobody has said."),
    limitations="Not people.",
    examples=[
        kpi.Example(
            rows="| began_at | \\n | 2024-04-02 22:00 | \\n | 2024-07-01 00:00 |",
            expect={{"nights": 1}},
            edge_case="A night of the next quarter.",
        )
    ],
)
CATALOGUE = kpi.Catalogue([nights])
"""

READ_CATALOGUE = """
import json, sys, warnings
import swm_kpi as kpi
with warnings.catch_warnings(record=True) as warnings_raised:
    warnings.simplefilter("always")
    try:
        answer = [len(kpi.catalogue()), [entry.ref for entry in kpi.catalogue()][70:]]
    except kpi.DefinitionError as error:
        answer = str(error)
print(json.dumps([answer, [[w.category.__name__, str(w.message)] for w in warnings_raised]]))
"""


def install(site: Path, name: str, source: str, *, version: str = "1.0") -> None:
    """Write a distribution of one package into a folder of the import path."""
    package = name.replace("-", "_")
    (site / package).mkdir(parents=True)
    (site / package / "__init__.py").write_text(dedent(source))
    info = site / f"{package}-{version}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (info / "entry_points.txt").write_text(f"[swm_kpi.definitions]\nown = {package}\n")


def run_python(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(site), str(ROOT)])},
        cwd=site,
        capture_output=True,
        text=True,
        check=False,
    )


def read_catalogue(site: Path) -> tuple[object, list[list[str]]]:
    process = run_python(site, "-c", READ_CATALOGUE)
    assert process.returncode == 0, process.stderr
    answer, warnings_raised = json.loads(process.stdout)
    return answer, warnings_raised


@pytest.mark.slow
def test_entries_of_a_plugin_follow_those_of_the_plan(tmp_path: Path) -> None:
    install(tmp_path, "other-force", SHELTERS.format(ref="O1", key="nights"))
    assert read_catalogue(tmp_path) == ([71, ["O1"]], [])


@pytest.mark.slow
def test_plugins_are_sorted_by_name(tmp_path: Path) -> None:
    hostels = SHELTERS.format(ref="A1", key="a_nights").replace("Shelter", "Hostel")
    install(tmp_path, "b-force", SHELTERS.format(ref="B1", key="b_nights"))
    install(tmp_path, "a-force", hostels)
    assert read_catalogue(tmp_path) == ([72, ["A1", "B1"]], [])


@pytest.mark.slow
def test_a_plugin_that_fails_to_import_is_named_and_the_plan_still_loads(tmp_path: Path) -> None:
    install(tmp_path, "broken-force", "import a_package_nobody_wrote", version="2.1")
    install(tmp_path, "other-force", SHELTERS.format(ref="O1", key="nights"))
    answer, warnings_raised = read_catalogue(tmp_path)
    assert answer == [71, ["O1"]]
    ((category, message),) = warnings_raised
    assert category == "PluginWarning"
    assert message.startswith("broken-force 2.1 does not load")
    assert "ModuleNotFoundError" in message


@pytest.mark.slow
def test_a_wrong_definition_of_a_plugin_is_left_out_with_its_problem(tmp_path: Path) -> None:
    source = SHELTERS.format(ref="O1", key="nights").replace("LOWER_IS_BETTER", "LOWEST_IS_BEST")
    install(tmp_path, "other-force", source)
    answer, warnings_raised = read_catalogue(tmp_path)
    assert answer == [70, []]
    assert "other-force 1.0 does not load" in warnings_raised[0][1]


@pytest.mark.exhaustive
@pytest.mark.slow
def test_check_fails_for_a_broken_plugin_and_lists_all_its_problems(
    tmp_path: Path,
) -> None:
    source = SHELTERS.format(ref="O1", key="O 1").replace('summary="Nights', 'summmary="Nights')
    install(tmp_path, "other-force", source)
    process = run_python(tmp_path, "-m", "swm_kpi.cli", "check")
    assert process.returncode == 10
    problems = [
        line for line in process.stderr.splitlines() if "other-force 1.0: Metric O1" in line
    ]
    assert any("summmary" in line for line in problems)
    assert any("summary: it is required" in line for line in problems)


@pytest.mark.slow
def test_the_command_line_reports_a_broken_plugin_in_one_line(tmp_path: Path) -> None:
    install(tmp_path, "broken-force", "raise RuntimeError('no licence')")
    process = run_python(tmp_path, "-m", "swm_kpi.cli", "list")
    assert process.returncode == 0
    assert len(process.stderr.splitlines()) == 1
    assert process.stderr.startswith("swm-kpi: broken-force 1.0 does not load")


@pytest.mark.slow
def test_a_ref_of_two_distributions_raises_and_names_both(tmp_path: Path) -> None:
    install(tmp_path, "other-force", SHELTERS.format(ref="15", key="nights"))
    message, _ = read_catalogue(tmp_path)
    assert message == (
        "Catalogue, ref: '15' is declared by swm-kpi and by other-force 1.0. "
        "Give one of them another ref, or uninstall one distribution."
    )


@pytest.mark.slow
def test_a_key_of_two_plugins_raises_and_names_both(tmp_path: Path) -> None:
    install(tmp_path, "a-force", SHELTERS.format(ref="A1", key="nights"))
    install(tmp_path, "b-force", SHELTERS.format(ref="B1", key="nights"))
    message, _ = read_catalogue(tmp_path)
    assert "key: 'nights' is declared by a-force 1.0 and by b-force 1.0" in str(message)


@pytest.mark.slow
def test_a_second_declaration_of_a_table_of_the_plan_raises_and_names_the_plugin(
    tmp_path: Path,
) -> None:
    source = SHELTERS.format(ref="O1", key="nights").replace("Shelter", "Incident")
    install(tmp_path, "other-force", source)
    message, _ = read_catalogue(tmp_path)
    assert "other-force 1.0: Metric O1, measures: two contracts are called 'incident'" in str(
        message
    )


@pytest.mark.slow
def test_a_plugin_without_a_catalogue_is_reported_with_the_type_that_it_has(tmp_path: Path) -> None:
    install(tmp_path, "other-force", "CATALOGUE = ['15']")
    _, warnings_raised = read_catalogue(tmp_path)
    assert "CATALOGUE is a list" in warnings_raised[0][1]


def test_installed_definitions_are_loaded_once_in_a_process() -> None:
    import swm_kpi as kpi

    assert kpi.catalogue() is kpi.catalogue()
