"""One row of the table: a rule in a situation, and how often it flags."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[Any]
Generator = np.random.Generator
Draw = Callable[[Generator, int], Numbers]
"""A function of a generator and a number of cases, which returns a row for each case."""
_BATCH = 1_000


@dataclass(frozen=True)
class Simulation:
    """A rule in a situation.

    Attributes:
        rule: the name of the rule.
        situation: what is drawn.
        flags: draws so many cases and returns one number for each: 1 where the rule flags, 0 where
            it does not, or the fraction of a report that it flags.
        changed: whether there is a change to find, so that the fraction is power; otherwise it is
            false alarms.
        at_most, at_least: the bounds that the fraction must meet; None where there is no goal.
        cost: how many cases of other simulations one case costs; so many fewer are drawn.
    """

    rule: str
    situation: str
    flags: Draw
    changed: bool = False
    at_most: float | None = None
    at_least: float | None = None
    cost: int = 1

    def run(self, cases: int) -> Outcome:
        """Return the fraction of cases in which the rule flags."""
        rng = np.random.default_rng(crc32(f"{self.rule}: {self.situation}".encode()))
        cases = max(1, cases // self.cost)
        sizes = [min(_BATCH, cases - start) for start in range(0, cases, _BATCH)]
        flagged = np.concatenate([self.flags(rng, size) for size in sizes]).astype(np.float64)
        return Outcome(self, float(flagged.mean()), float(flagged.std() / np.sqrt(flagged.size)))


@dataclass(frozen=True)
class Outcome:
    """What a simulation returned.

    Attributes:
        simulation: the simulation.
        fraction: the fraction of cases that the rule flags.
        error: its Monte Carlo standard error.
    """

    simulation: Simulation
    fraction: float
    error: float

    def meets_goal(self, errors: float = 0) -> bool:
        """Return whether the fraction meets its bounds, with so many standard errors to spare."""
        margin = errors * self.error
        simulation = self.simulation
        too_many = simulation.at_most is not None and self.fraction - margin > simulation.at_most
        too_few = simulation.at_least is not None and self.fraction + margin < simulation.at_least
        return not (too_many or too_few)


def format_table(outcomes: Sequence[Outcome]) -> str:
    """Return the outcomes as a Markdown table."""
    lines = [
        "| Rule | Situation | | % flagged | Standard error | Goal | Met |",
        "|---|---|---|---|---|---|---|",
    ]
    for outcome in outcomes:
        row = outcome.simulation
        kind = "power" if row.changed else "false alarms"
        goal, met = "", ""
        if row.at_most is not None:
            goal = f"at most {row.at_most:.2%}"
        if row.at_least is not None:
            goal = f"at least {row.at_least:.0%}"
        if goal:
            met = "yes" if outcome.meets_goal() else "no"
        lines.append(
            f"| {row.rule} | {row.situation} | {kind} | {100 * outcome.fraction:.2f} "
            f"| {100 * outcome.error:.2f} | {goal} | {met} |"
        )
    return "\n".join(lines)
