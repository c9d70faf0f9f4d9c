"""Looks for a name in all versions of all objects, in every encoding."""

import gzip
import io
import json

import pyarrow.parquet as pq

from tests.unit.conftest import ARTIFACTS, PROCESSED, RAW

ENCODINGS = ("utf-8", "cp1252", "utf-16-le", "utf-16-be")


def holds(body, name):
    """Return whether bytes hold the name in any case: as they are, decompressed, or in a parquet file."""
    if body.startswith(b"PAR1"):
        body = repr(pq.read_table(io.BytesIO(body)).to_pylist()).encode()
    elif body.startswith(b"\x1f\x8b"):
        body = gzip.decompress(body)
    texts = [body.decode(encoding, "replace").lower() for encoding in ENCODINGS]
    return any(form in text for form in (name.lower(), json.dumps(name.lower())[1:-1]) for text in texts)


def versions_with(client, name, buckets=(RAW, PROCESSED, ARTIFACTS)):
    """Return the keys of all versions, old ones too, that hold the name."""
    found = []
    for bucket in buckets:
        for page in client.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for entry in page.get("Versions", []):
                version = {"Bucket": bucket, "Key": entry["Key"], "VersionId": entry["VersionId"]}
                if holds(client.get_object(**version)["Body"].read(), name):
                    found.append(entry["Key"])
    return found
