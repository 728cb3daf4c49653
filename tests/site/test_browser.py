"""The site in a real browser: whether everyone can read it, and whom it talks to.

Automated checks find about half of what can bar a reader; the accessibility statement says which
checks a person made.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.support.engines import lacking, needed

ROOT = Path(__file__).parents[2]
# One of each kind of page.
KINDS = {
    "home": "index.html",
    "metric": "metrics/ref-57.html",
    "heading": "metrics/ref-16.html",
    "table": "tables/incident.html",
    "way in": "metrics/availability.html",
    "guide": "tutorial/first-dataset.html",
    "reference": "reference/api/compute.html",
    "search": "search.html?q=knife",
}
WIDTHS = (1280, 320)
THEMES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MOST_BYTES = 400_000
# A browser started by a test asks its makers for nothing.
QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


class Silent(SimpleHTTPRequestHandler):
    """Serves files and keeps no log."""

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    needed("playwright", "axe_playwright_python", extra="browser")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        lacking("there is no Chromium on this machine")
    from playwright import sync_api as playwright

    with playwright.sync_playwright() as started:
        found = started.chromium.launch(executable_path=program, args=QUIET)
        yield found
        found.close()


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, built as its readers get it and served here."""
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Silent, directory=out))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def opened(browser: Any, site: str) -> Iterator[Any]:
    """Open a page; close what was opened when the test is over."""
    contexts: list[Any] = []
    answers: list[Any] = []

    def open_page(page: str, width: int = 1280, theme: str = "light") -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce"
        )
        contexts.append(context)
        made = context.new_page()
        made.on("response", lambda answer: answers.append(answer))
        made.goto(site + page, wait_until="networkidle")
        return made

    open_page.answers = answers
    yield open_page
    for each in contexts:
        each.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(opened: Any, kind: str, width: int, theme: str) -> None:
    """By the rules of WCAG 2.2 at level AA."""
    page = opened(KINDS[kind], width, theme)
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    asked = json.dumps({"runOnly": {"type": "tag", "values": RULES}})
    found = page.evaluate(f"axe.run(document, {asked})")
    assert found["passes"], "nothing was checked"
    told = [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in
            found["violations"]]  # fmt: skip
    assert told == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_scrolls_sideways_on_a_phone(opened: Any, kind: str) -> None:
    page = opened(KINDS[kind], 320)
    wide = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide[0] <= wide[1]


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_has_its_language_one_heading_and_its_landmarks(opened: Any, kind: str) -> None:
    page = opened(KINDS[kind])
    assert page.get_attribute("html", "lang") == "en-GB"
    assert page.locator("h1").count() == 1
    for landmark in ("main", "banner", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1, landmark
    assert page.get_by_role("navigation").count() >= 1


@pytest.mark.parametrize("kind", KINDS)
def test_no_request_leaves_the_sites_own_origin(opened: Any, site: str, kind: str) -> None:
    opened(KINDS[kind])
    assert opened.answers
    assert [each.url for each in opened.answers if not each.url.startswith(site)] == []
    assert [each.url for each in opened.answers if each.status >= 400] == []


def test_a_metrics_page_is_light(opened: Any) -> None:
    """What a reader loads for it, everything counted."""
    opened(KINDS["metric"])
    assert 0 < sum(len(each.body()) for each in opened.answers) < MOST_BYTES


FOCUS = """() => {
    const at = document.activeElement, style = getComputedStyle(at);
    const box = at.getBoundingClientRect();
    return {
        name: (at.innerText || at.getAttribute("name") || at.id || at.tagName).trim(),
        role: at.tagName.toLowerCase(),
        nav: at.closest("nav") !== null,
        seen: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
            || style.boxShadow !== "none",
        inside: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0,
    };
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_the_keyboard_reaches_search_and_navigation_and_shows_where_it_is(
    opened: Any, width: int, theme: str
) -> None:
    page = opened(KINDS["metric"], width, theme)
    stops = []
    for _ in range(14):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUS))
    assert stops[0]["name"].startswith("Skip to")
    assert any(each["role"] == "input" for each in stops), "search is not reached"
    assert any(each["nav"] or each["role"] == "summary" for each in stops), "no navigation"
    assert [each["name"] for each in stops if not (each["seen"] and each["inside"])] == []


def test_skipping_leads_past_the_menus(opened: Any) -> None:
    page = opened(KINDS["metric"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_menu_opens_by_keyboard_on_a_phone(opened: Any) -> None:
    page = opened(KINDS["metric"], 320)
    summary = page.get_by_text("Menu", exact=True).first
    summary.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('details[open]') !== null")


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("999", "metrics/ref-57.html"),
        ("DA", "metrics/ref-27.html"),
        ("stalking", "metrics/ref-35.html"),
        ("knife", "metrics/ref-18.html"),
    ],
)
def test_search_finds_what_people_call_things(opened: Any, words: str, page: str) -> None:
    found = opened(f"search.html?q={quote(words)}")
    link = found.locator(f"#mkdocs-search-results a[href*='{page}']")
    link.first.wait_for(timeout=10_000)
    assert link.count() >= 1


def test_search_by_hand_from_any_page(opened: Any) -> None:
    page = opened(KINDS["table"])
    page.fill("input[type=search]", "knife")
    page.keyboard.press("Enter")
    page.locator("#mkdocs-search-results article").first.wait_for(timeout=10_000)
