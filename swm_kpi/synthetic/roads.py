"""Injury collisions and their casualties, which agree on place, day and worst injury.

The volumes are round-number guesses, stated in ``swm_kpi.synthetic``. Districts are invented.
"""

from __future__ import annotations

import numpy as np

from swm_kpi.contracts import ContractType
from swm_kpi.synthetic.setting import (
    FORCE,
    OFFICE,
    Columns,
    Season,
    Setting,
    draw_members,
    draw_positions,
    members,
    row_ids,
    with_nulls,
)

COLLISIONS_PER_YEAR = 1_300
FURTHER_CASUALTIES = 0.4

_SEVERITY = (0.025, 0.225, 0.75)
_ROAD_USERS = {
    "Pedestrian": 0.12, "Pedal cyclist": 0.1, "Motorcyclist": 0.11, "Horse rider": 0.003,
    "Mobility scooter user": 0.003, "Car or taxi occupant": 0.57,
    "Bus, coach or minibus occupant": 0.02, "Van or goods vehicle occupant": 0.06, "Other": 0.014,
}  # fmt: skip
_AGES = {
    "0 to 5": 0.02, "6 to 10": 0.02, "11 to 15": 0.04, "16 to 20": 0.13, "21 to 25": 0.12,
    "26 to 35": 0.21, "36 to 45": 0.15, "46 to 55": 0.12, "56 to 65": 0.1, "66 to 75": 0.05,
    "Over 75": 0.04,
}  # fmt: skip


def collisions(setting: Setting, contract: ContractType) -> Columns:
    """Return collisions, more in autumn and on Fridays."""
    rng = setting.generator("collision")
    season = Season(0.08, 300, (0.98, 0.98, 0.99, 1.0, 1.12, 1.0, 0.93), OFFICE)
    times = setting.event_times("collision", rng, COLLISIONS_PER_YEAR, season)
    size = len(times)
    worst = draw_positions(rng, _SEVERITY, size)
    area = setting.draw_areas(contract, rng, size)
    return {
        "collision_id": row_ids("COL", size),
        "date": times.astype("datetime64[D]"),
        "severity": _severities(contract)[worst],
        "force": np.full(size, FORCE, object),
        "district": setting.draw_districts(contract, rng, area),
        "lpa": area,
    }


def casualties(setting: Setting, contract: ContractType) -> Columns:
    """Return one or more casualties for each collision. The first has the worst injury."""
    rng = setting.generator("casualty")
    crashes = collisions(setting, contract)
    names = _severities(contract)
    mean = FURTHER_CASUALTIES * np.ones(len(crashes["date"]))
    # A spike changes the number of people in each collision, which is at least one.
    factor = setting.spike_factors("casualty", crashes["date"])
    mean = np.maximum((1 + mean) * factor - 1, 0)
    people = 1 + rng.poisson(mean)
    crash = np.repeat(np.arange(len(people)), people)
    number = np.arange(len(crash)) - np.repeat(np.cumsum(people) - people, people) + 1
    position = {name: number for number, name in enumerate(names)}
    worst = np.asarray([position[severity] for severity in crashes["severity"]], int)[crash]
    injury = np.where(
        number == 1, worst, np.maximum(worst, draw_positions(rng, _SEVERITY, len(crash)))
    )
    vehicle = 1 + (rng.random(len(crash)) < 0.4).astype(int)
    other = setting.generator("casualty, road user, age and sex")
    size = len(crash)
    return {
        "collision_id": crashes["collision_id"][crash],
        "casualty_id": np.asarray(
            [f"{first}-{second}" for first, second in zip(vehicle, number, strict=True)], object
        ),
        "date": crashes["date"][crash],
        "severity": names[injury],
        # Every collision is recorded by injury, so the adjustment changes nothing.
        "adjusted_serious": (names[injury] == "Serious").astype(float),
        "road_user": draw_members(other, contract, "road_user", _ROAD_USERS, size),
        "age_band": with_nulls(other, draw_members(other, contract, "age_band", _AGES, size), 0.02),
        "sex": draw_members(other, contract, "sex", {"Female": 0.4, "Male": 0.6}, size),
        "force": crashes["force"][crash],
        "district": crashes["district"][crash],
        "lpa": crashes["lpa"][crash],
    }


def _severities(contract: ContractType) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Return the three severities of the contract, worst first."""
    return np.asarray(members(contract, "severity", ("Fatal", "Serious", "Slight"))[:3], object)
