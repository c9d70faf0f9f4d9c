"""DuckDB: SQL over temporary tables."""

from collections.abc import Iterable, Mapping

import duckdb

from benchmarks.task import (
    COLUMNS,
    EARLIEST,
    FIELDS,
    GROUPS,
    LATEST,
    NULL_VALUES,
    NUMBER_WORDS,
    OUTPUT,
    PLAIN_DATES,
    SCALE,
    TEXTS,
    Balance,
    Task,
)

_SAME_REVIEW = ("review_text", "customer_name", "review_date", "restaurant_name")
_STARS = "^[★⭐]+☆*$"
_RATING = r"^(-?\d+(?:[.,]\d+)?)\s*(?:(?:/|out of)\s*(\d+)|(%)|stars?)?$"
_ZONED = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)$"
_AMOUNTS = ("total_spent", "tip_amount", "tip_percentage", "party_size")
_UNMAPPED = " OR ".join(f"({name} IS NOT NULL AND {group} IS NULL)" for name, (group, _) in GROUPS.items())
_ISSUES = {
    "date_unparseable": "date_clean IS NOT NULL AND date_parsed IS NULL",
    "date_out_of_range": "date_parsed IS NOT NULL AND review_date IS NULL",
    "rating_unparseable": "rating_clean IS NOT NULL AND rating_scale IS NULL",
    "rating_out_of_scale": "rating_scale IS NOT NULL AND rating_1_5 IS NULL",
    "total_spent_negative": "spent_parsed < 0",
    "tip_percentage_capped": "percentage_used > 30",
    "party_size_unparseable": "party_parsed % 1 <> 0",
    "party_size_out_of_range": "party_parsed % 1 = 0 AND party_size IS NULL",
    "possible_duplicate": "possible_duplicate",
    "unmapped_category": _UNMAPPED,
}


_WRITTEN = """
    SELECT source_row, row_number() OVER (PARTITION BY review ORDER BY source_row) > 1 AS possible_duplicate
    FROM (
        SELECT min(source_row) AS source_row, arg_min(review, source_row) AS review FROM reviews GROUP BY same
    )"""


def run(task: Task) -> Balance:
    """Number the records in a table, select the rows to write, write them."""
    base = duckdb.connect()
    base.execute("SET threads = 1; SET TimeZone = 'UTC'")
    base.execute(f"CREATE TEMP TABLE records AS {_records(task)}")
    base.execute(f"CREATE TEMP TABLE reviews AS {_reviews()}")
    base.execute(f"CREATE TEMP TABLE written AS {_WRITTEN}")
    base.execute(f"COPY ({_output(task)}) TO '{task.out}' (FORMAT parquet, COMPRESSION snappy)")
    read, reviews, written = (
        int(base.table(name).count("*").fetchall()[0][0]) for name in ("records", "reviews", "written")
    )
    return Balance(read, written, read - reviews, reviews - written)


def _records(task: Task) -> str:
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in COLUMNS)
    return f"""
        SELECT row_number() OVER () AS source_row, *
        FROM read_csv('{task.path}', header = false, skip = 1, auto_detect = false, parallel = false,
            delim = '{task.delimiter}', quote = '"', escape = '"', columns = {{{columns}}},
            null_padding = true, nullstr = '\x01')"""  # noqa: S608 # the paths are generated here


def _reviews() -> str:
    """Return a query for the records that are reviews, with a key that duplicates share."""
    review = ", ".join(_clean(name) for name in _SAME_REVIEW)
    return f"""
        SELECT source_row, hash({_compared()}) AS same,
            CASE WHEN {_clean("review_text")} IS NOT NULL THEN hash({review}) ELSE source_row END AS review
        FROM records
        WHERE ethnicity IS NOT NULL AND surplus_1 IS NULL
            AND ({_clean("rating")} IS NOT NULL OR {_clean("review_text")} IS NOT NULL)"""  # noqa: S608 # likewise


def _compared() -> str:
    """Return the cells that are equal in duplicates; every row has an id."""
    complete = " AND ".join(f"{_clean(name)} IS NOT NULL" for name in _SAME_REVIEW[:3])
    others = ", ".join(_trimmed(name) for name in FIELDS if name != "source_review_id")
    return f"CASE WHEN {complete} THEN '' ELSE regexp_replace(source_review_id, '_dup$', '') END, {others}"


