"""Characteristics of people in post, which are the same in every snapshot.

The shares are round-number assumptions for shape, not facts about any force.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import Array, Columns, Setting, draw_members, with_nulls

_CHARACTERISTICS = {
    "sex": {"Female": 0.47, "Male": 0.51, "Not stated": 0.02},
    "age_band": {"Under 26": 0.12, "26 to 40": 0.42, "41 to 55": 0.36, "Over 55": 0.09,
                 "Not stated": 0.01},
    "ethnicity": {"White": 0.9, "Asian or Asian British": 0.02, "Black or Black British": 0.01,
                  "Mixed": 0.02, "Other ethnic group": 0.01, "Not stated": 0.04},
    "disability": {"Disabled": 0.06, "Not disabled": 0.74, "Not stated": 0.2},
    "religion": {"No religion": 0.35, "Buddhist": 0.005, "Christian": 0.35, "Hindu": 0.005,
                 "Jewish": 0.002, "Muslim": 0.01, "Sikh": 0.01, "Other religion or belief": 0.018,
                 "Not stated": 0.25},
    "sexual_orientation": {"Heterosexual": 0.66, "Gay or lesbian": 0.03, "Bisexual": 0.02,
                           "Other": 0.01, "Not stated": 0.28},
    "gender_reassignment": {"Yes": 0.003, "No": 0.7, "Not stated": 0.297},
}  # fmt: skip
_FUNCTIONS = {
    "Investigation": 0.22, "Neighbourhood policing": 0.16, "Response": 0.25,
    "Contact and control": 0.09, "Custody and criminal justice": 0.06, "Intelligence": 0.03,
    "Roads and specialist operations": 0.06, "Public protection, not investigating": 0.03,
    "Support": 0.08, "Other": 0.02,
}  # fmt: skip
_DEPARTMENTS = {
    "Investigation": "Crime", "Public protection, not investigating": "Crime",
    "Intelligence": "Crime", "Neighbourhood policing": "Local policing",
    "Response": "Local policing", "Contact and control": "Contact",
}  # fmt: skip
_LEVELS = {"1": 0.35, "2": 0.5, "3": 0.06, "none": 0.085, "4": 0.005}
_SPECIALISMS = {
    "Rape and serious sexual offences": 0.2, "Child abuse": 0.15, "Domestic abuse": 0.2,
    "Fraud and economic crime": 0.1, "Digital and cyber": 0.1, "Major crime": 0.1, "Other": 0.15,
}  # fmt: skip


def characteristics(setting: Setting, contract: ContractType, table: str, size: int) -> Columns:
    """Draw the characteristics that the contract has. One in fifty values is null."""
    rng = setting.generator(f"{table}, characteristics")
    drawn = {
        name: with_nulls(rng, draw_members(rng, contract, name, weights, size), 0.02)
        for name, weights in _CHARACTERISTICS.items()
    }
    return {name: values for name, values in drawn.items() if name in contract.columns}


def posts(setting: Setting, contract: ContractType, size: int) -> Columns:
    """Assume that 22% of posts investigate, and that half of those who do are at level 2."""
    rng = setting.generator("workforce_snapshot, posts")
    function = draw_members(rng, contract, "function", _FUNCTIONS, size)
    investigates = function == "Investigation"
    level = draw_members(rng, contract, "pip_level", _LEVELS, size)
    level[~investigates & (rng.random(size) < 0.9)] = "none"
    specialism = with_nulls(rng, draw_members(rng, contract, "specialism", _SPECIALISMS, size), 0.5)
    specialism[~investigates] = None
    names = [_DEPARTMENTS.get(name, "Support") for name in function]
    department: Array = np.asarray(names, object)
    drawn = {
        "function": with_nulls(rng, function, 0.01),
        "pip_level": with_nulls(rng, level, 0.02),
        "specialism": specialism,
        "department": department,
    }
    return {name: values for name, values in drawn.items() if name in contract.columns}
