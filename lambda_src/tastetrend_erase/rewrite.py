"""Rewrites a raw file without a customer, and checks that nothing else of it is read differently."""

import codecs
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from gzip import GzipFile
from pathlib import Path
from typing import BinaryIO, cast

from tastetrend_erase.customer import Customer
from tastetrend_erase.eraser import Eraser
from tastetrend_erase.models import Found, NotErasableError
from tastetrend_erase.records import codec_of, erase_lines, erase_values
from tastetrend_erase.unchanged import check_unchanged
from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.models import FileEncoding, SourceObject
from tastetrend_etl.parse.byte_stream import chunks, copy_as_utf8
from tastetrend_etl.parse.csv_tolerant import (
    delimited_records,
    open_text,
    physical_lines,
    records_with_sequence,
)
from tastetrend_etl.parse.dialect import detect_dialect
from tastetrend_etl.parse.encoding import detect_encoding, is_clean_utf8
from tastetrend_etl.parse.json_records import json_records
from tastetrend_etl.parse.json_shapes import locate_records
from tastetrend_etl.parse.raw_file import RawFile, open_raw_file
from tastetrend_etl.parse.row_shape import row_shape

MAX_BYTES = 256 << 20
"""Of a file, decompressed: it is parsed by records, and processed twice, within 15 minutes and 3 GB."""

_COPY_FACTOR = 2  # the most that a copy may grow, as in the pipeline
_CHUNK, _OVERLAP = 1 << 20, 1_000  # characters; a name may begin in the chunk before
_MARKS = (b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_MIXED_JSON = "the JSON file is damaged or not in one encoding; correct it, and upload it again"
_TABLE = "the JSON file is one table, not a list of objects; remove the customer from it, and upload it again"


@dataclass(frozen=True)
class RawCopy:
    """A downloaded raw file, its text as UTF-8, and a folder for further copies."""

    path: Path
    encoding: FileEncoding
    text: Path
    folder: Path
    check_time: Callable[[], None]


def open_copy(path: Path, folder: Path, check_time: Callable[[], None]) -> RawCopy | None:
    """Return a downloaded raw file with its text; None if it is empty.

    Raises:
        NotErasableError: it cannot be searched.
    """
    try:
        encoding = detect_encoding(path, limit=MAX_BYTES, check_time=check_time)
        text = path
        if not is_clean_utf8(encoding):
            text = copy_as_utf8(path, encoding, folder / "text", _COPY_FACTOR * MAX_BYTES, check_time)
    except RejectedFileError as error:
        if error.reason == "empty_file":
            return None
        raise NotErasableError(f"the file cannot be searched: {error.message}") from error
    return RawCopy(path, encoding, text, folder, check_time)


def may_contain(text: Path, customer: Customer) -> bool:
    """Return whether a UTF-8 file may contain the name."""
    before = ""
    with open_text(text, 0) as file:
        while chunk := file.read(_CHUNK):
            if customer.may_be_in(before + chunk):
                return True
            before = chunk[-_OVERLAP:]
    return False


def rewrite(raw: RawCopy, source: SourceObject, customer: Customer, target: Path) -> Found:
    """Write a copy of a raw file without the customer's rows and, elsewhere, without the name.

    If something is found, both files are processed, and what they have in common is compared. In a file that
    cannot be parsed, the name is masked everywhere.

    Raises:
        NotErasableError: this is not possible, or other rows would change.
    """
    parsed = _parse(source.key, raw)
    codec = codec_of(raw.path, raw.encoding)
    eraser = Eraser(customer, parsed.columns if parsed else None, raw.encoding, codec)
    with ExitStack() as stack:
        out: BinaryIO = stack.enter_context(target.open("wb"))
        if raw.encoding.compressed:
            out = cast("BinaryIO", stack.enter_context(GzipFile("", "wb", 6, out, mtime=0)))
        if parsed is None:
            erase_lines(raw.path, 0, (), eraser, out)
        elif parsed.dialect.format == "json":
            _erase_json(raw, parsed, eraser, out)
        else:
            _erase_delimited(raw, eraser, out)
    if eraser.found and parsed:
        check_unchanged(source, (raw.path, target), raw.folder, eraser, raw.check_time)
    return eraser.found


def _parse(key: str, raw: RawCopy) -> RawFile | None:
    """Return how the pipeline reads the file; None if it rejects it."""
    folder = raw.folder / "parsed"
    folder.mkdir()
    try:
        return open_raw_file(key, raw.path, folder, MAX_BYTES, raw.check_time)
    except RejectedFileError:
        return None


def _erase_delimited(raw: RawCopy, eraser: Eraser, out: BinaryIO) -> None:
    dialect = detect_dialect(raw.text)
    with raw.text.open("rb") as file:
        head = file.read(dialect.data_offset).decode()
    head_lines = sum(1 for _ in _lines(head))
    with open_text(raw.text, dialect.data_offset) as text:
        lines, shape = physical_lines(text), row_shape(dialect)
        records = (
            records_with_sequence(lines, shape, dialect.sequence)
            if dialect.sequence
            else delimited_records(lines, shape)
        )
        erase_lines(raw.path, head_lines, records, eraser, out)


def _lines(text: str) -> Iterable[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n") if text else ()


def _erase_json(raw: RawCopy, parsed: RawFile, eraser: Eraser, out: BinaryIO) -> None:
    folder = raw.folder / "located"
    folder.mkdir()
    located, start = locate_records(raw.text, folder / "rows.jsonl", _COPY_FACTOR * MAX_BYTES)
    if located != raw.text:
        raise NotErasableError(_TABLE)
    with open_text(raw.text, 0) as file:
        text = file.read()
    delivered = b"".join(chunks(raw.path, compressed=raw.encoding.compressed))
    encoded = text.encode(eraser.codec, "replace")
    mark = delivered[: max(len(delivered) - len(encoded), 0)]
    if mark not in _MARKS or mark + encoded != delivered:
        raise NotErasableError(_MIXED_JSON)
    out.write(mark)
    records = json_records(raw.text, parsed.dialect.header, start)
    out.writelines(part.encode(eraser.codec) for part in erase_values(text, start, records, eraser))
