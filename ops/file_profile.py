"""Profiles a file of an unknown source: proposes its columns and formats, with the evidence."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from ops.column_kinds import are_dates, are_numbers, fields_of, words_in
from ops.errors import CommandError
from tastetrend_etl.limits import TIERS
from tastetrend_etl.models import Dialect, FileEncoding, RawBatch
from tastetrend_etl.parse.column_mapping import map_by_source
from tastetrend_etl.parse.column_names import known_name
from tastetrend_etl.parse.column_sample import why_not
from tastetrend_etl.parse.csv_arrow import IrregularFileError
from tastetrend_etl.parse.raw_file import RawFile, open_table
from tastetrend_etl.schema import NULL_VALUES
from tastetrend_etl.sources.config import CATEGORY_TABLES, Source
from tastetrend_etl.transform.categories import CATEGORIES
from tastetrend_etl.transform.infer_format import first_evidence
from tastetrend_etl.transform.ratings import choose_scale, parse_rating
from tastetrend_etl.transform.select_fields import column_texts

_ROWS = 5_000  # that are looked at
_MAX_WORD, _MIN_ROWS = 16, 2  # characters of a word that may be shown, and the rows that have to share it
_MAX_WORDS = 12  # of a column of categories; one with more of them is none
_NUMERIC = ("total_spent", "tip_amount", "tip_percentage", "party_size")

Cells = Mapping[str, tuple[str, ...]]
"""Raw column name → its trimmed cells; those that are null values are empty."""


@dataclass(frozen=True)
class Profile:
    """What is known of a file.

    Attributes:
        encoding: of the file.
        dialect: its delimiter and header.
        cells: of its first rows.
        reasons: field → why the column is proposed for it.
        undecided: field → the columns that it may be, of which none is proposed.
        source: the proposal.
        unmapped: category field → word that is in no category → rows.
    """

    encoding: FileEncoding
    dialect: Dialect
    cells: Cells
    reasons: Mapping[str, str]
    undecided: Mapping[str, tuple[str, ...]]
    source: Source
    unmapped: Mapping[str, Mapping[str, int]]


def profile_file(path: Path, draft: Source) -> Profile:
    """Propose how to read a file; what the draft sets is kept.

    Raises:
        CommandError: no column is known as a rating or a text, or the draft names an absent one.
        RejectedFileError: it is no text in columns.
    """
    with TemporaryDirectory(prefix="tastetrend-") as work:
        raw = open_table(path, Path(work), TIERS["large"].max_bytes, lambda: None)
        batch = _first_batch(raw)
    cells = _cells(batch, raw.dialect.header)
    _check_columns(raw.dialect.header, draft)
    columns, reasons, undecided = _propose(cells, draft.columns)
    if not {"rating", "review_text"} & columns.keys():
        raise CommandError(_advice(undecided, raw.dialect.header))
    headers = draft.headers if draft.key_pattern else tuple(columns.values())
    source = replace(draft, columns=columns, headers=headers)
    source = replace(source, null_words=_null_words(cells, columns))
    source = _with_formats(source, raw.dialect.header, batch)
    return Profile(raw.encoding, raw.dialect, cells, reasons, undecided, source, _unmapped(cells, source))


def parseable(field: str, values: list[str]) -> list[bool] | None:
    """Return for each value whether it is of a date, a rating or a number's field; None for other fields."""
    if field == "review_date":
        return are_dates(values)
    if field == "rating":
        return [parse_rating(value) is not None for value in values]
    return are_numbers(values) if field in _NUMERIC else None


def _first_batch(raw: RawFile) -> RawBatch:
    try:
        batch = next(raw.batches(), None)
    except IrregularFileError:
        batch = next(raw.repair().batches(), None)
    if batch is None:
        raise CommandError("the file has no rows that can be read; send one with some reviews")
    return batch


def _cells(batch: RawBatch, header: tuple[str, ...]) -> Cells:
    columns = (column_texts(batch.cells[place]).slice(0, _ROWS) for place in range(len(header)))
    trimmed = ([(text or "").strip() for text in column.to_pylist()] for column in columns)
    cells: dict[str, tuple[str, ...]] = {}
    for raw, column in zip(header, trimmed, strict=True):  # of equal names, the first
        cells.setdefault(raw, tuple("" if text.lower() in NULL_VALUES else text for text in column))
    return cells


