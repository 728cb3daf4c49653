"""The lock: which definition each version of a metric is, so that none changes its numbers unseen.

A locked line is what a result's ``definition`` column prints, ``57@1#12bcd4fa``, so that any
published number can be looked up in it. Lines of earlier versions stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from swm_kpi.errors import DefinitionError, Problem
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import Metric

HEADING = (
    "# What each version of each metric is: ref@version#hash of all that moves its numbers.\n"
    "# Written by swm-kpi lock. Do not edit it: raise the metric's version instead.\n"
)
_LINE = re.compile(r"\A(?P<ref>[A-Za-z0-9._-]+)@(?P<version>[1-9][0-9]*)#(?P<hash>[0-9a-f]{8})\Z")

Lock = dict[tuple[str, int], str]
"""Ref and version to hash."""


def locked(catalogue: Catalogue) -> Lock:
    """Return what a lock of the catalogue's metrics, as they are now, holds."""
    found: Lock = {}
    for each in catalogue:
        if isinstance(each, Metric):
            found[each.ref, each.version] = each.definition.rpartition("#")[2]
    return found


def read_lock(text: str) -> Lock:
    """Read a lock.

    Raises:
        DefinitionError: lines are not as ``swm-kpi lock`` writes them, or say a version twice.
    """
    found: Lock = {}
    problems = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.match(line.strip())
        if match is None:
            rule = "it is not ref@version#hash"
            problems.append(Problem("definitions.lock", f"line {number}", rule, _FIX))
            continue
        key = match["ref"], int(match["version"])
        if key in found:
            rule = f"ref {key[0]} version {key[1]} is there twice"
            problems.append(Problem("definitions.lock", f"line {number}", rule, _FIX))
        found[key] = match["hash"]
    if problems:
        raise DefinitionError(problems)
    return found


def lock_text(lock: Lock) -> str:
    """Write a lock, in the order of a plan: 2 before 10."""
    ordered = sorted(lock, key=lambda key: (_natural(key[0]), key[1]))
    lines = [f"{ref}@{version}#{lock[ref, version]}\n" for ref, version in ordered]
    return HEADING + "".join(lines)


def lock_problems(held: Lock, now: Lock) -> Iterator[Problem]:
    """Yield what is wrong where definitions differ from what was locked.

    Args:
        held: the lock as it stands.
        now: what the definitions are.
    """
    for (ref, version), hashed in now.items():
        versions = [each for name, each in held if name == ref]
        if versions and version < max(versions):
            rule = f"version {version} is older than the locked version {max(versions)}"
            yield Problem(f"Metric {ref}", "version", rule, "Versions only go up")
        elif held.get((ref, version), hashed) != hashed:
            rule = f"what moves its numbers has changed, and it is still version {version}"
            fix = f"Write version={version + 1}, and say in CHANGELOG.md what moves"
            yield Problem(f"Metric {ref}", "version", rule, fix)


def unlocked(held: Lock, now: Lock) -> list[str]:
    """Return ``ref@version`` of what is defined and is not in the lock."""
    return [f"{ref}@{version}" for ref, version in now if (ref, version) not in held]


def untold(changelog: str, lock: Iterable[tuple[str, int]]) -> list[str]:
    """Return ``ref@version`` of each later version that the changelog does not tell of.

    A version after the first is told by a list item under "Numbers that move" that begins
    ``- Ref 57, version 2:``.
    """
    sections = re.findall(r"^### Numbers that move$(.*?)(?=^##|\Z)", changelog, re.M | re.S)
    told = {
        (match["ref"], int(match["version"]))
        for section in sections
        for match in re.finditer(
            r"^- Ref (?P<ref>\S+), version (?P<version>\d+): \S", section, re.MULTILINE
        )
    }
    return [
        f"{ref}@{version}" for ref, version in lock if version > 1 and (ref, version) not in told
    ]


_FIX = "Write it again with swm-kpi lock"


def _natural(ref: str) -> list[tuple[int, int, str]]:
    parts = re.findall(r"\d+|\D+", ref)
    return [(0, int(each), "") if each.isdigit() else (1, 0, each) for each in parts]
