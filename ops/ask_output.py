"""Shows the sentences that `tastetrend ask` has found: as a table, a page or JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ops.answer import Answer
from ops.ask_page import render
from ops.output_file import written_whole
from ops.sentence_index import Match

SHOWN_SENTENCES = 10
_COLUMNS = ("no.", "score", "reviews", "rating", "date", "place", "file:row", "sentence")
_NUMBERS = frozenset({"no.", "score", "reviews", "rating"})


@dataclass(frozen=True)
class Found:
    """What was found: the nearest sentence of each review, the nearest first.

    Attributes:
        waiting_files: about how many are not yet in the index.
        answer: None if none was asked for.
    """

    environment: str
    question: str
    reviews: Sequence[Match]
    waiting_files: int
    answer: Answer | None

    def to_json(self) -> dict[str, Any]:
        """Return everything, with the number of reviews."""
        return asdict(self) | {"review_count": len(self.reviews)}


def nearest_of_each_sentence(reviews: Sequence[Match]) -> list[Match]:
    """Return the nearest review of each sentence: several reviews may have the same one."""
    nearest: dict[str, Match] = {}
    for match in reviews:
        nearest.setdefault(match.sentence, match)
    return list(nearest.values())


def show(found: Found, console: Console, html: Path | None) -> None:
    """Print the results, or write them to a page."""
    rows = _rows(found.reviews)
    total = f"Reviews of {found.environment}: {len(found.reviews):,}, with {len(rows):,} different sentences"
    if html:
        with written_whole(html) as unfinished:
            unfinished.write_text(
                render(found.question, found.environment, found.answer, _COLUMNS, rows), encoding="utf-8"
            )
        console.print(f"{total}, written to {html}.")
    elif rows:
        _print(found.answer, rows, console)
        more = f"; the nearest {SHOWN_SENTENCES} are shown, --html or --json gives all"
        console.print(f"{total}{more if len(rows) > SHOWN_SENTENCES else ''}.")
    else:
        console.print(f"No review of {found.environment} fits all filters.")
    if found.waiting_files:
        console.print(
            f"About {found.waiting_files:,} files wait to be embedded; their reviews may be missing."
        )


def _print(answer: Answer | None, rows: Sequence[tuple[str, ...]], console: Console) -> None:
    if answer:
        for line in filter(None, (answer.text, answer.remark)):
            console.print(line)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in _NUMBERS else "left", overflow="fold")
    for row in rows[:SHOWN_SENTENCES]:
        table.add_row(*map(Text, row))
    console.print(table)


def _rows(reviews: Sequence[Match]) -> list[tuple[str, ...]]:
    """Return the cells of each sentence, in the order of the columns."""
    counts = Counter(match.sentence for match in reviews)
    return [
        (str(number), *_cells(match, counts[match.sentence]))
        for number, match in enumerate(nearest_of_each_sentence(reviews), start=1)
    ]


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
