"""The reference pages say what the code says, and leave no public name out."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

import swm_kpi as kpi
from swm_kpi.errors import SwmKpiError
from swm_kpi.site.api import api_pages, cli_page
from swm_kpi.vocabulary import Marker

ROOMS = {"open_data", "statistics", "synthetic"}


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    return api_pages()


@pytest.fixture(scope="module")
def command_line() -> str:
    return cli_page()


def part(page: str, heading: str) -> str:
    """What stands under a heading of the second or third level."""
    found = re.search(rf"^(##+) {re.escape(heading)}$(.*?)(?=^##|\Z)", page, re.M | re.S)
    assert found, heading
    return found[2]


def test_every_public_name_is_explained_once(pages: Mapping[str, str]) -> None:
    headings = [
        name
        for page, text in pages.items()
        if not any(room in page.replace("-", "_") for room in (*ROOMS, "testing"))
        for name in re.findall(r"^## (\w+)$", text, re.M)
    ]
    assert sorted(headings) == sorted(set(kpi.__all__) - ROOMS)


@pytest.mark.parametrize("room", [kpi.open_data, kpi.statistics, kpi.synthetic], ids=str)
def test_every_name_of_a_room_is_explained(pages: Mapping[str, str], room: object) -> None:
    name = room.__name__.split(".")[1].replace("_", "-")
    headings = re.findall(r"^## (\w+)$", pages[f"reference/api/{name}.md"], re.M)
    assert set(headings) == set(room.__all__)


def test_a_call_is_told_with_its_arguments_errors_and_what_comes_of_it(
    pages: Mapping[str, str],
) -> None:
    told = part(pages["reference/api/compute.md"], "compute")
    assert "on_violation='raise'" in told
    assert "| `as_at` | The day the data were extracted. A period it cuts short is `[p]`. |" in told
    assert "- `PeriodError`: a period is not written as one." in told
    assert "Returns: One row for each measure, period and member." in told


def test_a_kind_of_measure_is_told_with_what_every_measure_has(pages: Mapping[str, str]) -> None:
    told = part(pages["reference/api/declare.md"], "Duration")
    assert "`start, end`" in told
    assert "`at`" in told
    assert "`basis`" in told
    assert "findings" not in pages["reference/api/declare.md"]


def test_methods_are_told_and_what_is_private_is_not(pages: Mapping[str, str]) -> None:
    results = pages["reference/api/results.md"]
    for method in ("compare", "spc", "plot", "disclose", "to_csv", "to_ods"):
        assert part(results, f"Result.{method}").strip()
    assert not re.search(r"\._\w", results)


def test_every_error_is_told_with_its_exit_code(
    pages: Mapping[str, str], command_line: str
) -> None:
    codes = part(command_line, "Exit codes")
    for error in SwmKpiError.__subclasses__():
        told = part(pages["reference/api/errors.md"], error.__name__)
        assert f"`{error.exit_code}`" in told
        assert f"| `{error.exit_code}` |" in codes


def test_closed_lists_are_told_with_their_values(pages: Mapping[str, str]) -> None:
    told = part(pages["reference/api/words.md"], "Marker")
    assert [marker for marker in Marker if f"'{marker.value}'" not in told] == []


def test_every_command_is_told_with_its_arguments(command_line: str) -> None:
    for command in ("list", "show", "check", "lock", "validate", "compute", "synth", "demo"):
        assert part(command_line, f"swm-kpi {command}").strip()
    told = part(command_line, "swm-kpi compute")
    assert "| `--start` | First day, such as 2024-04-01. |" in told
    assert "One of `raise`, `withhold`." in told


def test_pages_hold_no_markup_but_their_own(pages: Mapping[str, str], command_line: str) -> None:
    for page in (*pages.values(), command_line):
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page, flags=re.S)
        assert "``" not in prose
        assert "<" not in prose
        assert page.startswith("# ")
