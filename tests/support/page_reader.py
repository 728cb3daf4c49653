"""Parse a built page into its elements and its text, and check that elements are closed."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

VOID_ELEMENTS = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    """One element, with its attributes, the names of its ancestors, and the text inside it."""

    name: str
    attributes: dict[str, str | None]
    ancestors: list[str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """The elements of a page, in document order."""

    elements: list[Element] = field(default_factory=list)
    open_elements: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs), [ancestor.name for ancestor in self.open_elements])
        self.elements.append(element)
        if tag not in VOID_ELEMENTS:
            self.open_elements.append(element)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID_ELEMENTS:
            return
        assert self.open_elements, f"</{tag}> closes nothing"
        last = self.open_elements.pop()
        assert last.name == tag, f"</{tag}> closes <{last.name}>"

    def handle_data(self, data: str) -> None:
        for element in self.open_elements:
            element.text += data

    def all(self, name: str) -> list[Element]:
        """Return the elements of a name."""
        return [element for element in self.elements if element.name == name]

    @property
    def text(self) -> str:
        """The text of the main landmark, with each run of whitespace as one space."""
        (main,) = self.all("main")
        return " ".join(main.text.split())


@cache
def read_page(path: Path) -> Page:
    """Parse a built page, once, and check that it closes every element."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    assert page.open_elements == [], f"{path.name}: not closed"
    return page
