"""A force states its availability in a dated file with sources; nothing else can do so."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.model.describe import describe_entry, format_catalogue
from tests.support.force_folder import write_force

STATEMENT = """
[[statement]]
ref = "15"
status = "not_reportable"
reason = "The command and control system cannot give closing codes."
owner = "Head of contact"
date = 2025-05-01
expected = 2026-04-01
evidence = [
    { source = "Quarterly performance report, Q4 2024/25", finding = "ref 15 is left out", date = "2025-05" },
]
history = [
    { date = 2024-05-01, status = "unknown", reason = "Nobody had asked." },
]
"""  # noqa: E501
INCIDENTS = pl.DataFrame(
    {"created_at": ["2024-05-01 10:00"], "closing_code": ["ASB nuisance"]}
).with_columns(pl.col("created_at").str.to_datetime())
POPULATION = pl.DataFrame({"mid_year": [2024], "lpa": ["Shropshire"], "residents": [1000]})


def read(folder: Path, statements: str = STATEMENT, *, head: str = "format = 1\n") -> kpi.Catalogue:
    return kpi.Force.read(
        write_force(folder / "force", {"availability.toml": head + statements})
    ).catalogue()


def mistakes(folder: Path, statements: str, **head: str) -> list[str]:
    with pytest.raises(kpi.DefinitionError) as caught:
        read(folder, statements, **head)
    return [str(problem) for problem in caught.value.problems]


def compute(plan: kpi.Catalogue, *refs: str) -> pl.DataFrame:
    return kpi.compute(
        list(refs),
        {"incident": INCIDENTS, "population": POPULATION},
        periods=["2024-05"],
        coverage={"incident": ("2024-05-01", "2024-05-31")},
        catalogue=plan,
    ).to_polars()


def test_a_statement_has_an_owner_evidence_a_date_and_a_history(tmp_path: Path) -> None:
    availability = read(tmp_path)["15"].availability
    assert availability.status is kpi.AvailabilityStatus.NOT_REPORTABLE
    assert availability.evidence[0].source.startswith("Quarterly")
    assert availability.owner == "Head of contact"
    assert str(availability.as_at), str(availability.expected) == ("2025-05-01", "2026-04-01")
    assert availability.history[0].reason == "Nobody had asked."
    text = " ".join(describe_entry(read(tmp_path)["15"], read(tmp_path)).split())
    for words in (
        "Owner: Head of contact.",
        "Stated on 1 May 2025.",
        "Expected to be reportable from 1 April 2026.",
        "ref 15 is left out (Quarterly performance report, Q4 2024/25, May 2025).",
        "On 1 May 2024: unknown. Nobody had asked.",
    ):
        assert words in text
    assert kpi.catalogue()["15"].availability.status is kpi.AvailabilityStatus.UNKNOWN


def test_a_metric_that_may_not_be_reported_has_a_reason_and_no_number(tmp_path: Path) -> None:
    result = compute(read(tmp_path), "15", "39")
    withheld = result.filter(pl.col("ref") == "15")
    assert withheld["marker"].unique().to_list() == ["[x]"]
    assert withheld["value"].null_count() == len(withheld)
    assert "closing codes" in withheld["note"][0]
    assert 0.0 in result.filter(pl.col("ref") == "39")["value"].to_list()


@pytest.mark.parametrize(
    ("measure", "withheld"), [("per_1000", {"per_1000"}), ("incidents", {"incidents", "per_1000"})]
)
def test_a_statement_of_one_measure_withholds_it_and_what_is_computed_from_it(
    measure: str, withheld: set[str], tmp_path: Path
) -> None:
    plan = read(tmp_path, STATEMENT.replace('ref = "15"', f'ref = "15"\nmeasure = "{measure}"'))
    result = compute(plan, "15")
    assert set(result.filter(pl.col("value").is_null())["measure"]) == withheld
    assert set(result.filter(marker="[x]")["measure"]) == withheld
    assert "closing codes" in result.filter(marker="[x]")["note"][0]
    assert plan["15"].availability.status is kpi.AvailabilityStatus.UNKNOWN
    assert f"{measure}: Not reportable." in describe_entry(plan["15"], plan)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('ref = "15"', 'ref = "asb_incident"'), "Did you mean 'asb_incidents'?"),
        (('ref = "15"', "ref = 15"), "valid string"),
        (('ref = "15"', 'ref = "16"'), "nothing to report under this ref itself"),
        (('ref = "15"', 'ref = "15"\nmeasure = "per1000"'), "Did you mean 'per_1000'?"),
        (('= "not_reportable"', '= "red"'), "not a status that a file can state"),
        (('status = "unknown"', 'status = "red"'), "a status that a file cannot state"),
        (('reason = "The', 'raeson = "The'), "Did you mean 'reason'?"),
        (('owner = "Head of contact"', ""), "owner: it is required"),
        (("date = 2025-05-01", ""), "date: it is required"),
        (("date = 2025-05-01", 'date = "May"'), "date"),
        (("date = 2025-05-01", "date = 2024-05-01"), "history: its last date is not before"),
        (("expected = 2026-04-01", "expected = 2025-04-01"), "expected: it is not after"),
        (("finding =", "findng ="), "Did you mean 'finding'?"),
        (('"Nobody had asked." },\n]', '"None." },\n]' + STATEMENT), "15, ref: it is stated at"),
    ],
)
def test_a_mistake_names_its_field_and_line(
    change: tuple[str, str], words: str, tmp_path: Path
) -> None:
    reported = "\n".join(mistakes(tmp_path, STATEMENT.replace(*change, 1)))
    assert words in reported
    assert "(force/availability.toml:" in reported


def test_all_mistakes_are_reported_at_once_with_their_lines(tmp_path: Path) -> None:
    wrong = STATEMENT.replace('"15"', '"99"').replace('= "not_reportable"', '= "red"')
    reported = mistakes(tmp_path, wrong + wrong, head="format = 2\n")
    places = [text.rsplit("(", 1)[1] for text in reported]
    assert [place.rstrip(")").partition(":")[2] for place in places] == ["1", "5", "4", "19", "18"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[[statement]", "it is not TOML"),
        ("colour = 'red'", "the file has no such key"),
        ("statement = 3", "Write [[statement]]"),
        ("[[metric]]", "Did you mean"),
    ],
)
def test_a_file_that_is_not_an_availability_file_is_refused(
    content: str, words: str, tmp_path: Path
) -> None:
    reported = "\n".join(mistakes(tmp_path, content))
    if words != "Did you mean":
        assert words in reported
    assert "availability.toml" in reported


def test_a_status_with_a_document_needs_evidence(tmp_path: Path) -> None:
    head, tail = STATEMENT.split("evidence = [")
    wrong = head + "history" + tail.partition("history")[2]
    assert "evidence: not_reportable needs a document" in "\n".join(mistakes(tmp_path, wrong))


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2021-05-27", "27 May 2021"),
        ("2021-09", "September 2021"),
        ("2019", "2019"),
        ("2023/24", "2023/24"),
        ("2022, by context", "2022, by context"),
        ("2021-02-30", "2021-02-30"),
    ],
)
def test_dates_of_evidence_are_formatted_in_words(written: str, read_as: str) -> None:
    assert kpi.Evidence("A report", "It is given.", written).formatted_date == read_as


def test_a_description_formats_the_date_of_its_evidence() -> None:
    assert "27 May 2021" in " ".join(describe_entry(kpi.catalogue()["57"], kpi.catalogue()).split())


IN_PART = """
[[statement]]
ref = "15"
status = "reportable_in_part"
reason = "The rate is left out of the quarterly report."
owner = "Head of contact"
date = 2025-05-01
evidence = [{ source = "Quarterly report", finding = "It has the number alone.", date = "2025-05" }]
"""
OF_RATE = """
[[statement]]
ref = "15"
measure = "per_1000"
status = "not_reportable"
reason = "No estimate of residents is held."
owner = "Head of contact"
date = 2025-05-01
evidence = [{ source = "Quarterly report", finding = "It has no rate.", date = "2025-05" }]
"""


def test_a_part_of_a_ref_can_be_reported_and_another_cannot(tmp_path: Path) -> None:
    plan = read(tmp_path, IN_PART + OF_RATE)
    assert plan["15"].availability.status is kpi.AvailabilityStatus.REPORTABLE_IN_PART
    rows = {row["measure"]: row for row in compute(plan, "15").to_dicts()}
    assert rows["incidents"]["value"] == 1
    assert (rows["per_1000"]["value"], rows["per_1000"]["marker"]) == (None, "[x]")


def test_a_part_that_cannot_be_reported_is_named(tmp_path: Path) -> None:
    (mistake,) = mistakes(tmp_path, IN_PART)
    assert "nothing says which part of it is not reportable" in mistake


def test_one_measure_is_not_reportable_in_part(tmp_path: Path) -> None:
    problems = mistakes(tmp_path, OF_RATE.replace('"not_reportable"', '"reportable_in_part"'))
    assert any("one measure is reportable or it is not" in mistake for mistake in problems)


def test_a_metric_in_development_has_its_numbers_and_a_day(tmp_path: Path) -> None:
    statement = IN_PART.replace("reportable_in_part", "in_development")
    plan = read(tmp_path, statement + "expected = 2026-04-01\n")
    assert compute(plan, "15")["value"].to_list()[0] == 1
    text = " ".join(describe_entry(plan["15"], plan).split())
    assert "In development. The rate is left out" in text
    assert "Expected to be reportable from 1 April 2026." in text


def test_what_the_plan_says_of_all_its_metrics_is_said_once(tmp_path: Path) -> None:
    plan = read(tmp_path)
    listed = format_catalogue(plan)
    assert listed.count("unknown") == 3  # Refs 18, 20 and 21 have evidence and no figure.
    assert listed.count("not reportable") == 1
    assert " ".join(listed.split()).count("Most metrics of the plan can be reported.") == 1
    of_58 = " ".join(describe_entry(plan["58"], plan).split())
    assert "Not stated of this ref alone. Most metrics of the plan can be reported." in of_58
