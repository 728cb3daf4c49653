"""The table of ``python -m tests.simulations``: its goals are met, and it says so."""

from __future__ import annotations

import numpy as np
import pytest

from tests.simulations.rows import SIMULATIONS
from tests.simulations.simulation import Simulation, format_table

WITH_GOALS = [row for row in SIMULATIONS if row.at_most is not None or row.at_least is not None]


@pytest.mark.exhaustive
@pytest.mark.parametrize("row", WITH_GOALS, ids=lambda row: f"{row.rule}: {row.situation}")
def test_a_rule_meets_its_goal(row: Simulation) -> None:
    """Unless chance explains it: 4,000 cases or 20 reports, and three standard errors."""
    assert row.run(4_000 if row.cost == 1 else 2_000).meets_goal(errors=3)


def test_few_series_show_the_order_of_the_rules() -> None:
    """A step of three months is found twice as often by the scan as by the four rules."""
    situation = "Poisson, mean 100, 20% down for 3 months"
    four, recent = (row.run(400) for row in SIMULATIONS if row.situation == situation)
    assert recent.fraction > 0.55 > 0.4 > four.fraction


def test_every_row_has_a_name_of_its_own() -> None:
    names = [(row.rule, row.situation) for row in SIMULATIONS]
    assert len(set(names)) == len(names)


def test_a_row_is_drawn_the_same_each_time_and_says_how_sure_it_is() -> None:
    rare = Simulation("rule", "rare", lambda rng, size: rng.random(size) < 0.1, at_most=0.05)
    outcome = rare.run(2_500)
    assert outcome == rare.run(2_500)
    assert outcome.error == pytest.approx(np.sqrt(outcome.fraction * (1 - outcome.fraction) / 2500))
    assert not outcome.meets_goal()
    assert outcome.meets_goal(errors=20)
    power = Simulation("rule", "power", rare.flags, changed=True, at_least=0.05)
    assert power.run(100).meets_goal()
    table = format_table([outcome, power.run(100)])
    assert "| rule | rare | false alarms |" in table
    assert "| at most 5.00% | no |" in table
    assert "| at least 5% | yes |" in table
