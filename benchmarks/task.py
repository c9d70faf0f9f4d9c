"""Input and output of every engine: the file, the rules of the contract, and the row balance.

The other engines get what ours has to infer: the encoding, the delimiter, the date formats and their order,
the rating scale, that a record has at most two surplus fields, and which records are ragged.
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

# strptime patterns; the order of `%m/%d/%Y` and `%d/%m/%Y` depends on the source.
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
    """One file to process.

    Attributes:
        source: name of the source.
        path: the raw file.
        out: the parquet file to write.
        ragged: source row numbers of ragged records, for readers that cannot detect them.
    """

    source: str
    path: Path
    out: Path
    ragged: tuple[int, ...] = ()

    @property
    def day_first(self) -> bool:
        """Return whether `01/02/2020` is 1 February."""
        return SOURCES[self.source].date_order == "day_first"

    @property
    def numeric_dates(self) -> tuple[str, str]:
        """Return the numeric patterns, the source's order first."""
        return ("%d/%m/%Y", "%m/%d/%Y") if self.day_first else ("%m/%d/%Y", "%d/%m/%Y")

    @property
    def encoding(self) -> str:
        """Return the Python codec name."""
        return SOURCES[self.source].encoding

    @property
    def delimiter(self) -> str:
        """Return the character between fields."""
        return SOURCES[self.source].delimiter


@dataclass(frozen=True)
class Balance:
    """Row counts of a processed file."""

    read: int
    written: int
    rejected: int
    duplicate: int
