"""Published files that leak, each in a way that an attack has used: the auditor must see it."""

from __future__ import annotations

from pathlib import Path

import pytest

from swm_kpi.auditor import Audit, Conclusion, HiddenCell, audit
from tests.support.published_files import HIDDEN, members, row, state_policy, write_release

pytestmark = pytest.mark.slow
ROUNDED = state_policy(rounding_base=5)


def cell(audited: Audit, **wanted: str) -> HiddenCell:
    """Return the one hidden cell with these columns or members."""
    (only,) = [
        item
        for item in audited.cells
        if all(
            str(getattr(item, name, item.members.get(name, "All"))) == value
            for name, value in wanted.items()
        )
    ]
    return only


def conclusions(audited: Audit) -> dict[str, str]:
    """Return the conclusion of each hidden value, by its member."""
    return {
        "/".join([*item.members.values()] or ["All"]): item.conclusion.value
        for item in audited.cells
        if item.column == "value"
    }


def test_a_total_less_its_members_is_the_member_that_is_hidden(tmp_path: Path) -> None:
    counts = {"Shropshire": 26, "Herefordshire": HIDDEN, "Telford & Wrekin": 14, "All": 43}
    path = write_release(tmp_path / "a.csv", members("15", "incidents", "lpa", counts), ["lpa"])
    audited = audit(path)
    hidden = cell(audited, lpa="Herefordshire")
    assert (hidden.conclusion, hidden.lower, hidden.upper) == (Conclusion.EXACT, 3, 3)
    assert audited.exit_code == 1
    assert "It is 3." in hidden.words
    for number in ("43", "26", "14"):
        assert f"which is {number}" in hidden.words


def test_a_second_member_makes_it_safe(tmp_path: Path) -> None:
    counts = {"Shropshire": 26, "Herefordshire": HIDDEN, "Telford & Wrekin": HIDDEN, "All": 43}
    path = write_release(tmp_path / "a.csv", members("15", "incidents", "lpa", counts), ["lpa"])
    audited = audit(path)
    assert conclusions(audited) == {"Herefordshire": "safe", "Telford & Wrekin": "safe"}
    assert audited.exit_code == 0
    assert all(item.lower is None and item.words == "" for item in audited.cells)


def test_few_hidden_members_narrow_each_other(tmp_path: Path) -> None:
    counts = {"Shropshire": 26, "Herefordshire": HIDDEN, "Telford & Wrekin": HIDDEN, "All": 29}
    path = write_release(tmp_path / "a.csv", members("15", "incidents", "lpa", counts), ["lpa"])
    audited = audit(path)
    assert conclusions(audited) == {"Herefordshire": "narrowed", "Telford & Wrekin": "narrowed"}
    assert "It is 1 or 2." in cell(audited, lpa="Herefordshire").words


def test_rounding_hides_the_difference(tmp_path: Path) -> None:
    counts = {"Shropshire": 25, "Herefordshire": HIDDEN, "Telford & Wrekin": 15, "All": 45}
    rows = members("15", "incidents", "lpa", counts)
    audited = audit(write_release(tmp_path / "a.csv", rows, ["lpa"], ROUNDED))
    assert audited.is_safe


def test_periods_add_up_to_a_longer_one(tmp_path: Path) -> None:
    rows = [
        row("15", "incidents", 9, "2024-04"),
        row("15", "incidents", HIDDEN, "2024-05"),
        row("15", "incidents", 8, "2024-06"),
        row("15", "incidents", 20, "2024/25 Q1"),
    ]
    audited = audit(write_release(tmp_path / "a.csv", rows))
    assert cell(audited, period="2024-05").lower == 3


def test_rolling_years_and_months_leave_a_month(tmp_path: Path) -> None:
    months = ["2024-04", *(f"2024-{month:02}" for month in range(5, 13)), "2025-01", "2025-02"]
    rows = [row("15", "incidents", 10, month) for month in months]
    rows += [
        row("15", "incidents", HIDDEN, "2025-03"),
        row("15", "incidents", 114, "R12 2025-03"),
    ]
    assert cell(audit(write_release(tmp_path / "a.csv", rows)), period="2025-03").lower == 4


def test_one_count_under_two_names(tmp_path: Path) -> None:
    """The denominator of a share is a count of another measure."""
    rows = members(
        "53", "incidents", "lpa",
        {"Shropshire": 20, "Telford & Wrekin": 7, "Herefordshire": HIDDEN, "All": HIDDEN},
    )  # fmt: skip
    share = row("53", "arrival_recorded", 1.0, lpa="All", numerator=28, denominator=28)
    audited = audit(write_release(tmp_path / "a.csv", [*rows, share], ["lpa"]))
    hidden = cell(audited, measure="incidents", lpa="Herefordshire")
    assert (hidden.conclusion, hidden.lower) == (Conclusion.EXACT, 1)


