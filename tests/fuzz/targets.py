"""The targets of fuzzing: functions that take bytes and either succeed or raise a library error.

A failure is any other exception, a message that repeats a value of a table, or a value that changes
when it is written and read again.
"""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import swm_kpi as kpi
from swm_kpi.cli.main import main
from swm_kpi.definitions.plan.objectives import SECURE
from swm_kpi.expressions import canonical, english
from tests.fuzz.byte_reader import ByteReader

PLAN = kpi.catalogue()
MARKED = "Zq7SECRETzQ"


class Everything(kpi.Contract, row_unit=kpi.Unit.EVENTS, source="Fuzzing"):
    """One row per event, with a column of each type."""

    began_at = kpi.Column(datetime, description="When it began.")
    ended_at = kpi.Column(datetime, nullable=True, description="When it ended.")
    on = kpi.Column(date, nullable=True, description="A day.")
    code = kpi.Column(str, isin=("a", "b", "c"), nullable=True, description="A code.")
    name = kpi.Column(str, nullable=True, description="A text.")
    whole = kpi.Column(int, ge=0, nullable=True, description="A whole number.")
    share = kpi.Column(float, nullable=True, description="A number.")
    flag = kpi.Column(bool, nullable=True, description="A flag.")


def period_labels(content: bytes) -> None:
    """A label is either a period that formats to a label of the same period, or a PeriodError."""
    text = content.decode("utf-8", "surrogateescape")
    parts = text.split("|")
    with contextlib.suppress(kpi.PeriodError):
        (period,) = kpi.periods(parts[0])
        if kpi.periods(str(period)) != (period,):
            raise AssertionError("the label of a period is not the same period")
    if len(parts) > 2:
        with contextlib.suppress(kpi.PeriodError):
            kpi.periods(parts[0], parts[1], grain=parts[2])


def force_folder(content: bytes) -> None:
    """A force's folder gives a catalogue of the same refs, or one clear error."""
    settings, _, availability = content.partition(b"\x00")
    with tempfile.TemporaryDirectory() as name, contextlib.suppress(kpi.DefinitionError):
        (Path(name) / "force.toml").write_bytes(settings)
        (Path(name) / "availability.toml").write_bytes(availability)
        if len(kpi.Force.read(name).catalogue()) != len(PLAN):
            raise AssertionError("a force's folder changed the number of refs")


def csv_table(content: bytes) -> None:
    """A file is counted, or causes an error that shows no value."""
    name, ref = (
        _TABLES_AND_REFS[content[0] % len(_TABLES_AND_REFS)] if content else _TABLES_AND_REFS[0]
    )
    with _file(content[1:], ".csv") as path:
        try:
            message = str(kpi.validate(path, name))
            kpi.compute([ref], {name: path}, periods="2024/25 Q1", by=["lpa"])
        except (kpi.InputError, kpi.ContractError) as error:
            message = str(error)
        if MARKED in message:
            raise AssertionError("a message shows a value")


def public_files(content: bytes) -> None:
    """A published file is a table, or a library error."""
    readers: tuple[Callable[[Path], Any], ...] = (
        kpi.open_data.recorded_crime,
        kpi.open_data.officer_fte,
        kpi.open_data.police_uk,
        lambda path: kpi.open_data.stats19(path, path),
        kpi.open_data.police_uk_outcomes,
        kpi.open_data.crime_outcomes,
    )
    reader = readers[content[0] % len(readers)] if content else readers[0]
    with (
        _file(content[1:], ".csv", name="2024-04-west-mercia-street") as path,
        contextlib.suppress(kpi.SwmKpiError),
    ):
        reader(path)


def expressions(content: bytes) -> None:
    """A condition is described, hashed and computed, or is an error when it is declared."""
    reader = ByteReader(content)
    with contextlib.suppress(kpi.DefinitionError):
        condition = reader.condition(Everything)
        canonical(condition)
        english(condition)
        measure = kpi.Count(key="n", of=Everything, at=Everything.began_at, where=condition)
        metric = kpi.Metric(
            ref="F1",
            key="fuzzed",
            title="Events",
            objective=SECURE,
            summary="Events.",
            measures=[measure],
            direction=kpi.Direction.NEUTRAL,
            availability=kpi.Availability(status="unknown", reason="It is made up."),
            limitations="Not real.",
            examples=[kpi.Example(rows=_ROW, expect={"n": 1}, edge_case="None.")],
        )
        kpi.compute([metric], {"everything": reader.rows()}, periods="2024/25 Q1")


