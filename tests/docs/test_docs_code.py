"""Every Python block in the README and the guides runs, and prints what the page shows.

docs/how-to/write-these-pages.md describes how to write such a page.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import polars as pl
import pytest

import swm_kpi as kpi
from tests.support.docs_code import (
    GENERATED,
    GUIDES,
    PAGES,
    ROOT,
    NotInstalled,
    blocks_of,
    difference,
    run_page,
)

# The checks run every page; the shorter command runs those that a new user reads first. The README
# makes the demo, which tests/unit/reporting also does.
FIRST_PAGES = ("first-dataset.md", "compare-and-chart.md", "publish-safely.md")
RUN_PAGES = [
    pytest.param(
        page,
        id=page.relative_to(ROOT).as_posix(),
        marks=[] if page.name in FIRST_PAGES else [pytest.mark.exhaustive],
    )
    for page in PAGES
    if page.name not in GENERATED
]
TUTORIAL = "first-dataset.md"
EXTRACTS_TUTORIAL = "from-your-own-extracts.md"
MONTHS = [f"2025-{month:02}" for month in range(1, 7)]

STREET = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,"
    "Crime type,Last outcome category,Context"
)
DISTRICTS = ("Herefordshire", "Shropshire", "Telford and Wrekin", "Redditch", "Worcester")
COLLISIONS = """collision_index,date,collision_severity,police_force,local_authority_ons_district
2022220000001,05/01/2022,2,22,E06000051
"""
CASUALTIES = """collision_index,vehicle_reference,casualty_reference,casualty_severity
2022220000001,1,1,2
2022220000001,1,2,3
"""


def real_street_files() -> Path | None:
    folder = Path(os.environ.get("SWM_KPI_REAL_DATA", ""), "police_uk")
    return folder if "SWM_KPI_REAL_DATA" in os.environ and folder.is_dir() else None


def download(folder: Path) -> None:
    """Put street-level files in a folder: the published ones, or small ones of the same format."""
    real = real_street_files()
    for month in MONTHS:
        name = f"{month}-west-mercia-street.csv"
        path = folder / month / name
        path.parent.mkdir(parents=True)
        if real is not None:
            path.symlink_to(real / name)
        else:
            path.write_text(street_file(month), encoding="utf-8")


def street_file(month: str) -> str:
    """Twelve records of anti-social behaviour and six crimes in each of five districts."""
    force = "West Mercia Police,West Mercia Police"
    lines = [STREET]
    for district in DISTRICTS:
        place = f"-2.1,52.3,On or near High Street,E01000001,{district} 001A"
        asb = f",{month},{force},{place},Anti-social behaviour,,"
        crime = f"{month},{force},{place},Burglary,Under investigation,"
        lines += [asb] * 12
        lines += [f"{month}{district[:3]}{number},{crime}" for number in range(6)]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def incidents() -> pl.DataFrame:
    """A valid table of one year, as the reader of the README has one."""
    only = kpi.Catalogue([kpi.catalogue()["15"]])
    force = kpi.synthetic.generate_force("2024-04-01", "2025-03-31", scale=0.01, catalogue=only)
    return pl.from_pandas(force["incident"])


@pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis, of DuckDB
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # PySpark's sockets, and below
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("page", RUN_PAGES)
def test_the_blocks_of_a_page_print_what_it_shows(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, incidents: pl.DataFrame
) -> None:
    if page.name in (TUTORIAL, "README.md"):
        download(tmp_path / "downloads")
    if page.name == EXTRACTS_TUTORIAL:
        shutil.copytree(ROOT / "tests" / "other_force" / "extracts", tmp_path / "extracts")
    if page.name == "README.md":
        incidents.write_parquet(tmp_path / "incidents.parquet")
        (tmp_path / "collisions.csv").write_text(COLLISIONS, encoding="utf-8")
        (tmp_path / "casualties.csv").write_text(CASUALTIES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    try:
        # The tutorial shows the numbers of the published files. Other files give other numbers.
        run_page(page, compare=page.name != TUTORIAL or real_street_files() is not None)
    except NotInstalled as missing:
        pytest.skip(str(missing))
    finally:
        for name in set(sys.modules) - before:
            if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
                del sys.modules[name]


def test_there_are_pages_of_each_kind() -> None:
    kinds = {page.parent.name for page in PAGES}
    assert kinds >= set(GUIDES)


# How blocks are run and compared


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / "page.md"


def test_blocks_share_names_and_print_what_is_shown(page: Path) -> None:
    page.write_text(
        "```python\nx = 1 + 1\n```\n\nIt prints:\n\n```python\nprint(x)\n```\n```text\n2\n```\n"
    )
    run_page(page)


@pytest.mark.parametrize(
    "content",
    [
        "```python\nprint(1)\n```\n```text\n2\n```\n",
        "```python\nprint(1)\nprint(2)\n```\n```text\n1\n```\n",
        "```python\nprint(1)\n```\n```text\nValueError: no\n```\n",
        "```python\nraise ValueError('no')\n```\n```text\nValueError: yes\n```\n",
        "```sh\nswm-kpi show 57\n```\n```text\nnothing\n```\n",
        "```text\noutput of no block\n```\n",
        "```sh\ncurl example.org\n```\n",
        "```javascript\n1\n```\n",
    ],
)
def test_a_wrong_page_fails(page: Path, content: str) -> None:
    page.write_text(content)
    with pytest.raises(AssertionError):
        run_page(page)


def test_only_an_error_that_the_page_shows_is_accepted(page: Path) -> None:
    failing = "```python\nraise ValueError('no')\n```\n"
    page.write_text(failing)
    with pytest.raises(ValueError, match="no"):
        run_page(page)
    page.write_text(failing + "```text\nValueError: no\n```\n")
    run_page(page)


def test_a_command_may_fail_only_if_the_page_shows_its_output(page: Path) -> None:
    page.write_text("```sh\nswm-kpi show 999\n```\n")
    with pytest.raises(AssertionError, match="999"):
        run_page(page)


def test_a_block_named_as_a_file_is_written(page: Path) -> None:
    page.write_text("```toml\n# force/own.toml\nx = 1\n```\n")
    run_page(page)
    assert Path("force/own.toml").read_text() == "# force/own.toml\nx = 1\n"


def test_a_missing_extra_differs_from_a_missing_module(page: Path) -> None:
    page.write_text("```python\nraise ModuleNotFoundError('x', name='duckdb')\n```\n")
    with pytest.raises(NotInstalled):
        run_page(page)
    page.write_text("```python\nimport swm_kpy\n```\n")
    with pytest.raises(ModuleNotFoundError):
        run_page(page)


def test_omitted_lines_whitespace_and_locations_are_not_compared() -> None:
    assert difference("a\n...\nz", "a\nb\nc\nz") == ""
    assert difference("a long\nline", "a  long line\n") == ""
    assert difference("1 2", "12") != ""
    assert difference("wrong (definitions/x.py:3)", "wrong (how-to/page.md:40)") == ""
    assert difference("a\n...\nz", "a\nb") != ""


def test_a_block_has_the_line_of_its_first_statement(page: Path) -> None:
    page.write_text("# Title\n\n```python\nx = 1\n```\n")
    assert [block.line for block in blocks_of(page)] == [4]
