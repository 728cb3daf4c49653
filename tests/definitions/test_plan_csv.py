"""The plan's table is carried as published: every ref, in order, in the plan's own words."""

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
    """Read the table as it ships."""
    with PLAN.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def published_lines() -> list[str]:
    """Read the plan's text where it is to hand, or skip."""
    folder = os.environ.get("SWM_KPI_REAL_DATA")
    if not folder:
        pytest.skip("SWM_KPI_REAL_DATA is not set, so the plan's text is not to hand")
    source = Path(folder).parent / "plan" / "safer-west-mercia-plan-metrics.txt"
    if not source.is_file():
        pytest.skip("the plan's text is not beside the folder SWM_KPI_REAL_DATA names")
    return source.read_text(encoding="utf-8").splitlines()


def published_rows() -> list[tuple[str, str, str, bool]]:
    """Parse the plan's table into ref, objective, text and whether the row is bulleted.

    The table loses its columns towards the end: 56 to 68 leave the objective's cell empty after
    the ref, and 69 and 70 have no objective's cell at all, so theirs is not carried down.
    """
    objective = ""
    parsed = []
    for line in published_lines():
        cells = line.split("\t")
        numbered = [place for place, cell in enumerate(cells) if cell.isdigit()]
        if not numbered:
            continue
        place = numbered[0]
        objective = cells[place - 1] or objective if place else objective
        states_none = place == 0 and cells[1] != ""
        text = next((cell for cell in cells[place + 1 :] if cell), "")
        parsed.append(
            (
                cells[place],
                "" if states_none else objective,
                text.removeprefix(BULLET),
                text.startswith(BULLET),
            )
        )
    return parsed


def test_the_columns_are_ref_objective_text_and_parent() -> None:
    """The header is fixed, since definitions are checked against it."""
    assert list(rows()[0]) == ["ref", "objective", "text", "parent"]


def test_the_refs_run_from_1_to_70_in_the_order_of_the_plan() -> None:
    """No ref is missing, repeated or moved."""
    assert [row["ref"] for row in rows()] == [str(ref) for ref in range(1, 71)]


def test_only_the_bulleted_refs_have_a_parent() -> None:
    """35 goes on with the subject of 31 but is not bulleted, so it stands alone."""
    found = {int(row["ref"]): row["parent"] for row in rows() if row["parent"]}
    assert found == PARENTS


def test_every_parent_is_a_heading_that_ends_in_a_colon() -> None:
    """A heading introduces its bullets."""
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
    """The plan numbers 55 and says nothing of it."""
    assert [row["ref"] for row in rows() if not row["text"]] == ["55"]


def test_no_text_keeps_its_bullet_or_stray_space() -> None:
    """Layout is left behind; words and punctuation are kept."""
    for row in rows():
        assert row["text"] == row["text"].strip()
        assert BULLET.strip() not in row["text"]


def test_the_file_is_plain_utf8_with_unix_line_ends() -> None:
    """The same bytes are read on every machine."""
    content = PLAN.read_bytes()
    assert not content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.endswith(b"\n")
    assert content.decode("utf-8")


def test_the_words_have_not_been_edited() -> None:
    """The plan is published and dated: a changed word is a mistake unless the plan changed."""
    words = "".join(f"{row['ref']}\t{row['text']}\n" for row in rows())
    assert hashlib.sha256(words.encode("utf-8")).hexdigest() == WORDS_SHA256


def test_every_word_is_as_published() -> None:
    """Compared with the plan's text itself, wherever that is to hand."""
    shipped = [(row["ref"], row["objective"], row["text"], bool(row["parent"])) for row in rows()]
    assert shipped == published_rows()