def command_line(content: bytes) -> None:
    """Arguments of ``swm-kpi compute`` give a documented exit code and no traceback."""
    words = content.decode("utf-8", "surrogateescape").split("\n")[:12]
    safe = [word for word in words if "/" not in word and "\0" not in word]
    with _folder() as folder:
        (folder / "incident.csv").write_text("incident_id,created_at\nI1,2024-04-01 10:00\n")
        before = os.getcwd()
        os.chdir(folder)
        output = io.StringIO()
        try:
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                code = main(["compute", *safe])
        except SystemExit as stop:
            code = stop.code
        finally:
            os.chdir(before)
        if code not in _EXIT_CODES:
            raise AssertionError(f"exit code {code}")
        if "Traceback" in output.getvalue():
            raise AssertionError("a traceback reached the user")


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target
    for target in (
        period_labels,
        force_folder,
        csv_table,
        public_files,
        expressions,
        command_line,
    )
}
_TABLES_AND_REFS = (
    ("incident", "15"),
    ("incident", "53"),
    ("contact", "57"),
    ("street_crime", "15"),
)
_EXIT_CODES = {0, 2, 10, 11, 12, 13, 14, 15, 16}
_ROW = """
| began_at         | code | flag |
| 2024-04-01 10:00 | a    | yes  |
"""
SEEDS: dict[str, list[bytes]] = {
    "period_labels": [
        b"2024/25 Q1",
        b"2024/25",
        b"2024-05",
        b"R12 2025-03",
        b"2024-04-01|2025-03-31|quarter",
        b"1999/00|x|rolling_12",
    ],
    "force_folder": [
        b'format = 1\nname = "n"\ncontact = "c"\n\x00format = 1\n[[statement]]\nref = "15"\n'
        b'status = "unknown"\nreason = "r"\nowner = "o"\ndate = 2025-05-01\n',
        b'format = 1\nname = "n"\ncontact = "c"\n[assumptions]\nrepeat_months = 3\n'
        b"[disclosure]\nthreshold = 5\n\x00format = 1\nstatement = 3\n",
        b"format = 1\n[[similar_forces]]\nforces = []\n\x00[[statement]]\nref = 15\nstatus = []\n",
    ],
    "csv_table": [
        b"\x00incident_id,created_at,closing_code,lpa\n"
        b"I1,2024-04-01 10:00:00,ASB nuisance,Shropshire\nI2,2024-04-01 10:00,,\n",
        b"\x00created_at,closing_code\n2024-13-01 10:00," + MARKED.encode() + b"\n",
        b"\x01created_at,grade,first_arrived_at,cancelled,police_generated,lpa\n"
        b"2024-05-01 10:00,1,2024-05-01 10:09:59,false,false,Shropshire\n",
        b"\x02presented_at,answered_at,abandoned_at,line,lpa\n"
        b"2024-04-01 10:00:00,2024-04-01 10:00:09,,999,\n",
        b"\x03month,crime_type,lpa\n2024-04-01,Anti-social behaviour,Shropshire\n",
        b'\x03month,crime_type\n"20""24",\xff\xfe\n',
    ],
    "public_files": [
        b"\x00Financial Year,Financial Quarter,Force Name,Offence Description,Offence Group,"
        b"Offence Subgroup,Offence Code,Number of Offences\n2024/25,1,West Mercia,x,y,z,1,2\n",
        b"\x02Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,"
        b"LSOA name,Crime type,Last outcome category,Context\n"
        b",2024-04,West Mercia Police,West Mercia Police,,,,,,Anti-social behaviour,,\n",
        b"\x03accident_index,accident_year,date,accident_severity\n1,2022,01/02/2022,3\n",
        b"\x04Crime ID,Month,Reported by,LSOA name,Outcome type\n"
        b"c1,2024-04,West Mercia Police,Worcester 001A,Suspect charged\n",
        b"\x05Financial Year,Financial Quarter,Force Name,Offence Group,Offence Subgroup,"
        b"Offence Code,Outcome Type,Outcomes for offences that were recorded in the quarter,"
        b"Outcomes for investigations closed in the quarter\n"
        b"2024/25,1,West Mercia,x,Shoplifting,46,0,2,N/A\n"
        b"2024/25,1,West Mercia,x,Rape offences,19C,1,2,3\n"
        b"2024/25,1,West Mercia,x,Other sexual offences,20A,1A,2,..\n",
    ],
    "expressions": [bytes(range(64)), b"\x07" * 40, bytes(range(255, 150, -1))],
    "command_line": [
        b"15\n--data\nincident=incident.csv\n--start\n2024-04-01\n--end\n2024-06-30",
        b"--start\n2024\n--end\n\n--grain\nmonth",
        b"15\n--data\nincident=incident.csv\n--start\n2024-04-01\n--end\n2024-06-30\n--out\nx.csv",
    ],
}


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextlib.contextmanager
def _file(content: bytes, suffix: str, *, name: str = "input") -> Iterator[Path]:
    with _folder() as folder:
        path = folder / f"{name}{suffix}"
        path.write_bytes(content)
        yield path
