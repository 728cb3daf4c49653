"""Devices, outages of systems, breaches of personal data and complaints to the regulator.

The volumes and shares are round-number assumptions for shape, not facts about any force. Systems
and departments are invented.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    HOUR,
    OFFICE,
    Columns,
    Season,
    Setting,
    add_delay,
    avoid_dst_gap,
    draw_members,
    null_after_extract,
    null_times,
    random_mask,
    row_ids,
    with_copy_numbers,
    with_nulls,
)

DEVICES, OUTAGES_PER_YEAR, BREACHES_PER_YEAR, COMPLAINTS_PER_YEAR = 14_000, 600, 900, 60

_HOUR, _DAY = 3_600.0, 86_400.0
_DEVICE_TYPES = {
    "Laptop": 0.36, "Desktop": 0.08, "Tablet": 0.03, "Mobile phone": 0.3, "Body-worn camera": 0.1,
    "Radio": 0.12, "Other": 0.01,
}  # fmt: skip
_STATUSES = {"issued": 0.9, "spare": 0.05, "in repair": 0.02, "to be returned": 0.02,
             "disposed of": 0.01}  # fmt: skip
_SYSTEMS = {"Command and control": 0.1, "Crime recording": 0.2, "Telephony": 0.15, "Email": 0.15,
            "Custody": 0.15, "Mobile working": 0.25}  # fmt: skip
_BREACH_TYPES = {
    "Disclosed in error": 0.6, "Lost or stolen": 0.14, "Accessed without authority": 0.14,
    "Altered or destroyed": 0.02, "Not available": 0.03, "Other": 0.07,
}  # fmt: skip
_DEPARTMENTS = {"Local policing": 0.45, "Crime": 0.25, "Contact": 0.1, "Support": 0.2}


def assets(setting: Setting, contract: ContractType) -> Columns:
    """Assume 14,000 devices, in snapshots at noon on the last day of each quarter."""
    rng = setting.generator("ict_asset")
    ends = setting.month_ends
    quarters = ends[(ends.astype("datetime64[M]").astype(np.int64) + 1) % 3 == 0]
    days = quarters if len(quarters) else ends[-1:]
    count = max(1, round(DEVICES * setting.scale))
    device = np.tile(np.arange(count), len(days))
    listed = np.repeat(days.astype("datetime64[s]") + 12 * HOUR, count)
    kind = draw_members(rng, contract, "device_type", _DEVICE_TYPES, count)
    department = with_nulls(
        rng, draw_members(rng, contract, "department", _DEPARTMENTS, count), 0.02
    )
    rows, copy = setting.spiked_rows("ict_asset", rng, listed)
    device, listed = device[rows], listed[rows]
    size = len(device)
    idle = rng.exponential(np.where(random_mask(rng, 0.15, size), 40, 4) * _DAY, size)
    active = avoid_dst_gap(listed - np.minimum(idle, 3e8).astype("timedelta64[s]"), backwards=True)
    return {
        "snapshot_at": listed,
        "asset_id": with_copy_numbers(row_ids("DEV", count)[device], copy),
        "device_type": kind[device],
        "status": draw_members(rng, contract, "status", _STATUSES, size),
        "last_active_at": null_times(active, random_mask(rng, 0.02, size)),
        "department": department[device],
    }


def outages(setting: Setting, contract: ContractType) -> Columns:
    """Assume 600 a year, two in five planned, with a median duration of 90 minutes."""
    rng = setting.generator("outage")
    started = setting.event_times("outage", rng, OUTAGES_PER_YEAR, Season())
    size = len(started)
    return {
        "outage_id": row_ids("OUT", size),
        "system": draw_members(rng, contract, "system", _SYSTEMS, size),
        "started_at": started,
        "ended_at": null_after_extract(setting, add_delay(rng, started, 1.5 * _HOUR, 1.0)),
        "planned": random_mask(rng, 0.4, size),
        "priority": with_nulls(
            rng,
            draw_members(
                rng, contract, "priority", {"1": 0.08, "2": 0.2, "3": 0.42, "4": 0.3}, size
            ),
            0.02,
        ),
    }


def data_breaches(setting: Setting, contract: ContractType) -> Columns:
    """Assume 900 a year, most of low severity. One in twenty is notified to the regulator."""
    rng = setting.generator("data_breach")
    aware = setting.event_times("data_breach", rng, BREACHES_PER_YEAR, Season(day=OFFICE))
    size = len(aware)
    severity = draw_members(
        rng, contract, "severity", {"low": 0.75, "medium": 0.2, "high": 0.05}, size
    )
    notified_at = add_delay(rng, aware, 45 * _HOUR, 0.5)
    notified = random_mask(rng, np.where(severity == "high", 0.6, 0.03), size) & (
        notified_at < setting.extracted_at
    )
    outcome = draw_members(
        rng,
        contract,
        "ico_outcome",
        {"No further action": 0.7, "Advice": 0.15, "Reprimand": 0.03, "Pending": 0.12},
        size,
    )
    outcome[~notified] = None
    return {
        "breach_id": row_ids("BRE", size),
        "aware_at": aware,
        "breach_type": with_nulls(
            rng, draw_members(rng, contract, "breach_type", _BREACH_TYPES, size), 0.02
        ),
        "severity": with_nulls(rng, severity, 0.03),
        "ico_notified_at": null_times(notified_at, ~notified),
        "ico_outcome": outcome,
        "department": with_nulls(
            rng, draw_members(rng, contract, "department", _DEPARTMENTS, size), 0.02
        ),
    }


def regulator_complaints(setting: Setting, contract: ContractType) -> Columns:
    """Assume 60 a year. The outcomes of the latest are pending."""
    rng = setting.generator("regulator_complaint")
    received = setting.event_times("regulator_complaint", rng, COMPLAINTS_PER_YEAR, Season())
    size = len(received)
    subjects = {
        "Request for own data": 0.55, "Freedom of information request": 0.25,
        "Breach of personal data": 0.15, "Other": 0.05,
    }  # fmt: skip
    decided = {
        "No further action": 0.55, "Advice": 0.3, "Decision notice": 0.1, "Reprimand": 0.02,
        "Other": 0.03, "Enforcement notice": 0.0, "Penalty": 0.0, "Pending": 0.0,
    }  # fmt: skip
    outcome = draw_members(rng, contract, "ico_outcome", decided, size)
    outcome[add_delay(rng, received, 60 * _DAY, 0.6) >= setting.extracted_at] = "Pending"
    return {
        "complaint_id": row_ids("ICO", size),
        "received_on": received.astype("datetime64[D]"),
        "complaint_subject": with_nulls(
            rng, draw_members(rng, contract, "complaint_subject", subjects, size), 0.02
        ),
        "ico_outcome": outcome,
        "department": with_nulls(
            rng, draw_members(rng, contract, "department", _DEPARTMENTS, size), 0.05
        ),
    }
