"""What the provenance of two packs tells of why numbers moved. It claims no more than that."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from swm_kpi.differences.datasets import Held
from swm_kpi.provenance import Provenance


def reasons(old: Held, new: Held, frame: pl.DataFrame) -> Iterator[str]:
    """Yield what is known, in sentences.

    Args:
        old: the earlier pack.
        new: the later pack.
        frame: the rows of both, with the definitions of each.
    """
    yield from _definitions(frame)
    if other_disclosure(old, new):
        words = [each.disclosure or "none" for each in (old, new)]
        yield f"Disclosure control differs, which moves numbers by itself: {words[0]} | {words[1]}"
    if old.disclosure and new.disclosure and frame.filter(frame["change"] != "unchanged").height:
        yield (
            "Both are disclosed, and together may tell what neither tells alone: look at "
            "new.differencing_risks(old) before both are public."
        )
    for one, other, name in ((old, new, "new"), (new, old, "old")):
        only = [each for each in one.by if each not in other.by]
        if only:
            yield f"The {name} pack has no breakdown by {', '.join(only)}: only totals are matched."
    before, after = old.provenance, new.provenance
    if before is None or after is None:
        which = "Neither pack says" if before is None and after is None else "One pack does not say"
        yield f"{which} what it was computed from, so more cannot be told."
        return
    yield from _software(before, after)
    if before.as_at != after.as_at:
        days = [each.as_at.isoformat() if each.as_at else "a day not stated"
                for each in (before, after)]  # fmt: skip
        yield f"The data were extracted on {days[0]}, then on {days[1]}."
    yield from _assumptions(before, after)
    for table in sorted(before.coverage.keys() | after.coverage.keys()):
        if before.coverage.get(table) != after.coverage.get(table):
            yield f"The stated coverage of table {table} differs."
    yield from _tables(before, after)


def other_disclosure(old: Held, new: Held) -> bool:
    """Say whether both packs state their disclosure control, and state it differently."""
    known = old.disclosure is not None and new.disclosure is not None
    return known and old.disclosure != new.disclosure


def _definitions(frame: pl.DataFrame) -> Iterator[str]:
    pairs = (
        frame.filter(pl.col("definition_old") != pl.col("definition_new"))
        .select("definition_old", "definition_new")
        .unique(maintain_order=True)
    )
    for before, after in pairs.iter_rows():
        (ref, was), (_, now) = (_version(each) for each in (before, after))
        if was != now:
            yield (
                f"Ref {ref} went from version {was} to version {now}: CHANGELOG.md says why under "
                "Numbers that move."
            )
        else:
            yield (
                f"Ref {ref} is still version {now}, and was computed otherwise: an assumption was "
                "overridden in one pack, or the definition was edited without a new version."
            )


def _version(definition: str) -> tuple[str, str]:
    ref, _, rest = definition.rpartition("@")
    return ref, rest.partition("#")[0]


def _software(before: Provenance, after: Provenance) -> Iterator[str]:
    if before.library != after.library:
        yield f"swm-kpi was {before.library}, then {after.library}."
    engines = [f"{each.engine} {each.engine_version}".strip() for each in (before, after)]
    if engines[0] != engines[1]:
        yield f"The engine was {engines[0]}, then {engines[1]}."


def _assumptions(before: Provenance, after: Provenance) -> Iterator[str]:
    for key in sorted(before.assumptions.keys() | after.assumptions.keys()):
        said = [str(each.assumptions.get(key, "its default")) for each in (before, after)]
        if said[0] != said[1]:
            yield f"Assumption {key} was {said[0]}, then {said[1]}."


def _tables(before: Provenance, after: Provenance) -> Iterator[str]:
    names = [{each.name for each in side.tables} for side in (before, after)]
    for name in sorted(names[0] - names[1]):
        yield f"Table {name} was read for the old pack only."
    for name in sorted(names[1] - names[0]):
        yield f"Table {name} was read for the new pack only."
    # A fingerprint is of what a request read, and so speaks only of the same request.
    alike = all(
        getattr(before, each) == getattr(after, each)
        for each in ("definitions", "periods", "breakdowns")
    )
    unchanged = []
    for name in sorted(names[0] & names[1]):
        old, new = before.table(name), after.table(name)
        if old is None or new is None:
            continue
        if old.rows is not None and new.rows is not None and old.rows != new.rows:
            yield f"Table {name} had {old.rows:,} rows, then {new.rows:,}."
        elif alike and old.fingerprint and new.fingerprint:
            if old.fingerprint != new.fingerprint:
                yield f"Table {name} has other content than before."
            else:
                unchanged.append(name)
        if old.validated != new.validated:
            yield f"Table {name} met its contract in one pack and not in the other."
    if unchanged:
        yield f"Read the same, as far as these metrics go: {', '.join(unchanged)}."
