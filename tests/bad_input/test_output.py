"""Bad input, cases 53 to 62: hostile input and what is written out; and that no case is missing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import (
    Column,
    Contract,
    ContractError,
    Count,
    DefinitionError,
    Dimension,
    InputError,
    MetricAlias,
    OutputError,
    RequestError,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.model.lock import iter_lock_problems
from swm_kpi.output import write_text
from swm_kpi.site.markup import tag
from tests.support.bad_inputs import (
    IN_MEMORY,
    LOCAL_INPUTS,
    MARKER,
    VISITS,
    BuildTable,
    Visit,
    build_metric,
    case,
    cells,
    compute,
    no_marker_is_printed,
    raises_without_marker,
    rows,
)
from tests.support.engines import IGNORED_WARNINGS
from tests.support.force_folder import write_force

pytestmark = [*IGNORED_WARNINGS, pytest.mark.usefixtures(no_marker_is_printed.__name__)]
ROOT = Path(__file__).parents[2]
SOURCE_FILES = sorted((ROOT / "swm_kpi").rglob("*.py")) + sorted(
    (ROOT / "definitions").rglob("*.py")
)

# The members of an open breakdown come from the data, so hostile text can reach a result.
TEAM = Dimension("team", "Team", description="The force's own teams, whatever they are called.")


class Job(Contract, row_unit=Unit.EVENTS):
    """One row per job."""

    day = Column(date, description="The day.")
    team = Column(str, dimension=TEAM, nullable=True, description="The team.")


def compute_jobs(build_table: BuildTable, team: str) -> kpi.Result:
    metric = build_metric(Count(key="jobs", of=Job, at=Job.day), dimensions=[TEAM])
    table = build_table({"day": [date(2024, 5, 1)] * 2, "team": [team, "Plain"]})
    return compute({"job": table}, metric=metric, by=["team"], coverage={})


FORMULAS = ['=HYPERLINK("https://x.example","y")', "+1+1", "-1+1", "@SUM(1)", "\t=1", "\r=1"]


@case(53, *IN_MEMORY)
@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_run_is_made_harmless(
    build_table: BuildTable, text: str, tmp_path: Path
) -> None:
    """Numbers are not changed. ``test_files.py`` and ``test_spreadsheets.py`` test each format."""
    result = compute_jobs(build_table, text)
    assert text in cells(result, "jobs", "team")
    result.to_csv(tmp_path / "a.csv", policy="none")
    table = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False)
    assert f"'{text}" in table["team"].tolist()
    assert table["value"].tolist() == ["1", "1", "2"]
    result.to_xlsx(tmp_path / "a.xlsx", policy="none")
    for sheet in openpyxl.load_workbook(tmp_path / "a.xlsx"):
        assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)


class Elements(HTMLParser):
    """The elements and links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: set[str] = set()
        self.events: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.links |= {value or "" for name, value in attrs if name in ("href", "src")}
        self.events |= {name for name, _ in attrs if name.startswith("on")}


MARKUP = {
    "script": "<script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "pipe": "a | b",
    "backtick": "`a",
    "link": "[x](javascript:alert(1))",
    "quote": "\"'><svg onload=alert(1)>",
}


@case(54, name="text", **MARKUP)
def test_markup_in_a_title_or_a_member_is_shown_and_not_run(text: str) -> None:
    """That is so in a notebook and on a page."""
    metric = build_metric(VISITS, title=text)
    page = Elements(compute(pl.DataFrame(rows()), metric=metric)._repr_html_())
    page.feed(compute_jobs(IN_MEMORY[1], text)._repr_html_())
    assert not page.names & {"script", "img", "svg", "a"}
    assert not page.events
    assert not page.links
    shown = Elements(tag("p", metric.title))
    assert shown.names == {"p"}
    assert not shown.events


