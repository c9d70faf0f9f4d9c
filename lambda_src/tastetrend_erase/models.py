"""The data types of an erasure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from tastetrend_erase.customer import Customer
from tastetrend_etl.errors import TasteTrendError

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client


class NotErasableError(TasteTrendError):
    """An object cannot be searched or changed safely, and stays as it is; the message says what to do."""


@dataclass(frozen=True)
class EraseSettings:
    """One field for each environment variable that the stack sets, its name in lower case."""

    raw_bucket: str
    processed_bucket: str
    pseudonym_key: str = field(default="", repr=False)
    pseudonym_secret: str = ""


@dataclass(frozen=True)
class EraseContext:
    """What each step needs; `check_time` raises `OutOfTimeError` when too little time remains."""

    s3: "S3Client"
    settings: EraseSettings
    customer: Customer
    check_time: Callable[[], None]


@dataclass
class Found:
    """What was found in a raw file.

    Attributes:
        own: rows of the customer, also rejected and duplicate ones.
        masked: other records with the name.
        kept: records of other customers whose longer names contain the name.
    """

    own: int = 0
    masked: int = 0
    kept: int = 0

    def __bool__(self) -> bool:
        """Return whether anything has to be erased."""
        return self.own + self.masked > 0


class KeyResult(TypedDict, total=False):
    """What a step found or did under one key.

    Attributes:
        key: the key; the name in it is masked.
        versions: ids of the versions that have something to be erased, or were deleted.
        own: as in `Found`, of the newest version of a raw object; so are `masked` and `kept`.
        rewritten: an erasure has written the newest version of a raw object.
        is_current: the output of the newest version of a raw object has the customer.
        names: in a dataset, the spellings of the name that a pseudonym replaces.
        problem: why something cannot be erased, and what to do.
    """

    key: str
    versions: list[str]
    own: int
    masked: int
    kept: int
    rewritten: bool
    is_current: bool
    names: list[str]
    problem: str
