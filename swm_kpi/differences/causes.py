"""Why numbers changed between two datasets, as far as their provenance shows it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from swm_kpi.differences.datasets import LoadedDataset
from swm_kpi.provenance import Provenance


def explain_changes(old: LoadedDataset, new: LoadedDataset, frame: pl.DataFrame) -> Iterator[str]:
    """Yield the known causes of the changes, as sentences.

    Args:
        old: the earlier dataset.
        new: the later dataset.
        frame: the rows of both, with the definitions of each.
    """
    yield from _definitions(frame)
    if has_other_disclosure_control(old, new):
        policies = [dataset.policy or "none" for dataset in (old, new)]
        yield (
            "The disclosure control differs, which changes numbers by itself: "
            f"{policies[0]} | {policies[1]}"
        )
    if old.policy and new.policy and frame.filter(frame["change"] != "unchanged").height:
        yield (
            "Both datasets are protected, but together they may reveal small counts. Check "
            "new.differencing_risks(old) before you publish both."
        )
    for with_breakdown, without, name in ((old, new, "new"), (new, old, "old")):
        missing = [key for key in with_breakdown.by if key not in without.by]
        if missing:
            yield (
                f"The {name} dataset has no breakdown by {', '.join(missing)}. "
                "Only totals are matched."
            )
    before, after = old.provenance, new.provenance
    if before is None or after is None:
        subject = "One dataset has"
        if before is None and after is None:
            subject = "Both datasets have"
        yield f"{subject} no provenance, so other causes are not known."
        return
    yield from _software(before, after)
    if before.as_at != after.as_at:
        days = [
            provenance.as_at.isoformat() if provenance.as_at else "a day not stated"
            for provenance in (before, after)
        ]
        yield f"The data were extracted on {days[0]}, then on {days[1]}."
    yield from _assumptions(before, after)
    for table in sorted(before.coverage.keys() | after.coverage.keys()):
        if before.coverage.get(table) != after.coverage.get(table):
            yield f"The stated coverage of table {table} differs."
    yield from _tables(before, after)


def has_other_disclosure_control(old: LoadedDataset, new: LoadedDataset) -> bool:
    """Return whether both datasets state their disclosure control, and they differ."""
    both_known = old.policy is not None and new.policy is not None
    return both_known and old.policy != new.policy


def _definitions(frame: pl.DataFrame) -> Iterator[str]:
    pairs = (
        frame.filter(pl.col("definition_old") != pl.col("definition_new"))
        .select("definition_old", "definition_new")
        .unique(maintain_order=True)
    )
    for before, after in pairs.iter_rows():
        (ref, old_version), (_, new_version) = _ref_and_version(before), _ref_and_version(after)
        if old_version != new_version:
            yield (
                f"Ref {ref} went from version {old_version} to version {new_version}: see "
                "CHANGELOG.md under Numbers that move."
            )
        else:
            yield (
                f"Ref {ref} is version {new_version} in both, but its hash differs: an assumption "
                "was overridden in one dataset, or the definition was edited without a new version."
            )


def _ref_and_version(definition: str) -> tuple[str, str]:
    ref, _, rest = definition.rpartition("@")
    return ref, rest.partition("#")[0]


def _software(before: Provenance, after: Provenance) -> Iterator[str]:
    if before.library != after.library:
        yield f"swm-kpi was {before.library}, then {after.library}."
    engines = [
        f"{provenance.engine} {provenance.engine_version}".strip() for provenance in (before, after)
    ]
    if engines[0] != engines[1]:
        yield f"The engine was {engines[0]}, then {engines[1]}."


def _assumptions(before: Provenance, after: Provenance) -> Iterator[str]:
    for key in sorted(before.assumptions.keys() | after.assumptions.keys()):
        values = [
            str(provenance.assumptions.get(key, "its default")) for provenance in (before, after)
        ]
        if values[0] != values[1]:
            yield f"Assumption {key} was {values[0]}, then {values[1]}."


def _tables(before: Provenance, after: Provenance) -> Iterator[str]:
    old_names = {table.name for table in before.tables}
    new_names = {table.name for table in after.tables}
    for name in sorted(old_names - new_names):
        yield f"Table {name} was read for the old dataset only."
    for name in sorted(new_names - old_names):
        yield f"Table {name} was read for the new dataset only."
    # A fingerprint covers what a request read, so only those of the same request can be compared.
    same_request = all(
        getattr(before, name) == getattr(after, name)
        for name in ("definitions", "periods", "breakdowns")
    )
    unchanged = []
    for name in sorted(old_names & new_names):
        old, new = before.table(name), after.table(name)
        if old is None or new is None:
            continue
        if old.rows is not None and new.rows is not None and old.rows != new.rows:
            yield f"Table {name} had {old.rows:,} rows, then {new.rows:,}."
        elif same_request and old.fingerprint and new.fingerprint:
            if old.fingerprint != new.fingerprint:
                yield f"The content of table {name} changed."
            else:
                unchanged.append(name)
        if old.validated != new.validated:
            yield f"Table {name} met its contract for one dataset and not for the other."
    if unchanged:
        yield f"The content that these metrics read did not change in: {', '.join(unchanged)}."