def test_a_mean_of_snapshots_over_time(tmp_path: Path) -> None:
    rows = [
        row("54", "unresourced", 9, "2024-04", denominator=30),
        row("54", "unresourced", 8, "2024-05", denominator=31),
        row("54", "unresourced", HIDDEN, "2024-06"),
        row("54", "unresourced", (270 + 248 + 90) / 91, "2024/25 Q1", denominator=91),
    ]
    audited = audit(write_release(tmp_path / "a.csv", rows))
    hidden = cell(audited, period="2024-06")
    assert (hidden.conclusion, hidden.lower) == (Conclusion.EXACT, 3)


def test_the_mean_of_one_snapshot_is_the_stock(tmp_path: Path) -> None:
    rows = [
        *members(
            "69", "mean_officers", "sex",
            {"Not stated": 12, "Male": HIDDEN, "Female": HIDDEN, "All": 21}, denominator=1,
        ),
        *members("69", "officers", "sex", {"Not stated": 12, "Male": 6, "Female": HIDDEN}),
    ]  # fmt: skip
    audited = audit(write_release(tmp_path / "a.csv", rows, ["sex"]))
    hidden = cell(audited, measure="officers", sex="Female")
    assert (hidden.conclusion, hidden.lower) == (Conclusion.EXACT, 3)


def test_a_measure_that_is_a_member_of_another(tmp_path: Path) -> None:
    rows = [
        *members(
            "11", "crimes_recorded", "offence_subgroup",
            {"Rape": 8, "Theft from the person": 25, "Residential burglary": HIDDEN,
             "Shoplifting": HIDDEN, "All": 43},
        ),
        row("20", "burglary", 6),
    ]  # fmt: skip
    audited = audit(write_release(tmp_path / "a.csv", rows, ["offence_subgroup"]))
    hidden = cell(audited, offence_subgroup="Shoplifting")
    assert (hidden.conclusion, hidden.lower) == (Conclusion.EXACT, 4)
    assert "ref 20 burglary (2024/25 Q1), which is 6" in hidden.words


def test_a_note_that_says_a_number(tmp_path: Path) -> None:
    """Counts of rows left out add up over areas like any other."""
    left_out = "rows left out because domestic abuse flag is not recorded"
    notes = {"All": "About 7", "Shropshire": "About 6", "Herefordshire": "A few"}
    rows = [
        item | ({"note": f"{notes[item['lpa']]} {left_out}."} if item["lpa"] in notes else {})
        for item in members(
            "27", "offences", "lpa", {"All": 90, "Shropshire": 70, "Herefordshire": 20}
        )
    ]
    audited = audit(write_release(tmp_path / "a.csv", rows, ["lpa"], ROUNDED))
    hidden = cell(audited, lpa="Herefordshire")
    assert (hidden.conclusion, hidden.lower) == (Conclusion.EXACT, 1)
    assert hidden.column == "undecided"


def test_the_parity_of_a_median_of_days(tmp_path: Path) -> None:
    rows = [
        *members("11", "median_days", "lpa", {"Herefordshire": HIDDEN}, denominator=0),
        row("11", "median_days", 3.5, lpa="All", denominator=10),
    ]
    shown = {"value": 3.5, "denominator": 5}
    others = {"North Worcestershire": 2, "South Worcestershire": 6}
    rows = [
        item
        | (shown if item["lpa"] == "Shropshire" else {})
        | ({"value": others[item["lpa"]]} if item["lpa"] in others else {})
        for item in rows
    ]
    audited = audit(write_release(tmp_path / "a.csv", rows, ["lpa"], ROUNDED))
    hidden = cell(audited, lpa="Herefordshire", column="denominator")
    assert hidden.conclusion is Conclusion.NARROWED
    assert {1, 3} <= set(hidden.excluded)


def test_a_half_day_among_other_fractions_says_nothing(tmp_path: Path) -> None:
    """Days between two times are not whole, and rounding makes a half of some."""
    rows = [
        *members("11", "median_days", "lpa", {"Herefordshire": HIDDEN}, denominator=0),
        row("11", "median_days", 3.5, lpa="All", denominator=10),
    ]
    shown = {"value": 3.7, "denominator": 5}
    rows = [item | (shown if item["lpa"] == "Shropshire" else {}) for item in rows]
    audited = audit(write_release(tmp_path / "a.csv", rows, ["lpa"], ROUNDED))
    assert cell(audited, lpa="Herefordshire", column="denominator").excluded == ()


