"""Strategies for any contract draw valid and varied rows, and shrink to simple ones.

Rules evaluated in plain Python agree with the engine.
"""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, find, given, settings

import swm_kpi as kpi
from swm_kpi import Column, Contract, Dimension, RequestError, Rule, Unique, Unit
from swm_kpi.contracts import ContractType
from swm_kpi.expressions import Assumption, IsUnknown, Product, Repeats, WithinMonths
from swm_kpi.testing import frame, frames, rows, valid_rows
from swm_kpi.testing.evaluate import evaluator
from swm_kpi.testing.repair import break_rule, broken_rules, repair_row, row_rules
from swm_kpi.testing.strategies import unrepaired_rows
from swm_kpi.testing.values import avoid_dst_gap, is_valid

CONTRACTS = kpi.catalogue().contracts
SMALL_LIST = 6
MONTHS = Assumption("months", 12, since="2024-04-01", because="A year.")
KIND = Dimension("kind", "Kind", ("Vowel", "Other"), description="The kind of letter.")


def drawing(examples: int) -> settings:
    """Settings for the same examples in every run, without a time limit."""
    return settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


class Everything(Contract, row_unit=Unit.CALLS):
    """One row per thing, with a rule of every kind that one row can break."""

    first = Column(str, isin=("a", "b", "c"), nullable=True, description="A letter.")
    second = Column(str, isin=("a", "b", "c"), description="Another.")
    word = Column(str, nullable=True, description="A word.")
    yes = Column(bool, nullable=True, description="Whether.")
    few = Column(int, nullable=True, ge=0, le=4, description="A few.")
    many = Column(int, nullable=True, description="Many.")
    share = Column(float, nullable=True, gt=0, lt=1, description="A share.")
    day = Column(date, nullable=True, gt=date(2024, 3, 1), description="A day.")
    at = Column(datetime, nullable=True, ge=date(2024, 10, 26), lt=date(2024, 10, 29),
                description="A time.")  # fmt: skip
    later = Column(datetime, nullable=True, ge=date(2024, 10, 26), le=date(2024, 10, 29),
                   description="Another.")  # fmt: skip
    kind = first.recode({"a": "Vowel", "b": "Other"}, dimension=KIND, description="Its kind.")

    same = Rule(first == second, "the letters agree")
    differ = Rule((first != second) | yes, "they differ, or it is so")
    listed = Rule(~(first.is_in("a", "b") & yes), "it is no early letter, or not so")
    worded = Rule((word == "b") | word.is_null() | (few > 1), "it is the word, or none, or a few")
    fewer = Rule(few <= many, "few are not more than many")
    shared = Rule(~(share >= 0.5) | (few < 3), "a large share is of few")
    recoded = Rule((kind == "Vowel") | few.is_not_null(), "a letter that is no vowel has a few")
    soon = Rule(at.until(later) < 7200, "it takes less than two hours")
    ordered = Rule(at <= later, "in order")
    within = Rule(WithinMonths(day, day, (MONTHS,)), "it is within a year of itself")
    times = Rule(IsUnknown(few > 1) | (Product(few, share) < 2), "the product is small")
    due = Rule(day >= date(2024, 4, 1), "it is of the year")


class Plug(Contract, row_unit=Unit.PEOPLE):
    """One row per thing of an author elsewhere, with what the catalogue lacks."""

    code = Column(str, str_matches=r"\d{2}[A-Z]?", description="A code.")
    old = Column(date, lt=date(1999, 1, 1), nullable=True, description="Long ago.")
    far = Column(datetime, gt=date(2080, 1, 1), description="Far ahead.")
    tiny = Column(float, gt=0, lt=0.001, description="Tiny.")
    pounds = Column(float, le=-5, decimals=2, description="Below zero.")
    rank = Column(int, isin=(1, 2), description="One of two.")
    odd = Column(int, checks=lambda pa: [pa.Check.isin([1, 2, 3])], description="By a check.")
    spring = Column(datetime, ge=date(2024, 3, 31), lt=date(2024, 4, 1), description="A short day.")
    once = Unique(code, rank)


OTHERS = {"everything": Everything, "plug": Plug}


