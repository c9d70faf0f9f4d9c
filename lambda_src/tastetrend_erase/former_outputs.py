"""Knows which outputs a deleted raw object had, and deletes those that rewriting it has added."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import get_args

from botocore.exceptions import ClientError

from tastetrend_erase.models import EraseContext
from tastetrend_etl.limits import MAX_KEY_BYTES
from tastetrend_etl.models import Kind, SourceObject
from tastetrend_etl.output_keys import output_keys
from tastetrend_etl.s3_download import head_object
from tastetrend_etl.s3_parquet import PRECONDITION_ERRORS

SOURCE_VERSION = "source-version-id"
"""Metadata of each output: of which version of the raw object it is."""

_NONE = "none"  # S3 stores no empty metadata
_UNKNOWN = "true"  # written by an earlier version of this code, which did not list the outputs


def find_outputs(source: SourceObject, context: EraseContext) -> str:
    """Return the names of the outputs that a version of a raw object has, such as `dataset,validation`."""
    bucket = context.settings.processed_bucket
    names = {name for name, key in _outputs(source) if head_object(context.s3, bucket, key)}
    return ",".join(sorted(names)) or _NONE


def delete_added(source: SourceObject, former: str, context: EraseContext) -> None:
    """Delete the outputs of this version whose names are not among the former ones.

    One that has been replaced meanwhile stays, and all stay if the former ones are not known.
    """
    if former == _UNKNOWN:
        return
    bucket = context.settings.processed_bucket
    for name, key in _outputs(source):
        head = None if name in former.split(",") else head_object(context.s3, bucket, key)
        if head is None or head["Metadata"].get(SOURCE_VERSION) != source.version_id:
            continue
        try:
            context.s3.delete_object(Bucket=bucket, Key=key, IfMatch=head["ETag"])
        except ClientError as error:
            if error.response["Error"]["Code"] not in PRECONDITION_ERRORS:
                raise


def _outputs(source: SourceObject) -> Iterator[tuple[str, str]]:
    """Yield name and key of each output, of both kinds of datasets.

    A rejected raw key may be so long that S3 cannot have some of them; it answers a HEAD of those with 400.
    """
    pairs = dict.fromkeys(
        pair for kind in get_args(Kind) for pair in asdict(output_keys(source, kind)).items()
    )
    yield from ((name, key) for name, key in pairs if len(key.encode()) <= MAX_KEY_BYTES)
