"""A worked example of a mapping is mapped, and compared with the rows that it expects."""

from __future__ import annotations

from typing import Any

import pytest

import swm_kpi as kpi
from swm_kpi.mapping import MappingExample
from tests.support.mapping_cases import Niche, niche_mapping

ROWS = """
| occurrence | line | recorded         | offence | da |
| A          | 2    | 01/04/2024 10:00 | THE     | Y  |
| A          | 1    | 31/03/2024 23:59 | BUR     | N  |
| B          | 1    | 01/04/2024 00:00 | BUR     | U  |
"""
OF_B = "| B        | 2024-04-01 00:00 | Theft    |       |"
EXPECTED = f"""
| crime_id | recorded_at      | group    | is_da |
{OF_B}
| A        | 2024-03-31 23:59 | Burglary | no    |
"""


def problems(unmapped: str = "refuse", **fields: Any) -> list[kpi.Problem]:
    example = MappingExample(**({"rows": ROWS, "expect": EXPECTED} | fields))
    mapping = niche_mapping(
        unmapped, one_row_per=Niche.occurrence, first_by=Niche.line, examples=[example]
    )
    return mapping.check_examples()


def test_an_example_that_is_right() -> None:
    assert problems() == []
    assert niche_mapping().check_examples() == []


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"expect": EXPECTED.replace("Theft", "Other")}, "it becomes:\n('A', "),
        ({"expect": EXPECTED.replace(OF_B, "")}, "it becomes"),
        ({"expect": EXPECTED.replace("group", "gruop")}, "no column 'gruop'. Did you mean"),
        ({"expect": EXPECTED.replace("is_da", "is_rural")}, "is_rural, which is not in the source"),
        ({"rows": ROWS.replace("| 1    | 31", "| 2    | 31")}, "occurrence: is tied"),
        ({"rows": ROWS.replace("THE", "ZZZ").replace("| 2 ", "| 0 ")}, "does not map (1 row)"),
        ({"rows": ROWS.replace("| 2    |", "| two  |")}, "'two' in line is not a whole number"),
    ],
)  # fmt: skip
def test_an_example_that_is_wrong(fields: dict[str, str], rule: str) -> None:
    (problem,) = problems(**fields)
    assert rule in problem.rule
    assert (problem.subject, problem.field) == ("Mapping Crime", "example 1")


@pytest.mark.parametrize("field", ["rows", "expect"])
def test_an_example_without_a_table_is_refused(field: str) -> None:
    with pytest.raises(kpi.DefinitionError, match=f"{field}: it is empty"):
        MappingExample(**({"rows": ROWS, "expect": EXPECTED} | {field: " "}))


def test_examples_do_not_change_the_hash() -> None:
    example = MappingExample(rows=ROWS, expect=EXPECTED)
    assert niche_mapping(examples=[example]).hash == niche_mapping().hash