def _output(task: Task) -> str:
    """Return a query for the contract's columns."""
    texts = ", ".join(f"{_clean(name)} AS {name}" for name in (*TEXTS, "review_text"))
    groups = ", ".join(f"lower({_clean(name)}) AS {name}" for name in GROUPS)
    mapped = ", ".join(f"{_map(words)}[{name}] AS {group}" for name, (group, words) in GROUPS.items())
    amounts = ", ".join(f"{_amount(name)} AS {name}" for name in _AMOUNTS)
    issues = ", ".join(f"CASE WHEN {mask} THEN '{code}' END" for code, mask in _ISSUES.items())
    return f"""
        WITH cells AS (
            SELECT source_row, md5(concat_ws('\x1f', {_compared()})) AS review_id, possible_duplicate,
                nullif(source_review_id, '') AS source_review_id, nullif(rating, '') AS rating_raw,
                {_clean("review_date")} AS date_clean, {_clean("rating")} AS rating_clean,
                {_replace_number_words(f"lower({_clean('rating')})")} AS plain, {texts}, {groups}, {amounts}
            FROM records JOIN written USING (source_row)
        ), numbers AS (
            SELECT * EXCLUDE (total_spent, party_size),
                total_spent AS spent_parsed, party_size AS party_parsed,
                CASE WHEN total_spent >= 0 THEN total_spent END AS total_spent,
                CASE WHEN party_size BETWEEN 1 AND 100 AND party_size % 1 = 0
                    THEN party_size::INTEGER END AS party_size,
                {_date(task)} AS date_parsed, {_number()} AS number,
                {_scale()}::SMALLINT AS rating_scale, {mapped}
            FROM cells
        ), checked AS (
            SELECT *,
                CASE WHEN (tip_percentage IS NULL OR tip_percentage = 0) AND total_spent > 0
                    AND tip_amount IS NOT NULL THEN tip_amount / total_spent * 100
                    ELSE tip_percentage END AS percentage_used,
                CASE WHEN date_parsed BETWEEN '{EARLIEST}' AND '{LATEST}' THEN date_parsed END AS review_date,
                CASE WHEN number > 0 AND number <= rating_scale
                    THEN greatest(number / rating_scale * 5, 1.0) END AS rating_1_5
            FROM numbers
        ), complete AS (
            SELECT * EXCLUDE (tip_percentage), '{task.path.name}' AS source_file, NULL::VARCHAR AS extra,
                review_text[:2000] AS review_text_trunc, length(review_text)::INTEGER AS review_length,
                ln(1 + total_spent) AS log_total_spent,
                CASE WHEN percentage_used > 30 THEN 30 ELSE percentage_used END AS tip_percentage,
                list_filter([{issues}], lambda code: code IS NOT NULL) AS issues
            FROM checked
        )
        SELECT {", ".join(OUTPUT)} FROM complete"""  # noqa: S608 # likewise


def _clean(name: str) -> str:
    words = ", ".join(f"'{word}'" for word in NULL_VALUES)
    return f"CASE WHEN lower({_trimmed(name)}) NOT IN ({words}) THEN {_trimmed(name)} END"


def _trimmed(name: str) -> str:
    return f"trim({name}, ' \t\r\n')"


def _map(words: Mapping[str, str]) -> str:
    return "MAP {" + ", ".join(f"'{word}': '{group}'" for word, group in words.items()) + "}"


def _replace_number_words(text: str) -> str:
    for word, number in NUMBER_WORDS.items():
        text = f"replace({text}, '{word}', '{number}')"
    return text


def _number() -> str:
    return f"""CASE WHEN regexp_matches(plain, '{_STARS}') THEN length(replace(plain, '☆', ''))::DOUBLE
        ELSE try_cast(replace(regexp_extract(plain, '{_RATING}', 1), ',', '.') AS DOUBLE) END"""


def _scale() -> str:
    return f"""CASE WHEN regexp_matches(plain, '{_STARS}') THEN {SCALE}
        WHEN regexp_extract(plain, '{_RATING}', 3) = '%' THEN 100
        WHEN regexp_matches(plain, '{_RATING}')
        THEN coalesce(try_cast(regexp_extract(plain, '{_RATING}', 2) AS SMALLINT), {SCALE}) END"""


def _amount(name: str) -> str:
    bare = f"trim({_replace_number_words(_clean(name)) if name == 'party_size' else _clean(name)}, '$€USD% ')"
    european = f"replace(replace({bare}, '.', ''), ',', '.')"
    return f"""try_cast(CASE WHEN regexp_matches({bare}, ',[0-9]{{1,2}}$') THEN {european}
        ELSE replace({bare}, ',', '') END AS DOUBLE)"""


def _date(task: Task) -> str:
    return f"""coalesce(try_strptime(date_clean, {_list((*PLAIN_DATES, *task.numeric_dates))}),
        CASE WHEN regexp_matches(date_clean, '{_ZONED}') THEN date_clean::TIMESTAMPTZ::TIMESTAMP END)"""


def _list(texts: Iterable[str]) -> str:
    return "[" + ", ".join(f"'{text}'" for text in texts) + "]"
