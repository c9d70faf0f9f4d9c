"""Reads how large a zip archive is when it is unpacked, without downloading all of it."""

import io
import os
import zipfile
from typing import TYPE_CHECKING

from ops.download import open_presigned

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_BUFFER_BYTES = 1 << 20  # the directory of a layer with some 5,000 files has about 500 KB


def unpacked_size(url: str, packed_size: int) -> int:
    """Return the bytes of all files of the archive behind a presigned URL, of its packed size in bytes.

    Raises:
        URLError: AWS cannot be reached.
        BadZipFile: there is no zip archive.
    """
    with (
        io.BufferedReader(_RangeReader(url, packed_size), _BUFFER_BYTES) as file,
        zipfile.ZipFile(file) as archive,
    ):
        return sum(entry.file_size for entry in archive.infolist())


class _RangeReader(io.RawIOBase):
    """A file behind a URL, of which each read downloads a range."""

    def __init__(self, url: str, size: int) -> None:
        self._url, self._size, self._position = url, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._size}[whence]
        self._position = start + offset
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        view = memoryview(buffer)
        end = min(self._position + len(view), self._size)
        if end <= self._position:
            return 0
        with open_presigned(self._url, f"{self._position}-{end - 1}") as response:
            content = response.read(end - self._position)
        view[: len(content)] = content
        self._position += len(content)
        return len(content)
