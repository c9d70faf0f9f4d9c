"""Searches all versions of a processed object for a customer, and deletes those that no reader needs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tastetrend_erase.contents import has_customer, names_of, raw_key_of
from tastetrend_erase.former_outputs import SOURCE_VERSION
from tastetrend_erase.models import EraseContext, KeyResult, NotErasableError
from tastetrend_erase.versions import Version, delete_version, download_version, list_versions
from tastetrend_etl.pseudonym import PseudonymKey
from tastetrend_etl.temp_workspace import temp_workspace

_QUERIES, _DATASETS = "queries/", ("processed/", "reference/")
_STAMP = r"\.\d{8}T\d{6}Z-[0-9a-f]{8}"
# Of contract version 1, rejected rows and error reports are under `processed/`.
_SIDE_OBJECTS = tuple(
    re.compile(pattern, re.DOTALL)
    for pattern in (
        r"processed/logs/(?P<key>.+)/(?:(?:validation|bias)_[^/]+\.json|report_[^/]+\.html)",
        rf"(?:processed/)?rejected/(?P<key>.+){_STAMP}\.error\.json",
        rf"(?:processed/)?rejected/(?P<folder>(?:.*/)?)rejected_(?P<name>[^/]+){_STAMP}\.parquet",
    )
)
_ORPHAN = "its raw file is gone, so it cannot be made again without the customer; delete all its versions"


@dataclass(frozen=True)
class _Opened:
    version: Version
    path: Path
    source_version: str


def search(key: str, context: EraseContext) -> KeyResult:
    """Return which versions have the customer and can be deleted."""
    return _search(key, context, delete=False)


def purge(key: str, context: EraseContext) -> KeyResult:
    """Delete these versions for good; `versions` are their ids."""
    return _search(key, context, delete=True)


def find_names(key: str, pseudonym: str, pseudonym_key: PseudonymKey, context: EraseContext) -> KeyResult:
    """Return which names in the current version of a dataset the pseudonym replaces."""
    version = next(list_versions(context.s3, context.settings.processed_bucket, key), None)
    if version is None:
        return KeyResult(names=[])
    with _opened(version, context) as opened:
        return KeyResult(names=names_of(opened.path, pseudonym, pseudonym_key) if opened else [])


def _search(key: str, context: EraseContext, *, delete: bool) -> KeyResult:
    result = KeyResult(key=context.customer.mask(key), versions=[])
    for version in [*list_versions(context.s3, context.settings.processed_bucket, key)]:
        context.check_time()
        try:
            with _opened(version, context) as opened:
                if opened and has_customer(opened.path, key, context.customer):
                    _add(result, opened, context)
        except NotErasableError as error:
            result["problem"] = str(error)
            continue
        if delete and version.id in result["versions"]:
            delete_version(context.s3, version)
    return result


def _add(result: KeyResult, opened: _Opened, context: EraseContext) -> None:
    """Add a version with the customer to the result of its key.

    Every output of the newest version of a raw object is replaced with it. That has been searched row by row,
    so a name in another object than a dataset is part of the longer name of someone else.
    """
    version = opened.version
    if version.is_latest and not version.key.startswith(_QUERIES):
        newest = _newest_raw_version(opened, context)
        if newest is None:
            raise NotErasableError(_ORPHAN)
        if newest.id == opened.source_version:
            result["is_current"] = version.key.startswith(_DATASETS) and version.key.endswith(".parquet")
            return
    result["versions"].append(version.id)


def _newest_raw_version(opened: _Opened, context: EraseContext) -> Version | None:
    raw_key = _raw_key(opened)
    if raw_key is None:
        return None
    return next(list_versions(context.s3, context.settings.raw_bucket, raw_key), None)


def _raw_key(opened: _Opened) -> str | None:
    for pattern in _SIDE_OBJECTS:
        if match := pattern.fullmatch(opened.version.key):
            return "".join(match.groups())
    return raw_key_of(opened.path) if opened.version.key.endswith(".parquet") else None


@contextmanager
def _opened(version: Version, context: EraseContext) -> Iterator[_Opened | None]:
    """Download a version; None if it is gone.

    Raises:
        NotErasableError: it is archived.
    """
    with temp_workspace() as folder:
        path = folder / "output"
        response = download_version(context.s3, version, path)
        yield _Opened(version, path, response["Metadata"].get(SOURCE_VERSION, "")) if response else None
