"""Step 4: converts the cells of a batch to the contract's columns and marks what is wrong with each row.

Every column but the id and the text is converted once per distinct value.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl.limits import MAX_PARTY, MAX_TIP_PERCENTAGE, MIN_PARTY
from tastetrend_etl.models import FormatEvidence, InferredFormat, Mask
from tastetrend_etl.sources.config import Source
from tastetrend_etl.transform import ratings
from tastetrend_etl.transform.categories import CATEGORIES, map_categories
from tastetrend_etl.transform.dates import out_of_range, parse_dates
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.infer_format import add_evidence
from tastetrend_etl.transform.numbers import EITHER, decimal_mark_evidence, parse_numbers
from tastetrend_etl.transform.select_fields import ReviewFields
from tastetrend_etl.transform.text import empty_as_null, truncate


@dataclass(frozen=True)
class Standardized:
    """A batch, or some of its columns, as the contract defines them.

    Attributes:
        columns: output column → Arrow array with one entry per row.
        issues: issue code → mask of rows.
        evidence: how the rows show their file's format.
        unmapped: category column → unknown word → rows.
    """

    columns: Mapping[str, pa.Array]
    issues: Mapping[str, Mask] = field(default_factory=dict)
    evidence: FormatEvidence = field(default_factory=FormatEvidence)
    unmapped: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def standardize(fields: ReviewFields, inferred_format: InferredFormat) -> Standardized:
    """Apply the contract's rules for cells."""
    columns = fields.columns
    rating = _rating(fields, inferred_format)
    date = _date(columns["review_date"], inferred_format)
    categories = _categories(columns, inferred_format.source)
    money = _money(columns, inferred_format.decimal_mark)
    parts = (rating, date, money, _party_size(columns["party_size"]), categories, _texts(fields))
    return Standardized(
        columns={name: column for part in parts for name, column in part.columns.items()},
        issues={code: mask for part in parts for code, mask in part.issues.items()},
        evidence=add_evidence(add_evidence(rating.evidence, date.evidence), money.evidence),
        unmapped=categories.unmapped,
    )


def _texts(fields: ReviewFields) -> Standardized:
    names = {name: fields.columns[name] for name in ("customer_name", "location", "restaurant_name")}
    length = pc.utf8_length(fields.text)
    return Standardized(
        columns={name: column.to_dictionary(column.values) for name, column in names.items()}
        | {
            "source_review_id": empty_as_null(fields.ids),
            "review_text": fields.text,
            "review_text_trunc": truncate(fields.text, length),
            "review_length": length,
            "extra": fields.extra,
        },
        issues={"control_characters_removed": fields.had_control_chars},
    )


def _rating(fields: ReviewFields, inferred_format: InferredFormat) -> Standardized:
    """Rescale each number from its own scale, else from that of the column which it is from."""
    cells, origin, nulls = fields.columns["rating"], fields.rating_origin, inferred_format.source.null_words
    scales = np.array(inferred_format.rating_scales, np.int16)
    raw = cells.raw_values.to_numpy(zero_copy_only=False).tolist()
    parsed = [ratings.parse_rating(text) for text in raw]
    number = np.array([rating.number if rating else np.nan for rating in parsed], np.float64)
    scale = np.array([rating.scale or 0 if rating else 0 for rating in parsed], np.int16)
    scale = np.where(scale == 0, scales[0] if origin is None else scales[origin], scale)
    value = ratings.rescale_to_five(number, scale)
    present = ~np.array([ratings.is_missing(text, nulls) for text in raw], bool)
    understood = np.array([rating is not None for rating in parsed], bool)
    return Standardized(
        columns={
            "rating_raw": cells.to_dictionary(empty_as_null(cells.raw_values)),
            "rating_scale": cells.to_rows(pa.array(scale, mask=~(present & understood))),
            "rating_1_5": cells.to_rows(_nan_as_null(value)),
        },
        issues={
            "rating_unparseable": (present & ~understood)[cells.codes],
            "rating_out_of_scale": (understood & np.isnan(value))[cells.codes],
        },
        evidence=FormatEvidence(
            rating_scale=ratings.scale_evidence(parsed, cells.counts(), origin),
            ratings=ratings.count_tenths(number, scale, cells.counts()),
        ),
    )


