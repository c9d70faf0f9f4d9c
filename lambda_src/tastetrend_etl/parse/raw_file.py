"""Opens a raw file as delimited text that can be parsed batch by batch, repeatedly."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import ColumnMapping, Dialect, FileEncoding, RawBatch, RejectedRow
from tastetrend_etl.parse.byte_stream import copy_as_utf8
from tastetrend_etl.parse.column_mapping import map_file
from tastetrend_etl.parse.column_sample import read_sample
from tastetrend_etl.parse.csv_arrow import read_batches
from tastetrend_etl.parse.csv_tolerant import (
    delimited_records,
    open_text,
    physical_lines,
    records_with_sequence,
    with_time_checks,
    write_valid_records,
)
from tastetrend_etl.parse.dialect import detect_dialect
from tastetrend_etl.parse.encoding import detect_encoding, is_clean_utf8
from tastetrend_etl.parse.json_records import json_header, json_records
from tastetrend_etl.parse.json_shapes import locate_records
from tastetrend_etl.parse.line_buffer import RawRecord
from tastetrend_etl.parse.row_shape import row_shape
from tastetrend_etl.sources.config import SOURCES, Source

_JSON_START = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[\[{\]])')
_PYTHON_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\[\s*)?\{\s*'[^'\r\n]*'\s*:")
_SNIFFED_BYTES = 1 << 18
_HIGH_CARDINALITY = ("source_review_id", "review_text", "review_date", "total_spent", "tip_amount")  # fields
_COPY_FACTOR = 2  # the most that a copy may grow: UTF-8 for cp1252, quotes, the missing keys of JSON


@dataclass(frozen=True)
class RawFile:
    """A raw file with known columns.

    Attributes:
        encoding: of the file as delivered.
        dialect: its format, and `columns` the fields of its columns.
        path: the file or a copy of it that is easier to parse.
        work_dir: the folder for such copies.
        max_copy_size: in bytes or characters.
        check_time: called while a copy is written; raises if there is no time left.
        rejected: the data rows of the raw file that are not in `path`.
        joined_rows: the numbers of the data rows whose text has unquoted delimiters.
    """

    encoding: FileEncoding
    dialect: Dialect
    columns: ColumnMapping
    path: Path
    work_dir: Path
    max_copy_size: int
    check_time: Callable[[], None]
    rejected: tuple[RejectedRow, ...] = ()
    joined_rows: tuple[int, ...] = ()

    def batches(self) -> Iterator[RawBatch]:
        """Yield the data rows.

        Raises:
            IrregularFileError: Arrow cannot parse a record; `repair` rejects or corrects it.
        """
        missing = [row.source_row for row in self.rejected]
        text_columns = {
            position for name in _HIGH_CARDINALITY for position in self.columns.fields.get(name, ())
        }
        batches = read_batches(self.path, self.dialect, text_columns=text_columns, missing=missing)
        uncertain, joined = self.encoding.uncertain, self.joined_rows
        if uncertain or joined:
            return (replace(batch, encoding_uncertain=uncertain, joined_rows=joined) for batch in batches)
        return batches

    def repair(self) -> "RawFile":
        """Return a copy in which all records are regular."""
        with open_text(self.path, self.dialect.data_offset) as text:
            lines, shape, sequence = physical_lines(text), row_shape(self.dialect), self.dialect.sequence
            if sequence:
                return self.rewrite(records_with_sequence(lines, shape, sequence))
            return self.rewrite(delimited_records(lines, shape))

    def rewrite(self, records: Iterable[RawRecord]) -> "RawFile":
        """Return a copy as strict CSV with the valid ones of the given data records."""
        target = self.work_dir / "rewritten.txt"
        records = with_time_checks(records, self.check_time)
        rejected, joined = write_valid_records(records, target, self.dialect, self.max_copy_size)
        if self.path.parent == self.work_dir:  # a copy itself, and the disk is small
            self.path.unlink()
        # Without kinds, since each record is on its own by now, whatever its lines look like.
        dialect = replace(self.dialect, data_offset=0, quote='"', kinds=(), text_column=None)
        return replace(
            self, path=target, dialect=dialect, rejected=tuple(rejected), joined_rows=tuple(joined)
        )


def open_raw_file(
    key: str,
    path: Path,
    work_dir: Path,
    limit: int,
    check_time: Callable[[], None],
    sources: Sequence[Source] = SOURCES,
) -> RawFile:
    """Detect the file's encoding, dialect and columns.

    Args:
        key: of the raw object, by which its source may be known.
        path: the file as delivered.
        work_dir: an empty folder for copies that are easier to parse.
        limit: the most bytes the file may have, decompressed.
        check_time: called now and then; raises if there is no time left.
        sources: the known sources.

    Raises:
        RejectedFileError: the file is not text with known columns.
    """
    raw = open_table(path, work_dir, limit, check_time)
    sample = read_sample(raw.path, raw.dialect)
    return replace(raw, columns=map_file(key, raw.dialect.header, sample, sources))


def open_table(path: Path, work_dir: Path, limit: int, check_time: Callable[[], None]) -> RawFile:
    """Do the same without the columns; none is mapped.

    Raises:
        RejectedFileError: the file is no text in columns.
    """
    encoding = detect_encoding(path, limit=limit, check_time=check_time)
    max_copy_size = _COPY_FACTOR * limit
    if not is_clean_utf8(encoding):
        path = copy_as_utf8(path, encoding, work_dir / "utf8.txt", max_copy_size, check_time)
    start = 0
    if json := _is_json(path):
        path, start = locate_records(path, work_dir / "rows.jsonl", max_copy_size)
    header = json_header(path, max_copy_size, check_time, start) if json else ()
    dialect = Dialect(",", header, 0, "json") if json else detect_dialect(path)
    unmapped = ColumnMapping("reviews", dialect.header, {}, {})
    raw = RawFile(encoding, dialect, unmapped, path, work_dir, max_copy_size, check_time)
    if json:
        raw = raw.rewrite(json_records(path, header, start))
    elif dialect.sequence or dialect.quote != '"':
        raw = raw.repair()
    return raw


def _is_json(path: Path) -> bool:
    """Return whether a clean UTF-8 file starts like a JSON object or an array of such.

    Raises:
        RejectedFileError: `unknown_json_shape`: it starts like a dictionary of Python.
    """
    with path.open("rb") as file:
        head = file.read(_SNIFFED_BYTES)
    if _PYTHON_START.match(head):
        raise RejectedFileError(
            "unknown_json_shape", "the file holds Python dictionaries, not JSON; export it with `json.dumps`"
        )
    return _JSON_START.match(head) is not None
