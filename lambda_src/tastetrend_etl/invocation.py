"""Ingests each object of an event, isolating failures, and builds the response."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from tastetrend_etl import observability
from tastetrend_etl.errors import InvalidEventError, OutOfTimeError, RetryableError, sanitize_exception
from tastetrend_etl.ingest import IngestResult, ingest
from tastetrend_etl.limits import MIN_REMAINING_MS
from tastetrend_etl.run_context import RunContext
from tastetrend_etl.s3_event import ObjectEvent
from tastetrend_etl.settings import Settings

Part = ObjectEvent | InvalidEventError
"""One object of an event, or why it cannot be read."""


def deadline(context: LambdaContext) -> Callable[[], None]:
    """Return a function that raises `OutOfTimeError` when too little of the invocation's time remains."""

    def check() -> None:
        if context.get_remaining_time_in_millis() < MIN_REMAINING_MS:
            raise OutOfTimeError("too little time is left to finish; nothing was committed")

    return check


def is_gate_run(parts: Sequence[Part], settings: Settings) -> bool:
    """Return whether the quality gate has sent the event."""
    return any(isinstance(part, ObjectEvent) and part.bucket == settings.artifacts_bucket for part in parts)


def ingest_each(parts: Sequence[Part], context: RunContext) -> list[IngestResult | RetryableError | None]:
    """Return for each part its result, its failure, or None when it cannot be read."""
    if not parts or not all(_is_golden(part, context) for part in parts):
        observability.record_event()
    return [_ingest_part(part, context) for part in parts]


def respond(parts: Sequence[Part], results: Sequence[IngestResult | RetryableError | None]) -> dict[str, Any]:
    """Return `files`, `batchItemFailures`, and `rejected` when parts of the event could not be read.

    Raises:
        RetryableError: the failure of an object that did not come from SQS.
    """
    failures = {
        part.message_id: result
        for part, result in zip(parts, results, strict=True)
        if isinstance(part, ObjectEvent) and isinstance(result, RetryableError)
    }
    if "" in failures:
        raise failures[""]
    rejected = [str(part) for part in parts if isinstance(part, InvalidEventError)]
    response = {
        "files": [asdict(result) for result in results if isinstance(result, IngestResult)],
        "batchItemFailures": [{"itemIdentifier": message} for message in failures],
    }
    return response | ({"rejected": "; ".join(rejected)} if rejected else {})


def _ingest_part(part: Part, context: RunContext) -> IngestResult | RetryableError | None:
    if isinstance(part, InvalidEventError):
        observability.record_invalid_event(part)
        return None
    golden = _is_golden(part, context)
    try:
        result = ingest(part, context)
    except InvalidEventError as error:
        observability.record_invalid_event(error)
        return IngestResult(part.key, "rejected", "other_bucket")
    except Exception as error:  # noqa: BLE001 # its message may quote data
        failure = sanitize_exception(error)
        observability.record_failure(part, failure, golden=golden)
        return failure
    observability.record_result(result, golden=golden)
    return result


def _is_golden(part: Part, context: RunContext) -> bool:
    """Return whether the quality gate has put the object into the artifacts bucket."""
    return isinstance(part, ObjectEvent) and part.bucket == context.settings.artifacts_bucket