@case(55, *LOCAL_INPUTS)
@pytest.mark.parametrize("text", ["x'; DROP TABLE visit;--", '" OR 1=1 --', "a' OR 'a'='a"])
def test_text_with_quotes_is_a_value_and_never_a_query(build_table: BuildTable, text: str) -> None:
    """Such a member is counted like any other, and only its exact name matches it."""
    result = compute_jobs(build_table, text)
    assert cells(result, "jobs", "team") == [*sorted([text, "Plain"]), "All"]
    assert cells(result, "jobs") == [1, 1, 2]

    class Note(Contract, row_unit=Unit.EVENTS):
        """One row per note."""

        day = Column(date, description="The day.")
        text = Column(str, description="What it says.")

    counted = Count(key="notes", of=Note, at=Note.day, where=Note.text == text)
    metric = build_metric(counted, dimensions=[])
    table = build_table({"day": [date(2024, 5, 1)] * 2, "text": [text, "Plain"]})
    assert cells(compute({"note": table}, metric=metric, coverage={}), "notes") == [1]


def called_names(path: Path) -> set[str]:
    """Return the names of the functions and methods that a file calls."""
    return {
        getattr(node.func, "attr", getattr(node.func, "id", ""))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }


NEVER_CALLED = {
    55: {"read_sql", "execute", "executemany"},
    56: {"eval", "exec", "run_path", "run_module", "exec_module"},
    59: {"read_pickle", "to_pickle"},
    60: {"safe_load", "unsafe_load", "full_load"},
}


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    "names", [pytest.param(names, id=f"{number}-calls") for number, names in NEVER_CALLED.items()]
)
def test_nothing_that_runs_text_is_called(names: set[str]) -> None:
    """``test_architecture.py`` also refuses imports of modules that run code.

    Only the modules of a force's own folder are run, and ``Force.read`` says so.
    """
    called = {path.name: output for path in SOURCE_FILES if (output := called_names(path) & names)}
    assert called == ({"sources.py": {"exec_module"}} if "exec_module" in names else {})


@case(56, name="data", python="metrics.py", module="os", folder="definitions")
def test_no_argument_runs_a_file(data: str, tmp_path: Path) -> None:
    """Files that are passed as data or refs are only read, and a file is no folder of a force."""
    edge_case = tmp_path / data
    edge_case.write_text("raise SystemExit('it ran')", encoding="utf-8")
    with raises_without_marker(InputError):
        kpi.validate(edge_case, Visit)
    with raises_without_marker(DefinitionError):
        kpi.Force.read(edge_case)
    with raises_without_marker(RequestError):
        kpi.compute([str(edge_case)], {}, periods=["2024-05"])


@case(57, name="folder", library="swm_kpi", definitions="definitions")
def test_definitions_are_imported_only_by_entry_point(folder: str) -> None:
    """Only the entry point of a distribution loads a package.

    (The list of cases has no plugins; by design there are plugins, with an entry point.)
    """
    imported = {
        (str(path.relative_to(ROOT)), ast.unparse(node.args[0]))
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module"
    }
    lazy_imports = {
        ("swm_kpi/__init__.py", "_LAZY_NAMES[name]"),
        ("swm_kpi/__init__.py", "f'swm_kpi.{name}'"),
    }
    plugin_imports = {("swm_kpi/model/plugins.py", "package")}
    assert imported == (lazy_imports | plugin_imports if folder == "swm_kpi" else set())


PATHS = {
    "up": "../../etc/x",
    "up_and_down": "a/../../b",
    "absolute": "/etc/x",
    "nul": "a\0b",
    "line_end": "15\n",
    "long": "x" * 300,
    "space": " ",
    "windows": "a\\b",
    "colon": "a:b",
}


@case(58, name="ref", **PATHS)
def test_a_ref_that_could_be_a_path_is_refused(ref: str) -> None:
    with raises_without_marker(DefinitionError, "ref"):
        build_metric(VISITS, ref=ref)
    with raises_without_marker(DefinitionError, "key"):
        build_metric(VISITS, key=ref)


@case(58, name="name", folder="", up="..", missing="no/such.csv", nul="a\0b", long="x" * 300)
def test_the_error_for_a_file_that_cannot_be_written_names_only_the_file(
    name: str, tmp_path: Path
) -> None:
    """``test_files.py`` tests links, folders and existing files."""
    with raises_without_marker(OutputError):
        write_text(tmp_path / name if name else "", "text")
    assert list(tmp_path.iterdir()) == []


@case(59, name="suffix", pickle=".pkl", joblib=".joblib", feather=".feather", python=".py",
      none="", workbook=".xlsx", compressed=".csv.gz")  # fmt: skip
