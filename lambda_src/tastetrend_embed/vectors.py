"""Reads, writes and deletes vectors in an index of S3 Vectors."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import boto3
from botocore.config import Config

MAX_READ, MAX_DELETED = 100, 500
"""How many vectors a request may be for; 500 may be written with one."""

_WRITES = ("PutVectors", "DeleteVectors")
_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 4}, connect_timeout=2, read_timeout=6)

Vector = Mapping[str, Any]
"""As in a request: `key`, `data`, `metadata`."""


class VectorIndex:
    """An index of S3 Vectors.

    Attributes:
        has_unanswered_write: a write got no response, so it may take effect later; also when the SDK sent it
            again and that was answered.
    """

    def __init__(self, client: Any, bucket: str, index: str) -> None:  # noqa: ANN401 # has no types
        self.has_unanswered_write = False
        self._client = client
        self._index = {"vectorBucketName": bucket, "indexName": index}
        for operation in _WRITES:
            client.meta.events.register_first(f"needs-retry.s3vectors.{operation}", self._note_unanswered)

    def find(self, keys: Sequence[str]) -> dict[str, list[float]]:
        """Return the numbers of at most `MAX_READ` vectors; there are none of keys that do not exist."""
        response = self._client.get_vectors(**self._index, keys=keys, returnData=True)
        return {vector["key"]: vector["data"]["float32"] for vector in response["vectors"]}

    def put(self, vectors: Sequence[Vector]) -> None:
        """Write vectors, over those with the same keys."""
        self._client.put_vectors(**self._index, vectors=vectors)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete at most `MAX_DELETED` vectors; that some do not exist is no error."""
        self._client.delete_vectors(**self._index, keys=list(keys))

    def _note_unanswered(self, caught_exception: Exception | None = None, **_: object) -> None:
        self.has_unanswered_write |= caught_exception is not None


def connect() -> Any:  # noqa: ANN401 # has no types
    """Return a client of S3 Vectors."""
    return boto3.client("s3vectors", config=_CONFIG)
