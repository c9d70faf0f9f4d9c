"""Checks of the account: the bootstrap, quotas, and resources that an older stack has left."""

from collections.abc import Iterator
from typing import Any

import boto3

from ops.doctor_models import Finding, Target

_BOOTSTRAP_VERSION = "/cdk-bootstrap/hnb659fds/version"
_MIN_BOOTSTRAP = 6  # the rule `CheckBootstrapVersion` of the template
_MIN_CONCURRENCY = 200  # a batch uses up to 100
_UNRESERVABLE = 100  # Lambda keeps them for functions without a reservation
_CONCURRENCY_QUOTA = "L-B99A9384"
_MODEL = ("titan", "embed", "v2", "per minute")  # words of the names of its quotas


def check_bootstrap(target: Target) -> Finding:
    """Check that the account and region are prepared for the CDK."""
    client = boto3.client("ssm")
    bootstrap = f"run `npx cdk bootstrap --context env={target.env}`"
    try:
        version = int(client.get_parameter(Name=_BOOTSTRAP_VERSION)["Parameter"]["Value"])
    except client.exceptions.ParameterNotFound:
        return Finding("fail", f"{client.meta.region_name} is not bootstrapped", bootstrap)
    if version < _MIN_BOOTSTRAP:
        return Finding("fail", f"bootstrap version {version}, the stack needs {_MIN_BOOTSTRAP}", bootstrap)
    return Finding("ok", f"bootstrap version {version}")


def check_concurrency(target: Target) -> Finding:
    """Check that functions can run beside a batch: a new account may have 10 invocations at a time."""
    if target.env == "local":
        return Finding("skipped", "not available on the emulator")
    limits = boto3.client("lambda").get_account_settings()["AccountLimit"]
    return judge_concurrency(limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"])


def judge_concurrency(limit: int, unreserved: int) -> Finding:
    """Return the finding for an account's limit of simultaneous invocations."""
    found = f"{unreserved:,} of {limit:,} simultaneous invocations of the account are not reserved"
    if unreserved >= _MIN_CONCURRENCY:
        return Finding("ok", f"{found}; {max(0, unreserved - _UNRESERVABLE):,} could be reserved")
    raise_it = (
        f"request 1,000: `aws service-quotas request-service-quota-increase --service-code lambda "
        f"--quota-code {_CONCURRENCY_QUOTA} --desired-value 1000`; until then a batch throttles other files"
    )
    return Finding("warn", found, raise_it)


def check_model_quota(target: Target) -> Finding:
    """Check that the account may call the model; where its quota is 0, no dataset becomes vectors."""
    if target.stack and "EmbeddingQueueUrl" not in target.outputs:
        return Finding("skipped", "retrieval is switched off")
    pages = (
        boto3.client("service-quotas").get_paginator("list_service_quotas").paginate(ServiceCode="bedrock")
    )
    quotas = {quota["QuotaName"]: quota["Value"] for page in pages for quota in page["Quotas"]}
    return judge_model_quota(quotas)


def judge_model_quota(quotas: dict[str, float]) -> Finding:
    """Return the finding for the quotas of Bedrock, by name."""
    own = {name: value for name, value in quotas.items() if all(word in name.lower() for word in _MODEL)}
    found = "; ".join(f"{name}: {value:,.0f}" for name, value in own.items())
    if not own:
        return Finding(
            "warn", "Service Quotas names none of the embedding model", "look for it in the console"
        )
    if not all(own.values()):
        return Finding("warn", found, "request an increase in Service Quotas")
    return Finding("ok", found)


def check_leftovers(target: Target) -> Finding:
    """Check that no resource of an older stack has a name that the first deployment needs."""
    if target.stack and target.stack["StackStatus"] not in {"ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"}:
        return Finding("skipped", "the stack exists")
    if not (names := sorted(_leftovers(f"{target.stack_name}-"))):
        return Finding("ok", "nothing of an older stack")
    return Finding(
        "fail",
        f"an older stack has left {', '.join(names)}",
        "copy what you need from them and delete them, or take them over with `npx cdk import`",
    )


def _leftovers(prefix: str) -> Iterator[str]:
    buckets = boto3.client("s3").list_buckets()["Buckets"]
    yield from (bucket["Name"] for bucket in buckets if bucket["Name"].startswith(prefix))
    queues = boto3.client("sqs").list_queues(QueueNamePrefix=prefix).get("QueueUrls", [])
    yield from (url.rsplit("/", 1)[1] for url in queues)
    logs = boto3.client("logs").get_paginator("describe_log_groups")
    for service in ("lambda", "vendedlogs/states", "ecs"):
        for page in logs.paginate(logGroupNamePrefix=f"/aws/{service}/{prefix}"):
            yield from (group["logGroupName"] for group in page["logGroups"])
    vectors: Any = boto3.client("s3vectors")
    for page in vectors.get_paginator("list_vector_buckets").paginate(prefix=prefix):
        yield from (bucket["vectorBucketName"] for bucket in page["vectorBuckets"])
    if _exists_secret(f"{prefix}pseudonym-key"):
        yield f"{prefix}pseudonym-key"


def _exists_secret(name: str) -> bool:
    """Return whether there is the secret; a deleted one keeps its name for some days."""
    client = boto3.client("secretsmanager")
    try:
        client.describe_secret(SecretId=name)
    except client.exceptions.ResourceNotFoundException:
        return False
    return True
