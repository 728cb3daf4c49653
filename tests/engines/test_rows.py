"""``kpi.rows``: the rows by role add up to the number, for every kind, on every engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.contracts import ALL
from swm_kpi.engine.input.read import read_table
from swm_kpi.engine.rows import INCOMPLETE, NOT_MET, UNDECIDED
from swm_kpi.measures import TimeAlignment
from tests.support import engines
from tests.support.oracle import Oracle
from tests.support.oracle_cases import (
    AREA,
    COVERED,
    Case,
    build_metric,
    check_random_cases,
    is_same,
    to_frame,
)

pytestmark = list(engines.IGNORED_WARNINGS)

INCIDENTS = pl.DataFrame(
    {
        "incident_id": list("abcdef"),
        "created_at": [f"2024-04-0{n} 10:00:00" for n in range(1, 7)],
        "closing_code": ["ASB nuisance", "ASB nuisance", "Crime", None, "ASB personal", "Crime"],
        "lpa": ["Shropshire", None, "Shropshire", "Shropshire", "Herefordshire", None],
    }
).with_columns(pl.col("created_at").str.to_datetime())


def asb(table: Any, **members: str) -> kpi.NumberRows:
    return kpi.rows("15", "incidents", {"incident": table}, period="2024/25 Q1", **members)


def roles_of(listed: kpi.NumberRows) -> dict[str, tuple[str, str]]:
    rows = listed.frame.select("incident_id", "role", "reason").sort("incident_id").rows()
    return {name: (role, reason.partition(":")[0]) for name, role, reason in rows}


# The rules


@pytest.mark.parametrize("name", ["Polars", "pandas", *engines.NAMES])
def test_each_row_has_its_role_on_every_engine(name: str) -> None:
    table: Any = INCIDENTS
    if name == "pandas":
        table = INCIDENTS.to_pandas()
    elif name != "Polars":
        table = engines.loader(name)("incident", INCIDENTS)
    listed = asb(table)
    assert roles_of(listed) == {
        "a": ("counted", ""),
        "b": ("counted", ""),
        "c": ("left out", NOT_MET),
        "d": ("left out", UNDECIDED),
        "e": ("counted", ""),
        "f": ("left out", NOT_MET),
    }
    assert set(roles_of(asb(table, lpa="Shropshire"))) == {"a", "c", "d"}
    assert set(roles_of(asb(table, lpa="Unknown"))) == {"b", "f"}
    assert listed.frame["created_at"].dtype == pl.Datetime("us")


def test_a_reason_says_which_condition_or_column() -> None:
    reasons = dict(asb(INCIDENTS).frame.select("incident_id", "reason").iter_rows())
    assert reasons["c"].startswith("not met: closing code is any of")
    assert reasons["d"] == "undecided: closing code is not recorded, or not yet"


def test_the_text_of_the_rows_shows_none() -> None:
    listed = asb(INCIDENTS)
    assert repr(listed) == ("Ref 15, incidents, 2024/25 Q1: 3 counted, 3 left out. Personal data.")
    assert listed.is_personal
    assert listed.number["value"] == 3


def test_rows_are_written_only_with_policy_none(tmp_path: Any) -> None:
    path = tmp_path / "rows.csv"
    with pytest.raises(kpi.OutputError, match="personal data"):
        asb(INCIDENTS).to_csv(path)
    asb(INCIDENTS).to_csv(path, policy="none")
    assert pl.read_csv(path).height == 6


def test_more_rows_than_can_be_listed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("swm_kpi.engine.rows._MAX_ROWS", 5)
    with pytest.raises(kpi.RequestError, match="More than 5 rows of table 'incident'"):
        asb(INCIDENTS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"measure": "incident"}, "Did you mean 'incidents'"),
        ({"ref": "151"}, "No metric has the ref"),
        ({"lpa": "Shropshir"}, "Did you mean 'Shropshire'"),
        ({"area": "Shropshire"}, "No metric has a breakdown 'area'"),
    ],
)
def test_an_unknown_name_has_a_suggestion(words: dict[str, str], message: str) -> None:
    arguments = {"ref": "15", "measure": "incidents"} | words
    with pytest.raises(kpi.RequestError, match=message):
        kpi.rows(data={"incident": INCIDENTS}, period="2024/25 Q1", **arguments)  # type: ignore[arg-type]


def test_a_rate_has_the_rows_of_both_its_parts() -> None:
    people = pl.DataFrame({"mid_year": [2023, 2024], "lpa": "Shropshire", "residents": 100})
    data = {"incident": INCIDENTS, "population": people}
    listed = kpi.rows("15", "per_1000", data, period="2024/25 Q1", lpa="Shropshire")
    assert listed.counts() == {"numerator": 1, "denominator": 1, "left out": 2}
    assert listed.tables["population"]["mid_year"].to_list() == [2024]
    assert listed.frame["table"].to_list() == ["incident"] * 3 + ["population"]


# The property: rows by role add up to the number, for every kind


def reproduced(
    case: Case, measure: kpi.Measure, listed: kpi.NumberRows, number: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the columns of a number, calculated again from its rows and their roles."""
    oracle = Oracle(case.metric, case.tables, {})
    by_role = {
        role: listed.frame.filter(pl.col("role") == role).to_dicts()
        if "role" in listed.frame.columns
        else []
        for role in ("counted", "numerator", "denominator")
    }
    counted = by_role["counted"]
    inside, whole = by_role["numerator"], [*by_role["numerator"], *by_role["denominator"]]
    match measure:
        case kpi.Count(distinct=None) | kpi.PeriodEndStock(value=None):
            return {"value": len(counted)}
        case kpi.Count():
            return {"value": len({row[measure.distinct.name] for row in counted})}
        case kpi.Sum() | kpi.PeriodEndStock():
            return {"value": oracle.total(measure.value, counted)}
        case kpi.SumProduct():
            product = measure.statistics[measure.row_roles.counted].of
            return {"value": oracle.total(product, counted)}
        case kpi.Mean():
            total = oracle.total(measure.value, counted)
            return {"denominator": len(counted), "value": divided(total, len(counted))}
        case kpi.AverageStock():
            size = len(counted)
            total = size if measure.value is None else oracle.total(measure.value, counted)
            return {"value": divided(total, number["denominator"])}
        case kpi.BudgetVariance(relative=False):
            spent, planned = (
                oracle.total(figure, counted) for figure in (measure.actual, measure.budget)
            )
            return {"value": spent - planned}
        case kpi.SurveyProportion():
            return {
                "numerator": oracle.exact_total(measure.weight, inside),
                "denominator": oracle.exact_total(measure.weight, whole),
            }
        case kpi.RepeatRate():
            people = {row[measure.who.name] for row in whole}
            again = {row[measure.who.name] for row in inside}
            counts = {"numerator": len(again), "denominator": len(people)}
            return {"value": len(again)} if measure.as_count else counts
        case kpi.Duration():
            return {"denominator": len(counted)}
        case kpi.Proportion() | kpi.Distribution() | kpi.ReoffendingRate():
            return {"numerator": len(inside), "denominator": len(whole)}
        case _:
            # Quotients have the rows of their parts. An uptime counts time, and a text nothing.
            return {}


