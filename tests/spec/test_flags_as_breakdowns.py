"""A flag can be a breakdown: true and false are members, and a blank is Unknown."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from swm_kpi import Column, Contract, Count, DefinitionError, Dimension, Unit
from tests.support import engines
from tests.support.small_tables import build_metric, compute, rows_of

SIDE = Dimension("side", "Side", ("Yes side", "No side"), description="By the flag.")


class Vote(Contract, row_unit=Unit.ASSETS):
    """One row per vote."""

    cast_at = Column(datetime, description="When.")
    is_yes = Column(bool, nullable=True, optional=True, description="Whether it is a yes.")
    side = is_yes.recode({True: "Yes side", False: "No side"}, dimension=SIDE, description="It.")


METRIC = build_metric(Count(key="votes", of=Vote, at=Vote.cast_at), dimensions=[SIDE])
VOTES = pl.DataFrame(
    {"cast_at": [datetime(2024, 5, 6)] * 4, "is_yes": [True, False, None, True]},
    schema={"cast_at": pl.Datetime("us"), "is_yes": pl.Boolean},
)


def load(engine: str, rows: pl.DataFrame) -> Any:
    if engine == "Polars":
        return rows
    return rows.to_pandas() if engine == "pandas" else engines.loader(engine)("vote", rows)


@pytest.mark.parametrize(
    "engine",
    ["Polars", "pandas", "DuckDB", pytest.param("Ibis on DuckDB", marks=engines.IGNORED_WARNINGS)],
)
def test_a_flag_divides_the_rows(engine: str) -> None:
    result = compute(METRIC, {"vote": load(engine, VOTES)}, by=["side"])
    counts = {row["side"]: row["value"] for row in rows_of(result, "votes")}
    assert counts == {"Yes side": 2, "No side": 1, "Unknown": 1, "All": 4}


def test_a_text_is_no_value_of_a_flag() -> None:
    with pytest.raises(DefinitionError, match="'yes' is not true or false, as is_yes is"):

        class Poll(Contract):
            """One row per vote."""

            is_yes = Column(bool, nullable=True, description="Whether it is a yes.")
            side = is_yes.recode({"yes": "Yes side"}, dimension=SIDE, description="By the flag.")


def test_a_table_without_the_flag_has_no_breakdown_by_it() -> None:
    result = compute(METRIC, {"vote": VOTES.drop("is_yes")}, by=["side"])
    counts = {row["side"]: row["value"] for row in rows_of(result, "votes")}
    assert counts == {"Yes side": None, "No side": None, "All": 4}