def test_an_exemption_shows_a_count_that_another_ref_hides(tmp_path: Path) -> None:
    policy = f"{state_policy()} Exempt: 29, because it identifies nobody."
    rows = [row("27", "offences", HIDDEN), row("29", "crimes_recorded", 3)]
    audited = audit(write_release(tmp_path / "a.csv", rows, (), policy))
    hidden = cell(audited, ref="27")
    assert (hidden.conclusion, hidden.lower) == (Conclusion.EXACT, 3)


def test_a_share_that_leaves_few(tmp_path: Path) -> None:
    share = row("27", "share_of_crime", 0.96, numerator=48, denominator=50)
    audited = audit(write_release(tmp_path / "a.csv", [share]))
    assert [(item.column, item.lower) for item in audited.cells] == [
        ("the rest of the denominator", 2)
    ]


def test_a_small_number_that_is_shown(tmp_path: Path) -> None:
    audited = audit(write_release(tmp_path / "a.csv", [row("15", "incidents", 3)]))
    (shown,) = audited.cells
    assert shown.conclusion is Conclusion.EXACT
    assert shown.words == "The file shows it: 3 is under 5."


def test_a_rate_and_a_population_leave_a_count(tmp_path: Path) -> None:
    rows = [
        row("15", "incidents", HIDDEN),
        row("15", "per_1000", 3 / 500_000 * 1000, denominator=500_000),
    ]
    assert cell(audit(write_release(tmp_path / "a.csv", rows)), measure="incidents").lower == 3


def test_two_releases_are_subtracted(tmp_path: Path) -> None:
    counts = {"Shropshire": 26, "Telford & Wrekin": 14}
    others = members("15", "incidents", "lpa", counts)
    earlier = [item for item in others if item["lpa"] != "Herefordshire"]
    later = [
        row("15", "incidents", HIDDEN, lpa="Herefordshire"), row("15", "incidents", 43, lpa="All")
    ]  # fmt: skip
    first = write_release(tmp_path / "2024.csv", earlier, ["lpa"])
    second = write_release(tmp_path / "2025.csv", later, ["lpa"])
    assert audit(second).is_safe
    assert cell(audit(first, second), lpa="Herefordshire").lower == 3


def test_revised_numbers_are_audited_alone(tmp_path: Path) -> None:
    counts = {"Shropshire": 26, "Herefordshire": HIDDEN, "All": 29}
    first = write_release(tmp_path / "2024.csv", members("15", "incidents", "lpa", counts), ["lpa"])
    revised = write_release(tmp_path / "2025.csv", [row("15", "incidents", 24)])
    audited = audit(first, revised)
    assert "contradict each other" in audited.remarks[0]
    assert cell(audited, lpa="Herefordshire").lower == 3


def test_levels_of_areas_are_linked(tmp_path: Path) -> None:
    """Herefordshire is a district and an area of its own; three districts are one area."""
    areas = {
        "Herefordshire": 12, "Shropshire": 20, "Telford & Wrekin": 14,
        "North Worcestershire": 14, "South Worcestershire": 9, "All": 69,
    }  # fmt: skip
    districts = {
        "Herefordshire": HIDDEN, "Shropshire": 20, "Telford and Wrekin": 14, "Bromsgrove": 5,
        "Redditch": 6, "Wyre Forest": HIDDEN, "Worcester": 9, "All": 69,
    }  # fmt: skip
    first = write_release(
        tmp_path / "areas.csv",
        [row("15", "incidents", count, lpa=name) for name, count in areas.items()],
        ["lpa"],
    )
    second = write_release(
        tmp_path / "districts.csv",
        [row("15", "incidents", count, district=name) for name, count in districts.items()],
        ["district"],
    )
    assert audit(second).is_safe
    audited = audit(first, second)
    assert cell(audited, district="Herefordshire").lower == 12
    hidden = cell(audited, district="Wyre Forest")
    assert (hidden.conclusion, hidden.lower) == (Conclusion.EXACT, 3)


def test_a_stock_is_of_the_last_day_of_each_period(tmp_path: Path) -> None:
    """The stock at the end of June is that at the end of the quarter."""
    rows = [
        *members("69", "officers", "sex", {"Female": HIDDEN, "Male": HIDDEN, "All": 20}),
        *members(
            "69", "officers", "sex", {"Female": HIDDEN, "Male": 16, "All": 20}, period="2024-06"
        ),
    ]
    audited = audit(write_release(tmp_path / "a.csv", rows, ["sex"]))
    assert cell(audited, sex="Female").lower == 4


def test_a_ratio_that_is_hidden_can_be_over_nothing(tmp_path: Path) -> None:
    rows = [row("11", "crimes_recorded", 0), row("11", "action_taken_rate", HIDDEN)]
    assert audit(write_release(tmp_path / "a.csv", rows)).is_safe
