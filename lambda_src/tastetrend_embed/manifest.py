"""The manifest of a dataset: which vectors it may have in the index, and who may change them now."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from botocore.exceptions import ClientError

from tastetrend_embed.chunks import GONE
from tastetrend_embed.entries import ID_BYTES, Entries
from tastetrend_etl.errors import ConcurrentWriteError
from tastetrend_etl.s3_download import download, head_object, open_current_version
from tastetrend_etl.s3_parquet import PRECONDITION_ERRORS, Arguments, upload_parquet
from tastetrend_etl.temp_workspace import temp_workspace

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PREFIX = "embeddings/manifests/"
"""Of manifests' keys; outside `processed/`, where each write would start the function again."""

_TRUE = "true"
_CHANGED = "another invocation changed the manifest; the message will be delivered again"


@dataclass(frozen=True)
class Header:
    """What the metadata of a manifest say; the defaults are those of a dataset without a manifest.

    Attributes:
        version: of the dataset, with the recipe.
        windows_done: how many windows of that version are in the index.
        complete: the index has exactly the vectors of that version.
        owner: the invocation that changes the vectors, until `lease_end`, a Unix time; 0 for nobody.
        write_id: of the last write; also in the file, so that no two writes have one ETag.
    """

    version: str = GONE
    windows_done: int = 0
    complete: bool = True
    owner: str = ""
    lease_end: int = 0
    write_id: str = ""

    def is_current(self, version: str) -> bool:
        """Return whether nothing is left to do for a version."""
        return self.complete and self.version == version


class Manifests:
    """The manifests in the processed bucket."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def find(self, dataset: str) -> Header:
        """HEAD the manifest of a dataset."""
        head = head_object(self._s3, self._bucket, PREFIX + dataset)
        return _from_metadata(head["Metadata"]) if head else Header()

    def read(self, dataset: str, header: Header) -> Entries:
        """Return the entries of the manifest that has this header.

        Raises:
            ConcurrentWriteError: there is another one.
        """
        if not header.write_id:
            return Entries.empty()
        with (
            temp_workspace() as folder,
            open_current_version(self._s3, self._bucket, PREFIX + dataset) as raw,
        ):
            if raw is None:
                raise ConcurrentWriteError(_CHANGED)
            download(self._s3, raw, folder / "manifest.parquet")
            return _read_file(folder / "manifest.parquet", header)

    def write(self, dataset: str, expected: Header, header: Header, entries: Entries) -> Header:
        """Write a manifest in place of the expected one; return its header.

        Raises:
            ConcurrentWriteError: there is another one.
        """
        header = replace(header, write_id=uuid4().hex)
        arguments = {**self._condition(dataset, expected), "Metadata": _to_metadata(header)}
        with temp_workspace() as folder:
            _write_file(folder / "manifest.parquet", header, entries)
            try:
                upload_parquet(
                    self._s3, self._bucket, PREFIX + dataset, folder / "manifest.parquet", arguments
                )
            except ClientError as error:
                self._raise_unless_written(dataset, header, error)
        return header

    def _condition(self, dataset: str, expected: Header) -> Arguments:
        head = head_object(self._s3, self._bucket, PREFIX + dataset)
        if (head["Metadata"]["write-id"] if head else "") != expected.write_id:
            raise ConcurrentWriteError(_CHANGED)
        return {"IfMatch": head["ETag"].strip('"')} if head else {"IfNoneMatch": "*"}

    def _raise_unless_written(self, dataset: str, header: Header, error: ClientError) -> None:
        """Raise an error, except where the SDK sent the request again after the first had succeeded."""
        if error.response["Error"]["Code"] not in PRECONDITION_ERRORS:
            raise error
        if self.find(dataset) != header:
            raise ConcurrentWriteError(_CHANGED) from error


def _to_metadata(header: Header) -> dict[str, str]:
    return {
        "version": header.version,
        "windows-done": str(header.windows_done),
        "complete": str(header.complete).lower(),
        "owner": header.owner,
        "lease-end": str(header.lease_end),
        "write-id": header.write_id,
    }


def _from_metadata(metadata: dict[str, str]) -> Header:
    return Header(
        version=metadata["version"],
        windows_done=int(metadata["windows-done"]),
        complete=metadata["complete"] == _TRUE,
        owner=metadata.get("owner", ""),
        lease_end=int(metadata["lease-end"]),
        write_id=metadata["write-id"],
    )


def _write_file(path: Path, header: Header, entries: Entries) -> None:
    ids = np.ascontiguousarray(entries.ids)
    columns = {
        "id": pa.FixedSizeBinaryArray.from_buffers(
            pa.binary(ID_BYTES), len(ids), [None, pa.py_buffer(ids.tobytes())]
        ),
        "digest": pa.array(entries.digests),
        "pending": pa.array(entries.pending),
        "wanted": pa.array(entries.wanted),
    }
    table = pa.table(columns, metadata={"write_id": header.write_id})
    pq.write_table(table, path, compression="none", use_dictionary=False, write_statistics=False)


def _read_file(path: Path, header: Header) -> Entries:
    table = pq.read_table(path)
    if table.schema.metadata[b"write_id"].decode() != header.write_id:
        raise ConcurrentWriteError(_CHANGED)
    ids = np.frombuffer(table["id"].combine_chunks().buffers()[1], f"S{ID_BYTES}", table.num_rows)
    digests, pending, wanted = (table[name].to_numpy().copy() for name in ("digest", "pending", "wanted"))
    return Entries(ids, digests, pending, wanted)
