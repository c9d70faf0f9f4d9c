"""The data contract as tables: columns, synonyms, null values and category maps."""

from collections.abc import Mapping
from itertools import product

import pyarrow as pa

# --- columns of raw files ---------------------------------------------------------------------------

# Field → the known names of its columns, the best first: it wins where a file has several.
SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "source_review_id": ("source_review_id", "review_id", "review_number", "review_no", "id"),
    "customer_name": (
        "customer_name", "guest_name", "reviewer_name", "author_name", "user_name", "reviewer", "author",
        "nickname", "display_name", "profile_name", "your_name", "customer", "guest", "user", "name",
    ),
    "review_date": (
        "review_date", "date", "visit_date", "date_of_visit", "unix_review_time", "review_time",
        "review_timestamp", "reviewed_at", "submitted_at", "submission_date", "published_date",
        "publish_date", "published_at", "date_published", "posted_at", "post_date", "posted_date",
        "created_at", "creation_date", "created_date", "date_created", "date_time", "timestamp",
        "published", "posted", "created", "time",
    ),
    "rating": (
        "rating", "review_rating", "star_rating", "overall_rating", "satisfaction_score",
        "rating_out_of_5", "rating_out_of_10", "rating_out_of_100", "stars", "star", "review_stars",
        "review_score", "reviewer_score", "rating_score", "rating_value", "user_rating",
        "customer_rating", "overall_score", "overall_satisfaction", "overall", "score",
    ),
    "review_text": (
        "review_text", "review_body", "review_content", "review_comment", "review_comments",
        "review_message", "review_comment_message", "feedback_comments", "feedback_text",
        "comment_text", "verified_reviews", "comments", "comment", "text", "content", "message",
        "reviews", "review", "feedback",
    ),
    "location": ("location", "venue_location", "restaurant_location", "branch", "venue"),
    "restaurant_name": ("restaurant_name", "business_name", "establishment", "restaurant"),
    "total_spent": ("total_spent", "amount_spent"),
    "tip_amount": ("tip_amount", "tip"),
    "tip_percentage": ("tip_percentage", "tip_percent"),
    "party_size": ("party_size",),
    "age_range": ("age_range", "age"),
    "gender": ("gender", "sex"),
    "ethnicity": ("ethnicity",),
}  # fmt: skip

# Names that columns of other content have, too.
VAGUE_NAMES = frozenset(
    {"id", "user", "name", "timestamp", "published", "posted", "created", "time", "overall", "score",
     "text", "content", "message", "reviews", "review", "feedback"}
)  # fmt: skip

# Notes in brackets behind a name that are no part of it.
NAME_NOTES = frozenset(
    {"", "optional", "required", "utc", "gmt", "local", "usd", "eur", "gbp", "$", "€", "£",
     "yyyy-mm-dd", "dd/mm/yyyy", "mm/dd/yyyy", "dd.mm.yyyy"}
)  # fmt: skip

# What a column holds that answers a question with yes or no.
FLAGS = frozenset({"0", "1", "yes", "no", "y", "n", "true", "false", "t", "f"})

SCALE_BY_COLUMN: Mapping[str, int] = {
    "rating_out_of_5": 5,
    "rating_out_of_10": 10,
    "rating_out_of_100": 100,
}

# Patterns of the names that exports give to a column with the number of the row.
ROW_NUMBER_NAMES = (
    "", "#", r"unnamed: \d+", r"column_?1", r"\.\.\.1", "index", "level_0", "x", "x1", "no", r"no\.",
    "nr", r"nr\.", "row", "rows", "row[ _.]?(no|number|num|id|names?|index)", "rownum",
    "line", "line[ _.]?(no|number|num)",
    r"s\.? ?no\.?", r"sr\.? ?no\.?", "serial[ _.]?(no|number)",
)  # fmt: skip

RESTAURANT_INFO_COLUMNS = ("restaurant_name", "address", "avg_stars", "total_reviews")

# --- cells ------------------------------------------------------------------------------------------

NULL_VALUES = ("", "na", "n/a", "null", "none", "nan", "-", "--", "#n/a", r"\n", "(null)", "<na>")


