"""What victims are given: duties under the Victims' Code, and referrals to services.

The volumes and shares are round-number assumptions for shape, not facts about any force.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.crimes import COMMON
from swm_kpi.synthetic.parties import people
from swm_kpi.synthetic.setting import (
    OFFICE,
    Columns,
    Season,
    Setting,
    blank,
    chance,
    flag,
    gaps,
    ids,
    later,
    numbered,
    pick,
)

DUTIES_A_YEAR, REFERRALS_A_YEAR = 60_000, 22_000

_DAY = 86_400.0
_CODE_BEGAN = np.datetime64("2021-04-01", "s")
_LAST_MINUTE = np.timedelta64(23 * 3600 + 59 * 60, "s")
_RIGHTS = {
    "1": 0.04, "2": 0.14, "3": 0.08, "4": 0.26, "5": 0.03, "6": 0.3, "7": 0.04, "8": 0.03,
    "9": 0.04, "10": 0.015, "11": 0.015, "12": 0.01,
}  # fmt: skip
_SERVICES = {
    "Victim Advice Line": 0.42, "Domestic abuse service": 0.27, "Sexual violence service": 0.1,
    "Service for children and young people": 0.06, "Restorative justice service": 0.03,
    "Other commissioned service": 0.08, "Other service": 0.04,
}  # fmt: skip
_ROUTES = {
    "Police, automatic": 0.3, "Police, with consent": 0.42, "Self": 0.14, "Another agency": 0.1,
    "Another service": 0.04,
}  # fmt: skip
_NEEDS = {
    "Mental and physical health": 0.42, "Shelter and accommodation": 0.09,
    "Family, friends and children": 0.15, "Education, skills and employment": 0.03,
    "Drugs and alcohol": 0.05, "Finance and benefits": 0.08, "Outlook and attitudes": 0.1,
    "Social interactions": 0.08,
}  # fmt: skip


def victims_code_actions(setting: Setting, contract: ContractType) -> Columns:
    """Assume 60,000 duties a year, one in twenty read in an audit, nine in ten done.

    Working days are Monday to Friday: bank holidays are not thought of.
    """
    rng = setting.generator("victims_code_action")
    season = Season(0.04, 190, (1.1, 1.1, 1.1, 1.1, 1.1, 0.8, 0.7), OFFICE)
    arose = setting.moments("victims_code_action", rng, DUTIES_A_YEAR, season)
    arose = arose[arose >= _CODE_BEGAN]
    size = len(arose)
    right = pick(rng, contract, "right", _RIGHTS, size)
    enhanced = flag(rng, 0.3, size, gap=0.03)
    is_enhanced = np.ma.filled(enhanced, False)
    allowed = np.where(right == "4", 2, np.where(is_enhanced, 1, 5))
    due_on = np.busday_offset(arose.astype("datetime64[D]"), allowed, roll="forward")
    done = later(rng, arose, 0.45 * allowed * _DAY, 0.9)
    undone = ~chance(rng, 0.91, size) | (done >= setting.close)
    return {
        "action_id": ids("DUT", size),
        "basis": pick(rng, contract, "basis", {"full": 0.95, "audit": 0.05}, size),
        "right": right,
        "duty_arose_at": arose,
        "due_at": due_on.astype("datetime64[s]") + _LAST_MINUTE,
        "done_at": blank(done, undone),
        "extracted_at": np.full(size, setting.close),
        "enhanced": enhanced,
        "offence_subgroup": gaps(rng, pick(rng, contract, "offence_subgroup", COMMON, size), 0.01),
        "lpa": setting.places(contract, rng, size),
    }


def referrals(setting: Setting, contract: ContractType) -> Columns:
    """Assume 22,000 referrals a year of the crimes' victims, 88% accepted and half taken up."""
    rng = setting.generator("referral")
    season = Season(0.05, 190, (1.2, 1.1, 1.1, 1.1, 1.1, 0.8, 0.6), OFFICE)
    referred = setting.moments("referral", rng, REFERRALS_A_YEAR, season)
    size = len(referred)
    found = people(setting, contract)
    persons = np.flatnonzero(found.harmed_kind == 0)
    victim = np.full(size, None, object)
    area = setting.places(contract, rng, size)
    back = np.ceil(rng.exponential(40, size)).astype(int)
    if len(persons):
        crime = found.harmed[persons]
        # A victim of one of the crimes recorded before the referral, if there is one.
        at = np.searchsorted(found.crimes["recorded_at"][crime], referred) - back
        there = at >= 0
        victim[there] = numbered("PSN", found.harmed_number[persons[at[there]]])
        area[there] = found.crimes["lpa"][crime[at[there]]]
    service = pick(rng, contract, "service", _SERVICES, size)
    accepted = flag(rng, 0.88, size, gap=0.03)
    yes = np.ma.filled(accepted, False)
    engaged = later(rng, referred, 12 * _DAY, 0.9)
    not_engaged = ~yes | ~chance(rng, 0.55, size) | (engaged >= setting.close)
    reached = chance(rng, 0.82, size) | ~not_engaged
    return {
        "referral_id": ids("REF", size),
        "victim_id": gaps(rng, victim, 0.15),
        "service": service,
        "pcc_funded": flag(rng, np.where(service == "Other service", 0.1, 0.97), size, gap=0.01),
        "route": gaps(rng, pick(rng, contract, "route", _ROUTES, size), 0.02),
        "need_type": gaps(rng, pick(rng, contract, "need_type", _NEEDS, size), 0.06),
        "referred_at": referred,
        "accepted": accepted,
        "contacted": np.ma.MaskedArray(yes & reached, mask=chance(rng, 0.03, size)),
        "engaged_at": blank(engaged, not_engaged),
        "lpa": area,
    }
