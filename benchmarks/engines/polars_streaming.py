"""polars: one lazy plan, run by its streaming engine."""

from collections.abc import Iterator

import polars as pl

from benchmarks.task import (
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
    ZONED_DATES,
    Balance,
    Task,
)

_SAME_REVIEW = ("review_text", "customer_name", "review_date", "restaurant_name")
_STARS = "^[★⭐]+☆*$"
_RATING = r"^(-?\d+(?:[.,]\d+)?)\s*(?:(?:/|out of)\s*(\d+)|(%)|stars?)?$"


def run(task: Task) -> None:
    """Run one plan that writes the rows to parquet."""
    _written(_deduplicated(_reviews(task)), task).sink_parquet(
        task.out, compression="snappy", engine="streaming"
    )


def count(task: Task) -> Balance:
    """Return the row counts; in the plan above they would take up to a fifth of its time."""
    reviews = _reviews(task)
    counts = [frame.select(pl.len()) for frame in (_records(task), reviews, _deduplicated(reviews))]
    counted = pl.collect_all(counts, engine="streaming")
    read_count, review_count, written_count = (int(frame.item()) for frame in counted)
    return Balance(read_count, written_count, read_count - review_count, review_count - written_count)


def _reviews(task: Task) -> pl.LazyFrame:
    rows = _with_duplicate_key(_records(task).filter(~pl.col("source_row").is_in(task.ragged)))
    return rows.filter(_clean("rating").is_not_null() | _clean("review_text").is_not_null())


def _deduplicated(reviews: pl.LazyFrame) -> pl.LazyFrame:
    return reviews.unique("same", keep="first", maintain_order=True)


def _records(task: Task) -> pl.LazyFrame:
    """Return all records with their source row numbers; blank lines are left out."""
    scanned = pl.scan_csv(
        task.path,
        separator=task.delimiter,
        has_header=False,
        skip_rows=1,
        schema=dict.fromkeys(FIELDS, pl.String),
        truncate_ragged_lines=True,
    )
    blank = pl.col("source_review_id").is_null()
    return scanned.filter(~blank).with_row_index("source_row", offset=1)


def _clean(name: str) -> pl.Expr:
    trimmed = pl.col(name).str.strip_chars()
    return pl.when(~trimmed.str.to_lowercase().is_in(NULL_VALUES)).then(trimmed)


