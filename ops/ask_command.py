"""The command `tastetrend ask` and its options."""
# ruff: noqa: PLC0415 # a command imports its implementation when it runs, as in commands.py

from datetime import datetime
from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from ops.options import Env, Json, context_of, finish

EXAMPLE = 'Example: tastetrend ask "How long is the queue?" --max-rating 3 --env dev'


def ask(
    question: Annotated[str, Argument(help="A question, or words about a subject, in any language.")],
    env: Env,
    location: Annotated[
        str | None, Option(help="Only reviews of this location; its case and an address do not matter.")
    ] = None,
    restaurant: Annotated[str | None, Option(help="Only reviews of this restaurant.")] = None,
    min_rating: Annotated[float | None, Option(min=1, max=5, help="Only this rating or better.")] = None,
    max_rating: Annotated[float | None, Option(min=1, max=5, help="Only this rating or worse.")] = None,
    since: Annotated[
        datetime | None, Option(formats=["%Y-%m-%d"], help="Only reviews of this day or later.")
    ] = None,
    html: Annotated[
        Path | None, Option(metavar="FILE.html", help="Write the results to this file, as a page.")
    ] = None,
    answer: Annotated[
        str | None,
        Option(
            metavar="extract|MODEL",
            help="Answer with citations: by the nearest sentences, or by this model of Bedrock.",
        ),
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Find the sentences of reviews that come closest to a question in meaning.

    Names, e-mail addresses and telephone numbers of customers are masked. A search by meaning does not
    understand praise and complaint well: use --max-rating to find complaints.
    """
    from ops.ask import Request, ask_question
    from ops.sentence_index import Filters

    filters = Filters(location, restaurant, min_rating, max_rating, since.date() if since else None)
    finish(ask_question(context_of(env, as_json), Request(question, filters, answer), html), as_json)
