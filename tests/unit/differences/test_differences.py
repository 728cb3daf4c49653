"""What moved between two datasets: one change a row, and reasons that claim only what is known."""

from __future__ import annotations

import dataclasses
import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.differences import CHANGES
from swm_kpi.disclosure.policy import DisclosurePolicy
from swm_kpi.provenance import TableRead
from tests.support.sample_results import PROVENANCE, result, row, rows


def compare_one_row(before: dict | None, after: dict | None) -> dict:
    """Return the row of a difference between datasets of one row each, or of none."""
    stay = row("kept", 0, "All", 1.0)
    old, new = ([value for value in (data, stay) if value] for data in (before, after))
    frame = kpi.diff(result(old), result(new)).to_polars()
    return frame.filter(pl.col("measure") != "kept").row(0, named=True)


def cell(value: float | None = 10.0, **fields: object) -> dict:
    return row("calls_999", 0, "All", value, **fields)


NEXT = "57@2#99999999"


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (cell(), cell(), "unchanged"),
        (cell(None, marker="[x]"), cell(None, marker="[x]"), "unchanged"),
        (cell(None, marker="[c]"), cell(None, marker="[c]"), "unchanged"),
        (cell(0.0), cell(-0.0), "unchanged"),
        (cell(), cell(10.0 + 1e-10), "unchanged"),
        (cell(), cell(10.0 + 1e-6), "data revised"),
        (cell(), cell(12.0), "data revised"),
        (cell(0.0), cell(1e-300), "data revised"),
        (cell(None, marker="[z]"), cell(), "data revised"),
        (cell(marker="[p]"), cell(), "marker changed"),
        (cell(marker="[p]"), cell(12.0), "data revised"),
        (cell(), cell(definition=NEXT), "definition changed"),
        (cell(), cell(12.0, definition=NEXT), "definition changed"),
        (cell(), cell(None, marker="[c]"), "newly suppressed"),
        (cell(), cell(None, marker="[c]", definition=NEXT), "newly suppressed"),
        (cell(None, marker="[x]"), cell(None, marker="[c]"), "newly suppressed"),
        (cell(None, marker="[c]"), cell(), "newly published"),
        (cell(None, marker="[x]"), cell(), "newly available"),
        (cell(None, marker="[x]"), cell(None, marker="[z]"), "newly available"),
        (cell(), cell(None, marker="[x]"), "no longer available"),
        (cell(None, marker="[c]"), cell(None, marker="[x]"), "no longer available"),
        (cell(), None, "only in old"),
        (None, cell(), "only in new"),
    ],
)
def test_each_row_gets_one_change(before, after, change: str) -> None:
    output = compare_one_row(before, after)
    assert output["change"] == change
    assert output["old"] == (before["value"] if before else None)
    assert output["new"] == (after["value"] if after else None)


def test_the_difference_is_new_less_old_where_both_are_numbers_of_one_unit() -> None:
    assert compare_one_row(cell(10.0), cell(12.5))["difference"] == 2.5
    assert compare_one_row(cell(10.0), cell(None, marker="[x]"))["difference"] is None
    assert compare_one_row(cell(10.0), None)["difference"] is None
    assert (
        compare_one_row(cell(10.0), cell(12.5, unit="people", definition=NEXT))["difference"]
        is None
    )


def test_the_tolerance_is_a_share_and_is_reported() -> None:
    old, new = result([cell(1000.0)]), result([cell(1001.0)])
    assert kpi.diff(old, new).counts == {"data revised": 1}
    assert kpi.diff(old, new, tolerance=0.001).counts == {"unchanged": 1}
    assert kpi.diff(old, new, tolerance=0.0005).tolerance == 0.0005
    for wrong in (-0.1, 1, float("nan"), "small", True):
        with pytest.raises(kpi.RequestError, match="tolerance"):
            kpi.diff(old, new, tolerance=wrong)  # type: ignore[arg-type]


def test_the_table_has_a_row_for_every_row_of_either_dataset() -> None:
    difference = kpi.diff(result(rows()[:8]), result(rows()[4:]))
    assert len(difference) == 12
    assert difference.counts == {"unchanged": 4, "only in old": 4, "only in new": 4}
    assert difference.by_ref().rows() == [
        ("57", "unchanged", 4),
        ("57", "only in old", 4),
        ("57", "only in new", 4),
    ]
    assert len(difference.changed_rows()) == 8


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9) | st.none(), min_size=1, max_size=8))
def test_a_dataset_and_itself_do_not_differ_and_turning_round_turns_the_difference(values) -> None:
    records = [
        row("m", 0, f"area {n}", value, marker="" if value is not None else "[x]")
        for n, value in enumerate(values)
    ]
    shifted = [
        record | {"value": record["value"] and record["value"] * 2 + 1} for record in records
    ]
    old, new = result(records), result(shifted)
    assert kpi.diff(old, old).is_empty
    there = kpi.diff(old, new).to_polars()["difference"].to_list()
    back = kpi.diff(new, old).to_polars()["difference"].to_list()
    assert [item and -item for item in back] == there


