"""Targets are dated, have a source, and belong to one series of one measure."""

from __future__ import annotations

from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.analysis.targets import Target, Targets
from swm_kpi.cli.force_folder import targets_of
from tests.support.force_folder import write_force

ASB: dict[str, Any] = {
    "ref": "15",
    "measure": "incidents",
    "value": 400,
    "valid_from": "2024-04-01",
    "source": "Plan, page 3",
}
CALLS: dict[str, Any] = ASB | {"ref": "57", "measure": "answered_999", "value": 0.9}
FILE = """
format = 1

[[target]]
ref = "15"
measure = "incidents"
value = 300
valid_from = 2025-04-01
source = "Plan, page 3"

[[target]]
ref = "15"
measure = "incidents"
value = 400
valid_from = 2024-04-01
valid_to = 2025-03-31
source = "Plan, page 3"

[[target]]
ref = "15"
measure = "incidents"
lpa = "Shropshire"
value = 100
valid_from = 2024-04-01
source = "Plan, page 4"
"""


def read(folder: Path, text: str) -> Targets:
    (folder / "targets.toml").write_text(text, encoding="utf-8")
    return Targets.read(folder / "targets.toml")


def mistakes(rows: list[Any]) -> list[str]:
    with pytest.raises(kpi.DefinitionError) as caught:
        Targets(rows)
    return [str(problem).partition(" (")[0] for problem in caught.value.problems]


def test_targets_of_a_series_are_in_order_of_their_days_and_past_ones_keep_theirs(
    tmp_path: Path,
) -> None:
    targets = read(tmp_path, FILE)
    assert targets.of("15", "incidents") == (
        Target(400.0, "2024-04-01", "2025-03-31", "Plan, page 3"),
        Target(300.0, "2025-04-01", None, "Plan, page 3"),
    )
    assert targets.of("15", "incidents", member={"lpa": "Shropshire"})[0].value == 100
    assert targets.of("15", "incidents", member={"lpa": "All"}) == targets.of("15", "incidents")
    assert targets.of("15", "incidents", member={"lpa": "Telford & Wrekin"}) == ()
    assert targets.of("15", "incidents", basis="proxy") == targets.of("57", "answered_999") == ()
    assert repr(targets) == "Targets(3 targets of 2 series)"
    assert repr(Targets()) == "Targets(0 targets of 0 series)"
    assert [len(targets), len(Targets())] == [3, 0]


def test_the_register_is_a_table(tmp_path: Path) -> None:
    frame = read(tmp_path, FILE).to_polars()
    assert frame.columns == [
        *("ref", "measure", "basis", "lpa", "value", "valid_from", "valid_to", "source")
    ]
    assert frame["lpa"].to_list() == ["All", "All", "Shropshire"]
    assert frame["value"].to_list() == [400, 300, 100]
    assert frame["valid_to"].to_list() == [date(2025, 3, 31), None, None]
    assert Targets().to_polars().is_empty()
    assert list(Targets([ASB]).to_pandas()["value"]) == [400]
    assert "Plan, page 3" in Targets([ASB])._repr_html_()


def test_rows_in_python_are_those_of_the_file() -> None:
    by_text = Targets([ASB | {"valid_to": "2025-03-31"}])
    by_day = Targets([ASB | {"valid_from": date(2024, 4, 1), "valid_to": date(2025, 3, 31)}])
    assert list(by_text) == list(by_day)
    by_key = Targets([ASB | {"ref": kpi.catalogue()["15"].key}])
    assert len(by_key.of("15", "incidents")) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ref": "155"}, "Target of 155, ref: no metric has this ref or key"),
        ({"measure": "incidens"}, "ref 15 has no such measure. Did you mean 'incidents'?"),
        ({"basis": "prox"}, "measure 'incidents' has no such basis"),
        ({"source": " "}, "source: it is empty. Say who set the target"),
        ({"source": ""}, "source: it is empty. Write source"),
        ({"valid_to": "2024-03-31"}, "valid_to: it is before valid_from"),
        ({"valid_from": "April"}, "valid_from: it is not a date such as 2024-04-01"),
        ({"value": float("nan")}, "value: input should be a finite number"),
        ({"value": True}, "value: input should be a valid number"),
        ({"value": -1}, "value: incidents are never below zero"),
        (
            {"lpa": "Shropshre"},
            "lpa: breakdown 'lpa' has no such member. Did you mean 'Shropshire'",
        ),
        ({"lpa": 3}, "lpa: it is not the name of a member"),
        ({"lpaa": "Shropshire"}, "lpaa: there is no such field. Did you mean 'lpa'?"),
        (
            {"ref": "57", "measure": "answered_999", "value": 90},
            "value: a proportion is from 0 to 1. Write 0.9 for 90%",
        ),
    ],
)
def test_a_mistake_is_named_with_its_fix(change: dict[str, Any], message: str) -> None:
    (mistake,) = mistakes([ASB | change])
    assert message in mistake


def test_all_mistakes_are_reported_at_once() -> None:
    assert len(mistakes([ASB | {"measure": "x", "source": " "}, {"ref": "15"}, 3])) == 11
    unknown_ref = mistakes([ASB | {"ref": "155", "lpa": "Anywhere"}])
    assert len(unknown_ref) == 1


