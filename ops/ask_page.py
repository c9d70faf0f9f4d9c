"""Renders the results of a question as one self-contained HTML page."""

from collections.abc import Iterable
from html import escape
from pathlib import Path
from string import Template

from ops.answer import Answer

_TEMPLATE = Template((Path(__file__).parent / "ask_page.html").read_text(encoding="utf-8"))


def render(
    question: str, env: str, answer: Answer | None, columns: Iterable[str], rows: Iterable[Iterable[str]]
) -> str:
    """Return the page; what customers and models wrote is shown as text, never as HTML."""
    return _TEMPLATE.substitute(
        question=escape(question),
        env=escape(env),
        answer=_answer(answer) if answer else "",
        columns=_row("th", columns),
        rows="\n".join(_row("td", row) for row in rows),
    )


def _answer(answer: Answer) -> str:
    text = f'<p class="answer" dir="auto">{escape(answer.text)}</p>\n' if answer.text else ""
    return f"{text}<p>{escape(answer.remark)}</p>\n"


def _row(tag: str, cells: Iterable[str]) -> str:
    return f"<tr>{''.join(f'<{tag}>{escape(cell)}</{tag}>' for cell in cells)}</tr>"
