"""The site: what each page must say, and that nothing but text comes out of a catalogue's words."""

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
from swm_kpi.site.context import Subject
from swm_kpi.site.examples import sum_shown
from swm_kpi.site.history import versions_told
from swm_kpi.site.how_to_compute import command, python_lines
from swm_kpi.site.markup import Html, escape, linked, paragraph
from swm_kpi.site.pages import broken_links, pages
from swm_kpi.site.source_code import declared
from swm_kpi.site.synthetic_series import synthetic_series
from swm_kpi.site.worked_example import Working
from tests.support import injection_fixtures
from tests.support.page_reader import Page, read

pytest.importorskip("mkdocs", reason="the extra docs is not installed")

ROOT = Path(__file__).parents[2]
PLAN = kpi.catalogue()
METRICS = [each for each in PLAN if isinstance(each, kpi.Metric)]
COMPUTED = [each for each in PLAN if each.computes]


def words(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def subject() -> Subject:
    return Subject(PLAN, synthetic_series(PLAN))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as ``mkdocs build --strict`` makes it in a checkout."""
    out = tmp_path_factory.mktemp("site")
    run("-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out), cwd=ROOT)
    return out


def run(*arguments: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def page_of(site: Path, entry: kpi.CatalogueEntry) -> Page:
    return read(site / "metrics" / f"ref-{entry.ref}.html")


# Every page of the checkout's site


def test_every_ref_and_every_table_has_its_page_and_every_table_its_files(site: Path) -> None:
    refs = {path.stem for path in (site / "metrics").glob("ref-*.html")}
    assert refs == {f"ref-{each.ref}" for each in PLAN}
    for name in PLAN.contracts:
        for ending in ("html", "csv", "json"):
            assert (site / "tables" / f"{name}.{ending}").is_file()


def test_every_page_has_one_heading_landmarks_and_a_language(site: Path) -> None:
    for path in site.rglob("*.html"):
        page = read(path)
        assert page.all("html")[0].attributes["lang"] == "en-GB", path
        assert [len(page.all(each)) for each in ("h1", "main", "header", "footer")] == [1] * 4, path
        ids = [each.attributes["id"] for each in page.elements if "id" in each.attributes]
        assert len(ids) == len(set(ids)), path
        levels = [int(each.name[1]) for each in page.elements if re.fullmatch(r"h[1-6]", each.name)]
        assert all(b - a <= 1 for a, b in pairwise(levels)), path


def test_every_table_made_from_the_catalogue_has_a_caption_and_named_headings(site: Path) -> None:
    made = [*(site / "metrics").glob("*.html"), *(site / "tables").glob("*.html")]
    for path in (*made, site / "index.html", site / "markers.html"):
        page = read(path)
        assert len(page.all("table")) == len(page.all("caption")), path
        assert all(each.attributes.get("scope") in ("col", "row") for each in page.all("th")), path
        holders = [e for e in page.elements if e.attributes.get("class") == "scroll"]
        assert len(holders) == len(page.all("table")), path
        for each in holders:
            assert each.attributes["tabindex"] == "0", path
            assert each.attributes["aria-label"], path


def test_no_page_asks_another_host_for_anything_and_no_link_leads_nowhere(site: Path) -> None:
    pages_there = {path: read(path) for path in site.rglob("*.html")}
    ids = {
        path: {each.attributes.get("id") for each in page.elements}
        for path, page in pages_there.items()
    }
    for path, page in pages_there.items():
        for each in page.elements:
            loads = each.name in ("script", "link", "img", "iframe", "source")
            for name in ("href", "src", "action"):
                address = each.attributes.get(name)
                if address is None:
                    continue
                if "://" in address:
                    assert address.startswith("https://"), f"{path}: {address}"
                    assert not loads, f"{path}: {address}"
                    continue
                if path.name == "404.html":
                    address = address.removeprefix("/")
                target, _, anchor = address.partition("#")
                there = (path.parent / target).resolve() if target else path
                assert there.is_file(), f"{path}: {address}"
                if anchor:
                    assert anchor in ids[there], f"{path}: {address}"


def test_a_page_is_light(site: Path) -> None:
    style = (site / "site.css").stat().st_size
    heaviest = max(path.stat().st_size for path in site.glob("metrics/*.html"))
    assert heaviest + style < 400_000


def test_only_the_search_page_runs_a_script(site: Path) -> None:
    scripted = {path.name for path in site.rglob("*.html") if read(path).all("script")}
    assert scripted == {"search.html"}


@pytest.mark.parametrize(
    ("word", "page"),
    [("999", "57"), ("DA", "33"), ("stalking", "35"), ("knife", "18"), ("carbon", "51")],
)
def test_search_finds_a_word_by_the_rules_of_its_index(site: Path, word: str, page: str) -> None:
    index = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))
    assert len(word) >= index["config"]["min_search_length"]
    separator = re.compile(index["config"]["separator"])
    found = {
        each["location"]
        for each in index["docs"]
        if word.lower() in separator.split(f"{each['title']} {each['text']}".lower())
    }
    assert f"metrics/ref-{page}.html" in found


# What the page of a ref says


@pytest.mark.parametrize("entry", PLAN, ids=lambda each: each.ref)
def test_the_page_of_a_ref_has_the_plans_words_its_objective_and_its_availability(
    site: Path, entry: kpi.CatalogueEntry
) -> None:
    text = page_of(site, entry).text
    assert words(f"“{entry.title}”") in text if entry.title else "no words" in text
    assert entry.objective_title in text
    assert words(entry.availability.reason) in text
    for each in entry.availability.evidence:
        assert words(each.finding) in text
        assert words(each.source) in text


@pytest.mark.parametrize("entry", COMPUTED, ids=lambda each: each.ref)
def test_the_page_of_a_metric_says_all_that_its_declaration_does(
    site: Path, entry: kpi.CatalogueEntry
) -> None:
    page = page_of(site, entry)
    text = page.text
    metric = PLAN.metric(entry)
    assert metric is not None
    wanted = [metric.limitations, *metric.caveats, *metric.standards, metric.definition]
    wanted += [each.because for each in (*metric.breaks, *metric.assumptions)]
    wanted += [
        each for example in metric.examples for each in (example.description, example.edge_case)
    ]
    wanted += [each.description for each in metric.dimensions]
    only = entry.only if isinstance(entry, kpi.MetricAlias) else ()
    for measure in metric.measures:
        if not only or measure.key in only:
            wanted += [measure.title, measure.note, measure.proxy_difference]
            if not measure.depends_on:
                wanted.append(measure.formula())
    missing = [each for each in wanted if words(each) not in text]
    assert missing == []
    summary = re.sub(r" \(domestic abuse\)", "", text)
    assert words(metric.summary) in summary
    codes = {words(each.text) for each in page.all("code")}
    for contract in metric.contracts.values():
        assert set(metric.columns_read(contract)) <= codes or only


@pytest.mark.parametrize("metric", METRICS, ids=lambda each: each.ref)
def test_a_picture_is_labelled_synthetic_has_a_description_and_its_numbers(
    site: Path, metric: kpi.Metric, subject: Subject
) -> None:
    page = page_of(site, metric)
    series = subject.series[metric.ref]
    assert "Synthetic data. Every number here was made up" in page.text
    captions = [each.text for each in page.all("caption") if "Synthetic data" in each.text]
    assert len(captions) == 1
    for point in series.points:
        assert words(f"{point.period}{point.shown}") in page.text.replace(" ", " ")
    pictures = [each for each in page.all("svg") if each.attributes.get("role") == "img"]
    assert len(pictures) == series.drawn
    for each in pictures:
        named = (each.attributes["aria-labelledby"] or "").split()
        inside = {e.attributes.get("id") for e in page.elements if e.name in ("title", "desc")}
        assert set(named) <= inside


def test_a_measure_says_over_what_it_may_be_added_up(site: Path) -> None:
    answers = {
        "57": "Areas and periods may be added up.",
        "52": "Areas may be added up, but periods may not.",
        "8": "Never add it up: each total is computed from the rows.",
    }
    for ref, words_said in answers.items():
        assert words_said in page_of(site, PLAN[ref]).text
    assert answers["57"] not in page_of(site, PLAN["8"]).text


def test_the_code_shown_is_the_measure_itself() -> None:
    """Run it, and what comes of it has the same meaning to the letter."""
    for metric in METRICS:
        scope: dict[str, Any] = {name: getattr(kpi, name) for name in kpi.__all__}
        scope |= {each.__name__: each for each in metric.contracts.values()}
        scope |= {each.key.upper(): each for each in metric.assumptions}
        dimensions = [d for each in metric.contracts.values() for d, _ in each.dimensions.values()]
        scope |= {each.key.upper(): each for each in dimensions}
        scope |= {"date": date, "datetime": datetime}
        for measure in metric.measures:
            exec(f"shown = {declared(measure)}", scope)
            assert scope["shown"].canonical() == measure.canonical(), measure.key
            assert scope["shown"].title == measure.title


# Worked examples


def reckoned(shown: str) -> float | None:
    """What a sum comes to as it is shown; None where it is words."""
    text = shown.replace("÷", "/").replace("×", "*").replace("\N{MINUS SIGN}", "-")
    text = text.replace(",", "").removesuffix(" snapshots")
    if not re.fullmatch(r"[\d+\-*/(). ]+", text):
        return None
    signs: dict[type, Any] = {
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
                return float(signs[type(op)](value(left), value(right)))
        raise AssertionError(shown)

    try:
        return value(ast.parse(text, mode="eval").body)
    except ZeroDivisionError:
        return None


@pytest.mark.parametrize("metric", METRICS, ids=lambda each: each.ref)
def test_the_sum_shown_comes_to_what_the_example_expects(metric: kpi.Metric) -> None:
    shown = 0
    for example in metric.examples:
        working = Working(metric, example)
        for measure in working.measures:
            _, text = sum_shown(working, measure)
            found = reckoned(text)
            if found is not None:
                shown += 1
                expected = example.expect[measure.key]
                assert expected is not None
                assert found == pytest.approx(expected, rel=1e-6), f"{measure.key}: {text}"
    assert shown or {each.kind for each in metric.measures} == {"text report"}


def test_a_row_says_whether_it_counts_and_if_not_why() -> None:
    metric = PLAN.metric(PLAN["15"])
    assert metric is not None
    edge_case = next(each for each in metric.examples if each.edge_case)
    verdicts = Working(metric, edge_case).verdicts("incident")
    assert verdicts is not None
    assert verdicts[0] == "Counts"
    assert verdicts[-1] == "Does not count: outside the period"
    assert verdicts[1].startswith("Does not count: closing code is not any of ‘ASB personal’")
    assert verdicts[2] == "Does not count: closing code is not recorded"


def test_a_repeat_is_told_from_the_rows_before_it() -> None:
    metric = PLAN.metric(PLAN["8"])
    assert metric is not None
    working = Working(metric, metric.examples[0])
    shown = {each.key: sum_shown(working, each) for each in working.measures}
    assert shown["repeat_victims"] == ("Rows 2, 4 and 6", "3 different values of person")
    assert shown["repeat_share"] == ("Rows 2, 4 and 6, out of rows 2, 3, 4, 6 and 7", "3 ÷ 4")
    verdicts = working.verdicts("crime_party")
    assert verdicts is not None
    assert verdicts[0] == "Does not count: outside the period, and read as history"
    assert verdicts[1:4] == ["Counts", "In the total only", "Counts"]


def test_every_sum_but_that_of_a_text_is_shown() -> None:
    hidden = {
        (metric.ref, measure.key)
        for metric in METRICS
        for example in metric.examples
        for working in [Working(metric, example)]
        for measure in working.measures
        if not sum_shown(working, measure)[1] and example.expect[measure.key] is not None
    }
    assert hidden <= {("54", "unresourced")}, "a snapshot that has lost rows is left out"


def test_an_example_shows_its_rows_its_sum_and_its_result(site: Path) -> None:
    text = page_of(site, PLAN["57"]).text
    assert "999 calls answered in timeRows 1, 2 and 4, out of rows 1 to 43 ÷ 475.0%" in text
    assert "Does not countclock is not ‘force’" in text


# How to compute it


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tables")
    for name, frame in kpi.synthetic.generate_force("2022-04-01", "2025-03-31", scale=0.01).items():
        frame.to_parquet(folder / f"{name}.parquet")
    return folder


@pytest.mark.parametrize("entry", COMPUTED, ids=lambda each: each.ref)
def test_the_python_and_the_command_of_a_page_work(
    entry: kpi.CatalogueEntry,
    subject: Subject,
    tables: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tables)
    metric = PLAN.metric(entry)
    assert metric is not None
    needed = subject.tables(entry, kpi.Basis.FORCE)
    scope: dict[str, Any] = {}
    exec(python_lines(entry, metric, needed), scope)
    assert len(scope["result"]) > 0
    capsys.readouterr()
    program, *arguments = shlex.split(command(entry, metric, needed))
    assert program == "swm-kpi"
    assert main(arguments) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["ref"] for row in rows} == {entry.ref}


# A force's own word, and refs that compute nothing


def test_a_force_that_states_its_availability_is_quoted_with_its_evidence(tmp_path: Path) -> None:
    stated = tmp_path / "availability.toml"
    stated.write_text(
        '[[metric]]\nref = "57"\nstatus = "not_reportable"\nreason = "The telephone log is lost."\n'
        'source = "Minutes <b>"\nfinding = "It was lost."\ndate = 2026-01-31\n'
    )
    plan = kpi.catalogue(availability=stated)
    made = pages(Subject(plan))
    text = unescape(re.sub("<[^>]*>", " ", made["metrics/ref-57.md"]))
    for each in ("Not reportable", "The telephone log is lost.", "Stated on 31 January 2026."):
        assert each in text
    assert "Minutes &#60;b&#62;" in made["metrics/ref-57.md"]
    listed = made["metrics/availability.md"].partition("## Not reportable: 1")[2]
    assert "ref-57.html" in listed.partition("## Availability not known")[0]
    assert "Availability not known" not in text


def test_refs_that_compute_nothing_say_what_they_are(site: Path) -> None:
    group = page_of(site, PLAN["16"])
    assert {"ref-17.html", "ref-21.html"} <= {
        (each.attributes.get("href") or "").removeprefix("../metrics/") for each in group.all("a")
    }
    assert "It is a group: its parts are computed." in group.text
    assert "The plan gives no text for this ref." in page_of(site, PLAN["55"]).text


def test_an_alias_leads_to_the_ref_it_is_computed_as(site: Path) -> None:
    page = page_of(site, PLAN["32"])
    assert "Computed as ref 29" in page.text
    assert "../metrics/ref-29.html" in {each.attributes.get("href") for each in page.all("a")}
    assert "repeat_victims" not in {each.text for each in page_of(site, PLAN["36"]).all("dt")}


def test_themes_hold_every_ref_but_the_one_with_no_text() -> None:
    placed = {ref for refs in PLAN.themes.values() for ref in refs}
    assert {each.ref for each in PLAN} - placed == {"16", "55"}
    with pytest.raises(kpi.DefinitionError, match="'99' under 'A' is not a ref"):
        kpi.Catalogue([injection_fixtures.visits], themes={"A": ("99",)})


# Tables


@pytest.mark.parametrize("name", PLAN.contracts)
def test_the_page_of_a_table_explains_each_column_and_its_files_agree(
    site: Path, name: str
) -> None:
    contract = PLAN.contracts[name]
    text = read(site / "tables" / f"{name}.html").text
    missing = [c.name for c in contract.columns.values() if words(c.description) not in text]
    assert missing == []
    template = (site / "tables" / f"{name}.csv").read_text(encoding="utf-8")
    assert next(csv.reader(template.splitlines())) == list(contract.columns)
    schema = json.loads((site / "tables" / f"{name}.json").read_text(encoding="utf-8"))
    assert [each["name"] for each in schema["fields"]] == list(contract.columns)
    for each in schema["fields"]:
        column = contract.columns[each["name"]]
        assert each["constraints"]["required"] is not column.nullable
        assert each["constraints"].get("enum") == (list(column.domain) if column.domain else None)


def test_a_table_leads_to_its_metrics_and_back(site: Path) -> None:
    table = read(site / "tables" / "contact.html")
    assert {"../metrics/ref-57.html", "../metrics/ref-58.html"} <= {
        each.attributes.get("href") for each in table.all("a")
    }
    metric = page_of(site, PLAN["57"])
    assert "../tables/contact.html" in {each.attributes.get("href") for each in metric.all("a")}


# Versions


def test_the_history_of_a_metric_is_what_the_changelog_tells_of_it() -> None:
    changelog = (
        "## [2.0.0]\n\n### Numbers that move\n\n- Ref 15, version 2: noise is counted,\n"
        "  which was not.\n- Ref 1, version 2: nothing to do with it.\n\n### Added\n\n"
        "- Ref 15, version 9: not here.\n"
    )
    assert versions_told(changelog, "15") == [("2", "noise is counted, which was not.")]


# Bad input


@given(st.text())
def test_escaped_text_is_read_as_itself_and_as_nothing_else(text: str) -> None:
    kept = escape(text, spaces=True)
    assert unescape(kept) == text or "\r" in text or "\0" in text or not text.isprintable()
    assert not set("<>\"'`*_[]{}|\\~#") - {"#"} & set(kept)
    assert re.fullmatch(r"(?:[^&#]|&#\d+;)*", kept)
    assert escape(kept) is kept


def test_only_https_addresses_become_links() -> None:
    text = 'a https://example.org/x?y=1&z=2. b http://example.org javascript:alert(1) "'
    assert linked(text).count("<a ") == 1
    assert 'href="https://example.org/x?y=1&amp;z=2"' in linked(text)
    assert unescape(re.sub("<[^>]+>", "", linked(text))) == text


def test_markup_is_kept_and_text_beside_it_is_not() -> None:
    assert paragraph("<b>", Html("<b>x</b>")) == "<p>&#60;b&#62;<b>x</b></p>"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile") / "out"
    catalogue = injection_fixtures.CATALOGUE
    subject = Subject(
        catalogue, synthetic_series(catalogue), organisation=injection_fixtures.SCRIPT
    )
    write_site(subject, folder, name=f"Site {injection_fixtures.SCRIPT}")
    return folder / "site"


def test_hostile_words_come_out_as_text(hostile: Path) -> None:
    metric = injection_fixtures.visits
    found = read(hostile / "metrics" / "ref-H1.html")
    for each in (metric.name, metric.summary, metric.limitations, *metric.caveats):
        assert words(each) in found.text
    for each in (*injection_fixtures.AREA.members, injection_fixtures.Visit.kind.domain[2]):
        assert words(each) in found.text
    (title,) = [e for e in found.all("title") if "head" in e.inside]
    assert injection_fixtures.SCRIPT in title.text
    menus = [e for e in found.all("nav") if e.attributes["aria-label"] != "Sections"]
    assert [words(metric.name) in words(each.text) for each in menus[:2]] == [True, True]
    themes = read(hostile / "metrics" / "themes.html")
    assert f"Theme {injection_fixtures.SCRIPT} {injection_fixtures.BOLD}" in themes.text


def test_hostile_words_become_no_element_no_address_and_no_attribute(hostile: Path) -> None:
    for path in hostile.rglob("*.html"):
        page = read(path)
        scripts = [each for each in page.all("script") if "alert" in each.text]
        assert scripts == [], path
        assert not page.all("img"), path
        for each in page.elements:
            assert not [name for name in each.attributes if name.startswith("on")], path
            address = each.attributes.get("href") or each.attributes.get("src") or ""
            assert "javascript" not in address.lower(), path
            if each.name in ("strong", "em", "b", "i", "a"):
                assert each.text not in ("loud", "soft", "press"), path
            if each.name == "code":
                assert each.text != "code", path


def test_what_is_hostile_stays_out_of_the_settings(hostile: Path) -> None:
    settings = json.loads((hostile.parent / "mkdocs.yml").read_text(encoding="utf-8"))
    assert settings["site_name"] == f"Site {injection_fixtures.SCRIPT}"
    assert set(settings) <= {
        "site_name", "site_description", "docs_dir", "site_dir", "strict", "use_directory_urls",
        "theme", "plugins", "nav", "not_in_nav", "validation",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"examples": ()}, "counter-example"),
        ({"summary": " "}, "summary"),
        ({"limitations": ""}, "limitations"),
    ],
)
def test_a_metric_without_what_its_page_needs_fails_with_its_name(
    change: dict[str, Any], says: str
) -> None:
    lacking = injection_fixtures.visits.model_copy(update=change)
    with pytest.raises(kpi.DefinitionError, match=f"Metric H1, .*{says}|Metric H1, {says}"):
        pages(Subject(kpi.Catalogue([lacking])))


def test_a_measure_that_cannot_be_explained_fails_with_the_name_of_its_metric() -> None:
    class Riddle(kpi.Count):
        def formula(self) -> str:
            raise TypeError("nobody can say")

    measure = injection_fixtures.visits.measures[0]
    riddle = Riddle(**{name: getattr(measure, name) for name in measure.model_fields_set})
    lacking = injection_fixtures.visits.model_copy(update={"measures": (riddle,)})
    with pytest.raises(kpi.DefinitionError, match=r"Metric H1, page: .*nobody can say"):
        pages(Subject(kpi.Catalogue([lacking])))


def test_a_link_that_leads_nowhere_is_a_problem() -> None:
    made = {"a/b.md": '<a href="../c.html#d">c</a> <a href="e.html">e</a>', "c.md": ""}
    assert [str(each) for each in broken_links(made)] == [
        "Page a/b.md, link: it links to 'e.html', which is no page. Mend the address."
    ]


# The same again


def test_the_same_catalogue_gives_the_same_bytes() -> None:
    code = (
        "import hashlib, json, swm_kpi as kpi\n"
        "from swm_kpi.site.pages import pages\n"
        "from swm_kpi.site.synthetic_series import synthetic_series\n"
        "from swm_kpi.site.context import Subject\n"
        "plan = kpi.catalogue()\n"
        "made = pages(Subject(plan, synthetic_series(plan)))\n"
        "print(hashlib.sha256(json.dumps(made).encode()).hexdigest())\n"
    )
    first, second = (run("-c", code, cwd=ROOT, PYTHONHASHSEED=seed) for seed in ("1", "2"))
    assert len(first.strip()) == hashlib.sha256().digest_size * 2
    assert first == second


# From the wheel, with a plugin


def test_an_installed_package_makes_a_site_of_a_plugins_metrics_too(tmp_path: Path) -> None:
    run("-m", "hatchling", "build", "-d", str(tmp_path), "-t", "wheel", cwd=ROOT)
    (wheel,) = tmp_path.glob("*.whl")
    installed = tmp_path / "installed"
    run("-m", "zipfile", "-e", str(wheel), str(installed), cwd=tmp_path)
    (installed / "hostile_plan.py").write_bytes((ROOT / "tests" / "hostile_plan.py").read_bytes())
    about = installed / "plugin-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: plugin\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[swm_kpi.definitions]\nplug = hostile_plan\n")
    others = [each for each in sys.path if each.endswith(("site-packages", "dist-packages"))]
    code = (
        "import site, sys\n"
        f"for folder in {[str(installed), *others]!r}: site.addsitedir(folder)\n"
        "from swm_kpi.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    said = run("-S", "-c", code, "docs", "--out", "mine", cwd=tmp_path, PYTHONPATH="")
    assert "pages built" in said
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
    said = write_site(Subject(injection_fixtures.CATALOGUE), tmp_path / "out")
    assert 'pip install "swm-kpi[docs]"' in said
    assert (tmp_path / "out" / "docs" / "metrics" / "ref-H1.md").is_file()
    assert (tmp_path / "out" / "theme" / "main.html").is_file()
