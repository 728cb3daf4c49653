"""A request checked before any row is read: which metrics, periods, breakdowns and tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from swm_kpi.calendar import Period
from swm_kpi.contracts import ContractType, Dimension
from swm_kpi.errors import PeriodError, RequestError, did_you_mean
from swm_kpi.expressions import Assumption, Term
from swm_kpi.expressions.literals import literal_problem
from swm_kpi.measures import Measure
from swm_kpi.model.catalogue import Catalogue
from swm_kpi.model.metric import CatalogueEntry, Metric, reason_not_computed
from swm_kpi.vocabulary import Basis

MAX_CELLS = 5_000_000


@dataclass(frozen=True)
class Chosen:
    """A metric to compute, under the ref that was asked for.

    Attributes:
        entry: what was asked for: a metric or an alias.
        metric: what is computed.
        measures: its measures whose basis the tables given can serve, in order.
    """

    entry: CatalogueEntry
    metric: Metric
    measures: tuple[Measure, ...]

    def overridden(self, overrides: Mapping[str, Any]) -> Chosen:
        """Return the same with the measures' own assumptions replaced."""
        if not overrides:
            return self
        by_name = {
            (each.key, each.basis): each.overridden(overrides) for each in self.metric.measures
        }
        metric = self.metric.model_copy(update={"measures": tuple(by_name.values())})
        measures = tuple(by_name[each.key, each.basis] for each in self.measures)
        return Chosen(self.entry, metric, measures)


def choose(
    asked: Sequence[str | CatalogueEntry] | None, catalogue: Catalogue, tables: Iterable[str]
) -> list[Chosen]:
    """Find the metrics asked for; None means every one that computes.

    Raises:
        RequestError: a name is unknown, nothing computes for it, or no table it reads was given.
    """
    given = set(tables)
    chosen: list[Chosen] = []
    for each in catalogue if asked is None else asked:
        if not isinstance(each, str | CatalogueEntry):
            kind = type(each).__name__
            raise RequestError(f"A metric is asked for by a text, not {kind}. Write ['15'].")
        entry = each if isinstance(each, CatalogueEntry) else catalogue[each]
        if any(entry is one.entry for one in chosen):
            raise RequestError(f"Metric {entry.ref} is asked for twice. List each once.")
        metric = catalogue.metric(entry)
        if metric is None:
            if asked is None:
                continue
            raise RequestError(_cannot(entry))
        measures = _of_basis_served(_measures(entry, metric), given)
        if asked is not None and not any(tables_of(one, metric) & given for one in measures):
            needed = ", ".join(repr(name) for name in metric.contracts)
            raise RequestError(
                f"Metric {entry.ref} ({entry.name}) reads table {needed}, and none was given. "
                f"Pass it in data under that name."
            )
        chosen.append(Chosen(entry, metric, measures))
    if not chosen:
        raise RequestError("No metric was asked for. Give refs or keys, or None for all.")
    return chosen


def _cannot(entry: CatalogueEntry) -> str:
    return f"Ref {entry.ref} cannot be computed: {reason_not_computed(entry)}."


def _measures(entry: CatalogueEntry, metric: Metric) -> tuple[Measure, ...]:
    only = getattr(entry, "only", ())
    kept = [each for each in metric.measures if not only or each.key in only]
    return tuple(kept)


def tables_of(measure: Measure, metric: Metric) -> set[str]:
    """Return the names of every table a measure rests on, including what it depends on."""
    found = {each.contract.table for each in measure.statistics.values()}
    for key in measure.depends_on:
        found |= tables_of(metric.measure(key, measure.basis), metric)
    return found


def _of_basis_served(measures: tuple[Measure, ...], given: set[str]) -> tuple[Measure, ...]:
    """Leave out a basis none of whose own tables were given, where another basis is served."""
    served = {
        basis
        for basis in Basis
        if any(
            each.contract is not None and each.contract.table in given
            for each in measures
            if each.basis is basis
        )
    }
    kept = [each for each in measures if each.basis in (served or {Basis.FORCE})]
    # Each proxy is another source: one that was not given is not missed where another was.
    return tuple(
        each
        for each in kept
        if each.basis is Basis.FORCE or each.contract is None or each.contract.table in given
    )


def check_tables(data: Mapping[str, Any], contracts: Mapping[str, ContractType]) -> None:
    """Refuse a table that no metric knows.

    Raises:
        RequestError: with the nearest name.
    """
    if not isinstance(data, Mapping):
        raise RequestError(
            f"data is a {type(data).__name__}. Give a mapping of table name to table, such as "
            '{"incident": incidents}.'
        )
    for name in data:
        if name not in contracts:
            shown = str(name)[:60]
            raise RequestError(
                f"No metric reads a table {shown!r}. {did_you_mean(shown, contracts)}"
            )


def check_periods(asked: Any) -> tuple[Period, ...]:
    """Return the periods asked for: periods, labels, or a mixture of both.

    Raises:
        PeriodError: there is none, or one is not a period.
    """
    if isinstance(asked, str | Period):
        asked = [asked]
    try:
        found = tuple(each if isinstance(each, Period) else Period.parse(each) for each in asked)
    except TypeError:
        raise PeriodError(
            'periods are Period objects or labels. Write kpi.periods("2024/25 Q1").'
        ) from None
    if not found:
        raise PeriodError('No period was given. Write kpi.periods("2024/25 Q1").')
    if len(set(found)) < len(found):
        raise PeriodError("A period is given twice. List each once.")
    return found


