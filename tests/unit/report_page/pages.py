"""Reads a page as a browser does: its elements, and its text as a reader sees it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "rect", "line", "path"}


@dataclass
class Element:
    """An element; `content` has its texts and elements in order."""

    name: str
    attributes: dict[str, str]
    content: list = field(default_factory=list)

    def all(self, name, **attributes):
        """Return the elements of a name below this one, with these attributes."""
        wanted = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
        found = []
        for each in self.content:
            if isinstance(each, Element):
                if each.name == name and wanted.items() <= each.attributes.items():
                    found.append(each)
                found += each.all(name, **attributes)
        return found

    def only(self, name, **attributes):
        [element] = self.all(name, **attributes)
        return element

    @property
    def text(self):
        """Return the text below, with single plain spaces."""
        return " ".join(self.raw_text.split())

    @property
    def raw_text(self):
        """Return the text below as it is."""
        return "".join(each if isinstance(each, str) else each.raw_text for each in self.content)

    def rows(self, caption):
        """Return the texts of the cells of a table's body."""
        [table] = [each for each in self.all("table") if caption in each.only("caption").text]
        body = table.only("tbody")
        return [[cell.text for cell in row.content if isinstance(cell, Element)] for row in body.all("tr")]

    @property
    def names(self):
        """Return the names of this element, and of those below, with those of their attributes."""
        below = [each.names for each in self.content if isinstance(each, Element)]
        return {(self.name, *sorted(self.attributes))}.union(*below)


class _Parser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.stack = [Element("page", {})]

    def handle_starttag(self, tag, attrs):
        element = Element(tag, dict(attrs))
        self.stack[-1].content.append(element)
        if tag not in VOID:
            self.stack.append(element)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.stack.pop().name == tag, "the elements are nested"

    def handle_data(self, data):
        self.stack[-1].content.append(data)


def parse(page):
    """Return the page as an element."""
    parser = _Parser()
    parser.feed(page)
    parser.close()
    [whole] = parser.stack
    return whole
