"""Reads and writes parquet on S3 through awswrangler."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import awswrangler as wr
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_s3.client import S3Client

Arguments = Mapping[str, Any]
"""Arguments of PutObject beside bucket, key and body; awswrangler passes on each that the operation knows."""

# A number: `True` is one thread on a one-core machine, and with one thread awswrangler completes an upload
# of which a part is missing.
_THREADS = 2
# awswrangler cuts these out of a key, wherever they are.
_MISREAD = ("s3://", ":accesspoint/")
# How the rows go in; its own defaults would change types, timestamps first of all.
_AS_THEY_ARE = {"coerce_timestamps": None, "flavor": None, "version": "2.6", "store_schema": False}


def read_parquet(s3: "S3Client", bucket: str, key: str) -> pd.DataFrame:
    """Return the whole object as a frame of Arrow types; for objects that are known to be small.

    Raises:
        ClientError: S3 refuses, `NoSuchKey` or `404` when there is no such object.
        ValueError: the object is no parquet file.
    """
    path = f"s3://{bucket}/{key}"
    return wr.s3.read_parquet([path], dtype_backend="pyarrow", boto3_session=_session(s3))


def write_parquet(s3: "S3Client", bucket: str, key: str, table: pa.Table, arguments: Arguments) -> None:
    """Write a table, whole or not at all, in exactly its types.

    Raises:
        ClientError: S3 refuses; `PreconditionFailed` when a condition among the arguments does not hold.
    """
    if _is_misread(key):
        s3.put_object(Bucket=bucket, Key=key, Body=to_parquet_bytes(table), **arguments)
        return
    with atomic_write(s3) as session:
        wr.s3.to_parquet(
            table.to_pandas(types_mapper=pd.ArrowDtype),
            f"s3://{bucket}/{key}",
            compression="snappy",
            use_threads=_THREADS,
            boto3_session=session,
            s3_additional_kwargs=dict(arguments),
            pyarrow_additional_kwargs={"schema": table.schema, **_AS_THEY_ARE},
        )


def to_parquet_bytes(table: pa.Table) -> bytes:
    """Return what `write_parquet` would write, for where awswrangler cannot."""
    content = io.BytesIO()
    pq.write_table(table, content, compression="snappy", store_schema=False)
    return content.getvalue()


def upload_parquet(s3: "S3Client", bucket: str, key: str, file: Path, arguments: Arguments) -> None:
    """Write a finished parquet file, whole or not at all.

    Raises:
        ClientError: S3 refuses; `PreconditionFailed` when a condition among the arguments does not hold.
    """
    with file.open("rb") as body:
        if _is_misread(key):
            s3.put_object(Bucket=bucket, Key=key, Body=body, **arguments)
            return
        with atomic_write(s3) as session:
            wr.s3.upload(
                body,
                f"s3://{bucket}/{key}",
                use_threads=_THREADS,
                boto3_session=session,
                s3_additional_kwargs=dict(arguments),
            )


@contextmanager
def atomic_write(s3: "S3Client") -> Iterator["boto3.Session"]:
    """Yield a session for one write by awswrangler, visible once the block ends without an error.

    Raises:
        ClientError: S3 refused one of the requests; nothing was written.
    """
    client = _DeferredClient(s3)
    try:
        yield _session(client)
        client.commit()
    except BotoCoreError:
        raise  # S3 does not answer: the bucket's lifecycle rule drops the parts
    except Exception:
        client.abort()
        raise


def _is_misread(key: str) -> bool:
    return any(part in key for part in _MISREAD)


class _Session:
    """Hands out one client: awswrangler asks for a new one, and so for a new connection, at every call."""

    def __init__(self, client: object) -> None:
        self._client = client

    def client(self, **_: object) -> object:
        return self._client


def _session(client: object) -> "boto3.Session":
    return cast("boto3.Session", _Session(client))


class _DeferredClient:
    """The S3 client of one write: sends parts at once, and keeps what makes them an object for `commit`.

    awswrangler sends what it has when its parquet writer fails, tries a stalled call six times, and sends a
    failed write again when its file object is collected. So it is shown no error and ends no write.
    """

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3
        self._upload: dict[str, Any] = {}
        self._error: Exception | None = None
        self._last_request: Callable[[], object] | None = None

    def create_multipart_upload(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 # the SDK's
        created = self._send(self._s3.create_multipart_upload, request, {"UploadId": ""})
        self._upload = {name: request[name] for name in ("Bucket", "Key")} | {"UploadId": created["UploadId"]}
        return created

    def upload_part(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401 # the SDK's
        return self._send(self._s3.upload_part, request, {"ETag": ""})

    def complete_multipart_upload(self, **request: Any) -> None:  # noqa: ANN401 # the SDK's
        self._last_request = partial(self._s3.complete_multipart_upload, **request)

    def put_object(self, **request: Any) -> None:  # noqa: ANN401 # the SDK's
        self._last_request = partial(self._s3.put_object, **request)

    def commit(self) -> None:
        if self._error or not self._last_request:
            raise self._error or ValueError("awswrangler has written nothing")
        self._last_request()

    def abort(self) -> None:
        """Drop the parts; where that fails, the bucket's lifecycle rule does later."""
        if self._upload.get("UploadId"):
            with suppress(BotoCoreError, ClientError):
                self._s3.abort_multipart_upload(**self._upload)

    def _send(
        self, send: Callable[..., Any], request: Mapping[str, Any], otherwise: dict[str, Any]
    ) -> dict[str, Any]:
        """Return S3's answer, `otherwise` from the first failure on, which `commit` raises."""
        if self._error is None:
            try:
                return cast("dict[str, Any]", send(**request))
            except Exception as error:  # noqa: BLE001 # kept for `commit`, whatever it is
                self._error = error
        return otherwise
