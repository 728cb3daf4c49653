"""Expressions: one tree, four faces, and null as SQL has it."""

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
    words = Column(str, nullable=True, description="What was said.")
    calls = Column(int, nullable=True, description="How many calls.")
    limit = Column(int, nullable=True, description="How many calls were allowed.")
    share = Column(float, nullable=True, description="A share.")
    urgent = Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")
    loudness = code.recode({"a": "Loud", "b": "Quiet"}, dimension=GROUP, description="By code.")


# The faces of a handful of trees

URGENT = ["column", "Call", "urgent", "bool"]
CODE = ["column", "Call", "code", "str"]
CALLS = ["column", "Call", "calls", "int"]
FACES: dict[str, tuple[Callable[[], Expression], str, str, list[Any]]] = {
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
        "not (urgency is true and code is not recorded)",
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
        "ended at is at most 10 minutes after time of the call",
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


@pytest.mark.parametrize(("make", "in_english", "in_sql", "form"), FACES.values(), ids=FACES)
def test_the_faces_of_a_tree(
    make: Callable[[], Expression], in_english: str, in_sql: str, form: list[Any]
) -> None:
    tree = make()
    assert english(tree) == in_english
    assert sql(tree) == in_sql
    assert canonical(tree) == form
    assert json.loads(json.dumps(canonical(tree)))


def test_a_time_of_day_is_said() -> None:
    assert "13:30" in english(Call.rang_at >= datetime(2024, 4, 1, 13, 30))


def test_a_fraction_of_a_second_is_in_the_sql() -> None:
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
def test_each_sort_of_value_is_said_and_written(
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
def test_what_kinds_of_measure_build_is_said_too(
    tree: Expression, in_english: str, in_sql: str, form: list[Any]
) -> None:
    assert english(tree) == in_english
    assert sql(tree) == in_sql
    assert canonical(tree) == form


def test_what_was_refused_is_said_so_that_the_next_mistake_can_be_told() -> None:
    refused = Unusable()
    assert english(refused) == "an invalid expression"
    assert (sql(refused), python(refused), canonical(refused)) == ("NULL", "...", ["refused"])


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
def test_a_mistake_among_others_is_told_once_and_whatever_holds_it_is_unusable(
    make: Callable[[], object], rules: list[str]
) -> None:
    with collecting_problems() as problems:
        made = make()
    assert len(problems) == len(rules)
    for problem, rule in zip(problems, rules, strict=True):
        assert problem.rule.startswith(rule)
    assert isinstance(made, Unusable)
    assert is_unusable(made)
    assert is_unusable([Call.urgent, made])
    assert not is_unusable([Call.urgent, Call.calls > 1, "a text"])
    assert is_unusable(Not(IsUnknown(made)))
    # It takes any use without a further complaint.
    assert isinstance(made.recode({"a": "Loud"}).of_anything, Unusable)
    assert not hasattr(made, "_private")


@pytest.mark.parametrize("value", [("a", None), (None, "a"), (), None])
def test_an_assumption_holds_only_values_that_a_column_can_hold(value: Any) -> None:
    with pytest.raises(kpi.DefinitionError, match=r"(it is empty|no column can contain it)"):
        Assumption("wrong", value, since="2024-04-01", because="For the tests.")


@pytest.mark.parametrize("face", [english, sql, python, canonical])
def test_what_is_no_expression_of_the_language_has_no_face(face: Callable[[Any], Any]) -> None:
    class Other(Condition):
        """A condition that nobody knows."""

        parts = ()

    with pytest.raises(TypeError, match="Other"):
        face(Other())


def test_what_an_expression_rests_on_is_all_inside_it() -> None:
    """So that a measure asks for every column that it reads."""

    def read(tree: Expression) -> list[str]:
        return [each.name for each in tree.walk() if isinstance(each, Column)]

    assert read(Call.calls > Call.limit) == ["calls", "limit"]
    assert read(Call.calls > 1) == ["calls"]
    assert read(Call.code.is_in("a")) == ["code"]
    assert read(IsUnknown(Call.words.is_null())) == ["words"]
    assert read(Call.rang_at.until(Call.ended_at) > 1) == ["rang_at", "ended_at"]
    assert read(Product(Call.calls, Call.share)) == ["calls", "share"]
    assert read(WithinMonths(Call.due, Call.ended_at, (MONTHS,))) == ["due", "ended_at"]
    assert read(Repeats(Call.words, Call.due, None, MONTHS)) == ["words", "due"]
    urgent = as_condition(Call.urgent)
    assert read(Repeats(Call.words, Call.due, urgent, MONTHS)) == ["words", "due", "urgent"]


def test_a_list_is_said_as_a_list_only_where_there_are_several() -> None:
    one = Assumption("only", ("a",), since="2024-04-01", because="For the tests.")
    two = Assumption("both", ("a", "b"), since="2024-04-01", because="For the tests.")
    assert english(Call.code.is_in(one)) == "code is ‘a’ (assumption only)"
    assert english(Call.code.is_in(two)) == "code is any of ‘a’ or ‘b’ (assumption both)"
    assert english(Call.code.is_in("a", "b", "c")) == "code is any of ‘a’, ‘b’ or ‘c’"
    assert canonical(Call.code.is_in(one)) != canonical(Call.code == "a")


def test_a_range_of_one_number_is_a_range_and_a_backward_one_is_refused() -> None:
    assert english(Call.calls.between(2, 2)) == "calls is at least 2 and calls is at most 2"
    assert english(Call.calls.between(LIMIT, 1)).startswith("calls is at least 2 (assumption")
    assert english(Call.calls.between(3, LIMIT)).startswith("calls is at least 3")
    with pytest.raises(kpi.DefinitionError, match="the range is backwards"):
        Call.calls.between(3, 2)


def test_what_cannot_be_said_is_in_brackets() -> None:
    loud, many = Call.code == "a", Call.calls > 1
    assert english(IsUnknown(loud & many)) != english(IsUnknown(loud) & many)


@pytest.mark.parametrize("make", [make for make, *_ in FACES.values()], ids=FACES)
def test_the_python_of_a_tree_makes_it_again(make: Callable[[], Expression]) -> None:
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
        (lambda: ~Call.code.is_in("a", "b"), "code is not any of ‘a’ or ‘b’"),
        (lambda: ~Call.code.is_in(SOME), "code is not any of ‘a’ or ‘c’ (assumption some)"),
        (
            lambda: Call.rang_at.until(Call.ended_at) > 172_800,
            "ended at is more than 48 hours after time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < 60,
            "ended at is less than 60 seconds after time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < 3_600,
            "ended at is less than 60 minutes after time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < 120.0,
            "ended at is less than 2 minutes after time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < 90,
            "ended at is less than 90 seconds after time of the call",
        ),
        (
            lambda: Call.rang_at.until(Call.ended_at) < LIMIT,
            "ended at is less than 2 seconds (assumption limit) after time of the call",
        ),
    ],
)
def test_opposites_and_lengths_of_time_are_said_as_people_say_them(
    make: Callable[[], Expression], in_english: str
) -> None:
    assert english(make()) == in_english


