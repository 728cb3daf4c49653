"""The same inputs give the same bytes out: in another process, with another seed of hashing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FORMS = ("csv", "json", "parquet", "xlsx", "ods")

WRITE = """
import sys
from pathlib import Path
import swm_kpi as kpi

folder = Path(sys.argv[1])
tables = kpi.synthetic.generate_force("2024-04-01", "2024-09-30", scale=0.01)
result = kpi.compute(
    ["11", "15", "20", "57"],
    tables,
    periods=["2024/25 Q1", "2024/25 Q2"],
    by=["lpa"],
    as_at="2024-10-20",
)
for name, each in (("exact", result), ("safe", result.protect(kpi.DisclosurePolicy()))):
    for form in ("csv", "json", "parquet", "xlsx", "ods"):
        said = "none" if name == "exact" else ""
        getattr(each, f"to_{form}")(folder / f"{name}.{form}", policy=said)
"""


@pytest.mark.exhaustive
def test_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    folders = []
    for seed in ("1", "4242"):
        folder = tmp_path / seed
        folder.mkdir()
        record = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", WRITE, str(folder)], check=True, env=record)
        folders.append({path.name: path.read_bytes() for path in sorted(folder.iterdir())})
    first, second = folders
    assert len(first) == 2 * (len(FORMS) + 1)
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
