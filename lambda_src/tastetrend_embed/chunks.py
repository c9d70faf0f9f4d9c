"""Reads the sentences of a dataset, with the ids that they have in the index."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from tastetrend_embed.mask import MASK_VERSION, mask, without_placeholders
from tastetrend_embed.metadata import COLUMNS, METADATA_VERSION, Metadata, row_metadata
from tastetrend_embed.sentences import SENTENCES_VERSION, split_sentences
from tastetrend_etl.pseudonym import PseudonymKey
from tastetrend_etl.s3_download import content_id, download, head_object, open_current_version
from tastetrend_etl.temp_workspace import temp_workspace

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

GONE = "gone"
"""The version of a dataset that does not exist."""

WINDOW_ROWS = 10_000
"""About so many rows are planned, written and recorded as done together."""

_ROWS_AT_ONCE = 1_000
_MAX_CHARACTERS = 2_000  # of what is embedded at once; at most 8,192 tokens in any language
_DATASET = ("processed/", "processed_", ".parquet")  # prefix of the key; beginning and end of the name

Window = Sequence[int]
"""Row groups that follow each other."""


@dataclass(frozen=True)
class Chunk:
    """A sentence without personal data.

    Attributes:
        id: 16 bytes that name review, place in the review, text and recipe.
        digest: a hash of the metadata.
    """

    id: bytes
    digest: int
    text: str
    metadata: Metadata

    @property
    def embedded_text(self) -> str:
        """What the model gets of the text."""
        return without_placeholders(self.text)


@dataclass(frozen=True)
class Recipe:
    """What decides, beside a dataset, which vectors it has: the rules, the model, the key of pseudonyms."""

    model: str
    key: PseudonymKey

    @property
    def of_text(self) -> str:
        """What changes the ids, so that sentences are embedded again."""
        return f"{SENTENCES_VERSION}.{MASK_VERSION}.{self.model}"

    def version_of(self, content: str) -> str:
        """Return the name of all that the vectors of a dataset depend on."""
        return f"{content}/{METADATA_VERSION}.{self.of_text}/{self.key.version}"


@dataclass(frozen=True)
class Dataset:
    """One version of a dataset on the local disk; with no file, one that has no sentences."""

    version: str
    recipe: Recipe
    file: pq.ParquetFile | None = None

    def windows(self) -> Sequence[Window]:
        """Return the row groups in windows of at least `WINDOW_ROWS` rows; if there is none, an empty one."""
        windows: list[list[int]] = [[]]
        rows = 0
        for group, size in enumerate(self._group_sizes()):
            if rows >= WINDOW_ROWS:
                windows.append([])
                rows = 0
            windows[-1].append(group)
            rows += size
        return windows

    def _group_sizes(self) -> list[int]:
        if not self.file:
            return []
        footer = self.file.metadata
        return [footer.row_group(group).num_rows for group in range(footer.num_row_groups)]

    def chunks(self, window: Window) -> Iterator[Chunk]:
        """Yield the sentences of a window, in the order of the rows."""
        if self.file and window:
            for batch in self.file.iter_batches(
                _ROWS_AT_ONCE, row_groups=list(window), columns=list(COLUMNS)
            ):
                for row in batch.to_pylist():
                    yield from chunks_of(row, self.recipe)


class Datasets:
    """The datasets in the processed bucket."""

    def __init__(self, s3: "S3Client", bucket: str, recipe: Recipe) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._recipe = recipe

    def find_version(self, key: str) -> str:
        """Return the current version of a dataset, which includes the recipe; `GONE` if there is none."""
        head = head_object(self._s3, self._bucket, key)
        return self._recipe.version_of(content_id(head)) if head else GONE

    @contextmanager
    def open(self, key: str) -> Iterator[Dataset]:
        """Download the current version of a dataset; restaurants' facts, for example, have no sentences."""
        with temp_workspace() as folder, open_current_version(self._s3, self._bucket, key) as raw:
            if raw is None:
                yield Dataset(GONE, self._recipe)
                return
            path = folder / "dataset.parquet"
            download(self._s3, raw, path)
            version = self._recipe.version_of(raw.content)
            with pq.ParquetFile(path) as file:
                has_reviews = set(COLUMNS) <= set(file.schema_arrow.names)
                yield Dataset(version, self._recipe, file if has_reviews else None)


def is_dataset(key: str) -> bool:
    """Return whether a key is that of a dataset of reviews."""
    prefix, beginning, end = _DATASET
    name = key.rpartition("/")[2]
    return key.startswith(prefix) and name.startswith(beginning) and name.endswith(end)


def chunks_of(row: Mapping[str, Any], recipe: Recipe) -> Iterator[Chunk]:
    """Yield the sentences of a row, other than those of which the mask leaves nothing."""
    metadata = row_metadata(row, recipe.key)
    digest = int.from_bytes(_hash(metadata, 8))
    text = mask(row["review_text"] or "", row["customer_name"])
    for ordinal, sentence in enumerate(_pieces(text)):
        identity = [row["review_id"], ordinal, sentence, recipe.of_text]
        chunk = Chunk(_hash(identity, 16), digest, sentence, metadata)
        if chunk.embedded_text:
            yield chunk


def vector_key(dataset: str, chunk_id: bytes) -> str:
    """Return the key of a vector; it begins with the dataset, so no other dataset has it."""
    return f"{blake2b(dataset.encode(), digest_size=6).hexdigest()}-{chunk_id.hex()}"


def _pieces(text: str) -> Iterator[str]:
    """Yield the sentences of a text, in pieces where one is too long."""
    for sentence in split_sentences(text):
        for start in range(0, len(sentence), _MAX_CHARACTERS):
            yield sentence[start : start + _MAX_CHARACTERS]


def _hash(value: object, size: int) -> bytes:
    return blake2b(json.dumps(value).encode(), digest_size=size).digest()