def test_only_parquet_and_csv_are_read(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"visits{suffix}"
    path.write_bytes(b"cos\nsystem\n(S'echo it ran'\ntR.")
    with raises_without_marker(InputError, "is not read"):
        kpi.validate(path, Visit)


@case(59, name="suffix", parquet=".parquet", csv=".csv")
def test_a_pickle_under_another_name_is_not_run(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"visits{suffix}"
    path.write_bytes(b"cos\nsystem\n(S'echo it ran'\ntR.")
    with raises_without_marker(InputError):
        kpi.validate(path, Visit)


@case(60, name="text", yaml="metric:\n  - ref: no\n", tag="!!python/object/apply:os.system ['x']",
      not_dated='[[statement]]\nref = "15"\ndate = 12:30:00\n')  # fmt: skip
def test_an_availability_file_is_only_read_as_toml(text: str, tmp_path: Path) -> None:
    """YAML would read ``no`` as false and ``12:30`` as 750, and can run code."""
    folder = write_force(tmp_path / "force", {"availability.toml": text})
    with raises_without_marker((InputError, DefinitionError)):
        kpi.Force.read(folder)


class Victim(Contract, row_unit=Unit.PEOPLE):
    """One row per victim."""

    victim_name = Column(str, unique=True, personal=True, str_matches=r"[0-9]+", description="Who.")
    seen_on = Column(date, description="When.")


@case(61, *IN_MEMORY)
def test_a_name_in_a_key_is_in_no_message(build_table: BuildTable) -> None:
    """``test_canary.py`` tests this for every table of the catalogue."""
    table = build_table(
        {"victim_name": [f"{MARKER} Doe", f"{MARKER} Doe", None], "seen_on": [date(2024, 4, 1)] * 3}
    )
    report = kpi.validate(table, Victim)
    assert {(violation.rule, violation.rows) for violation in report.violations} == {
        ("does not match the pattern [0-9]+", 2), ("is missing", 1), ("is not unique", 1),
    }  # fmt: skip
    with raises_without_marker(ContractError):
        _ = report.table
    metric = build_metric(Count(key="seen", of=Victim, at=Victim.seen_on), dimensions=[])
    with raises_without_marker(ContractError):
        compute({"victim": table}, metric=metric, coverage={})


def change_metric(**fields: Any) -> kpi.Metric:
    return build_metric(VISITS, **fields)


def build_catalogue_later(*entries: Any) -> Any:
    return lambda: kpi.Catalogue(entries)


CONTRADICTORY_CATALOGUES = {
    "one_ref_twice": build_catalogue_later(change_metric(), change_metric(key="other")),
    "one_key_twice": build_catalogue_later(change_metric(), change_metric(ref="T2")),
    "alias_of_none": build_catalogue_later(
        change_metric(),
        MetricAlias(ref="T2", key="other", title="Other", objective=SECURE, of="T9",
              availability=kpi.catalogue()["15"].availability, summary="Another."),
    ),
}  # fmt: skip


@case(62, name="make", **CONTRADICTORY_CATALOGUES)
def test_a_catalogue_that_contradicts_itself_raises(make: Any) -> None:
    """``test_definition_mistakes.py`` tests every mistake, and that all are reported at once."""
    with raises_without_marker(DefinitionError):
        make()


@case(62, name="stored", version={("T1", 1): "00000000"}, older={("T1", 2): "00000000"})
def test_a_definition_that_changed_without_a_new_version_is_reported(
    stored: dict[tuple[str, int], str],
) -> None:
    """``test_lock.py`` compares the plan with its lock."""
    (problem,) = iter_lock_problems(stored, {("T1", 1): "11111111"})
    assert problem.field == "version"


# All cases have a test


@pytest.mark.exhaustive
def test_all_sixty_two_cases_have_a_test() -> None:
    """The number of a case is in the id of its test."""
    files = sorted(map(str, Path(__file__).parent.glob("test_*.py")))
    process = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-n", "0", *files],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    numbers = {int(item) for item in re.findall(r"[\[-]([0-9]{2})-", process.stdout)}
    assert sorted(set(range(1, 63)) - numbers) == []