def check_breakdowns(
    by: Sequence[str], catalogue: Catalogue, asked: Sequence[str | CatalogueEntry] | None
) -> tuple[Dimension, ...]:
    """Return the breakdowns asked for, of the catalogue or of metrics handed in as objects.

    Raises:
        RequestError: one is unknown or given twice.
    """
    if isinstance(by, str):
        raise RequestError(f"by is a list. Write by=[{by[:40]!r}].")
    if not isinstance(by, list | tuple) or not all(isinstance(each, str) for each in by):
        raise RequestError('by is a list of the names of breakdowns. Write by=["lpa"], or by=[].')
    own = {d.key: d for each in asked or () if isinstance(each, Metric) for d in each.dimensions}
    known = catalogue.dimensions | own
    for name in by:
        if name not in known:
            shown = str(name)[:60]
            raise RequestError(f"No metric has a breakdown {shown!r}. {did_you_mean(shown, known)}")
    if len(set(by)) < len(by):
        raise RequestError("A breakdown is given twice. List each once.")
    return tuple(known[name] for name in by)


def check_size(measures: int, members: Sequence[int], count: int) -> None:
    """Refuse a request whose result would be too large to be meant.

    Raises:
        RequestError: with the sizes that multiply.
    """
    cells = measures * count
    for length in members:
        cells *= length + 2
    if cells > MAX_CELLS:
        sizes = " x ".join(str(length) for length in members) or "1"
        raise RequestError(
            f"The result would have {cells:,} cells ({measures} measures x {count} periods x "
            f"breakdowns of {sizes}); the most is {MAX_CELLS:,}. Ask for fewer breakdowns at once."
        )


def check_date(given: Any, name: str) -> date | None:
    """Return a date from a date or ISO text.

    Raises:
        RequestError: it is neither.
    """
    if given is None or (isinstance(given, date) and not isinstance(given, datetime)):
        return given
    if isinstance(given, str):
        try:
            return date.fromisoformat(given)
        except ValueError:
            pass
    raise RequestError(f"{name} is not a date. Write an ISO date such as '2025-04-14'.")


def check_coverage(
    given: Mapping[str, tuple[Any, Any]] | None, contracts: Mapping[str, ContractType]
) -> dict[str, tuple[date, date]]:
    """Return the coverage stated, as dates, first and last day inclusive.

    Raises:
        RequestError: a table is unknown, or a span is not two dates in order.
    """
    if not isinstance(given or {}, Mapping):
        fix = 'Write coverage={"incident": ("2024-04-01", "2025-03-31")}.'
        raise RequestError(f"coverage is a mapping of table to first and last day. {fix}")
    found = {}
    for table, span in (given or {}).items():
        if table not in contracts:
            shown = str(table)[:60]
            raise RequestError(
                f"coverage: no metric reads {shown!r}. {did_you_mean(shown, contracts)}"
            )
        try:
            first, last = (check_date(each, f"coverage of {table!r}") for each in span)
        except (TypeError, ValueError):
            raise RequestError(f"coverage of {table!r} is not (first day, last day).") from None
        if first is None or last is None or last < first:
            raise RequestError(f"coverage of {table!r} ends before it begins. Write (first, last).")
        found[table] = (first, last)
    return found


def check_assumptions(
    overrides: Mapping[str, Any] | None, chosen: Sequence[Chosen]
) -> dict[str, Any]:
    """Return the overrides of assumptions that the metrics asked for rest on.

    Raises:
        RequestError: none of them rests on it, or the value cannot stand where it is used.
    """
    if not overrides:
        return {}
    uses: dict[str, list[tuple[Assumption, Term | None]]] = {}
    for measure in (each for one in chosen for each in one.metric.measures):
        for assumption, term in measure.assumption_uses():
            uses.setdefault(assumption.key, []).append((assumption, term))
    for key, value in overrides.items():
        if key not in uses:
            shown = str(key)[:60]
            raise RequestError(
                f"No metric asked for rests on assumption {shown!r}. {did_you_mean(shown, uses)}"
            )
        for assumption, term in uses[key]:
            _check_override(assumption, term, value)
    return dict(overrides)


def _check_override(assumption: Assumption, term: Term | None, value: Any) -> None:
    listed = isinstance(assumption.value, tuple)
    given = tuple(value) if listed and isinstance(value, list | tuple) else (value,)
    kinds = {type(each) for each in assumption.values}
    numbers = {int, float} if float in kinds else kinds
    if not given or any(type(each) not in numbers for each in given):
        wanted = "a list of " if listed else ""
        names = " or ".join(sorted(each.__name__ for each in kinds))
        raise RequestError(f"Assumption {assumption.key!r} takes {wanted}{names}.")
    for each in given:
        found = literal_problem(each, term.dtype, term.domain) if term is not None else None
        if found:
            rule, fix = found
            raise RequestError(
                f"Assumption {assumption.key!r}, compared with {term}: {rule}. {fix}"
            )
