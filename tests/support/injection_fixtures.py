"""A valid catalogue in which every text contains markup or a script."""

from __future__ import annotations

from datetime import date

import swm_kpi as kpi
from swm_kpi.definitions.plan.objectives import SECURE

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
LINK = "[press](javascript:alert(1))"
BOLD = "**loud** _soft_ `code`"
PIPE = "a | b {: .x #y } </td></table> &amp; &lt;"

AREA = kpi.Dimension(
    "area", f"Area {BOLD}", (f"North {SCRIPT}", f"South {IMAGE}"), description=f"Where {LINK}."
)


class Visit(kpi.Contract, row_unit=kpi.Unit.EVENTS, source=f"The visit book {SCRIPT}"):
    """One row per visit <script>alert(1)</script> **loud**."""

    visit_id = kpi.Column(str, unique=True, description=f"The number of the visit {IMAGE}.")
    day = kpi.Column(date, label=f"day {BOLD}", description=f"When {PIPE}.")
    kind = kpi.Column(
        str, isin=("plain", SCRIPT, LINK.replace("|", "")), description=f"What {LINK}."
    )
    area = kpi.Column(str, dimension=AREA, nullable=True, description="Where.")


visits = kpi.Metric(
    ref="H1",
    key="visits",
    title=f"Visits {SCRIPT} {BOLD} {IMAGE} {LINK} (DA)",
    objective=SECURE,
    summary=f"# Visits {SCRIPT} {BOLD} {PIPE} {LINK}.",
    measures=[
        kpi.Count(
            key="visits",
            label=f"Visits {IMAGE} {BOLD}",
            of=Visit,
            at=Visit.day,
            where=Visit.kind.is_in(SCRIPT, "plain"),
            note=f"Note {SCRIPT}",
        )
    ],
    dimensions=[AREA],
    direction=kpi.Direction.NEUTRAL,
    availability=kpi.Availability(
        status=kpi.AvailabilityStatus.UNKNOWN,
        reason=f"Nobody knows {SCRIPT} {BOLD}.",
        evidence=[kpi.Evidence(f"javascript:alert(1) {IMAGE}", f"Nothing {LINK}", "2024")],
    ),
    standards=[f"A standard {SCRIPT} https://example.org/a?b=1&c=%22 <b>"],
    limitations=f"Not {PIPE} {SCRIPT}",
    caveats=[f"Caveat {IMAGE}", f"1. {BOLD}", "- - -", "    four spaces", "=== "],
    breaks=[kpi.Break("2024-04-01", f"Because {SCRIPT} {PIPE}")],
    examples=[
        kpi.Example(
            rows=f"""
            | day        | kind     |
            | 2024-04-01 | {SCRIPT} |
            | 2024-04-02 | plain    |
            """,
            expect={"visits": 1 + 1},
            description=f"One visit counts {SCRIPT} {BOLD}",
        ),
        kpi.Example(
            rows=f"""
            | day        | kind     |
            | 2024-07-01 | {SCRIPT} |
            """,
            expect={"visits": 0},
            edge_case=f"Outside the period {IMAGE} {BOLD}",
        ),
    ],
)

CATALOGUE = kpi.Catalogue([visits], themes={f"Theme {SCRIPT} {BOLD}": ("H1",)})
