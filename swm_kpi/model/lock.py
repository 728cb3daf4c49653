"""Lock files: the hash of each version of each definition, so that no number moves unnoticed.

The lock of metrics has lines such as ``57@1#12bcd4fa``, which a result's ``definition`` column
contains, so that any published number can be looked up. The lock of a force has what makes each of
its tables, such as ``crime@3#1f2e3d4c``, which the provenance of a result contains. Lines of
earlier versions stay in the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from swm_kpi.errors import DefinitionError, Problem
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric

HEADER = (
    "# What each version of each metric is: ref@version#hash of all that moves its numbers.\n"
    "# Written by swm-kpi lock. Do not edit it: raise the metric's version instead.\n"
)
TABLES_HEADER = (
    "# What each version of each mapping is: table@version#hash of all that moves its rows.\n"
    "# Written by swm-kpi lock --force. Do not edit it: raise the version of the mapping instead.\n"
)
_FILE = "definitions.lock"
_REWRITE = "Write the file again with swm-kpi lock"
_LINE = re.compile(r"\A(?P<ref>[A-Za-z0-9._-]+)@(?P<version>[1-9][0-9]*)#(?P<hash>[0-9a-f]{8})\Z")

Lock = dict[tuple[str, int], str]
"""The hash of each definition, by ref or table, and version."""


def build_lock(catalogue: Catalogue) -> Lock:
    """Return the lock of a catalogue's metrics as they are defined now."""
    return {
        (entry.ref, entry.version): entry.definition.rpartition("#")[2]
        for entry in catalogue
        if isinstance(entry, Metric)
    }


def parse_lock(text: str, file: str = _FILE) -> Lock:
    """Parse the text of a lock file.

    Args:
        text: the text.
        file: the name of the file, for messages.

    Raises:
        DefinitionError: a line is not as ``swm-kpi lock`` writes it, or a version occurs twice.
    """
    lock: Lock = {}
    problems = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line.strip())
        if match is None:
            rule = "it is not name@version#hash"
            problems.append(Problem(file, f"line {number}", rule, _REWRITE))
            continue
        key = match["ref"], int(match["version"])
        if key in lock:
            rule = f"{key[0]} version {key[1]} occurs twice"
            problems.append(Problem(file, f"line {number}", rule, _REWRITE))
        lock[key] = match["hash"]
    if problems:
        raise DefinitionError(problems)
    return lock


def format_lock(lock: Lock, header: str = HEADER) -> str:
    """Return the text of a lock file, sorted by name (2 before 10) and version."""
    keys = sorted(lock, key=lambda key: (_natural_sort_key(key[0]), key[1]))
    lines = [f"{ref}@{version}#{lock[ref, version]}\n" for ref, version in keys]
    return header + "".join(lines)


def iter_lock_problems(lock: Lock, current: Lock) -> Iterator[Problem]:
    """Yield a problem for each definition that differs from the one that was locked.

    Args:
        lock: the lock as read from the file.
        current: the lock of the definitions as they are now.
    """
    for (ref, version), current_hash in current.items():
        versions = [locked_version for locked_ref, locked_version in lock if locked_ref == ref]
        if versions and version < max(versions):
            rule = f"version {version} is older than the locked version {max(versions)}"
            yield Problem(f"Metric {ref}", "version", rule, "Versions only go up")
        elif lock.get((ref, version), current_hash) != current_hash:
            rule = (
                f"the definition has changed and moves numbers, but it is still version {version}"
            )
            fix = f"Write version={version + 1}, and say in CHANGELOG.md which numbers move"
            yield Problem(f"Metric {ref}", "version", rule, fix)


def missing_from_lock(lock: Lock, current: Lock) -> list[str]:
    """Return ``ref@version`` of each current definition that is not in the lock."""
    return [f"{ref}@{version}" for ref, version in current if (ref, version) not in lock]


def missing_from_changelog(changelog: str, lock: Iterable[tuple[str, int]]) -> list[str]:
    """Return ``ref@version`` of each later version that the changelog does not mention.

    A version after the first needs a list item under "Numbers that move" that begins
    ``- Ref 57, version 2:`` or names several in bold, as in ``- **Refs 5 and 6, version 2**:``.
    """
    sections = re.findall(r"^### Numbers that move$(.*?)(?=^##|\Z)", changelog, re.M | re.S)
    headings = (
        heading
        for section in sections
        for item in re.findall(r"^- .*?(?=^- |^#|\Z)", section, re.M | re.S)
        if item.partition(":")[2].strip()
        for heading in (*re.findall(r"\*\*(.*?)\*\*", item, re.S), item.partition(":")[0])
    )
    mentioned = {
        (ref, int(version))
        for heading in headings
        for refs, version in re.findall(r"[Rr]efs?\s([^:]*?),\s+version\s+(\d+)", heading)
        for ref in re.split(r",\s*|\s+and\s+", refs)
    }
    return [
        f"{ref}@{version}"
        for ref, version in lock
        if version > 1 and (ref, version) not in mentioned
    ]


def _natural_sort_key(ref: str) -> list[tuple[int, int, str]]:
    """Sort the digits in a ref as numbers and the rest as text."""
    parts = re.findall(r"\d+|\D+", ref)
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in parts]
