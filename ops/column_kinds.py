"""Decides by its content which field a column of an unknown file can be."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import pyarrow as pa

from tastetrend_etl.parse.column_sample import is_number
from tastetrend_etl.schema import NULL_VALUES
from tastetrend_etl.transform.categories import CATEGORIES
from tastetrend_etl.transform.dates import parse_dates
from tastetrend_etl.transform.numbers import parse_numbers
from tastetrend_etl.transform.ratings import parse_rating

MIN_VALUES = 5
_MOST, _SOME = 0.8, 0.3  # shares of the values
_PROSE_LENGTH, _PROSE_SPACES = 20, 2  # on average
_MAX_PLACES, _MAX_RATINGS, _MAX_WORDS = 30, 101, 8  # distinct values
_MAX_NAME = 40  # characters
_AMOUNT = re.compile(r"[€$£A-Z ]{0,4}-?[\d.,']+[.,]\d{2}[ €$£A-Z]{0,4}|[€$£] ?\d+|\d+ ?[€$£]")
_NAME = re.compile(r"[^\W\d_]+(?:[ .,'’-]+[^\W\d_]+){0,3}\.?")  # noqa: RUF001 # an apostrophe in names
_AGE = re.compile(r"\d{1,3} ?(?:-|–|to|bis|\+).*")  # noqa: RUF001 # as people write a range

Values = Sequence[str]


def fields_of(values: Values) -> list[str]:
    """Return the fields that a column with these values can be, the surest first."""
    present = [value for value in values if value.lower() not in NULL_VALUES]
    if len(present) < MIN_VALUES:
        return []
    return [field for field, fits in _FIELDS.items() if fits(present)]


def words_in(values: Values) -> set[str]:
    """Return the values and their words of more than one letter, in lower case."""
    texts = [value.lower() for value in values]
    return {*texts, *(word for text in texts for word in text.split() if len(word) > 1)}


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits)


def are_dates(values: Values) -> list[bool]:
    """Return for each value whether it is a date."""
    dates, _ = parse_dates(pa.array(values, pa.string()), day_first=True)
    other, _ = parse_dates(pa.array(values, pa.string()), day_first=False)
    return [bool(one or two) for one, two in zip(dates.is_valid(), other.is_valid(), strict=True)]


def are_numbers(values: Values) -> list[bool]:
    """Return for each value whether it is a number or an amount."""
    return [number == number for number in parse_numbers(pa.array(values, pa.string())).tolist()]  # noqa: PLR0124 # not NaN


def is_date(values: Values) -> bool:
    """Return whether most values are dates, other than bare numbers."""
    return _share(are_dates(values)) >= _MOST and not _share([is_number(each) for each in values]) >= _SOME


def is_prose(values: Values) -> bool:
    """Return whether the values are texts."""
    length, spaces = sum(map(len, values)), sum(value.count(" ") for value in values)
    return length >= _PROSE_LENGTH * len(values) and spaces >= _PROSE_SPACES * len(values)


def _is_amount(values: Values) -> bool:
    return _share([_AMOUNT.fullmatch(value) is not None for value in values]) >= _MOST


def _is_rating(values: Values) -> bool:
    ratings = [rating for rating in map(parse_rating, values) if rating]
    numbers = {rating.number for rating in ratings}
    repeated = len(numbers) <= _MAX_RATINGS and len(numbers) < len(ratings)
    on_scale = all(0 <= number <= 100 and (2 * number).is_integer() for number in numbers)  # noqa: PLR2004 # scale
    return len(ratings) >= _MOST * len(values) and repeated and on_scale


def _is_category(field: str, values: Values) -> bool:
    _, table, normalize = CATEGORIES[field]
    is_known = [normalize(value.lower()) in table for value in values]
    return _share(is_known) >= _SOME and len({*values}) <= _MAX_WORDS


def _is_age(values: Values) -> bool:
    return _share([_AGE.fullmatch(value) is not None for value in values]) >= _MOST


def _is_id(values: Values) -> bool:
    return len({*values}) == len(values) and not any(" " in value for value in values) and has_digits(values)


def has_digits(values: Values) -> bool:
    """Return whether every value has a digit."""
    return all(any(character.isdigit() for character in value) for value in values)


def _is_name(values: Values) -> bool:
    alike = [_NAME.fullmatch(value) is not None and len(value) <= _MAX_NAME for value in values]
    return _share(alike) >= _MOST and 2 * len({*values}) > len(values)


def _is_place(values: Values) -> bool:
    counts = Counter(values)
    is_code = all(len(value) <= _MAX_NAME for value in counts) and not _share(are_numbers(values)) >= _SOME
    return is_code and len(counts) <= _MAX_PLACES and 2 * len(counts) <= len(values)


_FIELDS: Mapping[str, Callable[[Values], bool]] = {
    "review_date": is_date,
    "review_text": is_prose,
    "total_spent": _is_amount,
    "age_range": _is_age,
    "gender": lambda values: _is_category("gender", values),
    "ethnicity": lambda values: _is_category("ethnicity", values),
    "source_review_id": lambda values: _is_id(values) and not is_date(values),
    "rating": lambda values: not _is_age(values) and not is_date(values) and _is_rating(values),
    "customer_name": _is_name,
    "location": lambda values: (
        not (is_date(values) or is_prose(values) or _is_rating(values))
        and not _is_category("gender", values)
        and not _is_age(values)
        and _is_place(values)
    ),
}
