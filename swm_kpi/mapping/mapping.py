"""The declaration of a mapping: how the columns of a contract are made from those of a source."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping as Columns
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from swm_kpi.contracts import Column, ContractType
from swm_kpi.contracts.signature_errors import SignatureErrorMeta
from swm_kpi.engine.execution.dialects import dialect_of
from swm_kpi.engine.input.adapters import LocalSource, open_local_table
from swm_kpi.errors import (
    InputError,
    Problem,
    clear_tracebacks,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import DTYPE_WORDS, Canonical, LocalDate, Parse, is_unusable
from swm_kpi.mapping.canonical import canonical_mapping
from swm_kpi.mapping.checks import column_findings, header_findings, order_findings
from swm_kpi.mapping.english import describe_mapping
from swm_kpi.mapping.evaluation import Evaluation, check_headers, made_columns
from swm_kpi.mapping.examples import MappingExample, iter_example_problems
from swm_kpi.mapping.mapped_table import MappedTable, MappingError, MappingReport
from swm_kpi.mapping.polars_rows import map_local
from swm_kpi.mapping.source import SourceType
from swm_kpi.mapping.values import Codes, Constant, NotInSource, Value

Order = Column | Parse | LocalDate
"""What identifies a thing, and what orders its rows."""


class Mapping(metaclass=SignatureErrorMeta):
    """How the rows of a contract are made from a raw extract.

    Args:
        contract: the contract of the table to make.
        source: the source: the columns of the extract.
        columns: what each column of the contract is made from: a column of the source, parsed or
            as it is, ``kpi.mapping.codes``, ``flag``, ``coalesce`` or ``not_in_source``, or a
            constant. Every column of the contract must be named.
        version: a number that rises with each change.
        valid_from: the ISO date from which the mapping is in use.
        owner: the role that decides what the mapping says.
        one_row_per: the columns that identify one row of the contract, where the extract has
            several rows for it. Two rows that are first together are refused.
        first_by: the columns by which the first row is chosen, the lowest value first and an
            empty one last. Without them, any second row is refused.
        examples: invented rows of the source, with the rows that they must become.
        description: what a reviewer must know, beside the columns.

    Raises:
        DefinitionError: with every problem of the mapping.
    """

    def __init__(
        self,
        contract: ContractType,
        *,
        source: SourceType,
        columns: Columns[Column, Any],
        version: int,
        valid_from: str,
        owner: str,
        one_row_per: Order | Sequence[Order] = (),
        first_by: Order | Sequence[Order] = (),
        examples: Sequence[MappingExample] = (),
        description: str = "",
    ) -> None:
        self.contract = contract
        self.source = source
        self.version = version
        self.owner = owner
        self.description = description
        self.examples = tuple(example for example in examples if not is_unusable(example))
        self.one_row_per = _listed(one_row_per)
        self.first_by = _listed(first_by)
        findings = list(header_findings(contract, source, version, valid_from, owner))
        values = {
            column: Constant(value) if type(value) in DTYPE_WORDS else value
            for column, value in columns.items()
        }
        if not any(field in ("contract", "source") for field, *_ in findings):
            findings += column_findings(contract, source, values)
            findings += order_findings(source, self.one_row_per, self.first_by)
        if findings:
            place = place_of_declaration()
            name = getattr(contract, "__name__", "")
            raise_problems(Problem(f"Mapping {name}", *finding, place) for finding in findings)
        self._is_usable = not (
            findings
            or is_unusable(list(values.values()))
            or is_unusable([*self.one_row_per, *self.first_by])
        )
        self.valid_from = date.min if findings else date.fromisoformat(valid_from)
        self.columns: dict[str, Value] = (
            {column.name: value for column, value in values.items()} if self._is_usable else {}
        )

    def __repr__(self) -> str:
        return f"<Mapping {self.definition} of {self.source.__name__}>"

    @cached_property
    def made_columns(self) -> dict[str, Value]:
        """What each column is made from, without those that the source has no field for."""
        return made_columns(self.columns)

    @cached_property
    def not_in_source(self) -> dict[str, str]:
        """The reason for each column that the source has no field for, by name."""
        return {
            name: value.reason
            for name, value in self.columns.items()
            if isinstance(value, NotInSource)
        }

    @cached_property
    def read_columns(self) -> tuple[str, ...]:
        """The columns of the source that the mapping reads, in the order of the source."""
        values = [*self.columns.values(), *self.one_row_per, *self.first_by]
        names = {part.name for value in values for part in value.walk() if isinstance(part, Column)}
        return tuple(name for name in self.source.columns if name in names)

    @cached_property
    def code_files(self) -> tuple[Path, ...]:
        """The files of the code lists that the mapping reads."""
        parts = (part for value in self.columns.values() for part in value.walk())
        files = (part.code_list.path for part in parts if isinstance(part, Codes))
        return tuple(dict.fromkeys(files))

    def describe(self) -> str:
        """Return the mapping in English, with a line for each column of the contract."""
        return describe_mapping(self)

    def check_examples(self) -> list[Problem]:
        """Map each example, and return a problem for each that becomes other rows."""
        return list(iter_example_problems(self, self.examples))

    def canonical(self) -> Canonical:
        """Return everything that moves the rows of the table, as nested lists."""
        return canonical_mapping(self)

    @cached_property
    def hash(self) -> str:
        """A fingerprint of everything that moves the rows: also the approved rows of code lists."""
        text = json.dumps(self.canonical(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:8]

    @property
    def definition(self) -> str:
        """``table@version#hash``, which identifies what a table was made by."""
        return f"{self.contract.table}@{self.version}#{self.hash}"

    @clear_tracebacks
    def apply(self, data: Any) -> MappedTable:
        """Make the rows of the contract from an extract.

        Args:
            data: the extract: a frame of pandas, Polars or Arrow, or a path to a .parquet or .csv
                file.

        Returns:
            The rows, with the four counts of each column. Pass its ``frame`` to ``compute``.

        Raises:
            MappingError: the extract has values that the mapping refuses. It has counts and names
                of columns, and no value.
            InputError: the extract cannot be read, or lacks a column.
        """
        made = self._evaluate(data, list_codes=False)
        if made.refused:
            raise MappingError(f"Mapping {self.definition}", made.refused)
        return MappedTable(
            self.contract.table, self.definition, made.frame, made.rows, made.counts,
            self.not_in_source,
        )  # fmt: skip

    @clear_tracebacks
    def report(self, data: Any) -> MappingReport:
        """Report what the mapping would make of an extract, with the codes that are not mapped.

        The report lists values of columns that are not personal, so it is for the analyst who owns
        the mapping. A number of rows below five is not stated.

        Args:
            data: as for :meth:`apply`.

        Raises:
            InputError: the extract cannot be read, or lacks a column.
        """
        made = self._evaluate(data, list_codes=True)
        return MappingReport(
            self.definition, made.rows, made.counts, self.not_in_source, made.refused, made.codes
        )

    def _evaluate(self, data: Any, *, list_codes: bool) -> Evaluation:
        headers = [self.source.headers[name] for name in self.read_columns]
        if dialect_of(data) is not None:
            raise InputError(
                f"Table {self.source.table!r}: a mapping does not read from another engine yet. "
                "Pass a frame, or a .parquet or .csv file."
            )
        extract: LocalSource = open_local_table(data, self.source.table, headers)
        check_headers(self.source, self.read_columns, extract.names)
        return map_local(self, extract, list_codes=list_codes)


def _listed(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, list | tuple) else (values,)
