"""Every mistake in a definition is one clear error: what, which field and rule, what to write."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from swm_kpi import (
    Assumption,
    Availability,
    AvailabilityStatus,
    Average,
    AverageStock,
    Basis,
    Break,
    BudgetVariance,
    Catalogue,
    Column,
    Contract,
    Count,
    DefinitionError,
    Dimension,
    Direction,
    Duration,
    Evidence,
    Example,
    Metric,
    MetricAlias,
    MetricGroup,
    PeriodEndStock,
    Proportion,
    Rate,
    Ratio,
    Rule,
    Sum,
    UndefinedMetric,
    Unique,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.engine.worked_examples import check_examples
from swm_kpi.errors import Problem, collecting_problems
from swm_kpi.expressions import is_unusable
from swm_kpi.model.plugins import load

AREA = Dimension("area", "Area", ("North", "South"), description="Where the log was opened.")
KIND = Dimension("kind", "Kind of call", ("Noise", "Other"), description="By its closing code.")
WARD = Dimension("ward", "Ward", ("One", "Two"), description="No table has it.")


class Log(Contract, row_unit=Unit.INCIDENTS):
    """One row per log."""

    log_id = Column(str, unique=True, personal=True, description="Its number.")
    opened_at = Column(datetime, description="When it was opened.")
    arrived_at = Column(datetime, nullable=True, description="When somebody came.")
    due_on = Column(date, nullable=True, description="The day by which it was due.")
    code = Column(str, isin=("noise", "fight", "other"), nullable=True, description="Its code.")
    words = Column(str, nullable=True, description="Free words.")
    calls = Column(int, nullable=True, description="Calls about it.")
    cost = Column(float, nullable=True, decimals=2, description="What it cost.")
    urgent = Column(bool, nullable=True, description="Whether it was urgent.")
    area = Column(str, dimension=AREA, nullable=True, description="Its area.")


class Staff(Contract, row_unit=Unit.PEOPLE):
    """One row per person and day."""

    counted_on = Column(date, description="The day.")
    fte = Column(float, description="Full-time equivalent.")
    area = Column(str, dimension=AREA, nullable=True, description="Posted to.")


class Residents(Contract, row_unit=Unit.PEOPLE):
    """One row per area and year."""

    mid_year = Column(int, description="The year.")
    people = Column(int, description="People.")
    area = Column(str, dimension=AREA, description="Their area.")


UNKNOWN = Availability(status=AvailabilityStatus.UNKNOWN, reason="Nothing is documented.")
LIMITS = Assumption("limits", (1, 2), since="2024-04-01", because="For the tests.")
OMITTED = object()


def build_count(**changes: Any) -> Count:
    """Build a valid count of logs, with changes."""
    return Count(**_replace_fields({"key": "logs", "of": Log, "at": Log.opened_at}, changes))


def build_example(**changes: Any) -> Example:
    """Build a valid worked example with an edge case, with changes."""
    fields = {
        "rows": "| opened_at | code |\n| 2024-05-01 12:00 | noise |\n| 2024-07-01 00:00 | noise |",
        "expect": {"logs": 1},
        "edge_case": "The second was opened after the quarter.",
    }
    return Example(**_replace_fields(fields, changes))


def build_metric(**changes: Any) -> Metric:
    """Build a valid metric, with changes."""
    fields = {
        "ref": "1",
        "key": "log_volume",
        "title": "Volume of logs",
        "objective": SECURE,
        "summary": "Logs, counted on the day they were opened.",
        "measures": [build_count()],
        "dimensions": [AREA],
        "direction": Direction.LOWER_IS_BETTER,
        "availability": UNKNOWN,
        "limitations": "Not crimes.",
        "examples": [build_example()],
    }
    return Metric(**_replace_fields(fields, changes))


def build_entry(kind: type, ref: str, **more: Any) -> Any:
    """Build an entry that is not a metric."""
    fields = {
        "ref": ref,
        "key": f"entry_{ref}",
        "title": f"The title of {ref}",
        "objective": SECURE,
        "availability": UNKNOWN,
    }
    return kind(**(fields | more))


def _replace_fields(fields: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (fields | changes).items() if value is not OMITTED}


def build_contract(
    body: dict[str, Any], *, name: str = "Slip", doc: str = "One row per slip.", **more
):
    """Declare a contract from a dictionary of its columns and rules."""
    return type(Contract)(name, (Contract,), {"__doc__": doc, **body}, **more)


def day_column() -> Column:
    return Column(date, description="The day.")


def build_column(dtype: Any = str, **options: Any) -> Column:
    return Column(dtype, **({"description": "Something."} | options))


@dataclass(frozen=True)
class Mistake:
    """A mistake, and the problem that it must raise."""

    make: Callable[[], Any]
    subject: str
    field: str
    rule: str
    fix: str


def _two_proxies() -> Metric:
    return build_metric(measures=[build_count(basis=Basis.PROXY, proxy_difference="It is public.")])


def _with_ratio(**fields: str) -> list[Any]:
    return [
        build_count(),
        Ratio(key="share", **({"numerator": "logs", "denominator": "logs"} | fields)),
    ]


STOCK = {"key": "staff", "of": Staff, "at": Staff.counted_on}
TIMED = {"key": "wait", "of": Log, "at": Log.opened_at, "average": Average.MEDIAN}
PER = {"key": "per_1000", "of": "logs", "per": Residents.people, "scale": 1_000}
ALIAS = {"key": "again", "summary": "The same."}

CONDITIONS = {
    "a column that does not exist": Mistake(
        lambda: Log.opened, "Log.opened", "column", "no column 'opened'", "'opened_at'"
    ),
    "a column with an unlike name": Mistake(
        lambda: Staff.zzz, "Staff.zzz", "column", "no column 'zzz'", "Choose from 'area'"
    ),
    "a value outside the closed list": Mistake(
        lambda: Log.code == "nose", "Log.code", "==", "'nose' is not in its closed list", "'noise'"
    ),
    "a value outside the closed list inside is_in": Mistake(
        lambda: Log.code.is_in("noise", "figth"), "Log.code", "is_in", "'figth' is not", "'fight'"
    ),
    "a value outside a dimension's members": Mistake(
        lambda: Log.area == "north ", "Log.area", "==", "closed list", "'North'"
    ),
    "a number compared with text": Mistake(
        lambda: Log.calls == "1", "Log.calls", "==", "whole number, not text", "a whole number"
    ),
    "text compared with a number": Mistake(
        lambda: Log.words == 1, "Log.words", "==", "text, not a whole number", "with text"
    ),
    "true or false compared with a number": Mistake(
        lambda: Log.urgent == 1, "Log.urgent", "==", "true or false, not a whole", "true or false"
    ),
    "a number compared with true": Mistake(
        lambda: Log.calls == True,  # noqa: E712
        "Log.calls",
        "==",
        "a whole number, not true or false",
        "a whole number",
    ),
    "a time compared with an ISO string": Mistake(
        lambda: Log.opened_at >= "2024-04-01", "Log.opened_at", ">=", "not text", "a date and time"
    ),
    "a date compared with a time": Mistake(
        lambda: Log.due_on < datetime(2024, 4, 1), "Log.due_on", "<", "a date, not", "with a date"
    ),
    "columns of two types compared": Mistake(
        lambda: Log.code == Log.calls, "Log.code", "==", "Log.calls a whole number", "one type"
    ),
    "a number that is not finite": Mistake(
        lambda: Log.cost < float("inf"), "Log.cost", "<", "not finite", "a finite number"
    ),
    "ordering text": Mistake(lambda: Log.code < "noise", "Log.code", "<", "no order", "is_in"),
    "between over text": Mistake(
        lambda: Log.words.between("a", "b"), "Log.words", ">=", "text has no order", "=="
    ),
    "ordering true and false": Mistake(
        lambda: Log.urgent > False, "Log.urgent", ">", "true or false has no order", "=="
    ),
    "equal to None": Mistake(
        lambda: Log.code == None,  # noqa: E711
        "Log.code",
        "==",
        "nothing equals a missing value",
        ".is_null()",
    ),
    "None in is_in": Mistake(
        lambda: Log.code.is_in("noise", None), "Log.code", "is_in", "not NoneType", "text"
    ),
    "and for &": Mistake(
        lambda: (Log.code == "noise") and (Log.calls > 1),
        "An expression",
        "truth value",
        "no truth value",
        "Use & for and",
    ),
    "or for |": Mistake(
        lambda: (Log.code == "noise") or (Log.calls > 1),
        "An expression",
        "truth value",
        "no truth value",
        "| for or",
    ),
    "not for ~": Mistake(
        lambda: not Log.urgent, "An expression", "truth value", "no truth value", "~ for not"
    ),
    "a chained comparison": Mistake(
        lambda: 1 < Log.calls < 3, "An expression", "truth value", "no truth value", ".between("
    ),
    "in for is_in": Mistake(
        lambda: Log.code in ("noise", "fight"), "An expression", "truth value", "no truth", "&"
    ),
    "an empty is_in": Mistake(
        lambda: Log.code.is_in(), "Log.code", "is_in", "cannot be empty", "at least one value"
    ),
    "is_in of another column": Mistake(
        lambda: Log.code.is_in(Log.words), "Log.code", "is_in", "Log.words text", "with =="
    ),
    "an assumption that is a list, with ==": Mistake(
        lambda: Log.calls == LIMITS, "Log.calls", "==", "'limits' is a list", ".is_in("
    ),
    "& without brackets round comparisons": Mistake(
        lambda: Log.calls & Log.urgent, "Log.calls", "&", "& combines conditions", "brackets"
    ),
    "| with a literal": Mistake(
        lambda: Log.urgent | True, "an operand", "|", "it is bool", "Compare it with something"
    ),
    "the opposite of a number": Mistake(
        lambda: ~Log.calls, "Log.calls", "~", "a whole number", "Compare it"
    ),
    "elapsed time from a day": Mistake(
        lambda: Log.due_on.until(Log.arrived_at), "Log.due_on", "until", "no time of day", "two"
    ),
}

MEASURES = {
    "a measure given by position": Mistake(
        lambda: Count("logs", Log), "Count", "arguments", "by name", "Count(name=value"
    ),
    "a misspelt field of a measure": Mistake(
        lambda: build_count(were=Log.urgent), "Count logs", "were", "no field 'were'", "'where'"
    ),
    "a measure without a key": Mistake(
        lambda: build_count(key=OMITTED), "Count", "key", "it is required", "Give key="
    ),
    "a measure key that is not a name": Mistake(
        lambda: build_count(key="Logs opened"), "Count Logs opened", "key", "not a name", "lower"
    ),
    "a measure that counts an instance of nothing": Mistake(
        lambda: build_count(of="log"), "Count logs", "of", "it is of type str", "a ContractType"
    ),
    "at that is a name": Mistake(
        lambda: build_count(at="opened_at"), "Count logs", "at", "it is of type str", "a Column"
    ),
    "at that is no date": Mistake(
        lambda: build_count(at=Log.calls),
        "Count logs",
        "at",
        "Log.calls holds no date",
        "opened_at",
    ),
    "at of another table": Mistake(
        lambda: build_count(at=Staff.counted_on),
        "Count logs",
        "at",
        "not a column of Log",
        "of=Staff",
    ),
    "where that reads another table": Mistake(
        lambda: build_count(where=Log.urgent & (Staff.fte > 1)),
        "Count logs",
        "where",
        "Staff.fte is not a column of Log",
        "Use a column of Log",
    ),
    "where that is a number": Mistake(
        lambda: build_count(where=Log.calls), "Log.calls", "where", "it is a whole number, and", ""
    ),
    "where that is text": Mistake(
        lambda: build_count(where="urgent"),
        "Count logs",
        "where",
        "it is of type str",
        "an Expression",
    ),
    "distinct over the key": Mistake(
        lambda: build_count(distinct=Log.log_id),
        "Count logs",
        "distinct",
        "every row differs",
        "out",
    ),
    "a wrong direction": Mistake(
        lambda: build_count(direction="lower is beter"),
        "Count logs",
        "direction",
        "'lower is beter' is not one of the values",
        "'lower is better'",
    ),
    "a proxy that does not say how it differs": Mistake(
        lambda: build_count(basis=Basis.PROXY),
        "Count logs",
        "proxy_difference",
        "says how it differs",
        "how it differs",
    ),
    "the force's own measure that differs": Mistake(
        lambda: build_count(proxy_difference="A little."),
        "Count logs",
        "proxy_difference",
        "only a proxy",
        "note=",
    ),
    "a sum of text": Mistake(
        lambda: Sum(key="x", of=Log, at=Log.opened_at, value=Log.words, unit=Unit.CALLS),
        "Sum x",
        "value",
        "Log.words is not a number",
        "a number column",
    ),
    "a sum without a unit": Mistake(
        lambda: Sum(key="x", of=Log, at=Log.opened_at, value=Log.calls),
        "Sum x",
        "unit",
        "not in rows",
        "unit=",
    ),
    "a duration from a date to a time": Mistake(
        lambda: Duration(**TIMED, start=Log.due_on, end=Log.arrived_at, unit=Unit.HOURS),
        "Duration wait",
        "end",
        "not two dates or two times",
        "one type",
    ),
    "a duration from a time to itself": Mistake(
        lambda: Duration(**TIMED, start=Log.opened_at, end=Log.opened_at, unit=Unit.HOURS),
        "Duration wait",
        "end",
        "it is the start",
        "the column in which the time ends",
    ),
    "a duration in crimes": Mistake(
        lambda: Duration(**TIMED, start=Log.opened_at, end=Log.arrived_at, unit=Unit.CRIMES),
        "Duration wait",
        "unit",
        "units of time",
        "Unit.SECONDS",
    ),
    "a duration without a unit": Mistake(
        lambda: Duration(**TIMED, start=Log.opened_at, end=Log.arrived_at),
        "Duration wait",
        "unit",
        "units of time",
        "HOURS",
    ),
    "a wrong average": Mistake(
        lambda: Duration(
            **TIMED | {"average": "medium"},
            start=Log.opened_at,
            end=Log.arrived_at,
            unit=Unit.HOURS,
        ),
        "Duration wait",
        "average",
        "'medium' is not one of",
        "'median'",
    ),
    "a proportion with a unit": Mistake(
        lambda: Proportion(
            key="x", of=Log, at=Log.opened_at, numerator=Log.urgent, unit=Unit.CALLS
        ),
        "Proportion x",
        "unit",
        "from 0 to 1",
        "Leave unit out",
    ),
    "a proportion of another table": Mistake(
        lambda: Proportion(key="x", of=Log, at=Log.opened_at, numerator=Staff.fte > 0),
        "Proportion x",
        "numerator",
        "Staff.fte is not a column of Log",
        "of=Staff",
    ),
    "a ratio of a thing to itself": Mistake(
        lambda: Ratio(key="x", numerator="logs", denominator="logs"),
        "Ratio x",
        "denominator",
        "the ratio is 1",
        "another measure",
    ),
    "a rate per a number not in use": Mistake(
        lambda: Rate(**PER | {"scale": 10_000}), "Rate per_1000", "scale", "10,000", "1_000"
    ),
    "a rate per something that is not people": Mistake(
        lambda: Rate(**PER | {"per": Staff.fte}), "Rate per_1000", "per", "people", "whole number"
    ),
    "a rate from a table with no year": Mistake(
        lambda: Rate(**PER | {"per": Log.calls}), "Rate per_1000", "year", "no mid_year", "year="
    ),
    "a rate among the rows of another table": Mistake(
        lambda: Rate(**PER, among=Log.urgent),
        "Rate per_1000",
        "among",
        "Log.urgent is not a column of Residents",
        "Use its columns",
    ),
    "a stock of text": Mistake(
        lambda: PeriodEndStock(**STOCK, value=Staff.area),
        "PeriodEndStock staff",
        "value",
        "not a number",
        "number column",
    ),
    "a mean of text": Mistake(
        lambda: AverageStock(**STOCK, value=Staff.area),
        "AverageStock staff",
        "value",
        "not a number",
        "number column",
    ),
    "a variance from itself": Mistake(
        lambda: BudgetVariance(**STOCK, actual=Staff.fte, budget=Staff.fte),
        "BudgetVariance staff",
        "budget",
        "it is the actual",
        "the budget's column",
    ),
    "a measure of rows with no unit": Mistake(
        lambda: Count(key="x", of=(slip := build_contract({"on": day_column()})), at=slip.on),
        "Count x",
        "unit",
        "Slip does not say what its rows are",
        "Give unit=",
    ),
}

METRICS = {
    **{
        f"no {field}": Mistake(
            lambda field=field: build_metric(**{field: OMITTED}),
            "Metric" if field == "ref" else "Metric 1",
            field,
            "it is required",
            f"Give {field}=",
        )
        for field in (
            "key",
            "title",
            "objective",
            "summary",
            "measures",
            "direction",
            "availability",
            "limitations",
            "examples",
        )
    },
    "no ref": Mistake(
        lambda: build_metric(ref=OMITTED), "Metric log_volume", "ref", "it is required", "Give ref="
    ),
    "a metric given by position": Mistake(
        lambda: Metric("1", "log_volume"), "Metric", "arguments", "by name", "Metric(name=value"
    ),
    "a misspelt field of a metric": Mistake(
        lambda: build_metric(dimension=[AREA]), "Metric 1", "dimension", "no field", "'dimensions'"
    ),
    "a wrong objective": Mistake(
        lambda: build_metric(objective="Reforming"),
        "Metric 1",
        "objective",
        "it is of type str",
        "Give an Objective",
    ),
    "a ref that is a number": Mistake(
        lambda: build_metric(ref=1), "Metric", "ref", "valid string", "the right type"
    ),
    "a ref with path characters": Mistake(
        lambda: build_metric(ref="../1"), "Metric ../1", "ref", "not a reference", "letters, digits"
    ),
    "a ref that ends a line": Mistake(
        lambda: build_metric(ref="1\n"), "Metric 1\n", "ref", "not a reference", "letters, digits"
    ),
    "an empty ref": Mistake(
        lambda: build_metric(ref=""), "Metric log_volume", "ref", "not a reference", "letters"
    ),
    "a key with a space": Mistake(
        lambda: build_metric(key="log volume"), "Metric 1", "key", "not a name", "lower-case"
    ),
    "a metric that is its own parent": Mistake(
        lambda: build_metric(parent="1"),
        "Metric 1",
        "parent",
        "its own parent",
        "the ref of its group",
    ),
    "an empty title": Mistake(
        lambda: build_metric(title=" "), "Metric 1", "title", "it is empty", "Write it for a reader"
    ),
    "a summary that is not a sentence": Mistake(
        lambda: build_metric(summary="Logs opened"), "Metric 1", "summary", "sentence", "full stop"
    ),
    "no measures": Mistake(
        lambda: build_metric(measures=[]), "Metric 1", "measures", "it is empty", "at least one"
    ),
    "two measures of one key": Mistake(
        lambda: build_metric(measures=[build_count(), build_count(where=Log.urgent)]),
        "Metric 1",
        "measures",
        "'logs' is declared twice on the force basis",
        "Rename one",
    ),
    "only a proxy": Mistake(_two_proxies, "Metric 1", "measures", "is a proxy", "own"),
    "a ratio of a missing input": Mistake(
        lambda: build_metric(
            measures=_with_ratio(denominator="log"),
            examples=[build_example(expect={"logs": 1, "share": 1})],
        ),
        "Metric 1",
        "measures",
        "depends on 'log', which is not a measure",
        "'logs'",
    ),
    "a rate of a proportion": Mistake(
        lambda: build_metric(
            measures=[
                Proportion(key="urgent", of=Log, at=Log.opened_at, numerator=Log.urgent),
                Rate(**PER | {"of": "urgent"}),
            ],
            examples=[build_example(expect={"urgent": None, "per_1000": None})],
        ),
        "Metric 1",
        "measures",
        "divides 'urgent', which is already a quotient",
        "a count or a sum",
    ),
    "a rate of a sum of money": Mistake(
        lambda: build_metric(
            measures=[
                Sum(key="cost", of=Log, at=Log.opened_at, value=Log.cost, unit=Unit.POUNDS),
                Rate(**PER | {"of": "cost"}),
            ],
            examples=[build_example(expect={"cost": None, "per_1000": None})],
        ),
        "Metric 1",
        "measures",
        "'cost' is not a count",
        "the key of a Count",
    ),
    "a ratio of a stock to a flow": Mistake(
        lambda: build_metric(
            measures=[
                build_count(),
                PeriodEndStock(**STOCK),
                Ratio(key="each", numerator="staff", denominator="logs"),
            ],
            examples=[build_example(expect={"logs": 1, "staff": None, "each": None})],
        ),
        "Metric 1",
        "measures",
        "divides 'staff', a period-end stock, by 'logs', a count",
        "Divide two flows",
    ),
    "a ratio of a count to a duration": Mistake(
        lambda: build_metric(
            measures=[
                build_count(),
                Duration(**TIMED, start=Log.opened_at, end=Log.arrived_at, unit=Unit.HOURS),
                Ratio(key="each", numerator="logs", denominator="wait"),
            ],
            examples=[build_example(expect={"logs": 1, "wait": None, "each": None})],
        ),
        "Metric 1",
        "measures",
        "divides 'logs', a count, by 'wait', a duration",
        "Divide two flows",
    ),
    "a ratio of a ratio": Mistake(
        lambda: build_metric(
            measures=[
                build_count(),
                build_count(key="urgent", where=Log.urgent),
                Ratio(key="share", numerator="urgent", denominator="logs"),
                Ratio(key="again", numerator="share", denominator="logs"),
            ],
            examples=[build_example(expect={"logs": 1, "urgent": 0, "share": 0, "again": 0})],
        ),
        "Metric 1",
        "measures",
        "again divides 'share', which is already a quotient",
        "a count or a sum",
    ),
    "a dimension that no table has": Mistake(
        lambda: build_metric(dimensions=[WARD]),
        "Metric 1",
        "dimensions",
        "a column for 'ward'",
        "'area'",
    ),
    "a dimension listed twice": Mistake(
        lambda: build_metric(dimensions=[AREA, AREA]), "Metric 1", "dimensions", "twice", "once"
    ),
    "a dimension that only looks the same": Mistake(
        lambda: build_metric(
            dimensions=[Dimension("area", "Area", ("North",), description="Another one.")]
        ),
        "Metric 1",
        "dimensions",
        "a different dimension called 'area'",
        "dimension that its table declares",
    ),
    "no edge case": Mistake(
        lambda: build_metric(examples=[build_example(edge_case="")]),
        "Metric 1",
        "examples",
        "no edge case",
        "edge_case=",
    ),
    "a measure that no example shows": Mistake(
        lambda: build_metric(measures=[build_count(), build_count(key="urgent", where=Log.urgent)]),
        "Metric 1",
        "examples",
        "no example shows 'urgent'",
        'Add "urgent"',
    ),
    "breaks out of order": Mistake(
        lambda: build_metric(breaks=[Break("2024-04-01", "One."), Break("2020-03-23", "Two.")]),
        "Metric 1",
        "breaks",
        "not in order of date",
        "earliest first",
    ),
    "version zero": Mistake(
        lambda: build_metric(version=0), "Metric 1", "version", "greater than or equal to 1", "type"
    ),
    "not text for a ref without text": Mistake(
        lambda: build_entry(UndefinedMetric, "55"),
        "UndefinedMetric 55",
        "title",
        "has no title",
        "a Metric",
    ),
    "an empty group": Mistake(
        lambda: build_entry(MetricGroup, "16", children=[]),
        "MetricGroup 16",
        "children",
        "empty",
        "at least one",
    ),
    "an alias without a summary": Mistake(
        lambda: build_entry(MetricAlias, "32", of="1"),
        "MetricAlias 32",
        "summary",
        "it is required",
        "summary=",
    ),
}

EXAMPLES = {
    "an example that expects nothing": Mistake(
        lambda: build_example(expect={}), "Example", "expect", "expects nothing", "at least one"
    ),
    "an example with a bad period": Mistake(
        lambda: build_example(period="2024 Q1"), "Example", "period", "2024 Q1", "2024/25 Q1"
    ),
    "an example by position": Mistake(
        lambda: Example("| opened_at |"), "Example", "arguments", "by name", "Example(name"
    ),
    "an example with an unknown column": Mistake(
        lambda: build_metric(examples=[build_example(rows="| opend_at |\n| 2024-05-01 |")]),
        "Metric 1",
        "examples",
        "example 1: Log has no column 'opend_at'. Did you mean 'opened_at'?",
        "Correct the table",
    ),
    "an example with a value outside the list": Mistake(
        lambda: build_metric(examples=[build_example(rows="| code |\n| nose |")]),
        "Metric 1",
        "examples",
        "row 1: 'nose' is not in the closed list of code. Did you mean 'noise'?",
        "Correct the table",
    ),
    "an example with a cell that is not its type": Mistake(
        lambda: build_metric(examples=[build_example(rows="| calls |\n| two |")]),
        "Metric 1",
        "examples",
        "row 1: 'two' in calls is not a whole number",
        "Correct the table",
    ),
    "an example with a day that is not ISO": Mistake(
        lambda: build_metric(examples=[build_example(rows="| due_on |\n| 1/5/2024 |")]),
        "Metric 1",
        "examples",
        "'1/5/2024' in due_on is not a date",
        "Correct the table",
    ),
    "an example with a row too short": Mistake(
        lambda: build_metric(examples=[build_example(rows="| opened_at | code |\n| 2024-05-01 |")]),
        "Metric 1",
        "examples",
        "row 1 has 1 cells for 2 columns",
        "Correct the table",
    ),
    "an example with no header": Mistake(
        lambda: build_metric(examples=[build_example(rows=" ")]),
        "Metric 1",
        "examples",
        "no header",
        "Correct",
    ),
    "an example of an unknown measure": Mistake(
        lambda: build_metric(examples=[build_example(expect={"logs": 1, "log": 1})]),
        "Metric 1",
        "examples",
        "'log' is not a measure",
        "'logs'",
    ),
    "an example of a table that no measure reads": Mistake(
        lambda: build_metric(
            examples=[build_example(rows={"log": "| code |", "logs": "| code |"})]
        ),
        "Metric 1",
        "examples",
        "example 1 has rows of 'logs', which no measure reads",
        "'log'",
    ),
}

AVAILABILITY_AND_ASSUMPTIONS = {
    "reportable without evidence": Mistake(
        lambda: Availability(status=AvailabilityStatus.REPORTABLE, reason="It was published."),
        "Availability",
        "evidence",
        "reportable needs a source",
        "evidence=[Evidence(",
    ),
    "not reportable without evidence": Mistake(
        lambda: Availability(status=AvailabilityStatus.NOT_REPORTABLE, reason="The system fails."),
        "Availability",
        "evidence",
        "not reportable needs a source",
        "or use the status unknown",
    ),
    "availability without a reason": Mistake(
        lambda: Availability(status=AvailabilityStatus.UNKNOWN, reason=" "),
        "Availability",
        "reason",
        "it is empty",
        "Say in a sentence",
    ),
    "a wrong status": Mistake(
        lambda: Availability(status="reportible", reason="Why."),
        "Availability",
        "status",
        "'reportible' is not one of",
        "'reportable'",
    ),
    "an assumption whose key is not a name": Mistake(
        lambda: Assumption("two days", 2, since="2024-04-01", because="We chose it."),
        "Assumption 'two days'",
        "key",
        "not a name",
        "lower-case",
    ),
    "an assumption since no date": Mistake(
        lambda: Assumption("days", 2, since="April 2024", because="We chose it."),
        "Assumption 'days'",
        "since",
        "not a date",
        "ISO date",
    ),
    "an assumption that does not say why": Mistake(
        lambda: Assumption("days", 2, since="2024-04-01", because=" "),
        "Assumption 'days'",
        "because",
        "it is empty",
        "Say in a sentence",
    ),
    "a break that is no date": Mistake(
        lambda: Break("23 March 2020", "Rules changed."), "Break", "on", "is not a date", "ISO"
    ),
    "a break on a day that does not exist": Mistake(
        lambda: Break("2023-02-29", "Rules changed."), "Break", "on", "'2023-02-29'", "ISO"
    ),
    "a break that does not say what changed": Mistake(
        lambda: Break("2020-03-23", ""), "Break", "because", "it is empty", "what changed"
    ),
}

CONTRACTS = {
    "a contract without a docstring": Mistake(
        lambda: build_contract({"on": day_column()}, doc=""),
        "Contract Slip",
        "docstring",
        "one row",
        "One row",
    ),
    "a contract without columns": Mistake(
        lambda: build_contract({}), "Contract Slip", "columns", "it has none", "at least one Column"
    ),
    "a bad table name": Mistake(
        lambda: build_contract({"on": day_column()}, table="Slip Table"),
        "Contract Slip",
        "table",
        "'Slip Table' is not a table name",
        "lower case",
    ),
    "an unknown option of a contract": Mistake(
        lambda: build_contract({"on": day_column()}, row=Unit.CRIMES),
        "Contract Slip",
        "row",
        "option",
        "'row_unit'",
    ),
    "two columns with one dimension": Mistake(
        lambda: build_contract(
            {"here": build_column(dimension=AREA), "there": build_column(dimension=AREA)}
        ),
        "Contract Slip",
        "there",
        "column here already has the dimension 'area'",
        "one column",
    ),
    "a rule without words": Mistake(
        lambda: build_contract({"n": (n := build_column(int)), "r": Rule(n > 0, " ")}),
        "Contract Slip",
        "r",
        "no words",
        "what must be true",
    ),
    "a rule over another table's column": Mistake(
        lambda: build_contract(
            {"n": build_column(int), "r": Rule(Log.calls > 0, "it is more than 0")}
        ),
        "Contract Slip",
        "r",
        "reads Log.calls of another table",
        "this table's columns",
    ),
    "a column of a bad type": Mistake(
        lambda: build_contract({"n": build_column(list)}),
        "Slip.n",
        "dtype",
        "list is not",
        "Choose from str",
    ),
    "a column whose type is in words": Mistake(
        lambda: build_contract({"n": build_column("str")}),
        "Slip.n",
        "dtype",
        "'str' is not",
        "Choose from str",
    ),
    "a column without a description": Mistake(
        lambda: build_contract({"n": build_column(description=" ")}),
        "Slip.n",
        "description",
        "empty",
        "Say",
    ),
    "a key that may be null": Mistake(
        lambda: build_contract({"n": build_column(unique=True, nullable=True)}),
        "Slip.n",
        "nullable",
        "never null",
        "Remove",
    ),
    "an empty closed list": Mistake(
        lambda: build_contract({"n": build_column(isin=[])}),
        "Slip.n",
        "isin",
        "list is empty",
        "leave isin out",
    ),
    "a closed list of another type": Mistake(
        lambda: build_contract({"n": build_column(isin=["a", 1])}),
        "Slip.n",
        "isin",
        "1 in its",
        "column's type",
    ),
    "a bound of another type": Mistake(
        lambda: build_contract({"n": build_column(int, ge="0")}),
        "Slip.n",
        "ge",
        "'0' cannot bound",
        "its type",
    ),
    "a bound on text": Mistake(
        lambda: build_contract({"n": build_column(le="z")}),
        "Slip.n",
        "le",
        "cannot bound text",
        "its type",
    ),
    "a bound that is not finite": Mistake(
        lambda: build_contract({"n": build_column(float, lt=float("inf"))}),
        "Slip.n",
        "lt",
        "inf",
        "its type",
    ),
    "a bound on a date that is text": Mistake(
        lambda: build_contract({"n": build_column(date, gt="2020-01-01")}),
        "Slip.n",
        "gt",
        "a date",
        "its type",
    ),
    "a pattern that is not one": Mistake(
        lambda: build_contract({"n": build_column(str_matches="(")}),
        "Slip.n",
        "str_matches",
        "not a regular expression",
        "Correct",
    ),
    "a pattern on a number": Mistake(
        lambda: build_contract({"n": build_column(int, str_matches="1")}),
        "Slip.n",
        "str_matches",
        "only text",
        "Remove str_matches",
    ),
    "a breakdown by a personal column": Mistake(
        lambda: build_contract({"n": build_column(personal=True, dimension=AREA)}),
        "Slip.n",
        "dimension",
        "personal column",
        "Remove personal",
    ),
    "a breakdown by a number": Mistake(
        lambda: build_contract({"n": build_column(int, dimension=_open_dimension())}),
        "Slip.n",
        "dimension",
        "a breakdown is text",
        "as str",
    ),
    "a closed list that differs from the members": Mistake(
        lambda: build_contract({"n": build_column(dimension=AREA, isin=("North",))}),
        "Slip.n",
        "isin",
        "differs from the dimension's members",
        "Leave isin out",
    ),
    "recode to a member that does not exist": Mistake(
        lambda: _recoded({"noise": "Nose"}),
        "Slip.kind",
        "recode",
        "'Nose' is not a member of kind",
        "a member's name",
    ),
    "recode from a value that does not occur": Mistake(
        lambda: _recoded({"nose": "Noise"}), "Slip.kind", "recode", "'nose' is not", "closed list"
    ),
    "a dimension whose key is not a name": Mistake(
        lambda: Dimension("Area code", "Area", ("a",), description="Where."),
        "Dimension 'Area code'",
        "key",
        "lower-case name",
        "letters",
    ),
    "a dimension without a title": Mistake(
        lambda: Dimension("place", "", ("a",), description="Where."),
        "Dimension 'place'",
        "title",
        "needs a title",
        "what the breakdown is called",
    ),
    "a dimension without a description": Mistake(
        lambda: Dimension("place", "Place", ("a",), description=""),
        "Dimension 'place'",
        "description",
        "empty",
        "by which rule",
    ),
    "a member listed twice": Mistake(
        lambda: Dimension("place", "Place", ("a", "b", "a"), description="Where."),
        "Dimension 'place'",
        "members",
        "'a' is listed twice",
        "once",
    ),
    "a member called All": Mistake(
        lambda: Dimension("place", "Place", ("a", "All"), description="Where."),
        "Dimension 'place'",
        "members",
        "'All' is reserved: it names the total row",
        "differently",
    ),
    "a member called Unknown": Mistake(
        lambda: Dimension("place", "Place", ("Unknown",), description="Where."),
        "Dimension 'place'",
        "members",
        "'Unknown' is reserved",
        "differently",
    ),
}


def _open_dimension() -> Dimension:
    return Dimension("unit", "Unit", description="Open: the members are those in the data.")


def _recoded(mapping: dict[str, str]) -> Any:
    code = build_column(isin=("noise", "other"))
    derived = code.recode(mapping, dimension=KIND, description="By its code.")
    return build_contract({"code": code, "kind": derived})


def _second_metric(**more: Any) -> Metric:
    return build_metric(**({"ref": "2", "key": "again"} | more))


def _other_table() -> Metric:
    other = build_contract({"opened_at": build_column(datetime)}, name="Log", row_unit=Unit.CRIMES)
    count = Count(key="logs", of=other, at=other.opened_at)
    worked_example = build_example(rows="| opened_at |\n| 2024-05-01 12:00 |")
    return _second_metric(measures=[count], dimensions=[], examples=[worked_example])


def _counts_with_limit(value: int) -> list[Count]:
    limit = Assumption("limit", value, since="2024-04-01", because="For the tests.")
    return [build_count(where=Log.calls > limit)]


BETWEEN_ENTRIES = {
    "one ref twice": Mistake(
        lambda: Catalogue([build_metric(), build_metric(key="again")]),
        "Catalogue",
        "ref",
        "'1' is the ref of 2 entries",
        "its own ref",
    ),
    "one key twice": Mistake(
        lambda: Catalogue([build_metric(), build_metric(ref="2")]),
        "Catalogue",
        "key",
        "'log_volume' is the key of 2 entries",
        "its own key",
    ),
    "a key that is another's ref": Mistake(
        lambda: Catalogue([build_metric(ref="asb"), _second_metric(key="asb")]),
        "Metric 2",
        "key",
        "'asb' is another entry's ref",
        "a name in words",
    ),
    "an alias to nothing": Mistake(
        lambda: Catalogue(
            [build_metric(ref="10"), build_entry(MetricAlias, "32", of="100", **ALIAS)]
        ),
        "MetricAlias 32",
        "of",
        "'100' is not a metric of this catalogue",
        "'10'",
    ),
    "an alias to a ref that is not measured": Mistake(
        lambda: Catalogue(
            [
                build_entry(UndefinedMetric, "3", title=""),
                build_entry(MetricAlias, "32", of="3", **ALIAS),
            ]
        ),
        "MetricAlias 32",
        "of",
        "'3' is not a metric",
        "none to choose from",
    ),
    "an alias to a measure that does not exist": Mistake(
        lambda: Catalogue(
            [build_metric(), build_entry(MetricAlias, "32", of="1", only=["log"], **ALIAS)]
        ),
        "MetricAlias 32",
        "only",
        "metric 1 has no measure 'log'",
        "'logs'",
    ),
    "a parent that does not exist": Mistake(
        lambda: Catalogue([build_metric(parent="16")]),
        "Metric 1",
        "parent",
        "'16' is not a",
        "none",
    ),
    "a parent that is not a group": Mistake(
        lambda: Catalogue(
            [build_entry(UndefinedMetric, "16", title=""), build_metric(parent="16")]
        ),
        "Metric 1",
        "parent",
        "'16' is not a group",
        "none to choose from",
    ),
    "a group whose child does not name it": Mistake(
        lambda: Catalogue([build_entry(MetricGroup, "16", children=["1"]), build_metric()]),
        "MetricGroup 16",
        "children",
        "'1' is not an entry with parent '16'",
        "name it as their parent",
    ),
    "a child that its group does not list": Mistake(
        lambda: Catalogue(
            [
                build_entry(MetricGroup, "16", children=["2"]),
                build_metric(parent="16"),
                build_entry(UndefinedMetric, "2", title="", parent="16"),
            ]
        ),
        "Metric 1",
        "parent",
        "group 16 does not list it",
        "Add '1'",
    ),
    "not reportable in a definition": Mistake(
        lambda: Catalogue(
            [
                build_metric(
                    availability=Availability(
                        status=AvailabilityStatus.NOT_REPORTABLE,
                        reason="The system fails.",
                        evidence=[Evidence("A paper", "That it fails.", "2024")],
                    )
                )
            ]
        ),
        "Metric 1",
        "availability",
        "cannot say that a force may not report",
        "availability file",
    ),
    "two contracts of one name": Mistake(
        lambda: Catalogue([build_metric(), _other_table()]),
        "Metric 2",
        "measures",
        "two contracts are called 'log'",
        "one contract for one table",
    ),
    "two assumptions of one name": Mistake(
        lambda: Catalogue(
            [
                build_metric(measures=_counts_with_limit(1)),
                _second_metric(measures=_counts_with_limit(2)),
            ]
        ),
        "Metric 2",
        "measures",
        "two assumptions are called 'limit'",
        "Declare the assumption once",
    ),
}
ALL_KINDS = (
    CONDITIONS,
    MEASURES,
    METRICS,
    EXAMPLES,
    AVAILABILITY_AND_ASSUMPTIONS,
    CONTRACTS,
    BETWEEN_ENTRIES,
)
MISTAKES = {name: mistake for kind in ALL_KINDS for name, mistake in kind.items()}


def test_the_metric_without_a_mistake_is_valid() -> None:
    assert Catalogue([build_metric()])["1"].computes
    assert not list(check_examples(build_metric()))


def test_there_are_many_mistakes_with_different_names() -> None:
    assert len(MISTAKES) == sum(len(kind) for kind in ALL_KINDS)
    assert len(MISTAKES) >= 45


@pytest.mark.parametrize("mistake", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_one_clear_error(mistake: Mistake) -> None:
    with pytest.raises(DefinitionError) as caught:
        mistake.make()
    (problem,) = caught.value.problems
    assert problem.subject == mistake.subject
    assert problem.field == mistake.field
    assert mistake.rule in problem.rule
    assert mistake.fix in problem.fix
    is_between_entries = mistake in BETWEEN_ENTRIES.values()
    assert problem.place == "" if is_between_entries else _is_here(problem.place)
    assert str(caught.value).endswith(f"({problem.place})" if problem.place else (".", "?"))
    assert "\n" not in str(caught.value) or "\n" in mistake.subject
    assert not problem.rule.endswith((".", " "))
    assert not problem.fix.endswith(" ")


# Without a check, Python or the engine would report these mistakes much later.
RARE_MISTAKES = {
    "a column with no description at all": Mistake(
        lambda: build_contract({"n": Column(str)}), "Slip.n", "description", "", ""
    ),
    "a misspelt option of a column": Mistake(
        lambda: build_contract({"n": build_column(nulable=True)}),
        "Column",
        "nulable",
        "",
        "'nullable'",
    ),
    "a type in a list": Mistake(
        lambda: build_contract({"n": build_column([str])}),
        "Slip.n",
        "dtype",
        "not a column type",
        "Choose from",
    ),
    "a closed list that is one string": Mistake(
        lambda: build_contract({"n": build_column(isin="yes")}), "Slip.n", "isin", "", ""
    ),
    "a closed list that names a value twice": Mistake(
        lambda: build_contract({"n": build_column(isin=("a", "b", "a"))}),
        "Slip.n",
        "isin",
        "'a'",
        "once",
    ),
    "bounds that nothing meets": Mistake(
        lambda: build_contract({"n": build_column(int, ge=5, le=1)}), "Slip.n", "ge", "", ""
    ),
    "a key over another table's column": Mistake(
        lambda: build_contract({"n": build_column(), "once": Unique(Log.code)}),
        "Contract Slip",
        "once",
        "",
        "",
    ),
    "a dimension with no description at all": Mistake(
        lambda: Dimension("place", "Place", ("a",)), "Dimension", "arguments", "", ""
    ),
    "members that are one string": Mistake(
        lambda: Dimension("place", "Place", "North", description="Where."),
        "Dimension 'place'",
        "members",
        "",
        "",
    ),
    "members that are numbers": Mistake(
        lambda: Dimension("place", "Place", (1, 2), description="Where."),
        "Dimension 'place'",
        "members",
        "",
        "",
    ),
    "an empty list in is_in": Mistake(
        lambda: Log.code.is_in([]), "Log.code", "is_in", "cannot be empty", "at least one value"
    ),
    "an assumption that holds nothing": Mistake(
        lambda: Assumption("days", (), since="2024-04-01", because="We chose it."),
        "Assumption 'days'",
        "value",
        "",
        "",
    ),
    "an assumption since a year": Mistake(
        lambda: Assumption("days", 2, since=2024, because="We chose it."),
        "Assumption 'days'",
        "since",
        "not a date",
        "ISO date",
    ),
    "elapsed time to a literal": Mistake(
        lambda: Log.opened_at.until(datetime(2024, 4, 1)), "Log.opened_at", "until", "", ""
    ),
    "a time with an offset": Mistake(
        lambda: Log.opened_at >= datetime(2024, 4, 1, tzinfo=UTC), "Log.opened_at", ">=", "", ""
    ),
    "between the wrong way round": Mistake(
        lambda: Log.calls.between(5, 1), "Log.calls", "between", "", ""
    ),
    "columns with two closed lists compared": Mistake(
        lambda: Log.code == Log.area, "Log.code", "==", "", ""
    ),
    "a rate per a column of no table": Mistake(
        lambda: Rate(**PER | {"per": build_column(int)}), "Rate per_1000", "per", "", ""
    ),
    "a rate by another table's year": Mistake(
        lambda: Rate(**PER, year=Log.calls), "Rate per_1000", "year", "", ""
    ),
    "something that is not an entry": Mistake(
        lambda: Catalogue([build_metric(), "2"]), "Catalogue", "entries", "", ""
    ),
}


@pytest.mark.parametrize("mistake", RARE_MISTAKES.values(), ids=RARE_MISTAKES)
def test_a_rare_mistake_is_one_clear_error(mistake: Mistake) -> None:
    test_a_mistake_is_one_clear_error(mistake)


@pytest.mark.parametrize("words", ["where that is a number", "an example with an unknown column"])
def test_each_sentence_of_a_message_ends_with_one_stop(words: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        MISTAKES[words].make()
    assert "?." not in str(caught.value)
    assert "value error" not in str(caught.value)


def test_a_metric_without_an_example_raises() -> None:
    with pytest.raises(DefinitionError) as caught:
        build_metric(examples=[])
    first, *_ = caught.value.problems
    assert (first.field, first.rule) == ("examples", "there is none")


def test_a_declaration_with_a_mistake_is_unusable() -> None:
    with collecting_problems() as problems:
        measure = build_count(where=Log.calls)
    assert len(problems) == 1
    assert is_unusable(measure)


def _is_here(place: str) -> bool:
    file, _, line = place.rpartition(":")
    return Path(__file__).as_posix().endswith(file) and line.isdigit()


@pytest.mark.parametrize(
    ("rows", "expect", "rule"),
    [
        ("| opened_at |\n| 2024-05-01 12:00 |", {"logs": 2}, "logs is 1.0, not 2"),
        ("| opened_at |\n| 2024-05-01 12:00 |", {"logs": None}, "logs is 1.0, not None"),
        ("| opened_at | code |\n| | noise |", {"logs": 1}, "it does not compute"),
    ],
    ids=["another number", "a number where none is expected", "rows that break the contract"],
)
def test_an_example_with_another_result_is_a_problem(
    rows: str, expect: dict[str, float | None], rule: str
) -> None:
    invalid = build_metric(examples=[build_example(), build_example(rows=rows, expect=expect)])
    (problem,) = check_examples(invalid)
    assert (problem.subject, problem.field) == ("Metric 1", "example 2")
    assert rule in problem.rule
    assert problem.fix.startswith("Fix")


def test_every_wrong_field_of_a_metric_is_reported_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        build_metric(ref="a b", summary="Logs opened", dimensions=[WARD])
    assert [problem.field for problem in caught.value.problems] == ["ref", "summary", "dimensions"]
    assert len(str(caught.value).splitlines()) == 3


def test_fields_of_wrong_type_are_all_reported_at_once() -> None:
    with pytest.raises(DefinitionError) as caught:
        build_metric(objective="Nothing", direction=OMITTED, sumary="Logs.")
    assert {problem.field for problem in caught.value.problems} == {
        "objective",
        "direction",
        "sumary",
    }


def test_a_declared_metric_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="frozen"):
        build_metric().title = "Another"


# All mistakes of a package at once

FILES = {
    "__init__.py": """\
        from swm_kpi import Catalogue

        from .metrics import volume
        from .more import urgent

        CATALOGUE = Catalogue([volume, urgent])
        """,
    "tables.py": """\
        from datetime import datetime

        from swm_kpi import Column, Contract, Dimension, Objective, Unit

        SECURE = Objective(key="secure", title="A more secure area")
        AREA = Dimension("area", "Area", ("North", "South"), description="Where it was.")


        class Note(Contract, row_unit=Unit.INCIDENTS):
            '''One row per note.'''

            written_at = Column(datetime, description="When it was written.")
            code = Column(str, isin=("a", "b"), description="Its code.")
            area = Column(str, dimension=AREA, description="Where.")
        """,
    "metrics.py": """\
        from swm_kpi import Availability, AvailabilityStatus, Count, Direction, Example
        from swm_kpi import Metric

        from .tables import AREA, SECURE, Note

        KNOWN = Availability(status=AvailabilityStatus.UNKNOWN, reason="Nothing is documented.")
        SHOWN = Example(
            rows="| written_at | code |\\n| 2024-05-01 10:00 | a |\\n| 2024-05-01 10:00 | b |",
            expect={"notes": 1},
            edge_case="A note of another code.",
        )
        volume = Metric(
            ref="1",
            key="volume",
            title="Notes",
            objective=SECURE,
            summary="Notes of code a, on the day they were written.",
            measures=[Count(key="notes", of=Note, at=Note.written_at, where=Note.code == "a")],
            dimensions=[AREA],
            direction=Direction.NEUTRAL,
            availability=KNOWN,
            limitations="Not letters.",
            examples=[SHOWN],
        )
        """,
    "more.py": """\
        from swm_kpi import Break, Count, Direction, Metric

        from .metrics import KNOWN, SHOWN
        from .tables import SECURE, Note

        OFTEN = Note.code.is_in("a")
        urgent = Metric(
            ref="2",
            key="urgent",
            title="Urgent notes",
            objective=SECURE,
            summary="Notes of code a again.",
            measures=[Count(key="notes", of=Note, at=Note.written_at, where=OFTEN)],
            direction=Direction.NEUTRAL,
            breaks=[Break("2020-03-23", "Rules changed.")],
            availability=KNOWN,
            limitations="Not letters.",
            examples=[SHOWN],
        )
        """,
}
PACKAGE_MISTAKES = [
    ("tables.py", 'description="Its code."', 'description=""', "Note.code", "description"),
    ("metrics.py", 'Note.code == "a"', 'Note.code == "A"', "Note.code", "=="),
    ("metrics.py", "direction=", "directoin=", "Metric 1", "directoin"),
    ("more.py", "Note.written_at", "Note.writen_at", "Note.writen_at", "column"),
    ("more.py", '"2020-03-23"', '"23/3/2020"', "Break", "on"),
]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A valid package of definitions; ``load`` imports it by the name of its folder."""
    folder = tmp_path / "definitions_with_mistakes"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(dedent(text))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield folder
    for name in [name for name in sys.modules if name.startswith(folder.name)]:
        del sys.modules[name]


