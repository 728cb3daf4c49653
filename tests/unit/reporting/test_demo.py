"""The demonstration: what the dataset holds, and that its page is sound and safe."""

from __future__ import annotations

import csv
import json
import re
import sys
from html.parser import HTMLParser
from importlib.util import find_spec

import pytest

from swm_kpi import Catalogue, OutputError, PeriodError, catalogue
from swm_kpi.measures import TextReport
from swm_kpi.model.metric import Metric
from swm_kpi.reporting import Summary, run_demo
from swm_kpi.vocabulary import Marker

DAYS = {"start": "2023-04-01", "end": "2024-09-30"}
VOID = {"meta", "img", "br", "link", "input", "hr"}


class Page(HTMLParser):
    """A page taken apart; fails on a tag that is not closed where it should be."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    def elements(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def summary(tmp_path_factory) -> Summary:
    return run_demo(tmp_path_factory.mktemp("demo") / "dataset", **DAYS, scale=0.002)


@pytest.fixture(scope="module")
def page(summary: Summary) -> Page:
    return Page((summary.folder / "index.html").read_text(encoding="utf-8"))


def test_writes_the_files_it_names(summary: Summary) -> None:
    written = {
        path.relative_to(summary.folder).as_posix()
        for path in summary.folder.rglob("*")
        if path.is_file()
    }
    assert written == set(summary.files)
    assert {"index.html", "metrics.csv", "metadata.json"} <= written


@pytest.mark.skipif(not find_spec("altair"), reason="charts need the extra")
def test_draws_one_chart_for_each_ref_with_a_number(summary: Summary, page: Page) -> None:
    charts = [name for name in summary.files if name.endswith(".svg")]
    assert len(charts) == sum(section.headline is not None for section in summary.contents.sections)
    assert len(page.elements("img")) == len(charts)
    assert all(element["src"].startswith("data:image/svg+xml") for element in page.elements("img"))
    assert all(element["alt"] for element in page.elements("img"))


def test_each_chart_has_a_table_of_areas_beside_it(summary: Summary, page: Page) -> None:
    tables = [element for element in page.elements("table") if element.get("class") == "areas"]
    sections = summary.contents.sections
    with_areas = [
        section
        for section in sections
        if section.headline and section.areas(section.headline).height
    ]
    assert len(tables) == len(with_areas) > 30
    asb = next(section for section in sections if section.entry.ref == "15")
    assert asb.headline is not None
    assert asb.areas(asb.headline)["lpa"].to_list()[-1] == "South Worcestershire"


def test_the_csv_is_the_result(summary: Summary) -> None:
    with (summary.folder / "metrics.csv").open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    frame = summary.contents.result.to_polars()
    assert list(records[0]) == frame.columns
    assert [row["ref"] for row in records] == frame["ref"].to_list()
    assert [float(row["value"]) if row["value"] else None for row in records] == (
        frame["value"].to_list()
    )


def test_the_metadata_says_how_to_make_it_again(summary: Summary) -> None:
    document = json.loads((summary.folder / "metadata.json").read_text(encoding="utf-8"))
    assert document["disclosure_policy"] == "none: synthetic data"
    assert document["synthetic"] == {"scale": 0.002, "seed": 1}
    assert (document["first_day"], document["last_day"]) == (DAYS["start"], DAYS["end"])
    assert document["rows"] == len(summary.contents.result)
    assert document["tables"] == dict(summary.contents.tables)
    assert all(
        re.fullmatch(r".+@\d+#[0-9a-f]{8}", item["definition"]) for item in document["metrics"]
    )


def _only_texts(metric: Metric | None) -> bool:
    return metric is not None and all(
        isinstance(measure, TextReport) for measure in metric.measures
    )


def test_every_metric_is_computed(summary: Summary) -> None:
    plan = catalogue()
    assert [section.entry.ref for section in summary.contents.sections] == [
        entry.ref for entry in plan if entry.computes
    ]
    texts = [entry for entry in plan if _only_texts(plan.metric(entry))]
    without_number = [
        section.entry for section in summary.contents.sections if section.headline is None
    ]
    assert without_number == texts


def test_the_page_names_every_ref(page: Page) -> None:
    anchors = {attributes.get("id") for _, attributes in page.tags}
    for entry in catalogue():
        assert " ".join(entry.name.split()) in page.text
        assert (f"ref-{entry.ref}" in anchors) == entry.computes
    refs = [cell for cell in page.elements("td") if cell.get("class") == "ref"]
    assert len(refs) == len(catalogue())


def test_the_page_says_that_it_is_synthetic(page: Page) -> None:
    assert "Every number on this page is SYNTHETIC." in page.text
    assert "They say nothing about any real police force" in page.text
    assert Marker.NOT_APPLICABLE.meaning in page.text


def test_the_page_fetches_nothing_and_runs_nothing(page: Page, summary: Summary) -> None:
    html = (summary.folder / "index.html").read_text(encoding="utf-8")
    assert not {"script", "link", "iframe", "object", "svg"} & {tag for tag, _ in page.tags}
    assert not re.search(r"https?:|@import|url\(", html)
    for tag, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert not (attributes.get("src") or "data:").partition("data:")[0]


def test_links_within_the_page_lead_somewhere(page: Page) -> None:
    names = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(names) == len(set(names))
    targets = {(element["href"] or "")[1:] for element in page.elements("a")}
    assert targets <= set(names)


def test_tables_can_be_read_aloud_and_scrolled(page: Page) -> None:
    assert page.elements("html") == [{"lang": "en-GB"}]
    assert len(page.elements("caption")) == len(page.elements("table"))
    assert {element.get("scope") for element in page.elements("th")} == {"row", "col"}
    boxes = [element for element in page.elements("div") if element.get("class") == "scroll"]
    assert boxes
    assert all(box["tabindex"] == "0" and box["aria-label"] for box in boxes)


@pytest.mark.exhaustive
def test_the_same_force_gives_the_same_dataset(tmp_path, summary: Summary) -> None:
    again = run_demo(tmp_path / "dataset", **DAYS, scale=0.002)
    for name in summary.files:
        assert (again.folder / name).read_bytes() == (summary.folder / name).read_bytes(), name


def test_what_is_printed(summary: Summary) -> None:
    lines = str(summary).splitlines()
    assert max(len(line) for line in lines[2:-5]) <= 100
    assert "The numbers are synthetic" in str(summary)
    assert lines[-1] == f"Open {summary.folder / 'index.html'}"
    assert sum(line[:4].strip().isdigit() for line in lines) == len(summary.contents.sections)


# Small datasets of one metric


def small(folder, **options) -> Summary:
    entry = catalogue()["15"].model_copy(update=options.pop("update", {}))
    options = {"start": "2024-04-01", "end": "2024-06-30", "scale": 0.002} | options
    return run_demo(folder, catalogue=Catalogue([entry]), **options)


def test_hostile_text_is_escaped(tmp_path) -> None:
    hostile = "<script>alert('&')</script>\"><img src=x onerror=alert(1)>"
    words = {
        "title": hostile,
        "summary": f"{hostile}.",
        "limitations": hostile,
        "caveats": (hostile,),
    }
    output = small(tmp_path / "dataset", update=words)
    page = Page((output.folder / "index.html").read_text(encoding="utf-8"))
    assert page.text.count("<script>alert('&')</script>") >= 4
    assert not page.elements("script")
    assert not [element for element in page.elements("img") if "onerror" in element]
    for name in output.files:
        if name.endswith(".svg"):
            assert "<script" not in (output.folder / name).read_text(encoding="utf-8")


def test_a_folder_that_holds_something_is_kept(tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(OutputError, match="is not empty"):
        small(tmp_path)
    (tmp_path / "charts").mkdir()
    (tmp_path / "charts" / "15-per_1000.svg").write_text("old", encoding="utf-8")
    output = small(tmp_path, overwrite=True)
    assert not (tmp_path / "charts" / "15-per_1000.svg").exists()
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
    assert output.files[0] == "index.html"
    with pytest.raises(OutputError, match="not a folder"):
        small(tmp_path / "mine.txt")


def test_without_altair_there_is_a_dataset_without_charts(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "altair", None)
    output = small(tmp_path / "dataset")
    assert output.files == ("index.html", "metrics.csv", "metadata.json")
    assert "swm-kpi[charts]" in output.no_charts_reason
    assert "swm-kpi[charts]" in str(output)
    page = Page((output.folder / "index.html").read_text(encoding="utf-8"))
    assert 'pip install "swm-kpi[charts]"' in page.text
    assert not page.elements("img")
    assert "April to June 2024" in page.text


def test_progress_names_the_first_and_last_step(tmp_path) -> None:
    steps: list[str] = []
    small(tmp_path / "dataset", progress=steps.append)
    assert steps[0] == "generating a synthetic force"
    assert steps[-1] == "writing the files"


def test_days_that_are_not_whole_quarters_raise(tmp_path) -> None:
    with pytest.raises(PeriodError):
        small(tmp_path / "dataset", end="2024-06-15")
