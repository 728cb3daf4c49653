"""Assumptions of the metrics under this objective: thresholds, and lists we chose."""

from swm_kpi import Assumption

from ...contracts.ict import ISSUED

ASSETS_IN_SERVICE = Assumption(
    "assets_in_service",
    (ISSUED,),
    since="2021-04-01",
    because="We treat a device as in service when it is issued. Spare devices, devices in repair, "
    "and devices to be returned by people who have left are not available for use. Our unverified "
    "working choice.",
)

ASSET_ACTIVE_SECONDS = Assumption(
    "asset_active_seconds",
    30 * 86_400,
    since="2021-04-01",
    because="30 days in seconds. We treat a device as in use if it was active in the 30 days "
    "before the snapshot; exactly 30 days counts, and days are local days. Our unverified working "
    "choice.",
)

BREACH_NOTICE_SECONDS = Assumption(
    "breach_notice_seconds",
    72 * 3_600,
    since="2021-04-01",
    because="72 hours in seconds, from becoming aware of the breach to notifying the Information "
    "Commissioner's Office. Nights and weekends count, and exactly 72 hours is in time. We "
    "understand this to be the limit in UK GDPR Article 33 and in section 67 of the Data "
    "Protection Act 2018; unverified.",
)

SCOPE_2_METHOD = Assumption(
    "scope_2_method",
    ("location",),
    since="2021-04-01",
    because="Energy that is bought is counted with the grid's factor (the location-based method), "
    "not with the factor of the supplier's contract. Our unverified working choice.",
)
