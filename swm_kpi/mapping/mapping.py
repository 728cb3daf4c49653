"""The declaration of a mapping: how the columns of a contract are made from those of a source."""

from __future__ import annotations

from collections.abc import Mapping as Columns
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Any

from swm_kpi.contracts import Column, ContractType
from swm_kpi.engine.input.adapters import LocalSource, RemoteSource, open_table
from swm_kpi.errors import (
    InputError,
    Problem,
    RequestError,
    clear_tracebacks,
    did_you_mean,
    place_of_declaration,
    raise_problems,
)
from swm_kpi.expressions import DTYPE_WORDS, Canonical, LocalDate, Parse, is_unusable
from swm_kpi.mapping.canonical import canonical_mapping
from swm_kpi.mapping.checks import column_findings, header_findings, order_findings
from swm_kpi.mapping.code_list import CodeList
from swm_kpi.mapping.engine_rows import map_in_engine
from swm_kpi.mapping.english import describe_mapping
from swm_kpi.mapping.evaluation import (
    Evaluation,
    RowsOfPart,
    check_headers,
    leaves_of,
    made_columns,
)
from swm_kpi.mapping.examples import MappingExample, iter_example_problems
from swm_kpi.mapping.extract_files import open_extract
from swm_kpi.mapping.mapped_table import MappedTable, MappingError, MappingReport
from swm_kpi.mapping.polars_rows import map_local
from swm_kpi.mapping.source import SourceType
from swm_kpi.mapping.sql_dialects import SQL_DIALECTS
from swm_kpi.mapping.sql_query import SqlQuery, declared_columns
from swm_kpi.mapping.table_definition import TableDefinition
from swm_kpi.mapping.values import Codes, Constant, NotInSource, Value, left_out

Order = Column | Parse | LocalDate
"""What identifies a thing, and what orders its rows."""