def test_two_targets_of_one_series_never_apply_on_one_day() -> None:
    later = ASB | {"valid_from": "2025-04-01"}
    (mistake,) = mistakes([later, ASB])
    assert "valid_from: the target at" in mistake
    ended = ASB | {"valid_to": "2025-03-31"}
    assert len(Targets([later, ended, CALLS, ASB | {"lpa": "Shropshire"}])) == 4
    assert mistakes([later, ASB | {"valid_to": "2025-04-01"}]) == [mistake]


def test_a_mistake_in_a_file_has_its_line(tmp_path: Path) -> None:
    with pytest.raises(kpi.DefinitionError) as caught:
        read(tmp_path, FILE.replace("value = 400", "value = -400").replace("= 100", '= "x"'))
    places = [problem.place.rpartition("/")[2] for problem in caught.value.problems]
    assert places == ["targets.toml:14", "targets.toml:23"]
    with pytest.raises(kpi.DefinitionError, match=r"no such file.*targets.toml:1"):
        Targets.read(tmp_path / "none" / "targets.toml")


def test_a_text_has_no_target_and_a_variance_can_have_one_below_zero() -> None:
    plan = kpi.catalogue()
    texts = [
        (metric.ref, measure.key)
        for metric in plan
        if isinstance(metric, kpi.Metric)
        for measure in metric.measures
        if measure.resolved_unit is kpi.Unit.TEXT
    ]
    (mistake,) = mistakes([ASB | {"ref": texts[0][0], "measure": texts[0][1]}])
    assert "a text has no number" in mistake
    variance = next(
        measure
        for measure in plan.metric(plan["44"]).measures  # type: ignore[union-attr]
        if measure.percentage_change.refusal and measure.resolved_unit is not kpi.Unit.POUNDS
    )
    assert len(Targets([ASB | {"ref": "44", "measure": variance.key, "value": -0.01}])) == 1


@pytest.mark.slow
def test_a_force_has_its_targets(tmp_path: Path) -> None:
    force = kpi.Force.read(write_force(tmp_path / "force", {"targets.toml": FILE}))
    assert len(force.targets) == 3
    assert "15 incidents: 400 from 1 April 2024 to 31 March 2025" in str(force)
    without = kpi.Force.read(write_force(tmp_path / "other"))
    assert len(without.targets) == 0
    assert without.hash != force.hash


@pytest.mark.slow
def test_the_targets_of_a_force_are_checked_with_its_areas(tmp_path: Path) -> None:
    areas = (
        "code,name,level,parent,valid_from,valid_to\n"
        "F,Kent,force,,,\nN,North,lpa,F,,\nS,South,lpa,F,,\n"
        "D,Dover,district,F,,\nB,Beat 1,beat,N,,\n"
    )
    settings = 'format = 1\nname = "Kent"\ncontact = "Team"\nareas = "areas.csv"\n'
    files = {"force.toml": settings, "areas.csv": areas}
    named = FILE.replace("Shropshire", "North")
    force = kpi.Force.read(write_force(tmp_path / "a", files | {"targets.toml": named}))
    assert force.targets.of("15", "incidents", member={"lpa": "North"})
    with pytest.raises(kpi.DefinitionError, match=r"no such member.*a?/targets.toml:22"):
        kpi.Force.read(write_force(tmp_path / "b", files | {"targets.toml": FILE}))
    broken = files | {"areas.csv": areas.replace("N,North", "N,"), "targets.toml": named}
    with pytest.raises(kpi.DefinitionError) as caught:
        kpi.Force.read(write_force(tmp_path / "c", broken))
    assert not any("targets.toml" in problem.place for problem in caught.value.problems)


@pytest.mark.slow
def test_a_chart_takes_the_targets_of_its_series_from_a_register() -> None:
    months = pl.date_range(date(2023, 4, 1), date(2025, 3, 1), "1mo", eager=True)
    rows = [day for at, day in enumerate(months) for _ in range(20 + at % 3)]
    incidents = pl.DataFrame(
        {
            "created_at": pl.Series(rows).cast(pl.Datetime("us")),
            "closing_code": ["ASB nuisance"] * len(rows),
            "lpa": ["Shropshire"] * len(rows),
        }
    )
    result = kpi.compute(
        ["15"],
        {"incident": incidents},
        periods=kpi.periods("2023-04-01", "2025-03-31", grain="month"),
        by=["lpa"],
        coverage={"incident": ("2023-04-01", "2025-03-31")},
    )
    targets = Targets([ASB, CALLS, ASB | {"lpa": "Shropshire", "value": 10}])
    total = result.spc("incidents", target=targets)
    assert [item.value for item in total.targets] == [400]
    assert total.assurance == "consistently met"
    area = result.spc("incidents", member="Shropshire", target=targets)
    assert (area.to_polars()["target"][-1], area.assurance) == (10, "consistently missed")
    assert result.spc("incidents", member="Herefordshire", target=targets).targets == ()


def test_the_command_line_reads_a_file_or_the_targets_of_a_force(tmp_path: Path) -> None:
    (tmp_path / "targets.toml").write_text(FILE, encoding="utf-8")
    write_force(tmp_path / "force", {"targets.toml": FILE.split("[[target]]\n", 2)[0]})

    def targets(**options: str | None) -> Targets:
        return targets_of(Namespace(**{"force": None, "targets": None, **options}))

    assert len(targets()) == 0
    assert len(targets(targets=str(tmp_path / "targets.toml"))) == 3
    assert len(targets(force=str(tmp_path / "force"))) == 0
    (tmp_path / "force" / "targets.toml").write_text(FILE, encoding="utf-8")
    assert len(targets(force=str(tmp_path / "force"))) == 3