def test_every_face_is_a_face_of_the_same_tree() -> None:
    said = {english(make()) for make, *_ in FACES.values()}
    forms = {json.dumps(canonical(make())) for make, *_ in FACES.values()}
    assert len(said) == len(forms) == len(FACES)


# Any condition over a small table of text, whole numbers and truth

VALUES: dict[str, tuple[Any, ...]] = {
    "code": ("a", "b", "c", None),
    "words": ("", "a", "it's", None),
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
    st.builds(lambda op, x: OPERATORS[op](Call.calls, x), SIGNS, st.integers(-2, 4)),
    st.builds(lambda op: OPERATORS[op](Call.calls, LIMIT), SIGNS),
    st.builds(lambda op: OPERATORS[op](Call.calls, Call.limit), SIGNS),
    st.builds(lambda x: Call.code == x, st.sampled_from("abc")),
    st.builds(lambda x: Call.code != x, st.sampled_from("abc")),
    st.builds(lambda x: Call.words == x, st.sampled_from(["", "a", "it's", "'"])),
    st.builds(
        lambda x: Call.code.is_in(*x), st.lists(st.sampled_from(["a", "b", "c", SOME]), min_size=1)
    ),
    st.builds(lambda x: Call.calls.is_in(*x), st.lists(st.integers(-1, 3), min_size=1)),
    st.builds(lambda x: Call.loudness == x, st.sampled_from(["Loud", "Quiet"])),
    st.builds(lambda x: Call.loudness.is_in(*x), st.sampled_from([("Loud",), ("Quiet", "Loud")])),
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
        st.builds(lambda one: ~one, inner),
        st.builds(IsUnknown, inner),
    ),
    max_leaves=6,
)