def test_a_breakdown_of_one_dataset_is_set_against_totals_of_the_other() -> None:
    totals = [row for row in rows() if row["lpa"] == "All"]
    without = result(totals)
    without = kpi.Result(without.to_polars().drop("lpa"), (), without.entries)
    difference = kpi.diff(without, result())
    assert difference.counts == {"unchanged": 4, "only in new": 8}
    assert any("The new dataset has no breakdown" not in cause and "no breakdown by lpa" in cause
               for cause in difference.causes)  # fmt: skip


def test_rows_with_the_same_key_raise() -> None:
    with pytest.raises(kpi.RequestError, match="new has two rows with the same key"):
        kpi.diff(result(), result([*rows(), rows()[0]]))


# The summary


def test_the_summary_counts_explains_and_names_refs() -> None:
    after = rows()
    after[4]["value"] = 7.0
    after[6] |= {"value": None, "marker": "[c]"}
    text = str(kpi.diff(result(), result(after)))
    assert text.splitlines()[:4] == [
        "2 of 12 rows changed.",
        f"  1 data revised: {CHANGES['data revised']}.",
        f"  1 newly suppressed: {CHANGES['newly suppressed']}.",
        "By ref:",
    ]
    assert "  57: 1 data revised, 1 newly suppressed" in text
    assert repr(kpi.diff(result(), result(after))).startswith("Difference(10 unchanged, 1 data")


def test_no_change_is_reported_in_one_line() -> None:
    assert str(kpi.diff(result(), result())) == "Nothing changed: all 12 rows are the same."
    assert str(kpi.diff(result([]), result([]))) == "Both datasets are empty."


def because(**changes: object) -> str:
    after = dataclasses.replace(PROVENANCE, **changes)
    return "\n".join(kpi.diff(result(), result(provenance=after)).causes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"library": "0.2.0"}, "swm-kpi was 0.1.0, then 0.2.0."),
        ({"engine": "duckdb"}, "The engine was polars 2.1.0, then duckdb 2.1.0."),
        ({"as_at": None}, "extracted on 2025-04-14, then on a day not stated."),
        ({"assumptions": {"limit": 15}}, "Assumption limit was its default, then 15."),
        (
            {"coverage": {"contact": kpi.Coverage(("2024-04-01", "2025-03-31"))}},
            "The stated coverage of table contact differs.",
        ),
        (
            {"tables": (TableRead("contact", 5),)},
            "Table contact was read for the new dataset only.",
        ),
    ],
)
def test_causes_come_from_the_provenance(changes: dict, message: str) -> None:
    assert message in because(**changes)
    assert because() == ""


def with_table(**fields: object) -> kpi.Provenance:
    return dataclasses.replace(PROVENANCE, tables=(TableRead("contact", **fields),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ({"rows": 5}, {"rows": 1200}, "Table contact had 5 rows, then 1,200."),
        (
            {"rows": 5, "fingerprint": "aa"},
            {"rows": 5, "fingerprint": "bb"},
            "The content of table contact changed.",
        ),
        (
            {"rows": 5, "fingerprint": "aa"},
            {"rows": 5, "fingerprint": "aa"},
            "The content that these metrics read did not change in: contact.",
        ),
        ({"validated": True}, {"validated": False}, "met its contract for one dataset and not"),
    ],
)
def test_causes_name_the_tables_that_changed(before: dict, after: dict, message: str) -> None:
    difference = kpi.diff(
        result(provenance=with_table(**before)), result(provenance=with_table(**after))
    )
    assert message in "\n".join(difference.causes)


def test_fingerprints_of_different_requests_are_not_set_against_each_other() -> None:
    before = with_table(rows=5, fingerprint="aa")
    after = dataclasses.replace(with_table(rows=5, fingerprint="bb"), periods=("2024/25",))
    difference = kpi.diff(result(provenance=before), result(provenance=after))
    assert not any("contact" in cause for cause in difference.causes)


def test_a_new_version_differs_from_an_edit_without_one() -> None:
    def cause(definition: str) -> str:
        return "\n".join(kpi.diff(result([cell()]), result([cell(definition=definition)])).causes)

    assert "Ref 57 went from version 1 to version 2" in cause(NEXT)
    assert "is version 1 in both, but its hash differs" in cause("57@1#99999999")


def test_without_provenance_the_summary_says_that_no_more_is_known() -> None:
    assert "Both datasets have no provenance" in str(
        kpi.diff(result(provenance=None), result(provenance=None))
    )
    assert any("One dataset has no" in cause for cause in
               kpi.diff(result(provenance=None), result()).causes)  # fmt: skip


