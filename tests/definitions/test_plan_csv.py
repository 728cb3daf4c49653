"""The plan's table is as published: every ref, in order, in the plan's own words."""

from __future__ import annotations

import csv
import hashlib
import os
from pathlib import Path

import pytest

PLAN = Path(__file__).parents[2] / "definitions" / "plan" / "plan.csv"
BULLET = "\N{BULLET} "
PARENTS = {
    **dict.fromkeys(range(17, 22), "16"),
    **dict.fromkeys(range(32, 35), "31"),
    **dict.fromkeys(range(62, 67), "61"),
}
WORDS_SHA256 = "bfdacc5341e845d7af77c83ac4a6cfd8901ea844203371b9dd543ee27379e089"


def rows() -> list[dict[str, str]]:
    """Read the table that the package contains."""
    with PLAN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def published_lines() -> list[str]:
    """Read the plan's text, or skip if it is not available."""
    folder = os.environ.get("SWM_KPI_REAL_DATA")
    if not folder:
        pytest.skip("SWM_KPI_REAL_DATA is not set, so the plan's text is not available")
    source = Path(folder).parent / "plan" / "safer-west-mercia-plan-metrics.txt"
    if not source.is_file():
        pytest.skip("the plan's text is not next to the folder that SWM_KPI_REAL_DATA names")
    return source.read_text(encoding="utf-8").splitlines()


def published_rows() -> list[tuple[str, str, str, bool]]:
    """Parse the plan's table into ref, objective, text and whether the row is bulleted.

    The columns of the published table change towards the end. Rows 56 to 68 have an empty objective
    after the ref. Rows 69 and 70 have no objective at all, so the one above does not apply to them.
    """
    objective = ""
    parsed = []
    for line in published_lines():
        cells = line.split("\t")
        ref_columns = [index for index, cell in enumerate(cells) if cell.isdigit()]
        if not ref_columns:
            continue
        index = ref_columns[0]
        objective = cells[index - 1] or objective if index else objective
        has_no_objective = index == 0 and cells[1] != ""
        text = next((cell for cell in cells[index + 1 :] if cell), "")
        parsed.append(
            (
                cells[index],
                "" if has_no_objective else objective,
                text.removeprefix(BULLET),
                text.startswith(BULLET),
            )
        )
    return parsed


def test_the_columns_are_ref_objective_text_and_parent() -> None:
    """Definitions are compared with these columns."""
    assert list(rows()[0]) == ["ref", "objective", "text", "parent"]


def test_the_refs_run_from_1_to_70_in_the_order_of_the_plan() -> None:
    """No ref is missing, repeated or moved."""
    assert [row["ref"] for row in rows()] == [str(ref) for ref in range(1, 71)], (
        "plan.csv is the published plan. Do not add a row to it: a metric that the plan does not "
        "list goes into a plugin (docs/how-to/write-a-plugin.md)"
    )


def test_only_the_bulleted_refs_have_a_parent() -> None:
    """35 continues the subject of 31 but has no bullet, so it has no parent."""
    parents = {int(row["ref"]): row["parent"] for row in rows() if row["parent"]}
    assert parents == PARENTS


def test_the_text_of_every_parent_ends_in_a_colon() -> None:
    text = {row["ref"]: row["text"] for row in rows()}
    assert all(text[parent].endswith(":") for parent in set(PARENTS.values()))


def test_objectives_follow_the_sections_of_the_plan() -> None:
    """Four objectives in four unbroken runs; the plan states none for 69 and 70."""
    runs: dict[str, list[int]] = {}
    for row in rows():
        runs.setdefault(row["objective"], []).append(int(row["ref"]))
    assert runs == {
        "Putting victims and survivors first": list(range(1, 11)),
        "Building a more secure West Mercia": list(range(11, 44)),
        "Reforming West Mercia": list(range(44, 55)),
        "Reassuring West Mercia's Communities": list(range(55, 69)),
        "": [69, 70],
    }


def test_only_55_has_no_text() -> None:
    """The plan has a number 55 without a text."""
    assert [row["ref"] for row in rows() if not row["text"]] == ["55"]


def test_no_text_has_a_bullet_or_surrounding_space() -> None:
    """The table keeps words and punctuation, not layout."""
    for row in rows():
        assert row["text"] == row["text"].strip()
        assert BULLET.strip() not in row["text"]


def test_the_file_is_plain_utf8_with_unix_line_ends() -> None:
    """The file has the same bytes on every platform."""
    content = PLAN.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert content.decode("utf-8")


def test_the_words_have_not_been_edited() -> None:
    """A changed word is a mistake unless the published plan changed."""
    words = "".join(f"{row['ref']}\t{row['text']}\n" for row in rows())
    assert hashlib.sha256(words.encode("utf-8")).hexdigest() == WORDS_SHA256


def test_every_word_is_as_published() -> None:
    """The table equals the plan's text, if that is available."""
    packaged = [(row["ref"], row["objective"], row["text"], bool(row["parent"])) for row in rows()]
    assert packaged == published_rows()
