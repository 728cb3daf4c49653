"""``kpi.Force``: a force's folder, read and checked as a whole."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import astuple, fields
from datetime import date, timedelta
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import polars as pl

from swm_kpi.analysis.targets import Targets
from swm_kpi.disclosure import DisclosurePolicy
from swm_kpi.engine.plan.request import check_date
from swm_kpi.errors import (
    DefinitionError,
    InputError,
    Problem,
    RequestError,
    clear_tracebacks,
    did_you_mean,
)
from swm_kpi.force.availability import Statement, read_statements, with_statements
from swm_kpi.force.lineage import LineageStep, iter_lineage
from swm_kpi.force.lock import MAPPINGS_LOCK
from swm_kpi.force.makers import TableMaker, extracts_of, iter_mappings
from swm_kpi.force.settings import Settings, SimilarForces, read_settings
from swm_kpi.force.sources import (
    CODES,
    SOURCES,
    iter_code_list_problems,
    iter_maker_problems,
    load_makers,
    unused_code_lists,
)
from swm_kpi.force.tables import ForceTables, find_extracts
from swm_kpi.formatting import format_number
from swm_kpi.model.areas import Areas
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.plugins import catalogue as installed_catalogue
from swm_kpi.model.toml_file import read_toml
from swm_kpi.output.text_table import format_columns
from swm_kpi.vocabulary import Grain

SETTINGS, AVAILABILITY, TARGETS = "force.toml", "availability.toml", "targets.toml"
NOT_READ = ("commentary", "history", "README.md")
"""What a folder may have beside what this class reads."""

_HASH_LENGTH = 8


class Force:
    """A force's folder: everything that only the force knows, as small files to review.

    - ``force.toml``: its name and contact, and what it has decided: the disclosure policy, values
      of assumptions, similar forces and the length of periods
    - ``areas.csv``: its areas, if ``force.toml`` names the file
    - ``sources/*.py``: its sources and mappings, one module for each system
    - ``codes/*.csv``: the code lists that mappings read
    - ``availability.toml``: what it can report
    - ``targets.toml``: the targets of measures, with their days and sources

    Use :meth:`read`.

    Attributes:
        folder: the folder.
        areas: the areas of the force; None if it has the plan's.
        mappings: what makes each table, by the table's name: a mapping, a union of several, or
            snapshots that are counted from another table.
        statements: what is stated about the availability of refs and measures.
        targets: the targets of measures; empty if the folder has none.
        unused_code_lists: the names of code lists that no mapping reads.
    """

    def __init__(
        self,
        folder: Path,
        settings: Settings,
        plan: Catalogue,
        mappings: Mapping[str, TableMaker],
        statements: tuple[Statement, ...],
        areas: Areas | None = None,
        targets: Targets | None = None,
    ) -> None:
        self.folder = folder
        self.areas = areas
        self.mappings = dict(mappings)
        self.statements = statements
        self.targets = Targets() if targets is None else targets
        self.unused_code_lists = unused_code_lists(folder, self.mappings)
        self._settings = settings
        self._plan = plan

    @classmethod
    def read(cls, folder: str | Path, *, catalogue: Catalogue | None = None) -> Force:
        """Read and check a force's folder. Importing its modules runs their code.

        Args:
            folder: the folder. ``swm-kpi init`` writes one.
            catalogue: the plan; by default the installed definitions.

        Raises:
            DefinitionError: with every mistake in every file, each with the file and the line.
        """
        path = Path(folder).resolve()
        plan = catalogue if catalogue is not None else installed_catalogue()
        if not path.is_dir():
            rule, fix = "there is no such folder", f"Run swm-kpi init {Path(folder).name}"
            raise DefinitionError([Problem(f"Force {path.name!r}", "folder", rule, fix)])
        settings, problems = read_settings(read_toml(path / SETTINGS), plan)
        problems += _file_problems(path, settings)
        areas, area_problems = _read_areas(path, settings, plan)
        problems += area_problems
        makers, maker_problems = load_makers(path)
        problems += maker_problems
        problems += iter_code_list_problems(path, makers)
        problems += iter_maker_problems(makers, plan)
        statements: list[Statement] = []
        if (path / AVAILABILITY).exists():
            statements, statement_problems = read_statements(read_toml(path / AVAILABILITY), plan)
            problems += statement_problems
        targets, target_problems = _read_targets(path, settings, plan, areas)
        problems += target_problems
        if problems:
            # A mapping that reads the areas reports their mistakes too.
            raise DefinitionError(dict.fromkeys(problems))
        return cls(path, settings, plan, makers, tuple(statements), areas, targets)

    @property
    def name(self) -> str:
        """The name of the force."""
        return self._settings.name

    @property
    def contact(self) -> str:
        """Where to ask about the numbers."""
        return self._settings.contact

    @property
    def policy(self) -> DisclosurePolicy | None:
        """The disclosure policy for everything that leaves the force; None if it states none."""
        return self._settings.policy

    @property
    def assumptions(self) -> Mapping[str, Any]:
        """The values that replace the defaults of assumptions, by key."""
        return self._settings.assumptions

    @property
    def default_grain(self) -> Grain:
        """The length of periods, unless a request says otherwise."""
        return self._settings.default_grain

    @property
    def similar_forces(self) -> tuple[SimilarForces, ...]:
        """The forces that it compares itself with, the earliest statement first."""
        return self._settings.similar_forces

    def similar_forces_on(self, day: str | date) -> tuple[str, ...]:
        """Return the names of the forces that it compares itself with, as stated on a day.

        Pass them to ``result.funnel(members=[...])`` with the name of the force itself. The names
        are as written in ``force.toml``: write them as the data do.

        Args:
            day: the day, such as the last day of the latest period: ``"2025-03-31"``.

        Returns:
            The names, or none if no statement is valid on that day.

        Raises:
            RequestError: the day is not a date.
        """
        on = check_date(day, "day")
        stated = [item for item in self.similar_forces if on is not None and item.valid_from <= on]
        return stated[-1].forces if stated else ()

    @property
    def sources(self) -> tuple[str, ...]:
        """The names of the extracts that the mappings read."""
        return tuple(dict.fromkeys(item.source.table for item in iter_mappings(self.mappings)))

    @cached_property
    def hash(self) -> str:
        """A fingerprint of every file that is read. Line ends make no difference."""
        content = hashlib.sha256()
        for path in self._files():
            text = path.read_bytes().replace(b"\r\n", b"\n")
            name = path.relative_to(self.folder).as_posix()
            content.update(f"{name}\n{len(text)}\n".encode() + text)
        return content.hexdigest()[:_HASH_LENGTH]

    @property
    def definition(self) -> str:
        """``name#hash``, which the provenance of a result has."""
        return f"{self.name}#{self.hash}"

    def catalogue(self) -> Catalogue:
        """Return the plan with the force's areas, availability and assumptions."""
        decided = Catalogue(
            with_statements(tuple(self._plan), self.statements),
            title=self._plan.title,
            objectives=self._plan.objectives,
            themes=self._plan.themes,
            areas=self._plan.areas,
            availability=self._plan.availability,
            allow_not_reportable=True,
            assumptions=self.assumptions,
            force=self.definition,
        )
        if self.areas is None:
            return decided
        return decided.with_areas(self.areas, boundaries=self._settings.boundaries)

    @clear_tracebacks
    def tables(
        self, extracts: str | Path | Mapping[str, Any], *, as_at: str | date | None = None
    ) -> ForceTables:
        """Return the tables that the mappings make from extracts, to pass to ``kpi.compute``.

        Nothing is mapped until a table is read.

        Args:
            extracts: a folder of files, each with the name of its source's ``table``, such as
                ``niche.csv``; or a mapping of that name to a path, a frame or a relation of an
                engine.
            as_at: the day on which the extracts were made, as in ``kpi.compute``. Snapshots are
                counted until the day before; without it, until the last start in their spans.

        Raises:
            InputError: there is no such folder, or two files have one name.
            RequestError: a name is neither a source, nor a table that no mapping makes.
        """
        contracts = self.catalogue().contracts
        sources = self.sources
        day = check_date(as_at, "as_at")
        last = None if day is None else day - timedelta(days=1)
        if isinstance(extracts, str | Path):
            return ForceTables(self.mappings, contracts, find_extracts(Path(extracts)), last)
        for name in extracts:
            if name in self.mappings and name not in sources:
                made_from = " and ".join(map(repr, extracts_of(self.mappings, name)))
                raise RequestError(
                    f"Force {self.name!r} makes table {name!r} from {made_from}. Give {made_from}."
                )
            if name not in sources and name not in contracts:
                shown = str(name)[:60]
                fix = did_you_mean(shown, [*sources, *contracts])
                fix = fix if fix.startswith("Did") else did_you_mean(shown, sources)
                raise RequestError(f"Force {self.name!r} has no source {shown!r}. {fix}")
        return ForceTables(self.mappings, contracts, dict(extracts), last)

    def lineage(
        self, ref: str | None = None, *, table: str | None = None, heading: str | None = None
    ) -> pl.DataFrame:
        """Return which columns of extracts each measure rests on, and back, as a Polars table.

        Its columns are ``source`` and ``heading`` (of the extract), ``table``, ``column`` and
        ``made`` (of the contract), ``ref`` and ``measure`` (empty for a breakdown).

        Args:
            ref: only the steps to one ref, by its ref or key.
            table: only the steps through one table of the contracts.
            heading: only the steps from one column of an extract, by its heading.

        Raises:
            RequestError: there is no such ref.
        """
        plan = self.catalogue()
        entries = list(plan) if ref is None else [plan[ref]]
        steps = [
            step
            for step in iter_lineage(entries, plan, self.mappings)
            if table in (None, step.table) and heading in (None, step.heading)
        ]
        schema = dict.fromkeys((field.name for field in fields(LineageStep)), pl.String)
        return pl.DataFrame([astuple(step) for step in steps], schema=schema, orient="row")

    def _files(self) -> Iterator[Path]:
        """Yield every file that is read, in order of name."""
        names = (SETTINGS, AVAILABILITY, TARGETS, self._settings.areas)
        paths = [self.folder / name for name in names if name]
        paths += (self.folder / SOURCES).glob("*.py")
        paths += (self.folder / CODES).glob("*.csv")
        yield from sorted(path for path in paths if path.is_file())

    def __repr__(self) -> str:
        return f"<Force {self.definition} in {self.folder.name}/>"

    def __str__(self) -> str:
        rows = [(f"  {label}", text) for label, text in self._describe()]
        return "\n".join([self.name, "", format_columns(rows)])

    def _describe(self) -> Iterator[tuple[str, str]]:
        yield "Folder", f"{self.folder.name}/, {self.hash}"
        yield "Contact", self.contact
        if self.areas is not None:
            counts = (f"{len(self.areas.members(name))} {name}" for name in self.areas.levels)
            yield "Areas", ", ".join(counts)
        yield "Periods", self.default_grain.value
        yield "Disclosure", str(self.policy) if self.policy else "not stated"
        for key, value in self.assumptions.items():
            yield "Assumption", f"{key} = {value}"
        for stated in self.similar_forces[-1:]:
            yield "Similar", f"{', '.join(stated.forces)} (from {stated.valid_from})"
        for table, maker in self.mappings.items():
            made_from = " and ".join(extracts_of(self.mappings, table))
            yield type(maker).__name__, f"{maker.definition} from {made_from}, {maker.owner}"
        if not self.mappings:
            yield "Mappings", "none"
        for statement in self.statements:
            name = f"{statement.ref} {statement.measure}".strip()
            yield "Availability", f"{name}: {statement.availability.status.value}"
        for entry in self.targets:
            name = " ".join((entry.ref, entry.measure, *(name for _, name in entry.member)))
            level = format_number(entry.target.value, entry.unit)
            yield "Target", f"{name}: {level} {entry.target.describe_days()}"
        for name in self.unused_code_lists:
            yield "Not used", f"{CODES}/{name}: no mapping reads it"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the text in IPython."""
        printer.text(str(self))

    def _repr_html_(self) -> str:
        """Return a table that a notebook shows."""
        rows = "".join(
            f'<tr><th scope="row">{escape(label)}</th><td>{escape(text)}</td></tr>'
            for label, text in self._describe()
        )
        return f"<table><caption>{escape(self.name)}</caption>{rows}</table>"


def read_areas(folder: Path) -> Areas | None:
    """Return the areas of a folder, in which other files may be wrong; None if there are none."""
    plan = installed_catalogue()
    settings, _ = read_settings(read_toml(folder / SETTINGS), plan)
    return _read_areas(folder.resolve(), settings, plan)[0]


def _read_areas(
    folder: Path, settings: Settings, plan: Catalogue
) -> tuple[Areas | None, tuple[Problem, ...]]:
    """Return the areas of a force, and every mistake in their file."""
    if not settings.areas:
        return None, ()
    path = folder / settings.areas
    place = f"{folder.name}/{SETTINGS}"
    if path.parent != folder or not path.is_file():
        rule, fix = f"there is no file {settings.areas!r} in the folder", "Write it"
        return None, (Problem("Force", "areas", rule, fix, place),)
    try:
        areas = Areas.read(path)
        plan.with_areas(areas)
    except DefinitionError as error:
        return None, error.problems
    except InputError as error:
        return None, (Problem("Areas", "file", str(error).rstrip("."), "Correct the file", place),)
    return areas, ()


def _read_targets(
    folder: Path, settings: Settings, plan: Catalogue, areas: Areas | None
) -> tuple[Targets | None, tuple[Problem, ...]]:
    """Return the targets of a force, and every mistake in their file.

    They are not read if the areas are wrong, because their members are then not known.
    """
    path = folder / TARGETS
    if not path.exists() or (settings.areas and areas is None):
        return None, ()
    try:
        with_areas = plan if areas is None else plan.with_areas(areas)
        return Targets.read(path, with_areas), ()
    except DefinitionError as error:
        return None, error.problems


def _file_problems(folder: Path, settings: Settings) -> Iterator[Problem]:
    """Yield each file that a force's folder does not have, and an areas file that is missing."""
    known = [
        SETTINGS,
        AVAILABILITY,
        TARGETS,
        SOURCES,
        CODES,
        *NOT_READ,
        MAPPINGS_LOCK,
        "areas.csv",
        settings.areas,
    ]
    for path in sorted(folder.iterdir()):
        if path.name not in known and not path.name.startswith((".", "__")):
            yield _unknown(folder, path, known)
        elif path.name == "areas.csv" and not settings.areas:
            rule, fix = "force.toml does not name it", 'Write areas = "areas.csv" in force.toml'
            yield Problem("areas.csv", "file", rule, fix, f"{folder.name}/areas.csv")
        elif path.name in (SOURCES, CODES) and path.is_dir():
            suffix = ".py" if path.name == SOURCES else ".csv"
            for inner in sorted(path.iterdir()):
                if inner.suffix != suffix and not inner.name.startswith((".", "__")):
                    rule = f"{path.name}/ has only {suffix} files"
                    place = f"{path.name}/{inner.name}"
                    yield Problem(place, "file", rule, "Move it out of the folder", place)


def _unknown(folder: Path, path: Path, known: list[str]) -> Problem:
    rule = "a force's folder has no such file"
    place = f"{folder.name}/{path.name}"
    return Problem(path.name[:60], "file", rule, did_you_mean(path.name[:60], known), place)
