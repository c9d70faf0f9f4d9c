"""Reads and writes parquet on S3 through awswrangler."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import awswrangler as wr
import pandas as pd
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3.client import S3Client

Arguments = Mapping[str, Any]
"""Arguments of PutObject except bucket, key and body."""

# A number: `True` is one thread on a one-core machine, and with one thread awswrangler completes an upload
# of which a part is missing.
_THREADS = 2
# Keeps the types of the schema: awswrangler's defaults would change those of timestamps, among others.
_UNCHANGED_TYPES = {"coerce_timestamps": None, "flavor": None, "version": "2.6", "store_schema": False}


def read_parquet(s3: "S3Client", bucket: str, key: str) -> pd.DataFrame:
    """Return a whole object as a frame of Arrow types; for objects that are known to be small.

    Raises:
        ClientError: an S3 error; `NoSuchKey` or `404` when there is no such object.
        ValueError: the object is no parquet file.
    """
    return wr.s3.read_parquet([f"s3://{bucket}/{key}"], dtype_backend="pyarrow", boto3_session=_session(s3))


def write_parquet(s3: "S3Client", bucket: str, key: str, table: pa.Table, arguments: Arguments) -> None:
    """Write a table atomically, in exactly its types.

    Raises:
        ClientError: an S3 error; `PreconditionFailed` when a condition among the arguments is not met.
    """
    with _atomic_write(s3, bucket, key) as session:
        wr.s3.to_parquet(
            table.to_pandas(types_mapper=pd.ArrowDtype),
            f"s3://{bucket}/{key}",
            compression="snappy",
            use_threads=_THREADS,
            boto3_session=session,
            s3_additional_kwargs=dict(arguments),
            pyarrow_additional_kwargs={"schema": table.schema, **_UNCHANGED_TYPES},
        )


def upload_parquet(s3: "S3Client", bucket: str, key: str, file: Path, arguments: Arguments) -> None:
    """Write a parquet file atomically.

    Raises:
        ClientError: an S3 error; `PreconditionFailed` when a condition among the arguments is not met.
    """
    with file.open("rb") as body, _atomic_write(s3, bucket, key) as session:
        wr.s3.upload(
            body,
            f"s3://{bucket}/{key}",
            use_threads=_THREADS,
            boto3_session=session,
            s3_additional_kwargs=dict(arguments),
        )


@contextmanager
def _atomic_write(s3: "S3Client", bucket: str, key: str) -> Iterator["boto3.Session"]:
    """Yield a session for one write by awswrangler; the object appears when the block ends without an error.

    Raises:
        ClientError: S3 rejected a request; nothing was written.
    """
    client = _DeferredClient(s3, bucket, key)
    try:
        yield _session(client)
        client.commit()
    except BotoCoreError:
        raise  # S3 does not respond: the bucket's lifecycle rule deletes the parts
    except Exception:
        client.abort()
        raise


def _session(client: object) -> "boto3.Session":
    """Return a session with one client: awswrangler asks for one, so for a new connection, at each call."""
    return cast("boto3.Session", SimpleNamespace(client=lambda **_: client))


class _DeferredClient:
    """S3 client for one write: sends parts at once, but only in `commit` the request that makes the object.

    awswrangler completes an upload when its parquet writer fails, retries a stalled call six times, and sends
    a failed write again when its file object is collected. So it sees no error and completes no write. It
    also cuts `s3://` and `:accesspoint/` out of keys, so bucket and key of its requests are replaced.
    """

    def __init__(self, s3: "S3Client", bucket: str, key: str) -> None:
        self._s3 = s3
        self._object = {"Bucket": bucket, "Key": key}
        self._upload_id = ""
        self._error: Exception | None = None
        self._last_request: Callable[[], object] | None = None

    def create_multipart_upload(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 # the SDK's
        created = self._send(self._s3.create_multipart_upload, request)
        self._upload_id = created["UploadId"]
        return created

    def upload_part(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 # the SDK's
        return self._send(self._s3.upload_part, request)

    def complete_multipart_upload(self, **request: Any) -> None:  # noqa: ANN401 # the SDK's
        self._last_request = partial(self._s3.complete_multipart_upload, **request | self._object)

    def put_object(self, **request: Any) -> None:  # noqa: ANN401 # the SDK's
        self._last_request = partial(self._s3.put_object, **request | self._object)

    def commit(self) -> None:
        if self._error or not self._last_request:
            raise self._error or ValueError("awswrangler has written nothing")
        self._last_request()

    def abort(self) -> None:
        """Delete the parts; where that fails, the bucket's lifecycle rule does it later."""
        if self._upload_id:
            with suppress(BotoCoreError, ClientError):
                self._s3.abort_multipart_upload(
                    Bucket=self._object["Bucket"], Key=self._object["Key"], UploadId=self._upload_id
                )

    def _send(self, send: Callable[..., Any], request: dict[str, Any]) -> dict[str, Any]:
        """Return S3's response; from the first error on, which `commit` raises, send nothing."""
        if self._error is None:
            try:
                return cast("dict[str, Any]", send(**request | self._object))
            except Exception as error:  # noqa: BLE001 # raised by `commit`, whatever it is
                self._error = error
        return {"UploadId": "", "ETag": ""}
