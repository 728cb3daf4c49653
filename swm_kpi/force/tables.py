"""The tables of a force: each mapping applied to its extract, when the table is first read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from swm_kpi.contracts import ContractType
from swm_kpi.errors import InputError, RequestError
from swm_kpi.force.makers import TableMaker, extracts_of, iter_mappings
from swm_kpi.mapping.mapped_table import MappingReport
from swm_kpi.mapping.mapping import Mapping as MappingOfTable
from swm_kpi.mapping.snapshots import Snapshots
from swm_kpi.mapping.union import Union

EXTRACT_SUFFIXES = (".parquet", ".csv", ".csv.gz", ".xlsx", ".ods")
_LISTED = 8


class ForceTables(Mapping[str, Any]):
    """The tables that a force's extracts give, to pass to ``kpi.compute``.

    A mapping of table name to table. A mapping of the force is applied when its table is first
    read, and not again. An extract with the name of a table that no mapping makes is that table.

    Attributes:
        without_extract: by table, the name of the extract that it is made from, for tables without
            their extract. These tables are absent: no number of theirs is zero.
        without_mapping: the tables of the plan that neither a mapping nor an extract makes.
        unused: the names of extracts that nothing reads.
    """

    def __init__(
        self,
        mappings: Mapping[str, TableMaker],
        contracts: Mapping[str, ContractType],
        extracts: Mapping[str, Any],
        last: date | None = None,
    ) -> None:
        self._mappings = mappings
        self._contracts = contracts
        self._extracts = extracts
        self._last = last
        self._made: dict[str, Any] = {}
        read = {mapping.source.table for mapping in iter_mappings(mappings)}
        self._direct = {name for name in extracts if name in contracts and name not in mappings}
        missing = {
            table: [name for name in extracts_of(mappings, table) if name not in extracts]
            for table in mappings
        }
        self.without_extract = {table: names[0] for table, names in missing.items() if names}
        made = {table for table in mappings if table in contracts and not missing[table]}
        self._names = tuple(sorted(made | self._direct))
        self.without_mapping = tuple(
            name for name in contracts if name not in mappings and name not in self._direct
        )
        self.unused = tuple(name for name in extracts if name not in read | self._direct)

    def __getitem__(self, table: str) -> Any:
        """Return a table. Its mapping is applied on the first access.

        Raises:
            KeyError: there is no such table, or its extract is missing.
            MappingError: the extract has values that the mapping refuses.
            InputError: the extract cannot be read.
        """
        if table not in self._names:
            raise KeyError(table)
        return self._make(table)

    def _make(self, table: str) -> Any:
        if table not in self._made:
            match self._mappings.get(table):
                case MappingOfTable() as mapping:
                    self._made[table] = mapping.apply(self._extracts[mapping.source.table])
                case Union() as union:
                    self._made[table] = union.apply(self._extracts)
                case Snapshots() as snapshots:
                    spans = self._make(snapshots.spans.table)
                    self._made[table] = snapshots.apply(
                        spans, last=self._last, contracts=self._contracts
                    )
                case _:
                    return self._extracts[table]
        return self._made[table]

    def report(self, table: str) -> MappingReport:
        """Report what becomes of the rows of the extracts that a table is made from.

        Raises:
            KeyError: nothing makes the table, or its extract is missing.
            MappingError: a table that it is counted from cannot be made.
            InputError: the extract cannot be read.
        """
        maker = self._mappings[table]
        if isinstance(maker, Snapshots):
            spans = self._make(maker.spans.table)
            return maker.report(spans, last=self._last, contracts=self._contracts)
        if isinstance(maker, Union):
            return maker.report(self._extracts)
        return maker.report(self._extracts[maker.source.table])

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def reason_absent(self, table: str) -> str:
        """Return why a table is absent, in a sentence; empty if it is not."""
        if table in self.without_extract:
            source = self.without_extract[table]
            return f"There is no extract {source!r}, which table {table!r} is made from."
        if table in self._names:
            return ""
        return f"The force has no mapping that makes table {table!r}."

    def __repr__(self) -> str:
        return f"<ForceTables {', '.join(self._names) or 'none'}>"

    def __str__(self) -> str:
        lines = [f"{len(self)} table{'' if len(self) == 1 else 's'}"]
        width = max(map(len, (*self._names, *self.without_extract, "")))
        for table in self._names:
            if table in self._direct:
                lines.append(f"  {table:<{width}}  as it is")
            else:
                made_from = " and ".join(extracts_of(self._mappings, table))
                definition = self._mappings[table].definition
                lines.append(f"  {table:<{width}}  from {made_from}, by {definition}")
        if self.without_extract:
            lines += ["", "Not made, because the extract is missing"]
            lines += [
                f"  {table:<{width}}  from {source}"
                for table, source in self.without_extract.items()
            ]
        if self.unused:
            lines += ["", "Extracts that nothing reads", *(f"  {name}" for name in self.unused)]
        if self.without_mapping:
            names = self.without_mapping
            shown = ", ".join(names[:_LISTED])
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            lines += ["", f"No mapping makes {len(names)} tables: {shown}{more}"]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Show the text in a notebook."""
        printer.text(str(self))


def find_extracts(folder: Path, suffixes: Sequence[str] = EXTRACT_SUFFIXES) -> dict[str, Path]:
    """Return the files of a folder, by name without the suffix.

    Args:
        folder: the folder.
        suffixes: the endings of the files to return.

    Raises:
        InputError: there is no such folder, or it has no such file.
        RequestError: two files have one name.
    """
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder.name!r} of extracts. Give another.")
    files: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        suffix = next((end for end in suffixes if path.name.lower().endswith(end)), "")
        if not suffix or path.name.startswith("."):
            continue
        name = path.name[: -len(suffix)]
        if name in files:
            raise RequestError(
                f"Folder {folder.name!r} has table {name!r} twice: {files[name].name} and "
                f"{path.name}. Remove one of the files."
            )
        files[name] = path
    if not files:
        endings = (
            " or ".join((", ".join(suffixes[:-1]), suffixes[-1])) if suffixes[1:] else suffixes[0]
        )
        raise InputError(f"Folder {folder.name!r} has no {endings} file. Give another.")
    return files
