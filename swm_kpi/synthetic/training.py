"""Training: who came to sessions, and who of those in post is trained at each quarter's end.

The people are those of the workforce. The volumes and shares are round-number assumptions for
shape, not facts about any force.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.resources import workforce
from swm_kpi.synthetic.setting import (
    Array,
    Columns,
    Season,
    Setting,
    chance,
    copies,
    flag,
    gaps,
    ids,
    members,
    numbered,
    pick,
)

SESSIONS_A_YEAR, COME_TO_EACH = 360, 10

_THEMES = {"victim care": 0.4, "exploitation & vulnerability": 0.3, "vulnerabilities": 0.3}
_COURSES = ("first course", "refresher")
_AUDIENCE = {"officer": "Officers", "special": "Officers"}
_ROLES = {
    "officer": "Police officer", "special": "Special constable", "PCSO": "PCSO",
    "staff": "Police staff", "designated officer": "Police staff",
}  # fmt: skip
_MADE_FOR = {
    "victim care": ("officer", "special", "PCSO"),
    "exploitation & vulnerability": ("officer", "PCSO"),
    "vulnerabilities": ("officer", "special", "PCSO", "designated officer"),
}


def attendance(setting: Setting, contract: ContractType) -> Columns:
    """Assume 360 sessions a year, to each of which ten come in the mean; 8% are partners."""
    rng = setting.generator("training_attendance")
    week = (1.2, 1.3, 1.3, 1.3, 1.0, 0.3, 0.2)
    held = setting.moments("training_attendance", rng, SESSIONS_A_YEAR, Season(week=week))
    day = held.astype("datetime64[D]")
    count = len(day)
    theme = pick(rng, contract, "theme", _THEMES, count)
    course = np.asarray(_COURSES, object)[rng.integers(0, len(_COURSES), count)]
    course = gaps(rng, theme + ": " + course, 0.02) if count else course
    session = np.repeat(np.arange(count), 1 + rng.poisson(COME_TO_EACH - 1, count))
    size = len(session)
    staff = workforce(setting, contract)
    # Somebody in post at the end of the month of the session.
    ends = np.unique(staff["as_at"])
    low = np.searchsorted(staff["as_at"], ends)
    high = np.append(low[1:], len(staff["as_at"]))
    partner = chance(rng, 0.08, size)
    drawn = rng.random(size)
    row = np.zeros(size, int)
    if len(ends):
        month = np.minimum(np.searchsorted(ends, day), len(ends) - 1)[session]
        row = low[month] + (drawn * (high - low)[month]).astype(int)
    else:
        partner[:] = True
    person = numbered("PAR", (drawn * max(5, 2_000 * setting.scale)).astype(int))
    ours = np.flatnonzero(~partner)
    person[ours] = staff["person_id"][row[ours]]
    audience, area = np.full(size, "Partners", object), np.full(size, None, object)
    kind = staff["worker_type"][row[ours]]
    audience[ours] = [_AUDIENCE.get(each, "Staff") for each in kind]
    area[ours] = staff["lpa"][row[ours]]
    twice = pd.DataFrame({"session": session, "person": person}).duplicated().to_numpy()
    completed = flag(rng, 0.9, size, gap=0.03)
    once = np.flatnonzero(~twice)
    return {
        "session_id": ids("SES", count)[session][once],
        "person_id": person[once],
        "theme": theme[session][once],
        "course": course[session][once],
        "session_date": day[session][once],
        "completed": completed[once],
        "audience": _listed(contract, "audience", audience[once]),
        "lpa": area[once],
    }


def requirement(setting: Setting, contract: ContractType) -> Columns:
    """At each quarter's end, assume that those with the public are to be trained, 60% to 80% are.

    Somebody who is trained stays so, because nothing lapses.
    """
    rng = setting.generator("training_requirement")
    staff = workforce(setting, contract)
    ends = setting.month_ends
    quarters = ends[(ends.astype("datetime64[M]").astype(np.int64) + 1) % 3 == 0]
    at = np.flatnonzero(np.isin(staff["as_at"], quarters if len(quarters) else ends[-1:]))
    code, known = pd.factorize(staff["person_id"][at])
    parts: list[tuple[Array, Array, Array]] = []
    for theme in members(contract, "theme", tuple(_THEMES)):
        made_for = _MADE_FOR.get(theme, ("officer",))
        trained = np.datetime64(setting.start, "D") + (
            rng.exponential(900, len(known)) - 900
        ).astype("timedelta64[D]")
        mine = np.flatnonzero(np.isin(staff["worker_type"][at].astype(str), made_for))
        done = trained[code[mine]] <= staff["as_at"][at[mine]]
        parts.append((at[mine], np.full(len(mine), theme, object), done))
    row = np.concatenate([each[0] for each in parts])
    theme_of = np.concatenate([each[1] for each in parts])
    done = np.concatenate([each[2] for each in parts])
    order = np.argsort(row, kind="stable")
    kept, copy = setting.rows("training_requirement", rng, staff["as_at"][row[order]])
    row, theme_of, done = row[order][kept], theme_of[order][kept], done[order][kept]
    role = np.asarray([_ROLES.get(each) for each in staff["worker_type"][row]], object)
    return {
        "as_at": staff["as_at"][row],
        "person_id": copies(staff["person_id"][row], copy),
        "theme": theme_of,
        "completed": done,
        "role": _listed(contract, "role", role),
        "lpa": staff["lpa"][row],
    }


def _listed(contract: ContractType, column: str, names: Array) -> Array:
    """Leave out what the contract's closed list does not have."""
    allowed = members(contract, column, ())
    if allowed:
        names[~np.isin(names.astype(str), allowed)] = None
    return names
