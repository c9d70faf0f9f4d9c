"""Finds the sentences of reviews that come closest to a question in meaning."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import boto3

from ops.answer import answer_from, min_score
from ops.ask_output import SHOWN_SENTENCES, Found, nearest_of_each_sentence, show
from ops.bedrock import embed
from ops.errors import CommandError, UsageError
from ops.output_file import check_output_path
from ops.result import Result
from ops.sentence_index import Filters, SentenceIndex
from ops.stack_outputs import CommandContext

# Messages can be received, are with the function, or wait until they can be received: those over the budget.
QUEUE_COUNTS: Final = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)

_MAX_CHARACTERS = 8_000  # the model takes 8,192 tokens, and a token of most texts has several characters


@dataclass(frozen=True)
class Request:
    """What is asked, of which reviews, and how it is answered: by `extract`, a model, or not at all."""

    question: str
    filters: Filters
    answer_by: str | None = None


def ask_question(context: CommandContext, request: Request, html: Path | None) -> Result:
    """Search the reviews; show the nearest sentences, or write them to a page.

    Raises:
        UsageError: the question is empty or too long, or no review has the location or the restaurant.
        CommandError: retrieval is switched off, or the index is empty.
        AwsError: a model cannot be used.
    """
    _check(context, request, html)
    found = _search(context, request)
    show(found, context.console, html)
    return Result(found.to_json())


def _check(context: CommandContext, request: Request, html: Path | None) -> None:
    """Check what can be checked without a search."""
    if not request.question.strip():
        raise UsageError('the question is empty; ask something, such as "Is it loud?"')
    if len(request.question) > _MAX_CHARACTERS:
        raise UsageError(f"the question has over {_MAX_CHARACTERS:,} characters; ask a shorter one")
    least, most = request.filters.min_rating, request.filters.max_rating
    if least and most and least > most:
        raise UsageError("no rating is both at least --min-rating and at most --max-rating; swap them")
    if html:
        check_output_path(html)
    if not context.vector_index:
        raise CommandError(f"retrieval is switched off in {context.env}; {_switch_on(context.env)}")


def _switch_on(env: str) -> str:
    """Return what to do to get retrieval."""
    if env == "local":
        return "stop the emulator with `tastetrend down`, and start it with `tastetrend up --rag`"
    return "set `retrieval` of this environment in tastetrend_stack/environments.py and deploy it again"


def _search(context: CommandContext, request: Request) -> Found:
    question = request.question.encode(errors="replace").decode()  # half a surrogate pair is no text
    index, vector = SentenceIndex(context), embed(question)
    waiting = waiting_files(context)
    reviews = index.find(vector, request.filters.to_query())
    if not reviews and not index.find(vector, {}):
        raise CommandError(
            f"the index of {context.env} has no reviews; about {waiting:,} files wait to be embedded"
        )
    if not reviews:
        _check_names(index, vector, request.filters)
    nearest = nearest_of_each_sentence(reviews)[:SHOWN_SENTENCES]
    answer = (
        answer_from(request.answer_by, question, nearest, min_score(context.env))
        if request.answer_by
        else None
    )
    return Found(context.env, question, reviews, waiting, answer)


def waiting_files(context: CommandContext) -> int:
    """Return about how many files the queue of the embed function holds."""
    queue = boto3.client("sqs").get_queue_attributes(
        QueueUrl=context.embedding_queue_url, AttributeNames=QUEUE_COUNTS
    )
    return sum(map(int, queue["Attributes"].values()))


def _check_names(index: SentenceIndex, vector: list[float], filters: Filters) -> None:
    """Check that some review has the location and the restaurant.

    Raises:
        UsageError: none has one of them; the message lists the known ones.
    """
    for name, key, given in (
        ("location", "location_key", filters.location_key),
        ("restaurant", "restaurant_name", filters.restaurant),
    ):
        if given is not None and given not in (known := index.values(key, vector)):
            known.sort(key=lambda each: _similarity(each, given), reverse=True)
            raise UsageError(f"no review has the {name} {given!r}; known, most similar first: {known}")


def _similarity(name: str, other: str) -> float:
    return SequenceMatcher(a=name.casefold(), b=other.casefold()).ratio()
