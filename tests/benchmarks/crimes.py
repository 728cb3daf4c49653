"""The crimes that are measured, and the measures of them."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import polars as pl

import swm_kpi as kpi
from swm_kpi import (
    Assumption,
    Average,
    Column,
    Contract,
    Count,
    Dimension,
    Duration,
    Proportion,
    RepeatRate,
    Unit,
)
from swm_kpi.definitions.plan.objectives import SECURE

START, END = "2022-04-01", "2025-03-31"
GROUPS = tuple(f"Offence group {number}" for number in range(15))
OUTCOMES = tuple(str(number) for number in range(1, 23))
CHARGED = ("1", "2", "3")
AREAS = ("Herefordshire", "Shropshire", "Telford", "North Worcestershire", "South Worcestershire")
YEAR = Assumption("look_back", 12, since="2021-04-01", because="A year, to be measured.")
AREA = Dimension("area", "Area", AREAS, description="Where it happened.")


class Crime(Contract, row_unit=Unit.CRIMES):
    """One row per crime."""

    crime_id = Column(str, unique=True, personal=True, description="The key.")
    recorded_on = Column(date, description="The day it was recorded.")
    finished_on = Column(date, nullable=True, description="The day its investigation ended.")
    group = Column(str, isin=GROUPS, description="The offence group.")
    outcome = Column(str, isin=OUTCOMES, nullable=True, description="The outcome.")
    victim = Column(str, nullable=True, personal=True, description="Who was harmed.")
    flag_0 = Column(bool, description="A flag.")
    flag_1 = Column(bool, description="A flag.")
    flag_2 = Column(bool, description="A flag.")
    flag_3 = Column(bool, description="A flag.")
    flag_4 = Column(bool, description="A flag.")
    area = Column(str, dimension=AREA, description="Where.")


FLAGS = (Crime.flag_0, Crime.flag_1, Crime.flag_2, Crime.flag_3, Crime.flag_4)


def _metric(measures: list[Any]) -> kpi.Metric:
    return kpi.Metric(
        ref="B1",
        key="measured",
        title="Measured",
        objective=SECURE,
        summary="Made to be measured.",
        measures=measures,
        dimensions=[AREA],
        direction=kpi.Direction.NEUTRAL,
        availability=kpi.catalogue()["15"].availability,
        limitations="Not real.",
        examples=[
            kpi.Example(
                rows="| area |", expect={m.key: None for m in measures}, edge_case="It has no rows."
            )
        ],
    )


def twenty_five() -> kpi.Metric:
    """Declare 15 counts, 5 flags, a total, a share, distinct victims, a median and a 90th."""
    crimes: dict[str, Any] = {"of": Crime, "at": Crime.recorded_on}
    ended: dict[str, Any] = {"start": Crime.recorded_on, "end": Crime.finished_on}
    return _metric(
        [
            *(Count(key=f"g{n}", **crimes, where=Crime.group == g) for n, g in enumerate(GROUPS)),
            *(Count(key=f"f{n}", **crimes, where=flag) for n, flag in enumerate(FLAGS)),
            Count(key="total", **crimes),
            Proportion(
                key="charged",
                **crimes,
                where=Crime.outcome.is_not_null(),
                numerator=Crime.outcome.is_in(*CHARGED),
            ),
            Count(key="victims", **crimes, distinct=Crime.victim, unit=Unit.PEOPLE),
            Duration(key="median", **crimes, **ended, average=Average.MEDIAN, unit=Unit.DAYS),
            Duration(key="p90", **crimes, **ended, average=Average.P90, unit=Unit.DAYS),
        ]
    )


def harder() -> kpi.Metric:
    """Declare 15 counts, 3 flags, a total, a share, victims twice, repeats, a median and a 90th."""
    crimes: dict[str, Any] = {"of": Crime, "at": Crime.recorded_on}
    people: dict[str, Any] = {**crimes, "distinct": Crime.victim, "unit": Unit.PEOPLE}
    ended: dict[str, Any] = {"start": Crime.recorded_on, "end": Crime.finished_on}
    return _metric(
        [
            *(Count(key=f"g{n}", **crimes, where=Crime.group == g) for n, g in enumerate(GROUPS)),
            *(Count(key=f"f{n}", **crimes, where=flag) for n, flag in enumerate(FLAGS[:3])),
            Count(key="total", **crimes),
            Proportion(
                key="charged",
                **crimes,
                where=Crime.outcome.is_not_null(),
                numerator=Crime.outcome.is_in(*CHARGED),
            ),
            Count(key="victims", **people),
            Count(key="flagged_victims", **people, where=Crime.flag_0),
            RepeatRate(key="repeat", **crimes, who=Crime.victim, lookback=YEAR),
            Duration(key="median", **crimes, **ended, average=Average.MEDIAN, unit=Unit.DAYS),
            Duration(key="p90", **crimes, **ended, average=Average.P90, unit=Unit.DAYS),
        ]
    )


def seventy_shares() -> kpi.Metric:
    """Declare 70 proportions over some 80 conditions."""
    crimes: dict[str, Any] = {"of": Crime, "at": Crime.recorded_on}
    return _metric(
        [
            Proportion(key=f"p{g}_{n}", **crimes, where=Crime.group == GROUPS[g], numerator=flag)
            for g in range(14)
            for n, flag in enumerate(FLAGS)
        ]
    )


def crimes(rows: int, seed: int = 1) -> pl.DataFrame:
    """Return so many crimes over three years, valid against their contract."""
    random = np.random.default_rng(seed)
    days = random.integers(0, 1_095, rows)
    first = np.datetime64(START, "D")
    victims = np.array([f"P{number:08}" for number in range(max(1, rows // 3))])
    frame = pl.DataFrame(
        {
            "crime_id": [f"CR-{number:08}" for number in range(rows)],
            "recorded_on": first + days,
            "finished_on": first + days + random.integers(0, 400, rows),
            "group": np.array(GROUPS)[random.integers(0, len(GROUPS), rows)],
            "outcome": np.array(OUTCOMES)[random.integers(0, len(OUTCOMES), rows)],
            "victim": victims[random.integers(0, len(victims), rows)],
            **{f"flag_{number}": random.random(rows) < 0.1 for number in range(5)},
            "area": np.array(AREAS)[random.integers(0, len(AREAS), rows)],
        }
    )
    return frame.with_columns(pl.col("outcome").replace({"22": None}))
