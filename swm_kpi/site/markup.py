"""HTML elements inside Markdown. Every argument that is not already markup is escaped.

One function escapes for both languages. It writes each character with a meaning in HTML or in
Markdown as a numeric character reference, which both languages read as the character itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL_CHARACTER = re.compile(r"""[&<>"'\\`*_{}\[\]#|~]""")
_WHITESPACE = re.compile(r"\s+")
_HTTPS_ADDRESS = re.compile(r"https://[^\s<>\"']+[^\s<>\"'.,;:)]")


class Html(str):
    """Text that is already markup. :func:`escape` returns it unchanged."""

    __slots__ = ()


def escape(value: object, *, keep_whitespace: bool = False) -> Html:
    """Return text that HTML and Markdown both show as it is.

    Args:
        value: the text, or an object to convert to text. ``Html`` is returned unchanged.
        keep_whitespace: whether to keep line ends and repeated spaces, as in code.
    """
    if isinstance(value, Html):
        return value
    text = str(value) if keep_whitespace else _WHITESPACE.sub(" ", str(value))
    return Html(_SPECIAL_CHARACTER.sub(lambda match: f"&#{ord(match[0])};", text))


def tag(name: str, /, *content: object, **attributes: object) -> Html:
    """Return an element.

    Args:
        name: the name of the element, such as ``p``.
        content: what is inside it.
        attributes: its attributes, without those that are None. A trailing underscore is removed
            from a name, and any other one becomes a hyphen: ``class_``, ``aria_label``.
    """
    attribute_text = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{attribute_text}>{join(content)}</{name}>")


def join(parts: Iterable[object], separator: str = "") -> Html:
    """Return the parts as one markup, each of them escaped. The separator is markup."""
    return Html(separator.join(escape(part) for part in parts))


def link(address: str, *content: object) -> Html:
    """Return a link to a page of this site, or to another site by https."""
    return tag("a", *content, href=Html(address.replace("&", "&amp;").replace('"', "%22")))


def link_addresses(text: str) -> Html:
    """Return text in which each https address is a link, and nothing else is."""
    parts: list[object] = []
    end = 0
    for match in _HTTPS_ADDRESS.finditer(text):
        parts += [text[end : match.start()], link(match[0], match[0])]
        end = match.end()
    return join([*parts, text[end:]])


def paragraph(*content: object, class_: str | None = None) -> Html:
    """Return a paragraph."""
    return tag("p", *content, class_=class_)


def bullet_list(items: Iterable[object], *, class_: str | None = None) -> Html:
    """Return a list with bullets."""
    return tag("ul", *(tag("li", item) for item in items), class_=class_)


def definition_list(rows: Iterable[tuple[object, object]], *, class_: str = "summary") -> Html:
    """Return a list of terms, each with its description."""
    groups = (tag("div", tag("dt", term), tag("dd", text)) for term, text in rows)
    return tag("dl", *groups, class_=class_)


def table(
    caption: object,
    headings: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    numeric_columns: Iterable[int] = (),
    caption_visually_hidden: bool = False,
) -> Html:
    """Return a table in a region that scrolls by itself and that the keyboard reaches.

    Args:
        caption: what the table shows. It also labels the region.
        headings: the column headings. The first column has the row headings.
        rows: the cells.
        numeric_columns: the positions of the columns to align right, from 0.
        caption_visually_hidden: whether only screen readers get the caption, because a heading
            above the table says the same.
    """
    numeric = set(numeric_columns)

    def class_of(position: int) -> str | None:
        return "number" if position in numeric else None

    head = tag(
        "tr",
        *(
            tag("th", heading, scope="col", class_=class_of(position))
            for position, heading in enumerate(headings)
        ),
    )
    body = (
        tag(
            "tr",
            tag("th", row[0], scope="row", class_=class_of(0)),
            *(
                tag("td", cell, class_=class_of(position))
                for position, cell in enumerate(row[1:], start=1)
            ),
        )
        for row in rows
    )
    caption_class = "visually-hidden" if caption_visually_hidden else None
    element = tag(
        "table",
        tag("caption", tag("span", caption), class_=caption_class),
        tag("thead", head),
        tag("tbody", Html("\n".join(body))),
    )
    label = Html(re.sub(r"<[^>]*>", "", escape(caption)))
    return tag("div", element, class_="scroll", role="region", tabindex="0", aria_label=label)


def code_block(text: str, *, label: str) -> Html:
    """Return a block of code whose long lines wrap, with a label above it."""
    code = tag("code", Html(escape(text.rstrip("\n"), keep_whitespace=True)))
    return tag("figure", tag("figcaption", label), tag("pre", code), class_="code")


def nowrap(text: str) -> Html:
    """Return text that stays on one line."""
    return tag("span", text, class_="nowrap")


def details(summary: object, *content: object) -> Html:
    """Return content that a reader opens by its summary."""
    return tag("details", tag("summary", summary), *content)
