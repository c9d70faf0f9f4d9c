"""Maps a raw object to the keys of its outputs in the processed bucket."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC

from tastetrend_etl.errors import RejectedFileError
from tastetrend_etl.limits import MAX_KEY_BYTES, RESERVED_PREFIXES
from tastetrend_etl.models import Kind, SourceObject

# The longest output key adds this to the raw one.
MAX_RAW_KEY_BYTES = MAX_KEY_BYTES - len("processed/logs//validation_20261123T163501Z-0123abcd.json")
_TRUNCATED_BYTES = 512
_VERSION = r"\d{8}T\d{6}Z-[0-9a-f]{8}"
_OUTPUT_NAME = re.compile(
    rf"(processed|restaurants|rejected)_.*\.parquet|(validation|bias)_{_VERSION}\.json|report_{_VERSION}\.html"
    rf"|.*\.{_VERSION}\.error\.json",
    re.DOTALL,
)

HISTORY_PREFIX = "history"
_CURATED: Mapping[Kind, str] = {"reviews": "curated/reviews", "restaurant_info": "curated/restaurants"}
_TOO_LONG = (
    f"the key has more than {MAX_RAW_KEY_BYTES} bytes, its outputs' keys would be too long for S3; "
    "upload the file under a shorter one"
)
_RESERVED = "the key begins with {}, which is reserved for outputs; upload the file under another prefix"
_LOOKS_LIKE_OUTPUT = (
    "the key is that of an output of this pipeline; upload raw review files under other names"
)


@dataclass(frozen=True)
class OutputKeys:
    """The keys of all outputs of one version of a raw object."""

    dataset: str
    curated: str
    rejected: str
    validation: str
    bias: str
    error: str
    page: str
    history: str

    @property
    def kind(self) -> Kind:
        """The kind of the rows of the dataset."""
        return "reviews" if self.curated.startswith(_CURATED["reviews"]) else "restaurant_info"


def fits_s3_limit(raw_key: str) -> bool:
    """Return whether all output keys of this raw key are short enough for S3."""
    return len(raw_key.encode()) <= MAX_RAW_KEY_BYTES


def check_raw_key(raw_key: str) -> None:
    """Check that the keys of the outputs are valid, and that they are not mistaken for others.

    Raises:
        RejectedFileError: `key_too_long`, `reserved_prefix`, `looks_like_output`.
    """
    if not fits_s3_limit(raw_key):
        raise RejectedFileError("key_too_long", _TOO_LONG)
    for prefix in RESERVED_PREFIXES:
        if raw_key.startswith(prefix):
            raise RejectedFileError("reserved_prefix", _RESERVED.format(prefix))
    if _OUTPUT_NAME.fullmatch(_split(raw_key)[1]):
        raise RejectedFileError("looks_like_output", _LOOKS_LIKE_OUTPUT)


def dataset_keys(raw_key: str) -> Mapping[Kind, str]:
    """Return the key of a dataset of each kind, the same for all versions of a raw object.

    A raw object has a dataset of one kind, which is known only after reading.
    """
    folder, name = _split(raw_key)
    return {
        "reviews": f"processed/{folder}processed_{name}.parquet",
        "restaurant_info": f"reference/{folder}restaurants_{name}.parquet",
    }


def curated_keys(raw_key: str) -> Mapping[Kind, str]:
    """Return the key of a curated part of each kind, the same for all versions of a raw object.

    It is a hash: the names of files, which may contain anything, are in the rows.
    """
    return {kind: f"{prefix}/{_hash(raw_key)}.parquet" for kind, prefix in _CURATED.items()}


def output_keys(source: SourceObject, kind: Kind = "reviews") -> OutputKeys:
    """Return the output keys; they depend on the raw object alone, so a second run overwrites the first."""
    folder, name = _split(source.key)
    version = _version_suffix(source)
    return OutputKeys(
        dataset=dataset_keys(source.key)[kind],
        curated=curated_keys(source.key)[kind],
        rejected=f"rejected/{folder}rejected_{name}.{version}.parquet",
        validation=f"processed/logs/{folder}{name}/validation_{version}.json",
        bias=f"processed/logs/{folder}{name}/bias_{version}.json",
        error=f"rejected/{_truncate_key(source.key)}.{version}.error.json",
        page=f"processed/logs/{_truncate_key(source.key)}/report_{version}.html",
        history=_history_key(source, version),
    )


def _history_key(source: SourceObject, version: str) -> str:
    """Return a key that sorts by the time of the upload."""
    month = source.last_modified.astimezone(UTC).strftime("%Y-%m")
    return f"{HISTORY_PREFIX}/month={month}/{version}-{_hash(source.key)}.parquet"


def _hash(raw_key: str) -> str:
    return hashlib.sha256(raw_key.encode()).hexdigest()[:32]


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
