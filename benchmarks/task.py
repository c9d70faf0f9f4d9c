"""What every contender is told of a file and of the contract, and what it must return.

The peers are told what ours has to find out for itself: the encoding, the delimiter, the date formats and
their order, the rating scale, that a record has at most two fields too many, which records are ragged.
"""

from dataclasses import dataclass
from pathlib import Path

from samples.sources import SHARED_COLUMNS, SOURCES
from tastetrend_etl import schema

FIELDS = (
    "source_review_id", "customer_name", "review_date", "rating", "review_text", "location",
    "restaurant_name", *SHARED_COLUMNS,
)  # fmt: skip
SURPLUS = ("surplus_1", "surplus_2")
COLUMNS = (*FIELDS, *SURPLUS)
TEXTS = ("customer_name", "location", "restaurant_name")
NULL_VALUES = list(schema.NULL_VALUES)
SCALE = 5
EARLIEST, LATEST = "1990-01-01", "2026-12-31"

# strptime patterns; `%m/%d/%Y` comes before `%d/%m/%Y` or after it, as the source has it.
PLAIN_DATES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%d %b %Y", "%b %d, %Y", "%B %d, %Y", "%Y%m%d")
ZONED_DATES = ("%Y-%m-%dT%H:%M:%S%z",)

AGES = dict(schema.AGE_GROUPS)
GENDERS = {
    "m": "male", "male": "male", "f": "female", "female": "female", "non-binary": "non_binary",
    "other": "other", "prefer not to say": "undisclosed",
}  # fmt: skip
ETHNICITIES = {word: group for word, group in schema.ETHNICITIES.items() if "  " not in word}
NUMBER_WORDS = dict(schema.NUMBER_WORDS)
GROUPS = {
    "age_range": ("age_group", AGES),
    "gender": ("gender_norm", GENDERS),
    "ethnicity": ("ethnicity_norm", ETHNICITIES),
}

RATING_SCALES = schema.RATING_SCALES
OUTPUT = tuple(schema.REVIEWS.names)


@dataclass(frozen=True)
class Task:
    """One file to be processed.

    Attributes:
        source: whose file it is.
        path: the raw file.
        out: the parquet file to write.
        ragged: the numbers of its ragged records, for readers that cannot tell them.
    """

    source: str
    path: Path
    out: Path
    ragged: tuple[int, ...] = ()

    @property
    def day_first(self) -> bool:
        """Say how `01/02/2020` is meant."""
        return SOURCES[self.source].date_order == "day_first"

    @property
    def numeric_dates(self) -> tuple[str, str]:
        """Return the numeric patterns, the source's own first."""
        return ("%d/%m/%Y", "%m/%d/%Y") if self.day_first else ("%m/%d/%Y", "%d/%m/%Y")

    @property
    def encoding(self) -> str:
        """Return Python's name of the encoding."""
        return SOURCES[self.source].encoding

    @property
    def delimiter(self) -> str:
        """Return the character between fields."""
        return SOURCES[self.source].delimiter


@dataclass(frozen=True)
class Balance:
    """What became of the rows."""

    read: int
    written: int
    rejected: int
    duplicate: int
