"""Small tables, small contracts and short ways to compute, for the rules in ``tests/spec``."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import polars as pl

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    Average,
    Column,
    Contract,
    Count,
    Dimension,
    Direction,
    Duration,
    Example,
    Measure,
    Metric,
    Proportion,
    Result,
    Rule,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.engine.worked_examples import example_frame

AREAS = (
    "Herefordshire",
    "Shropshire",
    "Telford & Wrekin",
    "North Worcestershire",
    "South Worcestershire",
)
Q1 = ["2024/25 Q1"]
ASB = "ASB nuisance"
WHOLE_Q1 = ("2024-04-01", "2024-06-30")


def table(name: str, text: str) -> pl.DataFrame:
    """Read a pipe table as one of the catalogue's tables."""
    return example_frame(text, kpi.catalogue().contracts[name])


def run(ref: str, data: Mapping[str, Any], periods: Any = Q1, **options: Any) -> Result:
    """Compute a ref for the first quarter. By default, every table covers it."""
    options.setdefault("coverage", dict.fromkeys(data, WHOLE_Q1))
    return kpi.compute([ref], data, periods=periods, **options)


def rows_of(result: Result, measure: str, **members: str) -> list[dict[str, Any]]:
    """Return the rows of a measure for some members, in order."""
    rows = result.to_polars().filter(measure=measure, **members).to_dicts()
    assert rows, f"no row of {measure} for {members}"
    return rows


def row_of(result: Result, measure: str, **members: str) -> dict[str, Any]:
    """Return the only row of a measure for some members."""
    (row,) = rows_of(result, measure, **members)
    return row


def is_unrecorded(row: Mapping[str, Any]) -> bool:
    """Whether a cell has no number because of what its rows do not have recorded."""
    reasons = ("Not recorded", "see Unknown.")
    return row["marker"] == "[x]" and any(reason in row["note"] for reason in reasons)


def value_of(result: Result, measure: str, **members: str) -> float | None:
    return row_of(result, measure, **members)["value"]


def by_area(result: Result, measure: str) -> dict[str, float | None]:
    return {row["lpa"]: row["value"] for row in rows_of(result, measure)}


INCIDENTS = table(
    "incident",
    """
    | incident_id | created_at       | closing_code      | lpa              |
    | 1           | 2024-04-01 00:00 | ASB nuisance      | Shropshire       |
    | 2           | 2024-05-06 12:00 | ASB personal      | Shropshire       |
    | 3           | 2024-05-06 12:00 | ASB environmental | Herefordshire    |
    | 4           | 2024-06-30 23:59 | ASB nuisance      |                  |
    | 5           | 2024-05-06 12:00 | Crime             | Telford & Wrekin |
    """,
)
PEOPLE = table(
    "population",
    """
    | mid_year | lpa                  | residents |
    | 2024     | Shropshire           | 500       |
    | 2024     | Herefordshire        | 200       |
    | 2024     | Telford & Wrekin     | 100       |
    | 2024     | North Worcestershire | 0         |
    | 2024     | South Worcestershire | 0         |
    """,
)


# Contracts for rules that no metric of the plan shows on its own.

SIDE = Dimension("side", "Side", ("Left", "Right"), description="The side it was on.")
SHADE = Dimension("shade", "Shade", ("Dark", "Light"), description="How dark it was.")
LIMIT = Assumption("limit", 60, since="2021-04-01", because="A minute, for these tests.")
BACK = Assumption("back", 12, since="2021-04-01", because="A year, for these tests.")


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    call_id = Column(str, unique=True, personal=True, description="The key.")
    began_at = Column(datetime, description="When it began.")
    ended_at = Column(datetime, nullable=True, label="end", description="When it ended.")
    caller = Column(str, nullable=True, personal=True, description="Who called.")
    cost = Column(float, nullable=True, description="What it cost.")
    urgent = Column(bool, nullable=True, label="urgency", description="Whether it was urgent.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")
    shade = Column(str, dimension=SHADE, nullable=True, description="The shade.")

    ends_after_it_begins = Rule(ended_at >= began_at, "a call does not end before it begins")


class Post(Contract, row_unit=Unit.PEOPLE):
    """One row per side and day."""

    day = Column(date, description="The day.")
    ended = Column(date, nullable=True, description="The last day.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


class Member(Contract, row_unit=Unit.PEOPLE):
    """One row per member."""

    joined = Column(date, description="The first day.")
    left = Column(date, nullable=True, description="The day of leaving.")
    moved = Column(date, nullable=True, description="The day of moving.")
    side = Column(str, dimension=SIDE, nullable=True, description="The side.")


class Outage(Contract):
    """One row per outage."""

    system = Column(str, description="Which system.")
    began_at = Column(datetime, description="When it went down.")
    ended_at = Column(datetime, nullable=True, description="When it came back.")


CALL = {"of": Call, "at": Call.began_at}
CALLS = Count(key="calls", **CALL)
URGENT = Proportion(key="urgent_share", **CALL, numerator=Call.urgent)
MINUTES = {"start": Call.began_at, "end": Call.ended_at, "unit": Unit.MINUTES}


def build_metric(*measures: Measure, **fields: Any) -> Metric:
    """Declare a metric that is in no catalogue."""
    first = next(measure.contract for measure in measures if measure.contract is not None)
    heading = f"| {next(iter(first.columns))} |"
    return Metric(
        **{
            "ref": "T1",
            "key": "test_metric",
            "title": "A test",
            "objective": SECURE,
            "summary": "A metric for a test.",
            "measures": measures,
            "dimensions": [
                dimension for dimension in (SIDE, SHADE) if dimension.key in first.dimensions
            ],
            "direction": Direction.NEUTRAL,
            "availability": kpi.catalogue()["15"].availability,
            "limitations": "Not real.",
            "examples": [
                Example(
                    rows=heading, expect={measure.key: 0 for measure in measures}, edge_case="None."
                )
            ],
            **fields,
        }
    )


def frame_of(contract: Any, text: str) -> pl.DataFrame:
    return example_frame(text, contract)


def compute(metric: Metric, data: Mapping[str, Any], periods: Any = Q1, **options: Any) -> Result:
    options.setdefault("coverage", dict.fromkeys(data, ("2020-01-01", "2029-12-31")))
    return kpi.compute(
        [metric], data, periods=periods, catalogue=kpi.Catalogue([metric]), **options
    )


def incident_times() -> pl.DataFrame:
    incidents = table(
        "incident",
        """
        | created_at          | first_arrived_at    | grade | lpa        |
        | 2024-05-06 12:00:00 | 2024-05-06 12:05:00 | 1     | Shropshire |
        | 2024-05-06 13:00:00 | 2024-05-06 13:07:00 | 1     |            |
        | 2024-06-30 23:50:00 | 2024-07-01 00:20:00 | 1     | Shropshire |
        | 2024-05-06 14:00:00 |                     | 1     | Shropshire |
        """,
    )
    return incidents.with_columns(cancelled=pl.lit(False), police_generated=pl.lit(False))


EMPTY = INCIDENTS.clear()


CALLS_TABLE = """
| call_id | began_at         | ended_at         | urgent | side  |
| 1       | 2024-05-06 12:00 | 2024-05-06 12:30 | yes    | Left  |
| 2       | 2024-05-06 12:00 | 2024-05-06 12:10 | no     | Right |
"""


ALL_OF_IT = build_metric(
    CALLS, URGENT, Duration(key="mean", **CALL, average=Average.MEAN, **MINUTES)
)
