"""A made-up police force: every table that the metrics read, seeded, for trying things out.

It is for demonstrations, tests and timing where no real data can be had. The tables are valid
against their contracts and agree with each other, and the volumes, shares and seasons are
round-number guesses that give them a plausible shape. **They are assumptions, not facts about any
force**, and no number computed from them says anything about one.

What is assumed at ``scale=1``, a year unless said otherwise:

- 1,300,000 residents, 0.6% more each year, shared unevenly between the Local Policing Areas in
  fixed round shares; everything that has a place is shared in the same way;
- 220,000 incidents: 18% of the first grade, anti-social behaviour about a tenth and twice as
  common in July as in January, nights and weekends busier; 2% with no area and 7% of emergencies
  with no arrival time;
- 110,000 crimes, with cancelled and transferred ones besides; outcomes take days to months, so
  recent months have more crimes without one;
- 130,000 calls to 999, each timed twice, 300,000 to 101, and 110,000 messages by other channels;
- 18,000 appointments; 1,300 injury collisions, with 1.4 casualties each;
- 5,000 people in post, of whom half are officers, about 7% leaving and as many or more joining;
- one victim or a little more to each crime that has one, and suspects where its outcome names
  them; small groups of people come again and again; 28% of suspects are arrested, and half of
  those for domestic abuse;
- 60,000 duties under the Victims' Code, 22,000 referrals of victims, 8,600 respondents to surveys;
- 2,400 complaints of one to three allegations each;
- 2,900 first entrants and 4,500 offenders, of whom about a quarter reoffend within 12 months;
- 1,700 civil orders, 1,400 disruptions, 500 problem-solving plans, 80 county lines and 120
  organised crime groups begun, besides those that began before the first day;
- 360 training sessions, 9,000 activities among the public, 14,000 devices and 600 outages;
- a budget of 290 million pounds in 2022/23 over seven invented directorates, 3% more each year.

Snapshots of waiting incidents are taken daily at 08:00 and those of the workforce at each month
end. A month's level varies by about 3% besides the seasons. The tables are as if extracted at the
midnight after the last day: what would have happened later is not in them. Nor are crimes recorded
before the first day, so that outcomes are too few in the first months.

May import the catalogue and the engine. Knows tables by name, and takes closed lists from their
contracts; a table it does not know is filled from its columns alone.
"""

from __future__ import annotations

import math
import re
from datetime import date
from typing import TYPE_CHECKING

from swm_kpi.engine.plan.request import check_date
from swm_kpi.engine.plan.selection import tables_of
from swm_kpi.errors import RequestError, did_you_mean
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric
from swm_kpi.model.plugins import catalogue as installed
from swm_kpi.vocabulary import Basis

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["generate_force"]

_FIRST, _LAST = date(2001, 1, 1), date(2099, 12, 31)
_LARGEST = 10
_PARTS = 3
_MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])")


def generate_force(
    start: str | date = "2022-04-01",
    end: str | date = "2025-03-31",
    *,
    scale: float = 0.05,
    seed: int = 1,
    catalogue: Catalogue | None = None,
    spike: tuple[str, str, float] | None = None,
    bad_rows: int = 0,
) -> dict[str, pd.DataFrame]:
    """Make every table of a made-up force.

    The same arguments give the same tables. Each table has its own random numbers, so that one
    more table leaves the others as they were. Tables that only public open data fill are left out,
    because a made-up force publishes nothing.

    Args:
        start: the first day, as a date or ISO text.
        end: the last day, inclusive.
        scale: the size: 1 is a force of 1.3 million residents, 0.05 one of 65,000. Residents,
            people in post and money scale with the rest, so that rates stay alike.
        seed: another whole number from 0 gives another force.
        catalogue: whose tables; the installed one's when left out.
        spike: a table, a month such as ``"2024-07"`` and a factor: the month's rows are that many
            times as many as they would be. In a table of snapshots or statements it is the number
            waiting, the people in post or the money spent in the month.
        bad_rows: how many rows of each table to spoil with one violation each, to show what
            validation says; every row, in a table with fewer.

    Returns:
        A pandas frame for each table, by name, sorted. Times are wall clock in Europe/London.

    Raises:
        RequestError: an argument is not one that a force can be made from.
    """
    from swm_kpi.synthetic.assembly import assemble
    from swm_kpi.synthetic.setting import Setting

    plan = catalogue if catalogue is not None else installed()
    wanted = _tables(plan)
    first, last = _span(start, end)
    if not _is_number(scale) or not 0 < scale <= _LARGEST:
        raise RequestError(
            f"scale is more than 0 and at most {_LARGEST}. Write 1 for a force of 1.3 million "
            "residents, or 0.05 for a small one."
        )
    if type(seed) is not int or seed < 0:
        raise RequestError("seed is a whole number from 0. Write seed=1.")
    if type(bad_rows) is not int or bad_rows < 0:
        raise RequestError("bad_rows is a whole number from 0. Write bad_rows=3.")
    planted = None if spike is None else _spike(spike, list(wanted), first, last)
    setting = Setting(first, last, float(scale), seed, planted)
    contracts = {name: plan.contracts[name] for name in wanted}
    return assemble(setting, contracts, plan, bad_rows)


def _tables(plan: Catalogue) -> tuple[str, ...]:
    """Name the tables that a force's own measures read, sorted."""
    metrics = [each for each in plan if isinstance(each, Metric)]
    found: set[str] = set()
    for metric in metrics:
        for measure in metric.measures:
            if measure.basis is Basis.FORCE:
                found |= tables_of(measure, metric)
    return tuple(sorted(found))


def _span(start: str | date, end: str | date) -> tuple[date, date]:
    first, last = check_date(start, "start"), check_date(end, "end")
    if first is None or last is None:
        missing = "start" if first is None else "end"
        raise RequestError(f"{missing} is not a date. Write an ISO date such as '2025-03-31'.")
    if last <= first:
        raise RequestError(
            f"end ({last}) is not after start ({first}). Write the earlier day as start."
        )
    if first < _FIRST or last > _LAST:
        raise RequestError(
            f"The days {first} to {last} are not within {_FIRST} to {_LAST}. Choose days that are."
        )
    return first, last


def _spike(given: object, tables: list[str], first: date, last: date) -> tuple[str, date, float]:
    if not isinstance(given, tuple | list) or len(given) != _PARTS:
        raise RequestError(
            'spike is a table, a month and a factor. Write spike=("incident", "2024-07", 2.0).'
        )
    table, month, factor = given
    spikable = [each for each in tables if each != "population"]
    if table not in spikable:
        shown = str(table)[:60]
        raise RequestError(f"spike: no table {shown!r} has months. {did_you_mean(shown, spikable)}")
    if not isinstance(month, str) or not _MONTH.fullmatch(month):
        raise RequestError("spike: the month is text such as '2024-07'.")
    opens = date(int(month[:4]), int(month[5:]), 1)
    if not first.replace(day=1) <= opens <= last:
        raise RequestError(
            f"spike: month {month} is not within {first} to {last}. Choose one that is."
        )
    if not _is_number(factor) or factor < 0:
        raise RequestError(
            "spike: the factor is a number from 0. Write 2.0 for twice as many, 0.5 for half."
        )
    return table, opens, float(factor)


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
