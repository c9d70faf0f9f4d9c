"""Finds the sentences of reviews that come closest to a question in meaning."""

from collections import Counter
from dataclasses import asdict
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import boto3
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from ops.ask_page import render
from ops.errors import CommandError, UsageError
from ops.output_file import check_output_path, written_whole
from ops.result import Result
from ops.sentence_index import Filters, Match, SentenceIndex, embed_question
from ops.stack_outputs import CommandContext

_MAX_CHARACTERS = 8_000  # of a question; the model takes 8,192 tokens, and a token has at least one character
_SHOWN_SENTENCES = 10
_COLUMNS = ("score", "reviews", "rating", "date", "place", "file:row", "sentence")
_NUMBERS = frozenset({"score", "reviews", "rating"})


def ask_question(context: CommandContext, question: str, filters: Filters, html: Path | None) -> Result:
    """Search the reviews; show the nearest sentences, or write them to a page.

    Raises:
        UsageError: the question is empty or too long, or no review has the location or the restaurant.
        CommandError: retrieval is switched off, or the index is empty.
        AwsError: the model cannot be used.
    """
    _check(context, question, filters, html)
    question = question.encode(errors="replace").decode()  # half a surrogate pair is no text
    index, vector = SentenceIndex(context), embed_question(question)
    waiting = _waiting_files(context)
    matches = index.find(vector, filters.to_query())
    if not matches:
        _explain_nothing(context, index, vector, filters, waiting)
    _show(context, matches, question, html)
    if waiting:
        context.console.print(f"About {waiting:,} files wait to be embedded; their reviews may be missing.")
    return Result(_to_json(context, question, filters, matches, waiting))


def _check(context: CommandContext, question: str, filters: Filters, html: Path | None) -> None:
    """Check what can be checked without a search."""
    if not question.strip():
        raise UsageError('the question is empty; ask something, such as "Is it loud?"')
    if len(question) > _MAX_CHARACTERS:
        raise UsageError(f"the question has over {_MAX_CHARACTERS:,} characters; ask a shorter one")
    if filters.min_rating and filters.max_rating and filters.min_rating > filters.max_rating:
        raise UsageError("no rating is both at least --min-rating and at most --max-rating; swap them")
    if html:
        check_output_path(html)
    if not context.vector_index:
        raise CommandError(
            f"retrieval is switched off in {context.env}; set `retrieval` of this environment in "
            "tastetrend_stack/environments.py and deploy it again"
        )


def _waiting_files(context: CommandContext) -> int:
    """Return about how many files the queue of the embed function holds."""
    names = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")
    queue = boto3.client("sqs").get_queue_attributes(
        QueueUrl=context.embedding_queue_url, AttributeNames=names
    )
    return sum(int(queue["Attributes"][name]) for name in names)


def _explain_nothing(
    context: CommandContext, index: SentenceIndex, vector: list[float], filters: Filters, waiting: int
) -> None:
    """Raise an error if the index is empty, or if no review has the location or the restaurant.

    Raises:
        CommandError, UsageError: one of these is so.
    """
    if not filters.to_query() or not index.find(vector, {}):
        raise CommandError(
            f"the index of {context.env} has no reviews; about {waiting:,} files wait to be embedded"
        )
    for name, key, given in (
        ("location", "location_key", filters.location_key),
        ("restaurant", "restaurant_name", filters.restaurant),
    ):
        if given is not None and given not in (known := index.values(key, vector)):
            known.sort(key=lambda each: _similarity(each, given), reverse=True)
            raise UsageError(f"no review has the {name} {given!r}; known, most similar first: {known}")


def _similarity(name: str, other: str) -> float:
    return SequenceMatcher(a=name.casefold(), b=other.casefold()).ratio()


def _show(context: CommandContext, matches: list[Match], question: str, html: Path | None) -> None:
    """Print or write each sentence once, with the nearest of its reviews and their number."""
    rows = _rows(matches)
    total = f"Reviews of {context.env}: {len(matches):,}, with {len(rows):,} different sentences"
    if html:
        with written_whole(html) as unfinished:
            unfinished.write_text(render(question, context.env, _COLUMNS, rows), encoding="utf-8")
        context.console.print(f"{total}, written to {html}.")
    elif rows:
        context.console.print(_table(rows[:_SHOWN_SENTENCES]))
        more = f"; the nearest {_SHOWN_SENTENCES} are shown, --html or --json gives all"
        context.console.print(f"{total}{more if len(rows) > _SHOWN_SENTENCES else ''}.")
    else:
        context.console.print(f"No review of {context.env} fits all filters.")


def _rows(matches: list[Match]) -> list[tuple[str, ...]]:
    """Return the cells of each sentence, most of them from its nearest review."""
    reviews = Counter(match.sentence for match in matches)
    nearest = {match.sentence: match for match in reversed(matches)}
    return [_cells(nearest[sentence], count) for sentence, count in reviews.items()]


def _cells(match: Match, reviews: int) -> tuple[str, ...]:
    return (
        f"{match.score:.2f}",
        f"{reviews:,}",
        "" if match.rating is None else f"{match.rating:g}",
        match.date or "",
        ", ".join(filter(None, (match.restaurant_name, match.location))),
        f"{match.source_file}:{match.source_row}",
        match.sentence,
    )


def _table(rows: list[tuple[str, ...]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in _NUMBERS else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    return table


def _to_json(
    context: CommandContext, question: str, filters: Filters, matches: list[Match], waiting: int
) -> dict[str, Any]:
    limits = {name: str(value) for name, value in asdict(filters).items() if value is not None}
    return {
        "environment": context.env,
        "question": question,
        "filters": limits,
        "waiting_files": waiting,
        "review_count": len(matches),
        "reviews": [asdict(match) for match in matches],
    }