def inject_errors(package: Path, mistakes: list[tuple[str, str, str, str, str]]) -> None:
    for file, right, wrong, *_ in mistakes:
        path = package / file
        assert path.read_text().count(right) >= 1
        path.write_text(path.read_text().replace(right, wrong, 1))


def line_of(package: Path, file: str, words: str) -> int:
    text = (package / file).read_text()
    return text[: text.index(words)].count("\n") + 1


def test_a_package_without_mistakes_loads(package: Path) -> None:
    catalogue = load(package.name)
    assert [entry.ref for entry in catalogue] == ["1", "2"]
    assert not [problem for entry in catalogue for problem in check_examples(entry)]


def test_all_mistakes_of_a_package_are_one_error_each_with_file_and_line(package: Path) -> None:
    inject_errors(package, PACKAGE_MISTAKES)
    with pytest.raises(DefinitionError) as caught:
        load(package.name)
    problems = {(problem.subject, problem.field): problem for problem in caught.value.problems}
    # A misspelt field is reported twice: as unknown, and as missing under its right name.
    required = problems.pop(("Metric 1", "direction"))
    assert required.rule == "it is required"
    assert set(problems) == {(subject, field) for *_, subject, field in PACKAGE_MISTAKES}
    for file, _, wrong, subject, field in PACKAGE_MISTAKES:
        place, _, line = problems[subject, field].place.rpartition(":")
        assert place == f"{package.name}/{file}"
        start = "volume = Metric(" if subject == "Metric 1" else wrong
        assert abs(int(line) - line_of(package, file, start)) <= 1
        assert f"({place}:{line})" in str(caught.value)


