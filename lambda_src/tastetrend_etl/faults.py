"""Describes an unexpected exception without its message, which may quote a cell."""

import traceback

from tastetrend_etl.errors import RetryableError


def without_content(error: Exception) -> RetryableError:
    """Return an error that says what failed and where, and nothing of the data.

    Of a service's refusal the code and the operation are kept: both come from the service.
    """
    if isinstance(error, RetryableError):
        return error
    place = traceback.extract_tb(error.__traceback__)[-1]
    response, operation = getattr(error, "response", {}), getattr(error, "operation_name", "")
    code = response.get("Error", {}).get("Code", "") if isinstance(response, dict) else ""
    what = " ".join(filter(None, [type(error).__name__, code, operation and f"on {operation}"]))
    reason = error.strerror if isinstance(error, OSError) and error.strerror else ""
    return RetryableError(
        f"{what}{reason and f' ({reason})'} at {place.name}:{place.lineno}; nothing was committed, "
        "the event will be tried again"
    )
