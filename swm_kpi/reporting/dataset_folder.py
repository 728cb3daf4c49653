"""The folder of the demonstration: the numbers, their metadata, the charts, and a page to open."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from swm_kpi.analysis.process_charts import build_process_chart
from swm_kpi.charts import series_chart
from swm_kpi.errors import MissingExtra, OutputError
from swm_kpi.model.metric import MetricAlias
from swm_kpi.output import write_csv, write_text
from swm_kpi.reporting.contents import SYNTHETIC, Contents
from swm_kpi.reporting.page import CHART_WIDTH, SectionChart, build_page

POLICY = "none: synthetic data"


def create_folder(folder: Path, *, overwrite: bool) -> Path:
    """Create the folder, before any slow work.

    Raises:
        OutputError: it is not a folder, or it is not empty and ``overwrite`` is false.
    """
    name = folder.name or str(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except FileExistsError:
        raise OutputError(f"{name!r} is not a folder. Choose another name.") from None
    except OSError as error:
        raise OutputError(
            f"Folder {name!r} cannot be used: {error.strerror}. Choose another."
        ) from None
    if not is_empty and not overwrite:
        raise OutputError(
            f"Folder {name!r} is not empty. Choose another, or use overwrite=True (--overwrite)."
        )
    return folder


def write_dataset_folder(
    contents: Contents, folder: Path, progress: Callable[[str], None], *, overwrite: bool
) -> tuple[tuple[str, ...], str]:
    """Write the folder. The page is written last: a folder with a page is complete.

    Returns:
        The names of the files, and the reason for missing charts; empty where there are charts.

    Raises:
        OutputError: a file cannot be written.
    """
    progress("drawing charts")
    charts, no_charts_reason = draw_charts(contents, progress)
    svg_files = {chart.path: chart.svg for chart in charts.values()}
    if overwrite:
        _remove_old_charts(contents, folder, keep=set(svg_files))
    progress("writing the files")
    if svg_files:
        _create_subfolder(folder / "charts")
    for name, svg in svg_files.items():
        write_text(folder / name, svg, overwrite=overwrite)
    write_csv(contents.result.to_polars(), folder / "metrics.csv", overwrite=overwrite)
    metadata = json.dumps(build_metadata(contents), indent=2, ensure_ascii=False) + "\n"
    write_text(folder / "metadata.json", metadata, overwrite=overwrite)
    page = build_page(contents, charts, no_charts_reason)
    write_text(folder / "index.html", page, overwrite=overwrite)
    return ("index.html", "metrics.csv", "metadata.json", *svg_files), no_charts_reason


def draw_charts(
    contents: Contents, progress: Callable[[str], None]
) -> tuple[dict[str, SectionChart], str]:
    """Return the chart of each ref's headline, and the reason if there are none (no Altair)."""
    charts: dict[str, SectionChart] = {}
    for section in contents.sections:
        measure = section.headline
        if measure is None:
            continue
        progress(f"drawing ref {section.entry.ref}")
        try:
            process_chart = build_process_chart(section.series(measure), target=contents.targets)
            chart = series_chart(process_chart, section.caption(measure), width=CHART_WIDTH)
            alt_text = f"{chart.title}. {chart.alt_text}"
            path = f"charts/{section.entry.ref}-{measure.key}.svg"
            charts[section.entry.ref] = SectionChart(path, chart.to_svg(), alt_text)
        except MissingExtra as missing:
            return {}, str(missing)
    return charts, ""


def build_metadata(contents: Contents) -> dict[str, Any]:
    """Return the metadata of ``metrics.csv``: what it contains, and how to produce it again."""
    computed = [
        {
            "ref": section.entry.ref,
            "key": section.entry.key,
            "title": section.entry.title,
            "definition": section.metric.definition,
            "same_as": section.entry.of if isinstance(section.entry, MetricAlias) else None,
            "availability": section.entry.availability.status.value,
        }
        for section in contents.sections
    ]
    return {
        "about": f"{SYNTHETIC}.",
        "disclosure_policy": POLICY,
        "library": {"name": "swm-kpi", "version": _version()},
        "synthetic": {"scale": contents.scale, "seed": contents.seed},
        "first_day": contents.first.isoformat(),
        "last_day": contents.last.isoformat(),
        "as_at": contents.as_at.isoformat(),
        "tables": dict(sorted(contents.tables.items())),
        "rows": len(contents.result),
        "metrics": computed,
    }


def _version() -> str:
    try:
        return version("swm-kpi")
    except PackageNotFoundError:
        return "not installed"


def _create_subfolder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"Folder {folder.name!r} cannot be created: {error.strerror}.") from None


def _remove_old_charts(contents: Contents, folder: Path, *, keep: set[str]) -> None:
    """Remove the page and charts of an earlier run, by their names. Other files are kept."""
    for section in contents.sections:
        for measure in section.metric.measures:
            name = f"charts/{section.entry.ref}-{measure.key}.svg"
            if name not in keep:
                (folder / name).unlink(missing_ok=True)
    (folder / "index.html").unlink(missing_ok=True)
