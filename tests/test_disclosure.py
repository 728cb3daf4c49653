"""Disclosure control: what is hidden stays hidden, and the rest is rounded and still true.

First the rules, one by one, on tables small enough to check by eye. Then an attack by an
independent linear programme, which knows what a reader of the published table knows: its numbers
and how they were rounded, its markers and notes, and that members and months come to their totals.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import swm_kpi as kpi
from swm_kpi import (
    Column,
    Contract,
    Count,
    DefinitionError,
    Dimension,
    Direction,
    DisclosurePolicy,
    Example,
    Metric,
    Objective,
    OutputError,
    Proportion,
    RequestError,
    Result,
    Unit,
)

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
    assert found["note"].startswith("Hidden: it would show or leave over fewer than 5.")


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


# The attack: what a reader can work out, by a programme that shares no code with the library.

Cell = tuple[str, str]


class Attack:
    """The least and the most that each cell of a published table can be."""

    def __init__(self, result: Result, policy: DisclosurePolicy) -> None:
        found = result.to_polars().filter(measure="incidents").to_dicts()
        self.cells = {(each["period"], each["lpa"]): at for at, each in enumerate(found)}
        self.small = [cell for cell, at in self.cells.items() if "fewer than" in found[at]["note"]]
        self.told = [self._told(each, policy) for each in found]
        self.markers = [
            (policy.threshold, None) if low >= policy.threshold else (low, high)
            for low, high in self.told
        ]
        self.sums = np.array([*self._members(), *self._months()])

    @staticmethod
    def _told(each: dict[str, Any], policy: DisclosurePolicy) -> tuple[float, float | None]:
        if each["value"] is None:
            return (
                (1, policy.threshold - 1)
                if "fewer than" in each["note"]
                else (policy.threshold, None)
            )
        if each["value"] == 0 or policy.base == 1:
            return each["value"], each["value"]
        assert each["value"] % policy.base == 0
        half = policy.base // 2
        return max(policy.threshold, each["value"] - half), each["value"] + (policy.base - 1) // 2

    def _sum(self, parts: Sequence[Cell], total: Cell) -> list[float]:
        line = [0.0] * len(self.cells)
        for each in parts:
            line[self.cells[each]] = 1.0
        line[self.cells[total]] = -1.0
        return line

    def _members(self) -> list[list[float]]:
        members = {area for _, area in self.cells} - {"All"}
        periods = {period for period, _ in self.cells}
        return [self._sum([(at, each) for each in members], (at, "All")) for at in periods]

    def _months(self) -> list[list[float]]:
        if (MONTHS[0], "All") not in self.cells:
            return []
        areas = {area for _, area in self.cells}
        return [self._sum([(at, each) for at in MONTHS], (QUARTER, each)) for each in areas]

    def between(self, cell: Cell, bounds: Sequence[tuple[float, float | None]]) -> tuple[int, int]:
        """Return the range of a cell. The sums are those of a network, so its ends are whole."""
        ends = []
        for sign in (1.0, -1.0):
            price = np.zeros(len(self.cells))
            price[self.cells[cell]] = sign
            solved = linprog(price, A_eq=self.sums, b_eq=np.zeros(len(self.sums)), bounds=bounds)
            assert solved.status == 0, solved.message
            ends.append(round(sign * solved.fun))
        return ends[0], ends[1]


def assert_nothing_small_is_found(result: Result, policy: DisclosurePolicy) -> None:
    """The numbers that are shown tell no more of a small count than the markers alone do."""
    attack = Attack(result.disclose(policy), policy)
    exact = result.to_polars().filter(measure="incidents")
    for period, area, count in exact.select("period", "lpa", "value").rows():
        assert ((period, area) in attack.small) == (0 < count < policy.threshold)
    for cell in attack.small:
        assert attack.between(cell, attack.told) == attack.between(cell, attack.markers), cell


COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 40))
LINE = st.tuples(COUNTS, COUNTS, COUNTS)
POLICIES = st.sampled_from([DisclosurePolicy(threshold=5, base=base) for base in (1, 3, 5, 10)])


@settings(max_examples=25, deadline=None)
@given(LINE, POLICIES)
def test_no_hidden_count_is_worked_out_from_members_and_their_total(
    counts: tuple[int, ...], policy: DisclosurePolicy
) -> None:
    assert_nothing_small_is_found(incidents(counts), policy)


@settings(max_examples=25, deadline=None)
@given(st.tuples(LINE, LINE, LINE), POLICIES)
def test_no_hidden_count_is_worked_out_from_months_inside_a_quarter(
    months: tuple[tuple[int, ...], ...], policy: DisclosurePolicy
) -> None:
    assert_nothing_small_is_found(incidents(*months, periods=[*MONTHS, QUARTER]), policy)


def test_the_attack_finds_what_hiding_only_the_small_cell_gives_away() -> None:
    """The programme is able to fail: with the second cell shown again, 2 is known."""
    policy = DisclosurePolicy(threshold=5, base=1)
    attack = Attack(incidents((2, 13, 22)).disclose(policy), policy)
    exact = incidents((2, 13, 22)).to_polars().filter(measure="incidents")["value"].to_list()
    careless = [
        told if cell in attack.small else (count, count)
        for cell, told, count in zip(attack.cells, attack.told, exact, strict=True)
    ]
    (cell,) = attack.small
    assert attack.between(cell, careless) == (2, 2)
    assert attack.between(cell, attack.told) == (1, 4)
