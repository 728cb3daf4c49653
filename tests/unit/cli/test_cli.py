"""The command line, run as a user runs it: what it prints, and one exit code for each cause."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.cli.main import main, parser
from tests.support.force_folder import EXTRACT, FILES, write_force

INCIDENTS = pl.DataFrame(
    {
        "created_at": ["2024-04-02 10:00:00", "2024-05-02 10:00:00"],
        "closing_code": ["ASB nuisance", "Crime"],
        "lpa": ["Shropshire", None],
    }
)


@pytest.fixture
def incidents(tmp_path: Path) -> Path:
    file = tmp_path / "incidents.csv"
    INCIDENTS.write_csv(file)
    return file


def test_list_has_a_line_for_each_ref(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    shown = capsys.readouterr().out.splitlines()
    refs = [line.split()[0] for line in shown if line[:3].strip().isdigit()]
    assert [*map(str, range(1, 71)), "70"] == refs
    assert "70 refs, 66 of them computed." in shown


def test_show_says_what_a_metric_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "57"]) == 0
    shown = capsys.readouterr().out
    for words in ("What it is", "What it is not", "How it is calculated", "Table contact",
                  "Assumptions", "Read with care", "57@"):  # fmt: skip
        assert words in shown


@pytest.mark.parametrize("ref", ["16", "55", "69", "asb_incidents"])
def test_every_kind_of_ref_can_be_shown(ref: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", ref]) == 0
    assert "Availability" in capsys.readouterr().out


@pytest.mark.exhaustive
@pytest.mark.slow
def test_check_runs_every_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "70 refs are consistent" in capsys.readouterr().out


def test_compute_prints_a_table(incidents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compute", "15", "--data", f"incident={incidents}", "--grain", "month", "--by", "lpa"]
    assert main([*words, "--start", "2024-04-01", "--end", "2024-05-31"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "15  Volume of ASB incidents"
    assert ["Shropshire", "1", "0"] in [line.split() for line in lines]
    assert max(map(len, lines)) <= 80
    words += ["--format", "csv"]
    assert main([*words, "--start", "2024-04-01", "--end", "2024-05-31"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.startswith("ref,metric,measure,basis,grain,period")
    counted = [row for row in rows if ",incidents,force," in row and ",2024-04," in row]
    assert any(",Shropshire,1," in row for row in counted)
    assert any(",All,1," in row for row in counted)


def test_compute_writes_unprotected_numbers_only_with_policy_none(
    incidents: Path, tmp_path: Path
) -> None:
    words = ["compute", "15", "--data", f"incident={incidents}"]
    words += ["--start", "2024-04-01", "--end", "2024-06-30", "--out", str(tmp_path / "out.csv")]
    assert main(words) == 15
    assert main([*words, "--policy", "none"]) == 0
    assert (tmp_path / "out.csv").read_text().startswith("ref,")
    assert main([*words, "--policy", "none"]) == 15
    assert main([*words, "--policy", "none", "--overwrite"]) == 0


def test_judge_says_of_each_measure_whether_it_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In sentences that fit the terminal, as CSV, and in a protected file; with its targets."""
    days = [f"{month}-10T12:00" for month, count in (("2024-03", 30), ("2025-03", 90))
            for _ in range(count)]  # fmt: skip
    file = tmp_path / "incidents.csv"
    pl.DataFrame({"created_at": days, "closing_code": "ASB nuisance"}).write_csv(file)
    targets = tmp_path / "targets.toml"
    targets.write_text(
        'format = 1\n[[target]]\nref = "15"\nmeasure = "incidents"\nvalue = 50\n'
        'valid_from = "2024-04-01"\nsource = "Invented for this test"\n'
    )
    words = ["judge", "15", "--data", f"incident={file}", "--targets", str(targets),
             "--coverage", "incident=2024-03-01..2025-03-31", "--period", "2024-03",
             "--period", "2025-03"]  # fmt: skip
    assert main(words) == 0
    printed = capsys.readouterr()
    words_of_row = printed.out.partition("Anti-social behaviour")[2]
    assert "weak evidence: a change of +38 to +83." in " ".join(words_of_row.split())
    assert "Target of 50: cannot tell." in " ".join(words_of_row.split())
    assert max(map(len, printed.out.splitlines())) <= 80
    assert "Do not publish" in printed.err
    assert main([*words, "--format", "csv"]) == 0
    assert capsys.readouterr().out.startswith("ref,metric,measure")
    out = tmp_path / "judgements.csv"
    assert main([*words, "--out", str(out), "--threshold", "5"]) == 0
    (row, *_) = pl.read_csv(out).to_dicts()
    assert (row["verdict"], row["evidence"], row["target"]) == ("concern", "weak", 50)
    assert main([*words, "--against", "last_year"]) == 12
    assert "previous_year" in capsys.readouterr().err


