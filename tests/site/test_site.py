"""The site: what each page says, and that text of a catalogue never becomes markup."""

from __future__ import annotations

import ast
import csv
import hashlib
import json
import operator
import os
import re
import shlex
import subprocess
import sys
from datetime import date, datetime
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import swm_kpi as kpi
from swm_kpi.cli.main import main
from swm_kpi.site.build import write_site
from swm_kpi.site.context import SiteContext
from swm_kpi.site.example_evaluation import ExampleEvaluation
from swm_kpi.site.examples_section import describe_calculation
from swm_kpi.site.history_section import changes_of_metric
from swm_kpi.site.markup import Html, escape, link_addresses, paragraph
from swm_kpi.site.pages import build_pages, find_broken_links
from swm_kpi.site.source_code import measure_source
from swm_kpi.site.synthetic_series import build_synthetic_series
from swm_kpi.site.usage_section import command_example, python_example
from tests.support import injection_fixtures
from tests.support.force_folder import write_force
from tests.support.page_reader import Page, read_page

pytest.importorskip("mkdocs", reason="the docs extra is not installed")

ROOT = Path(__file__).parents[2]
PLAN = kpi.catalogue()
METRICS = [entry for entry in PLAN if isinstance(entry, kpi.Metric)]
COMPUTED = [entry for entry in PLAN if entry.computes]


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def context() -> SiteContext:
    return SiteContext(PLAN, build_synthetic_series(PLAN))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a checkout, built by ``mkdocs build --strict``."""
    out = tmp_path_factory.mktemp("site")
    run("-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out), cwd=ROOT)
    return out


def run(*arguments: str, cwd: Path, **environment: str) -> str:
    process = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def page_of(site: Path, entry: kpi.CatalogueEntry) -> Page:
    return read_page(site / "metrics" / f"ref-{entry.ref}.html")


# Every page of the site of a checkout


@pytest.mark.exhaustive
def test_every_ref_and_table_has_a_page_and_every_table_has_files(site: Path) -> None:
    refs = {path.stem for path in (site / "metrics").glob("ref-*.html")}
    assert refs == {f"ref-{entry.ref}" for entry in PLAN}
    for name in PLAN.contracts:
        for suffix in ("html", "csv", "json"):
            assert (site / "tables" / f"{name}.{suffix}").is_file()


@pytest.mark.exhaustive
def test_every_page_has_landmarks_a_language_and_no_skipped_heading_level(site: Path) -> None:
    for path in site.rglob("*.html"):
        page = read_page(path)
        assert page.all("html")[0].attributes["lang"] == "en-GB", path
        counts = [len(page.all(name)) for name in ("h1", "main", "header", "footer")]
        assert counts == [1, 1, 1, 1], path
        ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids)), path
        headings = [element for element in page.elements if re.fullmatch(r"h[1-6]", element.name)]
        levels = [int(element.name[1]) for element in headings]
        assert all(level - previous <= 1 for previous, level in pairwise(levels)), path


@pytest.mark.exhaustive
def test_every_generated_table_has_a_caption_and_scoped_headings(site: Path) -> None:
    generated = [*(site / "metrics").glob("*.html"), *(site / "tables").glob("*.html")]
    for path in (*generated, site / "index.html", site / "markers.html"):
        page = read_page(path)
        assert len(page.all("table")) == len(page.all("caption")), path
        scopes = {heading.attributes.get("scope") for heading in page.all("th")}
        assert scopes <= {"col", "row"}, path
        regions = [
            element for element in page.elements if element.attributes.get("class") == "scroll"
        ]
        assert len(regions) == len(page.all("table")), path
        for region in regions:
            assert region.attributes["tabindex"] == "0", path
            assert region.attributes["aria-label"], path


@pytest.mark.exhaustive
def test_no_page_loads_from_another_host_and_no_link_is_broken(site: Path) -> None:
    pages = {path: read_page(path) for path in site.rglob("*.html")}
    ids = {
        path: {element.attributes.get("id") for element in page.elements}
        for path, page in pages.items()
    }
    for path, page in pages.items():
        for element in page.elements:
            loads = element.name in ("script", "link", "img", "iframe", "source")
            for attribute in ("href", "src", "action"):
                address = element.attributes.get(attribute)
                if address is None:
                    continue
                if "://" in address:
                    assert address.startswith("https://"), f"{path}: {address}"
                    assert not loads, f"{path}: {address}"
                    continue
                if path.name == "404.html":
                    address = address.removeprefix("/")
                target, _, anchor = address.partition("#")
                target_path = (path.parent / target).resolve() if target else path
                assert target_path.is_file(), f"{path}: {address}"
                if anchor:
                    assert anchor in ids[target_path], f"{path}: {address}"


@pytest.mark.exhaustive
def test_a_page_is_small(site: Path) -> None:
    stylesheet = (site / "site.css").stat().st_size
    largest = max(path.stat().st_size for path in site.glob("metrics/*.html"))
    assert largest + stylesheet < 400_000


@pytest.mark.exhaustive
def test_only_the_search_page_runs_a_script(site: Path) -> None:
    names = {path.name for path in site.rglob("*.html") if read_page(path).all("script")}
    assert names == {"search.html"}


@pytest.mark.exhaustive
@pytest.mark.parametrize(
    ("word", "page"),
    [("999", "57"), ("DA", "33"), ("stalking", "35"), ("knife", "18"), ("carbon", "51")],
)
def test_search_finds_a_word_by_the_rules_of_its_index(site: Path, word: str, page: str) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert len(word) >= index["config"]["min_search_length"]
    separator = re.compile(index["config"]["separator"])
    locations = {
        document["location"]
        for document in index["docs"]
        if word.lower() in separator.split(f"{document['title']} {document['text']}".lower())
    }
    assert f"metrics/ref-{page}.html" in locations


# Pages of metrics


@pytest.mark.exhaustive
@pytest.mark.parametrize("entry", PLAN, ids=lambda entry: entry.ref)
def test_the_page_of_a_ref_has_its_wording_objective_and_availability(
    site: Path, entry: kpi.CatalogueEntry
) -> None:
    text = page_of(site, entry).text
    assert one_line(f"“{entry.title}”") in text if entry.title else "no words" in text
    assert entry.objective_title in text
    assert one_line(entry.availability.reason) in text
    for evidence in entry.availability.evidence:
        assert one_line(evidence.finding) in text
        assert one_line(evidence.source) in text


@pytest.mark.exhaustive
@pytest.mark.parametrize("entry", COMPUTED, ids=lambda entry: entry.ref)
def test_the_page_of_a_metric_has_every_text_of_its_definition(
    site: Path, entry: kpi.CatalogueEntry
) -> None:
    page = page_of(site, entry)
    text = page.text
    metric = PLAN.metric(entry)
    assert metric is not None
    expected = [metric.limitations, *metric.caveats, *metric.standards, metric.definition]
    expected += [reasoned.because for reasoned in (*metric.breaks, *metric.assumptions)]
    for example in metric.examples:
        expected += [example.description, example.edge_case]
    expected += [dimension.description for dimension in metric.dimensions]
    only = entry.only if isinstance(entry, kpi.MetricAlias) else ()
    for measure in metric.measures:
        if not only or measure.key in only:
            expected += [measure.title, measure.note, measure.proxy_difference]
            if not measure.depends_on:
                expected.append(measure.formula())
    assert [part for part in expected if one_line(part) not in text] == []
    summary = re.sub(r" \(domestic abuse\)", "", text)
    assert one_line(metric.summary) in summary
    codes = {one_line(element.text) for element in page.all("code")}
    for contract in metric.contracts.values():
        assert set(metric.columns_read(contract)) <= codes or only


@pytest.mark.exhaustive
@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.ref)
def test_a_chart_is_labelled_synthetic_and_has_a_text_alternative_and_its_numbers(
    site: Path, metric: kpi.Metric, context: SiteContext
) -> None:
    page = page_of(site, metric)
    series = context.series[metric.ref]
    assert "Synthetic data. A computer generated every number here" in page.text
    captions = [caption.text for caption in page.all("caption") if "Synthetic data" in caption.text]
    assert len(captions) == 1
    for point in series.points:
        assert one_line(f"{point.period}{point.text}") in page.text
    charts = [svg for svg in page.all("svg") if svg.attributes.get("role") == "img"]
    assert len(charts) == series.has_chart
    texts = {
        element.attributes.get("id")
        for element in page.elements
        if element.name in ("title", "desc")
    }
    for chart in charts:
        assert set((chart.attributes["aria-labelledby"] or "").split()) <= texts


@pytest.mark.exhaustive
def test_a_measure_says_over_what_it_can_be_added_up(site: Path) -> None:
    sentences = {
        "57": "You can add up areas and periods.",
        "52": "You can add up areas, but not periods.",
        "8": "Do not add it up: each total is calculated from the rows.",
    }
    for ref, sentence in sentences.items():
        assert sentence in page_of(site, PLAN[ref]).text
    assert sentences["57"] not in page_of(site, PLAN["8"]).text


def test_the_code_of_a_page_declares_the_same_measure() -> None:
    """Running it gives a measure of the same meaning and title."""
    for metric in METRICS:
        scope: dict[str, Any] = {name: getattr(kpi, name) for name in kpi.__all__}
        contracts = metric.contracts.values()
        scope |= {contract.__name__: contract for contract in contracts}
        scope |= {assumption.key.upper(): assumption for assumption in metric.assumptions}
        scope |= {
            dimension.key.upper(): dimension
            for contract in contracts
            for dimension, _ in contract.dimensions.values()
        }
        scope |= {"date": date, "datetime": datetime}
        for measure in metric.measures:
            exec(f"declared = {measure_source(measure)}", scope)
            assert scope["declared"].canonical() == measure.canonical(), measure.key
            assert scope["declared"].title == measure.title


# Worked examples


def evaluate_calculation(calculation: str) -> float | None:
    """Return the value of a calculation as a page prints it; None if it is in words."""
    text = calculation.replace("÷", "/").replace("×", "*").replace("\N{MINUS SIGN}", "-")
    text = text.replace(",", "").removesuffix(" snapshots")
    if not re.fullmatch(r"[\d+\-*/(). ]+", text):
        return None
    operators: dict[type, Any] = {
        ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
        ast.Div: operator.truediv,
    }  # fmt: skip

    def value(node: ast.AST) -> float:
        match node:
            case ast.Constant(value=number):
                return float(number)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -value(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return float(operators[type(op)](value(left), value(right)))
        raise AssertionError(calculation)

    try:
        return value(ast.parse(text, mode="eval").body)
    except ZeroDivisionError:
        return None


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.ref)
def test_a_calculation_gives_the_value_that_the_example_expects(metric: kpi.Metric) -> None:
    count = 0
    for example in metric.examples:
        evaluation = ExampleEvaluation(metric, example)
        for measure in evaluation.measures:
            _, calculation = describe_calculation(evaluation, measure)
            value = evaluate_calculation(calculation)
            if value is not None:
                count += 1
                expected = example.expect[measure.key]
                assert expected is not None
                assert value == pytest.approx(expected, rel=1e-6), f"{measure.key}: {calculation}"
    assert count or {measure.kind for measure in metric.measures} == {"text report"}


def test_a_row_says_whether_it_counts_and_if_not_why() -> None:
    metric = PLAN.metric(PLAN["15"])
    assert metric is not None
    edge_case = next(example for example in metric.examples if example.edge_case)
    verdicts = ExampleEvaluation(metric, edge_case).verdicts("incident")
    assert verdicts is not None
    assert verdicts[0] == "Counts"
    assert verdicts[-1] == "Does not count: outside the period"
    assert verdicts[1].startswith("Does not count: closing code is not any of ‘ASB personal’")
    assert "Does not count: closing code is not recorded, or not yet" in verdicts


def test_a_row_of_another_series_is_not_called_outside_the_period() -> None:
    """Police staff on the day of the latest snapshot of officers."""
    metric = PLAN.metric(PLAN["52"])
    assert metric is not None
    published = next(example for example in metric.examples if "Warwickshire" in str(example.rows))
    verdicts = ExampleEvaluation(metric, published).verdicts("published_workforce")
    assert verdicts is not None
    assert verdicts[3] == "Does not count: type of worker is not ‘Police Officer’"


def test_a_repeat_is_found_from_the_rows_before_it() -> None:
    metric = PLAN.metric(PLAN["8"])
    assert metric is not None
    evaluation = ExampleEvaluation(metric, metric.examples[0])
    calculations = {
        measure.key: describe_calculation(evaluation, measure) for measure in evaluation.measures
    }
    assert calculations["repeat_victims"] == ("Rows 2, 4 and 6", "3 different values of person")
    assert calculations["repeat_share"] == (
        "Rows 2, 4 and 6, out of rows 2, 3, 4, 6 and 7",
        "3 ÷ 4",
    )
    verdicts = evaluation.verdicts("crime_party")
    assert verdicts is not None
    assert verdicts[0] == "Does not count: outside the period, and read as history"
    assert verdicts[1:4] == ["Counts", "In the total only", "Counts"]


def test_a_rate_names_the_measure_of_its_own_basis() -> None:
    """A proxy with the same key has another title."""
    metric = PLAN.metric(PLAN["15"])
    assert metric is not None
    evaluation = ExampleEvaluation(metric, metric.examples[1])
    (rate,) = (measure for measure in evaluation.measures if measure.key == "per_1000")
    dividend, _ = describe_calculation(evaluation, rate)
    assert dividend == "Anti-social behaviour incidents ÷ residents"


@pytest.mark.parametrize(
    ("ref", "number", "table", "row", "reason"),
    [
        ("44", 2, "ledger", 1, "not in the latest snapshot of the period"),
        ("46", 2, "ict_asset", 1, "not in the latest snapshot of the period"),
        ("54", 3, "open_incident_snapshot", 3, "its snapshot lacks a part that another"),
    ],
)
def test_a_row_that_other_rows_replace_has_that_reason(
    ref: str, number: int, table: str, row: int, reason: str
) -> None:
    metric = PLAN.metric(PLAN[ref])
    assert metric is not None
    verdicts = ExampleEvaluation(metric, metric.examples[number - 1]).verdicts(table)
    assert verdicts is not None
    assert verdicts[row - 1].startswith(f"Does not count: {reason}")


def test_every_value_but_a_text_has_a_calculation() -> None:
    without = {
        (metric.ref, measure.key)
        for metric in METRICS
        for example in metric.examples
        for evaluation in [ExampleEvaluation(metric, example)]
        for measure in evaluation.measures
        if not describe_calculation(evaluation, measure)[1]
        and example.expect[measure.key] is not None
    }
    assert without <= {("54", "unresourced")}, "the engine leaves out a snapshot with missing rows"


@pytest.mark.exhaustive
def test_an_example_shows_its_rows_its_calculation_and_its_result(site: Path) -> None:
    text = page_of(site, PLAN["57"]).text
    assert "999 calls answered in timeRows 1, 2 and 4, out of rows 1 to 43 ÷ 475.0%" in text
    assert "Does not countline is not ‘999’ and line is not ‘101’" in text


# How to compute it


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    for name, frame in kpi.synthetic.generate_force("2022-04-01", "2025-03-31", scale=0.01).items():
        frame.to_parquet(folder / f"{name}.parquet")
    return folder


@pytest.mark.exhaustive
@pytest.mark.parametrize("entry", COMPUTED, ids=lambda entry: entry.ref)
def test_the_python_and_the_command_of_a_page_work(
    entry: kpi.CatalogueEntry,
    context: SiteContext,
    tables: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tables)
    metric = PLAN.metric(entry)
    assert metric is not None
    names = context.tables(entry, kpi.Basis.FORCE)
    scope: dict[str, Any] = {}
    exec(python_example(entry, metric, names), scope)
    assert len(scope["result"]) > 0
    capsys.readouterr()
    program, *arguments = shlex.split(command_example(entry, metric, names))
    assert program == "swm-kpi"
    assert main([*arguments, "--format", "csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["ref"] for row in rows} == {entry.ref}


# Availability that a force states, and refs that compute nothing


@pytest.mark.exhaustive
def test_a_stated_availability_is_shown_with_its_evidence(tmp_path: Path) -> None:
    text = (
        'format = 1\n[[statement]]\nref = "57"\nstatus = "not_reportable"\n'
        'owner = "Head of contact"\n'
        'reason = "The telephone log is lost."\ndate = 2026-01-31\nexpected = 2027-01-31\n'
        'evidence = [{ source = "Minutes <b>", finding = "It was lost.", date = "2026" }]\n'
        '[[statement]]\nref = "15"\nmeasure = "per_1000"\nstatus = "unknown"\nowner = "Nobody"\n'
        'reason = "No estimate yet."\ndate = 2026-01-31\n'
    )
    folder = write_force(tmp_path / "force", {"availability.toml": text})
    plan = kpi.Force.read(folder).catalogue()
    pages = build_pages(SiteContext(plan))
    text = unescape(re.sub("<[^>]*>", " ", pages["metrics/ref-57.md"]))
    for sentence in (
        "Not reportable",
        "The telephone log is lost.",
        "Stated on 31 January 2026.",
        "Owner: Head of contact.",
        "Expected to be reportable from 31 January 2027.",
    ):
        assert sentence in text
    assert "No estimate yet." in pages["metrics/ref-15.md"]
    assert "Minutes &#60;b&#62;" in pages["metrics/ref-57.md"]
    section = pages["metrics/availability.md"].partition("## Not reportable: 1")[2]
    assert "ref-57.html" in section.partition("## Availability not known")[0]
    assert "Availability not known" not in text


def link_targets(page: Page) -> set[str]:
    return {link.attributes.get("href") or "" for link in page.all("a")}


@pytest.mark.exhaustive
def test_refs_that_compute_nothing_say_what_they_are(site: Path) -> None:
    group = page_of(site, PLAN["16"])
    assert {"../metrics/ref-17.html", "../metrics/ref-21.html"} <= link_targets(group)
    assert "It is a group: its parts are computed." in group.text
    assert "The plan gives no text for this ref." in page_of(site, PLAN["55"]).text


@pytest.mark.exhaustive
def test_an_alias_leads_to_the_ref_it_is_computed_as(site: Path) -> None:
    page = page_of(site, PLAN["32"])
    assert "Computed as ref 29" in page.text
    assert "../metrics/ref-29.html" in link_targets(page)
    only = set(PLAN["70"].only)
    terms = {term.text for term in page_of(site, PLAN["70"]).all("dt")}
    others = {measure.key for measure in PLAN["1"].measures} - only
    assert only
    assert not others & terms


def test_themes_have_every_ref_but_a_group_and_the_one_without_text() -> None:
    refs = {ref for theme_refs in PLAN.themes.values() for ref in theme_refs}
    assert {entry.ref for entry in PLAN} - refs == {"16", "55"}
    with pytest.raises(kpi.DefinitionError, match="'99' under 'A' is not a ref"):
        kpi.Catalogue([injection_fixtures.visits], themes={"A": ("99",)})


# Tables


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", PLAN.contracts)
def test_the_page_of_a_table_describes_each_column_and_its_files_agree(
    site: Path, name: str
) -> None:
    contract = PLAN.contracts[name]
    text = read_page(site / "tables" / f"{name}.html").text
    descriptions = [one_line(column.description) for column in contract.columns.values()]
    assert [description for description in descriptions if description not in text] == []
    template = (site / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    assert next(csv.reader(template.splitlines())) == list(contract.columns)
    schema = json.loads((site / "tables" / f"{name}.json").read_text(encoding="utf-8"))
    assert [field["name"] for field in schema["fields"]] == list(contract.columns)
    for field in schema["fields"]:
        column = contract.columns[field["name"]]
        assert field["constraints"]["required"] is not column.nullable
        assert field["constraints"].get("enum") == (list(column.domain) if column.domain else None)


@pytest.mark.exhaustive
def test_a_table_leads_to_its_metrics_and_back(site: Path) -> None:
    table = read_page(site / "tables" / "contact.html")
    assert {"../metrics/ref-57.html", "../metrics/ref-58.html"} <= link_targets(table)
    assert "../tables/contact.html" in link_targets(page_of(site, PLAN["57"]))


# Versions


def test_the_history_of_a_metric_comes_from_the_changelog() -> None:
    changelog = (
        "## [2.0.0]\n\n### Numbers that move\n\n- Ref 15, version 2: noise is counted,\n"
        "  which was not.\n- Ref 1, version 2: nothing to do with it.\n\n### Added\n\n"
        "- Ref 15, version 9: not here.\n"
    )
    assert changes_of_metric(changelog, "15") == [("2", "noise is counted, which was not.")]


# Bad input


@given(st.text())
def test_escaped_text_is_read_as_the_same_text_without_markup(text: str) -> None:
    escaped = escape(text, keep_whitespace=True)
    assert unescape(escaped) == text or "\r" in text or "\0" in text or not text.isprintable()
    assert not set("<>\"'`*_[]{}|\\~#") - {"#"} & set(escaped)
    assert re.fullmatch(r"(?:[^&#]|&#\d+;)*", escaped)
    assert escape(escaped) is escaped


def test_only_https_addresses_become_links() -> None:
    text = 'a https://example.org/x?y=1&z=2. b http://example.org javascript:alert(1) "'
    assert link_addresses(text).count("<a ") == 1
    assert 'href="https://example.org/x?y=1&amp;z=2"' in link_addresses(text)
    assert unescape(re.sub("<[^>]+>", "", link_addresses(text))) == text


def test_markup_is_kept_and_text_beside_it_is_escaped() -> None:
    assert paragraph("<b>", Html("<b>x</b>")) == "<p>&#60;b&#62;<b>x</b></p>"


@pytest.fixture(scope="module")
def injection_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of a catalogue in which every text contains markup and scripts."""
    folder = tmp_path_factory.mktemp("injection") / "out"
    catalogue = injection_fixtures.CATALOGUE
    series = build_synthetic_series(catalogue)
    context = SiteContext(catalogue, series, organisation=injection_fixtures.SCRIPT)
    write_site(context, folder, name=f"Site {injection_fixtures.SCRIPT}")
    return folder / "site"


