"""The page of all refs says what the catalogue says, and is rebuilt by one command."""

from __future__ import annotations

from pathlib import Path

import swm_kpi as kpi
from swm_kpi.refs_table import refs_table

PAGE = Path(__file__).parents[1] / "docs" / "refs.md"


def test_the_page_is_what_the_catalogue_says() -> None:
    made = refs_table(kpi.catalogue())
    fix = "run: swm-kpi list --markdown > docs/refs.md"
    assert PAGE.read_text(encoding="utf-8") == made, fix


def test_there_is_a_row_for_each_ref_and_none_computes_without_an_example() -> None:
    rows = [line for line in refs_table(kpi.catalogue()).splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]
    assert [row[0] for row in cells] == [str(number) for number in range(1, 71)]
    assert all(row[6] for row in cells if row[5].startswith("yes"))
    assert [row[0] for row in cells if not row[5].startswith("yes")] == ["16", "31", "55", "61"]
