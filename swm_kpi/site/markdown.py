"""Pages and headings in Markdown. Everything inside a page is markup from :mod:`.markup`."""

from __future__ import annotations

import json

from swm_kpi.site.markup import Html, escape


def build_page(
    title: str, *parts: object, caption: object = "", menu_title: str = "", **metadata: str
) -> str:
    """Return a page in Markdown, with metadata that the theme reads.

    Args:
        title: the title of the page, and its heading of level 1 unless ``heading`` is in the
            metadata.
        parts: blocks of markup, or headings made by :func:`heading`. Empty ones are left out.
        caption: a line above the heading of level 1.
        menu_title: the title in the menu, where it is shorter.
        metadata: ``heading``, ``ref`` of a metric, and ``layout``: ``home``, ``list``, ``metric``,
            ``table`` or ``search``. A page without a layout is laid out as a guide.
    """
    front_matter = {"title": title}
    if menu_title:
        front_matter["menu_title"] = menu_title
    front_matter |= metadata
    lines = ["---", *(f"{key}: {json.dumps(value)}" for key, value in front_matter.items()), "---"]
    blocks = [caption, f"# {escape(metadata.get('heading', title))}", *map(escape, parts)]
    for block in filter(None, blocks):
        lines += ["", str(block)]
    return "\n".join([*lines, ""])


def heading(title: str, *, level: int = 2) -> Html:
    """Return a heading in Markdown. Levels are not skipped: 3 follows 2."""
    return Html(f"{'#' * level} {escape(title)}")
