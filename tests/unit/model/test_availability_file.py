"""A force states its availability in a dated file with sources; nothing else can do so."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.model.describe import describe_entry

STATEMENT = """
[[metric]]
ref = "15"
status = "not_reportable"
reason = "The command and control system cannot give closing codes."
source = "Quarterly performance report, Q4 2024/25"
finding = "ref 15 is left out"
date = 2025-05-01
"""


@pytest.fixture
def statement_file(tmp_path: Path) -> Path:
    file = tmp_path / "availability.toml"
    file.write_text(STATEMENT)
    return file


def test_a_statement_is_shown_with_its_source_and_date(statement_file: Path) -> None:
    availability = kpi.catalogue(availability=statement_file)["15"].availability
    assert availability.status is kpi.AvailabilityStatus.NOT_REPORTABLE
    assert availability.evidence[0].source.startswith("Quarterly")
    assert str(availability.as_at) == "2025-05-01"
    assert kpi.catalogue()["15"].availability.status is kpi.AvailabilityStatus.UNKNOWN


def test_a_metric_that_may_not_be_reported_has_a_reason_and_no_number(
    statement_file: Path,
) -> None:
    incidents = pl.DataFrame(
        {"created_at": ["2024-05-01 10:00"], "closing_code": ["ASB nuisance"]}
    ).with_columns(pl.col("created_at").str.to_datetime())
    result = kpi.compute(
        ["15", "39"],
        {"incident": incidents},
        periods=["2024-05"],
        coverage={"incident": ("2024-05-01", "2024-05-31")},
        catalogue=kpi.catalogue(availability=statement_file),
    ).to_polars()
    withheld = result.filter(pl.col("ref") == "15")
    assert withheld["marker"].unique().to_list() == ["[x]"]
    assert withheld["value"].null_count() == len(withheld)
    assert "closing codes" in withheld["note"][0]
    assert result.filter(pl.col("ref") == "39")["value"].to_list() == [0.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('ref = "15"', 'ref = "asb_incident"'), "Did you mean 'asb_incidents'?"),
        (('ref = "15"', "ref = 15"), "valid string"),
        (('ref = "15"', 'ref = "16"'), "nothing to report under this ref itself"),
        (('"not_reportable"', '"red"'), "not a status that a file can state"),
        (('reason = "The', 'raeson = "The'), "Did you mean 'reason'?"),
        (("date = 2025-05-01", ""), "date: it is required"),
        (("date = 2025-05-01", 'date = "May"'), "date"),
        (('finding = "ref 15 is left out"', 'finding = ""'), "finding"),
        (("date = 2025-05-01", "date = 2025-05-01" + STATEMENT), "more than once"),
    ],
)
def test_a_mistake_names_its_field(
    statement_file: Path, change: tuple[str, str], words: str
) -> None:
    statement_file.write_text(STATEMENT.replace(*change))
    with pytest.raises(kpi.DefinitionError, match=words.replace("?", r"\?")) as caught:
        kpi.catalogue(availability=statement_file)
    assert "availability.toml" in str(caught.value)


def test_all_mistakes_are_reported_at_once(statement_file: Path) -> None:
    statement_file.write_text(
        STATEMENT.replace('"15"', '"99"').replace('"not_reportable"', '"red"')
    )
    with pytest.raises(kpi.DefinitionError) as caught:
        kpi.catalogue(availability=statement_file)
    assert {problem.field for problem in caught.value.problems} == {"ref", "status"}


@pytest.mark.parametrize("content", ["[[metric]", "colour = 'red'", "metric = 3"])
def test_a_file_that_is_not_an_availability_file_raises(statement_file: Path, content: str) -> None:
    statement_file.write_text(content)
    with pytest.raises(kpi.InputError, match=r"availability\.toml"):
        kpi.catalogue(availability=statement_file)


def test_a_missing_file_raises(tmp_path: Path) -> None:
    with pytest.raises(kpi.InputError, match="no such file"):
        kpi.catalogue(availability=tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2021-05-27", "27 May 2021"),
        ("2021-09", "September 2021"),
        ("2019", "2019"),
        ("2023/24", "2023/24"),
        ("2022, by context", "2022, by context"),
        ("2021-02-30", "2021-02-30"),
    ],
)
def test_dates_of_evidence_are_formatted_in_words(written: str, read: str) -> None:
    assert kpi.Evidence("A report", "It is given.", written).formatted_date == read


def test_a_description_formats_the_date_of_its_evidence() -> None:
    assert "27 May 2021" in " ".join(describe_entry(kpi.catalogue()["57"], kpi.catalogue()).split())
