"""Duties to victims under the Victims' Code, and referrals to services.

The volumes and shares are round-number assumptions for shape, not facts about any force.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.crimes import SUBGROUP_WEIGHTS
from swm_kpi.synthetic.parties import people
from swm_kpi.synthetic.setting import (
    OFFICE,
    Columns,
    Season,
    Setting,
    add_delay,
    draw_members,
    format_ids,
    null_times,
    random_flags,
    random_mask,
    row_ids,
    with_nulls,
    working_days,
)

DUTIES_PER_YEAR, REFERRALS_PER_YEAR = 60_000, 22_000

_DAY = 86_400.0
_CODE_START = np.datetime64("2021-04-01", "s")
_LAST_MINUTE = np.timedelta64(23 * 3600 + 59 * 60, "s")
_RIGHTS = {
    "1": 0.04, "2": 0.14, "3": 0.08, "4": 0.26, "5": 0.03, "6": 0.3, "7": 0.04, "8": 0.03,
    "9": 0.04, "10": 0.015, "11": 0.015, "12": 0.01,
}  # fmt: skip
# The type of duty follows from the right; needs assessments and referrals are both of right 4.
_DUTY_TYPES = {
    "2": "Acknowledgement", "4": "Referral", "6": "Update", "7": "Personal statement",
    "11": "Release notice",
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
    """Assume 60,000 duties a year, one in twenty from an audit, nine in ten done.

    Working days are Monday to Friday, bank holidays included.
    """
    rng = setting.generator("victims_code_action")
    season = Season(0.04, 190, (1.1, 1.1, 1.1, 1.1, 1.1, 0.8, 0.7), OFFICE)
    arose = setting.event_times("victims_code_action", rng, DUTIES_PER_YEAR, season)
    arose = arose[arose >= _CODE_START]
    size = len(arose)
    right = draw_members(rng, contract, "right", _RIGHTS, size)
    enhanced = random_flags(rng, 0.3, size, null_share=0.03)
    is_enhanced = np.ma.filled(enhanced, False)
    allowed = np.where(right == "4", 2, np.where(is_enhanced, 1, 5))
    duty_type = np.asarray([_DUTY_TYPES.get(number, "Other") for number in right], object)
    own = setting.generator("victims_code_action, duty type and flag")
    duty_type[(right == "4") & random_mask(own, 0.5, size)] = "Needs assessment"
    due_on = np.busday_offset(arose.astype("datetime64[D]"), allowed, roll="forward")
    done = add_delay(rng, arose, 0.45 * allowed * _DAY, 0.9)
    not_done = ~random_mask(rng, 0.91, size) | (done >= setting.extracted_at)
    taken = working_days(arose, done)
    return {
        "action_id": row_ids("DUT", size),
        "basis": draw_members(rng, contract, "basis", {"full": 0.95, "audit": 0.05}, size),
        "right": right,
        "duty_type": duty_type,
        "duty_arose_at": arose,
        "due_at": due_on.astype("datetime64[s]") + _LAST_MINUTE,
        "done_at": null_times(done, not_done),
        "working_days": np.ma.MaskedArray(taken, mask=not_done),
        "extracted_at": np.full(size, setting.extracted_at),
        "enhanced": enhanced,
        "offence_subgroup": with_nulls(
            rng, draw_members(rng, contract, "offence_subgroup", SUBGROUP_WEIGHTS, size), 0.01
        ),
        "is_da": random_flags(own, 0.17, size, null_share=0.01),
        "lpa": (area := setting.draw_areas(contract, rng, size)),
        "district": setting.draw_districts(contract, own, area),
    }


def referrals(setting: Setting, contract: ContractType) -> Columns:
    """Assume 22,000 referrals a year of victims of the crimes, 88% accepted, half taken up."""
    rng = setting.generator("referral")
    season = Season(0.05, 190, (1.2, 1.1, 1.1, 1.1, 1.1, 0.8, 0.6), OFFICE)
    referred = setting.event_times("referral", rng, REFERRALS_PER_YEAR, season)
    size = len(referred)
    parties = people(setting, contract)
    persons = np.flatnonzero(parties.harmed_kind == 0)
    victim = np.full(size, None, object)
    area = setting.draw_areas(contract, rng, size)
    crimes_before = np.ceil(rng.exponential(40, size)).astype(int)
    if len(persons):
        crime = parties.harmed[persons]
        # The victim of a crime recorded before the referral, if there is one.
        at = np.searchsorted(parties.crimes["recorded_at"][crime], referred) - crimes_before
        exists = at >= 0
        victim[exists] = format_ids("PSN", parties.harmed_number[persons[at[exists]]])
        area[exists] = parties.crimes["lpa"][crime[at[exists]]]
    service = draw_members(rng, contract, "service", _SERVICES, size)
    accepted = random_flags(rng, 0.88, size, null_share=0.03)
    is_accepted = np.ma.filled(accepted, False)
    engaged = add_delay(rng, referred, 12 * _DAY, 0.9)
    not_engaged = ~is_accepted | ~random_mask(rng, 0.55, size) | (engaged >= setting.extracted_at)
    reached = random_mask(rng, 0.82, size) | ~not_engaged
    return {
        "referral_id": row_ids("REF", size),
        "victim_id": with_nulls(rng, victim, 0.15),
        "service": service,
        "pcc_funded": random_flags(
            rng, np.where(service == "Other service", 0.1, 0.97), size, null_share=0.01
        ),
        "route": with_nulls(rng, draw_members(rng, contract, "route", _ROUTES, size), 0.02),
        "need_type": with_nulls(rng, draw_members(rng, contract, "need_type", _NEEDS, size), 0.06),
        "referred_at": referred,
        "accepted": accepted,
        "contacted": np.ma.MaskedArray(is_accepted & reached, mask=random_mask(rng, 0.03, size)),
        "engaged_at": null_times(engaged, not_engaged),
        "lpa": area,
        "district": setting.draw_districts(contract, setting.generator("referral, district"), area),
    }
