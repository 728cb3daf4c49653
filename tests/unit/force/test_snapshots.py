"""Snapshots that a force's folder declares are made like any other table."""

from __future__ import annotations

from pathlib import Path

import pytest

import swm_kpi as kpi
from swm_kpi.cli.main import main
from tests.support.force_folder import (
    SNAPSHOTS,
    SPANS_EXTRACT,
    SPANS_FILES,
    write_force,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "extracts").mkdir()
    (tmp_path / "extracts" / "c2.csv").write_text(SPANS_EXTRACT)
    return write_force(tmp_path / "force", SPANS_FILES)


def compute(folder: Path, tables: object, *, as_at: str) -> kpi.Result:
    return kpi.compute(
        ["54"], tables, periods=["2024-04", "2024-05"], by=["lpa"], as_at=as_at,
        catalogue=kpi.Force.read(folder).catalogue(),
    )  # fmt: skip


def values(result: kpi.Result) -> dict[tuple[str, str], tuple[float | None, str]]:
    frame = result.to_polars().filter(measure=MEASURE)
    return {
        (lpa, period): (value, marker)
        for lpa, period, value, marker in frame.select(
            "lpa", "period", "value", "marker"
        ).iter_rows()
    }


MEASURE = "unresourced"


@pytest.mark.slow
def test_they_are_counted_from_the_table_of_a_mapping(folder: Path) -> None:
    force = kpi.Force.read(folder)
    tables = force.tables(folder.parent / "extracts", as_at="2024-05-01")
    assert list(tables) == ["incident", "open_incident_snapshot"]
    assert tables["open_incident_snapshot"].rows == 30 * 2 * 2
    result = compute(folder, tables, as_at="2024-05-01")
    # Incident 1 waits at one snapshot, incident 2 at 55, incident 3 at none: 56 / 60.
    assert values(result)["North", "2024-04"][0] == pytest.approx(56 / 60)
    assert values(result)["South", "2024-04"][0] == 0
    assert values(result)["All", "2024-05"][0] is None
    assert result.provenance is not None
    (made,) = (item.mapping for item in result.provenance.tables)
    assert made.startswith("open_incident_snapshot@1#")
    assert " of incident@1#" in made


@pytest.mark.slow
def test_days_after_the_extract_have_no_snapshot(folder: Path) -> None:
    """Before: nothing said where the extract ends, and open spans stayed open for ever."""
    force = kpi.Force.read(folder)
    tables = force.tables(folder.parent / "extracts")
    assert str(tables["open_incident_snapshot"].coverage) == "1 April 2024 to 30 April 2024"
    assert "open_incident_snapshot" in str(tables)


@pytest.mark.slow
def test_an_extract_that_is_missing_makes_them_absent(folder: Path) -> None:
    tables = kpi.Force.read(folder).tables({"population": "population.csv"})
    assert "open_incident_snapshot" not in tables
    reason = tables.reason_absent("open_incident_snapshot")
    assert reason.startswith("There is no extract 'c2'")


@pytest.mark.slow
def test_every_command_knows_them(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extracts = str(folder.parent / "extracts")
    assert main(["map", "check", "--force", str(folder)]) == 0
    assert "open_incident_snapshot counted from other tables" in capsys.readouterr().out
    assert main(["map", "report", "--force", str(folder), "--data", extracts]) == 0
    report = capsys.readouterr().out
    assert "open_incident_snapshot@1#" in report
    assert "grade     not in the source: Not counted by grade" in report or "grade" in report
    assert "Snapshots" in str(kpi.Force.read(folder))
    arguments = ["54", "--force", str(folder), "--data", extracts, "--period", "2024-04"]
    assert main(["compute", *arguments, "--as-at", "2024-05-01"]) == 0
    assert "0.9" in capsys.readouterr().out
    file = f"{extracts}/c2.csv"
    assert main(["validate", "open_incident_snapshot", file, "--force", str(folder)]) == 0


@pytest.mark.slow
def test_their_lineage_leads_to_the_columns_of_the_extract(folder: Path) -> None:
    steps = kpi.Force.read(folder).lineage("54", table="open_incident_snapshot")
    headings = set(steps.filter(column="unresourced")["heading"])
    assert headings == {"opened", "arrived"}
    made = steps.filter(column="lpa")["made"][0]
    assert made == "Taken from lpa. lpa of incident: Beat."


@pytest.mark.slow
def test_a_change_is_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = SNAPSHOTS.replace("hours=[7, 19]", "hours=[7]")
    after = write_force(folder.parent / "after", SPANS_FILES | {"sources/waiting.py": text})
    assert main(["map", "diff", str(folder), "--force", str(after)]) == 0
    changes = " ".join(capsys.readouterr().out.split())
    assert "open_incident_snapshot: still version 1. Raise it: rows change." in changes
    assert "now: snapshot_at: Every day at 07:00, local time." in changes


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sources/waiting.py": SNAPSHOTS.replace("[7, 19]", "[7, 1]")}, "the hour 1"),
        ({"sources/waiting.py": SNAPSHOTS.replace("2024-04-01", "1 April")}, "valid_from"),
        (
            {"sources/again.py": SNAPSHOTS},
            "sources/waiting.py and sources/again.py both make table 'open_incident_snapshot'",
        ),
        (
            {"sources/waiting.py": SNAPSHOTS.replace("    end=", "    ends=")},
            "missing a required argument",
        ),
    ],
    ids=["hour", "day", "twice", "argument"],
)
def test_a_mistake_has_a_file_and_a_line(change: dict[str, str], words: str, folder: Path) -> None:
    write_force(folder, SPANS_FILES | change)
    with pytest.raises(kpi.DefinitionError) as caught:
        kpi.Force.read(folder)
    assert len(caught.value.problems) == 1, caught.value
    (problem,) = caught.value.problems
    assert words in str(problem)
    assert "(sources/waiting.py:7)" in str(problem)


def test_the_table_of_the_spans_must_be_made(folder: Path) -> None:
    own = (
        SNAPSHOTS.replace(
            "from swm_kpi.mapping import",
            "import swm_kpi as kpi\n"
            "class Span(Incident, table='span'):\n    'Own.'\n"
            "from swm_kpi.mapping import",
        )
        .replace("spans=Incident", "spans=Span")
        .replace("=Incident.", "=Span.")
        .replace(": Incident.", ": Span.")
    )
    write_force(folder, SPANS_FILES | {"sources/waiting.py": own})
    with pytest.raises(kpi.DefinitionError, match="no mapping makes table 'span'"):
        kpi.Force.read(folder)
