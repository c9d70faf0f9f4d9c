"""Detects the delimiter and the header of a clean UTF-8 file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_COLUMNS
from tastetrend_etl.models import Dialect
from tastetrend_etl.parse.column_names import MAX_NAME_LENGTH, count_known_names
from tastetrend_etl.parse.csv_tolerant import SEQUENCE_MARK, first_lines, first_records
from tastetrend_etl.parse.line_buffer import RawRecord, unwrapped_fields
from tastetrend_etl.parse.row_shape import KINDS, RowShape, find_column_kinds, find_text_column

_HEAD_BYTES = 1 << 18
_HEADER_RECORDS = 20
_DELIMITERS = ",;\t|^~\x01\x1f"
_SEQUENCES = ("||", "::", "|~|", "^|^", "~|~")
_ANNOUNCED_DELIMITER = re.compile(r"sep=([^\w\s\"]|\t)[\r\n]", re.ASCII | re.IGNORECASE)
_PREAMBLE = re.compile(r"\s*#|sep=", re.IGNORECASE)
_MAX_SPACES_IN_NAME = 5
_MIN_KNOWN = 2  # names that make a record the header, whatever its other cells are
_SINGLE_QUOTED_SHARE = 0.8  # of the sampled lines


@dataclass(frozen=True)
class _Candidate:
    """The header that one delimiter leads to.

    Attributes:
        known_columns: the number of known names in the header.
        consistent_rows: the number of sampled records, from the header on, that are as wide as it; of a
            single column minus the number of delimiters.
        end: the position of the character after the header.
    """

    known_columns: int
    consistent_rows: int
    delimiter: str
    quote: str
    header: tuple[str, ...]
    end: int
    sequence: str

    @property
    def score(self) -> tuple[int, int, int, int]:
        empty_names = self.header.count("")  # as with one character of a sequence as delimiter
        return self.known_columns, self.consistent_rows, -empty_names, len(self.header)


def detect_dialect(path: Path) -> Dialect:
    """Choose the delimiter and the header record with most known column names.

    Args:
        path: a clean UTF-8 file.

    Raises:
        RejectedFileError: `too_many_columns`; `no_header`, with the kinds of the first record's cells
            but none of their content.
    """
    with path.open("rb") as file:
        start = file.read(_HEAD_BYTES).decode("utf-8", "ignore")
    head = start.removeprefix("\ufeff")
    announced = _ANNOUNCED_DELIMITER.match(head)
    delimiters = announced[1] if announced else _plausible_delimiters(head)
    sequences = () if announced else (sequence for sequence in _SEQUENCES if sequence in head)
    candidates = [_evaluate(head, delimiter) for delimiter in delimiters]
    candidates += [_evaluate(head, SEQUENCE_MARK, sequence) for sequence in sequences]
    best = max(candidates, key=lambda each: each.score)
    shape = RowShape(best.delimiter, best.quote, len(best.header))
    rows = head[best.end :].replace(best.sequence, best.delimiter) if best.sequence else head[best.end :]
    lines = list(first_lines(rows))
    shape = replace(shape, text_column=find_text_column(lines, shape))
    column_kinds = find_column_kinds(lines, shape)
    if best.known_columns < _MIN_KNOWN and not _is_header(best, column_kinds):
        kinds = ", ".join(map(_kind, best.header[:20]))
        raise RejectedFileError(
            "no_header",
            f"the first line names no columns, its cells are: {kinds}; add a header line and send it again",
        )
    data_offset = len(start[: len(start) - len(head) + best.end].encode())
    if len(best.header) > MAX_COLUMNS or _HEAD_BYTES <= data_offset < path.stat().st_size:
        raise RejectedFileError(
            "too_many_columns",
            f"the header has more than {MAX_COLUMNS:,} columns or {_HEAD_BYTES:,} bytes; "
            "send only the columns of the reviews",
        )
    return Dialect(
        best.delimiter,
        best.header,
        data_offset,
        quote=best.quote,
        kinds=column_kinds,
        sequence=best.sequence,
        text_column=shape.text_column if any(column_kinds) else None,
    )


def _is_header(candidate: _Candidate, column_kinds: Sequence[str]) -> bool:
    """Return whether cells with at most one known name may be names.

    With one, no other is a number above numbers or a date above dates: a guest may be called `Guest`. With
    none, they are words, or questions above numbers or dates.
    """
    cells, kinds = candidate.header, {_kind(cell) for cell in candidate.header}
    if candidate.known_columns:
        return not any(kind and kind == _kind(cell) for cell, kind in zip(cells, column_kinds, strict=False))
    is_question_above_answers = any(
        kind and "?" in cell for cell, kind in zip(cells, column_kinds, strict=False)
    )
    return kinds.isdisjoint({"number", "date"}) and ("text" not in kinds or is_question_above_answers)


def _plausible_delimiters(head: str) -> list[str]:
    """Return the delimiters that occur, and the rarest of the others, since all such have the same result."""
    absent = [delimiter for delimiter in _DELIMITERS if delimiter not in head]
    return [delimiter for delimiter in _DELIMITERS if delimiter not in absent[:-1]]


def _quote(head: str, delimiter: str) -> str:
    """Return `'` if nearly every line has such quotes around every cell but numbers, else `"`.

    If one of the first lines has, such as the header, a cell may also be of several lines.
    """
    if "'" not in head:
        return '"'
    lines = [line for line in first_lines(head) if line.strip()]
    line = _single_quoted(delimiter, r"[^'\r\n]")
    quoted = [line.fullmatch(each) is not None for each in lines]
    if any(quoted[:_HEADER_RECORDS]):
        records = _single_quoted(delimiter, "[^']").finditer(head)
        is_usual = sum(len(match[0]) for match in records) >= _SINGLE_QUOTED_SHARE * len(head)
    else:
        is_usual = sum(quoted) >= _SINGLE_QUOTED_SHARE * len(lines)
    return "'" if is_usual else '"'


def _single_quoted(delimiter: str, character: str) -> re.Pattern[str]:
    """Return the pattern of a record in which all cells are numbers or in `'`, at least one of them."""
    cell = rf"(?:'(?:{character}++|'')*+'|[-+]?[\d.]*|null)"
    record = rf"(?=[^'\r\n]*'){cell}(?:{re.escape(delimiter)}{cell})+"
    return re.compile(rf"(?:\A|(?<=[\r\n])){record}(?:[\r\n]+|\Z)", re.IGNORECASE)


def _evaluate(head: str, delimiter: str, sequence: str = "") -> _Candidate:
    head = head.replace(sequence, delimiter) if sequence else head
    quote = _quote(head, delimiter)
    records, ends = first_records(head, delimiter, quote)
    records = [_unwrapped_header(record, delimiter) for record in records]
    known = [count_known_names(record.fields) for record in records[:_HEADER_RECORDS]]
    index = _header_index(records, known)
    header = tuple(records[index].fields)
    consistent = sum(len(record.fields) == len(header) for record in records[index:])
    if len(header) == 1:  # never better than several columns, and best with a delimiter that no text has
        consistent = -head.count(delimiter)
    end = ends[index] + head[: ends[index]].count(delimiter) * (len(sequence) - 1 if sequence else 0)
    return _Candidate(known[index], consistent, delimiter, quote, header, end, sequence)


def _unwrapped_header(record: RawRecord, delimiter: str) -> RawRecord:
    """Return the fields of a header that is quoted as a whole; any other record as it is."""
    if len(record.fields) > 1 and any(record.fields[1:]):
        return record
    names = unwrapped_fields(record.raw, delimiter)
    return RawRecord(names, record.raw) if count_known_names(names) > 1 else record


def _header_index(records: Sequence[RawRecord], known: Sequence[int]) -> int:
    """Return the index of the header; 0 unless all records before it are preamble, so that no row is lost."""
    best = max(range(len(known)), key=known.__getitem__)
    width = len(records[best].fields)
    return best if all(_is_preamble(record, width) for record in records[:best]) else 0


def _is_preamble(record: RawRecord, width: int) -> bool:
    """Return whether a record before the header is no data row.

    It is a comment, or at most half as many of its cells have content as the header has cells; if it is as
    wide as the header, only the first two.
    """
    filled = sum(bool(field.strip()) for field in record.fields)
    is_padded = len(record.fields) == width
    is_sparse = filled <= width // 2 and (not is_padded or not any(record.fields[2:]))
    return is_sparse or _PREAMBLE.match(record.raw) is not None


def _kind(cell: str) -> str:
    text = cell.strip()
    if not text:
        return "empty"
    for kind, pattern in KINDS.items():
        if pattern.fullmatch(text):
            return kind
    return "text" if len(text) > MAX_NAME_LENGTH or text.count(" ") > _MAX_SPACES_IN_NAME else "word"
