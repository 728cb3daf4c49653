"""Run the demonstration: generate a force, validate its tables, compute, and write the results."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from swm_kpi.analysis.targets import Targets
from swm_kpi.calendar import periods
from swm_kpi.contracts import ContractError, ValidatedTable
from swm_kpi.engine.compute import compute
from swm_kpi.engine.validate import validate
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.plugins import catalogue as installed
from swm_kpi.reporting.contents import BY, Contents
from swm_kpi.reporting.dataset_folder import create_folder, write_dataset_folder
from swm_kpi.reporting.summary import Summary
from swm_kpi.synthetic import generate_force

# The synthetic tables represent an extract at the midnight at the end of the last day.
_EXTRACTED_AFTER = timedelta(days=1)


def run_demo(
    folder: str | os.PathLike[str],
    *,
    start: str | date = "2022-04-01",
    end: str | date = "2025-03-31",
    scale: float = 0.05,
    seed: int = 1,
    overwrite: bool = False,
    catalogue: Catalogue | None = None,
    targets: Targets | None = None,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Generate a synthetic force, compute every metric by quarter and area, and write a folder.

    Args:
        folder: the folder to write to. It is created if it does not exist.
        start: the first day, which must be the start of a financial quarter.
        end: the last day, which must be the end of a financial quarter.
        scale: the size of the force. 1 is about the size of a real force.
        seed: the seed of the random numbers. The same seed gives the same force.
        overwrite: replace the files of an earlier run.
        catalogue: the metrics to compute; the installed ones by default.
        targets: the targets that charts show; none by default.
        progress: a function that is called with the name of each step when it starts.

    Returns:
        A summary. Its ``str()`` is the text that the command line prints.

    Raises:
        OutputError: the folder is not empty and ``overwrite`` is false, or it cannot be written.
        PeriodError: the days are not the start and end of quarters.
        ContractError: a synthetic table breaks its contract. This is a bug in this library.
    """
    report_progress = progress if progress is not None else _ignore_progress
    target = create_folder(Path(folder), overwrite=overwrite)
    quarters = periods(start, end, grain="quarter")
    plan = catalogue if catalogue is not None else installed()
    first, last = quarters[0].start, quarters[-1].end
    report_progress("generating a synthetic force")
    data = generate_force(first, last, scale=scale, seed=seed, catalogue=plan)
    tables = _validate_tables(data, plan, report_progress)
    report_progress("computing every metric by quarter and area")
    as_at = last + _EXTRACTED_AFTER
    result = compute(
        None,
        tables,
        periods=quarters,
        by=[BY] if BY in plan.dimensions else [],
        as_at=as_at,
        coverage=dict.fromkeys(tables, (first, last)),
        catalogue=plan,
    )
    rows = {name: len(table.frame) for name, table in tables.items()}
    shown_targets = Targets() if targets is None else targets
    contents = Contents(plan, result, rows, first, last, as_at, scale, seed, shown_targets)
    files, no_charts_reason = write_dataset_folder(
        contents, target, report_progress, overwrite=overwrite
    )
    return Summary(target, contents, files, no_charts_reason)


def _validate_tables(
    data: dict[str, Any], plan: Catalogue, report_progress: Callable[[str], None]
) -> dict[str, ValidatedTable]:
    tables, failed_reports = {}, []
    for name, frame in data.items():
        report_progress(f"checking table {name}")
        report = validate(frame, name, catalogue=plan)
        if report.ok:
            tables[name] = report.table
        else:
            failed_reports.append(report)
    if failed_reports:
        raise ContractError(tuple(failed_reports))
    return tables


def _ignore_progress(_: str) -> None:
    """Do nothing."""
