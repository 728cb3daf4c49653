"""An audit: what an intruder can conclude from published files, as an object to read and write."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import wrap
from typing import Any

from swm_kpi.auditor.conclude import Conclusion, Finding, conclude
from swm_kpi.auditor.facts import Facts, Target, build_facts
from swm_kpi.auditor.read_release import PublishedFile, Row, find_files, read_file
from swm_kpi.auditor.stated_policy import StatedPolicy
from swm_kpi.auditor.words import describe_count, describe_finding
from swm_kpi.contracts import ALL
from swm_kpi.errors import InputError
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.plugins import catalogue as installed_catalogue
from swm_kpi.output.csv import csv_text
from swm_kpi.output.files import write_text
from swm_kpi.output.text_table import TERMINAL_WIDTH, format_columns
from swm_kpi.vocabulary import Marker


@dataclass(frozen=True)
class HiddenCell:
    """What an intruder can conclude about one hidden number.

    Attributes:
        file: the name of the file that hides it.
        ref, measure, period: which number it is.
        members: the member of each breakdown, without totals.
        column: which of its columns.
        conclusion: ``exact``, ``narrowed``, ``safe``, or ``contradicted`` where the numbers that
            are shown contradict each other.
        lower, upper: the least and the most that it can be; None where nothing is known, and for
            a safe number.
        excluded: the small values that it cannot be.
        words: what can be concluded, and from what, in sentences.
        is_proved: whether that was decided in whole numbers too, within the limit of time.
        by_markers: whether it follows from the markers and zeros alone. Zeros are shown, so two
            hidden members are at least 2 together, and no further hiding changes that.
        is_small: whether it is known to be under the threshold. Otherwise it may be a number
            that is hidden only to protect another.
    """

    file: str
    ref: str
    measure: str
    period: str
    members: Mapping[str, str]
    column: str
    conclusion: Conclusion
    lower: float | None
    upper: float | None
    excluded: tuple[int, ...]
    words: str
    is_proved: bool = True
    by_markers: bool = False
    is_small: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the conclusion, ready for JSON."""
        return {
            "file": self.file,
            "ref": self.ref,
            "measure": self.measure,
            "period": self.period,
            "members": dict(self.members),
            "column": self.column,
            "conclusion": self.conclusion.value,
            "lower": self.lower,
            "upper": self.upper,
            "excluded": list(self.excluded),
            "words": self.words,
            "is_proved": self.is_proved,
            "by_markers": self.by_markers,
            "is_small": self.is_small,
        }


