"""Fraud and computer misuse: reports by victims in the area, and reports sent to the force.

The volumes and shares are round-number guesses, stated in ``swm_kpi.synthetic``.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    FORCE,
    Array,
    Columns,
    Season,
    Setting,
    draw_members_by_group,
    draw_positions,
    random_mask,
    row_ids,
    with_nulls,
)

REPORTS_PER_YEAR, REFERRALS_PER_YEAR = 7_000, 500

_KINDS = {"Fraud": 0.9, "Computer misuse": 0.1}
_CATEGORIES: dict[str, dict[str, float]] = {
    "Fraud": {
        "Online shopping and auctions": 0.3, "Advance fee": 0.25, "Investment": 0.1,
        "Courier": 0.05, "Other": 0.3,
    },
    "Computer misuse": {
        "Hacking, social media and email": 0.75, "Hacking, personal": 0.15,
        "Viruses and malware": 0.1,
    },
}  # fmt: skip
_DAILY = Season(0.05, 330)


def fraud_reports(setting: Setting, contract: ContractType) -> Columns:
    """Return reports by victims who live or are based in the area."""
    rng = setting.generator("fraud_report")
    reported = setting.event_times("fraud_report", rng, REPORTS_PER_YEAR, _DAILY)
    size = len(reported)
    area = setting.draw_areas(contract, rng, size)
    victim = np.where(random_mask(rng, 0.88, size), "Person", "Organisation").astype(object)
    return {
        "report_id": row_ids("RPT", size),
        "reported_on": reported.astype("datetime64[D]"),
        "force": np.full(size, FORCE, object),
        **_kind_and_category(rng, contract, size),
        "victim": with_nulls(rng, victim, 0.02),
        "lpa": area,
        "district": setting.draw_districts(contract, rng, area),
    }


def fraud_referrals(setting: Setting, contract: ContractType) -> Columns:
    """Return reports that the bureau sent to the force. Their numbers follow those of others."""
    rng = setting.generator("fraud_referral")
    sent = setting.event_times("fraud_referral", rng, REFERRALS_PER_YEAR, _DAILY)
    return {
        "report_id": row_ids("RPT", len(sent), 5_000_000),
        "sent_on": sent.astype("datetime64[D]"),
        "force": np.full(len(sent), FORCE, object),
        **_kind_and_category(rng, contract, len(sent)),
    }


def _kind_and_category(
    rng: np.random.Generator, contract: ContractType, size: int
) -> dict[str, Array]:
    kind = draw_positions(rng, list(_KINDS.values()), size)
    category = draw_members_by_group(
        rng, contract, "category", kind, [_CATEGORIES[name] for name in _KINDS]
    )
    return {
        "kind": np.asarray(list(_KINDS), object)[kind],
        "category": with_nulls(rng, category, 0.03),
    }
