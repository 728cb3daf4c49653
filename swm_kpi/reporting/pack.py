"""The folder of results: a table, what it means, pictures, and a page to open."""

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
from swm_kpi.reporting.page import WIDE, Drawn, page

POLICY = "none: synthetic data"


def check_folder(folder: Path, *, overwrite: bool) -> Path:
    """Make the folder, before any long work.

    Raises:
        OutputError: it is not a folder, or holds something and may not be overwritten.
    """
    name = folder.name or str(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = any(folder.iterdir())
    except FileExistsError:
        raise OutputError(f"{name!r} is not a folder. Choose another name.") from None
    except OSError as error:
        raise OutputError(
            f"Folder {name!r} cannot be used: {error.strerror}. Choose another."
        ) from None
    if held and not overwrite:
        raise OutputError(
            f"Folder {name!r} is not empty. Choose another, or say that it may be overwritten."
        )
    return folder


def write_pack(
    contents: Contents, folder: Path, tell: Callable[[str], None], *, overwrite: bool
) -> tuple[tuple[str, ...], str]:
    """Write the pack; the page comes last, so that a pack with a page is a whole one.

    Returns:
        The files written, and why there are no charts; empty where there are.

    Raises:
        OutputError: a file cannot be written.
    """
    tell("drawing charts")
    drawn, without = draw(contents, tell)
    pictures = {each.path: each.svg for each in drawn.values()}
    if overwrite:
        _remove_old(contents, folder, keep=set(pictures))
    tell("writing the pack")
    if pictures:
        _make(folder / "charts")
    for name, svg in pictures.items():
        write_text(folder / name, svg, overwrite=overwrite)
    write_csv(contents.result.to_polars(), folder / "metrics.csv", overwrite=overwrite)
    described = json.dumps(metadata(contents), indent=2, ensure_ascii=False) + "\n"
    write_text(folder / "metadata.json", described, overwrite=overwrite)
    write_text(folder / "index.html", page(contents, drawn, without), overwrite=overwrite)
    return ("index.html", "metrics.csv", "metadata.json", *pictures), without


def draw(contents: Contents, tell: Callable[[str], None]) -> tuple[dict[str, Drawn], str]:
    """Return ref to the picture of its headline, and why there are none without Altair."""
    found: dict[str, Drawn] = {}
    for told in contents.told:
        measure = told.headline
        if measure is None:
            continue
        tell(f"drawing ref {told.entry.ref}")
        try:
            chart = build_process_chart(told.selected(measure))
            picture = series_chart(chart, told.caption(measure), width=WIDE)
            words = f"{picture.title}. {picture.alt_text}"
            path = f"charts/{told.entry.ref}-{measure.key}.svg"
            found[told.entry.ref] = Drawn(path, picture.to_svg(), words)
        except MissingExtra as missing:
            return {}, str(missing)
    return found, ""


def metadata(contents: Contents) -> dict[str, Any]:
    """Return what a reader of ``metrics.csv`` must know to use it and make it again."""
    computed = [
        {
            "ref": told.entry.ref,
            "key": told.entry.key,
            "title": told.entry.title,
            "definition": told.metric.definition,
            "same_as": told.entry.of if isinstance(told.entry, MetricAlias) else None,
            "availability": told.entry.availability.status.value,
        }
        for told in contents.told
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


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise OutputError(f"Folder {folder.name!r} cannot be made: {error.strerror}.") from None


def _remove_old(contents: Contents, folder: Path, *, keep: set[str]) -> None:
    """Remove charts of an earlier pack, by the names a pack gives; nothing else is touched."""
    for told in contents.told:
        for measure in told.metric.measures:
            name = f"charts/{told.entry.ref}-{measure.key}.svg"
            if name not in keep:
                (folder / name).unlink(missing_ok=True)
    (folder / "index.html").unlink(missing_ok=True)