def divided(total: Any, rows: Any) -> Any:
    return total / rows if rows else None


def check_case(case: Case, load: Callable[[str, pl.DataFrame], Any]) -> None:
    frames = {name: load(name, to_frame(name, rows)) for name, rows in case.tables.items()}
    plan = kpi.Catalogue([case.metric])
    period = case.periods[0]
    result = kpi.compute(
        [case.metric.ref], frames, periods=[period], by=[d.key for d in case.by],
        coverage={name: days for name, days in COVERED.items() if name in frames},
        as_at=case.as_at, catalogue=plan,
    ).to_polars()  # fmt: skip
    for measure in case.metric.measures:
        of_measure = result.filter(measure=measure.key, basis=measure.basis.value)
        for row in of_measure.tail(3).to_dicts():
            members = {dimension.key: row[dimension.key] for dimension in case.by}
            chosen = {key: member for key, member in members.items() if member != ALL}
            listed = kpi.rows(
                case.metric.ref, measure.key, frames, period=period, as_at=case.as_at,
                catalogue=plan, basis=measure.basis.value, **chosen,
            )  # fmt: skip
            check_rows(case, measure, row, listed)


def check_rows(
    case: Case, measure: kpi.Measure, row: Mapping[str, Any], listed: kpi.NumberRows
) -> None:
    for column, number in reproduced(case, measure, listed, row).items():
        is_shown = row[column] is not None and number is not None
        assert not is_shown or is_same(row[column], number), (measure.key, column, number, row)
    counted = next(iter(measure.statistics.values()), None)
    if counted is None or measure.completeness is None or measure.depends_on:
        return
    reasons = listed.frame["reason"].str.split(":").list.first().value_counts()
    by_reason = dict(reasons.iter_rows())
    is_mean = counted.alignment is TimeAlignment.MEAN_OF_SNAPSHOTS
    if row["undecided"] is not None and not measure.row_roles.numerator and not is_mean:
        assert by_reason.get(UNDECIDED, 0) == row["undecided"], (measure.key, row, listed)
    assert is_mean or not by_reason.get(INCOMPLETE)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["Polars", "pandas", pytest.param("DuckDB", marks=pytest.mark.exhaustive)]
)
def test_rows_by_role_add_up_to_the_number_for_every_kind(name: str) -> None:
    loaders: dict[str, Callable[[str, pl.DataFrame], Any]] = {
        "Polars": lambda _, frame: frame,
        "pandas": lambda _, frame: frame.to_pandas(use_pyarrow_extension_array=True),
    }
    load = loaders.get(name) or engines.loader(name)

    def check(case: Case) -> None:
        check_case(case, load)

    check_random_cases(check, 1, share=1 if name == "Polars" else 0.1)


