"""Renders the results of a question as one self-contained HTML page."""

from collections.abc import Iterable

from ops.answer import Answer
from tastetrend_etl.report_page.parts import Html, document, table, tag

_CLASSES = ("number", "number", "number", "number", "short", "", "soft place", "long")  # of the columns


def render(
    question: str, env: str, answer: Answer | None, columns: Iterable[str], rows: Iterable[Iterable[str]]
) -> str:
    """Return the page; what customers and models wrote is shown as text, never as HTML."""
    about = (
        f"Sentences from the reviews of {env}, the closest in meaning first. The score is the cosine "
        "similarity; of each sentence, the closest review is shown, and how many reviews have it."
    )
    heads = list(zip(columns, _CLASSES, strict=True))
    found = table("Sentences", heads, map(tuple, rows))
    return document(question, tag("h1", question, dir="auto"), [*_answer(answer), tag("p", about), found])


def _answer(answer: Answer | None) -> list[Html]:
    if not answer:
        return []
    text = [tag("p", answer.text, class_="answer", dir="auto")] if answer.text else []
    return [*text, tag("p", answer.remark)]
