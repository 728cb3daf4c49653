"""Strategies for any contract: what they draw is right, varied and shrinks to what is plain.

Also that rules worked out in plain Python are those of the engine.
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
from swm_kpi.testing import frame, frames, right_rows, rows
from swm_kpi.testing.evaluate import worked
from swm_kpi.testing.repair import breaking_row, broken, mended_row, rulings
from swm_kpi.testing.strategies import loose_rows
from swm_kpi.testing.values import keeps

CONTRACTS = kpi.catalogue().contracts
SMALL_LIST = 6
MONTHS = Assumption("months", 12, since="2024-04-01", because="A year.")
KIND = Dimension("kind", "Kind", ("Vowel", "Other"), description="The kind of letter.")


def drawing(examples: int) -> settings:
    """The same examples in every run, however long they take."""
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
    pounds = Column(float, le=-5, decimals=2, description="Below nought.")
    rank = Column(int, isin=(1, 2), description="One of two.")
    odd = Column(int, checks=lambda pa: [pa.Check.isin([1, 2, 3])], description="By a check.")
    spring = Column(datetime, ge=date(2024, 3, 31), lt=date(2024, 4, 1), description="A short day.")
    once = Unique(code, rank)


OTHERS = {"everything": Everything, "plug": Plug}


def drawn_of(contract: ContractType, examples: int = 15, **sizes: int) -> list[pd.DataFrame]:
    drawn: list[pd.DataFrame] = []

    @drawing(examples)
    @given(frames(contract, **sizes))
    def draw(given_: pd.DataFrame) -> None:
        drawn.append(given_)

    draw()
    return drawn


@pytest.mark.parametrize(
    "contract", [*CONTRACTS.values(), *OTHERS.values()], ids=[*CONTRACTS, *OTHERS]
)
def test_what_is_drawn_keeps_the_contract_and_is_varied(contract: ContractType) -> None:
    drawn = drawn_of(contract, min_size=8)
    for each in drawn:
        report = kpi.validate(each, contract, strict=True)
        assert report.ok, str(report)
        assert 8 <= len(each) <= 12
        for key in contract.keys:
            assert not each.duplicated(list(key)).any()
    together = pd.concat([each.astype(object) for each in drawn])
    for name, column in contract.columns.items():
        values = together[name]
        assert values.notna().any(), name
        assert values.isna().any() == column.nullable, name
        if column.domain is not None and len(column.domain) <= SMALL_LIST:
            assert set(column.domain) <= set(values.dropna()), name


@pytest.mark.parametrize("contract", [CONTRACTS["county_line"], Plug])
def test_tables_are_of_any_size_asked_for_and_shrink_to_the_plainest(
    contract: ContractType,
) -> None:
    sizes = {len(each) for each in drawn_of(contract, 30, max_size=3)}
    assert sizes == {0, 1, 2, 3}
    (one,) = find(rows(contract, max_size=2), bool, settings=drawing(10))
    assert all(one[name] is None for name, c in contract.columns.items() if c.nullable)


def test_rows_are_what_frames_hold() -> None:
    (only,) = find(rows(Plug, min_size=1, max_size=1), lambda _: True, settings=drawing(5))
    assert list(only) == list(Plug.columns)
    assert kpi.validate(frame(Plug, [only]), Plug).ok
    assert kpi.validate(frame(Plug, []), Plug).ok


# The evaluator and the engine


RULED = {name: each for name, each in (CONTRACTS | OTHERS).items() if each.rules}


@pytest.mark.parametrize("contract", RULED.values(), ids=RULED)
def test_the_engine_breaks_the_same_rules_as_often(contract: ContractType) -> None:
    @drawing(60 if contract is Everything else 8)
    @given(loose_rows(contract, min_size=6))
    def agrees(drawn: list[tuple[dict[str, Any], int]]) -> None:
        loose = [row for row, _ in drawn]
        found = {
            (each.column, each.rule): each.rows
            for each in kpi.validate(frame(contract, loose), contract).violations
            if each.rule.startswith("breaks the rule")
        }
        worked_out = {
            (", ".join(each.columns), f"breaks the rule that {contract.rules[each.name].says}"): n
            for each in rulings(contract)
            if (n := sum(each.holds(row) is False for row in loose))
        }
        assert found == worked_out

    agrees()


@pytest.mark.parametrize("contract", RULED.values(), ids=RULED)
def test_each_rule_can_be_broken_and_mended_without_touching_what_is_to_be_left(
    contract: ContractType,
) -> None:
    (row, *_) = right_rows(contract, 1)
    for each in rulings(contract):
        spoilt = breaking_row(contract, row, each.name)
        if contract is Everything and each.name == "within":
            assert spoilt is None  # no day is outside the year that it begins
            continue
        assert spoilt is not None, each.name
        assert each in broken(contract, spoilt)
        assert all(keeps(contract.columns[name], value) for name, value in spoilt.items())
        mended = mended_row(contract, spoilt)
        assert mended is not None
        assert broken(contract, mended) == ()
        left = mended_row(contract, spoilt, leave=each.columns[:1])
        assert left is None or left[each.columns[0]] == spoilt[each.columns[0]]


def test_a_condition_over_other_rows_is_refused() -> None:
    with pytest.raises(TypeError, match="Repeats"):
        worked(Repeats(Everything.word, Everything.day, None, MONTHS))


MONTH_ENDS = [
    (date(2024, 1, 31), date(2024, 2, 28), 1, True),
    (date(2024, 1, 31), date(2024, 2, 29), 1, False),
    (date(2023, 11, 15), date(2024, 2, 14), 3, True),
    (date(2023, 11, 15), date(2024, 2, 15), 3, False),
    (date(2024, 2, 29), date(2025, 2, 28), 12, False),
    (date(2024, 5, 1), date(2024, 4, 30), 12, False),
    (None, date(2024, 4, 30), 12, None),
]


@pytest.mark.parametrize(("start", "end", "months", "held"), MONTH_ENDS)
def test_months_end_as_in_the_engine(start: Any, end: Any, months: int, held: Any) -> None:
    count = Assumption("months", months, since="2024-04-01", because="Some.")

    class Span(Contract, row_unit=Unit.CALLS):
        """One row per span."""

        start = Column(date, nullable=True, description="The start.")
        end = Column(date, nullable=True, description="The end.")
        near = Rule(WithinMonths(start, end, (count,)), "it is soon after")

    row = {"start": start, "end": end}
    (near,) = rulings(Span)
    assert near.holds(row) is held
    assert kpi.validate(frame(Span, [row]), Span).ok is (held is not False)


# What cannot be had


class Few(Contract, row_unit=Unit.CALLS):
    """One row per thing of a short list."""

    only = Column(str, isin=("a", "b"), unique=True, description="One of two.")


class Odd(Contract, row_unit=Unit.CALLS):
    """One row per thing with a long pattern."""

    number = Column(str, str_matches=r"REF/[0-9]{6}", description="A reference.")


def test_more_rows_than_there_are_keys_are_refused() -> None:
    assert [row["only"] for row in right_rows(Few, 2)] == ["a", "b"]
    with pytest.raises(RequestError, match="3 different right rows"):
        right_rows(Few, 3)
    assert max(len(each) for each in drawn_of(Few)) == 2


def test_a_long_pattern_is_drawn_though_no_text_is_found_by_trying() -> None:
    with pytest.raises(RequestError, match="no short text"):
        right_rows(Odd)
    assert all(kpi.validate(each, Odd).ok for each in drawn_of(Odd))


def test_a_column_that_holds_nothing_is_refused() -> None:
    class None_(Contract, row_unit=Unit.CALLS, table="nothing"):
        """One row per nothing."""

        never = Column(str, isin=("a",), checks=lambda pa: [pa.Check.isin(["b"])],
                       description="Nothing.")  # fmt: skip

    with pytest.raises(RequestError, match="no value is known"):
        rows(None_)


WITHOUT = """
import sys
sys.modules["hypothesis"] = None
import swm_kpi as kpi
from swm_kpi.testing import right_rows, rows
contract = kpi.catalogue().contracts["crime"]
print(len(right_rows(contract, 3)))
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
    three, said = done.stdout.splitlines()
    assert three == "3"
    assert said.endswith('Install it with: pip install "swm-kpi[test]"')