def value_of(term: Any, row: dict[str, Any]) -> Any:
    """The value of a term or a literal in a row, or None."""
    if isinstance(term, Assumption):
        return term.value
    if not isinstance(term, Expression):
        return term
    if isinstance(term, Column):
        return row[term.name]
    return term.mapping.get(row[term.source.name])


def holds(condition: Condition, row: dict[str, Any]) -> bool | None:
    """True, false or None, worked out one row at a time by the rules of three-valued logic."""
    match condition:
        case Compare(left=left, op=op, right=right):
            one, other = value_of(left, row), value_of(right, row)
            return None if one is None or other is None else OPERATORS[op](one, other)
        case IsIn(term=term, values=values):
            one = value_of(term, row)
            listed = [
                each
                for value in values
                for each in (value.values if isinstance(value, Assumption) else (value,))
            ]
            return None if one is None else one in listed
        case IsNull(term=term):
            return value_of(term, row) is None
        case IsTrue(term=term):
            return value_of(term, row)
        case Not(condition=inner):
            found = holds(inner, row)
            return None if found is None else not found
        case IsUnknown(condition=inner):
            return holds(inner, row) is None
        case BoolOp(op=op, conditions=inner):
            found = [holds(each, row) for each in inner]
            decides = op == "or"
            if decides in found:
                return decides
            return None if None in found else not decides
    raise AssertionError(condition)


def meaning(condition: Condition) -> tuple[bool | None, ...]:
    return tuple(holds(condition, row) for row in ROWS)


def by_engine(condition: Condition) -> tuple[bool | None, ...]:
    found = nw.from_native(FRAME).select(Compiler()(condition).alias("found")).to_native()
    return tuple(found["found"].to_list())


@pytest.fixture(scope="module")
def database() -> Iterator[sqlite3.Connection]:
    """The rows in a database."""
    connection = sqlite3.connect(":memory:")
    connection.execute('CREATE TABLE call ("code", "words", "calls", "limit", "urgent")')
    connection.executemany("INSERT INTO call VALUES (:code, :words, :calls, :limit, :urgent)", ROWS)
    yield connection
    connection.close()


@settings(max_examples=150, deadline=None)
@given(condition=conditions)
def test_the_engine_sqlite_and_a_slow_evaluator_agree(
    condition: Condition, database: sqlite3.Connection
) -> None:
    expected = meaning(condition)
    assert by_engine(condition) == expected
    query = f"SELECT {sql(condition)} FROM call ORDER BY rowid"  # noqa: S608
    found = [None if each is None else bool(each) for (each,) in database.execute(query)]
    assert tuple(found) == expected


@settings(max_examples=150, deadline=None)
@given(conditions, conditions)
def test_one_canonical_form_is_one_meaning(one: Condition, other: Condition) -> None:
    if canonical(one) == canonical(other):
        assert meaning(one) == meaning(other)
    if meaning(one) != meaning(other):
        assert canonical(one) != canonical(other)
        if not any(isinstance(each, IsUnknown) for tree in (one, other) for each in tree.walk()):
            assert english(one) != english(other)


