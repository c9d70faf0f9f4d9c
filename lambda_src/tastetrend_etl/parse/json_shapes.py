"""Finds the records in a JSON file that is one object: a list within it, or a table by columns or by rows."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_JSON_TABLE_BYTES, MAX_RECORD_CHARACTERS
from tastetrend_etl.models import ColumnMapping
from tastetrend_etl.parse.byte_stream import enforce_size_limit
from tastetrend_etl.parse.column_mapping import map_columns
from tastetrend_etl.parse.csv_tolerant import open_text
from tastetrend_etl.parse.json_exports import document_of
from tastetrend_etl.parse.json_records import DECODER, storable, to_json

_HEAD = 1 << 18  # characters
_SPACE = re.compile(r"[\s\ufeff]*")
_MEMBER = re.compile(r'[{,]\s*"(?:[^"\\]|\\.)*"\s*:\s*')
_LIST_OF_OBJECTS = re.compile(r"\[\s*(?=\{)")
_OBJECT_END = re.compile(r"\s*\}\s*")
_NEXT_LINE = re.compile(r"\n\{")
_KINDS = {dict: "object", list: "list", bool: "boolean", type(None): "null"}


def locate_records(path: Path, target: Path, limit: int) -> tuple[Path, int]:
    """Return the file with the records and the character where the first one starts.

    A table is written to the target, one object a row.

    Args:
        path: a clean UTF-8 file.
        target: in the folder of copies.
        limit: the most characters to write.

    Raises:
        RejectedFileError: `unknown_json_shape`, or `too_large`.
    """
    with open_text(path, 0) as file:
        head = file.read(_HEAD)
    begin = _SPACE.match(head).end()  # type: ignore[union-attr] # matches anything
    is_list = _LIST_OF_OBJECTS.match(head, begin)
    if not is_list and not head.startswith("{", begin):
        return path, 0
    content, end = _decode(head, is_list.end() if is_list else begin)
    if is_list or (content is not None and (head[end:].strip() or path.stat().st_size >= _HEAD)):
        _reject_nested_lists(content or {})
        return path, 0  # more values follow
    if (start := _list_start(head, begin)) and not (content and _has_text(content)):
        return path, start
    content = content or _whole_object(path)
    if not content or all(map(_is_scalar, content.values())):
        return path, 0
    rows = _table_rows(content, limit)
    if rows is None and _is_known(_scalars(content)):
        return path, 0
    try:
        _write_rows(rows if rows is not None else _reject_shape(content), target, limit)
    except RecursionError:
        _reject_shape(content)
    if path.parent == target.parent:  # a copy itself, and the disk is small
        path.unlink()
    return target, 0


def _decode(text: str, begin: int) -> tuple[dict[str, Any] | None, int]:
    try:
        return DECODER.raw_decode(text, begin)
    except (ValueError, RecursionError):
        return None, begin


def _whole_object(path: Path) -> dict[str, Any] | None:
    """Return the file's only value; None if it has others or is damaged."""
    if path.stat().st_size > MAX_JSON_TABLE_BYTES:
        with open_text(path, 0) as file:
            if _NEXT_LINE.search(file.read(MAX_RECORD_CHARACTERS)):
                return None
        raise RejectedFileError(
            "too_large",
            f"the file is one JSON object of more than {MAX_JSON_TABLE_BYTES:,} bytes; "
            "send its reviews as a list of objects, or one object a line",
        )
    text = path.read_text(encoding="utf-8-sig")
    content, end = _decode(text, _SPACE.match(text).end())  # type: ignore[union-attr] # matches anything
    return None if text[end:].strip() else content


def _list_start(text: str, position: int) -> int:
    """Return where the first list begins whose objects can be reviews, in any nested object; else 0."""
    while member := _MEMBER.match(text, position):
        position = member.end()
        if _MEMBER.match(text, position):
            continue
        if objects := _LIST_OF_OBJECTS.match(text, position):
            first, _ = _decode(text, objects.end())
            if first and _is_known(document_of(first)):
                return objects.end()
        try:
            _, position = DECODER.raw_decode(text, position)
        except (ValueError, RecursionError):
            return 0
        while ended := _OBJECT_END.match(text, position):
            position = ended.end()
        position = _SPACE.match(text, position).end()  # type: ignore[union-attr] # matches anything
    return 0


