"""Maps a raw object to the keys of its outputs in the processed bucket."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC

from tastetrend_etl.limits import MAX_KEY_BYTES
from tastetrend_etl.models import SourceObject

ROOT = "processed"
# The longest output key adds this to the raw one.
MAX_RAW_KEY_BYTES = MAX_KEY_BYTES - len("processed/rejected/rejected_.20261123T163501Z-0123abcd.parquet")
_TRUNCATED_BYTES = 512
_VERSION = r"\d{8}T\d{6}Z-[0-9a-f]{8}"
_OUTPUT_NAME = re.compile(
    rf"(processed|rejected)_.*\.parquet|(validation|bias)_{_VERSION}\.json|.*\.{_VERSION}\.error\.json",
    re.DOTALL,
)


@dataclass(frozen=True)
class OutputKeys:
    """The keys of all outputs of one version of a raw object."""

    dataset: str
    rejected: str
    validation: str
    bias: str
    error: str


def fits_s3_limit(raw_key: str) -> bool:
    """Return whether all output keys of this raw key are short enough for S3."""
    return len(raw_key.encode()) <= MAX_RAW_KEY_BYTES


def looks_like_output(raw_key: str) -> bool:
    """Return whether a raw key has the form of an output key."""
    return raw_key.startswith(f"{ROOT}/") or bool(_OUTPUT_NAME.fullmatch(_split(raw_key)[1]))


def dataset_key(raw_key: str) -> str:
    """Return the key of the dataset, which is the same for all versions of a raw object."""
    folder, name = _split(raw_key)
    return f"{ROOT}/{folder}processed_{name}.parquet"


def output_keys(source: SourceObject) -> OutputKeys:
    """Return the output keys; they depend on the raw object alone, so a second run overwrites the first."""
    folder, name = _split(source.key)
    version = _version_suffix(source)
    return OutputKeys(
        dataset=dataset_key(source.key),
        rejected=f"{ROOT}/rejected/{folder}rejected_{name}.{version}.parquet",
        validation=f"{ROOT}/logs/{folder}{name}/validation_{version}.json",
        bias=f"{ROOT}/logs/{folder}{name}/bias_{version}.json",
        error=f"{ROOT}/rejected/{_truncate_key(source.key)}.{version}.error.json",
    )


def _truncate_key(raw_key: str) -> str:
    """Return the first 512 bytes of a key that is too long; the version suffix makes it unique."""
    if fits_s3_limit(raw_key):
        return raw_key
    return raw_key.encode()[:_TRUNCATED_BYTES].decode(errors="ignore") + "~"


def _split(raw_key: str) -> tuple[str, str]:
    """Return the prefix with its slash, and the filename."""
    prefix, slash, name = raw_key.rpartition("/")
    return prefix + slash, name


def _version_suffix(source: SourceObject) -> str:
    """Return a suffix that is unique for each version: last-modified has a resolution of one second."""
    moment = source.last_modified.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{hashlib.sha256(source.version_id.encode()).hexdigest()[:8]}"