def test_markup_in_a_catalogue_is_shown_as_text(injection_site: Path) -> None:
    metric = injection_fixtures.visits
    page = read_page(injection_site / "metrics" / "ref-H1.html")
    for text in (metric.name, metric.summary, metric.limitations, *metric.caveats):
        assert one_line(text) in page.text
    for text in (*injection_fixtures.AREA.members, injection_fixtures.Visit.kind.domain[2]):
        assert one_line(text) in page.text
    (title,) = [element for element in page.all("title") if "head" in element.ancestors]
    assert injection_fixtures.SCRIPT in title.text
    menus = [menu for menu in page.all("nav") if menu.attributes["aria-label"] != "Sections"]
    in_menu = [one_line(metric.name) in one_line(menu.text) for menu in menus[:2]]
    assert in_menu == [True, True]
    themes = read_page(injection_site / "metrics" / "themes.html")
    assert f"Theme {injection_fixtures.SCRIPT} {injection_fixtures.BOLD}" in themes.text


def test_markup_in_a_catalogue_becomes_no_element_and_no_attribute(injection_site: Path) -> None:
    for path in injection_site.rglob("*.html"):
        page = read_page(path)
        assert not [script for script in page.all("script") if "alert" in script.text], path
        assert not page.all("img"), path
        for element in page.elements:
            assert not [name for name in element.attributes if name.startswith("on")], path
            address = element.attributes.get("href") or element.attributes.get("src") or ""
            assert "javascript" not in address.lower(), path
            if element.name in ("strong", "em", "b", "i", "a"):
                assert element.text not in ("loud", "soft", "press"), path
            if element.name == "code":
                assert element.text != "code", path


