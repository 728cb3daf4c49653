"""Numbers that rest on a mapped table say what its mapping did not map, and what it lacks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.errors import InputError
from swm_kpi.mapping import codes, flag, not_in_source
from tests.support.mapping_cases import code_file
from tests.support.months_of_2024 import build_metric

REASONS = """
R,Report,,,approved,Owner,2024-04-02,
E,Enquiry,,,approved,Owner,2024-04-02,
9,,,,approved,Owner,2024-04-02,not recorded
"""
JANUARY = "2024-01"
COUNTS = ("undecided", "unmapped", "null_at_source", "mapped_to_other")


class Visit(kpi.Contract, row_unit=kpi.Unit.EVENTS):
    """One row per visit."""

    arrived_at = kpi.Column(datetime, description="When the visitor arrived.")
    reason = kpi.Column(str, isin=("Report", "Enquiry"), nullable=True, description="Why.")
    urgent = kpi.Column(bool, nullable=True, description="Whether it is urgent.")
    minutes = kpi.Column(float, nullable=True, description="How long they waited.")


class Log(kpi.Source):
    """One row per line of the log."""

    arrived = kpi.Column(datetime, description="When.")
    why = kpi.Column(str, description="Code of the reason.")
    urgent = kpi.Column(str, description="Y or N.")


def visit_mapping(**columns: Any) -> kpi.Mapping:
    """Return a mapping of visits, with some columns of it changed."""
    values = {
        "arrived_at": Log.arrived,
        "reason": codes(code_file(REASONS), Log.why, unmapped="null"),
        "urgent": flag(Log.urgent, yes="Y", no="N", unmapped="null"),
        "minutes": not_in_source("The log has no time of leaving"),
    } | columns
    return kpi.Mapping(
        Visit,
        source=Log,
        version=1,
        valid_from="2024-04-01",
        owner="Owner",
        columns={Visit.columns[name]: value for name, value in values.items()},
    )


METRIC = build_metric(
    [
        kpi.Count(key="all", of=Visit, at=Visit.arrived_at),
        kpi.Count(key="reports", of=Visit, at=Visit.arrived_at, where=Visit.reason == "Report"),
        kpi.Proportion(key="urgent", of=Visit, at=Visit.arrived_at, numerator=Visit.urgent),
        kpi.Mean(
            key="wait",
            of=Visit,
            at=Visit.arrived_at,
            value=Visit.minutes,
            unit=kpi.Unit.MINUTES,
        ),
    ],
    [],
    """
    | arrived_at | reason | urgent | minutes |
    | 2024-01-02 | Report | true   | 1       |
    """,
)
UNMAPPED_REASON = "Some values of reason in the source of table 'visit' are not mapped."


def extract_of(rows: list[tuple[datetime, str | None, str | None]]) -> pl.DataFrame:
    schema = {"arrived": pl.Datetime("us"), "why": pl.String, "urgent": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def visits(*rows: tuple[str | None, str | None]) -> pl.DataFrame:
    return extract_of([(datetime(2024, 1, 2, 10), *row) for row in rows])


def compute(table: Any, **options: Any) -> dict[str, dict[str, Any]]:
    result = kpi.compute([METRIC], {"visit": table}, periods=JANUARY, **options)
    return {row["measure"]: row for row in result.to_polars().to_dicts()}


MANY = visits(*[("R", "Y")] * 20, *[("Z", "N")] * 2, (None, None), ("9", "U"), ("E", "N"))


def test_a_number_says_how_many_rows_are_not_mapped_and_not_recorded() -> None:
    rows = compute(visit_mapping().apply(MANY))
    assert rows["reports"]["value"] == 20
    assert [rows["reports"][name] for name in COUNTS] == [4, 2, 2, None]
    assert rows["reports"]["note"].startswith(
        "2 rows left out because reason is not mapped. "
        "2 rows left out because reason is not recorded. "
    )
    assert UNMAPPED_REASON in rows["reports"]["note"]
    assert [rows["urgent"][name] for name in COUNTS] == [2, 1, 1, None]


def test_the_rows_behind_a_number_say_what_is_not_mapped() -> None:
    listed = kpi.rows(
        METRIC.ref, "reports", {"visit": visit_mapping().apply(MANY)}, period=JANUARY,
        catalogue=kpi.Catalogue([METRIC]),
    )  # fmt: skip
    reasons = dict(listed.frame["reason"].value_counts().iter_rows())
    assert reasons["undecided: reason is not mapped"] == 2
    assert reasons["undecided: reason is not recorded"] == 2


def test_all_rows_that_are_not_mapped_give_no_number() -> None:
    rows = compute(visit_mapping().apply(visits(("Z", "Y"), ("Z", "N"))))
    assert (rows["reports"]["value"], rows["reports"]["marker"]) == (None, "[x]")
    assert rows["reports"]["note"].startswith("Not mapped: reason in all 2 rows.")


def test_a_number_that_reads_no_such_column_says_nothing() -> None:
    row = compute(visit_mapping().apply(MANY))["all"]
    assert row["unmapped"] is None
    assert "mapped" not in row["note"]


def test_a_frame_without_its_mapping_says_that_it_is_not_recorded() -> None:
    """The rows alone do not show what was not mapped: the table of the mapping does."""
    frame = visit_mapping().apply(MANY).frame.with_columns(minutes=pl.lit(None))
    row = compute(frame)["reports"]
    assert row["unmapped"] is None
    assert "4 rows left out because reason is not recorded." in row["note"]


def test_values_that_became_another_value_are_stated() -> None:
    mapping = visit_mapping(
        reason=codes(code_file(REASONS), Log.why, unmapped="other", other="Enquiry")
    )
    row = compute(mapping.apply(MANY))["reports"]
    assert [row[name] for name in COUNTS] == [2, None, None, 2]
    assert "2 rows take part with another value, because reason is not mapped." in row["note"]
    assert UNMAPPED_REASON.removesuffix(".") + ": they have its other value." in row["note"]


def test_a_column_that_is_not_in_the_source_gives_its_reason() -> None:
    row = compute(visit_mapping().apply(MANY))["wait"]
    assert (row["value"], row["marker"]) == (None, "[x]")
    assert row["note"] == (
        "Column 'minutes' of table 'visit' is not in the source: The log has no time of leaving."
    )


def test_a_validated_table_keeps_what_its_mapping_did() -> None:
    table = visit_mapping().apply(MANY)
    report = kpi.validate(table, Visit)
    assert report.ok
    assert compute(report.table) == compute(table)


def test_a_table_of_another_mapping_is_refused() -> None:
    with pytest.raises(InputError, match="these rows are those of table 'visit'"):
        kpi.compute(["57"], {"contact": visit_mapping().apply(MANY)}, periods=JANUARY)


def test_provenance_names_the_mapping() -> None:
    mapping = visit_mapping()
    result = kpi.compute([METRIC], {"visit": mapping.apply(MANY)}, periods=JANUARY)
    table = result.provenance.table("visit")
    assert table is not None
    assert table.mapping == mapping.definition
    again = type(result.provenance).from_dict(result.provenance.to_dict(exact=True))
    assert again == result.provenance
    assert (
        result.protect(kpi.DisclosurePolicy()).provenance.table("visit").mapping
        == mapping.definition
    )


REASON = kpi.Dimension("reason", "Reason", ("Report", "Enquiry"), description="Why.")


class VisitByReason(kpi.Contract, row_unit=kpi.Unit.EVENTS):
    """One row per visit, with a breakdown by reason."""

    arrived_at = kpi.Column(datetime, description="When the visitor arrived.")
    reason = kpi.Column(str, dimension=REASON, nullable=True, description="Why.")


def test_a_breakdown_by_a_column_with_unmapped_values_says_where_their_rows_are() -> None:
    mapping = kpi.Mapping(
        VisitByReason,
        source=Log,
        version=1,
        valid_from="2024-04-01",
        owner="Owner",
        columns={
            VisitByReason.arrived_at: Log.arrived,
            VisitByReason.reason: codes(code_file(REASONS), Log.why, unmapped="null"),
        },
    )
    metric = build_metric(
        [kpi.Count(key="all", of=VisitByReason, at=VisitByReason.arrived_at)],
        [REASON],
        """
        | arrived_at | reason |
        | 2024-01-02 | Report |
        """,
    )
    data = {"visit_by_reason": mapping.apply(MANY)}
    result = kpi.compute([metric], data, periods=JANUARY, by=["reason"]).to_polars()
    rows = {row["reason"]: row for row in result.to_dicts()}
    assert rows["Unknown"]["value"] == 4
    assert (
        "Some values of reason in the source of table 'visit_by_reason' are not mapped: their rows "
        "are in Unknown."
    ) in rows["Unknown"]["note"]


ENOUGH = visits(*[("R", "Y")] * 40, *[("Z", "N")] * 14, *[(None, None)] * 12)


def test_a_protected_result_rounds_the_rows_by_reason() -> None:
    result = kpi.compute([METRIC], {"visit": visit_mapping().apply(ENOUGH)}, periods=JANUARY)
    policy = kpi.DisclosurePolicy(rounding_base=5)
    row = result.protect(policy).to_polars().filter(measure="reports").row(0, named=True)
    assert [row[name] for name in COUNTS] == [25, 15, 10, None]
    assert "15 rows left out because reason is not mapped. 10 rows" in row["note"]


def test_a_small_count_by_reason_is_suppressed_and_so_is_what_it_follows_from() -> None:
    few = visits(*[("R", "Y")] * 40, *[("Z", "N")] * 2, *[(None, None)] * 12)
    result = kpi.compute([METRIC], {"visit": visit_mapping().apply(few)}, periods=JANUARY)
    policy = kpi.DisclosurePolicy(rounding_base=1)
    row = result.protect(policy).to_polars().filter(measure="reports").row(0, named=True)
    shown = [name for name in COUNTS[:3] if row[name] is not None]
    assert row["value"] == 40
    assert row["unmapped"] is None
    assert len(shown) < 2
    assert "2 rows" not in row["note"]
    assert UNMAPPED_REASON in row["note"]


texts = st.sampled_from(["R", "E", "9", "Z", "", None])
flags = st.sampled_from(["Y", "N", "U", None])
times = st.datetimes(datetime(2023, 12, 25), datetime(2024, 2, 5))


@given(st.lists(st.tuples(times, texts, flags), min_size=1, max_size=8))
@settings(max_examples=8, deadline=None)
def test_every_number_states_the_unmapped_values_of_the_columns_it_reads(
    rows: list[tuple[datetime, str | None, str | None]],
) -> None:
    computed = compute(
        visit_mapping().apply(extract_of(rows)),
        coverage={"visit": (date(2023, 12, 1), date(2024, 2, 29))},
    )
    in_january = [row for row in rows if row[0].month == 1]
    reasons = sum(why == "Z" for _, why, _ in in_january)
    urgent = sum(is_urgent == "U" for _, _, is_urgent in in_january)
    expected = {"all": 0, "reports": reasons, "urgent": urgent, "wait": 0}
    assert {key: row["unmapped"] or 0 for key, row in computed.items()} == expected
    for key, number in expected.items():
        note = computed[key]["note"]
        assert ("is not mapped" in note or note.startswith("Not mapped: ")) == (number > 0)
