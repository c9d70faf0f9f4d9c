"""What each step of an invocation needs besides its input."""

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tastetrend_etl.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

MAX_PARALLEL_CALLS = 5
"""Writes of a file's side objects; fewer HEADs are sent at once."""


@dataclass(frozen=True)
class RunContext:
    """The context of an invocation.

    Attributes:
        version: the function's version.
        executor: runs the HEADs, and the writes of side objects.
        check_time: raises `OutOfTimeError` when too little time remains.
    """

    s3: "S3Client"
    settings: Settings
    version: str
    executor: Executor
    check_time: Callable[[], None] = lambda: None
