"""Searches the content of a processed object for a customer."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tastetrend_erase.customer import Customer
from tastetrend_erase.models import NotErasableError
from tastetrend_etl.pseudonym import PseudonymKey, pseudonym

_NAME = "customer_name"
_PSEUDONYM = "customer_pseudonym"
_RAW_KEY_COLUMNS = ("source_file", "raw_key")
_CHUNK, _OVERLAP = 1 << 20, 1_000  # characters; a name may begin in the chunk before
_MARKUP = re.compile(r"<style>.*?</style>|<[^>]*>", re.DOTALL)  # whose words are the page's own


def has_customer(path: Path, key: str, customer: Customer) -> bool:
    """Return whether an object, downloaded from under the key, has the customer's name or rows.

    Raises:
        NotErasableError: it is damaged.
    """
    if key.endswith(".parquet"):
        return any(_is_in_table(table, customer) for table in _tables(path))
    if key.endswith(".html"):
        return _is_in_text(_text_of_page(path), customer)
    before = ""
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        while chunk := file.read(_CHUNK):
            if _is_in_text(before + chunk, customer):
                return True
            before = chunk[-_OVERLAP:]
    return False


def names_of(path: Path, wanted: str, key: PseudonymKey) -> list[str]:
    """Return the spellings of the name in a dataset that a pseudonym replaces."""
    names = {
        name for table in _tables(path, _NAME) for name in table.column(0).unique().drop_null().to_pylist()
    }
    return sorted(name for name in names if pseudonym(name, key) == wanted)


def raw_key_of(path: Path) -> str | None:
    """Return the key of the raw file of a dataset, a curated part or a history row.

    None if neither the footer nor a column names it.
    """
    footer = pq.read_metadata(path).metadata or {}
    if key := footer.get(b"source_key"):
        return str(key.decode())
    for column in _RAW_KEY_COLUMNS:
        for table in _tables(path, column):
            return str(table.column(0)[0].as_py())
    return None


def _text_of_page(path: Path) -> str:
    """Return what a page shows, the texts of its elements on lines of their own; a page is at most 200 KB."""
    return unescape(_MARKUP.sub("\n", path.read_text(encoding="utf-8", errors="replace")))


def _is_in_text(text: str, customer: Customer) -> bool:
    return customer.is_in(text) or customer.is_cell_of(text)


def _tables(path: Path, *columns: str) -> Iterator[pa.Table]:
    """Yield the row groups of a parquet file, of all columns or of those given that it has."""
    try:
        with pq.ParquetFile(path) as file:
            wanted = [name for name in columns if name in file.schema_arrow.names]
            if wanted or not columns:
                for group in range(file.num_row_groups):
                    yield file.read_row_group(group, wanted or None)
    except (pa.ArrowInvalid, OSError) as error:
        raise NotErasableError("the parquet file is damaged; delete all its versions") from error


def _is_in_table(table: pa.Table, customer: Customer) -> bool:
    if _PSEUDONYM in table.column_names:
        return customer.pseudonym in table[_PSEUDONYM].unique().to_pylist() or _is_in_texts(table, customer)
    return _is_in_texts(table, customer)


def _is_in_texts(table: pa.Table, customer: Customer) -> bool:
    if _NAME in table.column_names:
        if any(map(customer.is_own, table[_NAME].unique().drop_null().to_pylist())):
            return True
        guests = table[_NAME]
    else:
        guests = pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    texts = [name for name in table.column_names if name != _NAME and pa.types.is_string(table[name].type)]
    return any(_is_in_column(table[name], guests, customer) for name in texts)


def _is_in_column(column: pa.ChunkedArray, guests: pa.ChunkedArray, customer: Customer) -> bool:
    """Return whether a cell has the name, outside of the longer name of the row's customer."""
    distinct = column.unique().drop_null().to_pylist()
    found = [text for text in distinct if customer.is_in(text) or customer.is_cell_of(text)]
    rows = pc.is_in(column, pa.array(found, pa.string()))
    pairs = zip(column.filter(rows).to_pylist(), guests.filter(rows).to_pylist(), strict=True)
    return any(not guest or customer.is_in(text, [guest]) or customer.is_own(text) for text, guest in pairs)
