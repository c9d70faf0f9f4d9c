"""Limits the tokens of a day: they are reserved in a counter in S3 before they are sent to the model."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from botocore.exceptions import ClientError

from tastetrend_etl.errors import ConcurrentWriteError, RetryableError
from tastetrend_etl.s3_download import is_not_found
from tastetrend_etl.s3_parquet import PRECONDITION_ERRORS, Arguments

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

PREFIX = "embeddings/budget/"
"""Of the counters' keys; outside `processed/`, where each write would start the function again."""

PORTION = 100_000
"""Tokens that are reserved at once, so that few batches need requests; a killed invocation loses them."""

_ATTEMPTS = 5
_CONTENDED = "other invocations reserved tokens at the same time; the message will be delivered again"


class OverBudgetError(RetryableError):
    """The tokens of the day are used up."""


class Counter:
    """The tokens that are reserved on each day, given as `2026-11-26`: one object for a day."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def read(self, day: str) -> tuple[int, str]:
        """Return the tokens of a day, and the ETag of its object; an empty one if there is none."""
        try:
            response = self._s3.get_object(Bucket=self._bucket, Key=_key(day))
        except ClientError as error:
            if is_not_found(error):
                return 0, ""
            raise
        return json.load(response["Body"])["reserved_tokens"], response["ETag"].strip('"')

    def write(self, day: str, tokens: int, etag: str) -> None:
        """Write the tokens of a day in place of those with this ETag.

        Raises:
            ConcurrentWriteError: there are others.
        """
        condition: Arguments = {"IfMatch": etag} if etag else {"IfNoneMatch": "*"}
        body = json.dumps({"reserved_tokens": tokens, "write_id": uuid4().hex})  # no two have the same ETag
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=_key(day),
                Body=body.encode(),
                ContentType="application/json",
                **condition,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in PRECONDITION_ERRORS:
                raise
            raise ConcurrentWriteError(_CONTENDED) from error


class Budget:
    """What this instance of the function may send to the model.

    The counter is never lower than what all instances have sent and may still send on that day, so that
    together they never send more than the limit.
    """

    def __init__(self, counter: Counter, tokens_a_day: int, today: Callable[[], str]) -> None:
        self._counter = counter
        self._limit = tokens_a_day
        self._today = today
        self._day = ""
        self._unused = 0  # of what is reserved for this instance
        self._denied = 0

    def check(self) -> None:
        """Ask again for what was denied last; if nothing was, no request is sent.

        Raises:
            OverBudgetError: it still is.
        """
        if denied := self._denied:
            self.reserve(denied)
            self.give_back(denied)

    def reserve(self, tokens: int) -> None:
        """Reserve tokens that are sent next.

        Raises:
            OverBudgetError: so many are not left today.
            ConcurrentWriteError: others reserved tokens each time that this was tried.
        """
        if self._day != (day := self._today()):
            self._day, self._unused = day, 0
        if tokens > self._unused:
            self._denied = tokens
            self._unused += self._take(tokens - self._unused, max(PORTION, tokens) - self._unused)
            self._denied = 0
        self._unused -= tokens

    def give_back(self, tokens: int) -> None:
        """Give back what was reserved and not sent; less than nothing if more was sent."""
        self._unused += tokens

    def release(self) -> None:
        """Give back to the day what is unused, as this instance may never run again.

        It is tried once: had a request without a response taken effect, another one would give back twice.

        Raises:
            ConcurrentWriteError: another invocation reserved tokens in between; what is unused is lost.
        """
        unused, self._unused = self._unused, 0
        if unused:
            reserved, etag = self._counter.read(self._day)
            self._counter.write(self._day, max(0, reserved - unused), etag)

    def _take(self, least: int, most: int) -> int:
        """Reserve in the counter as many tokens as there are, from `least` to `most`; return their number."""
        for _ in range(_ATTEMPTS):
            reserved, etag = self._counter.read(self._day)
            portion = min(most, self._limit - reserved)
            if portion < least:
                raise OverBudgetError(
                    f"{least:,} tokens are needed, but {max(0, portion):,} of the {self._limit:,} of today "
                    "are left; a new message waits in its place"
                )
            with suppress(ConcurrentWriteError):
                self._counter.write(self._day, reserved + portion, etag)
                return portion
        raise ConcurrentWriteError(_CONTENDED)


def utc_day() -> str:
    """Return the current day in UTC, as in `2026-11-26`."""
    return datetime.now(UTC).date().isoformat()


def _key(day: str) -> str:
    return f"{PREFIX}{day}.json"
