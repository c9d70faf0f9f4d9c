"""Searches all versions of a raw object for a customer, rewrites the newest one, and deletes the others."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from tastetrend_erase.former_outputs import delete_added, find_outputs
from tastetrend_erase.models import EraseContext, Found, KeyResult, NotErasableError
from tastetrend_erase.rewrite import may_contain, open_copy, rewrite
from tastetrend_erase.versions import Version, delete_version, download_version, list_versions
from tastetrend_etl.s3_download import FIRST_UPLOADED, source_of
from tastetrend_etl.s3_parquet import PRECONDITION_ERRORS
from tastetrend_etl.temp_workspace import temp_workspace

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef as Response

WAS_DELETED = "was-deleted"
"""Metadata of a rewritten version of a deleted object: the outputs that it had.

It is deleted again after it was processed, with the other outputs.
"""

_REPLACED = "the raw object was replaced or deleted meanwhile; run this again"
_KEY = "the key contains the name; copy the object under another key, and delete all its versions"
_KEPT_HEADERS = ("ContentType", "ContentEncoding", "ContentDisposition", "ContentLanguage", "CacheControl")


@dataclass(frozen=True)
class _Searched:
    """A version of a raw object with what was found; `copy` is the file without it."""

    version: Version
    response: "Response"
    found: Found
    copy: Path

    @property
    def metadata(self) -> dict[str, str]:
        return self.response["Metadata"]


def search(key: str, context: EraseContext) -> KeyResult:
    """Return which versions have the customer, and how often the newest does."""
    result = KeyResult(key=context.customer.mask(key), versions=[])
    if context.customer.is_in(key):
        result["problem"] = _KEY
    for number, version in enumerate(list_versions(context.s3, context.settings.raw_bucket, key)):
        try:
            _add(result, version, is_newest=number == 0, context=context)
        except NotErasableError as error:
            result["problem"] = str(error)
    return result


def _add(result: KeyResult, version: Version, *, is_newest: bool, context: EraseContext) -> None:
    """Search a version, and add to the result of its key what was found."""
    with _searched(version, context) as searched:
        if searched is None:
            return
        if searched.found:
            result["versions"].append(version.id)
        if is_newest:
            found = searched.found
            result["own"], result["masked"], result["kept"] = found.own, found.masked, found.kept
            result["rewritten"] = FIRST_UPLOADED in searched.metadata


def rewrite_newest(key: str, context: EraseContext) -> KeyResult:
    """Put a version without the customer, if the newest one has any; `rewritten` tells whether it was put.

    On condition that the newest version is still the same one, so that no upload is lost.
    """
    result = KeyResult(key=context.customer.mask(key), rewritten=False)
    newest = next(list_versions(context.s3, context.settings.raw_bucket, key), None)
    if newest is None:
        return result
    try:
        with _searched(newest, context) as searched:
            if searched and searched.found:
                _put(searched, context)
                result["rewritten"] = True
    except NotErasableError as error:
        result["problem"] = str(error)
    return result


def purge(key: str, context: EraseContext) -> KeyResult:
    """Delete the older versions with the customer for good; `versions` are their ids.

    A newest version with the customer stays, and so do versions that cannot be searched.
    """
    result = KeyResult(key=context.customer.mask(key), versions=[])
    versions = [*list_versions(context.s3, context.settings.raw_bucket, key)]
    old = [version for version in versions[1:] if _has_customer(version, result, context)]
    if old and versions[0].is_latest:
        _delete_again(versions[0], context)
    for version in old:
        delete_version(context.s3, version)
        result["versions"].append(version.id)
    return result


def _has_customer(version: Version, result: KeyResult, context: EraseContext) -> bool:
    """Return whether a version has the customer; one that cannot be searched is a problem of the result."""
    try:
        with _searched(version, context) as searched:
            return bool(searched and searched.found)
    except NotErasableError as error:
        result["problem"] = str(error)
        return False


def _delete_again(newest: Version, context: EraseContext) -> None:
    """Delete again what was deleted before, while an older version shows that this erasure rewrote it.

    First the outputs, as without the raw object nothing would tell which.
    """
    head = context.s3.head_object(Bucket=newest.bucket, Key=newest.key, VersionId=newest.id)
    if WAS_DELETED in head["Metadata"]:
        delete_added(source_of(newest.bucket, newest.key, head), head["Metadata"][WAS_DELETED], context)
        context.s3.delete_object(Bucket=newest.bucket, Key=newest.key, IfMatch=head["ETag"])


@contextmanager
def _searched(version: Version, context: EraseContext) -> Iterator[_Searched | None]:
    """Yield what is found in a version; None if it is gone or empty.

    Raises:
        NotErasableError: it cannot be searched, or not be rewritten.
    """
    with temp_workspace() as folder:
        path, copy = folder / "raw", folder / "copy"
        response = download_version(context.s3, version, path)
        raw = open_copy(path, folder, context.check_time) if response else None
        if response is None or raw is None:
            yield None
        elif not may_contain(raw.text, context.customer):
            yield _Searched(version, response, Found(), copy)
        else:
            source = source_of(version.bucket, version.key, response)
            yield _Searched(version, response, rewrite(raw, source, context.customer, copy), copy)


def _put(searched: _Searched, context: EraseContext) -> None:
    """Put the copy as a new version with the headers and the upload time of the old one."""
    version, response = searched.version, searched.response
    metadata = {FIRST_UPLOADED: response["LastModified"].isoformat()} | searched.metadata
    if version.is_latest:
        metadata.pop(WAS_DELETED, None)  # it was restored after an earlier erasure
    else:
        metadata[WAS_DELETED] = find_outputs(source_of(version.bucket, version.key, response), context)
    arguments: dict[str, Any] = {name: value for name, value in response.items() if name in _KEPT_HEADERS}
    arguments |= {"IfMatch": response["ETag"]} if version.is_latest else {"IfNoneMatch": "*"}
    with searched.copy.open("rb") as body:
        try:
            context.s3.put_object(
                Bucket=version.bucket, Key=version.key, Body=body, Metadata=metadata, **arguments
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in PRECONDITION_ERRORS:
                raise NotErasableError(_REPLACED) from error
            raise
