"""Load and faults: threads, killed writers, full disks, damaged files, very large tables.

Peak memory is measured in a separate process and compared with a bound.
"""

from __future__ import annotations

import io
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow.parquet as pq
import pytest

import swm_kpi as kpi
from swm_kpi import InputError, OutputError, TextReport
from swm_kpi.output import write_text
from tests.support.bad_inputs import (
    ALL_MEASURES,
    MARKER,
    VISIT,
    VISITS,
    Visit,
    cells,
    compute,
    no_marker_is_printed,
    raises_without_marker,
    rows,
)

pytestmark = pytest.mark.usefixtures(no_marker_is_printed.__name__)
ROOT = Path(__file__).parents[2]


def many_visits(count: int) -> pl.DataFrame:
    """Return valid visits."""
    return pl.DataFrame(rows()).select(
        pl.all().gather(pl.int_range(count, eager=True) % 3)
    ).with_columns(visit_id=pl.format(f"{MARKER}{{}}", pl.int_range(count)))  # fmt: skip


# Load


def in_pandas(frame: pl.DataFrame) -> Any:
    return frame.to_pandas().astype({"people": "Int64", "urgent": "boolean"})


@pytest.mark.parametrize("kind", ["Polars", "pandas", "validated"])
def test_fifty_threads_on_one_table_give_one_result(kind: str) -> None:
    """All threads share the frame, or the validated table with its caches."""
    frame = many_visits(30_000)
    table: Any = {"Polars": frame, "pandas": in_pandas(frame)}.get(kind)
    if table is None:
        table = kpi.validate(frame, Visit).table
    expected = compute(frame, *ALL_MEASURES, by=["area"]).to_polars()
    with ThreadPoolExecutor(50) as threads:
        requests = [
            threads.submit(compute, table, *ALL_MEASURES, by=["area"] if number % 2 else [])
            for number in range(50)
        ]
        results = [request.result().to_polars() for request in requests]
    assert all(result.equals(expected) for result in results[1::2])
    assert all(result.equals(results[0]) for result in results[::2])


# Faults of writing


def test_a_writer_killed_at_any_moment_leaves_the_old_file_or_the_new(tmp_path: Path) -> None:
    """The file is complete after each of 100 kills."""
    path, chance = tmp_path / "dataset.csv", random.Random(7)  # noqa: S311 - not a secret
    write_text(path, "0\n" * 50_000)
    for _ in range(100):
        child = os.fork()
        if child == 0:
            number = 0
            while True:
                number += 1
                write_text(path, f"{number}\n" * 50_000, overwrite=True)
        time.sleep(chance.uniform(0.001, 0.03))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) == 50_000
        assert len(set(lines)) == 1


def mounts(*words: str) -> bool:
    """Run a mount command and return whether it succeeded."""
    program = shutil.which(words[0])
    if program is None:
        return False
    return subprocess.run([program, *words[1:]], capture_output=True, check=False).returncode == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 256 kB, which only root can do."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mounts("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)):
        pytest.skip("only root can mount a small disk")
    yield folder
    assert mounts("umount", str(folder))


def large_result() -> kpi.Result:
    months = kpi.periods("2000-04-01", "2025-03-31", grain="month")
    return compute(pl.DataFrame(rows()), *ALL_MEASURES, periods=months, by=["area"], coverage={})


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_full_disk_raises_one_error_and_keeps_the_old_file(small_disk: Path, form: str) -> None:
    path = small_disk / f"dataset.{form}"
    path.write_text("old", encoding="utf-8")
    with raises_without_marker(OutputError, r"'dataset\.\w+.*No space left.*free space"):
        getattr(large_result(), f"to_{form}")(path, policy="none", overwrite=True)
    assert path.read_text(encoding="utf-8") == "old"
    assert not list(small_disk.glob(".*.part"))


def test_a_read_only_folder_raises_one_error_and_keeps_the_old_file(small_disk: Path) -> None:
    path = small_disk / "dataset.csv"
    path.write_text("old", encoding="utf-8")
    assert mounts("mount", "-o", "remount,ro", str(small_disk))
    with raises_without_marker(OutputError, "Check the permissions of the folder"):
        compute(pl.DataFrame(rows()), VISITS).to_csv(path, policy="none", overwrite=True)
    assert path.read_text(encoding="utf-8") == "old"


