"""Totals that need every part: of snapshots, of statements and of populations."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi import Period
from tests.support.small_tables import AREAS, INCIDENTS, PEOPLE, row_of, rows_of, run, table

GRADES = ("1", "2")
START = date(2024, 5, 1)
FIRST_DAY = datetime(2024, 5, 1, 7)
snapshot_rows = st.lists(
    st.tuples(
        st.integers(0, 4),
        st.sampled_from([0, 1, 60, 600, 1200]),
        st.sampled_from([*AREAS[:2], None]),
        st.sampled_from([*GRADES, None]),
        st.integers(0, 9),
    ),
    max_size=24,
    unique_by=lambda row: row[:4],
)


def snapshots_of(rows) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "snapshot_at": [
                FIRST_DAY + timedelta(days=day, seconds=seconds) for day, seconds, *_ in rows
            ],
            "lpa": [row[2] for row in rows],
            "grade": [row[3] for row in rows],
            "unresourced": [row[4] for row in rows],
        },
        schema={
            "snapshot_at": pl.Datetime("us"),
            "lpa": pl.String,
            "grade": pl.String,
            "unresourced": pl.Int64,
        },
    )


def snapshot_parts(rows) -> list[dict[tuple[str | None, str | None], int]]:
    """Put rows into snapshots: parts of one day within 15 minutes, each part once."""
    snapshots: list[tuple[int, int, dict]] = []
    for day, seconds, area, grade, waiting in sorted(rows, key=lambda row: row[:2]):
        part = (area, grade)
        for other, first, parts in snapshots:
            if other == day and seconds - first < 900 and part not in parts:
                parts[part] = waiting
                break
        else:
            snapshots.append((day, seconds, {part: waiting}))
    return [parts for _, _, parts in snapshots]


@pytest.mark.slow
@settings(deadline=None)
@given(snapshot_rows)
def test_a_mean_uses_only_snapshots_with_every_part(rows) -> None:
    """Compared with plain dictionaries. A row without an area or a grade is in no part."""
    snapshots = snapshot_parts(rows)
    filled = [any(row[place] is not None for row in rows) for place in (2, 3)]
    result = run(
        "54", {"open_incident_snapshot": snapshots_of(rows)}, ["2024-05"], by=["lpa"],
        coverage={"open_incident_snapshot": ("2024-05-01", "2024-05-31")},
    )  # fmt: skip
    for area in (*AREAS, "All"):
        cells = [
            {part: n for part, n in parts.items() if area in ("All", part[0])}
            for parts in snapshots
        ]
        known = [
            {p for p in cell if all(p[i] is not None for i in (0, 1) if filled[i])}
            for cell in cells
        ]
        expected = set().union(*known)
        complete = [
            sum(cell.values())
            for cell, parts in zip(cells, known, strict=True)
            if (parts == expected if expected else cell)
        ]
        row = row_of(result, "unresourced", lpa=area)
        if complete:
            assert row["value"] == pytest.approx(sum(complete) / len(complete))
            assert row["denominator"] == len(complete)
            assert f"Mean of {len(complete)} complete snapshot" in row["note"]
            assert f"of {len(snapshots)}." in row["note"]
        else:
            assert (row["value"], row["marker"]) == (None, "[x]")


def test_a_row_without_an_area_does_not_make_the_other_snapshots_incomplete() -> None:
    """91 snapshots of 8, and one row of 50 without an area: (91 x 8 + 50) / 91. Before, 58."""
    rows = [
        (day, 0, area, grade, 2)
        for day in range(91)
        for area in ("Shropshire", "Herefordshire")
        for grade in GRADES
    ]
    frame = snapshots_of([*rows, (30, 0, None, "1", 50)])
    row = row_of(
        run("54", {"open_incident_snapshot": frame}, ["R12 2025-04"], by=["lpa"], coverage={}),
        "unresourced",
        lpa="All",
    )
    assert row["value"] == pytest.approx((91 * 8 + 50) / 91)


def test_areas_stamped_a_second_apart_are_one_snapshot() -> None:
    """Five areas with 4 each are 20. Before, 4."""
    rows = [(day, second, area, "2", 4) for day in range(3) for second, area in enumerate(AREAS)]
    result = run("54", {"open_incident_snapshot": snapshots_of(rows)}, ["2024-05"], coverage={})
    row = row_of(result, "unresourced")
    assert (row["value"], row["denominator"]) == (20, 3)


def test_two_snapshots_of_one_area_each_have_no_mean_for_both() -> None:
    rows = [(5, 0, "Shropshire", "2", 1), (6, 0, "Herefordshire", "2", 3)]
    frame = snapshots_of(rows)
    for by in ([], ["lpa"]):
        row = rows_of(
            run("54", {"open_incident_snapshot": frame}, ["2024-05"], by=by), "unresourced"
        )[-1]
        assert (row["value"], row["marker"]) == (None, "[x]")
        assert "No snapshot of 2 has every part." in row["note"]


STATEMENTS = """
| directorate | runs_to    | basis | account | budget_original | budget_current | actual |
| A           | 2024-05-31 | ytd   | Revenue | 10.00           | 10.00          | 9.00   |
| B           | 2024-05-31 | ytd   | Revenue | 10.00           | 10.00          | 9.00   |
| A           | 2024-06-30 | ytd   | Revenue | 15.00           | 15.00          | 14.00  |
| C           | 2023-06-30 | ytd   | Revenue | 15.00           | 15.00          | 14.00  |
"""


@pytest.mark.parametrize("by", [[], ["directorate"]])
def test_a_statement_that_lacks_a_directorate_is_provisional(by) -> None:
    """June lacks B, which May has. C left before the financial year. Before, no marker."""
    result = run("44", {"ledger": table("ledger", STATEMENTS)}, ["2024-05", "2024-06"], by=by)
    total = {"directorate": "All"} if by else {}
    for measure in ("expenditure", "variance", "variance_share"):
        may, june = rows_of(result, measure, **total)
        assert (may["marker"], june["marker"]) == ("", "[p]")
        assert "The latest snapshot lacks the rows of 1 of 2 groups." in june["note"]
        if by:
            assert row_of(result, measure, directorate="A", period="2024-06")["marker"] == ""
            assert row_of(result, measure, directorate="B", period="2024-06")["marker"] == "[x]"


populations = st.sets(st.tuples(st.sampled_from([2023, 2024]), st.sampled_from(AREAS)))


@pytest.mark.slow
@settings(deadline=None)
@given(populations, st.sampled_from([[], ["lpa"]]))
def test_a_rate_needs_the_people_of_every_area(present, by) -> None:
    """An area without people in the year used is [x], and so is the total."""
    people = pl.DataFrame(
        {"mid_year": [y for y, _ in present], "lpa": [a for _, a in present]},
        schema={"mid_year": pl.Int64, "lpa": pl.String},
    ).with_columns(residents=pl.lit(100))
    data = {"incident": INCIDENTS, "population": people}
    result = run("15", data, by=by)
    years = {year for year, _ in present}
    year = 2024 if 2024 in years else 2023
    areas = {area for used, area in present if used == year}
    total = row_of(result, "per_1000", **({"lpa": "All"} if by else {}))
    if areas == set(AREAS):
        assert total["value"] == pytest.approx(4 / 500 * 1000)
    else:
        assert (total["value"], total["marker"]) == (None, "[x]")
    for row in rows_of(result, "per_1000") if by else ():
        if row["lpa"] in AREAS:
            assert (row["marker"] == "[x]") == (row["lpa"] not in areas)


def test_blank_rows_are_not_the_reason_for_a_rate_without_all_its_people() -> None:
    """The count has a number. Only the residents of one area are missing."""
    blank = INCIDENTS.with_columns(
        closing_code=pl.when(pl.int_range(pl.len()) > 0).then(pl.col("closing_code"))
    )
    result = run("15", {"incident": blank, "population": PEOPLE.slice(1)})
    assert "1 row left out" in row_of(result, "incidents")["note"]
    rate = row_of(result, "per_1000")
    assert (rate["value"], rate["marker"], rate["undecided"]) == (None, "[x]", None)
    assert "lack the rows of 1 of " in rate["note"]
    assert "blank" not in rate["note"]


@pytest.mark.parametrize(
    ("year", "marker"),
    [(2024, ""), (2022, ""), (2021, "[u]"), (2019, "[u]"), (2018, "[x]"), (2010, "[x]")],
)
def test_a_population_of_a_distant_year_is_marked(year, marker) -> None:
    """More than two years from the middle of the period is [u], more than five [x]."""
    people = PEOPLE.with_columns(mid_year=pl.lit(year, dtype=pl.Int64))
    row = row_of(run("15", {"incident": INCIDENTS, "population": people}), "per_1000")
    assert row["marker"] == marker
    assert (row["value"] is None) == (marker == "[x]")
    assert str(year) in row["note"]
    changed = run(
        "15",
        {"incident": INCIDENTS, "population": people},
        assumptions={"population_reliable_years": 20, "population_usable_years": 20},
    )
    assert row_of(changed, "per_1000")["marker"] == ""


def test_every_measure_with_a_follow_up_is_provisional_until_it_is_over() -> None:
    """The shares, the reoffences and their ratio, until 18 months after the quarter."""
    people = table(
        "offender_cohort",
        """
        | person_id | cohort    | index_date | reoffended_on | proven_on  | offences_before |
        | 1         | all       | 2025-01-10 |               |            | 1               |
        | 2         | IOM fixed | 2025-03-10 |               |            | 3               |
        | 3         | all       | 2023-03-10 | 2023-04-10    | 2023-05-10 | 3               |
        """,
    )
    people = people.with_columns(reoffences=pl.lit(0))
    period = ["2024/25 Q4"]
    covered = {"offender_cohort": ("2025-01-01", "2025-03-31")}
    growing = {"reoffending_rate", "reoffences", "reoffenders", "iom_reoffending_rate",
               "iom_reoffences", "iom_fixed_reoffending_rate", "iom_after_to_before"}  # fmt: skip
    for as_at, expected in (
        ("2025-04-14", growing),
        ("2026-09-30", growing),
        ("2026-10-01", set()),
    ):
        result = run("14", {"offender_cohort": people}, period, as_at=as_at, coverage=covered)
        marked = result.to_polars().filter(marker="[p]")["measure"]
        assert set(marked) == expected


def test_a_stock_on_the_last_day_is_complete() -> None:
    """Even in an extract of that day. Before, [p]."""
    people = table(
        "workforce_snapshot",
        """
        | as_at      | person_id | worker_type | fte | career_break | seconded |
        | 2025-03-31 | a         | officer     | 1.0 | no           | no       |
        """,
    )
    periods = ["2025-03", "2024/25 Q4", "2024/25"]
    for options in ({"coverage": {}}, {"as_at": "2025-03-31", "coverage": {}}):
        result = run("52", {"workforce_snapshot": people}, periods, **options)
        assert {row["marker"] for row in rows_of(result, "officers")} == {""}
    assert Period.parse("2024/25").end == date(2025, 3, 31)


def test_the_note_says_that_repeats_could_not_be_looked_for() -> None:
    twice = pl.concat([INCIDENTS, INCIDENTS]).drop("incident_id")
    row = row_of(run("15", {"incident": twice}), "incidents")
    assert row["value"] == 8
    assert "without column 'incident_id'" in row["note"]
    with pytest.raises(kpi.ContractError, match="is not unique"):
        run("15", {"incident": pl.concat([INCIDENTS, INCIDENTS])})