def drawn_of(contract: ContractType, examples: int = 15, **sizes: int) -> list[pd.DataFrame]:
    drawn: list[pd.DataFrame] = []

    @drawing(examples)
    @given(frames(contract, **sizes))
    def draw(table: pd.DataFrame) -> None:
        drawn.append(table)

    draw()
    return drawn


@pytest.mark.parametrize(
    "contract",
    [
        *(
            pytest.param(contract, id=name, marks=pytest.mark.exhaustive)
            for name, contract in CONTRACTS.items()
        ),
        *(pytest.param(contract, id=name) for name, contract in OTHERS.items()),
    ],
)
def test_drawn_frames_are_valid_and_varied(contract: ContractType) -> None:
    drawn = drawn_of(contract, min_size=8)
    for table in drawn:
        report = kpi.validate(table, contract, strict=True)
        assert report.ok, str(report)
        assert 8 <= len(table) <= 12
        for key in contract.keys:
            assert not table.duplicated(list(key)).any()
    together = pd.concat([table.astype(object) for table in drawn])
    for name, column in contract.columns.items():
        values = together[name]
        assert values.notna().any(), name
        assert values.isna().any() == column.nullable, name
        if column.domain is not None and len(column.domain) <= SMALL_LIST:
            assert set(column.domain) <= set(values.dropna()), name


@pytest.mark.parametrize("contract", [CONTRACTS["county_line"], Plug], ids=["county_line", "Plug"])
@pytest.mark.exhaustive
def test_tables_have_the_requested_sizes_and_shrink_to_simple_rows(
    contract: ContractType,
) -> None:
    sizes = {len(table) for table in drawn_of(contract, 30, max_size=3)}
    assert sizes == {0, 1, 2, 3}
    (row,) = find(rows(contract, max_size=2), bool, settings=drawing(10))
    assert all(row[name] is None for name, c in contract.columns.items() if c.nullable)


@pytest.mark.exhaustive
def test_a_frame_contains_the_rows() -> None:
    (only,) = find(rows(Plug, min_size=1, max_size=1), lambda _: True, settings=drawing(5))
    assert list(only) == list(Plug.columns)
    assert kpi.validate(frame(Plug, [only]), Plug).ok
    assert kpi.validate(frame(Plug, []), Plug).ok


# The evaluator and the engine


WITH_RULES = {name: item for name, item in (CONTRACTS | OTHERS).items() if item.rules}


@pytest.mark.parametrize(
    "contract",
    [
        pytest.param(contract, id=name, marks=pytest.mark.exhaustive if name in CONTRACTS else ())
        for name, contract in WITH_RULES.items()
    ],
)
def test_the_engine_breaks_the_same_rules_as_often(contract: ContractType) -> None:
    @drawing(60 if contract is Everything else 8)
    @given(unrepaired_rows(contract, min_size=6))
    def agrees(drawn: list[tuple[dict[str, Any], int]]) -> None:
        unrepaired = [row for row, _ in drawn]
        by_engine = {
            (violation.column, violation.rule): violation.rows
            for violation in kpi.validate(frame(contract, unrepaired), contract).violations
            if violation.rule.startswith("breaks the rule")
        }
        in_python = {
            (", ".join(rule.columns), f"breaks the rule that {contract.rules[rule.name].says}"): n
            for rule in row_rules(contract)
            if (n := sum(rule.evaluate(row) is False for row in unrepaired))
        }
        assert by_engine == in_python

    agrees()


