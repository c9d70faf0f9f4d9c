"""Switches the source of the embedding function off when its budget is used up, and on the next day."""

import os
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tastetrend_etl.settings import function_name

LAMBDA = boto3.client("lambda")
logger = Logger(service=function_name())


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, Any], _context: LambdaContext) -> None:
    """Switch the source on for `{"switch": "on"}`, and off for any other event, such as that of an alarm."""
    day = event.get("time", "")[:10]  # of an alarm, which Lambda may deliver hours later
    if day and day != datetime.now(UTC).date().isoformat():
        logger.info("too late", extra={"day": day})
        return
    enabled = event.get("switch") == "on"
    LAMBDA.update_event_source_mapping(UUID=os.environ["SOURCE_ID"], Enabled=enabled)
    logger.info("switched", extra={"enabled": enabled})