def test_another_disclosure_policy_is_reported_without_exact_counts() -> None:
    policy = DisclosurePolicy(threshold=5)
    before = result(provenance=with_table(rows=777))
    after = result(provenance=with_table(rows=888), policy=policy)
    text = str(kpi.diff(before, after))
    assert "The disclosure control differs" in text
    assert kpi.diff(before, after).counts == {"unchanged": 12}
    assert "888" not in text
    assert "777" not in text


def test_rounding_is_not_called_a_revision_of_the_data() -> None:
    before = result([cell(1002.0)])
    after = result([cell(1000.0)], policy=DisclosurePolicy(threshold=5, rounding_base=5))
    assert kpi.diff(before, after).counts == {"protected differently": 1}
    assert kpi.diff(after, after).counts == {"unchanged": 1}


# Datasets on disk


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_dataset_on_disk_is_the_result_it_was_written_from(tmp_path, form: str) -> None:
    whole = result(provenance=with_table(rows=5, fingerprint="aa"))
    path = tmp_path / f"dataset.{form}"
    getattr(whole, f"to_{form}")(path, policy="none")
    for given_path in (path, str(path)):
        difference = kpi.diff(given_path, whole)
        assert difference.is_empty
        assert difference.causes == (
            "The content that these metrics read did not change in: contact.",
        )


def test_guards_against_formulas_are_taken_off_again(tmp_path) -> None:
    names = ["=1", "'quoted", "-5", "plain", "+", "@x"]
    whole = result([row("calls_999", 0, name, 1.0) for name in names])
    whole.to_csv(tmp_path / "dataset.csv", policy="none")
    assert kpi.diff(tmp_path / "dataset.csv", whole).counts == {"unchanged": len(names)}


def test_a_csv_without_its_metadata_is_compared_and_says_so(tmp_path) -> None:
    result().to_csv(tmp_path / "dataset.csv", policy="none")
    (tmp_path / "dataset.csv-metadata.json").unlink()
    difference = kpi.diff(tmp_path / "dataset.csv", result())
    assert difference.is_empty
    assert "One dataset has no provenance" in difference.causes[0]
    assert not any("Disclosure" in cause for cause in difference.causes)


def test_metadata_of_another_file_is_refused(tmp_path) -> None:
    path = tmp_path / "dataset.csv"
    result().to_csv(path, policy="none")
    path.write_text(path.read_text(encoding="utf-8").replace("1002", "1003"), encoding="utf-8")
    with pytest.raises(kpi.InputError, match=r"does not belong to this version of 'dataset\.csv'"):
        kpi.diff(path, result())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("dataset.csv", b""),
        ("dataset.csv", b"\xff\xfe\x00"),
        ("dataset.csv", b"a,b\n1,2\n"),
        ("dataset.csv", b"value\nZebedee\n"),
        ("dataset.parquet", b"PAR1"),
    ],
)
def test_a_file_that_is_not_a_dataset_raises_without_showing_its_content(
    tmp_path, name, content
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(kpi.InputError, match="dataset") as caught:
        kpi.diff(path, result())
    assert "Zebedee" not in str(caught.value)
    assert caught.value.__context__ is None


def test_broken_metadata_is_refused(tmp_path) -> None:
    result().to_csv(tmp_path / "dataset.csv", policy="none")
    for text in ("{", "[]", json.dumps({"notes": []})):
        (tmp_path / "dataset.csv-metadata.json").write_text(text, encoding="utf-8")
        with pytest.raises(kpi.InputError, match=r"dataset\.csv"):
            kpi.diff(tmp_path / "dataset.csv", result())


def test_other_things_are_refused(tmp_path) -> None:
    with pytest.raises(kpi.RequestError, match="old is a dict"):
        kpi.diff({}, result())  # type: ignore[arg-type]
    with pytest.raises(kpi.RequestError, match=r"new, 'dataset\.xlsx', is not"):
        kpi.diff(result(), tmp_path / "dataset.xlsx")
    with pytest.raises(kpi.InputError, match="There is no file"):
        kpi.diff(result(), tmp_path / "dataset.csv")


def test_neither_dataset_is_changed() -> None:
    old, new = result(), result()
    before = old.to_polars()
    kpi.diff(old, new).to_polars().clear()
    assert old.to_polars().equals(before)


def test_it_is_shown_in_a_notebook_and_goes_to_pandas() -> None:
    after = rows()
    after[4]["value"] = 7.0
    difference = kpi.diff(result(), result(after))
    html = difference._repr_html_()
    assert "data revised" in html
    assert 'scope="row"' in html
    assert list(difference.to_pandas()["change"]).count("data revised") == 1