def test_a_package_loads_after_its_mistakes_are_fixed(package: Path) -> None:
    inject_errors(package, PACKAGE_MISTAKES)
    with pytest.raises(DefinitionError):
        load(package.name)
    inject_errors(
        package, [(file, wrong, right, "", "") for file, right, wrong, *_ in PACKAGE_MISTAKES]
    )
    catalogue = load(package.name)
    assert [entry.ref for entry in catalogue] == ["1", "2"]
    assert all(type(entry) is Metric for entry in catalogue)


@pytest.mark.parametrize(
    "mistake", PACKAGE_MISTAKES, ids=[f"{mistake[3]} {mistake[4]}" for mistake in PACKAGE_MISTAKES]
)
def test_one_mistake_of_a_package_causes_no_other_problem(
    package: Path, mistake: tuple[str, str, str, str, str]
) -> None:
    inject_errors(package, [mistake])
    with pytest.raises(DefinitionError) as caught:
        load(package.name)
    fields = [problem.field for problem in caught.value.problems]
    assert fields == (["direction", "directoin"] if "directoin" in fields else [mistake[4]])


ALIAS_AND_GROUP = """\
    from swm_kpi import Catalogue, MetricAlias, MetricGroup

    from .metrics import KNOWN, volume
    from .more import urgent
    from .tables import SECURE

    again = MetricAlias(ref="3", key="again", title="Again", objective=SECURE,
                        of="2", summary="The same.", availability=KNOWN)
    head = MetricGroup(ref="4", key="head", title="Head", objective=SECURE,
                   children=["2"], availability=KNOWN)
    CATALOGUE = Catalogue([volume, urgent, again, head])
    """


