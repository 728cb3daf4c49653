"""Training: attendance at sessions, and the people in post who are trained at the end of a quarter.

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
    draw_members,
    format_ids,
    members,
    random_flags,
    random_mask,
    row_ids,
    with_copy_numbers,
    with_nulls,
)

SESSIONS_PER_YEAR, ATTENDEES_PER_SESSION = 360, 10

_THEMES = {"victim care": 0.4, "exploitation & vulnerability": 0.3, "vulnerabilities": 0.3}
_COURSES = ("first course", "refresher")
_AUDIENCE = {"officer": "Officers", "special": "Officers"}
_ROLES = {
    "officer": "Police officer", "special": "Special constable", "PCSO": "PCSO",
    "staff": "Police staff", "designated officer": "Police staff",
}  # fmt: skip
_WORKER_TYPES = {
    "victim care": ("officer", "special", "PCSO"),
    "exploitation & vulnerability": ("officer", "PCSO"),
    "vulnerabilities": ("officer", "special", "PCSO", "designated officer"),
}


def attendance(setting: Setting, contract: ContractType) -> Columns:
    """Assume 360 sessions a year with ten people on average, 8% of them from partners."""
    rng = setting.generator("training_attendance")
    week = (1.2, 1.3, 1.3, 1.3, 1.0, 0.3, 0.2)
    times = setting.event_times("training_attendance", rng, SESSIONS_PER_YEAR, Season(week=week))
    day = times.astype("datetime64[D]")
    count = len(day)
    theme = draw_members(rng, contract, "theme", _THEMES, count)
    course = np.asarray(_COURSES, object)[rng.integers(0, len(_COURSES), count)]
    course = with_nulls(rng, theme + ": " + course, 0.02) if count else course
    session = np.repeat(np.arange(count), 1 + rng.poisson(ATTENDEES_PER_SESSION - 1, count))
    size = len(session)
    staff = workforce(setting, contract)
    # The person is in post at the end of the month of the session.
    ends = np.unique(staff["as_at"])
    low = np.searchsorted(staff["as_at"], ends)
    high = np.append(low[1:], len(staff["as_at"]))
    partner = random_mask(rng, 0.08, size)
    drawn = rng.random(size)
    row = np.zeros(size, int)
    if len(ends):
        month = np.minimum(np.searchsorted(ends, day), len(ends) - 1)[session]
        row = low[month] + (drawn * (high - low)[month]).astype(int)
    else:
        partner[:] = True
    person = format_ids("PAR", (drawn * max(5, 2_000 * setting.scale)).astype(int))
    employed = np.flatnonzero(~partner)
    person[employed] = staff["person_id"][row[employed]]
    audience, area = np.full(size, "Partners", object), np.full(size, None, object)
    kind = staff["worker_type"][row[employed]]
    audience[employed] = [_AUDIENCE.get(worker_type, "Staff") for worker_type in kind]
    area[employed] = staff["lpa"][row[employed]]
    repeated = pd.DataFrame({"session": session, "person": person}).duplicated().to_numpy()
    completed = random_flags(rng, 0.9, size, null_share=0.03)
    first = np.flatnonzero(~repeated)
    return {
        "session_id": row_ids("SES", count)[session][first],
        "person_id": person[first],
        "theme": theme[session][first],
        "course": course[session][first],
        "session_date": day[session][first],
        "completed": completed[first],
        "audience": _only_members(contract, "audience", audience[first]),
        "lpa": area[first],
    }


def requirement(setting: Setting, contract: ContractType) -> Columns:
    """Return the people who must be trained, at the end of each quarter. 60% to 80% are trained.

    Training does not expire.
    """
    rng = setting.generator("training_requirement")
    staff = workforce(setting, contract)
    ends = setting.month_ends
    quarters = ends[(ends.astype("datetime64[M]").astype(np.int64) + 1) % 3 == 0]
    at = np.flatnonzero(np.isin(staff["as_at"], quarters if len(quarters) else ends[-1:]))
    code, known = pd.factorize(staff["person_id"][at])
    parts: list[tuple[Array, Array, Array]] = []
    for theme in members(contract, "theme", tuple(_THEMES)):
        worker_types = _WORKER_TYPES.get(theme, ("officer",))
        trained = np.datetime64(setting.start, "D") + (
            rng.exponential(900, len(known)) - 900
        ).astype("timedelta64[D]")
        rows = np.flatnonzero(np.isin(staff["worker_type"][at].astype(str), worker_types))
        done = trained[code[rows]] <= staff["as_at"][at[rows]]
        parts.append((at[rows], np.full(len(rows), theme, object), done))
    row = np.concatenate([part[0] for part in parts])
    theme_of = np.concatenate([part[1] for part in parts])
    done = np.concatenate([part[2] for part in parts])
    order = np.argsort(row, kind="stable")
    spiked, copy = setting.spiked_rows("training_requirement", rng, staff["as_at"][row[order]])
    row, theme_of, done = row[order][spiked], theme_of[order][spiked], done[order][spiked]
    role = np.asarray(
        [_ROLES.get(worker_type) for worker_type in staff["worker_type"][row]], object
    )
    return {
        "as_at": staff["as_at"][row],
        "person_id": with_copy_numbers(staff["person_id"][row], copy),
        "theme": theme_of,
        "completed": done,
        "role": _only_members(contract, "role", role),
        "lpa": staff["lpa"][row],
    }


def _only_members(contract: ContractType, column: str, names: Array) -> Array:
    """Replace names that are not in the column's closed list by None."""
    allowed = members(contract, column, ())
    if allowed:
        names[~np.isin(names.astype(str), allowed)] = None
    return names
