"""Parses JSON lines, and JSON arrays of objects, as records."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_COLUMNS, MAX_RECORD_CHARACTERS
from tastetrend_etl.models import RejectedRow
from tastetrend_etl.parse.byte_stream import enforce_size_limit
from tastetrend_etl.parse.csv_tolerant import open_text, with_time_checks
from tastetrend_etl.parse.json_exports import document_of, plain_value
from tastetrend_etl.parse.line_buffer import RawRecord
from tastetrend_etl.parse.rejected_rows import RejectedRows

_CHUNK = 1 << 18  # characters
_SEPARATORS = re.compile(r"[\s,\[\]\ufeff]*")
_LIST_OF_OBJECTS, _MAX_SPACES = re.compile(r"\[\s*\{"), 1_000
_NOT_SPACE = re.compile(r"\S")
_NEXT_OBJECT = re.compile(r"[\n,]\s*(?=\{)")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class _Number(str):
    """A number as written: `1e5` and twenty digits are not changed."""

    __slots__ = ()


class _Value(NamedTuple):
    """A JSON value, its raw text, and the reason code if it is no valid object."""

    content: Any
    raw: str
    problem: str = ""


DECODER = json.JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=_Number, strict=False)


def json_header(path: Path, limit: int, check_time: Callable[[], None], start: int = 0) -> tuple[str, ...]:
    """Return the keys of all objects, in the order of their first occurrence.

    Args:
        path: a clean UTF-8 file.
        limit: the most cells that the objects may have when each has every key.
        check_time: called now and then; raises if there is no time left.
        start: the character where the first object starts if they are a list within another object, else 0.

    Raises:
        RejectedFileError: `malformed_json`, `too_large`, `too_many_columns`, `too_many_rejected`.
    """
    keys: dict[str, None] = {}
    rejected = RejectedRows()
    for number, value in enumerate(with_time_checks(_values(path, start), check_time), 1):
        enforce_size_limit(limit, number * len(keys))
        if value.problem:
            rejected.extend([RejectedRow(0, value.problem, value.raw)])
        else:
            keys |= dict.fromkeys(value.content)
        if len(keys) > MAX_COLUMNS:
            raise RejectedFileError(
                "too_many_columns",
                f"the objects have more than {MAX_COLUMNS:,} different keys; send only those of the reviews",
            )
    if not keys:
        raise RejectedFileError(
            "malformed_json", "no JSON object can be read from the file; export it again, one object a review"
        )
    return tuple(map(storable, keys))


def json_records(path: Path, header: tuple[str, ...], start: int = 0) -> Iterator[RawRecord]:
    """Yield one record a value, its fields in the order of the header."""
    for value in _values(path, start):
        yield RawRecord([], value.raw, value.problem) if value.problem else _record(value, header)


def _values(path: Path, start: int) -> Iterator[_Value]:
    with open_text(path, 0) as file:
        file.read(start)
        stream = _JsonStream(file)
        while stream.find_value():
            yield stream.read_value()
            if start and stream.at_list_end():
                stream.check_rest()
                return


def _record(value: _Value, header: tuple[str, ...]) -> RawRecord:
    try:
        cells = {storable(key): _cell(cell) for key, cell in value.content.items()}
    except RecursionError:
        return RawRecord([], value.raw, "malformed_json")
    return RawRecord([cells.get(name, "") for name in header], value.raw)


def _cell(value: object) -> str:
    value = plain_value(value)
    if value is None:
        return ""
    return storable(value if isinstance(value, str) else to_json(value))


def to_json(value: object) -> str:
    """Return JSON with its numbers as written."""
    if isinstance(value, _Number):
        return value
    if isinstance(value, dict):
        members = (f"{json.dumps(key, ensure_ascii=False)}: {to_json(cell)}" for key, cell in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(to_json, value))}]"
    return json.dumps(value, ensure_ascii=False)


def storable(value: str) -> str:
    """Replace lone surrogates, which parquet cannot store, and remove NULs, as in any other file."""
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value).replace("\0", "")


class _JsonStream:
    """Reads values from a JSON text; keeps little more than one value in memory."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._position = 0
        self._ended = False

    def find_value(self) -> bool:
        """Go to the next value; return False if there is none."""
        if self._position > _CHUNK:
            self._drop_consumed()
        while True:
            self._position = _SEPARATORS.match(self._text, self._position).end()  # type: ignore[union-attr] # matches anything
            if self._position < len(self._text) or not self._read_more():
                return self._position < len(self._text)

    def read_value(self) -> _Value:
        """Return the value at the position, and go to its end."""
        try:
            content, end = DECODER.raw_decode(self._text, self._position)
        except (ValueError, RecursionError):
            if len(self._text) - self._position <= MAX_RECORD_CHARACTERS and self._read_more():
                return self.read_value()
            return _Value(None, self._skip_malformed(), "malformed_json")
        raw, self._position = self._text[self._position : end], end
        if len(raw) > MAX_RECORD_CHARACTERS:
            return _Value(None, raw, "record_too_long")
        problem = "" if isinstance(content, dict) else "not_an_object"
        return _Value(content if problem else document_of(content), raw, problem)

    def at_list_end(self) -> bool:
        """Return whether nothing but the end of a list follows."""
        while not (found := _NOT_SPACE.search(self._text, self._position)) and self._read_more():
            pass
        return found is None or found[0] == "]"

    def check_rest(self) -> None:
        """Check that no other list of objects follows.

        Raises:
            RejectedFileError: `unknown_json_shape`.
        """
        while not _LIST_OF_OBJECTS.search(self._text, self._position):
            self._position = max(self._position, len(self._text) - _MAX_SPACES)
            if not self._read_more():
                return
        raise RejectedFileError(
            "unknown_json_shape",
            "the file has several lists of objects; send the reviews as one list, or one object a line",
        )

    def _drop_consumed(self) -> None:
        self._text, self._position = self._text[self._position :], 0

    def _read_more(self) -> bool:
        """Append the next chunk; return False at the end of the file."""
        if self._ended:
            return False
        self._drop_consumed()
        chunk = self._file.read(max(_CHUNK, len(self._text)))
        self._text += chunk
        self._ended = not chunk
        return not self._ended

    def _skip_malformed(self) -> str:
        """Go to where the next object may begin; return the skipped text, or its start if it is long."""
        skipped = ""
        while not (match := _NEXT_OBJECT.search(self._text, self._position + 1)):
            skipped = skipped or self._text[self._position :]
            self._position = max(self._position, len(self._text) - 1)
            if not self._read_more():
                self._position = len(self._text)
                return skipped
        start, self._position = self._position, match.end()
        return skipped or self._text[start : match.start()]
