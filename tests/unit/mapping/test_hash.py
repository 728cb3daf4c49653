"""The hash of a mapping changes with everything that moves the rows, and with nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import swm_kpi as kpi
from swm_kpi.mapping import codes, flag, not_in_source
from tests.support.mapping_cases import code_file


class Visit(kpi.Contract):
    """One row per visit."""

    reason = kpi.Column(str, nullable=True, description="Why.")
    urgent = kpi.Column(bool, nullable=True, description="Whether it is urgent.")


class Log(kpi.Source):
    """One row per line of the log."""

    why = kpi.Column(str, description="Code of the reason.")
    line = kpi.Column(int, description="Number of the line.")


ROW = "R,Report,,,approved,Owner,2024-04-02,"
TWO_ROWS = f"{ROW}\nS,Report,,,approved,Owner,2024-04-02,"


def of(reason: Any = None, urgent: Any = None, **fields: Any) -> kpi.Mapping:
    made = {"version": 1, "valid_from": "2024-04-01", "owner": "Owner"} | fields
    return kpi.Mapping(
        Visit,
        source=Log,
        columns={
            Visit.reason: codes(code_file(ROW), Log.why) if reason is None else reason,
            Visit.urgent: flag(Log.why, yes=["Y", "1"], no="N") if urgent is None else urgent,
        },
        **made,
    )


CHANGED: dict[str, Callable[[], kpi.Mapping]] = {
    "a target": lambda: of(codes(code_file(ROW.replace("Report", "Theft")), Log.why)),
    "another code": lambda: of(codes(code_file(TWO_ROWS), Log.why)),
    "what happens to an unmapped code": lambda: of(
        codes(code_file(ROW), Log.why, unmapped="null")
    ),
    "the other value": lambda: of(codes(code_file(ROW), Log.why, unmapped="other", other="x")),
    "folding": lambda: of(codes(code_file(ROW), Log.why, fold=True)),
    "a value of a flag": lambda: of(urgent=flag(Log.why, yes="Y", no="N")),
    "a column": lambda: of(Log.why),
    "what is not in the source": lambda: of(not_in_source("No field")),
    "a constant": lambda: of("R"),
    "the thing": lambda: of(one_row_per=Log.why),
    "the order": lambda: of(one_row_per=Log.why, first_by=Log.line),
}  # fmt: skip
SAME: dict[str, Callable[[], kpi.Mapping]] = {
    "the owner": lambda: of(owner="Another"),
    "the version": lambda: of(version=2),
    "the description": lambda: of(description="Read this."),
    "the name of a file": lambda: of(codes(code_file(ROW, "other.csv"), Log.why)),
    "a suggestion": lambda: of(codes(code_file(f"{ROW}\nS,Report,,,suggested,,,"), Log.why)),
    "a note": lambda: of(codes(code_file(ROW + "see the minutes"), Log.why)),
    "the order of values": lambda: of(urgent=flag(Log.why, yes=["1", "Y"], no="N")),
}


@pytest.mark.parametrize("change", CHANGED)
def test_the_hash_changes_with(change: str) -> None:
    assert CHANGED[change]().hash != of().hash
    assert len({make().hash for make in CHANGED.values()}) == len(CHANGED)


@pytest.mark.parametrize("change", SAME)
def test_the_hash_does_not_change_with(change: str) -> None:
    assert SAME[change]().hash == of().hash


def test_a_definition_names_the_table_the_version_and_the_hash() -> None:
    assert of().definition == f"visit@1#{of().hash}"
