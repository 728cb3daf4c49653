"""The site in a real browser: accessibility, keyboard use, search and network requests.

Automatic checks find only some accessibility problems. The accessibility statement says what people
tested.
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

from tests.support.engines import require_modules, skip_or_fail

ROOT = Path(__file__).parents[2]
# One page of each layout.
PAGES = {
    "home": "index.html",
    "metric": "metrics/ref-57.html",
    "group": "metrics/ref-16.html",
    "table": "tables/incident.html",
    "index": "metrics/availability.html",
    "guide": "tutorial/first-dataset.html",
    "reference": "reference/api/compute.html",
    "search": "search.html?q=knife",
}
WIDTHS = (1280, 320)
THEMES = ("light", "dark")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MAX_BYTES = 400_000
# The browser of a test sends no request to its own makers.
CHROMIUM_OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


class SilentHandler(SimpleHTTPRequestHandler):
    """Serve files without a log."""

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    require_modules("playwright", "axe_playwright_python", extra="browser")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        skip_or_fail("there is no Chromium on this machine")
    from playwright import sync_api as playwright

    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=program, args=CHROMIUM_OPTIONS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def site(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the built site on a local server."""
    out = tmp_path_factory.mktemp("site")
    process = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(out)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SilentHandler, directory=out))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()


class Opener:
    """Opens pages of the site, and records the responses that they load."""

    def __init__(self, browser: Any, site: str) -> None:
        self.browser = browser
        self.site = site
        self.contexts: list[Any] = []
        self.responses: list[Any] = []

    def __call__(self, path: str, width: int = 1280, theme: str = "light") -> Any:
        context = self.browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, reduced_motion="reduce"
        )
        self.contexts.append(context)
        page = context.new_page()
        # playwright takes no method of a built-in type as a handler.
        page.on("response", lambda response: self.responses.append(response))
        page.goto(self.site + path, wait_until="networkidle")
        return page


@pytest.fixture
def open_page(browser: Any, site: str) -> Iterator[Opener]:
    opener = Opener(browser, site)
    yield opener
    for context in opener.contexts:
        context.close()


@pytest.mark.parametrize("layout", PAGES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_no_violation(open_page: Opener, layout: str, width: int, theme: str) -> None:
    """The rules are those of WCAG 2.2 at level AA."""
    page = open_page(PAGES[layout], width, theme)
    page.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": RULES}})
    report = page.evaluate(f"axe.run(document, {options})")
    assert report["passes"], "no rule was checked"
    violations = [
        (violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in report["violations"]
    ]
    assert violations == []


@pytest.mark.parametrize("layout", PAGES)
def test_nothing_scrolls_sideways_on_a_phone(open_page: Opener, layout: str) -> None:
    page = open_page(PAGES[layout], 320)
    content_width, window_width = page.evaluate(
        "[document.documentElement.scrollWidth, window.innerWidth]"
    )
    assert content_width <= window_width


@pytest.mark.parametrize("layout", PAGES)
def test_a_page_has_a_language_one_main_heading_and_landmarks(
    open_page: Opener, layout: str
) -> None:
    page = open_page(PAGES[layout])
    assert page.get_attribute("html", "lang") == "en-GB"
    assert page.locator("h1").count() == 1
    for landmark in ("main", "banner", "contentinfo"):
        assert page.get_by_role(landmark).count() == 1, landmark
    assert page.get_by_role("navigation").count() >= 1


@pytest.mark.parametrize("layout", PAGES)
def test_no_request_leaves_the_sites_own_origin(open_page: Opener, site: str, layout: str) -> None:
    open_page(PAGES[layout])
    urls = [response.url for response in open_page.responses]
    assert urls
    assert [url for url in urls if not url.startswith(site)] == []
    failed = [response.url for response in open_page.responses if response.status >= 400]
    assert failed == []


def test_a_metric_page_is_small(open_page: Opener) -> None:
    """The size includes everything that the page loads."""
    open_page(PAGES["metric"])
    assert 0 < sum(len(response.body()) for response in open_page.responses) < MAX_BYTES


FOCUSED_ELEMENT = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return {
        name: (element.innerText || element.getAttribute("name") || element.id
            || element.tagName).trim(),
        tag: element.tagName.toLowerCase(),
        in_navigation: element.closest("nav") !== null,
        has_outline: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
            || style.boxShadow !== "none",
        is_visible: box.width > 0 && box.height > 0 && box.right > 0 && box.bottom > 0,
    };
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", THEMES)
def test_the_keyboard_reaches_search_and_navigation_with_a_visible_focus(
    open_page: Opener, width: int, theme: str
) -> None:
    page = open_page(PAGES["metric"], width, theme)
    stops = []
    for _ in range(14):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(FOCUSED_ELEMENT))
    assert stops[0]["name"].startswith("Skip to")
    assert any(stop["tag"] == "input" for stop in stops), "search is not reached"
    assert any(stop["in_navigation"] or stop["tag"] == "summary" for stop in stops)
    invisible = [stop["name"] for stop in stops if not (stop["has_outline"] and stop["is_visible"])]
    assert invisible == []


def test_the_skip_link_leads_past_the_menus(open_page: Opener) -> None:
    page = open_page(PAGES["metric"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_menu_opens_by_keyboard_on_a_phone(open_page: Opener) -> None:
    page = open_page(PAGES["metric"], 320)
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
def test_search_finds_common_words(open_page: Opener, words: str, page: str) -> None:
    results = open_page(f"search.html?q={quote(words)}")
    link = results.locator(f"#mkdocs-search-results a[href*='{page}']")
    link.first.wait_for(timeout=10_000)
    assert link.count() >= 1


def test_the_search_box_of_a_page_works(open_page: Opener) -> None:
    page = open_page(PAGES["table"])
    page.fill("input[type=search]", "knife")
    page.keyboard.press("Enter")
    page.locator("#mkdocs-search-results article").first.wait_for(timeout=10_000)