def test_text_of_a_catalogue_adds_no_setting(injection_site: Path) -> None:
    settings = json.loads((injection_site.parent / "mkdocs.yml").read_text(encoding="utf-8"))
    assert settings["site_name"] == f"Site {injection_fixtures.SCRIPT}"
    assert set(settings) <= {
        "site_name", "site_description", "docs_dir", "site_dir", "strict", "use_directory_urls",
        "theme", "plugins", "nav", "not_in_nav", "validation",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"examples": ()}, "examples: none shows an edge case"),
        ({"summary": " "}, "summary: it is empty"),
        ({"limitations": ""}, "limitations: it is empty"),
    ],
)
def test_a_metric_without_a_text_that_its_page_needs_fails(
    change: dict[str, Any], message: str
) -> None:
    incomplete = injection_fixtures.visits.model_copy(update=change)
    with pytest.raises(kpi.DefinitionError, match=f"Metric H1, {message}"):
        build_pages(SiteContext(kpi.Catalogue([incomplete])))


def test_an_error_in_a_formula_names_the_metric() -> None:
    class WithoutFormula(kpi.Count):
        def formula(self) -> str:
            raise TypeError("it has no formula")

    original = injection_fixtures.visits.measures[0]
    measure = WithoutFormula(
        **{name: getattr(original, name) for name in original.model_fields_set}
    )
    metric = injection_fixtures.visits.model_copy(update={"measures": (measure,)})
    with pytest.raises(kpi.DefinitionError, match=r"Metric H1, page: .*it has no formula"):
        build_pages(SiteContext(kpi.Catalogue([metric])))


