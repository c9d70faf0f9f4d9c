"""The vector buckets, indexes and vectors of the emulator, in memory, with exact queries."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from ministack.core.responses import get_account_id, get_region  # type: ignore[import-untyped]

from local.ministack_vector_rules import (
    Record,
    ServiceError,
    Vector,
    compile_filter,
    invalid,
    read_query,
    read_record,
)

Stored = tuple[Vector, Record]
Operation = Callable[[Record], Record]

_LIST_PAGE = 500


@dataclass(frozen=True)
class Index:
    """An index with its vectors; `hidden` are the keys of the metadata that no filter may name."""

    arn: str
    dimension: int
    hidden: list[str]
    created: float = field(default_factory=time.time)
    vectors: dict[str, Stored] = field(default_factory=dict)


_buckets: set[str] = set()  # ARNs
_indexes: dict[str, Index] = {}  # by ARN


def bucket_arn(request: Record) -> str:
    """Return the ARN of the bucket that a request names."""
    name = request.get("vectorBucketName", "")
    given: str | None = request.get("vectorBucketArn")
    return given or f"arn:aws:s3vectors:{get_region()}:{get_account_id()}:bucket/{name}"


def index_arn(request: Record) -> str:
    """Return the ARN of the index that a request names."""
    given: str | None = request.get("indexArn")
    return given or f"{bucket_arn(request)}/index/{request.get('indexName', '')}"


def _find_index(request: Record) -> Index:
    if index := _indexes.get(index_arn(request)):
        return index
    raise ServiceError("NotFoundException", "The specified index could not be found", 404)


def _create_bucket(request: Record) -> Record:
    arn = bucket_arn(request)
    if arn in _buckets:
        raise ServiceError("ConflictException", "A vector bucket with the specified name already exists", 409)
    _buckets.add(arn)
    return {"vectorBucketArn": arn}


def _delete_bucket(request: Record) -> Record:
    arn = bucket_arn(request)
    if any(index.startswith(f"{arn}/") for index in _indexes):
        raise ServiceError("ConflictException", "The specified vector bucket is not empty", 409)
    _buckets.discard(arn)
    return {}


def _create_index(request: Record) -> Record:
    arn = index_arn(request)
    if bucket_arn(request) not in _buckets:
        raise ServiceError("NotFoundException", "The specified vector bucket could not be found", 404)
    if arn in _indexes:
        raise ServiceError("ConflictException", "An index with the specified name already exists", 409)
    if request["distanceMetric"] != "cosine":
        raise invalid("the emulator has no distance metric but cosine")
    hidden = request.get("metadataConfiguration", {}).get("nonFilterableMetadataKeys", [])
    _indexes[arn] = Index(arn, int(request["dimension"]), hidden)
    return {"indexArn": arn}


def _delete_index(request: Record) -> Record:
    del _indexes[_find_index(request).arn]
    return {}


def _get_index(request: Record) -> Record:
    index = _find_index(request)
    bucket, name = index.arn.rpartition(":bucket/")[2].split("/index/")
    attributes = {
        "vectorBucketName": bucket,
        "indexName": name,
        "indexArn": index.arn,
        "creationTime": index.created,
        "dataType": "float32",
        "dimension": index.dimension,
        "distanceMetric": "cosine",
        "metadataConfiguration": {"nonFilterableMetadataKeys": index.hidden},
    }
    return {"index": attributes}


def _put_vectors(request: Record) -> Record:
    index = _find_index(request)
    records = [
        (record["key"], read_record(record, index.dimension, index.hidden)) for record in request["vectors"]
    ]
    index.vectors.update(records)  # all or none
    return {}


def _delete_vectors(request: Record) -> Record:
    vectors = _find_index(request).vectors
    for key in request["keys"]:
        vectors.pop(key, None)
    return {}


def _get_vectors(request: Record) -> Record:
    vectors = _find_index(request).vectors
    return {"vectors": [_describe(key, vectors[key], request) for key in request["keys"] if key in vectors]}


def _list_vectors(request: Record) -> Record:
    """Return a page of the vectors in the order of their keys; the token is the last one before."""
    vectors, last = dict(_find_index(request).vectors), request.get("nextToken", "")
    keys = sorted(key for key in vectors if key > last)
    page = keys[: request.get("maxResults", _LIST_PAGE)]
    token = {"nextToken": page[-1]} if len(page) < len(keys) else {}
    return {"vectors": [_describe(key, vectors[key], request) for key in page], **token}


def _query_vectors(request: Record) -> Record:
    nearest = _nearest(_find_index(request), request)[: request["topK"]]
    found = [
        _describe(key, stored, request) | ({"distance": distance} if request.get("returnDistance") else {})
        for distance, key, stored in nearest
    ]
    return {"vectors": found, "distanceMetric": "cosine"}


def _nearest(index: Index, request: Record) -> list[tuple[float, str, Stored]]:
    """Return distance, key and content of the vectors that match the filter, the nearest first."""
    query = read_query(request["queryVector"]["float32"], index.dimension)
    matches = compile_filter(request["filter"], index.hidden) if "filter" in request else None
    found = [
        (_cosine_distance(query, stored[0]), key, stored)
        for key, stored in dict(index.vectors).items()
        if not matches or matches(stored[1])
    ]
    return sorted(found, key=lambda each: each[:2])


def _cosine_distance(one: Vector, other: Vector) -> float:
    return 1 - float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def _describe(key: str, stored: Stored, request: Record) -> Record:
    vector, metadata = stored
    return {
        "key": key,
        **({"data": {"float32": vector.tolist()}} if request.get("returnData") else {}),
        **({"metadata": metadata} if request.get("returnMetadata") else {}),
    }


def _list_buckets(request: Record) -> Record:
    """List the buckets in one page; there are few."""
    account = bucket_arn({})
    names = sorted(arn.removeprefix(account) for arn in _buckets if arn.startswith(account))
    wanted = [name for name in names if name.startswith(request.get("prefix") or "")]
    return {
        "vectorBuckets": [{"vectorBucketName": name, "vectorBucketArn": account + name} for name in wanted]
    }


OPERATIONS: dict[str, Operation] = {
    "CreateVectorBucket": _create_bucket,
    "DeleteVectorBucket": _delete_bucket,
    "ListVectorBuckets": _list_buckets,
    "CreateIndex": _create_index,
    "DeleteIndex": _delete_index,
    "GetIndex": _get_index,
    "PutVectors": _put_vectors,
    "DeleteVectors": _delete_vectors,
    "GetVectors": _get_vectors,
    "ListVectors": _list_vectors,
    "QueryVectors": _query_vectors,
}
