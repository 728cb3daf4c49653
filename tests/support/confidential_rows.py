"""Five visits with recognisable keys, to test that an error repeats no value of a table."""

from __future__ import annotations

from datetime import date, datetime

import swm_kpi as kpi
from tests.support.oracle_cases import AREA, MEASURES, build_metric, to_frame

YEAR = kpi.periods("2024/25")
KEY_PREFIX = "v-CONFIDENTIAL"
ROWS = to_frame(
    "visit",
    [
        {
            "visit_id": f"{KEY_PREFIX}{number}",
            "opened_at": datetime(2024, 4, 1 + number),
            "closed_at": datetime(2024, 4, 2 + number),
            "due_on": date(2024, 4, 1 + number),
            "person": "p1",
            "weight": 1.0,
            "area": "North",
        }
        for number in range(5)
    ],
)
COUNT_BY_DUE_DAY = build_metric(
    [measure for measure in MEASURES if measure.key == "by_due_day"], [AREA]
)
