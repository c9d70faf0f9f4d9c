"""Reports which unmapped columns look like a rating, a text, a date or a customer."""

import difflib
import re
from collections.abc import Mapping
from itertools import islice

from tastetrend_etl.limits import MIN_SAMPLED_CELLS
from tastetrend_etl.models import ColumnHint
from tastetrend_etl.parse.column_names import MAX_NAME_LENGTH, words_of
from tastetrend_etl.parse.column_sample import Cells, known_values, numbers_of, why_not
from tastetrend_etl.schema import SYNONYMS

_MAX_EXAMINED, _MAX_HINTS = 100, 10  # columns
_MIN_SIMILARITY = 0.8  # of a misspelt name; at 0.6, `city` is like `ethnicity`
_MIN_PROSE_LENGTH, _MIN_PROSE_SPACES = 20, 2  # on average
_MAX_RATING = 10

# Field → words in the names of its columns.
_FIELD_WORDS: Mapping[str, frozenset[str]] = {
    "rating": frozenset({"rating", "rate", "rated", "score", "star", "stars", "grade", "satisfaction"}),
    "review_date": frozenset({"date", "time", "timestamp", "datetime", "day", "when", "at"}),
    "customer_name": frozenset(
        {"customer", "guest", "user", "author", "reviewer", "nickname", "username", "client"}
    ),
    "review_text": frozenset(
        {"review", "reviews", "comment", "comments", "text", "feedback", "opinion", "message", "remark",
         "remarks", "content", "body"}
    ),
}  # fmt: skip
_WORDS_OF_OTHER_COLUMNS = frozenset(
    {"id", "ids", "count", "number", "no", "url", "link", "image", "photo", "version", "email", "avg",
     "average", "total", "type", "language"}
)  # fmt: skip
_FIELD_OF = {name: field for field, names in SYNONYMS.items() for name in names}
_MONTH = r"[^\W\d]{3,9}\.?"
_DATE = re.compile(
    rf"(?:\d{{1,4}}[-/.]\d{{1,2}}[-/.]\d{{1,4}}|\d{{1,2}}\.? {_MONTH} \d{{2,4}}"
    rf"|{_MONTH} \d{{1,2}},? \d{{4}}).*"
)
_DIGIT_OR_STAR = re.compile(r"[\d★⭐☆]")


def hints_for(
    unmapped: Mapping[int, str], sample: tuple[Cells, ...], wanted: set[str], *, is_header: bool
) -> list[ColumnHint]:
    """Return a hint for each unmapped column that looks like one of the wanted fields.

    Args:
        unmapped: position → raw name.
        sample: the cells of each raw column.
        wanted: the fields that no column is mapped to.
        is_header: the names are certainly names. If not, they may be the cells of a review: none is quoted.
    """
    examined = islice(unmapped.items(), _MAX_EXAMINED)
    fields = {position: _likely_field(name, sample[position]) for position, name in examined}
    return [
        ColumnHint(
            column := _shown(name) if is_header else f"column {position + 1}",
            field,
            f"`{column}` looks like a {field}; rename it to `{field}` and send the file again, "
            "or add its name to SYNONYMS in schema.py",
        )
        for position, field in fields.items()
        for name in [unmapped[position]]
        if field in wanted and name.strip()
    ][:_MAX_HINTS]


def rejection_hint(name: str, field: str, reason: str, used: str | None) -> ColumnHint:
    """Return the hint for a column whose name is that of a field and whose content is not.

    Args:
        name: of the raw column.
        field: that the name tells.
        reason: what the column holds.
        used: the name of the column that the field is taken from, None if there is none.
    """
    column = _shown(name)
    advice = (
        f"if the file has a {field}, send it in a column `{field}` of its own"
        if used is None
        else f"the {field} is taken from `{_shown(used)}`"
    )
    return ColumnHint(column, field, f"`{column}` has {reason}, so it is kept in extra; {advice}")


def _shown(name: str) -> str:
    return name.strip()[:MAX_NAME_LENGTH]


def _likely_field(name: str, cells: Cells) -> str:
    """Return the field that a column looks like by its name or by its content, else nothing.

    The last word counts most: a `review_score` is a score, a `guest_comment` a comment.
    """
    if _WORDS_OF_OTHER_COLUMNS.intersection(words_of(name)):
        return ""
    if fields := _named_fields(name):
        return next((field for field in fields if _may_be(field, cells)), "")
    return _field_of_content(cells)


def _named_fields(name: str) -> list[str]:
    """Return the fields that a name has a word of, the last word's first, and the one that it is alike."""
    words = words_of(name)
    named = [field for word in reversed(words) for field, known in _FIELD_WORDS.items() if word in known]
    close = difflib.get_close_matches("_".join(words), _FIELD_OF, 1, _MIN_SIMILARITY)
    return [*named, *(_FIELD_OF[name] for name in close)]


def _may_be(field: str, cells: Cells) -> bool:
    if why_not(field, cells) or _field_of_content(cells) not in {"", field}:
        return False
    has_digits = all(map(_DIGIT_OR_STAR.search, known_values(cells)))
    return has_digits or field not in {"rating", "review_date"}


def _field_of_content(cells: Cells) -> str:
    values = known_values(cells)
    if len(values) < MIN_SAMPLED_CELLS:
        return ""
    if all(map(_DATE.fullmatch, values)):
        return "review_date"
    spaces, length = sum(value.count(" ") for value in values), sum(map(len, values))
    if length >= _MIN_PROSE_LENGTH * len(values) and spaces >= _MIN_PROSE_SPACES * len(values):
        return "review_text"
    numbers = numbers_of(cells)
    repeated = len(set(numbers)) < len(values) == len(numbers)
    return "rating" if repeated and all(1 <= number <= _MAX_RATING for number in numbers) else ""
