"""Disclosure control: what is hidden stays hidden, and the rest is rounded and still true.

First the rules, one by one, on tables small enough to check by eye. Then an attack by an
independent integer programme (tests/attack.py), which knows what a reader of the table knows.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi import (
    Average,
    Column,
    Contract,
    Count,
    DefinitionError,
    Dimension,
    Direction,
    DisclosurePolicy,
    Duration,
    Example,
    Metric,
    Objective,
    OutputError,
    Proportion,
    RequestError,
    Result,
    Unit,
)
from swm_kpi.disclosure import programme
from swm_kpi.disclosure.protect import Protection
from tests.attack import CALLS, KINDS, MEMBERS, PARTS, Reader, table

AREAS = ("Herefordshire", "Shropshire", "Telford & Wrekin")
POLICY = DisclosurePolicy(threshold=5, base=5)
QUARTER = "2024/25 Q1"
MONTHS = ("2024-04", "2024-05", "2024-06")
COVERED = {"incident": ("2024-04-01", "2024-06-30")}
NUMBERS = ("value", "numerator", "denominator", "lower", "upper")

SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")


class Call(Contract, rows=Unit.CALLS):
    """One row per call."""

    began_at = Column(datetime, description="When it began.")
    urgent = Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


SHARES = Metric(
    ref="T1",
    key="test_metric",
    title="A test",
    objective=Objective.SECURE,
    summary="A metric for a test.",
    measures=(
        Count(key="calls", of=Call, at=Call.began_at),
        Proportion(key="urgent_share", of=Call, at=Call.began_at, numerator=Call.urgent),
    ),
    dimensions=[SIDE],
    direction=Direction.NEUTRAL,
    availability=kpi.catalogue()["15"].availability,
    not_this="Not real.",
    examples=[Example(rows="| began_at |", expect={"calls": 0, "urgent_share": None}, trap="N.")],
)


class Visit(Contract, rows=Unit.CALLS):
    """One row per visit."""

    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, description="When it ended.")


TIMES = Metric(
    ref="T3",
    key="test_times",
    title="A test of times",
    objective=Objective.SECURE,
    summary="A metric for a test.",
    measures=tuple(
        Duration(
            key=key,
            of=Visit,
            at=Visit.began_at,
            start=Visit.began_at,
            end=Visit.ended_at,
            average=average,
            unit=Unit.MINUTES,
        )
        for key, average in (("mean", Average.MEAN), ("median", Average.MEDIAN),
                             ("p90", Average.P90))
    ),
    direction=Direction.NEUTRAL,
    availability=kpi.catalogue()["15"].availability,
    not_this="Not real.",
    examples=[
        Example(rows="| began_at | ended_at |", expect={"mean": None, "median": None, "p90": None},
                trap="N.")
    ],
)  # fmt: skip


def incidents(
    *months: Sequence[int], periods: Sequence[str] = (QUARTER,), by: Sequence[str] = ("lpa",)
) -> Result:
    """Compute incidents of so many in each area, month by month from April."""
    made = [
        (datetime(2024, 4 + month, 2), area)
        for month, counts in enumerate(months)
        for area, count in zip(AREAS, counts, strict=False)
        for _ in range(count)
    ]
    data = pl.DataFrame(
        {
            "created_at": [at for at, _ in made],
            "closing_code": ["ASB nuisance"] * len(made),
            "lpa": [area for _, area in made],
        },
        schema={"created_at": pl.Datetime, "closing_code": pl.String, "lpa": pl.String},
    )
    return kpi.compute(["15"], {"incident": data}, by=by, periods=periods, coverage=COVERED)


def calls(yes: int, no: int, unknown: int = 0) -> Result:
    """Compute the share of urgent calls."""
    urgent = [True] * yes + [False] * no + [None] * unknown
    data = pl.DataFrame(
        {"began_at": [datetime(2024, 4, 2)] * len(urgent), "urgent": urgent},
        schema={"began_at": pl.Datetime, "urgent": pl.Boolean},
    )
    return kpi.compute(
        [SHARES],
        {"call": data},
        periods=[QUARTER],
        catalogue=kpi.Catalogue([SHARES]),
        coverage={"call": ("2024-04-01", "2024-06-30")},
    )


def row(result: Result, measure: str, **members: str) -> dict[str, Any]:
    (found,) = result.to_polars().filter(measure=measure, **members).to_dicts()
    return found


def shown(result: Result) -> dict[str, float | str]:
    """Return the incidents of each area in use: the number, or else the marker."""
    cells = pl.col("lpa").is_in([*AREAS, "All"])
    found = result.to_polars().filter(cells, measure="incidents").to_dicts()
    return {
        each["lpa"]: each["marker"] if each["value"] is None else each["value"] for each in found
    }


def test_a_small_count_is_hidden_stays_and_the_rest_is_rounded() -> None:
    """13 is 15 and 22 is 20; the total of 37 is 35, from the true total."""
    found = incidents((2, 13, 22)).disclose(POLICY)
    assert shown(found) == {AREAS[0]: "[c]", AREAS[1]: 15, AREAS[2]: 20, "All": 35}
    assert shown(incidents((0, 13, 22)).disclose(POLICY))[AREAS[0]] == 0


@pytest.mark.parametrize(("count", "told"), [(4, "[c]"), (5, 5), (7, 5), (8, 10), (1000, 1000)])
def test_the_threshold_is_the_least_count_that_is_shown(count: int, told: float | str) -> None:
    assert shown(incidents((count, 500, 500)).disclose(POLICY))[AREAS[0]] == told


def test_a_half_is_rounded_upwards() -> None:
    policy = DisclosurePolicy(threshold=5, base=10)
    assert shown(incidents((15, 25, 35)).disclose(policy)) == {
        AREAS[0]: 20, AREAS[1]: 30, AREAS[2]: 40, "All": 80,
    }  # fmt: skip


def test_a_hidden_row_holds_no_number_at_all_and_says_why() -> None:
    found = row(incidents((2, 13, 22)).disclose(POLICY), "incidents", lpa=AREAS[0])
    assert [found[name] for name in NUMBERS] == [None] * len(NUMBERS)
    assert found["note"].startswith("Hidden: it would show or leave over fewer than 5,")


def test_missing_stays_missing_and_nothing_to_divide_by_stays_so() -> None:
    """Neither is a number that was hidden."""
    outside = incidents((2, 13, 22), periods=["2024-07"])
    assert set(shown(outside).values()) == {"[x]"}
    assert shown(outside.disclose(POLICY)) == shown(outside)
    nothing = calls(0, 0)
    assert row(nothing, "urgent_share")["marker"] == "[z]"
    assert row(nothing.disclose(POLICY), "urgent_share")["marker"] == "[z]"


def test_a_second_cell_is_hidden_where_the_total_would_give_the_first_back() -> None:
    """Unrounded, 37 less 13 and 22 is 2."""
    found = shown(incidents((2, 13, 22)).disclose(DisclosurePolicy(threshold=5, base=1)))
    assert found[AREAS[0]] == "[c]"
    assert list(found.values()).count("[c]") >= 2


def test_a_second_cell_is_hidden_where_the_months_would_give_the_first_back() -> None:
    """Unrounded, the quarter less the other two months is the first."""
    result = incidents((2,), (13,), (22,), periods=[*MONTHS, QUARTER], by=())
    found = result.disclose(DisclosurePolicy(threshold=5, base=1)).to_polars()
    values = found.filter(measure="incidents")["marker"].to_list()
    assert values[0] == "[c]"
    assert values.count("[c]") >= 2


def test_a_share_is_worked_out_again_from_the_rounded_counts() -> None:
    """13 of 41 is shown as 15 of 40, without the interval that would give 13 back."""
    exact, found = (
        row(each, "urgent_share") for each in (calls(13, 28), calls(13, 28).disclose(POLICY))
    )
    assert (found["numerator"], found["denominator"]) == (15, 40)
    assert found["value"] == pytest.approx(exact["value"] / (13 / 41) * (15 / 40))
    assert (found["lower"], found["upper"]) == (None, None)


def test_a_share_is_hidden_for_the_few_it_leaves_over() -> None:
    """48 of 50 tells of 2."""
    assert row(calls(48, 2).disclose(POLICY), "urgent_share")["marker"] == "[c]"


@pytest.mark.parametrize(
    ("rows", "mean", "median", "p90"),
    [(4, "[c]", "[c]", "[c]"), (5, "", "", "[c]"), (49, "", "", "[c]"), (50, "", "", "")],
)
def test_an_average_over_few_is_hidden_and_an_extreme_with_few_beyond_it(
    rows: int, mean: str, median: str, p90: str
) -> None:
    """Of 49 times the 90th percentile has 4 beyond it."""
    began = [datetime(2024, 4, 2)] * rows
    data = pl.DataFrame(
        {"began_at": began, "ended_at": [datetime(2024, 4, 2, 1, n) for n in range(rows)]},
        schema={"began_at": pl.Datetime, "ended_at": pl.Datetime},
    )
    result = kpi.compute(
        [TIMES],
        {"visit": data},
        periods=[QUARTER],
        catalogue=kpi.Catalogue([TIMES]),
        coverage={"visit": ("2024-04-01", "2024-06-30")},
    )
    found = dict(result.disclose(POLICY).to_polars().select("measure", "marker").rows())
    assert (found["mean"], found["median"], found["p90"]) == (mean, median, p90)


@pytest.mark.parametrize("unknown", [1, 3, 4])
def test_a_note_keeps_no_small_count(unknown: int) -> None:
    result = calls(20, 20, unknown)
    assert f"{unknown} row" in row(result, "urgent_share")["note"]
    for note in result.disclose(POLICY).to_polars()["note"].fill_null("").to_list():
        assert f"{unknown} row" not in note


def test_a_result_is_disclosed_once_and_by_a_policy() -> None:
    result = incidents((2, 13, 22))
    assert result.disclose(POLICY).policy == POLICY
    with pytest.raises(RequestError, match="disclosed already"):
        result.disclose(POLICY).disclose(POLICY)
    with pytest.raises(RequestError, match="not a DisclosurePolicy"):
        result.disclose("none")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"threshold": 2}, "Use 3 or more"),
        ({"base": -1}, "below zero"),
        ({"threshold": 5, "base": 11}, "at most 10"),
        ({"exempt": {"15": " "}}, "no reason"),
        ({"exempt": {"call": "Nobody."}}, "neither a ref nor a unit"),
    ],
)
def test_a_policy_that_would_not_protect_is_refused(fields: dict[str, Any], words: str) -> None:
    with pytest.raises(DefinitionError, match=words):
        DisclosurePolicy(**fields)


def test_only_a_disclosed_result_is_written_unless_it_is_said_to_be_meant(tmp_path: Path) -> None:
    result = incidents((2, 13, 22))
    for write in (result.to_csv, result.to_json, result.to_parquet):
        with pytest.raises(OutputError, match="no disclosure control"):
            write(tmp_path / "refused")
    assert not list(tmp_path.iterdir())
    result.to_csv(tmp_path / "meant.csv", policy="none")
    result.disclose(POLICY).to_csv(tmp_path / "disclosed.csv")
    assert "[c]" in (tmp_path / "disclosed.csv").read_text()


def test_hidden_numbers_all_say_the_same_so_that_none_is_known_to_be_the_small_one() -> None:
    """Told which of two is small, a reader of 37 with 22 shown would know 1 to 4 and 11 to 14."""
    found = incidents((2, 13, 22)).disclose(DisclosurePolicy(threshold=5, base=1)).to_polars()
    notes = found.filter(measure="incidents", marker="[c]")["note"].to_list()
    assert len(notes) >= 2
    assert len(set(notes)) == 1


@pytest.mark.parametrize(("zeros", "told"), [(True, 1.0), (False, "[c]")])
def test_all_or_none_is_shown_unless_zeros_are_hidden(zeros: bool, told: float | str) -> None:
    """A share of 100% says of each in the group what they are, and so does one of 0%."""
    policy = DisclosurePolicy(threshold=5, base=5, zeros=zeros)
    for yes, no, share in ((50, 0, told), (0, 50, 0.0 if zeros else "[c]")):
        found = row(calls(yes, no).disclose(policy), "urgent_share")
        assert (found["marker"] or found["value"]) == share


def test_what_a_longer_period_leaves_over_is_protected_though_no_row_is_of_it() -> None:
    """Unrounded, the quarter less April and May is June, which was not asked for."""
    result = incidents((20,), (30,), (2,), periods=[MONTHS[0], MONTHS[1], QUARTER], by=())
    found = result.disclose(DisclosurePolicy(threshold=5, base=1)).to_polars()
    assert "[c]" in found.filter(measure="incidents")["marker"].to_list()


def test_the_parts_of_a_whole_are_protected_across_refs() -> None:
    """Unrounded, 55 calls less 30 urgent and 23 calm are 2, which the other ref has to hide."""
    urgency = {"urgent": 30, "not urgent": 23, "unknown": 2}
    made = {(4, kind, "Left", "North"): count for kind, count in urgency.items()}
    result = table(made, [QUARTER], [], (CALLS, PARTS))
    found = result.disclose(DisclosurePolicy(threshold=5, base=1)).to_polars()
    markers = dict(found.select("measure", "marker").rows())
    assert markers["unrecorded_calls"] == "[c]"
    assert "[c]" in (markers["calls"], markers["urgent_calls"], markers["calm_calls"])


def test_three_parts_of_a_published_whole_are_protected() -> None:
    """Ref 40: all collisions less the serious and the slight are the fatal ones."""
    days = [date(2024, 4, 2)] * 62
    severity = ["Fatal"] * 2 + ["Serious"] * 20 + ["Slight"] * 40
    data = pl.DataFrame({"collision_id": [str(n) for n in range(62)], "date": days,
                         "severity": severity})  # fmt: skip
    coverage = {"collision": ("2024-04-01", "2024-06-30")}
    result = kpi.compute(["40"], {"collision": data}, periods=[QUARTER], coverage=coverage)
    found = result.disclose(DisclosurePolicy(threshold=5, base=1)).to_polars()
    told = found.filter(
        pl.col("measure").str.ends_with("collisions") & (pl.col("basis") == "force")
    )
    assert told.filter(marker="[c]").height >= 2


def test_a_disclosed_result_tells_no_more_than_the_exact_one_and_keeps_its_rows() -> None:
    result = incidents((2, 13, 22), (0, 7, 9), periods=[*MONTHS[:2], QUARTER])
    found = result.disclose(POLICY).to_polars()
    keys = ["ref", "measure", "period", "lpa", "unit", "definition"]
    assert found.select(keys).equals(result.to_polars().select(keys))
    for value in found.filter(measure="incidents")["value"].drop_nulls().to_list():
        assert value == 0 or (value >= 5 and value % 5 == 0)
    assert result.disclose(POLICY).to_polars().equals(found)


# The attack: what a reader can work out, by a programme that shares no code with the library.

CASES: dict[str, tuple[list[str], list[str], list[int], tuple[Metric, ...]]] = {
    "a breakdown and its total": ([QUARTER], ["place"], [4], (CALLS,)),
    "two crossed breakdowns": ([QUARTER], ["side", "place"], [4], (CALLS,)),
    "months in a quarter": ([*MONTHS, QUARTER], ["side"], [4, 5, 6], (CALLS,)),
    "a quarter without one of its months": ([*MONTHS[:2], QUARTER], ["side"], [4, 5, 6], (CALLS,)),
    "months in a quarter in a year": ([*MONTHS, QUARTER, "2024/25"], [], [4, 5, 6, 9], (CALLS,)),
    "parts in another ref": ([QUARTER], ["place"], [4], (CALLS, PARTS)),
    "crossed, with parts in another ref": ([QUARTER], ["side", "place"], [4], (CALLS, PARTS)),
}
POLICIES = [DisclosurePolicy(threshold=threshold, base=base)
         for threshold, base in ((3, 1), (5, 5), (8, 5), (5, 3), (5, 10))]  # fmt: skip


def random_counts(
    random: np.random.Generator, months: Sequence[int], by: Sequence[str]
) -> dict[tuple[int, str, str | None, str | None], int]:
    """Return a table as small areas have it: many zeros, many small, a few large."""
    few = [(0, 0, 0, 1, 1, 2, 3, 20), (0, 1, 2, 3, 4, 5, 6, 12, 40)][random.integers(2)]
    sides = MEMBERS["side"] if "side" in by else ("Left",)
    places = MEMBERS["place"] if "place" in by else ("North",)
    return {
        (month, kind, _recorded(side), _recorded(place)): int(random.choice(few))
        for month in months
        for kind in KINDS
        for side in sides
        for place in places
    }


def _recorded(member: str) -> str | None:
    return None if member == "Unknown" else member


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(
    ("seed", "zeros"), [*((seed, True) for seed in range(5)), (5, False), (6, False)]
)
def test_no_small_count_is_worked_out_by_a_reader_who_tries(
    case: str, seed: int, zeros: bool
) -> None:
    """Every count under the threshold, shown anywhere or not, may be anything under it."""
    periods, by, months, metrics = CASES[case]
    random = np.random.default_rng([seed, list(CASES).index(case)])
    counts = random_counts(random, months, by)
    policy = POLICIES[random.integers(len(POLICIES))].model_copy(update={"zeros": zeros})
    disclosed = table(counts, periods, by, metrics).disclose(policy)
    for each in Reader(disclosed, policy).attack(counts):
        assert not each.pinned, each
        assert not each.narrowed(policy.threshold, 1 if zeros else 0), each


def test_the_attack_finds_what_hiding_only_small_cells_gives_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The attack is able to fail: with no further hiding, small counts are known exactly."""
    monkeypatch.setattr(Protection, "_protect", lambda *_: None)
    periods, by, months, metrics = CASES["a breakdown and its total"]
    policy = DisclosurePolicy(threshold=5, base=1)
    pinned = 0
    for seed in range(5):
        counts = random_counts(np.random.default_rng(seed), months, by)
        disclosed = table(counts, periods, by, metrics).disclose(policy)
        pinned += sum(each.pinned for each in Reader(disclosed, policy).attack(counts))
    assert pinned > 0


