"""The tables and views of the curated data: columns with their types in Glue, and SQL."""

from collections.abc import Mapping
from dataclasses import dataclass

Columns = Mapping[str, str]
"""Name → type as Hive, and so Glue, calls it."""

# Those of a curated part, in `tastetrend_etl.curated`; a test keeps both equal.
_REVIEWS: Columns = {
    "review_id": "string",
    "source_review_id": "string",
    "source_file": "string",
    "source_row": "bigint",
    "customer_pseudonym": "string",
    "customer_key_version": "string",
    "location": "string",
    "restaurant_name": "string",
    "review_date": "timestamp",
    "rating_raw": "string",
    "rating_scale": "smallint",
    "rating_1_5": "double",
    "review_text": "string",
    "review_text_trunc": "string",
    "review_length": "int",
    "total_spent": "double",
    "tip_amount": "double",
    "log_total_spent": "double",
    "tip_percentage": "double",
    "party_size": "int",
    "age_range": "string",
    "gender": "string",
    "ethnicity": "string",
    "age_group": "string",
    "gender_norm": "string",
    "ethnicity_norm": "string",
    "issues": "array<string>",
}
_RESTAURANTS: Columns = {
    "restaurant_name": "string",
    "address": "string",
    "avg_stars": "double",
    "total_reviews": "bigint",
    "source_file": "string",
    "source_row": "bigint",
    "issues": "array<string>",
}
_TRINO_TYPES = {
    "string": "varchar",
    "int": "integer",
    "timestamp": "timestamp(3)",
    "array<string>": "array(varchar)",
}


@dataclass(frozen=True)
class Table:
    """A table over all objects under a prefix of the processed bucket."""

    name: str
    prefix: str
    description: str
    columns: Columns


@dataclass(frozen=True)
class View:
    """A view; its SQL has `{database}` before the names of tables, as it may be read from any other."""

    name: str
    description: str
    columns: Columns
    sql: str

    @property
    def trino_columns(self) -> list[dict[str, str]]:
        """Return the columns with their types as Athena's engine, Trino, calls them."""
        return [{"name": name, "type": _TRINO_TYPES.get(kind, kind)} for name, kind in self.columns.items()]


TABLES = (
    Table(
        "review_rows",
        "curated/reviews",
        "The rows of every dataset of reviews; a review that two files deliver has two rows",
        _REVIEWS,
    ),
    Table(
        "restaurants", "curated/restaurants", "The rows of every dataset of restaurant facts", _RESTAURANTS
    ),
)
VIEWS = (
    View(
        "reviews",
        "One row for each review_id: of its rows, the one with the least source_file, then source_row",
        _REVIEWS,
        f"""SELECT {", ".join(_REVIEWS)}
FROM (
  SELECT *, row_number() OVER (PARTITION BY review_id ORDER BY source_file, source_row) AS occurrence
  FROM {{database}}.review_rows
) AS numbered
WHERE occurrence = 1""",  # noqa: S608 # nosec B608 # made of constants
    ),
    View(
        "reviews_by_month",
        "Reviews, ratings and their mean for each month and restaurant; null: not known",
        {
            "month": "date",
            "restaurant_name": "string",
            "reviews": "bigint",
            "ratings": "bigint",
            "mean_rating": "double",
        },
        """SELECT
  CAST(date_trunc('month', review_date) AS date) AS month,
  restaurant_name,
  count(*) AS reviews,
  count(rating_1_5) AS ratings,
  avg(rating_1_5) AS mean_rating
FROM {database}.reviews
GROUP BY 1, 2""",
    ),
)