def _with_duplicate_key(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Add `same`, a key that duplicates share."""
    return rows.with_columns(same=_compared().hash())


def _compared() -> pl.Expr:
    """Return the cells that are equal in duplicates; every row has an id."""
    complete = pl.all_horizontal(*(_clean(name).is_not_null() for name in _SAME_REVIEW[:3]))
    bare_id = (
        pl.when(complete).then(pl.lit("")).otherwise(pl.col("source_review_id").str.strip_suffix("_dup"))
    )
    others = [pl.col(name).str.strip_chars() for name in FIELDS if name != "source_review_id"]
    return pl.struct(bare_id.alias("source_review_id"), *others)


def _written(rows: pl.LazyFrame, task: Task) -> pl.LazyFrame:
    identity = _compared()
    first_told = pl.struct(*(_clean(name) for name in _SAME_REVIEW)).hash().is_first_distinct()
    rows = rows.with_columns(
        # polars cannot format hexadecimal; the digits of two 64-bit hashes are 128 bits as well.
        review_id=pl.format("{}-{}", identity.hash(1), identity.hash(2)),
        possible_duplicate=_clean("review_text").is_not_null() & ~first_told,
        source_file=pl.lit(task.path.name),
        rating_raw=pl.col("rating"),
        extra=pl.lit(None, pl.String),
        date_clean=_clean("review_date"),
        rating_clean=_clean("rating"),
        **{name: _clean(name) for name in (*TEXTS, "review_text")},
        **{name: _clean(name).str.to_lowercase() for name in GROUPS},
        **{name: _amount(name) for name in ("total_spent", "tip_amount", "tip_percentage", "party_size")},
    )
    rows = _with_ratings(_with_dates(rows, task))
    rows = _with_amounts(rows).with_columns(
        review_text_trunc=pl.col("review_text").str.slice(0, 2000),
        review_length=pl.col("review_text").str.len_chars().cast(pl.Int32),
        **{
            group: pl.col(name).replace_strict(words, default=None, return_dtype=pl.String)
            for name, (group, words) in GROUPS.items()
        },
    )
    return rows.with_columns(issues=pl.concat_list(*_issues()).list.drop_nulls()).select(OUTPUT)


def _with_dates(rows: pl.LazyFrame, task: Task) -> pl.LazyFrame:
    text = pl.col("date_clean").str
    plain = [
        text.to_datetime(form, strict=False, time_unit="us") for form in (*PLAIN_DATES, *task.numeric_dates)
    ]
    offset = text.replace("Z$", "+00:00").str
    zoned = offset.to_datetime(ZONED_DATES[0], strict=False, time_unit="us", time_zone="UTC")
    read = pl.coalesce(*plain, zoned.dt.replace_time_zone(None))
    first, last = (pl.lit(day).str.to_datetime() for day in (EARLIEST, LATEST))
    date = pl.col("date_parsed")
    return rows.with_columns(date_parsed=read).with_columns(
        review_date=pl.when(date.is_between(first, last)).then(date)
    )


def _with_ratings(rows: pl.LazyFrame) -> pl.LazyFrame:
    words = {word: str(number) for word, number in NUMBER_WORDS.items()}
    plain = pl.col("rating_clean").str.to_lowercase().str.replace_many(words)
    stars = plain.str.contains(_STARS)
    number = plain.str.extract(_RATING, 1).str.replace(",", ".").cast(pl.Float64)
    percent = plain.str.extract(_RATING, 3).is_not_null()
    scale = (
        pl.when(percent).then(100).otherwise(plain.str.extract(_RATING, 2).cast(pl.Int16).fill_null(SCALE))
    )
    rows = rows.with_columns(
        number=pl.when(stars).then(plain.str.count_matches("[★⭐]").cast(pl.Float64)).otherwise(number),
        rating_scale=pl.when(stars).then(SCALE).when(number.is_not_null()).then(scale).cast(pl.Int16),
    )
    fits = (pl.col("number") > 0) & (pl.col("number") <= pl.col("rating_scale"))
    value = (pl.col("number") / pl.col("rating_scale") * 5).clip(lower_bound=1)
    return rows.with_columns(rating_1_5=pl.when(fits).then(value))


def _amount(name: str) -> pl.Expr:
    words = {word: str(number) for word, number in NUMBER_WORDS.items()}
    bare = _clean(name).str.strip_chars("$€USD% ").replace(words)
    european = bare.str.contains(r",\d{1,2}$")
    swapped = bare.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    plain = bare.str.replace_all(",", "", literal=True)
    return pl.when(european).then(swapped).otherwise(plain).cast(pl.Float64, strict=False)


def _with_amounts(rows: pl.LazyFrame) -> pl.LazyFrame:
    party, percentage = pl.col("party_size"), pl.col("tip_percentage")
    spent, tip = pl.col("total_spent"), pl.col("tip_amount")
    rows = rows.with_columns(
        negative=spent < 0, party_parsed=party, total_spent=pl.when(spent >= 0).then(spent)
    )
    computed = (percentage.is_null() | (percentage == 0)) & tip.is_not_null() & (spent > 0)
    used = pl.when(computed).then(tip / spent * 100).otherwise(percentage)
    return rows.with_columns(percentage_used=used).with_columns(
        tip_percentage=pl.col("percentage_used").clip(upper_bound=30),
        log_total_spent=spent.log1p(),
        party_size=pl.when(party.is_between(1, 100) & (party % 1 == 0)).then(party).cast(pl.Int32),
    )


def _issues() -> Iterator[pl.Expr]:
    party, date, rating = pl.col("party_parsed"), pl.col("date_parsed"), pl.col("rating_1_5")
    unmapped = [pl.col(name).is_not_null() & pl.col(group).is_null() for name, (group, _) in GROUPS.items()]
    issues = {
        "date_unparseable": pl.col("date_clean").is_not_null() & date.is_null(),
        "date_out_of_range": date.is_not_null() & pl.col("review_date").is_null(),
        "rating_unparseable": pl.col("rating_clean").is_not_null() & pl.col("rating_scale").is_null(),
        "rating_out_of_scale": pl.col("rating_scale").is_not_null() & rating.is_null(),
        "total_spent_negative": pl.col("negative"),
        "tip_percentage_capped": pl.col("percentage_used") > 30,  # noqa: PLR2004 # the contract's cap
        "party_size_unparseable": party % 1 != 0,
        "party_size_out_of_range": (party % 1 == 0) & pl.col("party_size").is_null(),
        "possible_duplicate": pl.col("possible_duplicate"),
        "unmapped_category": pl.any_horizontal(*unmapped),
    }
    for code, mask in issues.items():
        yield pl.when(mask).then(pl.lit(code))
