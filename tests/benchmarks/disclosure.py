"""Measure disclosure control: ``python -m tests.benchmarks.disclosure [--only areas]``.

Three results are computed from synthetic data: one of the README's size, every ref by month and
area, and 20 measures of 50 areas in 36 months. Each is protected in a process of its own. The
output is the time in seconds, the peak memory beyond that of the result, and the number of
suppressed rows.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import date
from typing import Any

import numpy as np
import polars as pl

import swm_kpi as kpi
from swm_kpi import Column, Contract, Count, Dimension, DisclosurePolicy, Proportion, Unit
from swm_kpi.definitions.plan.objectives import SECURE
from tests.benchmarks.isolated import measure

AREAS = tuple(f"Area {number:02}" for number in range(49))
AREA = Dimension("area", "Area", AREAS, description="Where it happened.")
KINDS = tuple(f"Kind {number:02}" for number in range(16))
MONTHS = 36
_CALLS_PER_MONTH = 12
"""The scale of the number of calls in a month; larger areas and more common kinds have more."""


class Call(Contract, row_unit=Unit.CALLS):
    """One row per call."""

    day = Column(date, description="The day of the call.")
    kind = Column(str, isin=KINDS, description="What it was about.")
    urgent = Column(bool, nullable=True, description="Whether it was urgent.")
    area = Column(str, dimension=AREA, nullable=True, description="Where.")


def _metric() -> kpi.Metric:
    counted: dict[str, Any] = {"of": Call, "at": Call.day}
    measures = [
        Count(key="calls", **counted),
        Count(key="urgent_calls", **counted, where=Call.urgent),
        Count(key="calm_calls", **counted, where=~Call.urgent),
        Proportion(key="urgent_share", **counted, numerator=Call.urgent),
        *(Count(key=f"kind_{n}", **counted, where=Call.kind == k) for n, k in enumerate(KINDS)),
    ]
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
                rows="| day |",
                expect={measure.key: None for measure in measures},
                edge_case="It has no rows.",
            )
        ],
    )


def many_areas() -> kpi.Result:
    """Compute 20 measures of 49 areas and those unknown, in 36 months: 36,720 rows."""
    random = np.random.default_rng(0)
    month, kind, area = np.meshgrid(
        np.arange(MONTHS), np.arange(len(KINDS)), np.arange(len(AREAS) + 1), indexing="ij"
    )
    expected = 4 * _CALLS_PER_MONTH / (1 + kind) ** 0.7 / (1 + area) ** 0.4
    size = random.poisson(expected).ravel()
    months, kinds, areas = (np.repeat(axis.ravel(), size) for axis in (month, kind, area))
    days = [date(2022 + (3 + number) // 12, (3 + number) % 12 + 1, 2) for number in range(MONTHS)]
    urgent = random.choice(np.array([True, False, None]), len(months), p=[0.3, 0.65, 0.05])
    data = pl.DataFrame(
        {
            "day": [days[number] for number in months],
            "kind": [KINDS[number] for number in kinds],
            "urgent": urgent.tolist(),
            "area": [AREAS[number] if number < len(AREAS) else None for number in areas],
        },
        schema={"day": pl.Date, "kind": pl.String, "urgent": pl.Boolean, "area": pl.String},
    )
    metric = _metric()
    return kpi.compute(
        [metric],
        {"call": data},
        periods=kpi.periods("2022-04-01", "2025-03-31", grain="month"),
        by=["area"],
        catalogue=kpi.Catalogue([metric]),
        coverage={"call": ("2022-04-01", "2025-03-31")},
    )


def catalogue_result() -> kpi.Result:
    """Compute every ref by month and area, in the last quarter of a synthetic force."""
    data = kpi.synthetic.generate_force("2022-04-01", "2025-03-31")
    months = kpi.periods("2025-01-01", "2025-03-31", grain="month")
    return kpi.compute(None, data, periods=months, by=["lpa"])


def small_result() -> kpi.Result:
    """Compute what the README does: three refs by area, in the quarters of a year."""
    data = kpi.synthetic.generate_force("2023-04-01", "2025-03-31", scale=0.02)
    quarters = kpi.periods("2024-04-01", "2025-03-31", grain="quarter")
    tables = {name: data[name] for name in ("incident", "contact", "population")}
    return kpi.compute(["15", "53", "57"], tables, periods=quarters, by=["lpa"])


RESULTS = {"readme": small_result, "catalogue": catalogue_result, "areas": many_areas}


def measure_in_this_process(name: str, policy: DisclosurePolicy) -> None:
    """Protect one result in this process, and print the measurements as JSON."""
    result = RESULTS[name]()
    protected: list[kpi.Result] = []
    numbers: dict[str, Any] = measure(lambda: protected.append(result.protect(policy)))
    suppressed = protected[0].to_polars()["marker"].eq("[c]").sum()
    print(json.dumps(numbers | {"rows": len(result), "suppressed": suppressed}))


def main() -> None:
    """Measure each result in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=list(RESULTS), choices=list(RESULTS))
    parser.add_argument("--threshold", type=int, default=5)
    parser.add_argument("--rounding-base", type=int, default=5)
    parser.add_argument("--in-process", action="store_true", help="measure in this process")
    options = parser.parse_args()
    if options.in_process:
        policy = DisclosurePolicy(threshold=options.threshold, rounding_base=options.rounding_base)
        return measure_in_this_process(options.only[0], policy)
    for name in options.only:
        command = [
            *(sys.executable, "-m", "tests.benchmarks.disclosure", "--in-process"),
            *("--only", name),
            f"--threshold={options.threshold}",
            f"--rounding-base={options.rounding_base}",
        ]
        output = subprocess.run(command, capture_output=True, check=True, text=True).stdout
        numbers = json.loads(output)
        print(
            f"{name:>10} {numbers['rows']:>7,} rows {numbers['seconds']:>8.1f} s "
            f"{numbers['extra_mb']:>7,.0f} MB {numbers['suppressed']:>7,} suppressed",
            flush=True,
        )


if __name__ == "__main__":
    main()
