"""Checks a version on the golden files, for an operator or for CodeDeploy, and publishes the verdict."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.config import Config

from tastetrend_embed import embedding
from tastetrend_etl.errors import OutOfTimeError
from tastetrend_etl.s3_download import connect
from tastetrend_etl.settings import function_name, load_settings
from tastetrend_gate.codedeploy_hook import is_forced, read_traffic_shift, report_status
from tastetrend_gate.models import GateSettings
from tastetrend_gate.publish import publish
from tastetrend_gate.replay import ReplayContext
from tastetrend_gate.verdict import run_checks

MIN_REMAINING_MS = 90_000
"""With less time left, no file is replayed: that may take two attempts, and then the verdict is published."""

# The etl function answers within 30 s, or not at all.
_WAIT = Config(connect_timeout=2, read_timeout=40, retries={"mode": "standard", "total_max_attempts": 2})

SETTINGS = load_settings(GateSettings)
S3, LAMBDA, CODEDEPLOY = connect(), boto3.client("lambda", config=_WAIT), boto3.client("codedeploy")
EXECUTOR = ThreadPoolExecutor(embedding.WORKERS)
EMBEDDER = embedding.Embedder(embedding.connect(), SETTINGS.embedding_model, EXECUTOR)
logger = Logger(service=function_name())


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, str], context: LambdaContext) -> dict[str, Any]:
    """Check `version` against `baseline`, or the version that CodeDeploy is about to shift traffic to.

    Returns:
        `status`, `version`, `baseline`, `reasons` as sentences, and the keys of the published verdict.
    """
    if "DeploymentId" in event:
        return _check_deployment(event, context)
    return _check(event["version"], event.get("baseline"), context)


def _check(version: str, baseline: str | None, context: LambdaContext) -> dict[str, Any]:
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{context.aws_request_id[:8]}"
    replays = ReplayContext(S3, LAMBDA, SETTINGS, run, EMBEDDER.embed, _deadline(context))
    verdict = run_checks(version, baseline, replays)
    response = publish(S3, SETTINGS.artifacts_bucket, verdict)
    logger.info("judged", extra=response)
    return response


def _check_deployment(event: dict[str, str], context: LambdaContext) -> dict[str, Any]:
    """Pass a rollback and a version that an operator has forced; check every other."""
    passed = False
    try:
        shift = read_traffic_shift(CODEDEPLOY, event["DeploymentId"])
        response = {"status": "not judged", "version": shift.target, "baseline": shift.current}
        if not shift.is_rollback and not is_forced(S3, SETTINGS.artifacts_bucket, shift.target):
            response = _check(shift.target, shift.current, context)
        passed = response["status"] != "fail"
    finally:
        report_status(CODEDEPLOY, event, passed=passed)
    return response


def _deadline(context: LambdaContext) -> Callable[[], None]:
    """Return a function that raises `OutOfTimeError` in time for a verdict that says so."""

    def check() -> None:
        if context.get_remaining_time_in_millis() < MIN_REMAINING_MS:
            raise OutOfTimeError("too little time is left to replay another golden file")

    return check
