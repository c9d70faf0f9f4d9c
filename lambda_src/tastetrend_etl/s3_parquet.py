"""Reads and writes parquet on S3 through awswrangler, and large files through the SDK's transfer manager."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import awswrangler as wr
import pandas as pd
import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.manager import TransferConfig, TransferManager

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3.client import S3Client

Arguments = Mapping[str, Any]
"""Arguments of PutObject except bucket, key and body."""

PRECONDITION_ERRORS = frozenset(
    {"412", "PreconditionFailed", "409", "ConditionalRequestConflict", "NoSuchKey", "NoSuchUpload"}
)
"""Codes of S3 when another object is there than expected.

`NoSuchKey`: the object to replace is gone. `NoSuchUpload`: its parts are gone, or already an object, as when
a completion is sent twice.
"""

# A number: `True` is one thread on a one-core machine, and with one thread awswrangler completes an upload
# of which a part is missing.
_THREADS = 2
_PART_BYTES = 16 << 20  # larger files are sent in parts of this size, larger ones if there were over 10,000
_CONDITIONS = frozenset({"IfMatch", "IfNoneMatch"})
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
    with _atomic_write(s3, bucket, key, arguments) as client:
        wr.s3.to_parquet(
            table.to_pandas(types_mapper=pd.ArrowDtype),
            f"s3://{bucket}/{key}",
            compression="snappy",
            use_threads=_THREADS,
            boto3_session=_session(client),
            s3_additional_kwargs=dict(arguments),
            pyarrow_additional_kwargs={"schema": table.schema, **_UNCHANGED_TYPES},
        )


def upload_parquet(s3: "S3Client", bucket: str, key: str, file: Path | bytes, arguments: Arguments) -> None:
    """Write a parquet file, from the disk or from memory, atomically.

    Raises:
        ClientError: an S3 error; `PreconditionFailed` when a condition among the arguments is not met.
    """
    with _atomic_write(s3, bucket, key, arguments) as client:
        if isinstance(file, bytes):
            _upload_at_once(client, bucket, key, io.BytesIO(file), arguments)
        elif file.stat().st_size > _PART_BYTES:
            _upload_in_parts(client, bucket, key, file, arguments)
        else:
            with file.open("rb") as content:
                _upload_at_once(client, bucket, key, content, arguments)


def _upload_at_once(
    client: "_DeferredClient", bucket: str, key: str, content: BinaryIO, arguments: Arguments
) -> None:
    """Read the whole content into memory, twice its size for a moment, and send it."""
    wr.s3.upload(
        content,
        f"s3://{bucket}/{key}",
        use_threads=_THREADS,
        boto3_session=_session(client),
        s3_additional_kwargs=dict(arguments),
    )


def _upload_in_parts(
    client: "_DeferredClient", bucket: str, key: str, file: Path, arguments: Arguments
) -> None:
    """Send the parts of a file straight from the disk."""
    config = TransferConfig(
        multipart_threshold=_PART_BYTES,
        multipart_chunksize=_PART_BYTES,
        max_request_concurrency=_THREADS,
    )
    description = {name: value for name, value in arguments.items() if name not in _CONDITIONS}
    with TransferManager(cast("S3Client", client), config) as manager:
        manager.upload(str(file), bucket, key, extra_args=description).result()


@contextmanager
def _atomic_write(s3: "S3Client", bucket: str, key: str, arguments: Arguments) -> Iterator["_DeferredClient"]:
    """Yield a client for one write; the object appears when the block ends without an error.

    Raises:
        ClientError: S3 rejected a request; nothing was written.
    """
    client = _DeferredClient(s3, bucket, key)
    try:
        yield client
        client.commit({name: arguments[name] for name in _CONDITIONS & arguments.keys()})
    except BotoCoreError:
        raise  # S3 does not respond: the bucket's lifecycle rule deletes the parts
    except Exception:
        client.abort_multipart_upload()
        raise


def _session(client: object) -> "boto3.Session":
    """Return a session with one client: awswrangler asks for one, so for a new connection, at each call."""
    return cast("boto3.Session", SimpleNamespace(client=lambda **_: client))


class _DeferredClient:
    """S3 client for one write: sends parts at once, but only in `commit` the request that makes the object.

    awswrangler completes an upload when its parquet writer fails, retries a stalled call six times, and sends
    a failed write again when its file object is collected. So it sees no error and completes no write. It
    also cuts `s3://` and `:accesspoint/` out of keys, so bucket and key of its requests are replaced. The
    transfer manager does not know conditions, so they are added to the last request.
    """

    def __init__(self, s3: "S3Client", bucket: str, key: str) -> None:
        self._s3 = s3
        self.meta = s3.meta
        self._object = {"Bucket": bucket, "Key": key}
        self._upload_id = ""
        self._error: Exception | None = None
        self._last_request: Callable[..., object] | None = None

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

    def commit(self, conditions: Arguments) -> None:
        if self._error or not self._last_request:
            raise self._error or ValueError("nothing was written")
        self._last_request(**conditions)

    def abort_multipart_upload(self, **_: object) -> None:
        """Delete the parts, once; where that fails, the bucket's lifecycle rule does it later."""
        upload_id, self._upload_id = self._upload_id, ""
        if upload_id:
            with suppress(BotoCoreError, ClientError):
                self._s3.abort_multipart_upload(
                    Bucket=self._object["Bucket"], Key=self._object["Key"], UploadId=upload_id
                )

    def _send(self, send: Callable[..., Any], request: dict[str, Any]) -> dict[str, Any]:
        """Return S3's response; from the first error on, which `commit` raises, send nothing."""
        if self._error is None:
            try:
                return cast("dict[str, Any]", send(**request | self._object))
            except Exception as error:  # noqa: BLE001 # raised by `commit`, whatever it is
                self._error = error
        return {"UploadId": "", "ETag": ""}
