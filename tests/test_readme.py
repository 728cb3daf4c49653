"""Every Python block of the README runs, in order, as a reader would run it."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

import swm_kpi as kpi

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_blocks_of_the_readme_run() -> None:
    names: dict[str, object] = {"kpi": kpi}
    for block in BLOCKS:
        if "open_data" not in block:
            exec(block, names)
    result = names["result"]
    assert isinstance(result, kpi.Result)
    assert result.to_polars()["ref"].unique().sort().to_list() == ["15", "53", "57"]
    metric = names["counter_visits"]
    assert isinstance(metric, kpi.Metric)
    assert metric.computes


def test_the_block_on_public_data_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = os.environ.get("SWM_KPI_REAL_DATA")
    if not folder or not Path(folder, "police_uk").is_dir():
        pytest.skip("SWM_KPI_REAL_DATA names no folder with police_uk in it")
    monkeypatch.chdir(tmp_path)
    Path("downloads").symlink_to(Path(folder, "police_uk"))
    (block,) = [each for each in BLOCKS if "open_data" in each]
    names: dict[str, object] = {"kpi": kpi}
    exec(block.replace("roads =", "# roads =").replace('kpi.compute(["40"]', "# "), names)
