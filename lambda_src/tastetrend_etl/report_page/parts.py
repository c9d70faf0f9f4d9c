"""Builds HTML whose text is always escaped, and the page around it."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape
from itertools import chain, repeat
from pathlib import Path
from string import Template

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")  # HTML or UTF-8 has none
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_SELF_CLOSING = frozenset({"line", "path", "rect"})
_STATUS_WORDS = {
    "pass": "pass",  # nosec B105 # no password
    "warn": "warning",
    "fail": "failed",
    "rejected": "rejected",
}

Column = tuple[str, str]  # its title, and its class: `number`, `chart` or nothing


class Html(str):
    """Text that is HTML already; every other text is escaped when it is put into HTML."""

    __slots__ = ()


def escaped(content: object) -> str:
    """Return HTML unchanged, and anything else as text in which no character is markup."""
    if isinstance(content, Html):
        return content
    return escape(_UNPRINTABLE.sub(_REPLACEMENT, str(content)))


def tag(name: str, *content: object, **attributes: object) -> Html:
    """Return an element; `class_` is the attribute `class`, `aria_label` is `aria-label`; None is left out.

    Args:
        name: of the element; like those of the attributes, never a text from a report.
        content: HTML, and texts that are escaped.
        attributes: name → value, which is escaped.
    """
    opening = name
    for key, value in attributes.items():
        if value is not None:
            opening += f' {_attribute(key)}="{escaped(value)}"'
    if name in _SELF_CLOSING:
        return Html(f"<{opening}/>")
    return Html(f"<{opening}>{''.join(map(escaped, content))}</{name}>")


@cache
def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def join(parts: Iterable[object], separator: str = "") -> Html:
    """Return the parts behind one another, with an escaped separator between them."""
    return Html(escaped(separator).join(map(escaped, parts)))


def badge(status: str, word: str = "") -> Html:
    """Return a status as a word in its colour and with its sign."""
    known = status if status in _STATUS_WORDS else "unknown"
    return tag("span", word or _STATUS_WORDS.get(status, status), class_=f"mark {known}")


def table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    *,
    row_header: int | None = 0,
) -> Html:
    """Return a table in a region that scrolls on its own, also by the keyboard.

    Args:
        caption: what the table shows; screen readers announce it.
        columns: their titles; none gives a table without a row of them.
        rows: the cells of each row.
        row_header: the position of the cell that names its row; None if none does.
    """
    head = tag("thead", tag("tr", *(_head_cell(*column) for column in columns))) if columns else ""
    classes = [kind or None for _, kind in columns]
    body = join((_row(cells, classes, row_header) for cells in rows), "\n")
    whole = tag("table", tag("caption", caption, class_="hidden"), head, tag("tbody", body))
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption)


def _row(cells: Sequence[object], classes: Sequence[str | None], row_header: int | None) -> Html:
    kinds = chain(classes, repeat(None))
    return tag(
        "tr",
        *(
            tag("th", cell, scope="row", class_=kind) if i == row_header else tag("td", cell, class_=kind)
            for i, (cell, kind) in enumerate(zip(cells, kinds, strict=False))
        ),
    )


def _head_cell(title: str, kind: str) -> Html:
    if not title:
        return tag("td")
    content = tag("span", title, class_="hidden") if kind == "chart" else title
    return tag("th", content, scope="col", class_=kind or None)


def section(name: str, title: str, *content: object) -> Html:
    """Return a section with a heading; `name` is the target of links to it."""
    return tag("section", tag("h2", title), "\n", *content, id=name)


def document(title: str, header: Html, main: Iterable[object], *, footer: Html | None = None) -> str:
    """Return a whole page, which loads nothing and runs nothing."""
    body = join(
        [
            tag("header", header, class_="page"),
            tag("main", join(main, "\n"), class_="page"),
            tag("footer", footer, class_="page") if footer else "",
        ],
        "\n",
    )
    return _template().substitute(title=escaped(title), body=body, style=_asset("page.css"))


@cache
def _template() -> Template:
    return Template(_asset("page.html"))


@cache
def _asset(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8").strip()
