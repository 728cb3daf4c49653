"""A force's folder is read and checked as a whole, and gives a catalogue and tables."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.force.template import write_template
from tests.support.force_folder import CODES, EXTRACT, FILES, SETTINGS, SOURCE, write_force


def settings(line: str) -> dict[str, str]:
    return {"force.toml": f"{SETTINGS}{line}\n"}


def mistakes(folder: Path) -> list[str]:
    with pytest.raises(kpi.DefinitionError) as caught:
        kpi.Force.read(folder)
    return [str(problem) for problem in caught.value.problems]


def test_a_new_folder_passes(tmp_path: Path) -> None:
    write_template(tmp_path / "force", name='The "New" Force', contact="A team")
    force = kpi.Force.read(tmp_path / "force")
    assert (force.name, force.contact) == ('The "New" Force', "A team")
    assert force.policy == kpi.DisclosurePolicy(threshold=5, rounding_base=5)
    assert force.default_grain is kpi.Grain.QUARTER
    with pytest.raises(kpi.OutputError, match="not an empty folder"):
        write_template(tmp_path / "force", name="x", contact="x")


def test_extracts_become_numbers(tmp_path: Path) -> None:
    force = kpi.Force.read(write_force(tmp_path / "force", FILES))
    (tmp_path / "extracts").mkdir()
    (tmp_path / "extracts" / "c2.csv").write_text(EXTRACT)
    tables = force.tables(tmp_path / "extracts")
    result = kpi.compute(
        ["15"], tables, periods="2024-04", catalogue=force.catalogue(), as_at="2024-06-01"
    )
    (row,) = result.to_polars().filter(measure="incidents").to_dicts()
    assert row["value"] == 2
    assert "1 row" in row["note"]
    assert "not mapped" in row["note"]
    assert tables["incident"] is tables["incident"]
    assert result.provenance is not None
    assert result.provenance.force == force.definition == f"Other Force#{force.hash}"
    again = kpi.Provenance.from_dict(result.provenance.to_dict(exact=True))
    assert again.force == force.definition


def test_a_table_is_made_when_it_is_first_read(tmp_path: Path) -> None:
    force = kpi.Force.read(write_force(tmp_path / "force", FILES))
    tables = force.tables({"c2": tmp_path / "none.csv", "population": pl.DataFrame()})
    assert list(tables) == ["incident", "population"]
    with pytest.raises(kpi.InputError, match=r"none\.csv"):
        tables["incident"]


def test_tables_that_cannot_be_made_are_absent_and_named(tmp_path: Path) -> None:
    force = kpi.Force.read(write_force(tmp_path / "force", FILES))
    (tmp_path / "extracts").mkdir()
    (tmp_path / "extracts" / "crimes.csv").write_text("a\n1\n")
    tables = force.tables(tmp_path / "extracts")
    assert list(tables) == []
    assert tables.without_extract == {"incident": "c2"}
    assert tables.unused == ("crimes",)
    assert "crime" in tables.without_mapping
    assert tables.reason_absent("incident").startswith("There is no extract 'c2'")
    for words in ("extract is missing", "Extracts that nothing reads", "crimes"):
        assert words in str(tables)
    result = kpi.compute(None, tables, periods="2024-04", catalogue=force.catalogue())
    values = result.to_polars()
    assert values["value"].null_count() == len(values)
    (note,) = values.filter(ref="15", measure="incidents")["note"]
    assert "There is no extract 'c2', which table 'incident' is made from." in note
    (note,) = values.filter(ref="57", measure="abandoned_101")["note"]
    assert note == "The force has no mapping that makes table 'contact'."


@pytest.mark.parametrize(
    ("name", "words"), [("c3", "Choose from 'c2'"), ("incidents", "Did you mean 'incident'")]
)
def test_an_unknown_extract_has_a_suggestion(name: str, words: str, tmp_path: Path) -> None:
    force = kpi.Force.read(write_force(tmp_path / "force", FILES))
    with pytest.raises(kpi.RequestError, match=words):
        force.tables({name: "x.csv"})


def test_the_forces_assumptions_are_used_and_can_be_overridden(tmp_path: Path) -> None:
    settings = SETTINGS + "[assumptions]\nrepeat_months = 24\n"
    plan = kpi.Force.read(write_force(tmp_path / "force", {"force.toml": settings})).catalogue()
    parties = pl.DataFrame(
        {
            "crime_id": ["1", "2"],
            "person_id": ["a", "a"],
            "role": "victim",
            "victim_type": "person",
            "recorded_at": ["2022-06-01 10:00", "2024-04-10 10:00"],
            "status": "recorded",
            "is_da": False,
        }
    ).with_columns(pl.col("recorded_at").str.to_datetime())

    def notes(**overrides: int) -> str:
        result = kpi.compute(
            ["8"], {"crime_party": parties}, periods="2024-04", catalogue=plan,
            coverage={"crime_party": ("2022-01-01", "2024-04-30")}, assumptions=overrides,
        )  # fmt: skip
        return " ".join(result.to_polars()["note"])

    assert "repeat_months overridden: 24" in notes()
    assert "repeat_months overridden: 6" in notes(repeat_months=6)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("force.toml", (SETTINGS, SETTINGS + "default_grain = 'month'\n")),
        ("codes/closing.csv", ("nuisance", "environmental")),
        ("sources/c2.py", ("No field for it", "It has no field")),
    ],
)
def test_the_hash_covers_every_file(file: str, change: tuple[str, str], tmp_path: Path) -> None:
    folder = write_force(tmp_path / "force", FILES)
    before = kpi.Force.read(folder).hash
    path = folder / file
    text = path.read_text()
    path.write_bytes(text.replace("\n", "\r\n").encode())
    assert kpi.Force.read(folder).hash == before
    path.write_text(text.replace(*change))
    assert kpi.Force.read(folder).hash != before


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"force.toml": "format = 1\nname = 'x'"}, "contact: it is required"),
        (settings("nam = 3"), "nam: the file has no such key. Did you mean 'name'"),
        (settings("default_grain = 'week'"), "no such grain. Choose"),
        (settings("default_grain = 'quartr'"), "Did you mean 'quarter'"),
        (settings("areas = 'none.csv'"), "areas: there is no file 'none.csv'"),
        (settings("[disclosure]\nthreshold = 1"), "Use 3 or more"),
        (settings("[disclosure]\nthreshhold = 5"), "Did you mean 'threshold'"),
        (settings("[assumptions]\nrepeat_month = 5"), "Did you mean 'repeat_months'"),
        (settings("[assumptions]\nrepeat_months = 'x'"), "takes int"),
        (settings("[[similar_forces]]\nvalid_from = 2024-04-01\nsource = 'x'"), "forces: it is"),
        ({"force.toml": SETTINGS.replace("1", "2")}, "format: this version reads another format"),
        ({"force.toml": SETTINGS.replace("format = 1", "")}, "Write format = 1"),
        ({"force.toml": "name = "}, "it is not TOML"),
        ({"avaliability.toml": ""}, "Did you mean 'availability.toml'"),
        ({"codes/closing.txt": ""}, "codes/ has only .csv files"),
        ({"codes/old.csv": CODES.replace("approved", "agreed")}, "'agreed' is not a status"),
        ({"sources/c2.py": "x = y"}, "NameError"),
        ({"sources/c2.py": "x = ("}, "SyntaxError"),
        ({"sources/c2.py": SOURCE.replace("/closing", "/closed")}, "no file 'closed.csv'"),
        ({"sources/c3.py": SOURCE}, "both make table 'incident'"),
        ({"codes/closing.csv": CODES.replace("nuis", "nus")}, "Did you mean 'ASB nuisance'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mistake_has_a_place_and_a_fix(files: dict[str, str], words: str, tmp_path: Path) -> None:
    (reported,) = mistakes(write_force(tmp_path / "force", FILES | files))
    assert words in reported
    assert any(name.rpartition("/")[2] in reported for name in (*files, "c2.py", "force.toml"))


def test_the_mistakes_of_all_files_are_reported_at_once(tmp_path: Path) -> None:
    files = {
        "force.toml": SETTINGS.replace("name =", "nam ="),
        "availability.toml": "format = 1\n[[statement]]\nref = '99'\n",
        "areas.csv": "code,name\n",
        "sources/c2.py": SOURCE.replace("version=1", "version=0"),
        "sources/hr.py": "\n\n1 / 0\n",
        "codes/other.csv": "code,target\n",
        "notes.txt": "",
    }
    reported = "\n".join(mistakes(write_force(tmp_path / "force", {**FILES, **files})))
    for words in ("Did you mean 'name'", "Availability of 99", "areas.csv", "version",
                  "ZeroDivisionError", "hr.py:3", "Code list other.csv", "notes.txt"):  # fmt: skip
        assert words in reported


def test_a_folder_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert "swm-kpi init none" in mistakes(tmp_path / "none")[0]


def test_areas_are_read_with_their_mistakes(tmp_path: Path) -> None:
    files = {
        "force.toml": SETTINGS + "areas = 'areas.csv'\n",
        "areas.csv": "code,name,level,parent,valid_from,valid_to\n"
        "F,Kent,force,,,\nN,North,lpa,F,,\n",
    }
    force = kpi.Force.read(write_force(tmp_path / "force", files))
    assert force.areas is not None
    assert force.areas.members("lpa") == ("North",)
    assert "1 lpa, 1 force" in str(force)
    wrong = files["areas.csv"] + "S,South,lpa,G,,\n"
    (reported,) = mistakes(write_force(tmp_path / "force", files | {"areas.csv": wrong}))
    assert "areas.csv:4" in reported


def test_modules_of_one_folder_can_import_each_other(tmp_path: Path) -> None:
    files = {
        "sources/c2.py": SOURCE.replace('"No field for it"', "REASON").replace(
            "import swm_kpi as kpi", "import swm_kpi as kpi\nfrom .shared import REASON", 1
        ),
        "sources/shared.py": 'REASON = "No field for it"\n',
    }
    force = kpi.Force.read(write_force(tmp_path / "force", FILES | files))
    assert list(force.mappings) == ["incident"]


def test_the_text_of_a_force_names_what_it_has(tmp_path: Path) -> None:
    files = FILES | {
        "codes/old.csv": CODES,
        "force.toml": SETTINGS + "[[similar_forces]]\nvalid_from = 2024-04-01\n"
        "forces = ['A', 'B']\nsource = 'A paper'\n",
    }
    text = str(kpi.Force.read(write_force(tmp_path / "force", files)))
    for words in (
        "Other Force",
        "incident@1#",
        "from c2, Head of contact",
        "A, B",
        "codes/old.csv",
    ):
        assert words in text
    assert max(map(len, text.splitlines())) <= 80
