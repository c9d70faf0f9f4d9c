"""A Python function with its role and log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Acknowledgment, Duration, Size, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import Grant, build_role, regional_arn

_DEFAULT_DISK_MB = 512


@dataclass(frozen=True)
class FunctionSpec:
    """What a function runs, and what its role allows."""

    name: str
    description: str
    handler: str
    timeout: Duration
    variables: Mapping[str, str]
    policy_name: str
    grants: Sequence[Grant]
    role_description: str
    memory_mb: int = 1024
    disk_mb: int = _DEFAULT_DISK_MB


@dataclass(frozen=True)
class FunctionCode:
    """The code and the layers that all functions share."""

    asset: lambda_.Code
    layers: Sequence[lambda_.ILayerVersion]


class PythonFunction(lambda_.Function):
    """A function under a fixed name; its role and log group are the scope's children `Role` and `Log`."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        spec: FunctionSpec,
        *,
        environment: Environment,
        code: FunctionCode,
    ) -> None:
        log_group_name = f"/aws/lambda/{spec.name}"
        super().__init__(
            scope,
            construct_id,
            function_name=spec.name,
            description=spec.description,
            runtime=lambda_.Runtime.PYTHON_3_11,
            architecture=lambda_.Architecture.X86_64,
            handler=spec.handler,
            code=code.asset,
            layers=code.layers,
            memory_size=spec.memory_mb,
            ephemeral_storage_size=Size.mebibytes(spec.disk_mb) if spec.disk_mb != _DEFAULT_DISK_MB else None,
            timeout=spec.timeout,
            environment=spec.variables,
            role=_build_role(scope, spec, environment),
            log_group=_build_log_group(scope, log_group_name, environment),
        )
        reason = "The managed layers are taken for Python 3.11, pinned"
        Validations.of(self).acknowledge(Acknowledgment(id="AwsSolutions-L1", reason=reason))


def _build_role(scope: Construct, spec: FunctionSpec, environment: Environment) -> iam.Role:
    return build_role(
        scope,
        "Role",
        environment=environment,
        name=f"{spec.name}-role",
        policy_name=spec.policy_name,
        grants=[*spec.grants, _write_logs(f"/aws/lambda/{spec.name}")],
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=spec.role_description,
    )


def _build_log_group(scope: Construct, name: str, environment: Environment) -> logs.LogGroup:
    return logs.LogGroup(
        scope,
        "Log",
        log_group_name=name,
        retention=environment.log_retention,
        removal_policy=environment.removal_policy,
    )


def _write_logs(log_group_name: str) -> Grant:
    """Allow both: some log calls are authorised on the group's ARN, others on the streams' ARNs."""
    log_group = regional_arn("logs", f"log-group:{log_group_name}")
    return Grant(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [log_group, f"{log_group}:*"],
        "Lambda names the streams, all of them in the function's own group",
    )
