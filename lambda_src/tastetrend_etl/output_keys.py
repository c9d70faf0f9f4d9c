"""Where each object of a run stands in the processed bucket."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC

from tastetrend_etl.models import SourceObject

ROOT = "processed"
# S3 takes keys of 1,024 bytes; this is what the longest output key adds to the raw one.
_ADDED_BYTES = len("processed/rejected/rejected_.20261123T163501Z-0123abcd.parquet")
MAX_RAW_KEY_BYTES = 1_024 - _ADDED_BYTES
_KEPT_BYTES = 512
_STAMP = r"\d{8}T\d{6}Z-[0-9a-f]{8}"
_OUTPUT_NAME = re.compile(
    rf"(processed|rejected)_.*\.parquet|(validation|bias)_{_STAMP}\.json|.*\.{_STAMP}\.error\.json", re.DOTALL
)


@dataclass(frozen=True)
class OutputKeys:
    """The keys of everything that one version of one raw object becomes."""

    dataset: str
    rejected: str
    validation: str
    bias: str
    error: str


def fits_s3_limit(raw_key: str) -> bool:
    """Say whether S3 takes the keys of what this object becomes."""
    return len(raw_key.encode()) <= MAX_RAW_KEY_BYTES


def looks_like_output(raw_key: str) -> bool:
    """Say whether a raw key is one that this pipeline gives, which makes the object no raw file."""
    return raw_key.startswith(f"{ROOT}/") or bool(_OUTPUT_NAME.fullmatch(_split(raw_key)[1]))


def dataset_key(raw_key: str) -> str:
    """Return where the dataset of a raw object stands, whatever its version."""
    folder, name = _split(raw_key)
    return f"{ROOT}/{folder}processed_{name}.parquet"


def output_keys(source: SourceObject) -> OutputKeys:
    """Return the keys; they depend on the raw object alone, so that a second run writes the same ones."""
    folder, name = _split(source.key)
    version = _stamp(source)
    error_name = source.key if fits_s3_limit(source.key) else _truncate_key(source.key)
    return OutputKeys(
        dataset=dataset_key(source.key),
        rejected=f"{ROOT}/rejected/{folder}rejected_{name}.{version}.parquet",
        validation=f"{ROOT}/logs/{folder}{name}/validation_{version}.json",
        bias=f"{ROOT}/logs/{folder}{name}/bias_{version}.json",
        error=f"{ROOT}/rejected/{error_name}.{version}.error.json",
    )


def _truncate_key(raw_key: str) -> str:
    """Return the start of a key; the stamp behind it tells it from others that start so."""
    return raw_key.encode()[:_KEPT_BYTES].decode(errors="ignore") + "~"


def _split(raw_key: str) -> tuple[str, str]:
    """Return the prefix with its slash, and the filename."""
    prefix, slash, name = raw_key.rpartition("/")
    return prefix + slash, name


def _stamp(source: SourceObject) -> str:
    """Return what tells versions of one key apart: last-modified alone has a resolution of one second."""
    moment = source.last_modified.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{hashlib.sha256(source.version_id.encode()).hexdigest()[:8]}"
