"""From nothing to a pack: make a force, check it, compute, write."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from swm_kpi.calendar import periods
from swm_kpi.contracts import ContractError, ValidatedTable
from swm_kpi.engine.compute import compute
from swm_kpi.engine.validate import validate
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.plugins import catalogue as installed
from swm_kpi.reporting.contents import BY, Contents
from swm_kpi.reporting.pack import check_folder, write_pack
from swm_kpi.reporting.summary import Summary
from swm_kpi.synthetic import generate_force

# The synthetic tables are as if extracted at the midnight that ends the last day.
_EXTRACTED_AFTER = timedelta(days=1)


def run(
    folder: str | os.PathLike[str],
    *,
    start: str | date = "2022-04-01",
    end: str | date = "2025-03-31",
    scale: float = 0.05,
    seed: int = 1,
    overwrite: bool = False,
    catalogue: Catalogue | None = None,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Make a synthetic force, check every table, compute every metric and write a pack.

    Args:
        folder: where to write; made if it does not exist.
        start: the first day, the start of a quarter.
        end: the last day, the end of a quarter.
        scale: the size of the force; 1 is about a real one.
        seed: the same seed gives the same force.
        overwrite: replace a pack that is in the folder.
        catalogue: whose metrics; the installed ones when left out.
        progress: called with the name of each step as it begins.

    Returns:
        What was done; its text is what the command line prints.

    Raises:
        OutputError: the folder holds something and may not be overwritten, or cannot be written.
        PeriodError: the days are not whole quarters.
        ContractError: a synthetic table breaks its contract, which is a fault of this library.
    """
    tell = progress if progress is not None else _silent
    target = check_folder(Path(folder), overwrite=overwrite)
    spans = periods(start, end, grain="quarter")
    plan = catalogue if catalogue is not None else installed()
    first, last = spans[0].start, spans[-1].end
    tell("making a synthetic force")
    data = generate_force(first, last, scale=scale, seed=seed, catalogue=plan)
    tables = _checked(data, plan, tell)
    tell("computing every metric by quarter and area")
    as_at = last + _EXTRACTED_AFTER
    result = compute(
        None,
        tables,
        periods=spans,
        by=[BY] if BY in plan.dimensions else [],
        as_at=as_at,
        coverage=dict.fromkeys(tables, (first, last)),
        catalogue=plan,
    )
    rows = {name: len(table.frame) for name, table in tables.items()}
    contents = Contents(plan, result, rows, first, last, as_at, scale, seed)
    files, without_charts = write_pack(contents, target, tell, overwrite=overwrite)
    return Summary(target, contents, files, without_charts)


def _checked(
    data: dict[str, Any], plan: Catalogue, tell: Callable[[str], None]
) -> dict[str, ValidatedTable]:
    found, failed = {}, []
    for name, frame in data.items():
        tell(f"checking table {name}")
        report = validate(frame, name, catalogue=plan)
        if report.ok:
            found[name] = report.table
        else:
            failed.append(report)
    if failed:
        raise ContractError(tuple(failed))
    return found


def _silent(_: str) -> None:
    """Tell nobody."""
