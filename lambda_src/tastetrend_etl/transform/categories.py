"""Brings the words for age, gender and ethnicity to the contract's few categories."""

import re
from collections.abc import Mapping
from typing import TypeGuard

import pyarrow as pa

from tastetrend_etl.limits import MAX_PARSED_LENGTH

_AGE_MARKS = re.compile(r"\s*(?:-|–|—|to)\s*")  # noqa: RUF001 # en and em dashes as delivered


def mapped(values: pa.StringArray, table: Mapping[str, str]) -> pa.StringArray:
    """Return the category of each cleaned value, null where missing or unknown to the table."""
    return pa.array(
        [table.get(_plain(text)) if _is_word(text) else None for text in values.to_pylist()], pa.string()
    )


def mapped_ages(values: pa.StringArray, table: Mapping[str, str]) -> pa.StringArray:
    """Return the age group of each cleaned value such as `18-25`, `18 to 25` or `65+`."""
    return pa.array(
        [table.get(_age(text)) if _is_word(text) else None for text in values.to_pylist()], pa.string()
    )


def _is_word(text: str | None) -> TypeGuard[str]:
    return text is not None and len(text) <= MAX_PARSED_LENGTH


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text.lower()).strip()


def _age(text: str) -> str:
    return _AGE_MARKS.sub("-", text.lower()).replace(" ", "")