def test_compute_suppresses_small_numbers_by_a_policy(incidents: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    words = ["compute", "15", "--data", f"incident={incidents}", "--out", str(out)]
    words += ["--start", "2024-04-01", "--end", "2024-06-30"]
    assert main([*words, "--threshold", "5", "--rounding-base", "5"]) == 0
    assert "[c]" in out.read_text()
    assert "under 5 are suppressed" in (tmp_path / "out.csv-metadata.json").read_text()


@pytest.mark.parametrize(
    ("policy", "code", "message"),
    [
        ([], 15, "--threshold 5 --rounding-base 5"),
        (["--threshold", "2"], 10, "Use 3"),
        (["--policy", "5"], 2, "choose from"),
        (["--threshold", "five"], 2, "invalid int value"),
    ],
)
def test_a_file_needs_a_policy_before_anything_is_computed(
    policy: list[str], code: int, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compute", "15", "--data", "incident=none.csv", "--out", str(tmp_path / "out.csv")]
    words += ["--start", "2024-04-01", "--end", "2024-06-30", *policy]
    try:
        output = main(words)
    except SystemExit as stop:
        output = stop.code
    assert output == code
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_printing_unprotected_numbers_warns_not_to_publish(
    incidents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["compute", "15", "--data", f"incident={incidents}", "--period", "2024-04"]
    assert main(words) == 0
    assert capsys.readouterr().err == "Do not publish: small counts are not protected.\n"
    assert main([*words, "--policy", "none"]) == 0
    assert capsys.readouterr().err == ""
    assert main([*words, "--threshold", "5"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert "[c]" in shown.out


def test_validate_counts_and_shows_no_value(
    incidents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = incidents.read_text().replace("Shropshire", "Atlantis")
    incidents.write_text(bad)
    assert main(["validate", "incident", str(incidents)]) == 11
    shown = capsys.readouterr().out
    assert "lpa: is not in the closed list (1 row)" in shown
    assert "Atlantis" not in shown


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["show", "callhandling"], 12, "Did you mean 'call_handling'?"),
        (["validate", "incidents", "x.csv"], 12, "Did you mean 'incident'?"),
        (["validate", "incident", "none.csv"], 14, "no file 'none.csv'"),
        (["compute", "15", "--data", "x", "--start", "2024-04-01", "--end", "2024-06-30"], 12,
         "TABLE=FILE"),
        (["compute", "15", "--start", "2024-06-30", "--end", "2024-04-01"], 13, "earlier day"),
        (["compute", "15", "--start", "2024-04-01", "--end", "2024-06-30"], 12, "'incident'"),
        (["list", "--force", "none"], 10, "no such folder"),
        (["compute", "15"], 12, "There is no period"),
        (["compute", "15", "--period", "2024/25", "--grain", "year"], 12, "--period cannot be"),
        (["compute", "--data", "none", "--period", "2024/25"], 12, "or a folder"),
        (["compute", "--coverage", "incident=2024", "--period", "2024/25"], 12, "FIRST..LAST"),
    ],
)  # fmt: skip
def test_each_exit_code_has_one_cause(
    words: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == code
    assert message in capsys.readouterr().err


def test_a_wrong_command_is_a_usage_error() -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["lst"])


@pytest.mark.slow
def test_synth_writes_tables_that_compute(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "force"
    words = ["--start", "2024-04-01", "--end", "2024-06-30", "--scale", "0.002"]
    assert main(["synthetic", "--out", str(folder), *words]) == 0
    assert main(["synthetic", "--out", str(folder), *words]) == 15
    capsys.readouterr()
    table = f"incident={folder / 'incident.parquet'}"
    assert main(["compute", "15", "--data", table, "--format", "csv", *words[:4]]) == 0
    assert ",incidents,force,quarter,2024/25 Q1," in capsys.readouterr().out


def test_the_suffix_of_a_file_selects_its_format(tmp_path, capsys) -> None:
    """Parquet as well as CSV; a name that says no form is refused before any work."""
    table = tmp_path / "incident.csv"
    table.write_text("incident_id,created_at,closing_code,lpa\n", encoding="utf-8")
    arguments = ["compute", "15", "--data", f"incident={table}", "--start", "2024-04-01"]
    arguments += ["--end", "2025-03-31", "--policy", "none", "--out"]
    assert main([*arguments, str(tmp_path / "dataset.parquet")]) == 0
    assert pl.read_parquet(tmp_path / "dataset.parquet")["ref"].unique().to_list() == ["15"]
    assert main([*arguments, str(tmp_path / "dataset.doc")]) == 12
    assert ".parquet" in capsys.readouterr().err
    assert not (tmp_path / "dataset.doc").exists()


def test_a_folder_of_tables_is_computed_and_protected(tmp_path, capsys) -> None:
    """Files are named for their tables; a file that is named for none is refused by name."""
    folder, dataset = tmp_path / "tables", tmp_path / "dataset.csv"
    folder.mkdir()
    INCIDENTS.write_csv(folder / "incident.csv")
    arguments = [
        "compute",
        "15",
        "--data",
        str(folder),
        "--period",
        "2024/25 Q1",
        "--threshold",
        "5",
    ]
    arguments += ["--coverage", "incident=2024-04-01..2024-06-30", "--out", str(dataset)]
    assert main(arguments) == 0
    (hidden,) = pl.read_csv(dataset).filter(measure="incidents").to_dicts()
    assert (hidden["value"], hidden["marker"]) == (None, "[c]")
    INCIDENTS.write_csv(folder / "incidents.csv")
    assert main([*arguments, "--overwrite"]) == 12
    assert "Did you mean 'incident'?" in capsys.readouterr().err
    INCIDENTS.write_parquet(folder / "incident.parquet")
    (folder / "incidents.csv").unlink()
    assert main([*arguments, "--overwrite"]) == 12
    assert "table 'incident' twice" in capsys.readouterr().err


def test_an_output_that_cannot_be_written_raises_before_data_are_read(tmp_path, capsys) -> None:
    """A long computation must not end in a file that was there all along."""
    arguments = ["compute", "15", "--data", "incident=nowhere.parquet", "--period", "2024/25"]
    arguments += ["--policy", "none", "--out", str(tmp_path / "dataset.csv")]
    (tmp_path / "dataset.csv").write_text("kept")
    assert main(arguments) == 15
    assert main([*arguments, "--overwrite"]) == 14
    assert (tmp_path / "dataset.csv").read_text() == "kept"


def test_progress_is_shown_only_on_a_terminal(incidents, capsys, monkeypatch) -> None:
    arguments = ["compute", "15", "--data", f"incident={incidents}", "--period", "2024/25 Q1"]
    arguments += ["--policy", "none"]
    assert main(arguments) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(arguments) == 0
    record = capsys.readouterr()
    assert "[1/2] checking incident" in record.err
    assert "[2/2] counting incident" in record.err
    assert "checking" not in record.out


def test_an_assumption_is_overridden(incidents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["compute", "15", "--data", f"incident={incidents}", "--period", "2024-04"]
    assert main([*words, "--assumptions", "max_undecided_share=0.5", "--format", "csv"]) == 0
    assert main([*words, "--assumptions", "max_undecided_share=half"]) == 12
    assert "takes float" in capsys.readouterr().err
    assert main([*words, "--assumptions", "max_undecided_share"]) == 12
    assert "KEY=VALUE" in capsys.readouterr().err


# A force's folder


@pytest.fixture
def force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    folder = tmp_path / "force"
    assert main(["init", str(folder), "--name", "Other Force"]) == 0
    assert "force.toml" in capsys.readouterr().out
    write_force(folder, FILES | {"force.toml": (folder / "force.toml").read_text()})
    return folder


def test_init_writes_a_new_folder_only(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", str(force)]) == 15
    assert "not an empty folder" in capsys.readouterr().err


def test_compute_maps_the_extracts_of_a_force(
    force: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    (extracts / "c2.csv").write_text(EXTRACT)
    (extracts / "c22.csv").write_text("a\n")
    words = ["compute", "15", "--force", str(force), "--period", "2024-04"]
    assert main([*words, "--data", str(extracts)]) == 0
    shown = capsys.readouterr()
    assert "Anti-social behaviour incidents" in shown.out
    assert "Not read: c22.csv. No mapping reads it. Did you mean 'c2'?" in shown.err
    out = tmp_path / "out.csv"
    words += ["--data", f"c2={extracts / 'c2.csv'}"]
    assert main([*words, "--out", str(out)]) == 0
    assert "[c]" in out.read_text()
    assert "Other Force#" in (tmp_path / "out.csv-metadata.json").read_text()
    assert main([*words, "--out", str(out), "--overwrite", "--policy", "none"]) == 0
    assert "[c]" not in out.read_text()
    capsys.readouterr()
    assert main(["compute", "--force", str(force), "--data", "incident=x.csv", *words[4:6]]) == 12
    assert "makes table 'incident' from 'c2'. Give 'c2'." in capsys.readouterr().err


def test_validate_maps_an_extract_of_a_force(
    force: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c2.csv").write_text(EXTRACT)
    words = ["validate", "incident", str(tmp_path / "c2.csv"), "--force", str(force)]
    assert main(words) in (0, 11)
    assert "incident" in capsys.readouterr().out


@pytest.mark.exhaustive
@pytest.mark.slow
def test_check_of_a_force_counts_its_mappings(
    force: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--force", str(force)]) == 0
    assert "1 mapping with 0 examples" in capsys.readouterr().out


def commands_of(
    top: argparse.ArgumentParser, name: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Yield every command with its parser, those of `map` too."""
    groups = [a for a in top._actions if isinstance(a, argparse._SubParsersAction)]
    for group in groups:
        for word, command in group.choices.items():
            yield from commands_of(command, f"{name} {word}".strip())
    if not groups:
        yield name, top


def test_every_command_takes_a_force() -> None:
    """Before: lock and map diff did not. Init writes the folder, so it is its argument."""
    without = [
        name
        for name, command in commands_of(parser())
        if not any("--force" in action.option_strings for action in command._actions)
    ]
    assert without == ["init"]


def test_lock_of_a_force_records_its_mappings(
    force: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["lock", "--force", str(force)]) == 0
    assert "Locked 1 mapping in mappings.lock, 1 of them new." in capsys.readouterr().out
    definition = kpi.Force.read(force).mappings["incident"].definition
    assert definition in (force / "mappings.lock").read_text().splitlines()
    assert main(["map", "check", "--force", str(force)]) == 0
    source = force / "sources" / "c2.py"
    text = source.read_text().replace('unmapped="null"', 'unmapped="refuse"')
    source.write_text(text)
    for words in (["map", "check"], ["lock"]):
        capsys.readouterr()
        assert main([*words, "--force", str(force)]) == 10
        error = capsys.readouterr().err
        assert "Mapping Incident, version: it makes other rows than when it was locked" in error
        assert "Write version=2. (sources/c2.py:" in error
    source.write_text(text.replace("version=1", "version=2"))
    assert main(["lock", "--force", str(force)]) == 0
    assert "Locked 2 mappings in mappings.lock, 1 of them new." in capsys.readouterr().out
    source.write_text(text)
    assert main(["map", "check", "--force", str(force)]) == 10
    assert "version 1 is older than the locked version 2" in capsys.readouterr().err
