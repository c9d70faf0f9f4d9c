"""Lists, downloads and deletes versions of S3 objects."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from tastetrend_erase.models import NotErasableError
from tastetrend_etl.s3_parquet import PRECONDITION_ERRORS

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef as Response

_CHUNK_BYTES = 1 << 20
_MAX_BYTES = 8 << 30  # of the function's disk, which has 10 GiB
_ARCHIVED = "the object is archived; restore it in S3, and run this again"
_TOO_LARGE = "the object is too large to be searched; look into it by hand"


@dataclass(frozen=True)
class Version:
    """A version of an object; `is_latest` is false of all versions behind a delete marker."""

    bucket: str
    key: str
    id: str
    etag: str
    is_latest: bool


def list_versions(s3: "S3Client", bucket: str, key: str) -> Iterator[Version]:
    """Yield the versions of an object, the newest first, without delete markers."""
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
        for entry in page.get("Versions", []):
            if entry["Key"] != key:
                return  # keys are in their order, so that all others with this prefix follow
            yield Version(bucket, key, entry["VersionId"], entry["ETag"], entry["IsLatest"])


def download_version(s3: "S3Client", version: Version, target: Path) -> "Response | None":
    """Download a version; return the response to the request, None if the version is gone.

    Raises:
        NotErasableError: it is archived, or does not fit on the function's disk.
    """
    try:
        response = s3.get_object(Bucket=version.bucket, Key=version.key, VersionId=version.id)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in {"404", "NoSuchKey", "NoSuchVersion"}:
            return None
        if code == "InvalidObjectState":
            raise NotErasableError(_ARCHIVED) from error
        raise
    if response["ContentLength"] > _MAX_BYTES:
        response["Body"].close()
        raise NotErasableError(_TOO_LARGE)
    with target.open("wb") as file:
        shutil.copyfileobj(response["Body"], file, _CHUNK_BYTES)
    return response


def delete_version(s3: "S3Client", version: Version) -> None:
    """Delete a version for good; it is no error if that was done before.

    If it is the latest one, a delete marker is put before, or an older version would take its place.
    """
    if version.is_latest:
        try:
            s3.delete_object(Bucket=version.bucket, Key=version.key, IfMatch=version.etag)
        except ClientError as error:
            if error.response["Error"]["Code"] not in PRECONDITION_ERRORS:
                raise  # otherwise it has been replaced meanwhile
    s3.delete_object(Bucket=version.bucket, Key=version.key, VersionId=version.id)
