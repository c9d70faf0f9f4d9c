"""Reads JSON lines, and JSON arrays of objects, as records."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, TextIO

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_COLUMNS, MAX_RECORD_CHARACTERS
from tastetrend_etl.models import RawRecord, RejectedRow
from tastetrend_etl.parse.byte_stream import enforce_size_limit
from tastetrend_etl.parse.csv_tolerant import open_text
from tastetrend_etl.parse.rejected_rows import RejectedRows

_CHUNK = 1 << 18
_DOCUMENT = re.compile(rb'(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*[\[{\]])')
_BETWEEN = re.compile(r"[\s,\[\]\ufeff]*")
_NEXT_OBJECT = re.compile(r"[\n,]\s*(?=\{)")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


class _Number(str):
    """A number as it is spelled: `1e5` and twenty digits stay what they are."""

    __slots__ = ()


class _Value(NamedTuple):
    """A JSON value and its text; the problem when it is no object."""

    content: Any
    raw: str
    problem: str = ""


_DECODER = json.JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=_Number, strict=False)


def is_json(path: Path) -> bool:
    """Say whether a plain UTF-8 file starts like an object or an array of such."""
    with path.open("rb") as file:
        return _DOCUMENT.match(file.read(_CHUNK)) is not None


def json_header(path: Path, limit: int) -> tuple[str, ...]:
    """Return the keys of all objects, in the order in which they first come up.

    Args:
        path: a plain UTF-8 file.
        limit: the most cells that the objects may have when each has every key.

    Raises:
        RejectedFileError: `malformed_json`, `too_large`, `too_many_columns`, `too_many_rejected`.
    """
    keys: dict[str, None] = {}
    rejects = RejectedRows()
    for number, value in enumerate(_values(path), 1):
        enforce_size_limit(limit, number * len(keys))
        if value.problem:
            rejects.extend([RejectedRow(0, value.problem, value.raw)])
        else:
            keys |= dict.fromkeys(value.content)
        if len(keys) > MAX_COLUMNS:
            raise RejectedFileError(
                "too_many_columns",
                f"the objects have more than {MAX_COLUMNS:,} different keys; send the reviews' own alone",
            )
    if not keys:
        raise RejectedFileError(
            "malformed_json", "no JSON object can be read from the file; export it again, one object a review"
        )
    return tuple(map(_text, keys))


def json_records(path: Path, header: tuple[str, ...]) -> Iterator[RawRecord]:
    """Yield one record a value, its fields in the order of the header."""
    for value in _values(path):
        yield RawRecord([], value.raw, value.problem) if value.problem else _record(value, header)


def _record(value: _Value, header: tuple[str, ...]) -> RawRecord:
    try:
        cells = {_text(key): _cell(cell) for key, cell in value.content.items()}
    except RecursionError:
        return RawRecord([], value.raw, "malformed_json")
    return RawRecord([cells.get(name, "") for name in header], value.raw)


def _cell(value: object) -> str:
    if value is None:
        return ""
    return _text(value) if isinstance(value, str) else _text(_spelled(value))


def _spelled(value: object) -> str:
    """Return nested JSON with its numbers as they came."""
    if isinstance(value, _Number):
        return value
    if isinstance(value, dict):
        members = (f"{json.dumps(key, ensure_ascii=False)}: {_spelled(cell)}" for key, cell in value.items())
        return f"{{{', '.join(members)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_spelled, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _text(value: str) -> str:
    """Return what parquet can hold: no half of a surrogate pair, and no NUL, as in any other file."""
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value).replace("\0", "")


def _values(path: Path) -> Iterator[_Value]:
    with open_text(path, 0) as file:
        window = _JsonStream(file)
        while window.more():
            yield window.value()


def _problem(content: object, raw: str) -> str:
    if len(raw) > MAX_RECORD_CHARACTERS:
        return "record_too_long"
    return "" if isinstance(content, dict) else "not_an_object"


class _JsonStream:
    """The part of a JSON text that is looked at, never much more than one value."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._text = ""
        self._place = 0
        self._ended = False

    def more(self) -> bool:
        """Go to the next value; return False when there is none."""
        if self._place > _CHUNK:
            self._drop()
        while True:
            self._place = _BETWEEN.match(self._text, self._place).end()  # type: ignore[union-attr] # matches anything
            if self._place < len(self._text) or not self._read():
                return self._place < len(self._text)

    def value(self) -> _Value:
        """Return the value and step behind it."""
        try:
            content, end = _DECODER.raw_decode(self._text, self._place)
        except (ValueError, RecursionError):
            if len(self._text) - self._place <= MAX_RECORD_CHARACTERS and self._read():
                return self.value()
            return _Value(None, self._skip(), "malformed_json")
        raw, self._place = self._text[self._place : end], end
        return _Value(content, raw, _problem(content, raw))

    def _drop(self) -> None:
        self._text, self._place = self._text[self._place :], 0

    def _read(self) -> bool:
        """Read on; return False at the end."""
        if self._ended:
            return False
        self._drop()
        chunk = self._file.read(max(_CHUNK, len(self._text)))
        self._text += chunk
        self._ended = not chunk
        return not self._ended

    def _skip(self) -> str:
        """Step to where the next object may begin; return what is skipped, or its start when it is long."""
        kept = ""
        while not (found := _NEXT_OBJECT.search(self._text, self._place + 1)):
            kept = kept or self._text[self._place :]
            self._place = max(self._place, len(self._text) - 1)
            if not self._read():
                self._place = len(self._text)
                return kept
        start, self._place = self._place, found.end()
        return kept or self._text[start : found.start()]
