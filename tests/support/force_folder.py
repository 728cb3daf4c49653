"""Folders of forces for tests."""

from __future__ import annotations

from pathlib import Path

SETTINGS = """\
format = 1
name = "Other Force"
contact = "Performance team"
"""

SOURCE = '''
"""Incidents."""

import swm_kpi as kpi
from swm_kpi.definitions.contracts.incident import Incident
from swm_kpi.mapping import codes, not_in_source


class CommandAndControl(kpi.Source, table="c2"):
    """One row per log."""

    number = kpi.Column(str, personal=True, description="Number.")
    opened = kpi.Column(str, description="dd/mm/yyyy hh:mm.")
    code = kpi.Column(str, description="Closing code.")


MADE = {
    Incident.incident_id: CommandAndControl.number,
    Incident.created_at: CommandAndControl.opened.parse("%d/%m/%Y %H:%M"),
    Incident.closing_code: codes("../codes/closing.csv", CommandAndControl.code, unmapped="null"),
}

incidents = kpi.Mapping(
    Incident,
    source=CommandAndControl,
    version=1,
    valid_from="2024-04-01",
    owner="Head of contact",
    columns=MADE
    | {
        column: not_in_source("No field for it")
        for column in Incident.columns.values()
        if column not in MADE
    },
)
'''
CODES = """\
source_code,target,valid_from,valid_to,status,decided_by,decided_on,note
A1,ASB nuisance,,,approved,Head of contact,2024-04-02,
"""
FILES = {"sources/c2.py": SOURCE, "codes/closing.csv": CODES}
EXTRACT = "number,opened,code\n1,02/04/2024 10:00,A1\n2,03/04/2024 10:00,A1\n3,04/04/2024 10:00,B\n"


def write_force(folder: Path, files: dict[str, str] | None = None) -> Path:
    """Write the folder of a force, with the smallest valid ``force.toml`` unless it is given."""
    for name, text in ({"force.toml": SETTINGS} | (files or {})).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


SPANS_SOURCE = SOURCE.replace(
    "    code = kpi",
    '    arrived = kpi.Column(str, description="The same.")\n'
    '    beat = kpi.Column(str, description="The beat.")\n    code = kpi',
).replace(
    "    Incident.closing_code",
    "    Incident.first_arrived_at: "
    'CommandAndControl.arrived.parse("%d/%m/%Y %H:%M"),\n'
    "    Incident.lpa: CommandAndControl.beat,\n    Incident.closing_code",
)
SNAPSHOTS = '''
"""How many incidents wait."""

from swm_kpi.definitions.contracts.incident import Incident, OpenIncidentSnapshot
from swm_kpi.mapping import Snapshots, not_in_source

waiting = Snapshots(
    OpenIncidentSnapshot,
    spans=Incident,
    at=OpenIncidentSnapshot.snapshot_at,
    count=OpenIncidentSnapshot.unresourced,
    start=Incident.created_at,
    end=Incident.first_arrived_at,
    hours=[7, 19],
    columns={
        OpenIncidentSnapshot.lpa: Incident.lpa,
        OpenIncidentSnapshot.grade: not_in_source("Not counted by grade"),
    },
    version=1,
    valid_from="2024-04-01",
    owner="Head of contact",
)
'''
SPANS_FILES = {
    "sources/c2.py": SPANS_SOURCE,
    "codes/closing.csv": CODES,
    "sources/waiting.py": SNAPSHOTS,
    "force.toml": SETTINGS + 'areas = "areas.csv"\n',
    "areas.csv": "code,name,level,parent,valid_from,valid_to\n"
    "F,Kent,force,,,\nN,North,lpa,F,,\nS,South,lpa,F,,\nN1,North 1,beat,N,,\nS1,South 1,beat,S,,\n",
}
SPANS_EXTRACT = (
    "number,opened,arrived,beat,code\n"
    "1,02/04/2024 06:00,02/04/2024 08:00,N1,A1\n"
    "2,03/04/2024 10:00,,N1,A1\n"
    "3,30/04/2024 23:00,,S1,A1\n"
)

NEW_SOURCE = (
    SOURCE.replace("CommandAndControl", "NewControl")
    .replace('table="c2"', 'table="new_c2"')
    .replace("incidents = ", "new_incidents = ")
)
UNION = '''
"""Incidents of both systems."""

from swm_kpi.definitions.contracts.incident import Incident
from swm_kpi.mapping import Part, Union

from .c2 import incidents
from .new_c2 import new_incidents

both = Union(
    Incident,
    at=Incident.created_at,
    key=Incident.incident_id,
    parts=[
        Part(incidents, valid_to="2024-04-30"),
        Part(new_incidents, valid_from="2024-05-01"),
    ],
    version=1,
    owner="Head of contact",
)
'''
UNION_FILES = {
    "sources/c2.py": SOURCE,
    "sources/new_c2.py": NEW_SOURCE,
    "sources/incidents.py": UNION,
    "codes/closing.csv": CODES,
}