# Faults of files


def parquet_of(frame: pl.DataFrame, **options: Any) -> bytes:
    content = io.BytesIO()
    pq.write_table(frame.to_arrow(), content, **options)
    return content.getvalue()


def with_inverted_bytes(content: bytes, position: float) -> bytes:
    """Invert 64 bytes at a position between 0 and 1."""
    start = int(len(content) * position)
    end = start + 64
    return content[:start] + bytes(255 - byte for byte in content[start:end]) + content[end:]


VALID_PARQUET = parquet_of(pl.DataFrame(rows()))
DAMAGED_PARQUET = {
    "no bytes": b"",
    "only the magic number": b"PAR1",
    "another magic number": b"PAR2" + VALID_PARQUET[4:-4] + b"PAR2",
    "cut in a page": VALID_PARQUET[: len(VALID_PARQUET) // 3],
    "cut in the footer": VALID_PARQUET[:-30],
    "bytes inverted in the footer": with_inverted_bytes(VALID_PARQUET, 0.7),
    "bytes overwritten in the first page": VALID_PARQUET[:4] + b"\xff" * 64 + VALID_PARQUET[68:],
}


@pytest.mark.parametrize("content", DAMAGED_PARQUET.values(), ids=DAMAGED_PARQUET)
def test_a_damaged_parquet_file_raises_one_error(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "visits.parquet"
    path.write_bytes(content)
    for read in (lambda: kpi.validate(path, Visit), lambda: compute(path)):
        with raises_without_marker(InputError, "Table 'visit'.*(write it again|cannot be read)"):
            read()


def test_wrong_statistics_in_a_parquet_footer_lose_no_rows(tmp_path: Path) -> None:
    """The footer of one file follows the pages of another, so its minima and maxima are wrong."""

    def visits_in(month: int, people: int) -> bytes:
        frame = pl.DataFrame(rows(came_at=[datetime(2024, month, 1)] * 3, people=[people] * 3))
        frame = frame.with_columns(pl.lit("007").alias("code"), left_at=None)
        return parquet_of(frame, compression="none", use_dictionary=False)

    def pages_and_footer(content: bytes) -> tuple[bytes, bytes]:
        length = int.from_bytes(content[-8:-4], "little") + 8
        return content[:-length], content[-length:]

    path = tmp_path / "visits.parquet"
    pages, _ = pages_and_footer(visits_in(5, 9))
    _, footer = pages_and_footer(visits_in(1, 1))
    path.write_bytes(pages + footer)
    assert pl.scan_parquet(path).filter(pl.col("people") == 9).collect().is_empty()
    columns = {"text": Visit.code, "author": Visit.grade, "evidence": Visit.area}
    report = TextReport(key="report", **VISIT, **columns, where=Visit.people == 9)
    for months, expected in ((["2024-05"], 3), (["2024-04"], 0)):
        result = compute(path, VISITS, report, periods=months)
        assert cells(result, "visits") == [expected]
        assert ("007" in cells(result, "report", "note")[0]) is bool(expected)


def csv_of(**changes: list[Any]) -> str:
    return pl.DataFrame(rows(**changes)).write_csv()


RIGHT = csv_of()
DAMAGED_CSV = {
    "cut in the middle of a row": (
        RIGHT[: RIGHT.rindex("2024-06-30")],
        "shorter than its header, by 7 cells",
    ),
    "cut inside quotes": (RIGHT + f'{MARKER}4,"2024', ""),
    "a row too short": (
        RIGHT + f"{MARKER}4,2024-04-01 09:00\n",
        "shorter .* by 9 cells in all",
    ),
    "a row too long": (
        RIGHT.replace("false\n", "false,1,2\n"),
        "longer .* by 2 cells in all",
    ),
    "a line broken in two": (RIGHT.replace("Ann", "An\nn"), "shorter than its header"),
    "UTF-16": (RIGHT.encode("utf-16"), "NUL bytes"),
    "UTF-16 without a byte order mark": (RIGHT.encode("utf-16-le"), "NUL bytes"),
    "cp1252": (RIGHT.replace("Ann", "Zoë").encode("cp1252"), "not text in UTF-8"),
    "cp1252 in its last letter": ((RIGHT + "é").encode("cp1252"), "not text in UTF-8"),
    "NUL bytes": (RIGHT.replace("Ann", "A\0n"), "NUL bytes"),
    "semicolons": (RIGHT.replace(",", ";"), "none of the columns"),
    "no header": (RIGHT.partition("\n")[2], "none of the columns"),
    "CR line ends": (RIGHT.replace("\n", "\r"), "LF or CRLF"),
    "no text": ("", "no header"),
}


@pytest.mark.parametrize(("content", "words"), DAMAGED_CSV.values(), ids=DAMAGED_CSV)
def test_a_damaged_csv_file_raises_one_error(
    content: str | bytes, words: str, tmp_path: Path
) -> None:
    """No cell is filled, dropped or guessed."""
    path = tmp_path / "visits.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for read in (lambda: kpi.validate(path, Visit), lambda: compute(path)):
        with raises_without_marker(InputError, f"Table 'visit'.*{words}"):
            read()


@pytest.mark.parametrize(
    "content",
    [RIGHT.encode("utf-8-sig"), RIGHT.replace("\n", "\r\n").encode(), RIGHT.rstrip("\n").encode(),
     csv_of(visitor=[f'{MARKER}, "Ann"', f"{MARKER}\nBob", ""]).encode()],
    ids=["byte order mark", "CRLF", "no last line end", "commas, quotes and line ends"],
)  # fmt: skip
def test_an_unusual_but_valid_csv_file_is_read(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes(content)
    assert kpi.validate(path, Visit).rows == 3


# Very large

PEAK = """
import resource, sys
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
{code}
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
LARGE_CELL = """
import polars as pl
import swm_kpi as kpi
from tests.support.bad_inputs import ALL_MEASURES, Visit, compute
path = sys.argv[1]
report = kpi.validate(path, Visit)
broken = {(violation.column, violation.rule, violation.rows) for violation in report.violations}
assert broken == {("visitor", "is longer than a million characters", 1)}
try:
    compute(path, *ALL_MEASURES)
except kpi.SwmKpiError as error:
    assert len(str(error)) < 1_000
else:
    raise SystemExit("no error was raised")
"""
LARGE_REQUEST = """
import swm_kpi as kpi
from tests.support.large_requests import UnreadableTable, crossed_metric
metric = crossed_metric(3000, 3000)
try:
    kpi.compute([metric], {"wide": UnreadableTable()}, periods=["2024/25 Q1"], by=["d0", "d1"],
                catalogue=kpi.Catalogue([metric]), coverage={})
except kpi.RequestError as error:
    assert "9,012,004 cells" in str(error)
else:
    raise SystemExit("no error was raised")
"""
WIDE = """
import polars as pl
import swm_kpi as kpi
from tests.support.bad_inputs import ALL_MEASURES, Visit, cells, compute, pandas, rows
wide = rows() | {f"extra_{number}": [1, 2, 3] for number in range(2_000)}
for table in (pl.DataFrame(wide), pandas(wide)):
    assert len(kpi.validate(table, Visit).extra_columns) == 2_000
    assert cells(compute(table, *ALL_MEASURES), "visits") == [3]
"""


def peak_megabytes(code: str, *arguments: object) -> int:
    """Run code in a separate process and return its peak memory above the start."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK.replace("{code}", code), *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return int(done.stdout.split()[-1])


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_cell_of_200_megabytes_is_refused_in_bounded_memory(suffix: str, tmp_path: Path) -> None:
    """At most ten times the cell. It is read twice and matched with a pattern."""
    path = tmp_path / f"visits{suffix}"
    large = pl.DataFrame(rows(visitor=[MARKER * (200_000_000 // len(MARKER)), "Bob", "Cy"]))
    (large.write_csv if suffix == ".csv" else large.write_parquet)(path)
    assert peak_megabytes(LARGE_CELL, path) < 2_000


def test_a_request_for_ten_million_cells_is_refused_before_computing() -> None:
    """It takes no more memory than loading the library."""
    assert peak_megabytes(LARGE_REQUEST) < 500


def test_only_the_needed_columns_of_a_table_of_2000_are_read() -> None:
    assert peak_megabytes(WIDE) < 500