@dataclass(frozen=True)
class Audit:
    """What an intruder can conclude from published files.

    An audit that is not safe says what should be hidden. Keep it as safe as the tables themselves.

    Attributes:
        cells: every hidden number, with what can be concluded about it.
        policies: the policy of each file, by its name.
        remarks: what else a reader must know.
        unprotected: the names of files whose numbers have had no disclosure control.
        unaudited: the number of hidden numbers that no definition explains.
    """

    cells: tuple[HiddenCell, ...]
    policies: Mapping[str, StatedPolicy]
    remarks: tuple[str, ...] = ()
    unprotected: tuple[str, ...] = ()
    unaudited: int = 0

    @property
    def is_safe(self) -> bool:
        """Whether nothing can be concluded about any hidden number."""
        return not (self.unprotected or self.unaudited or self.concluded)

    @property
    def concluded(self) -> tuple[HiddenCell, ...]:
        """The hidden numbers about which something can be concluded."""
        return tuple(cell for cell in self.cells if cell.conclusion is not Conclusion.SAFE)

    @property
    def exit_code(self) -> int:
        """0 where nothing can be concluded, and 1 where something can."""
        return 0 if self.is_safe else 1

    def __str__(self) -> str:
        return self.to_text()

    __repr__ = __str__

    def count(self, conclusion: Conclusion) -> int:
        """Return the number of hidden numbers with a conclusion."""
        return sum(cell.conclusion == conclusion for cell in self.cells)

    def to_text(self, width: int = TERMINAL_WIDTH) -> str:
        """Return the audit as text that fits a terminal.

        Args:
            width: the columns of the terminal.
        """
        lines = [*self._summary(width), *(f"{line}" for line in self._details(width))]
        return "\n".join(lines) + "\n"

    def _summary(self, width: int) -> Iterator[str]:
        for name in self.unprotected:
            text = f"{name} is not protected: its numbers are shown as they are. Do not publish it."
            yield from wrap(text, width)
        counts = [
            (kind.value, str(self.count(kind)))
            for kind in Conclusion
            if kind is not Conclusion.CONTRADICTED or self.count(kind)
        ]
        yield f"{len(self.cells)} hidden numbers in {len(self.policies)} files"
        yield from format_columns(counts, width).splitlines()
        markers = sum(cell.by_markers for cell in self.cells)
        if markers:
            yield from wrap(
                f"Of those narrowed, {markers} follow from the markers alone: zeros are shown, so "
                "a hidden part is at least 1. Hide zeros too, or leave the breakdown out.",
                width,
            )
        large = sum(
            cell.conclusion is Conclusion.NARROWED and not cell.is_small for cell in self.cells
        )
        if large:
            yield from wrap(
                f"Of those narrowed, {large} may be large, and hidden to protect another number.",
                width,
            )
        if self.unaudited:
            yield f"{self.unaudited} more are not audited, because they are not defined here"
        if self.is_safe and self.cells:
            yield "Nothing can be concluded about a hidden number."
        for remark in self.remarks:
            yield from wrap(remark, width, subsequent_indent="  ")

    def _details(self, width: int) -> Iterator[str]:
        for cell in self.concluded:
            yield ""
            yield from wrap(
                f"{cell.conclusion.upper()} {describe_count(cell)}", width, subsequent_indent="  "
            )
            yield from wrap(cell.words, width, initial_indent="  ", subsequent_indent="  ")

    def to_dict(self) -> dict[str, Any]:
        """Return the audit, ready for JSON."""
        return {
            "is_safe": self.is_safe,
            "unprotected": list(self.unprotected),
            "unaudited": self.unaudited,
            "counts": {kind.value: self.count(kind) for kind in Conclusion},
            "policies": {name: policy.to_dict() for name, policy in self.policies.items()},
            "remarks": list(self.remarks),
            "cells": [cell.to_dict() for cell in self.cells],
        }

    def to_json(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write the audit as JSON, in a file that only its owner can read.

        Args:
            path: the file.
            overwrite: replace an existing file.

        Raises:
            OutputError: the file exists, or cannot be written.
        """
        text = json.dumps(self.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)
        write_text(path, f"{text}\n", overwrite=overwrite, owner_only=True)

    def to_csv(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write a row for each hidden number as CSV, in a file that only its owner can read.

        Args:
            path: the file.
            overwrite: replace an existing file.

        Raises:
            OutputError: the file exists, or cannot be written.
        """
        import polars as pl

        records = [
            {
                **cell.to_dict(),
                "members": ", ".join(f"{key}={name}" for key, name in cell.members.items()),
                "excluded": " ".join(map(str, cell.excluded)),
            }
            for cell in self.cells
        ]
        texts = dict.fromkeys(
            ("file", "ref", "measure", "period", "members", "column", "conclusion"), pl.String
        )
        schema = {
            **texts, "lower": pl.Float64, "upper": pl.Float64, "excluded": pl.String,
            "words": pl.String, "is_proved": pl.Boolean, "by_markers": pl.Boolean,
            "is_small": pl.Boolean,
        }  # fmt: skip
        frame = pl.DataFrame(records, schema=schema, orient="row")
        write_text(path, csv_text(frame), overwrite=overwrite, owner_only=True)


def audit(
    *paths: str | os.PathLike[str],
    threshold: int | None = None,
    rounding_base: int | None = None,
    catalogue: Catalogue | None = None,
    progress: Callable[[str], None] | None = None,
) -> Audit:
    """Say what an intruder can conclude about the numbers that published files hide.

    The audit reads only what is published: the files, the policy that they state, and the
    definitions. Give all files that are published together, and those of earlier releases: they
    are read together, as an intruder would.

    Args:
        paths: CSV, JSON, ODS, parquet or XLSX files that a result wrote, or folders of them.
        threshold: where small counts end, for files that state no policy.
        rounding_base: what other counts are rounded to, for files that state no policy.
        catalogue: the definitions; the installed catalogue by default.
        progress: a function that is called with each step of long work.

    Raises:
        InputError: a file cannot be read, or states no policy and ``threshold`` is left out.
    """
    if not paths:
        raise InputError("No file to audit. Give the paths of published files, or their folder.")
    definitions = installed_catalogue() if catalogue is None else catalogue
    files = []
    files_to_read = find_files(paths)
    names = [path.name for path in files_to_read]
    for path in files_to_read:
        if progress is not None:
            progress(f"reading {path.name}")
        file = read_file(path, definitions)
        if names.count(path.name) > 1:
            file.name = f"{path.resolve().parent.name}/{path.name}"
        files.append(file)
    remarks = [f"{file.name}: {remark}" for file in files for remark in file.remarks]
    stated = None if threshold is None else StatedPolicy(threshold, rounding_base or 1)
    unprotected = tuple(file.name for file in files if file.is_protected is False)
    pairs = []
    for file in files:
        policy = file.policy or stated
        if policy is None and file.is_protected is False:
            # An intruder reads the exact numbers, and uses them against the other files.
            policy = StatedPolicy(2)
        if policy is None:
            raise InputError(
                f"{file.name!r} does not say how it is protected: it has no metadata beside it, or "
                "was not written by a result. Give threshold= and rounding_base= (--threshold, "
                "--rounding-base)."
            )
        pairs.append((file, policy))
    if progress is not None:
        progress("linking the numbers")
    facts = build_facts(pairs, definitions)
    findings = conclude(facts, progress)
    if len(files) > 1 and any(item.conclusion is Conclusion.CONTRADICTED for item in findings):
        remarks.append(
            "The files contradict each other: numbers were revised between them. Each is audited "
            "with what the others show and it does not."
        )
        return _audit_apart(pairs, definitions, tuple(remarks), unprotected, progress)
    return _build_audit(facts, findings, pairs, (*remarks, *facts.remarks), unprotected)


def _audit_apart(
    pairs: Sequence[tuple[PublishedFile, StatedPolicy]],
    definitions: Catalogue,
    remarks: tuple[str, ...],
    unprotected: tuple[str, ...],
    progress: Callable[[str], None] | None,
) -> Audit:
    cells: list[HiddenCell] = []
    unaudited = 0
    for pair in pairs:
        others = [_fill(other, pair[0]) for other in pairs if other is not pair]
        facts = build_facts([pair, *others], definitions)
        findings = conclude(facts, progress)
        if any(item.conclusion is Conclusion.CONTRADICTED for item in findings):
            facts = build_facts([pair], definitions)
            findings = conclude(facts, progress)
        part = _build_audit(facts, findings, [pair], (), ())
        cells += [cell for cell in part.cells if cell.file == pair[0].name]
        unaudited += part.unaudited
        remarks = (*remarks, *facts.remarks)
    policies = {file.name: policy for file, policy in pairs}
    return Audit(tuple(cells), policies, remarks, unprotected, unaudited)


def _fill(
    other: tuple[PublishedFile, StatedPolicy], file: PublishedFile
) -> tuple[PublishedFile, StatedPolicy]:
    """Return a file without the numbers that another one shows, and without what it hides."""
    shown = {_key_of(row, file.by) for row in file.rows if row["marker"] != Marker.CONFIDENTIAL}
    rows = [
        row
        for row in other[0].rows
        if row["marker"] != Marker.CONFIDENTIAL and _key_of(row, other[0].by) not in shown
    ]
    return replace(other[0], rows=rows), other[1]


def _key_of(row: Row, by: Iterable[str]) -> tuple[object, ...]:
    members = sorted((key, row[key]) for key in by if row[key] != ALL)
    return row["ref"], row["measure"], row["basis"], row["period"], tuple(members)


def _build_audit(
    facts: Facts,
    findings: Iterable[Finding],
    pairs: Sequence[tuple[PublishedFile, StatedPolicy]],
    remarks: tuple[str, ...],
    unprotected: tuple[str, ...],
) -> Audit:
    cells = [_cell_of(facts, finding) for finding in findings if _is_of_interest(finding)]
    cells += [_cell_of_shown(facts, target) for target in facts.shown_small]
    policies = {file.name: policy for file, policy in pairs}
    return Audit(tuple(cells), policies, remarks, unprotected, facts.unaudited)


def _is_of_interest(finding: Finding) -> bool:
    """Return whether a cell hides it, or a small count follows that no cell shows."""
    return finding.target.is_hidden_cell or finding.conclusion is not Conclusion.SAFE


def _cell_of(facts: Facts, finding: Finding) -> HiddenCell:
    target, is_safe = finding.target, finding.conclusion is Conclusion.SAFE
    lower, upper = (
        None if is_safe or abs(value) == float("inf") else value / target.divisor
        for value in (finding.lower, finding.upper)
    )
    return HiddenCell(
        target.file, target.ref, target.measure, target.period, target.members, target.column,
        finding.conclusion, lower, upper, finding.excluded,
        describe_finding(facts, finding), finding.is_proved, finding.by_markers,
        upper is not None and upper < target.threshold,
    )  # fmt: skip


def _cell_of_shown(facts: Facts, target: Target) -> HiddenCell:
    number = facts.variables[target.variable].lower
    words = f"The file shows it: {number:,.10g} is under {target.threshold}."
    excluded = tuple(value for value in range(1, target.threshold) if value != number)
    return HiddenCell(
        target.file, target.ref, target.measure, target.period, target.members, target.column,
        Conclusion.EXACT, number, number, excluded, words, is_small=True,
    )  # fmt: skip
