"""Write a site to a folder of its own, from the installed catalogue. It needs no checkout."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from swm_kpi.errors import MissingExtra, OutputError
from swm_kpi.output import write_text
from swm_kpi.site.context import SiteContext
from swm_kpi.site.overview import default_site_name
from swm_kpi.site.pages import build_menu, build_pages

THEME_FILES = ("main.html", "menu.html", "404.html", "site.css", "search.js", "icon.svg")
SOURCE_FOLDER, BUILT_FOLDER = "docs", "site"


def write_site(
    context: SiteContext,
    folder: Path,
    *,
    name: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> str:
    """Write the sources of a site, and build it if mkdocs is installed.

    Args:
        context: what the pages are generated from.
        folder: a new or empty folder. It receives ``docs`` (Markdown and downloads), ``theme``,
            ``mkdocs.yml`` and, if mkdocs is installed, ``site``.
        name: the name of the site; the name of the plan if left out.
        progress: called with the name of each step when it starts.

    Returns:
        A message for the command line: what was written, and what to do next.

    Raises:
        DefinitionError: a page cannot be made.
        OutputError: the folder is not empty or cannot be written, or mkdocs cannot build the site.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder.name!r} is not an empty folder. Name a new one with --out.")
    progress("writing pages")
    pages = build_pages(context)
    texts = {f"{SOURCE_FOLDER}/{path}": text for path, text in pages.items()}
    theme = files("swm_kpi.site").joinpath("theme")
    texts |= {
        f"theme/{theme_file}": theme.joinpath(theme_file).read_text("utf-8")
        for theme_file in THEME_FILES
    }
    texts["mkdocs.yml"] = mkdocs_settings(context, name or default_site_name(context.catalogue))
    for path, text in texts.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise OutputError(
                f"The folder {target.parent.name!r} cannot be created. Name another --out."
            ) from None
        write_text(target, text)
    count = sum(path.endswith(".md") for path in pages)
    if find_spec("mkdocs") is None:
        missing = MissingExtra.needed("mkdocs", extra="docs", purpose="Building the site")
        return f"{count} pages written to {folder / SOURCE_FOLDER}. {missing}, then: mkdocs build"
    progress("building the site")
    _run_mkdocs(folder / "mkdocs.yml")
    return f"{count} pages built. Open {folder / BUILT_FOLDER / 'index.html'}"


def mkdocs_settings(context: SiteContext, name: str) -> str:
    """Return mkdocs.yml for a site of that name.

    It is written as JSON, which is valid YAML and quotes every text from the catalogue.
    """
    menu = {title: part for title, part in build_menu(context).items() if part}
    settings = {
        "site_name": name,
        "site_description": "What each metric counts, how, and from which data.",
        "docs_dir": SOURCE_FOLDER,
        "site_dir": BUILT_FOLDER,
        "strict": True,
        "use_directory_urls": False,
        "theme": {"name": None, "custom_dir": "theme", "static_templates": ["404.html"]},
        "plugins": [
            {"search": {"lang": "en", "min_search_length": 2, "separator": r"[\s\-/,.:;()‘’“”]+"}}
        ],
        "nav": [{"Home": "index.md"}, *({title: part} for title, part in menu.items())],
        "not_in_nav": "/accessibility.md\n/search.md\n",
        "validation": {
            "nav": {"omitted_files": "warn", "not_found": "warn", "absolute_links": "warn"},
            "links": {"not_found": "warn", "anchors": "warn", "unrecognized_links": "warn"},
        },
    }
    return json.dumps(settings, indent=2, ensure_ascii=False) + "\n"


def _run_mkdocs(config_path: Path) -> None:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    try:
        build(load_config(str(config_path)))
    except MkDocsException as error:
        raise OutputError(f"The site was written but mkdocs cannot build it: {error}") from None
