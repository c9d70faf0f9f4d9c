"""Makes the curated part of a raw file: the rows of its dataset, with pseudonyms instead of names."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tastetrend_etl.models import Kind
from tastetrend_etl.parquet_writer import encoded_schema, open_parquet_writer
from tastetrend_etl.pseudonym import PseudonymKey, load_key, pseudonym
from tastetrend_etl.schema import REVIEWS
from tastetrend_etl.settings import Settings

_NAME, _PSEUDONYM, _KEY_VERSION = "customer_name", "customer_pseudonym", "customer_key_version"
_EXTRA = "extra"  # the cells of unknown columns, which may be names, addresses or anything else


def _columns() -> Iterator[tuple[str, pa.DataType]]:
    for field in REVIEWS:
        if field.name == _NAME:
            yield from ((_PSEUDONYM, pa.string()), (_KEY_VERSION, pa.string()))
        elif field.name != _EXTRA:
            yield field.name, field.type


CURATED_REVIEWS = pa.schema(_columns())
"""The columns of a part of reviews: the contract's, without names and unknown columns."""


def curate(dataset: Path, kind: Kind, settings: Settings) -> Path:
    """Return the file of the curated part: of restaurant facts, which hold no names, the dataset itself.

    Raises:
        MissingKeyError: the key of pseudonyms cannot be read.
    """
    if kind != "reviews":
        return dataset
    target = dataset.with_name("curated.parquet")
    write_curated_reviews(dataset, target, load_key(settings))
    return target


def write_curated_reviews(dataset: Path, target: Path, key: PseudonymKey) -> None:
    """Write the curated part of a dataset of reviews; one row group of it at a time is in memory."""
    dictionaries = [field.name for field in encoded_schema(REVIEWS) if pa.types.is_dictionary(field.type)]
    columns = [name for name in REVIEWS.names if name != _EXTRA]
    with (
        pq.ParquetFile(dataset, read_dictionary=dictionaries) as source,
        open_parquet_writer(target, CURATED_REVIEWS, source.metadata.metadata) as writer,
    ):
        for group in range(source.num_row_groups):
            rows = source.read_row_group(group, columns)
            writer.write_table(_replace_names(rows, key).cast(writer.schema))


def _replace_names(rows: pa.Table, key: PseudonymKey) -> pa.Table:
    pseudonyms = _pseudonyms(rows[_NAME], key)
    versions = pc.if_else(pseudonyms.is_valid(), key.version, None)
    kept = rows.drop_columns([_NAME])
    return (
        kept.append_column(_PSEUDONYM, pseudonyms)
        .append_column(_KEY_VERSION, versions)
        .select(CURATED_REVIEWS.names)
    )


def _pseudonyms(names: pa.ChunkedArray, key: PseudonymKey) -> pa.Array:
    """Return the pseudonym of each name, null where there is none; each distinct name is hashed once."""
    encoded = names.unify_dictionaries().combine_chunks()
    distinct = [pseudonym(name, key) for name in encoded.dictionary.to_pylist()]
    return pa.array(distinct, pa.string()).take(encoded.indices)
