"""Reads a manifest, the list of the files that belong together, and checks whether they are there."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from tastetrend_etl.s3_download import head_object

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

_SHOWN_KEYS = 20


class ManifestError(Exception):
    """A line of a manifest is no raw key; the message names the line."""


@dataclass(frozen=True)
class Gathered:
    """The files of a manifest, in their order, and those that are not in the raw bucket."""

    keys: Sequence[str]
    missing: Sequence[str]

    @property
    def shown(self) -> Sequence[str]:
        """The first missing keys, for the history of an execution."""
        return self.missing[:_SHOWN_KEYS]


def gather(s3: "S3Client", bucket: str, manifest: str, executor: Executor) -> Gathered:
    """Return the keys in a manifest, each once, and those without an object.

    Raises:
        ManifestError: a line is no key, or there is none.
    """
    body = s3.get_object(Bucket=bucket, Key=manifest)["Body"].read()
    keys = list(dict.fromkeys(read_keys(body)))
    if not keys:
        raise ManifestError(f"{manifest} names no file")
    heads = executor.map(partial(head_object, s3, bucket), keys)
    return Gathered(keys, [key for key, head in zip(keys, heads, strict=True) if not head])


def read_keys(manifest: bytes) -> Iterator[str]:
    """Yield the key of each line: a JSON string, or an object with `key`; blank lines are skipped.

    Raises:
        ManifestError: a line is neither.
    """
    for number, line in enumerate(manifest.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line.strip():
            yield _read_key(number, line)


def _read_key(number: int, line: bytes) -> str:
    try:
        value = json.loads(line)
        key = value["key"] if isinstance(value, dict) else value
    except (ValueError, KeyError):
        key = None
    if not isinstance(key, str) or not key:
        raise ManifestError(f'line {number} of the manifest is no key: write "folder/file.csv" on each line')
    return key


def to_jsonl(keys: Sequence[str]) -> bytes:
    """Return the list that the state machine reads."""
    return "".join(json.dumps({"key": key}) + "\n" for key in keys).encode()
