"""Searches the index of the reviews' sentences in S3 Vectors."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import boto3

from ops.errors import CommandError
from ops.stack_outputs import CommandContext
from tastetrend_embed.metadata import location_key

_TOP_K = 100  # the most that a query may ask for
_MAX_VALUES = 100
Filter = dict[str, Any]


@dataclass(frozen=True)
class Filters:
    """Which reviews are searched; None does not limit them."""

    location: str | None = None
    restaurant: str | None = None
    min_rating: float | None = None
    max_rating: float | None = None
    since: date | None = None

    def to_query(self) -> Filter:
        """Return the filter in the syntax of S3 Vectors, empty without any limit."""
        conditions = [
            {key: {operator: value}}
            for key, operator, value in (
                ("location_key", "$eq", self.location_key),
                ("restaurant_name", "$eq", self.restaurant),
                ("rating", "$gte", self.min_rating),
                ("rating", "$lte", self.max_rating),
                ("date", "$gte", int(f"{self.since:%Y%m%d}") if self.since else None),
            )
            if value is not None
        ]
        return {"$and": conditions} if conditions else {}

    @property
    def location_key(self) -> str | None:
        """Return the location in the form in which reviews are compared."""
        return None if self.location is None else location_key(self.location)


@dataclass(frozen=True)
class Match:
    """A sentence of a review, and how close it is to the question: 1 is the same meaning."""

    score: float
    review_id: str
    restaurant_name: str | None
    location: str | None
    date: str | None
    rating: float | None
    source_file: str
    source_row: int
    sentence: str

    @classmethod
    def of(cls, vector: dict[str, Any]) -> Self:
        """Return a vector of a response; what is null in the dataset is missing in its metadata."""
        metadata = vector["metadata"]
        day = metadata.get("date")
        return cls(
            score=round(1 - vector["distance"], 4),
            review_id=metadata["review_id"],
            restaurant_name=metadata.get("restaurant_name"),
            location=metadata.get("location"),
            date=None if day is None else date.fromisoformat(f"{day:.0f}").isoformat(),
            rating=metadata.get("rating"),
            source_file=metadata["source_file"],
            source_row=int(metadata["source_row"]),
            sentence=metadata["_page_content"],
        )


class SentenceIndex:
    """The index of an environment."""

    def __init__(self, context: CommandContext) -> None:
        self._names = {"vectorBucketName": context.vector_bucket, "indexName": context.vector_index}
        self._client: Any = boto3.client("s3vectors")

    def find(self, vector: list[float], query: Filter) -> list[Match]:
        """Return the nearest sentence of each review, the nearest first."""
        nearest: dict[str, Match] = {}
        for match in map(Match.of, self._query(vector, query)):
            nearest.setdefault(match.review_id, match)
        return list(nearest.values())

    def values(self, key: str, vector: list[float]) -> list[str]:
        """Return the values of a metadata key: each query leaves out those that were found before."""
        known: set[str] = set()
        query: Filter = {key: {"$exists": True}}
        while len(known) < _MAX_VALUES and (found := self._query(vector, query)):
            known |= {each["metadata"][key] for each in found}
            query = {"$and": [{key: {"$exists": True}}, {key: {"$nin": sorted(known)}}]}
        return sorted(known)

    def _query(self, vector: list[float], query: Filter) -> list[dict[str, Any]]:
        """Return the nearest vectors with their metadata.

        Raises:
            CommandError: there is no such index.
        """
        pages = self._client.get_paginator("query_vectors").paginate(
            **self._names,
            topK=_TOP_K,
            queryVector={"float32": vector},
            returnDistance=True,
            returnMetadata=True,
            **({"filter": query} if query else {}),
        )
        try:
            return [each for page in pages for each in page["vectors"]]
        except self._client.exceptions.NotFoundException as error:
            raise CommandError(
                f"there is no index {self._names['indexName']} in {self._names['vectorBucketName']}; deploy "
                "the environment again, then process its files again with `tastetrend replay`"
            ) from error
