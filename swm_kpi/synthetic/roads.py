"""Injury collisions and the people injured in them, which agree on place, day and worst injury.

The volumes are round-number guesses, stated in ``swm_kpi.synthetic``. Districts are invented.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    OFFICE,
    Columns,
    Season,
    Setting,
    draw,
    ids,
    members,
)

COLLISIONS_A_YEAR = 1_300
MORE_CASUALTIES_EACH = 0.4

_FORCE = "Synthetic"
_SEVERITY = (0.025, 0.225, 0.75)


def collisions(setting: Setting, contract: ContractType) -> Columns:
    """Collisions, more of them in autumn and on Fridays."""
    rng = setting.generator("collision")
    season = Season(0.08, 300, (0.98, 0.98, 0.99, 1.0, 1.12, 1.0, 0.93), OFFICE)
    moments = setting.moments("collision", rng, COLLISIONS_A_YEAR, season)
    size = len(moments)
    worst = draw(rng, _SEVERITY, size)
    area = setting.places(contract, rng, size)
    part = np.asarray([", north", ", south"], object)[rng.integers(0, 2, size)]
    known = np.asarray([each is not None for each in area], bool)
    district = np.full(size, None, object)
    district[known] = area[known] + part[known]
    return {
        "collision_id": ids("COL", size),
        "date": moments.astype("datetime64[D]"),
        "severity": _named(contract)[worst],
        "force": np.full(size, _FORCE, object),
        "district": district,
        "lpa": area,
    }


def casualties(setting: Setting, contract: ContractType) -> Columns:
    """One or more for each collision; the first has its worst injury and no other has a worse."""
    rng = setting.generator("casualty")
    crashes = collisions(setting, contract)
    names = _named(contract)
    mean = MORE_CASUALTIES_EACH * np.ones(len(crashes["date"]))
    # A spike of casualties is of people in each collision: there is never fewer than one.
    factor = setting.factors("casualty", crashes["date"])
    mean = np.maximum((1 + mean) * factor - 1, 0)
    people = 1 + rng.poisson(mean)
    crash = np.repeat(np.arange(len(people)), people)
    number = np.arange(len(crash)) - np.repeat(np.cumsum(people) - people, people) + 1
    position = {name: at for at, name in enumerate(names)}
    worst = np.asarray([position[each] for each in crashes["severity"]], int)[crash]
    injury = np.where(number == 1, worst, np.maximum(worst, draw(rng, _SEVERITY, len(crash))))
    vehicle = 1 + (rng.random(len(crash)) < 0.4).astype(int)
    return {
        "collision_id": crashes["collision_id"][crash],
        "casualty_id": np.asarray(
            [f"{v}-{n}" for v, n in zip(vehicle, number, strict=True)], object
        ),
        "date": crashes["date"][crash],
        "severity": names[injury],
        "force": crashes["force"][crash],
        "district": crashes["district"][crash],
        "lpa": crashes["lpa"][crash],
    }


def _named(contract: ContractType) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return the three severities, worst first, as the contract lists them."""
    return np.asarray(members(contract, "severity", ("Fatal", "Serious", "Slight"))[:3], object)
