"""Suppresses findings of checkov, in the metadata of the resource on which they are."""

from collections.abc import Mapping

from aws_cdk import CfnResource
from constructs import Construct

LOGS = {"CKV_AWS_158": "CloudWatch encrypts logs with a key of AWS; no line quotes a cell"}
"""Of a log group."""


def suppress(construct: Construct, reasons: Mapping[str, str]) -> None:
    """Suppress rules of checkov, given with the reason of each, on the resource of a construct."""
    resource = construct.node.default_child or construct
    assert isinstance(resource, CfnResource)  # noqa: S101 # nosec B101 # narrows the type
    skipped = [{"id": rule, "comment": reason} for rule, reason in reasons.items()]
    resource.add_metadata("checkov", {"skip": skipped})
