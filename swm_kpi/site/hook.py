"""The pages for mkdocs, in a checkout: named under ``hooks`` in mkdocs.yml.

It adds files and fills the menu. What the pages say is made by :mod:`swm_kpi.site.pages`.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

# mkdocs runs from the checkout without installing it, and must read the checkout's own definitions.
_ROOT = Path(__file__).parents[2]
if str(_ROOT) not in sys.path:
    sys.path.insert(0, str(_ROOT))

from mkdocs.exceptions import PluginError  # noqa: E402
from mkdocs.structure.files import File  # noqa: E402

import swm_kpi as kpi  # noqa: E402
from swm_kpi.errors import SwmKpiError  # noqa: E402
from swm_kpi.site.api import api_pages, cli_page  # noqa: E402
from swm_kpi.site.context import Subject  # noqa: E402
from swm_kpi.site.pages import menu, pages  # noqa: E402
from swm_kpi.site.synthetic_series import synthetic_series  # noqa: E402

_COMMANDS = "reference/command-line.md"
_PROJECT_PAGES = ("GLOSSARY.md", "ARCHITECTURE.md", "CONTRIBUTING.md")

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files


@cache
def _subject(organisation: str, contact: str) -> Subject:
    """Return what the pages are made from, once for all builds of ``mkdocs serve``."""
    catalogue = kpi.catalogue()
    changelog = _ROOT / "CHANGELOG.md"
    told = changelog.read_text(encoding="utf-8") if changelog.is_file() else ""
    return Subject(catalogue, synthetic_series(catalogue), told, organisation, contact)


def _subject_of(config: MkDocsConfig) -> Subject:
    return _subject(config.extra.get("organisation", ""), config.extra.get("contact", ""))


def _project_pages() -> dict[str, str]:
    """Return the pages at the top of the repository, with links that lead to pages of the site."""
    texts = {}
    for name in _PROJECT_PAGES:
        text = (_ROOT / name).read_text(encoding="utf-8").replace("](docs/", "](")
        for other in _PROJECT_PAGES:
            text = text.replace(f"]({other}", f"]({other.lower()}")
        texts[name.lower()] = text
    return texts


@cache
def _reference() -> dict[str, str]:
    """Return the pages made from the code: each public name, and the command line."""
    return {**api_pages(), _COMMANDS: cli_page()}


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the parts of the menu that are made: all of two, and the end of the reference."""
    filled = menu(_subject_of(config))
    names = [path for path in _reference() if path != _COMMANDS]
    for each in config.nav or []:
        for title in each:
            if title in filled:
                each[title] = filled[title]
            elif title == "Reference":
                each[title] = [{"Python": names}, {"The command line": _COMMANDS}, *each[title]]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add every page and download."""
    try:
        made = pages(_subject_of(config)) | _reference() | _project_pages()
    except SwmKpiError as error:
        raise PluginError(str(error)) from error
    for path, text in made.items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_content(html: str, **_: object) -> str:
    """Let tables and code of guides scroll inside themselves, and be reached by keyboard."""
    numbers = count(1)
    html = re.sub(
        r"(?:(?<=\n)|\A)<table>(.*?)</table>",
        lambda found: (
            f'<div class="scroll" role="region" aria-label="Table {next(numbers)}" tabindex="0">'
            f"<table>{found[1]}</table></div>"
        ),
        html,
        flags=re.DOTALL,
    )
    html = re.sub(r"<th( style=[^>]*)?>", r'<th scope="col"\1>', html)
    return html.replace("<pre><code", '<pre tabindex="0"><code')
