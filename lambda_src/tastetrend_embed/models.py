"""What a synchronisation works with, and what it returns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from tastetrend_embed.chunks import Datasets
from tastetrend_embed.embedding import Embedder
from tastetrend_embed.manifest import Manifests
from tastetrend_embed.vectors import VectorIndex
from tastetrend_etl.errors import RetryableError


class LeasedError(RetryableError):
    """Another invocation changes the vectors of the dataset, or was killed while it did."""


@dataclass(frozen=True)
class Lease:
    """Who may change the vectors of a dataset, from `now` to `end`, both Unix times."""

    owner: str
    now: float
    end: int


@dataclass(frozen=True)
class SyncContext:
    """What an invocation synchronises with.

    Attributes:
        check_time: raises OutOfTimeError when too little time is left for another request.
    """

    datasets: Datasets
    manifests: Manifests
    vectors: VectorIndex
    embedder: Embedder
    lease: Lease
    check_time: Callable[[], None]


@dataclass
class SyncResult:
    """What was done for a dataset.

    Attributes:
        action: `continues`: the time was over, and another message has to follow.
        embedded: sentences without a vector; `restamped`: with new metadata, without the model.
        left_out: sentences that the model rejects.
    """

    action: Literal["unchanged", "synced", "continues"] = "unchanged"
    embedded: int = 0
    restamped: int = 0
    deleted: int = 0
    left_out: int = 0
