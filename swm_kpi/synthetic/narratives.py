"""Texts for the report. Each states that it is invented."""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import Array, Columns, Setting, members

_SUBJECTS = ("road concerns", "data maturity", "information security")
_RATED = "data maturity"


def texts(setting: Setting, contract: ContractType) -> Columns:
    """Return one text for each subject at the end of each quarter."""
    rng = setting.generator("narrative_text")
    ends = setting.month_ends
    ends = ends[(ends.astype("datetime64[M]").astype(np.int64) + 1) % 3 == 0]
    subjects = np.asarray(members(contract, "subject", _SUBJECTS), object)
    end, subject = np.repeat(ends, len(subjects)), np.tile(subjects, len(ends))
    rows, copy = setting.spiked_rows("narrative_text", rng, end)
    # A subject and day have only one text, so a spike can only remove texts.
    end, subject = end[rows[copy == 0]], subject[rows[copy == 0]]
    rating = rng.integers(2, 5, len(end))
    return {
        "subject": subject,
        "period_end": end,
        "text": _format_texts("An invented text about {}, for demonstration.", subject),
        "rating": np.ma.MaskedArray(rating, mask=subject != _RATED),
        "author_role": _format_texts("Invented lead for {}", subject),
        "evidence": _format_texts("Invented meetings about {}", subject),
    }


def _format_texts(template: str, subject: Array) -> Array:
    return np.array([template.format(name) for name in subject], object)