class Mapping(TableDefinition):
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
        self.place = place_of_declaration()
        if findings:
            name = getattr(contract, "__name__", "")
            raise_problems(Problem(f"Mapping {name}", *finding, self.place) for finding in findings)
        self.is_usable = not (
            findings
            or is_unusable(list(values.values()))
            or is_unusable([*self.one_row_per, *self.first_by])
        )
        self.valid_from = date.min if findings else date.fromisoformat(valid_from)
        self.columns: dict[str, Value] = (
            {column.name: value for column, value in values.items()} if self.is_usable else {}
        )

    def __repr__(self) -> str:
        return f"<Mapping {self.definition} of {self.source.__name__}>"

    @cached_property
    def made_columns(self) -> dict[str, Value]:
        """What each column is made from, without those that the source has no field for."""
        return made_columns(self.columns)

    @cached_property
    def with_status(self) -> tuple[str, ...]:
        """The columns that may hold values which are not mapped, and so have a status beside them.

        A column that refuses such values needs none.
        """
        return tuple(
            name
            for name, leaves in leaves_of(self).items()
            if name and any(leaf.has_status and not leaf.refuses for leaf in leaves)
        )

    @cached_property
    def not_in_source(self) -> dict[str, str]:
        """The reason for each column that the source has no field for, by name.

        An optional column that the mapping leaves out is one of them.
        """
        reasons = {
            name: value.reason
            for name, value in self.columns.items()
            if isinstance(value, NotInSource)
        }
        return left_out(self.contract, self.columns) | reasons

    @cached_property
    def read_columns(self) -> tuple[str, ...]:
        """The columns of the source that the mapping reads, in the order of the source."""
        values = [*self.columns.values(), *self.one_row_per, *self.first_by]
        names = {part.name for value in values for part in value.walk() if isinstance(part, Column)}
        return tuple(name for name in self.source.columns if name in names)

    @cached_property
    def code_lists(self) -> tuple[CodeList, ...]:
        """The code lists that the mapping reads, each file once."""
        parts = (part for value in self.columns.values() for part in value.walk())
        lists = {part.code_list.path: part.code_list for part in parts if isinstance(part, Codes)}
        return tuple(lists.values())

    def describe(self) -> str:
        """Return the mapping in English, with a line for each column of the contract."""
        return describe_mapping(self)

    def check_examples(self) -> list[Problem]:
        """Map each example, and return a problem for each that becomes other rows."""
        return list(iter_example_problems(self, self.examples))

    def canonical(self) -> Canonical:
        """Return everything that moves the rows of the table, as nested lists."""
        return canonical_mapping(self)

    @clear_tracebacks
    def apply(self, data: Any) -> MappedTable:
        """Make the rows of the contract from an extract.

        Args:
            data: the extract: a frame of pandas, Polars or Arrow, a DuckDB relation, a Spark
                DataFrame, an Ibis table of DuckDB or PostgreSQL, or a path to a .parquet, .csv,
                .csv.gz, .xlsx or .ods file.

        Returns:
            The rows, with the four counts of each column. The rows of an extract in another engine
            stay there, as a table that the engine computes when it is read.

        Raises:
            MappingError: the extract has values that the mapping refuses. It has counts and names
                of columns, and no value.
            InputError: the extract cannot be read, or lacks a column.
        """
        made = evaluate(self, data)
        if made.refused:
            raise MappingError(f"Mapping {self.definition}", made.refused)
        return MappedTable(
            self.contract.table, self.definition, made.frame, made.rows, made.counts,
            self.not_in_source, with_status=self.with_status,
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
        made = evaluate(self, data, list_codes=True)
        return MappingReport(
            self.definition, made.rows, made.counts, self.not_in_source, made.refused, made.codes
        )

    def sql(self, dialect: str, *, table: str = "", counts: bool = False) -> str:
        """Return the mapping as one query, for a view or for a reviewer.

        The columns of the extract have the types that the source declares. The query of the rows
        refuses nothing: what is not mapped is null, and of rows tied for first, it returns any.
        Beside a column that may hold unmapped values it has the column's status, in words.
        The query of the counts returns one row. Each count that is not "all rows", "null",
        "unmapped" or "other" is one of rows that :meth:`apply` refuses.

        Tests run this SQL in DuckDB, Spark and PostgreSQL, and compare its rows with those of
        Polars. That of SQL Server and Oracle is written and parsed in tests, and not run.

        Args:
            dialect: ``"duckdb"``, ``"spark"``, ``"postgres"``, ``"tsql"`` (SQL Server from 2017) or
                ``"oracle"`` (from 12.2).
            table: the extract, as it is named in the database; by default the source's own name.
            counts: whether to return the query of the counts, and not that of the rows.

        Raises:
            RequestError: there is no such dialect.
        """
        if dialect not in SQL_DIALECTS:
            raise RequestError(
                f"A mapping is not written in {dialect!r}. {did_you_mean(dialect, SQL_DIALECTS)}."
            )
        written = SQL_DIALECTS[dialect]
        columns = declared_columns(self, written)
        query = SqlQuery(self, written, columns, table or written.quote(self.source.table))
        return query.counts() if counts else query.rows()


def evaluate(
    mapping: Mapping, data: Any, *, list_codes: bool = False, part: RowsOfPart | None = None
) -> Evaluation:
    """Return what a mapping makes of an extract, with what it refuses.

    Args:
        mapping: the mapping.
        data: the extract, as for :meth:`Mapping.apply`.
        list_codes: whether to list the codes that are not mapped.
        part: the rows to make, where the mapping is a part of a union.

    Raises:
        InputError: the extract cannot be read, or lacks a column.
    """
    source = mapping.source
    headers = [source.headers[name] for name in mapping.read_columns]
    with open_extract(data, source) as opened:
        extract = (
            opened if isinstance(opened, LocalSource) else open_table(opened, source.table, headers)
        )
        check_headers(source, mapping.read_columns, extract.names)
        match extract:
            case RemoteSource():
                return map_in_engine(mapping, extract, list_codes=list_codes, part=part)
            case LocalSource():
                return map_local(mapping, extract, list_codes=list_codes, part=part)
        raise InputError(
            f"Table {source.table!r}: it was validated against a contract already. Pass the "
            "extract, as it came from its system."
        )


def _listed(values: Any) -> tuple[Any, ...]:
    return tuple(values) if isinstance(values, list | tuple) else (values,)