def test_a_wrong_metric_is_not_reported_again_by_its_alias_and_group(package: Path) -> None:
    (package / "__init__.py").write_text(dedent(ALIAS_AND_GROUP))
    inject_errors(package, [("more.py", 'ref="2",', 'ref="2", parent="4",', "", "")])
    assert len(load(package.name)) == 4
    for name in [name for name in sys.modules if name.startswith(package.name)]:
        del sys.modules[name]
    inject_errors(package, [PACKAGE_MISTAKES[3]])
    with pytest.raises(DefinitionError) as caught:
        load(package.name)
    assert [problem.subject for problem in caught.value.problems] == ["Note.writen_at"]


def test_mistakes_are_reported_if_an_unusable_expression_stops_the_import(package: Path) -> None:
    # An unusable expression does not support everything: a loop over it raises a TypeError.
    inject_errors(package, [PACKAGE_MISTAKES[1]])
    stops = "for code in Note.wrong_colum:\n    pass\nOFTEN ="
    inject_errors(package, [("more.py", "OFTEN =", stops, "", "")])
    with pytest.raises(DefinitionError) as caught:
        load(package.name)
    subjects = [problem.subject for problem in caught.value.problems]
    assert subjects[:2] == ["Note.code", "Note.wrong_colum"]
    assert not [name for name in sys.modules if name.startswith(package.name)]


