"""Pandera's global switches do not weaken what the library checks.

Pandera reads environment variables when it is first imported, and can be reconfigured later by
anything in the process. Each switch is tested in a new process, on the same invalid table.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from swm_kpi.contracts import ContractType
from tests.support.bad_inputs import Visit

CHECKS = """
import json
import polars as pl
import pandas as pd
import swm_kpi as kpi
from datetime import date
from swm_kpi import Column, Contract, Count, Sum, Unit
from tests.support.bad_inputs import build_metric

class Person(Contract, row_unit=Unit.PEOPLE):
    '''One row per person.'''
    seen_on = Column(date, description="When.")
    name = Column(str, checks=lambda pa: [pa.Check.isin(["Ann"])], description="A name.")
    age = Column(int, ge=0, description="An age.")

rows = {"seen_on": [date(2024, 4, 1)] * 2, "name": ["Ann", "Q7MARK"], "age": [1, -1]}
metric = build_metric(
    Count(key="anns", of=Person, at=Person.seen_on, where=Person.name == "Ann"),
    Sum(key="ages", of=Person, at=Person.seen_on, value=Person.age, unit=Unit.PEOPLE),
    dimensions=[],
)

def problems_of(table):
    violations = kpi.validate(table, Person).violations
    problems = [(violation.column, violation.rows) for violation in violations]
    try:
        catalogue = kpi.Catalogue([metric])
        kpi.compute([metric], {"person": table}, periods=["2024-04"], catalogue=catalogue)
    except kpi.SwmKpiError as error:
        problems.append((type(error).__name__, str(error).count(" row)")))
        assert "Q7MARK" not in str(error)
    return sorted(problems)

def answer():
    pandas = pd.DataFrame(rows).astype({"seen_on": "datetime64[us]"})
    return [problems_of(pl.DataFrame(rows)), problems_of(pandas)]
"""
EXPECTED_ERRORS = [[["ContractError", 2], ["age", 1], ["name", 1]]] * 2

VARIABLES = [
    {"PANDERA_VALIDATION_ENABLED": "False"},
    {"PANDERA_VALIDATION_ENABLED": "TRUE"},  # pandera takes this for false
    {"PANDERA_VALIDATION_DEPTH": "SCHEMA_ONLY"},
    {"PANDERA_VALIDATION_DEPTH": "DATA_ONLY"},
    {"PANDERA_CACHE_DATAFRAME": "True", "PANDERA_KEEP_CACHED_DATAFRAME": "True"},
    {"PANDERA_USE_NARWHALS_BACKEND": "True"},
]
# Each setting of a process in turn, and then in a thread that starts with the last of them.
SETTINGS = """
from threading import Thread
from pandera.config import CONFIG, ValidationDepth, config_context, reset_config_context

only = ValidationDepth.SCHEMA_ONLY
answers = []
for setting in (
    {"validation_enabled": False},
    {"validation_depth": only},
    {"cache_dataframe": True, "keep_cached_dataframe": True},
):
    with config_context(**setting):
        answers.append(answer())
CONFIG.validation_enabled = False
CONFIG.validation_depth = only
reset_config_context(CONFIG)
answers.append(answer())
thread = Thread(target=lambda: answers.append(answer()))
thread.start()
thread.join()
print(json.dumps(answers))
"""


def run_python(code: str, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", CHECKS + code],
        env=os.environ | variables,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "variables",
    [VARIABLES[0], *(pytest.param(v, marks=pytest.mark.exhaustive) for v in VARIABLES[1:])],
    ids=str,
)
def test_no_environment_variable_weakens_a_check(variables: dict[str, str]) -> None:
    process = run_python("print(json.dumps(answer()))", variables)
    assert (json.loads(process.stdout or "null"), process.stderr) == (EXPECTED_ERRORS, "")


@pytest.mark.exhaustive
def test_no_setting_of_the_process_weakens_a_check() -> None:
    process = run_python(SETTINGS, {})
    assert (json.loads(process.stdout or "null"), process.stderr) == ([EXPECTED_ERRORS] * 5, "")


@pytest.mark.exhaustive
def test_an_unknown_variable_of_pandera_is_reported_and_changes_nothing() -> None:
    process = run_python(
        "print(json.dumps(answer()))", {"PANDERA_VALIDATION_DEPTH": "ALL_MEASURES"}
    )
    assert process.returncode != 0
    last = process.stderr.strip().splitlines()[-1]
    assert last.startswith(
        "swm_kpi.errors.RequestError: Pandera does not start: one of its environment"
    )


VALIDATE_BY_SCHEMA = """
right = {"seen_on": [date(2024, 4, 1)], "name": ["Ann"], "age": [1]}
wrong = right | {"name": ["Q7MARK"], "age": [-1]}
Person.schema("polars").validate(pl.DataFrame(wrong))
Person.schema("pandas").validate(pd.DataFrame(wrong).astype({"seen_on": "datetime64[us]"}))
print("passed")
"""


@pytest.mark.exhaustive
def test_the_docstring_of_schema_says_that_panderas_switches_apply() -> None:
    """The schema follows the switches, and its docstring names the function to call instead."""
    assert (
        run_python(VALIDATE_BY_SCHEMA, {"PANDERA_VALIDATION_ENABLED": "False"}).stdout.strip()
        == "passed"
    )
    message = ContractType.schema.__doc__ or ""
    for word in ("PANDERA_VALIDATION_ENABLED", "swm_kpi.validate", "contain the values"):
        assert word in message
    assert Visit.schema().name == "visit"
