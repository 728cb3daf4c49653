"""Visits with a marker in every key, and a metric that counts them.

A test of a failing engine checks that its error message does not contain the marker.
"""

from __future__ import annotations

from datetime import date, datetime

import swm_kpi as kpi
from tests.support.oracle_cases import AREA, MEASURES, build_metric, to_frame

YEAR = kpi.periods("2024/25")
CANARY = "v-CANARY"
ROWS = to_frame(
    "visit",
    [
        {
            "visit_id": f"{CANARY}{number}",
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
COUNTED = build_metric([measure for measure in MEASURES if measure.key == "by_due_day"], [AREA])
