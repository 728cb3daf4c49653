"""A site in a folder of its own, from whatever catalogue is installed: no checkout needed."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from swm_kpi.errors import MissingExtra, OutputError
from swm_kpi.output import write_text
from swm_kpi.site.context import Subject
from swm_kpi.site.overview import site_name
from swm_kpi.site.pages import Menu, menu, pages

THEME = ("main.html", "menu.html", "404.html", "site.css", "search.js", "icon.svg")
SOURCE, BUILT = "docs", "site"


def write_site(
    subject: Subject,
    folder: Path,
    *,
    name: str = "",
    progress: Callable[[str], None] = lambda _: None,
) -> str:
    """Write the source of a site, and build it where mkdocs is installed.

    Args:
        subject: what the pages are made from.
        folder: a new folder, or an empty one. It gets ``docs`` (Markdown and downloads), ``theme``,
            ``mkdocs.yml`` and, once built, ``site``.
        name: what the site is called; the plan's name when left out.
        progress: called with the name of each step as it begins.

    Returns:
        What was written, and what to do next, as the command line prints it.

    Raises:
        DefinitionError: a metric lacks what its page needs.
        OutputError: the folder holds something, cannot be written, or the site does not build.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputError(f"{folder.name!r} is not an empty folder. Name a new one with --out.")
    progress("writing pages")
    made = pages(subject)
    content = {f"{SOURCE}/{path}": text for path, text in made.items()}
    theme = files("swm_kpi.site").joinpath("theme")
    content |= {f"theme/{each}": theme.joinpath(each).read_text("utf-8") for each in THEME}
    content["mkdocs.yml"] = settings(subject, name or site_name(subject.catalogue))
    for path, text in content.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise OutputError(
                f"{target.parent.name!r} cannot be made. Name another --out."
            ) from None
        write_text(target, text)
    count = sum(path.endswith(".md") for path in made)
    if find_spec("mkdocs") is None:
        missing = MissingExtra.needed("mkdocs", extra="docs", purpose="Building the site")
        return f"{count} pages written to {folder / SOURCE}. {missing}, then: mkdocs build"
    progress("building the site")
    _build(folder / "mkdocs.yml")
    return f"{count} pages built. Open {folder / BUILT / 'index.html'}"


def settings(subject: Subject, name: str) -> str:
    """Return mkdocs.yml. JSON is YAML, and quotes every word of the catalogue's own."""
    content = {
        "site_name": name,
        "site_description": "What each metric counts, how, and from what.",
        "docs_dir": SOURCE,
        "site_dir": BUILT,
        "strict": True,
        "use_directory_urls": False,
        "theme": {"name": None, "custom_dir": "theme", "static_templates": ["404.html"]},
        "plugins": [
            {"search": {"lang": "en", "min_search_length": 2, "separator": r"[\s\-/,.:;()‘’“”]+"}}
        ],
        "nav": [{"Home": "index.md"}, *({title: part} for title, part in _menu(subject).items())],
        "not_in_nav": "/accessibility.md\n/search.md\n",
        "validation": {
            "nav": {"omitted_files": "warn", "not_found": "warn", "absolute_links": "warn"},
            "links": {"not_found": "warn", "anchors": "warn", "unrecognized_links": "warn"},
        },
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _menu(subject: Subject) -> dict[str, Menu]:
    return {title: part for title, part in menu(subject).items() if part}


def _build(config: Path) -> None:
    from mkdocs.commands.build import build
    from mkdocs.config import load_config
    from mkdocs.exceptions import MkDocsException

    try:
        build(load_config(str(config)))
    except MkDocsException as error:
        raise OutputError(f"The site was written and does not build: {error}") from None
