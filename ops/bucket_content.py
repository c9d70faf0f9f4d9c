"""Counts and deletes everything in a bucket: versions of objects, delete markers and unfinished uploads."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from ops.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_s3.type_defs import (
        ListObjectVersionsOutputTypeDef,
        MultipartUploadTypeDef,
        ObjectIdentifierTypeDef,
    )


@dataclass(frozen=True)
class BucketContent:
    """What a bucket has, in numbers."""

    bucket: str
    versions: int
    delete_markers: int
    uploads: int


def count(bucket: str) -> BucketContent:
    """Count what a bucket has."""
    s3 = boto3.client("s3")
    versions = markers = 0
    for page in _list_versions(s3, bucket):
        versions += len(page.get("Versions", []))
        markers += len(page.get("DeleteMarkers", []))
    return BucketContent(bucket, versions, markers, sum(1 for _ in _list_uploads(s3, bucket)))


def delete(bucket: str) -> None:
    """Delete everything in a bucket; it cannot be restored.

    Raises:
        CommandError: S3 does not delete an object; gives its reason.
    """
    s3 = boto3.client("s3")
    for page in _list_versions(s3, bucket):
        listed = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if not listed:
            continue
        objects: list[ObjectIdentifierTypeDef] = [
            {"Key": each["Key"], "VersionId": each["VersionId"]} for each in listed
        ]
        response = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        if errors := response.get("Errors"):
            raise CommandError(
                f"{len(errors)} objects of {bucket} were not deleted, the first because of "
                f"{errors[0].get('Code')} ({errors[0].get('Message')}); remove the cause, then run it again"
            )
    for upload in _list_uploads(s3, bucket):
        s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])


def _list_versions(s3: "S3Client", bucket: str) -> Iterator["ListObjectVersionsOutputTypeDef"]:
    yield from s3.get_paginator("list_object_versions").paginate(Bucket=bucket)


def _list_uploads(s3: "S3Client", bucket: str) -> Iterator["MultipartUploadTypeDef"]:
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        yield from page.get("Uploads", [])
