"""HTML inside Markdown. Whatever is not markup already is escaped, so that text comes out as text.

There is one escape function, and it is right in both languages: each character that means something
to HTML or to Markdown is written as a numeric reference, which both read as the character itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"""[&<>"'\\`*_{}\[\]#|~]""")
_SPACES = re.compile(r"\s+")
_HTTPS = re.compile(r"https://[^\s<>\"']+[^\s<>\"'.,;:)]")


class Html(str):
    """Text that is markup already, and is not escaped again."""

    __slots__ = ()


def escape(value: object, *, spaces: bool = False) -> Html:
    """Write any text so that neither HTML nor Markdown reads anything into it.

    Args:
        value: the text; markup is returned as it is.
        spaces: keep line ends and runs of spaces, as in code.
    """
    if isinstance(value, Html):
        return value
    text = str(value) if spaces else _SPACES.sub(" ", str(value))
    return Html(_SPECIAL.sub(lambda found: f"&#{ord(found[0])};", text))


def tag(name: str, /, *inside: object, **attributes: object) -> Html:
    """Return an element; an attribute that is None is left out, and ``class_`` is ``class``."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>{join(inside)}</{name}>")


def join(parts: Iterable[object], between: str = "") -> Html:
    """Join parts, each escaped unless it is markup."""
    return Html(between.join(escape(each) for each in parts))


def link(address: str, *words: object) -> Html:
    """Return a link to a page of this site or to another by https."""
    return tag("a", *words, href=Html(address.replace("&", "&amp;").replace('"', "%22")))


def linked(text: str) -> Html:
    """Escape text, and make links of the https addresses in it and of nothing else."""
    parts: list[object] = []
    at = 0
    for found in _HTTPS.finditer(text):
        parts += [text[at : found.start()], link(found[0], found[0])]
        at = found.end()
    return join([*parts, text[at:]])


def paragraph(*words: object, class_: str | None = None) -> Html:
    """Return a paragraph."""
    return tag("p", *words, class_=class_)


def bullets(items: Iterable[object], *, class_: str | None = None) -> Html:
    """Return a list."""
    return tag("ul", *(tag("li", each) for each in items), class_=class_)


def pairs(rows: Iterable[tuple[object, object]], *, class_: str = "summary") -> Html:
    """Return a list of names and what is said of each."""
    inside = (tag("div", tag("dt", name), tag("dd", said)) for name, said in rows)
    return tag("dl", *inside, class_=class_)


def table(
    caption: object,
    heads: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    numbers: Iterable[int] = (),
    quiet: bool = False,
) -> Html:
    """Return a table that scrolls inside itself and can be reached by keyboard.

    Args:
        caption: what the table shows.
        heads: the column headings; the first column names its rows.
        rows: the cells.
        numbers: positions of columns of numbers.
        quiet: whether the caption is for those who hear the page only.
    """
    right = set(numbers)

    def class_of(at: int) -> str | None:
        return "number" if at in right else None

    head = tag(
        "tr", *(tag("th", each, scope="col", class_=class_of(i)) for i, each in enumerate(heads))
    )
    body = (
        tag(
            "tr",
            tag("th", row[0], scope="row", class_=class_of(0)),
            *(tag("td", each, class_=class_of(i)) for i, each in enumerate(row[1:], start=1)),
        )
        for row in rows
    )
    whole = tag(
        "table",
        tag("caption", tag("span", caption), class_="heard" if quiet else None),
        tag("thead", head),
        tag("tbody", Html("\n".join(body))),
    )
    label = re.sub(r"<[^>]*>", "", escape(caption))
    return tag("div", whole, class_="scroll", role="region", tabindex="0", aria_label=Html(label))


def code(text: str, *, label: str) -> Html:
    """Return a block of code whose long lines wrap; its label says what it is."""
    kept = tag("code", Html(escape(text.rstrip("\n"), spaces=True)))
    return tag("figure", tag("figcaption", label), tag("pre", kept), class_="code")


def whole(text: str) -> Html:
    """Return words that are not broken over two lines."""
    return tag("span", text, class_="whole")


def disclosed(summary: object, *inside: object, open_: bool = False) -> Html:
    """Return something that opens when it is asked for."""
    return tag("details", tag("summary", summary), *inside, open="open" if open_ else None)
