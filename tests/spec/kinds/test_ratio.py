"""One measure divided by another, where the first is not a part of the second.

Both measures are flows (counts and sums of rows in the period), or of one kind and one time basis,
such as two stocks at one date. A flow may also be divided by an average stock. Neither may be a
quotient itself. The two may count different tables, or one table by different dates, so a ratio can
pass 1.
"""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

import swm_kpi as kpi
from tests.support.kind_specification import Call, Case
from tests.support.oracle_cases import build_metric

KIND = kpi.Ratio

CASES = (
    Case(
        "The ratio divides two measures of the same metric",
        measures=[
            kpi.Count(key="answered", of=Call, at=Call.answered_at),
            kpi.Count(key="calls", of=Call, at=Call.began_at),
            kpi.Ratio(key="answered_to_calls", numerator="answered", denominator="calls"),
        ],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-03-31 23:59 | 2024-04-01 00:00 |
            | 2024-04-01 09:00 | 2024-04-01 09:01 |
            """,
        },
        expected="""
            | value | numerator | denominator |
            | 2 / 1 | 2         | 1           |
        """,
    ),
    Case(
        "A scale gives the ratio per so many of the denominator",
        measures=[
            kpi.Count(key="answered", of=Call, at=Call.answered_at),
            kpi.Count(key="calls", of=Call, at=Call.began_at),
            kpi.Ratio(
                key="answered_per_1000",
                numerator="answered",
                denominator="calls",
                scale=1_000,
                unit=kpi.Unit.PER_1000_PEOPLE,
            ),
        ],
        tables={
            Call: """
            | began_at         | answered_at      |
            | 2024-04-01 09:00 | 2024-04-01 09:01 |
            | 2024-04-01 10:00 |                  |
            """,
        },
        expected="""
            | value        | numerator | denominator |
            | 1000 * 1 / 2 | 1         | 2           |
        """,
    ),
    Case(
        "A sum may be divided by a count",
        measures=[
            kpi.Sum(
                key="minutes", of=Call, at=Call.began_at, value=Call.minutes, unit=kpi.Unit.MINUTES
            ),
            kpi.Count(key="calls", of=Call, at=Call.began_at),
            kpi.Ratio(
                key="minutes_per_call",
                numerator="minutes",
                denominator="calls",
                unit=kpi.Unit.MINUTES,
            ),
        ],
        tables={
            Call: """
            | began_at         | minutes |
            | 2024-04-01 09:00 | 10      |
            | 2024-04-01 10:00 | 20      |
            | 2024-04-01 11:00 |         |
            """,
        },
        expected="""
            | value  | numerator | denominator |
            | 30 / 3 | 30        | 3           |
        """,
    ),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_ratio(case: Case) -> None:
    case.check()


def test_the_bounds_of_a_ratio_below_zero_are_in_order() -> None:
    class Claim(kpi.Contract, row_unit=kpi.Unit.EVENTS):
        """One row per claim."""

        made_on = kpi.Column(date, description="The day of the claim.")
        area = kpi.Column(str, nullable=True, description="Where it was made.")
        net = kpi.Column(int, description="Pounds paid, less pounds received.")
        flag = kpi.Column(bool, nullable=True, description="Whether it was settled.")

    claims = {"of": Claim, "at": Claim.made_on}
    metric = build_metric(
        [
            kpi.Sum(key="net", **claims, value=Claim.net, unit=kpi.Unit.POUNDS),
            kpi.Count(key="settled", **claims, where=Claim.flag),
            kpi.Ratio(key="mean", numerator="net", denominator="settled", unit=kpi.Unit.POUNDS),
        ],
        [],
    )
    rows = {"made_on": [date(2024, 5, 1)] * 10, "net": [-1] * 10, "flag": [True] * 8 + [None] * 2}
    rows["area"] = [None] * 10
    result = kpi.compute(
        [metric],
        {"claim": pl.DataFrame(rows)},
        periods="2024-05",
        catalogue=kpi.Catalogue([metric]),
    )
    (row,) = result.to_polars().filter(measure="mean").rows(named=True)
    assert (row["at_least"], row["value"], row["at_most"]) == (-1.25, -1.25, -1.0)


def test_rows_without_a_value_may_be_missing_from_the_denominator_too() -> None:
    """Opening was measured for one message of two. Before, 40% was said to be the least."""
    messages = {
        "message_id": ["m1", "m2"],
        "sent_at": [date(2024, 5, 1)] * 2,
        "recipients": [100, 100],
        "opened": [40, None],
        "replies": [0, 0],
        "lpa": ["Shropshire"] * 2,
    }
    table = pl.DataFrame(messages).with_columns(pl.col("sent_at").cast(pl.Datetime))
    result = kpi.compute(["63"], {"alert_message": table}, periods="2024-05")
    (row,) = result.to_polars().filter(measure="open_rate").rows(named=True)
    assert (row["value"], row["at_least"], row["at_most"]) == (0.4, None, None)
    (opened,) = result.to_polars().filter(measure="opened").rows(named=True)
    assert opened["at_least"] == 40
