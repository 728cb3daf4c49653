"""``swm-kpi init``: a new folder of a force, which passes every check."""

from __future__ import annotations

import json
from pathlib import Path

from swm_kpi.errors import OutputError
from swm_kpi.force.force import AVAILABILITY, SETTINGS, TARGETS
from swm_kpi.force.sources import CODES, SOURCES
from swm_kpi.output.files import write_text

_SETTINGS = """\
# What the force has decided. Everyone who reviews a number can read the history of this file.
format = 1
name = {name}
contact = {contact}
default_grain = "quarter"
# areas = "areas.csv"  # columns code, name, level, parent, valid_from, valid_to

# Small counts can identify people. This policy protects everything that leaves the force.
[disclosure]
threshold = 5
rounding_base = 5

# Values that replace the defaults of assumptions. `swm-kpi show REF` lists those of a ref.
[assumptions]
# repeat_months = 24

# The forces to compare with, from one day on. Add a table for each new statement.
# [[similar_forces]]
# valid_from = 2025-04-01
# forces = ["Another Force", "A Third Force"]
# source = "Who says that they are similar"
"""

_AVAILABILITY = """\
# What the force can report. A ref without a statement keeps what the plan says.
format = 1

# [[statement]]
# ref = "15"
# measure = "incidents"          # leave it out for the whole ref
# status = "not_reportable"      # or reportable, or unknown
# reason = "The command and control system cannot give closing codes."
# owner = "Head of contact management"
# date = 2025-05-01
# expected = 2026-04-01          # when it will be reportable
# evidence = [
#     {{ source = "Quarterly report", finding = "Ref 15 is left out.", date = "2025-05" }},
# ]
# history = [
#     {{ date = 2024-05-01, status = "unknown", reason = "Nobody had asked." }},
# ]
"""

_TARGETS = """\
# The levels that measures are meant to reach. A past target keeps its days: never change one, add
# the next. A target is of the whole force unless it names the member of a breakdown.
format = 1

# [[target]]
# ref = "57"
# measure = "answered_999"         # `swm-kpi show REF` lists the measures of a ref
# value = 0.9                    # in the unit of the measure; 0.9 for 90%
# valid_from = 2025-04-01
# valid_to = 2029-03-31          # leave it out if it has no end
# source = "Police and crime plan 2025 to 2029, page 30"
# lpa = "North"                  # leave it out for the whole force
"""

_README = """\
# {title}

Everything that is the force's own, in small files to review. `swm-kpi check --force .` checks all
of them.

| File | Contents |
|---|---|
| `force.toml` | name, contact, disclosure policy, assumptions, similar forces |
| `sources/` | one Python module for each source system: its columns, and the mappings |
| `codes/` | code lists: what each code of a system means, from when, and who decided it |
| `availability.toml` | what the force can report |
| `targets.toml` | the levels that measures are meant to reach, with their days and sources |

To map an extract:

    swm-kpi map scaffold incident --from extracts/command_and_control.csv --force .
    swm-kpi map check --force .
    swm-kpi map report incident --force . --data extracts/
    swm-kpi compute --force . --data extracts/ --period "2024/25 Q1"
"""

_SOURCES = '"""The sources of the force: one module for each system."""\n'


def write_template(folder: Path, *, name: str, contact: str) -> tuple[str, ...]:
    """Write a new folder of a force.

    Args:
        folder: a folder that does not exist, or is empty.
        name: the name of the force.
        contact: where to ask about its numbers.

    Returns:
        The names of the files written.

    Raises:
        OutputError: the folder has files already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder.name!r} is not an empty folder. Give a new one.")
    quoted = {
        "name": json.dumps(name, ensure_ascii=False),
        "contact": json.dumps(contact, ensure_ascii=False),
    }
    files = {
        SETTINGS: _SETTINGS.format(**quoted),
        AVAILABILITY: _AVAILABILITY.format(),
        TARGETS: _TARGETS,
        f"{SOURCES}/__init__.py": _SOURCES,
        f"{CODES}/.gitkeep": "",
        "README.md": _README.format(title=name),
    }
    for path, text in files.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            message = f"Folder {target.parent.name!r} cannot be made. Check the permissions."
            raise OutputError(message) from None
        write_text(target, text)
    return tuple(name for name in files if not name.endswith(".gitkeep"))