@pytest.mark.parametrize(
    "words",
    ["a column that does not exist", "a value outside the closed list", "a wrong objective"],
)
def test_outside_load_the_first_mistake_raises(words: str) -> None:
    with pytest.raises(DefinitionError):
        MISTAKES[words].make()
    assert not is_unusable(build_metric(measures=[build_count(where=Log.code == "noise")]))


def test_problems_are_collected_only_during_load(package: Path) -> None:
    inject_errors(package, PACKAGE_MISTAKES)
    with pytest.raises(DefinitionError):
        load(package.name)
    with pytest.raises(DefinitionError):
        _ = Log.nothing_like_it
    with pytest.raises(ModuleNotFoundError):
        load("definitions_that_nobody_wrote")
    with pytest.raises(DefinitionError):
        _ = Log.code == "nose"


def test_a_problem_is_formatted_as_sentences_with_its_place() -> None:
    problem = Problem("Metric 1", "summary", "it is empty", "Write it", "secure/asb.py:12")
    assert str(problem) == "Metric 1, summary: it is empty. Write it. (secure/asb.py:12)"
    assert str(DefinitionError([problem, problem])).count("\n") == 1


def test_unique_accepts_columns_of_the_contract() -> None:
    first, second = build_column(), build_column(int)
    slip = build_contract({"a": first, "b": second, "once": Unique(first, second)})
    assert slip.keys == (("a", "b"),)