def test_a_broken_link_is_a_problem() -> None:
    pages = {"a/b.md": '<a href="../c.html#d">c</a> <a href="e.html">e</a>', "c.md": ""}
    assert [str(problem) for problem in find_broken_links(pages)] == [
        "Page a/b.md, link: it links to 'e.html', which is not a page. Correct the address."
    ]


# Reproducibility


@pytest.mark.exhaustive
def test_the_same_catalogue_gives_the_same_bytes() -> None:
    code = (
        "import hashlib, json, swm_kpi as kpi\n"
        "from swm_kpi.site.pages import build_pages\n"
        "from swm_kpi.site.synthetic_series import build_synthetic_series\n"
        "from swm_kpi.site.context import SiteContext\n"
        "plan = kpi.catalogue()\n"
        "pages = build_pages(SiteContext(plan, build_synthetic_series(plan)))\n"
        "print(hashlib.sha256(json.dumps(pages).encode()).hexdigest())\n"
    )
    first, second = (run("-c", code, cwd=ROOT, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert len(first.strip()) == hashlib.sha256().digest_size * 2
    assert first == second


# The wheel, with a plugin


@pytest.mark.exhaustive
def test_an_installed_package_builds_a_site_with_the_metrics_of_a_plugin(tmp_path: Path) -> None:
    run("-m", "hatchling", "build", "-d", str(tmp_path), "-t", "wheel", cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    run("-m", "zipfile", "-e", str(wheel), str(installed), cwd=tmp_path)
    plugin = ROOT / "tests" / "support" / "injection_fixtures.py"
    (installed / plugin.name).write_bytes(plugin.read_bytes())
    dist_info = installed / "plugin-1.0.dist-info"
    dist_info.mkdir()
    (dist_info / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (dist_info / "entry_points.txt").write_text(
        "[swm_kpi.definitions]\nplugin = injection_fixtures\n"
    )
    others = [path for path in sys.path if path.endswith(("site-packages", "dist-packages"))]
    code = (
        "import site, sys\n"
        f"for folder in {[str(installed), *others]!r}: site.addsitedir(folder)\n"
        "from swm_kpi.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    output = run("-S", "-c", code, "docs", "--out", "mine", cwd=tmp_path, PYTHONPATH="")
    assert "pages built" in output
    built = tmp_path / "mine" / "site"
    assert (built / "metrics" / "ref-H1.html").is_file()
    assert (built / "metrics" / "ref-57.html").is_file()
    template = (built / "tables" / "visit.csv").read_text(encoding="utf-8")
    assert template == "visit_id,day,kind,area\n"
    again = subprocess.run(
        [sys.executable, "-S", "-c", code, "docs", "--out", "mine"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (again.returncode, "not an empty folder" in again.stderr) == (15, True)


def test_without_mkdocs_the_pages_are_written_and_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "mkdocs", None)
    message = write_site(SiteContext(injection_fixtures.CATALOGUE), tmp_path / "out")
    assert 'pip install "swm-kpi[docs]"' in message
    assert (tmp_path / "out" / "docs" / "metrics" / "ref-H1.md").is_file()
    assert (tmp_path / "out" / "theme" / "main.html").is_file()
