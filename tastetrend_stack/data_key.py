"""The KMS key of the data, and what a role needs to use it."""

from collections.abc import Iterable

from aws_cdk import Aws
from aws_cdk import aws_kms as kms
from constructs import Construct

from tastetrend_stack.environments import Environment


def alias_name(environment: Environment) -> str:
    """Return the alias by which policies find the key, whose id is not known before it is created."""
    return f"alias/{environment.resource_name('data')}"


def build_key(scope: Construct, environment: Environment) -> kms.Key | None:
    """Build the key, which KMS rotates every year; None where S3's own keys are used."""
    if not environment.kms_key:
        return None
    return kms.Key(
        scope,
        "Key",
        alias=alias_name(environment),
        description="Encrypts raw files, outputs and artifacts",
        enable_key_rotation=True,
        removal_policy=environment.removal_policy,
    )


def key_actions(object_actions: Iterable[str]) -> list[str]:
    """Return the KMS actions that S3 calls in the name of a role with these actions on objects.

    To write in parts takes `Decrypt` too.
    """
    actions = set(object_actions)
    reads = {"s3:GetObject", "s3:GetObjectVersion"} & actions
    if "s3:PutObject" in actions:
        return ["kms:Decrypt", "kms:GenerateDataKey"]
    return ["kms:Decrypt"] if reads else []


def key_conditions(environment: Environment) -> dict[str, dict[str, str]]:
    """Return the conditions under which a role may use a key: it is this one, and S3 asks for it."""
    return {
        "StringEquals": {"kms:ViaService": f"s3.{Aws.REGION}.{Aws.URL_SUFFIX}"},
        "ForAnyValue:StringEquals": {"kms:ResourceAliases": alias_name(environment)},
    }
