"""Erases a customer: searches, rewrites and deletes versions of the objects that an event names."""

from collections.abc import Callable
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tastetrend_erase import outputs, raw_objects
from tastetrend_erase.customer import Customer, InvalidNameError, check_name
from tastetrend_erase.models import EraseContext, EraseSettings, KeyResult
from tastetrend_etl.errors import OutOfTimeError, sanitize_exception
from tastetrend_etl.pseudonym import load_key, pseudonym
from tastetrend_etl.s3_download import connect
from tastetrend_etl.settings import function_name, load_settings

SETTINGS = load_settings(EraseSettings)
S3 = connect()
logger = Logger(service=function_name())

MIN_REMAINING_MS = 10_000
"""With less time left, the search of a file is given up."""

MIN_MS_FOR_ANOTHER = 300_000
"""With less time left, no other key is begun; the command sends the rest again."""

_TOO_LONG = "it takes longer than the function's time; erase the customer from a copy, and upload that"
_STEPS: dict[tuple[str, str], Callable[[str, EraseContext], KeyResult]] = {
    ("raw", "search"): raw_objects.search,
    ("raw", "rewrite"): raw_objects.rewrite_newest,
    ("raw", "purge"): raw_objects.purge,
    ("processed", "search"): outputs.search,
    ("processed", "purge"): outputs.purge,
}


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Take a `step` for each of the `keys` of a `bucket`, for the customer of a `name`.

    The step `identify` returns the `pseudonym` of the name and its `key_version`; `find_names` returns which
    names in datasets a pseudonym replaces. The name is in no log.

    Returns:
        `results`: of the first keys, as many as there was time for.

    Raises:
        InvalidNameError: the name is none, or one that many use; nothing was searched.
        RetryableError: S3 or Secrets Manager failed; the step can be taken again.
    """
    try:
        if event["step"] != "find_names":
            check_name(event.get("name", ""))
        if event["step"] == "identify":
            key = load_key(SETTINGS)
            return {"pseudonym": pseudonym(event["name"], key), "key_version": key.version}
        results = _take_steps(event, context)
    except InvalidNameError:
        raise
    except Exception as error:  # noqa: BLE001 # its message may quote data
        raise sanitize_exception(error) from None
    versions = sum(len(result.get("versions", ())) for result in results)
    extra = {"bucket": event["bucket"], "keys": len(results), "versions": versions}
    logger.info(event["step"], extra=extra)
    return {"results": results}


def _take_steps(event: dict[str, Any], context: LambdaContext) -> list[KeyResult]:
    take, results = _step(event, context), list[KeyResult]()
    for key in event["keys"]:
        if results and context.get_remaining_time_in_millis() < MIN_MS_FOR_ANOTHER:
            break
        try:
            results.append(take(key))
        except OutOfTimeError:
            if not results:
                results.append(
                    KeyResult(key=Customer(event["name"]).mask(key), versions=[], problem=_TOO_LONG)
                )
            break
    return results


def _step(event: dict[str, Any], context: LambdaContext) -> Callable[[str], KeyResult]:
    name = event.get("name", "")
    own = pseudonym(name, load_key(SETTINGS)) if name and event["bucket"] == "processed" else ""
    erase = EraseContext(S3, SETTINGS, Customer(name, own), partial(_check_time, context))
    if event["step"] == "find_names":
        wanted, key = event["pseudonym"], load_key(SETTINGS)
        return lambda dataset: outputs.find_names(dataset, wanted, key, erase)
    take = _STEPS[event["bucket"], event["step"]]
    return lambda key: take(key, erase)


def _check_time(context: LambdaContext) -> None:
    if context.get_remaining_time_in_millis() < MIN_REMAINING_MS:
        raise OutOfTimeError("too little time is left")