# Snapshots


class Queue(kpi.Contract):
    """One row per area and moment."""

    taken_at = kpi.Column(datetime, description="When it was taken.")
    area = kpi.Column(str, dimension=AREA, description="Where.")
    waiting = kpi.Column(int, description="How many wait.")
    key = kpi.Unique(taken_at, area)


QUEUE = build_metric(
    [
        kpi.AverageStock(
            key="mean", of=Queue, at=Queue.taken_at, value=Queue.waiting, unit=kpi.Unit.EVENTS
        ),
        kpi.PeriodEndStock(
            key="last", of=Queue, at=Queue.taken_at, value=Queue.waiting, unit=kpi.Unit.EVENTS
        ),
    ],
    [AREA],
)
QUEUES = pl.DataFrame(
    [
        (datetime(2024, 4, 1, 7), "North", 5),
        (datetime(2024, 4, 1, 7, 5), "South", 3),
        (datetime(2024, 4, 1, 19), "North", 9),
        (datetime(2024, 4, 2, 7), "North", 1),
        (datetime(2024, 4, 2, 7), "South", 1),
        (datetime(2024, 4, 2, 19), "North", 2),
        (datetime(2024, 4, 2, 19, 1), "South", 4),
    ],
    schema=["taken_at", "area", "waiting"],
    orient="row",
)


def queue_roles(measure: str, **members: str) -> list[tuple[str, str]]:
    listed = kpi.rows(
        QUEUE.ref, measure, {"queue": QUEUES}, period="2024-04", catalogue=kpi.Catalogue([QUEUE]),
        **members,
    )  # fmt: skip
    rows = listed.frame.sort("taken_at", "area").select("role", "reason").iter_rows()
    return [(role, reason.partition(":")[0]) for role, reason in rows]


def test_rows_of_an_incomplete_snapshot_are_left_out_with_the_reason() -> None:
    """A number of all areas leaves out a snapshot without one of them; that area's own does not."""
    counted = ("counted", "")
    assert queue_roles("mean") == [*[counted] * 2, ("left out", INCOMPLETE), *[counted] * 4]
    assert queue_roles("mean", area="North") == [counted] * 4


def test_only_the_last_snapshot_of_a_day_is_behind_a_stock() -> None:
    assert queue_roles("last") == [("counted", "")] * 2


def test_one_reading_serves_the_number_and_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []

    def reading(frame: Any, contract: Any, columns: Any) -> Any:
        read.append(contract.table)
        return read_table(frame, contract, columns)

    monkeypatch.setattr("swm_kpi.engine.input.read.read_table", reading)
    asb(INCIDENTS)
    assert read == ["incident"]


def test_a_column_that_no_number_reads_may_break_its_contract() -> None:
    """What is wrong with a column that is only shown does not refuse the rows."""
    broken = INCIDENTS.with_columns(grade=pl.lit("no grade"))
    assert asb(broken).number["value"] == 3
    with pytest.raises(kpi.ContractError):
        asb(INCIDENTS.with_columns(closing_code=pl.lit("no code")))
