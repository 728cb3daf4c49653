"""Compute from a Spark session that stops, and print each error: it runs in a process of its own.

The first request meets a session that stops during the request, the second a stopped session.
Each line of output has the error, and then its context.
"""

from __future__ import annotations

from typing import Any

import swm_kpi as kpi
from swm_kpi.engine import compute as compute_module
from tests.support import engines
from tests.support.confidential_rows import COUNT_BY_DUE_DAY, ROWS, YEAR
from tests.support.oracle_cases import AREA, compute

PREFIX = "error:"


def main() -> None:
    load = engines.loader("Spark")
    tables = [load("visit", ROWS), load("visit", ROWS)]
    session = tables[0].sparkSession
    aggregate_table = compute_module.aggregate_table

    def stop_and_aggregate(*arguments: Any) -> Any:
        session.stop()
        return aggregate_table(*arguments)

    compute_module.aggregate_table = stop_and_aggregate
    for table in tables:
        try:
            compute(COUNT_BY_DUE_DAY, {"visit": table}, YEAR, [AREA])
        except kpi.InputError as error:
            print(PREFIX, error, error.__context__)  # noqa: T201


if __name__ == "__main__":
    main()
