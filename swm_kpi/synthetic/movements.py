"""People who join and leave, those in post when a year begins, and the posts of the force.

All follow the people of the workforce's snapshots. The shares are round-number assumptions for
shape, not facts about any force.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.resources import workforce
from swm_kpi.synthetic.setting import (
    DAY,
    Array,
    Columns,
    Setting,
    draw_members,
    random_mask,
    row_ids,
    with_nulls,
)

_REASONS = {
    "retirement": 0.42, "resignation": 0.46, "dismissal": 0.04, "medical retirement": 0.04,
    "death": 0.01, "other": 0.03,
}  # fmt: skip
_TRANSFERS = 0.12
_OF_PERSON = (
    "worker_type", "rank", "fte", "sex", "age_band", "ethnicity", "disability", "religion",
    "sexual_orientation", "gender_reassignment",
)  # fmt: skip


def movements(setting: Setting, contract: ContractType) -> Columns:
    """Return a joiner for each person who is not in the first snapshot, and a leaver likewise.

    One officer in eight who joins or leaves does so from or to another force.
    """
    rng = setting.generator("workforce_movement")
    people = workforce(setting, contract)
    ends = np.unique(people["as_at"])
    person, _ = pd.factorize(people["person_id"])
    rows = pd.DataFrame({"person": person, "row": np.arange(len(person))})
    first = rows.groupby("person")["row"].min().to_numpy()
    last = rows.groupby("person")["row"].max().to_numpy()
    joined = first[people["as_at"][first] > ends[0]]
    left = last[people["as_at"][last] < ends[-1]]
    row = np.concatenate([joined, left])
    leaves = np.arange(len(row)) >= len(joined)
    # A person joins in the month of the first snapshot, and leaves in the month after the last.
    month = np.searchsorted(ends, people["as_at"][row]) + leaves
    begins = ends[np.maximum(month - 1, 0)]
    days = ((ends[month] - begins) / DAY).astype(int)
    moved = begins + (1 + np.floor(rng.random(len(row)) * days)).astype(int) * DAY
    transfers = (people["worker_type"][row] == "officer") & random_mask(rng, _TRANSFERS, len(row))
    movement = np.where(leaves, "leaver", "joiner").astype(object)
    movement[transfers] = np.where(leaves[transfers], "transfer out", "transfer in")
    reason = with_nulls(rng, draw_members(rng, contract, "reason", _REASONS, len(row)), 0.03)
    reason[movement != "leaver"] = None
    order = np.argsort(moved, kind="stable")
    columns = {
        "movement_id": row_ids("MOV", len(row)),
        "moved_on": moved[order],
        "movement": movement[order],
        "reason": reason[order],
    }
    return columns | {name: people[name][row][order] for name in _OF_PERSON if name in people}


def opening_strength(setting: Setting, contract: ContractType) -> Columns:
    """Return everyone in the snapshot of each 31 March, dated the next day."""
    people = workforce(setting, contract)
    next_day = people["as_at"] + DAY
    at = np.flatnonzero(next_day.astype("datetime64[M]").astype(np.int64) % 12 == 3)
    columns = {"opens_on": next_day[at], "person_id": people["person_id"][at]}
    return columns | {name: people[name][at] for name in _OF_PERSON if name in people}


def establishment(setting: Setting, contract: ContractType) -> Columns:
    """Return the posts at each month end: as many for each type as the first snapshot has people.

    Officers have 2% more posts than people, and the uplift baseline is 5% below their number.
    """
    people = workforce(setting, contract)
    ends = np.unique(people["as_at"])
    opening = people["as_at"] == ends[0]
    types, hours = people["worker_type"][opening], people["fte"][opening]
    names = np.unique(types.astype(str))
    posts = [
        float(hours[types == name].sum()) * (1.02 if name == "officer" else 1) for name in names
    ]
    baseline = 0.95 * float((types == "officer").sum())
    worker_types = np.asarray([*names, "officer"], object)
    basis = np.asarray(["establishment"] * len(names) + ["uplift baseline"], object)
    numbers = np.asarray([*posts, baseline]).round()
    size = len(ends) * len(basis)
    nothing: Array = np.full(size, None, object)
    return {
        "as_at": np.repeat(ends, len(basis)),
        "basis": np.tile(basis, len(ends)),
        "worker_type": np.tile(worker_types, len(ends)),
        "rank": nothing,
        "lpa": nothing,
        "posts": np.tile(numbers, len(ends)),
    }