def _spellings(word: str) -> list[str]:
    return ["".join(letters) for letters in product(*({c.lower(), c.upper()} for c in word))]


# In every combination of upper and lower case: one exact lookup instead of lower-casing a column.
NULL_SPELLINGS = sorted({spelling for word in NULL_VALUES for spelling in _spellings(word)})

# Words at the start of a line of totals; none of them is a common name.
SUMMARY_WORDS = (
    "total", "totals", "sum", "average", "avg", "mean", "count", "gesamt", "summe", "durchschnitt",
    "moyenne", "promedio", "totale", "totaal", "gemiddelde",
)  # fmt: skip
_SUMMARY_WORD = rf"(?i)^\W*(?:(?:grand|sub|overall)[ -]?)?(?:{'|'.join(SUMMARY_WORDS)})"
# In the column of ids; and in any other of the first columns, where `Total Stranger` is a guest.
SUMMARY_ID_PATTERN = rf"{_SUMMARY_WORD}\b"
SUMMARY_LABEL_PATTERN = rf"{_SUMMARY_WORD}(?:\W*$|\W+(?:of|ratings?|scores?|stars|reviews?|rows?)\b|\W.*\d)"
RATING_SCALES = (5, 10, 100)

NUMBER_WORDS: Mapping[str, int] = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip

AGE_GROUPS: Mapping[str, str] = {
    "18-25": "young_adult",
    "26-35": "adult",
    "36-45": "mid_age",
    "46-55": "mature",
    "56-65": "senior",
    "65+": "elder",
}
GENDERS: Mapping[str, str] = {
    "m": "male", "male": "male", "man": "male",
    "f": "female", "female": "female", "woman": "female",
    "non binary": "non_binary", "nonbinary": "non_binary",
    "other": "other",
    "prefer not to say": "undisclosed",
}  # fmt: skip
ETHNICITIES: Mapping[str, str] = {
    "caucasian": "caucasian",
    "white": "caucasian",
    "black": "african_american",
    "african american": "african_american",
    "black african american": "african_american",
    "asian": "asian",
    "latino": "hispanic",
    "hispanic": "hispanic",
    "latino hispanic": "hispanic",
    "hispanic latino": "hispanic",
    "mixed": "mixed",
    "native american": "native_american",
    "other": "other",
}

# --- outputs ----------------------------------------------------------------------------------------

GROUP_COLUMNS = ("gender_norm", "age_group", "ethnicity_norm", "location")  # of the bias report

# Of the rules in docs/data-contract.md; in every report and in the footer of every dataset.
CONTRACT_VERSION = 2

REVIEWS = pa.schema(
    [
        ("review_id", pa.string()),
        ("source_review_id", pa.string()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("customer_name", pa.string()),
        ("location", pa.string()),
        ("restaurant_name", pa.string()),
        ("review_date", pa.timestamp("us")),
        ("rating_raw", pa.string()),
        ("rating_scale", pa.int16()),
        ("rating_1_5", pa.float64()),
        ("review_text", pa.string()),
        ("review_text_trunc", pa.string()),
        ("review_length", pa.int32()),
        ("total_spent", pa.float64()),
        ("tip_amount", pa.float64()),
        ("log_total_spent", pa.float64()),
        ("tip_percentage", pa.float64()),
        ("party_size", pa.int32()),
        ("age_range", pa.string()),
        ("gender", pa.string()),
        ("ethnicity", pa.string()),
        ("age_group", pa.string()),
        ("gender_norm", pa.string()),
        ("ethnicity_norm", pa.string()),
        ("issues", pa.list_(pa.string())),
        ("extra", pa.string()),
    ]
)

RESTAURANTS = pa.schema(
    [
        ("restaurant_name", pa.string()),
        ("address", pa.string()),
        ("avg_stars", pa.float64()),
        ("total_reviews", pa.int64()),
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("issues", pa.list_(pa.string())),
    ]
)

REJECTED = pa.schema(
    [
        ("source_row", pa.int64()),
        ("reason", pa.string()),
        ("raw", pa.string()),
        ("duplicate_of", pa.int64()),
    ]
)
DUPLICATE = "duplicate"  # the reason of a row that is left out because an earlier one stays
