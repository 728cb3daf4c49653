"""What the auditor reads and writes: every format, edited and hostile files, and the command."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import polars as pl
import pytest

import swm_kpi as kpi
from swm_kpi.auditor import Conclusion, audit
from swm_kpi.auditor.stated_policy import StatedPolicy
from swm_kpi.cli import main
from swm_kpi.errors import InputError, OutputError, RequestError
from tests.support.published_files import HIDDEN, members, row, state_policy, write_release

COUNTS = {"Shropshire": 26, "Herefordshire": HIDDEN, "Telford & Wrekin": 14, "All": 43}


def leaking(folder: Path, name: str = "leaks.csv") -> Path:
    """Write a file in which a hidden number is its total less the other members."""
    return write_release(folder / name, members("15", "incidents", "lpa", COUNTS), ["lpa"])


def safe(folder: Path, name: str = "safe.csv") -> Path:
    """Write a file from which nothing can be concluded."""
    counts = COUNTS | {"Telford & Wrekin": HIDDEN}
    return write_release(folder / name, members("15", "incidents", "lpa", counts), ["lpa"])


# The policy that a file states


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (kpi.DisclosurePolicy(), StatedPolicy(5, 5)),
        (kpi.DisclosurePolicy(threshold=8, rounding_base=1), StatedPolicy(8, 1)),
        (
            kpi.DisclosurePolicy(threshold=3, rounding_base=0, show_zeros=False),
            StatedPolicy(3, 1, shows_zeros=False),
        ),
        (
            kpi.DisclosurePolicy(exempt={"29": "No person.", "crimes": "Many."}),
            StatedPolicy(5, 5, exempt=frozenset({"29", "crimes"})),
        ),
    ],
)
def test_reads_the_policy_from_its_sentence(
    policy: kpi.DisclosurePolicy, expected: StatedPolicy
) -> None:
    assert StatedPolicy.from_sentence(policy.describe()) == expected


def test_reads_no_policy_from_another_sentence() -> None:
    assert StatedPolicy.from_sentence("None: do not publish them.") is None
    assert StatedPolicy.from_sentence("Counts under 1 are suppressed.") is None


@pytest.mark.parametrize(
    ("shown", "base", "expected"),
    [(10, 5, (8, 12)), (5, 5, (5, 7)), (0, 5, (0, 0)), (7, 1, (7, 7)), (6, 2, (5, 6))],
)
def test_a_rounded_number_is_a_range(
    shown: float, base: int, expected: tuple[float, float]
) -> None:
    assert StatedPolicy(5, base).range_of(shown, is_whole=True) == expected


# Formats


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "json", "parquet", "xlsx", "ods"])
def test_reads_every_format(tmp_path: Path, suffix: str) -> None:
    """A file that a result writes says the same in each format."""
    import pandas as pd

    areas = ["Shropshire"] * 26 + ["Herefordshire"] * 3 + ["Telford & Wrekin"] * 14
    logs = pd.DataFrame(
        {
            "created_at": pd.to_datetime(["2024-05-06 12:00"] * len(areas)),
            "closing_code": ["ASB nuisance"] * len(areas),
            "lpa": areas,
        }
    )
    result = kpi.compute(
        ["15"], {"incident": logs}, periods=["2024/25 Q1"], by=["lpa"],
        coverage={"incident": ("2024-04-01", "2024-06-30")},
    ).protect(kpi.DisclosurePolicy(threshold=5, rounding_base=1))  # fmt: skip
    path = tmp_path / f"release.{suffix}"
    getattr(result, f"to_{suffix}")(path)
    audited = audit(path)
    assert {(cell.measure, *cell.members.values()) for cell in audited.cells} == {
        ("incidents", "Herefordshire"), ("incidents", "Telford & Wrekin"),
    }  # fmt: skip
    assert audited.is_safe
    assert audited.policies == {path.name: StatedPolicy(5, 1)}


@pytest.mark.slow
def test_reads_a_folder_and_leaves_its_metadata_out(tmp_path: Path) -> None:
    safe(tmp_path)
    leaking(tmp_path)
    (tmp_path / "readme.txt").write_text("Not a dataset.")
    assert set(audit(tmp_path).policies) == {"safe.csv", "leaks.csv"}


# Hostile files


@pytest.mark.slow
def test_an_edited_file_is_audited_as_it_is(tmp_path: Path) -> None:
    path = safe(tmp_path)
    text = path.read_text()
    line = next(item for item in text.splitlines() if "Telford" in item)
    path.write_text(text.replace(line, line.replace("Wrekin,,", "Wrekin,14,").replace(HIDDEN, "")))
    audited = audit(path)
    assert audited.count(Conclusion.EXACT) == 1
    assert "changed after it was written" in str(audited)


def test_a_file_without_metadata_needs_a_policy(tmp_path: Path) -> None:
    path = leaking(tmp_path)
    path.with_name(f"{path.name}-metadata.json").unlink()
    with pytest.raises(InputError, match="does not say how it is protected"):
        audit(path)


@pytest.mark.slow
def test_a_policy_can_be_stated_for_a_file(tmp_path: Path) -> None:
    path = leaking(tmp_path)
    path.with_name(f"{path.name}-metadata.json").unlink()
    assert audit(path, threshold=5).count(Conclusion.EXACT) == 1


@pytest.mark.slow
def test_unprotected_numbers_are_named(tmp_path: Path) -> None:
    path = write_release(
        tmp_path / "exact.csv",
        [row("15", "incidents", 3)],
        (),
        "None: these numbers have had no disclosure control. Do not publish them.",
        protected=False,
    )
    audited = audit(path)
    assert (audited.unprotected, audited.exit_code) == (("exact.csv",), 1)
    assert "exact.csv is not protected" in str(audited)


@pytest.mark.slow
def test_an_unprotected_file_opens_a_protected_one(tmp_path: Path) -> None:
    hidden = write_release(tmp_path / "a.csv", [row("15", "incidents", HIDDEN)])
    exact = write_release(
        tmp_path / "b.csv", [row("15", "incidents", 3)], (), "None.", protected=False
    )
    (cell,) = audit(hidden, exact).cells
    assert (cell.conclusion, cell.lower) == (Conclusion.EXACT, 3)


@pytest.mark.slow
def test_numbers_that_contradict_each_other_conclude_nothing(tmp_path: Path) -> None:
    counts = COUNTS | {"All": 30}
    path = write_release(tmp_path / "a.csv", members("15", "incidents", "lpa", counts), ["lpa"])
    audited = audit(path)
    assert audited.exit_code == 1
    assert [cell.conclusion for cell in audited.cells] == [Conclusion.CONTRADICTED]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.csv", b"not,a,dataset\n1,2,3\n"),
        ("a.csv", b"\xff\xfe\x00"),
        ("a.csv", b""),
        ("a.json", b"[1, 2"),
        ("a.json", b'{"rows": 3}'),
        ("a.json", b'{"rows": [{"ref": "15"}]}'),
        ("a.parquet", b"PAR1"),
        ("a.csv", b"ref,measure,period,value,marker\n15,incidents,2024-04,three,\n"),
    ],
)
def test_a_file_that_is_no_dataset_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(InputError, match=name):
        audit(path, threshold=5)


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_a_workbook_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match=name):
        audit(path, threshold=5)


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no file 'a\.csv'"):
        audit(tmp_path / "a.csv")
    with pytest.raises(InputError, match="no published file"):
        audit(tmp_path)
    with pytest.raises(InputError, match="No file to audit"):
        audit()


def test_a_threshold_without_small_counts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="no count is small"):
        audit(leaking(tmp_path), threshold=1)


@pytest.mark.slow
def test_a_ref_that_is_not_defined_is_named(tmp_path: Path) -> None:
    path = leaking(tmp_path)
    path.write_text(path.read_text().replace("\n15,", "\n15X,"))
    audited = audit(path)
    assert "ref 15X incidents" in " ".join(audited.remarks)
    assert (audited.unaudited, audited.exit_code) == (1, 1)


# What is written


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_only_the_owner_can_read_what_is_written(tmp_path: Path, suffix: str) -> None:
    audited = audit(leaking(tmp_path))
    path = tmp_path / f"conclusions.{suffix}"
    write = getattr(audited, f"to_{suffix}")
    write(path)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    with pytest.raises(OutputError, match="exists already"):
        write(path)
    write(path, overwrite=True)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    if suffix == "csv":
        assert pl.read_csv(path)["conclusion"].to_list() == ["exact"]
    else:
        document = json.loads(path.read_text())
        assert document["cells"][0]["lower"] == 3


@pytest.mark.slow
def test_a_hidden_number_is_printed_only_where_it_is_concluded(tmp_path: Path) -> None:
    audited = audit(safe(tmp_path))
    assert {(cell.lower, cell.upper, cell.words) for cell in audited.cells} == {(None, None, "")}


@pytest.mark.slow
@pytest.mark.parametrize("width", [40, 80, 200])
def test_the_text_fits_the_terminal(tmp_path: Path, width: int) -> None:
    text = audit(leaking(tmp_path)).to_text(width)
    assert max(map(len, text.splitlines())) <= width


# The command


@pytest.mark.slow
def test_exit_codes_of_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(safe(tmp_path))]) == 0
    assert "Nothing can be concluded" in capsys.readouterr().out
    assert main(["audit", str(leaking(tmp_path))]) == 1
    assert "EXACT ref 15 incidents (Herefordshire, 2024/25 Q1)" in capsys.readouterr().out
    assert main(["audit", str(tmp_path / "absent.csv")]) == 2
    assert "There is no file 'absent.csv'" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_prints_and_writes_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = leaking(tmp_path), tmp_path / "out.json"
    assert main(["audit", str(path), "--json", "--out", str(out)]) == 1
    assert json.loads(capsys.readouterr().out) == json.loads(out.read_text())
    assert main(["audit", str(path), "--out", str(out)]) == 2
    assert main(["audit", str(path), "--out", str(tmp_path / "out.txt")]) == 2


@pytest.mark.slow
def test_a_policy_on_the_command_line(tmp_path: Path) -> None:
    path = leaking(tmp_path)
    path.with_name(f"{path.name}-metadata.json").unlink()
    assert main(["audit", str(path)]) == 2
    assert main(["audit", str(path), "--threshold", "5", "--rounding-base", "5"]) == 1


def test_the_policy_of_a_test_reads_as_it_is_meant() -> None:
    assert StatedPolicy.from_sentence(state_policy(4, 3)) == StatedPolicy(4, 3)
