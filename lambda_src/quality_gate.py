"""Judges a version on the golden files, for an operator or for CodeDeploy, and keeps the verdict."""

from datetime import UTC, datetime
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from tastetrend_etl.extract import connect
from tastetrend_etl.settings import function_name, load_settings
from tastetrend_gate import deployment
from tastetrend_gate.gate import run_checks
from tastetrend_gate.publish import publish
from tastetrend_gate.replay import Stage
from tastetrend_gate.settings import GateSettings

SETTINGS = load_settings(GateSettings)
S3, LAMBDA, CODEDEPLOY = connect(), boto3.client("lambda"), boto3.client("codedeploy")
logger = Logger(service=function_name())


@logger.inject_lambda_context(clear_state=True)
def lambda_handler(event: dict[str, str], context: LambdaContext) -> dict[str, Any]:
    """Judge `version` against `baseline`, or what CodeDeploy is about to shift traffic to.

    Returns:
        `status`, `version`, `baseline`, `reasons` as sentences, and the keys of what is kept of the verdict.
    """
    if "DeploymentId" in event:
        return _judge_deployment(event, context)
    return _judge(event["version"], event.get("baseline"), context)


def _judge(version: str, baseline: str | None, context: LambdaContext) -> dict[str, Any]:
    run = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{context.aws_request_id[:8]}"
    verdict = run_checks(version, baseline, Stage(S3, LAMBDA, SETTINGS, run))
    said = publish(S3, SETTINGS.artifacts_bucket, verdict)
    logger.info("judged", extra=said)
    return said


def _judge_deployment(event: dict[str, str], context: LambdaContext) -> dict[str, Any]:
    """Let a way back pass, and what an operator has forced; judge everything else."""
    passed = False
    try:
        shift = deployment.read_shift(CODEDEPLOY, event["DeploymentId"])
        said = {"status": "not judged", "version": shift.target, "baseline": shift.current}
        if not shift.goes_back and not deployment.is_forced(S3, SETTINGS.artifacts_bucket, shift.target):
            said = _judge(shift.target, shift.current, context)
        passed = said["status"] != "fail"
    finally:
        deployment.answer(CODEDEPLOY, event, passed=passed)
    return said
