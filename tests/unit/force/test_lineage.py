"""Lineage: which columns of extracts a measure rests on, and which measures rest on a column."""

from __future__ import annotations

from pathlib import Path

import pytest

import swm_kpi as kpi
from swm_kpi.cli.main import main
from swm_kpi.site.context import SiteContext
from swm_kpi.site.pages import build_pages
from tests.support.force_folder import FILES, write_force


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_force(tmp_path / "force", FILES)


def test_a_column_of_an_extract_leads_to_every_measure(folder: Path) -> None:
    steps = kpi.Force.read(folder).lineage(heading="code")
    assert set(steps["source"]) == {"c2"}
    assert set(steps["column"]) == {"closing_code"}
    assert set(steps.select("ref", "measure").rows()) >= {
        ("15", "incidents"),
        ("15", "per_1000"),
        ("39", "incidents"),
    }


def test_a_measure_leads_back_to_the_columns_of_extracts(folder: Path) -> None:
    steps = kpi.Force.read(folder).lineage("15").filter(measure="per_1000", table="incident")
    assert set(steps.select("heading", "column").rows()) == {
        ("opened", "created_at"),
        ("code", "closing_code"),
    }
    assert "by the 1 approved rows of closing.csv" in steps.filter(column="closing_code")["made"][0]


def test_every_column_that_any_measure_reads_has_a_step(folder: Path) -> None:
    force = kpi.Force.read(folder)
    steps = set(force.lineage().select("table", "column", "ref", "measure").rows())
    for entry in force.catalogue():
        if isinstance(entry, kpi.Metric):
            for measure in entry.measures:
                for statistic in measure.statistics.values():
                    for name in statistic.columns:
                        assert (statistic.contract.table, name, entry.ref, measure.key) in steps


def test_a_column_that_is_not_in_the_source_has_no_heading(folder: Path) -> None:
    (step,) = kpi.Force.read(folder).lineage("9", table="incident").filter(
        column="mental_health"
    ).unique("column").to_dicts()  # fmt: skip
    assert step["heading"] == ""
    assert "Not in the source" in step["made"]
    absent = kpi.Force.read(folder).lineage("57")
    assert set(absent["made"]) == {"No mapping makes the table."}


def test_show_and_the_site_say_where_columns_come_from(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", "15", "--force", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "Where the columns come from, at Other Force" in shown
    assert "incident.closing_code" in shown
    only = kpi.Catalogue([kpi.catalogue()["15"]])
    force = kpi.Force.read(folder, catalogue=only)
    page = build_pages(SiteContext(only, mappings=force.mappings))["metrics/ref-15.md"]
    assert "Where the columns come from" in page
    assert "by the 1 approved rows of closing.csv" in page
