"""Finds the raw files that were uploaded last, and what their reports say."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from heapq import nlargest
from itertools import chain
from typing import TYPE_CHECKING, Any

from ops.replay import list_objects
from ops.stack_outputs import CommandContext
from ops.status_models import stamp
from tastetrend_batch.read_results import list_sources, read_result
from tastetrend_etl.hand_over import MANIFEST_SUFFIX
from tastetrend_etl.models import SourceObject
from tastetrend_etl.output_keys import output_keys

if TYPE_CHECKING:
    from mypy_boto3_s3.type_defs import ObjectTypeDef

_MAX_WORKERS = 8
_MAX_FOLDERS = 100


@dataclass(frozen=True)
class RecentFile:
    """The newest version of a raw object, and its result.

    Attributes:
        verdict: `pass`, `warn` or `fail` of the checks, `rejected`, or what is wrong with its outputs, as in
            the report of a batch: `missing` if there is none.
        reason: the code of a rejection.
        rows: of the validation report; None without one.
        report: the URL of the validation or the error report.
    """

    key: str
    uploaded: datetime
    verdict: str
    reason: str
    rows: dict[str, int] | None
    report: str

    def to_json(self) -> dict[str, Any]:
        """Return all fields, the time as text."""
        return asdict(self) | {"uploaded": stamp(self.uploaded)}


def read_recent_files(context: CommandContext, count: int) -> list[RecentFile]:
    """Return the raw files that were uploaded last, the newest first.

    S3 lists by key only, so the whole raw bucket is listed, 1,000 objects with a call, several folders at a
    time; reports are read of these files only.
    """
    with ThreadPoolExecutor(_MAX_WORKERS) as pool:
        newest = nlargest(count, _list_newest(context, count, pool), key=lambda entry: entry["LastModified"])
        files = pool.map(partial(_read, context), [entry["Key"] for entry in newest])
        return [file for file in files if file]


def _list_newest(context: CommandContext, count: int, pool: Executor) -> Iterator["ObjectTypeDef"]:
    """Yield the newest objects of each folder; a bucket with many folders is listed as a whole."""
    first = context.s3.list_objects_v2(Bucket=context.raw_bucket, Delimiter="/")
    folders = [each["Prefix"] for each in first.get("CommonPrefixes", [])]
    newest_under = partial(_newest_under, context, count)
    if first["IsTruncated"] or len(folders) > _MAX_FOLDERS:
        yield from newest_under("")
    else:
        yield from filter(_is_file, first.get("Contents", []))
        yield from chain.from_iterable(pool.map(newest_under, folders))


def _newest_under(context: CommandContext, count: int, prefix: str) -> list["ObjectTypeDef"]:
    entries = filter(_is_file, list_objects(context.s3, context.raw_bucket, prefix))
    return nlargest(count, entries, key=lambda entry: entry["LastModified"])


def _is_file(entry: "ObjectTypeDef") -> bool:
    """Return whether it is neither a folder marker nor a manifest."""
    is_marker = entry["Key"].endswith("/") and not entry["Size"]
    return not is_marker and not entry["Key"].endswith(MANIFEST_SUFFIX)


def _read(context: CommandContext, key: str) -> RecentFile | None:
    """Read the result of a raw object; None if it was deleted in between.

    Raw files and outputs with rows are listed, as whoever may HEAD an object may read it.
    """
    source = next(list_sources(context.s3, context.raw_bucket, key), None)
    if source is None or source.key != key:
        return None
    find = partial(_find_output, context, source)
    result, keys = read_result(context.s3, context.processed_bucket, source, find), output_keys(source)
    report = {"rejected": keys.error, "missing": ""}.get(result.outcome, keys.validation)
    return RecentFile(
        key=key,
        uploaded=source.last_modified,
        verdict=result.status if result.outcome == "processed" else result.outcome,
        reason=result.reason,
        rows=vars(result.rows) if result.rows else None,
        report=f"s3://{context.processed_bucket}/{report}" if report else "",
    )


def _find_output(context: CommandContext, source: SourceObject, key: str) -> datetime | None:
    """Return when an output was written; one from before the upload is of an earlier version."""
    listed = context.s3.list_objects_v2(Bucket=context.processed_bucket, Prefix=key, MaxKeys=1)
    times = [entry["LastModified"] for entry in listed.get("Contents", []) if entry["Key"] == key]
    return next((time for time in times if time >= source.last_modified), None)
