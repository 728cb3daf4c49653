"""The lock of a force: the hash of each version of each mapping, so that no row moves unnoticed.

``swm-kpi lock --force`` writes it, and ``check`` compares the mappings with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from swm_kpi.errors import InputError, Problem
from swm_kpi.force.makers import TableMaker
from swm_kpi.model.lock import Lock, parse_lock

MAPPINGS_LOCK = "mappings.lock"


def build_tables_lock(makers: Mapping[str, TableMaker]) -> Lock:
    """Return the lock of what makes each table, as it is declared now."""
    return {(table, maker.version): maker.hash for table, maker in makers.items()}


def read_tables_lock(path: Path) -> Lock:
    """Return the lock in a file; an empty one if there is no file.

    Raises:
        DefinitionError: a line is not as ``swm-kpi lock`` writes it, or a version occurs twice.
        InputError: the file is not text.
    """
    try:
        return parse_lock(path.read_text(encoding="utf-8"), path.name) if path.exists() else {}
    except (OSError, UnicodeDecodeError):
        raise InputError(f"{path.name!r} cannot be read as text. Write it again.") from None


def iter_tables_lock_problems(lock: Lock, makers: Mapping[str, TableMaker]) -> Iterator[Problem]:
    """Yield a problem for each table that is made in another way than the one that was locked.

    Args:
        lock: the lock as read from the file.
        makers: what makes each table.
    """
    for table, maker in makers.items():
        subject = f"{type(maker).__name__} {maker.contract.__name__}"
        highest = max((version for name, version in lock if name == table), default=0)
        if maker.version < highest:
            rule = f"version {maker.version} is older than the locked version {highest}"
            yield Problem(subject, "version", rule, "Versions only go up", maker.place)
        elif lock.get((table, maker.version), maker.hash) != maker.hash:
            rule = (
                f"it makes other rows than when it was locked, and is still version {maker.version}"
            )
            yield Problem(subject, "version", rule, f"Write version={highest + 1}", maker.place)