@settings(max_examples=100, deadline=None)
@given(st.lists(conditions, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_and_and_or_does_not_matter(parts: list[Condition], random: Any) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)
    for join in ("__and__", "__or__"):
        one, other = parts[0], shuffled[0]
        for each in parts[1:]:
            one = getattr(one, join)(each)
        for each in shuffled[1:]:
            other = getattr(each, join)(other)
        assert canonical(one) == canonical(other)
        assert meaning(one) == meaning(other)


@settings(deadline=None)
@given(st.permutations(["a", "b", SOME]))
def test_the_order_of_a_list_does_not_matter(values: list[Any]) -> None:
    assert canonical(Call.code.is_in(*values)) == canonical(Call.code.is_in("a", "b", SOME))
    assert canonical(Call.code.is_in(values)) == canonical(Call.code.is_in(*values))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Call.code.is_in("a", "b", "a"), Call.code.is_in("a", "b")),
        (Call.code.is_in("a"), Call.code == "a"),
        (Call.urgent & Call.urgent, as_condition(Call.urgent)),
        (~~Call.code.is_null(), Call.code.is_null()),
        (Call.calls > 1, Call.calls > 1.0),
    ],
    ids=["a list with a repeat", "a list of one", "and of one", "not not", "1 and 1.0"],
)
def test_other_ways_to_write_one_meaning_have_one_form(one: Condition, other: Condition) -> None:
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
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
def test_other_definitions_have_another_form(one: Condition, other: Condition) -> None:
    assert canonical(one) != canonical(other)


def test_a_null_is_no_member_of_a_condition_or_of_its_opposite() -> None:
    condition = Call.code == "a"
    counts = Counter(zip(meaning(condition), meaning(~condition), strict=True))
    assert set(counts) == {(True, False), (False, True), (None, None)}
    assert by_engine(~condition) == meaning(~condition)


def test_an_assumption_that_is_replaced_reaches_the_engine_only() -> None:
    condition = (Call.calls > LIMIT) & Call.code.is_in(SOME)
    compiled = Compiler({"limit": -5, "some": ("b",)})(condition)
    found = nw.from_native(FRAME).select(compiled.alias("found")).to_native()["found"].to_list()
    replaced = (Call.calls > -5) & Call.code.is_in("b")
    assert tuple(found) == meaning(replaced)
    assert canonical(condition) != canonical(replaced)


# Through the front door


def counted(condition: Condition | None) -> tuple[float, str]:
    """How many rows the library counts, and what it notes."""
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
                edge_case="A trap.",
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


@settings(max_examples=60, deadline=None)
@given(conditions)
def test_a_count_is_of_the_rows_for_which_a_condition_is_true(condition: Condition) -> None:
    value, note = counted(condition)
    found = Counter(meaning(condition))
    assert value == found[True]
    undecided = f"{found[None]:,} " if found[None] else ""
    assert undecided in note
    assert ("left out because" in note) is (found[None] > 0)


def test_a_count_without_a_condition_is_of_all_rows() -> None:
    assert counted(None)[0] == len(ROWS)


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


def test_a_tree_cannot_be_changed_and_walks_through_its_parts() -> None:
    tree = (Call.code == "a") & ~Call.urgent
    names = [each.name for each in tree.walk() if isinstance(each, Column)]
    assert names == ["code", "urgent"]
    with pytest.raises(AttributeError):
        tree.op = "or"


def test_a_mistake_with_elapsed_time_names_it_as_it_is_written() -> None:
    with pytest.raises(
        kpi.DefinitionError, match=r"^Call\.rang_at\.until\(Call\.ended_at\), is_in"
    ):
        Call.rang_at.until(Call.ended_at).is_in()


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 10**400])
def test_a_number_that_cannot_be_told_from_the_next_is_refused(number: int) -> None:
    assert canonical(Call.calls < 2**53) == ["<", CALLS, ["number", 2.0**53]]
    with pytest.raises(kpi.DefinitionError, match="too large to be exact"):
        _ = Call.rang_at.until(Call.ended_at) < number
