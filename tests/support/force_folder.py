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