@pytest.mark.parametrize("contract", WITH_RULES.values(), ids=WITH_RULES)
def test_each_rule_can_be_broken_and_repaired_without_changing_fixed_columns(
    contract: ContractType,
) -> None:
    (row, *_) = valid_rows(contract, 1)
    for rule in row_rules(contract):
        invalid = break_rule(contract, row, rule.name)
        if contract is Everything and rule.name == "within":
            assert invalid is None  # no day is outside the year that it begins
            continue
        assert invalid is not None, rule.name
        assert rule in broken_rules(contract, invalid)
        assert all(is_valid(contract.columns[name], value) for name, value in invalid.items())
        repaired = repair_row(contract, invalid)
        assert repaired is not None
        assert broken_rules(contract, repaired) == ()
        fixed, *_ = rule.columns
        partial = repair_row(contract, invalid, fixed=[fixed])
        assert partial is None or partial[fixed] == invalid[fixed]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2024, 3, 31, 0, 59), datetime(2024, 3, 31, 0, 59)),
        (datetime(2024, 3, 31, 1, 30), datetime(2024, 3, 31, 2, 30)),
        (datetime(2024, 3, 31, 2), datetime(2024, 3, 31, 2)),
        (datetime(2024, 10, 27, 1, 30), datetime(2024, 10, 27, 1, 30)),
        (date(2024, 3, 31), date(2024, 3, 31)),
    ],
)
def test_times_that_the_clocks_skip_move_one_hour_later(moment: Any, expected: Any) -> None:
    assert avoid_dst_gap(moment) == expected


def test_a_condition_over_other_rows_is_an_error() -> None:
    with pytest.raises(TypeError, match="Repeats"):
        evaluator(Repeats(Everything.word, Everything.day, None, MONTHS))


MONTH_ENDS = [
    (date(2024, 1, 31), date(2024, 2, 28), 1, True),
    (date(2024, 1, 31), date(2024, 2, 29), 1, False),
    (date(2023, 11, 15), date(2024, 2, 14), 3, True),
    (date(2023, 11, 15), date(2024, 2, 15), 3, False),
    (date(2024, 2, 29), date(2025, 2, 28), 12, False),
    (date(2024, 5, 1), date(2024, 4, 30), 12, False),
    (None, date(2024, 4, 30), 12, None),
]


@pytest.mark.parametrize(("start", "end", "months", "is_within"), MONTH_ENDS)
def test_months_end_as_in_the_engine(start: Any, end: Any, months: int, is_within: Any) -> None:
    count = Assumption("months", months, since="2024-04-01", because="Some.")

    class Span(Contract, row_unit=Unit.CALLS):
        """One row per span."""

        start = Column(date, nullable=True, description="The start.")
        end = Column(date, nullable=True, description="The end.")
        near = Rule(WithinMonths(start, end, (count,)), "it is soon after")

    row = {"start": start, "end": end}
    (near,) = row_rules(Span)
    assert near.evaluate(row) is is_within
    assert kpi.validate(frame(Span, [row]), Span).ok is (is_within is not False)


# What cannot be drawn


class Few(Contract, row_unit=Unit.CALLS):
    """One row per thing of a short list."""

    only = Column(str, isin=("a", "b"), unique=True, description="One of two.")


class Odd(Contract, row_unit=Unit.CALLS):
    """One row per thing with a long pattern."""

    number = Column(str, str_matches=r"REF/[0-9]{6}", description="A reference.")


def test_more_rows_than_there_are_keys_are_an_error() -> None:
    assert [row["only"] for row in valid_rows(Few, 2)] == ["a", "b"]
    with pytest.raises(RequestError, match="fewer than 3 different valid rows"):
        valid_rows(Few, 3)
    assert max(len(table) for table in drawn_of(Few)) == 2


def test_a_long_pattern_is_drawn_although_no_short_text_matches() -> None:
    with pytest.raises(RequestError, match="no short text"):
        valid_rows(Odd)
    assert all(kpi.validate(table, Odd).ok for table in drawn_of(Odd))


def test_a_column_without_a_valid_value_is_an_error() -> None:
    class None_(Contract, row_unit=Unit.CALLS, table="nothing"):
        """One row per nothing."""

        never = Column(str, isin=("a",), checks=lambda pa: [pa.Check.isin(["b"])],
                       description="Nothing.")  # fmt: skip

    with pytest.raises(RequestError, match="no valid value is known"):
        rows(None_)


WITHOUT = """
import sys
sys.modules["hypothesis"] = None
import swm_kpi as kpi
from swm_kpi.testing import valid_rows, rows
contract = kpi.catalogue().contracts["crime"]
print(len(valid_rows(contract, 3)))
try:
    rows(contract)
except kpi.MissingExtra as error:
    print(error)
"""


def test_only_strategies_need_hypothesis() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    count, message = done.stdout.splitlines()
    assert count == "3"
    assert message.endswith('Install it with: pip install "swm-kpi[test]"')
