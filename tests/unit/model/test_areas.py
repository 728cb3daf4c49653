"""A force's areas: what a file may not say, their members, and what an area is in on a day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import swm_kpi as kpi
from tests.support.force_folder import write_force

HEADER = "code,name,level,parent,valid_from,valid_to\n"
AREAS = """\
F,Kent,force,,,
N,North,lpa,F,,2024-03-31
S,South,lpa,F,,
W,Wide,lpa,F,2024-04-01,
B1,Beat 1,beat,N,,2024-03-31
B1,Beat 1,beat,W,2024-04-01,
B2,Beat 2,beat,S,,
D,Dover,district,F,,
"""


def read(tmp_path: Path, text: str) -> kpi.Areas:
    path = tmp_path / "areas.csv"
    path.write_text(text, encoding="utf-8")
    return kpi.Areas.read(path)


def problems(tmp_path: Path, rows: str, *, header: str = HEADER) -> list[str]:
    with pytest.raises(kpi.DefinitionError) as caught:
        read(tmp_path, header + rows)
    return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def areas(tmp_path: Path) -> kpi.Areas:
    return read(tmp_path, HEADER + AREAS)


def test_levels_are_in_order_and_need_not_be_a_chain(areas: kpi.Areas) -> None:
    assert areas.levels == ("beat", "lpa", "district", "force")
    assert areas.force == "Kent"
    assert areas.newest == date(2024, 4, 1)
    assert "2 beat, 3 lpa, 1 district, 1 force" in repr(areas)
    assert "<td>Beat 1</td>" in areas._repr_html_()


def test_members_are_those_of_a_day_of_a_period_or_of_the_newest_boundaries(
    areas: kpi.Areas,
) -> None:
    assert areas.members("lpa") == ("South", "Wide")
    assert areas.members("lpa", at="2024-03-31") == ("North", "South")
    assert areas.members("lpa", at=date(2024, 4, 1)) == ("South", "Wide")
    assert areas.members("lpa", at=kpi.periods("2023/24")[0]) == ("North", "South")
    assert areas.members("lpa", at=kpi.periods("R12 2024-04")[0]) == ("North", "South", "Wide")
    assert areas.all_members("lpa") == ("North", "South", "Wide")


def test_a_code_rolls_up_as_then_or_as_now(areas: kpi.Areas) -> None:
    assert areas.roll_up("B1", "lpa", at="2024-03-31") == "North"
    assert areas.roll_up("B1", "lpa", at="2024-04-01") == "Wide"
    assert areas.roll_up("B1", "lpa") == "Wide"
    assert areas.roll_up("B1", "force") == "Kent"
    assert areas.roll_up("South", "lpa") == "South"


@pytest.mark.parametrize(
    ("code", "level", "at", "words"),
    [
        ("B3", "lpa", None, "'B3': it is no code of level lpa or a level below"),
        ("B1", "district", None, "Choose from 'D', 'Dover'."),
        ("N", "lpa", None, "it is in no area of level lpa on 1 April 2024"),
        ("B1", "lap", None, "no level 'lap'. Did you mean 'lpa'?"),
        ("B1", "lpa", "1/4/2024", "'1/4/2024' is not a day. Write it as 2024-04-01."),
    ],
    ids=["unknown", "side", "closed", "level", "day"],
)
def test_what_cannot_be_rolled_up(
    areas: kpi.Areas, code: str, level: str, at: str | None, words: str
) -> None:
    with pytest.raises(kpi.RequestError) as caught:
        areas.roll_up(code, level, at=at)
    assert words in str(caught.value)


MISTAKES = {
    "unknown parent": (
        "F,Kent,force,,,\nN,North,lpa,G,,\n",
        "parent: 'G' is not the code of an area. Choose from 'F', 'N'. (areas.csv:3)",
    ),
    "name as parent": (
        "F,Kent,force,,,\nN,North,lpa,Kent,,\n",
        "parent: 'Kent' is not the code of an area. Write 'F'. (areas.csv:3)",
    ),
    "two forces": (
        "F,Kent,force,,,\nG,Essex,force,,,\n",
        "parent: 'G' has no parent, and neither has 'F' (areas.csv:2).",
    ),
    "no force": ("A,A,a,B,,\nB,B,b,A,,\n", "every area has a parent, so none of them is the force"),
    "cycle": ("A,A,a,B,,\nB,B,b,A,,\n", "parent: it is inside itself: A in B in A."),
    "two parents at once": (
        "F,Kent,force,,,\nN,North,lpa,F,,\nS,South,lpa,F,,\n"
        "B,Beat,beat,N,,2024-01-01\nB,Beat,beat,S,2024-01-01,\n",
        "parent: 'B' has two parents at once: 'N' (areas.csv:5) too.",
    ),
    "overlap": (
        "F,Kent,force,,,\nN,North,lpa,F,,\nN,Norf,lpa,F,2024-01-01,\n",
        "valid_from: 'N' is valid on the same days in another row (areas.csv:3).",
    ),
    "gap after": (
        "F,Kent,force,,,2023-12-31\nF,Kent,force,,2024-02-01,\nN,North,lpa,F,,\n",
        "valid_from: its parent 'F' (areas.csv:2) is not valid on 2024-01-01.",
    ),
    "gap before": (
        "F,Kent,force,,2020-01-01,\nN,North,lpa,F,,\n",
        "its parent 'F' (areas.csv:2) is not valid before 2020-01-01.",
    ),
    "two levels above": (
        "F,Kent,force,,,\nN,North,lpa,F,,\nB,Beat,beat,N,,\nC,Ceat,beat,N,,\nD,Deat,beat,F,,\n",
        "level: its parent has the level force, and the parents of other areas of its level have "
        "the level lpa.",
    ),
    "level in itself": (
        "F,Kent,force,,,\nN,North,lpa,F,,\nS,South,lpa,N,,\n",
        "level: it is in 'N', which has the level lpa too.",
    ),
    "level of another row": (
        "F,Kent,force,,,\nN,North,lpa,F,,2020-01-01\nN,North,beat,F,2020-01-02,\n",
        "level: 'N' has the level lpa in another row (areas.csv:3).",
    ),
    "levels in each other": (
        "F,Kent,force,,,\nA,A,a,B,,\nB,B,b,C,,\nC,C,a,B,,\nD,D,b,F,,\nE,E,b,A,,\n",
        "level: the levels are inside each other: a in b in a.",
    ),
    "one name twice": (
        "F,Kent,force,,,\nN,North,lpa,F,,\nM,North,lpa,F,,\n",
        "name: 'North' is the name of another area of level lpa (areas.csv:3).",
    ),
    "code as a name": (
        "F,Kent,force,,,\nN,North,lpa,F,,\nM,N,lpa,F,,\n",
        "code: 'N' is also the name of another area of level lpa.",
    ),
    "reserved name": ("F,Unknown,force,,,\n", "name: 'Unknown' is reserved"),
    "level name": ("F,Kent,The Force,,,\n", "level: 'The Force' is not a lower-case name."),
    "empty code": (",Kent,force,,,\n", "code: it is empty. Give a code. (areas.csv:2)"),
    "day": ("F,Kent,force,,1/4/2024,\n", "valid_from: '1/4/2024' is not an ISO date."),
    "days": ("F,Kent,force,,2024-02-01,2024-01-01\n", "valid_to: it is before valid_from."),
    "cells": ("F,Kent,force\n", "cells: it has 3 cells for 6 columns."),
    "no rows": ("", "rows: there is none. Write a row for the force."),
}


@pytest.mark.parametrize("rows", MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_is_reported_with_its_line_rule_and_fix(
    tmp_path: Path, rows: tuple[str, str]
) -> None:
    text, words = rows
    assert any(words in problem for problem in problems(tmp_path, text))


def test_every_mistake_is_reported_at_once(tmp_path: Path) -> None:
    reported = problems(
        tmp_path,
        "F,Kent,force,,,\nN,North,lpa,Kent,,\nS,,lpa,F,,\nB,Beat,beat,S,01/02/2024,\nC,Ceat\n",
    )
    assert [line.split(":")[0] for line in reported] == [
        "Areas, cells", "Areas, name", "Areas, valid_from", "Areas, parent",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("code,nmae,level,parent\n", "'nmae' is not a column of areas. Did you mean 'name'?"),
        ("code,level,parent\n", "there is no column 'name'."),
        ("code,name,level,parent,code\n", "column 'code' is there twice."),
        ("# format 2\n" + HEADER, "'2' is not a version that this version of swm-kpi reads."),
        ("", "file: it has no rows."),
    ],
    ids=["unknown", "missing", "twice", "format", "empty"],
)
def test_a_heading_that_areas_do_not_have(tmp_path: Path, header: str, words: str) -> None:
    assert any(words in problem for problem in problems(tmp_path, "", header=header))


def test_a_file_of_areas_that_is_no_csv_in_utf_8(tmp_path: Path) -> None:
    with pytest.raises(kpi.InputError, match="there is no such file"):
        kpi.Areas.read(tmp_path / "areas.csv")
    (tmp_path / "areas.csv").write_bytes(HEADER.encode("utf-16"))
    with pytest.raises(kpi.InputError, match="it is not CSV in UTF-8"):
        kpi.Areas.read(tmp_path / "areas.csv")


def test_a_file_may_state_its_format(tmp_path: Path, areas: kpi.Areas) -> None:
    assert read(tmp_path, "\ufeff# format 1,,,,,\n" + HEADER + "\n" + AREAS) == areas


def test_rows_in_python_have_the_columns_of_the_file() -> None:
    rows: list[dict[str, Any]] = [
        {"code": "F", "name": "Kent", "level": "force", "valid_from": date(2020, 1, 1)},
        {"code": "N", "name": "North", "level": "lpa", "parent": "F", "valid_from": "2020-01-01"},
    ]
    assert kpi.Areas(rows).members("lpa") == ("North",)
    assert kpi.Areas(rows) == kpi.Areas(rows)
    assert kpi.Areas(rows).hash == kpi.Areas(reversed(rows)).hash
    assert kpi.Areas(rows).hash != kpi.Areas([rows[0]]).hash
    rows[1]["parnt"] = "F"
    with pytest.raises(kpi.DefinitionError, match="Did you mean 'parent'") as caught:
        kpi.Areas(rows)
    assert ", row 2" in str(caught.value)


FIRST = date(2024, 1, 1)
DAYS = 6


@st.composite
def random_rows(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, list[str]]]:
    """Return rows of areas, and the parent of each code on each of some days."""
    codes = {"force": ["F"], "lpa": ["L0", "L1", "L2"], "beat": ["B0", "B1", "B2"]}
    above = {"lpa": "force", "beat": "lpa"}
    rows: list[dict[str, Any]] = [{"code": "F", "name": "Force", "level": "force"}]
    parents: dict[str, list[str]] = {}
    for level, level_above in above.items():
        for code in codes[level]:
            by_day = draw(
                st.lists(st.sampled_from(codes[level_above]), min_size=DAYS, max_size=DAYS)
            )
            parents[code] = by_day
            for number, parent in enumerate(by_day):
                first = FIRST + timedelta(number) if number else None
                last = FIRST + timedelta(number) if number < DAYS - 1 else None
                rows.append(
                    {
                        "code": code, "name": f"Name of {code}", "level": level,
                        "parent": parent, "valid_from": first, "valid_to": last,
                    }
                )  # fmt: skip
    return rows, parents


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(random_rows(), st.integers(0, DAYS - 1))
def test_a_roll_up_follows_the_parents_of_the_day(
    case: tuple[list[dict[str, Any]], dict[str, list[str]]], number: int
) -> None:
    rows, parents = case
    areas = kpi.Areas(rows)
    day = FIRST + timedelta(number)
    for code in ("B0", "B1", "B2"):
        lpa = parents[code][number]
        assert areas.roll_up(code, "lpa", at=day) == f"Name of {lpa}"
        assert areas.roll_up(code, "lpa") == f"Name of {parents[code][-1]}"
        assert areas.roll_up(code, "force", at=day) == "Force"
    spans = [span for span in areas.lookup("lpa").spans if span.value == "B0"]
    changes = sum(a != b for a, b in zip(parents["B0"], parents["B0"][1:], strict=False))
    assert len(spans) == changes + 1


def test_a_catalogue_and_a_force_keep_the_areas(tmp_path: Path, areas: kpi.Areas) -> None:
    assert kpi.Catalogue([]).areas is None
    assert kpi.Catalogue([], areas=areas).areas is areas
    force = kpi.Force.read(write_force(tmp_path / "force"))
    assert force.catalogue().areas == kpi.catalogue().areas
