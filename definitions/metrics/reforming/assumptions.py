"""What the metrics of this theme rest on: thresholds, and lists that are a choice."""

from swm_kpi import Assumption

from ...contracts.ict import ISSUED

ASSETS_IN_SERVICE = Assumption(
    "assets_in_service",
    (ISSUED,),
    since="2021-04-01",
    because="A device is taken to be in service when it is issued. The spare pool, repairs, and "
    "devices to be returned by people who have left are not there to be used. Our working choice, "
    "unverified.",
)

ASSET_ACTIVE_SECONDS = Assumption(
    "asset_active_seconds",
    30 * 86_400,
    since="2021-04-01",
    because="30 days, written in seconds: a device is taken to be in use if it was active in the "
    "30 days before the snapshot, exactly 30 days included. Our working choice, unverified.",
)

BREACH_NOTICE_SECONDS = Assumption(
    "breach_notice_seconds",
    72 * 3_600,
    since="2021-04-01",
    because="72 hours, written in seconds, from becoming aware to telling the Information "
    "Commissioner's Office, nights and weekends included and exactly 72 in time. Understood to be "
    "the limit of UK GDPR Article 33 and of section 67 of the Data Protection Act 2018; "
    "unverified.",
)

SCOPE_2_METHOD = Assumption(
    "scope_2_method",
    ("location",),
    since="2021-04-01",
    because="Energy that is bought is counted by the factor of the grid, the location-based "
    "method, and not by that of the supplier's contract. Our working choice, unverified.",
)
