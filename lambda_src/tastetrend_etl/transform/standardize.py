"""Turns a batch of delivered cells into the contract's columns, noting what was wrong with each row.

Every column but the id and the text is judged once for each distinct value, then spread over its rows.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tastetrend_etl import limits, schema
from tastetrend_etl.models import FormatEvidence, InferredFormat
from tastetrend_etl.transform import categories, dates, numbers, ratings
from tastetrend_etl.transform.dictionary_column import DictionaryColumn
from tastetrend_etl.transform.review_fields import ReviewFields
from tastetrend_etl.transform.text import has_replacement, null_as_false

Mask = np.ndarray


@dataclass
class Standardised:
    """A batch in the contract's terms.

    Attributes:
        columns: unified column → Arrow array, one entry a row.
        issues: issue code → mask of rows.
        evidence: what the rows say about the file's rules.
        unmapped: category column → unknown word → rows.
    """

    columns: dict[str, pa.Array] = field(default_factory=dict)
    issues: dict[str, Mask] = field(default_factory=dict)
    evidence: FormatEvidence = field(default_factory=FormatEvidence)
    unmapped: dict[str, dict[str, int]] = field(default_factory=dict)


Fields = Mapping[str, DictionaryColumn]


def standardise(rows: ReviewFields, rules: InferredFormat) -> Standardised:
    """Apply every cell rule of the contract.

    Args:
        rows: the rows to write, as delivered.
        rules: the decisions that hold for the whole file.
    """
    result, fields = Standardised(), rows.fields
    result.columns["source_review_id"] = pc.if_else(pc.equal(rows.ids, ""), None, rows.ids)
    for name in ("customer_name", "location", "restaurant_name"):
        result.columns[name] = fields[name].to_dictionary(fields[name].values)
    _read_text(rows.text, result)
    _read_rating(fields["rating"], rules, result)
    _read_date(fields["review_date"], rules, result)
    _read_money(fields, result)
    _read_party(fields["party_size"], result)
    _read_groups(fields, result)
    result.issues["control_characters_removed"] = rows.controls
    result.issues["undecodable_text"] = _undecodable(fields, rows.text)
    return result


def _read_text(text: pa.StringArray, result: Standardised) -> None:
    length = pc.utf8_length(text)
    result.columns |= {
        "review_text": text,
        "review_text_trunc": _truncated(text, length),
        "review_length": length,
    }


def _truncated(text: pa.StringArray, length: pa.Int32Array) -> pa.StringArray:
    """Cut only what is too long; most batches have a few such texts, and the rest need no copy."""
    too_long = pc.fill_null(pc.greater(length, limits.TRUNCATED_CHARACTERS), False)
    if not pc.any(too_long).as_py():
        return text
    cut = pc.utf8_slice_codeunits(text.filter(too_long), 0, limits.TRUNCATED_CHARACTERS)
    return pc.replace_with_mask(text, too_long, cut)


def _read_rating(cells: DictionaryColumn, rules: InferredFormat, result: Standardised) -> None:
    delivered = cells.raw_values.to_numpy(zero_copy_only=False).tolist()
    read = [ratings.read_rating(text) for text in delivered]
    number = np.array([rating.number if rating else np.nan for rating in read], np.float64)
    scale = np.array([rating.scale or rules.rating_scale if rating else 0 for rating in read], np.int16)
    value = ratings.rescale_to_five(number, scale)
    present = ~np.array([ratings.is_missing(text) for text in delivered], bool)
    understood = np.array([rating is not None for rating in read], bool)
    result.evidence.rating_scale.update(ratings.scale_evidence(read, cells.counts()))
    result.columns |= {
        "rating_raw": cells.to_dictionary(pc.if_else(pc.equal(cells.raw_values, ""), None, cells.raw_values)),
        "rating_scale": cells.to_rows(pa.array(scale, mask=~(present & understood))),
        "rating_1_5": cells.to_rows(_nullable(value)),
    }
    result.issues["rating_unparseable"] = (present & ~understood)[cells.codes]
    result.issues["rating_out_of_scale"] = (understood & np.isnan(value))[cells.codes]


def _read_date(cells: DictionaryColumn, rules: InferredFormat, result: Standardised) -> None:
    read, order = dates.read_dates(cells.values, day_first=rules.day_first)
    result.evidence.date_order.update(order)
    impossible = dates.out_of_range(read, rules.max_review_date)
    unread = pc.and_(pc.is_valid(cells.values), pc.is_null(read))
    result.columns["review_date"] = cells.to_rows(pc.if_else(pc.fill_null(impossible, False), None, read))
    result.issues["date_unparseable"] = np.asarray(unread)[cells.codes]
    result.issues["date_out_of_range"] = null_as_false(impossible)[cells.codes]


def _read_money(cells: Fields, result: Standardised) -> None:
    spent = _amount("total_spent", cells["total_spent"], result)
    tip = _amount("tip_amount", cells["tip_amount"], result)
    percentage = _amount("tip_percentage", cells["tip_percentage"], result)
    known = ~np.isnan(spent) & ~np.isnan(tip)
    wanting = np.isnan(percentage) | (percentage == 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        percentage = np.where(wanting & known & (spent > 0), tip / spent * 100, percentage)
        capped = percentage > limits.MAX_TIP_PERCENTAGE
        result.issues["tip_exceeds_spend"] = known & (tip > spent) & (spent > 0)
    result.issues["tip_on_zero_spend"] = known & (spent == 0) & (tip > 0)
    result.issues["tip_percentage_capped"] = capped
    result.columns |= {
        "total_spent": _nullable(spent),
        "tip_amount": _nullable(tip),
        "log_total_spent": _nullable(np.log1p(spent)),
        "tip_percentage": _nullable(np.where(capped, limits.MAX_TIP_PERCENTAGE, percentage)),
    }


def _amount(name: str, cells: DictionaryColumn, result: Standardised) -> np.ndarray:
    """Return float64 a row, NaN where missing, unreadable, infinite or negative."""
    read = numbers.read_numbers(cells.values)
    present = np.asarray(pc.is_valid(cells.values))
    negative = read < 0
    usable = np.isfinite(read) & ~negative
    result.issues[f"{name}_unparseable"] = (present & ~usable & ~negative)[cells.codes]
    result.issues[f"{name}_negative"] = negative[cells.codes]
    amounts = np.where(usable, read + 0.0, np.nan)  # adding zero makes -0.0 positive
    by_row: np.ndarray = amounts[cells.codes]
    return by_row


def _read_party(cells: DictionaryColumn, result: Standardised) -> None:
    read = numbers.read_numbers(cells.values)
    present = np.asarray(pc.is_valid(cells.values))
    whole = np.isfinite(read) & (read == np.floor(read))
    fits = whole & (read >= limits.MIN_PARTY) & (read <= limits.MAX_PARTY)
    size = pa.array(np.where(fits, read, 0).astype(np.int32), mask=~fits)
    result.columns["party_size"] = cells.to_rows(size)
    result.issues["party_size_unparseable"] = (present & ~whole)[cells.codes]
    result.issues["party_size_out_of_range"] = (whole & ~fits)[cells.codes]


def _read_groups(cells: Fields, result: Standardised) -> None:
    rules: Mapping[str, tuple[str, Callable[[pa.StringArray], pa.StringArray]]] = {
        "age_range": ("age_group", lambda values: categories.mapped_ages(values, schema.AGE_GROUPS)),
        "gender": ("gender_norm", lambda values: categories.mapped(values, schema.GENDERS)),
        "ethnicity": ("ethnicity_norm", lambda values: categories.mapped(values, schema.ETHNICITIES)),
    }
    unknown: Mask = np.zeros(1, bool)
    for name, (normalised, rule) in rules.items():
        column = cells[name]
        group = rule(column.values)
        lost = np.asarray(pc.and_(pc.is_valid(column.values), pc.is_null(group)))
        result.columns[name] = column.to_dictionary(pc.utf8_lower(column.values))
        result.columns[normalised] = column.to_dictionary(group)
        result.unmapped[name] = _word_counts(column, lost)
        unknown = unknown | lost[column.codes]
    result.issues["unmapped_category"] = unknown


def _word_counts(column: DictionaryColumn, lost: Mask) -> dict[str, int]:
    counts = column.counts()
    chosen = lost & (counts > 0)
    if not chosen.any():
        return {}
    words: Counter[str] = Counter()
    for word, count in zip(
        column.values.filter(pa.array(chosen)).to_pylist(), counts[chosen].tolist(), strict=True
    ):
        words[word] += count
    return dict(words)


def _undecodable(cells: Fields, text: pa.StringArray) -> Mask:
    mask = has_replacement(text)
    for column in cells.values():
        hit = has_replacement(column.raw_values)
        if hit.any():
            mask |= hit[column.codes]
    return mask


def _nullable(values: np.ndarray) -> pa.Array:
    return pa.array(values, from_pandas=True)  # NaN becomes null