def _date(cells: DictionaryColumn, inferred_format: InferredFormat) -> Standardized:
    day_first, stated = inferred_format.day_first, bool(inferred_format.source.date_order)
    dates, order = parse_dates(cells.values, day_first=day_first, stated=stated)
    impossible = out_of_range(dates, inferred_format.max_review_date)
    unparseable = pc.and_(pc.is_valid(cells.values), pc.is_null(dates))
    return Standardized(
        columns={"review_date": cells.to_rows(pc.if_else(impossible, None, dates))},
        issues={
            "date_unparseable": np.asarray(unparseable)[cells.codes],
            "date_out_of_range": np.asarray(impossible)[cells.codes],
        },
        evidence=FormatEvidence(date_order=order),
    )


def _money(columns: Mapping[str, DictionaryColumn], decimal_mark: str) -> Standardized:
    marks = {"total_spent": decimal_mark, "tip_amount": decimal_mark, "tip_percentage": EITHER}
    (spent, spent_issues), (tip, tip_issues), (percentage, percentage_issues) = (
        _amount(name, columns[name], mark) for name, mark in marks.items()
    )
    evidence = (decimal_mark_evidence(columns[name]) for name in ("total_spent", "tip_amount"))
    known = ~np.isnan(spent) & ~np.isnan(tip)
    absent = np.isnan(percentage) | (percentage == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        percentage = np.where(absent & known & (spent > 0), tip / spent * 100, percentage)
        capped = percentage > MAX_TIP_PERCENTAGE
        exceeding = known & (tip > spent) & (spent > 0)
    return Standardized(
        columns={
            "total_spent": _nan_as_null(spent),
            "tip_amount": _nan_as_null(tip),
            "log_total_spent": _nan_as_null(np.log1p(spent)),
            "tip_percentage": _nan_as_null(np.where(capped, MAX_TIP_PERCENTAGE, percentage)),
        },
        issues=spent_issues
        | tip_issues
        | percentage_issues
        | {
            "tip_exceeds_spend": exceeding,
            "tip_on_zero_spend": known & (spent == 0) & (tip > 0),
            "tip_percentage_capped": capped,
        },
        evidence=FormatEvidence(decimal_mark=sum(evidence, Counter())),
    )


def _amount(name: str, cells: DictionaryColumn, decimal_mark: str) -> tuple[np.ndarray, dict[str, Mask]]:
    """Return float64 per row, NaN where missing, unparseable, infinite or negative, and the issues."""
    number = parse_numbers(cells.values, decimal_mark)
    present = np.asarray(pc.is_valid(cells.values))
    negative = number < 0
    usable = np.isfinite(number) & ~negative
    amounts = np.where(usable, number + 0.0, np.nan)  # adding zero makes -0.0 positive
    return amounts[cells.codes], {
        f"{name}_unparseable": (present & ~usable & ~negative)[cells.codes],
        f"{name}_negative": negative[cells.codes],
    }


def _party_size(cells: DictionaryColumn) -> Standardized:
    number = parse_numbers(cells.values)
    present = np.asarray(pc.is_valid(cells.values))
    whole = np.isfinite(number) & (number == np.floor(number))
    fits = whole & (number >= MIN_PARTY) & (number <= MAX_PARTY)
    size = pa.array(np.where(fits, number, 0).astype(np.int32), mask=~fits)
    return Standardized(
        columns={"party_size": cells.to_rows(size)},
        issues={
            "party_size_unparseable": (present & ~whole)[cells.codes],
            "party_size_out_of_range": (whole & ~fits)[cells.codes],
        },
    )


def _categories(columns: Mapping[str, DictionaryColumn], source: Source) -> Standardized:
    output: dict[str, pa.Array] = {}
    unmapped: dict[str, Mapping[str, int]] = {}
    issue: Mask = np.zeros(1, bool)
    for name, (normalized, table, normalize) in CATEGORIES.items():
        column = columns[name]
        output[name] = column.to_dictionary(pc.utf8_lower(column.values))
        category, unknown, unmapped[name] = map_categories(
            column, table, normalize, source.categories.get(name, {})
        )
        output[normalized] = column.to_dictionary(category)
        issue = issue | unknown[column.codes]
    return Standardized(output, {"unmapped_category": issue}, unmapped=unmapped)


def _nan_as_null(values: np.ndarray) -> pa.Array:
    return pa.array(values, from_pandas=True)
