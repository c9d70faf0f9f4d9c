"""A Python function with its role and log group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import Acknowledgment, Duration, Size, Validations
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from tastetrend_stack.checkov import LOGS, suppress
from tastetrend_stack.environments import Environment
from tastetrend_stack.iam import Grant, build_role, regional_arn

_DEFAULT_DISK_MB = 512
_NO_OTHER_PYTHON = "The managed layers are taken for Python 3.11, pinned"
_FAILURES = "Failed events go to the alias's queue or stay in theirs; callers see the rest"
_ACKNOWLEDGED = {
    "AwsSolutions-L1": _NO_OTHER_PYTHON,
    "Serverless-LambdaLatestVersion": _NO_OTHER_PYTHON,
    "Serverless-LambdaDLQ": _FAILURES,
}
_SUPPRESSED = {
    "CKV_AWS_115": "Nothing competes with it: see `reserved_concurrency` in environments.py",
    "CKV_AWS_116": _FAILURES,
    "CKV_AWS_117": "It calls AWS over TLS only, and nothing calls it by the network",
    "CKV_AWS_173": "Its variables are names; Lambda encrypts them, and the key of real names is a secret",
}
_WRITE_TRACES = Grant(
    ["xray:PutTraceSegments", "xray:PutTelemetryRecords"],
    ["*"],
    "X-Ray has no resources for these actions",
    conditional=False,
)


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
    reserved_concurrency: int | None = None


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
            reserved_concurrent_executions=spec.reserved_concurrency,
            role=_build_role(scope, spec, environment, _write_logs(log_group_name), _WRITE_TRACES),
            log_group=_build_log_group(scope, log_group_name, environment),
        )
        _activate_tracing(self)
        suppress(self, _SUPPRESSED)
        for rule, reason in _ACKNOWLEDGED.items():
            Validations.of(self).acknowledge(Acknowledgment(id=rule, reason=reason))


def _build_role(
    scope: Construct, spec: FunctionSpec, environment: Environment, *observability: Grant
) -> iam.Role:
    role = build_role(
        scope,
        "Role",
        environment=environment,
        name=f"{spec.name}-role",
        policy_name=spec.policy_name,
        grants=[*spec.grants, *observability],
        assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        description=spec.role_description,
    )
    reason = "Wildcards are only in the names of objects and streams, and for X-Ray, which has no resources"
    Validations.of(role).acknowledge(Acknowledgment(id="Serverless-LambdaStarPermissions", reason=reason))
    return role


def _build_log_group(scope: Construct, name: str, environment: Environment) -> logs.LogGroup:
    log_group = logs.LogGroup(
        scope,
        "Log",
        log_group_name=name,
        retention=environment.log_retention,
        removal_policy=environment.removal_policy,
    )
    suppress(log_group, LOGS)
    return log_group


def _write_logs(log_group_name: str) -> Grant:
    """Allow both: some log calls are authorised on the group's ARN, others on the streams' ARNs."""
    log_group = regional_arn("logs", f"log-group:{log_group_name}")
    return Grant(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        [log_group, f"{log_group}:*"],
        "Lambda names the streams, all of them in the function's own group",
    )


def _activate_tracing(function: lambda_.Function) -> None:
    """Trace invocations; the property `tracing` of the CDK would add a second policy to the role."""
    resource = function.node.default_child
    assert isinstance(resource, lambda_.CfnFunction)  # noqa: S101 # nosec B101 # narrows the type
    resource.tracing_config = lambda_.CfnFunction.TracingConfigProperty(mode="Active")
