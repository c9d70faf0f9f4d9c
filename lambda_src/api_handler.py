"""Receives S3 events, has each object processed, and says what became of it."""

from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from tastetrend_etl import observe
from tastetrend_etl.errors import InvalidEventError, OutOfTimeError, RetryableError
from tastetrend_etl.event import ObjectEvent, read_event
from tastetrend_etl.extract import connect
from tastetrend_etl.faults import without_content
from tastetrend_etl.ingest import Ingested, Surroundings, ingest
from tastetrend_etl.settings import Settings, load_settings
from tastetrend_etl.without_pandas import settle_without_pandas

_MS_TO_STOP = 2_000

settle_without_pandas()
SETTINGS = load_settings(Settings)
S3 = connect()


@observe.logger.inject_lambda_context(clear_state=True)
@observe.metrics.log_metrics
def lambda_handler(event: object, context: LambdaContext) -> dict[str, Any]:
    """Process every object that the event speaks of, each on its own.

    Returns:
        `files`, what became of each; `batchItemFailures`, the SQS messages to deliver again; `refused`, why
        parts of the event could not be read.

    Raises:
        RetryableError: an object could not be processed now; Lambda delivers the event again.
    """
    observe.note_event()
    parts = read_event(event)
    refused = [part for part in parts if isinstance(part, InvalidEventError)]
    objects = [part for part in parts if isinstance(part, ObjectEvent)]
    for error in refused:
        observe.note_refused_event(error)
    around = Surroundings(S3, SETTINGS, context.function_version, lambda: _check_time(context))
    done = [_handle(found, around) for found in objects]
    if any(found.bucket == SETTINGS.artifacts_bucket for found in objects):
        observe.note_rehearsal(len(objects))
    failed = {
        found.message_id: result
        for found, result in zip(objects, done, strict=True)
        if isinstance(result, RetryableError)
    }
    if "" in failed:
        raise failed[""]
    answer = {
        "files": [asdict(result) for result in done if isinstance(result, Ingested)],
        "batchItemFailures": [{"itemIdentifier": message} for message in failed],
    }
    return answer | ({"refused": "; ".join(map(str, refused))} if refused else {})


def _handle(found: ObjectEvent, around: Surroundings) -> Ingested | RetryableError:
    """Keep one object's failure from its neighbours."""
    try:
        result = ingest(found, around)
    except InvalidEventError as error:
        observe.note_refused_event(error)
        return Ingested(found.key, "refused", "other_bucket")
    except Exception as error:  # noqa: BLE001 # whatever it is, its message must not reach a log
        failure = without_content(error)
        observe.note_failure(found, failure)
        return failure
    observe.note_ingested(result)
    return result


def _check_time(context: LambdaContext) -> None:
    if context.get_remaining_time_in_millis() < _MS_TO_STOP:
        raise OutOfTimeError("too little time is left to finish; nothing was committed")
