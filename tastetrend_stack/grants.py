"""Writes down what is allowed, on resources known by their names, and why a wildcard in it stays."""

from aws_cdk import Acknowledgment, Aws
from aws_cdk import aws_iam as iam


def allow(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    """Allow within the own account only: another account may come to own a bucket of that name."""
    return iam.PolicyStatement(
        actions=actions,
        resources=resources,
        conditions={"StringEquals": {"aws:ResourceAccount": Aws.ACCOUNT_ID}},
    )


def accept(resource: str, reason: str) -> Acknowledgment:
    """Tell whoever scans the policy why a resource with a wildcard stays."""
    reported = resource
    for token, name in ((Aws.PARTITION, "Partition"), (Aws.REGION, "Region"), (Aws.ACCOUNT_ID, "AccountId")):
        reported = reported.replace(token, f"<AWS::{name}>")
    return Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{reported}]", reason=reason)


def arn(service: str, resource: str) -> str:
    """Return the ARN of a resource of this account and region."""
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"
