"""The reference pages match the code, and list every public name."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest

import swm_kpi as kpi
from swm_kpi.errors import SwmKpiError
from swm_kpi.site.api_reference import build_api_pages, build_command_page
from swm_kpi.vocabulary import Marker

PACKAGES = {"mapping", "open_data", "statistics", "synthetic"}


@pytest.fixture(scope="module")
def pages() -> Mapping[str, str]:
    return build_api_pages()


@pytest.fixture(scope="module")
def command_line() -> str:
    return build_command_page()


def section(page: str, heading: str) -> str:
    """Return the text under a heading of the second or third level."""
    match = re.search(rf"^(##+) {re.escape(heading)}$(.*?)(?=^##|\Z)", page, re.M | re.S)
    assert match, heading
    return match[2]


def test_every_public_name_is_listed_once(pages: Mapping[str, str]) -> None:
    headings = [
        name
        for page, text in pages.items()
        if not any(package in page.replace("-", "_") for package in (*PACKAGES, "testing"))
        for name in re.findall(r"^## (\w+)$", text, re.M)
    ]
    assert sorted(headings) == sorted(set(kpi.__all__) - PACKAGES)


@pytest.mark.parametrize(
    "package", [kpi.mapping, kpi.open_data, kpi.statistics, kpi.synthetic], ids=str
)
def test_every_name_of_a_package_is_listed(pages: Mapping[str, str], package: object) -> None:
    name = package.__name__.split(".")[1].replace("_", "-")
    headings = re.findall(r"^## (\w+)$", pages[f"reference/api/{name}.md"], re.M)
    assert set(headings) == set(package.__all__)


def test_a_function_has_its_arguments_errors_and_result(
    pages: Mapping[str, str],
) -> None:
    text = section(pages["reference/api/compute.md"], "compute")
    assert "on_violation='raise'" in text
    assert "| `as_at` | The day the data were extracted. " in text
    assert "- `PeriodError`: " in text
    assert "Returns: One row for each measure, period and member." in text


def test_a_measure_kind_has_the_fields_of_every_measure(pages: Mapping[str, str]) -> None:
    text = section(pages["reference/api/declare.md"], "Duration")
    assert "`start, end`" in text
    assert "`at`" in text
    assert "`basis`" in text
    assert not re.search(r"^### \w+\.findings$", pages["reference/api/declare.md"], re.M)


def test_public_methods_are_listed_and_private_ones_are_not(pages: Mapping[str, str]) -> None:
    results = pages["reference/api/results.md"]
    for method in ("compare", "spc", "plot", "protect", "to_csv", "to_ods"):
        assert section(results, f"Result.{method}").strip()
    assert not re.search(r"\._\w", results)


def test_every_error_has_its_exit_code(pages: Mapping[str, str], command_line: str) -> None:
    codes = section(command_line, "Exit codes")
    for error in SwmKpiError.__subclasses__():
        text = section(pages["reference/api/errors.md"], error.__name__)
        assert f"`{error.exit_code}`" in text
        assert f"| `{error.exit_code}` |" in codes


def test_closed_lists_have_their_values(pages: Mapping[str, str]) -> None:
    text = section(pages["reference/api/words.md"], "Marker")
    assert [marker for marker in Marker if f"'{marker.value}'" not in text] == []


def test_every_command_has_its_arguments(command_line: str) -> None:
    for command in ("list", "show", "check", "lock", "validate", "compute", "synthetic", "demo"):
        assert section(command_line, f"swm-kpi {command}").strip()
    text = section(command_line, "swm-kpi compute")
    assert "| `--start` | The first day, such as 2024-04-01. |" in text
    assert "One of `raise`, `withhold`." in text


def test_pages_contain_only_their_own_markup(pages: Mapping[str, str], command_line: str) -> None:
    for page in (*pages.values(), command_line):
        prose = re.sub(r"```.*?```|`[^`\n]*`", "", page, flags=re.S)
        assert "``" not in prose
        assert "<" not in prose
        assert page.startswith("# ")
