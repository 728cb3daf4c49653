"""The mkdocs hook of a checkout, named under ``hooks`` in mkdocs.yml.

It adds the generated pages and fills the menu. :mod:`swm_kpi.site.pages` generates what they say.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

# mkdocs runs in a checkout that is not installed, and must import the definitions of that checkout.
_ROOT = Path(__file__).parents[2]
if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))

from mkdocs.exceptions import PluginError  # noqa: E402
from mkdocs.structure.files import File  # noqa: E402

import swm_kpi as kpi  # noqa: E402
from swm_kpi.errors import SwmKpiError  # noqa: E402
from swm_kpi.site.api_reference import build_api_pages, build_command_page  # noqa: E402
from swm_kpi.site.context import SiteContext  # noqa: E402
from swm_kpi.site.pages import build_menu, build_pages  # noqa: E402
from swm_kpi.site.synthetic_series import build_synthetic_series  # noqa: E402

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

_COMMAND_PAGE = "reference/command-line.md"
# Pages at the top of the repository, which the site serves too.
_PROJECT_PAGES = ("GLOSSARY.md", "ARCHITECTURE.md", "CONTRIBUTING.md")


@cache
def _build_context(organisation: str, contact: str) -> SiteContext:
    """Return the context of all builds of one ``mkdocs serve``."""
    catalogue = kpi.catalogue()
    path = _ROOT / "CHANGELOG.md"
    changelog = path.read_text(encoding="utf-8") if path.is_file() else ""
    series = build_synthetic_series(catalogue)
    return SiteContext(catalogue, series, changelog, organisation, contact)


def _context_of(config: MkDocsConfig) -> SiteContext:
    return _build_context(config.extra.get("organisation", ""), config.extra.get("contact", ""))


def _build_project_pages() -> dict[str, str]:
    """Return the pages of the repository, with links that lead to pages of the site."""
    pages = {}
    for name in _PROJECT_PAGES:
        text = (_ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        for other in _PROJECT_PAGES:
            text = text.replace(f"]({other}", f"]({other.lower()}")
        pages[name.lower()] = text
    return pages


@cache
def _build_reference_pages() -> dict[str, str]:
    """Return the pages generated from code: the public names, and the command line."""
    return {**build_api_pages(), _COMMAND_PAGE: build_command_page()}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the parts of the menu that are generated: metrics, tables and the code reference."""
    parts = build_menu(_context_of(config))
    api_pages = [path for path in _build_reference_pages() if path != _COMMAND_PAGE]
    for item in config.nav or []:
        for title in item:
            if title in parts:
                item[title] = parts[title]
            elif title == "Reference":
                item[title] = [
                    {"Python": api_pages},
                    {"The command line": _COMMAND_PAGE},
                    *item[title],
                ]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add every generated page and download."""
    try:
        texts = build_pages(_context_of(config))
        texts |= _build_reference_pages() | _build_project_pages()
    except SwmKpiError as error:
        raise PluginError(str(error)) from error
    for path, text in texts.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_content(html: str, **_: object) -> str:
    """Let wide tables and code in guides scroll by themselves, and the keyboard reach them."""
    numbers = count(1)
    html = re.sub(
        r"(?:(?<=\n)|\A)<table>(.*?)</table>",
        lambda match: (
            f'<div class="scroll" role="region" aria-label="Table {next(numbers)}" tabindex="0">'
            f"<table>{match[1]}</table></div>"
        ),
        html,
        flags=re.DOTALL,
    )
    html = re.sub(r"<th( style=[^>]*)?>", r'<th scope="col"\1>', html)
    return html.replace("<pre><code", '<pre tabindex="0"><code')
