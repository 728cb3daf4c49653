"""A force that changed its system has two extracts for one table."""

from __future__ import annotations

from pathlib import Path

import pytest

import swm_kpi as kpi
from swm_kpi.cli.main import main
from tests.support.force_folder import NEW_SOURCE, UNION, UNION_FILES, write_force

OLD = "number,opened,code\n1,02/04/2024 10:00,A1\n2,30/04/2024 10:00,A1\n3,01/05/2024 10:00,A1\n"
NEW = "number,opened,code\nX2,30/04/2024 10:00,A1\nX3,01/05/2024 10:00,A1\nX4,31/05/2024 10:00,B\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "extracts").mkdir()
    (tmp_path / "extracts" / "c2.csv").write_text(OLD)
    (tmp_path / "extracts" / "new_c2.csv").write_text(NEW)
    return write_force(tmp_path / "force", UNION_FILES)


@pytest.mark.slow
def test_two_mappings_of_one_table_need_a_union(folder: Path) -> None:
    (folder / "sources" / "incidents.py").unlink()
    with pytest.raises(kpi.DefinitionError) as caught:
        kpi.Force.read(folder)
    (problem,) = caught.value.problems
    assert "sources/new_c2.py and sources/c2.py both make table 'incident'" in str(problem)
    assert "put their rows together with kpi.mapping.Union. (sources/new_c2.py:" in str(problem)


@pytest.mark.slow
def test_the_rows_of_both_systems_count_once(folder: Path) -> None:
    force = kpi.Force.read(folder)
    assert list(force.mappings) == ["incident"]
    assert force.sources == ("c2", "new_c2")
    tables = force.tables(folder.parent / "extracts")
    assert "from c2 and new_c2, by incident@1#" in str(tables)
    result = kpi.compute(
        ["15"], tables, periods=["2024-04", "2024-05"], catalogue=force.catalogue()
    )
    frame = result.to_polars().filter(measure="incidents")
    assert frame["value"].to_list() == [2, 1]
    assert result.provenance is not None
    (made,) = (item.mapping for item in result.provenance.tables if item.mapping)
    assert made.count("incident@1#") == 3
    assert " of incident@1#" in made


def test_a_missing_extract_makes_the_table_absent(folder: Path) -> None:
    (folder.parent / "extracts" / "c2.csv").unlink()
    tables = kpi.Force.read(folder).tables(folder.parent / "extracts")
    assert "incident" not in tables
    assert tables.reason_absent("incident").startswith("There is no extract 'c2'")


def test_lineage_names_both_extracts(folder: Path) -> None:
    steps = kpi.Force.read(folder).lineage("15", table="incident")
    assert set(steps["source"]) == {"c2", "new_c2"}
    made = steps.filter(column="created_at")["made"][0]
    assert made.startswith("c2: Opened, read as")
    assert "new_c2: Opened, read as" in made


@pytest.mark.slow
def test_the_commands_know_both(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extracts = folder.parent / "extracts"
    assert main(["map", "check", "--force", str(folder)]) == 0
    assert "2 mappings" in capsys.readouterr().out
    assert main(["map", "report", "--force", str(folder), "--data", str(extracts)]) == 0
    assert "new_c2: under 5" in capsys.readouterr().out
    files = [str(extracts / name) for name in ("c2.csv", "new_c2.csv")]
    assert main(["validate", "incident", *files, "--force", str(folder)]) == 0
    assert main(["validate", "incident", files[0], "--force", str(folder)]) != 0
    assert "Give their files, in this order" in capsys.readouterr().err
    later = UNION.replace("2024-04-30", "2024-05-31").replace("2024-05-01", "2024-06-01")
    new = NEW_SOURCE.replace("Head of contact", "Head of data")
    changed = UNION_FILES | {"sources/incidents.py": later, "sources/new_c2.py": new}
    after = write_force(folder.parent / "after", changed)
    assert main(["map", "diff", str(folder), "--force", str(after)]) == 0
    changes = " ".join(capsys.readouterr().out.split())
    assert "now: c2: the rows to 31 May 2024, by " in changes
    assert "new_c2: owner: Head of contact now: Head of data" in changes


def test_a_mistake_has_a_file_and_a_line(folder: Path) -> None:
    write_force(folder, {"sources/incidents.py": UNION.replace("2024-05-01", "2024-06-01")})
    with pytest.raises(kpi.DefinitionError) as caught:
        kpi.Force.read(folder)
    (problem,) = caught.value.problems
    assert "no part has the rows of 1 May 2024" in str(problem)
    assert "(sources/incidents.py:10)" in str(problem)
