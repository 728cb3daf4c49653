"""Texts for the report. They say that they are invented, and nothing about any force."""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import Array, Columns, Setting, members

_SUBJECTS = ("road concerns", "data maturity", "information security")
_RATED = "data maturity"


def texts(setting: Setting, contract: ContractType) -> Columns:
    """One text for each subject at each quarter's end."""
    rng = setting.generator("narrative_text")
    ends = setting.month_ends
    ends = ends[(ends.astype("datetime64[M]").astype(np.int64) + 1) % 3 == 0]
    subjects = np.asarray(members(contract, "subject", _SUBJECTS), object)
    end, subject = np.repeat(ends, len(subjects)), np.tile(subjects, len(ends))
    kept, copy = setting.rows("narrative_text", rng, end)
    # There is one text of a subject and day, so that a spike can only leave some out.
    end, subject = end[kept[copy == 0]], subject[kept[copy == 0]]
    rating = rng.integers(2, 5, len(end))
    return {
        "subject": subject,
        "period_end": end,
        "text": _told("An invented text about {}, for demonstration.", subject),
        "rating": np.ma.MaskedArray(rating, mask=subject != _RATED),
        "author_role": _told("Invented lead for {}", subject),
        "evidence": _told("Invented meetings about {}", subject),
    }


def _told(words: str, subject: Array) -> Array:
    return np.array([words.format(each) for each in subject], object)
