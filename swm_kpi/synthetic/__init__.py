"""A synthetic police force: every table that the metrics read, from a random seed.

It is for demonstrations, tests and timing without real data. The tables are valid against their
contracts and agree with each other. The volumes, shares and seasons are round-number guesses that
give a plausible shape. **They are assumptions, not facts about any force**: do not draw conclusions
about a force from them.

These are the assumptions at ``scale=1``, for a year unless stated otherwise:

- 1,300,000 residents, 0.6% more each year, divided unevenly between five Local Policing Areas in
  fixed round shares, and equally between any other number of areas. Events are divided in the same
  way
- 220,000 incidents: 18% of the first grade, about 10% anti-social behaviour, which is twice as
  common in July as in January; more at night and at weekends. 2% have no area, and 7% of
  emergencies have no arrival time
- 110,000 crimes, and also some that are cancelled or transferred. Outcomes take days to months, so
  fewer of the recent crimes have one
- 130,000 calls to 999, 300,000 calls to 101, and 110,000 messages by
  other channels
- 18,000 appointments
- 1,300 injury collisions, with 1.4 casualties each
- 5,000 people in post, half of them officers. About 7% leave, and at least as many join
- at least one victim for each crime that has victims, and suspects where the outcome names them.
  Small groups of people occur repeatedly. 28% of suspects are arrested, and half of those in
  domestic abuse
- 60,000 duties under the Victims' Code, 22,000 referrals of victims, 8,600 respondents to surveys
- 2,400 complaints, with one to three allegations each
- 2,900 first-time entrants and 4,500 offenders, of whom about a quarter reoffend within 12 months
- 1,700 civil orders, 1,400 disruptions, and 500 problem-solving plans, 80 county lines and 120
  organised crime groups that begin. Others begin before the first day
- 360 training sessions, 9,000 activities with the public, 14,000 devices and 600 outages
- a budget of 290 million pounds in 2022/23 over seven invented directorates, 3% more each year

Snapshots of open incidents are daily at 08:00, and those of the workforce at each month end. The
level of a month varies by about 3% in addition to the seasons. The tables are as if extracted at
midnight after the last day, and contain nothing that happens later. Crimes recorded before the
first day are missing, so the first months have too few outcomes.

Tables of the plan are known by name. Closed lists come from the contracts. A table that is not
known is drawn from its columns.

May import ``model`` and ``engine``.
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

_EARLIEST, _LATEST = date(2001, 1, 1), date(2099, 12, 31)
_MAX_SCALE = 10
_SPIKE_LENGTH = 3
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
    """Generate every table of a synthetic force.

    The same arguments give the same tables. Each table has its own random numbers, so a table does
    not change if the catalogue gains another. Tables that only public data can fill are left out.

    Args:
        start: the first day, as a date or an ISO date such as ``"2022-04-01"``.
        end: the last day, inclusive.
        scale: the size: 1 is a force of 1.3 million residents, 0.05 a force of 65,000. Residents,
            people in post and money have the same scale, so rates do not depend on it.
        seed: the seed of the random numbers, a whole number from 0.
        catalogue: the catalogue that needs the tables; the installed catalogue by default.
        spike: a table, a month such as ``"2024-07"``, and the factor of the number of rows in the
            month. In snapshots and statements it is the factor of the open incidents, the people in
            post, or the money spent in the month.
        bad_rows: the number of rows of each table that get one violation each, to show what
            validation reports. A table with fewer rows gets one in every row.

    Returns:
        A pandas frame for each table, sorted by name. Times are local times in Europe/London.

    Raises:
        RequestError: an argument has the wrong type or is out of range. The message names it and
            gives an example.
    """
    from swm_kpi.synthetic.assembly import assemble
    from swm_kpi.synthetic.setting import Setting

    plan = catalogue if catalogue is not None else installed()
    names = _table_names(plan)
    first, last = _parse_days(start, end)
    if not _is_number(scale) or not 0 < scale <= _MAX_SCALE:
        raise RequestError(
            f"scale must be more than 0 and at most {_MAX_SCALE}. Write 1 for a force of 1.3 "
            "million residents, or 0.05 for a small one."
        )
    if type(seed) is not int or seed < 0:
        raise RequestError("seed must be a whole number from 0. Write seed=1.")
    if type(bad_rows) is not int or bad_rows < 0:
        raise RequestError("bad_rows must be a whole number from 0. Write bad_rows=3.")
    parsed_spike = None if spike is None else _parse_spike(spike, list(names), first, last)
    setting = Setting(first, last, float(scale), seed, parsed_spike, plan.areas)
    contracts = {name: plan.contracts[name] for name in names}
    return assemble(setting, contracts, plan, bad_rows)


def _table_names(plan: Catalogue) -> tuple[str, ...]:
    """Return the sorted names of the tables that measures with basis *force* read."""
    metrics = [entry for entry in plan if isinstance(entry, Metric)]
    names: set[str] = set()
    for metric in metrics:
        for measure in metric.measures:
            if measure.basis is Basis.FORCE:
                names |= tables_of(measure, metric)
    return tuple(sorted(names))


def _parse_days(start: str | date, end: str | date) -> tuple[date, date]:
    first, last = check_date(start, "start"), check_date(end, "end")
    if first is None or last is None:
        missing = "start" if first is None else "end"
        raise RequestError(f"{missing} is not a date. Write an ISO date such as '2025-03-31'.")
    if last <= first:
        raise RequestError(
            f"end ({last}) is not after start ({first}). Write the earlier day as start."
        )
    if first < _EARLIEST or last > _LATEST:
        raise RequestError(
            f"The days {first} to {last} are not within {_EARLIEST} to {_LATEST}. Choose days that "
            "are."
        )
    return first, last


def _parse_spike(
    spike: object, tables: list[str], first: date, last: date
) -> tuple[str, date, float]:
    if not isinstance(spike, tuple | list) or len(spike) != _SPIKE_LENGTH:
        raise RequestError(
            'spike must be a table, a month and a factor. Write spike=("incident", "2024-07", 2.0).'
        )
    table, month, factor = spike
    tables_with_months = [name for name in tables if name != "population"]
    if table not in tables_with_months:
        shown = str(table)[:60]
        raise RequestError(
            f"spike: no table {shown!r} has months. {did_you_mean(shown, tables_with_months)}"
        )
    if not isinstance(month, str) or not _MONTH.fullmatch(month):
        raise RequestError("spike: the month must be text such as '2024-07'.")
    month_start = date(int(month[:4]), int(month[5:]), 1)
    if not first.replace(day=1) <= month_start <= last:
        raise RequestError(
            f"spike: month {month} is not within {first} to {last}. Choose one that is."
        )
    if not _is_number(factor) or factor < 0:
        raise RequestError(
            "spike: the factor must be a number from 0. Write 2.0 for twice as many, 0.5 for half."
        )
    return table, month_start, float(factor)


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]