def test_where_the_search_is_given_up_more_is_hidden_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No step is allowed, as on a table too large for the limits: nothing is found of any count."""
    monkeypatch.setattr(programme, "_STEPS", 0)
    periods, by, months, metrics = CASES["two crossed breakdowns"]
    policy = DisclosurePolicy(threshold=5, base=1)
    counts = random_counts(np.random.default_rng(1), months, by)
    result = table(counts, periods, by, metrics)
    given_up = result.disclose(policy)
    monkeypatch.undo()
    assert set(_hidden(result.disclose(policy))) < set(_hidden(given_up))
    assert all("within the limits" in note for note in _hidden(given_up).values())
    for each in Reader(given_up, policy).attack(counts):
        assert not each.pinned, each
        assert not each.narrowed(policy.threshold, 1), each


def _hidden(result: Result) -> dict[tuple[str, ...], str]:
    """Return the note of each hidden row, by what the row is."""
    frame = result.to_polars().filter(marker="[c]")
    return dict(zip(frame.select("measure", *result.by).rows(), frame["note"], strict=True))


def test_the_same_result_gives_the_same_bytes_in_every_process() -> None:
    """The solver has a seed and counts steps, and nothing hangs on the order of a set."""
    program = (
        "from tests.test_disclosure import *\n"
        "periods, by, months, metrics = CASES['two crossed breakdowns']\n"
        "counts = random_counts(np.random.default_rng(3), months, by)\n"
        "result = table(counts, periods, by, metrics)\n"
        "print(result.disclose(DisclosurePolicy(base=1)).to_polars().write_csv())\n"
    )
    told = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parents[1],
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
    assert next(iter(told)).startswith(b"ref,")


# Two releases


def lone(count: int, *, policy: DisclosurePolicy | None = None, **asked: Any) -> Result:
    found = incidents((count, 13, 22), **asked)
    return found.disclose(policy or DisclosurePolicy(threshold=5, base=1))


def told(first: Result, second: Result) -> str:
    return "\n".join(str(each) for each in first.differencing(second))


def test_a_revision_that_shows_what_was_hidden_is_warned_about() -> None:
    assert "hidden in the first release and shown in the second" in told(lone(2), lone(6))
    assert "hidden in the second release and shown in the first" in told(lone(6), lone(2))


def test_two_versions_of_a_count_a_little_apart_are_warned_about() -> None:
    assert "differ by fewer than 5" in told(lone(20), lone(22))
    assert told(lone(20), lone(20)) == ""


def test_a_year_to_date_a_month_later_is_warned_about() -> None:
    """The quarter in one release less its first two months in the other are 3 in June."""
    months = ((20, 30, 40), (50, 60, 70), (1, 1, 1))
    policy = DisclosurePolicy(threshold=5, base=1)
    early = incidents(*months, periods=MONTHS[:2], by=()).disclose(policy)
    late = incidents(*months, periods=[QUARTER], by=()).disclose(policy)
    assert "leave fewer than 5" in told(early, late)
    assert "2024-06" in told(early, late)


def test_rolling_years_a_month_apart_are_warned_about() -> None:
    """What joins a window and what leaves it differ by 2."""
    policy = DisclosurePolicy(threshold=5, base=1)
    made = [datetime(2023, 4, 2)] * 20 + [datetime(2024, 4, 2)] * 22
    made += [datetime(2023, 7, 1)] * 100
    data = pl.DataFrame({"created_at": made, "closing_code": ["ASB nuisance"] * len(made)})
    coverage = {"incident": ("2023-04-01", "2024-04-30")}

    def rolling(label: str) -> Result:
        found = kpi.compute(["15"], {"incident": data}, periods=[label], coverage=coverage)
        return found.disclose(policy)

    assert "share months" in told(rolling("R12 2024-03"), rolling("R12 2024-04"))


def test_other_areas_in_the_second_release_are_warned_about() -> None:
    first, second = lone(20), lone(20)
    frame = second.to_polars().filter(pl.col("lpa") != AREAS[2])
    second = Result(frame, second.by, second.subjects, policy=second.policy)
    assert "other members in the two releases" in told(first, second)


def test_differencing_needs_to_know_what_is_small() -> None:
    with pytest.raises(RequestError, match="no disclosure policy"):
        incidents((2, 13, 22)).differencing(lone(2))
    exact = incidents((2, 13, 22))
    assert exact.differencing(lone(2), policy=POLICY)
