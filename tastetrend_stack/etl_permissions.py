"""What the etl function may do, each action on the narrowest resource that it works on."""

from aws_cdk import Aws
from aws_cdk import aws_iam as iam

from tastetrend_stack.environments import Environment


def etl_statements(environment: Environment) -> list[iam.PolicyStatement]:
    """Return the role's statements; resources are named, not referenced, so nothing waits for the role."""
    raw, processed = (_bucket_arn(environment.bucket_name(kind)) for kind in ("raw", "processed"))
    log_group = _arn("logs", f"log-group:{environment.etl_log_group}")
    return [
        # Without ListBucket, asking for a key that is not there answers 403 instead of 404.
        _allow(["s3:ListBucket"], [raw, processed]),
        _allow(["s3:GetObject", "s3:GetObjectVersion"], [f"{raw}/*"]),
        _allow(["s3:GetObject", "s3:PutObject"], [f"{processed}/processed/*"]),
        _allow(["sqs:SendMessage"], [_arn("sqs", environment.named("etl-failures"))]),
        # Some log calls are judged on the group's own ARN, others on its streams'.
        _allow(["logs:CreateLogStream", "logs:PutLogEvents"], [log_group, f"{log_group}:*"]),
    ]


def _allow(actions: list[str], resources: list[str]) -> iam.PolicyStatement:
    """Allow within the own account only: another account may come to own a bucket of that name."""
    return iam.PolicyStatement(
        actions=actions,
        resources=resources,
        conditions={"StringEquals": {"aws:ResourceAccount": Aws.ACCOUNT_ID}},
    )


def _arn(service: str, resource: str) -> str:
    return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{resource}"


def _bucket_arn(name: str) -> str:
    return f"arn:{Aws.PARTITION}:s3:::{name}"
