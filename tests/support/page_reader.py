"""A built page as a reader meets it: its text, its elements and where its links lead."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

VOID = {"meta", "link", "input", "br", "img", "hr"}


@dataclass
class Element:
    """One element, with the text inside it."""

    name: str
    attributes: dict[str, str | None]
    inside: list[str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """Every element of a page, in order."""

    elements: list[Element] = field(default_factory=list)
    unclosed: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, dict(attrs), [each.name for each in self.unclosed])
        self.elements.append(found)
        if tag not in VOID:
            self.unclosed.append(found)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.unclosed, f"</{tag}> closes nothing"
        assert self.unclosed[-1].name == tag, f"</{tag}> closes <{self.unclosed[-1].name}>"
        self.unclosed.pop()

    def handle_data(self, data: str) -> None:
        for each in self.unclosed:
            each.text += data

    def all(self, name: str) -> list[Element]:
        return [each for each in self.elements if each.name == name]

    @property
    def text(self) -> str:
        """What the page says, with its spaces as one."""
        (main,) = self.all("main")
        return " ".join(main.text.split())


def read(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    assert page.unclosed == [], f"{path.name}: not closed"
    return page