def _check_columns(header: tuple[str, ...], draft: Source) -> None:
    if absent := [raw for raw in draft.columns.values() if raw not in header]:
        raise CommandError(f"the file has no column {', '.join(absent)}; it has {', '.join(header)}")


def _propose(
    cells: Cells, given: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str], dict[str, tuple[str, ...]]]:
    """Return field → column, field → reason, and field → several columns that it may be."""
    columns, reasons = dict(given), dict.fromkeys(given, "given by --column")
    for raw, values in cells.items():
        known = known_name(raw)
        if (
            known
            and known.field not in columns
            and raw not in given.values()
            and not why_not(known.field, values)
        ):
            columns[known.field], reasons[known.field] = raw, "its name is known"
    candidates: dict[str, list[str]] = {}
    for raw, values in cells.items():
        fits = fields_of([value for value in values if value]) if raw not in columns.values() else []
        for field in [field for field in fits if field not in columns][:1]:
            candidates.setdefault(field, []).append(raw)
    for field, raws in candidates.items():
        if len(raws) == 1:
            columns[field], reasons[field] = raws[0], "by its content"
    return columns, reasons, {field: tuple(raws) for field, raws in candidates.items() if len(raws) > 1}


def _advice(undecided: Mapping[str, tuple[str, ...]], header: tuple[str, ...]) -> str:
    asked = "".join(f"; {field} may be {' or '.join(raws)}" for field, raws in undecided.items())
    return (
        f"no column of {', '.join(header)} is proposed as the rating or the text{asked}"
        "; name it, such as `--column rating=NAME`"
    )


def _null_words(cells: Cells, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words that several dates or numbers are replaced by, or that two such columns share."""
    rows: Counter[str] = Counter()
    places: dict[str, set[str]] = {}
    for field, raw in columns.items():
        values = [value for value in cells[raw] if value]
        known = parseable(field, values) or []
        if 2 * sum(known) < len(values):
            continue  # a column of something else
        for value, is_known in zip(values, known, strict=True):
            if not is_known and len(value) <= _MAX_WORD and not any(map(str.isdigit, value)):
                rows[value.lower()] += field != "rating"  # a rating may be a word
                places.setdefault(value.lower(), set()).add(field)
    names = words_in(cells.get(columns.get("customer_name", ""), ()))  # which broken rows may have anywhere
    repeated = {word for word in places if rows[word] >= _MIN_ROWS and word not in names}
    return tuple(sorted(repeated | {word for word in places if len(places[word]) > 1}))


def _with_formats(source: Source, header: tuple[str, ...], batch: RawBatch) -> Source:
    """State the scale, and the order of dates and the decimal mark if no cell has the other one."""
    columns = map_by_source(header, source)
    evidence = first_evidence(batch.cells, columns)
    named = [columns.rating_scales.get(place, 0) for place in columns.fields.get("rating", ())]
    order, marks, scales = evidence.date_order, evidence.decimal_mark, evidence.rating_scale
    return replace(
        source,
        date_order=source.date_order or _only({"day_first": order["day"], "month_first": order["month"]}),
        decimal_mark=source.decimal_mark or _only({mark: marks[mark] for mark in (".", ",")}),
        rating_scale=source.rating_scale or sum(named) or (choose_scale(scales, 0) if scales.total() else 0),
    )


def _only(evidence: Mapping[str, int]) -> str:
    """Return the one thing that is proved, nothing if both are or none is."""
    proved = [name for name, count in evidence.items() if count]
    return proved[0] if len(proved) == 1 else ""


def _unmapped(cells: Cells, source: Source) -> dict[str, dict[str, int]]:
    unmapped = {}
    for field in CATEGORY_TABLES.keys() & source.columns.keys():
        _, table, normalize = CATEGORIES[field]
        names = words_in(cells.get(source.columns.get("customer_name", ""), ()))
        known = {*source.null_words, "", *source.categories.get(field, {}), *names}
        words = Counter(
            word
            for word in map(str.lower, cells[source.columns[field]])
            if word not in known and normalize(word) not in table
        )
        unmapped[field] = {
            word: rows
            for word, rows in words.most_common()
            if rows >= _MIN_ROWS and len(word) <= _MAX_WORD and len(words) <= _MAX_WORDS
        }
    return {field: words for field, words in sorted(unmapped.items()) if words}