def _reject_nested_lists(content: Mapping[str, Any]) -> None:
    """Reject a file of objects of which the first is no review, but has a list of them, as restaurants do."""
    for name, value in content.items() if not _has_text(content) else ():
        is_list = isinstance(value, list) and value and isinstance(value[0], dict) and _is_known(value[0])
        if is_list and (_is_known([name]) or not _is_known(_scalars(content))):
            raise RejectedFileError(
                "unknown_json_shape",
                "the file has a list of reviews in each object; send the reviews as one list, or one a line",
            )


def _is_known(names: Iterable[str]) -> bool:
    try:
        _map_names(names)
    except RejectedFileError:
        return False
    return True


def _map_names(names: Iterable[str]) -> ColumnMapping:
    header = tuple(names)
    return map_columns(header, ((),) * len(header))


def _is_scalar(value: object) -> bool:
    return not isinstance(value, dict | list)


def _scalars(content: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if _is_scalar(value)}


def _has_text(content: Mapping[str, Any]) -> bool:
    """Return whether an object is a review itself, not a restaurant with its reviews."""
    return _is_known(names := _scalars(content)) and "review_text" in _map_names(names).fields


def _table_rows(content: Mapping[str, Any], limit: int) -> Iterator[Any] | None:
    """Return the rows of a table in one of the shapes that pandas writes; None if it has none of them."""
    names, data = content.get("columns"), content.get("data")
    if isinstance(names, list) and isinstance(data, list):
        return _split_rows(list(map(str, names)), data)
    columns = list(content.values())
    if all(isinstance(column, dict) for column in columns):
        if _is_known(content):
            return _rows_by_index(content, limit)
        return iter(columns) if _is_known(columns[0]) else None
    is_table = all(isinstance(column, list) for column in columns) and _is_known(content)
    if is_table and len({len(column) for column in columns}) == 1:
        return (dict(zip(content, row, strict=True)) for row in zip(*columns, strict=True))
    return None


def _split_rows(names: list[str], data: list[Any]) -> Iterator[Any]:
    """Yield an object a row; a row of another width as it is."""
    for row in data:
        fits = isinstance(row, list) and len(row) == len(names)
        yield dict(zip(names, row, strict=True)) if fits else row


def _rows_by_index(content: Mapping[str, Mapping[str, Any]], limit: int) -> Iterator[dict[str, Any]]:
    indices = dict.fromkeys(index for column in content.values() for index in column)
    enforce_size_limit(limit, len(indices) * len(content))  # as of any objects, if each had every key
    for index in indices:
        yield {name: column[index] for name, column in content.items() if index in column}


def _write_rows(rows: Iterator[Any], target: Path, limit: int) -> None:
    written = 0
    with target.open("w", encoding="utf-8", newline="") as file:
        for row in rows:
            written += file.write(storable(to_json(row)) + "\n")
            enforce_size_limit(limit, written)


def _reject_shape(content: Mapping[str, Any]) -> NoReturn:
    """Reject a file with the kinds of its members, but none of their names."""
    kinds = Counter(map(_kind, content.values()))
    found = ", ".join(f"{kind} ({count:,})" for kind, count in kinds.most_common())
    raise RejectedFileError(
        "unknown_json_shape",
        f"the file is one JSON object, of: {found}; no list of reviews and no table is known in it; "
        "send the reviews as a list of objects, or one object a line",
    )


def _kind(value: object) -> str:
    if isinstance(value, list):
        kinds = sorted({_KINDS.get(type(each), "value") for each in value[:100]})
        return f"list of {' and '.join(kinds)}" if kinds else "empty list"
    return _KINDS.get(type(value), "value")
