"""Expressions: one tree, four renderers, and null with the three-valued logic of SQL."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from itertools import product
from operator import eq, ge, gt, le, lt, ne
from typing import Any

import hypothesis.strategies as st
import narwhals as nw
import polars as pl
import pytest
from hypothesis import given, settings

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    Availability,
    AvailabilityStatus,
    Catalogue,
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    Example,
    Metric,
    Unit,
)
from swm_kpi.definitions.plan.objectives import REASSURING
from swm_kpi.engine.plan.compile import Compiler
from swm_kpi.errors import collecting_problems
from swm_kpi.expressions import (
    BoolOp,
    Compare,
    Condition,
    Expression,
    IsIn,
    IsNull,
    IsTrue,
    IsUnknown,
    Not,
    Product,
    Repeats,
    Unusable,
    WithinMonths,
    as_condition,
    canonical,
    english,
    is_unusable,
    python,
    sql,
)

GROUP = Dimension("group", "Group", ("Loud", "Quiet"), description="By the code.")
LIMIT = Assumption("limit", 2, since="2024-04-01", because="For the tests.")
SOME = Assumption("some", ("a", "c"), since="2024-04-01", because="For the tests.")


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    rang_at = Column(datetime, label="time of the call", description="When it rang.")
    ended_at = Column(datetime, nullable=True, description="When it ended.")
    due = Column(date, nullable=True, description="The day it was due.")
    code = Column(str, isin=("a", "b", "c"), nullable=True, description="Its code.")
    words = Column(str, nullable=True, description="The words of the caller.")
    calls = Column(int, nullable=True, description="How many calls.")
    limit = Column(int, nullable=True, description="How many calls were allowed.")
    share = Column(float, nullable=True, description="A share.")
    urgent = Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")
    loudness = code.recode({"a": "Loud", "b": "Quiet"}, dimension=GROUP, description="By code.")


# Renderings of some trees: English, SQL and canonical form

URGENT = ["column", "Call", "urgent", "bool"]
CODE = ["column", "Call", "code", "str"]
CALLS = ["column", "Call", "calls", "int"]
RENDERINGS: dict[str, tuple[Callable[[], Expression], str, str, list[Any]]] = {
    "a value": (
        lambda: Call.code == "a",
        "code is ‘a’",
        "(\"code\" = 'a')",
        ["==", CODE, ["str", "a"]],
    ),
    "another value": (
        lambda: Call.code != "a",
        "code is not ‘a’",
        "(\"code\" <> 'a')",
        ["!=", CODE, ["str", "a"]],
    ),
    "a list": (
        lambda: Call.code.is_in("b", "a"),
        "code is any of ‘b’ or ‘a’",
        "(\"code\" IN ('b', 'a'))",
        ["in", CODE, ["str", "a"], ["str", "b"]],
    ),
    "a list of one": (
        lambda: Call.code.is_in("b"),
        "code is ‘b’",
        "(\"code\" IN ('b'))",
        ["==", CODE, ["str", "b"]],
    ),
    "a list that is an assumption": (
        lambda: Call.code.is_in(SOME),
        "code is any of ‘a’ or ‘c’ (assumption some)",
        "(\"code\" IN ('a', 'c'))",
        ["in", CODE, ["assumption", "some", ["str", "a"], ["str", "c"]]],
    ),
    "a number": (
        lambda: Call.calls > 1_000,
        "calls is more than 1000",
        '("calls" > 1000)',
        [">", CALLS, ["number", 1000.0]],
    ),
    "an assumption": (
        lambda: Call.calls <= LIMIT,
        "calls is at most 2 (assumption limit)",
        '("calls" <= 2)',
        ["<=", CALLS, ["assumption", "limit", ["number", 2.0]]],
    ),
    "two columns": (
        lambda: Call.calls > Call.limit,
        "calls is more than limit",
        '("calls" > "limit")',
        [">", CALLS, ["column", "Call", "limit", "int"]],
    ),
    "a day": (
        lambda: Call.due < date(2024, 4, 1),
        "due is before 1 April 2024",
        "(\"due\" < DATE '2024-04-01')",
        ["<", ["column", "Call", "due", "date"], ["date", "2024-04-01"]],
    ),
    "true": (lambda: as_condition(Call.urgent), "urgency is true", '"urgent"', URGENT),
    "false": (lambda: ~Call.urgent, "urgency is false", '(NOT "urgent")', ["not", URGENT]),
    "not recorded": (
        lambda: Call.code.is_null(),
        "code is not recorded",
        '("code" IS NULL)',
        ["null", CODE],
    ),
    "recorded": (
        lambda: Call.code.is_not_null(),
        "code is recorded",
        '(NOT ("code" IS NULL))',
        ["not", ["null", CODE]],
    ),
    "a range": (
        lambda: Call.calls.between(1, 3),
        "calls is at least 1 and calls is at most 3",
        '(("calls" >= 1) AND ("calls" <= 3))',
        ["and", ["<=", CALLS, ["number", 3.0]], [">=", CALLS, ["number", 1.0]]],
    ),
    "and inside or": (
        lambda: Call.urgent | (Call.code == "a") & (Call.calls > 1),
        "urgency is true or (code is ‘a’ and calls is more than 1)",
        '("urgent" OR (("code" = \'a\') AND ("calls" > 1)))',
        [
            "or",
            ["and", ["==", CODE, ["str", "a"]], [">", CALLS, ["number", 1.0]]],
            URGENT,
        ],
    ),
    "the opposite": (
        lambda: ~(Call.urgent & Call.code.is_null()),
        "urgency is false or code is recorded",
        '(NOT ("urgent" AND ("code" IS NULL)))',
        ["not", ["and", URGENT, ["null", CODE]]],
    ),
    "undecided": (
        lambda: IsUnknown(Call.code == "a"),
        "it is unknown whether code is ‘a’",
        "((\"code\" = 'a') IS NULL)",
        ["undecided", ["==", CODE, ["str", "a"]]],
    ),
    "elapsed time": (
        lambda: Call.rang_at.until(Call.ended_at) <= 600,
        "ended at is at most 10 minutes after the time of the call",
        '(EXTRACT(EPOCH FROM ("ended_at" - "rang_at")) <= 600)',
        [
            "<=",
            [
                "elapsed",
                ["column", "Call", "rang_at", "datetime"],
                ["column", "Call", "ended_at", "datetime"],
            ],
            ["number", 600.0],
        ],
    ),
    "a recoded column": (
        lambda: Call.loudness == "Loud",
        "loudness is ‘Loud’",
        "((CASE WHEN (\"code\" = 'a') THEN 'Loud' WHEN (\"code\" = 'b') THEN 'Quiet' END) "
        "= 'Loud')",
        ["==", ["recode", CODE, [("a", "Loud"), ("b", "Quiet")]], ["str", "Loud"]],
    ),
    "a quotation mark": (
        lambda: Call.words == "it's",
        "words is ‘it's’",
        "(\"words\" = 'it''s')",
        ["==", ["column", "Call", "words", "str"], ["str", "it's"]],
    ),
}


@pytest.mark.parametrize(
    ("make", "in_english", "in_sql", "form"), RENDERINGS.values(), ids=RENDERINGS
)
def test_a_tree_has_the_expected_renderings(
    make: Callable[[], Expression], in_english: str, in_sql: str, form: list[Any]
) -> None:
    tree = make()
    assert english(tree) == in_english
    assert sql(tree) == in_sql
    assert canonical(tree) == form
    assert json.loads(json.dumps(canonical(tree)))


def test_english_includes_the_time_of_day() -> None:
    assert "13:30" in english(Call.rang_at >= datetime(2024, 4, 1, 13, 30))


def test_sql_includes_a_fraction_of_a_second() -> None:
    assert "13:30:00.5" in sql(Call.rang_at >= datetime(2024, 4, 1, 13, 30, 0, 500_000))


@pytest.mark.parametrize(
    ("make", "in_english", "in_sql"),
    [
        (lambda: Call.calls == 9_999, "9999", "9999"),
        (lambda: Call.calls == 10_000, "10,000", "10000"),
        (lambda: Call.calls == -10_000, "-10,000", "-10000"),
        (lambda: Call.share == 0.25, "0.25", "0.25"),
        (lambda: Call.urgent == True, "true", "TRUE"),  # noqa: E712
        (lambda: Call.urgent == False, "false", "FALSE"),  # noqa: E712
        (lambda: Call.words == "café", "‘café’", "'café'"),
        (lambda: Call.due == date(2024, 4, 1), "1 April 2024", "DATE '2024-04-01'"),
        (
            lambda: Call.rang_at == datetime(2024, 4, 1),
            "1 April 2024",
            "TIMESTAMP '2024-04-01 00:00:00'",
        ),
        (
            lambda: Call.rang_at == datetime(2024, 4, 1, 13, 30),
            "1 April 2024 at 13:30",
            "TIMESTAMP '2024-04-01 13:30:00'",
        ),
        (
            lambda: Call.rang_at == datetime(2024, 4, 1, 13, 30, 5),
            "1 April 2024 at 13:30:05",
            "TIMESTAMP '2024-04-01 13:30:05'",
        ),
    ],
)
def test_every_type_of_value_has_english_sql_and_python(
    make: Callable[[], Expression], in_english: str, in_sql: str
) -> None:
    tree = make()
    assert english(tree).endswith(f" is {in_english}")
    assert sql(tree).endswith(f" = {in_sql})")
    scope = {"Call": Call, "date": date, "datetime": datetime}
    exec(f"again = {python(tree)}", scope)
    assert canonical(scope["again"]) == canonical(tree)
    assert python(Call.words == "café") == 'Call.words == "café"'


MONTHS = Assumption("months", 12, since="2024-04-01", because="For the tests.")
WAIT = Assumption("wait", 6, since="2024-04-01", because="For the tests.")


@pytest.mark.parametrize(
    ("tree", "in_english", "in_sql", "form"),
    [
        (
            Product(Call.calls, Call.share),
            "calls times share",
            '("calls" * "share")',
            ["*", ["column", "Call", "calls", "int"], ["column", "Call", "share", "float"]],
        ),
        (
            WithinMonths(Call.due, Call.ended_at, (MONTHS, WAIT)),
            "ended at is within 12 (assumption months) and 6 (assumption wait) months of due",
            '("ended_at" >= "due" AND "ended_at" < "due" + '
            "INTERVAL '12' MONTH + INTERVAL '6' MONTH)",
            [
                "within",
                ["column", "Call", "due", "date"],
                ["column", "Call", "ended_at", "datetime"],
                ["assumption", "months", ["number", 12.0]],
                ["assumption", "wait", ["number", 6.0]],
            ],
        ),
        (
            Repeats(Call.words, Call.due, None, MONTHS),
            "the same words has an earlier one in the 12 (assumption months) months before",
            '(LAG(CAST("due" AS DATE)) OVER (PARTITION BY "words" ORDER BY CAST("due" AS DATE)) '
            ">= CAST(\"due\" AS DATE) - INTERVAL '12' MONTH)",
            [
                "repeats",
                ["column", "Call", "words", "str"],
                ["column", "Call", "due", "date"],
                None,
                ["assumption", "months", ["number", 12.0]],
            ],
        ),
        (
            Repeats(Call.words, Call.due, as_condition(Call.urgent), MONTHS),
            "the same words has an earlier one in the 12 (assumption months) months before",
            '(LAG(CAST("due" AS DATE)) OVER (PARTITION BY "words" ORDER BY CAST("due" AS DATE)) '
            ">= CAST(\"due\" AS DATE) - INTERVAL '12' MONTH)",
            [
                "repeats",
                ["column", "Call", "words", "str"],
                ["column", "Call", "due", "date"],
                ["column", "Call", "urgent", "bool"],
                ["assumption", "months", ["number", 12.0]],
            ],
        ),
        (
            Call.rang_at.until(Call.ended_at),
            "seconds from time of the call to ended at",
            'EXTRACT(EPOCH FROM ("ended_at" - "rang_at"))',
            [
                "elapsed",
                ["column", "Call", "rang_at", "datetime"],
                ["column", "Call", "ended_at", "datetime"],
            ],
        ),
    ],
)
def test_expressions_that_only_measures_build_have_renderings(
    tree: Expression, in_english: str, in_sql: str, form: list[Any]
) -> None:
    assert english(tree) == in_english
    assert sql(tree) == in_sql
    assert canonical(tree) == form


def test_an_unusable_expression_can_be_rendered_in_the_message_of_the_next_mistake() -> None:
    refused = Unusable()
    assert english(refused) == "an invalid expression"
    assert (sql(refused), python(refused), canonical(refused)) == ("NULL", "...", ["refused"])


@pytest.mark.parametrize(
    ("make", "has_advice"),
    [
        (lambda: Call.rang_at.until(Call.due), True),
        (lambda: Call.due.until(Call.rang_at), True),
        (lambda: Call.rang_at.until(Call.words), False),
    ],
)
def test_the_message_about_elapsed_time_says_how_to_count_days_between_dates(
    make: Callable[[], object], has_advice: bool
) -> None:
    with collecting_problems() as problems:
        make()
    advice = (
        "For dates, let the view that makes the table calculate the days, in a whole-number "
        "column, or use the measure kind Duration for their average"
    )
    assert [problem.fix.endswith(advice) for problem in problems] == [has_advice]


@pytest.mark.parametrize(
    ("make", "rules"),
    [
        (lambda: Call.calls.between("few", 3), ["it contains a whole number, not text"]),
        (lambda: Call.calls.between(3, "many"), ["it contains a whole number, not text"]),
        (lambda: Call.calls.between(3, 2), ["the range is backwards"]),
        (lambda: Call.code.is_in("a", "z"), ["'z' is not in its closed list"]),
        (lambda: Call.code.is_in("z", "a"), ["'z' is not in its closed list"]),
        (lambda: Call.code.is_in(), ["a list of values cannot be empty"]),
        (lambda: (Call.words > "a") & ~Call.urgent, ["text has no order"]),
        (lambda: ~Call.urgent | (Call.words > "a"), ["text has no order"]),
        (lambda: ~(Call.words > "a"), ["text has no order"]),
        (
            lambda: Call.rang_at.until(Call.due) > "a",
            ["it contains a date, which has no time of day"],
        ),
        (lambda: (Call.words > "a") == (Call.code == "z"), ["text has no order", "'z' is not in"]),
    ],
)
def test_a_mistake_is_reported_once_and_an_expression_that_contains_it_is_unusable(
    make: Callable[[], object], rules: list[str]
) -> None:
    with collecting_problems() as problems:
        expression = make()
    assert len(problems) == len(rules)
    for problem, rule in zip(problems, rules, strict=True):
        assert problem.rule.startswith(rule)
    assert isinstance(expression, Unusable)
    assert is_unusable(expression)
    assert is_unusable([Call.urgent, expression])
    assert not is_unusable([Call.urgent, Call.calls > 1, "a text"])
    assert is_unusable(Not(IsUnknown(expression)))
    # Using it further reports no other mistake.
    assert isinstance(expression.recode({"a": "Loud"}).of_anything, Unusable)
    assert not hasattr(expression, "_private")


@pytest.mark.parametrize("value", [("a", None), (None, "a"), (), None])
def test_an_assumption_holds_only_values_that_a_column_can_hold(value: Any) -> None:
    with pytest.raises(kpi.DefinitionError, match=r"(it is empty|no column can contain it)"):
        Assumption("wrong", value, since="2024-04-01", because="For the tests.")


@pytest.mark.parametrize("render", [english, sql, python, canonical])
def test_renderers_refuse_an_unknown_expression(render: Callable[[Any], Any]) -> None:
    class Other(Condition):
        """A condition that no renderer handles."""

        parts = ()

    with pytest.raises(TypeError, match="Other"):
        render(Other())


def test_walking_an_expression_yields_every_column_that_it_reads() -> None:
    """A measure requests these columns from its table."""

    def columns_read_by(tree: Expression) -> list[str]:
        return [part.name for part in tree.walk() if isinstance(part, Column)]

    assert columns_read_by(Call.calls > Call.limit) == ["calls", "limit"]
    assert columns_read_by(Call.calls > 1) == ["calls"]
    assert columns_read_by(Call.code.is_in("a")) == ["code"]
    assert columns_read_by(IsUnknown(Call.words.is_null())) == ["words"]
    assert columns_read_by(Call.rang_at.until(Call.ended_at) > 1) == ["rang_at", "ended_at"]
    assert columns_read_by(Product(Call.calls, Call.share)) == ["calls", "share"]
    assert columns_read_by(WithinMonths(Call.due, Call.ended_at, (MONTHS,))) == ["due", "ended_at"]
    assert columns_read_by(Repeats(Call.words, Call.due, None, MONTHS)) == ["words", "due"]
    urgent = as_condition(Call.urgent)
    assert columns_read_by(Repeats(Call.words, Call.due, urgent, MONTHS)) == [
        "words",
        "due",
        "urgent",
    ]


def test_english_says_any_of_only_for_several_values() -> None:
    one_value = Assumption("only", ("a",), since="2024-04-01", because="For the tests.")
    two_values = Assumption("both", ("a", "b"), since="2024-04-01", because="For the tests.")
    assert english(Call.code.is_in(one_value)) == "code is ‘a’ (assumption only)"
    assert english(Call.code.is_in(two_values)) == "code is any of ‘a’ or ‘b’ (assumption both)"
    assert english(Call.code.is_in("a", "b", "c")) == "code is any of ‘a’, ‘b’ or ‘c’"
    assert canonical(Call.code.is_in(one_value)) != canonical(Call.code == "a")


def test_a_range_of_one_number_is_a_range_and_a_backward_one_is_refused() -> None:
    assert english(Call.calls.between(2, 2)) == "calls is at least 2 and calls is at most 2"
    assert english(Call.calls.between(LIMIT, 1)).startswith("calls is at least 2 (assumption")
    assert english(Call.calls.between(3, LIMIT)).startswith("calls is at least 3")
    with pytest.raises(kpi.DefinitionError, match="the range is backwards"):
        Call.calls.between(3, 2)


def test_english_brackets_the_condition_that_is_unknown() -> None:
    loud, many = Call.code == "a", Call.calls > 1
    assert english(IsUnknown(loud & many)) != english(IsUnknown(loud) & many)


@pytest.mark.parametrize("make", [make for make, *_ in RENDERINGS.values()], ids=RENDERINGS)
def test_the_python_of_a_tree_builds_the_same_tree(make: Callable[[], Expression]) -> None:
    tree = make()
    if isinstance(tree, IsUnknown):
        with pytest.raises(TypeError, match="no Python source"):
            python(tree)
        return
    scope = {"Call": Call, "SOME": SOME, "LIMIT": LIMIT, "date": date, "datetime": datetime}
    exec(f"again = {python(tree)}", scope)
    assert canonical(as_condition(scope["again"])) == canonical(tree)


@pytest.mark.parametrize(
    ("make", "in_english"),
    [
        (lambda: ~(Call.calls <= 2), "calls is more than 2"),
        (lambda: ~(Call.code == "a"), "code is not ‘a’"),
        (lambda: ~Call.code.is_in("a"), "code is not ‘a’"),
        (lambda: ~~(Call.code == "a"), "code is ‘a’"),
        (lambda: ~(Call.urgent | (Call.code == "a")), "urgency is false and code is not ‘a’"),
        (lambda: Call.code.is_null() | (Call.code != "a"), "code is not ‘a’, or is not recorded"),
        (lambda: ~(Call.code.is_null() | (Call.code != "a")), "code is ‘a’"),
        (
            lambda: Call.urgent & (Call.code.is_null() | (Call.code != "a")),
            "urgency is true and (code is not ‘a’, or is not recorded)",
        ),
        (
            lambda: Call.ended_at.is_not_null() & (Call.rang_at.until(Call.ended_at) < 60),
            "ended at is less than 60 seconds after the time of the call",
        ),
        (
            lambda: Call.code.is_null() | (Call.calls > 1),
            "code is not recorded or calls is more than 1",
        ),
        (lambda: ~Call.code.is_in("a", "b"), "code is not any of ‘a’ or ‘b’"),
        (lambda: ~Call.code.is_in(SOME), "code is not any of ‘a’ or ‘c’ (assumption some)"),
        (
            lambda: Call.rang_at.until(Call.ended_at) > 172_800,
            "ended at is more than 48 hours after the time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < 60,
            "ended at is less than 60 seconds after the time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < 3_600,
            "ended at is less than 60 minutes after the time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < 120.0,
            "ended at is less than 2 minutes after the time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < 90,
            "ended at is less than 90 seconds after the time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < LIMIT,
            "ended at is less than 2 seconds (assumption limit) after the time of the call",
        ),
    ],
)
def test_english_uses_plain_opposites_and_units_of_time(
    make: Callable[[], Expression], in_english: str
) -> None:
    assert english(make()) == in_english


def test_different_trees_have_different_english_and_canonical_forms() -> None:
    sentences = {english(make()) for make, *_ in RENDERINGS.values()}
    forms = {json.dumps(canonical(make())) for make, *_ in RENDERINGS.values()}
    assert len(sentences) == len(forms) == len(RENDERINGS)


# Any condition over a small table of text, whole numbers and truth

VALUES: dict[str, tuple[Any, ...]] = {
    "code": ("a", "b", "c", None),
    "words": ("b", "a", "it's", None),
    "calls": (-1, 2, 3, None),
    "limit": (2, None),
    "urgent": (True, False, None),
}
ROWS = [dict(zip(VALUES, row, strict=True)) for row in product(*VALUES.values())]
SCHEMA = {
    "code": pl.Enum(["a", "b", "c"]), "words": pl.String, "calls": pl.Int64, "limit": pl.Int64,
    "urgent": pl.Boolean,
}  # fmt: skip
FRAME = pl.DataFrame(ROWS, schema=SCHEMA)
OPERATORS = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
SIGNS = st.sampled_from(list(OPERATORS))

leaves = st.one_of(
    st.builds(lambda sign, value: OPERATORS[sign](Call.calls, value), SIGNS, st.integers(-2, 4)),
    st.builds(lambda sign: OPERATORS[sign](Call.calls, LIMIT), SIGNS),
    st.builds(lambda sign: OPERATORS[sign](Call.calls, Call.limit), SIGNS),
    st.builds(lambda value: Call.code == value, st.sampled_from("abc")),
    st.builds(lambda value: Call.code != value, st.sampled_from("abc")),
    st.builds(lambda value: Call.words == value, st.sampled_from(["b", "a", "it's", "'"])),
    st.builds(
        lambda value: Call.code.is_in(*value),
        st.lists(st.sampled_from(["a", "b", "c", SOME]), min_size=1),
    ),
    st.builds(lambda value: Call.calls.is_in(*value), st.lists(st.integers(-1, 3), min_size=1)),
    st.builds(lambda value: Call.loudness == value, st.sampled_from(["Loud", "Quiet"])),
    st.builds(
        lambda value: Call.loudness.is_in(*value), st.sampled_from([("Loud",), ("Quiet", "Loud")])
    ),
    st.builds(Call.calls.between, st.integers(-2, 1), st.integers(1, 4)),
    st.sampled_from([Call.code, Call.words, Call.calls, Call.urgent, Call.loudness]).map(
        lambda column: column.is_null()
    ),
    st.sampled_from([Call.code, Call.words]).map(lambda column: column.is_not_null()),
    st.just(as_condition(Call.urgent)),
)
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda left, right: left & right, inner, inner),
        st.builds(lambda left, right: left | right, inner, inner),
        st.builds(lambda condition: ~condition, inner),
        st.builds(IsUnknown, inner),
    ),
    max_leaves=6,
)


def value_of(term: Any, row: dict[str, Any]) -> Any:
    """Return the value of a term or a literal in a row, or None."""
    if isinstance(term, Assumption):
        return term.value
    if not isinstance(term, Expression):
        return term
    if isinstance(term, Column):
        return row[term.name]
    return term.mapping.get(row[term.source.name])


def evaluate_row(condition: Condition, row: dict[str, Any]) -> bool | None:
    """Evaluate a condition in one row by three-valued logic: true, false or None."""
    match condition:
        case Compare(left=left, op=op, right=right):
            left_value, right_value = value_of(left, row), value_of(right, row)
            return (
                None
                if left_value is None or right_value is None
                else OPERATORS[op](left_value, right_value)
            )
        case IsIn(term=term, values=values):
            term_value = value_of(term, row)
            allowed_values = [
                allowed
                for value in values
                for allowed in (value.values if isinstance(value, Assumption) else (value,))
            ]
            return None if term_value is None else term_value in allowed_values
        case IsNull(term=term):
            return value_of(term, row) is None
        case IsTrue(term=term):
            return value_of(term, row)
        case Not(condition=inner):
            result = evaluate_row(inner, row)
            return None if result is None else not result
        case IsUnknown(condition=inner):
            return evaluate_row(inner, row) is None
        case BoolOp(op=op, conditions=inner):
            results = [evaluate_row(part, row) for part in inner]
            deciding = op == "or"
            if deciding in results:
                return deciding
            return None if None in results else not deciding
    raise AssertionError(condition)


def evaluate_rows(condition: Condition) -> tuple[bool | None, ...]:
    return tuple(evaluate_row(condition, row) for row in ROWS)


def evaluate_with_the_engine(condition: Condition) -> tuple[bool | None, ...]:
    frame = nw.from_native(FRAME).select(Compiler()(condition).alias("result")).to_native()
    return tuple(frame["result"].to_list())


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    """A SQLite database with the rows."""
    connection = sqlite3.connect(":memory:")
    connection.execute('CREATE TABLE call ("code", "words", "calls", "limit", "urgent")')
    connection.executemany("INSERT INTO call VALUES (:code, :words, :calls, :limit, :urgent)", ROWS)
    yield connection
    connection.close()


@pytest.mark.slow
@settings(deadline=None)
@given(condition=conditions)
def test_the_engine_sqlite_and_a_slow_evaluator_agree(
    condition: Condition, database: sqlite3.Connection
) -> None:
    expected = evaluate_rows(condition)
    assert evaluate_with_the_engine(condition) == expected
    query = f"SELECT {sql(condition)} FROM call ORDER BY rowid"  # noqa: S608
    results = [None if value is None else bool(value) for (value,) in database.execute(query)]
    assert tuple(results) == expected


@pytest.mark.slow
@settings(deadline=None)
@given(conditions, conditions)
def test_conditions_with_one_canonical_form_have_the_same_results(
    first: Condition, second: Condition
) -> None:
    if canonical(first) == canonical(second):
        assert evaluate_rows(first) == evaluate_rows(second)
    if evaluate_rows(first) != evaluate_rows(second):
        assert canonical(first) != canonical(second)
        if not any(isinstance(part, IsUnknown) for tree in (first, second) for part in tree.walk()):
            assert english(first) != english(second)


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(conditions, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_and_and_or_does_not_matter(parts: list[Condition], random: Any) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)
    for join in ("__and__", "__or__"):
        in_order, in_another_order = parts[0], shuffled[0]
        for part in parts[1:]:
            in_order = getattr(in_order, join)(part)
        for part in shuffled[1:]:
            in_another_order = getattr(part, join)(in_another_order)
        assert canonical(in_order) == canonical(in_another_order)
        assert evaluate_rows(in_order) == evaluate_rows(in_another_order)


@settings(deadline=None)
@given(st.permutations(["a", "b", SOME]))
def test_the_order_of_a_list_does_not_matter(values: list[Any]) -> None:
    assert canonical(Call.code.is_in(*values)) == canonical(Call.code.is_in("a", "b", SOME))
    assert canonical(Call.code.is_in(values)) == canonical(Call.code.is_in(*values))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Call.code.is_in("a", "b", "a"), Call.code.is_in("a", "b")),
        (Call.code.is_in("a"), Call.code == "a"),
        (Call.urgent & Call.urgent, as_condition(Call.urgent)),
        (~~Call.code.is_null(), Call.code.is_null()),
        (Call.calls > 1, Call.calls > 1.0),
    ],
    ids=["a list with a repeat", "a list of one", "and of one", "not not", "1 and 1.0"],
)
def test_equivalent_conditions_have_the_same_canonical_form(
    first: Condition, second: Condition
) -> None:
    assert canonical(first) == canonical(second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (Call.code == "a", Call.words == "a"),
        (Call.calls == LIMIT, Call.calls == 2),
        (Call.calls < Call.limit, Call.calls > Call.limit),
        (Call.urgent & (Call.code == "a"), Call.urgent | (Call.code == "a")),
        (Call.code.is_in("a", "b"), ~Call.code.is_in("c")),
        (Call.code.is_null(), IsUnknown(Call.code == "a")),
        (Call.loudness == "Loud", Call.code == "a"),
    ],
)
def test_different_conditions_have_different_canonical_forms(
    first: Condition, second: Condition
) -> None:
    assert canonical(first) != canonical(second)


def test_a_null_meets_neither_a_condition_nor_its_opposite() -> None:
    condition = Call.code == "a"
    counts = Counter(zip(evaluate_rows(condition), evaluate_rows(~condition), strict=True))
    assert set(counts) == {(True, False), (False, True), (None, None)}
    assert evaluate_with_the_engine(~condition) == evaluate_rows(~condition)


def test_a_replaced_assumption_changes_the_engine_and_not_the_canonical_form() -> None:
    condition = (Call.calls > LIMIT) & Call.code.is_in(SOME)
    compiled = Compiler({"limit": -5, "some": ("b",)})(condition)
    results = nw.from_native(FRAME).select(compiled.alias("result")).to_native()["result"].to_list()
    replaced = (Call.calls > -5) & Call.code.is_in("b")
    assert tuple(results) == evaluate_rows(replaced)
    assert canonical(condition) != canonical(replaced)


# Through kpi.compute


def count_rows(condition: Condition | None) -> tuple[float, str]:
    """Return the number of rows that the library counts, and its note."""
    metric = Metric(
        ref="1",
        key="call_volume",
        title="Volume of calls",
        objective=REASSURING,
        summary="Calls, on the day they rang.",
        measures=[Count(key="calls", of=Call, at=Call.rang_at, where=condition)],
        direction=Direction.NEUTRAL,
        availability=Availability(status=AvailabilityStatus.UNKNOWN, reason="For the tests."),
        limitations="Not messages.",
        examples=[
            Example(
                rows="| rang_at |\n| 2024-05-01 12:00 |",
                expect={"calls": None},
                edge_case="A call on a day in May.",
            )
        ],
    )
    calls = FRAME.with_columns(
        rang_at=pl.lit(datetime(2024, 5, 1, 12)), ended_at=pl.lit(None, pl.Datetime("us"))
    )
    result = kpi.compute(
        [metric],
        {"call": calls},
        periods=["2024-05"],
        coverage={"call": ("2024-05-01", "2024-05-31")},
        catalogue=Catalogue([metric]),
    )
    (row,) = result.to_polars().to_dicts()
    return row["value"], row["note"]


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(conditions)
def test_a_count_is_of_the_rows_for_which_a_condition_is_true(condition: Condition) -> None:
    value, note = count_rows(condition)
    counts_of_results = Counter(evaluate_rows(condition))
    # A condition that is unknown for every row it is about has no number.
    if value is None:
        assert counts_of_results[None]
        assert not counts_of_results[True]
    else:
        assert value == counts_of_results[True]
    undecided = f"{counts_of_results[None]:,} " if counts_of_results[None] else ""
    assert undecided in note or "is blank in" in note
    is_noted = "left out because" in note or "Not recorded" in note
    assert is_noted is (counts_of_results[None] > 0)


def test_a_count_without_a_condition_is_of_all_rows() -> None:
    assert count_rows(None)[0] == len(ROWS)


def test_elapsed_time_is_real_time_across_a_change_of_the_clocks() -> None:
    within = Call.rang_at.until(Call.ended_at) <= 3_600
    frame = pl.DataFrame(
        {
            "rang_at": [datetime(2024, 3, 31, 0, 30), datetime(2024, 3, 30, 0, 30)],
            "ended_at": [datetime(2024, 3, 31, 2, 30), datetime(2024, 3, 30, 2, 30)],
        }
    )
    report = kpi.validate(
        frame.with_columns(
            pl.lit(None).alias(name) for name in Call.columns if name not in frame.columns
        ),
        Call,
    )
    encoded = nw.from_native(report.table.frame)
    assert encoded.select(Compiler()(within).alias("w")).to_native()["w"].to_list() == [True, False]


def test_a_tree_is_immutable_and_walks_through_its_parts() -> None:
    tree = (Call.code == "a") & ~Call.urgent
    names = [part.name for part in tree.walk() if isinstance(part, Column)]
    assert names == ["code", "urgent"]
    with pytest.raises(AttributeError):
        tree.op = "or"


def test_a_mistake_with_elapsed_time_quotes_its_python() -> None:
    with pytest.raises(
        kpi.DefinitionError, match=r"^Call\.rang_at\.until\(Call\.ended_at\), is_in"
    ):
        Call.rang_at.until(Call.ended_at).is_in()


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 10**400])
def test_a_number_too_large_for_an_exact_float_is_refused(number: int) -> None:
    assert canonical(Call.calls < 2**53) == ["<", CALLS, ["number", 2.0**53]]
    with pytest.raises(kpi.DefinitionError, match="too large to be exact"):
        _ = Call.rang_at.until(Call.ended_at) < number
