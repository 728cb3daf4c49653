"""Compares members of a breakdown: how often one that does not differ is picked out.

The comparison is that of ``Result.funnel``, of rates of events with about 300 in each member.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

import swm_kpi as kpi
from swm_kpi.statistics import funnel_position, rate_funnel
from tests.simulations.simulation import Draw, Generator, Numbers, Simulation
from tests.support.member_results import members_result, rate

ALL_FIRST = "funnel: one test of all members first"
LIMITS_ALONE = "funnel limits of 95% without that test"
FAR_OUTSIDE = "funnel: strong evidence"
MEAN, LEAST_PEOPLE, MOST_PEOPLE = 0.05, 2_000, 10_000
_ALIKE = ("not shown to differ", "cannot tell")


def comparisons(
    members: int,
    of: Callable[[kpi.Funnel], float],
    *,
    spread: float = 0.0,
    first: float = 1.0,
) -> Draw:
    """Return what a function says of comparisons of so many members.

    Args:
        members: the number of members.
        of: a function of a comparison.
        spread: the standard deviation of the rates between members.
        first: what the rate of the first member is multiplied by.
    """

    def flags(rng: Generator, size: int) -> Numbers:
        return np.array([of(compare(*draw(rng, members, spread, first))) for _ in range(size)])

    return flags


def draw(rng: Generator, members: int, spread: float, first: float) -> tuple[Numbers, Numbers]:
    """Draw the events and the people of each member."""
    people = rng.uniform(LEAST_PEOPLE, MOST_PEOPLE, members)
    rates = np.maximum(rng.normal(MEAN, spread, members), 0)
    rates[0] *= first
    return rng.poisson(people * rates), people


def compare(events: Numbers, people: Numbers) -> kpi.Funnel:
    """Return the comparison of the members."""
    rows = {
        f"M{at}": rate(float(count), float(size))
        for at, (count, size) in enumerate(zip(events, people, strict=True))
    }
    return members_result("15", "per_1000", rows).funnel()


def any_picked_out(funnel: kpi.Funnel) -> float:
    """Return 1 if a member is picked out."""
    return float(any(judgement not in _ALIKE for judgement in funnel.frame["judgement"]))


def share_picked_out(funnel: kpi.Funnel) -> float:
    """Return the share of members that are picked out."""
    return float(np.mean([judgement not in _ALIKE for judgement in funnel.frame["judgement"]]))


def share_strong(funnel: kpi.Funnel) -> float:
    """Return the share of members that are picked out with strong evidence."""
    return float((funnel.frame["evidence"] == "strong").mean() or 0.0)  # type: ignore[arg-type]


def first_picked_out(funnel: kpi.Funnel) -> float:
    """Return 1 if the first member is picked out."""
    return float(funnel.frame["judgement"][0] not in _ALIKE)


def _any_outside(members: int) -> Draw:
    """Return whether any member lies outside the 95% limits, without a test of all."""

    def flags(rng: Generator, size: int) -> Numbers:
        outside = []
        for _ in range(size):
            events, people = draw(rng, members, 0.0, 1.0)
            limits = rate_funnel(people, events.sum() / people.sum())
            outside.append((funnel_position(events / people, limits) != "within").any())
        return np.array(outside)

    return flags


def simulations() -> Iterator[Simulation]:
    """Yield the rows of comparisons of members."""
    for members in (5, 10, 43):
        situation = f"{members} areas that do not differ, any picked out"
        yield Simulation(LIMITS_ALONE, situation, _any_outside(members), cost=20)
        yield Simulation(
            ALL_FIRST, situation, comparisons(members, any_picked_out), at_most=0.06, cost=100
        )
        situation = f"{members} areas, one with a rate 30% higher"
        power = comparisons(members, first_picked_out, first=1.3)
        yield Simulation(ALL_FIRST, situation, power, changed=True, cost=100)
    # A variance of twice that of chance in an area of 6,000 people.
    spread = float(np.sqrt(MEAN / 6_000))
    for members in (10, 43):
        situation = f"{members} areas that differ by as much again as by chance, share picked out"
        shares = comparisons(members, share_picked_out, spread=spread)
        yield Simulation(ALL_FIRST, situation, shares, at_most=0.05, cost=100)
        strong = comparisons(members, share_strong, spread=spread)
        yield Simulation(FAR_OUTSIDE, situation, strong, at_most=0.006, cost=100)
